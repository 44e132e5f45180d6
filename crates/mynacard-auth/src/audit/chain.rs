//! A line of the trail: a JSON object whose last member is the value of the chain, over the line and all lines before it.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

/// A value of the chain.
pub(super) type Link = [u8; 32];

/// What the first line of a trail is chained to.
pub(super) const BEGINNING: Link = [0; 32];

/// A key of one use.
pub(super) struct Key(Zeroizing<[u8; 32]>);

const MEMBER: &str = ",\"chain\":\"";
const END: &str = "\"}";

impl Key {
    /// The key for `label`, from the vault's secret.
    pub(super) fn derive(secret: &[u8; 32], label: &str) -> Self {
        let mut mac = hmac(secret);
        mac.update(label.as_bytes());
        Self(Zeroizing::new(mac.finalize().into_bytes().into()))
    }

    /// The key in digits, for a trail to which nothing is added any more.
    pub(super) fn revealed(&self) -> Zeroizing<String> {
        Zeroizing::new(hex(&self.0))
    }

    /// The key of such a trail.
    pub(super) fn of_revealed(digits: &str) -> Option<Self> {
        Some(Self(Zeroizing::new(unhex(digits)?)))
    }

    /// The line that begins with `open` (an object without its last brace), without the line's end; and its link.
    pub(super) fn seal(&self, before: &Link, open: &str) -> (String, Link) {
        let link = self.link(before, open);
        let mut line = String::with_capacity(open.len() + MEMBER.len() + 64 + END.len());
        line.push_str(open);
        line.push_str(MEMBER);
        line.push_str(&hex(&link));
        line.push_str(END);
        (line, link)
    }

    /// The link that belongs to `open` after `before`.
    pub(super) fn link(&self, before: &Link, open: &str) -> Link {
        self.mac(before, open).finalize().into_bytes().into()
    }

    /// Says whether `link` belongs to `open` after `before`.
    pub(super) fn fits(&self, before: &Link, open: &str, link: &Link) -> bool {
        self.mac(before, open).verify_slice(link).is_ok()
    }

    fn mac(&self, before: &Link, open: &str) -> Hmac<Sha256> {
        let mut mac = hmac(&self.0);
        mac.update(before);
        mac.update(open.as_bytes());
        mac
    }
}

/// The object without its last brace, and the link, of a line without its end.
pub(super) fn split(line: &[u8]) -> Option<(&str, Link)> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix(END)?;
    let (rest, digits) = line.split_at_checked(line.len().checked_sub(64)?)?;
    let open = rest.strip_suffix(MEMBER)?;
    Some((open, unhex(digits)?))
}

/// Lower-case hexadecimal digits, and only one way to write them.
pub(super) fn hex(link: &Link) -> String {
    use std::fmt::Write as _;
    link.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(super) fn unhex(digits: &str) -> Option<Link> {
    let lower = |digit: &u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    if digits.len() != 64 || !digits.bytes().all(|digit| lower(&digit)) {
        return None;
    }
    let mut link = [0; 32];
    for (byte, pair) in link.iter_mut().zip(digits.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(link)
}

fn hmac(key: &[u8; 32]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_the_hmac_over_the_link_before_and_the_text() {
        // Computed with Python's hmac: derive, then HMAC(key, bytes(32) + text).
        let key = Key::derive(&[7; 32], "label");
        let (line, link) = key.seal(&BEGINNING, r#"{"n":1"#);
        assert_eq!(line, format!(r#"{{"n":1,"chain":"{}"}}"#, LINK_OF_PYTHON));
        assert_eq!(split(line.as_bytes()), Some((r#"{"n":1"#, link)));
        assert!(key.fits(&BEGINNING, r#"{"n":1"#, &link));
        assert!(!key.fits(&[1; 32], r#"{"n":1"#, &link));
        assert!(!Key::derive(&[7; 32], "other").fits(&BEGINNING, r#"{"n":1"#, &link));
    }

    const LINK_OF_PYTHON: &str = "287b6be4d79669ce232e47c4b4746669f9d277d69cb0c855f40e7cb3bf47436b";

    #[test]
    fn a_link_is_written_in_one_way_only() {
        let line = format!(r#"{{"n":1,"chain":"{}"}}"#, "ab".repeat(32));
        assert!(split(line.as_bytes()).is_some());
        assert!(split(line.replace("ab", "AB").as_bytes()).is_none());
        for end in 0..line.len() {
            assert!(split(&line.as_bytes()[..end]).is_none(), "{end}");
        }
    }
}
