//! 公的個人認証AP, the JPKI application: two certificates, two keys, two PINs, in the fewest exchanges.
//!
//! Signing needs a [`Verified`], and only [`Jpki::verify`] makes one, so this does not compile:
//!
//! ```compile_fail
//! # use mynacard_card::{Error, Transport, app::jpki::Jpki};
//! fn sign(jpki: &mut Jpki<'_, dyn Transport>) -> Result<Vec<u8>, Error> {
//!     jpki.sign(b"message")
//! }
//! ```

use alloc::vec::Vec;
use core::{fmt, mem};
use sha2::{Digest, Sha256};

use crate::apdu::Command;
use crate::app::Application;
use crate::card::{Card, LengthPolicy};
use crate::error::{Error, ErrorKind, FileProblem, PinTry};
use crate::pin::{Pin, PinKind, SignaturePassword, Tries};
use crate::read::{Extent, File};
use crate::transport::Transport;

pub use super::token::{CardKind, TokenInfo};

/// The JPKI application of a card under power.
///
/// Dropping it, like [`finish`](Jpki::finish), powers the card down.
pub struct Jpki<'t, T: Transport + ?Sized> {
    pub(crate) card: Card<'t, T>,
    counter: CounterPolicy,
}

/// How a dialogue is led. `Options::default()` is the safe choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Whether the counter is read before a PIN is sent.
    pub counter: CounterPolicy,
    /// How long the pieces are in which files are read.
    pub length: LengthPolicy,
}

impl Options {
    /// Reads the counter before a PIN and lets the transport choose lengths.
    pub const fn new() -> Self {
        Options {
            counter: CounterPolicy::READ_FIRST,
            length: LengthPolicy::FromTransport,
        }
    }

    /// Chooses whether the counter is read before a PIN is sent.
    #[must_use]
    pub const fn with_counter(mut self, counter: CounterPolicy) -> Self {
        self.counter = counter;
        self
    }

    /// Chooses the lengths.
    #[must_use]
    pub const fn with_length(mut self, length: LengthPolicy) -> Self {
        self.length = length;
        self
    }
}

/// Whether the counter is read before a PIN is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CounterPolicy {
    /// Reads it (one exchange more) and sends nothing to a blocked PIN, to a counter that the card will not tell, or
    /// into somebody else's session.
    ReadFirst {
        /// Also sends nothing when one try is left.
        refuse_at_one: bool,
    },
    /// Sends the PIN straight away: one exchange less, and nobody is warned before the last try.
    Skip,
}

impl CounterPolicy {
    /// The default: read first, and keep the last try.
    pub const READ_FIRST: CounterPolicy = CounterPolicy::ReadFirst {
        refuse_at_one: true,
    };
}

impl Default for CounterPolicy {
    fn default() -> Self {
        Self::READ_FIRST
    }
}

/// Tries left of both PINs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Of the authentication PIN.
    pub authentication: Tries,
    /// Of the signature password.
    pub signature: Tries,
}

/// Proof that the holder's PIN was accepted in this power session: the authentication key signs.
pub struct Verified<'j, 't, T: Transport + ?Sized> {
    jpki: &'j mut Jpki<'t, T>,
}

/// Proof that the signature password was accepted: the signature key signs and its certificate opens.
pub struct VerifiedSignature<'j, 't, T: Transport + ?Sized> {
    jpki: &'j mut Jpki<'t, T>,
}

/// Which key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Authentication,
    Signature,
}

const fn certificate(name: &'static str, id: u16) -> File {
    File {
        name,
        id,
        extent: Extent::Object(0x30),
        max: 8192,
    }
}

const AUTHENTICATION_CERTIFICATE: File = certificate("authentication certificate", 0x000A);
const AUTHENTICATION_CA: File = certificate("authentication CA certificate", 0x000B);
const SIGNATURE_CERTIFICATE: File = certificate("signature certificate", 0x0001);
const SIGNATURE_CA: File = certificate("signature CA certificate", 0x0002);

const TOKEN_INFO: File = File {
    name: "token information",
    id: 0x0006,
    extent: Extent::Exactly(TokenInfo::LENGTH),
    max: TokenInfo::LENGTH,
};

/// DigestInfo of SHA-256 with its NULL parameter (RFC 8017 §9.2, note 1); the digest follows.
const SHA256_DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

impl<'t, T: Transport + ?Sized> Jpki<'t, T> {
    /// Powers the card down and up and selects the application.
    ///
    /// # Errors
    /// [`ErrorKind::NotMyNumberCard`] when the SELECT is refused; whatever the transport reports.
    pub fn open(transport: &'t mut T, options: Options) -> Result<Self, Error> {
        Self::select(Card::power_up(transport, options.length)?, options)
    }

    /// Selects the application on a card that is under power already, after another application.
    ///
    /// # Errors
    /// As [`Jpki::open`]; the card is powered down then.
    pub fn select(mut card: Card<'t, T>, options: Options) -> Result<Self, Error> {
        card.select(Application::Jpki)?;
        Ok(Jpki {
            card,
            counter: options.counter,
        })
    }

    /// Reads both counters in a dialogue of its own: power-up, SELECT, two queries, power-down. Costs no try; what to do
    /// first after [`ErrorKind::PinOutcomeUnknown`].
    ///
    /// # Errors
    /// As [`Jpki::open`].
    pub fn counters(transport: &'t mut T) -> Result<Counters, Error> {
        let mut jpki = Self::open(transport, Options::new())?;
        let authentication = jpki.authentication_tries()?;
        let signature = jpki.signature_tries()?;
        Ok(Counters {
            authentication,
            signature,
        })
    }

    /// The user authentication certificate (利用者証明用電子証明書), exact DER without filler.
    ///
    /// # Errors
    /// [`ErrorKind::PinNeeded`] on phones that want the PIN first: see [`Verified::authentication_certificate`].
    pub fn authentication_certificate(&mut self) -> Result<Vec<u8>, Error> {
        self.read(&AUTHENTICATION_CERTIFICATE)
    }

    /// The certificate of the CA that issued the authentication certificate, DER.
    ///
    /// # Errors
    /// A refused READ, a malformed file, a transport that fails.
    pub fn authentication_ca_certificate(&mut self) -> Result<Vec<u8>, Error> {
        self.read(&AUTHENTICATION_CA)
    }

    /// The certificate of the CA that issued the signature certificate, DER.
    ///
    /// # Errors
    /// A refused READ, a malformed file, a transport that fails.
    pub fn signature_ca_certificate(&mut self) -> Result<Vec<u8>, Error> {
        self.read(&SIGNATURE_CA)
    }

    /// What the application says about itself; [`TokenInfo::kind`] tells cards and phones apart.
    ///
    /// # Errors
    /// A refused READ, a short file, a transport that fails.
    pub fn token_info(&mut self) -> Result<TokenInfo, Error> {
        let content = self.card.read(&TOKEN_INFO)?;
        let problem = FileProblem::Truncated {
            expected: TokenInfo::LENGTH,
            found: content.len(),
        };
        TokenInfo::read(&content).ok_or_else(|| {
            self.card.error(ErrorKind::MalformedFile {
                file: TOKEN_INFO.name,
                problem,
            })
        })
    }

    /// Tries left of the authentication PIN. Costs none.
    ///
    /// # Errors
    /// A transport that fails.
    pub fn authentication_tries(&mut self) -> Result<Tries, Error> {
        self.card.tries(PinKind::Authentication)
    }

    /// Tries left of the signature password. Costs none.
    ///
    /// # Errors
    /// A transport that fails.
    pub fn signature_tries(&mut self) -> Result<Tries, Error> {
        self.card.tries(PinKind::Signature)
    }

    /// Sends the PIN to the card, once.
    ///
    /// # Errors
    /// Not sent: [`ErrorKind::OneTryLeft`], [`ErrorKind::PinBlocked`], [`ErrorKind::ForeignSession`] (see
    /// [`CounterPolicy`]). Sent: [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`], [`ErrorKind::PinOutcomeUnknown`].
    pub fn verify(&mut self, pin: Pin) -> Result<Verified<'_, 't, T>, Error> {
        self.before_verify(PinKind::Authentication)?;
        self.card.verify(PinKind::Authentication, pin.bytes())?;
        Ok(Verified { jpki: self })
    }

    /// Lets the holder type the PIN on the reader's own pad: the digits never reach this computer.
    ///
    /// # Errors
    /// As [`Jpki::verify`]; a transport without a pad is MC-1019, a holder who cancels MC-1017.
    pub fn verify_on_pin_pad(&mut self) -> Result<Verified<'_, 't, T>, Error> {
        self.before_verify(PinKind::Authentication)?;
        self.card.verify_on_pad(PinKind::Authentication)?;
        Ok(Verified { jpki: self })
    }

    /// Sends the signature password to the card, once.
    ///
    /// # Errors
    /// As [`Jpki::verify`].
    pub fn signature_verify(
        &mut self,
        password: SignaturePassword,
    ) -> Result<VerifiedSignature<'_, 't, T>, Error> {
        self.before_verify(PinKind::Signature)?;
        self.card.verify(PinKind::Signature, password.bytes())?;
        Ok(VerifiedSignature { jpki: self })
    }

    /// Commands exchanged so far.
    pub fn exchanges(&self) -> u32 {
        self.card.exchanges()
    }

    /// What is known about the PIN try of this dialogue.
    pub fn pin_try(&self) -> PinTry {
        self.card.pin_try()
    }

    /// Powers the card down; dropping does the same.
    pub fn finish(self) {
        self.card.finish();
    }

    /// Hands the card back, still under power, for another application.
    pub fn into_card(self) -> Card<'t, T> {
        self.card
    }

    fn before_verify(&mut self, pin: PinKind) -> Result<(), Error> {
        let CounterPolicy::ReadFirst { refuse_at_one } = self.counter else {
            return Ok(());
        };
        let kind = match self.card.tries(pin)? {
            Tries::Left(1) if refuse_at_one => ErrorKind::OneTryLeft { pin },
            Tries::Left(_) => return Ok(()),
            Tries::Open if self.card.holds(pin) => return Ok(()),
            Tries::Open => {
                self.card.give_up();
                ErrorKind::ForeignSession { pin }
            }
            Tries::Blocked => ErrorKind::PinBlocked { pin },
            Tries::Unknown(status) => ErrorKind::Refused {
                command: "counter query",
                status,
            },
        };
        Err(self.card.error(kind))
    }

    fn read(&mut self, file: &File) -> Result<Vec<u8>, Error> {
        let mut content = self.card.read(file)?;
        Ok(mem::take(&mut *content))
    }

    pub(crate) fn sign_message(&mut self, key: Key, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.sign_digest(key, &Sha256::digest(message).into())
    }

    pub(crate) fn sign_digest(&mut self, key: Key, digest: &[u8; 32]) -> Result<Vec<u8>, Error> {
        const NAME: &str = "COMPUTE DIGITAL SIGNATURE";
        const LENGTH: usize = 256;
        let mut input = [0; SHA256_DIGEST_INFO.len() + 32];
        let (info, tail) = input.split_at_mut(SHA256_DIGEST_INFO.len());
        info.copy_from_slice(&SHA256_DIGEST_INFO);
        tail.copy_from_slice(digest);
        let reference = match key {
            Key::Authentication => 0x97,
            Key::Signature => 0x9A,
        };
        let command = Command::new(0x80, 0x2A, 0x00, reference)
            .with_data(&input)
            .with_expected(256);
        let mut signature = self.card.call(NAME, &command, LENGTH)?;
        if signature.len() != LENGTH {
            let found = signature.len();
            return Err(self.card.error(ErrorKind::MalformedAnswer {
                command: NAME,
                expected: LENGTH,
                found,
            }));
        }
        Ok(mem::take(&mut *signature))
    }
}

impl<T: Transport + ?Sized> Verified<'_, '_, T> {
    /// Hashes the message (SHA-256) and lets the authentication key sign it: RSASSA-PKCS1-v1_5, 256 bytes.
    ///
    /// # Errors
    /// A refusal, a malformed answer, a transport that fails.
    pub fn sign(&mut self, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.jpki.sign_message(Key::Authentication, message)
    }

    /// The authentication certificate, for phones that open it only now.
    ///
    /// # Errors
    /// As [`Jpki::authentication_certificate`].
    pub fn authentication_certificate(&mut self) -> Result<Vec<u8>, Error> {
        self.jpki.authentication_certificate()
    }

    /// Commands exchanged so far.
    pub fn exchanges(&self) -> u32 {
        self.jpki.exchanges()
    }

    pub(crate) fn sign_digest(&mut self, digest: &[u8; 32]) -> Result<Vec<u8>, Error> {
        self.jpki.sign_digest(Key::Authentication, digest)
    }
}

impl<T: Transport + ?Sized> VerifiedSignature<'_, '_, T> {
    /// Hashes the message (SHA-256) and lets the signature key sign it: RSASSA-PKCS1-v1_5, 256 bytes.
    ///
    /// # Errors
    /// A refusal, a malformed answer, a transport that fails.
    pub fn sign(&mut self, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.jpki.sign_message(Key::Signature, message)
    }

    /// The digital signature certificate (署名用電子証明書), DER: it holds name, address, birth date and sex.
    ///
    /// # Errors
    /// A refused READ, a malformed file, a transport that fails.
    pub fn signature_certificate(&mut self) -> Result<Vec<u8>, Error> {
        self.jpki.read(&SIGNATURE_CERTIFICATE)
    }
}

impl<T: Transport + ?Sized> fmt::Debug for Jpki<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jpki")
            .field("card", &self.card)
            .field("counter", &self.counter)
            .finish()
    }
}
