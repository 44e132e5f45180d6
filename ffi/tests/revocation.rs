//! Revocation and test cards through the C interface, with an authority, lists and answers of openssl's.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // helpers of tests

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{ptr, slice};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mynacard_ffi::*;
use serde_json::{Value, json};

const CONFIGURATION: &str = "
[req]
distinguished_name = none
string_mask = utf8only
prompt = no
[none]
[root_name]
C = JP
O = JPKI-TEST
OU = JPKI for user authentication
[leaf_name]
C = JP
CN = 0000000000000000000000000
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
certificatePolicies = critical, 1.2.392.200149.8.5.1.0.30
authorityKeyIdentifier = keyid, issuer
authorityInfoAccess = OCSP;URI:RESPONDER
crlDistributionPoints = point
[point]
fullname = dirName:point_name
[point_name]
C = JP
O = JPKI-TEST
CN = Kiyose-shi CRLDP
[ca]
default_ca = own
[own]
database = index.txt
crlnumber = crlnumber
certificate = root.pem
private_key = root.key
default_md = sha256
default_crl_days = 7
policy = any
[any]
[list]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical, @own_point
[own_point]
fullname = dirName:point_name
";

const GOOD: &str = "V\t400101000000Z\t\t227B13\tunknown\t/CN=0\n";
const REVOKED: &str = "R\t400101000000Z\t260101000000Z,keyCompromise\t227B13\tunknown\t/CN=0\n";

#[track_caller]
fn openssl(folder: &Path, arguments: &str) {
    let output = Command::new("openssl")
        .current_dir(folder)
        .args(arguments.split(' '))
        .output()
        .expect("this test needs the command openssl");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments}: {error}");
}

fn base64(path: PathBuf) -> String {
    STANDARD.encode(std::fs::read(path).unwrap())
}

/// Makes an authority, a certificate that names `responder`, and one more root.
fn authority(folder: &Path, responder: &str) {
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    let configuration = CONFIGURATION.replace("RESPONDER", responder);
    write("ca.cnf", &configuration);
    for name in ["root", "leaf"] {
        let own = configuration.replace("name = none", &format!("name = {name}_name"));
        write(&format!("{name}.cnf"), &own);
    }
    write("crlnumber", "01\n");
    const KEY: &str = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    openssl(
        folder,
        &format!(
            "req -x509 -config root.cnf -extensions root -days 3000 {KEY} -keyout root.key -out root.pem"
        ),
    );
    openssl(
        folder,
        &format!("req -new -config leaf.cnf -keyout leaf.key -out leaf.csr {KEY}"),
    );
    openssl(
        folder,
        "x509 -req -in leaf.csr -CA root.pem -CAkey root.key -set_serial 0x227b13 -extfile ca.cnf -extensions leaf -days 1800 -out leaf.pem",
    );
    for name in ["root", "leaf"] {
        openssl(
            folder,
            &format!("x509 -in {name}.pem -outform der -out {name}.der"),
        );
    }
}

fn list(folder: &Path, register: &str) -> String {
    std::fs::write(folder.join("index.txt"), register).unwrap();
    openssl(
        folder,
        "ca -config ca.cnf -gencrl -crlexts list -out list.pem",
    );
    openssl(folder, "crl -in list.pem -outform der -out list.der");
    base64(folder.join("list.der"))
}

fn answer(folder: &Path, register: &str) -> Vec<u8> {
    std::fs::write(folder.join("register.txt"), register).unwrap();
    openssl(
        folder,
        "ocsp -index register.txt -CA root.pem -rsigner root.pem -rkey root.key -reqin request.der -respout answer.der",
    );
    std::fs::read(folder.join("answer.der")).unwrap()
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

/// The verdict, or the error's code.
fn told(folder: &Path, revocation: Value) -> Result<Value, String> {
    let der = std::fs::read(folder.join("leaf.der")).unwrap();
    let ask = json!({
        "usage": "authentication",
        "hierarchy": "test",
        "roots": [base64(folder.join("root.der"))],
        "revocation": revocation,
    })
    .to_string();
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
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    authority(here, &format!("http://{}/", listener.local_addr().unwrap()));

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
    openssl(
        here,
        "ocsp -issuer root.pem -serial 0x227b13 -no_nonce -reqout request.der",
    );
    let at_hand = STANDARD.encode(answer(here, GOOD));
    assert_eq!(
        told(here, json!({ "ocsp": at_hand, "policy": "require-good" })).unwrap()["revocation"],
        "good"
    );
    let responder = here.to_owned();
    serve_once(listener, "application/ocsp-response", move |asked| {
        std::fs::write(responder.join("request.der"), asked).unwrap();
        answer(&responder, REVOKED)
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

#[test]
fn a_desk_trusts_test_cards_by_their_own_roots() {
    let folder = tempfile::tempdir().unwrap();
    authority(folder.path(), "http://127.0.0.1/");
    let root = std::fs::read(folder.path().join("root.der")).unwrap();
    let leaf = std::fs::read(folder.path().join("leaf.der")).unwrap();
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
