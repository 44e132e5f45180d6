//! The simulation's private keys, checked in and public knowledge, read once per use.

use rsa::PrivateKey as RsaPrivateKey;
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use sha2::Digest as _;

use crate::people::Person;

/// Which of a person's keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PersonKey {
    /// 利用者証明用, EF 0017.
    Authentication,
    /// 署名用, EF 001A.
    Signature,
    /// The card key of the 券面 applications, which proves presence without a PIN.
    Presence,
}

/// Which of the issuers' keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CaKey {
    /// Root of user authentication certificates.
    Authentication,
    /// Root of digital signature certificates.
    Signature,
    /// Issuer of card-verifiable certificates.
    CardVerifiable,
    /// Signs the records of 券面入力補助AP.
    InputSupport,
    /// Signs the records of 券面事項確認AP.
    CardFace,
}

pub(crate) fn ca_key(which: CaKey) -> RsaPrivateKey {
    read(match which {
        CaKey::Authentication => include_bytes!("../../keys/user-authentication.key.der"),
        CaKey::Signature => include_bytes!("../../keys/digital-signature.key.der"),
        CaKey::CardVerifiable => include_bytes!("../../keys/cv-ca.key.der"),
        CaKey::InputSupport => include_bytes!("../../keys/records-input-support.key.der"),
        CaKey::CardFace => include_bytes!("../../keys/records-card-face.key.der"),
    })
}

pub(crate) fn person_key(person: &Person, which: PersonKey) -> RsaPrivateKey {
    let [authentication, signature, presence] = usize::from(person.number())
        .checked_sub(1)
        .and_then(|index| PEOPLE.get(index))
        .expect("every person has keys; a test reads them all");
    read(match which {
        PersonKey::Authentication => authentication,
        PersonKey::Signature => signature,
        PersonKey::Presence => presence,
    })
}

/// A key on P-384. No card has one yet, so no file holds it: it follows from the person.
pub(crate) fn p384_key(person: &Person, which: PersonKey) -> p384::ecdsa::SigningKey {
    let which = match which {
        PersonKey::Authentication => b'A',
        PersonKey::Signature => b'S',
        PersonKey::Presence => b'P',
    };
    let seed = [
        b"MYNACARD-SIMULATION P-384",
        &person.number().to_be_bytes()[..],
        &[which],
    ]
    .concat();
    let mut scalar = sha2::Sha384::digest(seed);
    // Below the order of the curve, whose first byte is FF.
    if let Some(first) = scalar.first_mut() {
        *first &= 0x7F;
    }
    p384::ecdsa::SigningKey::from_slice(&scalar).expect("a number below the order, and not zero")
}

fn read(der: &[u8]) -> RsaPrivateKey {
    RsaPrivateKey::from_pkcs1_der(der)
        .expect("the key files are compiled in and a test reads them all")
}

macro_rules! person {
    ($number:literal) => {
        [
            include_bytes!(concat!(
                "../../keys/people/",
                $number,
                "-authentication.key.der"
            )),
            include_bytes!(concat!("../../keys/people/", $number, "-signature.key.der")),
            include_bytes!(concat!("../../keys/people/", $number, "-presence.key.der")),
        ]
    };
}

#[rustfmt::skip]
const PEOPLE: [[&[u8]; 3]; 38] = [
    person!("01"),
    person!("02"),
    person!("03"),
    person!("04"),
    person!("05"),
    person!("06"),
    person!("07"),
    person!("08"),
    person!("09"),
    person!("10"),
    person!("11"),
    person!("12"),
    person!("13"),
    person!("14"),
    person!("15"),
    person!("16"),
    person!("17"),
    person!("18"),
    person!("19"),
    person!("20"),
    person!("21"),
    person!("22"),
    person!("23"),
    person!("24"),
    person!("25"),
    person!("26"),
    person!("27"),
    person!("28"),
    person!("29"),
    person!("30"),
    person!("31"),
    person!("32"),
    person!("33"),
    person!("34"),
    person!("35"),
    person!("36"),
    person!("37"),
    person!("38"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use rsa::traits::PublicKeyParts as _;

    #[test]
    fn every_key_reads_and_has_2048_bits() {
        for person in crate::people() {
            for which in [
                PersonKey::Authentication,
                PersonKey::Signature,
                PersonKey::Presence,
            ] {
                assert_eq!(person_key(person, which).n().bit_width(), 2048);
            }
        }
        let issuers = [
            CaKey::Authentication,
            CaKey::Signature,
            CaKey::CardVerifiable,
            CaKey::InputSupport,
            CaKey::CardFace,
        ];
        for which in issuers {
            assert_eq!(ca_key(which).n().bit_width(), 2048);
        }
    }
}
