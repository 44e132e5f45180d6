//! Certificate files: DER, or PEM with one certificate.

use std::path::Path;

use crate::failure::Failure;
use crate::input;

/// The most that is read of a certificate file.
const LONGEST: u64 = 64 * 1024;

/// Reads a file and returns the DER bytes in it.
pub(crate) fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = input::read(file, LONGEST)?;
    match decode(&bytes) {
        Some(Ok(der)) => Ok(der),
        Some(Err(problem)) => Err(Failure::content(file, &problem)),
        None => Ok(bytes),
    }
}

/// The DER inside PEM; `None` when the bytes are not PEM.
fn decode(bytes: &[u8]) -> Option<Result<Vec<u8>, String>> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let text = std::str::from_utf8(bytes).ok()?;
    let (_, rest) = text.split_once(BEGIN)?;
    let Some((body, _)) = rest.split_once(END) else {
        return Some(Err(format!("PEM without its {END:?}")));
    };
    let body: String = body.split_ascii_whitespace().collect();
    Some(base64(&body).ok_or_else(|| "PEM body is not base64".to_owned()))
}

fn base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pem_is_unwrapped_and_der_left_alone() {
        let pem = b"x\n-----BEGIN CERTIFICATE-----\nMAMC\nAQU=\n-----END CERTIFICATE-----\n";
        assert_eq!(decode(pem), Some(Ok(vec![0x30, 3, 2, 1, 5])));
        assert_eq!(decode(&[0x30, 0x82, 0xFF]), None);
    }

    #[test]
    fn broken_pem_says_what_is_missing() {
        let problem = decode(b"-----BEGIN CERTIFICATE-----\nMAMC")
            .unwrap()
            .unwrap_err();
        assert!(problem.contains("END CERTIFICATE"), "{problem}");
        assert!(
            decode(b"-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----")
                .unwrap()
                .is_err()
        );
    }
}
