//! The visual check's relay from end to end: a script of answers, as a hostile or broken service might send them, played against a
//! virtual card by the code that plays a service's.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mynacard_auth::service::Confirmed;
use mynacard_auth::{
    Cancel, Challenge, ChallengeParts, CheckContext, CheckMessage, Desk, DeskSettings,
    EligibilityService, Identity, Message, Method, OperatorConfirmation, Proof, Purpose, Request,
    ServiceError, ServiceErrorKind, VisualSetting,
};
use mynacard_cert::TrustStore;
use mynacard_client::https::fuzzing::ScriptedRelay;
use mynacard_sim::{VirtualCard, person};
use serde_json::{Value, json};

use crate::flows::sight;
use crate::virtual_card::day;
use crate::{check, pieces};

/// A piece that stands for the answer that a right service gives at this place.
pub(crate) const RIGHT: &[u8] = b"!";

/// A script: for each answer a piece, its first byte the status and the rest the body, or [`RIGHT`]. Whether the card signed. Or the plan of a
/// whole check, which is judged by itself.
///
/// No PIN reaches the card, nothing but the relay's four commands and one signature after a whole relay, and the card has no power
/// afterwards.
pub(crate) fn script(data: &[u8]) -> bool {
    if let Some(plan) = data.strip_prefix(check::BEGIN) {
        check::planned(plan);
        return false;
    }
    let (now, stop) = (day(), Cancel::new());
    let mut card = VirtualCard::new(person("kyokai-self").expect("listed"), now);
    let settings =
        DeskSettings::new(TrustStore::simulation()).with_visual_unchecked(VisualSetting::On);
    let desk = Desk::new(Box::new(Mute), settings);
    let ask = CheckContext::new(Purpose::Reception).by(Method::Visual);
    let mut ready = desk.prepare(ask, now, &stop).expect("a challenge");
    let tap = ready.tap(&mut card, now, &stop).expect("a good card");
    let confirmation = OperatorConfirmation::new("A", tap.id(), now).expect("a name");
    let before = card.log().len();

    let mut answers = pieces(data);
    let (mut step, mut right) = (0, 0);
    let mut relay = ScriptedRelay::new(|response: Option<&[u8]>| {
        step += 1;
        let piece = answers.next()?;
        if piece == RIGHT {
            right += 1;
            return Some((200, as_a_service(step, response)));
        }
        let (status, body) = piece.split_first()?;
        let statuses = [200, 400, 401, 403, 429, 503];
        let status = statuses.get(usize::from(*status)).copied().unwrap_or(200);
        Some((status, body.to_vec()))
    });
    let checked = ready.check(
        &mut card,
        Identity::Visual(&mut relay, confirmation),
        now,
        &stop,
    );
    let error = checked.expect_err("the service answers no proof");
    crate::errors::note(&error);

    assert!(!card.is_powered(), "the card kept its power");
    let log: Vec<_> = card.log().iter().skip(before).collect();
    assert!(
        !log.iter().any(|one| one.presents_pin()),
        "a PIN in a relay"
    );
    let (mut signatures, mut strange) = (0, None);
    for one in &log {
        match one.header() {
            // JPKI by its name, the certificate's file, and what a card holds back.
            [0x00, 0xA4, 0x04, 0x0C] | [0x00, 0xB0, ..] | [0x00, 0xC0, 0x00, 0x00] => {}
            // The relay's four.
            [0x00, 0xA4, 0x02, 0x0C]
            | [0x80, 0xA2, 0x06, 0xC1]
            | [0x00, 0x84, 0x00, 0x00]
            | [0x80, 0xA2, 0x00, 0xC1] => {}
            [0x80, 0x2A, 0x00, _] => signatures += 1,
            header => strange = Some(header),
        }
    }
    assert_eq!(strange, None, "the card was sent something else");
    assert!(signatures <= 1, "{signatures} signatures");
    assert_eq!(
        signatures == 1,
        error.undelivered().is_some(),
        "a signature without its proof, or a proof without one"
    );
    // The terminal's own signature over the card's challenge is the only way to the card's.
    assert!(signatures == 0 || right > 0, "signed for a stranger");
    signatures == 1
}

/// What a right service sends next.
fn as_a_service(step: u32, response: Option<&[u8]>) -> Vec<u8> {
    let command = match step {
        1 => Some(vec![0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x16]),
        2 => Some(sight::present().to_vec()),
        3 => Some(vec![0x00, 0x84, 0x00, 0x00, 0x10]),
        4 => {
            let challenge = response.and_then(|data| data.split_last_chunk::<2>());
            Some(sight::answer(challenge.map_or(&[][..], |(data, _)| data)))
        }
        _ => None,
    };
    let command = command.map_or(Value::Null, |bytes| STANDARD.encode(bytes).into());
    let body = json!({
        "sandbox": true, "relay_id": "r", "step": step, "command": command, "done": step > 4,
        "grant": (step > 4).then(|| "00".repeat(16)),
    });
    body.to_string().into_bytes()
}

/// A service that gives challenges and never answers a proof.
struct Mute;

impl EligibilityService for Mute {
    fn challenge(
        &mut self,
        ask: &CheckContext,
        now: SystemTime,
        _: &Cancel,
    ) -> Result<Challenge, ServiceError> {
        let parts = ChallengeParts {
            id: "c".to_owned(),
            nonce: vec![1; 32],
            service: "mute".to_owned(),
            environment: "test".to_owned(),
            date: "20270115".to_owned(),
            life: Duration::from_secs(120),
            asked_at: now,
            service_time: None,
        };
        Ok(Challenge::new(*ask, parts).expect("right parts"))
    }

    fn message(
        &self,
        challenge: &Challenge,
        request: &Request,
        certificate: &[u8],
    ) -> Result<Message, ServiceError> {
        use sha2::{Digest as _, Sha256};
        let message = CheckMessage {
            service: challenge.service(),
            environment: challenge.environment(),
            operation: "check",
            method: request.context().method().as_str(),
            nonce: challenge.nonce(),
            terminal_key_sha256: &[0; 32],
            facility: "1312345678",
            purpose: "reception",
            date: challenge.date(),
            request_sha256: &[0; 32],
            certificate_sha256: &Sha256::digest(certificate).into(),
        };
        Ok(message.encode().expect("short fields"))
    }

    fn confirm(&mut self, _: &Challenge, _: &Proof, _: &Cancel) -> Result<Confirmed, ServiceError> {
        Err(ServiceErrorKind::Unreachable.into())
    }
}
