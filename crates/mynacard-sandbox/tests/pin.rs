//! The check by PIN over HTTPS, with virtual cards: what is answered, and every way to be refused.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use common::{Card, IDEMPOTENCY, REQUEST_ID, Terminal, b64, confirmation, message, request};
use mynacard_eligibility::{Answer, FieldId, Validity};
use mynacard_sandbox::{Condition, Running, Sandbox};
use serde_json::{Value, json};

fn started() -> (Running, Terminal) {
    let running = Sandbox::builder().start().unwrap();
    let terminal = Terminal::activate(&running, 7);
    (running, terminal)
}

fn check(terminal: &Terminal, card: &mut Card) -> common::Answer {
    let challenge = terminal.challenge("pin");
    let body = confirmation(terminal, &challenge, card);
    terminal.caller.confirm(IDEMPOTENCY, &body)
}

fn insurance(answer: &common::Answer) -> Answer {
    Answer::read_xml(answer.text("answer").as_bytes()).unwrap()
}

#[test]
fn a_card_and_its_pin_bring_the_insurance() {
    let (_running, terminal) = started();
    let mut card = Card::of("kyokai-self");
    let challenge = terminal.challenge("pin");
    let expires = challenge.body["expires_at"].as_i64().unwrap();
    assert_eq!(expires - challenge.body["issued_at"].as_i64().unwrap(), 120);
    let body = confirmation(&terminal, &challenge, &mut card);
    let answer = terminal.caller.confirm(IDEMPOTENCY, &body);
    answer.is(200, "REF-0000");
    assert_eq!(answer.text("nonce"), challenge.text("nonce"));
    assert_eq!(answer.text("request_id"), REQUEST_ID);
    let certificate = common::unb64(body["certificate"].as_str().unwrap());
    let hash: String = common::sha(certificate)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    assert_eq!(answer.text("certificate_sha256"), hash);
    assert_eq!(answer.text("check_id").len(), 32);
    let insurance = insurance(&answer);
    assert_eq!(insurance.validity(), Some(Validity::Valid));
    let results = insurance.results();
    assert_eq!(results[0].text(FieldId::NAME), Some("医療　太郎"));
    assert_eq!(results[0].text(FieldId::INSURER_NUMBER), Some("01130012"));
    assert_eq!(
        insurance.text(FieldId::MEDICAL_INSTITUTION_CODE),
        Some(terminal.facility.as_str())
    );
}

#[test]
fn the_answer_comes_as_json_too() {
    let (_running, terminal) = started();
    let mut card = Card::of("kokuho");
    let challenge = terminal.challenge("pin");
    let mut body = confirmation(&terminal, &challenge, &mut card);
    body["format"] = json!("json");
    let answer = terminal.caller.confirm(IDEMPOTENCY, &body);
    answer.is(200, "REF-0000");
    let read = Answer::from_json(&answer.text("answer")).unwrap();
    assert_eq!(read.results()[0].text(FieldId::INSURED_CARD_SYMBOL), None);
}

#[test]
fn everybody_with_a_pin_gets_her_own_answer() {
    let (_running, terminal) = started();
    let mut codes = Vec::new();
    let mut answers = HashSet::new();
    for person in mynacard_sim::people() {
        if person.pin().is_none() || person.authentication_tries() == 0 {
            continue;
        }
        let answer = check(&terminal, &mut Card::of(person.id()));
        let code = answer.text("code");
        if code != "REF-0000" {
            codes.push((person.id(), code));
        }
        if let Some(text) = answer.body["answer"].as_str() {
            let read = Answer::read_xml(text.as_bytes()).unwrap();
            let shown: Vec<_> = read
                .results()
                .iter()
                .flat_map(|r| r.values().map(|(id, text)| format!("{id:?}{text}")))
                .collect();
            answers.insert((read.validity().map(|v| v.code().to_owned()), shown));
        }
    }
    assert_eq!(
        codes,
        [
            ("cert-ending", "REF-0101".to_owned()),
            ("cert-ended", "REF-0102".to_owned()),
            ("cert-expired", "REF-2005".to_owned()),
            ("cert-revoked", "REF-2006".to_owned()),
            ("unregistered", "REF-3001".to_owned()),
        ]
    );
    assert_eq!(answers.len(), 33);
    let validities: HashSet<_> = answers.iter().filter_map(|(v, _)| v.clone()).collect();
    assert_eq!(validities.len(), 6);
}

#[test]
fn refusals_of_certificates_have_their_status() {
    let (_running, terminal) = started();
    check(&terminal, &mut Card::of("cert-expired"))
        .is(422, "REF-2005")
        .field("certificate");
    let revoked = check(&terminal, &mut Card::of("cert-revoked"));
    revoked.is(422, "REF-2006").field("certificate");
    assert!(revoked.text("message_en").contains("keyCompromise"));
    let unregistered = check(&terminal, &mut Card::of("unregistered"));
    assert!(unregistered.is(200, "REF-3001").body["answer"].is_null());
}

#[test]
fn the_identical_request_sees_the_stored_outcome_and_nothing_else_does() {
    let (running, terminal) = started();
    let mut card = Card::of("kyokai-self");
    let challenge = terminal.challenge("pin");
    let body = confirmation(&terminal, &challenge, &mut card);
    let first = terminal.caller.confirm(IDEMPOTENCY, &body);
    let again = terminal.caller.confirm(IDEMPOTENCY, &body);
    assert_eq!(first.is(200, "REF-0000").body, again.body);
    // Another key, another body, another terminal.
    let other_key = "00000000000000000000000000000000";
    terminal
        .caller
        .confirm(other_key, &body)
        .is(400, "REF-2001");
    let mut other = body.clone();
    other["format"] = json!("json");
    terminal
        .caller
        .confirm(IDEMPOTENCY, &other)
        .is(400, "REF-2001");
    let stranger = Terminal::activate(&running, 8);
    stranger
        .caller
        .confirm(IDEMPOTENCY, &body)
        .is(400, "REF-2001");
    assert_eq!(terminal.caller.confirm(IDEMPOTENCY, &body).body, first.body);
}

#[test]
fn a_foreign_terminal_can_neither_use_nor_burn_a_challenge() {
    let (running, terminal) = started();
    let stranger = Terminal::activate(&running, 8);
    let mut card = Card::of("kyokai-self");
    let challenge = terminal.challenge("pin");
    let body = confirmation(&terminal, &challenge, &mut card);
    stranger
        .caller
        .confirm(IDEMPOTENCY, &body)
        .is(400, "REF-2001");
    terminal
        .caller
        .confirm(IDEMPOTENCY, &body)
        .is(200, "REF-0000");
}

#[test]
fn a_refused_confirmation_spends_the_challenge() {
    let (_running, terminal) = started();
    let mut card = Card::of("kyokai-self");
    let challenge = terminal.challenge("pin");
    let good = confirmation(&terminal, &challenge, &mut card);
    let mut bad = good.clone();
    bad["signature"] = json!(b64([0x55; 256]));
    terminal
        .caller
        .confirm(IDEMPOTENCY, &bad)
        .is(400, "REF-2003")
        .field("signature");
    terminal
        .caller
        .confirm(IDEMPOTENCY, &bad)
        .is(400, "REF-2003");
    terminal
        .caller
        .confirm(IDEMPOTENCY, &good)
        .is(400, "REF-2001");
}

#[test]
fn every_part_of_the_message_is_signed() {
    let (_running, terminal) = started();
    let mut card = Card::of("kyokai-self");
    let certificate = card.certificate();
    card.pin();
    // Each byte-wise change of the signed message is another message.
    for position in [0, 25, 30, 50, 60, 75, 90, 130, 170, 185, 200, 240] {
        let challenge = terminal.challenge("pin");
        let mut signed = message(&terminal, &challenge, "pin", &request(), &certificate);
        signed[position] ^= 1;
        let body = json!({
            "challenge_id": challenge.text("challenge_id"),
            "request": b64(request()),
            "certificate": b64(&certificate),
            "algorithm": "RSA-PKCS1-SHA256",
            "signature": b64(card.sign(&signed)),
            "grant": null,
            "format": "xml",
        });
        terminal
            .caller
            .confirm(IDEMPOTENCY, &body)
            .is(400, "REF-2003");
    }
    // The request's bytes are signed as they are: the same members spaced otherwise are others.
    let challenge = terminal.challenge("pin");
    let mut body = confirmation(&terminal, &challenge, &mut card);
    let spaced = String::from_utf8(request()).unwrap().replace(':', ": ");
    body["request"] = json!(b64(spaced));
    terminal
        .caller
        .confirm(IDEMPOTENCY, &body)
        .is(400, "REF-2003");
}

#[test]
fn wrong_kinds_of_certificate_are_refused() {
    let (_running, terminal) = started();
    let mut card = Card::of("kyokai-self");
    let signature_certificate = card.signature_certificate();
    let challenge = terminal.challenge("pin");
    let signed = message(
        &terminal,
        &challenge,
        "pin",
        &request(),
        &signature_certificate,
    );
    let mut body = confirmation(&terminal, &challenge, &mut card);
    body["certificate"] = json!(b64(&signature_certificate));
    // Signed with the signature key (short file identifier 1A), so that only the kind is wrong.
    card.ok(b"\x00\x20\x00\x9B\x06ABC123");
    body["signature"] = json!(b64(card.sign_with(0x9A, &signed)));
    terminal
        .caller
        .confirm(IDEMPOTENCY, &body)
        .is(400, "REF-2004")
        .field("certificate");

    // A certificate of no authority at all: the terminal CA's own server certificate.
    let challenge = terminal.challenge("pin");
    let mut body = confirmation(&terminal, &challenge, &mut card);
    body["certificate"] = json!(b64(_running.ca_certificate_der()));
    terminal
        .caller
        .confirm(IDEMPOTENCY, &body)
        .is(400, "REF-2004")
        .field("certificate");

    // Another person's certificate.
    let challenge = terminal.challenge("pin");
    let mut body = confirmation(&terminal, &challenge, &mut card);
    body["certificate"] = json!(b64(Card::of("kokuho").certificate()));
    terminal
        .caller
        .confirm(IDEMPOTENCY, &body)
        .is(400, "REF-2003")
        .field("signature");
}

#[test]
fn a_tampered_certificate_is_not_answered() {
    let (_running, terminal) = started();
    let mut card = Card::of("kyokai-self");
    let certificate = card.certificate();
    for position in [20, 60, 120, 400, 700, certificate.len() - 1] {
        let mut tampered = certificate.clone();
        tampered[position] ^= 0x01;
        let challenge = terminal.challenge("pin");
        let mut body = confirmation(&terminal, &challenge, &mut card);
        body["certificate"] = json!(b64(&tampered));
        let answer = terminal.caller.confirm(IDEMPOTENCY, &body);
        assert_eq!(answer.status, 400, "byte {position}: {}", answer.body);
        assert_eq!(answer.body["field"], "certificate", "{}", answer.body);
    }
}

#[test]
fn malformed_confirmations_name_the_field() {
    let (_running, terminal) = started();
    let mut card = Card::of("kyokai-self");
    let with = |card: &mut Card, change: &dyn Fn(&mut Value)| {
        let challenge = terminal.challenge("pin");
        let mut body = confirmation(&terminal, &challenge, card);
        change(&mut body);
        terminal.caller.confirm(IDEMPOTENCY, &body)
    };
    for (member, value) in [
        ("challenge_id", json!("XYZ")),
        ("request", json!("!")),
        ("certificate", json!(b64("not a certificate"))),
        ("algorithm", json!("RSA-PSS")),
        ("signature", json!("")),
        ("signature", json!(b64([0; 600]))),
        ("grant", json!("00112233445566778899aabbccddeeff")),
        ("format", json!("pdf")),
        ("surplus", json!(true)),
    ] {
        with(&mut card, &|body| body[member] = value.clone())
            .is(400, "REF-4001")
            .field(member);
    }
    with(&mut card, &|body| body["request"] = json!(b64("[]")))
        .is(400, "REF-4001")
        .field("request");
    with(&mut card, &|body| {
        let text = String::from_utf8(request()).unwrap();
        body["request"] = json!(b64(text.replace("true,\"spec", "1,\"spec")));
    })
    .is(400, "REF-4001")
    .field("request.limit_application");
    with(&mut card, &|body| {
        body.as_object_mut().unwrap().remove("signature");
    })
    .is(400, "REF-4001")
    .field("signature");
    let challenge = terminal.challenge("pin");
    let body = confirmation(&terminal, &challenge, &mut card);
    terminal
        .caller
        .confirm("short", &body)
        .is(400, "REF-4001")
        .field("Idempotency-Key");
    terminal
        .caller
        .post("/v1/confirm", &body)
        .is(400, "REF-4001")
        .field("Idempotency-Key");
}

#[test]
fn unknown_revocation_is_not_good() {
    let (running, terminal) = started();
    running.set_condition(Condition::RevocationUnknown);
    let answer = check(&terminal, &mut Card::of("kyokai-self"));
    answer.is(503, "REF-2007");
    assert!(answer.body["retry_after"].is_number());
}

#[test]
fn time_decides_by_the_injected_clock() {
    let today = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let now = Arc::new(AtomicI64::new(i64::try_from(today).unwrap()));
    let clock = Arc::clone(&now);
    let running = Sandbox::builder()
        .clock(move || {
            UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::SeqCst).try_into().unwrap())
        })
        .start()
        .unwrap();
    let terminal = Terminal::activate(&running, 7);
    let mut card = Card::of("kyokai-self");

    // A challenge lives 120 seconds, and so does the stored outcome.
    let challenge = terminal.challenge("pin");
    let body = confirmation(&terminal, &challenge, &mut card);
    now.fetch_add(121, Ordering::SeqCst);
    terminal
        .caller
        .confirm(IDEMPOTENCY, &body)
        .is(400, "REF-2002");
    let challenge = terminal.challenge("pin");
    let body = confirmation(&terminal, &challenge, &mut card);
    now.fetch_add(120, Ordering::SeqCst);
    terminal
        .caller
        .confirm(IDEMPOTENCY, &body)
        .is(200, "REF-0000");
    terminal
        .caller
        .confirm(IDEMPOTENCY, &body)
        .is(200, "REF-0000");
    now.fetch_add(1, Ordering::SeqCst);
    terminal
        .caller
        .confirm(IDEMPOTENCY, &body)
        .is(400, "REF-2001");

    // One certificate through its whole life: about to end, the last second, the grace, the end.
    let mut card = Card::of("cert-ending");
    let certificate = common::parsed(&card.certificate());
    let end = certificate
        .tbs_certificate()
        .validity()
        .not_after
        .to_unix_duration()
        .as_secs();
    let end = i64::try_from(end).unwrap();
    for (at, status, code) in [
        (end, 200, "REF-0101"),
        (end + 1, 200, "REF-0102"),
        (end + 89 * 86_400, 200, "REF-0102"),
        (end + 93 * 86_400, 422, "REF-2005"),
    ] {
        now.store(at, Ordering::SeqCst);
        check(&terminal, &mut card).is(status, code);
    }
}

#[test]
fn limits_are_shown_to_those_who_agree() {
    let (_running, terminal) = started();
    let answer = insurance(&check(&terminal, &mut Card::of("gendo-a03")));
    let limit = answer.results()[0].limit().unwrap().clone();
    assert_eq!(
        limit.text(FieldId::LIMIT_APPLICATION_CERTIFICATE_CLASSIFICATION_FLAG),
        Some("A03")
    );
    let answer = insurance(&check(&terminal, &mut Card::of("gendo-noconsent")));
    assert!(answer.results()[0].limit().is_none());
    let mut card = Card::of("gendo-a03");
    let certificate = card.certificate();
    card.pin();
    let challenge = terminal.challenge("pin");
    let refused = String::from_utf8(request())
        .unwrap()
        .replace("true", "false");
    let signature = card.sign(&message(
        &terminal,
        &challenge,
        "pin",
        refused.as_bytes(),
        &certificate,
    ));
    let body = json!({
        "challenge_id": challenge.text("challenge_id"),
        "request": b64(&refused),
        "certificate": b64(&certificate),
        "algorithm": "RSA-PKCS1-SHA256",
        "signature": b64(signature),
        "grant": null,
        "format": "xml",
    });
    let answer = insurance(&terminal.caller.confirm(IDEMPOTENCY, &body));
    assert!(answer.results()[0].limit().is_none());
}
