//! 公的個人認証AP: the JPKI application of one person.

use std::time::SystemTime;

use super::file::{Access, Application, Change, Content, File};
use super::key::PrivateKey;
use super::profile::Profile;
use crate::people::Person;
use crate::pki::{self, PersonKey, p384_key, person_key};

/// The application identifier.
pub(crate) const AID: [u8; 10] = [0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
/// The file of the user authentication PIN.
pub(crate) const AUTHENTICATION_PIN: u16 = 0x0018;
/// The file of the signature password.
pub(crate) const SIGNATURE_PASSWORD: u16 = 0x001B;
/// The file of the terminal CA's key.
pub(crate) const TERMINAL_CA: u16 = 0x0016;

/// The public key of the simulated terminal CA, SubjectPublicKeyInfo in DER.
pub(crate) const TERMINAL_CA_KEY: &[u8] = include_bytes!("../../keys/terminal-ca.pub.der");

const WITH_PIN: Access = Access::AnyOf(&[AUTHENTICATION_PIN]);
const WITH_PASSWORD: Access = Access::AnyOf(&[SIGNATURE_PASSWORD]);

/// Makes the application: both certificates and their CA certificates, token info, both keys with their references.
pub(crate) fn application(person: &Person, at: SystemTime, profile: Profile) -> Application {
    let certificate_access = if profile == Profile::Android {
        WITH_PIN
    } else {
        Access::Free
    };
    let signs = person.signature_password().is_some();
    let preview = profile == Profile::P384Preview;
    let signature_certificate = match (signs, preview) {
        (false, _) => Vec::new(),
        (true, false) => pki::signature_certificate(person, at),
        (true, true) => pki::signature_certificate_p384(person, at),
    };
    let authentication_certificate = if preview {
        pki::authentication_certificate_p384(person, at)
    } else {
        pki::authentication_certificate(person, at)
    };
    let key = |id, which, sign, pinless| {
        let key = if preview {
            PrivateKey::P384(Box::new(p384_key(person, which)))
        } else {
            PrivateKey::Rsa(Box::new(person_key(person, which)))
        };
        File {
            id,
            content: Content::Key { key, sign, pinless },
        }
    };
    let mut files = vec![
        File::filled(0x0001, &signature_certificate, WITH_PASSWORD),
        File::filled(0x0002, pki::SIGNATURE_ROOT, Access::Free),
        File::exact(
            0x0006,
            token_info(profile.token_label(), person),
            Access::Free,
        ),
        File::exact(
            0x0008,
            vec![0x8F, if signs { 0x8F } else { 0x00 }, 0x00],
            Access::Free,
        ),
        File::filled(0x000A, &authentication_certificate, certificate_access),
        File::filled(0x000B, pki::AUTHENTICATION_ROOT, Access::Free),
        File::filled(TERMINAL_CA, TERMINAL_CA_KEY, Access::Free),
        key(0x0017, PersonKey::Authentication, WITH_PIN, true),
        File::reference(
            AUTHENTICATION_PIN,
            person.pin(),
            person.authentication_tries(),
            3,
        ),
        File::reference(
            SIGNATURE_PASSWORD,
            person.signature_password(),
            person.signature_tries(),
            5,
        ),
    ];
    if signs {
        files.push(key(0x001A, PersonKey::Signature, WITH_PASSWORD, false));
    }
    Application {
        aid: AID.to_vec(),
        change: Change::Interindustry,
        certificate: None,
        presence: None,
        files,
    }
}

/// `CK_TOKEN_INFO` of PKCS #11 with 32-bit big-endian numbers, 160 bytes.
fn token_info(label: &str, person: &Person) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(160);
    let mut text = |text: &str, length: usize| {
        bytes.extend(text.bytes().chain(std::iter::repeat(b' ')).take(length));
    };
    text(label, 32);
    text("MYNACARD-SIMULATION", 32);
    text("", 16);
    text(&format!("SIM{:010}", person.number()), 16);
    for number in [
        0x0000_040D,
        1,
        0,
        1,
        0,
        16,
        6,
        u32::MAX,
        u32::MAX,
        u32::MAX,
        u32::MAX,
    ] {
        bytes.extend(u32::to_be_bytes(number));
    }
    bytes.extend(b"0301");
    bytes.extend([b'9'; 16]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_info_has_160_bytes() {
        assert_eq!(
            token_info(
                "JPKIAPICCTOKEN2",
                crate::person("kyokai-self").expect("listed")
            )
            .len(),
            160
        );
    }
}
