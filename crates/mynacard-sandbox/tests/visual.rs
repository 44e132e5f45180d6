//! The visual check over HTTPS: relay, grant, the operator's confirmation.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::time::{SystemTime, UNIX_EPOCH};

use common::{Card, IDEMPOTENCY, REQUEST_ID, Terminal, b64, message, unb64};
use mynacard_sandbox::{Institution, InstitutionKind, Running, Sandbox};
use serde_json::{Value, json};

fn started() -> (Running, Terminal) {
    let running = Sandbox::builder().start().unwrap();
    let terminal = Terminal::activate(&running, 9);
    (running, terminal)
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

fn relay_start(terminal: &Terminal, challenge: &common::Answer) -> common::Answer {
    let body = json!({"challenge_id": challenge.text("challenge_id")});
    terminal.caller.post("/v1/relay/start", &body)
}

fn relay_step(terminal: &Terminal, relay: &str, step: i64, response: &[u8]) -> common::Answer {
    let body = json!({"relay_id": relay, "step": step, "response": b64(response)});
    terminal.caller.post("/v1/relay/step", &body)
}

/// Carries the relay's commands to the card; gives the grant.
fn relay(terminal: &Terminal, challenge: &common::Answer, card: &mut Card) -> String {
    let mut answer = relay_start(terminal, challenge);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let relay = answer.text("relay_id");
    for step in 1..=4 {
        assert_eq!(answer.body["step"], step);
        assert_eq!(answer.body["done"], false);
        let response = card.0.transmit(&unb64(&answer.text("command")));
        answer = relay_step(terminal, &relay, step, &response);
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    assert_eq!(answer.body["done"], true);
    assert!(answer.body["command"].is_null());
    answer.text("grant")
}

fn operator(tap: &str, confirmed_at: i64) -> Value {
    json!({"operator": "受付１", "tap": tap, "confirmed_at": confirmed_at})
}

fn body(
    terminal: &Terminal,
    challenge: &common::Answer,
    card: &mut Card,
    grant: Value,
    operator: &Value,
) -> Value {
    let request = format!(
        r#"{{"request_id":"{REQUEST_ID}","limit_application":false,"specific_diseases":false,"consents":[],"operator":{operator}}}"#
    );
    let certificate = card.certificate();
    let signed = message(
        terminal,
        challenge,
        "visual",
        request.as_bytes(),
        &certificate,
    );
    json!({
        "challenge_id": challenge.text("challenge_id"),
        "request": b64(&request),
        "certificate": b64(&certificate),
        "algorithm": "RSA-PKCS1-SHA256",
        "signature": b64(card.sign(&signed)),
        "grant": grant,
        "format": "xml",
    })
}

const TAP: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

#[test]
fn a_card_without_pin_is_answered_after_relay_and_confirmation() {
    let (_running, terminal) = started();
    for (index, id) in ["no-pin", "pin-blocked", "infant"].iter().enumerate() {
        let mut card = Card::of(id);
        let challenge = terminal.challenge("visual");
        let grant = relay(&terminal, &challenge, &mut card);
        let tap = format!("{index:032x}");
        let body = body(
            &terminal,
            &challenge,
            &mut card,
            json!(grant),
            &operator(&tap, now()),
        );
        terminal
            .caller
            .confirm(IDEMPOTENCY, &body)
            .is(200, "REF-0000");
    }
}

#[test]
fn the_grant_is_needed_and_belongs_to_its_challenge() {
    let (_running, terminal) = started();
    let mut card = Card::of("kyokai-self");
    card.pin();
    // Signed after a PIN, without relay: the method is signed, and no grant is there.
    let challenge = terminal.challenge("visual");
    let none = body(
        &terminal,
        &challenge,
        &mut card,
        Value::Null,
        &operator(TAP, now()),
    );
    terminal
        .caller
        .confirm(IDEMPOTENCY, &none)
        .is(400, "REF-4001")
        .field("grant");
    let other = terminal.challenge("visual");
    let grant = relay(&terminal, &other, &mut Card::of("no-pin"));
    let challenge = terminal.challenge("visual");
    let stolen = body(
        &terminal,
        &challenge,
        &mut card,
        json!(grant),
        &operator(TAP, now()),
    );
    terminal
        .caller
        .confirm(IDEMPOTENCY, &stolen)
        .is(400, "REF-2001")
        .field("grant");
}

#[test]
fn the_operators_confirmation_is_needed_fresh_and_serves_once() {
    let (_running, terminal) = started();
    let check = |operator: &Value| {
        let mut card = Card::of("no-pin");
        let challenge = terminal.challenge("visual");
        let grant = relay(&terminal, &challenge, &mut card);
        let body = body(&terminal, &challenge, &mut card, json!(grant), operator);
        terminal.caller.confirm(IDEMPOTENCY, &body)
    };
    check(&Value::Null)
        .is(400, "REF-4001")
        .field("request.operator");
    check(&operator(TAP, now() - 400))
        .is(400, "REF-2002")
        .field("request.operator.confirmed_at");
    check(&operator(TAP, now() + 400))
        .is(400, "REF-2002")
        .field("request.operator.confirmed_at");
    check(&operator(TAP, now())).is(200, "REF-0000");
    check(&operator(TAP, now()))
        .is(400, "REF-2001")
        .field("request.operator.tap");
}

#[test]
fn the_relay_keeps_its_order_and_its_owner() {
    let (running, terminal) = started();
    let other = Terminal::activate(&running, 10);
    let challenge = terminal.challenge("visual");
    relay_start(&other, &challenge).is(400, "REF-2001");
    let by_pin = terminal.challenge("pin");
    relay_start(&terminal, &by_pin).is(400, "REF-2001");
    let relay = relay_start(&terminal, &challenge).text("relay_id");
    relay_step(&other, &relay, 1, &[0x90, 0]).is(400, "REF-2001");
    relay_step(&terminal, &relay, 2, &[0x90, 0])
        .is(400, "REF-4001")
        .field("step");
    relay_step(&terminal, &relay, 9, &[0x90, 0])
        .is(400, "REF-4001")
        .field("step");
    // A second start voids the first.
    let second = relay_start(&terminal, &challenge).text("relay_id");
    relay_step(&terminal, &relay, 1, &[0x90, 0]).is(400, "REF-2001");
    // A card that refuses ends the relay.
    relay_step(&terminal, &second, 1, &[0x69, 0x82])
        .is(400, "REF-4001")
        .field("response");
    relay_step(&terminal, &second, 1, &[0x90, 0]).is(400, "REF-2001");
}

#[test]
fn the_visual_check_has_to_be_allowed_when_confirming_too() {
    let running = Sandbox::builder().start().unwrap();
    let clinic = Institution::new("0110113719", "診療所", InstitutionKind::Clinic);
    let terminal = Terminal::activate_for(&running, 11, &clinic);
    let mut card = Card::of("no-pin");
    let challenge = terminal.challenge("visual");
    let grant = relay(&terminal, &challenge, &mut card);
    running
        .issue_activation_for(&clinic.visual_check(false))
        .unwrap();
    let body = body(
        &terminal,
        &challenge,
        &mut card,
        json!(grant),
        &operator(TAP, now()),
    );
    terminal
        .caller
        .confirm(IDEMPOTENCY, &body)
        .is(403, "REF-1005");
}

#[test]
fn a_pin_signature_does_not_pass_as_visual_nor_the_reverse() {
    let (_running, terminal) = started();
    let mut card = Card::of("kyokai-self");
    card.pin();
    let challenge = terminal.challenge("pin");
    let mut wrong = body(&terminal, &challenge, &mut card, Value::Null, &Value::Null);
    wrong["grant"] = Value::Null;
    terminal
        .caller
        .confirm(IDEMPOTENCY, &wrong)
        .is(400, "REF-2003");
}
