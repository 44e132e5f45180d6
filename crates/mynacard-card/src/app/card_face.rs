//! 券面事項確認AP, the card-face application: what is printed on the card, as signed images.
//!
//! ```
//! use mynacard_card::{BirthDate, Error, NumberB, Options, Transport, app::card_face::{CardFace, FaceRecord}};
//!
//! /// What stands on the card opens it: birth date, year of expiry, security code.
//! fn photo(card: &mut dyn Transport, birth: &BirthDate, year: u16, code: &[u8]) -> Result<FaceRecord, Error> {
//!     let mut app = CardFace::open(card, Options::default())?;
//!     app.verify_number_b(NumberB::from_card(birth, year, code)?)?.face()
//! }
//! ```

use alloc::vec::Vec;
use core::{fmt, mem, ops::Range};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::record::Record;
use super::{Application, Options};
use crate::card::Card;
use crate::error::{Error, FileProblem};
use crate::pin::{BirthDate, NumberB, PinKind, Tries};
use crate::read::{Extent, File};
use crate::tlv::Object;
use crate::transport::Transport;

pub use super::person::{CardDate, Sex};
pub use super::record::{BasicData, OffsetTable, RsaKey};

/// The card-face application of a card under power; dropping it powers the card down.
#[derive(Debug)]
pub struct CardFace<'t, T: Transport + ?Sized> {
    card: Card<'t, T>,
    options: Options,
}

/// Proof that the birth date was accepted: the age record opens.
pub struct AgeOpened<'f, 't, T: Transport + ?Sized> {
    app: &'f mut CardFace<'t, T>,
}

/// Proof that 照合番号B was accepted: the face opens.
pub struct FaceOpened<'f, 't, T: Transport + ?Sized> {
    app: &'f mut CardFace<'t, T>,
}

/// Birth date and card key, signed (EF 0001). `Debug` shows nothing.
pub struct AgeRecord {
    record: Zeroizing<Vec<u8>>,
    birth_date: CardDate,
    public_key: Vec<u8>,
    signed: Zeroizing<Vec<u8>>,
    signature: Vec<u8>,
}

/// Images of name, address and photo with birth date and sex, signed (EF 0002). Wiped when dropped; `Debug` shows
/// nothing. **Expiry and the security code are not signed**: a verified face does not include them.
pub struct FaceRecord {
    record: Zeroizing<Vec<u8>>,
    birth_date: CardDate,
    sex: Sex,
    public_key: Range<usize>,
    name: Range<usize>,
    address: Range<usize>,
    photo: Range<usize>,
    signature: Range<usize>,
    expiry: CardDate,
    security_code: Range<usize>,
    offsets: OffsetTable,
    digests: [u8; 96],
}

const fn file(name: &'static str, id: u16, tag: u32) -> File {
    File {
        name,
        id,
        extent: Extent::Object(tag),
        max: 0x8000,
    }
}

const AGE: File = file("age record", 0x0001, 0xFF10);
const FACE: File = file("card face", 0x0002, 0xFF20);
const BASIC_DATA: File = file("basic data", 0x0003, 0xFF30);
const CV_CERTIFICATE: File = file("card-verifiable certificate", 0x0004, 0x7F21);

impl<'t, T: Transport + ?Sized> CardFace<'t, T> {
    /// Powers the card down and up and selects the application.
    ///
    /// # Errors
    /// [`ErrorKind::ApplicationMissing`](crate::ErrorKind::ApplicationMissing) when the SELECT is refused; whatever the
    /// transport reports.
    pub fn open(transport: &'t mut T, options: Options) -> Result<Self, Error> {
        Self::select(Card::power_up(transport, options.length)?, options)
    }

    /// Selects the application on a card that is under power already, after another application.
    ///
    /// # Errors
    /// As [`CardFace::open`]; the card is powered down then.
    pub fn select(mut card: Card<'t, T>, options: Options) -> Result<Self, Error> {
        card.select(Application::CardFace)?;
        Ok(CardFace { card, options })
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

    /// The card-verifiable certificate of the key that signed the records, whole object `7F21`; free.
    ///
    /// # Errors
    /// A refused READ, a malformed file, a transport that fails.
    pub fn cv_certificate(&mut self) -> Result<Vec<u8>, Error> {
        Ok(mem::take(&mut *self.card.read(&CV_CERTIFICATE)?))
    }

    /// Tries left of the birth date, 照合番号A or 照合番号B. Costs none.
    ///
    /// # Errors
    /// [`ErrorKind::NotAllowed`](crate::ErrorKind::NotAllowed) for a PIN of another application; a transport that fails.
    pub fn tries(&mut self, pin: PinKind) -> Result<Tries, Error> {
        self.card.tries_here(pin)
    }

    /// Sends the birth date printed on the card, once. A wrong one costs a try.
    ///
    /// # Errors
    /// As [`Jpki::verify`](super::jpki::Jpki::verify).
    pub fn verify_birth_date(&mut self, birth: BirthDate) -> Result<AgeOpened<'_, 't, T>, Error> {
        self.card
            .ready_for(PinKind::CardFaceBirthDate, self.options.counter)?;
        self.card
            .verify(PinKind::CardFaceBirthDate, &birth.digits())?;
        Ok(AgeOpened { app: self })
    }

    /// Sends 照合番号B (birth date, expiry year, security code: printed on the card), once. A wrong one costs a try.
    ///
    /// # Errors
    /// As [`Jpki::verify`](super::jpki::Jpki::verify).
    pub fn verify_number_b(&mut self, number: NumberB) -> Result<FaceOpened<'_, 't, T>, Error> {
        self.card
            .ready_for(PinKind::CardFaceNumberB, self.options.counter)?;
        self.card.verify(PinKind::CardFaceNumberB, number.bytes())?;
        Ok(FaceOpened { app: self })
    }

    /// Lets the application's key sign a message: proof that the card itself is here. No PIN. It verifies under the
    /// public key of the signed records.
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

impl<T: Transport + ?Sized> AgeOpened<'_, '_, T> {
    /// Birth date and card key with their signature.
    ///
    /// # Errors
    /// A refused READ, a malformed file, a transport that fails.
    pub fn age_record(&mut self) -> Result<AgeRecord, Error> {
        self.app.card.read_as(&AGE, AgeRecord::read)
    }

    /// As [`CardFace::presence_signature`].
    ///
    /// # Errors
    /// A refusal, a malformed answer, a transport that fails.
    pub fn presence_signature(&mut self, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.app.presence_signature(message)
    }
}

impl<T: Transport + ?Sized> FaceOpened<'_, '_, T> {
    /// The images and dates with their signature.
    ///
    /// # Errors
    /// A refused READ, a malformed file, a transport that fails.
    pub fn face(&mut self) -> Result<FaceRecord, Error> {
        self.app.card.read_as(&FACE, FaceRecord::read)
    }

    /// The same file as it is stored, without filler: for a verifier of the issuer's signature. Wiped when dropped.
    ///
    /// # Errors
    /// As [`FaceOpened::face`], except that the content is not looked at.
    pub fn face_file(&mut self) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.app.card.read(&FACE)
    }

    /// As [`CardFace::presence_signature`].
    ///
    /// # Errors
    /// A refusal, a malformed answer, a transport that fails.
    pub fn presence_signature(&mut self, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.app.presence_signature(message)
    }
}

impl AgeRecord {
    /// EF 0001 without filler, for a verifier of signed records.
    pub fn record(&self) -> &[u8] {
        &self.record
    }

    /// Reads the file (EF 0001; filler may follow).
    ///
    /// # Errors
    /// Objects missing, unknown, doubled or out of order, a date that is none.
    pub fn read(bytes: &[u8]) -> Result<Self, FileProblem> {
        let mut record = Record::open(bytes, 0xFF10)?;
        let whole = record.raw;
        let birth = record.take(0xDF11)?;
        let key = record.take(0xDF12)?;
        let signature = record.take(0xDF13)?.value.to_vec();
        record.end()?;
        Ok(AgeRecord {
            record: Zeroizing::new(whole.to_vec()),
            birth_date: date(birth, 0xDF11)?,
            public_key: key.value.to_vec(),
            signed: Zeroizing::new([birth.raw, key.raw].concat()),
            signature,
        })
    }

    /// Birth date, 生年月日.
    pub const fn birth_date(&self) -> CardDate {
        self.birth_date
    }

    /// The card's own key, as stored: see [`RsaKey::read`].
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// What the signature covers.
    pub fn signed(&self) -> &[u8] {
        &self.signed
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256 under the key of the card-verifiable certificate.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }
}

impl FaceRecord {
    /// EF 0002 without filler, for a verifier of signed records.
    pub fn record(&self) -> &[u8] {
        &self.record
    }

    fn part(&self, at: &Range<usize>) -> &[u8] {
        self.record.get(at.clone()).unwrap_or_default()
    }

    /// Reads the file (EF 0002; filler may follow).
    ///
    /// # Errors
    /// Objects missing, unknown, doubled or out of order, a date that is none.
    pub fn read(bytes: &[u8]) -> Result<Self, FileProblem> {
        let mut record = Record::open(bytes, 0xFF20)?;
        let whole = record.raw;
        let table = record.take(0xDF21)?;
        let birth = record.take(0xDF22)?;
        let sex = record.take(0xDF23)?;
        let key = record.take(0xDF24)?;
        let name = record.take(0xDF25)?;
        let address = record.take(0xDF26)?;
        let photo = record.take(0xDF27)?;
        let signature = record.take(0xDF28)?;
        let expiry = record.take(0xDF29)?;
        let code = record.take(0xDF2A)?;
        record.end()?;

        let digest = |objects: &[Object<'_>]| -> [u8; 32] {
            objects
                .iter()
                .fold(Sha256::new(), |hash, object| hash.chain_update(object.raw))
                .finalize()
                .into()
        };
        let mut digests = [0; 96];
        let parts = [
            digest(&[birth, sex, key]),
            digest(&[name, address]),
            digest(&[photo]),
        ];
        for (place, part) in digests.chunks_exact_mut(32).zip(parts) {
            place.copy_from_slice(&part);
        }
        let objects = [
            birth, sex, key, name, address, photo, signature, expiry, code,
        ];
        Ok(FaceRecord {
            record: Zeroizing::new(whole.to_vec()),
            birth_date: date(birth, 0xDF22)?,
            sex: Sex::read(sex.value).ok_or(FileProblem::Value { tag: 0xDF23 })?,
            public_key: within(key),
            name: within(name),
            address: within(address),
            photo: within(photo),
            signature: within(signature),
            expiry: date(expiry, 0xDF29)?,
            security_code: within(code),
            offsets: OffsetTable::check(table.value, &objects),
            digests,
        })
    }

    /// Birth date, 生年月日.
    pub const fn birth_date(&self) -> CardDate {
        self.birth_date
    }

    /// Sex, 性別.
    pub const fn sex(&self) -> Sex {
        self.sex
    }

    /// The card's own key, as stored: see [`RsaKey::read`].
    pub fn public_key(&self) -> &[u8] {
        self.part(&self.public_key)
    }

    /// The name as printed: PNG, black and white.
    pub fn name_png(&self) -> &[u8] {
        self.part(&self.name)
    }

    /// The address as printed: PNG, black and white.
    pub fn address_png(&self) -> &[u8] {
        self.part(&self.address)
    }

    /// The photo: JPEG 2000, greyscale. Empty on cards issued without one (infants).
    pub fn photo_jpeg2000(&self) -> &[u8] {
        self.part(&self.photo)
    }

    /// The three digests, one after the other, that stand in the signature's DigestInfo.
    pub const fn digests(&self) -> &[u8; 96] {
        &self.digests
    }

    /// PKCS#1 v1.5 under the key of the card-verifiable certificate, over a DigestInfo with the SHA-256 identifier whose
    /// digest is [`FaceRecord::digests`].
    pub fn signature(&self) -> &[u8] {
        self.part(&self.signature)
    }

    /// When the card expires. **Not signed.**
    pub const fn unsigned_expiry(&self) -> CardDate {
        self.expiry
    }

    /// The security code as printed: PNG. **Not signed.**
    pub fn unsigned_security_code_png(&self) -> &[u8] {
        self.part(&self.security_code)
    }

    /// Whether the file's own offset table points at its objects.
    pub const fn offset_table(&self) -> OffsetTable {
        self.offsets
    }
}

impl fmt::Debug for AgeRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AgeRecord(..)")
    }
}

impl fmt::Debug for FaceRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FaceRecord(..)")
    }
}

fn date(object: Object<'_>, tag: u32) -> Result<CardDate, FileProblem> {
    CardDate::read(object.value).ok_or(FileProblem::Value { tag })
}

/// Where the value of an object stands within its file.
fn within(object: Object<'_>) -> Range<usize> {
    let end = object.at + object.raw.len();
    end - object.value.len()..end
}
