//! The seeds, made by code from the simulation's data alone.

mod answers;
mod audit;
mod calls;
mod card;
mod certificates;
mod check;
mod desk;
mod files;
mod insurance;
mod journal;
mod odd;
mod relay;
mod revocation;
mod service;
mod signed;
mod terminal;
mod trace;
mod typed;

pub use calls::that_work as calls_that_work;
pub(crate) use card::Recorder;
pub(crate) use certificates::of_holder;
pub(crate) use terminal::terminal_of;

use std::time::UNIX_EPOCH;

use mynacard_auth::vault::{Passcode, Stretching, Unlock, Vault};
use mynacard_eligibility::identifier::IdentifierKind;
use mynacard_sim::{person, pki};

use crate::joined;
use crate::service::{FixedKey, PASSCODE, file, forget};
use crate::virtual_card::day;

/// A seed: the target it is for, its name, its bytes.
pub type Seed = (&'static str, String, Vec<u8>);

/// Every seed of every target, the same on every day.
pub fn all() -> Vec<Seed> {
    let mut seeds = Vec::new();
    card::add(&mut seeds);
    certificates(&mut seeds);
    answers::add(&mut seeds);
    audit::add(&mut seeds);
    calls::add(&mut seeds);
    files::add(&mut seeds);
    insurance::add(&mut seeds);
    journal::add(&mut seeds);
    odd::add(&mut seeds);
    service::add(&mut seeds);
    services(&mut seeds);
    signed::add(&mut seeds);
    terminal::add(&mut seeds);
    certificates::add(&mut seeds);
    revocation::add(&mut seeds);
    trace::add(&mut seeds);
    typed::add(&mut seeds);
    desk::add(&mut seeds);
    relay::add(&mut seeds);
    check::add(&mut seeds);
    seeds
}

fn certificates(seeds: &mut Vec<Seed>) {
    for (name, der) in leaves() {
        seeds.push(("certificate", name, der));
    }
    for root in mynacard_cert::TrustStore::simulation().roots() {
        let der = root.certificate().as_der().to_vec();
        seeds.push((
            "certificate",
            format!("root-{}", root.certificate().serial_hex()),
            der,
        ));
    }
    wrong(seeds);
}

/// A holder's certificate with one thing wrong in each: what is refused for what it says, before any signature is looked at.
fn wrong(seeds: &mut Vec<Seed>) {
    let person = person("kyokai-self").expect("listed");
    let right = pki::signature_certificate(person, day());
    let replaced = |from: &[u8], to: &[u8]| {
        assert_eq!(from.len(), to.len(), "no length changes");
        let mut der = right.clone();
        let mut found = 0;
        while let Some(at) = der.windows(from.len()).position(|part| part == from) {
            der.splice(at..at + from.len(), to.iter().copied());
            found += 1;
        }
        assert!(found > 0, "the certificate has another form");
        der
    };
    // The last octet of sha256WithRSAEncryption, of md5WithRSAEncryption.
    let rsa = |last| [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, last];
    let mut negative = right.clone();
    if let Some(first) = negative.get_mut(15) {
        *first |= 0x80;
    }
    for (name, der) in [
        ("trailing", [&right[..], &[0]].concat()),
        ("negative-serial", negative),
        ("md5", replaced(&rsa(11), &rsa(4))),
        // Two of certificatePolicies; the sex as a control character.
        (
            "twice",
            replaced(
                &[0x06, 0x03, 0x55, 0x1D, 0x12],
                &[0x06, 0x03, 0x55, 0x1D, 0x20],
            ),
        ),
        (
            "sex",
            replaced(
                &[0x05, 0x05, 0x03, 0xA0, 0x03, 0x0C, 0x01, 0x31],
                &[0x05, 0x05, 0x03, 0xA0, 0x03, 0x0C, 0x01, 0x01],
            ),
        ),
    ] {
        seeds.push(("certificate", format!("wrong-{name}"), der));
    }
}

/// The last digit of a text, to tell two of one length apart.
fn last(text: &str) -> String {
    let digit = text.chars().last().filter(char::is_ascii_digit);
    digit.map_or_else(String::new, |digit| format!("-{digit}"))
}

/// Holders' certificates of the simulation, by name.
pub(crate) fn leaves() -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for id in ["kyokai-self", "cert-expired", "long-name"] {
        let person = person(id).expect("listed");
        let (authentication, signature) = (
            pki::authentication_certificate(person, day()),
            pki::signature_certificate(person, day()),
        );
        all.push((format!("{id}-authentication"), authentication));
        all.push((format!("{id}-signature"), signature));
    }
    let person = person("kyokai-self").expect("listed");
    let p384 = pki::authentication_certificate_p384(person, day());
    all.push(("p384-authentication".into(), p384));
    all
}

fn services(seeds: &mut Vec<Seed>) {
    let select: &[u8] = &[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x16];
    let show = [&[0x80, 0xA2, 0x06, 0xC1, 0x00, 0x01, 0x33][..], &[0; 307]].concat();
    let challenge: &[u8] = &[0x00, 0x84, 0x00, 0x00, 0x10];
    let random = [&[5; 16][..], &[0x90, 0x00]].concat();
    let prove = [&[0x80, 0xA2, 0x00, 0xC1, 0x40][..], &[0; 64]].concat();
    let done: &[u8] = &[0x90, 0x00];
    seeds.push((
        "relay",
        "whole".into(),
        joined([select, done, &show, done, challenge, &random, &prove, done]),
    ));
    seeds.push(("vault", "empty".into(), vault().to_vec()));
    for (index, kind) in IdentifierKind::ALL.into_iter().enumerate() {
        let choice = u8::try_from(index).expect("there are fourteen kinds");
        for text in [
            "",
            "あ",
            "06130012",
            "06130011",
            "99130012",
            "1312345",
            "T1234567890123",
            "100-0013",
            "OQSsiquc01res_face_1_20261120093000.xml",
        ] {
            let seed = [&[choice][..], text.as_bytes()].concat();
            seeds.push((
                "identifier",
                format!("{}-{}{}", kind.name(), text.len(), last(text)),
                seed,
            ));
        }
    }
}

/// An empty vault's file. Made once: it is salted, so that another one differs.
pub fn vault() -> &'static [u8] {
    include_bytes!("../../seeds/vault/empty")
}

/// The same under a passcode.
pub fn vault_with_passcode() -> &'static [u8] {
    include_bytes!("../../seeds/vault_passcode/empty")
}

/// A new empty vault under a passcode, for the same day.
///
/// # Errors
/// The file system's.
pub fn new_vault_with_passcode() -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let path = file();
    forget(&path);
    let passcode = Passcode::new(PASSCODE)?;
    Vault::create(&path, &Unlock::Passcode(&passcode, Stretching::FLOOR))?;
    let bytes = std::fs::read(&path)?;
    forget(&path);
    Ok(bytes)
}

/// A new empty vault's file, for the day when the format changes.
///
/// # Errors
/// The file system's.
pub fn new_vault() -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let path = file();
    forget(&path);
    Vault::create(&path, &Unlock::KeyStore(&FixedKey))?;
    let bytes = std::fs::read(&path)?;
    forget(&path);
    Ok(bytes)
}

/// Whether the checked-in vault is one.
pub fn vault_opens() -> bool {
    let path = file();
    let written = std::fs::write(&path, vault());
    let opened = Vault::open(&path, &Unlock::KeyStore(&FixedKey), UNIX_EPOCH);
    forget(&path);
    written.is_ok() && opened.is_ok()
}
