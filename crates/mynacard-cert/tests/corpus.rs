//! Other people's certificates, lists and OCSP answers: nothing panics, and what is read has one encoding.
//!
//! `MYNACARD_CORPUS` names a folder; the package `cryptography-vectors` of PyPI is a good one
//! (`pip download --no-deps cryptography-vectors`, then unpack it). The project's own run does not need it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::cast_possible_truncation
)]

use std::path::{Path, PathBuf};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use der::{Decode as _, Encode as _};
use mynacard_cert::revocation::OcspResponse;
use mynacard_cert::{Certificate, Timestamp, TrustStore};

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
        eprintln!("skipped: MYNACARD_CORPUS names no folder");
        return;
    };
    let mut all = Vec::new();
    files(Path::new(&folder), &mut all);
    let (mut read, mut answers) = (0, 0);
    let store = TrustStore::production();
    let mut different = Vec::new();
    for path in all {
        for piece in pieces(&std::fs::read(&path).unwrap()) {
            answers += usize::from(OcspResponse::from_der(&piece).is_ok());
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
            if let Ok(other) = x509_cert::Certificate::from_der(&piece)
                && other.to_der().unwrap() != piece
            {
                different.push(path.clone());
            }
        }
    }
    assert!(different.is_empty(), "{different:?}");
    assert!(read > 0, "no certificate in the folder");
    eprintln!("{read} certificates, {answers} OCSP answers");
}
