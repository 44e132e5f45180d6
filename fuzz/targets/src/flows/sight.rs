//! The visual check's dialogue: certificate, relay through the guard, one signature without a PIN.

use std::sync::OnceLock;

use mynacard_auth::pinless::Guard;
use mynacard_card::app::jpki::Jpki;
use mynacard_card::{Command, Error, StatusWord, Transport, hazmat};
use p256::ecdsa::signature::Signer as _;
use rsa::pkcs8::DecodePrivateKey as _;
use sha2::{Digest as _, Sha256};

use super::{Ask, Spoils};

/// Leads it; a relay that does not come to its end leaves the certificate alone.
pub(super) fn by_sight(card: &mut dyn Transport, ask: Ask) -> Result<Spoils, Error> {
    let mut jpki = Jpki::open(card, ask.options())?;
    let certificate = jpki.authentication_certificate()?;
    let mut relay = Relay {
        guard: Guard::new(),
    };
    let mut spoils = vec![certificate];
    if relay.lead(&mut jpki)? {
        spoils.push(hazmat::pinless(&mut jpki).sign(b"message")?);
    }
    jpki.finish();
    Ok(spoils)
}

struct Relay {
    guard: Guard,
}

impl Relay {
    /// Whether the card was convinced.
    fn lead(&mut self, jpki: &mut Jpki<'_, dyn Transport + '_>) -> Result<bool, Error> {
        let select = [0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x16];
        let challenge = [0x00, 0x84, 0x00, 0x00, 0x10];
        if self.relayed(jpki, &select)?.is_none() || self.relayed(jpki, present())?.is_none() {
            return Ok(false);
        }
        let Some(challenge) = self.relayed(jpki, &challenge)? else {
            return Ok(false);
        };
        Ok(self.relayed(jpki, &answer(&challenge))?.is_some() && self.guard.is_proven())
    }

    /// The card's data, where guard and card agreed.
    fn relayed(
        &mut self,
        jpki: &mut Jpki<'_, dyn Transport + '_>,
        command: &[u8],
    ) -> Result<Option<Vec<u8>>, Error> {
        let Ok(admitted) = self.guard.admit(command) else {
            return Ok(None);
        };
        let mut answer = hazmat::exchange(jpki, &admitted.command())?;
        let mut response = answer.data.to_vec();
        for _ in 0..4 {
            let StatusWord::MoreData(waiting) = answer.status else {
                break;
            };
            let waiting = if waiting == 0 {
                256
            } else {
                u32::from(waiting)
            };
            let more = Command::new(0x00, 0xC0, 0x00, 0x00).with_expected(waiting);
            answer = hazmat::exchange(jpki, &more)?;
            response.extend_from_slice(&answer.data);
        }
        let data = response.clone();
        response.extend(u16::from(answer.status).to_be_bytes());
        let accepted = self.guard.answered(&admitted, &response).is_ok();
        Ok((accepted && answer.status.is_success()).then_some(data))
    }
}

/// The command that answers the card's challenge with the terminal's signature.
pub(crate) fn answer(challenge: &[u8]) -> Vec<u8> {
    let message = [b"MNSIMPINLESS", challenge, FACILITY].concat();
    let signature: p256::ecdsa::Signature = terminal().sign(&message);
    [
        &[0x80, 0xA2, 0x00, 0xC1, 0x40][..],
        signature.to_bytes().as_slice(),
    ]
    .concat()
}

const FACILITY: &[u8] = b"1312345678";

/// The terminal's key.
fn terminal() -> p256::ecdsa::SigningKey {
    p256::ecdsa::SigningKey::from_slice(&[7; 32]).expect("a scalar")
}

/// The command that shows the terminal's certificate, signed by the simulation's terminal CA.
pub(crate) fn present() -> &'static [u8] {
    static COMMAND: OnceLock<Vec<u8>> = OnceLock::new();
    COMMAND.get_or_init(|| {
        let key = include_bytes!("../../../../crates/mynacard-sandbox/data/terminal-ca.key.der");
        let authority = rsa::PrivateKey::from_pkcs8_der(key).expect("the sandbox's own key");
        let mut body = b"MNSIMT01".to_vec();
        body.extend(terminal().verifying_key().to_sec1_point(true).as_bytes());
        body.extend(FACILITY);
        let signature = authority
            .sign(rsa::Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(&body))
            .expect("the key signs");
        [
            &[0x80, 0xA2, 0x06, 0xC1, 0x00, 0x01, 0x33][..],
            &body,
            &signature,
        ]
        .concat()
    })
}
