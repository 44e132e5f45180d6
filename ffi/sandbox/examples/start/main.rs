//! From the start of a process to its first answer, and the most memory that one check takes: a program in Rust and one in C, beside
//! programs that do nothing.
//!
//! `cargo run --release --package mynacard-ffi-sandbox --example start` prints a table for `benches/REPORT.md`. It compiles `first.c`
//! against both C libraries as they were just built, and is the program in Rust itself.
#![allow(clippy::print_stdout, clippy::expect_used)] // a program that prints what it measured

use std::error::Error;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use mynacard_auth::{
    Cancel, Desk, DeskSettings, Identity, Purpose, Terminal, TermsAccepted, UserSettings,
};
use mynacard_card::Pin;
use mynacard_cert::TrustStore;
use mynacard_client::https::{Endpoint, HttpsService};
use mynacard_eligibility::FieldId;
use mynacard_sandbox::{Running, Sandbox};
use mynacard_sim::{VirtualCard, person};

type Outcome<T> = Result<T, Box<dyn Error>>;

const ROUNDS: usize = 21;
/// Of the synthetic person, as both programs print it.
const INSURER: &str = "01130012";

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => measure(),
        [only] if only == "nothing" => {
            println!("nothing");
            until_looked_at()
        }
        [url, root, institution, id, activation] => {
            first(url, &std::fs::read(root)?, [institution, id, activation])
        }
        _ => Err("usage: start [ADDRESS CA.der INSTITUTION ID ACTIVATION]".into()),
    }
}

/// The program in Rust: as `first.c`.
fn first(url: &str, root: &[u8], issued: [&String; 3]) -> Outcome<()> {
    let [institution, id, activation] = issued;
    let (endpoint, stop) = (Endpoint::sandbox(url, root), Cancel::new());
    let settings = UserSettings::new(institution, id, activation)?;
    let mut new = HttpsService::new(&endpoint, None)?;
    let terminal = Terminal::activate(&mut new, &settings, TermsAccepted, &stop)?;
    let service = HttpsService::new(&endpoint, Some(&terminal))?;
    let roots = DeskSettings::new(TrustStore::simulation());
    let desk = Desk::new(Box::new(service), roots);
    let ready = desk.prepare(Purpose::Reception, SystemTime::now(), &stop)?;
    let holder = person("kyokai-self").ok_or("no such person")?;
    let mut card = VirtualCard::new(holder, SystemTime::now());
    let pin = Identity::Pin(Pin::new(b"1234")?);
    let checked = ready.check(&mut card, pin, SystemTime::now(), &stop)?;
    let results = checked.answer().map(mynacard_eligibility::Answer::results);
    let insurance = results.as_ref().and_then(|results| results.first());
    println!(
        "{}",
        insurance
            .and_then(|insurance| insurance.text(FieldId::INSURER_NUMBER))
            .unwrap_or("-")
    );
    until_looked_at()
}

/// Waits for the end of the input: the process stays for whoever measures it.
fn until_looked_at() -> Outcome<()> {
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

fn measure() -> Outcome<()> {
    let running = Sandbox::builder().challenges_per_minute(u32::MAX).start()?;
    let folder = tempfile::tempdir()?;
    let root = folder.path().join("ca.der");
    std::fs::write(&root, running.ca_certificate_der())?;
    let (rust, c) = (std::env::current_exe()?, compile(folder.path())?);
    let bare = |program: &Path| {
        let mut command = Command::new(program);
        command.args((program == rust).then_some("nothing"));
        command
    };
    let whole = |program: &Path, running: &Running| -> Outcome<Command> {
        let mut command = Command::new(program);
        command.arg(running.url()).arg(&root).args(issued(running)?);
        Ok(command)
    };
    let mut rows = [
        ("a program that does nothing, Rust", Vec::new()),
        ("the first answer, Rust", Vec::new()),
        ("a program that does nothing, C", Vec::new()),
        ("the first answer, C", Vec::new()),
    ];
    for _ in 0..ROUNDS {
        // A stand-in of its own, because an institution has only so many terminals.
        let running = Sandbox::builder().start()?;
        std::fs::write(&root, running.ca_certificate_der())?;
        let commands = [
            bare(&rust),
            whole(&rust, &running)?,
            bare(&c),
            whole(&c, &running)?,
        ];
        for (command, (_, found)) in commands.into_iter().zip(&mut rows) {
            found.push(once(command)?);
        }
    }
    println!("| process | ms to its answer, median | ÷ floor | peak KiB | ÷ floor |");
    println!("|---|--:|--:|--:|--:|");
    let mut floor = (1.0, 1.0);
    for (name, mut found) in rows {
        found.sort_unstable();
        let (time, _) = found.get(ROUNDS / 2).copied().unwrap_or_default();
        let peak = found.iter().map(|(_, peak)| *peak).max().unwrap_or(0);
        let here = (time.as_secs_f64() * 1000.0, peak as f64);
        if name.starts_with("a program") {
            floor = here;
        }
        println!(
            "| {name} | {:.2} | {:.1} | {peak} | {:.1} |",
            here.0,
            here.0 / floor.0,
            here.1 / floor.1
        );
    }
    Ok(())
}

/// Institution, identifier and activation code for one terminal more.
fn issued(running: &Running) -> Outcome<[String; 3]> {
    let issued = running.issue_activation()?;
    Ok([issued.institution_code, issued.id, issued.activation_code].map(|text| text.to_string()))
}

/// From the start of the process to its line, and the most memory that was its own, in KiB.
fn once(mut command: Command) -> Outcome<(Duration, u64)> {
    let begin = Instant::now();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
    let elapsed = begin.elapsed();
    // It waits for the end of its input, and can be looked at until then.
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()))?;
    drop(child.stdin.take());
    let ended = child.wait()?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.split_whitespace().next())
        .ok_or("no VmHWM")?
        .parse()?;
    let expected = ["nothing", INSURER];
    if !ended.success() || !expected.contains(&line.trim()) {
        return Err(format!("{ended}: it said {line:?}").into());
    }
    Ok((elapsed, peak))
}

/// `first.c` with both libraries, which cargo built for this program.
fn compile(folder: &Path) -> Outcome<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = std::env::current_exe()?;
    let built = program
        .parent()
        .and_then(Path::parent)
        .ok_or("no folder of built libraries")?
        .join("deps");
    for (name, file) in [
        ("libmynacard", "libmynacard_ffi.so"),
        ("libmynacard_sandbox", "libmynacard_sandbox_ffi.so"),
    ] {
        // Under the name that programs are linked with, and under the one that they are started with.
        for end in ["so", "so.0"] {
            std::fs::copy(built.join(file), folder.join(format!("{name}.{end}")))?;
        }
    }
    let place = folder.join("first");
    let compiled = Command::new("cc")
        .args(["-std=c11", "-O2", "-I"])
        .arg(here.join("../../include"))
        .arg(here.join("examples/start/first.c"))
        .arg("-L")
        .arg(folder)
        .arg(format!("-Wl,-rpath,{}", folder.display()))
        .args(["-lmynacard_sandbox", "-lmynacard", "-o"])
        .arg(&place)
        .status()?;
    if compiled.success() {
        Ok(place)
    } else {
        Err("first.c is not compiled".into())
    }
}
