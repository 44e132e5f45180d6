//! What a reader and the system's service can do to a flow: refuse the power-up, or fail at an exchange because another program
//! took the card, the service stopped, or the reader was pulled out.

use std::panic::{AssertUnwindSafe, catch_unwind};

use mynacard_card::{
    Command, Delivery, End, Error, Limits, PinEntry, PinTry, Response, StatusWord, Transport,
    TransportError, TransportErrorKind,
};
use mynacard_sim::{Counter, VirtualCard};

use crate::cards::{Kind, used};
use crate::flows::Flow;
use crate::judge::SECRETS;

/// Every way to refuse, and the code that says it: nothing has been sent then, whatever the reason.
const POWER_UP: [(TransportErrorKind, &str); 12] = [
    (TransportErrorKind::NoCard, "MC-1013"),
    (TransportErrorKind::CardRemoved, "MC-1002"),
    (TransportErrorKind::CardReset, "MC-1002"),
    (TransportErrorKind::ReaderRemoved, "MC-1014"),
    (TransportErrorKind::ServiceStopped, "MC-1014"),
    (TransportErrorKind::Sharing, "MC-1015"),
    (TransportErrorKind::Timeout, "MC-1016"),
    (TransportErrorKind::Cancelled, "MC-1017"),
    (TransportErrorKind::MalformedResponse, "MC-1018"),
    (TransportErrorKind::TooLong, "MC-1019"),
    (TransportErrorKind::Unsupported, "MC-1019"),
    (TransportErrorKind::Other, "MC-1020"),
];

/// At an exchange: the way, what the reader knows of the command, whether the card got it and acted, and the code.
const EXCHANGE: [(TransportErrorKind, Delivery, bool, &str); 5] = [
    (
        TransportErrorKind::Sharing,
        Delivery::NotSent,
        false,
        "MC-1015",
    ),
    (
        TransportErrorKind::ServiceStopped,
        Delivery::NotSent,
        false,
        "MC-1014",
    ),
    (
        TransportErrorKind::ServiceStopped,
        Delivery::Unknown,
        false,
        "MC-1014",
    ),
    (
        TransportErrorKind::ServiceStopped,
        Delivery::Unknown,
        true,
        "MC-1014",
    ),
    (
        TransportErrorKind::ReaderRemoved,
        Delivery::Unknown,
        true,
        "MC-1014",
    ),
];

/// Where a reader fails. Both are counted from 1.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    PowerUp(u32),
    Exchange(u32),
    Never,
}

/// A card in a reader that fails once, and must not be asked again after it.
struct Failing<'a> {
    card: &'a mut VirtualCard,
    at: At,
    how: TransportErrorKind,
    delivery: Delivery,
    acts: bool,
    power_ups: u32,
    exchanges: u32,
    failed: bool,
}

impl<'a> Failing<'a> {
    fn new(card: &'a mut VirtualCard, at: At) -> Self {
        Failing {
            card,
            at,
            how: TransportErrorKind::Other,
            delivery: Delivery::NotSent,
            acts: false,
            power_ups: 0,
            exchanges: 0,
            failed: false,
        }
    }

    /// Whether this exchange fails.
    fn fails(&mut self) -> bool {
        assert!(!self.failed, "an exchange after the reader had failed");
        self.exchanges += 1;
        self.failed = self.at == At::Exchange(self.exchanges);
        self.failed
    }

    fn error(&self) -> TransportError {
        TransportError::new(self.how, self.delivery)
    }
}

impl Transport for Failing<'_> {
    fn begin(&mut self) -> Result<(), TransportError> {
        self.power_ups += 1;
        if self.at == At::PowerUp(self.power_ups) {
            self.failed = true;
            return Err(self.error());
        }
        self.card.begin()
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        // What is too long for the reader never becomes an exchange.
        command.encode_within(self.limits())?;
        if !self.fails() {
            return self.card.exchange(command, response);
        }
        if self.acts {
            self.card.exchange(command, &mut Response::new())?;
        }
        Err(self.error())
    }

    fn limits(&self) -> Limits {
        self.card.limits()
    }

    fn enter_pin(&mut self, request: &PinEntry) -> Result<StatusWord, TransportError> {
        if !self.fails() {
            return self.card.enter_pin(request);
        }
        if self.acts {
            self.card.enter_pin(request)?;
        }
        Err(self.error())
    }

    fn end(&mut self, how: End) {
        self.card.end(how);
    }
}

/// One flow on one kind of card with every refusal at every power-up and every failure at every exchange; returns the number of
/// cases.
pub(crate) fn exhaust(kind: &Kind, flow: &Flow) -> usize {
    let before = used(&kind.card);
    let mut clean = before.clone();
    let mut reader = Failing::new(&mut clean, At::Never);
    let _ = kind.run_in(flow, &mut reader);
    let (power_ups, exchanges) = (reader.power_ups, reader.exchanges);
    assert!(power_ups > 0, "{}: no power-up", flow.name);
    let seen = u32::try_from(clean.log().len()).expect("few");
    assert_eq!(seen, exchanges, "{}: the card's log", flow.name);
    let mut cases = 0;
    for at in 1..=power_ups {
        for (how, code) in POWER_UP {
            let name = format!("{}, {}, power-up {at}, {how:?}", kind.name, flow.name);
            let mut after = before.clone();
            let mut reader = Failing::new(&mut after, At::PowerUp(at));
            reader.how = how;
            let error = fail(&name, kind, flow, &mut reader);
            // No flow powers up a second time: a refusal is one before anything was sent.
            assert_eq!((at, reader.exchanges), (1, 0), "{name}");
            assert_eq!(error.code(), code, "{name}");
            assert_eq!(error.delivery(), Some(Delivery::NotSent), "{name}");
            assert_eq!(error.pin_try(), PinTry::NotSpent, "{name}");
            assert!(after.log().is_empty(), "{name}: something was sent");
            assert_eq!(after.counters(), before.counters(), "{name}");
            cases += 1;
        }
    }
    for at in 1..=exchanges {
        for (how, delivery, acts, code) in EXCHANGE {
            let name = format!(
                "{}, {}, exchange {at} of {exchanges}, {how:?}, {delivery:?}, {}",
                kind.name,
                flow.name,
                if acts { "acted" } else { "did not act" }
            );
            let mut after = before.clone();
            let mut reader = Failing::new(&mut after, At::Exchange(at));
            (reader.how, reader.delivery, reader.acts) = (how, delivery, acts);
            let error = fail(&name, kind, flow, &mut reader);
            Case {
                name: &name,
                flow,
                at,
                delivery,
                acts,
                code,
                clean: &clean,
                before: &before,
                full: &kind.card,
                after: &after,
            }
            .judge(&error);
            cases += 1;
        }
    }
    cases
}

/// Runs a flow that must fail, without a panic and without a secret in its error.
#[track_caller]
fn fail(name: &str, kind: &Kind, flow: &Flow, reader: &mut Failing<'_>) -> Error {
    let run = AssertUnwindSafe(|| kind.run_in(flow, &mut *reader));
    let Ok(result) = catch_unwind(run) else {
        panic!("{name}: a panic");
    };
    let error = result.err().unwrap_or_else(|| panic!("{name}: success"));
    assert!(reader.failed, "{name}: it ended before: {error:?}");
    let text = format!("{error} {error:?}");
    assert!(
        SECRETS.iter().all(|secret| !text.contains(secret)),
        "{name}: a secret in {text}"
    );
    assert!(!reader.card.is_powered(), "{name}: the card kept its power");
    assert!(
        !reader.card.is_anything_verified(),
        "{name}: a session is left"
    );
    error
}

/// A failure at an exchange, and everything that is known about it.
struct Case<'a> {
    name: &'a str,
    flow: &'a Flow,
    at: u32,
    delivery: Delivery,
    acts: bool,
    code: &'static str,
    clean: &'a VirtualCard,
    before: &'a VirtualCard,
    full: &'a VirtualCard,
    after: &'a VirtualCard,
}

impl Case<'_> {
    #[track_caller]
    fn judge(&self, error: &Error) {
        let name = self.name;
        let place = usize::try_from(self.at).expect("few");
        let command = self.clean.log()[place - 1];
        let unknown = self.delivery == Delivery::Unknown;
        let changes = command.header()[1] == 0x24;
        let code = match (unknown, command.presents_pin(), changes) {
            (true, true, _) => "MC-1007",
            (true, _, true) => "MC-1023",
            _ => self.code,
        };
        assert_eq!(error.code(), code, "{name}: {error:?}");
        assert_eq!(error.delivery(), Some(self.delivery), "{name}");
        assert_eq!(
            self.after.log().len(),
            place - usize::from(!self.acts),
            "{name}: something was sent after the failure"
        );
        // The PINs that the card took before, in the flow's order; the flow went on, so each was right.
        let presented = |card: &VirtualCard, upto: usize| {
            let log = card.log().iter().take(upto);
            log.filter(|entry| entry.presents_pin()).count()
        };
        let taken = presented(self.clean, place - 1);
        let sent = taken + usize::from(command.presents_pin() && self.acts);
        assert_eq!(presented(self.after, usize::MAX), sent, "{name}: VERIFYs");
        let known = match (unknown && command.presents_pin(), taken) {
            (true, _) => PinTry::Unknown,
            (_, 0) => PinTry::NotSpent,
            _ => PinTry::Accepted,
        };
        assert_eq!(error.pin_try(), known, "{name}");
        for counter in Counter::ALL {
            let (before, full) = (self.before.tries(counter), self.full.tries(counter));
            let at = self.flow.verifies.iter().position(|key| *key == counter);
            let possible = match at {
                Some(at) if at < taken => vec![full],
                Some(at) if at < sent => vec![before, before.saturating_sub(1), full],
                _ => vec![before],
            };
            let after = self.after.tries(counter);
            assert!(
                possible.contains(&after),
                "{name}: {counter:?} had {before} tries of {full}, has {after}; reported {error:?}"
            );
        }
    }
}
