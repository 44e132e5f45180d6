//! Seeds of what a terminal sends: a body for each call, right in form.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mynacard_sim::{person, pki};
use serde_json::{Value, json};

use super::Seed;
use crate::desk::proof::{
    ALTERED, ANOTHERS, FOR_SIGNING, LONG_AGO, MESSAGE, NO_CERTIFICATE, NO_RELAY, NOBODY,
    OTHER_GRANT, PEOPLE, RIGHT, SAME_TAP, SIGNATURE, UNKNOWN, VISUAL, XML,
};
use crate::desk::{CHALLENGE, KEY_REQUEST, PATHS};
use crate::joined;
use crate::virtual_card::day;

/// One seed a call, and a check by each method.
pub(super) fn add(seeds: &mut Vec<Seed>) {
    let key_request = STANDARD.encode(KEY_REQUEST);
    let challenge = String::from_utf8_lossy(CHALLENGE);
    let hex = "00112233445566778899aabbccddeeff";
    for (index, path) in PATHS.iter().enumerate() {
        let body = match *path {
            "/v1/activate" => json!({"institution_code": "1310000001", "id": "W1",
                "activation_code": "A", "csr": key_request, "terms_accepted": true}),
            "/v1/terminal/renew" => json!({"csr": key_request}),
            "/v1/challenge" => {
                json!({"operation": "check", "method": "pin", "purpose": "reception"})
            }
            "/v1/relay/start" => json!({"challenge_id": challenge}),
            "/v1/relay/step" => json!({"relay_id": hex, "step": 1, "response": "kAA="}),
            "/v1/confirm" => confirm(&Value::Null, &Value::Null),
            "/v1/consents/register" => json!({"check_id": hex, "reference": "P0000001",
                "care": "2", "kinds": ["TKK"], "visit_date": "20270115"}),
            "/v1/consents/change" => json!({"reference": "P0000001", "kinds": ["TKK"]}),
            "/v1/consents/cancel" => json!({"reference": "P0000001", "reason": "1"}),
            "/v1/consents/list" => json!({"care": "2", "by": "visit-date",
                "from": "20270101", "to": "20270131", "after": null}),
            "/v1/requery" => {
                json!({"reference": "P0000001", "request_id": hex, "limit_application": true,
                "specific_diseases": false, "format": "json"})
            }
            "/v1/bulk/submit" => json!({"care": "2", "by": "consent-date",
                "from": "20270101", "to": "20270131", "limit_application": true,
                "specific_diseases": false, "format": "xml"}),
            "/v1/bulk/poll" => json!({"reception_number": "00000000000000000001"}),
            _ => json!({"reference": "P0000001"}),
        };
        let choice = u8::try_from(index).expect("there are few calls");
        let name = path.trim_start_matches("/v1/").replace('/', "-");
        seeds.push(("sandbox_request", name.clone(), seed(choice, &body)));
        if name == "confirm" {
            let operator = json!({"operator": "A", "tap": hex, "confirmed_at": 1_800_000_000});
            let body = confirm(&operator, &json!(hex));
            seeds.push((
                "sandbox_request",
                "confirm-visual".into(),
                seed(choice | 0x80, &body),
            ));
        }
        for (wrong, body) in wrongs(path, &body) {
            seeds.push((
                "sandbox_request",
                format!("{name}-{wrong}"),
                text(choice, &body),
            ));
        }
    }
    checks(seeds);
}

/// Bodies of a call that are wrong in one member each.
fn wrongs(path: &str, right: &Value) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let long = STANDARD.encode([1; 513]);
    let values: Vec<(&str, &str, Value)> = match path {
        "/v1/activate" => {
            let mut other = KEY_REQUEST.to_vec();
            // The last octet of ecdsa-with-SHA256: another algorithm.
            let oid = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02];
            let at = other.windows(8).position(|part| part == oid);
            if let Some(last) = at.and_then(|at| other.get_mut(at + 7)) {
                *last = 3;
            }
            vec![
                ("not-agreed", "terms_accepted", json!(false)),
                ("no-truth", "terms_accepted", json!(1)),
                ("algorithm", "csr", json!(STANDARD.encode(other))),
                ("no-request", "csr", json!("MAA=")),
            ]
        }
        "/v1/confirm" => {
            let mut without = right.clone();
            if let Some(members) = without.as_object_mut() {
                members.remove("grant");
            }
            all.push(("no-grant".to_owned(), without.to_string()));
            let request = |operator: Value, consents: Value| {
                let request = json!({"request_id": "00".repeat(16), "limit_application": true,
                    "specific_diseases": false, "consents": consents, "operator": operator});
                json!(STANDARD.encode(request.to_string()))
            };
            let named =
                |at: Value| json!({"operator": "A", "tap": "00".repeat(16), "confirmed_at": at});
            vec![
                ("more", "more", json!(1)),
                ("number", "challenge_id", json!(1)),
                ("long", "challenge_id", json!("0".repeat(33))),
                ("empty", "challenge_id", json!("")),
                ("long-signature", "signature", json!(long)),
                ("no-base64", "signature", json!("!")),
                ("algorithm", "algorithm", json!("none")),
                ("request-list", "request", json!(STANDARD.encode("[]"))),
                ("request-empty", "request", json!(STANDARD.encode("{}"))),
                ("consents-number", "request", request(Value::Null, json!(1))),
                (
                    "consents-many",
                    "request",
                    request(Value::Null, json!([1, 2, 3, 4, 5])),
                ),
                (
                    "consents-twice",
                    "request",
                    request(Value::Null, json!(["TKK", "TKK"])),
                ),
                (
                    "consents-unknown",
                    "request",
                    request(Value::Null, json!(["X"])),
                ),
                (
                    "consents-four",
                    "request",
                    request(Value::Null, json!(["YZK", "SRJ", "SHJ"])),
                ),
                ("operator-number", "request", request(json!(1), json!([]))),
                (
                    "operator-time",
                    "request",
                    request(named(json!("x")), json!([])),
                ),
                (
                    "operator-before",
                    "request",
                    request(named(json!(-1)), json!([])),
                ),
                (
                    "operator-part",
                    "request",
                    request(named(json!(1.5)), json!([])),
                ),
            ]
        }
        "/v1/consents/register" => vec![
            ("kinds-number", "kinds", json!(1)),
            ("kinds-empty", "kinds", json!([])),
            ("kinds-unknown", "kinds", json!(["X"])),
            ("visit-date", "visit_date", json!("x")),
            ("visit-date-day", "visit_date", json!("20270115")),
        ],
        "/v1/consents/list" => vec![
            ("after-number", "after", json!(1)),
            ("after-nothing", "after", Value::Null),
            ("after", "after", json!("x")),
            ("from", "from", json!("x")),
            ("to", "to", json!("20260101")),
            ("by", "by", json!("name")),
        ],
        "/v1/relay/step" => vec![
            ("step-text", "step", json!("x")),
            ("step-far", "step", json!(9)),
        ],
        "/v1/challenge" => {
            for (name, body) in [
                ("list", "[]"),
                ("number", "1"),
                ("twice", "{\"a\":1,\"a\":1}"),
                ("parts", "{\"a\":[-1,1.5,null,{\"b\":\"c\"}]}"),
                ("no-json", "{"),
            ] {
                all.push((name.to_owned(), body.to_owned()));
            }
            vec![("method", "method", json!("face"))]
        }
        _ => vec![],
    };
    for (name, member, value) in values {
        let mut body = right.clone();
        if let Some(members) = body.as_object_mut() {
            members.insert(member.to_owned(), value);
        }
        all.push((name.to_owned(), body.to_string()));
    }
    all
}

/// Whole checks by a card: everybody's, by PIN and by sight, and with each thing wrong.
fn checks(seeds: &mut Vec<Seed>) {
    let mut named = |name: String, who: u8, wrong: u8, late: u8, proof: u8| {
        let options = [who, wrong, late, proof];
        let seed = [&[0][..], &joined([&[][..], &[], &options])].concat();
        seeds.push(("sandbox_request", format!("check-{name}"), seed));
    };
    for (who, (id, _)) in (0..).zip(PEOPLE) {
        named(format!("{id}-pin"), who, 0, 0, RIGHT);
        named(format!("{id}-visual"), who, VISUAL | XML, 0, RIGHT);
        named(format!("{id}-unknown"), who, UNKNOWN, 0, RIGHT);
    }
    for (name, wrong, late) in [
        ("late", 0, 13),
        ("just-in-time", 0, 12),
        ("no-relay", VISUAL | NO_RELAY, 0),
        ("other-grant", VISUAL | OTHER_GRANT, 0),
        ("grant-by-pin", OTHER_GRANT, 0),
        ("nobody", VISUAL | NOBODY, 0),
        ("long-ago", VISUAL | LONG_AGO, 0),
        ("same-tap", VISUAL | SAME_TAP, 0),
    ] {
        named(name.to_owned(), 0, wrong, late, RIGHT);
    }
    for (name, proof) in [
        ("signature", SIGNATURE),
        ("message", MESSAGE),
        ("anothers", ANOTHERS),
        ("for-signing", FOR_SIGNING),
        ("altered", ALTERED),
        ("no-certificate", NO_CERTIFICATE),
    ] {
        named(name.to_owned(), 0, 0, 0, proof);
    }
}

fn confirm(operator: &Value, grant: &Value) -> Value {
    let request = json!({"request_id": "00".repeat(16), "limit_application": true,
        "specific_diseases": false, "consents": ["TKK"], "operator": operator});
    let person = person("kyokai-self").expect("listed");
    json!({"challenge_id": String::from_utf8_lossy(CHALLENGE),
        "request": STANDARD.encode(request.to_string()),
        "certificate": STANDARD.encode(pki::authentication_certificate(person, day())),
        "algorithm": "RSA-PKCS1-SHA256", "signature": STANDARD.encode([1; 256]),
        "grant": grant, "format": "json"})
}

fn seed(choice: u8, body: &Value) -> Vec<u8> {
    text(choice, &body.to_string())
}

fn text(choice: u8, text: &str) -> Vec<u8> {
    // The top bit of the choice asks for a visual challenge; the rest names the path.
    let low = usize::from(choice & 0x7F);
    let choice = (0..=u8::MAX)
        .find(|any| usize::from(*any) % PATHS.len() == low && any & 0x80 == choice & 0x80)
        .expect("there are fewer calls than numbers");
    let mut all = vec![choice];
    all.extend(joined([
        &b"00112233445566778899aabbccddeeff"[..],
        text.as_bytes(),
    ]));
    all
}
