//! Values of the primitive types, each with its one permitted encoding.

use super::{Fault, Reader, Tlv, tag};

impl<'a> Reader<'a> {
    /// INTEGER: the content octets, in two's complement, shortest form.
    pub(crate) fn integer(&mut self) -> Result<Tlv<'a>, Fault> {
        let tlv = self.expect(tag::INTEGER)?;
        minimal_integer(&tlv)?;
        Ok(tlv)
    }

    /// INTEGER that must lie in 0..=255 (versions, path lengths).
    pub(crate) fn small_integer(&mut self) -> Result<u8, Fault> {
        let tlv = self.integer()?;
        small(&tlv)
    }

    /// INTEGER greater than zero: its magnitude without the sign octet.
    pub(crate) fn positive_integer(&mut self) -> Result<&'a [u8], Fault> {
        let tlv = self.integer()?;
        match tlv.value {
            [0, rest @ ..] if !rest.is_empty() => Ok(rest),
            [first, ..] if *first != 0 && *first < 0x80 => Ok(tlv.value),
            _ => Err(tlv.fault("integer not positive")),
        }
    }

    /// OBJECT IDENTIFIER: its content octets.
    pub(crate) fn oid(&mut self) -> Result<Tlv<'a>, Fault> {
        let tlv = self.expect(tag::OID)?;
        identifier(&tlv)?;
        Ok(tlv)
    }

    /// BOOLEAN with `DEFAULT FALSE`: absent or TRUE, never an explicit FALSE.
    pub(crate) fn default_false(&mut self) -> Result<bool, Fault> {
        match self.optional(tag::BOOLEAN)? {
            None => Ok(false),
            Some(tlv) if tlv.value == [0xFF] => Ok(true),
            Some(tlv) if tlv.value == [0x00] => Err(tlv.fault("default value encoded")),
            Some(tlv) => Err(tlv.fault("boolean neither 00 nor FF")),
        }
    }

    /// NULL.
    pub(crate) fn null(&mut self) -> Result<(), Fault> {
        let tlv = self.expect(tag::NULL)?;
        if tlv.value.is_empty() {
            Ok(())
        } else {
            Err(tlv.fault("null with content"))
        }
    }

    /// BIT STRING that holds whole octets.
    pub(crate) fn octet_aligned_bits(&mut self) -> Result<&'a [u8], Fault> {
        let tlv = self.expect(tag::BIT_STRING)?;
        match tlv.value.split_first() {
            Some((0, octets)) => Ok(octets),
            _ => Err(tlv.fault("bit string with unused bits")),
        }
    }

    /// BIT STRING with named bits, at most sixteen: bit 0 is the highest bit of the result. Trailing zero bits are
    /// not encoded (X.690 §11.2.2).
    pub(crate) fn named_bits(&mut self) -> Result<u16, Fault> {
        let tlv = self.expect(tag::BIT_STRING)?;
        named_bits(&tlv)
    }
}

/// Longest object identifier accepted, in octets.
const MAX_OID: usize = 63;

/// The bits of a named bit list, see [`Reader::named_bits`].
pub(crate) fn named_bits(tlv: &Tlv<'_>) -> Result<u16, Fault> {
    let (unused, octets) = match tlv.value {
        [unused, octets @ ..] if *unused < 8 && octets.len() <= 2 => (*unused, octets),
        _ => return Err(tlv.fault("bad bit string")),
    };
    let Some(&last) = octets.last() else {
        return if unused == 0 {
            Ok(0)
        } else {
            Err(tlv.fault("bad bit string"))
        };
    };
    if last.trailing_zeros() != u32::from(unused) {
        return Err(tlv.fault("trailing zero bits encoded"));
    }
    let mut bits = 0_u16;
    for (index, &octet) in octets.iter().enumerate() {
        bits |= u16::from(octet) << (8 - 8 * index);
    }
    Ok(bits)
}

/// OBJECT IDENTIFIER content, each part in its shortest form.
pub(crate) fn identifier(tlv: &Tlv<'_>) -> Result<(), Fault> {
    let mut start = true;
    for &octet in tlv.value {
        if start && octet == 0x80 {
            return Err(tlv.fault("object identifier not minimal"));
        }
        start = octet < 0x80;
    }
    if tlv.value.is_empty() || !start || tlv.value.len() > MAX_OID {
        return Err(tlv.fault("object identifier cut off"));
    }
    Ok(())
}

/// INTEGER content in its shortest form.
pub(crate) fn minimal_integer(tlv: &Tlv<'_>) -> Result<(), Fault> {
    match tlv.value {
        [] => Err(tlv.fault("integer without content")),
        [0x00, second, ..] if *second < 0x80 => Err(tlv.fault("integer not minimal")),
        [0xFF, second, ..] if *second >= 0x80 => Err(tlv.fault("integer not minimal")),
        _ => Ok(()),
    }
}

/// INTEGER or ENUMERATED in 0..=255.
pub(crate) fn small(tlv: &Tlv<'_>) -> Result<u8, Fault> {
    minimal_integer(tlv)?;
    match tlv.value {
        [value] if *value < 0x80 => Ok(*value),
        [0, value] => Ok(*value),
        _ => Err(tlv.fault("integer out of range")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers() {
        for bad in [
            &[0x02, 0x00][..],
            &[0x02, 0x02, 0x00, 0x7F],
            &[0x02, 0x02, 0xFF, 0x80],
        ] {
            assert!(Reader::new(bad).integer().is_err(), "{bad:02X?}");
        }
        assert_eq!(
            Reader::new(&[0x02, 0x02, 0x00, 0x80])
                .positive_integer()
                .unwrap(),
            [0x80]
        );
        for bad in [&[0x02, 0x01, 0x00][..], &[0x02, 0x01, 0x80]] {
            assert!(Reader::new(bad).positive_integer().is_err(), "{bad:02X?}");
        }
    }

    #[test]
    fn named_bits_have_no_trailing_zero() {
        assert_eq!(Reader::new(&[3, 2, 7, 0x80]).named_bits().unwrap(), 0x8000);
        assert_eq!(Reader::new(&[3, 2, 6, 0xC0]).named_bits().unwrap(), 0xC000);
        assert_eq!(Reader::new(&[3, 1, 0]).named_bits().unwrap(), 0);
        for bad in [
            &[3, 2, 0, 0x80][..],
            &[3, 2, 7, 0x00],
            &[3, 2, 7, 0xC0],
            &[3, 1, 1],
            &[3, 0],
            &[3, 2, 8, 0x80],
        ] {
            assert!(Reader::new(bad).named_bits().is_err(), "{bad:02X?}");
        }
    }

    #[test]
    fn booleans_and_oids() {
        assert!(!Reader::new(&[]).default_false().unwrap());
        assert!(Reader::new(&[1, 1, 0xFF]).default_false().unwrap());
        for bad in [&[1, 1, 0][..], &[1, 1, 1], &[1, 0], &[1, 2, 0xFF, 0xFF]] {
            assert!(Reader::new(bad).default_false().is_err(), "{bad:02X?}");
        }
        for bad in [&[6, 0][..], &[6, 2, 0x2A, 0x80], &[6, 3, 0x2A, 0x80, 0x01]] {
            assert!(Reader::new(bad).oid().is_err(), "{bad:02X?}");
        }
    }
}
