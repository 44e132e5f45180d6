//! The card dialogue of a check: certificate and verdict first, then the person, then the signature.

use mynacard_card::app::card_face::CardFace;
use mynacard_card::app::jpki::{CardKind, Jpki, Options};
use mynacard_card::{
    Command, Delivery, End, ErrorKind as CardErrorKind, Limits, NumberB, Pin, PinEntry, Response,
    StatusWord, Transport, TransportError, TransportErrorKind, hazmat,
};

use zeroize::Zeroizing;

use crate::pinless::GuardedCommand;
use crate::{
    Cancel, Challenge, Error, ErrorKind, Grant, GuardedCard, Message, PinTries, PinlessProvider,
};

/// What the card brought home; it is powered down by then.
pub(super) struct Signed<P> {
    pub(super) prepared: P,
    pub(super) signature: Vec<u8>,
    pub(super) grant: Option<Grant>,
    pub(super) tries: PinTries,
    pub(super) exchanges: u32,
}

/// What the caller makes of the certificate before the card signs: a verdict and the message.
pub(super) trait Prepared {
    fn message(&self) -> &Message;
}

/// Where a PIN comes from.
pub(super) enum PinFrom {
    Caller(Pin),
    Pad,
}

/// A card that looks at the stop signal before each exchange.
pub(super) struct Stoppable<'a> {
    card: &'a mut dyn Transport,
    stop: &'a Cancel,
}

/// What a screen is told from inside the dialogue.
pub(super) enum Phase {
    Relaying,
    VerifyingPin,
    Signing,
}

impl<'a> Stoppable<'a> {
    pub(super) fn new(card: &'a mut dyn Transport, stop: &'a Cancel) -> Self {
        Self { card, stop }
    }

    fn go_on(&self) -> Result<(), TransportError> {
        if self.stop.is_cancelled() {
            Err(TransportError::new(
                TransportErrorKind::Cancelled,
                Delivery::NotSent,
            ))
        } else {
            Ok(())
        }
    }
}

impl Transport for Stoppable<'_> {
    fn begin(&mut self) -> Result<(), TransportError> {
        self.go_on()?;
        self.card.begin()
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        self.go_on()?;
        self.card.exchange(command, response)
    }

    fn limits(&self) -> Limits {
        self.card.limits()
    }

    fn enter_pin(&mut self, request: &PinEntry) -> Result<StatusWord, TransportError> {
        self.go_on()?;
        self.card.enter_pin(request)
    }

    fn end(&mut self, how: End) {
        self.card.end(how);
    }
}

/// Reads the certificate in a dialogue of its own.
pub(super) fn certificate(
    card: &mut Stoppable<'_>,
    options: Options,
) -> Result<(Vec<u8>, u32), Error> {
    let mut jpki = Jpki::open(card, options)?;
    let der = jpki.authentication_certificate()?;
    let exchanges = jpki.exchanges();
    jpki.finish();
    Ok((der, exchanges))
}

/// Certificate, card face and a fresh proof that the card itself is here, in one unbroken power session: that session is
/// all that ties the two applications together.
pub(super) fn certificate_and_face(
    card: &mut Stoppable<'_>,
    options: Options,
    number: NumberB,
    presence: &[u8],
) -> Result<(Vec<u8>, Face, u32), Error> {
    let mut jpki = Jpki::open(card, options)?;
    let certificate = jpki.authentication_certificate()?;
    let mut application = CardFace::select(jpki.into_card(), options)?;
    let signer = application.cv_certificate()?;
    let mut opened = application.verify_number_b(number)?;
    let face = Face {
        signer,
        file: opened.face_file()?,
        presence: opened.presence_signature(presence)?,
    };
    let exchanges = application.exchanges();
    application.finish();
    Ok((certificate, face, exchanges))
}

/// What 券面事項確認AP gave, not yet verified.
pub(super) struct Face {
    pub(super) signer: Vec<u8>,
    pub(super) file: Zeroizing<Vec<u8>>,
    pub(super) presence: Vec<u8>,
}

/// A check by PIN. A phone that opens its certificate only after the PIN gets the PIN first; a card that does not say that it is
/// a phone is not shown one before its certificate is judged.
pub(super) fn by_pin<P: Prepared>(
    card: &mut Stoppable<'_>,
    options: Options,
    pin: PinFrom,
    mut prepare: impl FnMut(&[u8]) -> Result<P, Error>,
    mut phase: impl FnMut(Phase),
) -> Result<Signed<P>, Error> {
    let mut jpki = Jpki::open(card, options)?;
    let before = match jpki.authentication_certificate() {
        Ok(der) => Some(prepare(&der)?),
        Err(error)
            if matches!(error.kind(), CardErrorKind::PinNeeded { .. }) && is_phone(&mut jpki)? =>
        {
            None
        }
        Err(error) => return Err(error.into()),
    };
    phase(Phase::VerifyingPin);
    let mut verified = match pin {
        PinFrom::Caller(pin) => jpki.verify(pin)?,
        PinFrom::Pad => jpki.verify_on_pin_pad()?,
    };
    let prepared = match before {
        Some(prepared) => prepared,
        None => prepare(&verified.authentication_certificate()?)
            .map_err(|error| error.with_tries(PinTries::Accepted))?,
    };
    phase(Phase::Signing);
    let signature = verified.sign(prepared.message().as_bytes())?;
    let exchanges = jpki.exchanges();
    jpki.finish();
    Ok(Signed {
        prepared,
        signature,
        grant: None,
        tries: PinTries::Accepted,
        exchanges,
    })
}

/// What the token says that it is. Read only where the certificate stays shut, so that no other check takes an exchange more.
fn is_phone<T: Transport>(jpki: &mut Jpki<'_, T>) -> Result<bool, Error> {
    let kind = jpki.token_info()?.kind();
    Ok(matches!(kind, CardKind::Android | CardKind::IPhone))
}

/// A visual check: the service proves itself through the guard, then the card signs once.
pub(super) fn by_eye<P: Prepared>(
    card: &mut Stoppable<'_>,
    options: Options,
    provider: &mut dyn PinlessProvider,
    (challenge, stop): (&Challenge, &Cancel),
    mut prepare: impl FnMut(&[u8]) -> Result<P, Error>,
    mut phase: impl FnMut(Phase),
) -> Result<Signed<P>, Error> {
    let mut jpki = Jpki::open(card, options)?;
    let prepared = prepare(&jpki.authentication_certificate()?)?;
    phase(Phase::Relaying);
    let mut exchange = |command: &GuardedCommand| relayed(&mut jpki, command);
    let mut guarded = GuardedCard::new(&mut exchange);
    let grant = provider.prove(challenge, &mut guarded, stop)?;
    if !guarded.is_proven() {
        return Err(ErrorKind::RelayEnded.into());
    }
    phase(Phase::Signing);
    let signature = hazmat::pinless(&mut jpki).sign(prepared.message().as_bytes())?;
    let exchanges = jpki.exchanges();
    jpki.finish();
    Ok(Signed {
        prepared,
        signature,
        grant: Some(grant),
        tries: PinTries::Untouched,
        exchanges,
    })
}

/// Data and status word to a relayed command; an answer that the card holds back (61xx) is fetched.
fn relayed<T: Transport>(
    jpki: &mut Jpki<'_, T>,
    command: &GuardedCommand,
) -> Result<Vec<u8>, Error> {
    let mut answer = hazmat::exchange(jpki, &command.command())?;
    let mut response = answer.data.to_vec();
    for _ in 0..MOST_PIECES {
        let StatusWord::MoreData(length) = answer.status else {
            break;
        };
        let length = if length == 0 { 256 } else { u32::from(length) };
        let get_response = Command::new(0x00, 0xC0, 0x00, 0x00).with_expected(length);
        answer = hazmat::exchange(jpki, &get_response)?;
        response.extend_from_slice(&answer.data);
    }
    response.extend_from_slice(&u16::from(answer.status).to_be_bytes());
    Ok(response)
}

/// Pieces of one held-back answer at most: no relayed command has a long one.
const MOST_PIECES: usize = 4;
