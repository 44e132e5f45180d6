//! What staff type: a PIN key by key, a terminal's settings, a passcode, a patient's reference, and the names of purposes, care and consents.

use std::fmt::Display;
use std::str::FromStr;
use std::time::UNIX_EPOCH;

use mynacard_auth::home::{
    Care, Consent, ConsentKind, ConsentKinds, ConsentState, ReceptionNumber, Reference,
    VisitingPatient,
};
use mynacard_auth::vault::Passcode;
use mynacard_auth::{Error, PinDigits, Purpose, UserSettings};
use mynacard_eligibility::Date;

use crate::errors::noted;

/// What is accepted has its form, by the rules said once more, and is what was typed; the rest is refused before anything is sent. Every name is one.
pub(crate) fn by_staff(data: &[u8]) {
    digits(data);
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    settings(text);
    let passcode = noted(Passcode::new(text));
    let right = text.chars().count() >= 8 && text.len() <= 1024;
    assert_eq!(passcode.is_ok(), right);
    let bare = text.trim();
    let reference = noted(Reference::new(text));
    let right = (1..=50).contains(&bare.chars().count()) && !bare.contains(char::is_control);
    assert_eq!(reference.is_ok(), right);
    if let Ok(reference) = reference {
        assert_eq!(reference.as_str(), bare);
        // Who the patient is stands in no log.
        assert!(bare.len() < 20 || !format!("{reference:?}").contains(bare));
    }
    let number = noted(ReceptionNumber::new(text));
    let right = bare.len() == 20 && bare.bytes().all(|digit| digit.is_ascii_digit());
    assert_eq!(number.is_ok(), right);
    if let Some(purpose) = named(text, &Purpose::ALL, |purpose| purpose.as_str()) {
        let permitted = noted(purpose.permitted()).is_ok();
        assert_eq!(permitted, text != "identity-only", "for identity alone");
    }
    if let Some(care) = named(text, &Care::ALL, |care| care.code()) {
        requeried(care);
    }
    named(text, &ConsentKind::ALL, |kind| kind.code());
}

/// Who agreed to this kind of care is asked about again without the card where it is a visit, and nobody else.
fn requeried(care: Care) {
    let consent = Consent {
        reference: Reference::new("P0000001").expect("a number"),
        care,
        kinds: ConsentKinds::of([ConsentKind::Medicines]).expect("one"),
        given_at: UNIX_EPOCH,
        visit: Date::new(2027, 1, 15).expect("a day"),
        ends_at: UNIX_EPOCH,
        state: ConsentState::Active,
    };
    let patient = noted(VisitingPatient::of(&consent));
    assert_eq!(patient.is_ok(), care.as_str() == "visiting", "{care}");
    if let Ok(patient) = patient {
        assert_eq!(patient.reference(), &consent.reference);
    }
}

/// A name, or the interface's own code, stands for itself.
fn named<T: FromStr<Err = Error> + Display + Copy + PartialEq>(
    text: &str,
    all: &[T],
    code: fn(T) -> &'static str,
) -> Option<T> {
    let meant = |one: &&T| one.to_string() == text || code(**one) == text;
    let found = noted(text.parse::<T>()).ok();
    assert!(found == all.iter().find(meant).copied());
    found
}

/// Institution, identification and activation code, a line each.
fn settings(text: &str) {
    let mut lines = text.split('\n');
    let [institution, id, code] = [0; 3].map(|_: u8| lines.next().unwrap_or_default());
    let settings = noted(UserSettings::new(institution, id, code));
    let [institution, id, code] = [institution, id, code].map(str::trim);
    let digits = institution.len() == 10 && institution.bytes().all(|one| one.is_ascii_digit());
    let plain = (2..=32).contains(&id.len()) && id.bytes().all(|one| one.is_ascii_alphanumeric());
    let shown = (4..=128).contains(&code.len()) && code.bytes().all(|one| (33..127).contains(&one));
    assert_eq!(settings.is_ok(), digits && plain && shown);
    if let Ok(settings) = settings {
        assert_eq!(
            (
                settings.institution_code(),
                settings.id(),
                settings.activation_code()
            ),
            (institution, id, code)
        );
    }
}

/// A PIN from keys as they are pressed: digits up to the fourth, 8 (backspace) takes one back, 127 all of them.
fn digits(keys: &[u8]) {
    let (mut typed, mut expected) = (PinDigits::new(), Vec::new());
    for key in keys.iter().take(64) {
        match key {
            8 => {
                typed.pop();
                expected.pop();
            }
            127 => {
                typed.clear();
                expected.clear();
            }
            key => {
                let takes = key.is_ascii_digit() && expected.len() < 4;
                assert_eq!(typed.push(*key), takes);
                expected.extend(Some(*key).filter(|_| takes));
            }
        }
        assert_eq!(typed.len(), expected.len());
        assert_eq!(typed.is_empty(), expected.is_empty());
    }
    let complete = typed.is_complete();
    assert_eq!(complete, expected.len() == 4);
    assert!(format!("{typed:?}").ends_with(&format!("len: {}, .. }}", expected.len())));
    assert_eq!(noted(typed.into_pin()).is_ok(), complete);
}
