//! Revocation lists and OCSP answers that differ from a right one in whatever is asked.

use mynacard_cert::revocation::{Revocation, Unknown};
use sha1::{Digest as _, Sha1};

use super::der::*;
use super::forge::*;

/// Everything in a list.
#[derive(Clone)]
pub(crate) struct List {
    pub(crate) version: Vec<u8>,
    pub(crate) inner: Vec<u8>,
    pub(crate) outer: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) this_update: Vec<u8>,
    pub(crate) next_update: Vec<u8>,
    /// Encoded entries; `None`: no list at all.
    pub(crate) entries: Option<Vec<Vec<u8>>>,
    pub(crate) extensions: Vec<Ext>,
    pub(crate) algorithm: Alg,
}

pub(crate) const IDP: &str = "2.5.29.28";
pub(crate) const CRL_NUMBER: &str = "2.5.29.20";
pub(crate) const DELTA: &str = "2.5.29.27";
pub(crate) const REASON: &str = "2.5.29.21";
pub(crate) const INVALIDITY: &str = "2.5.29.24";

/// One entry.
pub(crate) fn entry(serial: &[u8], time: &str, extensions: &[Ext]) -> Vec<u8> {
    let mut parts = vec![int(serial), utc(time)];
    if !extensions.is_empty() {
        parts.push(seq(&extensions.iter().map(Ext::encode).collect::<Vec<_>>()));
    }
    seq(&parts)
}

pub(crate) fn reason(code: u8) -> Ext {
    Ext::new(REASON, false, tlv(0x0A, &[code]))
}

/// `IssuingDistributionPoint` with one directory name and more fields.
pub(crate) fn idp(name: &[u8], more: &[Vec<u8>]) -> Vec<u8> {
    let mut parts = vec![tlv(0xA0, &tlv(0xA0, &tlv(0xA4, name)))];
    parts.extend_from_slice(more);
    seq(&parts)
}

impl List {
    /// A right one for the harness's leaf, which is not on it.
    pub(crate) fn new(authority: &Authority) -> Self {
        let algorithm = authority.key.default_algorithm();
        Self {
            version: int(&[1]),
            inner: algorithm.identifier(),
            outer: algorithm.identifier(),
            issuer: authority.name.clone(),
            this_update: utc("261120230000Z"),
            next_update: utc("261122230000Z"),
            entries: Some(vec![
                entry(&[0x01], "260101000000Z", &[]),
                entry(&[0x22, 0x7B, 0x14], "260101000000Z", &[reason(1)]),
            ]),
            extensions: vec![
                Ext::new(
                    AUTHORITY_KEY,
                    false,
                    seq(&[tlv(0x80, &authority.key.identifier())]),
                ),
                Ext::new(CRL_NUMBER, false, int(&[7])),
                Ext::new(
                    IDP,
                    true,
                    idp(&point_name("Kiyose-shi"), &[tlv(0x81, &[0xFF])]),
                ),
            ],
            algorithm,
        }
    }

    pub(crate) fn ext(&mut self, oid: &str) -> &mut Ext {
        self.extensions.iter_mut().find(|e| e.oid == oid).unwrap()
    }

    pub(crate) fn tbs(&self) -> Vec<u8> {
        let mut parts = vec![
            self.version.clone(),
            self.inner.clone(),
            self.issuer.clone(),
            self.this_update.clone(),
            self.next_update.clone(),
        ];
        if let Some(entries) = &self.entries {
            parts.push(seq(entries));
        }
        if !self.extensions.is_empty() {
            parts.push(tlv(
                0xA0,
                &seq(&self.extensions.iter().map(Ext::encode).collect::<Vec<_>>()),
            ));
        }
        seq(&parts)
    }

    pub(crate) fn sign(&self, key: &Key) -> Vec<u8> {
        let tbs = self.tbs();
        let signature = key.sign(self.algorithm, &tbs);
        seq(&[tbs, self.outer.clone(), bits(0, &signature)])
    }
}

/// Everything in an OCSP answer.
#[derive(Clone)]
pub(crate) struct Ocsp {
    pub(crate) status: Vec<u8>,
    pub(crate) kind: Vec<u8>,
    pub(crate) version: Vec<u8>,
    pub(crate) responder: Vec<u8>,
    pub(crate) produced_at: Vec<u8>,
    pub(crate) singles: Vec<Single>,
    pub(crate) extensions: Vec<Ext>,
    pub(crate) certificates: Vec<Vec<u8>>,
    pub(crate) inner: Vec<u8>,
    pub(crate) algorithm: Alg,
}

/// One status in it.
#[derive(Clone)]
pub(crate) struct Single {
    pub(crate) hash: Vec<u8>,
    pub(crate) name_hash: Vec<u8>,
    pub(crate) key_hash: Vec<u8>,
    pub(crate) serial: Vec<u8>,
    pub(crate) says: Vec<u8>,
    pub(crate) this_update: Vec<u8>,
    pub(crate) next_update: Vec<u8>,
    pub(crate) extensions: Vec<u8>,
}

impl Single {
    pub(crate) fn new(authority: &Authority) -> Self {
        Self {
            hash: seq(&[oid("1.3.14.3.2.26"), null()]),
            name_hash: Sha1::digest(&authority.name).to_vec(),
            key_hash: authority.key.identifier(),
            serial: vec![0x22, 0x7B, 0x13],
            says: vec![0x80, 0],
            this_update: generalized("20261120230000Z"),
            next_update: tlv(0xA0, &generalized("20261121230000Z")),
            extensions: Vec::new(),
        }
    }

    fn encode(&self) -> Vec<u8> {
        let identifier = seq(&[
            self.hash.clone(),
            octets(&self.name_hash),
            octets(&self.key_hash),
            int(&self.serial),
        ]);
        seq(&[
            identifier,
            self.says.clone(),
            self.this_update.clone(),
            self.next_update.clone(),
            self.extensions.clone(),
        ])
    }
}

/// `RevokedInfo`.
pub(crate) fn revoked(time: &str, reason: Option<u8>) -> Vec<u8> {
    let mut content = generalized(time);
    if let Some(reason) = reason {
        content.extend(tlv(0xA0, &tlv(0x0A, &[reason])));
    }
    tlv(0xA1, &content)
}

impl Ocsp {
    /// A right one: good, by the authority itself.
    pub(crate) fn new(authority: &Authority) -> Self {
        let algorithm = authority.key.default_algorithm();
        Self {
            status: tlv(0x0A, &[0]),
            kind: oid("1.3.6.1.5.5.7.48.1.1"),
            version: Vec::new(),
            responder: tlv(0xA1, &authority.name),
            produced_at: generalized("20261120230000Z"),
            singles: vec![Single::new(authority)],
            extensions: Vec::new(),
            certificates: Vec::new(),
            inner: algorithm.identifier(),
            algorithm,
        }
    }

    pub(crate) fn nonce(&mut self, nonce: &[u8]) {
        self.extensions
            .push(Ext::new("1.3.6.1.5.5.7.48.1.2", false, octets(nonce)));
    }

    pub(crate) fn data(&self) -> Vec<u8> {
        let mut parts = vec![
            self.version.clone(),
            self.responder.clone(),
            self.produced_at.clone(),
            seq(&self.singles.iter().map(Single::encode).collect::<Vec<_>>()),
        ];
        if !self.extensions.is_empty() {
            parts.push(tlv(
                0xA1,
                &seq(&self.extensions.iter().map(Ext::encode).collect::<Vec<_>>()),
            ));
        }
        seq(&parts)
    }

    pub(crate) fn basic(&self, key: &Key) -> Vec<u8> {
        let data = self.data();
        let signature = key.sign(self.algorithm, &data);
        let mut parts = vec![data, self.inner.clone(), bits(0, &signature)];
        if !self.certificates.is_empty() {
            parts.push(tlv(0xA0, &seq(&self.certificates)));
        }
        seq(&parts)
    }

    pub(crate) fn wrap(&self, basic: &[u8]) -> Vec<u8> {
        seq(&[
            self.status.clone(),
            tlv(0xA0, &seq(&[self.kind.clone(), octets(basic)])),
        ])
    }

    pub(crate) fn sign(&self, key: &Key) -> Vec<u8> {
        self.wrap(&self.basic(key))
    }
}

/// A delegate's certificate, to be changed.
pub(crate) fn delegate(authority: &Authority, key: &Key) -> Spec {
    let mut spec = authority.leaf();
    spec.serial = vec![0x44];
    spec.subject = name(&[
        ("C", "JP"),
        ("O", "MYNACARD-HARNESS"),
        ("CN", "OCSP responder"),
    ]);
    spec.key = key.public_info();
    spec.extensions = vec![
        Ext::new(KEY_USAGE, true, bits(7, &[0x80])),
        Ext::new(EXTENDED_KEY_USAGE, true, seq(&[oid("1.3.6.1.5.5.7.3.9")])),
        Ext::new("1.3.6.1.5.5.7.48.1.5", false, null()),
        Ext::new(AUTHORITY_KEY, false, authority.reference()),
        Ext::new(SUBJECT_KEY, false, octets(&key.identifier())),
    ];
    spec
}

/// An answer in one word, for tables of expectations.
pub(crate) fn word(answer: &Result<Revocation, mynacard_cert::Error>) -> String {
    match answer {
        Ok(Revocation::Good { .. }) => "good".to_owned(),
        Ok(Revocation::Revoked {
            reason: Some(reason),
            ..
        }) => format!("revoked {reason}"),
        Ok(Revocation::Revoked { reason: None, .. }) => "revoked".to_owned(),
        Ok(Revocation::Unknown(Unknown::ResponderRefused(status))) => format!("refused {status}"),
        Ok(Revocation::Unknown(why)) => format!("{why:?}"),
        Ok(other) => format!("{other:?}"),
        Err(error) => error.code().to_owned(),
    }
}
