//! A prepared check: one challenge, one tap, one answer.

use std::fmt;
use std::time::{Instant, SystemTime};

use mynacard_card::{Pin, Transport};

use super::answer::{CheckedAnswer, Step};
use super::card::{self, Phase, PinFrom, Signed, Stoppable};
use super::deliver::{CardPart, Draft};
use super::judge::Judged;
use super::tap::Tap;
use super::{Desk, MARGIN};
use crate::{
    Cancel, Challenge, CheckContext, Error, ErrorKind, Evidence, Method, OperatorConfirmation,
    PinTries, PinlessProvider, Query,
};

/// A check that waits for the tap; [`Ready::check`] consumes it.
///
/// Dropped without a check, it leaves its challenge to the next one.
#[must_use]
pub struct Ready {
    desk: Desk,
    context: CheckContext,
    challenge: Option<Challenge>,
    tap: Option<Tap>,
    progress: Option<Progress>,
}

type Progress = Box<dyn FnMut(Step) + Send>;

/// How the person's identity is established.
#[non_exhaustive]
pub enum Identity<'a> {
    /// The PIN as typed.
    Pin(Pin),
    /// The PIN is typed on the reader's own pad.
    PinPad,
    /// A member of staff compared photo and person (目視確認); the provider opens the card for one signature.
    Visual(&'a mut dyn PinlessProvider, OperatorConfirmation),
}

impl Ready {
    pub(super) fn new(desk: Desk, challenge: Challenge) -> Self {
        let context = *challenge.context();
        Self {
            desk,
            context,
            challenge: Some(challenge),
            tap: None,
            progress: None,
        }
    }

    /// Calls `progress` at each step, for a screen. It must not wait.
    pub fn with_progress(mut self, progress: impl FnMut(Step) + Send + 'static) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }

    /// What is asked for.
    #[must_use]
    pub fn context(&self) -> &CheckContext {
        &self.context
    }

    /// When the challenge ends; after that the check renews it first.
    #[must_use]
    pub fn ends_at(&self) -> Option<SystemTime> {
        self.challenge.as_ref().map(Challenge::ends_at)
    }

    /// Renews the challenge when little of its life is left. For a program that waits long for a card: called now and
    /// then, it keeps the round trip out of the tap.
    ///
    /// # Errors
    ///
    /// As [`Desk::prepare`].
    pub fn refresh(&mut self, now: SystemTime, stop: &Cancel) -> Result<(), Error> {
        let fits = |challenge: &Challenge| {
            *challenge.context() == self.context && challenge.lives(now, MARGIN)
        };
        if !self.challenge.as_ref().is_some_and(fits) {
            self.step(Step::Renewing);
            self.challenge = Some(self.desk.challenge(&self.context, now, stop)?);
        }
        Ok(())
    }

    /// Reads the card without identifying anybody: certificate and verdict, no try spent. The visual check starts here,
    /// since the operator confirms the face *after* the card was read.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Card`], [`ErrorKind::Certificate`] and the policies' refusals, [`ErrorKind::Cancelled`].
    pub fn tap(
        &mut self,
        card: &mut dyn Transport,
        now: SystemTime,
        stop: &Cancel,
    ) -> Result<Tap, Error> {
        self.step(Step::ReadingCard);
        let mut card = Stoppable::new(card, stop);
        let (der, exchanges) = card::certificate(&mut card, self.desk.settings().card)
            .map_err(|error| as_cancelled(error, stop))?;
        let judged = self.judged(&der, now)?;
        self.step(Step::CardDone);
        self.tapped(&judged, exchanges, now)
    }

    /// The verdict on a certificate; a refusal that a wrong clock explains is named as that.
    pub(super) fn judged(&self, der: &[u8], now: SystemTime) -> Result<Judged, Error> {
        let judged = self.desk.settings().judge(der, now);
        judged.map_err(|error| match &self.challenge {
            Some(challenge) => challenge.named_by_clock(error),
            None => error,
        })
    }

    /// Remembers what was read, until the check.
    pub(super) fn tapped(
        &mut self,
        judged: &Judged,
        exchanges: u32,
        now: SystemTime,
    ) -> Result<Tap, Error> {
        let tap = Tap::of(judged, exchanges, now)?;
        self.tap = Some(tap.clone());
        Ok(tap)
    }

    pub(super) fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Does the check: card, verdict, person, signature, power-down, service.
    ///
    /// No network happens between the first and the last command, except the visual check's relay. A PIN reaches the card
    /// at most once.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`]; [`Error::pin_tries`] says what is known about the PIN then. Where the card signed and the answer did
    /// not come, [`Error::into_undelivered`] hands over the proof, to be delivered again.
    pub fn check(
        self,
        card: &mut dyn Transport,
        identity: Identity<'_>,
        now: SystemTime,
        stop: &Cancel,
    ) -> Result<CheckedAnswer, Error> {
        let in_time = match Instant::now().checked_add(self.desk.settings().patience) {
            Some(end) => stop.by(end),
            None => stop.clone(),
        };
        self.check_until(card, identity, now, &in_time)
            .map_err(|error| match error.kind() {
                ErrorKind::Cancelled if !stop.is_cancelled() => error.renamed(ErrorKind::TooSlow),
                _ => error,
            })
    }

    fn check_until(
        mut self,
        card: &mut dyn Transport,
        identity: Identity<'_>,
        now: SystemTime,
        stop: &Cancel,
    ) -> Result<CheckedAnswer, Error> {
        self.context = self.context.by(identity.method());
        self.desk.permit(&self.context)?;
        if let Identity::Visual(_, confirmation) = &identity {
            self.accept(confirmation, now)?;
        }
        self.refresh(now, stop)?;

        let challenge = self.challenge.take().ok_or(ErrorKind::ChallengeExpired)?;
        let evidence = identity.evidence();

        let started = Instant::now();
        let signed = self.dialogue(card, identity, &challenge, now, stop);
        let signed = match signed.map_err(|error| as_cancelled(error, stop)) {
            Ok(signed) => signed,
            Err(error) => {
                // Nothing was signed: the next tap may use this challenge. A relay may have spent it.
                let unspent =
                    self.context.method() == Method::Pin && error.pin_tries() != PinTries::Accepted;
                let error = challenge.named_by_clock(error);
                self.challenge = unspent.then_some(challenge);
                return Err(error);
            }
        };
        let card = CardPart {
            evidence,
            time: started.elapsed(),
            now,
        };
        self.step(Step::CardDone);
        let undelivered = self.desk.prove(signed, challenge, card)?;
        self.step(Step::AskingService);
        let answer = undelivered.send(stop)?;
        self.step(Step::Done);
        Ok(answer)
    }

    fn dialogue(
        &mut self,
        card: &mut dyn Transport,
        identity: Identity<'_>,
        challenge: &Challenge,
        now: SystemTime,
        stop: &Cancel,
    ) -> Result<Signed<Draft>, Error> {
        self.step(Step::ReadingCard);
        let desk = self.desk.clone();
        let options = desk.settings().card;
        let (context, tap) = (self.context, self.tap.take());
        let operator = match &identity {
            Identity::Visual(_, confirmation) => Some(confirmation.clone()),
            _ => None,
        };
        let prepare =
            |der: &[u8]| desk.draft(context, tap.as_ref(), operator.clone(), challenge, der, now);
        let phase = |phase| {
            self.step(match phase {
                Phase::Relaying => Step::Relaying,
                Phase::VerifyingPin => Step::VerifyingPin,
                Phase::Signing => Step::Signing,
            });
        };
        let mut card = Stoppable::new(card, stop);
        match identity {
            Identity::Pin(pin) => {
                card::by_pin(&mut card, options, PinFrom::Caller(pin), prepare, phase)
            }
            Identity::PinPad => card::by_pin(&mut card, options, PinFrom::Pad, prepare, phase),
            Identity::Visual(provider, _) => card::by_eye(
                &mut card,
                options,
                provider,
                (challenge, stop),
                prepare,
                phase,
            ),
        }
    }

    /// Whether the operator's confirmation is for this tap, and fresh.
    fn accept(&self, confirmation: &OperatorConfirmation, now: SystemTime) -> Result<(), Error> {
        let tap = self
            .tap
            .as_ref()
            .filter(|tap| tap.id() == confirmation.tap())
            .ok_or(ErrorKind::ConfirmationForAnotherTap)?;
        let fresh = confirmation.confirmed_at() >= tap.read_at
            && now
                .duration_since(confirmation.confirmed_at())
                .is_ok_and(|age| age <= self.desk.settings().confirmation_life);
        if fresh {
            Ok(())
        } else {
            Err(ErrorKind::ConfirmationExpired.into())
        }
    }

    pub(super) fn step(&mut self, step: Step) {
        log::debug!("check: {step:?}");
        if let Some(progress) = &mut self.progress {
            progress(step);
        }
    }
}

impl Identity<'_> {
    /// The method that the service is told.
    #[must_use]
    pub const fn method(&self) -> Method {
        match self {
            Self::Pin(_) | Self::PinPad => Method::Pin,
            Self::Visual(..) => Method::Visual,
        }
    }

    const fn evidence(&self) -> Evidence {
        match self.method() {
            Method::Pin => Evidence::Online(Query::Pin),
            Method::Visual => Evidence::Online(Query::Visual),
        }
    }
}

/// A card or a reader that stopped because the caller said so is the caller's doing.
pub(super) fn as_cancelled(error: Error, stop: &Cancel) -> Error {
    use mynacard_card::{ErrorKind as Card, TransportErrorKind::Cancelled};
    let cancelled = matches!(error.kind(), ErrorKind::Card(card)
        if matches!(card.kind(), Card::Transport { how: Cancelled }));
    if cancelled && stop.is_cancelled() {
        let tries = error.pin_tries();
        return Error::from(ErrorKind::Cancelled)
            .with_tries(tries)
            .with_source(error);
    }
    error
}

impl Drop for Ready {
    fn drop(&mut self) {
        if let Some(challenge) = self.challenge.take() {
            self.desk.give_back(challenge);
        }
    }
}

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ready")
            .field("context", &self.context)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Identity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pin(_) => "Pin(..)",
            Self::PinPad => "PinPad",
            Self::Visual(..) => "Visual(..)",
        })
    }
}
