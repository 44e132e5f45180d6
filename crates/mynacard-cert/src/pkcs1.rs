//! RSA public keys and signatures by them (RFC 8017). What the field uses (2048 and 4096 bits, exponent 65537) is computed with numbers of
//! fixed width; every other key, and PSS, by the crate `rsa`, whose numbers grow.
//!
//! Everything here is public, so nothing takes care to be constant in time.

use std::cmp::Ordering;
use std::sync::OnceLock;

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Odd, U2048, U4096, Uint};
use rsa::{BoxedUint, Pkcs1v15Sign, PublicKey as RsaPublicKey};
use sha2::{Digest as _, Sha256};

/// An RSA key whose size and exponent were accepted.
#[derive(Debug)]
pub(crate) struct RsaKey {
    modulus: Box<[u8]>,
    exponent: u64,
    /// Both are made when they are first needed; `None` inside is a key for the other one, and one that the crate refuses.
    fixed: OnceLock<Option<Fixed>>,
    general: OnceLock<Option<RsaPublicKey>>,
}

/// What stands before the digest in a DigestInfo, NULL included (RFC 8017 §9.2, note 1); nothing for content that has none.
pub(crate) mod digest_info {
    pub(crate) const SHA256: &[u8] =
        b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
    pub(crate) const SHA384: &[u8] =
        b"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30";
    pub(crate) const SHA512: &[u8] =
        b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40";
    pub(crate) const NONE: &[u8] = b"";
}

impl RsaKey {
    /// A key of an odd modulus of 2048 to 4096 bits, without leading zeros, and an exponent in the bounds of the crate `rsa`.
    pub(crate) fn new(modulus: &[u8], exponent: u64) -> Option<Self> {
        let key = Self {
            modulus: modulus.into(),
            exponent,
            fixed: OnceLock::new(),
            general: OnceLock::new(),
        };
        (key.fits() || key.general().is_some()).then_some(key)
    }

    /// Whether `signature` is PKCS#1 v1.5 over exactly `prefix ‖ content`: the whole block is made and compared, nothing of it read.
    pub(crate) fn verifies_pkcs1(&self, prefix: &[u8], content: &[u8], signature: &[u8]) -> bool {
        match self.fixed() {
            Some(fixed) => fixed.signed(prefix, content, signature),
            None => self.general().is_some_and(|key| {
                let padding = Pkcs1v15Sign {
                    hash_len: None,
                    prefix: prefix.into(),
                };
                key.verify(padding, content, signature).is_ok()
            }),
        }
    }

    /// Whether `signature` is PSS with MGF1 of the same hash, SHA-256, and a salt of 32 octets.
    pub(crate) fn verifies_pss(&self, message: &[u8], signature: &[u8]) -> bool {
        self.general().is_some_and(|key| {
            let padding = rsa::Pss::<Sha256>::new_with_salt(32);
            key.verify(padding, &Sha256::digest(message), signature)
                .is_ok()
        })
    }

    /// Whether it is of the exponent and one of the widths that are computed here.
    fn fits(&self) -> bool {
        let full = |octet: &u8| octet.leading_zeros() == 0;
        let width = matches!(self.modulus.len(), U2048::BYTES | U4096::BYTES);
        self.exponent == F4 && width && self.modulus.first().is_some_and(full)
    }

    fn fixed(&self) -> Option<&Fixed> {
        let make = || self.fits().then(|| Fixed::new(&self.modulus)).flatten();
        self.fixed.get_or_init(make).as_ref()
    }

    fn general(&self) -> Option<&RsaPublicKey> {
        let make = || {
            let modulus = BoxedUint::from_be_slice_vartime(&self.modulus);
            RsaPublicKey::new(modulus, BoxedUint::from(self.exponent)).ok()
        };
        self.general.get_or_init(make).as_ref()
    }
}

/// The one exponent that certificates of the field have.
const F4: u64 = 65_537;

/// A modulus of one of the two widths, ready for multiplications by Montgomery's method.
#[derive(Debug)]
enum Fixed {
    Bits2048(Box<FixedMontyParams<{ U2048::LIMBS }>>),
    Bits4096(Box<FixedMontyParams<{ U4096::LIMBS }>>),
}

impl Fixed {
    /// `None` for another width and for an even modulus.
    fn new(modulus: &[u8]) -> Option<Self> {
        match modulus.len() {
            U2048::BYTES => ready(modulus).map(Self::Bits2048),
            U4096::BYTES => ready(modulus).map(Self::Bits4096),
            _ => None,
        }
    }

    /// RFC 8017 §8.2.2.
    fn signed(&self, prefix: &[u8], content: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Bits2048(modulus) => signed(modulus, prefix, content, signature),
            Self::Bits4096(modulus) => signed(modulus, prefix, content, signature),
        }
    }
}

/// The modulus must have the width's length in octets.
fn ready<const LIMBS: usize>(modulus: &[u8]) -> Option<Box<FixedMontyParams<LIMBS>>> {
    let modulus = Odd::new(Uint::from_be_slice(modulus)).into_option()?;
    Some(Box::new(FixedMontyParams::new_vartime(modulus)))
}

fn signed<const LIMBS: usize>(
    modulus: &FixedMontyParams<LIMBS>,
    prefix: &[u8],
    content: &[u8],
    signature: &[u8],
) -> bool {
    if signature.len() != Uint::<LIMBS>::BYTES {
        return false;
    }
    let Some(expected) = block(Uint::<LIMBS>::BYTES, prefix, content) else {
        return false;
    };
    let signature = Uint::<LIMBS>::from_be_slice(signature);
    if signature.cmp_vartime(modulus.modulus().as_ref()) != Ordering::Less {
        return false;
    }
    to_f4(&signature, modulus) == Uint::from_be_slice(&expected)
}

/// `s` to the power of 65537: sixteen squarings, then once more `s`. The last factor is left outside Montgomery's form, so that this
/// multiplication also leads out of it.
fn to_f4<const LIMBS: usize>(s: &Uint<LIMBS>, modulus: &FixedMontyParams<LIMBS>) -> Uint<LIMBS> {
    FixedMontyForm::new(s, modulus)
        .square_repeat_vartime(16)
        .mul(&FixedMontyForm::from_montgomery(*s, modulus))
        .to_montgomery()
}

/// `00 01 FF … FF 00 ‖ prefix ‖ content` (RFC 8017 §9.2), if at least eight octets of padding remain.
fn block(length: usize, prefix: &[u8], content: &[u8]) -> Option<Vec<u8>> {
    let padding = length.checked_sub(prefix.len() + content.len() + 3)?;
    if padding < 8 {
        return None;
    }
    let mut block = Vec::with_capacity(length);
    block.extend([0, 1]);
    block.resize(2 + padding, 0xFF);
    block.push(0);
    block.extend_from_slice(prefix);
    block.extend_from_slice(content);
    Some(block)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crypto_bigint::NonZero;
    use proptest::prelude::*;

    /// The same power by products and divisions, without Montgomery's form.
    fn divided<const LIMBS: usize>(s: &Uint<LIMBS>, modulus: &NonZero<Uint<LIMBS>>) -> Uint<LIMBS> {
        let mut power = *s;
        for _ in 0..16 {
            power = power.square_mod_vartime(modulus);
        }
        power.mul_mod_vartime(s, modulus)
    }

    #[track_caller]
    fn agree<const LIMBS: usize>(modulus: &[u8], signature: &[u8]) {
        let ready: Box<FixedMontyParams<LIMBS>> = ready(modulus).unwrap();
        let s = Uint::from_be_slice(signature);
        assert_eq!(to_f4(&s, &ready), divided(&s, ready.modulus().as_nz_ref()));
    }

    /// An odd modulus of full width and a smaller number, from any octets; `extreme` makes long runs of ones and zeros of them.
    fn pair(length: usize, octets: &[u8], extreme: u8) -> (Vec<u8>, Vec<u8>) {
        let bent = |octet: u8| match extreme % 4 {
            0 => octet,
            1 => u8::from(octet >= 0x80) * 0xFF,
            2 => 0xFF,
            _ => 0,
        };
        let mut modulus: Vec<u8> = octets.iter().take(length).map(|o| bent(*o)).collect();
        modulus[0] |= 0x80;
        modulus[length - 1] |= 1;
        let mut signature = octets[length..2 * length].to_vec();
        if signature >= modulus {
            signature[0] &= 0x7F;
        }
        (modulus, signature)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn two_ways_to_one_power(octets in proptest::collection::vec(any::<u8>(), 1024), extreme: u8) {
            let (modulus, signature) = pair(256, &octets, extreme);
            agree::<{ U2048::LIMBS }>(&modulus, &signature);
            let (modulus, signature) = pair(512, &octets, extreme);
            agree::<{ U4096::LIMBS }>(&modulus, &signature);
        }
    }

    #[test]
    fn the_ends_of_the_range() {
        let mut zero = [0; 256];
        let mut last = [0xFF; 256];
        let modulus = last;
        agree::<{ U2048::LIMBS }>(&modulus, &zero);
        zero[255] = 1;
        agree::<{ U2048::LIMBS }>(&modulus, &zero);
        // One less than the modulus: an odd power of -1.
        last[255] = 0xFE;
        agree::<{ U2048::LIMBS }>(&modulus, &last);
        let ready: Box<FixedMontyParams<{ U2048::LIMBS }>> = ready(&modulus).unwrap();
        assert_eq!(
            to_f4(&Uint::from_be_slice(&last), &ready),
            Uint::from_be_slice(&last)
        );
    }

    #[test]
    fn which_way_a_key_goes() {
        let odd = |length: usize| {
            let mut modulus = vec![0x80; length];
            modulus[length - 1] |= 1;
            modulus
        };
        let way = |modulus: &[u8], exponent| {
            RsaKey::new(modulus, exponent).map(|key| key.fixed().is_some())
        };
        assert_eq!(way(&odd(256), F4), Some(true));
        assert_eq!(way(&odd(512), F4), Some(true));
        assert_eq!(way(&odd(384), F4), Some(false));
        assert_eq!(way(&odd(256), F4 + 2), Some(false));
        let mut narrow = odd(256);
        narrow[0] = 0x7F;
        assert_eq!(way(&narrow, F4), Some(false));
    }

    /// Nobody asks for such keys, and nothing is verified under them.
    #[test]
    fn moduli_that_are_none() {
        let block = [0; 512];
        for length in [0, 1, 8, 255, 256, 257, 511, 512, 513, 1024] {
            for (first, rest) in [(0, 0), (0x80, 0), (0xFF, 0xFE), (1, 1)] {
                let mut modulus = vec![rest; length];
                if let Some(octet) = modulus.first_mut() {
                    *octet = first;
                }
                for exponent in [0, 1, 2, 3, F4, u64::MAX] {
                    let Some(key) = RsaKey::new(&modulus, exponent) else {
                        continue;
                    };
                    let signature = block.get(..length).unwrap_or(&block);
                    assert!(!key.verifies_pkcs1(digest_info::SHA256, &[0; 32], signature));
                    assert!(!key.verifies_pss(b"message", signature));
                }
            }
        }
    }

    #[test]
    fn the_block_has_eight_octets_of_padding() {
        assert_eq!(
            block(3 + 8 + 2, b"p", b"c").unwrap(),
            b"\0\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0pc"
        );
        assert_eq!(block(3 + 7 + 2, b"p", b"c"), None);
        assert_eq!(block(1, b"p", b"c"), None);
    }

    /// As the crate's own, which are made from the object identifiers.
    #[test]
    fn digest_infos() {
        assert_eq!(
            *digest_info::SHA256,
            *Pkcs1v15Sign::new::<sha2::Sha256>().prefix
        );
        assert_eq!(
            *digest_info::SHA384,
            *Pkcs1v15Sign::new::<sha2::Sha384>().prefix
        );
        assert_eq!(
            *digest_info::SHA512,
            *Pkcs1v15Sign::new::<sha2::Sha512>().prefix
        );
    }
}
