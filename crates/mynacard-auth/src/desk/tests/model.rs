//! Every sequence of staff actions up to six, against a small model of the desk.
//!
//! The program around the desk is the one that the documentation describes: preparing and tapping end what the screen shows, an
//! answer is shown, an error is audited. Actions that a program cannot take (a tap without a prepared check does not
//! compile) are left out of the sequences. Switches that only something later looks at (the other card, the stop signal, the line, the
//! disk) commute: next to each other they are thrown in one order, and not as the last action.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::fakes::{Diary, FakeCard, FakeRelay, FakeService, LEAF, Quirk};
use super::*;
use crate::service::Confirmed;
use crate::{Audit, AuditEvent, AuditKind, Message, Proof, Request, Screen, ServiceError};

/// Longer than an answer stands and a challenge lives.
const WAIT: u64 = 130;
/// How long a challenge lives.
const CHALLENGE: u64 = 120;
/// How long an answer stands.
const KEEP: u64 = 60;
/// The longest sequence.
const LENGTH: usize = 6;

/// What staff, patients and the world can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Prepare,
    PinRight,
    PinWrong,
    /// The patient types the right PIN on the reader's own pad.
    Pad,
    /// The card is read for a visual check.
    Read,
    /// The operator says that face and photo are the same person's, and the check goes on.
    Confirm,
    /// The answer got lost on the way: the signed proof goes out again, without card and PIN.
    Again,
    /// Staff note that something else proved the insurance.
    Other,
    /// The other patient's card lies on the reader from now on.
    Swap,
    Close,
    /// Nobody does anything for longer than an answer stands.
    Wait,
    /// The stop signal is given to what comes next.
    Stop,
    /// The service goes down, or comes back.
    Line,
    /// The audit's disk fills up, or is emptied.
    Disk,
}

use Action::*;

const ACTIONS: [Action; 14] = [
    Prepare, PinRight, PinWrong, Pad, Read, Confirm, Again, Other, Swap, Close, Wait, Stop, Line,
    Disk,
];

const SWITCHES: [Action; 4] = [Swap, Stop, Line, Disk];

/// The desk as staff understand it.
#[derive(Clone, Default)]
struct Model {
    clock: u64,
    /// A prepared check: when its challenge was fetched, and which card was read for it.
    ready: Option<(u64, Option<usize>)>,
    /// A challenge that nobody signed.
    spare: Option<u64>,
    /// A proof whose answer got lost: when its challenge was fetched, and whose card signed.
    kept: Option<(u64, usize)>,
    shown: Option<u64>,
    card: usize,
    tries: [u8; 2],
    verified: usize,
    padded: usize,
    cancelled: bool,
    down: bool,
    full: bool,
    events: Vec<String>,
    /// Something could not be audited.
    lost: bool,
}

/// What an action comes to: nothing to tell, a patient's answer, or a code.
type Outcome = Result<Option<usize>, &'static str>;

impl Model {
    fn new() -> Self {
        Self {
            tries: [3; 2],
            ..Self::default()
        }
    }

    /// Says whether a program can take this action, and whether no other sequence is the same.
    fn can(&self, before: &[Action], action: Action) -> bool {
        let switch = |action| SWITCHES.iter().position(|switch| *switch == action);
        if let Some(place) = switch(action) {
            let ordered = before.last().and_then(|last| switch(*last)) < Some(place);
            return ordered && before.len() + 1 < LENGTH;
        }
        match action {
            PinRight | PinWrong | Pad | Read => self.ready.is_some(),
            Again => self.kept.is_some(),
            // A note touches the trail alone: it comes before what does not look at it, and twice is once more of the same.
            Other => !matches!(before.last(), Some(Swap | Stop | Line | Other)),
            Confirm => self.ready.is_some_and(|(_, read)| read.is_some()),
            _ => true,
        }
    }

    fn audit(&mut self, event: &str) -> Result<(), &'static str> {
        if self.full {
            self.lost = true;
            return Err("MC-5401");
        }
        self.events.push(event.to_owned());
        Ok(())
    }

    fn end(&mut self, why: &str) -> Result<(), &'static str> {
        let Some(since) = self.shown.take() else {
            return Ok(());
        };
        let why = if self.clock - since >= KEEP {
            "timed-out"
        } else {
            why
        };
        self.audit(&format!("dropped:{why}"))
    }

    fn run(&mut self, action: Action) -> Outcome {
        match action {
            Swap => self.card = 1 - self.card,
            Line => self.down = !self.down,
            Disk => self.full = !self.full,
            Stop => self.cancelled = true,
            Close => self.end("closed")?,
            Wait => {
                self.clock += WAIT;
                self.end("timed-out")?;
            }
            Other => self.audit("proven:eligibility-certificate")?,
            Prepare | PinRight | PinWrong | Pad | Read | Confirm | Again => {
                let tapped = self.end("another-tap");
                let outcome = self.work(action);
                self.cancelled = false;
                tapped?;
                match outcome {
                    Ok(None) => {}
                    Ok(Some(patient)) => {
                        self.audit(&format!("shown:{patient}"))?;
                        self.shown = Some(self.clock);
                        return Ok(Some(patient));
                    }
                    Err(code) => {
                        self.audit(&format!("refused:{code}"))?;
                        return Err(code);
                    }
                }
            }
        }
        Ok(None)
    }

    /// A challenge fetched now.
    fn fetch(&self) -> Result<u64, &'static str> {
        match (self.cancelled, self.down) {
            (true, _) => Err("MC-5003"),
            (_, true) => Err("MC-6001"),
            _ => Ok(self.clock),
        }
    }

    fn work(&mut self, action: Action) -> Outcome {
        // Whoever turns to the next card gives the lost answer up.
        let kept = self.kept.take();
        if action == Again {
            let (asked, patient) = kept.expect("an action that can be taken");
            if self.clock - asked >= CHALLENGE {
                return Err("MC-5017");
            }
            if self.cancelled || self.down {
                self.kept = kept;
            }
            return match (self.cancelled, self.down) {
                (true, _) => Err("MC-5003"),
                (_, true) => Err("MC-6001"),
                _ => Ok(Some(patient)),
            };
        }
        if action == Prepare {
            let left = self
                .ready
                .take()
                .map(|(asked, _)| asked)
                .or(self.spare.take());
            self.spare = None;
            let fresh = left.filter(|asked| *asked == self.clock);
            self.ready = Some((fresh.map_or_else(|| self.fetch(), Ok)?, None));
            return Ok(None);
        }
        if action == Read {
            if self.cancelled {
                return Err("MC-5003");
            }
            let card = self.card;
            if let Some((_, read)) = &mut self.ready {
                *read = Some(card);
            }
            return Ok(None);
        }
        let (asked, read) = self.ready.take().expect("an action that can be taken");
        let other = read.is_some_and(|read| read != self.card);
        if action == Confirm {
            // The challenge was for a PIN: another one is fetched, and the relay may spend that.
            if let Err(code) = self.fetch() {
                self.spare = Some(asked);
                return Err(code);
            }
            return if other {
                Err("MC-5016")
            } else {
                Ok(Some(self.card))
            };
        }
        self.spare = Some(asked);
        if asked != self.clock {
            self.spare = Some(self.fetch().inspect_err(|_| self.spare = Some(asked))?);
        }
        if self.cancelled {
            return Err("MC-5003");
        }
        if other {
            return Err("MC-5016");
        }
        let tries = &mut self.tries[self.card];
        match *tries {
            0 => return Err("MC-1005"),
            1 => return Err("MC-1004"),
            _ if action == Pad => self.padded += 1,
            _ => self.verified += 1,
        }
        if action == PinWrong {
            *tries -= 1;
            return Err("MC-1003");
        }
        *tries = 3;
        self.spare = None;
        if self.down {
            self.kept = Some((self.clock, self.card));
            Err("MC-6001")
        } else {
            Ok(Some(self.card))
        }
    }
}

/// A service that says whose card it was asked about, and goes down when told to.
struct Service {
    inner: FakeService,
    down: Arc<AtomicBool>,
}

impl Service {
    fn up(&self) -> Result<(), ServiceError> {
        if self.down.load(Ordering::SeqCst) {
            return Err(crate::ServiceErrorKind::Unreachable.into());
        }
        Ok(())
    }
}

impl EligibilityService for Service {
    fn challenge(
        &mut self,
        ask: &CheckContext,
        now: SystemTime,
        stop: &Cancel,
    ) -> Result<Challenge, ServiceError> {
        self.up()?;
        self.inner.challenge(ask, now, stop)
    }

    fn message(
        &self,
        challenge: &Challenge,
        _: &Request,
        certificate: &[u8],
    ) -> Result<Message, ServiceError> {
        // Without the request's random number, so that few messages have to be signed.
        let request = Request::new(*challenge.context(), None)
            .expect("a random source")
            .with_id([0; 16]);
        self.inner.message(challenge, &request, certificate)
    }

    fn confirm(
        &mut self,
        challenge: &Challenge,
        proof: &Proof,
        stop: &Cancel,
    ) -> Result<Confirmed, ServiceError> {
        self.up()?;
        let mut confirmed = self.inner.confirm(challenge, proof, stop)?;
        let patient = usize::from(proof.certificate() != LEAF);
        confirmed.check_id = patient.to_string();
        Ok(confirmed)
    }
}

#[derive(Clone, Default)]
struct Trail {
    events: Arc<Mutex<Vec<AuditKind>>>,
    full: Arc<AtomicBool>,
}

impl Audit for Trail {
    fn record(
        &mut self,
        event: &AuditEvent,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        if self.full.load(Ordering::SeqCst) {
            return Err("disk full".into());
        }
        self.events.lock().unwrap().push(event.what().clone());
        Ok(())
    }
}

/// The product, and the program around it.
struct Real {
    desk: Desk,
    screen: Screen,
    trail: Trail,
    diary: Diary,
    down: Arc<AtomicBool>,
    cards: [FakeCard; 2],
    card: usize,
    ready: Option<(Ready, Option<Tap>)>,
    /// The error that holds the proof whose answer got lost.
    kept: Option<Error>,
    clock: u64,
    stop: Cancel,
}

impl Real {
    fn new() -> Self {
        let diary = Diary::default();
        let (trail, down) = (Trail::default(), Arc::new(AtomicBool::new(false)));
        let inner = FakeService {
            diary: diary.clone(),
            quirk: Quirk::None,
            ahead: Duration::ZERO,
            keys: Arc::default(),
            given: 0,
        };
        let service = Service {
            inner,
            down: Arc::clone(&down),
        };
        // No root is known, so that both patients' certificates are passed on with a warning.
        static SETTINGS: LazyLock<DeskSettings> = LazyLock::new(|| {
            DeskSettings::new(TrustStore::production()).with_visual_unchecked(VisualSetting::On)
        });
        let settings = SETTINGS.clone();
        let mut cards = [FakeCard::new(&diary), FakeCard::new(&diary)];
        *cards[1].certificate.last_mut().unwrap() ^= 1;
        Self {
            desk: Desk::new(Box::new(service), settings),
            screen: Screen::new(Duration::from_secs(KEEP), Box::new(trail.clone())),
            trail,
            diary,
            down,
            cards,
            card: 0,
            ready: None,
            kept: None,
            clock: 0,
            stop: Cancel::new(),
        }
    }

    fn run(&mut self, action: Action) -> Outcome {
        let code = |error: Error| error.code();
        match action {
            Swap => self.card = 1 - self.card,
            Line => drop(self.down.fetch_xor(true, Ordering::SeqCst)),
            Disk => drop(self.trail.full.fetch_xor(true, Ordering::SeqCst)),
            Stop => self.stop.cancel(),
            Close => self.screen.close(later(self.clock)).map_err(code)?,
            Wait => {
                self.clock += WAIT;
                self.screen.answer(later(self.clock)).map_err(code)?;
            }
            Other => {
                let proof = crate::Evidence::EligibilityCertificate;
                let now = later(self.clock);
                self.screen.proven(proof, now).map_err(code)?;
            }
            Prepare | PinRight | PinWrong | Pad | Read | Confirm | Again => {
                let now = later(self.clock);
                let tapped = self.screen.tap(now);
                let outcome = self.work(action, now);
                self.stop = Cancel::new();
                let refused = outcome.map_err(|error| {
                    let code = error.code();
                    self.kept = error.undelivered().is_some().then_some(error);
                    code
                });
                tapped.map_err(code)?;
                match refused {
                    Ok(None) => {}
                    Ok(Some(answer)) => {
                        let shown = self.screen.show(answer, now).map_err(code)?;
                        return Ok(shown.check_id().parse().ok());
                    }
                    Err(refused) => {
                        self.screen.refused_with(refused, now).map_err(code)?;
                        return Err(refused);
                    }
                }
            }
        }
        Ok(None)
    }

    fn work(&mut self, action: Action, now: SystemTime) -> Result<Option<CheckedAnswer>, Error> {
        let kept = self.kept.take();
        if action == Again {
            let kept = kept.expect("an action that can be taken");
            return kept.deliver_again(now, &self.stop).map(Some);
        }
        if action == Prepare {
            self.ready = None;
            let ready = self.desk.prepare(Purpose::Reception, now, &self.stop)?;
            self.ready = Some((ready, None));
            return Ok(None);
        }
        let card = &mut self.cards[self.card];
        if action == Read {
            let (ready, read) = self.ready.as_mut().unwrap();
            *read = Some(ready.tap(card, now, &self.stop)?);
            return Ok(None);
        }
        let (ready, read) = self.ready.take().unwrap();
        let mut relay = FakeRelay::new(&self.diary);
        let identity = match action {
            PinRight => Identity::Pin(Pin::new(b"1234")?),
            PinWrong => Identity::Pin(Pin::new(b"0000")?),
            Pad => Identity::PinPad,
            _ => {
                let tap = read.unwrap().id();
                let confirmation = OperatorConfirmation::new("staff-7", tap, now)?;
                Identity::Visual(&mut relay, confirmation)
            }
        };
        ready.check(card, identity, now, &self.stop).map(Some)
    }

    /// The trail in words; an answer that leaves is the one that came last.
    fn events(&self) -> Vec<String> {
        let mut last = None;
        let events = self.trail.events.lock().unwrap();
        events
            .iter()
            .map(|event| match event {
                AuditKind::Shown { tap, check_id, .. } => {
                    last = Some(*tap);
                    format!("shown:{check_id}")
                }
                AuditKind::Dropped { tap, why } => {
                    assert_eq!(
                        last.take(),
                        Some(*tap),
                        "another answer than the shown one left"
                    );
                    format!("dropped:{}", why.as_str())
                }
                AuditKind::Refused { code } => format!("refused:{code}"),
                AuditKind::Proven { evidence } => format!("proven:{}", evidence.as_str()),
                other => format!("{other:?}"),
            })
            .collect()
    }
}

/// Runs one sequence and compares after each action.
fn compare(actions: &[Action]) {
    let (mut real, mut model) = (Real::new(), Model::new());
    for action in actions {
        let found = real.run(*action);
        assert_eq!(found, model.run(*action), "{actions:?} at {action:?}");
        let shows = real.screen.answer(later(real.clock)).unwrap().is_some();
        assert_eq!(shows, model.shown.is_some(), "{actions:?} at {action:?}");
        // A PIN reaches a card when somebody typed it, and once.
        let typed = (real.diary.count("VERIFY"), real.diary.count("PAD"));
        assert_eq!(typed, (model.verified, model.padded), "{actions:?}");
        let tries = [real.cards[0].tries, real.cards[1].tries];
        assert_eq!(tries, model.tries, "{actions:?} at {action:?}");
    }
    if model.shown.is_some() {
        // The program ends with the answer on the screen.
        let _ = model.end("ended");
    }
    let Real { screen, trail, .. } = &mut real;
    *screen = Screen::new(Duration::from_secs(KEEP), Box::new(trail.clone()));
    assert_eq!(real.events(), model.events, "{actions:?}");
    if !model.lost {
        let mut shown = 0_u32;
        for event in real.events() {
            shown += u32::from(event.starts_with("shown"));
            assert!(shown <= 1, "two answers at once: {actions:?}");
            shown -= u32::from(event.starts_with("dropped"));
        }
        assert_eq!(shown, 0, "an answer without its end: {actions:?}");
    }
}

/// All sequences that go on from `actions`; only whole ones are run, for their beginnings are compared with them.
fn walk(actions: &mut Vec<Action>, model: &Model, share: usize, count: &AtomicUsize) {
    if actions.len() == LENGTH {
        let number = count.fetch_add(1, Ordering::SeqCst);
        if number % SHARES == share {
            compare(actions);
        }
        return;
    }
    for action in ACTIONS {
        if model.can(actions, action) {
            let mut after = model.clone();
            let _ = after.run(action);
            actions.push(action);
            walk(actions, &after, share, count);
            actions.pop();
        }
    }
}

/// Threads that share the work.
const SHARES: usize = 2;

#[test]
fn every_sequence_of_six_staff_actions_agrees_with_the_model() {
    let counts: Vec<usize> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..SHARES)
            .map(|share| {
                scope.spawn(move || {
                    let count = AtomicUsize::new(0);
                    walk(&mut Vec::new(), &Model::new(), share, &count);
                    count.into_inner()
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    println!("{} sequences of {LENGTH} actions", counts[0]);
    assert_eq!(counts, [counts[0]; SHARES]);
    assert!(counts[0] > 100_000, "{}", counts[0]);
}

#[test]
fn the_sequences_that_matter_most_are_among_them() {
    for actions in [
        &[Prepare, Read, Swap, Confirm][..],
        &[Prepare, Read, Confirm, Prepare, Swap, PinRight],
        &[Prepare, PinWrong, Prepare, PinWrong, Prepare, PinRight],
        &[Prepare, PinRight, Disk, Close, Disk, Prepare],
        &[Prepare, PinRight, Wait, Prepare, Line, PinRight],
        &[Prepare, Line, Pad, Line, Again, Close],
        &[Prepare, Line, PinRight, Stop, Again, Line, Again],
        &[Prepare, Line, PinRight, Wait, Line, Again],
        &[Prepare, Line, PinRight, Swap, Line, Again],
        &[Prepare, Other, Disk, Other, Disk, Pad],
    ] {
        compare(actions);
    }
}
