//! The line goes away between tap and answer.

use super::*;

#[test]
fn a_lost_answer_leaves_its_proof_and_the_same_request_is_sent_again_without_the_card() {
    let mut desk = Fixture::with(Quirk::Lossy(2), |settings| settings);
    let lost = desk.check().unwrap_err();
    assert_eq!(
        (lost.code(), lost.pin_tries()),
        ("MC-6013", PinTries::Accepted)
    );
    let before = desk.diary.entries().len();
    let again = lost.into_undelivered().unwrap();
    assert_eq!(again.ends_at(), later(120));
    let tap = again.tap();
    let lost = again.deliver(later(60), &desk.stop).unwrap_err();
    assert_eq!(lost.undelivered().unwrap().tap(), tap);
    let answer = lost
        .into_undelivered()
        .unwrap()
        .deliver(later(119), &desk.stop)
        .unwrap();
    assert_eq!(answer.tap(), tap);
    assert_eq!(desk.diary.entries()[before..], ["confirm", "confirm"]);
    let keys = desk.keys.lock().unwrap();
    assert!(keys.len() == 3 && keys.iter().all(|key| *key == keys[0]));
}

#[test]
fn after_the_challenges_life_nothing_is_sent_and_only_another_tap_helps() {
    for when in [later(120), later(5000)] {
        let mut desk = Fixture::with(Quirk::Lossy(1), |settings| settings);
        let proof = desk.check().unwrap_err().into_undelivered().unwrap();
        let error = proof.deliver(when, &desk.stop).unwrap_err();
        assert_eq!(
            (error.code(), error.pin_tries()),
            ("MC-5017", PinTries::Accepted)
        );
        assert!(error.undelivered().is_none());
        assert_eq!(desk.diary.count("confirm"), 1);
        // The next tap is a check of its own.
        desk.check().unwrap();
        let keys = desk.keys.lock().unwrap();
        assert_ne!(keys[0], keys[1]);
    }
}

#[test]
fn a_stopped_delivery_keeps_its_proof_and_a_refused_one_does_not() {
    let mut desk = Fixture::with(Quirk::Lossy(1), |settings| settings);
    let proof = desk.check().unwrap_err().into_undelivered().unwrap();
    let stopped = Cancel::new();
    stopped.cancel();
    let error = proof.deliver(later(1), &stopped).unwrap_err();
    assert_eq!(error.code(), "MC-5003");
    assert!(error.undelivered().is_some());

    let again = error.deliver_again(later(2), &desk.stop).unwrap();
    assert_eq!(desk.diary.count("confirm"), 2);
    assert_eq!(again.card_exchanges(), 5);

    let mut other = Fixture::with(Quirk::OtherNonce, |settings| settings);
    let error = other.check().unwrap_err();
    assert!(error.undelivered().is_none());
    let same = error.deliver_again(later(2), &other.stop).unwrap_err();
    assert_eq!(same.code(), "MC-5012");
    assert_eq!(other.diary.count("confirm"), 1);
}

#[test]
fn a_clock_that_was_set_back_takes_nothing_from_the_proofs_life() {
    let mut desk = Fixture::with(Quirk::Lossy(1), |settings| settings);
    let error = desk.check().unwrap_err();
    let before = now() - Duration::from_secs(7 * 86_400);
    error.deliver_again(before, &desk.stop).unwrap();
    assert_eq!(desk.diary.count("confirm"), 2);
}

#[test]
fn a_door_that_closed_meanwhile_does_not_hide_that_the_first_delivery_may_count() {
    let mut desk = Fixture::with(Quirk::LostThenClosed, |settings| settings);
    let lost = desk.check().unwrap_err();
    assert_eq!(lost.code(), "MC-6013");
    let again = lost.deliver_again(later(1), &desk.stop).unwrap_err();
    assert_eq!(
        (again.code(), again.pin_tries()),
        ("MC-6013", PinTries::Accepted)
    );
}

#[test]
fn the_proof_tells_nothing_of_itself() {
    let mut desk = Fixture::with(Quirk::Down, |settings| settings);
    let text = format!(
        "{:?}",
        desk.check().unwrap_err().into_undelivered().unwrap()
    );
    assert!(
        text.starts_with("Undelivered { tap: TapId(") && text.len() < 100,
        "{text}"
    );
}
