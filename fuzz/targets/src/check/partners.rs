//! Who takes part in a check: a service that errs as it was told, a relay that is right, and a card whose authority nobody knows.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use mynacard_auth::service::{CertificateStatus, Confirmed, Echo, Outcome};
use mynacard_auth::{
    Cancel, Challenge, ChallengeParts, CheckContext, CheckMessage, EligibilityService, Error,
    Grant, GuardedCard, Message, PinlessProvider, Proof, Purpose, Request, ServiceError,
    ServiceErrorKind,
};
use mynacard_card::{
    Command, End, Limits, PinEntry, Response, StatusWord, Transport, TransportError,
};
use mynacard_sim::VirtualCard;
use sha2::{Digest as _, Sha256};

use super::plan::{Plan, one_of, seconds, time};
use crate::flows::sight;

/// What the service does with a proof, by the octets of the plan; whatever is beyond them is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Answers,
    Unreachable,
    LosesItsAnswer,
    FindsItTooOld,
    AnswersAnotherQuestion,
    IsClosed,
}

const DEEDS: [Deed; 6] = [
    Deed::Answers,
    Deed::Unreachable,
    Deed::LosesItsAnswer,
    Deed::FindsItTooOld,
    Deed::AnswersAnotherQuestion,
    Deed::IsClosed,
];

/// What the service saw.
#[derive(Default)]
pub(crate) struct Book {
    /// When each challenge was asked for.
    pub(crate) asked: Vec<i64>,
    /// Of each proof: which challenge it is for, its key, and what became of it.
    pub(crate) proofs: Vec<(usize, [u8; 16], Deed)>,
}

/// The service.
pub(crate) struct Service {
    pub(crate) book: Arc<Mutex<Book>>,
    pub(crate) life: i64,
    pub(crate) late: i64,
    pub(crate) ahead: Option<i64>,
    pub(crate) another_question: bool,
    pub(crate) answers: Vec<u8>,
}

impl Service {
    pub(crate) fn of(plan: &Plan<'_>, tells_time: bool, another_question: bool) -> Self {
        Self {
            book: Arc::default(),
            life: plan.life,
            late: plan.late,
            ahead: tells_time.then_some(plan.ahead),
            another_question,
            answers: plan.answers.to_vec(),
        }
    }
}

pub(crate) fn open(book: &Mutex<Book>) -> MutexGuard<'_, Book> {
    book.lock().unwrap_or_else(PoisonError::into_inner)
}

impl EligibilityService for Service {
    fn challenge(
        &mut self,
        ask: &CheckContext,
        now: SystemTime,
        _: &Cancel,
    ) -> Result<Challenge, ServiceError> {
        let mut book = open(&self.book);
        let (now, number) = (seconds(now), book.asked.len());
        let asked = now - self.late;
        book.asked.push(asked);
        let parts = ChallengeParts {
            id: number.to_string(),
            nonce: vec![u8::try_from(number).unwrap_or(u8::MAX); 32],
            service: "planned".to_owned(),
            environment: "test".to_owned(),
            date: "20270115".to_owned(),
            life: Duration::from_secs(self.life.unsigned_abs()),
            asked_at: time(asked),
            service_time: self.ahead.map(|ahead| time(now + ahead)),
        };
        let ask = match (self.another_question, ask.purpose()) {
            (false, _) => *ask,
            (true, Purpose::Midwifery) => CheckContext::new(Purpose::Reception),
            (true, _) => CheckContext::new(Purpose::Midwifery),
        };
        Ok(Challenge::new(ask, parts).expect("right parts"))
    }

    fn message(
        &self,
        challenge: &Challenge,
        request: &Request,
        certificate: &[u8],
    ) -> Result<Message, ServiceError> {
        let message = CheckMessage {
            service: challenge.service(),
            environment: challenge.environment(),
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
        Ok(message.encode().expect("short fields"))
    }

    fn confirm(
        &mut self,
        challenge: &Challenge,
        proof: &Proof,
        _: &Cancel,
    ) -> Result<Confirmed, ServiceError> {
        let mut book = open(&self.book);
        let octet = self.answers.get(book.proofs.len()).copied();
        let deed = one_of(&DEEDS, octet.unwrap_or_default());
        let number = challenge.id().parse().expect("a number of ours");
        book.proofs.push((number, *proof.idempotency_key(), deed));
        let mut nonce = challenge.nonce().to_vec();
        match deed {
            Deed::Answers => {}
            Deed::Unreachable => return Err(ServiceErrorKind::Unreachable.into()),
            Deed::LosesItsAnswer => return Err(ServiceErrorKind::AnswerLost.into()),
            Deed::FindsItTooOld => return Err(ServiceErrorKind::ChallengeExpired.into()),
            Deed::AnswersAnotherQuestion => nonce.iter_mut().for_each(|octet| *octet ^= 1),
            Deed::IsClosed => return Err(ServiceErrorKind::Maintenance.into()),
        }
        Ok(Confirmed {
            outcome: Outcome::NotRegistered,
            certificate_status: CertificateStatus::Good,
            check_id: challenge.id().to_owned(),
            echo: Echo {
                nonce,
                request_id: proof.request().id().to_vec(),
                certificate_sha256: proof.certificate_sha256().to_vec(),
            },
            processed_at: time(0),
        })
    }
}

/// A relay that proves the terminal to the card.
pub(crate) struct Relay;

impl PinlessProvider for Relay {
    fn prove(
        &mut self,
        _: &Challenge,
        card: &mut GuardedCard<'_>,
        _: &Cancel,
    ) -> Result<Grant, Error> {
        card.exchange(&[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x16])?;
        card.exchange(sight::present())?;
        let challenge = card.exchange(&[0x00, 0x84, 0x00, 0x00, 0x10])?;
        let (challenge, _) = challenge.split_last_chunk::<2>().expect("a status word");
        card.exchange(&sight::answer(challenge))?;
        Ok(Grant::new(&[1; 32]).expect("neither empty nor long"))
    }
}

/// A card; where it is strange, its certificate names an authority that nobody knows.
pub(crate) struct Card {
    pub(crate) card: VirtualCard,
    pub(crate) strange: bool,
}

/// The authority's name in a certificate of the simulation, whose first place is the issuer's.
const AUTHORITY: &[u8] = b"MYNACARD-SIMULATION";
/// authorityKeyIdentifier, as its object identifier stands in a certificate; and the head of the identifier in it.
const KEY_IDENTIFIER: &[u8] = &[0x06, 0x03, 0x55, 0x1D, 0x23];
const HEAD: &[u8] = &[0x80, 0x14];

/// The certificate in an answer, of another authority.
fn of_another(data: &mut [u8]) {
    let place = |data: &[u8], part: &[u8]| data.windows(part.len()).position(|at| at == part);
    let Some(name) = place(data, AUTHORITY) else {
        return;
    };
    if let Some(first) = data.get_mut(name) {
        *first = b'X';
    }
    let identifier = place(data, KEY_IDENTIFIER).and_then(|at| data.get_mut(at..));
    let Some(identifier) = identifier else { return };
    let key = place(identifier, HEAD).and_then(|at| identifier.get_mut(at + HEAD.len()));
    if let Some(first) = key {
        *first ^= 1;
    }
}

impl Transport for Card {
    fn begin(&mut self) -> Result<(), TransportError> {
        self.card.begin()
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        self.card.exchange(command, response)?;
        if self.strange && command.ins() == 0xB0 {
            let mut data = response.data().to_vec();
            of_another(&mut data);
            data.extend(response.status().value().to_be_bytes());
            response.set(&data)?;
        }
        Ok(())
    }

    fn limits(&self) -> Limits {
        self.card.limits()
    }

    fn enter_pin(&mut self, request: &PinEntry) -> Result<StatusWord, TransportError> {
        self.card.enter_pin(request)
    }

    fn end(&mut self, how: End) {
        self.card.end(how);
    }
}
