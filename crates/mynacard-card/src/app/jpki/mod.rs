//! 公的個人認証AP, the JPKI application: two certificates, two keys, two PINs, in the fewest exchanges.
//!
//! Signing needs a [`Verified`], and only [`Jpki::verify`] makes one, so this does not compile (a stable rustdoc checks that it
//! does not, and leaves the error's number unchecked; so the same with the one word right stands below):
//!
//! ```compile_fail,E0599
//! # use mynacard_card::{Error, Transport, app::jpki::Jpki};
//! fn sign(jpki: &mut Jpki<'_, dyn Transport>) -> Result<Vec<u8>, Error> {
//!     jpki.sign(b"message")
//! }
//! ```
//!
//! Neither does a PIN used twice:
//!
//! ```compile_fail,E0382
//! # use mynacard_card::{Error, Pin, Transport, app::jpki::Jpki};
//! fn again(jpki: &mut Jpki<'_, dyn Transport>, pin: Pin) -> Result<(), Error> {
//!     jpki.verify(pin)?;
//!     jpki.verify(pin)?;
//!     Ok(())
//! }
//! ```
//!
//! What does compile, so that the two above can fail for no other reason than their own:
//!
//! ```
//! # use mynacard_card::{Error, Pin, Transport, app::jpki::Jpki};
//! fn sign(jpki: &mut Jpki<'_, dyn Transport>, pin: Pin) -> Result<Vec<u8>, Error> {
//!     jpki.verify(pin)?.sign(b"message")
//! }
//! ```

mod layout;
mod token;

use alloc::vec::Vec;
use core::{fmt, mem};

use super::Application;
use crate::card::Card;
use crate::error::{Error, ErrorKind, FileProblem, PinTry};
use crate::pin::{Pin, PinKind, SignaturePassword, Tries};
use crate::read::{Extent, File};
use crate::transport::Transport;

pub use super::options::{CounterPolicy, Options};
pub use layout::{KeyAlgorithm, KeyLayout, Layout};
pub use token::{CardKind, TokenInfo};

/// The JPKI application of a card under power.
///
/// Dropping it, like [`finish`](Jpki::finish), powers the card down.
pub struct Jpki<'t, T: Transport + ?Sized> {
    pub(crate) card: Card<'t, T>,
    options: Options,
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

/// Which certificates the application carries (EF 0008). What the file says beyond "both" is not public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Availability {
    /// The file of a card with both certificates.
    Both,
    /// Anything else, intact.
    Other([u8; 3]),
}

impl Availability {
    /// Reads the file of three bytes.
    ///
    /// # Errors
    /// [`FileProblem::Truncated`] when it is of another length.
    pub fn read(bytes: &[u8]) -> Result<Self, FileProblem> {
        match bytes {
            [0x8F, 0x8F, 0x00] => Ok(Availability::Both),
            [a, b, c] => Ok(Availability::Other([*a, *b, *c])),
            _ => Err(FileProblem::Truncated {
                expected: 3,
                found: bytes.len(),
            }),
        }
    }
}

const TOKEN_INFO: File = File {
    name: "token information",
    id: 0x0006,
    extent: Extent::Exactly(TokenInfo::LENGTH),
    max: TokenInfo::LENGTH,
};

const AVAILABILITY: File = File {
    name: "availability",
    id: 0x0008,
    extent: Extent::Exactly(3),
    max: 3,
};

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
        Ok(Jpki { card, options })
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
        self.read(
            &self
                .options
                .layout
                .authentication
                .certificate_file("authentication certificate"),
        )
    }

    /// The certificate of the CA that issued the authentication certificate, DER.
    ///
    /// # Errors
    /// A refused READ, a malformed file, a transport that fails.
    pub fn authentication_ca_certificate(&mut self) -> Result<Vec<u8>, Error> {
        self.read(
            &self
                .options
                .layout
                .authentication
                .ca_certificate_file("authentication CA certificate"),
        )
    }

    /// The certificate of the CA that issued the signature certificate, DER.
    ///
    /// # Errors
    /// A refused READ, a malformed file, a transport that fails.
    pub fn signature_ca_certificate(&mut self) -> Result<Vec<u8>, Error> {
        self.read(
            &self
                .options
                .layout
                .signature
                .ca_certificate_file("signature CA certificate"),
        )
    }

    /// What the application says about itself; [`TokenInfo::kind`] tells cards and phones apart.
    ///
    /// # Errors
    /// A refused READ, a short file, a transport that fails.
    pub fn token_info(&mut self) -> Result<TokenInfo, Error> {
        self.card.read_as(&TOKEN_INFO, TokenInfo::read)
    }

    /// Which certificates the application carries.
    ///
    /// # Errors
    /// A refused READ, a short file, a transport that fails.
    pub fn availability(&mut self) -> Result<Availability, Error> {
        self.card.read_as(&AVAILABILITY, Availability::read)
    }

    /// Tries left of the authentication PIN. Costs none.
    ///
    /// # Errors
    /// A transport that fails.
    pub fn authentication_tries(&mut self) -> Result<Tries, Error> {
        self.card.tries_here(PinKind::Authentication)
    }

    /// Tries left of the signature password. Costs none.
    ///
    /// # Errors
    /// A transport that fails.
    pub fn signature_tries(&mut self) -> Result<Tries, Error> {
        self.card.tries_here(PinKind::Signature)
    }

    /// Sends the PIN to the card, once.
    ///
    /// # Errors
    /// Not sent: [`ErrorKind::OneTryLeft`], [`ErrorKind::PinBlocked`], [`ErrorKind::ForeignSession`] (see
    /// [`CounterPolicy`]). Sent: [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`], [`ErrorKind::PinOutcomeUnknown`].
    pub fn verify(&mut self, pin: Pin) -> Result<Verified<'_, 't, T>, Error> {
        self.card
            .ready_for(PinKind::Authentication, self.options.counter)?;
        self.card.verify(PinKind::Authentication, pin.bytes())?;
        Ok(Verified { jpki: self })
    }

    /// Lets the holder type the PIN on the reader's own pad: the digits never reach this computer.
    ///
    /// # Errors
    /// As [`Jpki::verify`]; a transport without a pad is MC-1019, a holder who cancels MC-1017.
    pub fn verify_on_pin_pad(&mut self) -> Result<Verified<'_, 't, T>, Error> {
        self.card
            .ready_for(PinKind::Authentication, self.options.counter)?;
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
        self.card
            .ready_for(PinKind::Signature, self.options.counter)?;
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

    fn read(&mut self, file: &File) -> Result<Vec<u8>, Error> {
        let mut content = self.card.read(file)?;
        Ok(mem::take(&mut *content))
    }

    pub(crate) fn sign_without_pin(&mut self, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.sign_message(self.options.layout.authentication, message)
    }

    fn sign_message(&mut self, key: KeyLayout, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.compute(key, &key.algorithm.input(message))
    }

    fn compute(&mut self, key: KeyLayout, input: &[u8]) -> Result<Vec<u8>, Error> {
        let [_, short_id] = (key.key & 0x1F).to_be_bytes();
        self.card
            .compute_signature(key.algorithm, 0x80 | short_id, input)
    }
}

impl<T: Transport + ?Sized> Verified<'_, '_, T> {
    /// Hashes the message and lets the authentication key sign it, as the layout's [`KeyAlgorithm`] says: with
    /// [`KeyAlgorithm::RsaPkcs1Sha256`], which is every card so far, SHA-256 and 256 bytes of RSASSA-PKCS1-v1_5.
    ///
    /// # Errors
    /// A refusal, a malformed answer, a transport that fails.
    pub fn sign(&mut self, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.jpki
            .sign_message(self.jpki.options.layout.authentication, message)
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

    /// How the key signs.
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.jpki.options.layout.authentication.algorithm
    }

    /// Gives the authentication PIN another value. The counter stays full; nothing is sent twice.
    ///
    /// # Errors
    /// [`ErrorKind::ChangeOutcomeUnknown`] when the answer is lost: the old or the new PIN may be right then. A refusal.
    pub fn change_pin(&mut self, new: Pin) -> Result<(), Error> {
        self.jpki.card.change(PinKind::Authentication, new.bytes())
    }

    pub(crate) fn sign_digest(&mut self, digest: &[u8; 32]) -> Result<Vec<u8>, Error> {
        let key = self.jpki.options.layout.authentication;
        match key.algorithm {
            KeyAlgorithm::RsaPkcs1Sha256 => self.jpki.compute(key, &layout::digest_info(digest)),
            KeyAlgorithm::EcdsaP384Sha384 => Err(self.jpki.card.error(ErrorKind::NotAllowed {
                why: "the key does not sign SHA-256 digests",
            })),
        }
    }
}

impl<T: Transport + ?Sized> VerifiedSignature<'_, '_, T> {
    /// Hashes the message and lets the signature key sign it, as the layout's [`KeyAlgorithm`] says: with
    /// [`KeyAlgorithm::RsaPkcs1Sha256`], which is every card so far, SHA-256 and 256 bytes of RSASSA-PKCS1-v1_5.
    ///
    /// # Errors
    /// A refusal, a malformed answer, a transport that fails.
    pub fn sign(&mut self, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.jpki
            .sign_message(self.jpki.options.layout.signature, message)
    }

    /// Gives the signature password another value: 6 to 16 characters with at least one letter and one digit.
    ///
    /// # Errors
    /// [`ErrorKind::MalformedPin`], nothing sent; [`ErrorKind::ChangeOutcomeUnknown`] when the answer is lost; a refusal.
    pub fn change_password(&mut self, new: SignaturePassword) -> Result<(), Error> {
        new.check_new()?;
        self.jpki.card.change(PinKind::Signature, new.bytes())
    }

    /// How the key signs.
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.jpki.options.layout.signature.algorithm
    }

    /// Commands exchanged so far.
    pub fn exchanges(&self) -> u32 {
        self.jpki.exchanges()
    }

    /// The digital signature certificate (署名用電子証明書), DER: it holds name, address, birth date and sex.
    ///
    /// # Errors
    /// A refused READ, a malformed file, a transport that fails.
    pub fn signature_certificate(&mut self) -> Result<Vec<u8>, Error> {
        let file = self
            .jpki
            .options
            .layout
            .signature
            .certificate_file("signature certificate");
        self.jpki.read(&file)
    }
}

impl<T: Transport + ?Sized> fmt::Debug for Jpki<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jpki")
            .field("card", &self.card)
            .field("options", &self.options)
            .finish()
    }
}
