//! Writing DER: the few types that a certificate consists of, each as a value that knows its bytes.
//!
//! Deliberately not the library that the verifying side parses with.

use const_oid::ObjectIdentifier;

/// `tag`, the length in its shortest form, and the content.
pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    let length = content.len().to_be_bytes();
    let significant: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    match (content.len(), u8::try_from(significant.len())) {
        (short @ 0..=0x7F, _) => bytes.extend(u8::try_from(short)),
        (_, Ok(count)) => {
            bytes.push(0x80 | count);
            bytes.extend(significant);
        }
        (_, Err(_)) => unreachable!("a usize has at most eight bytes"),
    }
    bytes.extend_from_slice(content);
    bytes
}

pub(crate) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

/// A SET of one member, the only kind that names use.
pub(crate) fn set(member: &[u8]) -> Vec<u8> {
    tlv(0x31, member)
}

/// `[number] EXPLICIT`, or the constructed form of an implicit tag.
pub(crate) fn context(number: u8, content: &[u8]) -> Vec<u8> {
    tlv(0xA0 | number, content)
}

/// `[number] IMPLICIT` of a primitive type.
pub(crate) fn implicit(number: u8, content: &[u8]) -> Vec<u8> {
    tlv(0x80 | number, content)
}

pub(crate) fn oid(value: &str) -> Vec<u8> {
    tlv(0x06, ObjectIdentifier::new_unwrap(value).as_bytes())
}

pub(crate) fn utf8(text: &str) -> Vec<u8> {
    tlv(0x0C, text.as_bytes())
}

pub(crate) fn printable(text: &str) -> Vec<u8> {
    tlv(0x13, text.as_bytes())
}

/// A non-negative INTEGER from its big-endian bytes.
pub(crate) fn integer(value: &[u8]) -> Vec<u8> {
    tlv(0x02, &unsigned(value))
}

/// The content of a non-negative INTEGER: shortest form, a zero in front where the first bit is set.
pub(crate) fn unsigned(value: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = value
        .iter()
        .copied()
        .skip_while(|byte| *byte == 0)
        .collect();
    if bytes.first().is_none_or(|first| *first >= 0x80) {
        bytes.insert(0, 0);
    }
    bytes
}

pub(crate) fn octets(content: &[u8]) -> Vec<u8> {
    tlv(0x04, content)
}

/// A BIT STRING with this many unused bits at its end.
pub(crate) fn bits(unused: u8, content: &[u8]) -> Vec<u8> {
    tlv(0x03, &[&[unused], content].concat())
}

pub(crate) fn null() -> Vec<u8> {
    vec![0x05, 0x00]
}

pub(crate) fn truth() -> Vec<u8> {
    vec![0x01, 0x01, 0xFF]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_their_shortest_form() {
        assert_eq!(tlv(0x04, &[0; 127]).get(..2), Some(&[0x04, 0x7F][..]));
        assert_eq!(tlv(0x04, &[0; 128]).get(..3), Some(&[0x04, 0x81, 0x80][..]));
        assert_eq!(
            tlv(0x04, &[0; 256]).get(..4),
            Some(&[0x04, 0x82, 0x01, 0x00][..])
        );
    }

    #[test]
    fn integers_stay_positive_and_short() {
        assert_eq!(integer(&[0x00, 0x00, 0x7F]), [2, 1, 0x7F]);
        assert_eq!(integer(&[0x80]), [2, 2, 0, 0x80]);
        assert_eq!(integer(&[0]), [2, 1, 0]);
    }
}
