//! The order of a check and its refusals, against fakes that keep a diary.

mod challenge;
mod clock;
mod counters;
mod fakes;
mod model;
mod undelivered;

use mynacard_card::Pin;
use mynacard_card::app::jpki::{CounterPolicy, Options};
use mynacard_cert::TrustStore;

use super::*;
use crate::{CheckedAnswer, OperatorConfirmation, PinTries, Purpose};
use fakes::{Diary, FakeCard, FakeRelay, FakeService, LEAF, Quirk, now, trust};

struct Fixture {
    diary: Diary,
    keys: Arc<Mutex<Vec<[u8; 16]>>>,
    desk: Desk,
    card: FakeCard,
    stop: Cancel,
}

impl Fixture {
    fn new() -> Self {
        Self::with(Quirk::None, |settings| settings)
    }

    fn with(quirk: Quirk, change: impl FnOnce(DeskSettings) -> DeskSettings) -> Self {
        Self::at(Duration::ZERO, quirk, change)
    }

    /// A desk whose service's clock is so much ahead.
    fn at(
        ahead: Duration,
        quirk: Quirk,
        change: impl FnOnce(DeskSettings) -> DeskSettings,
    ) -> Self {
        let diary = Diary::default();
        let keys = Arc::default();
        let service = FakeService {
            keys: Arc::clone(&keys),
            ahead,
            diary: diary.clone(),
            quirk,
            given: 0,
        };
        let settings = DeskSettings::new(trust()).with_visual_unchecked(VisualSetting::On);
        let desk = Desk::new(Box::new(service), change(settings));
        Self {
            card: FakeCard::new(&diary),
            diary,
            keys,
            desk,
            stop: Cancel::new(),
        }
    }

    fn ready(&self) -> Ready {
        self.desk
            .prepare(Purpose::Reception, now(), &self.stop)
            .unwrap()
    }

    fn check(&mut self) -> Result<CheckedAnswer, Error> {
        let ready = self.ready();
        ready.check(&mut self.card, pin("1234"), now(), &self.stop)
    }

    #[track_caller]
    fn refused(&mut self, code: &str, tries: PinTries) {
        let error = self.check().unwrap_err();
        assert_eq!((error.code(), error.pin_tries()), (code, tries), "{error}");
        assert_eq!(self.diary.entries().last().unwrap(), "end");
    }
}

fn pin(digits: &str) -> Identity<'static> {
    Identity::Pin(Pin::new(digits.as_bytes()).unwrap())
}

fn later(seconds: u64) -> SystemTime {
    now() + Duration::from_secs(seconds)
}

#[test]
fn a_check_is_five_exchanges_and_the_network_stays_outside_the_card_session() {
    let mut desk = Fixture::new();
    let answer = desk.check().unwrap();
    assert_eq!(
        desk.diary.entries(),
        [
            "challenge",
            "begin",
            "SELECT",
            "READ",
            "COUNTER",
            "VERIFY",
            "SIGN",
            "end",
            "confirm"
        ]
    );
    assert_eq!(answer.card_exchanges(), 5);
    assert_eq!(answer.check_id(), "check-of-c1");
    assert_eq!(answer.times().checked_at, now());
    assert_eq!(
        answer.warnings(),
        [Warning::NotProduction {
            hierarchy: mynacard_cert::Hierarchy::Custom
        }]
    );
}

#[test]
fn without_the_counter_it_is_four() {
    let options = Options::default().with_counter(CounterPolicy::Skip);
    let mut desk = Fixture::with(Quirk::None, |settings| settings.with_card_options(options));
    assert_eq!(desk.check().unwrap().card_exchanges(), 4);
}

#[test]
fn a_pin_pad_spares_the_program_the_pin() {
    let mut desk = Fixture::new();
    let ready = desk.ready();
    ready
        .check(&mut desk.card, Identity::PinPad, now(), &desk.stop)
        .unwrap();
    assert_eq!(desk.diary.count("PAD"), 1);
    assert_eq!(desk.diary.count("VERIFY"), 0);
}

#[test]
fn identity_alone_is_refused_before_anything_is_sent() {
    let desk = Fixture::new();
    let error = desk
        .desk
        .prepare(Purpose::IdentityOnly, now(), &desk.stop)
        .unwrap_err();
    assert_eq!(error.code(), "MC-5001");
    assert!(desk.diary.entries().is_empty());
}

#[test]
fn a_certificate_that_cannot_be_used_costs_no_try() {
    let mut altered = Fixture::new();
    *altered.card.certificate.last_mut().unwrap() ^= 1;
    altered.refused("MC-3104", PinTries::Untouched);
    assert_eq!(
        altered.diary.count("VERIFY") + altered.diary.count("COUNTER"),
        0
    );

    let mut garbage = Fixture::new();
    garbage.card.certificate = vec![0x30, 0x03, 0x02, 0x01, 0x00];
    garbage.refused("MC-3001", PinTries::Untouched);
    assert_eq!(garbage.diary.count("VERIFY"), 0);
}

#[test]
fn an_unknown_issuer_is_passed_on_with_a_warning_or_refused_by_policy() {
    let unknown = |settings: DeskSettings| DeskSettings {
        trust: TrustStore::production(),
        ..settings
    };
    let answer = Fixture::with(Quirk::None, unknown).check().unwrap();
    assert_eq!(answer.warnings(), [Warning::IssuerUnknown]);
    let mut strict = Fixture::with(Quirk::None, |s| {
        unknown(s).with_unknown_issuer(UnknownIssuer::Refuse)
    });
    strict.refused("MC-5015", PinTries::Untouched);
}

#[test]
fn an_ended_certificate_is_passed_on_with_a_warning_or_refused_by_policy() {
    let end = mynacard_cert::Certificate::from_der(LEAF)
        .unwrap()
        .not_after();
    let after =
        SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(end.unix()).unwrap() + 5);
    let check = |mut desk: Fixture| {
        let ready = desk
            .desk
            .prepare(Purpose::Reception, after, &desk.stop)
            .unwrap();
        ready.check(&mut desk.card, pin("1234"), after, &desk.stop)
    };
    let answer = check(Fixture::new()).unwrap();
    assert!(answer.warnings().contains(&Warning::Expired { since: end }));
    let strict = Fixture::with(Quirk::None, |s| s.with_expired(ExpiredCertificate::Refuse));
    let error = check(strict).unwrap_err();
    assert_eq!(
        (error.code(), error.pin_tries()),
        ("MC-5014", PinTries::Untouched)
    );
}

#[test]
fn every_failure_says_what_is_known_about_the_pin() {
    let mut wrong = Fixture::new();
    let ready = wrong.ready();
    let error = ready
        .check(&mut wrong.card, pin("0000"), now(), &wrong.stop)
        .unwrap_err();
    assert_eq!(
        (error.code(), error.pin_tries()),
        ("MC-1003", PinTries::Left(2))
    );

    let mut last = Fixture::new();
    last.card.tries = 1;
    last.refused("MC-1004", PinTries::UntouchedWithLeft(1));
    assert_eq!(last.diary.count("VERIFY"), 0);

    let mut blocked = Fixture::new();
    blocked.card.tries = 0;
    blocked.refused("MC-1005", PinTries::Blocked);

    for (at, code, tries) in [
        ("READ", "MC-1002", PinTries::Untouched),
        ("COUNTER", "MC-1002", PinTries::Untouched),
        ("VERIFY", "MC-1007", PinTries::Unknown),
        ("SIGN", "MC-1002", PinTries::Accepted),
    ] {
        let mut gone = Fixture::new();
        gone.card.leaves_at = Some(at);
        gone.refused(code, tries);
        assert_eq!(gone.diary.count(at), 1, "{at}");
    }
}

#[test]
fn a_signature_that_does_not_verify_is_not_sent() {
    let mut desk = Fixture::new();
    desk.card.signs_wrongly = true;
    desk.refused("MC-5013", PinTries::Accepted);
    assert_eq!(desk.diary.count("confirm"), 0);
}

#[test]
fn an_answer_to_another_question_is_refused() {
    for (quirk, expected) in [
        (Quirk::OtherNonce, "nonce"),
        (Quirk::OtherRequest, "request number"),
        (Quirk::OtherCertificate, "certificate hash"),
    ] {
        let error = Fixture::with(quirk, |settings| settings)
            .check()
            .unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::EchoMismatch { field } if *field == expected),
            "{error}"
        );
        assert_eq!(error.pin_tries(), PinTries::Accepted);
    }
}

#[test]
fn a_service_that_is_down_keeps_its_code_and_the_pins_fate() {
    let error = Fixture::with(Quirk::Down, |settings| settings)
        .check()
        .unwrap_err();
    assert_eq!(
        (error.code(), error.pin_tries()),
        ("MC-6001", PinTries::Accepted)
    );
}

#[test]
fn a_challenge_that_ran_out_is_renewed_before_the_card() {
    let mut desk = Fixture::new();
    let ready = desk.ready();
    ready
        .check(&mut desk.card, pin("1234"), later(110), &desk.stop)
        .unwrap();
    assert_eq!(
        desk.diary.entries()[..3],
        ["challenge", "challenge", "begin"]
    );
}

#[test]
fn a_challenge_left_over_too_long_or_from_the_future_is_not_used() {
    let desk = Fixture::new();
    drop(desk.ready());
    drop(
        desk.desk
            .prepare(Purpose::Reception, later(110), &desk.stop),
    );
    assert_eq!(desk.diary.count("challenge"), 2);
    drop(desk.desk.prepare(Purpose::Reception, now(), &desk.stop));
    assert_eq!(desk.diary.count("challenge"), 3);
}

#[test]
fn a_signature_certificate_of_an_unknown_issuer_is_not_passed_on() {
    let mut desk = Fixture::with(Quirk::None, |settings| DeskSettings {
        trust: TrustStore::production(),
        ..settings
    });
    // The policy's last arcs, from 1.3.30 to 1.1.20: what a signature certificate says.
    let policy = [
        0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x01, 0x03, 0x1E,
    ];
    let at = LEAF
        .windows(policy.len())
        .position(|window| window == policy)
        .unwrap();
    desk.card.certificate[at + 9] = 0x01;
    desk.card.certificate[at + 10] = 0x14;
    desk.refused("MC-3103", PinTries::Untouched);
    assert_eq!(desk.diary.count("VERIFY"), 0);
}

#[test]
fn a_challenge_that_nobody_signed_serves_the_next_tap_and_a_signed_one_never() {
    let mut desk = Fixture::new();
    drop(desk.ready());
    let ready = desk.ready();
    ready
        .check(&mut desk.card, pin("0000"), now(), &desk.stop)
        .unwrap_err();
    assert_eq!(desk.diary.count("challenge"), 1);
    assert_eq!(desk.check().unwrap().check_id(), "check-of-c1");
    assert_eq!(desk.check().unwrap().check_id(), "check-of-c2");
    desk.card.leaves_at = Some("SIGN");
    desk.check().unwrap_err();
    desk.card.leaves_at = None;
    assert_eq!(desk.check().unwrap().check_id(), "check-of-c4");
}

#[test]
fn the_stop_signal_works_between_two_exchanges() {
    for at in ["SELECT", "READ", "COUNTER"] {
        let mut desk = Fixture::new();
        let stop = desk.stop.clone();
        desk.card.at = Some((at, Box::new(move || stop.cancel())));
        desk.refused("MC-5003", PinTries::Untouched);
        assert_eq!(desk.diary.count("VERIFY"), 0, "{at}");
    }
    let mut late = Fixture::new();
    let stop = late.stop.clone();
    late.card.at = Some(("SIGN", Box::new(move || stop.cancel())));
    late.refused("MC-5003", PinTries::Accepted);
    assert_eq!(late.diary.count("confirm"), 0);
}

#[test]
fn a_whole_check_ends_in_the_time_that_the_desk_waits() {
    let patient = |patience| Fixture::with(Quirk::None, |desk| desk.with_patience(patience));
    let known = |desk: &mut Fixture| {
        let error = desk.check().unwrap_err();
        (error.code(), error.pin_tries())
    };
    let mut at_once = patient(Duration::ZERO);
    assert_eq!(known(&mut at_once), ("MC-5019", PinTries::Untouched));
    assert_eq!(at_once.diary.entries(), ["challenge"]);

    // The card takes until after the end: what it signed is not sent by itself, and can be sent.
    let patience = Duration::from_secs(3);
    let mut slow = patient(patience);
    slow.card.at = Some(("SIGN", Box::new(move || std::thread::sleep(patience))));
    let error = slow.check().unwrap_err();
    assert_eq!(
        (error.code(), error.pin_tries()),
        ("MC-5019", PinTries::Accepted)
    );
    assert_eq!(slow.diary.count("confirm"), 0);
    error.deliver_again(now(), &slow.stop).unwrap();
    assert_eq!(slow.diary.count("confirm"), 1);

    // Whoever stops it is told that, and not that it took long.
    let mut stopped = patient(Duration::ZERO);
    let ready = stopped.ready();
    stopped.stop.cancel();
    let error = ready
        .check(&mut stopped.card, pin("1234"), now(), &stopped.stop)
        .unwrap_err();
    assert_eq!(error.code(), "MC-5003");
}

#[test]
fn a_phone_that_wants_the_pin_first_gets_it_first() {
    let mut desk = Fixture::new();
    desk.card.pin_first = true;
    desk.card.label = "JPKIAPGPSETOKEN";
    desk.check().unwrap();
    let card = desk.diary.entries();
    assert_eq!(
        card[2..9],
        [
            "SELECT", "READ", "READ", "COUNTER", "VERIFY", "READ", "SIGN"
        ]
    );
}

#[test]
fn a_card_that_hides_its_certificate_gets_no_pin_before_it_is_judged() {
    for label in ["JPKIAPICCTOKEN2", "JPKIAPICCTOKEN", "ANOTHER"] {
        let mut desk = Fixture::new();
        desk.card.pin_first = true;
        desk.card.label = label;
        desk.refused("MC-1012", PinTries::Untouched);
        assert_eq!(desk.diary.count("VERIFY"), 0, "{label}");
    }
}

#[test]
fn a_screen_is_told_each_step() {
    let mut desk = Fixture::new();
    let seen = std::sync::Arc::new(Mutex::new(Vec::new()));
    let steps = std::sync::Arc::clone(&seen);
    let ready = desk
        .ready()
        .with_progress(move |step| steps.lock().unwrap().push(step));
    ready
        .check(&mut desk.card, pin("1234"), now(), &desk.stop)
        .unwrap();
    use Step::*;
    let expected = [
        ReadingCard,
        VerifyingPin,
        Signing,
        CardDone,
        AskingService,
        Done,
    ];
    assert_eq!(*seen.lock().unwrap(), expected);
}

mod visual {
    use super::*;

    fn check(
        desk: &mut Fixture,
        relay: &mut FakeRelay,
        after: u64,
    ) -> Result<CheckedAnswer, Error> {
        let mut ready = desk.ready();
        let tap = ready.tap(&mut desk.card, now(), &desk.stop)?;
        let confirmation = OperatorConfirmation::new("staff-7", tap.id(), later(5))?;
        ready.check(
            &mut desk.card,
            Identity::Visual(relay, confirmation),
            later(after),
            &desk.stop,
        )
    }

    #[test]
    fn the_operator_confirms_after_the_card_was_read_and_no_pin_is_near() {
        let mut desk = Fixture::new();
        let mut relay = FakeRelay::new(&desk.diary);
        let answer = check(&mut desk, &mut relay, 10).unwrap();
        assert_eq!(answer.evidence().as_str(), "online-visual");
        let first = [
            "challenge",
            "begin",
            "SELECT",
            "READ",
            "end",
            "challenge",
            "begin",
            "SELECT",
            "READ",
        ];
        let relay = [
            "relay",
            "SELECT FILE",
            "relay",
            "SHOW",
            "relay",
            "CHALLENGE",
            "relay",
            "PROVE",
        ];
        let last = ["SIGN", "end", "confirm"];
        assert_eq!(desk.diary.entries(), [&first[..], &relay, &last].concat());
    }

    #[test]
    fn prepared_for_it_the_second_challenge_is_not_needed() {
        let mut desk = Fixture::new();
        let ask = CheckContext::new(Purpose::Reception).by(Method::Visual);
        let mut ready = desk.desk.prepare(ask, now(), &desk.stop).unwrap();
        let tap = ready.tap(&mut desk.card, now(), &desk.stop).unwrap();
        let confirmation = OperatorConfirmation::new("staff-7", tap.id(), now()).unwrap();
        let mut relay = FakeRelay::new(&desk.diary);
        ready
            .check(
                &mut desk.card,
                Identity::Visual(&mut relay, confirmation),
                now(),
                &desk.stop,
            )
            .unwrap();
        assert_eq!(desk.diary.count("challenge"), 1);
    }

    #[test]
    fn a_confirmation_is_for_one_tap_and_a_short_time() {
        let mut desk = Fixture::new();
        let mut relay = FakeRelay::new(&desk.diary);
        for (after, code) in [(66, "MC-5023"), (4, "MC-5023")] {
            assert_eq!(
                check(&mut desk, &mut relay, after).unwrap_err().code(),
                code,
                "{after}"
            );
        }
        let mut ready = desk.ready();
        let earlier = ready.tap(&mut desk.card, now(), &desk.stop).unwrap();
        let before =
            OperatorConfirmation::new("staff-7", earlier.id(), now() - Duration::from_secs(1))
                .unwrap();
        let error = ready
            .check(
                &mut desk.card,
                Identity::Visual(&mut relay, before),
                now(),
                &desk.stop,
            )
            .unwrap_err();
        assert_eq!(error.code(), "MC-5023");

        let old = OperatorConfirmation::new("staff-7", earlier.id(), now()).unwrap();
        let mut ready = desk.ready();
        ready.tap(&mut desk.card, now(), &desk.stop).unwrap();
        let error = ready
            .check(
                &mut desk.card,
                Identity::Visual(&mut relay, old.clone()),
                now(),
                &desk.stop,
            )
            .unwrap_err();
        assert_eq!(error.code(), "MC-5022");
        let unread = desk.ready();
        let error = unread
            .check(
                &mut desk.card,
                Identity::Visual(&mut relay, old),
                now(),
                &desk.stop,
            )
            .unwrap_err();
        assert_eq!(error.code(), "MC-5022");
        assert_eq!(desk.diary.count("relay"), 0);
    }

    #[test]
    fn another_card_than_at_the_tap_is_refused() {
        let mut desk = Fixture::with(Quirk::None, |settings| DeskSettings {
            trust: TrustStore::production(),
            ..settings
        });
        let mut relay = FakeRelay::new(&desk.diary);
        let mut ready = desk.ready();
        let tap = ready.tap(&mut desk.card, now(), &desk.stop).unwrap();
        *desk.card.certificate.last_mut().unwrap() ^= 1;
        let confirmation = OperatorConfirmation::new("staff-7", tap.id(), now()).unwrap();
        let error = ready
            .check(
                &mut desk.card,
                Identity::Visual(&mut relay, confirmation),
                now(),
                &desk.stop,
            )
            .unwrap_err();
        assert_eq!(error.code(), "MC-5016");
        assert_eq!(desk.diary.count("relay"), 0);
    }

    #[test]
    fn a_hostile_relay_reaches_nothing() {
        for command in [
            &[0x00, 0x20, 0x00, 0x98, 0x04, 0x31, 0x32, 0x33, 0x34][..],
            &[0x80, 0x2A, 0x00, 0x97, 0x01, 0x00, 0x00],
            &[0x00, 0xB0, 0x81, 0x00, 0x00],
            &[0x00, 0xA4, 0x04, 0x0C, 0x02, 0xD3, 0x92],
        ] {
            let mut desk = Fixture::new();
            let mut relay = FakeRelay {
                diary: desk.diary.clone(),
                commands: vec![command.to_vec()],
            };
            let error = check(&mut desk, &mut relay, 10).unwrap_err();
            assert_eq!(
                (error.code(), error.pin_tries()),
                ("MC-5025", PinTries::Untouched)
            );
            let entries = desk.diary.entries();
            assert_eq!(entries[entries.len() - 2..], ["relay", "end"]);
        }
    }

    #[test]
    fn a_relay_that_gives_a_grant_without_the_card_is_refused() {
        let mut desk = Fixture::new();
        let mut relay = FakeRelay {
            diary: desk.diary.clone(),
            commands: Vec::new(),
        };
        assert_eq!(
            check(&mut desk, &mut relay, 10).unwrap_err().code(),
            "MC-5026"
        );
        assert_eq!(desk.diary.count("SIGN"), 0);
    }

    #[test]
    fn where_the_setting_is_off_nothing_is_sent() {
        let mut desk = Fixture::with(Quirk::None, |s| s.with_visual_unchecked(VisualSetting::Off));
        let mut relay = FakeRelay::new(&desk.diary);
        assert_eq!(
            check(&mut desk, &mut relay, 10).unwrap_err().code(),
            "MC-5024"
        );
        assert_eq!(desk.diary.count("relay") + desk.diary.count("confirm"), 0);
    }
}
