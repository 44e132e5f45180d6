//! `mynacard-sandbox --oqs DIR` as its users start it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod oqs_support;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use mynacard_client::folder::{
    Event, ExchangeOptions, Existing, FaceFolder, FaceOptions, Outcome, Password, Unauthenticated,
};
use mynacard_eligibility::FieldId as F;
use mynacard_eligibility::message::MessageKind;
use mynacard_eligibility::message::request::{Padding, bulk_query, download};
use oqs_support::*;

/// Ends the program by its own handle, whatever the test does.
struct Started(Child);

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(share: &Path, arguments: &[&str], lines: usize) -> (Started, Vec<String>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mynacard-sandbox"))
        .args(["--oqs", share.to_str().unwrap()])
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let lines = out.lines().take(lines).map(Result::unwrap).collect();
    (Started(child), lines)
}

#[test]
fn it_answers_and_puts_cards_on_the_reader() {
    let dir = folder();
    let share = dir.path().join("OQS");
    let (_started, lines) = start(
        &share,
        &[
            "--card",
            "kyokai-self",
            "--card",
            "lost",
            "--fault",
            "half",
            "--fault",
            "none",
        ],
        4,
    );
    assert!(lines[0].contains("NOT THE OFFICIAL SYSTEM"), "{lines:?}");
    assert_eq!(lines[1], format!("oqs: {}", share.display()));
    let options = FaceOptions {
        existing: Existing::Deliver,
        ..FaceOptions::default()
    };
    let mut faces = FaceFolder::open(share.join("face"), options);
    let mut seen = Vec::new();
    for _ in 0..2 {
        match faces.next(LONG, &never()) {
            Some(Event::Answer(face)) => seen.push(format!("face: {}", face.path.display())),
            other => panic!("{other:?}"),
        }
    }
    seen.sort();
    assert_eq!(seen, lines[2..]);
    let mut exchange = computer(&share, "A");
    exchange
        .submit(MessageKind::Query, "1", &query_of("1", &taro()), NOW)
        .unwrap();
    let answer = response(exchange.next(LONG, &never()));
    assert_eq!(answer.outcome().trust_the_folder(), Outcome::Finished);
}

#[test]
fn it_packs_bulk_results_and_answers_one_institution_only() {
    let dir = folder();
    let share = dir.path().join("OQS");
    let (_started, _) = start(
        &share,
        &[
            "--zip",
            "--zip-password",
            "himitsu",
            "--institution",
            "1312345679",
        ],
        2,
    );
    let options = ExchangeOptions {
        zip_password: Some(Password::new("himitsu")),
        ..options()
    };
    let mut exchange = computer_with(&share, "A", options);
    let mut ask = |kind, message: &_| {
        let id = exchange.next_id(kind, today());
        let name = exchange.submit(kind, &id, message, NOW).unwrap();
        let response = response(exchange.next(LONG, &never()));
        exchange.acknowledge(&name).unwrap();
        response
    };
    let upload = bulk_query(&sender("u"), today(), &[taro()], Padding::Spaces).unwrap();
    let accepted = ask(MessageKind::BulkQuery, &upload);
    let fetch = download(
        &sender("d"),
        accepted.reception_number().unwrap().trust_the_folder(),
    )
    .unwrap();
    let result = loop {
        let result = ask(MessageKind::BulkQueryDownload, &fetch);
        if result.outcome().trust_the_folder() != Outcome::InProgress {
            break result;
        }
    };
    assert_eq!(result.people(), 1);
    assert!(result.path.extension().is_some_and(|end| end == "zip"));
    let mut other = query_of("x", &taro());
    other
        .header
        .insert(F::MEDICAL_INSTITUTION_CODE, "0110113719");
    let refused = ask(MessageKind::Query, &other);
    assert_eq!(
        refused
            .header(F::ERROR_CODE)
            .map(Unauthenticated::trust_the_folder),
        Some("REF-1004")
    );
}

#[test]
fn wrong_use_is_said_and_fails() {
    for (arguments, said) in [
        (
            &["--oqs", "x", "--fault", "fire"][..],
            "expected one of none slow",
        ),
        (&["--card", "kyokai-self"], "--oqs"),
        (&[], "--oqs"),
        (&["--oqs", "/dev/null/x"], "cannot make the folders"),
    ] {
        let out = Command::new(env!("CARGO_BIN_EXE_mynacard-sandbox"))
            .args(arguments)
            .output()
            .unwrap();
        assert!(!out.status.success(), "{arguments:?}");
        let text = String::from_utf8(out.stderr).unwrap();
        assert!(text.contains(said), "{arguments:?}: {text}");
    }
    let dir = folder();
    let out = Command::new(env!("CARGO_BIN_EXE_mynacard-sandbox"))
        .args([
            "--oqs",
            dir.path().to_str().unwrap(),
            "--card",
            "unregistered",
        ])
        .output()
        .unwrap();
    let text = String::from_utf8(out.stderr).unwrap();
    assert!(
        !out.status.success() && text.contains("unregistered"),
        "{text}"
    );
}
