//! Holder attributes (基本4情報) in the subjectAltName of a signature certificate.

use std::fmt;

use crate::asn1::{Fault, Reader, oid, tag};
use crate::certificate::Certificate;
use crate::error::{Error, ErrorKind, Part};
use crate::person::{BirthDate, Sex};
use crate::profile::Signature;
use crate::verdict::Verified;

/// `1.2.392.200149.8.5.5`, without the last number.
const ATTRIBUTES: &[u8] = &[0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 8, 5, 5];

/// Who a signature certificate was issued to. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct HolderAttributes {
    name: String,
    address: String,
    birth: BirthDate,
    sex: Sex,
    name_substitutions: String,
    address_substitutions: String,
    others: Vec<OtherName>,
}

/// An `otherName` that this library does not interpret.
#[derive(Clone, PartialEq, Eq)]
pub struct OtherName {
    /// Its object identifier, dotted.
    pub oid: String,
    /// Its value as received, in DER.
    pub value: Vec<u8>,
}

impl HolderAttributes {
    /// The whole name, parts separated by U+3000.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The parts of the name: usually family name and given name.
    pub fn name_parts(&self) -> impl Iterator<Item = &str> {
        self.name.split('\u{3000}').filter(|part| !part.is_empty())
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

    /// Positions (characters, from 0) in the name where the issuer put a substitute for a character that the character set
    /// lacks (代替文字). `None` when the marks do not line up with the name.
    #[must_use]
    pub fn name_substitutions(&self) -> Option<Vec<usize>> {
        positions(&self.name_substitutions, &self.name)
    }

    /// The same for the address.
    #[must_use]
    pub fn address_substitutions(&self) -> Option<Vec<usize>> {
        positions(&self.address_substitutions, &self.address)
    }

    /// Names of other kinds, kept as received.
    #[must_use]
    pub fn others(&self) -> &[OtherName] {
        &self.others
    }
}

impl fmt::Debug for HolderAttributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HolderAttributes(..)")
    }
}

impl fmt::Debug for OtherName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OtherName")
            .field("oid", &self.oid)
            .finish_non_exhaustive()
    }
}

impl Verified<Signature> {
    /// Who the certificate was issued to, as the issuer vouches.
    ///
    /// # Errors
    /// `NoHolderAttributes`, `HolderAttribute`, `Malformed`.
    pub fn holder(&self) -> Result<HolderAttributes, Error> {
        self.certificate().holder_attributes_unverified()
    }
}

impl Certificate {
    /// What the certificate says about its holder, believed by nobody yet: see [`Verified::holder`].
    ///
    /// # Errors
    /// `NoHolderAttributes`, `HolderAttribute`, `Malformed`.
    pub fn holder_attributes_unverified(&self) -> Result<HolderAttributes, Error> {
        let Some(range) = self.extensions().subject_alt_name.clone() else {
            return Err(ErrorKind::NoHolderAttributes.into());
        };
        let found = Found::read(Reader::at(self.slice(&range), range.start))
            .map_err(|fault| Error::malformed(Part::HolderAttributes, fault))?;
        found.attributes()
    }
}

/// The texts by the last number of their identifier.
#[derive(Default)]
struct Found {
    texts: [Option<String>; 6],
    others: Vec<OtherName>,
}

impl Found {
    fn read(mut names: Reader<'_>) -> Result<Self, Fault> {
        let mut found = Self::default();
        while !names.is_empty() {
            let general = names.any()?;
            if general.tag != tag::context_constructed(0) {
                continue; // Another kind of name says nothing about the holder.
            }
            let mut fields = general.contents();
            let kind = fields.oid()?;
            let explicit = fields.expect(tag::context_constructed(0))?;
            fields.finish()?;
            let mut content = explicit.contents();
            let value = content.any()?;
            content.finish()?;
            let number = match kind.value.strip_prefix(ATTRIBUTES) {
                Some([number @ 1..=6]) => usize::from(*number) - 1,
                _ => {
                    found.others.push(OtherName {
                        oid: oid::dotted(kind.value),
                        value: value.full.to_vec(),
                    });
                    continue;
                }
            };
            if value.tag != tag::UTF8_STRING {
                return Err(value.fault("holder attribute not a UTF8String"));
            }
            let text = std::str::from_utf8(value.value)
                .map_err(|_| value.fault("holder attribute not UTF-8"))?;
            match found.texts.get_mut(number) {
                Some(slot @ None) => *slot = Some(text.to_owned()),
                _ => return Err(kind.fault("holder attribute appears twice")),
            }
        }
        Ok(found)
    }

    fn attributes(self) -> Result<HolderAttributes, Error> {
        if self.texts.iter().all(Option::is_none) {
            return Err(ErrorKind::NoHolderAttributes.into());
        }
        let refuse = |number: u8, expected| {
            let mut octets = ATTRIBUTES.to_vec();
            octets.push(number);
            Error::from(ErrorKind::HolderAttribute {
                oid: oid::dotted(&octets),
                expected,
            })
        };
        let [name, name_marks, sex, birth, address, address_marks] = self.texts;
        let present = |text: Option<String>, number, expected| {
            text.filter(|text| !text.is_empty() && !text.chars().any(char::is_control))
                .ok_or_else(|| refuse(number, expected))
        };
        let marks = |text: Option<String>, number| {
            let text = text.unwrap_or_default();
            let good = text.bytes().all(|b| matches!(b, b'0' | b'1'));
            if good {
                Ok(text)
            } else {
                Err(refuse(number, "one digit 0 or 1 for each character"))
            }
        };
        let birth = present(birth, 4, "a birth date")?;
        let sex = present(sex, 3, "a sex")?;
        Ok(HolderAttributes {
            name: present(name, 1, "a name")?,
            address: present(address, 5, "an address")?,
            birth: BirthDate::with_era(&birth)
                .ok_or_else(|| refuse(4, "era, year, month and day as nine digits"))?,
            sex: Sex::from_code(sex.as_bytes()).ok_or_else(|| refuse(3, "one character"))?,
            name_substitutions: marks(name_marks, 2)?,
            address_substitutions: marks(address_marks, 6)?,
            others: self.others,
        })
    }
}

fn positions(marks: &str, text: &str) -> Option<Vec<usize>> {
    if marks.len() != text.chars().count() {
        return None;
    }
    Some(
        marks
            .bytes()
            .enumerate()
            .filter(|(_, mark)| *mark == b'1')
            .map(|(position, _)| position)
            .collect(),
    )
}
