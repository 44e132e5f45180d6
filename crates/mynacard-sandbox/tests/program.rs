//! `mynacard-sandbox serve` as its users start it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../examples/soak/fleet.rs"]
#[allow(clippy::expect_used, unreachable_pub)] // the soak's
mod fleet;

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
    use mynacard_auth::{Cancel, ServiceErrorKind};
    use mynacard_client::https::HttpsService;
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
        let endpoint = endpoint_of(&document);
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

/// The authority in the file that the program's JSON names, DER.
fn root_of(document: &Value) -> Vec<u8> {
    use base64::Engine as _;
    let pem = std::fs::read_to_string(document["ca_file"].as_str().unwrap()).unwrap();
    let inside: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    base64::engine::general_purpose::STANDARD
        .decode(inside)
        .unwrap()
}

fn endpoint_of(document: &Value) -> mynacard_client::https::Endpoint {
    let url = document["url"].as_str().unwrap();
    mynacard_client::https::Endpoint::sandbox(url, &root_of(document))
}

#[test]
fn every_trouble_that_it_names_is_felt_at_the_other_end() {
    use mynacard_auth::{Cancel, Terminal, TermsAccepted};
    use mynacard_client::https::HttpsService;
    use std::time::{Duration, Instant, SystemTime};
    let stop = Cancel::new();
    for name in mynacard_sandbox::Trouble::NAMES {
        let plain = name.split(['[', ':']).next().unwrap();
        let trouble = match plain {
            "latency" => "latency:300",
            "trickle" => "trickle:60",
            "maintenance" => "maintenance:7",
            "clock" => "clock:3600",
            plain => plain,
        };
        let (_served, mut lines) = serve(&["--json", "--trouble", trouble]);
        let document: Value = serde_json::from_str(&lines.next().unwrap()).unwrap();
        let endpoint = endpoint_of(&document);
        let issued = &document["activations"][0];
        let text = |name: &str| issued[name].as_str().unwrap().to_owned();
        let issued = mynacard_sandbox::UserSettings {
            institution_code: text("institution_code"),
            id: text("id"),
            activation_code: text("activation_code"),
        };
        let info = || {
            HttpsService::new(&endpoint, None)
                .unwrap()
                .info(&stop)
                .map_err(|error| error.code())
        };
        // What a newcomer is told.
        let activated = || {
            let settings = mynacard_auth::UserSettings::new(
                &issued.institution_code,
                &issued.id,
                &issued.activation_code,
            )
            .unwrap();
            let mut newcomer = HttpsService::new(&endpoint, None).unwrap();
            Terminal::activate(&mut newcomer, &settings, TermsAccepted, &stop)
                .err()
                .map(|error| match error.kind() {
                    mynacard_auth::ErrorKind::Service(service) => {
                        let wait = service.reply().and_then(|reply| reply.retry_after);
                        (error.code(), wait)
                    }
                    _ => (error.code(), None),
                })
        };
        // What becomes of a check.
        let checked = || {
            let root = root_of(&document);
            let url = document["url"].as_str().unwrap();
            let mut counters = fleet::fleet_of(url, &root, std::slice::from_ref(&issued));
            counters[0].check().err().map(|error| error.code())
        };
        let begin = Instant::now();
        let code = |found: Result<_, &'static str>| found.err();
        match plain {
            "latency" => {
                info().unwrap();
                assert!(begin.elapsed() >= Duration::from_millis(300));
            }
            "trickle" => {
                info().unwrap();
                // An answer has more than sixteen bytes: some pauses were made.
                assert!(begin.elapsed() >= Duration::from_millis(120));
            }
            "clock" => {
                let ahead = info().unwrap().time.duration_since(SystemTime::now());
                assert!(ahead.unwrap() > Duration::from_secs(3500));
            }
            "certificate-renewed" => drop(info().unwrap()),
            "twice" => assert_eq!(checked(), None),
            "broken-message" => assert_eq!(checked(), Some("MC-6012")),
            "revocation-unknown" => assert_eq!(checked(), Some("MC-6127")),
            "maintenance" => {
                let wait = Some(Duration::from_secs(7));
                assert_eq!(activated(), Some(("MC-6151", wait)));
            }
            "timeout" => assert_eq!(activated(), Some(("MC-6152", None))),
            "too-many" => {
                let wait = Some(Duration::from_secs(10));
                assert_eq!(activated(), Some(("MC-6153", wait)));
            }
            "cut" | "end" | "server-error" => assert_eq!(code(info()), Some("MC-6001")),
            "html" | "garbage" => assert_eq!(code(info()), Some("MC-6007")),
            "certificate-other" => assert_eq!(code(info()), Some("MC-6004")),
            "certificate-ended" | "certificate-not-yet" => {
                assert_eq!(code(info()), Some("MC-6014"));
            }
            other => panic!("nobody tries {other}"),
        }
    }
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
