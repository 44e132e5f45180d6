//! What the holder or the staff type, and what stands on the card: a PIN, a password, a birth date, 照合番号B.

use mynacard_card::app::card_face::CardFace;
use mynacard_card::app::jpki::Jpki;
use mynacard_card::{
    BirthDate, Era, Error, NumberB, Options, Pin, PinKind, PinTry, SignaturePassword,
};
use mynacard_sim::{Counter, Profile, VirtualCard};

use crate::errors::noted;
use crate::flows::counter;
use crate::seeds::Recorder;
use crate::virtual_card::card;
use crate::words;

/// What no card can have under its name is refused and costs nothing; everything else reaches the card as it was typed, once.
pub(crate) fn by_somebody(data: &[u8]) {
    pin(data);
    password(data);
    if let Some((&[y1, y2, month, day, e1, e2], code)) = data.split_first_chunk() {
        let date = (u16::from_be_bytes([y1, y2]), month, day);
        if let Some(birth) = birth(date) {
            number_b(date, birth, u16::from_be_bytes([e1, e2]), code);
        }
    }
    for kind in PinKind::ALL {
        described(kind);
    }
    words::by_staff(data);
}

fn recorder() -> Recorder {
    Recorder::new(Profile::Plastic2016, true)
}

/// How many of a key's tries are gone.
fn spent(card: &VirtualCard, counter: Counter) -> u8 {
    let mut full = card.clone();
    full.set_tries(counter, u8::MAX);
    full.tries(counter) - card.tries(counter)
}

/// Refused, it is a matter of the form alone.
fn refused<T>(result: Result<T, Error>) -> Option<T> {
    if let Err(error) = &result {
        assert_eq!(error.pin_try(), PinTry::NotSpent, "{error:?}");
    }
    noted(result).ok()
}

fn pin(data: &[u8]) {
    let right = data.len() == 4 && data.iter().all(u8::is_ascii_digit);
    let pin = refused(Pin::new(data));
    assert_eq!(pin.is_some(), right, "{data:?}");
    let Some(pin) = pin else { return };
    let mut recorder = recorder();
    let opened = noted(
        Jpki::open(&mut recorder, Options::new()).and_then(|mut jpki| jpki.verify(pin).map(drop)),
    );
    assert_eq!(opened.is_ok(), data == b"1234");
    let spent = spent(&recorder.card, Counter::Authentication);
    assert_eq!(spent, u8::from(opened.is_err()));
}

fn password(data: &[u8]) {
    let right = |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
    let right = (6..=16).contains(&data.len()) && data.iter().all(right);
    let password = refused(SignaturePassword::new(data));
    assert_eq!(password.is_some(), right, "{data:?}");
    let Some(new) = password else { return };
    let mut recorder = recorder();
    let changed = Jpki::open(&mut recorder, Options::new()).and_then(|mut jpki| {
        let old = SignaturePassword::new(b"ABC123")?;
        noted(jpki.signature_verify(old)?.change_password(new))
    });
    // A new one has a letter and a digit.
    let mixed = data.iter().any(u8::is_ascii_digit) && data.iter().any(u8::is_ascii_uppercase);
    assert_eq!(changed.is_ok(), mixed);
    let mut opens = |password: &[u8]| {
        let password = SignaturePassword::new(password).expect("of the right form");
        let mut jpki = Jpki::open(&mut recorder, Options::new()).expect("the virtual card");
        jpki.signature_verify(password).is_ok()
    };
    let now: &[u8] = if mixed { data } else { b"ABC123" };
    assert!(opens(now), "neither the old password nor the new one");
    assert_eq!(spent(&recorder.card, Counter::Signature), 0);
}

/// Days of a month of the Gregorian calendar.
fn days(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(400) || year.is_multiple_of(4) && !year.is_multiple_of(100);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    }
}

/// The year in which each era began.
const ERAS: [(Era, u16); 5] = [
    (Era::Meiji, 1868),
    (Era::Taisho, 1912),
    (Era::Showa, 1926),
    (Era::Heisei, 1989),
    (Era::Reiwa, 2019),
];

/// A day is one of exactly one era, or no birth date.
fn birth(date: (u16, u8, u8)) -> Option<BirthDate> {
    let (year, month, day) = date;
    let there = (1..=days(year, month)).contains(&day);
    // The year of Reiwa has two digits.
    let right = there && date >= (1868, 1, 25) && year <= 2019 + 98;
    let found = refused(BirthDate::gregorian(year, month, day));
    assert_eq!(found.is_some(), right, "{date:?}");
    let of_eras = ERAS.into_iter().filter(|(era, first)| {
        let within = year
            .checked_sub(*first)
            .and_then(|year| u8::try_from(year + 1).ok());
        within.is_some_and(|within| refused(BirthDate::era(*era, within, month, day)).is_some())
    });
    assert_eq!(of_eras.count(), usize::from(right), "{date:?}");
    found
}

/// 照合番号B is the birth date, the year in which the card ends, and four digits; the card opens with its own and with nothing else.
fn number_b((year, month, day): (u16, u8, u8), birth: BirthDate, expiry: u16, code: &[u8]) {
    let right = code.len() == 4 && code.iter().all(u8::is_ascii_digit);
    let right = right && (2000..=9999).contains(&expiry);
    let number = refused(NumberB::from_card(&birth, expiry, code));
    assert_eq!(number.is_some(), right, "{expiry} {code:?}");
    // 昭和55 is written as 令和55 will be.
    let own = matches!(year, 1980 | 2073) && (month, day) == (4, 1);
    let mut recorder = recorder();
    let opened = noted(
        CardFace::open(&mut recorder, Options::new())
            .and_then(|mut app| app.verify_birth_date(birth).map(drop)),
    );
    assert_eq!(opened.is_ok(), own, "{year}-{month}-{day}");
    let gone = spent(&recorder.card, Counter::CardFaceBirth);
    assert_eq!(gone, u8::from(!own));
    let Some(number) = number else { return };
    let opened = noted(
        CardFace::open(&mut recorder, Options::new())
            .and_then(|mut app| app.verify_number_b(number).map(drop)),
    );
    assert_eq!(opened.is_ok(), own && expiry == EXPIRY && code == b"4016");
}

/// The year in which the virtual card ends.
const EXPIRY: u16 = 2035;

/// What is said of a kind of PIN is so of the virtual card, and short enough for a pad's display.
fn described(kind: PinKind) {
    let mut full = card();
    full.set_tries(counter(kind), u8::MAX);
    assert_eq!(full.tries(counter(kind)), kind.tries(), "{kind}");
    let (entry, (min, max)) = (kind.entry(), kind.lengths());
    assert_eq!((entry.min, entry.max, entry.kind), (min, max, kind));
    assert!(min <= max && max <= 16 && kind.to_string().len() < 32);
}
