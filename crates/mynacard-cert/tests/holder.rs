//! Holder attributes of signature certificates: right ones, wrong ones, unknown ones.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::cast_possible_truncation
)]

mod common;

use common::der::*;
use common::forge::*;
use mynacard_cert::{Certificate, Era, Error, HolderAttributes, Sex, Usage};

fn read(value: Vec<u8>) -> Result<HolderAttributes, Error> {
    let authority = Authority::new(Key::p256(0x11), Usage::Signature);
    let mut spec = authority.leaf();
    spec.ext(SUBJECT_ALT_NAME).value = value;
    let certificate = Certificate::from_der(&authority.issue(&spec))?;
    authority
        .store()
        .verify_signature(&certificate, now())?
        .holder()
}

/// The usual attributes with one changed; an empty text leaves it out.
fn with(number: u8, text: &str) -> Result<HolderAttributes, Error> {
    let list = HOLDER
        .iter()
        .map(|(n, usual)| (*n, if *n == number { text } else { usual }));
    let list: Vec<(u8, &str)> = list
        .filter(|(n, text)| *n != number || !text.is_empty())
        .collect();
    read(holder(&list))
}

#[track_caller]
fn refused(number: u8, text: &str, code: &str) {
    assert_eq!(
        with(number, text).unwrap_err().code(),
        code,
        "{number} {text}"
    );
}

#[test]
fn every_attribute() {
    let found = read(holder(&HOLDER)).unwrap();
    assert_eq!(found.name(), "試験　太郎");
    assert_eq!(found.name_parts().collect::<Vec<_>>(), ["試験", "太郎"]);
    assert_eq!(found.address(), "東京都千代田区霞が関１丁目２番３号");
    assert_eq!(found.birth().era(), Some((Era::Showa, 55)));
    assert_eq!(found.sex(), Sex::Male);
    assert_eq!(with(3, "2").unwrap().sex(), Sex::Female);
    assert_eq!(with(3, "3").unwrap().sex(), Sex::NotStated);
    assert_eq!(with(3, "9").unwrap().sex(), Sex::Unknown);
    assert_eq!(with(3, "4").unwrap().sex(), Sex::Other(b'4'));
    assert_eq!(
        with(1, "ＳＭＩＴＨ　ＪＯＨＮ　ＰＡＵＬ")
            .unwrap()
            .name_parts()
            .count(),
        3
    );
}

#[test]
fn substituted_characters() {
    assert_eq!(
        with(2, "01000").unwrap().name_substitutions(),
        Some(vec![1])
    );
    assert_eq!(
        with(2, "10001").unwrap().name_substitutions(),
        Some(vec![0, 4])
    );
    assert_eq!(
        with(6, "00000000000000001")
            .unwrap()
            .address_substitutions(),
        Some(vec![16])
    );
    // Marks that do not line up say nothing about a position.
    assert_eq!(with(2, "0100").unwrap().name_substitutions(), None);
    assert_eq!(with(2, "").unwrap().name_substitutions(), None);
    refused(2, "0200x", "MC-3302");
}

#[test]
fn values_that_cannot_be() {
    refused(1, "", "MC-3302");
    refused(5, "", "MC-3302");
    refused(3, "", "MC-3302");
    refused(4, "", "MC-3302");
    for birth in [
        "19800217",
        "619800217",
        "319801301",
        "319800230",
        "3198002",
        "3１９８００２１７",
        "119800217x",
    ] {
        refused(4, birth, "MC-3302");
    }
    refused(3, "12", "MC-3302");
    refused(1, "試験\u{7}太郎", "MC-3302");
}

#[test]
fn forms() {
    let authority = Authority::new(Key::p256(0x11), Usage::Signature);
    let mut spec = authority.leaf();
    spec.remove(SUBJECT_ALT_NAME);
    let certificate = Certificate::from_der(&authority.issue(&spec)).unwrap();
    assert_eq!(
        certificate
            .holder_attributes_unverified()
            .unwrap_err()
            .code(),
        "MC-3301"
    );
    let mut twice = HOLDER.to_vec();
    twice.push((1, "別人"));
    assert_eq!(read(holder(&twice)).unwrap_err().code(), "MC-3001");
    // Another string type, another kind of name.
    let one = |value: Vec<u8>| {
        tlv(
            0xA0,
            &[oid("1.2.392.200149.8.5.5.1"), tlv(0xA0, &value)].concat(),
        )
    };
    assert_eq!(
        read(seq(&[one(printable("A"))])).unwrap_err().code(),
        "MC-3001"
    );
    assert_eq!(
        read(seq(&[one(tlv(0x0C, &[0xFF]))])).unwrap_err().code(),
        "MC-3001"
    );
    assert_eq!(
        read(seq(&[tlv(0x82, b"name.invalid")])).unwrap_err().code(),
        "MC-3301"
    );
}

#[test]
fn unknown_names_survive() {
    let other = tlv(
        0xA0,
        &[oid("1.2.392.200149.8.5.5.7"), tlv(0xA0, &utf8("new"))].concat(),
    );
    let usual = holder(&HOLDER);
    let found = read(tlv(0x30, &[content(&usual), &other].concat())).unwrap();
    assert_eq!(found.others().len(), 1);
    assert_eq!(found.others()[0].oid, "1.2.392.200149.8.5.5.7");
    assert_eq!(found.others()[0].value, utf8("new"));
    assert!(!format!("{:?} {:?}", found, found.others()).contains("new"));
    assert_eq!(found.name(), "試験　太郎");
}
