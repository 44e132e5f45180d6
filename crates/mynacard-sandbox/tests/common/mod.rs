//! What the tests over HTTP share: a client of a few lines over rustls, a terminal, a card.

#![allow(
    unreachable_pub,
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use der::{Decode as _, Encode as _};
use mynacard_sandbox::{Institution, Running, UserSettings};
use mynacard_sim::VirtualCard;
use p256::ecdsa::{DerSignature, SigningKey};
use p256::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use signature::Signer as _;

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Value,
}

impl Answer {
    #[track_caller]
    pub fn is(&self, status: u16, code: &str) -> &Self {
        assert_eq!(
            (self.status, self.body["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.body
        );
        self
    }

    #[track_caller]
    pub fn field(&self, field: &str) -> &Self {
        assert_eq!(self.body["field"], field, "{}", self.body);
        self
    }

    #[track_caller]
    pub fn text(&self, member: &str) -> String {
        self.body[member]
            .as_str()
            .unwrap_or_else(|| panic!("{member} in {}", self.body))
            .to_owned()
    }
}

/// Somebody who calls, with or without a client certificate.
pub struct Caller {
    address: String,
    config: Arc<ClientConfig>,
}

impl Caller {
    pub fn stranger(running: &Running) -> Self {
        Self::new(running, None)
    }

    pub fn new(running: &Running, identity: Option<(Vec<Vec<u8>>, &p256::SecretKey)>) -> Self {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from(running.ca_certificate_der().to_vec()))
            .unwrap();
        let builder =
            ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_protocol_versions(&[&rustls::version::TLS13])
                .unwrap()
                .with_root_certificates(roots);
        let config = match identity {
            None => builder.with_no_client_auth(),
            Some((chain, key)) => builder
                .with_client_auth_cert(
                    chain.into_iter().map(CertificateDer::from).collect(),
                    PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(
                        key.to_pkcs8_der().unwrap().as_bytes().to_vec(),
                    )),
                )
                .unwrap(),
        };
        Self {
            address: running.address().to_string(),
            config: Arc::new(config),
        }
    }

    pub fn connect(&self) -> StreamOwned<ClientConnection, TcpStream> {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream.set_nodelay(true).unwrap();
        let name = ServerName::try_from("127.0.0.1").unwrap();
        StreamOwned::new(
            ClientConnection::new(Arc::clone(&self.config), name).unwrap(),
            stream,
        )
    }

    pub fn raw(&self, head: &str, body: &[u8]) -> Answer {
        let mut stream = self.connect();
        stream.write_all(head.as_bytes()).unwrap();
        // The server may refuse by the head alone and close.
        let _ = stream.write_all(body);
        let mut bytes = Vec::new();
        // A connection cut without close_notify after a whole answer is the answer still.
        let _ = stream.read_to_end(&mut bytes);
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text
            .split_once("\r\n\r\n")
            .unwrap_or_else(|| panic!("no answer: {text:?}"));
        // One document in one chunk: its framing stands around the braces.
        let body = match head
            .to_ascii_lowercase()
            .contains("transfer-encoding: chunked")
        {
            true => &body[body.find('{').unwrap()..=body.rfind('}').unwrap()],
            false => body,
        };
        Answer {
            status: head[9..12].parse().unwrap(),
            head: head.to_ascii_lowercase(),
            body: serde_json::from_str(body).unwrap(),
        }
    }

    pub fn bytes(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Answer {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n",
            body.len()
        );
        self.raw(&head, body)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.bytes("GET", path, "", b"")
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.bytes("POST", path, "", body.to_string().as_bytes())
    }

    pub fn confirm(&self, idempotency: &str, body: &Value) -> Answer {
        self.bytes(
            "POST",
            "/v1/confirm",
            &format!("Idempotency-Key: {idempotency}\r\n"),
            body.to_string().as_bytes(),
        )
    }
}

pub fn b64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

pub fn unb64(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap()
}

pub fn sha(bytes: impl AsRef<[u8]>) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

pub fn key(seed: u8) -> p256::SecretKey {
    p256::SecretKey::from_slice(&[seed.max(1); 32]).unwrap()
}

pub fn spki(key: &p256::SecretKey) -> Vec<u8> {
    key.public_key()
        .to_public_key_der()
        .unwrap()
        .as_bytes()
        .to_vec()
}

/// A PKCS#10 request, put together by hand: the server's reader is another program.
pub fn csr(key: &p256::SecretKey) -> Vec<u8> {
    fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
        let mut out = vec![tag];
        match content.len() {
            n @ 0..=127 => out.push(u8::try_from(n).unwrap()),
            n => out.extend([0x81, u8::try_from(n).unwrap()]),
        }
        out.extend(content);
        out
    }
    let info = tlv(
        0x30,
        &[
            vec![0x02, 0x01, 0x00],
            tlv(0x30, &[]),
            spki(key),
            tlv(0xA0, &[]),
        ]
        .concat(),
    );
    let signature: DerSignature = SigningKey::from(key.clone()).sign(&info);
    let algorithm = [
        0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02,
    ];
    let bits = tlv(0x03, &[&[0], signature.as_bytes()].concat());
    tlv(0x30, &[info, algorithm.to_vec(), bits].concat())
}

pub fn activation(settings: &UserSettings, csr: &[u8]) -> Value {
    json!({
        "institution_code": settings.institution_code,
        "id": settings.id,
        "activation_code": settings.activation_code,
        "csr": b64(csr),
        "terms_accepted": true,
    })
}

/// An activated terminal.
pub struct Terminal {
    pub caller: Caller,
    pub spki: Vec<u8>,
    pub facility: String,
    pub id: String,
}

impl Terminal {
    pub fn activate(running: &Running, seed: u8) -> Self {
        Self::activate_for(running, seed, &Institution::default())
    }

    pub fn activate_for(running: &Running, seed: u8, institution: &Institution) -> Self {
        let settings = running.issue_activation_for(institution).unwrap();
        let key = key(seed);
        let answer =
            Caller::stranger(running).post("/v1/activate", &activation(&settings, &csr(&key)));
        assert_eq!(answer.status, 200, "{}", answer.body);
        let chain = vec![unb64(&answer.text("certificate"))];
        Self {
            caller: Caller::new(running, Some((chain, &key))),
            spki: spki(&key),
            facility: settings.institution_code,
            id: answer.text("terminal"),
        }
    }

    pub fn challenge(&self, method: &str) -> Answer {
        self.caller.post(
            "/v1/challenge",
            &json!({"operation": "check", "method": method, "purpose": "reception"}),
        )
    }
}

/// The message of the protocol, from a challenge's answer; written apart from the server's.
pub fn message(
    terminal: &Terminal,
    challenge: &Answer,
    method: &str,
    request: &[u8],
    certificate: &[u8],
) -> Vec<u8> {
    let parts: [Vec<u8>; 11] = [
        challenge.text("service").into(),
        challenge.text("environment").into(),
        b"check".to_vec(),
        method.into(),
        unb64(&challenge.text("nonce")),
        sha(&terminal.spki).to_vec(),
        terminal.facility.clone().into(),
        b"reception".to_vec(),
        challenge.text("date").into(),
        sha(request).to_vec(),
        sha(certificate).to_vec(),
    ];
    let mut out = b"MYNACARD CHECK MESSAGE v1".to_vec();
    out.push(0);
    for (i, part) in parts.iter().enumerate() {
        out.push(u8::try_from(i).unwrap() + 1);
        out.extend(u32::try_from(part.len()).unwrap().to_be_bytes());
        out.extend(part);
    }
    out
}

/// A person's virtual card, spoken to in bytes.
pub struct Card(pub VirtualCard);

impl Card {
    pub fn of(id: &str) -> Self {
        Self::at(id, SystemTime::now())
    }

    pub fn at(id: &str, now: SystemTime) -> Self {
        let mut card = VirtualCard::new(mynacard_sim::person(id).unwrap(), now);
        card.power_on();
        let mut card = Self(card);
        card.ok(&[
            0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00,
            0x01,
        ]);
        card
    }

    #[track_caller]
    pub fn ok(&mut self, command: &[u8]) -> Vec<u8> {
        let mut response = self.0.transmit(command);
        let word = response.split_off(response.len() - 2);
        assert_eq!(word, [0x90, 0x00], "{command:02x?}");
        response
    }

    pub fn certificate(&mut self) -> Vec<u8> {
        self.read(0x8A)
    }

    /// The signature certificate, after its password.
    pub fn signature_certificate(&mut self) -> Vec<u8> {
        self.ok(b"\x00\x20\x00\x9B\x06ABC123");
        self.read(0x81)
    }

    fn read(&mut self, short_id: u8) -> Vec<u8> {
        let file = self.ok(&[0x00, 0xB0, short_id, 0x00, 0x00, 0x00, 0x00]);
        let length = usize::from(u16::from_be_bytes([file[2], file[3]])) + 4;
        file[..length].to_vec()
    }

    pub fn pin(&mut self) {
        self.ok(b"\x00\x20\x00\x98\x041234");
    }

    pub fn sign(&mut self, message: &[u8]) -> Vec<u8> {
        self.sign_with(0x97, message)
    }

    pub fn sign_with(&mut self, key: u8, message: &[u8]) -> Vec<u8> {
        let mut command = vec![0x80, 0x2A, 0x00, key, 51];
        command.extend([
            0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            0x01, 0x05, 0x00, 0x04, 0x20,
        ]);
        command.extend(sha(message));
        command.push(0);
        self.ok(&command)
    }
}

pub const REQUEST_ID: &str = "00112233445566778899aabbccddeeff";
pub const IDEMPOTENCY: &str = "ffeeddccbbaa99887766554433221100";

pub fn request() -> Vec<u8> {
    format!(
        r#"{{"request_id":"{REQUEST_ID}","limit_application":true,"specific_diseases":true,"consents":[],"operator":null}}"#
    )
    .into_bytes()
}

/// A whole confirmation by PIN, ready to be sent.
pub fn confirmation(terminal: &Terminal, challenge: &Answer, card: &mut Card) -> Value {
    let certificate = card.certificate();
    let request = request();
    card.pin();
    let signature = card.sign(&message(terminal, challenge, "pin", &request, &certificate));
    json!({
        "challenge_id": challenge.text("challenge_id"),
        "request": b64(&request),
        "certificate": b64(&certificate),
        "algorithm": "RSA-PKCS1-SHA256",
        "signature": b64(&signature),
        "grant": null,
        "format": "xml",
    })
}

/// The parsed certificate of the server's chain, for assertions on its profile.
pub fn parsed(certificate: &[u8]) -> x509_cert::Certificate {
    let parsed = x509_cert::Certificate::from_der(certificate).unwrap();
    assert_eq!(parsed.to_der().unwrap(), certificate);
    parsed
}
