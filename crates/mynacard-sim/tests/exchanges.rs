//! What our library costs and concludes, against a card that decodes independently: exchanges, refusals, tries.

use mynacard_card::app::jpki::{CounterPolicy, Jpki, Options};
use mynacard_card::{Command, End, Limits, Response, Transport, TransportError};
use mynacard_card::{Error, ErrorKind, Pin, PinKind, SignaturePassword, Tries, hazmat};
use mynacard_sim::{VirtualCard, person, pki};

mod support;
use support::day;

fn card(id: &str) -> VirtualCard {
    VirtualCard::new(person(id).expect("listed"), day())
}

fn pin(digits: &str) -> Pin {
    Pin::new(digits.as_bytes()).expect("four digits")
}

/// One check: certificate, PIN, signature.
fn check(
    card: &mut VirtualCard,
    options: Options,
    digits: &str,
) -> Result<(Vec<u8>, Vec<u8>, u32), Error> {
    let mut jpki = Jpki::open(card, options)?;
    let certificate = jpki.authentication_certificate()?;
    let signature = jpki.verify(pin(digits))?.sign(b"message")?;
    Ok((certificate, signature, jpki.exchanges()))
}

#[track_caller]
fn assert_cost(extended: bool, options: Options, expected: u32) {
    let mut card = card("kyokai-self").with_extended(extended);
    let (certificate, signature, counted) = check(&mut card, options, "1234").expect("a right PIN");
    assert_eq!(
        certificate,
        pki::authentication_certificate(person("kyokai-self").expect("listed"), day())
    );
    assert_eq!(signature.len(), 256);
    assert_eq!(
        (card.exchanges(), counted),
        (expected, expected),
        "the card counts what the library counts"
    );
    assert!(!card.is_powered(), "every dialogue ends with a power-down");
}

#[test]
fn a_check_costs_4_or_10_exchanges_and_one_more_for_the_counter() {
    let skip = Options::new().with_counter(CounterPolicy::Skip);
    assert_cost(true, skip, 4);
    assert_cost(false, skip, 10);
    assert_cost(true, Options::new(), 5);
    assert_cost(false, Options::new(), 11);
}

#[test]
fn everybodys_certificate_is_read_to_the_byte_in_both_length_forms() {
    for person in mynacard_sim::people() {
        let expected = pki::authentication_certificate(person, day());
        for extended in [true, false] {
            let mut card = VirtualCard::new(person, day()).with_extended(extended);
            let mut jpki = Jpki::open(&mut card, Options::new()).expect("a card");
            assert_eq!(
                jpki.authentication_certificate().expect("free to read"),
                expected,
                "{}",
                person.id()
            );
        }
    }
}

#[test]
fn the_signature_certificate_comes_after_its_password() {
    let mut card = card("kokuho");
    let mut jpki = Jpki::open(&mut card, Options::new()).expect("a card");
    let password = SignaturePassword::new(b"ABC123").expect("six characters");
    let mut verified = jpki.signature_verify(password).expect("a right password");
    let expected = pki::signature_certificate(person("kokuho").expect("listed"), day());
    assert_eq!(verified.signature_certificate().expect("open"), expected);
    assert_eq!(verified.sign(b"message").expect("a signature").len(), 256);
    assert_eq!(
        jpki.signature_ca_certificate().expect("free"),
        pki::SIGNATURE_ROOT
    );
    assert_eq!(
        jpki.authentication_ca_certificate().expect("free"),
        pki::AUTHENTICATION_ROOT
    );
}

#[test]
fn a_wrong_pin_costs_one_try_and_says_so() {
    let mut card = card("kyokai-self");
    let error = check(&mut card, Options::new(), "9999").expect_err("a wrong PIN");
    assert!(
        matches!(
            error.kind(),
            ErrorKind::WrongPin {
                pin: PinKind::Authentication,
                left: Some(2)
            }
        ),
        "{error:?}"
    );
    assert_eq!(card.authentication_tries(), 2);
    assert_eq!(
        card.log()
            .iter()
            .filter(|entry| entry.presents_pin())
            .count(),
        1
    );
}

#[test]
fn the_last_try_is_not_spent_unless_insisted() {
    let mut card = card("kyokai-self");
    for _ in 0..2 {
        check(&mut card, Options::new(), "9999").expect_err("a wrong PIN");
    }
    let sent = |card: &VirtualCard| {
        card.log()
            .iter()
            .filter(|entry| entry.presents_pin())
            .count()
    };
    assert_eq!((card.authentication_tries(), sent(&card)), (1, 2));
    let error = check(&mut card, Options::new(), "9999").expect_err("one try left");
    assert!(
        matches!(error.kind(), ErrorKind::OneTryLeft { .. }),
        "{error:?}"
    );
    assert_eq!((card.authentication_tries(), sent(&card)), (1, 2));
    let insist = Options::new().with_counter(CounterPolicy::ReadFirst {
        refuse_at_one: false,
    });
    let error = check(&mut card, insist, "9999").expect_err("the exhausting try");
    assert!(
        matches!(error.kind(), ErrorKind::PinBlocked { .. }),
        "{error:?}"
    );
    let error = check(&mut card, insist, "1234").expect_err("blocked");
    assert!(
        matches!(error.kind(), ErrorKind::PinBlocked { .. }),
        "{error:?}"
    );
    assert_eq!(sent(&card), 3, "a blocked counter is not asked for more");
    let skip = Options::new().with_counter(CounterPolicy::Skip);
    let error = check(&mut card, skip, "1234").expect_err("6984");
    assert!(
        matches!(error.kind(), ErrorKind::PinBlocked { .. }),
        "{error:?}"
    );
}

#[test]
fn cards_without_a_usable_pin_say_so_before_anything_is_sent() {
    for id in ["pin-blocked", "no-pin"] {
        let mut card = card(id);
        let mut jpki = Jpki::open(&mut card, Options::new()).expect("a card");
        assert_eq!(
            jpki.authentication_tries().expect("an answer"),
            Tries::Blocked
        );
        let error = jpki.verify(pin("1234")).map(|_| ()).expect_err("blocked");
        assert!(
            matches!(error.kind(), ErrorKind::PinBlocked { .. }),
            "{error:?}"
        );
        drop(jpki);
        assert!(!card.log().iter().any(|entry| entry.presents_pin()), "{id}");
    }
}

#[test]
fn a_reader_with_a_pad_takes_the_pin_itself() {
    let mut card = card("kyokai-self").with_pin_pad("1234");
    let mut jpki = Jpki::open(&mut card, Options::new()).expect("a card");
    let signature = jpki
        .verify_on_pin_pad()
        .expect("a right PIN")
        .sign(b"message")
        .expect("a signature");
    assert_eq!(signature.len(), 256);
    drop(jpki);
    let mut wrong =
        VirtualCard::new(person("kyokai-self").expect("listed"), day()).with_pin_pad("0000");
    let mut jpki = Jpki::open(&mut wrong, Options::new()).expect("a card");
    let error = jpki
        .verify_on_pin_pad()
        .map(|_| ())
        .expect_err("a wrong PIN");
    assert!(
        matches!(error.kind(), ErrorKind::WrongPin { left: Some(2), .. }),
        "{error:?}"
    );
}

#[test]
fn without_a_grant_the_pinless_door_is_shut() {
    let mut card = card("no-pin");
    let mut jpki = Jpki::open(&mut card, Options::new()).expect("a card");
    let error = hazmat::pinless(&mut jpki)
        .sign(b"message")
        .expect_err("6982");
    assert!(
        matches!(error.kind(), ErrorKind::Refused { status, .. } if u16::from(*status) == 0x6982),
        "{error:?}"
    );
}

/// A reader that carries answers of a certain length.
struct Reader<'a>(&'a mut VirtualCard, Limits);

impl Transport for Reader<'_> {
    fn begin(&mut self) -> Result<(), TransportError> {
        self.0.begin()
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        let expected = command.expected().map_or(0, |expected| {
            usize::try_from(expected).expect("32 bits fit")
        });
        assert!(
            expected + 2 <= self.1.max_response,
            "{expected} bytes asked of {:?}",
            self.1
        );
        self.0.exchange(command, response)
    }

    fn limits(&self) -> Limits {
        self.1
    }

    fn end(&mut self, how: End) {
        self.0.end(how);
    }
}

#[test]
fn whatever_the_reader_carries_the_same_files_come_out() {
    let read = |limits: Limits| {
        let mut card = card("long-name");
        let mut reader = Reader(&mut card, limits);
        let mut jpki = Jpki::open(&mut reader, Options::new()).expect("a card");
        let certificate = jpki.authentication_certificate().expect("free");
        let authority = jpki.authentication_ca_certificate().expect("free");
        let mut verified = jpki
            .signature_verify(SignaturePassword::new(b"ABC123").expect("six characters"))
            .expect("a right password");
        [
            certificate,
            authority,
            verified.signature_certificate().expect("open"),
        ]
    };
    let right = read(Limits::SHORT);
    assert_eq!(
        right[2],
        pki::signature_certificate(person("long-name").expect("listed"), day())
    );
    for max_response in [
        258, 259, 300, 514, 1000, 1024, 1592, 1593, 2050, 2051, 4098, 65_538,
    ] {
        let limits = Limits {
            max_command: 300,
            max_response,
        };
        assert_eq!(read(limits), right, "{max_response}");
    }
}
