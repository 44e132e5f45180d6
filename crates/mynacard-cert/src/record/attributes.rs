//! Name, address, birth date and sex of 券面入力補助AP, and the issuer's signature over them.

use std::fmt;

use sha2::{Digest as _, Sha256};

use super::authority::RecordSigner;
use super::tlv::Objects;
use crate::error::{Error, ErrorKind, Part};
use crate::holder::HolderAttributes;
use crate::person::{BirthDate, Sex};

/// What the reader of EF 0003 lends for one verification and wipes after it.
///
/// Borrowed on purpose: the digest and the signature cover a digest of the My Number, and whoever kept them could search for
/// that number. `mynacard_card`'s `verified_attributes` hands them to a closure; nothing else should hold them.
pub struct AttributeSignature<'a> {
    /// SHA-256 over the DF31 and DF32 objects, headers included.
    pub signed_digest: &'a [u8; 32],
    /// The value of DF32: the digest of the attributes.
    pub attributes_digest: &'a [u8; 32],
    /// The value of DF33.
    pub signature: &'a [u8],
}

impl fmt::Debug for AttributeSignature<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AttributeSignature(..)")
    }
}

/// Name, address, birth date and sex as the issuer signed them. `Debug` shows nothing of them.
#[derive(Clone, PartialEq, Eq)]
pub struct Attributes {
    name: String,
    address: String,
    birth: BirthDate,
    sex: Sex,
}

impl Attributes {
    /// The name, parts separated by U+3000.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The address.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

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

    /// Whether these and a signature certificate speak of one person: the two have no cryptographic link, so birth date and
    /// sex must be equal (name and address may differ in a substituted character).
    ///
    /// # Errors
    /// `RecordDisagreement`.
    pub fn agree_with_certificate(&self, holder: &HolderAttributes) -> Result<(), Error> {
        agree((self.birth, self.sex), (holder.birth(), holder.sex()))
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attributes(..)")
    }
}

/// Equal birth date and sex.
pub(super) fn agree(one: (BirthDate, Sex), other: (BirthDate, Sex)) -> Result<(), Error> {
    if !one.0.same_day(&other.0) {
        return Err(ErrorKind::RecordDisagreement {
            part: "the birth date",
        }
        .into());
    }
    if one.1 != other.1 {
        return Err(ErrorKind::RecordDisagreement { part: "the sex" }.into());
    }
    Ok(())
}

impl RecordSigner {
    /// EF 0002 of 券面入力補助AP, `FF20 { DF21 offsets; DF22 name; DF23 address; DF24 birth date; DF25 sex }`, against what
    /// EF 0003 signed.
    ///
    /// # Errors
    /// `Malformed`, `RecordSignature`, `RecordDigest`.
    pub fn attributes(
        &self,
        record: &[u8],
        signature: &AttributeSignature<'_>,
    ) -> Result<Attributes, Error> {
        self.check_digest(signature.signed_digest, signature.signature)?;
        let mut file = Objects::new(record, Part::SignedRecord);
        let outer = file.expect(0xFF20)?;
        file.finish()?;
        let mut objects = file.inside(&outer);
        let start = objects.clone();
        let table: [u8; 8] = objects.expect_sized(0xDF21)?;
        let digest: [u8; 32] = Sha256::digest(objects.rest()).into();
        if &digest != signature.attributes_digest {
            return Err(ErrorKind::RecordDigest.into());
        }
        let fields = [0xDF22, 0xDF23, 0xDF24, 0xDF25].map(|tag| objects.expect(tag));
        let [name, address, birth, sex] = fields;
        let (name, address, birth, sex) = (name?, address?, birth?, sex?);
        objects.finish()?;
        check_offsets(
            &table,
            &[name.offset, address.offset, birth.offset, sex.offset],
        )
        .map_err(|problem| start.fault(problem))?;
        let text = |value| std::str::from_utf8(value).map_err(|_| start.fault("text not UTF-8"));
        Ok(Attributes {
            name: text(name.value)?.to_owned(),
            address: text(address.value)?.to_owned(),
            birth: BirthDate::western(text(birth.value)?)
                .ok_or_else(|| start.fault("birth date not YYYYMMDD"))?,
            sex: Sex::from_code(sex.value).ok_or_else(|| start.fault("sex not one character"))?,
        })
    }
}

/// The offset table of a file agrees with where its objects are; nothing is found by it.
pub(super) fn check_offsets(table: &[u8], offsets: &[usize]) -> Result<(), &'static str> {
    let (pairs, odd) = table.as_chunks::<2>();
    let agree = pairs
        .iter()
        .map(|pair| usize::from(u16::from_be_bytes(*pair)))
        .eq(offsets.iter().copied());
    if agree && odd.is_empty() {
        Ok(())
    } else {
        Err("offset table disagrees with the objects")
    }
}
