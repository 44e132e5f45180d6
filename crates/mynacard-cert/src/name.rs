//! Distinguished names: read for display and for the organisation; compared as the bytes received.

use std::fmt::Write;

use crate::asn1::{Fault, Reader, Tlv, oid, tag};

/// Most relative names in one name.
const MAX_PARTS: usize = 32;

/// Checks one `Name` and hands every attribute to `each`: type, string tag, content.
pub(crate) fn walk<'a>(
    name: Reader<'a>,
    mut each: impl FnMut(&'a [u8], u8, &'a [u8]),
) -> Result<(), Fault> {
    let mut parts = name;
    let mut count = 0;
    while !parts.is_empty() {
        count += 1;
        if count > MAX_PARTS {
            return Err(parts.fault("too many name parts"));
        }
        let set = parts.expect(tag::SET)?;
        members(&set, &mut each)?;
    }
    Ok(())
}

/// Checks one `RelativeDistinguishedName` under whatever tag.
pub(crate) fn relative(set: &Tlv<'_>) -> Result<(), Fault> {
    members(set, &mut |_, _, _| ())
}

fn members<'a>(set: &Tlv<'a>, each: &mut impl FnMut(&'a [u8], u8, &'a [u8])) -> Result<(), Fault> {
    let mut members = set.contents();
    if members.is_empty() {
        return Err(set.fault("empty set"));
    }
    let mut previous: Option<&[u8]> = None;
    while !members.is_empty() {
        let attribute = members.expect(tag::SEQUENCE)?;
        if previous.is_some_and(|previous| previous >= attribute.full) {
            return Err(attribute.fault("set not in order"));
        }
        previous = Some(attribute.full);
        let mut fields = attribute.contents();
        let kind = fields.oid()?;
        let value = fields.any()?;
        fields.finish()?;
        if string(value.tag, value.value).is_none() {
            return Err(value.fault("name value not a string that is read here"));
        }
        each(kind.value, value.tag, value.value);
    }
    Ok(())
}

/// The string, if its type is one of those that JPKI uses or might, and its characters are of the type. What cannot be read
/// here is refused: a name is compared, shown and judged by others.
pub(crate) fn string(tag: u8, content: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(content).ok()?;
    let ascii = |permitted: fn(u8) -> bool| text.bytes().all(permitted).then_some(text);
    match tag {
        tag::UTF8_STRING => Some(text),
        tag::PRINTABLE_STRING => ascii(|b| {
            b.is_ascii_alphanumeric()
                || matches!(
                    b,
                    b' ' | b'\'' | b'(' | b')' | b'+'..=b'/' | b':' | b'=' | b'?'
                )
        }),
        tag::IA5_STRING | tag::TELETEX_STRING => ascii(|b| b.is_ascii()),
        _ => None,
    }
}

/// `C=JP, O=JPKI, …` in the order of the encoding, special characters escaped as in RFC 4514.
pub(crate) fn display(content: &[u8]) -> String {
    let mut shown = String::new();
    let walked = walk(Reader::new(content), |kind, tag, value| {
        if !shown.is_empty() {
            shown.push_str(", ");
        }
        match short(kind) {
            Some(name) => shown.push_str(name),
            None => shown.push_str(&oid::dotted(kind)),
        }
        shown.push('=');
        escape(&mut shown, string(tag, value).unwrap_or_default());
    });
    debug_assert!(walked.is_ok(), "names are checked when they are parsed");
    shown
}

fn escape(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=' => {
                out.push('\\');
                out.push(character);
            }
            c if c.is_control() || is_invisible(c) => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
}

/// Characters that reorder or hide text on a screen.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(u32::from(c), 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x2069 | 0xFEFF | 0xFFF9..=0xFFFB)
}

fn short(kind: &[u8]) -> Option<&'static str> {
    Some(match kind {
        [0x55, 4, 3] => "CN",
        [0x55, 4, 5] => "serialNumber",
        [0x55, 4, 6] => "C",
        [0x55, 4, 7] => "L",
        [0x55, 4, 8] => "ST",
        [0x55, 4, 10] => "O",
        [0x55, 4, 11] => "OU",
        _ => return None,
    })
}
