//! The JPKI dialogue: how many exchanges it takes, what it sends, and how it ends when something goes wrong.

#![allow(clippy::unwrap_used)]

mod support;

use mynacard_card::app::jpki::{CounterPolicy, Jpki, Options};
use mynacard_card::{
    Delivery, End, Error, ErrorKind, FileProblem, LengthPolicy, Limits, Pin, PinKind, PinTry,
    SignaturePassword, StatusWord, TransportError, TransportErrorKind, Tries,
};
use support::{FakeCard, certificate, lost, signature_of, word};

fn pin() -> Pin {
    Pin::new(b"1234").ok().unwrap()
}

const SKIP: Options = Options::new().with_counter(CounterPolicy::Skip);

/// The whole check: certificate, PIN, signature. Returns certificate, signature and the number of exchanges.
fn check(card: &mut FakeCard, options: Options) -> Result<(Vec<u8>, Vec<u8>, u32), Error> {
    let mut jpki = Jpki::open(card, options)?;
    let certificate = jpki.authentication_certificate()?;
    let mut verified = jpki.verify(pin())?;
    let signature = verified.sign(b"message")?;
    let exchanges = verified.exchanges();
    Ok((certificate, signature, exchanges))
}

#[track_caller]
fn takes(limits: Limits, options: Options, expected: u32) {
    let mut card = FakeCard::new(limits);
    let (der, signature, exchanges) = check(&mut card, options).unwrap();
    assert_eq!(exchanges, expected);
    assert_eq!(card.log.len(), expected as usize, "what the card saw");
    assert_eq!(der, certificate(1590), "exact, without filler");
    assert_eq!(signature.len(), 256);
    assert_eq!((card.begun, &card.ended[..]), (1, &[End::PowerDown][..]));
}

#[test]
fn four_exchanges_extended() {
    takes(Limits::EXTENDED, SKIP, 4);
}

#[test]
fn ten_exchanges_short() {
    takes(Limits::SHORT, SKIP, 10);
    takes(
        Limits::EXTENDED,
        SKIP.with_length(LengthPolicy::ShortOnly),
        10,
    );
}

#[test]
fn five_and_eleven_with_the_counter_which_is_the_default() {
    takes(Limits::EXTENDED, Options::default(), 5);
    takes(Limits::SHORT, Options::default(), 11);
}

#[test]
fn the_frames_of_the_shortest_dialogue() {
    let mut card = FakeCard::new(Limits::EXTENDED);
    check(&mut card, Options::default()).unwrap();
    let digest_info = [
        &[
            0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            0x01, 0x05, 0x00, 0x04, 0x20,
        ][..],
        // SHA-256 of "message", from sha256sum
        &[
            0xab, 0x53, 0x0a, 0x13, 0xe4, 0x59, 0x14, 0x98, 0x2b, 0x79, 0xf9, 0xb7, 0xe3, 0xfb,
            0xa9, 0x94, 0xcf, 0xd1, 0xf3, 0xfb, 0x22, 0xf7, 0x1c, 0xea, 0x1a, 0xfb, 0xf0, 0x2b,
            0x46, 0x0c, 0x6d, 0x1d,
        ],
    ]
    .concat();
    let sign = [&[0x80, 0x2A, 0x00, 0x97, 0x33][..], &digest_info, &[0x00]].concat();
    let expected: [&[u8]; 5] = [
        &[
            0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00,
            0x01,
        ],
        &[0x00, 0xB0, 0x8A, 0x00, 0x00, 0x00, 0x00],
        &[0x00, 0x20, 0x00, 0x98],
        &[0x00, 0x20, 0x00, 0x98, 0x04, b'1', b'2', b'3', b'4'],
        &sign,
    ];
    assert_eq!(card.log, expected);

    let mut card = FakeCard::new(Limits::SHORT);
    let (_, signature, _) = check(&mut card, SKIP).unwrap();
    assert_eq!(signature, signature_of(&digest_info));
    let reads: Vec<&[u8]> = card.log[1..8].iter().map(Vec::as_slice).collect();
    let expected: [&[u8]; 7] = [
        &[0x00, 0xB0, 0x8A, 0x00, 0x00],
        &[0x00, 0xB0, 0x01, 0x00, 0x00],
        &[0x00, 0xB0, 0x02, 0x00, 0x00],
        &[0x00, 0xB0, 0x03, 0x00, 0x00],
        &[0x00, 0xB0, 0x04, 0x00, 0x00],
        &[0x00, 0xB0, 0x05, 0x00, 0x00],
        &[0x00, 0xB0, 0x06, 0x00, 0x36],
    ];
    assert_eq!(reads, expected);
}

#[test]
fn a_blank_card_is_not_a_my_number_card() {
    let mut card = FakeCard::new(Limits::SHORT);
    card.applications.clear();
    let error = Jpki::open(&mut card, Options::default()).err().unwrap();
    assert_eq!(
        error.kind(),
        &ErrorKind::NotMyNumberCard {
            status: StatusWord::FileNotFound
        }
    );
    assert_eq!(
        (error.code(), error.pin_try()),
        ("MC-1001", PinTry::NotSpent)
    );
    assert_eq!(
        (card.begun, &card.ended[..]),
        (1, &[End::PowerDown][..]),
        "powered down all the same"
    );
}

#[test]
fn the_first_select_may_be_answered_6f00_once() {
    let mut card = FakeCard::hooked(
        Limits::SHORT,
        |index, _| if index == 0 { word(0x6F00) } else { None },
    );
    assert_eq!(check(&mut card, SKIP).unwrap().2, 11);
    let mut card = FakeCard::hooked(Limits::SHORT, |_, _| word(0x6F00));
    let error = Jpki::open(&mut card, SKIP).err().unwrap();
    assert_eq!(
        error.kind(),
        &ErrorKind::Refused {
            command: "SELECT",
            status: StatusWord::NoDiagnosis
        }
    );
    assert_eq!(card.log.len(), 2);
}

/// A check that fails: kind, what is known of the try, how many PINs reached the card.
#[track_caller]
fn fails(card: &mut FakeCard, options: Options, kind: ErrorKind, pin_try: PinTry, verifies: usize) {
    let error = check(card, options).unwrap_err();
    assert_eq!((error.kind(), error.pin_try()), (&kind, pin_try));
    assert_eq!(
        card.verifies(),
        verifies,
        "VERIFY commands that reached the card"
    );
    assert_eq!((card.begun, &card.ended[..]), (1, &[End::PowerDown][..]));
}

const AUTHENTICATION: PinKind = PinKind::Authentication;

#[test]
fn a_wrong_pin_costs_one_try_and_says_so() {
    let mut card = FakeCard::new(Limits::EXTENDED);
    card.pins.get_mut(&0x18).unwrap().0 = b"9999".to_vec();
    fails(
        &mut card,
        Options::default(),
        ErrorKind::WrongPin {
            pin: AUTHENTICATION,
            left: Some(2),
        },
        PinTry::Spent,
        1,
    );
    assert_eq!(card.pins[&0x18].1, 2);
}

#[test]
fn a_wrong_pin_without_a_count() {
    let mut card = FakeCard::hooked(Limits::EXTENDED, |_, frame| {
        if frame.len() == 9 { word(0x6300) } else { None }
    });
    fails(
        &mut card,
        SKIP,
        ErrorKind::WrongPin {
            pin: AUTHENTICATION,
            left: None,
        },
        PinTry::Spent,
        1,
    );
}

#[test]
fn the_last_try_is_kept_unless_the_caller_insists() {
    let mut card = FakeCard::new(Limits::EXTENDED);
    card.pins.get_mut(&0x18).unwrap().1 = 1;
    fails(
        &mut card,
        Options::default(),
        ErrorKind::OneTryLeft {
            pin: AUTHENTICATION,
        },
        PinTry::NotSpent,
        0,
    );

    let mut card = FakeCard::new(Limits::EXTENDED);
    card.pins.get_mut(&0x18).unwrap().1 = 1;
    let insist = Options::default().with_counter(CounterPolicy::ReadFirst {
        refuse_at_one: false,
    });
    assert_eq!(check(&mut card, insist).unwrap().2, 5);
}

#[test]
fn blocked_in_all_three_spellings() {
    for status in [0x63C0, 0x6983, 0x6984] {
        // told by the counter: nothing is sent
        let mut card = FakeCard::hooked(Limits::EXTENDED, move |_, f| {
            if f[1] == 0x20 { word(status) } else { None }
        });
        fails(
            &mut card,
            Options::default(),
            ErrorKind::PinBlocked {
                pin: AUTHENTICATION,
            },
            PinTry::NotSpent,
            0,
        );
        // told by the VERIFY
        let mut card = FakeCard::hooked(Limits::EXTENDED, move |_, f| {
            if f.len() == 9 { word(status) } else { None }
        });
        fails(
            &mut card,
            SKIP,
            ErrorKind::PinBlocked {
                pin: AUTHENTICATION,
            },
            PinTry::Spent,
            1,
        );
    }
}

#[test]
fn a_lost_answer_to_a_verify_is_an_unknown_outcome_and_never_repeated() {
    for kind in [
        TransportErrorKind::CardRemoved,
        TransportErrorKind::CardReset,
        TransportErrorKind::ReaderRemoved,
        TransportErrorKind::Timeout,
        TransportErrorKind::MalformedResponse,
        TransportErrorKind::TooLong,
        TransportErrorKind::Unsupported,
        TransportErrorKind::Other,
    ] {
        let mut card = FakeCard::hooked(Limits::EXTENDED, move |_, f| {
            if f.len() == 9 { lost(kind) } else { None }
        });
        let unknown = ErrorKind::PinOutcomeUnknown {
            pin: AUTHENTICATION,
            status: None,
        };
        fails(&mut card, Options::default(), unknown, PinTry::Unknown, 1);
    }
}

#[test]
fn after_an_unknown_outcome_the_dialogue_sends_nothing_more() {
    for answer in [0x6F00, 0x6982, 0x6CFF, 0x6110] {
        let mut card = FakeCard::hooked(Limits::EXTENDED, move |_, f| {
            if f.len() == 9 { word(answer) } else { None }
        });
        let mut jpki = Jpki::open(&mut card, SKIP).unwrap();
        let error = jpki.verify(pin()).err().unwrap();
        assert_eq!(
            error.kind(),
            &ErrorKind::PinOutcomeUnknown {
                pin: AUTHENTICATION,
                status: Some(answer.into())
            }
        );
        assert_eq!(
            jpki.verify(pin()).err().unwrap().kind(),
            &ErrorKind::DialogueOver
        );
        assert_eq!(
            jpki.authentication_certificate().unwrap_err().kind(),
            &ErrorKind::DialogueOver
        );
        jpki.finish();
        assert_eq!((card.verifies(), card.log.len()), (1, 2));
    }
}

#[test]
fn data_in_the_answer_to_a_verify_is_an_unknown_outcome() {
    let garbage = |_: usize, f: &[u8]| {
        if f.len() == 9 {
            Some(Ok(vec![0xDE, 0xAD, 0x90, 0x00]))
        } else {
            None
        }
    };
    let mut card = FakeCard::hooked(Limits::EXTENDED, garbage);
    let unknown = ErrorKind::PinOutcomeUnknown {
        pin: AUTHENTICATION,
        status: None,
    };
    fails(&mut card, SKIP, unknown, PinTry::Unknown, 1);

    // The dialogue says the same of itself as its error did.
    let mut card = FakeCard::hooked(Limits::EXTENDED, garbage);
    let mut jpki = Jpki::open(&mut card, SKIP).unwrap();
    assert!(jpki.verify(pin()).is_err());
    assert_eq!(jpki.pin_try(), PinTry::Unknown);
}

#[test]
fn a_verify_that_was_not_sent_spent_nothing() {
    let not_sent = |_: usize, f: &[u8]| {
        let error = TransportError::new(TransportErrorKind::CardRemoved, Delivery::NotSent);
        if f.len() == 9 { Some(Err(error)) } else { None }
    };
    let mut card = FakeCard::hooked(Limits::EXTENDED, not_sent);
    let error = check(&mut card, SKIP).unwrap_err();
    assert_eq!(
        error.kind(),
        &ErrorKind::CardGone {
            how: TransportErrorKind::CardRemoved
        }
    );
    assert_eq!(
        (error.pin_try(), error.delivery()),
        (PinTry::NotSpent, Some(Delivery::NotSent))
    );
}

#[test]
fn a_card_that_leaves_between_verify_and_sign_leaves_the_pin_accepted() {
    let gone = |_: usize, f: &[u8]| {
        if f[1] == 0x2A {
            lost(TransportErrorKind::CardRemoved)
        } else {
            None
        }
    };
    let mut card = FakeCard::hooked(Limits::EXTENDED, gone);
    let expected = ErrorKind::CardGone {
        how: TransportErrorKind::CardRemoved,
    };
    fails(&mut card, SKIP, expected, PinTry::Accepted, 1);
}

#[test]
fn a_counter_query_answered_9000_is_somebody_elses_session() {
    let open = |_: usize, f: &[u8]| if f.len() == 4 { word(0x9000) } else { None };
    let mut card = FakeCard::hooked(Limits::EXTENDED, open);
    fails(
        &mut card,
        Options::default(),
        ErrorKind::ForeignSession {
            pin: AUTHENTICATION,
        },
        PinTry::NotSpent,
        0,
    );
    assert_eq!(FakeTries::of(0x9000), Tries::Open);
}

#[test]
fn what_was_verified_before_an_application_was_selected_anew_is_not_ours_any_more() {
    let open = |_: usize, f: &[u8]| if f.len() == 4 { word(0x9000) } else { None };
    let mut card = FakeCard::hooked(Limits::EXTENDED, open);
    let mut jpki = Jpki::open(&mut card, SKIP).unwrap();
    jpki.verify(pin()).map(|_| ()).unwrap();
    let mut jpki = Jpki::select(jpki.into_card(), Options::default()).unwrap();
    assert_eq!(
        jpki.verify(pin()).err().unwrap().kind(),
        &ErrorKind::ForeignSession {
            pin: AUTHENTICATION
        }
    );
    jpki.finish();
    assert_eq!(card.verifies(), 1);
}

#[test]
fn a_lost_answer_to_a_read_ends_the_dialogue_and_so_does_a_card_that_is_gone() {
    for (kind, delivery) in [
        (TransportErrorKind::Timeout, Delivery::Unknown),
        (TransportErrorKind::CardRemoved, Delivery::NotSent),
    ] {
        let fails = move |_: usize, f: &[u8]| {
            (f[1] == 0xB0).then(|| Err(TransportError::new(kind, delivery)))
        };
        let mut card = FakeCard::hooked(Limits::EXTENDED, fails);
        let mut jpki = Jpki::open(&mut card, SKIP).unwrap();
        jpki.authentication_certificate().unwrap_err();
        assert_eq!(
            jpki.verify(pin()).err().unwrap().kind(),
            &ErrorKind::DialogueOver
        );
        jpki.finish();
        assert_eq!((card.verifies(), card.log.len()), (0, 2), "{kind:?}");
    }
}

#[test]
fn a_signature_whose_length_is_corrected_is_asked_for_once_more() {
    let corrected = |index: usize, _: &[u8]| if index == 3 { word(0x6C00) } else { None };
    let mut card = FakeCard::hooked(Limits::EXTENDED, corrected);
    let (_, signature, exchanges) = check(&mut card, SKIP).unwrap();
    assert_eq!((signature.len(), exchanges), (256, 5));
    assert_eq!((card.log[3][1], card.log[4][1]), (0x2A, 0x2A));
}

struct FakeTries;

impl FakeTries {
    fn of(status: u16) -> Tries {
        let mut card = FakeCard::hooked(Limits::SHORT, move |_, f| {
            if f.len() == 4 { word(status) } else { None }
        });
        Jpki::open(&mut card, Options::default())
            .unwrap()
            .authentication_tries()
            .unwrap()
    }
}

#[test]
fn what_a_counter_can_say() {
    assert_eq!(FakeTries::of(0x63C3), Tries::Left(3));
    assert_eq!(FakeTries::of(0x63C1), Tries::Left(1));
    assert_eq!(FakeTries::of(0x63C0), Tries::Blocked);
    assert_eq!(FakeTries::of(0x6984), Tries::Blocked);
    assert_eq!(
        FakeTries::of(0x6700),
        Tries::Unknown(StatusWord::WrongLength)
    );
    let mut card = FakeCard::hooked(Limits::SHORT, |_, f| {
        if f.len() == 4 { word(0x6700) } else { None }
    });
    let refused = ErrorKind::Refused {
        command: "counter query",
        status: StatusWord::WrongLength,
    };
    fails(&mut card, Options::default(), refused, PinTry::NotSpent, 0);
}

#[test]
fn counters_take_a_dialogue_of_their_own() {
    let mut card = FakeCard::new(Limits::SHORT);
    card.pins.get_mut(&0x18).unwrap().1 = 2;
    let counters = Jpki::counters(&mut card).unwrap();
    assert_eq!(
        (counters.authentication, counters.signature),
        (Tries::Left(2), Tries::Left(5))
    );
    assert_eq!(
        (
            card.log.len(),
            card.verifies(),
            card.begun,
            card.ended.len()
        ),
        (3, 0, 1, 1)
    );
}

#[test]
fn malformed_pins_never_exist() {
    for wrong in [
        &b""[..],
        b"123",
        b"12345",
        b"12a4",
        "１２３４".as_bytes(),
        b"12 4",
        b"123\0",
    ] {
        assert_eq!(Pin::new(wrong).err().unwrap().code(), "MC-1006");
    }
    for wrong in [
        &b"ABC12"[..],
        b"ABCDEFGHIJKLMNOPQ",
        b"abc123",
        b"ABC 123",
        b"ABC-123",
    ] {
        assert_eq!(
            SignaturePassword::new(wrong).err().unwrap().code(),
            "MC-1006"
        );
    }
    assert!(SignaturePassword::new(b"ABCDEFGHIJ012345").is_ok());
}

#[test]
fn the_signature_certificate_opens_with_the_password() {
    let mut card = FakeCard::new(Limits::EXTENDED);
    let mut jpki = Jpki::open(&mut card, Options::default()).unwrap();
    let mut verified = jpki
        .signature_verify(SignaturePassword::new(b"ABC123").ok().unwrap())
        .unwrap();
    assert_eq!(verified.signature_certificate().unwrap(), certificate(1758));
    assert_eq!(verified.sign(b"contract").unwrap().len(), 256);
    jpki.finish();
    assert_eq!(
        card.log.last().unwrap()[..5],
        [0x80, 0x2A, 0x00, 0x9A, 0x33]
    );
}

#[test]
fn a_phone_that_wants_the_pin_first() {
    let mut card = FakeCard::new(Limits::SHORT);
    card.applications
        .get_mut(&support::JPKI[..])
        .unwrap()
        .get_mut(&0x0A)
        .unwrap()
        .opens_with = vec![0x18];
    let mut jpki = Jpki::open(&mut card, Options::default()).unwrap();
    let error = jpki.authentication_certificate().unwrap_err();
    assert_eq!(
        error.kind(),
        &ErrorKind::PinNeeded {
            file: "authentication certificate"
        }
    );
    let mut verified = jpki.verify(pin()).unwrap();
    assert_eq!(
        verified.authentication_certificate().unwrap(),
        certificate(1590)
    );
    assert_eq!(verified.sign(b"message").unwrap().len(), 256);
}

#[test]
fn a_refused_extended_read_is_repeated_in_short_form() {
    let mut card = FakeCard::new(Limits::EXTENDED);
    card.extended = false;
    let (der, _, exchanges) = check(&mut card, SKIP).unwrap();
    assert_eq!(
        (der, exchanges),
        (certificate(1590), 11),
        "one refused READ more than the ten short ones"
    );
}

#[test]
fn a_signature_of_another_length_is_malformed() {
    let short = |_: usize, f: &[u8]| {
        if f[1] == 0x2A {
            Some(Ok(vec![0x90, 0x00]))
        } else {
            None
        }
    };
    let mut card = FakeCard::hooked(Limits::EXTENDED, short);
    let malformed = ErrorKind::MalformedAnswer {
        command: "COMPUTE DIGITAL SIGNATURE",
        expected: 256,
        found: 0,
    };
    fails(&mut card, SKIP, malformed, PinTry::Accepted, 1);
}

#[test]
fn files_that_lie_about_their_length() {
    for (content, problem) in [
        (vec![0xFF; 256], FileProblem::Encoding { at: 0 }),
        (vec![0x30, 0x80, 0, 0], FileProblem::Encoding { at: 0 }),
        (
            vec![0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF],
            FileProblem::TooLong {
                found: 0xFFFF_FFFF + 6,
                max: 8192,
            },
        ),
        (
            vec![0x30, 0x82, 0x40, 0x00],
            FileProblem::TooLong {
                found: 16388,
                max: 8192,
            },
        ),
        (
            vec![0x31, 0x01, 0x00],
            FileProblem::UnexpectedObject {
                expected: 0x30,
                found: 0x31,
            },
        ),
        (
            vec![0x30, 0x82, 0x01, 0x00, 0x00],
            FileProblem::Truncated {
                expected: 260,
                found: 5,
            },
        ),
        (
            vec![0x30, 0x82],
            FileProblem::Truncated {
                expected: 3,
                found: 2,
            },
        ),
        (
            vec![],
            FileProblem::Truncated {
                expected: 1,
                found: 0,
            },
        ),
    ] {
        for limits in [Limits::SHORT, Limits::EXTENDED] {
            let mut card = FakeCard::new(limits);
            let file = card
                .applications
                .get_mut(&support::JPKI[..])
                .unwrap()
                .get_mut(&0x0A)
                .unwrap();
            file.content = content.clone();
            if content.is_empty() {
                card.hook = Some(Box::new(
                    |_, f| if f[1] == 0xB0 { word(0x9000) } else { None },
                ));
            }
            let error = check(&mut card, SKIP).unwrap_err();
            let file = "authentication certificate";
            assert_eq!(
                error.kind(),
                &ErrorKind::MalformedFile { file, problem },
                "{content:02X?}"
            );
            assert_eq!(card.verifies(), 0);
        }
    }
}
