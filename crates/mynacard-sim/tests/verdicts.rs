//! The simulation before this project's own judge: certificates, possession, and the signed records of the 券面 applications.

#![allow(
    clippy::indexing_slicing,
    reason = "a test: an answer of another length fails it"
)]

use mynacard_cert::record::{AttributeSignature, CardAuthorities, CardAuthority};
use mynacard_cert::{Certificate, Expiry, Hierarchy, Timestamp, TrustStore};
use mynacard_sim::{CertificateLife, Person, VirtualCard, people, person, pki};
use sha2::{Digest as _, Sha256};

mod support;
use support::{day, hex, to_hex};

fn certificate(der: &[u8]) -> Certificate {
    Certificate::from_der(der).expect("strict DER of the profile")
}

#[test]
fn everybodys_certificates_get_the_verdict_of_their_life() {
    let store = TrustStore::simulation();
    let at = Timestamp::from(day());
    for person in people() {
        let authentication = certificate(&pki::authentication_certificate(person, day()));
        let signature = certificate(&pki::signature_certificate(person, day()));
        let verdict = store
            .verify_authentication(&authentication, at)
            .expect("the simulation's own root");
        assert_eq!(verdict.hierarchy(), Hierarchy::Simulation);
        assert_life(person, verdict.expiry());
        assert_life(
            person,
            store
                .verify_signature(&signature, at)
                .expect("the simulation's own root")
                .expiry(),
        );
        assert_eq!(
            authentication.subject_common_name(),
            Some(person.authentication_common_name().as_str())
        );
        assert!(
            store.verify_signature(&authentication, at).is_err(),
            "{}: the wrong usage",
            person.id()
        );
        assert!(
            store.verify_authentication(&signature, at).is_err(),
            "{}: the wrong usage",
            person.id()
        );
        assert!(
            TrustStore::production()
                .verify_authentication(&authentication, at)
                .is_err(),
            "{}",
            person.id()
        );
    }
}

#[track_caller]
fn assert_life(person: &Person, expiry: Expiry) {
    let right = match person.certificate() {
        CertificateLife::EndsSoon => matches!(expiry, Expiry::EndsSoon { .. }),
        CertificateLife::Ended | CertificateLife::Expired => {
            matches!(expiry, Expiry::Expired { .. })
        }
        _ => matches!(expiry, Expiry::Valid { .. }),
    };
    assert!(right, "{}: {expiry:?}", person.id());
}

#[test]
fn the_holder_in_the_signature_certificate_is_the_person() {
    let store = TrustStore::simulation();
    for person in people() {
        let leaf = certificate(&pki::signature_certificate(person, day()));
        let verified = store
            .verify_signature(&leaf, Timestamp::from(day()))
            .expect("the simulation's own root");
        let holder = verified
            .holder()
            .expect("name, birth date, sex and address");
        assert_eq!(
            (holder.name(), holder.address()),
            (person.name(), person.address()),
            "{}",
            person.id()
        );
    }
}

#[test]
fn the_p384_preview_gets_a_verdict_too() {
    let person = person("kyokai-self").expect("listed");
    let leaf = certificate(&pki::authentication_certificate_p384(person, day()));
    TrustStore::simulation()
        .verify_authentication(&leaf, Timestamp::from(day()))
        .expect("a key of the next generation");
}

/// A powered card with an application selected and its key presented.
fn opened(person: &Person, application: &str, verify: Option<&str>) -> VirtualCard {
    let mut card = VirtualCard::new(person, day());
    card.power_on();
    for command in [Some(application), verify].into_iter().flatten() {
        let answer = card.transmit(&hex(command));
        assert_eq!(answer, [0x90, 0x00], "{}: {command}", person.id());
    }
    card
}

fn read(card: &mut VirtualCard, short_id: u8) -> Vec<u8> {
    let mut file = card.transmit(&hex(&format!("00B08{short_id:X}00000000")));
    let status = file.split_off(file.len() - 2);
    assert_eq!(status, [0x90, 0x00]);
    file
}

fn authorities() -> CardAuthorities {
    let modulus = pki::card_verifiable_ca_modulus();
    let authority = CardAuthority::new(
        Hierarchy::Simulation,
        pki::CARD_VERIFIABLE_CA_KEY_ID,
        &modulus,
        &[1, 0, 1],
    )
    .expect("RSA-2048");
    CardAuthorities::new(Hierarchy::Simulation)
        .with(authority)
        .expect("one hierarchy")
}

/// Lends `FF30 82014B { DF31 20 …; DF32 20 …; DF33 820100 … }` for one verification.
fn with_attribute_signature<R>(
    file: &[u8],
    verify: impl FnOnce(&AttributeSignature<'_>) -> R,
) -> R {
    verify(&AttributeSignature {
        signed_digest: &Sha256::digest(&file[5..75]).into(),
        attributes_digest: file[43..75].try_into().expect("32 bytes"),
        signature: &file[80..],
    })
}

const INPUT_SUPPORT: &str = "00A4040C0AD3921000310001010408";
const CARD_FACE: &str = "00A4040C0AD3921000310001010402";

#[test]
fn everybodys_records_are_accepted_and_show_the_person() {
    let presence = format!(
        "802A000033 3031300D060960864801650304020105000420 {} 00",
        to_hex(&Sha256::digest(b"challenge"))
    );
    for person in people() {
        let birth = person.birth();
        let key = format!("{:02}{:02}{:02}", birth.era().1, birth.month(), birth.day());
        let mut face = opened(
            person,
            CARD_FACE,
            Some(&format!("0020009106{}", to_hex(key.as_bytes()))),
        );
        let signer = authorities()
            .verify(&read(&mut face, 4))
            .expect("the simulation's authority");
        let age = signer
            .age_record(&read(&mut face, 1))
            .expect("a signed record");
        assert!(
            age.birth().to_string().contains(&birth.to_string()),
            "{}",
            person.id()
        );
        let mut signature = face.transmit(&hex(&presence));
        signature.truncate(256);
        age.key()
            .verify_presence(b"challenge", &signature)
            .expect("the card's own key");
        let Some(pin) = person.pin() else { continue };
        let mut support = opened(
            person,
            INPUT_SUPPORT,
            Some(&format!("0020009104{}", to_hex(pin.as_bytes()))),
        );
        let signer = authorities()
            .verify(&read(&mut support, 4))
            .expect("the simulation's authority");
        let record = read(&mut support, 2);
        let attributes = with_attribute_signature(&read(&mut support, 3), |signed| {
            signer
                .attributes(&record, signed)
                .expect("signed attributes")
        });
        assert_eq!(
            (attributes.name(), attributes.address()),
            (person.name(), person.address())
        );
        signer
            .card_key(&read(&mut support, 7))
            .expect("a signed key");
    }
}

#[test]
fn a_card_face_is_accepted_as_a_whole_and_refused_when_a_byte_of_it_changes() {
    let person = person("kyokai-self").expect("listed");
    let mut card = opened(
        person,
        CARD_FACE,
        Some("002000920E3535303430313230333534303136"),
    );
    let signer = authorities()
        .verify(&read(&mut card, 4))
        .expect("the simulation's authority");
    let mut file = read(&mut card, 2);
    let (face, unsigned) = signer.card_face(&file).expect("a signed face");
    assert!(face.name_png().starts_with(b"\x89PNG") && face.photo_jp2().len() > 2000);
    assert_eq!(unsigned.expiry, b"20350401");
    for at in [face.name_png().len(), 200, 400] {
        file[at] ^= 1;
        assert!(signer.card_face(&file).is_err(), "byte {at}");
        file[at] ^= 1;
    }
    signer.card_face(&file).expect("as it was");
}
