//! The line between terminal and service is cut after every single byte of a confirmation, both ways: afterwards both sides
//! agree on what happened, at most one check exists, and the terminal was told the truth.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub
)]

mod faults;
mod line;
mod stop;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::time::{Duration, SystemTime};

use line::{After, Line, Way};
use mynacard_auth::{
    Cancel, CheckContext, CheckedAnswer, Desk, DeskSettings, Error, Identity, Method,
    OperatorConfirmation, PinTries, Purpose, Ready, Terminal, TermsAccepted, UserSettings,
    VisualSetting, Warning,
};
use mynacard_card::Pin;
use mynacard_cert::TrustStore;
use mynacard_client::https::{Endpoint, HttpsService, Timeouts};
use mynacard_sandbox::{Running, Sandbox};
use mynacard_sim::{VirtualCard, person};

struct Terminals {
    sandbox: Running,
    line: Line,
    service: HttpsService,
    desk: Desk,
    card: VirtualCard,
    seen: BTreeSet<String>,
    cases: u32,
}

impl Terminals {
    fn open() -> Self {
        Self::open_with(Timeouts {
            connect: Duration::from_secs(20),
            answer: Duration::from_secs(20),
            whole: Duration::from_secs(40),
        })
    }

    fn open_with(timeouts: Timeouts) -> Self {
        let sandbox = Sandbox::builder()
            .challenges_per_minute(u32::MAX)
            .start()
            .unwrap();
        let issued = sandbox.issue_activation().unwrap();
        let settings = UserSettings::new(
            &issued.institution_code,
            &issued.id,
            &issued.activation_code,
        )
        .unwrap();
        let root = sandbox.ca_certificate_der().to_vec();
        let straight = Endpoint::sandbox(sandbox.url(), &root);
        let mut newcomer = HttpsService::new(&straight, None).unwrap();
        let terminal =
            Terminal::activate(&mut newcomer, &settings, TermsAccepted, &Cancel::new()).unwrap();
        let line = Line::to(sandbox.address());
        let endpoint = Endpoint::sandbox(&line.url, &root).with_timeouts(timeouts);
        let service = HttpsService::new(&endpoint, Some(&terminal)).unwrap();
        let settings =
            DeskSettings::new(TrustStore::simulation()).with_visual_unchecked(VisualSetting::On);
        let desk = Desk::new(Box::new(service.clone()), settings);
        Self {
            sandbox,
            line,
            service,
            desk,
            card: VirtualCard::new(person("kyokai-self").unwrap(), SystemTime::now()),
            seen: BTreeSet::new(),
            cases: 0,
        }
    }

    /// Prepares on a good line, does `spoil` to it, checks.
    fn check(&mut self, spoil: impl FnOnce(&Line)) -> Result<CheckedAnswer, Error> {
        let ready = self.ready();
        spoil(&self.line);
        self.tap(ready)
    }

    fn ready(&self) -> Ready {
        self.desk
            .prepare(Purpose::Reception, SystemTime::now(), &Cancel::new())
            .unwrap()
    }

    /// A visual check: the face compared after the card was read, the relay over the line.
    fn by_eye(
        &mut self,
        mut ready: Ready,
        spoil: impl FnOnce(&Line),
        stop: &Cancel,
    ) -> Result<CheckedAnswer, Error> {
        let now = SystemTime::now();
        let tap = ready.tap(&mut self.card, now, &Cancel::new())?;
        let confirmation = OperatorConfirmation::new("staff-7", tap.id(), now)?;
        let mut relay = self.service.relay();
        spoil(&self.line);
        let identity = Identity::Visual(&mut relay, confirmation);
        ready.check(&mut self.card, identity, now, stop)
    }

    fn ready_by_eye(&self) -> Ready {
        let ask = CheckContext::new(Purpose::Reception).by(Method::Visual);
        self.desk
            .prepare(ask, SystemTime::now(), &Cancel::new())
            .unwrap()
    }

    fn tap(&mut self, ready: Ready) -> Result<CheckedAnswer, Error> {
        self.tap_until(ready, &Cancel::new())
    }

    fn tap_until(&mut self, ready: Ready, stop: &Cancel) -> Result<CheckedAnswer, Error> {
        let pin = Identity::Pin(Pin::new(b"1234").unwrap());
        ready.check(&mut self.card, pin, SystemTime::now(), stop)
    }

    /// Bytes of the confirmation on a warm connection: to the service, to the terminal.
    fn lengths(&mut self) -> (u64, u64) {
        let answer = self.check(Line::measure).unwrap();
        self.seen.insert(answer.check_id().to_owned());
        self.line.measured()
    }

    /// Exactly one more check exists than `before`, and it is the one that the answer names, seen for the first time.
    #[track_caller]
    fn one_more(&mut self, before: u32, answer: &CheckedAnswer, case: &str) {
        assert_eq!(self.sandbox.checks().unwrap(), before + 1, "{case}");
        let id = answer.check_id().to_owned();
        assert!(self.sandbox.knows_check(&id).unwrap(), "{case}");
        assert!(self.seen.insert(id), "{case}: an old answer");
        assert!(answer.answer().is_some(), "{case}");
        self.cases += 1;
    }

    /// The line comes back at once: the check ends well, as if nothing had been.
    fn cut_once(&mut self, way: Way, at: u64) {
        let case = format!("{way:?} after {at}, then back");
        let (before, cuts) = (self.sandbox.checks().unwrap(), self.line.cuts());
        let answer = self
            .check(|line| line.arm(way, at, After::Back))
            .unwrap_or_else(|error| panic!("{case}: {error:?}"));
        assert_eq!(self.line.cuts(), cuts + 1, "{case}: the line was cut");
        self.one_more(before, &answer, &case);
    }

    /// The line stays away: staff are told that the outcome is not known; when it is back, the same proof gets the answer.
    fn cut_for_long(&mut self, way: Way, at: u64) {
        let case = format!("{way:?} after {at}, then dead");
        let before = self.sandbox.checks().unwrap();
        let error = self
            .check(|line| line.arm(way, at, After::Dead))
            .unwrap_err();
        assert_eq!(
            (error.code(), error.pin_tries()),
            ("MC-6013", PinTries::Accepted),
            "{case}: {error:?}"
        );
        assert!(self.sandbox.checks().unwrap() <= before + 1, "{case}");
        // Again while it is away still: what became of the first delivery is as unknown as before.
        let error = error
            .deliver_again(SystemTime::now(), &Cancel::new())
            .unwrap_err();
        assert_eq!(
            (error.code(), error.pin_tries()),
            ("MC-6013", PinTries::Accepted),
            "{case}: {error:?}"
        );
        self.line.mend();
        let proof = error.into_undelivered().unwrap();
        let answer = proof
            .deliver(SystemTime::now(), &Cancel::new())
            .unwrap_or_else(|error| panic!("{case}: {error:?}"));
        self.one_more(before, &answer, &case);
    }
}

/// The relay's dialogue is one of many messages, and a step of it is never sent twice: a cut ends the check, or the proof is in hand.
#[test]
fn a_visual_check_survives_a_cut_anywhere_in_its_relay() {
    let quick = std::env::var_os("MYNACARD_QUICK").is_some();
    let every = if quick { 997 } else { 61 };
    let mut terminals = Terminals::open();
    let measured = |terminals: &mut Terminals| {
        let ready = terminals.ready_by_eye();
        let before = terminals.sandbox.checks().unwrap();
        let answer = terminals
            .by_eye(ready, Line::measure, &Cancel::new())
            .unwrap();
        terminals.one_more(before, &answer, "measured");
        terminals.line.measured()
    };
    measured(&mut terminals);
    let lengths = measured(&mut terminals);
    let (mut ended, mut in_hand, mut unnoticed) = (0, 0, 0);
    for (way, length) in [(Way::ToService, lengths.0), (Way::ToTerminal, lengths.1)] {
        for at in positions(length - 1, every) {
            let case = format!("{way:?} after {at} of {length}");
            let before = terminals.sandbox.checks().unwrap();
            let ready = terminals.ready_by_eye();
            let cuts = terminals.line.cuts();
            let outcome =
                terminals.by_eye(ready, |line| line.arm(way, at, After::Back), &Cancel::new());
            assert_eq!(terminals.line.cuts(), cuts + 1, "{case}: the line was cut");
            let error = match outcome {
                Ok(answer) => {
                    unnoticed += 1;
                    terminals.one_more(before, &answer, &case);
                    continue;
                }
                Err(error) => error,
            };
            assert_eq!(error.pin_tries(), PinTries::Untouched, "{case}");
            let code = error.code();
            match error.into_undelivered() {
                Some(proof) => {
                    in_hand += 1;
                    let answer = proof.deliver(SystemTime::now(), &Cancel::new()).unwrap();
                    terminals.one_more(before, &answer, &case);
                }
                None => {
                    ended += 1;
                    assert!(matches!(code, "MC-6001" | "MC-6121"), "{case}: {code}");
                    assert_eq!(terminals.sandbox.checks().unwrap(), before, "{case}");
                    terminals.cases += 1;
                }
            }
        }
    }
    let line = format!(
        "cut relays: {} cases; the check ended {ended}, went on {unnoticed}, proof in hand {in_hand}; lost 0, doubled 0\n",
        terminals.cases
    );
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    assert!(ended > 0 && unnoticed > 0, "{line}");
    assert!(
        !terminals
            .card
            .log()
            .iter()
            .any(mynacard_sim::Logged::presents_pin)
    );
}

/// Every `step`th position of a span, and its last.
fn positions(length: u64, step: usize) -> impl Iterator<Item = u64> {
    (0..length).step_by(step).chain([length])
}

#[test]
fn a_confirmation_survives_a_cut_after_any_byte_to_the_service() {
    cut_after_any_byte(Way::ToService);
}

#[test]
fn a_confirmation_survives_a_cut_after_any_byte_to_the_terminal() {
    cut_after_any_byte(Way::ToTerminal);
}

fn cut_after_any_byte(way: Way) {
    // Quick runs take a part of the positions, another one each time the lengths change.
    let quick = std::env::var_os("MYNACARD_QUICK").is_some();
    let (every, long) = if quick { (61, 499) } else { (1, 17) };
    let mut terminals = Terminals::open();
    let lengths = terminals.lengths();
    // The service's session tickets may still be under way after the first answer.
    assert_eq!(terminals.lengths(), lengths);
    let (length, last) = match way {
        Way::ToService => (lengths.0, lengths.0),
        // After the answer's last byte nothing is left to lose.
        Way::ToTerminal => (lengths.1, lengths.1 - 1),
    };
    assert!(length > 2_000, "{length}");
    positions(last, every).for_each(|at| terminals.cut_once(way, at));
    positions(last, long).for_each(|at| terminals.cut_for_long(way, at));
    let line = format!(
        "cut lines: {} cases over {length} bytes {way:?}, lost 0, doubled 0\n",
        terminals.cases
    );
    // Past the test runner's capture: the number is a result.
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    assert!(quick || terminals.cases > 2_500, "{line}");
}
