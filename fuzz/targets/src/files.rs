//! Files of a card and revocation data: bytes that come from elsewhere and are read by themselves.

use std::io::Read;
use std::sync::OnceLock;

use mynacard_card::FileProblem;
use mynacard_card::app::card_face::{AgeRecord, FaceRecord};
use mynacard_card::app::common::CardIdentity;
use mynacard_card::app::input_support::{Attributes, BasicData, CardKey, RsaKey};
use mynacard_card::app::jpki::{Availability, CardKind, TokenInfo};
use mynacard_cert::revocation::{
    ListPolicy, MAX_OCSP_RESPONSE, OcspCache, OcspPolicy, OcspResponse, Question, Revocation,
    RevocationSource as _, walk_list,
};
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
            // Whatever the serial number is, the same is shown.
            let mut others = data.to_vec();
            others
                .iter_mut()
                .skip(80)
                .take(16)
                .for_each(|byte| *byte = !*byte);
            let other = TokenInfo::read(&others).expect("as long as the first");
            assert_eq!(format!("{info:?}"), format!("{other:?}"));
            assert!(info.serial != other.serial || info.serial.contains('?'));
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

/// What is asked about, and every input that may decide.
struct Asked {
    /// Now, and on the day after the certificate's end.
    verified: [Verified<Authentication>; 2],
    signed: Vec<Vec<u8>>,
}

/// OCSP answers and revocation lists: nothing that the authority did not sign says "good" or "revoked", and nothing made after the
/// certificate's end says "good". Whether the input, being signed, decides.
pub(crate) fn revocation(data: &[u8]) -> bool {
    static ASKED: OnceLock<Asked> = OnceLock::new();
    let asked = ASKED.get_or_init(|| {
        let verified = verified();
        let late = verified.certificate().not_after().plus_seconds(86_400);
        let late = TrustStore::simulation()
            .verify_authentication(verified.certificate(), late)
            .expect("what has ended is judged all the same");
        let signed = crate::signed::simulation::signed().into_iter();
        Asked {
            verified: [verified, late],
            signed: signed.map(|(_, der)| der).collect(),
        }
    });
    // One octet stands for an answer of nothing else that is longer than any.
    if let [fill] = data {
        let long = OcspResponse::from_der(&vec![*fill; MAX_OCSP_RESPONSE + 1]);
        assert!(noted(long).is_err(), "longer than any answer");
    }
    let mut believed = false;
    let mut judged = |verified: &Verified<Authentication>, answer: &Revocation| {
        let _ = format!("{answer:?}");
        assert!(
            !decided(answer) || asked.signed.iter().any(|der| der == data),
            "forged: {answer:?}"
        );
        if let Revocation::Good { this_update, .. } = answer {
            assert!(
                *this_update <= verified.certificate().not_after(),
                "too late"
            );
        }
        believed |= decided(answer);
        crate::signed::applied(verified, answer);
    };
    let response = noted(OcspResponse::from_der(data)).ok();
    for verified in &asked.verified {
        let question = verified.question();
        if let Some(response) = &response {
            assert_eq!(response.as_der(), data);
            let _ = format!("{response:?}");
            let answer = response.judge(&question, None, &OcspPolicy::default());
            judged(verified, &answer);
            if decided(&answer) {
                repeated(verified, response, &answer);
            }
        }
        if let Ok(answer) = noted(walk_list(data, &question, &ListPolicy::default())) {
            judged(verified, &answer);
            fails_halfway(data, &question);
        }
    }
    believed
}

/// A disk that fails inside a list or at its end is told of, and nothing is answered by the part that was read.
fn fails_halfway(list: &[u8], question: &Question<'_>) {
    for read in [list.len() / 2, list.len()] {
        let disk = list.get(..read).unwrap_or_default().chain(Failing);
        let answer = noted(walk_list(disk, question, &ListPolicy::default()));
        let code = answer.map_err(|error| error.code());
        assert!(matches!(code, Err("MC-3403")), "half a list: {code:?}");
    }
}

/// What cannot be read.
struct Failing;

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("the disk failed"))
    }
}

/// To a request with a nonce that the answer does not repeat it says the same or nothing. A cache keeps what decides and nothing else, and
/// says the same again, also when the same answer comes once more.
fn repeated(verified: &Verified<Authentication>, response: &OcspResponse, answer: &Revocation) {
    let question = verified.question();
    let request = question.ocsp_request(Some(&[9; 32]));
    let found = response.judge(&question, Some(&request), &OcspPolicy::default());
    assert!(!decided(&found) || found == *answer);
    let mut cache = OcspCache::new(1, OcspPolicy::default());
    for _ in 0..2 {
        let told = cache.insert(&question, &request, response.clone());
        assert_eq!(told, found);
        assert_eq!(cache.len(), usize::from(decided(&found)));
        assert!(!decided(&found) || cache.ask(&question) == found);
    }
}

fn decided(answer: &Revocation) -> bool {
    matches!(answer, Revocation::Good { .. } | Revocation::Revoked { .. })
}
