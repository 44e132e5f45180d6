//! A card, a service and a relay that write down what happens to them, in one common diary.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use mynacard_card::{
    Command, Delivery, End, Limits, PinEntry, Response, StatusWord, Transport, TransportError,
    TransportErrorKind,
};
use mynacard_cert::{Certificate, TrustStore, Usage};
use rsa::pkcs8::DecodePrivateKey as _;
use sha2::{Digest, Sha256};

use crate::service::{CertificateStatus, Confirmed, Echo, Outcome, ServiceErrorKind};
use crate::*;

pub(super) const LEAF: &[u8] = include_bytes!("pki/leaf.der");
const ROOT: &[u8] = include_bytes!("pki/root.der");
const KEY: &[u8] = include_bytes!("pki/leaf.pk8");

#[derive(Clone, Default)]
pub(super) struct Diary(Arc<Mutex<Vec<String>>>);

impl Diary {
    pub(super) fn write(&self, entry: &str) {
        self.0.lock().unwrap().push(entry.to_owned());
    }

    pub(super) fn entries(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub(super) fn count(&self, entry: &str) -> usize {
        self.entries().iter().filter(|e| *e == entry).count()
    }
}

pub(super) fn trust() -> TrustStore {
    TrustStore::production()
        .with_root(ROOT, Usage::Authentication)
        .unwrap()
        .with_policy(
            mynacard_cert::Hierarchy::Custom,
            Usage::Authentication,
            "1.2.392.200149.8.5.1.3.30",
        )
        .unwrap()
}

/// A day after the leaf's beginning.
pub(super) fn now() -> SystemTime {
    let begin = Certificate::from_der(LEAF).unwrap().not_before().unix();
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(begin).unwrap() + 86_400)
}

/// Something that happens in the middle of a dialogue.
type Action = Box<dyn FnMut()>;

pub(super) struct FakeCard {
    pub(super) diary: Diary,
    pub(super) certificate: Vec<u8>,
    pub(super) tries: u8,
    /// Opens its certificate only after the PIN.
    pub(super) pin_first: bool,
    /// What its token information says that it is.
    pub(super) label: &'static str,
    /// Signs something else than it was given.
    pub(super) signs_wrongly: bool,
    /// Has always more to say to the relay's challenge; a test that asks for all of it is ended.
    pub(super) endless: Option<u16>,
    /// Is taken away at this command.
    pub(super) leaves_at: Option<&'static str>,
    /// Called at this command.
    pub(super) at: Option<(&'static str, Action)>,
    verified: bool,
    relayed: bool,
}

impl FakeCard {
    pub(super) fn new(diary: &Diary) -> Self {
        Self {
            diary: diary.clone(),
            certificate: LEAF.to_vec(),
            tries: 3,
            pin_first: false,
            label: "JPKIAPICCTOKEN2",
            signs_wrongly: false,
            endless: None,
            leaves_at: None,
            at: None,
            verified: false,
            relayed: false,
        }
    }

    fn answer(&mut self, name: &str, command: &Command<'_>) -> Vec<u8> {
        let ok = vec![0x90, 0x00];
        match name {
            // Token information: EF 0006, free.
            "READ" if command.p1() == 0x86 => {
                let mut token = [b' '; 160];
                token[..self.label.len()].copy_from_slice(self.label.as_bytes());
                [&token[..], &ok].concat()
            }
            "READ" if self.pin_first && !self.verified => vec![0x69, 0x82],
            "READ" => [&self.certificate[..], &ok].concat(),
            "COUNTER" | "VERIFY" if self.tries == 0 => vec![0x69, 0x84],
            "COUNTER" => vec![0x63, 0xC0 + self.tries],
            "VERIFY" if command.data() == b"1234" => {
                (self.verified, self.tries) = (true, 3);
                ok
            }
            "VERIFY" => {
                self.tries -= 1;
                vec![0x63, 0xC0 + self.tries]
            }
            "SIGN" if self.verified || self.relayed => {
                let mut info = command.data().to_vec();
                *info.last_mut().unwrap() ^= u8::from(self.signs_wrongly);
                [&signature(info)[..], &ok].concat()
            }
            "SIGN" => vec![0x69, 0x82],
            "CHALLENGE" | "OTHER" if self.endless.is_some() => {
                let left = self.endless.and_then(|left| left.checked_sub(1));
                assert!(left.is_some(), "asked without end");
                self.endless = left;
                vec![5, 0x61, 0x01]
            }
            "CHALLENGE" => [&[5; 16][..], &ok].concat(),
            "PROVE" => {
                self.relayed = true;
                ok
            }
            _ => ok,
        }
    }
}

/// The card's signature; made once for each input, since signing is slow and the same each time.
fn signature(info: Vec<u8>) -> Vec<u8> {
    thread_local! {
        static MADE: RefCell<HashMap<Vec<u8>, Vec<u8>>> = RefCell::default();
    }
    let sign = |info: &Vec<u8>| {
        let key = rsa::PrivateKey::from_pkcs8_der(KEY).unwrap();
        key.sign(rsa::Pkcs1v15Sign::new_unprefixed(), info).unwrap()
    };
    MADE.with_borrow_mut(|made| made.entry(info).or_insert_with_key(sign).clone())
}

impl Transport for FakeCard {
    fn begin(&mut self) -> Result<(), TransportError> {
        self.diary.write("begin");
        (self.verified, self.relayed) = (false, false);
        Ok(())
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        let name = match (command.ins(), command.p1(), command.data().len()) {
            (0xA4, 0x04, _) => "SELECT",
            (0xA4, ..) => "SELECT FILE",
            (0xB0, ..) => "READ",
            (0x20, _, 0) => "COUNTER",
            (0x20, ..) => "VERIFY",
            (0x2A, ..) => "SIGN",
            (0x84, ..) => "CHALLENGE",
            (0xA2, 0x06, _) => "SHOW",
            (0xA2, ..) => "PROVE",
            _ => "OTHER",
        };
        self.diary.write(name);
        if let Some((at, action)) = &mut self.at
            && *at == name
        {
            action();
        }
        if self.leaves_at == Some(name) {
            return Err(TransportError::new(
                TransportErrorKind::CardRemoved,
                Delivery::Unknown,
            ));
        }
        let answer = self.answer(name, command);
        response.set(&answer)
    }

    fn limits(&self) -> Limits {
        Limits::EXTENDED
    }

    fn enter_pin(&mut self, _: &PinEntry) -> Result<StatusWord, TransportError> {
        self.diary.write("PAD");
        (self.verified, self.tries) = (true, 3);
        Ok(StatusWord::from(0x9000))
    }

    fn end(&mut self, how: End) {
        assert_eq!(how, End::PowerDown);
        self.diary.write("end");
    }
}

/// What the service does differently from a good one.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Quirk {
    #[default]
    None,
    OtherNonce,
    OtherRequest,
    OtherCertificate,
    Down,
    /// It takes the proof for one of an ended challenge.
    Ended,
    /// Its first so many answers to proofs get lost.
    Lossy(u8),
    /// Its first answer to a proof gets lost, and then it is closed.
    LostThenClosed,
    /// Its challenges took longer on their way than they live.
    EndedChallenge,
    /// Its challenges are for another purpose than the one that was named.
    OtherPurpose,
}

pub(super) struct FakeService {
    pub(super) diary: Diary,
    pub(super) quirk: Quirk,
    pub(super) given: u8,
    /// How far its clock is ahead of the desk's.
    pub(super) ahead: Duration,
    /// The idempotency keys of the proofs that arrived.
    pub(super) keys: Arc<Mutex<Vec<[u8; 16]>>>,
}

impl EligibilityService for FakeService {
    fn challenge(
        &mut self,
        ask: &CheckContext,
        now: SystemTime,
        _: &Cancel,
    ) -> Result<Challenge, ServiceError> {
        self.diary.write("challenge");
        self.given += 1;
        let parts = ChallengeParts {
            id: format!("c{}", self.given),
            nonce: vec![self.given; 32],
            service: "fake".into(),
            environment: "test".into(),
            date: "20261120".into(),
            life: Duration::from_secs(120),
            asked_at: match self.quirk {
                Quirk::EndedChallenge => now - Duration::from_secs(120),
                _ => now,
            },
            service_time: Some(now + self.ahead),
        };
        let ask = match self.quirk {
            Quirk::OtherPurpose => CheckContext::new(Purpose::Midwifery),
            _ => *ask,
        };
        Ok(Challenge::new(ask, parts).unwrap())
    }

    fn message(
        &self,
        challenge: &Challenge,
        request: &Request,
        certificate: &[u8],
    ) -> Result<Message, ServiceError> {
        let message = CheckMessage {
            service: "fake",
            environment: "test",
            operation: "check",
            method: request.context().method().as_str(),
            nonce: challenge.nonce(),
            terminal_key_sha256: &[0; 32],
            facility: "1312345678",
            purpose: request.context().purpose().as_str(),
            date: challenge.date(),
            request_sha256: &Sha256::digest(request.id()).into(),
            certificate_sha256: &Sha256::digest(certificate).into(),
        };
        Ok(message.encode().unwrap())
    }

    fn confirm(
        &mut self,
        challenge: &Challenge,
        proof: &Proof,
        _: &Cancel,
    ) -> Result<Confirmed, ServiceError> {
        self.diary.write("confirm");
        self.keys.lock().unwrap().push(*proof.idempotency_key());
        match &mut self.quirk {
            Quirk::Down => return Err(ServiceErrorKind::Unreachable.into()),
            Quirk::Ended => return Err(ServiceErrorKind::ChallengeExpired.into()),
            Quirk::Lossy(left @ 1..) => {
                *left -= 1;
                return Err(ServiceErrorKind::AnswerLost.into());
            }
            Quirk::LostThenClosed => {
                return Err(match self.keys.lock().unwrap().len() {
                    1 => ServiceErrorKind::AnswerLost,
                    _ => ServiceErrorKind::Maintenance,
                }
                .into());
            }
            _ => {}
        }
        let mut echo = Echo {
            nonce: challenge.nonce().to_vec(),
            request_id: proof.request().id().to_vec(),
            certificate_sha256: proof.certificate_sha256().to_vec(),
        };
        match self.quirk {
            Quirk::OtherNonce => echo.nonce[0] ^= 1,
            Quirk::OtherRequest => echo.request_id[0] ^= 1,
            Quirk::OtherCertificate => echo.certificate_sha256[0] ^= 1,
            _ => {}
        }
        Ok(Confirmed {
            outcome: Outcome::NotRegistered,
            certificate_status: CertificateStatus::Good,
            check_id: format!("check-of-{}", challenge.id()),
            echo,
            processed_at: now(),
        })
    }
}

/// A relay with the given commands.
pub(super) struct FakeRelay {
    pub(super) diary: Diary,
    pub(super) commands: Vec<Vec<u8>>,
}

impl FakeRelay {
    pub(super) fn new(diary: &Diary) -> Self {
        let commands = vec![
            vec![0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x16],
            [&[0x80, 0xA2, 0x06, 0xC1, 0x00, 0x01, 0x33][..], &[7; 307]].concat(),
            vec![0x00, 0x84, 0x00, 0x00, 0x10],
            [&[0x80, 0xA2, 0x00, 0xC1, 64][..], &[9; 64]].concat(),
        ];
        Self {
            diary: diary.clone(),
            commands,
        }
    }
}

impl PinlessProvider for FakeRelay {
    fn prove(
        &mut self,
        _: &Challenge,
        card: &mut GuardedCard<'_>,
        _: &Cancel,
    ) -> Result<Grant, Error> {
        for command in &self.commands {
            self.diary.write("relay");
            card.exchange(command)?;
        }
        Ok(Grant::new(&[1; 32]).unwrap())
    }
}
