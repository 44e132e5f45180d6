//! 券面入力補助AP: the four attributes as text, for filling in a form.

use sha2::{Digest as _, Sha256};

use super::file::{Access, Application, Change, File};
use super::issue::Issue;
use super::key::PrivateKey;
use super::record::{
    certificate, key_id, object, object_with_long_length, public_key, sign, with_offsets,
};
use crate::people::Person;
use crate::pki::der::tlv;
use crate::pki::{CARD_VERIFIABLE_CA_KEY_ID, CaKey, PersonKey, ca_key, person_key};

pub(crate) const AID: [u8; 10] = [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08];
pub(crate) const PIN: u16 = 0x0011;
pub(crate) const CODE_A: u16 = 0x0014;
pub(crate) const CODE_B: u16 = 0x0015;
const NEVER_SET: u16 = 0x0012;

pub(crate) fn application(person: &Person, issue: &Issue) -> Application {
    let signer = ca_key(CaKey::InputSupport);
    let presence = person_key(person, PersonKey::Presence);
    let number = [object(0xFF10, issue.my_number.as_bytes()), vec![0xFF, 0xFF]].concat();
    let attributes = attributes(person, issue);
    let card_key = object(0xDF51, &public_key(&presence));
    let signed_key = object(
        0xFF50,
        &[card_key.clone(), object(0xDF52, &sign(&signer, &card_key))].concat(),
    );
    let session_key = tlv(0xA1, &public_key(&presence));
    let any: Access = Access::AnyOf(&[PIN, CODE_A, CODE_B]);
    Application {
        aid: AID.to_vec(),
        change: Change::Interindustry,
        certificate: Some(0x0004),
        presence: Some(PrivateKey::Rsa(Box::new(presence))),
        files: vec![
            File::exact(0x0003, integrity(&number, &attributes, &signer), any),
            File::exact(0x0001, number, Access::AnyOf(&[PIN, CODE_A])),
            File::exact(0x0002, attributes, Access::AnyOf(&[PIN, CODE_B])),
            File::exact(
                0x0004,
                certificate(&key_id(person.municipality(), "31"), &signer),
                Access::Free,
            ),
            File::exact(0x0005, basic_data(person), Access::Free),
            File::exact(0x0006, session_key, any),
            File::exact(0x0007, signed_key, any),
            File::reference(
                PIN,
                person.pin(),
                if person.pin().is_some() { 3 } else { 0 },
                3,
            ),
            File::reference(NEVER_SET, None, 0, 3),
            File::reference(CODE_A, Some(&issue.my_number), 10, 10),
            File::reference(CODE_B, Some(&issue.code_b()), 10, 10),
        ],
    }
}

/// Name, address, birth date and sex behind their table of offsets.
fn attributes(person: &Person, issue: &Issue) -> Vec<u8> {
    with_offsets(
        0xFF20,
        0xDF21,
        &[
            object(0xDF22, person.name().as_bytes()),
            object(0xDF23, person.address().as_bytes()),
            object(0xDF24, issue.birth().as_bytes()),
            object(0xDF25, person.sex().digit().to_string().as_bytes()),
        ],
    )
}

/// Digests of both files and the signature over them: the first file as stored, of the second what follows its table.
fn integrity(number: &[u8], attributes: &[u8], signer: &rsa::PrivateKey) -> Vec<u8> {
    let table = [0xDF, 0x21, 0x08];
    let after = attributes
        .windows(table.len())
        .position(|window| window == table)
        .and_then(|at| attributes.get(at + table.len() + 8..))
        .expect("the attributes begin with their table of four offsets");
    let digests = [
        object(0xDF31, &Sha256::digest(number)),
        object(0xDF32, &Sha256::digest(after)),
    ]
    .concat();
    let signature = object(0xDF33, &sign(signer, &digests));
    object(0xFF30, &[digests, signature].concat())
}

fn basic_data(person: &Person) -> Vec<u8> {
    let mut reference =
        Sha256::digest([b"MNSIMREFERENCE", person.id().as_bytes()].concat()).to_vec();
    reference.resize(128, 0xFF);
    let content = [
        object(0xDF41, &[0x01, 0x03, 0x0E, 0x01]),
        object(0xDF42, &CARD_VERIFIABLE_CA_KEY_ID),
        object_with_long_length(0xDF43, &reference),
    ]
    .concat();
    object_with_long_length(0xFF40, &content)
}
