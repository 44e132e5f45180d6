//! The relay of the visual check: the service speaks to the card through the terminal.
//!
//! The real sequence of PIN-less authentication is not public. This one is a stand-in: a terminal
//! certificate of the simulated terminal CA, a challenge of the card, a signature over it, and
//! the card allows one signature without a PIN. Its private key is checked in on purpose.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::{Signature, SigningKey};
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::{Pkcs1v15Sign, PrivateKey as RsaPrivateKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use signature::Signer as _;

use crate::http::{Call, Refusal, Reply};
use crate::{Code, Error, ErrorKind, random};

const TERMINAL_CA: &[u8] = include_bytes!("../../data/terminal-ca.key.der");

/// `POST /v1/relay/start`.
pub(crate) fn start(call: &Call<'_>) -> Result<Reply, Refusal> {
    let terminal = call.terminal()?;
    let mut fields = call.fields()?;
    let challenge = fields.hex("challenge_id", 32)?;
    fields.finish()?;
    let relay = random::id()?;
    let key: [u8; 32] = random::p256()?.to_bytes().into();
    let started = call.service.store.in_transaction(|records| {
        records.start_relay(&challenge, &terminal.id, &relay, &key, call.now)
    })?;
    if !started {
        return Err(Refusal::new(Code::Replayed).field("challenge_id"));
    }
    Ok(waiting(&relay, 1, &SELECT_TERMINAL_CA))
}

/// `POST /v1/relay/step`.
pub(crate) fn step(call: &Call<'_>) -> Result<Reply, Refusal> {
    let terminal = call.terminal()?;
    let mut fields = call.fields()?;
    let relay = fields.hex("relay_id", 32)?;
    let answered = fields.integer("step", 1..=4)?;
    let response = fields.base64("response", 512)?;
    fields.finish()?;
    let store = &call.service.store;
    let found = store.in_transaction(|records| records.relay(&relay, &terminal.id, call.now))?;
    let (key, expected) = found.ok_or_else(|| Refusal::new(Code::Replayed).field("relay_id"))?;
    if answered != expected {
        return Err(Refusal::malformed(
            "step",
            "not the step that was asked for",
        ));
    }
    let facility = terminal.institution.code.as_str();
    let key = SigningKey::from_slice(&key)
        .map_err(|e| Error::with_source(ErrorKind::Certificate("relay's key"), e.to_string()))?;
    match next(expected, &response, &key, facility) {
        Ok(Next::Command(command)) => {
            store.in_transaction(|records| records.advance_relay(&relay, expected + 1))?;
            Ok(waiting(&relay, expected + 1, &command))
        }
        Ok(Next::Granted) => {
            let grant = random::id()?;
            store.in_transaction(|records| records.end_relay(&relay, Some(&grant)))?;
            Ok(shape(&relay, expected, Value::Null, true, json!(grant)))
        }
        Err(refusal) => {
            store.in_transaction(|records| records.end_relay(&relay, None))?;
            Err(refusal)
        }
    }
}

enum Next {
    Command(Vec<u8>),
    Granted,
}

// SELECT EF 0016 under the application that the terminal selected.
const SELECT_TERMINAL_CA: [u8; 7] = [0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x16];
const GET_CHALLENGE: [u8; 5] = [0x00, 0x84, 0x00, 0x00, 0x10];

fn next(step: i64, response: &[u8], key: &SigningKey, facility: &str) -> Result<Next, Refusal> {
    let data = response
        .strip_suffix(&[0x90, 0x00])
        .ok_or_else(|| Refusal::malformed("response", "the card refused"))?;
    match (step, data) {
        (1, []) => Ok(Next::Command(present(key, facility)?)),
        (2, []) => Ok(Next::Command(GET_CHALLENGE.to_vec())),
        (3, challenge) if challenge.len() == 16 => {
            let message = [b"MNSIMPINLESS", challenge, facility.as_bytes()].concat();
            let signature: Signature = key.sign(&message);
            let mut command = vec![0x80, 0xA2, 0x00, 0xC1, 0x40];
            command.extend_from_slice(&signature.to_bytes());
            Ok(Next::Command(command))
        }
        (4, []) => Ok(Next::Granted),
        _ => Err(Refusal::malformed(
            "response",
            "not the data that the command asked for",
        )),
    }
}

// Label, compressed key and facility, signed by the terminal CA: 307 bytes in extended length.
fn present(key: &SigningKey, facility: &str) -> Result<Vec<u8>, Error> {
    let point = key.verifying_key().to_sec1_point(true);
    let mut body = b"MNSIMT01".to_vec();
    body.extend_from_slice(point.as_bytes());
    body.extend_from_slice(facility.as_bytes());
    let signature = terminal_ca()?
        .sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(&body))
        .map_err(|e| Error::with_source(ErrorKind::Certificate("terminal's certificate"), e))?;
    let mut command = vec![0x80, 0xA2, 0x06, 0xC1, 0x00, 0x01, 0x33];
    command.append(&mut body);
    command.extend_from_slice(&signature);
    Ok(command)
}

fn terminal_ca() -> Result<&'static RsaPrivateKey, Error> {
    static KEY: OnceLock<Option<RsaPrivateKey>> = OnceLock::new();
    KEY.get_or_init(|| RsaPrivateKey::from_pkcs8_der(TERMINAL_CA).ok())
        .as_ref()
        .ok_or_else(|| Error::new(ErrorKind::Certificate("terminal CA's key")))
}

fn waiting(relay: &str, step: i64, command: &[u8]) -> Reply {
    let command = json!(STANDARD.encode(command));
    shape(relay, step, command, false, Value::Null)
}

fn shape(relay: &str, step: i64, command: Value, done: bool, grant: Value) -> Reply {
    let mut body = json!({
        "relay_id": relay,
        "step": step,
        "command": command,
        "done": done,
    });
    if done && let Some(members) = body.as_object_mut() {
        members.insert("grant".to_owned(), grant);
    }
    body.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rsa::PublicKey as RsaPublicKey;
    use rsa::pkcs8::EncodePublicKey as _;
    use signature::Verifier as _;

    #[test]
    fn the_terminal_ca_is_a_pair() {
        let public = RsaPublicKey::from(terminal_ca().unwrap());
        assert_eq!(
            public.to_public_key_der().unwrap().as_bytes(),
            include_bytes!("../../data/terminal-ca.pub.der")
        );
    }

    #[test]
    fn commands_have_their_layout() {
        let key = SigningKey::from(random::p256().unwrap());
        let Next::Command(command) = next(1, &[0x90, 0], &key, "1312345679").unwrap() else {
            panic!("a command")
        };
        assert_eq!(command.len(), 7 + 307);
        assert_eq!(&command[..15], b"\x80\xA2\x06\xC1\x00\x01\x33MNSIMT01");
        assert_eq!(&command[48..58], b"1312345679");
        let digest = Sha256::digest(&command[7..58]);
        RsaPublicKey::from(terminal_ca().unwrap())
            .verify(Pkcs1v15Sign::new::<Sha256>(), &digest, &command[58..])
            .unwrap();

        let response: Vec<u8> = [[7u8; 16].as_slice(), &[0x90, 0]].concat();
        let Next::Command(command) = next(3, &response, &key, "1312345679").unwrap() else {
            panic!("a command")
        };
        let signed = [b"MNSIMPINLESS".as_slice(), &[7; 16], b"1312345679"].concat();
        let signature = Signature::from_slice(&command[5..]).unwrap();
        key.verifying_key().verify(&signed, &signature).unwrap();
    }

    #[test]
    fn a_refusing_card_ends_it() {
        let key = SigningKey::from(random::p256().unwrap());
        for response in [&[0x69u8, 0x82][..], &[0x90], &[1, 0x90, 0]] {
            assert!(next(1, response, &key, "1312345679").is_err());
        }
        assert!(next(3, &[0x90, 0], &key, "1312345679").is_err());
    }
}
