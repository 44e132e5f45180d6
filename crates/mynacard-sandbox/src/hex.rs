//! Lower-case hexadecimal, strictly.

use std::fmt::Write as _;

/// The bytes as lower-case hexadecimal digits.
pub(crate) fn encode(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, b| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{b:02x}");
            text
        })
}

/// True for exactly `digits` lower-case hexadecimal digits.
pub(crate) fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lower_case_of_the_right_length() {
        assert_eq!(encode(&[0, 0xAB, 0xFF]), "00abff");
        assert!(is_hex("00ab", 4));
        assert!(!is_hex("00AB", 4));
        assert!(!is_hex("00ab", 6));
        assert!(!is_hex("00ag", 4));
    }
}
