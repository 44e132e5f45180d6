//! A whole check at the stand-in: a card of the simulation signs the message that a terminal makes, whatever else is wrong. What the
//! stand-in answers is what its protocol says, and the same again.

use std::cell::RefCell;
use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use der::{Decode as _, Encode as _};
use mynacard_auth::CheckMessage;
use mynacard_sandbox::fuzzing::Desk;
use mynacard_sandbox::{Condition, Institution};
use mynacard_sim::{VirtualCard, person, pki};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use x509_cert::request::CertReq;

use super::KEY_REQUEST;
use crate::virtual_card::day;

/// Whose card it is, and what the protocol says of a right check by it.
pub(crate) const PEOPLE: [(&str, &str); 6] = [
    ("kyokai-self", "REF-0000"),
    ("cert-ending", "REF-0101"),
    ("cert-ended", "REF-0102"),
    ("cert-expired", "REF-2005"),
    ("cert-revoked", "REF-2006"),
    ("unregistered", "REF-3001"),
];

/// What is wrong with a check; each is a bit of the second octet.
pub(crate) const VISUAL: u8 = 1;
pub(crate) const UNKNOWN: u8 = 1 << 1;
pub(crate) const NO_RELAY: u8 = 1 << 2;
pub(crate) const OTHER_GRANT: u8 = 1 << 3;
pub(crate) const LONG_AGO: u8 = 1 << 4;
pub(crate) const NOBODY: u8 = 1 << 5;
pub(crate) const SAME_TAP: u8 = 1 << 6;
pub(crate) const XML: u8 = 1 << 7;

/// What is wrong with the proof: the fourth octet.
pub(crate) const RIGHT: u8 = 0;
pub(crate) const SIGNATURE: u8 = 1;
pub(crate) const MESSAGE: u8 = 2;
pub(crate) const ANOTHERS: u8 = 3;
pub(crate) const FOR_SIGNING: u8 = 4;
pub(crate) const ALTERED: u8 = 5;
pub(crate) const NO_CERTIFICATE: u8 = 6;

/// How long a challenge lives.
const LIFE: i64 = 120;

/// Who, what is wrong, how many tens of seconds pass, what is wrong with the proof.
pub(super) fn check(desk: &Desk, options: [u8; 4]) {
    let [who, wrong, late, proof] = options;
    let (id, expected) = PEOPLE
        .get(usize::from(who) % PEOPLE.len())
        .expect("a number below their count");
    let has = |bit: u8| wrong & bit != 0;
    if has(UNKNOWN) {
        desk.set_condition(Condition::RevocationUnknown);
    }
    let check = Check::prepare(desk, id, has, proof % 7);
    let late = 10 * i64::from(late);
    desk.set_clock_ahead(late);
    let body = check.body();
    let (status, answer) = confirm(desk, KEY, &body);
    let code = answer.get("code").and_then(Value::as_str);
    let expected = check.expected(late).unwrap_or(expected);
    assert_eq!(code, Some(expected), "{status}: {answer}");
    // Lost and asked for again in time: the same answer. Asked for by another request: none.
    let again = confirm(desk, KEY, &body);
    if late <= LIFE {
        assert_eq!(again, (status, answer.clone()), "another answer");
    }
    if status == 200 {
        assert_eq!(answer.get("nonce"), check.challenge.get("nonce"));
        check.read(&answer, expected);
    }
    let (_, other) = confirm(desk, OTHER_KEY, &body);
    let code = other.get("code").and_then(Value::as_str);
    assert_eq!(code, Some(REPLAYED), "a challenge was used twice");
    if has(SAME_TAP) && has(VISUAL) && status == 200 {
        let mut second = Check::prepare(desk, id, has, RIGHT);
        second.operator(&check.tap, 0);
        let (_, answer) = confirm(desk, KEY, &second.body());
        let field = answer.get("field").and_then(Value::as_str);
        assert_eq!(field, Some("request.operator.tap"), "{answer}");
    }
    desk.set_clock_ahead(0);
    desk.set_condition(Condition::Normal);
}

const KEY: &[u8] = b"00112233445566778899aabbccddeeff";
const OTHER_KEY: &[u8] = b"ffeeddccbbaa99887766554433221100";
const MALFORMED: &str = "REF-4001";
const REPLAYED: &str = "REF-2001";

/// A check as a terminal makes it.
struct Check<'a> {
    person: &'a str,
    challenge: Value,
    /// The operator's confirmation is for this tap.
    tap: String,
    operator: Value,
    grant: Value,
    wrong: [bool; 6],
    proof: u8,
    format: &'static str,
}

impl<'a> Check<'a> {
    fn prepare(desk: &Desk, person: &'a str, has: impl Fn(u8) -> bool, proof: u8) -> Self {
        let method = if has(VISUAL) { "visual" } else { "pin" };
        let ask = json!({"operation": "check", "method": method, "purpose": "reception"});
        let challenge = post(desk, "/v1/challenge", &ask);
        let id = text(&challenge, "challenge_id");
        let wrong = [VISUAL, UNKNOWN, NO_RELAY, OTHER_GRANT, LONG_AGO, NOBODY].map(&has);
        let grant = match () {
            () if has(OTHER_GRANT) => json!("00".repeat(16)),
            () if has(VISUAL) && !has(NO_RELAY) => card(person, |card| relay(desk, card, &id)),
            () => Value::Null,
        };
        let mut check = Self {
            person,
            tap: id,
            challenge,
            operator: Value::Null,
            grant,
            wrong,
            proof,
            format: if has(XML) { "xml" } else { "json" },
        };
        if has(VISUAL) && !has(NOBODY) {
            let tap = check.tap.clone();
            check.operator(&tap, if has(LONG_AGO) { 1000 } else { 0 });
        }
        check
    }

    fn operator(&mut self, tap: &str, ago: i64) {
        let at = NOW - ago;
        self.operator = json!({"operator": "A", "tap": tap, "confirmed_at": at});
    }

    /// What the protocol says, where it is not the person that decides.
    fn expected(&self, late: i64) -> Option<&'static str> {
        let [visual, unknown, no_relay, other_grant, long_ago, nobody] = self.wrong;
        match () {
            () if late > LIFE => Some("REF-2002"),
            () if self.proof == NO_CERTIFICATE => Some(MALFORMED),
            () if !visual && other_grant => Some(MALFORMED),
            () if visual && other_grant => Some(REPLAYED),
            () if visual && (no_relay || nobody) => Some(MALFORMED),
            () if visual && long_ago => Some("REF-2002"),
            () if self.proof == FOR_SIGNING => Some("REF-2004"),
            () if self.proof != RIGHT => Some("REF-2003"),
            // That the certificate ended long ago is seen before that nobody knows whether it was revoked.
            () if unknown && self.person != "cert-expired" => Some("REF-2007"),
            () => None,
        }
    }

    fn body(&self) -> String {
        let request = json!({"request_id": "00".repeat(16), "limit_application": true,
            "specific_diseases": true, "consents": ["TKK", "YZK", "SRJ", "SHJ"],
            "operator": self.operator});
        let request = request.to_string();
        let person = person(self.person).expect("listed");
        let mut certificate = match self.proof {
            ANOTHERS => {
                let other = mynacard_sim::person("long-name").expect("listed");
                pki::authentication_certificate(other, day())
            }
            FOR_SIGNING => pki::signature_certificate(person, day()),
            NO_CERTIFICATE => vec![0x30, 0x00],
            _ => pki::authentication_certificate(person, day()),
        };
        if let (ALTERED, Some(last)) = (self.proof, certificate.last_mut()) {
            *last ^= 1;
        }
        let nonce = STANDARD.decode(text(&self.challenge, "nonce"));
        let institution = Institution::default();
        let message = CheckMessage {
            service: &text(&self.challenge, "service"),
            environment: &text(&self.challenge, "environment"),
            operation: "check",
            method: if self.wrong[0] { "visual" } else { "pin" },
            nonce: &nonce.expect("base64"),
            terminal_key_sha256: &terminal_key(),
            facility: institution.code(),
            purpose: if self.proof == MESSAGE {
                "home"
            } else {
                "reception"
            },
            date: &text(&self.challenge, "date"),
            request_sha256: &Sha256::digest(&request).into(),
            certificate_sha256: &Sha256::digest(&certificate).into(),
        };
        let message = message.encode().expect("short fields");
        let pinless = !self.grant.is_null() && self.wrong[0] && !self.wrong[3];
        let mut signature = card(self.person, |card| sign(card, message.as_bytes(), pinless));
        if let (SIGNATURE, Some(last)) = (self.proof, signature.last_mut()) {
            *last ^= 1;
        }
        json!({"challenge_id": text(&self.challenge, "challenge_id"),
            "request": STANDARD.encode(&request), "certificate": STANDARD.encode(certificate),
            "algorithm": "RSA-PKCS1-SHA256", "signature": STANDARD.encode(signature),
            "grant": self.grant, "format": self.format})
        .to_string()
    }

    /// The answer is one that the library reads, where there is insurance to tell of.
    fn read(&self, answer: &Value, code: &str) {
        let said = answer.get("answer").expect("a member of every answer");
        if code == "REF-3001" {
            assert!(said.is_null(), "insurance of nobody");
            return;
        }
        let said = said.as_str().expect("an answer is a text");
        let read = match self.format {
            "xml" => mynacard_eligibility::Answer::read_xml(said.as_bytes()),
            _ => mynacard_eligibility::Answer::from_json(said),
        };
        assert!(!read.expect("a right answer").results().is_empty());
    }
}

/// The stand-in's clock.
const NOW: i64 = 1_800_000_000;

fn confirm(desk: &Desk, key: &[u8], body: &str) -> (u16, Value) {
    let answered = desk.call("/v1/confirm", Some(key), body.as_bytes());
    answered.expect("a confirmation is answered with a document")
}

fn post(desk: &Desk, path: &str, body: &Value) -> Value {
    let answered = desk.call(path, None, body.to_string().as_bytes());
    let (status, answer) = answered.expect("a path of the protocol");
    assert_eq!(status, 200, "{path}: {answer}");
    answer
}

fn text(object: &Value, member: &str) -> String {
    let text = object.get(member).and_then(Value::as_str);
    text.expect("a member of the answer").to_owned()
}

/// SHA-256 of the terminal's key, as its request has it.
fn terminal_key() -> [u8; 32] {
    let request = CertReq::from_der(KEY_REQUEST).expect("a right key request");
    let key = request.info.public_key.to_der().expect("it was read");
    Sha256::digest(key).into()
}

/// A person's card, with JPKI selected; each is made once.
fn card<T>(id: &str, use_it: impl FnOnce(&mut VirtualCard) -> T) -> T {
    thread_local!(static CARDS: RefCell<HashMap<String, VirtualCard>> = RefCell::default());
    CARDS.with_borrow_mut(|cards| {
        let made = || VirtualCard::new(person(id).expect("listed"), day());
        use_it(cards.entry(id.to_owned()).or_insert_with(made))
    })
}

/// Leads the relay of a visual check to its end: the grant.
fn relay(desk: &Desk, card: &mut VirtualCard, challenge: &str) -> Value {
    select(card);
    let mut asked = post(desk, "/v1/relay/start", &json!({"challenge_id": challenge}));
    for step in 1..=4 {
        let command = STANDARD.decode(text(&asked, "command")).expect("base64");
        let response = STANDARD.encode(card.transmit(&command));
        let body =
            json!({"relay_id": text(&asked, "relay_id"), "step": step, "response": response});
        asked = post(desk, "/v1/relay/step", &body);
    }
    assert_eq!(asked.get("done"), Some(&json!(true)), "{asked}");
    asked.get("grant").expect("the end of a relay").clone()
}

fn select(card: &mut VirtualCard) {
    card.power_on();
    done(
        card,
        &[
            0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00,
            0x01,
        ],
    );
}

/// The card's signature: after a relay the one that it allows, else with its PIN.
fn sign(card: &mut VirtualCard, message: &[u8], pinless: bool) -> Vec<u8> {
    if !pinless {
        select(card);
        done(card, &[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x18]);
        done(
            card,
            &[&[0x00, 0x20, 0x00, 0x80, 0x04][..], b"1234"].concat(),
        );
    }
    done(card, &[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x17]);
    // RFC 8017, 9.2: DigestInfo of SHA-256.
    let info = [
        0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
        0x05, 0x00, 0x04, 0x20,
    ];
    let digest = Sha256::digest(message);
    let command = [&[0x80, 0x2A, 0x00, 0x80, 51][..], &info, &digest, &[0]].concat();
    let mut answer = card.transmit(&command);
    let status = answer.split_off(answer.len().saturating_sub(2));
    // The one signature of a relay was given; what is asked for again has any signature.
    assert!(status == [0x90, 0x00] || pinless, "{status:02X?}");
    answer
}

fn done(card: &mut VirtualCard, command: &[u8]) {
    assert_eq!(card.transmit(command), [0x90, 0x00], "{command:02X?}");
}
