//! Random bytes from the operating system.

use crate::{Error, ErrorKind, hex};

/// `N` random bytes.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut out = [0; N];
    getrandom::fill(&mut out).map_err(|e| Error::with_source(ErrorKind::Random, e.to_string()))?;
    Ok(out)
}

/// A fresh name of 128 bits, as 32 lower-case hexadecimal digits.
pub(crate) fn id() -> Result<String, Error> {
    Ok(hex::encode(&bytes::<16>()?))
}

/// A fresh P-256 key.
pub(crate) fn p256() -> Result<p256::SecretKey, Error> {
    // A random 32-byte string is outside the scalar range about once in 2^32.
    for _ in 0..8 {
        if let Ok(key) = p256::SecretKey::from_slice(&bytes::<32>()?) {
            return Ok(key);
        }
    }
    Err(Error::new(ErrorKind::Random))
}

/// An activation code: 16 characters without the ones that are mistaken for others.
pub(crate) fn activation_code() -> Result<String, Error> {
    const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    Ok(bytes::<16>()?
        .iter()
        .filter_map(|b| LETTERS.get(usize::from(b & 31)))
        .map(|&b| char::from(b))
        .collect())
}
