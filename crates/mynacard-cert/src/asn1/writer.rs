//! Writing DER: enough for an OCSP request.

/// One object. Its content may have at most 65535 octets, which requests never reach.
pub(crate) fn object(tag: u8, content: &[u8]) -> Vec<u8> {
    let [.., high, low] = content.len().to_be_bytes();
    debug_assert!(content.len() <= usize::from(u16::MAX), "requests are small");
    let mut out = match (high, low) {
        (0, low) if low < 0x80 => vec![tag, low],
        (0, low) => vec![tag, 0x81, low],
        (high, low) => vec![tag, 0x82, high, low],
    };
    out.extend_from_slice(content);
    out
}
