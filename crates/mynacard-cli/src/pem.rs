//! Certificate files and revocation lists: DER, or PEM with one of them.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use base64::engine::general_purpose::STANDARD;

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

/// Opens a revocation list, DER or PEM. It is read piece by piece: a list may be larger than what one would hold in memory.
pub(crate) fn open_list(file: &Path) -> Result<Box<dyn Read>, Failure> {
    let failed = |error: io::Error| Failure::file(file, &error);
    let opened = File::open(file).map_err(failed)?;
    list(BufReader::with_capacity(32 * 1024, opened)).map_err(failed)
}

/// The list's DER. Text may stand before the PEM, as openssl writes it on request.
fn list(mut input: impl BufRead + 'static) -> io::Result<Box<dyn Read>> {
    const BEGIN: &[u8] = b"-----BEGIN X509 CRL-----";
    let head = input.fill_buf()?;
    let Some(at) = head.windows(BEGIN.len()).position(|words| words == BEGIN) else {
        return Ok(Box::new(input));
    };
    input.consume(at + BEGIN.len());
    let body = Body {
        input,
        ended: false,
    };
    Ok(Box::new(base64::read::DecoderReader::new(body, &STANDARD)))
}

/// The base64 between the two lines of PEM, without white space.
struct Body<R> {
    input: R,
    ended: bool,
}

impl<R: BufRead> Read for Body<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut count = 0;
        while count == 0 && !self.ended && !buffer.is_empty() {
            let piece = self.input.fill_buf()?;
            if piece.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let mut used = 0;
            for &octet in piece {
                let Some(place) = buffer.get_mut(count) else {
                    break;
                };
                used += 1;
                match octet {
                    b'-' => {
                        self.ended = true;
                        break;
                    }
                    octet if octet.is_ascii_whitespace() => {}
                    octet => {
                        *place = octet;
                        count += 1;
                    }
                }
            }
            self.input.consume(used);
        }
        Ok(count)
    }
}

/// The DER inside PEM; `None` when the bytes are not PEM. A file with more in PEM than one certificate is refused: which of two would
/// be meant, and a key has no business there.
fn decode(bytes: &[u8]) -> Option<Result<Vec<u8>, String>> {
    const ANY: &str = "-----BEGIN ";
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    // DER may hold the words, as a name.
    if bytes.first() == Some(&0x30) {
        return None;
    }
    let text = String::from_utf8_lossy(bytes);
    let found = text.matches(ANY).count();
    if found == 0 {
        return None;
    }
    let body = text.split_once(BEGIN).map(|(_, rest)| rest);
    let (1, Some(body)) = (found, body) else {
        return Some(Err(format!(
            "expected PEM with one {BEGIN:?} and nothing else, found {found} beginnings"
        )));
    };
    let Some((body, _)) = body.split_once(END) else {
        return Some(Err(format!("PEM without its {END:?}")));
    };
    let body: String = body.split_ascii_whitespace().collect();
    Some(base64(&body).ok_or_else(|| "PEM body is not base64".to_owned()))
}

fn base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pem_is_unwrapped_and_der_left_alone() {
        let pem = b"x\n-----BEGIN CERTIFICATE-----\nMAMC\nAQU=\n-----END CERTIFICATE-----\n";
        assert_eq!(decode(pem), Some(Ok(vec![0x30, 3, 2, 1, 5])));
        assert_eq!(decode(&[0x30, 0x82, 0xFF]), None);
        let named = [&[0x30, 27][..], b"-----BEGIN CERTIFICATE-----"].concat();
        assert_eq!(decode(&named), None);
    }

    #[test]
    fn whatever_else_is_in_pem_is_refused() {
        let one = "-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----\n";
        let key = one.replace("CERTIFICATE", "PRIVATE KEY");
        for other in [
            format!("{one}{one}"),
            format!("{key}{one}"),
            format!("{one}{key}"),
            key,
        ] {
            let problem = decode(other.as_bytes()).unwrap().unwrap_err();
            assert!(problem.starts_with("expected PEM with one"), "{problem}");
        }
    }

    #[track_caller]
    fn listed(bytes: &'static [u8]) -> io::Result<Vec<u8>> {
        let mut der = Vec::new();
        list(bytes)?.read_to_end(&mut der).map(|_| der)
    }

    #[test]
    fn lists_come_as_der_and_as_pem() {
        assert_eq!(listed(&[0x30, 3, 2, 1, 5]).unwrap(), [0x30, 3, 2, 1, 5]);
        for pem in [
            &b"-----BEGIN X509 CRL-----\nMAMC\nAQU=\n-----END X509 CRL-----\n"[..],
            b"List:\r\n-----BEGIN X509 CRL-----\r\nMAMCAQU=\r\n-----END X509 CRL-----\r\nmore",
        ] {
            assert_eq!(listed(pem).unwrap(), [0x30, 3, 2, 1, 5]);
        }
        for broken in [
            &b"-----BEGIN X509 CRL-----\nMAMCAQU="[..],
            b"-----BEGIN X509 CRL-----\n!!!!\n-----END X509 CRL-----",
        ] {
            assert!(listed(broken).is_err());
        }
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
