use std::sync::{Arc, Mutex};

use mynacard_eligibility::Answer;

use super::*;
use crate::{ErrorKind, TapId};

const KEEP: u64 = 30;

/// An audit trail in memory that can be made to fail.
#[derive(Clone, Default)]
struct Trail(Arc<Mutex<(Vec<AuditEvent>, bool)>>);

impl Trail {
    fn events(&self) -> Vec<AuditKind> {
        self.0
            .lock()
            .unwrap()
            .0
            .iter()
            .map(|event| event.what().clone())
            .collect()
    }

    fn fail(&self, fails: bool) {
        self.0.lock().unwrap().1 = fails;
    }
}

impl Audit for Trail {
    fn record(
        &mut self,
        event: &AuditEvent,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let mut trail = self.0.lock().unwrap();
        if trail.1 {
            return Err("disk full".into());
        }
        trail.0.push(event.clone());
        Ok(())
    }
}

fn tap(number: u8) -> TapId {
    TapId::from_bytes([number; 16])
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000 + seconds)
}

fn screen() -> (Screen, Trail) {
    let trail = Trail::default();
    (
        Screen::new(Duration::from_secs(KEEP), Box::new(trail.clone())),
        trail,
    )
}

/// What staff can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Show,
    ShowRequery,
    Look,
    Close,
    Tap,
    WaitShort,
    WaitLong,
}

const ACTIONS: [Action; 7] = [
    Action::Show,
    Action::ShowRequery,
    Action::Look,
    Action::Close,
    Action::Tap,
    Action::WaitShort,
    Action::WaitLong,
];

/// What an answer is to: a tap, or a requery without a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum To {
    Tap(u8),
    Requery(u8),
}

impl To {
    fn check_id(self) -> String {
        format!("{self:?}")
    }
}

/// The desk in three lines: which answer stands there, and since when.
#[derive(Default)]
struct Model {
    shown: Option<(To, u64)>,
    events: Vec<(To, &'static str)>,
}

impl Model {
    fn show(&mut self, what: To, now: u64) {
        self.end(now, "another-tap");
        self.shown = Some((what, now));
        self.events.push((what, "shown"));
    }

    fn end(&mut self, now: u64, why: &'static str) {
        if let Some((what, since)) = self.shown.take() {
            self.events.push((
                what,
                if now - since >= KEEP {
                    "timed-out"
                } else {
                    why
                },
            ));
        }
    }

    fn look(&mut self, now: u64) -> Option<To> {
        if self.shown.is_some_and(|(_, since)| now - since >= KEEP) {
            self.end(now, "timed-out");
        }
        self.shown.map(|(what, _)| what)
    }
}

#[test]
fn every_sequence_of_six_actions_agrees_with_the_model() {
    let insurance = Answer::builder().build().unwrap();
    let mut sequences = 0;
    for code in 0..7_usize.pow(6) {
        let actions: Vec<Action> = (0..6)
            .map(|place| ACTIONS[code / 7_usize.pow(place) % 7])
            .collect();
        let (mut screen, trail) = screen();
        let (mut model, mut now, mut number) = (Model::default(), 0, 0);
        for action in &actions {
            match action {
                Action::Show => {
                    number += 1;
                    model.show(To::Tap(number), now);
                    screen
                        .show(CheckedAnswer::sample(tap(number)), at(now))
                        .unwrap();
                }
                Action::ShowRequery => {
                    number += 1;
                    let to = To::Requery(number);
                    model.show(to, now);
                    screen
                        .show_requery(RequeryAnswer::sample(&insurance, to.check_id()), at(now))
                        .unwrap();
                }
                Action::Look => {
                    let expected = model.look(now);
                    let seen = screen.answer(at(now)).unwrap().map(CheckedAnswer::tap);
                    let checked = match expected {
                        Some(To::Tap(number)) => Some(tap(number)),
                        _ => None,
                    };
                    assert_eq!(seen, checked, "{actions:?}");
                    let seen = screen.requeried(at(now)).unwrap();
                    let seen = seen.map(|answer| answer.check_id().to_owned());
                    let requeried = expected.filter(|to| matches!(to, To::Requery(_)));
                    assert_eq!(seen, requeried.map(To::check_id), "{actions:?}");
                }
                Action::Close => {
                    model.end(now, "closed");
                    screen.close(at(now)).unwrap();
                }
                Action::Tap => {
                    model.end(now, "another-tap");
                    screen.tap(at(now)).unwrap();
                }
                Action::WaitShort => now += KEEP / 2,
                Action::WaitLong => now += KEEP,
            }
        }
        if let Some((what, _)) = model.shown.take() {
            model.events.push((what, "ended"));
        }
        drop(screen);
        let events: Vec<(String, &str)> = trail
            .events()
            .iter()
            .map(|event| match event {
                AuditKind::Shown { tap, .. } => (tap.to_string(), "shown"),
                AuditKind::Dropped { tap, why } => (tap.to_string(), why.as_str()),
                AuditKind::RequeryShown { check_id } => (check_id.clone(), "shown"),
                AuditKind::RequeryDropped { check_id, why } => (check_id.clone(), why.as_str()),
                _ => unreachable!("nothing is refused here, or proven otherwise"),
            })
            .collect();
        let expected: Vec<_> = model
            .events
            .iter()
            .map(|(to, what)| match to {
                To::Tap(number) => (tap(*number).to_string(), *what),
                To::Requery(_) => (to.check_id(), *what),
            })
            .collect();
        assert_eq!(events, expected, "{actions:?}");
        sequences += 1;
    }
    assert_eq!(sequences, 117_649);
}

#[test]
fn what_cannot_be_audited_is_not_shown() {
    let (mut screen, trail) = screen();
    trail.fail(true);
    let error = screen
        .show(CheckedAnswer::sample(tap(1)), at(0))
        .unwrap_err();
    assert_eq!(error.code(), "MC-5401");
    trail.fail(false);
    assert!(screen.answer(at(0)).unwrap().is_none());
}

#[test]
fn what_cannot_be_audited_is_dropped_all_the_same() {
    let (mut screen, trail) = screen();
    screen.show(CheckedAnswer::sample(tap(1)), at(0)).unwrap();
    trail.fail(true);
    assert_eq!(screen.close(at(1)).unwrap_err().code(), "MC-5401");
    assert!(screen.answer(at(1)).unwrap().is_none());
}

#[test]
fn a_head_that_is_missing_keeps_its_name() {
    struct Headless;
    impl Audit for Headless {
        fn record(
            &mut self,
            _: &AuditEvent,
        ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
            Err(Box::new(Error::from(ErrorKind::AuditHead)))
        }
    }
    let mut screen = Screen::new(Duration::from_secs(KEEP), Box::new(Headless));
    let shown = screen.show(CheckedAnswer::sample(tap(1)), at(0));
    assert_eq!(shown.unwrap_err().code(), "MC-5402");
    let refused = screen.refused_with("MC-1003", at(1));
    assert_eq!(refused.unwrap_err().code(), "MC-5402");
}

#[test]
fn a_screen_that_goes_away_says_that_its_answer_ended() {
    let (mut screen, trail) = screen();
    screen.show(CheckedAnswer::sample(tap(1)), at(0)).unwrap();
    drop(screen);
    let ended = AuditKind::Dropped {
        tap: tap(1),
        why: DropReason::Ended,
    };
    assert_eq!(trail.events()[1..], [ended]);
}

#[test]
fn the_next_answer_takes_the_place_of_the_former_in_the_trail_too() {
    let (mut screen, trail) = screen();
    screen.show(CheckedAnswer::sample(tap(1)), at(0)).unwrap();
    screen.show(CheckedAnswer::sample(tap(2)), at(1)).unwrap();
    let gone = AuditKind::Dropped {
        tap: tap(1),
        why: DropReason::AnotherTap,
    };
    assert_eq!(trail.events()[1], gone);
    assert_eq!(trail.events().len(), 3);
}

#[test]
fn an_answer_ends_with_the_program_and_not_twice() {
    let (mut screen, trail) = screen();
    screen.show(CheckedAnswer::sample(tap(1)), at(0)).unwrap();
    screen.leave(at(1)).unwrap();
    assert!(screen.answer(at(1)).unwrap().is_none());
    screen.leave(at(2)).unwrap();
    drop(screen);
    let ended = AuditKind::Dropped {
        tap: tap(1),
        why: DropReason::Ended,
    };
    assert_eq!(trail.events()[1..], [ended]);
}

#[test]
fn a_clock_set_back_shows_nothing_longer() {
    let (mut screen, _) = screen();
    screen.show(CheckedAnswer::sample(tap(1)), at(100)).unwrap();
    assert!(screen.answer(at(99)).unwrap().is_none());
}

#[test]
fn lines_of_the_trail_name_taps_and_codes_only() {
    let (mut screen, trail) = screen();
    screen
        .show(CheckedAnswer::sample(tap(0xAB)), at(0))
        .unwrap();
    screen.close(at(3)).unwrap();
    screen
        .refused(&ErrorKind::CardChanged.into(), at(4))
        .unwrap();
    let lines: Vec<String> = trail
        .0
        .lock()
        .unwrap()
        .0
        .iter()
        .map(AuditEvent::to_json)
        .collect();
    let tap = "ab".repeat(16);
    let expected = [
        format!(
            r#"{{"at":1790000000,"check_id":"sample","event":"shown","evidence":"online-pin","tap":"{tap}"}}"#
        ),
        format!(r#"{{"at":1790000003,"event":"dropped","tap":"{tap}","why":"closed"}}"#),
        r#"{"at":1790000004,"code":"MC-5016","event":"refused"}"#.to_owned(),
    ];
    assert_eq!(lines, expected);
}
