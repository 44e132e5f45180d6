//! Nothing of one terminal or institution is reachable by another: every call that needs a certificate, with what belongs to
//! somebody else, by everybody else; and the owner's things are neither used up nor changed by it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::collections::BTreeSet;
use std::time::Duration;

use common::{
    Answer, Caller, Card, IDEMPOTENCY, REQUEST_ID, Terminal, activation, b64, confirmation, csr,
    key, unb64,
};
use mynacard_sandbox::{Institution, InstitutionKind, Running, Sandbox, routes};
use serde_json::{Value, json};

/// What belongs to the owner.
struct Belongings {
    /// A body for each call that needs a certificate, with the owner's challenge, relay, check, reference or number.
    bodies: Vec<(&'static str, Value)>,
    today: String,
}

/// A stand-in whose bulk queries stay in progress: their download is one document then.
fn started() -> Running {
    Sandbox::builder()
        .bulk_time(Duration::from_secs(3600))
        .start()
        .unwrap()
}

fn clinic() -> Institution {
    Institution::new("0110113719", "他の診療所", InstitutionKind::Clinic)
}

fn post(caller: &Caller, path: &str, body: &Value) -> Answer {
    match path {
        "/v1/confirm" => caller.confirm(IDEMPOTENCY, body),
        _ => caller.post(path, body),
    }
}

/// A check whose consent may be registered; the answer's number.
fn checked(owner: &Terminal) -> String {
    let challenge = owner.challenge("pin");
    let mut body = confirmation(owner, &challenge, &mut Card::of("kokuho"));
    let mut card = Card::of("kokuho");
    let request = format!(
        r#"{{"request_id":"{REQUEST_ID}","limit_application":true,"specific_diseases":true,"consents":["YZK"],"operator":null}}"#
    );
    let certificate = card.certificate();
    card.pin();
    let signed = common::message(owner, &challenge, "pin", request.as_bytes(), &certificate);
    body["request"] = json!(b64(&request));
    body["signature"] = json!(b64(card.sign(&signed)));
    owner
        .caller
        .confirm(IDEMPOTENCY, &body)
        .is(200, "REF-0000")
        .text("check_id")
}

fn belongings(running: &Running, owner: &Terminal) -> Belongings {
    running.enrol_patients(&Institution::default(), 3).unwrap();
    let waiting = owner.challenge("pin");
    let today = waiting.text("date");
    let visual = owner.challenge("visual").text("challenge_id");
    let started = owner.challenge("visual").text("challenge_id");
    let start = json!({ "challenge_id": started });
    let relay = owner
        .caller
        .post("/v1/relay/start", &start)
        .text("relay_id");
    let period = json!({"care": "2", "by": "visit-date", "from": today, "to": today});
    let mut submit = period.clone();
    for (member, value) in [
        ("limit_application", json!(false)),
        ("specific_diseases", json!(false)),
        ("format", json!("xml")),
    ] {
        submit[member] = value;
    }
    let number = owner.caller.post("/v1/bulk/submit", &submit);
    let number = json!({"reception_number": number.text("reception_number")});
    let bodies = vec![
        ("/v1/relay/start", json!({ "challenge_id": visual })),
        (
            "/v1/relay/step",
            json!({"relay_id": relay, "step": 1, "response": b64([0x90, 0])}),
        ),
        (
            "/v1/confirm",
            confirmation(owner, &waiting, &mut Card::of("kyokai-self")),
        ),
        (
            "/v1/consents/register",
            json!({
                "check_id": checked(owner), "reference": "mine", "care": "3", "kinds": ["YZK"],
                "visit_date": today,
            }),
        ),
        ("/v1/consents/inquire", json!({"reference": "P0000001"})),
        (
            "/v1/consents/change",
            json!({"reference": "P0000001", "kinds": ["YZK"]}),
        ),
        (
            "/v1/requery",
            json!({
                "reference": "P0000001", "request_id": REQUEST_ID, "limit_application": false,
                "specific_diseases": false, "format": "xml",
            }),
        ),
        ("/v1/consents/list", period),
        ("/v1/bulk/poll", number.clone()),
        ("/v1/bulk/download", number),
        // Last: it ends what the ones above ask about.
        (
            "/v1/consents/cancel",
            json!({"reference": "P0000001", "reason": "1"}),
        ),
    ];
    Belongings { bodies, today }
}

/// Calls that name nothing of anybody: they act on the caller alone.
fn unnamed(seed: u8) -> Vec<(&'static str, Value)> {
    vec![
        (
            "/v1/challenge",
            json!({"operation": "check", "method": "pin", "purpose": "reception"}),
        ),
        (
            "/v1/bulk/submit",
            json!({
                "care": "2", "by": "visit-date", "from": "20200101", "to": "20991231",
                "limit_application": false, "specific_diseases": false, "format": "xml",
            }),
        ),
        ("/v1/terminal/renew", json!({"csr": b64(csr(&key(seed)))})),
        ("/v1/terminal/remove", json!({})),
    ]
}

#[test]
fn every_call_is_in_the_matrix() {
    let running = started();
    let owner = Terminal::activate(&running, 1);
    let all = belongings(&running, &owner).bodies;
    let asked: BTreeSet<_> = all
        .iter()
        .chain(&unnamed(9))
        .map(|(path, _)| *path)
        .collect();
    let served: BTreeSet<_> = routes().filter(|r| r.mutual).map(|r| r.path).collect();
    assert_eq!(asked, served);
}

#[test]
fn strangers_reach_nothing() {
    let running = started();
    let owner = Terminal::activate(&running, 1);
    let things = belongings(&running, &owner);
    let elsewhere = Sandbox::builder().start().unwrap();
    let settings = elsewhere.issue_activation().unwrap();
    let foreign = activation(&settings, &csr(&key(7)));
    let foreign = Caller::stranger(&elsewhere).post("/v1/activate", &foreign);
    let chain = vec![unb64(&foreign.text("certificate"))];
    let removed = Terminal::activate(&running, 2);
    removed.caller.post("/v1/terminal/remove", &json!({}));
    for (who, caller) in [
        ("nobody", Caller::stranger(&running)),
        (
            "another authority's",
            Caller::new(&running, Some((chain, &key(7)))),
        ),
        ("a removed terminal", removed.caller),
    ] {
        for (path, body) in things.bodies.iter().chain(&unnamed(9)) {
            let answer = post(&caller, path, body);
            let refused = (answer.status, answer.body["code"].as_str());
            assert_eq!(refused, (401, Some("REF-1001")), "{who} at {path}");
        }
    }
    unharmed(&owner, &things);
}

#[test]
fn another_institution_reaches_nothing() {
    let running = started();
    let owner = Terminal::activate(&running, 1);
    let things = belongings(&running, &owner);
    let other = Terminal::activate_for(&running, 2, &clinic());
    for (path, body) in &things.bodies {
        let answer = post(&other.caller, path, body);
        let expected = match *path {
            "/v1/relay/start" | "/v1/relay/step" | "/v1/confirm" => (400, "REF-2001"),
            "/v1/consents/list" => {
                assert_eq!(answer.body["consents"], json!([]));
                continue;
            }
            _ => (409, "REF-3101"),
        };
        let refused = (answer.status, answer.body["code"].as_str());
        assert_eq!(refused, (expected.0, Some(expected.1)), "{path}");
    }
    // What acts on the caller alone leaves the owner alone.
    for (path, body) in unnamed(3) {
        let answer = post(&other.caller, path, &body);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    }
    unharmed(&owner, &things);
}

#[test]
fn another_terminal_of_the_same_institution_uses_no_challenge_and_shares_the_patients() {
    let running = started();
    let owner = Terminal::activate(&running, 1);
    let things = belongings(&running, &owner);
    let second = Terminal::activate(&running, 2);
    for (path, body) in &things.bodies {
        let answer = post(&second.caller, path, body);
        match *path {
            "/v1/relay/start" | "/v1/relay/step" | "/v1/confirm" => {
                answer.is(400, "REF-2001");
            }
            "/v1/bulk/download" | "/v1/consents/cancel" => {}
            _ => assert_eq!(answer.status, 200, "{path}: {}", answer.body),
        }
        if *path == "/v1/bulk/poll" {
            break;
        }
    }
    let (_, remove) = unnamed(3).pop().unwrap();
    second.caller.post("/v1/terminal/remove", &remove);
    unharmed(&owner, &things);
}

/// Everything still works for the owner, as if nobody else had asked.
#[track_caller]
fn unharmed(owner: &Terminal, things: &Belongings) {
    for (path, body) in &things.bodies {
        let answer = post(&owner.caller, path, body);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        if *path == "/v1/consents/list" {
            assert!(!answer.body["consents"].as_array().unwrap().is_empty());
        }
    }
    assert_eq!(owner.challenge("pin").text("date"), things.today);
}

#[test]
fn a_grant_and_a_signature_serve_their_own_challenge_alone() {
    let running = started();
    let owner = Terminal::activate(&running, 1);
    let second = Terminal::activate(&running, 2);
    // Two challenges, answered crosswise: neither proof fits, and both challenges are spent.
    let (one, two) = (owner.challenge("pin"), owner.challenge("pin"));
    let mut first = confirmation(&owner, &one, &mut Card::of("kyokai-self"));
    let mut last = confirmation(&owner, &two, &mut Card::of("kyokai-self"));
    first["challenge_id"] = json!(two.text("challenge_id"));
    last["challenge_id"] = json!(one.text("challenge_id"));
    for body in [first, last] {
        owner
            .caller
            .confirm(IDEMPOTENCY, &body)
            .is(400, "REF-2003")
            .field("signature");
    }
    // A signature for one terminal's key is none for another's, under a challenge of its own.
    let mine = owner.challenge("pin");
    let theirs = second.challenge("pin");
    let mut carried = confirmation(&owner, &mine, &mut Card::of("kyokai-self"));
    carried["challenge_id"] = json!(theirs.text("challenge_id"));
    second
        .caller
        .confirm(IDEMPOTENCY, &carried)
        .is(400, "REF-2003");
}

#[test]
fn an_activation_is_repeated_for_its_own_key_alone() {
    let running = started();
    let settings = running.issue_activation().unwrap();
    let stranger = Caller::stranger(&running);
    let ask = |idempotency: &str, seed: u8| {
        let body = activation(&settings, &csr(&key(seed))).to_string();
        let header = format!("Idempotency-Key: {idempotency}\r\n");
        stranger.bytes("POST", "/v1/activate", &header, body.as_bytes())
    };
    ask("short", 1).is(400, "REF-4001").field("Idempotency-Key");
    let first = ask(IDEMPOTENCY, 1);
    assert_eq!(first.status, 200, "{}", first.body);
    assert_eq!(ask(IDEMPOTENCY, 1).body, first.body);
    // A stolen code: another key pair, with and without the number that was used; the same one under another number.
    ask(IDEMPOTENCY, 2).is(401, "REF-1002");
    ask(REQUEST_ID, 2).is(401, "REF-1002");
    ask(REQUEST_ID, 1).is(401, "REF-1002");
    let body = activation(&settings, &csr(&key(1)));
    stranger.post("/v1/activate", &body).is(401, "REF-1002");
    assert_eq!(ask(IDEMPOTENCY, 1).body, first.body);
}
