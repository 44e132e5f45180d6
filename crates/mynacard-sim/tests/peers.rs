//! Other people's libraries, unmodified, against the same card in the same reader: each must do a whole check, and what it costs
//! is counted by the card.

use std::path::PathBuf;
use std::time::Duration;

use mynacard_sim::{Link, person, pki};

#[path = "support/reader.rs"]
mod reader;
mod support;
use reader::{Session, left_out};
use support::{Folder, day, openssl, pem, run};

const CARD: &str = "--person kyokai-self --at 1795143600";

/// Builds the programs of `peers/` (a workspace of its own) and returns their folder.
///
/// They are built in a copy: their lock file holds other people's versions still, but follows what this project's own crates
/// depend on, and a test must not write into the source.
fn programs() -> PathBuf {
    static FOLDER: std::sync::OnceLock<PathBuf> = std::sync::OnceLock::new();
    FOLDER.get_or_init(build).clone()
}

fn build() -> PathBuf {
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("peers");
    let copy = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("peers");
    copy_folder(&source, &copy);
    let manifest = copy.join("Cargo.toml");
    let text = std::fs::read_to_string(&manifest).expect("a manifest");
    let crates = source.join("../..").display().to_string();
    std::fs::write(&manifest, text.replace("\"../..", &format!("\"{crates}")))
        .expect("a manifest under target");
    let target = copy.join("target");
    let paths = [
        "--manifest-path".as_ref(),
        manifest.as_os_str(),
        "--target-dir".as_ref(),
        target.as_os_str(),
    ];
    let output = run(env!("CARGO"), ["build".as_ref()].into_iter().chain(paths));
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    target.join("debug")
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).expect("a folder under target");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a file under target");
        }
    }
}

#[track_caller]
fn check(name: &str, card: &str, command: &str) -> Session {
    let session = Session::run(
        name,
        &format!("{CARD} {card}"),
        &format!("echo message >message; {command}"),
    );
    session.assert_success();
    let certificate =
        pki::authentication_certificate(person("kyokai-self").expect("listed"), day());
    assert_eq!(session.file("certificate.der"), certificate, "{name}");
    let folder = Folder::new(&format!("{name}-verify"));
    let certificate = pem(&folder, "certificate", &certificate);
    let key = openssl([
        "x509",
        "-in",
        certificate.to_str().expect("UTF-8"),
        "-noout",
        "-pubkey",
    ]);
    let key = folder
        .write("key.pem", key.as_bytes())
        .display()
        .to_string();
    let path = |name: &str| session.folder.path().join(name).display().to_string();
    let text = openssl([
        "dgst",
        "-sha256",
        "-verify",
        &key,
        "-signature",
        &path("signature"),
        &path("message"),
    ]);
    assert!(text.contains("Verified OK"), "{name}: {text}");
    session
}

#[test]
fn every_client_does_a_check_and_is_counted() {
    if left_out() {
        return;
    }
    let programs = programs();
    let program = |name: &str| format!("{}/check-{name} 1234 message . ", programs.display());
    let opensc = "pkcs15-tool --read-certificate 1 | openssl x509 -outform DER -out certificate.der \
        && pkcs11-tool --slot-index 0 --login --pin 1234 --sign --id 01 -m SHA256-RSA-PKCS -i message -o signature";
    let cases = [
        (
            "mynacard, extended, no counter",
            "",
            format!("{} skip", program("mynacard")),
            4,
        ),
        (
            "mynacard, short, no counter",
            "",
            format!("{} skip short", program("mynacard")),
            10,
        ),
        ("mynacard, extended", "", program("mynacard"), 5),
        (
            "mynacard, short",
            "--no-extended",
            format!("{} short", program("mynacard")),
            11,
        ),
        ("myna-card 3.3.4", "", program("myna-card"), 12),
        ("jpki 0.4.3", "", program("jpki"), 28),
        ("OpenSC 0.23, two programs", "", opensc.to_owned(), 0),
        (
            "OpenSC 0.23, two programs, driver named",
            "",
            format!("export OPENSC_DRIVER=jpki; {opensc}"),
            0,
        ),
    ];
    for (name, card, command, expected) in &cases {
        let session = check(&name.replace([' ', ','], "-"), card, command);
        let verifies = session.count("0020008004") + session.count("0020009804");
        let air: Duration = session
            .trace
            .iter()
            .map(|(command, answer)| Link::KBIT_106.cost(command.len() / 2, answer.len() / 2))
            .sum();
        println!(
            "{:>3} exchanges, {verifies} VERIFY, {:>4} ms on the air at 106 kbit/s: {name}",
            session.trace.len(),
            air.as_millis()
        );
        if *expected > 0 {
            assert_eq!(
                session.trace.len(),
                *expected,
                "{name}: {:#?}",
                session.trace
            );
        }
    }
}

const SELECT_JPKI: &str = "00A4040C0AD392F000260100000001";
/// COMPUTE DIGITAL SIGNATURE with the authentication key, as far as the digest.
const SIGN: &str = "802A0097333031300D060960864801650304020105000420";

/// Kills a program between PIN and signature, lets another one send SELECT and the signing command after so many seconds, and
/// ours try the same without a PIN; what was said, and the answer to the other one.
#[track_caller]
fn killed(name: &str, card: &str, seconds: u32) -> (Session, String) {
    let program = format!("{}/check-mynacard 1234 message .", programs().display());
    let sign = format!("{SIGN}{}00", "5A".repeat(32));
    let commands = format!(
        "echo message >message; {program} pause & victim=$!
        tries=0; until [ -f verified ]; do tries=$((tries + 1)); [ $tries -lt 200 ] || exit 1; sleep 0.05; done
        kill -9 $victim; wait $victim; sleep {seconds}
        opensc-tool -c default -s {SELECT_JPKI} -s {sign}; echo next $?; {program} unverified"
    );
    let session = Session::run(name, &format!("{CARD} {card}"), &commands);
    session.assert_success();
    assert_eq!(
        session.count("0020009804"),
        1,
        "the PIN was verified once, by the program that was killed"
    );
    // Ours takes the power first, and is refused whatever the card and the service do.
    let (command, answer) = session.trace.last().expect("a trace");
    assert!(
        command.starts_with("802A0097") && answer == "6982",
        "{command}: {answer}"
    );
    let found = session.trace.iter().find(|(command, _)| *command == sign);
    let (_, answer) = found.expect("the next program's command");
    let answer = answer.clone();
    (session, answer)
}

#[test]
fn what_a_program_killed_after_the_pin_leaves_open_ends_with_our_next_dialogue() {
    if left_out() {
        return;
    }
    let (session, signature) = killed("killed", "", 0);
    // What was found, and the crate's README says: the service resets a card whose program died, and does not take its power.
    // On a card that keeps its session then, a program that sends SELECT and the command at once signs.
    assert!(
        signature.len() == 2 * (256 + 2) && signature.ends_with("9000"),
        "the session is not open any more: say so in the READMEs: {signature}"
    );
    assert!(
        session.stdout.contains("COMPUTE DIGITAL SIGNATURE") || session.stdout.contains("refused"),
        "{}",
        session.stdout
    );
}

#[test]
fn after_a_kill_the_next_program_finds_no_session_on_a_card_that_forgets_it_at_a_reset() {
    if left_out() {
        return;
    }
    let (_, answer) = killed("killed-forgets", "--quirk forgets-at-reset", 0);
    assert_eq!(answer, "6982");
}

#[test]
fn after_a_kill_the_service_takes_the_power_of_a_card_that_nobody_uses() {
    if left_out() {
        return;
    }
    // Five seconds by the service's source, and some for a busy machine; a longer wait proves the same.
    let waits = [8, 20, 60];
    let refused = waits.into_iter().find(|seconds| {
        let (_, answer) = killed("killed-waited", "", *seconds);
        println!(
            "{seconds} s after the kill another program's signing command is answered {answer:.12}"
        );
        answer == "6982"
    });
    assert!(
        refused.is_some(),
        "the session outlives a minute: say so in the READMEs"
    );
}

#[test]
fn another_library_reads_the_other_applications_and_accepts_their_signatures() {
    if left_out() {
        return;
    }
    let command = format!(
        "{}/read-myna-card 1234 550401 55040120354016",
        programs().display()
    );
    let session = Session::run("applications", CARD, &command);
    session.assert_success();
    for line in [
        "common 990000000000001 13101 2035-04-01",
        "common tries Remaining(3)",
        "registry tries Remaining(3)",
        "text basic true",
        "text 医療　太郎 東京都千代田区霞が関１丁目２番３号 1980-04-01 Male",
        "text key signed",
        "text presence proven",
        "face municipality 13101",
        "face age signed",
        "face signed 2035-04-01 Png Jpeg2000",
        "face presence proven",
        "jpki signs true",
        "jpki Sha256Pss holds",
    ] {
        assert!(
            session.stdout.contains(line),
            "no {line:?} in {}",
            session.stdout
        );
    }
}
