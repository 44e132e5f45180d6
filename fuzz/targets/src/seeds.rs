//! The seeds, made by code from the simulation's data alone.

mod answers;
mod desk;
mod files;
mod insurance;
mod signed;

use std::time::UNIX_EPOCH;

use mynacard_auth::vault::{Unlock, Vault};
use mynacard_card::app::jpki::{CounterPolicy, Jpki, Options};
use mynacard_card::{
    Command, End, LengthForm, Limits, Pin, Response, SignaturePassword, Transport, TransportError,
};
use mynacard_eligibility::identifier::IdentifierKind;
use mynacard_sim::{VirtualCard, person, pki};

use serde_json::json;

use crate::joined;
use crate::service::{FixedKey, file, forget};
use crate::virtual_card::{card, day};

/// A seed: the target it is for, its name, its bytes.
pub type Seed = (&'static str, String, Vec<u8>);

/// Every seed of every target, the same on every day.
pub fn all() -> Vec<Seed> {
    let mut seeds = Vec::new();
    cards(&mut seeds);
    certificates(&mut seeds);
    answers::add(&mut seeds);
    files::add(&mut seeds);
    insurance::add(&mut seeds);
    services(&mut seeds);
    signed::add(&mut seeds);
    deviations(&mut seeds);
    desk::add(&mut seeds);
    seeds
}

/// A right dialogue in each mode, and each kind of deviation somewhere in it.
fn deviations(seeds: &mut Vec<Seed>) {
    for choices in [0_u8, 1, 2, 3, 8, 12, 16] {
        seeds.push(("card_deviations", format!("right-{choices}"), vec![choices]));
    }
    for kind in 0..12_u8 {
        let seed = vec![1 + (kind & 2), 1 + kind % 5, kind, 0x82];
        seeds.push(("card_deviations", format!("deviation-{kind}"), seed));
    }
}

fn cards(seeds: &mut Vec<Seed>) {
    for (name, choices) in [
        ("short", 0_u8),
        ("extended", 1),
        ("short-skip", 2),
        ("extended-skip", 3),
    ] {
        let mut recorder = Recorder::new(choices & 1 != 0);
        let counter = if choices & 2 == 0 {
            CounterPolicy::READ_FIRST
        } else {
            CounterPolicy::Skip
        };
        authenticate(&mut recorder, Options::new().with_counter(counter));
        seeds.push(("card_dialogue", name.into(), recorder.answers(choices)));
        seeds.push((
            "virtual_card",
            format!("authentication-{name}"),
            recorder.commands(),
        ));
        if choices & 2 == 0 {
            for (index, (command, answer)) in recorder.exchanges.iter().enumerate().take(6) {
                seeds.push(("command", format!("{name}-{index}"), command.clone()));
                seeds.push(("response", format!("{name}-{index}"), answer.clone()));
            }
            let mut recorder = Recorder::new(choices & 1 != 0);
            sign(&mut recorder);
            seeds.push(("card_signature", name.into(), recorder.answers(choices)));
            seeds.push((
                "virtual_card",
                format!("signature-{name}"),
                recorder.commands(),
            ));
        }
    }
    let status_words: Vec<u8> = [
        0x9000_u16, 0x63C2, 0x6983, 0x6984, 0x6A82, 0x6CFF, 0x6110, 0x6F00,
    ]
    .map(u16::to_be_bytes)
    .concat();
    seeds.push(("response", "status-words".into(), status_words));
    seeds.push((
        "tlv",
        "nested".into(),
        vec![
            0xFF, 0x20, 0x08, 0xDF, 0x21, 0x02, 0x01, 0x02, 0x04, 0x01, 0x05,
        ],
    ));
    seeds.push((
        "tlv",
        "long".into(),
        [&[0x30, 0x82, 0x01, 0x00][..], &[0; 256]].concat(),
    ));
}

fn authenticate(card: &mut dyn Transport, options: Options) {
    let mut jpki = Jpki::open(card, options).expect("the virtual card has the application");
    let _ = jpki.authentication_certificate();
    let _ = jpki.authentication_tries();
    let _ = jpki.token_info();
    let mut verified = jpki
        .verify(Pin::new(b"1234").expect("four digits"))
        .expect("the right PIN");
    let _ = verified.sign(b"message");
    let _ = verified.sign(b"another message");
}

fn sign(recorder: &mut Recorder) {
    let mut jpki =
        Jpki::open(recorder, Options::new()).expect("the virtual card has the application");
    let _ = jpki.signature_ca_certificate();
    let _ = jpki.signature_tries();
    let password = SignaturePassword::new(b"ABC123").expect("six characters");
    let mut verified = jpki.signature_verify(password).expect("the right password");
    let _ = verified.signature_certificate();
    let _ = verified.sign(b"message");
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
    let hash = "00".repeat(32);
    let xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg></XmlMsg>";
    let bodies = [
        (
            "info",
            0,
            json!({"sandbox": true, "service": "mynacard-sandbox", "environment": "sandbox", "protocol": 1, "time": 1_800_000_000}),
        ),
        (
            "activate",
            0,
            json!({"sandbox": true, "terminal": "T1", "certificate": "MAA=", "chain": ["MAA="],
            "institution": {"code": "1310000001", "name": "A", "kind": "clinic"}, "visual_check_allowed": true, "not_after": 1_900_000_000}),
        ),
        (
            "challenge",
            0,
            json!({"sandbox": true, "challenge_id": "c", "nonce": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "service": "mynacard-sandbox", "environment": "sandbox", "date": "20270115", "issued_at": 1_800_000_000, "expires_at": 1_800_000_120}),
        ),
        (
            "relay",
            0,
            json!({"sandbox": true, "relay_id": "r", "step": 1, "command": "AKQCDAIAFg==", "done": false}),
        ),
        (
            "confirm",
            0,
            json!({"sandbox": true, "code": "REF-0000", "message_ja": "", "message_en": "", "check_id": "k", "nonce": "AA==",
            "request_id": "00".repeat(16), "certificate_sha256": hash, "processed_at": 1_800_000_000, "format": "xml", "answer": xml}),
        ),
        (
            "refusal",
            7,
            json!({"sandbox": true, "code": "REF-1001", "message_ja": "", "message_en": "", "field": null, "retry_after": 3}),
        ),
    ];
    for (name, choice, body) in bodies {
        seeds.push((
            "service_answer",
            name.into(),
            [&[choice][..], body.to_string().as_bytes()].concat(),
        ));
    }
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
            "06130012",
            "1312345",
            "T1234567890123",
            "100-0013",
            "OQSsiquc01res_face_1_20261120093000.xml",
        ] {
            let seed = [&[choice][..], text.as_bytes()].concat();
            seeds.push((
                "identifier",
                format!("{}-{}", kind.name(), text.len()),
                seed,
            ));
        }
    }
}

/// An empty vault's file. Made once: it is salted, so that another one differs.
pub fn vault() -> &'static [u8] {
    include_bytes!("../../seeds/vault/empty")
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

/// The virtual card, and all that was said.
struct Recorder {
    card: VirtualCard,
    exchanges: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Recorder {
    fn new(extended: bool) -> Self {
        Recorder {
            card: card().with_extended(extended),
            exchanges: Vec::new(),
        }
    }

    fn answers(&self, choices: u8) -> Vec<u8> {
        let mut all = vec![choices];
        all.extend(joined(
            self.exchanges.iter().map(|(_, answer)| answer.as_slice()),
        ));
        all
    }

    fn commands(&self) -> Vec<u8> {
        joined(self.exchanges.iter().map(|(command, _)| command.as_slice()))
    }
}

impl Transport for Recorder {
    fn begin(&mut self) -> Result<(), TransportError> {
        self.card.power_off();
        self.card.power_on();
        Ok(())
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        let form = if command.needs_extended() {
            LengthForm::Extended
        } else {
            LengthForm::Short
        };
        let frame = command
            .encode(form)
            .expect("our own commands can be written")
            .to_vec();
        let answer = self.card.transmit(&frame);
        self.exchanges.push((frame, answer.clone()));
        response.set(&answer)
    }

    fn limits(&self) -> Limits {
        if self.card.has_extended() {
            Limits::EXTENDED
        } else {
            Limits::SHORT
        }
    }

    fn end(&mut self, _: End) {
        self.card.power_off();
    }
}
