//! What the three programs share: their input and their output.

use std::error::Error;
use std::path::PathBuf;

/// PIN, message and where certificate and signature go: `PIN MESSAGE-FILE FOLDER`.
pub struct Task {
    /// The user authentication PIN.
    pub pin: String,
    /// What is signed.
    pub message: Vec<u8>,
    folder: PathBuf,
}

impl Task {
    /// From the command line.
    pub fn read() -> Result<Self, Box<dyn Error>> {
        let mut arguments = std::env::args().skip(1);
        let mut next = || arguments.next().ok_or("usage: PIN MESSAGE-FILE FOLDER");
        Ok(Self { pin: next()?, message: std::fs::read(next()?)?, folder: next()?.into() })
    }

    /// Writes `certificate.der` and `signature`.
    pub fn finish(&self, certificate: &[u8], signature: &[u8]) -> Result<(), Box<dyn Error>> {
        std::fs::write(self.folder.join("certificate.der"), certificate)?;
        std::fs::write(self.folder.join("signature"), signature)?;
        Ok(())
    }
}

/// DigestInfo of SHA-256, for libraries that leave it to their caller.
pub fn digest_info(message: &[u8]) -> Vec<u8> {
    use sha2::Digest as _;
    let prefix = [
        0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
    ];
    [prefix.as_slice(), sha2::Sha256::digest(message).as_slice()].concat()
}
