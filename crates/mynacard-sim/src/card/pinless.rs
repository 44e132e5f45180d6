//! PIN-less authentication, **a stand-in of this project's own**: the real sequence is not public.
//!
//! With EF 0016 current, a terminal shows a certificate of the simulated terminal CA, asks for a challenge and signs it; the card
//! then allows one signature with the user authentication key.

use p256::ecdsa::signature::Verifier as _;
use rsa::pkcs8::DecodePublicKey as _;
use rsa::{Pkcs1v15Sign, PublicKey as RsaPublicKey};
use sha2::{Digest as _, Sha256};

use super::jpki::TERMINAL_CA_KEY;
use super::word::Word;

const LABEL: &[u8] = b"MNSIMT01";
const BODY: usize = 51;
const CERTIFICATE: usize = BODY + 256;

/// How far a terminal has come. It ends with the power or the next SELECT of an application.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pinless {
    terminal: Option<Terminal>,
    challenge: Option<Vec<u8>>,
    granted: bool,
}

#[derive(Debug, Clone)]
struct Terminal {
    key: p256::ecdsa::VerifyingKey,
    facility: Vec<u8>,
}

impl Pinless {
    /// `80 A2 06 C1`: the terminal's certificate, body and signature of the terminal CA.
    pub(crate) fn present(&mut self, certificate: &[u8]) -> Result<(), Word> {
        *self = Self::default();
        if certificate.len() != CERTIFICATE {
            return Err(Word::LENGTH);
        }
        let (body, signature) = certificate.split_at_checked(BODY).ok_or(Word::LENGTH)?;
        let authority =
            RsaPublicKey::from_public_key_der(TERMINAL_CA_KEY).map_err(|_| Word::UNDIAGNOSED)?;
        authority
            .verify(
                Pkcs1v15Sign::new::<Sha256>(),
                &Sha256::digest(body),
                signature,
            )
            .map_err(|_| Word::NOT_AUTHENTICATED)?;
        let rest = body.strip_prefix(LABEL).ok_or(Word::DATA)?;
        let (point, facility) = rest.split_at_checked(33).ok_or(Word::DATA)?;
        if !facility.iter().all(u8::is_ascii_digit) {
            return Err(Word::DATA);
        }
        let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| Word::DATA)?;
        self.terminal = Some(Terminal {
            key,
            facility: facility.to_vec(),
        });
        Ok(())
    }

    /// Remembers the challenge that GET CHALLENGE handed out.
    pub(crate) fn challenged(&mut self, challenge: &[u8]) {
        self.granted = false;
        self.challenge = (challenge.len() == 16).then(|| challenge.to_vec());
    }

    /// `80 A2 00 C1`: the terminal's signature over the challenge. One attempt for one challenge.
    pub(crate) fn authenticate(&mut self, signature: &[u8]) -> Result<(), Word> {
        let challenge = self.challenge.take().ok_or(Word::CONDITIONS)?;
        let terminal = self.terminal.take().ok_or(Word::CONDITIONS)?;
        let signature = p256::ecdsa::Signature::from_slice(signature).map_err(|_| Word::DATA)?;
        let message = [
            b"MNSIMPINLESS",
            challenge.as_slice(),
            terminal.facility.as_slice(),
        ]
        .concat();
        terminal
            .key
            .verify(&message, &signature)
            .map_err(|_| Word::NOT_AUTHENTICATED)?;
        self.granted = true;
        Ok(())
    }

    /// Whether one signature is granted.
    pub(crate) fn is_granted(&self) -> bool {
        self.granted
    }

    /// Uses it up.
    pub(crate) fn use_grant(&mut self) {
        self.granted = false;
    }
}
