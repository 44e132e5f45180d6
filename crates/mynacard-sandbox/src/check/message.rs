//! The message that a card signs in a check, rebuilt here from the register and the request:
//! nothing of it is taken from the client's word alone.

/// The parts of the message, in their order.
pub(crate) struct Parts<'a> {
    pub(crate) service: &'a str,
    pub(crate) environment: &'a str,
    pub(crate) operation: &'a str,
    pub(crate) method: &'a str,
    pub(crate) nonce: &'a [u8; 32],
    /// SHA-256 of the terminal's SubjectPublicKeyInfo.
    pub(crate) terminal_key: &'a [u8; 32],
    pub(crate) facility: &'a str,
    pub(crate) purpose: &'a str,
    /// YYYYMMDD in Japan.
    pub(crate) date: &'a str,
    /// SHA-256 of the request's bytes.
    pub(crate) request: &'a [u8; 32],
    /// SHA-256 of the card's certificate.
    pub(crate) certificate: &'a [u8; 32],
}

const LABEL: &[u8] = b"MYNACARD CHECK MESSAGE v1\0";

/// The label, a zero byte, then each part as tag, length in four bytes and content: no two lists
/// of parts give the same bytes.
pub(crate) fn build(parts: &Parts<'_>) -> Vec<u8> {
    let contents: [&[u8]; 11] = [
        parts.service.as_bytes(),
        parts.environment.as_bytes(),
        parts.operation.as_bytes(),
        parts.method.as_bytes(),
        parts.nonce,
        parts.terminal_key,
        parts.facility.as_bytes(),
        parts.purpose.as_bytes(),
        parts.date.as_bytes(),
        parts.request,
        parts.certificate,
    ];
    let mut message = LABEL.to_vec();
    for (tag, content) in (1u8..).zip(contents) {
        message.push(tag);
        // Each part is a fixed text of the protocol, a hash or a nonce: far below four gigabytes.
        let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
        message.extend_from_slice(&length.to_be_bytes());
        message.extend_from_slice(content);
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_those_of_the_description() {
        let message = build(&Parts {
            service: "S",
            environment: "EE",
            operation: "check",
            method: "pin",
            nonce: &[5; 32],
            terminal_key: &[6; 32],
            facility: "1312345679",
            purpose: "reception",
            date: "20261120",
            request: &[10; 32],
            certificate: &[11; 32],
        });
        let mut expected = b"MYNACARD CHECK MESSAGE v1\0\x01\0\0\0\x01S\x02\0\0\0\x02EE".to_vec();
        expected.extend(b"\x03\0\0\0\x05check\x04\0\0\0\x03pin\x05\0\0\0\x20");
        expected.extend([5; 32]);
        expected.extend(b"\x06\0\0\0\x20");
        expected.extend([6; 32]);
        expected.extend(b"\x07\0\0\0\x0A1312345679\x08\0\0\0\x09reception\x09\0\0\0\x0820261120");
        expected.extend(b"\x0A\0\0\0\x20");
        expected.extend([10; 32]);
        expected.extend(b"\x0B\0\0\0\x20");
        expected.extend([11; 32]);
        assert_eq!(message, expected);
    }
}
