//! A certificate as a program has it in a file: DER, or PEM with one of them.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::failure::Failure;
use crate::status::mynacard_status;

const ANY: &str = "-----BEGIN ";
const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// The DER of one certificate. What is no PEM is left as it is: whoever reads the DER says what is wrong with it.
///
/// Text may stand around the PEM, as openssl writes it on request. Anything else in PEM beside the certificate is refused: a
/// second one would be believed or not by its place in the file, and a key has no business there.
pub(crate) fn certificate<'a>(
    name: &'static str,
    bytes: &'a [u8],
) -> Result<Cow<'a, [u8]>, Failure> {
    if bytes.first() == Some(&0x30) || !holds(bytes, ANY) {
        return Ok(Cow::Borrowed(bytes));
    }
    let wrong =
        |why: &str| Failure::new(mynacard_status::InvalidArgument, format!("{name}: {why}"));
    let text = String::from_utf8_lossy(bytes);
    if text.matches(ANY).count() != 1 || !text.contains(BEGIN) {
        return Err(wrong("PEM that is not one certificate"));
    }
    let body = text.split_once(BEGIN).map_or("", |(_, rest)| rest);
    let Some((body, _)) = body.split_once(END) else {
        return Err(wrong("PEM without its end"));
    };
    let body: String = body.split_ascii_whitespace().collect();
    STANDARD
        .decode(body)
        .map(Cow::Owned)
        .map_err(|_| wrong("PEM that is not base64"))
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn read(text: &str) -> Result<Vec<u8>, String> {
        certificate("root", text.as_bytes())
            .map(Cow::into_owned)
            .map_err(|failure| {
                assert_eq!(failure.status(), mynacard_status::InvalidArgument);
                failure.chain()[0].clone()
            })
    }

    #[test]
    fn pem_is_unwrapped_and_der_left_alone() {
        let der = [0x30, 3, 2, 1, 5];
        let bytes = certificate("root", &der).unwrap();
        assert!(matches!(bytes, Cow::Borrowed(same) if same == der));
        // As editors and openssl leave it: lines of Windows, a mark of UTF-8, sentences before and after it.
        for (start, line, end) in [
            ("", "\n", "\n"),
            ("\u{feff}", "\r\n", ""),
            ("Subject: x\n", "\n", "後\n"),
        ] {
            let pem = format!("{start}{BEGIN}{line}MAMC{line}AQU={line}{END}{end}");
            assert_eq!(read(&pem), Ok(der.to_vec()), "{pem:?}");
        }
        // DER may hold the words, as a name.
        let named = [&[0x30, 27][..], BEGIN.as_bytes()].concat();
        assert_eq!(&*certificate("root", &named).unwrap(), named);
        assert_eq!(read("no certificate"), Ok(b"no certificate".to_vec()));
        assert_eq!(read(""), Ok(Vec::new()));
    }

    #[test]
    fn whatever_else_is_in_pem_is_refused() {
        let one = format!("{BEGIN}\nMAMCAQU=\n{END}\n");
        let key = one.replace("CERTIFICATE", "PRIVATE KEY");
        let not_one = Err("root: PEM that is not one certificate".to_owned());
        for several in [
            format!("{one}{one}"),
            format!("{key}{one}"),
            format!("{one}{key}"),
            key,
        ] {
            assert_eq!(read(&several), not_one, "{several}");
        }
        let cut = &one[..one.len() - 9];
        assert_eq!(read(cut), Err("root: PEM without its end".to_owned()));
        let odd = one.replace("MAMC", "MA!C");
        assert_eq!(read(&odd), Err("root: PEM that is not base64".to_owned()));
    }
}
