//! Other people's certificates, lists and OCSP answers: nothing panics, and what is read has one encoding.
//!
//! `MYNACARD_CORPUS` names the unpacked package `cryptography-vectors` of PyPI; `cargo xtask test` fetches it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::cast_possible_truncation
)]

mod common;

use std::path::{Path, PathBuf};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use common::forge::{Authority, Key, now};
use der::{Decode as _, Encode as _};
use mynacard_cert::revocation::{
    ListPolicy, OcspPolicy, OcspResponse, Revocation, Unknown, walk_list,
};
use mynacard_cert::{Certificate, Timestamp, TrustStore, Usage};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The file, and every PEM block in it.
fn pieces(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut all = vec![bytes.to_vec()];
    if let Ok(text) = std::str::from_utf8(bytes) {
        for block in text.split("-----BEGIN ").skip(1) {
            let body: String = block
                .lines()
                .skip(1)
                .take_while(|line| !line.starts_with("-----END"))
                .collect();
            all.extend(BASE64_STANDARD.decode(body.trim()).ok());
        }
    }
    all
}

#[test]
fn other_peoples_files() {
    let Some(folder) = std::env::var_os("MYNACARD_CORPUS") else {
        assert_ne!(
            std::env::var("CI").as_deref(),
            Ok("true"),
            "MYNACARD_CORPUS names no folder"
        );
        eprintln!("skipped: MYNACARD_CORPUS names no folder");
        return;
    };
    let mut all = Vec::new();
    files(Path::new(&folder), &mut all);
    let files = all.len();
    let (mut read, mut answers, mut compared, mut lists) = (0, 0, 0, 0);
    // Somebody to ask about: none of these lists and answers is about this certificate.
    let authority = Authority::new(Key::p256(0x11), Usage::Authentication);
    let leaf = Certificate::from_der(&authority.issue(&authority.leaf())).unwrap();
    let leaf = authority
        .store()
        .verify_authentication(&leaf, now())
        .unwrap();
    let unknown = |answer: &Revocation| matches!(answer, Revocation::Unknown(why) if *why != Unknown::NoAnswer);
    let store = TrustStore::production();
    let mut different = Vec::new();
    for path in all {
        for piece in pieces(&std::fs::read(&path).unwrap()) {
            if let Ok(answer) = OcspResponse::from_der(&piece) {
                answers += 1;
                let said = answer.judge(&leaf.question(), None, &OcspPolicy::default());
                assert!(unknown(&said), "{}: {said:?}", path.display());
            }
            if let Ok(said) = walk_list(piece.as_slice(), &leaf.question(), &ListPolicy::default())
            {
                lists += 1;
                assert!(unknown(&said), "{}: {said:?}", path.display());
            }
            let Ok(certificate) = Certificate::from_der(&piece) else {
                continue;
            };
            read += 1;
            let _ = certificate.describe();
            let _ = certificate.holder_attributes_unverified();
            assert!(
                store
                    .verify_authentication(&certificate, Timestamp::from_unix(1_700_000_000))
                    .is_err()
            );
            assert!(
                store
                    .verify_signature(&certificate, Timestamp::from_unix(1_700_000_000))
                    .is_err()
            );
            if let Ok(other) = x509_cert::Certificate::from_der(&piece) {
                compared += 1;
                if other.to_der().unwrap() != piece {
                    different.push(path.clone());
                }
            }
        }
    }
    assert!(different.is_empty(), "{different:?}");
    eprintln!(
        "{files} files: {read} certificates read, {compared} compared, {answers} OCSP answers, {lists} lists"
    );
    // Were the folder another one, or were everything refused, nothing would be tested.
    assert!(files > 500 && read > 450 && compared > 400 && answers > 10 && lists > 10);
}
