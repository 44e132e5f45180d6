//! Signed records of a real test card, and records made here for the card face, whose real ones are not at hand.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::cast_possible_truncation
)]

mod common;

use common::{vector, vectors};
use mynacard_cert::record::{AttributeSignature, CardAuthorities, CardAuthority, RecordSigner};
use mynacard_cert::{Certificate, Error, ErrorKind, Hierarchy, Sex};
use sha2::{Digest as _, Sha256};

fn unhex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// The known authorities of one hierarchy, read from the vectors' file (whose lines are `"name": "value"`).
fn authorities(folder: &std::path::Path, wanted: &str) -> CardAuthorities {
    let text = String::from_utf8(vector(folder, "cv-ca-keys.json")).unwrap();
    let hierarchy = if wanted == "test" {
        Hierarchy::JpkiTest
    } else {
        Hierarchy::Production
    };
    let mut all = CardAuthorities::new(hierarchy);
    for object in text.split('{').skip(1) {
        let field = |name: &str| {
            let rest = object.split(&format!("\"{name}\": \"")).nth(1).unwrap();
            rest.split('"').next().unwrap().to_owned()
        };
        if field("hierarchy") == wanted {
            let identifier = unhex(&field("key_id_hex")).try_into().unwrap();
            let authority = CardAuthority::new(
                hierarchy,
                identifier,
                &unhex(&field("modulus_hex")),
                &unhex(&field("exponent_hex")),
            );
            all = all.with(authority.unwrap()).unwrap();
        }
    }
    all
}

/// What the reader of EF 0003 lends.
#[derive(Clone)]
struct Ef0003 {
    signed_digest: [u8; 32],
    attributes_digest: [u8; 32],
    signature: Vec<u8>,
}

impl Ef0003 {
    fn lent(&self) -> AttributeSignature<'_> {
        AttributeSignature {
            signed_digest: &self.signed_digest,
            attributes_digest: &self.attributes_digest,
            signature: &self.signature,
        }
    }
}

fn attribute_signature(ef0003: &[u8]) -> Ef0003 {
    let (df31, rest) = ef0003[5..].split_at(35);
    let (df32, rest) = rest.split_at(35);
    assert_eq!(
        (&df31[..3], &df32[..3], &rest[..5]),
        (
            &[0xDF, 0x31, 0x20][..],
            &[0xDF, 0x32, 0x20][..],
            &[0xDF, 0x33, 0x82, 1, 0][..]
        )
    );
    Ef0003 {
        signed_digest: Sha256::new()
            .chain_update(df31)
            .chain_update(df32)
            .finalize()
            .into(),
        attributes_digest: df32[3..].try_into().unwrap(),
        signature: rest[5..].to_vec(),
    }
}

fn signer(folder: &std::path::Path) -> RecordSigner {
    authorities(folder, "test")
        .verify(&vector(folder, "testcard/text-0004.bin"))
        .unwrap()
}

#[test]
fn the_chain_from_authority_to_attributes() {
    let Some(v) = vectors() else { return };
    let signer = signer(&v);
    assert_eq!(signer.hierarchy(), Hierarchy::JpkiTest);
    let signature = attribute_signature(&vector(&v, "testcard/text-0003.bin"));
    let attributes = signer
        .attributes(&vector(&v, "testcard/text-0002.bin"), &signature.lent())
        .unwrap();
    assert_eq!(attributes.name(), "黒桐　幹也");
    assert_eq!(attributes.address(), "東京都清瀬市観布子南１２－７－２０２");
    assert_eq!(attributes.birth().to_string(), "1980-02-17");
    assert_eq!(attributes.birth().japanese(), "昭和55年2月17日");
    assert_eq!(attributes.sex(), Sex::Male);
    assert!(
        signer
            .card_key(&vector(&v, "testcard/text-0007.bin"))
            .is_ok()
    );
    // The same person as the card's signature certificate.
    let certificate = Certificate::from_der(&vector(&v, "testcard/jpki-sign-cert.der")).unwrap();
    let holder = certificate.holder_attributes_unverified().unwrap();
    attributes.agree_with_certificate(&holder).unwrap();
    assert_eq!(holder.name(), attributes.name());
    assert_eq!(holder.name_parts().collect::<Vec<_>>(), ["黒桐", "幹也"]);
    assert_eq!(holder.name_substitutions(), Some(vec![]));
    assert_eq!(holder.address_substitutions(), Some(vec![]));
    for shown in [
        format!("{attributes:?}"),
        format!("{holder:?}"),
        format!("{:?}", holder.birth()),
        format!("{:?}", signature.lent()),
    ] {
        assert!(
            !shown.contains("黒桐") && !shown.contains("1980") && !shown.contains("清瀬"),
            "{shown}"
        );
    }
}

#[test]
fn hierarchies_of_authorities_are_not_mixed() {
    let Some(v) = vectors() else { return };
    let refusal = authorities(&v, "production")
        .verify(&vector(&v, "testcard/text-0004.bin"))
        .unwrap_err();
    assert!(
        matches!(refusal.kind(), ErrorKind::CardIssuerUnknown { .. }),
        "{refusal}"
    );
    let stranger =
        CardAuthority::new(Hierarchy::JpkiTest, [0; 16], &[0xC1; 256], &[1, 0, 1]).unwrap();
    assert!(
        CardAuthorities::new(Hierarchy::Production)
            .with(stranger)
            .is_err()
    );
    // The right identifier over the wrong key does not help.
    let identifier: [u8; 16] = vector(&v, "testcard/text-0004.bin")[10..26]
        .try_into()
        .unwrap();
    let wrong =
        CardAuthority::new(Hierarchy::JpkiTest, identifier, &[0xC1; 256], &[1, 0, 1]).unwrap();
    let wrong = CardAuthorities::new(Hierarchy::JpkiTest)
        .with(wrong)
        .unwrap();
    assert_eq!(
        wrong
            .verify(&vector(&v, "testcard/text-0004.bin"))
            .unwrap_err()
            .kind(),
        &ErrorKind::CardCertificateSignature
    );
}

/// Every single bit and the complement of every byte, every deletion of one byte, and the insertion of every byte at every place.
fn each_mutation(bytes: &[u8], mut each: impl FnMut(&[u8], usize)) {
    for at in 0..=bytes.len() {
        if at < bytes.len() {
            for mask in [1, 2, 4, 8, 16, 32, 64, 128, 0xFF] {
                let mut flipped = bytes.to_vec();
                flipped[at] ^= mask;
                each(&flipped, at);
            }
            let mut shorter = bytes.to_vec();
            shorter.remove(at);
            each(&shorter, at);
        }
        for byte in 0..=0xFF {
            let mut longer = bytes.to_vec();
            longer.insert(at, byte);
            // Doubling a byte inside a run of the same byte changes the length only; still another string.
            each(&longer, at);
        }
    }
}

#[track_caller]
fn all_refused<T>(bytes: &[u8], read: impl Fn(&[u8]) -> Result<T, Error>) {
    assert!(read(bytes).is_ok(), "the original is accepted");
    let mut count = 0;
    each_mutation(bytes, |mutated, at| {
        count += 1;
        assert!(read(mutated).is_err(), "accepted with a change at {at}");
    });
    assert_eq!(count, bytes.len() * (9 + 1 + 256) + 256);
}

#[test]
fn no_changed_record_is_accepted() {
    let Some(v) = vectors() else { return };
    let all = authorities(&v, "test");
    let certificate = vector(&v, "testcard/text-0004.bin");
    all_refused(&certificate, |bytes| all.verify(bytes));
    // GET DATA returns it without the template.
    all_refused(&certificate[5..], |bytes| all.verify(bytes));
    let signer = signer(&v);
    let signature = attribute_signature(&vector(&v, "testcard/text-0003.bin"));
    all_refused(&vector(&v, "testcard/text-0002.bin"), |bytes| {
        signer.attributes(bytes, &signature.lent())
    });
    all_refused(&vector(&v, "testcard/text-0007.bin"), |bytes| {
        signer.card_key(bytes)
    });
    let record = vector(&v, "testcard/text-0002.bin");
    all_refused(&signature.signature, |bytes| {
        signer.attributes(
            &record,
            &AttributeSignature {
                signature: bytes,
                ..signature.lent()
            },
        )
    });
    // The two digests of EF 0003 have 32 octets by their type: every other value of each.
    for (at, mask) in (0..32).flat_map(|at| (1..=0xFF).map(move |mask| (at, mask))) {
        let mut changed = signature.clone();
        changed.signed_digest[at] ^= mask;
        assert_eq!(
            signer
                .attributes(&record, &changed.lent())
                .unwrap_err()
                .kind(),
            &ErrorKind::RecordSignature
        );
        let mut changed = signature.clone();
        changed.attributes_digest[at] ^= mask;
        assert_eq!(
            signer
                .attributes(&record, &changed.lent())
                .unwrap_err()
                .kind(),
            &ErrorKind::RecordDigest
        );
    }
}
