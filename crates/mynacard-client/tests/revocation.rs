//! Revocation data over HTTP: answers of `openssl ocsp` and a list of `openssl ca`, and peers that send something else.
#![cfg(feature = "https")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // helpers of tests

mod authority;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use authority::Authority;
use mynacard_auth::Cancel;
use mynacard_cert::revocation::{
    ListPolicy, NoncePolicy, OcspPolicy, OcspRequest, Revocation, Unknown, walk_list,
};
use mynacard_cert::{Authentication, Certificate, Timestamp, TrustStore, Verified};
use mynacard_client::ErrorKind;
use mynacard_client::https::{Proxy, RevocationFetcher, Timeouts};

/// An authority of openssl's, and the verdict on a certificate that it issued.
fn issued() -> (Arc<Authority>, Verified<Authentication>) {
    let authority = Authority::new("http://ocsp.invalid");
    let store = TrustStore::jpki_test(&[&authority.der("root")]).unwrap();
    let leaf = Certificate::from_der(&authority.der("leaf")).unwrap();
    let now = Timestamp::from(SystemTime::now());
    let verified = store.verify_authentication(&leaf, now).unwrap();
    (Arc::new(authority), verified)
}

/// A server on this machine that lets `answer` make each answer from the request's head and body. Its thread ends with the test.
fn serve(answer: impl Fn(&str, &[u8]) -> Vec<u8> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (head, body) = request(&mut stream);
            let _: Result<(), _> = stream.write_all(&answer(&head, &body));
        }
    });
    address
}

fn request(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut all = Vec::new();
    let mut byte = [0];
    while !all.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
        all.push(byte[0]);
    }
    let head = String::from_utf8(all).unwrap().to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |text| text.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    (head, body)
}

fn ok(kind: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

const OCSP: &str = "application/ocsp-response";

/// The responder of openssl behind a server: each request is answered by it.
fn responder(authority: &Arc<Authority>, register: &'static str) -> String {
    let authority = Arc::clone(authority);
    serve(move |head, body| {
        assert!(head.starts_with("post / http/1.1\r\n"), "{head}");
        assert!(
            head.contains("content-type: application/ocsp-request\r\n"),
            "{head}"
        );
        authority.write("request.der", body);
        ok(OCSP, &authority.answer(register, "root"))
    })
}

fn fetcher() -> RevocationFetcher {
    let timeouts = Timeouts {
        connect: Duration::from_secs(5),
        answer: Duration::from_secs(20),
        whole: Duration::from_secs(30),
    };
    RevocationFetcher::new(Proxy::Direct, timeouts).unwrap()
}

#[test]
fn answers_of_a_real_responder() {
    let (authority, verified) = issued();
    let question = verified.question();
    let strict = OcspPolicy {
        nonce: NoncePolicy::Require,
        ..OcspPolicy::default()
    };
    let ask = |address: &str, nonce: u8| {
        let request = question.ocsp_request(Some(&[nonce; 32]));
        let answer = fetcher().ocsp(address, &request, &Cancel::new()).unwrap();
        (answer.judge(&question, Some(&request), &strict), answer)
    };
    let valid = responder(&authority, "V\t320101000000Z\t\t227B13\tunknown\t/CN=x\n");
    let (said, answer) = ask(&valid, 1);
    assert!(matches!(said, Revocation::Good { .. }), "{said:?}");
    // The answer to one request is none to another.
    let other = question.ocsp_request(Some(&[2; 32]));
    assert_eq!(
        answer.judge(&question, Some(&other), &strict),
        Revocation::Unknown(Unknown::NonceMismatch)
    );
    let revoked = "R\t320101000000Z\t260601000000Z,keyCompromise\t227B13\tunknown\t/CN=x\n";
    let (said, _) = ask(&responder(&authority, revoked), 3);
    assert!(
        matches!(
            said,
            Revocation::Revoked {
                reason: Some(1),
                ..
            }
        ),
        "{said:?}"
    );
    let (said, _) = ask(&responder(&authority, ""), 4);
    assert_eq!(said, Revocation::Unknown(Unknown::ResponderDoesNotKnow));
}

#[test]
fn a_list_is_fetched_up_to_its_limit() {
    let (authority, verified) = issued();
    let der = authority.list("list");
    let seen = Arc::new(Mutex::new(String::new()));
    let (body, head) = (der.clone(), Arc::clone(&seen));
    let address = serve(move |asked, _| {
        asked.clone_into(&mut head.lock().unwrap());
        ok("application/pkix-crl", &body)
    });
    let question = verified.question();
    let get = |limit| fetcher().list(&address, &question, limit, &Cancel::new());
    let fetched = get(der.len()).unwrap();
    assert_eq!(fetched, der);
    assert!(seen.lock().unwrap().starts_with("get / http/1.1\r\n"));
    let said = walk_list(fetched.as_slice(), &question, &ListPolicy::default()).unwrap();
    assert!(matches!(said, Revocation::Good { .. }), "{said:?}");
    assert_eq!(get(der.len() - 1).unwrap_err().kind(), ErrorKind::TooLarge);
    // No length is announced: what comes is counted.
    let body = der.clone();
    let endless = serve(move |_, _| [b"HTTP/1.0 200 OK\r\n\r\n", &body[..]].concat());
    let error = fetcher().list(&endless, &question, der.len() - 1, &Cancel::new());
    assert_eq!(error.unwrap_err().kind(), ErrorKind::TooLarge);
}

#[test]
fn what_is_no_answer() {
    let (_authority, verified) = issued();
    let request = verified.question().ocsp_request(None);
    let kind = |raw: Vec<u8>| {
        let address = serve(move |_, _| raw.clone());
        let error = fetcher().ocsp(&address, &request, &Cancel::new());
        error.unwrap_err().kind()
    };
    let try_later = [0x30, 3, 0x0A, 1, 3];
    assert_eq!(
        kind(ok("text/html", &try_later)),
        ErrorKind::MalformedAnswer
    );
    assert_eq!(kind(ok(OCSP, b"hello")), ErrorKind::MalformedAnswer);
    assert_eq!(kind(ok(OCSP, &vec![0x30; 65 * 1024])), ErrorKind::TooLarge);
    assert_eq!(kind(b"hello\r\n\r\n".to_vec()), ErrorKind::MalformedAnswer);
    assert_eq!(kind(Vec::new()), ErrorKind::Unreachable);
    let elsewhere =
        b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(kind(elsewhere.to_vec()), ErrorKind::WrongService);
    assert_eq!(
        kind(b"HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n".to_vec()),
        ErrorKind::WrongService
    );
    // A refusal of the responder's own is an answer, and says unknown.
    let address = serve(move |_, _| ok(OCSP, &try_later));
    let answer = fetcher().ocsp(&address, &request, &Cancel::new()).unwrap();
    assert_eq!(
        answer.judge(&verified.question(), Some(&request), &OcspPolicy::default()),
        Revocation::Unknown(Unknown::ResponderRefused(3))
    );
}

#[test]
fn other_addresses_and_a_caller_that_stops() {
    let (_authority, verified) = issued();
    let request: OcspRequest = verified.question().ocsp_request(None);
    for address in [
        "https://127.0.0.1:1/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "",
        "http:/",
        "http://",
    ] {
        let error = fetcher().ocsp(address, &request, &Cancel::new());
        assert_eq!(
            error.unwrap_err().kind(),
            ErrorKind::Configuration,
            "{address}"
        );
    }
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", silent.local_addr().unwrap());
    let stop = Cancel::new();
    let other = stop.clone();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        other.cancel();
    });
    let begin = Instant::now();
    let error = fetcher().ocsp(&address, &request, &stop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert!(begin.elapsed() < Duration::from_secs(15));
    let impatient = Timeouts {
        answer: Duration::from_millis(100),
        ..Timeouts::default()
    };
    let fetcher = RevocationFetcher::new(Proxy::Direct, impatient).unwrap();
    let error = fetcher
        .ocsp(&address, &request, &Cancel::new())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
}
