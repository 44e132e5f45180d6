//! A registration on its way (初期登録): it may be delivered again until its answer has come.

use std::fmt;

use zeroize::Zeroizing;

use super::{Terminal, TerminalKey, TermsAccepted, UserSettings};
use crate::request::random_bytes;
use crate::service::ActivationService;
use crate::vault::record;
use crate::{Cancel, Error, ErrorKind};

/// One registration: ユーザー設定情報, the accepted terms, a key made here and a number of its own.
///
/// A line may break after the service spent the code and before its answer came. Delivered again, the very same request is
/// answered as before; kept in a vault meanwhile ([`Activation::to_secret_bytes`]) it outlives the program.
pub struct Activation {
    settings: UserSettings,
    terms: TermsAccepted,
    key: TerminalKey,
    csr: Vec<u8>,
    idempotency_key: [u8; 16],
}

impl Activation {
    /// A registration with a new key. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NoRandomness`].
    pub fn new(settings: UserSettings, terms: TermsAccepted) -> Result<Self, Error> {
        let key = TerminalKey::generate()?;
        Ok(Self {
            settings,
            terms,
            csr: key.certificate_request()?,
            key,
            idempotency_key: random_bytes()?,
        })
    }

    /// Asks for the certificate and checks that it is for this key. After
    /// [`AnswerLost`](crate::ServiceErrorKind::AnswerLost) call it again.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Service`] with the service's refusal, [`ErrorKind::TerminalKeyMismatch`].
    pub fn deliver(
        &self,
        service: &mut dyn ActivationService,
        stop: &Cancel,
    ) -> Result<Terminal, Error> {
        let activated = service.activate(self, stop)?;
        Terminal::new(self.key.copy(), activated)
    }

    /// The ユーザー設定情報.
    #[must_use]
    pub const fn settings(&self) -> &UserSettings {
        &self.settings
    }

    /// That somebody accepted the terms: an adapter says so because it was given this.
    #[must_use]
    pub const fn terms(&self) -> TermsAccepted {
        self.terms
    }

    /// The certificate request (PKCS#10, DER), the same in each delivery.
    #[must_use]
    pub fn certificate_request(&self) -> &[u8] {
        &self.csr
    }

    /// The same for every delivery, so that a repeated one is one activation.
    #[must_use]
    pub const fn idempotency_key(&self) -> &[u8; 16] {
        &self.idempotency_key
    }

    /// The registration as bytes for a vault entry; they hold the private key and the activation code.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TerminalMalformed`] when the key cannot be encoded.
    pub fn to_secret_bytes(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut records = record::Writer::new();
        records
            .add(1, &self.key.to_pkcs8()?)
            .add(2, &self.csr)
            .add(3, &self.idempotency_key)
            .add(4, self.settings.institution_code.as_bytes())
            .add(5, self.settings.id.as_bytes())
            .add(6, self.settings.activation_code.as_bytes());
        Ok(records.finish())
    }

    /// The registration back from a vault entry. The terms were accepted before it was made.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TerminalMalformed`].
    pub fn from_secret_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let malformed = || Error::from(ErrorKind::TerminalMalformed);
        let records = record::read(bytes).ok_or_else(malformed)?;
        let [
            (1, key),
            (2, csr),
            (3, number),
            (4, code),
            (5, id),
            (6, activation),
        ] = records.as_slice()
        else {
            return Err(malformed());
        };
        let text = |bytes| std::str::from_utf8(bytes).map_err(|_| malformed());
        let settings = UserSettings::new(text(code)?, text(id)?, text(activation)?)
            .map_err(|error| malformed().with_source(error))?;
        Ok(Self {
            settings,
            terms: TermsAccepted,
            key: TerminalKey::from_pkcs8(key)?,
            csr: csr.to_vec(),
            idempotency_key: (*number).try_into().map_err(|_| malformed())?,
        })
    }
}

impl TerminalKey {
    /// A second copy, for as long as the first may be needed again.
    fn copy(&self) -> Self {
        Self {
            secret: self.secret.clone(),
        }
    }
}

impl fmt::Debug for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Activation")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn activation() -> Activation {
        let settings = UserSettings::new("1312345678", "W0000001", "HIDDEN-CODE").unwrap();
        Activation::new(settings, TermsAccepted).unwrap()
    }

    #[test]
    fn a_kept_registration_asks_the_same_again() {
        let first = activation();
        let bytes = first.to_secret_bytes().unwrap();
        let again = Activation::from_secret_bytes(&bytes).unwrap();
        assert_eq!(again.certificate_request(), first.certificate_request());
        assert_eq!(again.idempotency_key(), first.idempotency_key());
        assert_eq!(
            again.settings().activation_code(),
            first.settings().activation_code()
        );
        assert_eq!(
            again.key.public_key_info().unwrap(),
            first.key.public_key_info().unwrap()
        );
        for end in 0..bytes.len() {
            assert!(
                Activation::from_secret_bytes(&bytes[..end]).is_err(),
                "{end}"
            );
        }
        assert!(!format!("{again:?}").contains("HIDDEN"));
    }

    #[test]
    fn two_registrations_share_nothing() {
        let (one, other) = (activation(), activation());
        assert_ne!(one.idempotency_key(), other.idempotency_key());
        assert_ne!(one.certificate_request(), other.certificate_request());
    }
}
