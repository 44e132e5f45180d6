//! The card face (券面事項確認AP): photo, name and address as images, birth date, sex; and the age record.

use std::fmt;

use sha2::{Digest as _, Sha256};

use super::attributes::{Attributes, agree, check_offsets};
use super::authority::RecordSigner;
use super::key::CardKey;
use super::tlv::{Object, Objects};
use crate::error::{Error, Part};
use crate::holder::HolderAttributes;
use crate::person::{BirthDate, Sex};

/// The card face as the issuer signed it. What the issuer did not sign is in [`UnsignedFace`]. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct CardFace {
    birth: BirthDate,
    sex: Sex,
    key: CardKey,
    name: Vec<u8>,
    address: Vec<u8>,
    photo: Vec<u8>,
}

impl CardFace {
    /// The birth date.
    #[must_use]
    pub fn birth(&self) -> BirthDate {
        self.birth
    }

    /// The sex.
    #[must_use]
    pub fn sex(&self) -> Sex {
        self.sex
    }

    /// The card's key: the card that holds it is the one this face belongs to ([`CardKey::verify_presence`]).
    #[must_use]
    pub fn key(&self) -> &CardKey {
        &self.key
    }

    /// The name as an image (PNG, one bit a pixel).
    #[must_use]
    pub fn name_png(&self) -> &[u8] {
        &self.name
    }

    /// The address as an image (PNG, one bit a pixel).
    #[must_use]
    pub fn address_png(&self) -> &[u8] {
        &self.address
    }

    /// The photo (JPEG 2000, greyscale).
    #[must_use]
    pub fn photo_jp2(&self) -> &[u8] {
        &self.photo
    }

    /// Whether the face and a signature certificate have equal birth date and sex.
    ///
    /// # Errors
    /// `RecordDisagreement`.
    pub fn agree_with_certificate(&self, holder: &HolderAttributes) -> Result<(), Error> {
        agree((self.birth, self.sex), (holder.birth(), holder.sex()))
    }

    /// Whether the face and the text attributes have equal birth date and sex.
    ///
    /// # Errors
    /// `RecordDisagreement`.
    pub fn agree_with_attributes(&self, attributes: &Attributes) -> Result<(), Error> {
        agree(
            (self.birth, self.sex),
            (attributes.birth(), attributes.sex()),
        )
    }
}

impl fmt::Debug for CardFace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardFace(..)")
    }
}

/// What stands in the same file but is not signed: anybody who can write a card can change it.
#[derive(Clone, PartialEq, Eq)]
pub struct UnsignedFace {
    /// The card's expiry, `YYYYMMDD` as stored.
    pub expiry: Vec<u8>,
    /// The security code as an image (PNG).
    pub security_code_png: Vec<u8>,
}

impl fmt::Debug for UnsignedFace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnsignedFace(..)")
    }
}

/// The birth date and the card's key, and nothing else: for age checks. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct AgeRecord {
    birth: BirthDate,
    key: CardKey,
}

impl AgeRecord {
    /// The birth date.
    #[must_use]
    pub fn birth(&self) -> BirthDate {
        self.birth
    }

    /// The card's key.
    #[must_use]
    pub fn key(&self) -> &CardKey {
        &self.key
    }
}

impl fmt::Debug for AgeRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AgeRecord(..)")
    }
}

impl RecordSigner {
    /// EF 0001 of 券面事項確認AP: `FF10 { DF11 birth date; DF12 key; DF13 signature over both objects }`.
    ///
    /// # Errors
    /// `Malformed`, `RecordSignature`.
    pub fn age_record(&self, record: &[u8]) -> Result<AgeRecord, Error> {
        let mut file = Objects::new(record, Part::SignedRecord);
        let outer = file.expect(0xFF10)?;
        file.finish()?;
        let mut objects = file.inside(&outer);
        let birth = objects.expect(0xDF11)?;
        let key = objects.expect(0xDF12)?;
        let signature = objects.expect(0xDF13)?;
        objects.finish()?;
        self.check(&[birth.full, key.full].concat(), signature.value)?;
        Ok(AgeRecord {
            birth: read_birth(&birth, &objects)?,
            key: CardKey::read(&mut objects.inside(&key))?,
        })
    }

    /// EF 0002 of 券面事項確認AP, signed through three digests: DF22‖DF23‖DF24, DF25‖DF26, DF27, headers included.
    ///
    /// # Errors
    /// `Malformed`, `RecordSignature`.
    pub fn card_face(&self, record: &[u8]) -> Result<(CardFace, UnsignedFace), Error> {
        let mut file = Objects::new(record, Part::SignedRecord);
        let outer = file.expect(0xFF20)?;
        file.finish()?;
        let mut objects = file.inside(&outer);
        let table: [u8; 18] = objects.expect_sized(0xDF21)?;
        let mut next = |tag| objects.expect(tag);
        let (birth, sex, key) = (next(0xDF22)?, next(0xDF23)?, next(0xDF24)?);
        let (name, address, photo) = (next(0xDF25)?, next(0xDF26)?, next(0xDF27)?);
        let (signature, expiry, code) = (next(0xDF28)?, next(0xDF29)?, next(0xDF2A)?);
        objects.finish()?;
        let order = [
            birth, sex, key, name, address, photo, signature, expiry, code,
        ];
        check_offsets(&table, &order.map(|object| object.offset))
            .map_err(|problem| objects.fault(problem))?;
        let digests = [
            digest(&[birth, sex, key]),
            digest(&[name, address]),
            digest(&[photo]),
        ];
        self.check_three(&digests, signature.value)?;
        let face = CardFace {
            birth: read_birth(&birth, &objects)?,
            sex: Sex::from_code(sex.value).ok_or_else(|| objects.fault("sex not one character"))?,
            key: CardKey::read(&mut objects.inside(&key))?,
            name: name.value.to_vec(),
            address: address.value.to_vec(),
            photo: photo.value.to_vec(),
        };
        Ok((
            face,
            UnsignedFace {
                expiry: expiry.value.to_vec(),
                security_code_png: code.value.to_vec(),
            },
        ))
    }
}

fn digest(objects: &[Object<'_>]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for object in objects {
        hash.update(object.full);
    }
    hash.finalize().into()
}

fn read_birth(object: &Object<'_>, objects: &Objects<'_>) -> Result<BirthDate, Error> {
    let text = std::str::from_utf8(object.value).ok();
    text.and_then(BirthDate::western)
        .ok_or_else(|| objects.fault("birth date not YYYYMMDD"))
}
