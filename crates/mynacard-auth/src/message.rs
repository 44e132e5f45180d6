//! The bytes that a card signs, always built and hashed here: no remote party hands in a digest.

use sha2::{Digest, Sha256};

/// A message that our own code built, to be hashed and signed by the card.
///
/// The only way to one is [`CheckMessage::encode`]. Its fixed label keeps it apart from anything that TLS or another protocol
/// would accept from the same key.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    bytes: Vec<u8>,
}

/// The eleven fields of a check message.
#[derive(Clone, Copy)]
pub struct CheckMessage<'a> {
    /// Which service.
    pub service: &'a str,
    /// Which environment.
    pub environment: &'a str,
    /// What is asked, for example `check`.
    pub operation: &'a str,
    /// `pin` or `visual`.
    pub method: &'a str,
    /// The service's random bytes.
    pub nonce: &'a [u8],
    /// SHA-256 of the terminal's SubjectPublicKeyInfo.
    pub terminal_key_sha256: &'a [u8; 32],
    /// The institution's ten digits (機関コード).
    pub facility: &'a str,
    /// What the check is for.
    pub purpose: &'a str,
    /// The day in Japan, `YYYYMMDD`.
    pub date: &'a str,
    /// SHA-256 of the exact bytes of the request.
    pub request_sha256: &'a [u8; 32],
    /// SHA-256 of the user authentication certificate.
    pub certificate_sha256: &'a [u8; 32],
}

const LABEL: &[u8] = b"MYNACARD CHECK MESSAGE v1\0";

impl CheckMessage<'_> {
    /// The message: label, one zero byte, then each field as tag, four-byte length and bytes, so that no two sets of
    /// fields give the same message.
    ///
    /// # Errors
    ///
    /// The number of the field that is longer than 65,535 bytes.
    pub fn encode(&self) -> Result<Message, usize> {
        let fields: [&[u8]; 11] = [
            self.service.as_bytes(),
            self.environment.as_bytes(),
            self.operation.as_bytes(),
            self.method.as_bytes(),
            self.nonce,
            self.terminal_key_sha256,
            self.facility.as_bytes(),
            self.purpose.as_bytes(),
            self.date.as_bytes(),
            self.request_sha256,
            self.certificate_sha256,
        ];
        let mut bytes = LABEL.to_vec();
        for (tag, field) in (1_u8..).zip(fields) {
            let length = u16::try_from(field.len()).map_err(|_| usize::from(tag))?;
            bytes.push(tag);
            bytes.extend_from_slice(&u32::from(length).to_be_bytes());
            bytes.extend_from_slice(field);
        }
        Ok(Message { bytes })
    }
}

impl Message {
    /// The bytes, for the card to hash and for a verifier.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Their SHA-256.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message")
            .field("length", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> CheckMessage<'static> {
        CheckMessage {
            service: "s",
            environment: "sandbox",
            operation: "check",
            method: "pin",
            nonce: &[7; 32],
            terminal_key_sha256: &[1; 32],
            facility: "1312345678",
            purpose: "reception",
            date: "20261120",
            request_sha256: &[2; 32],
            certificate_sha256: &[3; 32],
        }
    }

    #[test]
    fn layout_is_label_and_eleven_tagged_fields() {
        let message = fields().encode().unwrap();
        let bytes = message.as_bytes();
        assert_eq!(&bytes[..26], b"MYNACARD CHECK MESSAGE v1\0");
        assert_eq!(&bytes[26..32], &[1, 0, 0, 0, 1, b's']);
        assert_eq!(&bytes[32..37], &[2, 0, 0, 0, 7]);
        let mut rest = &bytes[26..];
        let mut found = Vec::new();
        while let [tag, a, b, c, d, tail @ ..] = rest {
            let (value, after) = tail.split_at(u32::from_be_bytes([*a, *b, *c, *d]) as usize);
            found.push((*tag, value));
            rest = after;
        }
        assert_eq!(rest, b"");
        let expected: [(u8, &[u8]); 11] = [
            (1, b"s"),
            (2, b"sandbox"),
            (3, b"check"),
            (4, b"pin"),
            (5, &[7; 32]),
            (6, &[1; 32]),
            (7, b"1312345678"),
            (8, b"reception"),
            (9, b"20261120"),
            (10, &[2; 32]),
            (11, &[3; 32]),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn moving_a_byte_between_fields_changes_the_message() {
        let one = CheckMessage {
            service: "ab",
            environment: "c",
            ..fields()
        }
        .encode()
        .unwrap();
        let two = CheckMessage {
            service: "a",
            environment: "bc",
            ..fields()
        }
        .encode()
        .unwrap();
        assert_ne!(one, two);
    }

    #[test]
    fn an_overlong_field_is_refused() {
        let long = "x".repeat(65_536);
        assert_eq!(
            CheckMessage {
                purpose: &long,
                ..fields()
            }
            .encode()
            .unwrap_err(),
            8
        );
    }
}
