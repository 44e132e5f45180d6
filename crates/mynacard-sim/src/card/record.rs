//! The signed records of the 券面 applications: objects with two-byte tags, signatures, card-verifiable certificates.

use rsa::traits::PublicKeyParts as _;
use rsa::{Pkcs1v15Sign, PrivateKey as RsaPrivateKey};
use sha2::{Digest as _, Sha256};

use crate::pki::der::{sequence, tlv};
use crate::pki::{CARD_VERIFIABLE_CA_KEY_ID, CaKey, ca_key};

/// An object with a tag of two bytes and the shortest length.
pub(crate) fn object(tag: u16, value: &[u8]) -> Vec<u8> {
    let [high, low] = tag.to_be_bytes();
    [vec![high], tlv(low, value)].concat()
}

/// The same with a length of three bytes where one would do, as the basic data of real cards have it.
pub(crate) fn object_with_long_length(tag: u16, value: &[u8]) -> Vec<u8> {
    let [.., high, low] = value.len().to_be_bytes();
    [tag.to_be_bytes().as_slice(), &[0x82, high, low], value].concat()
}

/// `90` exponent, `91` modulus.
pub(crate) fn public_key(key: &RsaPrivateKey) -> Vec<u8> {
    [tlv(0x90, &[0x01, 0x00, 0x01]), tlv(0x91, &modulus(key))].concat()
}

/// The 256 bytes of a modulus.
pub(crate) fn modulus(key: &RsaPrivateKey) -> Vec<u8> {
    key.n().to_be_bytes().into_vec()
}

/// PKCS#1 v1.5 with SHA-256 over these bytes.
pub(crate) fn sign(key: &RsaPrivateKey, signed: &[u8]) -> Vec<u8> {
    key.sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(signed))
        .expect("a 2048-bit key signs a SHA-256 digest")
}

/// The signature over a card face: a DigestInfo that names SHA-256 and carries several digests one after the other.
pub(crate) fn sign_digests(key: &RsaPrivateKey, parts: &[Vec<u8>]) -> Vec<u8> {
    let digests: Vec<u8> = parts.iter().flat_map(Sha256::digest).collect();
    let algorithm = sequence(&[
        crate::pki::der::oid("2.16.840.1.101.3.4.2.1"),
        crate::pki::der::null(),
    ]);
    let info = sequence(&[algorithm, crate::pki::der::octets(&digests)]);
    key.sign(Pkcs1v15Sign::new_unprefixed(), &info)
        .expect("the DigestInfo is shorter than the key")
}

/// A table of offsets, counted from the start of the file, in front of its objects: `outer { table, objects… }`.
pub(crate) fn with_offsets(outer: u16, table: u16, objects: &[Vec<u8>]) -> Vec<u8> {
    let table_length = 3 + 2 * objects.len();
    let content: usize = table_length + objects.iter().map(Vec::len).sum::<usize>();
    let header = object(outer, &vec![0; content]).len() - content;
    let mut at = header + table_length;
    let mut offsets = Vec::new();
    for one in objects {
        let [.., high, low] = at.to_be_bytes();
        offsets.extend([high, low]);
        at += one.len();
    }
    object(outer, &[object(table, &offsets), objects.concat()].concat())
}

/// A card-verifiable certificate for a key of this id, issued by the simulation's CA.
pub(crate) fn certificate(subject: &[u8; 16], key: &RsaPrivateKey) -> Vec<u8> {
    let body = [
        CARD_VERIFIABLE_CA_KEY_ID.as_slice(),
        subject,
        &public_key(key),
    ]
    .concat();
    let signature = sign(&ca_key(CaKey::CardVerifiable), &body);
    object(
        0x7F21,
        &[object(0x5F4E, &body), object(0x5F37, &signature)].concat(),
    )
}

/// A key id: the municipality's five digits and two of the application, then the constant parts.
pub(crate) fn key_id(municipality: &str, application: &str) -> [u8; 16] {
    let mut id = *b"0000000\x08\x05000\0\0\0\0";
    for (to, from) in id.iter_mut().zip(
        municipality
            .bytes()
            .take(5)
            .chain(application.bytes().take(2)),
    ) {
        *to = from;
    }
    id
}
