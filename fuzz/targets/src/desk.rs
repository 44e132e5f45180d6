//! What a terminal may send to the stand-in of the service: bodies, signed requests, headers, key requests.

pub(crate) mod proof;

use std::cell::RefCell;

use mynacard_sandbox::fuzzing::Desk;
use serde_json::Value;

use crate::pieces;

/// The calls that an input chooses from. The portal's are left out: stretching a password takes longer than all else.
pub(crate) const PATHS: &[&str] = &[
    "/v1/activate",
    "/v1/terminal/renew",
    "/v1/challenge",
    "/v1/relay/start",
    "/v1/relay/step",
    "/v1/confirm",
    "/v1/consents/register",
    "/v1/consents/inquire",
    "/v1/consents/change",
    "/v1/consents/cancel",
    "/v1/consents/list",
    "/v1/requery",
    "/v1/bulk/submit",
    "/v1/bulk/poll",
];

/// Stands in a body for the challenge that was just issued.
pub(crate) const CHALLENGE: &[u8] = b"cccccccccccccccccccccccccccccccc";

/// Inputs that one stand-in sees before another takes its place: what they left behind must not add up.
const INPUTS: u32 = 150;

/// One call: the number of the path, an Idempotency-Key, a body; a third piece is a whole check by a card instead. Every input gets a documented answer, never an internal
/// error, and says that it is a sandbox's.
pub(crate) fn request(data: &[u8]) {
    thread_local! {
        static DESK: RefCell<Option<(Desk, u32)>> = const { RefCell::new(None) };
    }
    let Some((&choice, rest)) = data.split_first() else {
        return;
    };
    let mut parts = pieces(rest);
    let (key, body) = (parts.next(), parts.next().unwrap_or_default());
    let check = parts
        .next()
        .and_then(|part| part.first_chunk::<4>().copied());
    DESK.with_borrow_mut(|kept| {
        let (desk, used) = match kept.take() {
            Some((desk, used)) if used < INPUTS => (desk, used),
            _ => (open(), 0),
        };
        match check {
            Some(options) => proof::check(&desk, options),
            None => call(&desk, choice, key, body),
        }
        *kept = Some((desk, used + 1));
    });
}

fn open() -> Desk {
    Desk::open(KEY_REQUEST, 1_800_000_000)
        .expect("memory and a random source")
        .expect("a right key request")
}

/// A PKCS#10 request that a terminal made once.
pub(crate) const KEY_REQUEST: &[u8] = include_bytes!("../data/terminal.csr");

fn call(desk: &Desk, choice: u8, key: Option<&[u8]>, body: &[u8]) {
    let path = PATHS
        .get(usize::from(choice) % PATHS.len())
        .expect("a number below their count");
    let mut body = body.to_vec();
    let at = body
        .windows(CHALLENGE.len())
        .position(|part| part == CHALLENGE);
    if let Some(at) = at {
        let method = if choice & 0x80 == 0 { "pin" } else { "visual" };
        let asked =
            serde_json::json!({"operation": "check", "method": method, "purpose": "reception"});
        let issued = desk.call("/v1/challenge", None, asked.to_string().as_bytes());
        let id = issued.and_then(|(_, body)| Some(body.get("challenge_id")?.as_str()?.to_owned()));
        let id = id.expect("a terminal gets a challenge");
        body.splice(at..at + CHALLENGE.len(), id.bytes());
    }
    let Some((status, answer)) = desk.call(path, key, &body) else {
        return;
    };
    assert!(
        (200..600).contains(&status) && status != 500,
        "{path}: status {status}, {answer}"
    );
    if status != 200 {
        let code = answer.get("code").and_then(Value::as_str);
        assert!(
            code.is_some_and(|code| code.starts_with("REF-")),
            "{path}: a refusal without a code"
        );
    }
}
