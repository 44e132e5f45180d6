//! Private keys and what they do with their input: the schemes that P1 of COMPUTE DIGITAL SIGNATURE names.
//!
//! Programs in the field use [`Scheme::Padded`] only; the others rest on one source.

use std::convert::Infallible;

use p384::ecdsa::signature::hazmat::PrehashSigner as _;
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::{Pkcs1v15Sign, PrivateKey as RsaPrivateKey, Pss};
use sha2::{Digest as _, Sha256};

/// A key that signs.
#[derive(Debug, Clone)]
pub(crate) enum PrivateKey {
    /// RSA-2048; 256 bytes come back.
    Rsa(Box<RsaPrivateKey>),
    /// Signs a digest of 48 bytes; r and s come back, 96 bytes.
    P384(Box<p384::ecdsa::SigningKey>),
}

/// What the card does before its key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// 00: pads what it is given (PKCS#1 v1.5, type 1).
    Padded,
    /// 01: hashes the message and pads the bare digest.
    HashedBare,
    /// 02: puts a digest into a DigestInfo and pads that.
    Digest,
    /// 03: hashes the message, then as 02.
    Message,
    /// 04: PSS over a digest.
    PssDigest,
    /// 05: hashes the message, then PSS.
    PssMessage,
}

impl Scheme {
    /// The scheme of a P1.
    pub(crate) fn of(p1: u8) -> Option<Self> {
        Some(match p1 {
            0 => Self::Padded,
            1 => Self::HashedBare,
            2 => Self::Digest,
            3 => Self::Message,
            4 => Self::PssDigest,
            5 => Self::PssMessage,
            _ => return None,
        })
    }
}

impl PrivateKey {
    /// Whether the key knows the scheme.
    pub(crate) fn has(&self, scheme: Scheme) -> bool {
        matches!(self, Self::Rsa(_)) || scheme == Scheme::Padded
    }

    /// Whether input of this length fits.
    pub(crate) fn takes(&self, scheme: Scheme, input: usize) -> bool {
        match (self, scheme) {
            (Self::P384(_), _) => input == 48,
            (Self::Rsa(_), Scheme::Padded) => (1..=256 - 11).contains(&input),
            (Self::Rsa(_), Scheme::Digest | Scheme::PssDigest) => input == 32,
            (Self::Rsa(_), Scheme::HashedBare | Scheme::Message | Scheme::PssMessage) => {
                (1..=255).contains(&input)
            }
        }
    }

    /// Bytes of a signature.
    pub(crate) fn length(&self) -> usize {
        match self {
            Self::Rsa(_) => 256,
            Self::P384(_) => 96,
        }
    }

    /// The signature; none when the arithmetic fails, which it does not for input that the key takes.
    pub(crate) fn sign(&self, scheme: Scheme, input: &[u8]) -> Option<Vec<u8>> {
        let key = match self {
            Self::P384(key) => {
                let signature: p384::ecdsa::Signature = key.sign_prehash(input).ok()?;
                return Some(signature.to_bytes().to_vec());
            }
            Self::Rsa(key) => key,
        };
        let hashed = Sha256::digest(input);
        match scheme {
            Scheme::Padded => key.sign(Pkcs1v15Sign::new_unprefixed(), input),
            Scheme::HashedBare => key.sign(Pkcs1v15Sign::new_unprefixed(), &hashed),
            Scheme::Digest => key.sign(Pkcs1v15Sign::new::<Sha256>(), input),
            Scheme::Message => key.sign(Pkcs1v15Sign::new::<Sha256>(), &hashed),
            Scheme::PssDigest => {
                key.sign_with_rng(&mut Salt::of(input), Pss::<Sha256>::new(), input)
            }
            Scheme::PssMessage => {
                key.sign_with_rng(&mut Salt::of(input), Pss::<Sha256>::new(), &hashed)
            }
        }
        .ok()
    }
}

/// A source of salt that follows from the message: the same card gives the same bytes in every run.
struct Salt {
    state: [u8; 32],
}

impl Salt {
    fn of(input: &[u8]) -> Self {
        Self {
            state: Sha256::digest([b"MNSIMSALT", input].concat()).into(),
        }
    }
}

impl TryRng for Salt {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_be_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_be_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for piece in bytes.chunks_mut(32) {
            self.state = Sha256::digest(self.state).into();
            for (to, from) in piece.iter_mut().zip(self.state) {
                *to = from;
            }
        }
        Ok(())
    }
}

impl TryCryptoRng for Salt {}
