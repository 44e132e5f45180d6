//! Revocation and test cards through the C interface, with an authority, lists and answers of openssl's.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout)] // helpers of tests

#[path = "../../crates/mynacard-client/tests/authority/mod.rs"]
mod authority;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::{ptr, slice};

use authority::Authority;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mynacard_ffi::*;
use serde_json::{Value, json};

const GOOD: &str = "V\t400101000000Z\t\t227B13\tunknown\t/CN=0\n";
const REVOKED: &str = "R\t400101000000Z\t260101000000Z,keyCompromise\t227B13\tunknown\t/CN=0\n";

fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

fn list(authority: &Authority, register: &str) -> String {
    authority.write("index.txt", register.as_bytes());
    base64(&authority.list("list"))
}

/// Answers one request with what `body` makes of it.
fn serve_once(
    listener: TcpListener,
    kind: &'static str,
    body: impl FnOnce(&[u8]) -> Vec<u8> + Send + 'static,
) {
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let asked = request(&mut stream);
        let body = body(&asked);
        let length = body.len();
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n");
        stream
            .write_all(&[head.as_bytes(), &body].concat())
            .unwrap();
    });
}

fn request(stream: &mut TcpStream) -> Vec<u8> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |text| text.parse().unwrap())];
    stream.read_exact(&mut body).unwrap();
    body
}

/// The verdict on the authority's certificate, or the error's code.
fn told(authority: &Authority, revocation: Value) -> Result<Value, String> {
    let ask = json!({
        "usage": "authentication",
        "hierarchy": "test",
        "roots": [base64(&authority.der("root"))],
        "revocation": revocation,
    });
    judged(&authority.der("leaf"), &ask)
}

/// The verdict, or the error's code.
fn judged(der: &[u8], ask: &Value) -> Result<Value, String> {
    let ask = ask.to_string();
    let (mut json, mut error) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: pointers and lengths are those of living values.
    let status = unsafe {
        mynacard_certificate_json(
            der.as_ptr(),
            der.len(),
            ask.as_ptr(),
            ask.len(),
            &raw mut json,
            &raw mut error,
        )
    };
    if status == mynacard_status::Ok {
        // SAFETY: the buffer lives until it is freed below.
        let text = unsafe {
            slice::from_raw_parts(mynacard_buffer_data(json), mynacard_buffer_size(json))
        };
        let value: Value = serde_json::from_slice(text).unwrap();
        mynacard_buffer_free(json);
        Ok(value["verdict"].clone())
    } else {
        Err(code(error))
    }
}

fn code(error: *mut mynacard_error) -> String {
    // SAFETY: the code is NUL-terminated and lives as long as the error.
    let code = unsafe { std::ffi::CStr::from_ptr(mynacard_error_code(error)) };
    let code = code.to_str().unwrap().to_owned();
    mynacard_error_free(error);
    code
}

#[test]
fn what_was_revoked_is_learnt_from_lists_and_responders() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let authority = Arc::new(Authority::new(&address));
    let here = &authority;

    let good = told(here, json!({ "list": list(here, "") })).unwrap();
    assert_eq!(
        (&good["revocation"], &good["hierarchy"]),
        (&json!("good"), &json!("JPKI test")),
        "{good}"
    );
    assert!(
        good["revocation_detail"]["next_update"].is_string(),
        "{good}"
    );
    let revoked = list(here, REVOKED);
    assert_eq!(
        told(here, json!({ "list": revoked })),
        Err("MC-3401".to_owned())
    );
    let reported = told(here, json!({ "list": revoked, "policy": "report" })).unwrap();
    assert_eq!(reported["revocation"], "revoked");
    assert_eq!(reported["revocation_detail"]["reason"], "keyCompromise");

    // A list that is fetched.
    let lists = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/list", lists.local_addr().unwrap());
    let der = STANDARD.decode(&revoked).unwrap();
    serve_once(lists, "application/pkix-crl", move |_| der);
    let fetched = told(here, json!({ "list_url": url, "direct": true }));
    assert_eq!(fetched, Err("MC-3401".to_owned()));

    // An answer that is at hand, and one of the responder that the certificate names.
    here.openssl("ocsp -issuer root.pem -serial 0x227b13 -no_nonce -reqout request.der");
    let at_hand = base64(&here.answer(GOOD, "root"));
    assert_eq!(
        told(here, json!({ "ocsp": at_hand, "policy": "require-good" })).unwrap()["revocation"],
        "good"
    );
    let responder = Arc::clone(here);
    serve_once(listener, "application/ocsp-response", move |asked| {
        responder.write("request.der", asked);
        responder.answer(REVOKED, "root")
    });
    assert_eq!(
        told(here, json!({ "ocsp_url": true, "direct": true })),
        Err("MC-3401".to_owned())
    );
    // It is gone.
    let gone = told(
        here,
        json!({ "ocsp_url": true, "direct": true, "timeout_ms": 2000 }),
    )
    .unwrap();
    assert_eq!(gone["revocation"], "unknown");
}

/// A test card's own certificates, under the right one of two roots of the same name; that its key is at hand is another matter.
#[test]
fn certificates_of_a_test_card_are_judged() {
    let Some(folder) = std::env::var_os("MYNACARD_VECTORS").map(PathBuf::from) else {
        let in_ci = std::env::var("CI").as_deref() == Ok("true");
        assert!(!in_ci, "MYNACARD_VECTORS is not set");
        println!("skipped: MYNACARD_VECTORS does not name the folder of test vectors");
        return;
    };
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let verdict = |usage: &str, roots: &[&str]| {
        let roots: Vec<_> = roots
            .iter()
            .map(|name| base64(&read(&format!("roots/test/{name}.cer"))))
            .collect();
        let name = match usage {
            "authentication" => "testcard/jpki-auth-cert.der",
            _ => "testcard/jpki-sign-cert.der",
        };
        let ask =
            json!({ "usage": usage, "hierarchy": "test", "roots": roots, "at": "2026-11-21" });
        judged(&read(name), &ask)
    };
    for (usage, right, wrong, serial) in [
        (
            "authentication",
            "authca-test-2023",
            "authca-test-2019",
            "218887",
        ),
        (
            "signature",
            "signca-test-2024",
            "signca-test-2019",
            "1ea8a8",
        ),
    ] {
        for roots in [&[right][..], &[wrong, right], &[right, wrong]] {
            let verdict = verdict(usage, roots).unwrap();
            assert_eq!(verdict["hierarchy"], "JPKI test", "{verdict}");
            assert_eq!(verdict["root"]["serial"], serial, "{verdict}");
        }
        assert_eq!(verdict(usage, &[wrong]), Err("MC-3101".to_owned()));
    }
}

#[test]
fn a_desk_trusts_test_cards_by_their_own_roots() {
    let authority = Authority::new("http://127.0.0.1/");
    let (root, leaf) = (authority.der("root"), authority.der("leaf"));
    // What comes next is the user settings, which are none.
    assert_eq!(activated(&[&root[..], &root[..]].concat()), "MC-5301");
    assert!(activated(&leaf).starts_with("MC-3"));
    assert_eq!(activated(&root[..root.len() - 1]), "MC-9001");
}

fn activated(roots: &[u8]) -> String {
    let text = "https://localhost";
    let service = mynacard_service {
        struct_size: size_of::<mynacard_service>(),
        url: text.as_ptr(),
        url_size: text.len(),
        root: ptr::null(),
        root_size: 0,
        name: text.as_ptr(),
        name_size: text.len(),
        environment: text.as_ptr(),
        environment_size: text.len(),
        trust: mynacard_trust::JpkiTest as i32,
        direct: 1,
        allow_tls12: 0,
        timeout_ms: 0,
        carrier: ptr::null(),
        test_roots: roots.as_ptr(),
        test_roots_size: roots.len(),
    };
    let (mut terminal, mut error) = (ptr::null_mut(), ptr::null_mut());
    let none = ptr::null();
    // SAFETY: pointers and lengths are those of living values.
    let status = unsafe {
        mynacard_terminal_activate(
            &raw const service,
            none,
            0,
            none,
            0,
            none,
            0,
            1,
            ptr::null(),
            &raw mut terminal,
            &raw mut error,
        )
    };
    assert_ne!(status, mynacard_status::Ok);
    code(error)
}
