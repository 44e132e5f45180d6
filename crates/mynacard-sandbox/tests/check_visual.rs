//! A visual check (目視確認): the card read, the face confirmed, the relay through the guard, one signature.

mod check_support;

use std::time::SystemTime;

use check_support::{Office, card};
use mynacard_auth::{
    Cancel, Challenge, CheckContext, Error, Grant, GuardedCard, Identity, Method,
    OperatorConfirmation, PinTries, PinlessProvider, Purpose, VisualSetting,
};
use mynacard_eligibility::Validity;
use mynacard_sandbox::{Institution, InstitutionKind};

#[test]
fn people_without_a_pin_get_their_answer() {
    let office = Office::open();
    for id in ["kyokai-self", "no-pin", "pin-blocked"] {
        let mut card = card(id);
        let checked = office.by_eye(&mut card).unwrap();
        assert_eq!(
            checked.answer().unwrap().validity(),
            Some(Validity::Valid),
            "{id}"
        );
        assert_eq!(checked.evidence().as_str(), "online-visual");
        assert!(!card.log().iter().any(mynacard_sim::Logged::presents_pin));
        assert!(!card.is_powered());
    }
}

#[test]
fn an_institution_that_may_not_is_refused_on_both_sides() {
    let institution =
        Institution::new("1310000001", "目視なし", InstitutionKind::Clinic).visual_check(false);
    let ours = Office::of(&institution, |settings| settings);
    assert_eq!(
        ours.by_eye(&mut card("kyokai-self")).unwrap_err().code(),
        "MC-5024"
    );
    let theirs = Office::of(&institution, |s| s.with_visual_unchecked(VisualSetting::On));
    assert_eq!(
        theirs.by_eye(&mut card("kyokai-self")).unwrap_err().code(),
        "MC-6105"
    );
}

#[test]
fn a_patient_swapped_between_tap_and_answer_is_noticed() {
    let office = Office::open();
    let now = SystemTime::now();
    let ask = CheckContext::new(Purpose::Reception).by(Method::Visual);
    let mut ready = office.desk.prepare(ask, now, &office.stop).unwrap();
    let tap = ready
        .tap(&mut card("kyokai-self"), now, &office.stop)
        .unwrap();
    let confirmation = OperatorConfirmation::new("staff-7", tap.id(), now).unwrap();
    let mut relay = office.service.relay();
    let identity = Identity::Visual(&mut relay, confirmation);
    let error = ready
        .check(&mut card("kokuho"), identity, now, &office.stop)
        .unwrap_err();
    assert_eq!(
        (error.code(), error.pin_tries()),
        ("MC-5016", PinTries::Untouched)
    );
}

#[test]
fn a_service_that_asks_for_more_than_the_relay_needs_gets_nothing() {
    /// Runs the real relay and adds a command of its own after the proof.
    struct Greedy(mynacard_client::https::HttpsRelay);
    impl PinlessProvider for Greedy {
        fn prove(
            &mut self,
            challenge: &Challenge,
            card: &mut GuardedCard<'_>,
            stop: &Cancel,
        ) -> Result<Grant, Error> {
            let grant = self.0.prove(challenge, card, stop)?;
            card.exchange(&[0x00, 0xB0, 0x81, 0x00, 0x00])?;
            Ok(grant)
        }
    }
    let office = Office::open();
    let now = SystemTime::now();
    let ask = CheckContext::new(Purpose::Reception).by(Method::Visual);
    let mut ready = office.desk.prepare(ask, now, &office.stop).unwrap();
    let mut card = card("kyokai-self");
    let tap = ready.tap(&mut card, now, &office.stop).unwrap();
    let confirmation = OperatorConfirmation::new("staff-7", tap.id(), now).unwrap();
    let mut relay = Greedy(office.service.relay());
    let identity = Identity::Visual(&mut relay, confirmation);
    let error = ready
        .check(&mut card, identity, now, &office.stop)
        .unwrap_err();
    assert_eq!(error.code(), "MC-5025");
    assert!(!card.is_powered());
}
