//! A challenge serves the question that it was given for, within its time, and once.

use super::*;
use crate::{ChallengeParts, Method};

#[test]
fn a_challenge_for_another_purpose_is_left_alone() {
    let desk = Fixture::new();
    drop(desk.ready());
    drop(desk.desk.prepare(Purpose::Checkup, now(), &desk.stop));
    assert_eq!(desk.diary.count("challenge"), 2);
}

#[test]
fn a_challenge_that_ended_on_its_way_or_answers_another_question_is_refused() {
    for quirk in [Quirk::EndedChallenge, Quirk::OtherPurpose] {
        let desk = Fixture::with(quirk, |settings| settings);
        let refused = desk.desk.prepare(Purpose::Reception, now(), &desk.stop);
        assert_eq!(refused.unwrap_err().code(), "MC-5011");
    }
}

#[test]
fn a_challenge_that_a_relay_may_have_spent_serves_nobody_else() {
    let mut desk = Fixture::new();
    let ask = CheckContext::new(Purpose::Reception).by(Method::Visual);
    let mut ready = desk.desk.prepare(ask, now(), &desk.stop).unwrap();
    let tap = ready.tap(&mut desk.card, now(), &desk.stop).unwrap();
    let confirmation = OperatorConfirmation::new("staff-7", tap.id(), now()).unwrap();
    let mut relay = FakeRelay::new(&desk.diary);
    desk.card.leaves_at = Some("PROVE");
    let identity = Identity::Visual(&mut relay, confirmation);
    let error = ready
        .check(&mut desk.card, identity, now(), &desk.stop)
        .unwrap_err();
    assert_eq!(error.pin_tries(), PinTries::Untouched);
    drop(desk.desk.prepare(ask, now(), &desk.stop).unwrap());
    assert_eq!(desk.diary.count("challenge"), 2);
}

#[test]
fn a_card_that_has_always_more_to_say_to_the_relay_is_left() {
    let mut desk = Fixture::new();
    let ask = CheckContext::new(Purpose::Reception).by(Method::Visual);
    let mut ready = desk.desk.prepare(ask, now(), &desk.stop).unwrap();
    let tap = ready.tap(&mut desk.card, now(), &desk.stop).unwrap();
    let confirmation = OperatorConfirmation::new("staff-7", tap.id(), now()).unwrap();
    let mut relay = FakeRelay::new(&desk.diary);
    desk.card.endless = Some(20);
    let identity = Identity::Visual(&mut relay, confirmation);
    let error = ready
        .check(&mut desk.card, identity, now(), &desk.stop)
        .unwrap_err();
    assert_eq!(error.pin_tries(), PinTries::Untouched);
    assert_eq!(desk.diary.count("SIGN"), 0);
}

#[test]
fn a_challenge_has_bounds() {
    let right = || ChallengeParts {
        id: "c1".into(),
        nonce: vec![1; 32],
        service: "fake".into(),
        environment: "test".into(),
        date: "20261120".into(),
        life: Duration::from_secs(120),
        asked_at: now(),
        service_time: None,
    };
    let told = |parts| Challenge::new(Purpose::Reception.into(), parts).map(drop);
    for length in [16, 64] {
        let nonce = vec![1; length];
        assert_eq!(told(ChallengeParts { nonce, ..right() }), Ok(()));
    }
    for length in [0, 15, 65] {
        let nonce = vec![1; length];
        assert_eq!(told(ChallengeParts { nonce, ..right() }), Err("nonce"));
    }
    for id in [String::new(), "c".repeat(257)] {
        assert_eq!(told(ChallengeParts { id, ..right() }), Err("challenge_id"));
    }
    for date in ["", "2026112", "2026-11-", "２０２６"] {
        let date = date.to_owned();
        assert_eq!(told(ChallengeParts { date, ..right() }), Err("date"));
    }
    let an_hour = Duration::from_secs(3600);
    assert_eq!(
        told(ChallengeParts {
            life: an_hour,
            ..right()
        }),
        Ok(())
    );
    for life in [Duration::ZERO, an_hour + Duration::from_secs(1)] {
        assert_eq!(told(ChallengeParts { life, ..right() }), Err("expires_at"));
    }
}
