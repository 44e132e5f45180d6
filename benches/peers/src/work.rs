//! The tasks, each by several libraries over the same bytes, and by the least that has to happen.

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, UNIX_EPOCH};

use mynacard_benches::dialogue::{MODES, check, day};
use mynacard_cert::{Certificate, Timestamp, TrustStore};
use mynacard_eligibility::Answer;
use mynacard_sim::{VirtualCard, person, pki::AUTHENTICATION_ROOT};
use openssl::hash::MessageDigest;
use openssl::pkey::Public;
use openssl::rsa::{Padding, Rsa};
use openssl::sign::Verifier;
use openssl::stack::Stack;
use openssl::x509::store::{X509Store, X509StoreBuilder};
use openssl::x509::verify::{X509VerifyFlags, X509VerifyParam};
use openssl::x509::{X509, X509StoreContext};
use x509_parser::asn1_rs::BitString;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::{ASN1Time, FromDer as _};
use x509_parser::verify::verify_signature;

use crate::plain;

/// Tasks of the certificates, with the repetitions of a timed round and who does them: ours first, the floor last.
///
/// `verdict` is everything that each library offers: ours the whole profile, OpenSSL's chain with `X509_STRICT` at the same
/// instant, x509-parser's validity and signature under a root that it was given. `check` is a verdict and then the signature of the card
/// under the leaf's key, all from DER: what one check costs. In `possession` the certificate is parsed and its key ready. The floor is a
/// copy of the bytes for `parse`, and bare RSA by OpenSSL for the others: once, and twice for `check`.
pub const CERTIFICATES: [(&str, u32, &[&str]); 4] = [
    ("parse", 300, &CERTIFICATE_PEERS),
    ("verdict", 50, &CERTIFICATE_PEERS),
    ("possession", 50, &CERTIFICATE_PEERS),
    ("check", 30, &CERTIFICATE_PEERS),
];

const CERTIFICATE_PEERS: [&str; 4] = ["mynacard", "openssl", "x509-parser", FLOOR];

/// Tasks of the answers, in the same way: a full answer of 23 kB in UTF-8 and in code page 932. The floor is one pass over the bytes, which
/// looks whether they are text.
pub const ANSWERS: [(&str, u32, &[&str]); 2] = [
    ("UTF-8", 30, &["mynacard", QUICK_XML, FLOOR]),
    ("CP932", 30, &["mynacard", QUICK_XML, FLOOR]),
];

const QUICK_XML: &str = "quick-xml + serde";
/// The least that has to happen.
pub const FLOOR: &str = "floor";

const UTF_8: &[u8] = include_bytes!("../../../fuzz/seeds/answer_xml/full-utf-8");
const CP932: &[u8] = include_bytes!("../../../fuzz/seeds/answer_xml/full-cp932");

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
            ("mynacard", "possession") => {
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
            ("openssl", "possession") => {
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
            ("x509-parser", "possession") => {
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
            (FLOOR, "parse") => Box::new(move || drop(black_box(black_box(leaf).to_vec()))),
            (FLOOR, "verdict" | "possession") => {
                let key = rsa(leaf)?;
                Box::new(move || bare(&key, signature))
            }
            (FLOOR, "check") => {
                let key = rsa(leaf)?;
                Box::new(move || {
                    bare(&key, signature);
                    bare(&key, signature);
                })
            }
            ("mynacard", "UTF-8") => Box::new(|| answer(UTF_8)),
            ("mynacard", "CP932") => Box::new(|| answer(CP932)),
            (QUICK_XML, "UTF-8") => Box::new(|| plain(std::str::from_utf8(UTF_8).expect("text"))),
            (QUICK_XML, "CP932") => Box::new(|| plain(&encoding_rs::SHIFT_JIS.decode(CP932).0)),
            (FLOOR, "UTF-8") => Box::new(|| {
                black_box(std::str::from_utf8(black_box(UTF_8)).expect("text"));
            }),
            (FLOOR, "CP932") => Box::new(|| {
                drop(black_box(encoding_rs::SHIFT_JIS.decode(black_box(CP932))));
            }),
            _ => return Err(format!("no task {task:?} by {who:?}").into()),
        })
    }
}

/// The key as OpenSSL has it.
fn rsa(leaf: &[u8]) -> Result<Rsa<Public>, Box<dyn Error>> {
    Ok(theirs(leaf).public_key()?.rsa()?)
}

/// The signature to the power of the exponent, without any look at the outcome.
fn bare(key: &Rsa<Public>, signature: &[u8]) {
    let mut block = [0; 256];
    let length = key.public_decrypt(black_box(signature), &mut block, Padding::NONE);
    assert_eq!(length.expect("smaller than the modulus"), block.len());
    black_box(block);
}

fn answer(xml: &[u8]) {
    drop(black_box(Answer::read_xml(black_box(xml)).expect("our own")));
}

fn plain(xml: &str) {
    let message: plain::XmlMsg = quick_xml::de::from_str(black_box(xml)).expect("our own");
    drop(black_box(message));
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
