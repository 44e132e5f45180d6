//! A whole check at the desk, at hours that an input chooses: clocks that go wrong, a service that errs, a confirmation of before, a card of
//! somebody else. What is believed and sent follows from the hours by a reckoning of the harness's own.

mod judge;
mod partners;
pub(crate) mod plan;

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mynacard_auth::service::VisualCheck;
use mynacard_auth::{
    Cancel, CheckContext, CheckedAnswer, Desk, DeskSettings, Error, ExpiredCertificate, Identity,
    Method, OperatorConfirmation, PinTries, Purpose, Ready, Tap, UnknownIssuer, VisualSetting,
};
use mynacard_card::{BirthDate, NumberB, Pin};
use mynacard_cert::record::{CardAuthorities, CardAuthority};
use mynacard_cert::{Certificate, Hierarchy, TrustStore};
use mynacard_sim::{VirtualCard, person, pki, printed_number_b};

use crate::errors::noted;
use crate::seeds;
use crate::virtual_card::day;
use partners::{Book, Card, Relay, Service, open};
use plan::{By, Plan, Reading, Sight, time};

/// An input that begins so is a plan; no script of a relay does.
pub(crate) const BEGIN: &[u8] = b"MNCHECK\x01";

/// Carries a plan out.
pub(crate) fn planned(data: &[u8]) {
    let Some(plan) = Plan::read(data) else {
        return;
    };
    let service = Service::of(
        &plan,
        plan.is(plan::SERVICE_TELLS_TIME),
        plan.is(plan::SERVICE_ANSWERS_ANOTHER_QUESTION),
    );
    let book = Arc::clone(&service.book);
    let desk = Desk::new(Box::new(service), settings(&plan));
    let check = Check {
        card: Card {
            card: card_of(plan.person),
            strange: plan.is(plan::OF_AN_UNKNOWN_AUTHORITY),
        },
        sight: !matches!(plan.sight, Sight::Off | Sight::NotAllowed),
        stop: Cancel::new(),
        swapped: false,
        plan: &plan,
        desk,
        book,
    };
    check.lead();
}

fn settings(plan: &Plan<'_>) -> DeskSettings {
    let mut settings = DeskSettings::new(TrustStore::simulation());
    if plan.is(plan::REFUSES_ENDED) {
        settings = settings.with_expired(ExpiredCertificate::Refuse);
    }
    if plan.is(plan::REFUSES_UNKNOWN) {
        settings = settings.with_unknown_issuer(UnknownIssuer::Refuse);
    }
    if plan.is(plan::WITHOUT_PATIENCE) {
        settings = settings.with_patience(Duration::ZERO);
    }
    let institution = match plan.sight {
        Sight::Off => return settings,
        Sight::On => return settings.with_visual_unchecked(VisualSetting::On),
        Sight::Allowed => VisualCheck::Allowed,
        Sight::NotAllowed => VisualCheck::NotAllowed,
    };
    let terminal = seeds::terminal_of(institution);
    let permitted = noted(VisualSetting::On.permitted(&terminal)).map_err(|error| error.code());
    let expected = match institution {
        VisualCheck::Allowed => Ok(VisualSetting::On),
        VisualCheck::NotAllowed => Err("MC-5028"),
    };
    assert_eq!(permitted, expected, "what the institution may do");
    settings.with_visual(VisualSetting::On, &terminal)
}

/// A person's card with a reader that has a pad; each is made once.
fn card_of(id: &'static str) -> VirtualCard {
    thread_local!(static CARDS: RefCell<HashMap<&'static str, VirtualCard>> = RefCell::default());
    CARDS.with_borrow_mut(|cards| {
        let holder = person(id).expect("listed");
        let made = || VirtualCard::new(holder, day()).with_pin_pad("1234");
        cards.entry(id).or_insert_with(made).clone()
    })
}

/// The first and the last second of a person's certificate.
fn validity(id: &str) -> (i64, i64) {
    let der = pki::authentication_certificate(person(id).expect("listed"), day());
    let certificate = Certificate::from_der(&der).expect("our own");
    (
        certificate.not_before().unix(),
        certificate.not_after().unix(),
    )
}

struct Check<'a> {
    plan: &'a Plan<'a>,
    desk: Desk,
    book: Arc<Mutex<Book>>,
    card: Card,
    stop: Cancel,
    /// Whether the desk checks by sight.
    sight: bool,
    /// Whether another card lies there than the one that was read.
    swapped: bool,
}

impl Check<'_> {
    fn lead(mut self) {
        let [prepared, read, confirmed, ..] = self.plan.hours;
        let Some(mut ready) = self.prepared(prepared) else {
            return;
        };
        let Ok(tap) = self.read(&mut ready, read) else {
            return;
        };
        self.swapped = tap.is_some() && self.plan.is(plan::ANOTHER_CARD_AFTER_THE_TAP);
        if self.swapped {
            let others = ["kyokai-self", "unregistered"];
            let other = others.iter().find(|other| **other != self.plan.person);
            self.card.card = card_of(other.expect("one of two is another"));
        }
        if self.plan.by != By::Sight {
            let before = self.card.card.log().len();
            let checked = self.checked(ready, None);
            return self.judge(before, checked, tap.is_some());
        }
        // Whose tap is confirmed: this one, or one of another check.
        let own = tap.filter(|_| !self.plan.is(plan::CONFIRMED_FOR_ANOTHER_TAP));
        let id = match &own {
            Some(tap) => tap.id(),
            None => match self.another_tap() {
                Some(tap) => tap.id(),
                None => return,
            },
        };
        let confirmation = OperatorConfirmation::new("A", id, time(confirmed)).expect("a name");
        let before = self.card.card.log().len();
        let asked = open(&self.book).asked.len();
        let checked = self.checked(ready, Some(confirmation));
        if self.sight && !(own.is_some() && self.fresh()) {
            let code = checked.as_ref().map_err(Error::code).err();
            let expected = match own {
                None => "MC-5022",
                Some(_) => "MC-5023",
            };
            assert_eq!(code, Some(expected), "{:?}", self.plan);
            assert_eq!(self.card.card.log().len(), before, "the card was asked");
            assert_eq!(open(&self.book).asked.len(), asked, "the service was asked");
        }
        self.judge(before, checked, own.is_some());
    }

    /// A check that waits for its card, or a refusal for the reason that the plan has.
    fn prepared(&self, now: i64) -> Option<Ready> {
        let purpose = self.plan.purpose;
        let by_sight = self.plan.is(plan::PREPARED_FOR_SIGHT);
        let method = match by_sight {
            true => Method::Visual,
            false => Method::Pin,
        };
        let ask = CheckContext::new(purpose).by(method);
        let ready = noted(self.desk.prepare(ask, time(now), &self.stop));
        let unasked = open(&self.book).asked.is_empty();
        let expected = if purpose == Purpose::IdentityOnly {
            Some(("MC-5001", true))
        } else if by_sight && !self.sight {
            Some(("MC-5024", true))
        } else if self.plan.is(plan::SERVICE_ANSWERS_ANOTHER_QUESTION)
            || self.plan.late >= self.plan.life
        {
            Some(("MC-5011", false))
        } else {
            None
        };
        let found = ready.as_ref().err().map(|error| (error.code(), unasked));
        assert_eq!(found, expected, "{:?}", self.plan);
        ready.ok()
    }

    /// Reads the card before anybody is identified, as the plan has it.
    fn read(&mut self, ready: &mut Ready, now: i64) -> Result<Option<Tap>, ()> {
        let tries = self.card.card.authentication_tries();
        let tap = match self.plan.reading {
            Reading::None => return Ok(None),
            Reading::Tap => ready.tap(&mut self.card, time(now), &self.stop),
            Reading::Face => {
                let number = printed(self.plan.person);
                let known = authorities();
                let read =
                    ready.tap_with_face(&mut self.card, number, &known, time(now), &self.stop);
                read.map(|(tap, face)| {
                    assert!(!face.photo_jp2().is_empty(), "a face without a photo");
                    tap
                })
            }
        };
        assert!(!self.card.card.is_powered(), "the card kept its power");
        assert_eq!(self.card.card.authentication_tries(), tries);
        let (_, last) = validity(self.plan.person);
        match noted(tap) {
            Ok(tap) => {
                self.warned(tap.warnings(), now, last);
                Ok(Some(tap))
            }
            Err(error) => {
                assert_eq!(error.pin_tries(), PinTries::Untouched);
                self.named(&error, now, last);
                Err(())
            }
        }
    }

    /// A tap of the same card at another check of this desk.
    fn another_tap(&mut self) -> Option<Tap> {
        let [prepared, read, ..] = self.plan.hours;
        let mut ready = self.prepared(prepared)?;
        ready.tap(&mut self.card, time(read), &self.stop).ok()
    }

    fn checked(
        &mut self,
        ready: Ready,
        confirmation: Option<OperatorConfirmation>,
    ) -> Result<CheckedAnswer, Error> {
        let pin = |digits| Identity::Pin(Pin::new(digits).expect("four digits"));
        let mut relay = Relay;
        let identity = match (self.plan.by, confirmation) {
            (By::WrongPin, _) => pin(b"9999"),
            (By::Pad, _) => Identity::PinPad,
            (By::Sight, Some(confirmation)) => Identity::Visual(&mut relay, confirmation),
            (By::RightPin | By::Sight, _) => pin(b"1234"),
        };
        let [_, _, _, now, _] = self.plan.hours;
        noted(ready.check(&mut self.card, identity, time(now), &self.stop))
    }

    /// Whether the confirmation came after the reading, and a minute before the check at most.
    fn fresh(&self) -> bool {
        let [_, read, confirmed, now, _] = self.plan.hours;
        read <= confirmed && (confirmed..=confirmed + 60).contains(&now)
    }
}

/// 照合番号B as it is printed on a person's card.
fn printed(id: &str) -> NumberB {
    let person = person(id).expect("listed");
    let birth = person.birth();
    let birth = BirthDate::gregorian(birth.year(), birth.month(), birth.day());
    let number = printed_number_b(person, day());
    let (rest, code) = number.split_at(number.len() - 4);
    let (_, year) = rest.split_at(rest.len() - 4);
    let year = year.parse().expect("four digits");
    NumberB::from_card(&birth.expect("a day"), year, code.as_bytes()).expect("what is printed")
}

/// The key that signs what stands on the simulation's cards.
fn authorities() -> CardAuthorities {
    let modulus = pki::card_verifiable_ca_modulus();
    let identifier = pki::CARD_VERIFIABLE_CA_KEY_ID;
    let key = CardAuthority::new(Hierarchy::Simulation, identifier, &modulus, &[1, 0, 1]);
    let known = CardAuthorities::new(Hierarchy::Simulation).with(key.expect("our own"));
    known.expect("of this hierarchy")
}
