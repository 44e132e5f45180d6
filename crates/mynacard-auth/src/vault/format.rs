//! The vault's bytes: a header that is authenticated whole, then ChaCha20-Poly1305.
//!
//! Header, 49 bytes: `MNVAULT` and version 1; how the key comes about (1 passcode, 2 key store); memory in KiB, passes
//! and lanes of Argon2id (zero for a key store), each four bytes, big-endian; salt, 16; nonce, 12.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, KeyInit, Nonce};
use zeroize::{Zeroize, Zeroizing};

use super::Unlock;
use crate::request::random_bytes;
use crate::{Error, ErrorKind};

/// How hard one guess of a passcode is: Argon2id's memory, passes and lanes.
///
/// A file names its own; outside [`Self::FLOOR`] and [`Self::CEILING`] it is refused, so that a swapped file can neither
/// weaken the stretching nor eat all memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretching {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// How a vault's key comes about, and the key.
pub(super) struct Lock {
    method: Method,
    stretching: Stretching,
    salt: [u8; 16],
    key: Zeroizing<[u8; 32]>,
}

/// A parsed header.
pub(super) struct Header {
    method: Method,
    stretching: Stretching,
    salt: [u8; 16],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Passcode,
    KeyStore,
}

const MAGIC: &[u8; 8] = b"MNVAULT\x01";
const HEADER: usize = 49;

impl Stretching {
    /// The least that is accepted: 19 MiB, two passes.
    pub const FLOOR: Self = Self {
        memory_kib: 19 * 1024,
        passes: 2,
        lanes: 1,
    };
    /// What new vaults use: 64 MiB, three passes.
    pub const DEFAULT: Self = Self {
        memory_kib: 64 * 1024,
        passes: 3,
        lanes: 1,
    };
    /// The most that is accepted: 256 MiB, sixteen passes, four lanes; a 32-bit process can still open it.
    pub const CEILING: Self = Self {
        memory_kib: 256 * 1024,
        passes: 16,
        lanes: 4,
    };

    /// Other parameters.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::VaultParameters`] outside [`Self::FLOOR`] and [`Self::CEILING`].
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, Error> {
        let within = (Self::FLOOR.memory_kib..=Self::CEILING.memory_kib).contains(&memory_kib)
            && (Self::FLOOR.passes..=Self::CEILING.passes).contains(&passes)
            && (Self::FLOOR.lanes..=Self::CEILING.lanes).contains(&lanes);
        if within {
            Ok(Self {
                memory_kib,
                passes,
                lanes,
            })
        } else {
            Err(ErrorKind::VaultParameters.into())
        }
    }

    fn stretch(self, passcode: &[u8], salt: &[u8; 16]) -> Result<Zeroizing<[u8; 32]>, Error> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32))
            .map_err(|_| ErrorKind::VaultParameters)?;
        let mut blocks = Vec::new();
        blocks
            .try_reserve_exact(params.block_count())
            .map_err(|_| ErrorKind::OutOfMemory)?;
        blocks.resize(params.block_count(), Block::default());
        let mut key = Zeroizing::new([0; 32]);
        let stretched = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(passcode, salt, key.as_mut_slice(), &mut blocks);
        blocks.iter_mut().for_each(Zeroize::zeroize);
        stretched.map_err(|_| ErrorKind::VaultParameters)?;
        Ok(key)
    }
}

impl Default for Stretching {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Lock {
    pub(super) fn new(unlock: &Unlock<'_>) -> Result<Self, Error> {
        let (method, stretching) = match unlock {
            Unlock::Passcode(_, stretching) => (Method::Passcode, *stretching),
            Unlock::KeyStore(_) => (
                Method::KeyStore,
                Stretching {
                    memory_kib: 0,
                    passes: 0,
                    lanes: 0,
                },
            ),
        };
        Header {
            method,
            stretching,
            salt: random_bytes()?,
        }
        .unlock(unlock)
    }

    /// Header, ciphertext and tag.
    pub(super) fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let nonce = random_bytes::<12>()?;
        let Stretching {
            memory_kib,
            passes,
            lanes,
        } = self.stretching;
        let mut sealed = MAGIC.to_vec();
        sealed.push(match self.method {
            Method::Passcode => 1,
            Method::KeyStore => 2,
        });
        for number in [memory_kib, passes, lanes] {
            sealed.extend_from_slice(&number.to_be_bytes());
        }
        sealed.extend_from_slice(&self.salt);
        sealed.extend_from_slice(&nonce);
        let payload = Payload {
            msg: plain,
            aad: &sealed,
        };
        let ciphertext = self
            .cipher()
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| ErrorKind::VaultMalformed)?;
        sealed.extend_from_slice(&ciphertext);
        Ok(sealed)
    }

    /// The plain text, or nothing when key or file are not right: the two cannot be told apart.
    pub(super) fn open(&self, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (aad, msg) = sealed.split_at_checked(HEADER)?;
        let nonce: [u8; 12] = *aad.last_chunk()?;
        self.cipher()
            .decrypt(&Nonce::from(nonce), Payload { msg, aad })
            .ok()
            .map(Zeroizing::new)
    }

    fn cipher(&self) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(&Key::from(*self.key))
    }
}

impl Header {
    pub(super) fn parse(sealed: &[u8]) -> Result<Self, Error> {
        Self::fields(sealed).ok_or(ErrorKind::VaultMalformed)?
    }

    fn fields(sealed: &[u8]) -> Option<Result<Self, Error>> {
        let rest = sealed.strip_prefix(MAGIC)?;
        let (&method, rest) = rest.split_first()?;
        let (memory_kib, rest) = rest.split_first_chunk()?;
        let (passes, rest) = rest.split_first_chunk()?;
        let (lanes, rest) = rest.split_first_chunk()?;
        let (salt, rest) = rest.split_first_chunk()?;
        let (_nonce, _ciphertext) = rest.split_first_chunk::<12>()?;
        let [memory_kib, passes, lanes] =
            [memory_kib, passes, lanes].map(|n| u32::from_be_bytes(*n));
        Some(match (method, memory_kib, passes, lanes) {
            (1, ..) => Stretching::new(memory_kib, passes, lanes).map(|stretching| Self {
                method: Method::Passcode,
                stretching,
                salt: *salt,
            }),
            (2, 0, 0, 0) => {
                let stretching = Stretching {
                    memory_kib,
                    passes,
                    lanes,
                };
                Ok(Self {
                    method: Method::KeyStore,
                    stretching,
                    salt: *salt,
                })
            }
            _ => return None,
        })
    }

    pub(super) fn unlock(self, unlock: &Unlock<'_>) -> Result<Lock, Error> {
        let Self {
            method,
            stretching,
            salt,
        } = self;
        let key = match (method, unlock) {
            (Method::Passcode, Unlock::Passcode(passcode, _)) => {
                stretching.stretch(passcode.text.as_bytes(), &salt)?
            }
            (Method::KeyStore, Unlock::KeyStore(store)) => store
                .key(&salt)
                .map_err(|error| Error::from(ErrorKind::VaultFile).with_source(error))?,
            _ => return Err(ErrorKind::VaultParameters.into()),
        };
        Ok(Lock {
            method,
            stretching,
            salt,
            key,
        })
    }
}
