//! The card as a program with a reader's driver played here: its counters outlive power cycles, a restart and a kill.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

mod support;
use support::{Folder, hex, to_hex};

const SELECT: &str = "00A4040C0AD392F000260100000001";
const COUNTER: &str = "00200098";
const WRONG: &str = "002000980430303030";
const RIGHT: &str = "002000980431323334";

/// A program with a card, and the reader's end of its connection.
struct Inserted {
    program: Child,
    reader: TcpStream,
}

impl Inserted {
    fn new(counters: Option<&Path>) -> Self {
        let driver = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = driver.local_addr().expect("bound").port().to_string();
        let mut command = Command::new(env!("CARGO_BIN_EXE_mynacard-sim"));
        command.args(["vpcd", "--person", "kyokai-self", "--port", &port]);
        if let Some(path) = counters {
            command.arg("--counters").arg(path);
        }
        let program = command.stdout(Stdio::null()).spawn().expect("the program");
        let (reader, _) = driver.accept().expect("the card connects");
        reader
            .set_read_timeout(Some(Duration::from_secs(60)))
            .expect("a timeout");
        Self { program, reader }
    }

    fn say(&mut self, body: &[u8]) {
        let length = u16::try_from(body.len()).expect("short").to_be_bytes();
        let message = [&length, body].concat();
        self.reader.write_all(&message).expect("the card listens");
    }

    fn power(&mut self, on: bool) {
        self.say(&[u8::from(on)]);
    }

    /// A command and its answer, hexadecimal.
    fn ask(&mut self, command: &str) -> String {
        self.say(&hex(command));
        let mut length = [0; 2];
        self.reader.read_exact(&mut length).expect("an answer");
        let mut body = vec![0; usize::from(u16::from_be_bytes(length))];
        self.reader.read_exact(&mut body).expect("an answer");
        to_hex(&body)
    }

    /// Power off and on, SELECT, and what the counter says then.
    fn counter(&mut self) -> String {
        self.power(false);
        self.power(true);
        assert_eq!(self.ask(SELECT), "9000");
        self.ask(COUNTER)
    }
}

impl Drop for Inserted {
    /// Without any chance to write something at the end.
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

#[test]
fn counters_outlive_power_cycles_a_kill_and_a_restart() {
    let folder = Folder::new("counters");
    let path = folder.path().join("counters");
    let mut card = Inserted::new(Some(&path));
    assert_eq!(card.counter(), "63C3");
    assert_eq!(card.ask(WRONG), "63C2");
    assert_eq!(card.counter(), "63C2", "after a power cycle");
    drop(card);
    let mut card = Inserted::new(Some(&path));
    assert_eq!(card.counter(), "63C2", "after a kill");
    assert_eq!(card.ask(WRONG), "63C1");
    drop(card);
    let mut card = Inserted::new(Some(&path));
    assert_eq!(card.counter(), "63C1");
    assert_eq!(card.ask(RIGHT), "9000");
    assert_eq!(card.counter(), "63C3", "no session is left");
    drop(card);
    assert_eq!(Inserted::new(Some(&path)).counter(), "63C3");
}

#[test]
fn without_the_option_every_start_is_a_fresh_card() {
    let mut card = Inserted::new(None);
    assert_eq!(
        (card.counter(), card.ask(WRONG)),
        ("63C3".into(), "63C2".into())
    );
    drop(card);
    assert_eq!(Inserted::new(None).counter(), "63C3");
}

#[test]
fn a_file_that_holds_no_counters_is_an_error_before_anything_is_inserted() {
    let folder = Folder::new("no-counters");
    let path = folder.write("counters", b"authentication many\n");
    let output = Command::new(env!("CARGO_BIN_EXE_mynacard-sim"))
        .args([
            "vpcd",
            "--person",
            "kyokai-self",
            "--port",
            "9",
            "--counters",
        ])
        .arg(path)
        .output()
        .expect("the program");
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("not a line of counters"), "{said}");
}
