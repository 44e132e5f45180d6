//! What a card says of its holder: how its PINs stand, the attributes, the face; and giving it another PIN.

use mynacard::card::app::card_face::CardFace;
use mynacard::card::app::input_support::{CardDate, InputSupport, Sex};
use mynacard::card::app::jpki::{CardKind, Jpki};
use mynacard::card::{Application, BirthDate, NumberB, Options, Pin, PinKind, Transport, Tries};
use mynacard::cert::record::{CardAuthorities, CardFace as Face};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::authorities;
use crate::buffer::{self, mynacard_buffer};
use crate::cancel::{mynacard_cancel, signal};
use crate::card::{mynacard_card, with_card, with_card_and};
use crate::desk::{self, mynacard_check};
use crate::error::mynacard_error;
use crate::failure::Failure;
use crate::guard::guard;
use crate::input::{bytes, choice, out};
use crate::json;
use crate::pin::{self, mynacard_pin};
use crate::status::mynacard_status;
use crate::stoppable::Stoppable;

/// A four-digit PIN of the card that its holder may change.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum mynacard_card_pin {
    /// 利用者証明用: the one that is asked for at the desk.
    Authentication = 0,
    /// 券面事項入力補助用.
    InputSupport = 1,
}

/// What a presence message begins with, where no check is under way.
const PRESENCE: &[u8] = b"MYNACARD PRESENCE MESSAGE v1\0";

/// What the card is, which applications it has and how many tries each PIN has left, as JSON in UTF-8. No PIN is sent and no try
/// spent: `{"card":"my-number-card","applications":{"jpki":true,"input-support":true,…},"tries":{"authentication":3,
/// "signature":5,"input-support":3,…},"open":[]}`. A counter is 0 when its PIN is blocked, and null where the card does not tell;
/// `open` names PINs that somebody else's session has open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_card_status_json(
    card: *mut mynacard_card,
    cancel: *const mynacard_cancel,
    json: *mut *mut mynacard_buffer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid.
        let place = unsafe { out("json", json) }?;
        let stop = signal(cancel)?;
        let status = with_card(card, &stop, |card| {
            card_status(&mut Stoppable::new(card, &stop))
        })?;
        json::hand_out(place, status)
    })
}

/// Name, address, birth date and sex from 券面入力補助AP, by the PIN of that application (券面事項入力補助用暗証番号), which reaches the
/// card at most once; the handle is empty afterwards. The last try is never spent.
///
/// `authorities` is empty, or `{"hierarchy":"production","keys":[{"id":"…","modulus":"…","exponent":"010001"}]}` in hexadecimal
/// digits: then the issuer's signature is verified, and an attribute that was altered is an error. `hierarchy` is `production`,
/// `test` or `simulation`. `json` receives `{"name":"…","address":"…","birth":"19800217","sex":"1","verified":true}`; sex is 1
/// for male, 2 for female, 9 for not applicable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_card_attributes_json(
    card: *mut mynacard_card,
    pin: *mut mynacard_pin,
    authorities: *const u8,
    authorities_size: usize,
    cancel: *const mynacard_cancel,
    json: *mut *mut mynacard_buffer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0.
        let authorities = unsafe { bytes("authorities", authorities, authorities_size) }?;
        // SAFETY: documented as valid.
        let place = unsafe { out("json", json) }?;
        let known = match authorities {
            [] => None,
            document => Some(authorities::read(document)?),
        };
        let stop = signal(cancel)?;
        let take = || pin::take(pin);
        let attributes = with_card_and(card, &stop, take, |card, pin| {
            attributes(&mut Stoppable::new(card, &stop), pin, known.as_ref())
        })?;
        json::hand_out(place, attributes)
    })
}

/// Photo, name and address from the card's face (券面事項確認AP), by 照合番号B: verified, or an error. The issuer signed them, and the
/// card that signed a fresh message holds the key beside them.
///
/// `number_b` is sixteen digits that stand on the card: birth date YYYYMMDD, year of expiry YYYY, security code. A wrong number
/// costs one of its ten tries, and none of a PIN's. `authorities` is as for `mynacard_card_attributes_json`, and may not be
/// empty. With a `check` the call is also the first part of its visual check, instead of `mynacard_check_tap`; NULL only looks.
///
/// `photo_jp2` receives JPEG 2000, `name_png` and `address_png` images as they are printed, `json`
/// `{"birth":"19800217","sex":"1"}`; each of them may be NULL. A card without a photo is an error.
#[unsafe(no_mangle)]
#[allow(
    clippy::too_many_arguments,
    reason = "four results, each with its place"
)]
pub unsafe extern "C" fn mynacard_card_face(
    card: *mut mynacard_card,
    check: *mut mynacard_check,
    number_b: *const u8,
    number_b_size: usize,
    authorities: *const u8,
    authorities_size: usize,
    cancel: *const mynacard_cancel,
    photo_jp2: *mut *mut mynacard_buffer,
    name_png: *mut *mut mynacard_buffer,
    address_png: *mut *mut mynacard_buffer,
    json: *mut *mut mynacard_buffer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0.
        let (number, authorities) = unsafe {
            (
                bytes("number_b", number_b, number_b_size)?,
                bytes("authorities", authorities, authorities_size)?,
            )
        };
        let known = authorities::read(authorities)?;
        let number = number_of(number)?;
        let stop = signal(cancel)?;
        let face = if check.is_null() {
            let take = || Ok(number);
            with_card_and(card, &stop, take, |card, number| {
                face(&mut Stoppable::new(card, &stop), number, &known)
            })?
        } else {
            desk::tap_with_face(check, card, number, &known, &stop)?
        };
        let written = json!({
            "birth": birth_of(&face),
            "sex": char::from(face.sex().code()).to_string(),
        });
        let mut made = Made::default();
        made.put(photo_jp2, || copied(face.photo_jp2()))?;
        made.put(name_png, || copied(face.name_png()))?;
        made.put(address_png, || copied(face.address_png()))?;
        made.put(json, || json::buffer(written))?;
        made.keep();
        Ok(())
    })
}

/// Gives a PIN (`mynacard_card_pin`) another value: the old one is sent once, then the new one. Both handles are empty afterwards.
/// The last try is never spent. Where the answer to the change gets lost (`MC-1023`), the old or the new PIN may be right: ask the
/// holder to try the new one first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_card_change_pin(
    card: *mut mynacard_card,
    which: i32,
    old_pin: *mut mynacard_pin,
    new_pin: *mut mynacard_pin,
    cancel: *const mynacard_cancel,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    const WHICH: &[(i32, mynacard_card_pin)] = &[
        (
            mynacard_card_pin::Authentication as i32,
            mynacard_card_pin::Authentication,
        ),
        (
            mynacard_card_pin::InputSupport as i32,
            mynacard_card_pin::InputSupport,
        ),
    ];
    guard(error, || {
        let which = choice("which", which, WHICH)?;
        let stop = signal(cancel)?;
        let take = || {
            let old = pin::take(old_pin);
            // Emptied too when the old one cannot be one.
            let new = pin::take(new_pin);
            Ok((old?, new?))
        };
        with_card_and(card, &stop, take, |card, (old, new)| {
            let mut card = Stoppable::new(card, &stop);
            match which {
                mynacard_card_pin::Authentication => {
                    let mut jpki = Jpki::open(&mut card, Options::default())?;
                    jpki.verify(old)?.change_pin(new)?;
                    jpki.finish();
                }
                mynacard_card_pin::InputSupport => {
                    let mut app = InputSupport::open(&mut card, Options::default())?;
                    app.verify(old)?.change_pin(new)?;
                    app.finish();
                }
            }
            Ok(())
        })
    })
}

fn card_status<T: Transport + ?Sized>(card: &mut T) -> Result<Value, Failure> {
    let mut jpki = Jpki::open(card, Options::default())?;
    let kind = match jpki.token_info()?.kind() {
        CardKind::MyNumberCard => "my-number-card",
        CardKind::Android => "android",
        CardKind::IPhone => "iphone",
        CardKind::ResidentRegistryCard => "resident-registry-card",
        _ => "other",
    };
    let mut power = jpki.into_card();
    let counters = power.every_counter()?;
    power.finish();
    let mut applications = serde_json::Map::new();
    let mut tries = serde_json::Map::new();
    let mut open = Vec::new();
    for (pin, found) in counters {
        let there = applications
            .entry(application(pin.application()))
            .or_insert(Value::Bool(false));
        if found.is_some() {
            *there = Value::Bool(true);
        }
        let left = match found {
            Some(Tries::Left(left)) => json!(left),
            Some(Tries::Blocked) => json!(0),
            Some(Tries::Open) => {
                open.push(name(pin));
                Value::Null
            }
            _ => Value::Null,
        };
        tries.insert(name(pin).to_owned(), left);
    }
    Ok(json!({ "card": kind, "applications": applications, "tries": tries, "open": open }))
}

fn application(application: Application) -> &'static str {
    match application {
        Application::Jpki => "jpki",
        Application::InputSupport => "input-support",
        Application::CardFace => "card-face",
        Application::ResidentRegistry => "resident-registry",
        Application::Common => "common",
        _ => "other",
    }
}

fn name(pin: PinKind) -> &'static str {
    match pin {
        PinKind::Authentication => "authentication",
        PinKind::Signature => "signature",
        PinKind::InputSupport => "input-support",
        PinKind::InputSupportNumberA => "input-support-number-a",
        PinKind::InputSupportNumberB => "input-support-number-b",
        PinKind::CardFaceBirthDate => "card-face-birth-date",
        PinKind::CardFaceNumberB => "card-face-number-b",
        PinKind::CardFaceNumberA => "card-face-number-a",
        PinKind::Common => "common",
        PinKind::ResidentRegistry => "resident-registry",
        _ => "other",
    }
}

fn attributes<T: Transport + ?Sized>(
    card: &mut T,
    pin: Pin,
    known: Option<&CardAuthorities>,
) -> Result<Value, Failure> {
    let mut app = InputSupport::open(card, Options::default())?;
    // Before the PIN: a card whose issuer is unknown costs no try.
    let signer = match known {
        None => None,
        Some(known) => Some(known.verify(&app.cv_certificate()?)?),
    };
    let mut opened = app.verify(pin)?;
    let attributes = match &signer {
        None => opened.attributes()?,
        Some(signer) => opened
            .verified_attributes(|digest, signature| signer.verifies_digest(digest, signature))?,
    };
    app.finish();
    Ok(json!({
        "name": attributes.name(),
        "address": attributes.address(),
        "birth": basic(attributes.birth_date()),
        "sex": match attributes.sex() {
            Sex::Male => "1".to_owned(),
            Sex::Female => "2".to_owned(),
            Sex::NotApplicable => "9".to_owned(),
            Sex::Other(other) => char::from(other).to_string(),
            _ => String::new(),
        },
        "verified": signer.is_some(),
    }))
}

fn face<T: Transport + ?Sized>(
    card: &mut T,
    number: NumberB,
    known: &CardAuthorities,
) -> Result<Face, Failure> {
    let mut fresh = [0; 32];
    getrandom::fill(&mut fresh)
        .map_err(|_| Failure::new(mynacard_status::Environment, "no randomness"))?;
    let message = [PRESENCE, &fresh].concat();
    let mut app = CardFace::open(card, Options::default())?;
    let signer = known.verify(&app.cv_certificate()?)?;
    let mut opened = app.verify_number_b(number)?;
    let file = opened.face_file()?;
    let presence = opened.presence_signature(&message)?;
    app.finish();
    let (face, _unsigned) = signer.card_face(&file)?;
    face.key().verify_presence(&message, &presence)?;
    if face.photo_jp2().is_empty() {
        return Err(mynacard::auth::Error::from(mynacard::auth::ErrorKind::NoPhoto).into());
    }
    Ok(face)
}

/// 照合番号B of what stands on the card.
fn number_of(digits: &[u8]) -> Result<NumberB, Failure> {
    let malformed = || {
        Failure::new(
            mynacard_status::InvalidArgument,
            "number_b: birth date, year of expiry and security code, sixteen digits",
        )
    };
    if digits.len() != 16 || !digits.iter().all(u8::is_ascii_digit) {
        return Err(malformed());
    }
    let number = |range: std::ops::Range<usize>| {
        let part = digits.get(range).unwrap_or_default();
        part.iter()
            .fold(0_u16, |number, digit| number * 10 + u16::from(digit - b'0'))
    };
    let small = |range| u8::try_from(number(range)).map_err(|_| malformed());
    let birth = BirthDate::gregorian(number(0..4), small(4..6)?, small(6..8)?)?;
    let code = digits.get(12..).unwrap_or_default();
    Ok(NumberB::from_card(&birth, number(8..12), code)?)
}

fn basic(date: CardDate) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

fn birth_of(face: &Face) -> String {
    let birth = face.birth();
    let (month, day) = (birth.month().unwrap_or(0), birth.day().unwrap_or(0));
    format!("{:04}{month:02}{day:02}", birth.year())
}

fn copied(bytes: &[u8]) -> Result<*mut mynacard_buffer, Failure> {
    buffer::hand_out(Zeroizing::new(bytes.to_vec()))
}

/// Buffers that are handed out together, or not at all.
#[derive(Default)]
struct Made {
    places: Vec<(*mut *mut mynacard_buffer, *mut mynacard_buffer)>,
}

impl Made {
    /// A buffer for a place; nothing for one that is NULL.
    fn put(
        &mut self,
        place: *mut *mut mynacard_buffer,
        make: impl FnOnce() -> Result<*mut mynacard_buffer, Failure>,
    ) -> Result<(), Failure> {
        if !place.is_null() {
            self.places.push((place, make()?));
        }
        Ok(())
    }

    fn keep(mut self) {
        for (place, made) in self.places.drain(..) {
            // SAFETY: the export documents its places as NULL or valid, and `put` takes none that is NULL.
            if let Ok(place) = unsafe { out("buffer", place) } {
                place.write(made);
            }
        }
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for (_, made) in self.places.drain(..) {
            let _ = crate::buffer::mynacard_buffer_free(made);
        }
    }
}
