//! Where the JPKI application keeps what and how its keys sign, as data: another generation of cards is another table.

use alloc::vec::Vec;
use sha2::{Digest, Sha256, Sha384};

use crate::pin::PinKind;
use crate::read::{Extent, File};

/// Files, keys and PINs of a JPKI application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Layout {
    /// 利用者証明用: the key that identifies a patient.
    pub authentication: KeyLayout,
    /// 署名用: the key that signs documents.
    pub signature: KeyLayout,
}

/// One key with its certificate and its PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyLayout {
    /// File of the key.
    pub key: u16,
    /// File of its certificate.
    pub certificate: u16,
    /// File of the certificate of the CA that issued it.
    pub ca_certificate: u16,
    /// The PIN that opens it.
    pub pin: PinKind,
    /// How it signs.
    pub algorithm: KeyAlgorithm,
}

/// How a key signs a message: type of key and digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyAlgorithm {
    /// RSA-2048, RSASSA-PKCS1-v1_5 with SHA-256: every card so far. The signature has 256 bytes.
    RsaPkcs1Sha256,
    /// ECDSA on P-384 with SHA-384: announced for the next card, its command not public. **A guess**: the digest goes in
    /// bare, and the signature comes back as the card wrote it, 96 bytes (r ‖ s) or DER.
    EcdsaP384Sha384,
}

impl Layout {
    /// Every card and phone of today.
    pub const PRESENT: Layout = Layout::with(KeyAlgorithm::RsaPkcs1Sha256);

    /// The next card as far as it is announced: today's files with keys on P-384. For tests against a virtual card.
    pub const PREVIEW_P384: Layout = Layout::with(KeyAlgorithm::EcdsaP384Sha384);

    const fn with(algorithm: KeyAlgorithm) -> Layout {
        Layout {
            authentication: KeyLayout {
                key: 0x0017,
                certificate: 0x000A,
                ca_certificate: 0x000B,
                pin: PinKind::Authentication,
                algorithm,
            },
            signature: KeyLayout {
                key: 0x001A,
                certificate: 0x0001,
                ca_certificate: 0x0002,
                pin: PinKind::Signature,
                algorithm,
            },
        }
    }
}

impl Default for Layout {
    fn default() -> Self {
        Self::PRESENT
    }
}

impl KeyLayout {
    pub(super) const fn certificate_file(&self, name: &'static str) -> File {
        certificate(name, self.certificate)
    }

    pub(super) const fn ca_certificate_file(&self, name: &'static str) -> File {
        certificate(name, self.ca_certificate)
    }
}

const fn certificate(name: &'static str, id: u16) -> File {
    File {
        name,
        id,
        extent: Extent::Object(0x30),
        max: 8192,
    }
}

/// DigestInfo of SHA-256 with its NULL parameter (RFC 8017 §9.2, note 1); the digest follows.
const SHA256_DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

impl KeyAlgorithm {
    /// What the card is given to sign a message.
    pub(crate) fn input(self, message: &[u8]) -> Vec<u8> {
        match self {
            KeyAlgorithm::RsaPkcs1Sha256 => digest_info(&Sha256::digest(message).into()),
            KeyAlgorithm::EcdsaP384Sha384 => Sha384::digest(message).to_vec(),
        }
    }

    /// The longest signature.
    pub(crate) const fn longest(self) -> usize {
        match self {
            KeyAlgorithm::RsaPkcs1Sha256 => 256,
            KeyAlgorithm::EcdsaP384Sha384 => 104,
        }
    }

    /// Whether bytes have the form of such a signature; its value is not judged here.
    pub(crate) fn fits(self, signature: &[u8]) -> bool {
        match self {
            KeyAlgorithm::RsaPkcs1Sha256 => signature.len() == 256,
            KeyAlgorithm::EcdsaP384Sha384 => {
                signature.len() == 96
                    || matches!(signature, [0x30, length, rest @ ..] if rest.len() == usize::from(*length))
            }
        }
    }
}

/// The DigestInfo of a SHA-256 digest.
pub(crate) fn digest_info(digest: &[u8; 32]) -> Vec<u8> {
    [&SHA256_DIGEST_INFO[..], digest].concat()
}
