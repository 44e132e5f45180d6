//! The extensions of revocation lists and OCSP answers: a list in an explicit tag, as certificates have it.

use crate::asn1::{Fault, Tlv, tag};
use crate::extension::one;

/// Each extension at most once: kind, criticality, value.
pub(super) fn each_extension<'a>(
    explicit: &Tlv<'a>,
    mut each: impl FnMut(&'a [u8], bool, &Tlv<'a>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut outer = explicit.contents();
    let list = outer.expect(tag::SEQUENCE)?;
    outer.finish()?;
    let mut items = list.contents();
    let mut seen: Vec<&[u8]> = Vec::new();
    if items.is_empty() {
        return Err(list.fault("empty list of extensions"));
    }
    while !items.is_empty() {
        let (kind, critical, value) = one(&mut items)?;
        if seen.contains(&kind.value) || seen.len() == 32 {
            return Err(kind.fault("extension appears twice, or too many"));
        }
        seen.push(kind.value);
        each(kind.value, critical, &value)?;
    }
    Ok(())
}
