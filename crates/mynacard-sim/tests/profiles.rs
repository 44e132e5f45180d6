//! Our library against every kind of card, and every habit of one.

use std::io::Write as _;

use mynacard_card::app::jpki::{CardKind, Jpki, Layout};
use mynacard_card::{CounterPolicy, Error, ErrorKind, Options, Pin, Tries};
use mynacard_sim::{Link, Profile, Quirk, VirtualCard, person, pki};
use p384::ecdsa::signature::hazmat::PrehashVerifier as _;
use sha2::Digest as _;

mod support;
use support::{Folder, day, openssl, pem};

fn card(profile: Profile) -> VirtualCard {
    VirtualCard::of_profile(person("kyokai-self").expect("listed"), day(), profile)
}

fn pin(digits: &str) -> Pin {
    Pin::new(digits.as_bytes()).expect("four digits")
}

fn check(card: &mut VirtualCard, options: Options) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let mut jpki = Jpki::open(card, options)?;
    let certificate = jpki.authentication_certificate()?;
    let signature = jpki.verify(pin("1234"))?.sign(b"message")?;
    Ok((certificate, signature))
}

#[test]
fn kinds_are_told_apart_by_their_token() {
    let kinds = Profile::ALL.map(|profile| {
        let mut card = card(profile);
        let mut jpki = Jpki::open(&mut card, Options::new()).expect("a JPKI application");
        jpki.token_info().expect("free to read").kind()
    });
    let [plastic, newer, android, iphone, old, preview] = kinds;
    assert_eq!((&plastic, &plastic), (&newer, &preview));
    assert_eq!(
        [plastic, android, iphone, old],
        [
            CardKind::MyNumberCard,
            CardKind::Android,
            CardKind::IPhone,
            CardKind::ResidentRegistryCard
        ]
    );
}

#[test]
fn a_foreign_card_has_no_application() {
    assert_eq!(Quirk::by_name("foreign"), Some(Quirk::Foreign));
    let mut card = card(Profile::default()).with_quirk(Quirk::Foreign);
    let error = Jpki::open(&mut card, Options::new()).expect_err("another card");
    assert_eq!(error.code(), "MC-1001", "{error:?}");
    assert!(card.log().iter().all(|logged| !logged.presents_pin()));
}

#[test]
fn a_phone_with_android_opens_its_certificate_after_the_pin() {
    let mut card = card(Profile::Android);
    let mut jpki = Jpki::open(&mut card, Options::new()).expect("a JPKI application");
    let error = jpki.authentication_certificate().expect_err("shut");
    assert!(
        matches!(error.kind(), ErrorKind::PinNeeded { .. }),
        "{error:?}"
    );
    let mut verified = jpki.verify(pin("1234")).expect("a right PIN");
    let certificate = verified.authentication_certificate().expect("open");
    assert_eq!(
        certificate,
        pki::authentication_certificate(person("kyokai-self").expect("listed"), day())
    );
    assert_eq!(verified.sign(b"message").expect("a signature").len(), 256);
}

#[test]
fn a_phone_that_answers_6985_before_the_pin_wants_the_pin_as_well() {
    for extended in [true, false] {
        let mut card = card(Profile::Android)
            .with_quirk(Quirk::ConditionsForPin)
            .with_extended(extended);
        let mut jpki = Jpki::open(&mut card, Options::new()).expect("a JPKI application");
        let error = jpki.authentication_certificate().expect_err("shut");
        assert!(
            matches!(error.kind(), ErrorKind::PinNeeded { .. }),
            "{error:?}"
        );
        let mut verified = jpki.verify(pin("1234")).expect("a right PIN");
        let certificate = verified.authentication_certificate().expect("open");
        assert_eq!(
            certificate,
            pki::authentication_certificate(person("kyokai-self").expect("listed"), day())
        );
    }
}

#[test]
fn a_card_that_refuses_extended_lengths_says_so_and_is_believed() {
    use mynacard_card::app::card_face::CardFace;
    use mynacard_card::app::input_support::InputSupport;
    let refusing = || card(Profile::Plastic2023).with_quirk(Quirk::RefusesExtended);
    let refused = |card: &VirtualCard| {
        let of_6700 = |entry: &&mynacard_sim::Logged| entry.status() == Some(0x6700);
        card.log().iter().filter(of_6700).count()
    };
    let mut card = refusing();
    check(&mut card, Options::new()).expect("a right PIN");
    assert_eq!(refused(&card), 1, "one READ to learn it");
    let mut card = refusing();
    let mut app = InputSupport::open(&mut card, Options::new()).expect("the application");
    assert!(!app.basic_data().expect("free").extended_length());
    app.cv_certificate().expect("free");
    app.finish();
    assert_eq!(refused(&card), 1, "the basic data themselves");
    let mut card = refusing();
    let mut app = CardFace::open(&mut card, Options::new()).expect("the application");
    assert!(!app.basic_data().expect("free").extended_length());
    app.cv_certificate().expect("free");
    app.finish();
    assert_eq!(refused(&card), 1);
}

#[test]
fn an_iphone_is_not_sent_a_pin_into_a_session_that_is_open() {
    let mut card = card(Profile::IPhone);
    let error = check(&mut card, Options::new()).expect_err("the counter answers 9000");
    assert!(
        matches!(error.kind(), ErrorKind::ForeignSession { .. }),
        "{error:?}"
    );
    assert!(!card.log().iter().any(|entry| entry.presents_pin()));
}

#[test]
fn phones_and_old_cards_have_no_face() {
    use mynacard_card::app::input_support::InputSupport;
    for profile in [Profile::Android, Profile::IPhone, Profile::OldCard] {
        let mut card = card(profile);
        let error = InputSupport::open(&mut card, Options::new())
            .map(|_| ())
            .expect_err("no such application");
        assert!(
            matches!(error.kind(), ErrorKind::ApplicationMissing { .. }),
            "{error:?}"
        );
    }
}

#[test]
fn a_blocked_pin_is_blocked_whatever_the_card_calls_it() {
    for quirk in [None, Some(Quirk::BlockedAs63C0), Some(Quirk::BlockedAs6983)] {
        for counter in [CounterPolicy::READ_FIRST, CounterPolicy::Skip] {
            let mut card = VirtualCard::new(person("pin-blocked").expect("listed"), day());
            card = quirk.into_iter().fold(card, VirtualCard::with_quirk);
            let error =
                check(&mut card, Options::new().with_counter(counter)).expect_err("blocked");
            assert!(
                matches!(error.kind(), ErrorKind::PinBlocked { .. }),
                "{quirk:?}: {error:?}"
            );
        }
    }
}

#[test]
fn habits_change_nothing_in_what_is_read() {
    let right = check(&mut card(Profile::default()), Options::new()).expect("a right PIN");
    for quirk in Quirk::ALL
        .into_iter()
        .filter(|quirk| *quirk != Quirk::Foreign)
    {
        for extended in [true, false] {
            let mut card = card(Profile::default())
                .with_quirk(quirk)
                .with_extended(extended);
            let found = check(&mut card, Options::new())
                .unwrap_or_else(|error| panic!("{}: {error:?}", quirk.name()));
            assert_eq!(found, right, "{}", quirk.name());
        }
    }
}

#[test]
fn an_open_session_is_seen_and_ended_by_the_next_power_down() {
    let mut card = card(Profile::default()).with_quirk(Quirk::OpenCounter);
    card.power_on();
    card.transmit(&support::hex("00A4040C0AD392F000260100000001"));
    card.transmit(&support::hex("002000980431323334"));
    card.warm_reset();
    assert!(card.is_anything_verified(), "a warm reset ends nothing");
    let mut jpki = Jpki::open(&mut card, Options::new()).expect("a JPKI application");
    assert_eq!(
        jpki.authentication_tries().expect("an answer"),
        Tries::Left(3)
    );
}

#[test]
fn a_card_may_forget_its_session_at_a_reset_under_power() {
    let select = support::hex("00A4040C0AD392F000260100000001");
    let verify = support::hex("002000980431323334");
    let sign = support::hex(&format!(
        "802A0097333031300D060960864801650304020105000420{}00",
        "5A".repeat(32)
    ));
    for forgets in [false, true] {
        let mut card = card(Profile::default());
        if forgets {
            card = card.with_quirk(Quirk::ForgetsAtReset);
        }
        card.power_on();
        card.transmit(&select);
        card.transmit(&verify);
        card.warm_reset();
        assert_eq!(card.is_anything_verified(), !forgets);
        assert!(card.is_powered());
        card.transmit(&select);
        let answer = card.transmit(&sign);
        assert_eq!(answer == [0x69, 0x82], forgets, "{answer:02X?}");
    }
}

#[test]
fn the_preview_of_the_next_card_signs_on_p384() {
    let mut card = card(Profile::P384Preview);
    let options = Options::new().with_layout(Layout::PREVIEW_P384);
    let (certificate, signature) = check(&mut card, options).expect("a right PIN");
    let leaf = mynacard_cert::Certificate::from_der(&certificate).expect("a certificate");
    assert!(leaf.verify_possession(b"message", &signature).is_ok());
    assert!(leaf.verify_possession(b"another", &signature).is_err());
    let signature = p384::ecdsa::Signature::from_slice(&signature).expect("r and s");
    let folder = Folder::new("p384");
    let path = pem(&folder, "leaf", &certificate);
    let root = pem(&folder, "root", pki::AUTHENTICATION_ROOT);
    let path = path.to_str().expect("UTF-8");
    openssl([
        "verify",
        "-x509_strict",
        "-no_check_time",
        "-CAfile",
        root.to_str().expect("UTF-8"),
        path,
    ]);
    let key = openssl(["x509", "-in", path, "-noout", "-pubkey"]);
    let key =
        <p384::ecdsa::VerifyingKey as p384::pkcs8::DecodePublicKey>::from_public_key_pem(&key);
    key.expect("a key on P-384")
        .verify_prehash(&sha2::Sha384::digest(b"message"), &signature)
        .expect("the card's key signed");
}

/// Command and answer of each exchange in bytes: SELECT, the READs, VERIFY, signature.
const EXTENDED: [(u64, u64); 4] = [(15, 2), (7, 2050), (9, 2), (57, 258)];
const SHORT: [(u64, u64); 10] = [
    (15, 2),
    (5, 258),
    (5, 258),
    (5, 258),
    (5, 258),
    (5, 258),
    (5, 258),
    (5, 56),
    (9, 2),
    (57, 258),
];
const COUNTER: (u64, u64) = (4, 2);

#[test]
fn the_virtual_clock_adds_up_each_of_the_four_modes_at_each_rate() {
    let rates = [
        (106, Link::KBIT_106),
        (212, Link::KBIT_212),
        (424, Link::KBIT_424),
    ];
    for (kilobits, link) in rates {
        // Ten bits a byte, three bytes more in each frame of up to 256, and ten milliseconds an exchange.
        let micros = |exchanges: &[(u64, u64)]| -> u64 {
            let on_air = |bytes: u64| bytes + 3 * (bytes / 253 + 1);
            exchanges
                .iter()
                .map(|(command, answer)| {
                    10_000 + (on_air(*command) + on_air(*answer)) * 10 * 1000 / kilobits
                })
                .sum()
        };
        let mut slowest = 0;
        for (extended, counter, exchanges) in [
            (true, CounterPolicy::Skip, EXTENDED.to_vec()),
            (
                true,
                CounterPolicy::READ_FIRST,
                [&EXTENDED[..], &[COUNTER]].concat(),
            ),
            (false, CounterPolicy::Skip, SHORT.to_vec()),
            (
                false,
                CounterPolicy::READ_FIRST,
                [&SHORT[..], &[COUNTER]].concat(),
            ),
        ] {
            let mut card = card(Profile::Plastic2023)
                .with_extended(extended)
                .with_link(link);
            let started = std::time::Instant::now();
            check(&mut card, Options::new().with_counter(counter)).expect("a right PIN");
            let elapsed = u64::try_from(card.elapsed().as_micros()).expect("seconds");
            let case = format!("{} exchanges at {kilobits} kbit/s", exchanges.len());
            assert_eq!(usize::try_from(card.exchanges()), Ok(exchanges.len()));
            assert_eq!(elapsed, micros(&exchanges), "{case}");
            let _ = writeln!(
                std::io::stdout(),
                "virtual clock: {case}: {:?} on the air, {:?} here",
                card.elapsed(),
                started.elapsed()
            );
            slowest = slowest.max(elapsed);
        }
        assert!(slowest > 100_000);
    }
}

#[test]
fn a_slow_card_costs_time_on_the_virtual_clock_and_none_here() {
    let time = |card: VirtualCard| {
        let mut card = card;
        check(&mut card, Options::new()).expect("a right PIN");
        card.elapsed()
    };
    let usual = time(card(Profile::Plastic2016));
    let slow = time(card(Profile::Plastic2016).with_fault(2, mynacard_sim::Fault::Slow));
    assert_eq!((slow - usual).as_secs(), 3);
}
