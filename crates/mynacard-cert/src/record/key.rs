//! Keys in signed records, and the card's proof that it holds one.

use std::fmt;

use super::authority::RecordSigner;
use super::tlv::Objects;
use crate::algorithm::SignatureAlgorithm;
use crate::error::{Error, ErrorKind, Part};
use crate::key::PublicKey;

/// The card's own key, as the issuer signed it.
#[derive(Clone, PartialEq, Eq)]
pub struct CardKey {
    key: PublicKey,
}

impl CardKey {
    /// Verifies that the card signed `message`, hashed here with SHA-256: it is present and holds the key. The message must
    /// be fresh and built on this side.
    ///
    /// # Errors
    /// `Presence`.
    pub fn verify_presence(&self, message: &[u8], signature: &[u8]) -> Result<Presence, Error> {
        if self
            .key
            .verifies(&SignatureAlgorithm::RsaSha256, message, signature)
        {
            Ok(Presence { key: self.clone() })
        } else {
            Err(ErrorKind::Presence.into())
        }
    }

    /// The key in `90 exponent, 91 modulus`.
    pub(super) fn read(objects: &mut Objects<'_>) -> Result<Self, Error> {
        let (start, exponent) = (objects.clone(), objects.expect(0x90)?);
        let modulus = objects.expect(0x91)?;
        objects.finish()?;
        rsa(modulus.value, exponent.value)
            .map(|key| Self { key })
            .ok_or_else(|| start.fault("key not acceptable"))
    }
}

impl fmt::Debug for CardKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardKey(..)")
    }
}

/// The proof that a card holds the key of its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    key: CardKey,
}

impl Presence {
    /// The key: equal to that of the records which this card vouches for.
    #[must_use]
    pub fn key(&self) -> &CardKey {
        &self.key
    }
}

impl RecordSigner {
    /// EF 0007 of 券面入力補助AP: `FF50 { DF51 key; DF52 signature over the DF51 object }`.
    ///
    /// # Errors
    /// `Malformed`, `RecordSignature`.
    pub fn card_key(&self, record: &[u8]) -> Result<CardKey, Error> {
        let mut file = Objects::new(record, Part::SignedRecord);
        let outer = file.expect(0xFF50)?;
        file.finish()?;
        let mut objects = file.inside(&outer);
        let key = objects.expect(0xDF51)?;
        let signature = objects.expect(0xDF52)?;
        objects.finish()?;
        self.check(key.full, signature.value)?;
        CardKey::read(&mut objects.inside(&key))
    }
}

/// An RSA key of exactly 2048 bits, from magnitudes without leading zeros.
pub(super) fn rsa(modulus: &[u8], exponent: &[u8]) -> Option<PublicKey> {
    let exponent = match exponent {
        // Three octets 01 00 01 in every card seen; a leading zero has no meaning.
        [0, ..] | [] => return None,
        exponent => exponent,
    };
    let key = PublicKey::rsa(modulus, exponent);
    (modulus.len() == 256 && modulus.first()? & 0x80 != 0 && key.accept().is_ok()).then_some(key)
}
