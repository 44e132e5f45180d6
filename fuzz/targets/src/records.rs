//! Card-verifiable certificates and signed records: whatever is believed is what the virtual card's issuer signed.

use std::sync::OnceLock;

use mynacard_cert::record::{
    AgeRecord, AttributeSignature, Attributes, CardAuthorities, CardAuthority, CardFace, CardKey,
    RecordSigner,
};
use mynacard_cert::{Certificate, Hierarchy, HolderAttributes};
use mynacard_sim::{VirtualCard, person, pki};
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use sha2::{Digest as _, Sha256};

use crate::errors::noted;
use crate::virtual_card::{card, day};

/// What the first person's card holds, read and verified once.
struct Known {
    authorities: CardAuthorities,
    /// Those of a terminal that has no issuer's key yet.
    none: CardAuthorities,
    /// What another person's certificate says, and one that says another sex alone.
    others: [HolderAttributes; 2],
    /// The card's signature of a message, by its own key.
    presence: Vec<u8>,
    certificates: Vec<Vec<u8>>,
    /// Of the input support, and of the card face.
    signers: [RecordSigner; 2],
    signed: Lent,
    attributes: Attributes,
    key: CardKey,
    age: AgeRecord,
    face: CardFace,
}

/// What signs the attributes.
struct Lent {
    digest: [u8; 32],
    attributes: [u8; 32],
    signature: Vec<u8>,
}

impl Lent {
    fn lend(&self) -> AttributeSignature<'_> {
        AttributeSignature {
            signed_digest: &self.digest,
            attributes_digest: &self.attributes,
            signature: &self.signature,
        }
    }
}

/// Every reader of signed things: an authority whose key is public knowledge certified the signers, so that a right input
/// passes, and only a right one does.
pub(crate) fn judged(data: &[u8]) {
    static KNOWN: OnceLock<Known> = OnceLock::new();
    let known = KNOWN.get_or_init(|| Known::read().expect("the virtual card"));
    if let Ok(signer) = noted(known.authorities.verify(data)) {
        let _ = (
            signer.key_identifier(),
            signer.hierarchy(),
            format!("{signer:?}"),
        );
        // With its template, or as GET DATA returns it.
        let mut right = known.certificates.iter();
        assert!(
            right.any(|file| file == data || file.get(5..) == Some(data)),
            "a card's certificate that nobody signed"
        );
    }
    assert!(
        noted(known.none.verify(data)).is_err(),
        "believed without a key"
    );
    for signer in &known.signers {
        if let Ok(found) = noted(signer.attributes(data, &known.signed.lend())) {
            let _ = (found.name().len(), found.address().len(), found.sex());
            let _ = (found.birth(), format!("{found:?}"));
            assert!(found == known.attributes, "attributes that nobody signed");
            for other in &known.others {
                assert!(noted(found.agree_with_certificate(other)).is_err());
            }
        }
        if let Ok(found) = noted(signer.card_key(data)) {
            assert!(found == known.key, "a card's key that nobody signed");
            assert!(noted(found.verify_presence(b"message", data)).is_err());
            let present = found.verify_presence(b"message", &known.presence);
            assert_eq!(present.as_ref().map(|present| present.key()), Ok(&found));
            let other = found.verify_presence(b"another message", &known.presence);
            assert!(other.is_err(), "another message");
            let _ = format!("{found:?}");
        }
        if let Ok(found) = noted(signer.age_record(data)) {
            let _ = (found.birth(), found.key(), format!("{found:?}"));
            assert!(found == known.age, "an age that nobody signed");
        }
        if let Ok((found, unsigned)) = noted(signer.card_face(data)) {
            let _ = (found.birth(), found.sex(), found.key());
            let parts = [found.name_png(), found.address_png(), found.photo_jp2()];
            assert!(parts.iter().all(|part| part.len() <= data.len()));
            assert!(noted(found.agree_with_attributes(&known.attributes)).is_ok());
            for other in &known.others {
                assert!(noted(found.agree_with_certificate(other)).is_err());
            }
            let _ = format!("{found:?}{unsigned:?}");
            assert!(found == known.face, "a face that nobody signed");
        }
    }
    // As a signature, whatever it is over.
    let [signer, _] = &known.signers;
    let lent = AttributeSignature {
        signature: data,
        ..known.signed.lend()
    };
    assert!(noted(signer.attributes(data, &lent)).is_err());
    assert!(!signer.verifies_digest(&known.signed.digest, data) || data == known.signed.signature);
}

/// The files that are signed, and two in which something is wrong: seeds.
pub(crate) fn files() -> Vec<(&'static str, Vec<u8>)> {
    let (mut support, mut face) = (support(), face());
    // The table of offsets, which nothing signs, points elsewhere.
    let mut elsewhere = read(&mut support, 2);
    let table = elsewhere.windows(3).position(|at| at == [0xDF, 0x21, 8]);
    if let Some(offset) = table.and_then(|at| elsewhere.get_mut(at + 3)) {
        *offset ^= 1;
    }
    vec![
        ("support-elsewhere", elsewhere),
        ("support-certificate-weak", weak_certificate()),
        ("support-attributes", read(&mut support, 2)),
        ("support-certificate", read(&mut support, 4)),
        ("support-key", read(&mut support, 7)),
        ("face-age", read(&mut face, 1)),
        ("face-face", read(&mut face, 2)),
        ("face-certificate", read(&mut face, 4)),
    ]
}

/// A certificate that the authority signed, of a key that is too short: the authority's key is public knowledge.
fn weak_certificate() -> Vec<u8> {
    let key: &[u8] = include_bytes!("../../../crates/mynacard-sim/keys/cv-ca.key.der");
    let key = rsa::PrivateKey::from_pkcs1_der(key).expect("the simulation's own key");
    let long = |tag: [u8; 2], value: &[u8]| {
        let length = u16::try_from(value.len()).expect("short").to_be_bytes();
        [&tag[..], &[0x82], &length, value].concat()
    };
    let body = [
        &pki::CARD_VERIFIABLE_CA_KEY_ID[..],
        b"weak key        ",
        &[0x90, 3, 1, 0, 1, 0x91, 0x81, 0x80],
        &[0xC5; 128],
    ]
    .concat();
    let padding = rsa::Pkcs1v15Sign::new::<Sha256>();
    let signature = key.sign(padding, &Sha256::digest(&body)).expect("it signs");
    let parts = [long([0x5F, 0x4E], &body), long([0x5F, 0x37], &signature)];
    long([0x7F, 0x21], &parts.concat())
}

impl Known {
    fn read() -> Result<Self, mynacard_cert::Error> {
        let authorities = CardAuthorities::new(Hierarchy::Simulation).with(CardAuthority::new(
            Hierarchy::Simulation,
            pki::CARD_VERIFIABLE_CA_KEY_ID,
            &pki::card_verifiable_ca_modulus(),
            &[1, 0, 1],
        )?)?;
        let (mut support, mut face) = (support(), face());
        let certificates = vec![read(&mut support, 4), read(&mut face, 4)];
        let mut signers = certificates.iter().map(|file| authorities.verify(file));
        let mut next = || signers.next().expect("two");
        let (attributes_signer, face_signer) = (next()?, next()?);
        drop(signers);
        // FF30 82 hi lo { DF31 20 …; DF32 20 …; DF33 82 hi lo … }
        let signed = read(&mut support, 3);
        let part = |range| signed.get(range).expect("long enough");
        let signed = Lent {
            digest: Sha256::digest(part(5..75)).into(),
            attributes: part(43..75).try_into().expect("32 octets"),
            signature: part(80..signed.len()).to_vec(),
        };
        let record = read(&mut support, 2);
        let other = person("long-name").expect("listed");
        let other = Certificate::from_der(&pki::signature_certificate(other, day()))?;
        let twin = crate::seeds::of_holder(&[(4, "319800401"), (3, "2")]);
        let twin = Certificate::from_der(&twin)?;
        Ok(Self {
            none: CardAuthorities::new(Hierarchy::Simulation),
            others: [
                other.holder_attributes_unverified()?,
                twin.holder_attributes_unverified()?,
            ],
            presence: presence(&mut support),
            attributes: attributes_signer.attributes(&record, &signed.lend())?,
            key: attributes_signer.card_key(&read(&mut support, 7))?,
            age: face_signer.age_record(&read(&mut face, 1))?,
            face: face_signer.card_face(&read(&mut face, 2))?.0,
            signers: [attributes_signer, face_signer],
            authorities,
            certificates,
            signed,
        })
    }
}

/// The card's signature of the message with its own key: COMPUTE DIGITAL SIGNATURE over its DigestInfo.
fn presence(card: &mut VirtualCard) -> Vec<u8> {
    let info = [
        &[0x30, 0x31, 0x30, 0x0D, 0x06, 0x09][..],
        &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01],
        &[0x05, 0x00, 0x04, 0x20],
        &Sha256::digest(b"message"),
    ];
    let command = [&[0x80, 0x2A, 0x00, 0x00, 0x33][..], &info.concat(), &[0x00]];
    let mut signature = card.transmit(&command.concat());
    let status = signature.split_off(signature.len().saturating_sub(2));
    assert_eq!(status, [0x90, 0x00], "a signature of presence");
    signature
}

/// The card with the input support selected and its PIN presented.
fn support() -> VirtualCard {
    let mut card = selected(0x08);
    let verify = [&[0x00, 0x20, 0x00, 0x91, 0x04][..], b"1234"].concat();
    assert_eq!(card.transmit(&verify), [0x90, 0x00]);
    card
}

/// The card with the card face selected; 照合番号B opens the face, the birth date the age record.
fn face() -> VirtualCard {
    let mut card = selected(0x02);
    let verify = [&[0x00, 0x20, 0x00, 0x91, 0x06][..], b"550401"].concat();
    assert_eq!(card.transmit(&verify), [0x90, 0x00]);
    // The year in which the card ends depends on the day of issue.
    let opened = (2034..2039).any(|year| {
        let number = format!("550401{year}4016");
        let verify = [&[0x00, 0x20, 0x00, 0x92, 0x0E][..], number.as_bytes()].concat();
        card.transmit(&verify) == [0x90, 0x00]
    });
    assert!(opened, "the number that opens the face");
    card
}

fn selected(application: u8) -> VirtualCard {
    let mut card = card();
    card.power_on();
    let select = [
        &[0x00, 0xA4, 0x04, 0x0C, 0x0A][..],
        &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04],
        &[application],
    ];
    assert_eq!(card.transmit(&select.concat()), [0x90, 0x00]);
    card
}

fn read(card: &mut VirtualCard, file: u8) -> Vec<u8> {
    let mut content = card.transmit(&[0x00, 0xB0, 0x80 | file, 0x00, 0x00, 0x00, 0x00]);
    let status = content.split_off(content.len().saturating_sub(2));
    assert_eq!(status, [0x90, 0x00], "file {file}");
    content
}
