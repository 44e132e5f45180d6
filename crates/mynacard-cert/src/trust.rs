//! Whom to believe: the roots of one hierarchy or several, and the policies they issue under.

use std::sync::{Arc, OnceLock};

use crate::asn1::oid;
use crate::certificate::Certificate;
use crate::error::{Error, ErrorKind};
use crate::profile::{Authentication, Hierarchy, POLICIES, Signature, Usage};
use crate::roots::{PRODUCTION, Pinned, SIMULATION};
use crate::time::Timestamp;
use crate::verdict::Verified;
use crate::verify;

/// The roots that a verdict may rest on. Production alone is the normal case; accepting another hierarchy is spelled out
/// where the store is made, and every verdict says which hierarchy it rests on.
///
/// ```
/// use mynacard_cert::{Certificate, ErrorKind, Timestamp, TrustStore};
/// # let bytes = TrustStore::production().roots().next().unwrap().certificate().as_der().to_vec();
/// let store = TrustStore::production();
/// let certificate = Certificate::from_der(&bytes).unwrap();
/// let refusal = store.verify_authentication(&certificate, Timestamp::from_unix(1_800_000_000)).unwrap_err();
/// assert_eq!(refusal.kind(), &ErrorKind::IsAuthority); // these bytes are a root, not a holder's certificate
/// ```
#[derive(Clone, Debug)]
pub struct TrustStore {
    roots: Vec<Arc<Root>>,
    policies: Vec<(Hierarchy, Usage, Vec<u8>)>,
}

/// A root with what it is trusted for.
#[derive(Debug)]
pub struct Root {
    certificate: Certificate,
    hierarchy: Hierarchy,
    usage: Usage,
}

impl Root {
    /// The root's own certificate.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The hierarchy it belongs to.
    #[must_use]
    pub fn hierarchy(&self) -> Hierarchy {
        self.hierarchy
    }

    /// What its certificates are for.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.usage
    }
}

impl TrustStore {
    /// A store without roots.
    #[must_use]
    pub fn empty() -> Self {
        let policies = POLICIES
            .iter()
            .filter_map(|&(hierarchy, usage, dotted)| {
                Some((hierarchy, usage, oid::from_dotted(dotted)?))
            })
            .collect();
        Self {
            roots: Vec::new(),
            policies,
        }
    }

    /// The six pinned roots of 公的個人認証サービス (JPKI).
    #[must_use]
    pub fn production() -> Self {
        static STORE: OnceLock<TrustStore> = OnceLock::new();
        STORE.get_or_init(|| Self::pinned(PRODUCTION)).clone()
    }

    /// The simulation's roots. Their keys are public knowledge: anybody can issue a certificate that this store accepts.
    #[must_use]
    pub fn simulation() -> Self {
        static STORE: OnceLock<TrustStore> = OnceLock::new();
        STORE.get_or_init(|| Self::pinned(SIMULATION)).clone()
    }

    /// The roots of JPKI test cards, handed in by the caller.
    ///
    /// # Errors
    /// What [`Certificate::from_der`] refuses; `UnfitRoot` for a certificate that is not a root of `O=JPKI-TEST`.
    pub fn jpki_test(roots: &[&[u8]]) -> Result<Self, Error> {
        let mut store = Self::empty();
        for der in roots {
            let certificate = Certificate::from_der(der)?;
            if certificate.issuer_organization() != Some("JPKI-TEST") {
                return Err(ErrorKind::UnfitRoot {
                    expected: "the organisation JPKI-TEST",
                }
                .into());
            }
            let usage = usage_of_name(&certificate.subject()).ok_or(ErrorKind::UnfitRoot {
                expected: "a name that says user authentication or digital signature",
            })?;
            store.add(certificate, Hierarchy::JpkiTest, usage)?;
        }
        Ok(store)
    }

    /// This store with a root of the caller's own (a newer generation, say): verdicts that rest on it say
    /// [`Hierarchy::Custom`].
    ///
    /// # Errors
    /// What [`Certificate::from_der`] refuses; `UnfitRoot`.
    pub fn with_root(mut self, der: &[u8], usage: Usage) -> Result<Self, Error> {
        let certificate = Certificate::from_der(der)?;
        // A list of extra roots may come from a file; a file must not be able to admit test cards or the virtual card.
        if let Some(Hierarchy::JpkiTest | Hierarchy::Simulation) = certificate
            .issuer_organization()
            .and_then(Hierarchy::of_organization)
        {
            return Err(ErrorKind::UnfitRoot {
                expected: "a root outside the test and simulation hierarchies",
            }
            .into());
        }
        self.add(certificate, Hierarchy::Custom, usage)?;
        Ok(self)
    }

    /// This store with one more policy that certificates of a hierarchy may carry.
    ///
    /// # Errors
    /// `Policy` when `dotted` is not an object identifier.
    pub fn with_policy(
        mut self,
        hierarchy: Hierarchy,
        usage: Usage,
        dotted: &str,
    ) -> Result<Self, Error> {
        let Some(octets) = oid::from_dotted(dotted) else {
            return Err(ErrorKind::Policy {
                expected: Vec::new(),
                found: vec![dotted.to_owned()],
            }
            .into());
        };
        self.policies.push((hierarchy, usage, octets));
        Ok(self)
    }

    /// This store with all roots of another.
    #[must_use]
    pub fn and(mut self, other: TrustStore) -> Self {
        for root in other.roots {
            self.insert(root);
        }
        for policy in other.policies {
            if !self.policies.contains(&policy) {
                self.policies.push(policy);
            }
        }
        self
    }

    /// This store without the root that has this SHA-256.
    #[must_use]
    pub fn without_root(mut self, sha256: &[u8; 32]) -> Self {
        self.roots
            .retain(|root| &root.certificate.sha256() != sha256);
        self
    }

    /// The roots.
    pub fn roots(&self) -> impl Iterator<Item = &Root> {
        self.roots.iter().map(AsRef::as_ref)
    }

    /// Judges an authentication certificate (利用者証明用証明書) at an instant.
    ///
    /// # Errors
    /// Each refusal its own kind; the most specific one wins. A certificate that has ended is not refused:
    /// [`Verified::expiry`] says so.
    pub fn verify_authentication(
        &self,
        certificate: &Certificate,
        at: Timestamp,
    ) -> Result<Verified<Authentication>, Error> {
        verify::verify(self, certificate, at)
    }

    /// Judges a signature certificate (署名用証明書) at an instant.
    ///
    /// # Errors
    /// As [`Self::verify_authentication`].
    pub fn verify_signature(
        &self,
        certificate: &Certificate,
        at: Timestamp,
    ) -> Result<Verified<Signature>, Error> {
        verify::verify(self, certificate, at)
    }

    pub(crate) fn shared_roots(&self) -> &[Arc<Root>] {
        &self.roots
    }

    pub(crate) fn policies(&self) -> &[(Hierarchy, Usage, Vec<u8>)] {
        &self.policies
    }

    fn pinned(list: &[Pinned]) -> Self {
        let mut store = Self::empty();
        for &(der, hierarchy, usage) in list {
            let certificate = Certificate::from_der(der).expect("the tests read every pinned root");
            store.insert(Arc::new(Root {
                certificate,
                hierarchy,
                usage,
            }));
        }
        store
    }

    fn add(
        &mut self,
        certificate: Certificate,
        hierarchy: Hierarchy,
        usage: Usage,
    ) -> Result<(), Error> {
        verify::fit_as_root(&certificate)?;
        self.insert(Arc::new(Root {
            certificate,
            hierarchy,
            usage,
        }));
        Ok(())
    }

    /// The first entry of a root stays: a custom entry cannot rename a pinned one.
    fn insert(&mut self, root: Arc<Root>) {
        if !self
            .roots
            .iter()
            .any(|known| known.certificate == root.certificate && known.usage == root.usage)
        {
            self.roots.push(root);
        }
    }
}

/// What the name of a JPKI root says it is for.
fn usage_of_name(name: &str) -> Option<Usage> {
    match (
        name.contains("user authentication"),
        name.contains("digital signature"),
    ) {
        (true, false) => Some(Usage::Authentication),
        (false, true) => Some(Usage::Signature),
        _ => None,
    }
}
