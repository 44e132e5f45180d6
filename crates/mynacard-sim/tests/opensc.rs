//! OpenSC, which knows nothing of this project, uses the virtual card in a real reader: every command of its that works with a
//! right card, both keys, and a wrong PIN.

use mynacard_sim::{person, pki};

#[path = "support/reader.rs"]
mod reader;
mod support;
use reader::{Session, left_out};
use support::{Folder, day, hex, openssl, pem};

/// Issued on [`day`].
const CARD: &str = "--person kyokai-self --at 1795143600";

#[test]
fn opensc_recognises_the_card_and_lists_what_is_on_it() {
    if left_out() {
        return;
    }
    let session = Session::run("dump", CARD, "opensc-tool -a -n && pkcs15-tool --dump");
    session.assert_success();
    for line in [
        "3b:e0:00:ff:81:31:fe:45:14\njpki\n",
        "PKCS#15 Card [JPKI]",
        "PIN [User Authentication PIN]",
        "PIN [Digital Signature PIN]",
        "Tries left     : 3",
        "Tries left     : 5",
        "X.509 Certificate [User Authentication Certificate]",
        "X.509 Certificate [Digital Signature Certificate CA]",
    ] {
        assert!(
            session.stdout.contains(line),
            "no {line:?} in {}",
            session.stdout
        );
    }
}

#[test]
fn certificates_come_out_byte_for_byte() {
    if left_out() {
        return;
    }
    let commands = "pkcs15-tool --read-certificate 1 >1.pem \
        && pkcs15-tool --verify-pin --auth-id 2 --pin ABC123 --read-certificate 2 >2.pem \
        && pkcs15-tool --read-certificate 3 >3.pem && pkcs15-tool --read-certificate 4 >4.pem";
    let session = Session::run("certificates", CARD, commands);
    session.assert_success();
    let der = |name: &str| {
        let path = session.folder.path().join(name);
        openssl(
            [
                "x509",
                "-in",
                path.to_str().expect("UTF-8"),
                "-outform",
                "DER",
                "-out",
            ]
            .into_iter()
            .map(String::from)
            .chain([format!("{}.der", path.display())]),
        );
        session.file(&format!("{name}.der"))
    };
    let holder = person("kyokai-self").expect("listed");
    assert_eq!(der("1.pem"), pki::authentication_certificate(holder, day()));
    assert_eq!(der("2.pem"), pki::signature_certificate(holder, day()));
    assert_eq!(der("3.pem"), pki::AUTHENTICATION_ROOT);
    assert_eq!(der("4.pem"), pki::SIGNATURE_ROOT);
}

#[test]
fn both_keys_sign_what_openssl_verifies() {
    if left_out() {
        return;
    }
    let sign = |slot: u8, pin: &str| {
        format!(
            "pkcs11-tool --slot-index {slot} --login --pin {pin} --sign --id 0{} -m SHA256-RSA-PKCS -i message -o signature{slot}",
            slot + 1
        )
    };
    let commands = format!(
        "echo message >message && {} && {}",
        sign(0, "1234"),
        sign(1, "ABC123")
    );
    let session = Session::run("keys", CARD, &commands);
    session.assert_success();
    let holder = person("kyokai-self").expect("listed");
    assert_verifies(
        &session,
        &pki::authentication_certificate(holder, day()),
        "signature0",
    );
    assert_verifies(
        &session,
        &pki::signature_certificate(holder, day()),
        "signature1",
    );
}

#[track_caller]
fn assert_verifies(session: &Session, certificate: &[u8], signature: &str) {
    let folder = Folder::new(&format!("verify-{signature}"));
    let certificate = pem(&folder, "certificate", certificate);
    let key = openssl([
        "x509",
        "-in",
        certificate.to_str().expect("UTF-8"),
        "-noout",
        "-pubkey",
    ]);
    let key = folder.write("key.pem", key.as_bytes());
    let path = |name: &str| session.folder.path().join(name).display().to_string();
    let key = key.display().to_string();
    let text = openssl([
        "dgst",
        "-sha256",
        "-verify",
        &key,
        "-signature",
        &path(signature),
        &path("message"),
    ]);
    assert!(text.contains("Verified OK"), "{text}");
}

#[test]
fn a_wrong_pin_is_refused_and_costs_one_try() {
    if left_out() {
        return;
    }
    let commands = "echo message >message; \
        pkcs11-tool --slot-index 0 --login --pin 9999 --sign --id 01 -m SHA256-RSA-PKCS -i message -o signature; \
        opensc-tool -s 00A4040C0AD392F000260100000001 -s 00A4020C020018 -s 00200080";
    let session = Session::run("wrong", CARD, commands);
    session.assert_success();
    assert!(
        session.stderr.contains("CKR_PIN_INCORRECT"),
        "{}{}",
        session.stdout,
        session.stderr
    );
    let (command, answer) = session.trace.last().expect("a trace");
    assert_eq!((command.as_str(), answer.as_str()), ("00200080", "63C2"));
    assert_eq!(session.count("0020008004"), 1, "one VERIFY");
}

#[test]
fn every_probe_of_another_driver_is_refused() {
    if left_out() {
        return;
    }
    let session = Session::run("probes", CARD, "opensc-tool -n");
    session.assert_success();
    assert!(session.stdout.contains("jpki"));
    let ours = |command: &str| command.starts_with("00A4040C0AD392F000260100000001");
    let probes = session
        .trace
        .iter()
        .filter(|(command, _)| !ours(command))
        .count();
    println!("{probes} probes of other drivers");
    assert!(probes >= 20, "{probes} probes: {:#?}", session.trace);
    for (command, answer) in &session.trace {
        assert!(
            ours(command)
                || ["6A82", "6A86", "6A88", "6D00", "6E00", "6700", "6986"]
                    .contains(&answer.as_str()),
            "{command}: {answer}"
        );
    }
}

#[test]
fn opensc_reads_in_short_commands_where_the_reader_has_no_extended_ones() {
    if left_out() {
        return;
    }
    let commands = "pkcs15-tool --read-certificate 1";
    let session = Session::run("short", "--person kokuho --no-extended", commands);
    session.assert_success();
    assert!(session.stdout.contains("BEGIN CERTIFICATE"));
    assert!(
        session
            .trace
            .iter()
            .all(|(command, _)| hex(command).len() <= 261)
    );
}

#[test]
fn opensc_works_with_every_plastic_profile() {
    if left_out() {
        return;
    }
    for profile in ["plastic-2016", "plastic-2023", "old-card"] {
        let commands = "echo message >message; opensc-tool -n && pkcs15-tool --read-certificate 1 >1.pem \
            && pkcs11-tool --slot-index 0 --login --pin 1234 --sign --id 01 -m SHA256-RSA-PKCS -i message -o signature";
        let session = Session::run(profile, &format!("{CARD} --profile {profile}"), commands);
        session.assert_success();
        assert!(
            session.stdout.contains("jpki"),
            "{profile}: {}",
            session.stdout
        );
        let holder = person("kyokai-self").expect("listed");
        assert_verifies(
            &session,
            &pki::authentication_certificate(holder, day()),
            "signature",
        );
    }
}

#[test]
fn opensc_explorer_walks_through_the_other_applications() {
    if left_out() {
        return;
    }
    let script = "apdu 00A4040C0AD3921000310001010408\napdu 00200091\napdu 002000910431323334\napdu 00B0820000\n\
        apdu 00A4040C0AD3921000310001010402\napdu 00B0820000\napdu 00B0830000\n\
        apdu 0020009106353530343031\napdu 00B0810000\napdu 002000920E3535303430313230333534303136\napdu 00B0820004\n\
        apdu {presence}\n\
        apdu 00A4040C0AD3921000310001010100\napdu 00B2010C00\n\
        apdu 00A4040C0AD3921000310001010401\napdu 0020009C\nquit\n";
    // COMPUTE DIGITAL SIGNATURE of the card face, over a digest of its own.
    let presence = format!(
        "802A0000333031300D060960864801650304020105000420{}00",
        "5A".repeat(32)
    );
    let script = script.replace("{presence}", &presence);
    let commands = format!("printf '{script}' >script; OPENSC_DRIVER=jpki opensc-explorer script");
    let session = Session::run("explorer", CARD, &commands);
    let answer = |command: &str| {
        let found = session.trace.iter().rev().find(|(sent, _)| sent == command);
        found
            .unwrap_or_else(|| {
                panic!(
                    "{command} was not sent: {}{}",
                    session.stdout, session.stderr
                )
            })
            .1
            .clone()
    };
    assert_eq!(answer("00200091"), "63C3");
    assert_eq!(answer("002000910431323334"), "9000");
    assert!(
        session
            .trace
            .iter()
            .any(|(command, answer)| command == "00B0820000" && answer.starts_with("FF20"))
    );
    assert_eq!(
        answer("00B0820000"),
        "6982",
        "the card face stays shut before its number"
    );
    assert_eq!(answer("0020009106353530343031"), "9000", "the birth date");
    let age = answer("00B0810000");
    assert!(age.starts_with("FF10") && age.ends_with("9000"), "{age}");
    assert_eq!(
        answer("002000920E3535303430313230333534303136"),
        "9000",
        "number B"
    );
    let face = answer("00B0820004");
    assert!(face.starts_with("FF20") && face.ends_with("9000"), "{face}");
    let signature = answer(&presence);
    assert!(
        signature.len() == 2 * (256 + 2) && signature.ends_with("9000"),
        "{signature}"
    );
    assert!(answer("00B0830000").starts_with("FF30"));
    assert!(answer("00B2010C00").ends_with("9000"));
    assert_eq!(answer("0020009C"), "63C3");
}

#[test]
fn counters_survive_a_restart_of_the_card_when_asked() {
    if left_out() {
        return;
    }
    let counters = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("counters-{}", std::process::id()));
    let card = format!("{CARD} --counters {}", counters.display());
    let ask = "opensc-tool -s 00A4040C0AD392F000260100000001 -s 00200098 -s 002000980430303030";
    let first = Session::run("restart-1", &card, ask);
    let second = Session::run("restart-2", &card, ask);
    let _ = std::fs::remove_file(&counters);
    let told = |session: &Session| {
        session
            .trace
            .iter()
            .rev()
            .take(2)
            .map(|(_, answer)| answer.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(told(&first), ["63C2", "63C3"]);
    assert_eq!(told(&second), ["63C1", "63C2"]);
}

#[test]
fn a_fault_takes_the_card_out_of_the_reader() {
    if left_out() {
        return;
    }
    let commands =
        "opensc-tool -s 00A4040C0AD392F000260100000001 -s 00200098; sleep 1; opensc-tool -l";
    let session = Session::run("fault", &format!("{CARD} --fault 1:left-after"), commands);
    assert!(
        !session.stdout.contains("Yes"),
        "the card is still there: {}",
        session.stdout
    );
}
