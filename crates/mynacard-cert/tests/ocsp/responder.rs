//! `openssl ocsp` as responder: it reads our request and answers from a register.

use mynacard_cert::revocation::{NoncePolicy, OcspPolicy, OcspRequest};
use mynacard_cert::{Certificate, Usage};

use crate::ask;
use crate::common::der::*;
use crate::common::forge::*;
use crate::common::openssl::{self, Folder};
use crate::common::revoke::*;

/// `openssl ocsp` as responder: it reads our request and answers from a register.
#[test]
fn a_responder_of_openssl() {
    if !openssl::available() {
        return;
    }
    let authority = Authority::new(Key::rsa_root(), Usage::Authentication);
    // The responder stamps the real time: so does this test, which is about the two sides understanding each other.
    let at = mynacard_cert::Timestamp::from(std::time::SystemTime::now());
    let mut spec = authority.leaf();
    spec.validity = seq(&[utc("251027013542Z"), utc("491231235959Z")]);
    let leaf = Certificate::from_der(&authority.issue(&spec)).unwrap();
    let long_root = Authority::changed(Key::rsa_root(), Usage::Authentication, |s| {
        s.validity = seq(&[utc("230101000000Z"), utc("491231235959Z")]);
    });
    let verified = long_root.store().verify_authentication(&leaf, at).unwrap();
    let key = Key::rsa_other();
    let mut appointed = delegate(&authority, &key);
    appointed.validity = seq(&[utc("251027013542Z"), utc("491231235959Z")]);
    let mut pretender = appointed.clone();
    pretender.ext(EXTENDED_KEY_USAGE).value = seq(&[oid(CLIENT_AUTH)]);

    let folder = Folder::new();
    folder.write_pem("root.pem", "CERTIFICATE", &long_root.certificate);
    folder.write_pem("root.key", "PRIVATE KEY", &authority.key.pkcs8());
    folder.write_pem("delegate.pem", "CERTIFICATE", &authority.issue(&appointed));
    folder.write_pem("pretender.pem", "CERTIFICATE", &authority.issue(&pretender));
    folder.write_pem("delegate.key", "PRIVATE KEY", &key.pkcs8());
    let request = verified.question().ocsp_request(Some(&[9; 32]));
    folder.write("request.der", request.as_der());
    let respond = |register: &str, signer: &str, signer_key: &str, more: &[&str]| {
        folder.write("index.txt", register.as_bytes());
        let mut arguments = vec![
            "ocsp",
            "-index",
            "index.txt",
            "-CA",
            "root.pem",
            "-rsigner",
            signer,
            "-rkey",
            signer_key,
            "-reqin",
            "request.der",
            "-respout",
            "answer.der",
        ];
        arguments.extend(more);
        folder.must(&arguments);
        std::fs::read(folder.path().join("answer.der")).unwrap()
    };
    let strict = OcspPolicy {
        nonce: NoncePolicy::Require,
        ..OcspPolicy::default()
    };
    let said = |answer: &[u8], request: &OcspRequest| {
        word(&ask(&verified, answer, Some(request), &strict))
    };

    let valid = "V\t491231235959Z\t\t227B13\tunknown\t/CN=x\n";
    for (signer, key, more) in [
        ("root.pem", "root.key", &[][..]),
        ("root.pem", "root.key", &["-resp_key_id"]),
        ("root.pem", "root.key", &["-resp_no_certs", "-ndays", "1"]),
        ("delegate.pem", "delegate.key", &[]),
        (
            "delegate.pem",
            "delegate.key",
            &["-resp_key_id", "-nmin", "5", "-rmd", "sha512"],
        ),
    ] {
        let answer = respond(valid, signer, key, more);
        assert_eq!(said(&answer, &request), "good", "{signer} {more:?}");
        let other = verified.question().ocsp_request(Some(&[8; 32]));
        assert_eq!(said(&answer, &other), "NonceMismatch");
    }
    assert_eq!(
        said(
            &respond(valid, "pretender.pem", "delegate.key", &[]),
            &request
        ),
        "UntrustedResponder"
    );
    let answer = respond(valid, "delegate.pem", "delegate.key", &["-resp_no_certs"]);
    assert_eq!(said(&answer, &request), "UntrustedResponder");
    assert_eq!(
        said(
            &respond(valid, "root.pem", "root.key", &["-rmd", "sha1"]),
            &request
        ),
        "AlgorithmNotAccepted"
    );
    assert_eq!(
        said(&respond("", "root.pem", "root.key", &[]), &request),
        "ResponderDoesNotKnow"
    );
    for (reason, expected) in [
        ("", "revoked"),
        (",unspecified", "revoked 0"),
        (",keyCompromise", "revoked 1"),
        (",CACompromise", "revoked 2"),
        (",affiliationChanged", "revoked 3"),
        (",superseded", "revoked 4"),
        (",cessationOfOperation", "revoked 5"),
        (",certificateHold", "revoked 6"),
        (",removeFromCRL", "revoked 8"),
    ] {
        let register = format!("R\t491231235959Z\t260601000000Z{reason}\t227B13\tunknown\t/CN=x\n");
        assert_eq!(
            said(
                &respond(&register, "delegate.pem", "delegate.key", &[]),
                &request
            ),
            expected,
            "{reason}"
        );
    }
    // The answer to somebody else's question.
    let mut other = authority.leaf();
    other.serial = vec![0x22, 0x7B, 0x14];
    other.validity = spec.validity.clone();
    let other = Certificate::from_der(&authority.issue(&other)).unwrap();
    let other = long_root.store().verify_authentication(&other, at).unwrap();
    let answer = respond(valid, "root.pem", "root.key", &[]);
    assert_eq!(
        word(&ask(&other, &answer, Some(&request), &strict)),
        "OtherCertificate"
    );
}
