//! `mynacard-sandbox serve` as its users start it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// Ends the program by its own handle, whatever the test does.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(arguments: &[&str]) -> (Served, impl Iterator<Item = String> + use<>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mynacard-sandbox"))
        .arg("serve")
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    (Served(child), lines)
}

#[test]
fn it_prints_url_authority_and_fresh_codes() {
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    let (_served, lines) = serve(&["--activations", "2", "--ca-file", ca.to_str().unwrap()]);
    let lines: Vec<String> = lines.take(5).collect();
    assert!(lines[0].contains("NOT THE OFFICIAL SYSTEM"), "{lines:?}");
    assert!(lines[1].starts_with("url: https://127.0.0.1:"), "{lines:?}");
    assert!(lines[2].starts_with("ca-file: "), "{lines:?}");
    assert!(
        lines[3]
            .starts_with("activation: institution-code 1312345679 id W0000001 activation-code ")
    );
    assert!(lines[4].contains("id W0000002"));
    let pem = std::fs::read_to_string(ca).unwrap();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----\n"));
}

#[test]
fn a_database_keeps_the_authority_and_the_json_is_one_document() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.sqlite");
    let run = || {
        let (_served, mut lines) = serve(&[
            "--json",
            "--database",
            file.to_str().unwrap(),
            "--institution",
            "0110113719",
        ]);
        let document: Value = serde_json::from_str(&lines.next().unwrap()).unwrap();
        assert_eq!(document["sandbox"], true);
        assert_eq!(document["activations"][0]["institution_code"], "0110113719");
        let pem = std::fs::read_to_string(document["ca_file"].as_str().unwrap()).unwrap();
        (pem, document["activations"][0]["id"].clone())
    };
    let (first, second) = (run(), run());
    assert_eq!(first.0, second.0);
    assert_ne!(first.1, second.1);
}

#[test]
fn it_is_in_the_trouble_that_it_was_asked_to_be_in() {
    use base64::Engine as _;
    use mynacard_auth::{Cancel, ServiceErrorKind};
    use mynacard_client::https::{Endpoint, HttpsService};
    for (troubles, expected) in [
        (&["server-error"][..], Some(ServiceErrorKind::Unreachable)),
        (&["html"], Some(ServiceErrorKind::MalformedAnswer)),
        (&["cut:20"], Some(ServiceErrorKind::Unreachable)),
        (&["end:120"], Some(ServiceErrorKind::Unreachable)),
        (
            &["certificate-other"],
            Some(ServiceErrorKind::UntrustedServer),
        ),
        (
            &["certificate-ended"],
            Some(ServiceErrorKind::ServerNotValidNow),
        ),
        // Two of one sort: the last one counts.
        (&["garbage", "latency:10"], None),
    ] {
        let mut arguments = vec!["--json"];
        arguments.extend(troubles.iter().flat_map(|trouble| ["--trouble", *trouble]));
        let (_served, mut lines) = serve(&arguments);
        let document: Value = serde_json::from_str(&lines.next().unwrap()).unwrap();
        let pem = std::fs::read_to_string(document["ca_file"].as_str().unwrap()).unwrap();
        let inside: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let root = base64::engine::general_purpose::STANDARD
            .decode(inside)
            .unwrap();
        let endpoint = Endpoint::sandbox(document["url"].as_str().unwrap(), &root);
        let service = HttpsService::new(&endpoint, None).unwrap();
        let found = service.info(&Cancel::new()).err().map(|error| error.kind());
        assert_eq!(found, expected, "{troubles:?}");
    }
    let refused = Command::new(env!("CARGO_BIN_EXE_mynacard-sandbox"))
        .args(["serve", "--trouble", "rain"])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let why = String::from_utf8(refused.stderr).unwrap();
    assert!(
        why.contains("latency") && why.contains("certificate-other"),
        "{why}"
    );
}

#[test]
fn it_prints_the_protocol() {
    let out = Command::new(env!("CARGO_BIN_EXE_mynacard-sandbox"))
        .arg("openapi")
        .output()
        .unwrap();
    assert!(out.status.success());
    assert_eq!(
        String::from_utf8(out.stdout).unwrap(),
        mynacard_sandbox::OPENAPI
    );
}

#[test]
fn a_taken_port_is_said_and_fails() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let out = Command::new(env!("CARGO_BIN_EXE_mynacard-sandbox"))
        .args(["serve", "--port", &port])
        .output()
        .unwrap();
    assert!(!out.status.success());
    let text = String::from_utf8(out.stderr).unwrap();
    assert!(text.contains("cannot listen"), "{text}");
}
