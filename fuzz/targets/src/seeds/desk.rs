//! Seeds of what a terminal sends: a body for each call, right in form.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mynacard_sim::{person, pki};
use serde_json::{Value, json};

use super::Seed;
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
            "/v1/bulk/submit" => json!({"care": "visiting", "date": "20270115"}),
            "/v1/bulk/poll" => json!({"reception": hex}),
            _ => json!({"reference": "P0000001", "care": "visiting", "kinds": ["TKK"]}),
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
    // The top bit of the choice asks for a visual challenge; the rest names the path.
    let low = usize::from(choice & 0x7F);
    let choice = (0..=u8::MAX)
        .find(|any| usize::from(*any) % PATHS.len() == low && any & 0x80 == choice & 0x80)
        .expect("there are fewer calls than numbers");
    let text = body.to_string();
    let mut all = vec![choice];
    all.extend(joined([
        &b"00112233445566778899aabbccddeeff"[..],
        text.as_bytes(),
    ]));
    all
}
