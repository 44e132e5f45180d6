//! 券面入力補助AP, the input-support application: name, address, birth date and sex as text.
//!
//! The My Number, which lives in this application too, is never read. The record that signs the attributes also contains a
//! hash of the number: only [`Opened::verified_attributes`] reads it, and wipes it before it returns. No result holds a byte
//! of it; what it lends to the caller's check depends on it, and must not be kept.
//!
//! ```
//! use mynacard_card::{Error, Options, Pin, Transport, app::input_support::{Attributes, InputSupport}};
//!
//! fn reception_form(card: &mut dyn Transport, pin: Pin) -> Result<Attributes, Error> {
//!     let mut app = InputSupport::open(card, Options::default())?;
//!     app.verify(pin)?.attributes() // name(), address(), birth_date(), sex()
//! }
//! ```

use alloc::{string::String, vec::Vec};
use core::{fmt, mem};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::record::Record;
use super::{Application, Options};
use crate::card::Card;
use crate::error::{Error, ErrorKind, FileProblem};
use crate::pin::{NumberB, Pin, PinKind, Tries};
use crate::read::{Extent, File};
use crate::transport::Transport;

pub use super::person::{CardDate, Sex};
pub use super::record::{BasicData, OffsetTable, RsaKey};

/// The input-support application of a card under power; dropping it powers the card down.
#[derive(Debug)]
pub struct InputSupport<'t, T: Transport + ?Sized> {
    card: Card<'t, T>,
    options: Options,
}

/// Proof that the PIN or 照合番号B was accepted: the attributes open.
pub struct Opened<'i, 't, T: Transport + ?Sized> {
    app: &'i mut InputSupport<'t, T>,
    by: PinKind,
}

/// Name, address, birth date and sex (EF 0002). Wiped when dropped; `Debug` shows none of it.
pub struct Attributes {
    name: Zeroizing<String>,
    address: Zeroizing<String>,
    birth_date: CardDate,
    sex: Sex,
    offsets: OffsetTable,
    digest: [u8; 32],
}

/// The card's own key with the signature that certifies it (EF 0007): presence signatures verify under it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CardKey {
    /// EF 0007 without filler.
    pub record: Vec<u8>,
    /// The key.
    pub key: RsaKey,
    /// What the signature covers.
    pub signed: Vec<u8>,
    /// RSASSA-PKCS1-v1_5 with SHA-256 under the key of the card-verifiable certificate.
    pub signature: Vec<u8>,
}

const fn file(name: &'static str, id: u16, tag: u32) -> File {
    File {
        name,
        id,
        extent: Extent::Object(tag),
        max: 4096,
    }
}

const ATTRIBUTES: File = file("attributes", 0x0002, 0xFF20);
const SIGNED_DIGESTS: File = file("signature of the attributes", 0x0003, 0xFF30);
const CV_CERTIFICATE: File = file("card-verifiable certificate", 0x0004, 0x7F21);
const BASIC_DATA: File = file("basic data", 0x0005, 0xFF40);
const SESSION_KEY: File = file("session key", 0x0006, 0xA1);
const CARD_KEY: File = file("card key", 0x0007, 0xFF50);

impl<'t, T: Transport + ?Sized> InputSupport<'t, T> {
    /// Powers the card down and up and selects the application.
    ///
    /// # Errors
    /// [`ErrorKind::ApplicationMissing`] when the SELECT is refused; whatever the transport reports.
    pub fn open(transport: &'t mut T, options: Options) -> Result<Self, Error> {
        Self::select(Card::power_up(transport, options.length)?, options)
    }

    /// Selects the application on a card that is under power already, after another application.
    ///
    /// # Errors
    /// As [`InputSupport::open`]; the card is powered down then.
    pub fn select(mut card: Card<'t, T>, options: Options) -> Result<Self, Error> {
        card.select(Application::InputSupport)?;
        Ok(InputSupport { card, options })
    }

    /// What the application says about itself; free. Whether the card takes extended lengths is heeded from here on.
    ///
    /// # Errors
    /// A refused READ, a malformed file, a transport that fails.
    pub fn basic_data(&mut self) -> Result<BasicData, Error> {
        let data = self.card.read_as(&BASIC_DATA, BasicData::read)?;
        self.card.heed(data.extended_length());
        Ok(data)
    }

    /// The card-verifiable certificate of the key that signed the attributes, whole object `7F21`; free.
    ///
    /// # Errors
    /// A refused READ, a malformed file, a transport that fails.
    pub fn cv_certificate(&mut self) -> Result<Vec<u8>, Error> {
        Ok(mem::take(&mut *self.card.read(&CV_CERTIFICATE)?))
    }

    /// Tries left of the PIN, 照合番号A or 照合番号B. Costs none.
    ///
    /// # Errors
    /// [`ErrorKind::NotAllowed`] for a PIN of another application; a transport that fails.
    pub fn tries(&mut self, pin: PinKind) -> Result<Tries, Error> {
        self.card.tries_here(pin)
    }

    /// Sends the four-digit PIN to the card, once.
    ///
    /// # Errors
    /// As [`Jpki::verify`](super::jpki::Jpki::verify).
    pub fn verify(&mut self, pin: Pin) -> Result<Opened<'_, 't, T>, Error> {
        self.open_with(PinKind::InputSupport, pin.bytes())
    }

    /// Sends 照合番号B (birth date, expiry year, security code: printed on the card) to the card, once.
    ///
    /// # Errors
    /// As [`Jpki::verify`](super::jpki::Jpki::verify).
    pub fn verify_number_b(&mut self, number: NumberB) -> Result<Opened<'_, 't, T>, Error> {
        self.open_with(PinKind::InputSupportNumberB, number.bytes())
    }

    fn open_with(&mut self, by: PinKind, characters: &[u8]) -> Result<Opened<'_, 't, T>, Error> {
        self.card.ready_for(by, self.options.counter)?;
        self.card.verify(by, characters)?;
        Ok(Opened { app: self, by })
    }

    /// Lets the application's key sign a message: proof that the card itself is here. No PIN.
    ///
    /// # Errors
    /// A refusal, a malformed answer, a transport that fails.
    pub fn presence_signature(&mut self, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.card.presence_signature(message)
    }

    /// Commands exchanged so far.
    pub fn exchanges(&self) -> u32 {
        self.card.exchanges()
    }

    /// Powers the card down; dropping does the same.
    pub fn finish(self) {
        self.card.finish();
    }

    /// Hands the card back, still under power, for another application.
    pub fn into_card(self) -> Card<'t, T> {
        self.card
    }
}

impl<T: Transport + ?Sized> Opened<'_, '_, T> {
    /// Name, address, birth date and sex, as the card tells them. Nothing is verified.
    ///
    /// # Errors
    /// A refused READ, a malformed file, a transport that fails.
    pub fn attributes(&mut self) -> Result<Attributes, Error> {
        self.app.card.read_as(&ATTRIBUTES, Attributes::read)
    }

    /// The attributes, and the card's signature over them checked.
    ///
    /// `is_valid` is lent a SHA-256 digest (over the DF31 and DF32 objects) and an RSASSA-PKCS1-v1_5 signature over it, and
    /// says whether the signature is good under the key that [`InputSupport::cv_certificate`] certifies.
    ///
    /// **It must not keep, send or log them.** Both depend on a hash of the My Number, which somebody who has them and the
    /// attributes could search for: a hundred thousand million candidates. That is why they are lent, and wiped behind it.
    ///
    /// # Errors
    /// [`ErrorKind::NotAuthentic`] when the digest of the attributes is not the signed one or `is_valid` says no; a refused
    /// READ, a malformed file, a transport that fails.
    pub fn verified_attributes(
        &mut self,
        is_valid: impl FnOnce(&[u8; 32], &[u8]) -> bool,
    ) -> Result<Attributes, Error> {
        let card = &mut self.app.card;
        let attributes = card.read_as(&ATTRIBUTES, Attributes::read)?;
        let holds = card.read_as(&SIGNED_DIGESTS, |bytes| {
            let mut record = Record::open(bytes, 0xFF30)?;
            // The hash of the My Number is looked at where it lies, in the buffer that is wiped: never copied out of it.
            let number = record.take(0xDF31)?;
            if number.value.len() != 32 {
                return Err(FileProblem::Value { tag: 0xDF31 });
            }
            let (person, attributes_digest) = record.take_exactly::<32>(0xDF32)?;
            let signature = record.take(0xDF33)?.value;
            record.end()?;
            // The two objects lie side by side. In one piece the hasher works on them in place; given one after the other it
            // would keep a copy of the first in its own buffer.
            let end = number.at + number.raw.len() + person.raw.len();
            let signed = bytes.get(number.at..end).unwrap_or_default();
            let mut signed_digest = Zeroizing::new([0; 32]);
            Digest::finalize_into(
                Sha256::new_with_prefix(signed),
                (&mut *signed_digest).into(),
            );
            Ok(attributes.digest == attributes_digest && is_valid(&signed_digest, signature))
        })?;
        match holds {
            true => Ok(attributes),
            false => Err(card.error(ErrorKind::NotAuthentic {
                file: ATTRIBUTES.name,
            })),
        }
    }

    /// The card's own key, certified.
    ///
    /// # Errors
    /// A refused READ, a malformed file, a transport that fails.
    pub fn card_key(&mut self) -> Result<CardKey, Error> {
        self.app.card.read_as(&CARD_KEY, CardKey::read)
    }

    /// The public key for secure messaging (EF 0006).
    ///
    /// # Errors
    /// A refused READ, a malformed file, a transport that fails.
    pub fn session_key(&mut self) -> Result<RsaKey, Error> {
        self.app.card.read_as(&SESSION_KEY, |bytes| {
            let mut record = Record::open(bytes, 0xA1)?;
            let (exponent, modulus) = (
                record.take(0x90)?.value.to_vec(),
                record.take(0x91)?.value.to_vec(),
            );
            record.end()?;
            Ok(RsaKey { modulus, exponent })
        })
    }

    /// Gives the application another PIN. Only after the old one was verified, not after 照合番号B.
    ///
    /// # Errors
    /// [`ErrorKind::ChangeOutcomeUnknown`] when the answer is lost; a refusal.
    pub fn change_pin(&mut self, new: Pin) -> Result<(), Error> {
        if self.by != PinKind::InputSupport {
            return Err(self.app.card.error(ErrorKind::NotAllowed {
                why: "changing a PIN needs the old PIN verified",
            }));
        }
        self.app.card.change(PinKind::InputSupport, new.bytes())
    }
}

impl Attributes {
    /// Reads the file (EF 0002; filler may follow).
    ///
    /// # Errors
    /// Objects missing, unknown, doubled or out of order, text that is not UTF-8, a date that is none.
    pub fn read(bytes: &[u8]) -> Result<Self, FileProblem> {
        let mut record = Record::open(bytes, 0xFF20)?;
        let table = record.take(0xDF21)?;
        let name = record.take(0xDF22)?;
        let address = record.take(0xDF23)?;
        let birth = record.take(0xDF24)?;
        let sex = record.take(0xDF25)?;
        record.end()?;
        let signed = Sha256::new()
            .chain_update(name.raw)
            .chain_update(address.raw)
            .chain_update(birth.raw)
            .chain_update(sex.raw)
            .finalize();
        Ok(Attributes {
            offsets: OffsetTable::check(table.value, &[name, address, birth, sex]),
            name: text(name.value, 0xDF22)?,
            address: text(address.value, 0xDF23)?,
            birth_date: CardDate::read(birth.value).ok_or(FileProblem::Value { tag: 0xDF24 })?,
            sex: Sex::read(sex.value).ok_or(FileProblem::Value { tag: 0xDF25 })?,
            digest: signed.into(),
        })
    }

    /// Full name, 氏名.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Address, 住所.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Birth date, 生年月日.
    pub const fn birth_date(&self) -> CardDate {
        self.birth_date
    }

    /// Sex, 性別.
    pub const fn sex(&self) -> Sex {
        self.sex
    }

    /// Whether the file's own offset table points at its objects.
    pub const fn offset_table(&self) -> OffsetTable {
        self.offsets
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attributes(..)")
    }
}

impl CardKey {
    /// Reads the file (EF 0007; filler may follow).
    ///
    /// # Errors
    /// Objects missing, unknown, doubled or out of order.
    pub fn read(bytes: &[u8]) -> Result<Self, FileProblem> {
        let mut record = Record::open(bytes, 0xFF50)?;
        let whole = record.raw;
        let key = record.take(0xDF51)?;
        let signature = record.take(0xDF52)?.value.to_vec();
        record.end()?;
        Ok(CardKey {
            record: whole.to_vec(),
            key: RsaKey::read(key.value)?,
            signed: key.raw.to_vec(),
            signature,
        })
    }
}

impl fmt::Debug for CardKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardKey(..)")
    }
}

fn text(value: &[u8], tag: u32) -> Result<Zeroizing<String>, FileProblem> {
    match core::str::from_utf8(value) {
        Ok(text) => Ok(Zeroizing::new(text.into())),
        Err(_) => Err(FileProblem::Value { tag }),
    }
}
