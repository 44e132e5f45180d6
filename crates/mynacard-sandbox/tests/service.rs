//! Terminals over HTTPS: activation, TLS, bounds, bad days.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use common::{Caller, Terminal, activation, csr, key};
use mynacard_sandbox::{Condition, Institution, InstitutionKind, Purpose, Sandbox};
use serde_json::json;

#[test]
fn every_answer_says_what_it_is() {
    let running = Sandbox::builder().start().unwrap();
    let stranger = Caller::stranger(&running);
    let info = stranger.get("/v1/info");
    assert_eq!(info.status, 200);
    assert_eq!(info.body["service"], "mynacard-sandbox");
    assert_eq!(info.body["protocol"], 1);
    for answer in [
        info,
        stranger.get("/v1/nothing"),
        stranger.get("/v1/activate"),
        stranger.post("/v1/confirm", &json!({})),
    ] {
        assert_eq!(answer.body["sandbox"], true);
        assert!(
            answer
                .head
                .contains("x-mynacard-sandbox: not-the-official-system"),
            "{}",
            answer.head
        );
        assert!(answer.head.contains("cache-control: no-store"));
    }
    assert_eq!(stranger.get("/v1/nothing").status, 404);
    let wrong_method = stranger.get("/v1/activate");
    assert_eq!(wrong_method.status, 405);
    assert!(wrong_method.head.contains("allow: post"));
}

#[test]
fn a_code_activates_one_terminal_once() {
    let running = Sandbox::builder().start().unwrap();
    let stranger = Caller::stranger(&running);
    let settings = running.issue_activation().unwrap();
    let body = activation(&settings, &csr(&key(1)));
    let activated = stranger.post("/v1/activate", &body);
    assert_eq!(activated.status, 200, "{}", activated.body);
    assert_eq!(activated.body["terminal"], settings.id.as_str());
    assert_eq!(activated.body["institution"]["kind"], "clinic");
    assert_eq!(activated.body["visual_check_allowed"], true);
    assert_eq!(
        common::unb64(activated.body["chain"][0].as_str().unwrap()),
        running.ca_certificate_der()
    );
    common::parsed(&common::unb64(&activated.text("certificate")));
    stranger.post("/v1/activate", &body).is(401, "REF-1002");
}

#[test]
fn a_malformed_activation_names_the_field_and_spends_nothing() {
    let running = Sandbox::builder().start().unwrap();
    let stranger = Caller::stranger(&running);
    let settings = running.issue_activation().unwrap();
    let good = activation(&settings, &csr(&key(1)));
    let mut forged = csr(&key(1));
    *forged.last_mut().unwrap() ^= 1;
    for (member, value) in [
        ("institution_code", json!("123")),
        ("institution_code", json!(1312345679)),
        ("id", json!("")),
        ("activation_code", json!(null)),
        ("csr", json!("not base64")),
        ("csr", json!(common::b64(b"no request"))),
        ("csr", json!(common::b64(forged))),
        ("terms_accepted", json!(false)),
        ("terms_accepted", json!("yes")),
        ("more", json!(1)),
    ] {
        let mut body = good.clone();
        body[member] = value;
        stranger
            .post("/v1/activate", &body)
            .is(400, "REF-4001")
            .field(member);
    }
    stranger
        .bytes("POST", "/v1/activate", "", b"{")
        .is(400, "REF-4001")
        .field("body");
    assert_eq!(stranger.post("/v1/activate", &good).status, 200);
}

#[test]
fn wrong_codes_run_out() {
    let running = Sandbox::builder().start().unwrap();
    let stranger = Caller::stranger(&running);
    let settings = running.issue_activation().unwrap();
    let good = activation(&settings, &csr(&key(1)));
    let mut wrong = good.clone();
    wrong["activation_code"] = json!("AAAAAAAAAAAAAAAA");
    for _ in 0..10 {
        stranger.post("/v1/activate", &wrong).is(401, "REF-1002");
    }
    stranger.post("/v1/activate", &good).is(401, "REF-1002");
}

#[test]
fn another_facilitys_code_is_refused() {
    let running = Sandbox::builder().start().unwrap();
    let settings = running.issue_activation().unwrap();
    let mut body = activation(&settings, &csr(&key(1)));
    body["institution_code"] = json!("0110113719");
    Caller::stranger(&running)
        .post("/v1/activate", &body)
        .is(403, "REF-1004")
        .field("institution_code");
}

#[test]
fn terminals_are_limited() {
    let running = Sandbox::builder().start().unwrap();
    let one =
        Institution::new("0110113719", "一台診療所", InstitutionKind::Clinic).terminal_limit(1);
    Terminal::activate_for(&running, 1, &one);
    let settings = running.issue_activation_for(&one).unwrap();
    Caller::stranger(&running)
        .post("/v1/activate", &activation(&settings, &csr(&key(2))))
        .is(401, "REF-1003");
}

#[test]
fn strangers_and_foreign_certificates_are_unknown_terminals() {
    let running = Sandbox::builder().start().unwrap();
    let body = json!({"operation": "check", "method": "pin", "purpose": "reception"});
    Caller::stranger(&running)
        .post("/v1/challenge", &body)
        .is(401, "REF-1001");
    // A terminal of another sandbox: its certificate proves a key, and is in no register here.
    let other = Sandbox::builder().start().unwrap();
    let settings = other.issue_activation().unwrap();
    let activated =
        Caller::stranger(&other).post("/v1/activate", &activation(&settings, &csr(&key(3))));
    let chain = vec![common::unb64(&activated.text("certificate"))];
    Caller::new(&running, Some((chain, &key(3))))
        .post("/v1/challenge", &body)
        .is(401, "REF-1001");
}

#[test]
fn a_stolen_certificate_without_its_key_opens_nothing() {
    let running = Sandbox::builder().start().unwrap();
    let settings = running.issue_activation().unwrap();
    let activated =
        Caller::stranger(&running).post("/v1/activate", &activation(&settings, &csr(&key(3))));
    let chain = vec![common::unb64(&activated.text("certificate"))];
    let mut config = rustls::ClientConfig::builder_with_provider(Arc::new(
        rustls::crypto::ring::default_provider(),
    ))
    .with_protocol_versions(&[&rustls::version::TLS13])
    .unwrap()
    .with_root_certificates({
        let mut roots = rustls::RootCertStore::empty();
        roots
            .add(running.ca_certificate_der().to_vec().into())
            .unwrap();
        roots
    })
    .with_no_client_auth();
    // rustls would refuse the pair itself: hand it over past the check.
    #[derive(Debug)]
    struct Stolen(Arc<rustls::sign::CertifiedKey>);
    impl rustls::client::ResolvesClientCert for Stolen {
        fn resolve(
            &self,
            _: &[&[u8]],
            _: &[rustls::SignatureScheme],
        ) -> Option<Arc<rustls::sign::CertifiedKey>> {
            Some(Arc::clone(&self.0))
        }
        fn has_certs(&self) -> bool {
            true
        }
    }
    use p256::pkcs8::EncodePrivateKey as _;
    let thiefs = rustls::crypto::ring::sign::any_supported_type(
        &rustls::pki_types::PrivatePkcs8KeyDer::from(
            key(4).to_pkcs8_der().unwrap().as_bytes().to_vec(),
        )
        .into(),
    )
    .unwrap();
    config.client_auth_cert_resolver = Arc::new(Stolen(Arc::new(rustls::sign::CertifiedKey::new(
        chain.into_iter().map(Into::into).collect(),
        thiefs,
    ))));
    let stream = TcpStream::connect(running.address()).unwrap();
    let name = rustls::pki_types::ServerName::try_from("127.0.0.1").unwrap();
    let connection = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = rustls::StreamOwned::new(connection, stream);
    let _ = stream.write_all(b"GET /v1/info HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let mut bytes = Vec::new();
    let read = stream.read_to_end(&mut bytes);
    assert!(read.is_err() && bytes.is_empty(), "{read:?} {bytes:?}");
}

#[test]
fn tls_1_2_is_not_spoken() {
    let running = Sandbox::builder().start().unwrap();
    let out = std::process::Command::new("openssl")
        .args([
            "s_client",
            "-tls1_2",
            "-connect",
            &running.address().to_string(),
        ])
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&out.stderr).to_lowercase();
    assert!(
        !out.status.success() && text.contains("protocol version"),
        "{text}"
    );
}

#[test]
fn openssl_verifies_the_certificates() {
    let running = Sandbox::builder().start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let settings = running.issue_activation().unwrap();
    let activated =
        Caller::stranger(&running).post("/v1/activate", &activation(&settings, &csr(&key(1))));
    let pem =
        |text: &str| format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
    let (ca, leaf) = (folder.path().join("ca.pem"), folder.path().join("leaf.pem"));
    std::fs::write(&ca, running.ca_certificate_pem()).unwrap();
    std::fs::write(&leaf, pem(&activated.text("certificate"))).unwrap();
    let out = std::process::Command::new("openssl")
        .args(["verify", "-x509_strict", "-purpose", "sslclient", "-CAfile"])
        .args([&ca, &leaf])
        .output()
        .unwrap();
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    let out = std::process::Command::new("openssl")
        .args([
            "s_client",
            "-verify_return_error",
            "-x509_strict",
            "-verify_ip",
            "127.0.0.1",
        ])
        .args(["-connect", &running.address().to_string(), "-CAfile"])
        .arg(&ca)
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&out.stdout);
    assert!(text.contains("Verify return code: 0 (ok)"), "{text}");
}

#[test]
fn a_stalled_client_blocks_nobody() {
    let running = Sandbox::builder().start().unwrap();
    // One says nothing, one half a handshake, one half a request.
    let silent = TcpStream::connect(running.address()).unwrap();
    let mut half = TcpStream::connect(running.address()).unwrap();
    half.write_all(&[0x16, 0x03, 0x01, 0x02, 0x00, 0x01])
        .unwrap();
    let stranger = Caller::stranger(&running);
    let mut slow = stranger.connect();
    slow.write_all(b"POST /v1/activate HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n{")
        .unwrap();
    slow.flush().unwrap();
    let started = Instant::now();
    for _ in 0..5 {
        assert_eq!(stranger.get("/v1/info").status, 200);
    }
    assert!(started.elapsed() < Duration::from_secs(5));
    drop((silent, half, slow));
}

#[test]
fn patience_ends() {
    let running = Sandbox::builder()
        .patience(Duration::from_millis(300))
        .start()
        .unwrap();
    // No handshake: the connection is closed.
    let mut silent = TcpStream::connect(running.address()).unwrap();
    silent
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    assert_eq!(silent.read(&mut [0; 16]).unwrap(), 0);
    // No head: the same, under TLS.
    let stranger = Caller::stranger(&running);
    let mut mute = stranger.connect();
    mute.write_all(b"POST /v1/act").unwrap();
    let mut bytes = Vec::new();
    let _ = mute.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    assert!(
        text.is_empty() || text.starts_with("HTTP/1.1 408"),
        "{text}"
    );
    // Half a body: told so.
    stranger
        .raw(
            "POST /v1/activate HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 900\r\n\r\n",
            b"{",
        )
        .is(504, "REF-5002");
}

#[test]
fn a_long_body_is_refused_announced_or_not() {
    let running = Sandbox::builder().start().unwrap();
    let stranger = Caller::stranger(&running);
    stranger
        .raw(
            "POST /v1/activate HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 99999999999\r\n\r\n",
            b"",
        )
        .is(400, "REF-4001")
        .field("body");
    let mut chunked = Vec::new();
    for _ in 0..20 {
        chunked.extend(b"2000\r\n");
        chunked.extend([b' '; 0x2000]);
        chunked.extend(b"\r\n");
    }
    chunked.extend(b"0\r\n\r\n");
    stranger
        .raw(
            "POST /v1/activate HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n",
            &chunked,
        )
        .is(400, "REF-4001")
        .field("body");
}

#[test]
fn bad_days_can_be_rehearsed() {
    let running = Sandbox::builder().start().unwrap();
    let terminal = Terminal::activate(&running, 1);
    for (condition, status, code, seconds) in [
        (
            Condition::Maintenance { retry_after: 90 },
            503,
            "REF-5001",
            Some(90),
        ),
        (Condition::Timeout, 504, "REF-5002", None),
        (
            Condition::TooMany { retry_after: 7 },
            429,
            "REF-5003",
            Some(7),
        ),
    ] {
        running.set_condition(condition);
        let answer = terminal.challenge("pin");
        answer.is(status, code);
        match seconds {
            Some(seconds) => {
                assert_eq!(answer.body["retry_after"], seconds);
                assert!(answer.head.contains(&format!("retry-after: {seconds}")));
            }
            None => assert!(!answer.head.contains("retry-after")),
        }
        assert_eq!(terminal.caller.get("/v1/info").status, 200);
    }
    running.set_condition(Condition::Normal);
    assert_eq!(terminal.challenge("pin").status, 200);
}

#[test]
fn challenges_are_rationed() {
    let running = Sandbox::builder().challenges_per_minute(2).start().unwrap();
    let terminal = Terminal::activate(&running, 1);
    let other = Terminal::activate(&running, 2);
    for _ in 0..2 {
        assert_eq!(terminal.challenge("pin").status, 200);
    }
    terminal.challenge("pin").is(429, "REF-5003");
    assert_eq!(other.challenge("pin").status, 200);
}

#[test]
fn purposes_and_the_visual_check_have_to_be_permitted() {
    let running = Sandbox::builder().start().unwrap();
    let clinic = Terminal::activate(&running, 1);
    let ask = |terminal: &Terminal, method: &str, purpose: &str| {
        let body = json!({"operation": "check", "method": method, "purpose": purpose});
        terminal.caller.post("/v1/challenge", &body)
    };
    for purpose in Purpose::PERMITTED {
        assert_eq!(ask(&clinic, "visual", purpose.as_str()).status, 200);
    }
    ask(&clinic, "pin", "identity-only")
        .is(403, "REF-1006")
        .field("purpose");
    ask(&clinic, "pin", "curiosity")
        .is(400, "REF-4001")
        .field("purpose");
    ask(&clinic, "face", "reception")
        .is(400, "REF-4001")
        .field("method");
    let midwife =
        Institution::new("0110113719", "助産所", InstitutionKind::Midwifery).visual_check(false);
    let midwife = Terminal::activate_for(&running, 2, &midwife);
    assert_eq!(ask(&midwife, "pin", "midwifery").status, 200);
    ask(&midwife, "pin", "reception").is(403, "REF-1006");
    ask(&midwife, "visual", "midwifery")
        .is(403, "REF-1005")
        .field("method");
}

#[test]
fn the_clock_ends_codes_and_terminals_and_a_file_outlives_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sandbox.sqlite");
    let now = Arc::new(AtomicI64::new(1_795_000_000));
    let start = || {
        let now = Arc::clone(&now);
        Sandbox::builder()
            .database(&file)
            .clock(move || {
                let seconds = now.load(Ordering::SeqCst).try_into().unwrap();
                UNIX_EPOCH + Duration::from_secs(seconds)
            })
            .start()
            .unwrap()
    };
    let running = start();
    let authority = running.ca_certificate_der().to_vec();
    let settings = running.issue_activation().unwrap();
    let unused = running.issue_activation().unwrap();
    let activated =
        Caller::stranger(&running).post("/v1/activate", &activation(&settings, &csr(&key(5))));
    assert_eq!(activated.status, 200, "{}", activated.body);
    running.stop();

    let running = start();
    assert_eq!(running.ca_certificate_der(), authority);
    let chain = vec![common::unb64(&activated.text("certificate"))];
    let terminal = Caller::new(&running, Some((chain, &key(5))));
    let body = json!({"operation": "check", "method": "pin", "purpose": "reception"});
    assert_eq!(terminal.post("/v1/challenge", &body).status, 200);
    now.fetch_add(15 * 86_400, Ordering::SeqCst);
    Caller::stranger(&running)
        .post("/v1/activate", &activation(&unused, &csr(&key(6))))
        .is(401, "REF-1002");
    assert_eq!(terminal.post("/v1/challenge", &body).status, 200);
    now.fetch_add(351 * 86_400, Ordering::SeqCst);
    terminal.post("/v1/challenge", &body).is(401, "REF-1001");
}

#[test]
fn stopping_frees_the_port() {
    let running = Sandbox::builder().start().unwrap();
    let address = running.address();
    let _open = TcpStream::connect(address).unwrap();
    let started = SystemTime::now();
    running.stop();
    assert!(started.elapsed().unwrap() < Duration::from_secs(2));
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn a_terminal_is_renewed_and_removed() {
    let running = Sandbox::builder().start().unwrap();
    let terminal = Terminal::activate(&running, 1);
    let body = json!({"csr": common::b64(csr(&key(2)))});
    let renewed = terminal.caller.post("/v1/terminal/renew", &body);
    assert_eq!(renewed.status, 200, "{}", renewed.body);
    assert_eq!(renewed.body["terminal"], terminal.id.as_str());
    // The answer might have been lost: the old certificate works until the new one is shown.
    assert_eq!(terminal.challenge("pin").status, 200);
    let chain = vec![common::unb64(&renewed.text("certificate"))];
    let new = Caller::new(&running, Some((chain, &key(2))));
    let ask = json!({"operation": "check", "method": "pin", "purpose": "reception"});
    assert_eq!(new.post("/v1/challenge", &ask).status, 200);
    terminal.challenge("pin").is(401, "REF-1001");
    terminal
        .caller
        .post("/v1/terminal/renew", &body)
        .is(401, "REF-1001");
    let removed = new.post("/v1/terminal/remove", &json!({}));
    assert_eq!(removed.body["removed"], true);
    new.post("/v1/challenge", &ask).is(401, "REF-1001");
}
