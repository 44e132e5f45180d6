//! Whatever is sent to any call is refused in the protocol's own form: no 5xx, no cut line, no
//! code that is not described.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::{Answer, Card, IDEMPOTENCY, REQUEST_ID, Terminal, b64, confirmation};
use mynacard_sandbox::{Code, Institution, Running, Sandbox, routes};
use serde_json::{Value, json};

/// Bodies that their call accepts, or would but for an unknown name in them.
fn bodies(terminal: &Terminal, running: &Running) -> Vec<(&'static str, Value)> {
    let settings = running.issue_activation().unwrap();
    let csr = common::csr(&common::key(50));
    let challenge = terminal.challenge("pin");
    let visual = terminal.challenge("visual");
    let period = json!({"care": "2", "by": "visit-date", "from": "20260101", "to": "20991231"});
    let mut bulk = period.clone();
    bulk["limit_application"] = json!(true);
    bulk["specific_diseases"] = json!(true);
    bulk["format"] = json!("xml");
    let filing = json!({
        "kinds": ["checkup"], "date": "20261120", "name": "組合", "name_kana": "クミアイ",
        "prefecture": "13", "address": "東京都千代田区霞が関2-1-3", "address_kana": "チヨダク",
        "post_number": "100-0013", "phone": "0312345678", "representative": "代表",
        "representative_kana": "ダイヒョウ", "insurer_code": "06130488", "remarks": "なし",
        "filer": {"address": "東京都", "name": "代表"},
    });
    vec![
        ("/v1/activate", common::activation(&settings, &csr)),
        (
            "/v1/challenge",
            json!({"operation": "check", "method": "pin", "purpose": "reception"}),
        ),
        (
            "/v1/relay/start",
            json!({"challenge_id": visual.text("challenge_id")}),
        ),
        (
            "/v1/relay/step",
            json!({"relay_id": REQUEST_ID, "step": 1, "response": b64([0x90, 0])}),
        ),
        (
            "/v1/confirm",
            confirmation(terminal, &challenge, &mut Card::of("kyokai-self")),
        ),
        ("/v1/terminal/renew", json!({"csr": b64(&csr)})),
        (
            "/v1/consents/register",
            json!({"check_id": REQUEST_ID, "reference": "r", "care": "2", "kinds": ["YZK"], "visit_date": "20991231"}),
        ),
        ("/v1/consents/inquire", json!({"reference": "P0000001"})),
        (
            "/v1/consents/change",
            json!({"reference": "P0000001", "kinds": ["YZK"]}),
        ),
        (
            "/v1/consents/cancel",
            json!({"reference": "P0000002", "reason": "1"}),
        ),
        ("/v1/consents/list", period),
        (
            "/v1/requery",
            json!({"reference": "P0000003", "request_id": REQUEST_ID, "limit_application": true, "specific_diseases": true, "format": "json"}),
        ),
        ("/v1/bulk/submit", bulk),
        (
            "/v1/bulk/poll",
            json!({"reception_number": "20261120123456000001"}),
        ),
        (
            "/v1/bulk/download",
            json!({"reception_number": "20261120123456000001"}),
        ),
        (
            "/v1/portal/lookup",
            json!({"kind": "clinic", "prefecture": "13", "code": "2345679"}),
        ),
        (
            "/v1/portal/accounts",
            json!({
                "portal": "medical", "kind": "clinic", "role": "patients", "prefecture": "13",
                "code": "2345679", "institution_code": "1312345679", "family_name": "姓",
                "given_name": "名", "founder": "医療法人", "phone": "0312345678",
                "mail": "a@example.jp", "password": "Passw0rd", "terms_accepted": true,
                "privacy_accepted": true,
            }),
        ),
        ("/v1/portal/accounts/activate", json!({"link": REQUEST_ID})),
        (
            "/v1/portal/login",
            json!({"mail": "a@example.jp", "password": "Passw0rd"}),
        ),
        ("/v1/portal/applications", json!({"kind": "first"})),
        ("/v1/portal/start-date", json!({"date": "20991231"})),
        ("/v1/portal/change", json!({"phone": "0312345678"})),
        ("/v1/portal/end", json!({"date": "20991231", "reason": "x"})),
        ("/v1/portal/introduction", json!({"filings": [filing]})),
        ("/v1/portal/abolition", json!({"code": "5000000001"})),
        // Last: the terminal is one no longer after it.
        ("/v1/terminal/remove", json!({})),
    ]
}

/// The same body broken in many ways.
fn broken(body: &Value) -> Vec<Vec<u8>> {
    let text = body.to_string();
    let strange = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!(""),
        json!("\u{0}"),
        json!("'; DROP TABLE terminal; --"),
        json!("😀\u{202e}".repeat(300)),
        json!("A".repeat(20_000)),
        json!([]),
        json!([[[]]]),
        json!({"a": {}}),
    ];
    let mut out = Vec::new();
    for (name, _) in body.as_object().unwrap() {
        for value in &strange {
            let mut other = body.clone();
            other[name] = value.clone();
            out.push(other.to_string().into_bytes());
        }
        let mut other = body.clone();
        other.as_object_mut().unwrap().remove(name);
        out.push(other.to_string().into_bytes());
        out.push(format!("{{\"{name}\":1,{}", &text[1..]).into_bytes());
    }
    for end in [0, 1, text.len() / 2, text.len() - 1] {
        // A cut inside a character is no UTF-8 either.
        out.push(text.as_bytes()[..end].to_vec());
    }
    out.extend([
        vec![0xFF; 40],
        vec![b'['; 3000],
        b"null".to_vec(),
        format!("{text}{text}").into_bytes(),
        format!("{{\"surplus\":1,{}", text[1..].trim_start_matches('}')).into_bytes(),
    ]);
    out
}

fn check(path: &str, sent: &[u8], answer: &Answer) {
    let shown = || {
        format!(
            "{path} {:.200}: {}",
            String::from_utf8_lossy(sent),
            answer.body
        )
    };
    assert_eq!(answer.body["sandbox"], true, "{}", shown());
    assert!(answer.head.contains("x-mynacard-sandbox"), "{}", shown());
    if answer.status != 200 {
        let code = answer.body["code"].as_str().and_then(Code::parse);
        let code = code.unwrap_or_else(|| panic!("{}", shown()));
        assert_eq!(answer.status, code.status(), "{}", shown());
        assert!(answer.status < 500, "{}", shown());
        if code == Code::Malformed {
            assert!(answer.body["field"].is_string(), "{}", shown());
        }
    }
}

#[test]
fn every_call_refuses_in_the_protocols_form() {
    let running = Sandbox::builder()
        .challenges_per_minute(100_000)
        .start()
        .unwrap();
    running.enrol_patients(&Institution::default(), 10).unwrap();
    let terminal = Terminal::activate(&running, 49);
    let bodies = bodies(&terminal, &running);
    for route in routes().filter(|route| route.method == "POST") {
        assert!(
            bodies.iter().any(|(path, _)| *path == route.path),
            "{} is not tried",
            route.path
        );
    }
    let headers =
        format!("Idempotency-Key: {IDEMPOTENCY}\r\nAuthorization: Bearer {REQUEST_ID}\r\n");
    let mut refused = 0;
    for (path, body) in &bodies {
        for sent in broken(body) {
            let answer = terminal.caller.bytes("POST", path, &headers, &sent);
            check(path, &sent, &answer);
            refused += u32::from(answer.status != 200);
        }
    }
    assert!(refused > 1000, "{refused}");
    // And it still serves.
    assert_eq!(terminal.caller.get("/v1/info").status, 200);
}

/// Of two members of one name each reader may take another.
#[test]
fn a_name_that_comes_twice_is_refused() {
    let running = Sandbox::builder().start().unwrap();
    let terminal = Terminal::activate(&running, 50);
    let ask = |method: &str| {
        let body = format!(r#"{{"operation":"check",{method},"purpose":"reception"}}"#);
        let sent = body.as_bytes();
        terminal.caller.bytes("POST", "/v1/challenge", "", sent)
    };
    assert_eq!(ask(r#""method":"pin""#).status, 200);
    for twice in [
        r#""method":"pin","method":"visual""#,
        r#""method":"visual","method":"pin""#,
        r#""method":"pin","method":"pin""#,
        r#""method":"pin","m\u0065thod":"pin""#,
    ] {
        let answer = ask(twice);
        assert_eq!(answer.status, 400, "{twice}: {}", answer.body);
        assert_eq!(answer.body["code"], "REF-4001", "{twice}");
    }
}
