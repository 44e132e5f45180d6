//! Files of a card and revocation data: bytes that come from elsewhere and are read by themselves.

use std::sync::OnceLock;

use mynacard_card::FileProblem;
use mynacard_card::app::card_face::{AgeRecord, FaceRecord};
use mynacard_card::app::common::CardIdentity;
use mynacard_card::app::input_support::{Attributes, BasicData, CardKey, RsaKey};
use mynacard_cert::revocation::{ListPolicy, OcspPolicy, OcspResponse, Revocation, walk_list};
use mynacard_cert::{Authentication, Certificate, Timestamp, TrustStore, Verified};
use mynacard_sim::{person, pki};

use crate::virtual_card::day;

/// Every kind of file in turn; a reader that takes bytes takes them again in the same way.
pub(crate) fn of_a_card(data: &[u8]) {
    fn twice<T>(data: &[u8], read: fn(&[u8]) -> Result<T, FileProblem>) {
        assert_eq!(read(data).err(), read(data).err());
    }
    twice(data, Attributes::read);
    twice(data, CardKey::read);
    twice(data, BasicData::read);
    twice(data, RsaKey::read);
    twice(data, AgeRecord::read);
    twice(data, FaceRecord::read);
    twice(data, CardIdentity::read);
    crate::records::judged(data);
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
    if let Ok(response) = OcspResponse::from_der(data) {
        assert_eq!(response.as_der(), data);
        let answer = response.judge(&question, None, &OcspPolicy::default());
        assert!(!decided(&answer) || right(), "forged: {answer:?}");
        believed |= decided(&answer);
    }
    if let Ok(answer) = walk_list(data, &question, &ListPolicy::default()) {
        assert!(!decided(&answer) || right(), "forged: {answer:?}");
        believed |= decided(&answer);
    }
    believed
}

fn decided(answer: &Revocation) -> bool {
    matches!(answer, Revocation::Good { .. } | Revocation::Revoked { .. })
}
