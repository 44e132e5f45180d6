//! Hexadecimal, for identifiers and digests in descriptions.

use std::fmt::Write;

/// Lower-case digits, two per octet.
pub(crate) fn encode(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len() * 2);
    for octet in octets {
        // Writing to a string cannot fail.
        let _ = write!(text, "{octet:02x}");
    }
    text
}
