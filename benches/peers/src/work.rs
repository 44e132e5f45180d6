//! The tasks, each by three libraries over the same bytes.

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, UNIX_EPOCH};

use mynacard_benches::dialogue::{MODES, check, day};
use mynacard_cert::{Certificate, Timestamp, TrustStore};
use mynacard_sim::{VirtualCard, person, pki::AUTHENTICATION_ROOT};
use openssl::hash::MessageDigest;
use openssl::sign::Verifier;
use openssl::stack::Stack;
use openssl::x509::store::{X509Store, X509StoreBuilder};
use openssl::x509::verify::{X509VerifyFlags, X509VerifyParam};
use openssl::x509::{X509, X509StoreContext};
use x509_parser::asn1_rs::BitString;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::{ASN1Time, FromDer as _};
use x509_parser::verify::verify_signature;

/// Tasks, with the repetitions of a timed round.
///
/// `verdict` is everything that each library offers: ours the whole profile, OpenSSL's chain with `X509_STRICT` at the same
/// instant, x509-parser's validity and signature under a root that it was given. `check` is a verdict and then the signature of the card
/// under the leaf's key, all from DER: what one check costs. In `signature` the certificate is parsed and its key ready.
pub const TASKS: [(&str, u32); 4] = [
    ("parse", 300),
    ("verdict", 50),
    ("signature", 50),
    ("check", 30),
];

/// Ours first.
pub const WHO: [&str; 3] = ["mynacard", "openssl", "x509-parser"];

const MESSAGE: &[u8] = b"message";

pub struct Material {
    leaf: Vec<u8>,
    signature: Vec<u8>,
}

type Run<'a> = Box<dyn FnMut() + 'a>;

impl Material {
    pub fn new() -> Result<Self, Box<dyn Error>> {
        let mut card = VirtualCard::new(person("kyokai-self").ok_or("not listed")?, day());
        let (leaf, signature) = check(&mut card, MODES[0])?;
        Ok(Self { leaf, signature })
    }

    pub fn task(&self, task: &str, who: &str) -> Result<Run<'_>, Box<dyn Error>> {
        let (leaf, signature) = (self.leaf.as_slice(), self.signature.as_slice());
        Ok(match (who, task) {
            ("mynacard", "parse") => Box::new(|| drop(black_box(ours(leaf)))),
            ("mynacard", "verdict") => {
                let trust = TrustStore::simulation();
                Box::new(move || judge(&trust, &ours(leaf)))
            }
            ("mynacard", "signature") => {
                let certificate = ours(leaf);
                Box::new(move || possession(&certificate, signature))
            }
            ("mynacard", "check") => {
                let trust = TrustStore::simulation();
                Box::new(move || {
                    let certificate = ours(leaf);
                    judge(&trust, &certificate);
                    possession(&certificate, signature);
                })
            }
            ("openssl", "parse") => Box::new(|| drop(black_box(theirs(leaf)))),
            ("openssl", "verdict") => {
                let store = store()?;
                Box::new(move || chain(&store, &theirs(leaf)))
            }
            ("openssl", "signature") => {
                let certificate = theirs(leaf);
                Box::new(move || signed(&certificate, signature))
            }
            ("openssl", "check") => {
                let store = store()?;
                Box::new(move || {
                    let certificate = theirs(leaf);
                    chain(&store, &certificate);
                    signed(&certificate, signature);
                })
            }
            ("x509-parser", "parse") => Box::new(|| drop(black_box(parsed(leaf)))),
            ("x509-parser", "verdict") => {
                let root = parsed(AUTHENTICATION_ROOT);
                Box::new(move || under(&parsed(leaf), &root))
            }
            ("x509-parser", "signature") => {
                let certificate = parsed(leaf);
                Box::new(move || ringed(&certificate, signature))
            }
            ("x509-parser", "check") => {
                let root = parsed(AUTHENTICATION_ROOT);
                Box::new(move || {
                    let certificate = parsed(leaf);
                    under(&certificate, &root);
                    ringed(&certificate, signature);
                })
            }
            _ => return Err(format!("no task {task:?} by {who:?}").into()),
        })
    }
}

fn ours(der: &[u8]) -> Certificate {
    Certificate::from_der(black_box(der)).expect("well formed")
}

fn judge(trust: &TrustStore, certificate: &Certificate) {
    let verdict = trust.verify_authentication(certificate, Timestamp::from(day()));
    black_box(verdict.expect("issued for this day"));
}

fn possession(certificate: &Certificate, signature: &[u8]) {
    black_box(
        certificate
            .verify_possession(MESSAGE, signature)
            .expect("its own"),
    );
}

fn theirs(der: &[u8]) -> X509 {
    X509::from_der(black_box(der)).expect("well formed")
}

fn seconds() -> i64 {
    let since = day().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_secs()).expect("a time of this century")
}

fn store() -> Result<X509Store, Box<dyn Error>> {
    let mut parameters = X509VerifyParam::new()?;
    parameters.set_time(seconds());
    parameters.set_flags(X509VerifyFlags::X509_STRICT)?;
    let mut store = X509StoreBuilder::new()?;
    store.add_cert(theirs(AUTHENTICATION_ROOT))?;
    store.set_param(&parameters)?;
    Ok(store.build())
}

fn chain(store: &X509Store, certificate: &X509) {
    let mut context = X509StoreContext::new().expect("memory");
    let none = Stack::new().expect("memory");
    let verdict = context.init(store, certificate, &none, |context| context.verify_cert());
    assert!(verdict.expect("no internal error"), "{}", context.error());
}

fn signed(certificate: &X509, signature: &[u8]) {
    let key = certificate.public_key().expect("RSA");
    let mut verifier = Verifier::new(MessageDigest::sha256(), &key).expect("RSA");
    assert!(
        verifier
            .verify_oneshot(signature, MESSAGE)
            .expect("no internal error")
    );
}

fn parsed(der: &[u8]) -> X509Certificate<'_> {
    X509Certificate::from_der(black_box(der))
        .expect("well formed")
        .1
}

fn under(leaf: &X509Certificate<'_>, root: &X509Certificate<'_>) {
    let at = ASN1Time::from_timestamp(seconds()).expect("in range");
    assert!(leaf.validity().is_valid_at(at) && root.validity().is_valid_at(at));
    leaf.verify_signature(Some(root.public_key()))
        .expect("the root's signature");
}

fn ringed(certificate: &X509Certificate<'_>, signature: &[u8]) {
    let bits = BitString::new(0, signature);
    verify_signature(
        certificate.public_key(),
        &certificate.signature_algorithm,
        &bits,
        MESSAGE,
    )
    .expect("its own");
}
