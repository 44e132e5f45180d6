//! A small DER writer, able to write what DER forbids.

/// One object with the shortest length.
pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = match length {
        0..=0x7F => vec![tag, length as u8],
        0x80..=0xFF => vec![tag, 0x81, length as u8],
        0x100..=0xFFFF => vec![tag, 0x82, (length >> 8) as u8, length as u8],
        _ => vec![
            tag,
            0x83,
            (length >> 16) as u8,
            (length >> 8) as u8,
            length as u8,
        ],
    };
    out.extend_from_slice(content);
    out
}

/// The same with one more octet of length than needed (BER).
pub(crate) fn long_tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = match length {
        0..=0x7F => vec![tag, 0x81, length as u8],
        0x80..=0xFF => vec![tag, 0x82, 0, length as u8],
        _ => vec![tag, 0x83, 0, (length >> 8) as u8, length as u8],
    };
    out.extend_from_slice(content);
    out
}

pub(crate) fn seq(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

pub(crate) fn set(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x31, &parts.concat())
}

/// INTEGER from its content octets.
pub(crate) fn int(content: &[u8]) -> Vec<u8> {
    tlv(0x02, content)
}

pub(crate) fn octets(content: &[u8]) -> Vec<u8> {
    tlv(0x04, content)
}

pub(crate) fn bits(unused: u8, content: &[u8]) -> Vec<u8> {
    tlv(0x03, &[&[unused], content].concat())
}

pub(crate) fn utf8(text: &str) -> Vec<u8> {
    tlv(0x0C, text.as_bytes())
}

pub(crate) fn printable(text: &str) -> Vec<u8> {
    tlv(0x13, text.as_bytes())
}

pub(crate) fn utc(text: &str) -> Vec<u8> {
    tlv(0x17, text.as_bytes())
}

pub(crate) fn generalized(text: &str) -> Vec<u8> {
    tlv(0x18, text.as_bytes())
}

pub(crate) fn null() -> Vec<u8> {
    vec![5, 0]
}

pub(crate) fn yes() -> Vec<u8> {
    vec![1, 1, 0xFF]
}

/// OBJECT IDENTIFIER from its dotted form.
pub(crate) fn oid(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u64> = dotted.split('.').map(|arc| arc.parse().unwrap()).collect();
    let mut content = Vec::new();
    for (index, arc) in std::iter::once(arcs[0] * 40 + arcs[1])
        .chain(arcs[2..].iter().copied())
        .enumerate()
    {
        let _ = index;
        let mut groups = vec![(arc & 0x7F) as u8];
        let mut rest = arc >> 7;
        while rest > 0 {
            groups.push((rest & 0x7F) as u8 | 0x80);
            rest >>= 7;
        }
        groups.reverse();
        content.extend(groups);
    }
    tlv(0x06, &content)
}

/// A name from attribute types and values: `C` printable, others UTF-8.
pub(crate) fn name(parts: &[(&str, &str)]) -> Vec<u8> {
    let one = |(kind, value): &(&str, &str)| {
        let (number, string) = match *kind {
            "C" => ("2.5.4.6", printable(value)),
            "L" => ("2.5.4.7", utf8(value)),
            "O" => ("2.5.4.10", utf8(value)),
            "OU" => ("2.5.4.11", utf8(value)),
            "CN" => ("2.5.4.3", utf8(value)),
            other => panic!("{other}"),
        };
        set(&[seq(&[oid(number), string])])
    };
    seq(&parts.iter().map(one).collect::<Vec<_>>())
}

/// The content of an object.
pub(crate) fn content(tlv: &[u8]) -> &[u8] {
    match tlv[1] {
        0x81 => &tlv[3..],
        0x82 => &tlv[4..],
        0x83 => &tlv[5..],
        _ => &tlv[2..],
    }
}
