//! 券面事項確認AP: what is printed on the card, as signed images.

use sha2::{Digest as _, Sha256};

use super::file::{Access, Application, Change, File};
use super::images::Images;
use super::issue::Issue;
use super::key::PrivateKey;
use super::record::{certificate, key_id, object, public_key, sign, sign_digests, with_offsets};
use crate::people::Person;
use crate::pki::{CARD_VERIFIABLE_CA_KEY_ID, CaKey, PersonKey, ca_key, person_key};

pub(crate) const AID: [u8; 10] = [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02];
pub(crate) const BIRTH_DATE: u16 = 0x0011;
pub(crate) const CODE_B: u16 = 0x0012;
pub(crate) const CODE_A: u16 = 0x0013;

pub(crate) fn application(person: &Person, issue: &Issue) -> Application {
    let signer = ca_key(CaKey::CardFace);
    let presence = person_key(person, PersonKey::Presence);
    let images = Images::of(person);
    let key = public_key(&presence);
    Application {
        aid: AID.to_vec(),
        change: Change::None,
        certificate: Some(0x0004),
        files: vec![
            File::exact(
                0x0001,
                signed(
                    0xFF10,
                    &[
                        object(0xDF11, issue.birth().as_bytes()),
                        object(0xDF12, &key),
                    ],
                    0xDF13,
                    &signer,
                ),
                Access::AnyOf(&[BIRTH_DATE]),
            ),
            File::exact(
                0x0002,
                face(person, issue, &images, &key, &signer),
                Access::AnyOf(&[CODE_A, CODE_B]),
            ),
            File::exact(0x0003, basic_data(person), Access::Free),
            File::exact(
                0x0004,
                certificate(&key_id(person.municipality(), "32"), &signer),
                Access::Free,
            ),
            File::exact(
                0x0005,
                signed(
                    0xFF40,
                    &[object(0xDF41, images.my_number), object(0xDF42, &key)],
                    0xDF43,
                    &signer,
                ),
                Access::AnyOf(&[CODE_A]),
            ),
            File::reference(BIRTH_DATE, Some(&issue.birth_key()), 10, 10),
            File::reference(CODE_B, Some(&issue.code_b()), 10, 10),
            File::reference(CODE_A, Some(&issue.my_number), 10, 10),
        ],
        presence: Some(PrivateKey::Rsa(Box::new(presence))),
    }
}

/// A record whose last object signs those before it, headers included.
fn signed(outer: u16, objects: &[Vec<u8>], tag: u16, signer: &rsa::PrivateKey) -> Vec<u8> {
    let content = objects.concat();
    let signature = object(tag, &sign(signer, &content));
    object(outer, &[content, signature].concat())
}

/// The card face. Expiry and security code follow the signature and are not covered by it.
fn face(
    person: &Person,
    issue: &Issue,
    images: &Images,
    key: &[u8],
    signer: &rsa::PrivateKey,
) -> Vec<u8> {
    let birth = object(0xDF22, issue.birth().as_bytes());
    let sex = object(0xDF23, person.sex().digit().to_string().as_bytes());
    let key = object(0xDF24, key);
    let name = object(0xDF25, images.name);
    let address = object(0xDF26, images.address);
    let photo = object(0xDF27, images.photo);
    let parts = [
        [birth.clone(), sex.clone(), key.clone()].concat(),
        [name.clone(), address.clone()].concat(),
        photo.clone(),
    ];
    let signature = object(0xDF28, &sign_digests(signer, &parts));
    let expiry = object(0xDF29, issue.expiry.as_bytes());
    let code = object(0xDF2A, images.security_code);
    with_offsets(
        0xFF20,
        0xDF21,
        &[
            birth, sex, key, name, address, photo, signature, expiry, code,
        ],
    )
}

fn basic_data(person: &Person) -> Vec<u8> {
    let reference: Vec<u8> = (0_u8..8)
        .flat_map(|part| Sha256::digest([b"MNSIMFACE", person.id().as_bytes(), &[part]].concat()))
        .collect();
    object(
        0xFF30,
        &[
            object(0xDF31, &[0x06, 0x03, 0x0E, 0x01]),
            object(0xDF32, &CARD_VERIFIABLE_CA_KEY_ID),
            object(0xDF33, &[0x01]),
            object(0xDF34, person.municipality().as_bytes()),
            object(
                0xDF35,
                &[CARD_VERIFIABLE_CA_KEY_ID.as_slice(), &reference].concat(),
            ),
        ]
        .concat(),
    )
}
