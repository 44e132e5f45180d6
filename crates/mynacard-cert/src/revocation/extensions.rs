//! The extensions of revocation lists, of their entries and of OCSP answers.

use crate::asn1::{Fault, Tlv, tag};
use crate::extension::one;

/// Most extensions of a list or an answer; those of an entry are bounded by its size.
const MOST: usize = 32;

/// Each extension of a list in an explicit tag, as certificates have it, at most once: kind, criticality, value.
pub(super) fn each_tagged<'a>(
    explicit: &Tlv<'a>,
    each: impl FnMut(&'a [u8], bool, &Tlv<'a>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut outer = explicit.contents();
    let list = outer.expect(tag::SEQUENCE)?;
    outer.finish()?;
    each_of(&list, MOST, each)
}

/// Each extension of a list, at most once and no more than so many.
pub(super) fn each_of<'a>(
    list: &Tlv<'a>,
    most: usize,
    mut each: impl FnMut(&'a [u8], bool, &Tlv<'a>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut items = list.contents();
    let mut seen: Vec<&[u8]> = Vec::new();
    if items.is_empty() {
        return Err(list.fault("empty list of extensions"));
    }
    while !items.is_empty() {
        let (kind, critical, value) = one(&mut items)?;
        if seen.contains(&kind.value) {
            return Err(kind.fault("extension appears twice"));
        }
        if seen.len() == most {
            return Err(kind.fault("too many extensions"));
        }
        seen.push(kind.value);
        each(kind.value, critical, &value)?;
    }
    Ok(())
}
