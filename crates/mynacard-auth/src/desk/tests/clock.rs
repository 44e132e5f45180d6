//! The desk's clock and the service's differ.

use super::*;

const YEAR: Duration = Duration::from_secs(365 * 86_400);

/// A desk whose clock is `behind` the service's.
fn desk(behind: Duration, quirk: Quirk) -> Fixture {
    Fixture::at(behind, quirk, |settings| settings)
}

#[test]
fn an_answer_warns_of_a_clock_that_is_more_than_two_minutes_off() {
    let warned = |seconds| {
        let answer = desk(Duration::from_secs(seconds), Quirk::None)
            .check()
            .unwrap();
        answer
            .warnings()
            .iter()
            .any(|warning| matches!(warning, Warning::ClockOff { .. }))
    };
    assert!(!warned(0) && !warned(120) && warned(121));
    let answer = desk(Duration::from_secs(300), Quirk::None).check().unwrap();
    assert!(
        answer
            .warnings()
            .contains(&Warning::ClockOff { seconds: -300 })
    );
}

#[test]
fn a_confirmation_that_the_service_finds_too_old_is_the_clocks_fault_where_it_is() {
    let code = |seconds| {
        let error = desk(Duration::from_secs(seconds), Quirk::Ended)
            .check()
            .unwrap_err();
        (error.code(), error.pin_tries())
    };
    assert_eq!(code(60), ("MC-6122", PinTries::Accepted));
    assert_eq!(code(61), ("MC-5018", PinTries::Accepted));
}

#[test]
fn a_certificate_that_is_not_valid_yet_is_the_clocks_fault_where_it_is() {
    for (behind, code) in [(Duration::ZERO, "MC-3106"), (20 * YEAR, "MC-5018")] {
        let mut desk = desk(behind, Quirk::None);
        let long_ago = now() - 20 * YEAR;
        let check = |desk: &mut Fixture| {
            let ready = desk
                .desk
                .prepare(Purpose::Reception, long_ago, &desk.stop)
                .unwrap();
            ready.check(&mut desk.card, pin("1234"), long_ago, &desk.stop)
        };
        let error = check(&mut desk).unwrap_err();
        assert_eq!(
            (error.code(), error.pin_tries()),
            (code, PinTries::Untouched)
        );
        let mut ready = desk
            .desk
            .prepare(Purpose::Reception, long_ago, &desk.stop)
            .unwrap();
        let error = ready.tap(&mut desk.card, long_ago, &desk.stop).unwrap_err();
        assert_eq!(error.code(), code);
    }
}
