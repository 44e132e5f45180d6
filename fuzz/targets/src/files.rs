//! Files of a card and revocation data: bytes that come from elsewhere and are read by themselves.

use std::sync::OnceLock;

use mynacard_card::FileProblem;
use mynacard_card::app::card_face::{AgeRecord, FaceRecord};
use mynacard_card::app::common::CardIdentity;
use mynacard_card::app::input_support::{Attributes, BasicData, CardKey, RsaKey};
use mynacard_card::app::jpki::{Availability, CardKind, TokenInfo};
use mynacard_cert::revocation::{ListPolicy, OcspPolicy, OcspResponse, Revocation, walk_list};
use mynacard_cert::{Authentication, Certificate, Timestamp, TrustStore, Verified};
use mynacard_sim::{person, pki};

use crate::errors::noted;
use crate::virtual_card::day;

/// Every kind of file in turn; a reader that takes bytes takes them again in the same way.
pub(crate) fn of_a_card(data: &[u8]) {
    fn twice<T>(data: &[u8], read: fn(&[u8]) -> Result<T, FileProblem>) {
        let refused = read(data).err();
        if let Some(problem) = &refused {
            assert!(!problem.to_string().is_empty() && !format!("{problem:?}").is_empty());
        }
        assert_eq!(refused, read(data).err());
    }
    twice(data, Attributes::read);
    twice(data, CardKey::read);
    twice(data, BasicData::read);
    twice(data, RsaKey::read);
    twice(data, AgeRecord::read);
    twice(data, FaceRecord::read);
    twice(data, CardIdentity::read);
    twice(data, TokenInfo::read);
    twice(data, Availability::read);
    token(data);
    told(data);
    crate::records::judged(data);
}

/// What was read is handed out whole, and shows nobody's data when it is printed for a log.
fn told(data: &[u8]) {
    let date = |date: mynacard_card::app::input_support::CardDate| {
        // Zero is a month or day that nobody knows.
        assert!(date.month() <= 12 && date.day() <= 31);
        assert!(date.to_string().contains(&date.year().to_string()));
        assert!(
            !format!("{date:?}").contains(&date.to_string()),
            "a date is shown"
        );
    };
    if let Ok(read) = Attributes::read(data) {
        date(read.birth_date());
        let shown = format!("{read:?}{:?}", read.offset_table());
        // A name of one of the shown words is none.
        assert!(read.name().is_ascii() || !shown.contains(read.name()));
        let _ = (
            read.address().len(),
            read.sex(),
            format!("{:?}", read.sex()),
        );
    }
    if let Ok(read) = AgeRecord::read(data) {
        date(read.birth_date());
        let _ = (read.record().len(), read.signed().len());
        let _ = (read.signature().len(), read.public_key().len());
        let _ = format!("{read:?}");
    }
    if let Ok(read) = FaceRecord::read(data) {
        date(read.birth_date());
        date(read.unsigned_expiry());
        let parts = [
            read.record(),
            read.public_key(),
            read.name_png(),
            read.address_png(),
            read.photo_jpeg2000(),
            read.signature(),
            read.unsigned_security_code_png(),
        ];
        assert!(parts.iter().all(|part| part.len() <= data.len()));
        let _ = (read.digests(), read.offset_table(), read.sex());
        let _ = format!("{read:?}");
    }
    if let Ok(read) = CardIdentity::read(data) {
        date(read.expiry());
        let serial = read.serial();
        assert!(serial.len() < 6 || !format!("{read:?}").contains(serial));
    }
    if let Ok(read) = CardKey::read(data) {
        let _ = format!("{read:?}");
    }
}

/// Whatever a token says of itself is short, printable and without padding, and what it carries is told intact.
fn token(data: &[u8]) {
    match TokenInfo::read(data) {
        Err(_) => assert!(data.len() < 160, "a whole file was refused"),
        Ok(info) => {
            let texts = [
                (&info.label, 32),
                (&info.manufacturer, 32),
                (&info.model, 16),
                (&info.serial, 16),
            ];
            for (text, most) in texts {
                let printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
                assert!(printable && text.len() <= most && !text.ends_with(' '));
            }
            assert_eq!(
                info.kind() == CardKind::IPhone,
                info.label == "JPKIAPIOSTOKEN"
            );
            let shown = format!("{info:?}");
            let told = info.label.contains(&info.serial);
            assert!(info.serial.len() < 8 || told || !shown.contains(&info.serial));
        }
    }
    match (Availability::read(data), data) {
        (Ok(Availability::Both), [0x8F, 0x8F, 0x00]) => {}
        (Ok(Availability::Other(found)), _) => assert_eq!(found[..], *data, "other bytes"),
        (other, _) => assert!(other.is_err() && data.len() != 3, "{other:?} of {data:?}"),
    }
}

/// A verified certificate of the simulation, to ask about.
pub(crate) fn verified() -> Verified<Authentication> {
    let somebody = person("kyokai-self").expect("listed");
    let certificate =
        Certificate::from_der(&pki::authentication_certificate(somebody, day())).expect("our own");
    TrustStore::simulation()
        .verify_authentication(&certificate, Timestamp::from(day()))
        .expect("our own")
}

/// OCSP answers and revocation lists: nothing that the authority did not sign says "good" or "revoked".
/// Whether the input, being signed, does.
pub(crate) fn revocation(data: &[u8]) -> bool {
    static KNOWN: OnceLock<(Verified<Authentication>, Vec<Vec<u8>>)> = OnceLock::new();
    let (verified, signed) = KNOWN.get_or_init(|| {
        let signed = crate::signed::of_the_simulation().into_iter();
        (verified(), signed.map(|(_, der)| der).collect())
    });
    let right = || signed.iter().any(|der| der == data);
    let question = verified.question();
    let mut believed = false;
    if let Ok(response) = noted(OcspResponse::from_der(data)) {
        assert_eq!(response.as_der(), data);
        let answer = response.judge(&question, None, &OcspPolicy::default());
        let _ = format!("{answer:?}{response:?}");
        assert!(!decided(&answer) || right(), "forged: {answer:?}");
        believed |= decided(&answer);
        crate::signed::applied(verified, &answer);
    }
    if let Ok(answer) = noted(walk_list(data, &question, &ListPolicy::default())) {
        let _ = format!("{answer:?}");
        assert!(!decided(&answer) || right(), "forged: {answer:?}");
        believed |= decided(&answer);
        crate::signed::applied(verified, &answer);
    }
    believed
}

fn decided(answer: &Revocation) -> bool {
    matches!(answer, Revocation::Good { .. } | Revocation::Revoked { .. })
}
