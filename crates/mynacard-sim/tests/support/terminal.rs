//! The terminal's side of the stand-in for PIN-less authentication, as commands in hexadecimal.
#![allow(unreachable_pub, reason = "a test support module")]

use sha2::{Digest as _, Sha256};

use super::support::to_hex;

/// A terminal whose certificate the simulated terminal CA signed.
pub struct Terminal(p256::ecdsa::SigningKey);

impl Terminal {
    pub const FACILITY: &[u8; 10] = b"1312345678";

    pub fn new() -> Self {
        Self(p256::ecdsa::SigningKey::from_slice(&[7; 32]).expect("a scalar"))
    }

    /// The command that shows its certificate; made once, for reading an RSA key takes longer than the rest of a dialogue.
    pub fn present(&self) -> String {
        static COMMAND: std::sync::OnceLock<String> = std::sync::OnceLock::new();
        COMMAND.get_or_init(|| self.certificate()).clone()
    }

    fn certificate(&self) -> String {
        use rsa::pkcs8::DecodePrivateKey as _;
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../mynacard-sandbox/data/terminal-ca.key.der"
        );
        let der = std::fs::read(path).expect("the terminal CA's key lies in the sandbox's data");
        let authority = rsa::PrivateKey::from_pkcs8_der(&der).expect("PKCS #8");
        let mut body = b"MNSIMT01".to_vec();
        body.extend(self.0.verifying_key().to_sec1_point(true).as_bytes());
        body.extend(Self::FACILITY);
        let signature = authority
            .sign(rsa::Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(&body))
            .expect("a signature");
        format!("80A206C1000133{}{}", to_hex(&body), to_hex(&signature))
    }

    pub fn answer(&self, challenge: &[u8]) -> String {
        use p256::ecdsa::signature::Signer as _;
        let message = [b"MNSIMPINLESS", challenge, Self::FACILITY].concat();
        let signature: p256::ecdsa::Signature = self.0.sign(&message);
        format!("80A200C140{}", to_hex(&signature.to_bytes()))
    }
}
