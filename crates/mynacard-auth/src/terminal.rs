//! A terminal (資格確認端末): its key made here, its certificate from the service.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use der::{Decode, Encode};
use p256::ecdsa::DerSignature;
use p256::pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use x509_cert::builder::{Builder, RequestBuilder};
use x509_cert::name::Name;
use zeroize::Zeroizing;

use crate::request::random_bytes;
use crate::service::{Activated, ActivationService, TerminalService, VisualCheck};
use crate::vault::record;
use crate::{Cancel, Error, ErrorKind};

mod activation;

pub use activation::Activation;

/// An activated terminal: key, certificate and where it stands.
pub struct Terminal {
    key: TerminalKey,
    certificate: Vec<u8>,
    chain: Vec<Vec<u8>>,
    about: About,
}

/// A terminal's P-256 key; it is made here and leaves only into a [`Vault`](crate::vault::Vault).
pub struct TerminalKey {
    secret: p256::SecretKey,
}

/// What the portal hands out for one terminal (ユーザー設定情報): 機関コード, ID, アクティベーションコード.
pub struct UserSettings {
    institution_code: String,
    id: String,
    activation_code: Zeroizing<String>,
}

/// Somebody read and accepted the notice and terms (お知らせ・利用規約); the caller's screen shows them.
#[derive(Debug, Clone, Copy)]
pub struct TermsAccepted;

/// Where a terminal stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Institution {
    /// Ten digits (機関コード).
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its kind, in the service's words.
    pub kind: String,
}

#[derive(Serialize, Deserialize)]
struct About {
    name: String,
    institution: Institution,
    visual_check: bool,
    not_after: u64,
}

impl Terminal {
    /// Activates a new terminal (初期登録): makes a key, asks for a certificate and checks that it is for this key.
    ///
    /// The key is gone when this fails. A program that wants to ask again after a lost answer keeps an [`Activation`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Service`] with the service's refusal, [`ErrorKind::TerminalKeyMismatch`], [`ErrorKind::NoRandomness`].
    pub fn activate(
        service: &mut dyn ActivationService,
        settings: &UserSettings,
        terms: TermsAccepted,
        stop: &Cancel,
    ) -> Result<Self, Error> {
        Activation::new(settings.copy(), terms)?.deliver(service, stop)
    }

    /// The same terminal under a new key and certificate. `service` speaks as this terminal; the present certificate works
    /// until the new one is first shown, so keep the result before it is used. After a lost answer renew again.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Service`], [`ErrorKind::TerminalKeyMismatch`], [`ErrorKind::TerminalRenamed`] when the service answered
    /// for another terminal or institution, [`ErrorKind::NoRandomness`].
    pub fn renew(&self, service: &mut dyn TerminalService, stop: &Cancel) -> Result<Self, Error> {
        let key = TerminalKey::generate()?;
        let csr = key.certificate_request()?;
        let renewed = Self::new(key, service.renew(&csr, stop)?)?;
        let same = renewed.about.name == self.about.name
            && renewed.about.institution.code == self.about.institution.code;
        if same {
            Ok(renewed)
        } else {
            Err(ErrorKind::TerminalRenamed.into())
        }
    }

    /// Ends this terminal at the service, as which `service` speaks; the vault's file is the caller's to remove.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Service`]: with [`UnknownTerminal`](crate::ServiceErrorKind::UnknownTerminal) it had ended before.
    pub fn remove(&self, service: &mut dyn TerminalService, stop: &Cancel) -> Result<(), Error> {
        Ok(service.remove(stop)?)
    }

    /// A terminal from its parts.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TerminalKeyMismatch`] when the certificate is for another key, [`ErrorKind::TerminalMalformed`] when it
    /// is no certificate.
    pub fn new(key: TerminalKey, activated: Activated) -> Result<Self, Error> {
        let Activated {
            terminal,
            certificate,
            chain,
            institution,
            visual_check,
            not_after,
        } = activated;
        let about = About {
            name: terminal,
            institution,
            visual_check: visual_check == VisualCheck::Allowed,
            not_after: not_after
                .duration_since(UNIX_EPOCH)
                .map_or(0, |life| life.as_secs()),
        };
        Self::assemble(key, certificate, chain, about)
    }

    fn assemble(
        key: TerminalKey,
        certificate: Vec<u8>,
        chain: Vec<Vec<u8>>,
        about: About,
    ) -> Result<Self, Error> {
        let parsed = x509_cert::Certificate::from_der(&certificate)
            .map_err(|error| Error::from(ErrorKind::TerminalMalformed).with_source(error))?;
        let certified = parsed
            .tbs_certificate()
            .subject_public_key_info()
            .to_der()
            .map_err(|error| Error::from(ErrorKind::TerminalMalformed).with_source(error))?;
        if certified != key.public_key_info()? {
            return Err(ErrorKind::TerminalKeyMismatch.into());
        }
        Ok(Self {
            key,
            certificate,
            chain,
            about,
        })
    }

    /// The terminal as bytes for a vault entry; they hold the private key.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TerminalMalformed`] when a part is too long to be written.
    pub fn to_secret_bytes(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let about = serde_json::to_vec(&self.about)
            .map_err(|error| Error::from(ErrorKind::TerminalMalformed).with_source(error))?;
        let key = self.key.to_pkcs8()?;
        let mut chain = record::Writer::new();
        for certificate in &self.chain {
            chain.add(1, certificate);
        }
        let mut records = record::Writer::new();
        records
            .add(1, &key)
            .add(2, &self.certificate)
            .add(3, &chain.finish())
            .add(4, &about);
        Ok(records.finish())
    }

    /// The terminal back from a vault entry.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TerminalMalformed`], [`ErrorKind::TerminalKeyMismatch`].
    pub fn from_secret_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let malformed = || Error::from(ErrorKind::TerminalMalformed);
        let records = record::read(bytes).ok_or_else(malformed)?;
        let one = |tag: u8| {
            let mut found = records.iter().filter(|(t, _)| *t == tag);
            match (found.next(), found.next()) {
                (Some((_, value)), None) => Ok(*value),
                _ => Err(malformed()),
            }
        };
        let key = TerminalKey::from_pkcs8(one(1)?)?;
        let about =
            serde_json::from_slice(one(4)?).map_err(|error| malformed().with_source(error))?;
        let chain = record::read(one(3)?).ok_or_else(malformed)?;
        let chain = chain.iter().map(|(_, v)| v.to_vec()).collect();
        Self::assemble(key, one(2)?.to_vec(), chain, about)
    }

    /// The terminal's key.
    #[must_use]
    pub const fn key(&self) -> &TerminalKey {
        &self.key
    }

    /// The terminal's certificate, DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// The certificates above it, DER.
    #[must_use]
    pub fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// The service's name for the terminal.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.about.name
    }

    /// Where it stands.
    #[must_use]
    pub const fn institution(&self) -> &Institution {
        &self.about.institution
    }

    /// Whether the institution may check faces by eye.
    #[must_use]
    pub const fn visual_check(&self) -> VisualCheck {
        if self.about.visual_check {
            VisualCheck::Allowed
        } else {
            VisualCheck::NotAllowed
        }
    }

    /// When the certificate ends.
    #[must_use]
    pub fn not_after(&self) -> SystemTime {
        UNIX_EPOCH
            .checked_add(Duration::from_secs(self.about.not_after))
            .unwrap_or(UNIX_EPOCH)
    }
}

impl TerminalKey {
    /// A new key from the operating system's randomness.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NoRandomness`].
    pub fn generate() -> Result<Self, Error> {
        // A number outside 1..n comes up once in 2^32 draws.
        for _ in 0..8 {
            let candidate = Zeroizing::new(random_bytes::<32>()?);
            if let Ok(secret) = p256::SecretKey::from_slice(candidate.as_slice()) {
                return Ok(Self { secret });
            }
        }
        Err(ErrorKind::NoRandomness.into())
    }

    /// The key back from PKCS#8 DER.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TerminalMalformed`].
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, Error> {
        p256::SecretKey::from_pkcs8_der(der)
            .map(|secret| Self { secret })
            .map_err(|error| Error::from(ErrorKind::TerminalMalformed).with_source(error))
    }

    /// The private key as PKCS#8 DER, for a TLS library; wiped when dropped.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TerminalMalformed`] when the key cannot be encoded.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.secret
            .to_pkcs8_der()
            .map(|document| document.to_bytes())
            .map_err(|error| Error::from(ErrorKind::TerminalMalformed).with_source(error))
    }

    /// The public key as SubjectPublicKeyInfo DER.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TerminalMalformed`] when the key cannot be encoded.
    pub fn public_key_info(&self) -> Result<Vec<u8>, Error> {
        self.secret
            .public_key()
            .to_public_key_der()
            .map(|document| document.as_bytes().to_vec())
            .map_err(|error| Error::from(ErrorKind::TerminalMalformed).with_source(error))
    }

    /// SHA-256 of [`Self::public_key_info`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn public_key_sha256(&self) -> Result<[u8; 32], Error> {
        Ok(Sha256::digest(self.public_key_info()?).into())
    }

    /// A certificate request (PKCS#10, DER) that proves possession of the key; the service chooses the name.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TerminalMalformed`] when the request cannot be encoded.
    pub fn certificate_request(&self) -> Result<Vec<u8>, Error> {
        let signer = p256::ecdsa::SigningKey::from(&self.secret);
        RequestBuilder::new(Name::default())
            .and_then(|builder| builder.build::<_, DerSignature>(&signer))
            .and_then(|request| Ok(request.to_der()?))
            .map_err(|error| Error::from(ErrorKind::TerminalMalformed).with_source(error))
    }
}

impl UserSettings {
    /// The three values as typed: `institution_code` ten digits, `id` like `W0000001`, `activation_code` as printed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Settings`] naming the field that cannot be right; nothing was sent then.
    pub fn new(institution_code: &str, id: &str, activation_code: &str) -> Result<Self, Error> {
        let (institution_code, id, activation_code) =
            (institution_code.trim(), id.trim(), activation_code.trim());
        let wrong = |field| Err(ErrorKind::Settings { field }.into());
        if institution_code.len() != 10 || !institution_code.bytes().all(|b| b.is_ascii_digit()) {
            return wrong("institution_code");
        }
        if !(2..=32).contains(&id.len()) || !id.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return wrong("id");
        }
        let printable = activation_code.bytes().all(|b| b.is_ascii_graphic());
        if !(4..=128).contains(&activation_code.len()) || !printable {
            return wrong("activation_code");
        }
        Ok(Self {
            institution_code: institution_code.to_owned(),
            id: id.to_owned(),
            activation_code: Zeroizing::new(activation_code.to_owned()),
        })
    }

    fn copy(&self) -> Self {
        Self {
            institution_code: self.institution_code.clone(),
            id: self.id.clone(),
            activation_code: self.activation_code.clone(),
        }
    }

    /// Ten digits (機関コード).
    #[must_use]
    pub fn institution_code(&self) -> &str {
        &self.institution_code
    }

    /// The terminal's ID.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The code that works once (アクティベーションコード): a secret until then.
    #[must_use]
    pub fn activation_code(&self) -> &str {
        &self.activation_code
    }
}

impl fmt::Debug for Terminal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terminal")
            .field("name", &self.about.name)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for TerminalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TerminalKey").finish_non_exhaustive()
    }
}

impl fmt::Debug for UserSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserSettings")
            .field("institution_code", &self.institution_code)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
