//! The stand-in's own certificate authority: a P-256 key that signs the server's certificate and
//! the terminals' client certificates.

use std::str::FromStr as _;
use std::time::Duration;

use der::asn1::{GeneralizedTime, UtcTime};
use der::{Decode as _, Encode as _};
use p256::ecdsa::{DerSignature, SigningKey};
use p256::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use sha2::{Digest as _, Sha256};
use spki::{EncodePublicKey as _, SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef};
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{Builder as _, CertificateBuilder};
use x509_cert::certificate::{Certificate, TbsCertificate};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages,
    SubjectAltName, SubjectKeyIdentifier,
};
use x509_cert::ext::{Extension, ToExtension as _};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};

use crate::{Error, ErrorKind, random};

// The stand-in's clock can be set to any day while its clients' TLS reads the real one, so what
// only carries the connection is valid on every day that a test may choose.
const EVER_FROM: i64 = 1_546_300_800; // 2019-01-01
const EVER_UNTIL: i64 = 2_524_607_999; // 2049-12-31
/// First and last second of a validity that no test outlives.
pub(crate) const EVER: (i64, i64) = (EVER_FROM, EVER_UNTIL);

/// The authority: its key, and its certificate in DER.
pub(crate) struct Authority {
    key: SigningKey,
    certificate: Vec<u8>,
    subject: Name,
}

/// A server certificate with its private key (PKCS#8), both in DER.
pub(crate) struct ServerIdentity {
    pub(crate) certificate: Vec<u8>,
    pub(crate) key: Vec<u8>,
}

impl Authority {
    /// A new authority under a new key.
    pub(crate) fn generate() -> Result<Self, Error> {
        let key = SigningKey::from(random::p256()?);
        let subject = Name::from_str("CN=mynacard sandbox CA,O=MYNACARD-SANDBOX")
            .map_err(|e| failed("authority's name", e))?;
        let spki = public_key(&key)?;
        let profile = Profile {
            issuer: subject.clone(),
            subject: subject.clone(),
            purpose: ProfilePurpose::Authority,
        };
        let certificate = build(&key, profile, spki, validity(EVER_FROM, EVER_UNTIL)?)?;
        Ok(Self {
            key,
            certificate,
            subject,
        })
    }

    /// The authority kept by an earlier run: PKCS#8 key and certificate.
    pub(crate) fn restore(key: &[u8], certificate: &[u8]) -> Result<Self, Error> {
        let key = p256::SecretKey::from_pkcs8_der(key)
            .map_err(|e| failed("authority's kept key", e.to_string()))?;
        let parsed = Certificate::from_der(certificate)
            .map_err(|e| failed("authority's kept certificate", e))?;
        Ok(Self {
            key: SigningKey::from(key),
            subject: parsed.tbs_certificate().subject().clone(),
            certificate: certificate.to_vec(),
        })
    }

    /// The key as PKCS#8, to be kept beside the certificate.
    pub(crate) fn key(&self) -> Result<Vec<u8>, Error> {
        pkcs8(&self.key)
    }

    /// The authority's certificate: what clients pin.
    pub(crate) fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// The authority's distinguished name in DER, for the server's hint to its clients.
    pub(crate) fn distinguished_name(&self) -> Result<Vec<u8>, Error> {
        self.subject
            .to_der()
            .map_err(|e| failed("authority's name", e))
    }

    /// A fresh certificate for a server reachable under these names and addresses.
    pub(crate) fn issue_server(
        &self,
        names: Vec<GeneralName>,
        (from, until): (i64, i64),
    ) -> Result<ServerIdentity, Error> {
        let key = SigningKey::from(random::p256()?);
        let profile = Profile {
            issuer: self.subject.clone(),
            subject: Name::from_str("CN=mynacard sandbox,O=MYNACARD-SANDBOX")
                .map_err(|e| failed("server's name", e))?,
            purpose: ProfilePurpose::Server(names),
        };
        Ok(ServerIdentity {
            certificate: build(
                &self.key,
                profile,
                public_key(&key)?,
                validity(from, until)?,
            )?,
            key: pkcs8(&key)?,
        })
    }

    /// A client certificate for a terminal's public key (SubjectPublicKeyInfo in DER).
    pub(crate) fn issue_terminal(
        &self,
        terminal: &str,
        institution: &str,
        public_key: &[u8],
        from: i64,
        until: i64,
    ) -> Result<Vec<u8>, Error> {
        let spki = SubjectPublicKeyInfoOwned::from_der(public_key)
            .map_err(|e| failed("terminal's key", e))?;
        let profile = Profile {
            issuer: self.subject.clone(),
            subject: Name::from_str(&format!(
                "CN={terminal},OU={institution},O=MYNACARD-SANDBOX"
            ))
            .map_err(|e| failed("terminal's name", e))?,
            purpose: ProfilePurpose::Terminal,
        };
        build(&self.key, profile, spki, validity(from, until)?)
    }
}

struct Profile {
    issuer: Name,
    subject: Name,
    purpose: ProfilePurpose,
}

enum ProfilePurpose {
    Authority,
    Server(Vec<GeneralName>),
    Terminal,
}

impl BuilderProfile for Profile {
    fn get_issuer(&self, _subject: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        spk: SubjectPublicKeyInfoRef<'_>,
        issuer_spk: SubjectPublicKeyInfoRef<'_>,
        tbs: &TbsCertificate,
    ) -> x509_cert::builder::Result<Vec<Extension>> {
        let mut extensions = Vec::new();
        let subject = tbs.subject();
        let own = SubjectKeyIdentifier::try_from(spk)?;
        extensions.push(own.to_extension(subject, &extensions)?);
        let issuer = SubjectKeyIdentifier::try_from(issuer_spk)?;
        let authority = AuthorityKeyIdentifier {
            key_identifier: Some(issuer.0),
            ..AuthorityKeyIdentifier::default()
        };
        extensions.push(authority.to_extension(subject, &extensions)?);
        let (usage, constraints) = match self.purpose {
            ProfilePurpose::Authority => (
                KeyUsages::KeyCertSign | KeyUsages::CRLSign,
                BasicConstraints {
                    ca: true,
                    path_len_constraint: Some(0),
                },
            ),
            _ => (
                KeyUsages::DigitalSignature.into(),
                BasicConstraints {
                    ca: false,
                    path_len_constraint: None,
                },
            ),
        };
        extensions.push(constraints.to_extension(subject, &extensions)?);
        extensions.push(KeyUsage(usage).to_extension(subject, &extensions)?);
        match &self.purpose {
            ProfilePurpose::Authority => {}
            ProfilePurpose::Server(names) => {
                let usage = ExtendedKeyUsage(vec![const_server_auth()]);
                extensions.push(usage.to_extension(subject, &extensions)?);
                let names = SubjectAltName(names.clone());
                extensions.push(names.to_extension(subject, &extensions)?);
            }
            ProfilePurpose::Terminal => {
                let usage = ExtendedKeyUsage(vec![const_client_auth()]);
                extensions.push(usage.to_extension(subject, &extensions)?);
            }
        }
        Ok(extensions)
    }
}

// id-kp-serverAuth and id-kp-clientAuth (RFC 5280, 4.2.1.12).
fn const_server_auth() -> der::oid::ObjectIdentifier {
    der::oid::ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1")
}

fn const_client_auth() -> der::oid::ObjectIdentifier {
    der::oid::ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2")
}

fn build(
    signer: &SigningKey,
    profile: Profile,
    spki: SubjectPublicKeyInfoOwned,
    validity: Validity,
) -> Result<Vec<u8>, Error> {
    let mut serial = random::bytes::<16>()?;
    // Positive and of full length: the first bit clear, the second set.
    if let Some(first) = serial.first_mut() {
        *first = (*first & 0x3F) | 0x40;
    }
    let serial = SerialNumber::new(&serial).map_err(|e| failed("serial number", e))?;
    let certificate: Certificate = CertificateBuilder::new(profile, serial, validity, spki)
        .and_then(|builder| builder.build::<_, DerSignature>(signer))
        .map_err(|e| failed("certificate", e))?;
    certificate.to_der().map_err(|e| failed("certificate", e))
}

fn validity(from: i64, until: i64) -> Result<Validity, Error> {
    Ok(Validity::new(time(from)?, time(until)?))
}

fn time(unix: i64) -> Result<Time, Error> {
    let duration = Duration::from_secs(u64::try_from(unix).unwrap_or(0));
    UtcTime::from_unix_duration(duration)
        .map(Time::UtcTime)
        .or_else(|_| GeneralizedTime::from_unix_duration(duration).map(Time::GeneralTime))
        .map_err(|e| failed("validity", e))
}

fn public_key(key: &SigningKey) -> Result<SubjectPublicKeyInfoOwned, Error> {
    let der = key
        .verifying_key()
        .to_public_key_der()
        .map_err(|e| failed("public key", e.to_string()))?;
    SubjectPublicKeyInfoOwned::from_der(der.as_bytes()).map_err(|e| failed("public key", e))
}

fn pkcs8(key: &SigningKey) -> Result<Vec<u8>, Error> {
    Ok(key
        .to_pkcs8_der()
        .map_err(|e| failed("private key", e.to_string()))?
        .as_bytes()
        .to_vec())
}

fn failed(
    what: &'static str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Error {
    Error::with_source(ErrorKind::Certificate(what), source)
}

/// SHA-256 of some bytes.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_comes_back_from_what_it_keeps() {
        let made = Authority::generate().unwrap();
        let kept = Authority::restore(&made.key().unwrap(), made.certificate()).unwrap();
        assert_eq!(kept.key().unwrap(), made.key().unwrap());
        assert_eq!(
            kept.distinguished_name().unwrap(),
            made.distinguished_name().unwrap()
        );
        assert!(Authority::restore(b"no key", made.certificate()).is_err());
    }
}
