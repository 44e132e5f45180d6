//! Certificates from a card: any bytes, parsed and judged.

use std::sync::OnceLock;

use crate::errors::noted;
use mynacard_cert::{Certificate, Scheme, Timestamp, TrustStore, Usage};

/// What parses comes back byte for byte. No production root signed an input here, and the simulation's signed only those that
/// its own code issued. Whether the input is one of these.
pub(crate) fn parse_and_judge(data: &[u8]) -> bool {
    let Ok(certificate) = noted(Certificate::from_der(data)) else {
        return false;
    };
    assert_eq!(
        certificate.as_der(),
        data,
        "a certificate changed when it was read"
    );
    let _ = (
        certificate.describe(),
        certificate.subject(),
        certificate.issuer(),
        certificate.serial_hex(),
    );
    let _ = (
        certificate.ocsp_addresses().count(),
        certificate.distribution_points().count(),
        certificate.subject_common_name().map(str::len),
        certificate.signature_algorithm().to_string(),
        certificate.key_kind(),
    );
    let _ = noted(certificate.verify_possession(b"message", data));
    // By the scheme of each kind of key: it is the card that says what it signed by.
    for scheme in [
        Scheme::RsaPssSha256,
        Scheme::EcdsaP256Sha256,
        Scheme::EcdsaP384Sha384,
    ] {
        let by = certificate.verify_possession_by(scheme, b"message", data);
        assert!(noted(by).is_err(), "a certificate is no signature");
    }
    // As the root that a file offers.
    let offered = TrustStore::empty().with_root(data, Usage::Signature);
    assert!(
        noted(offered).is_err() || !issued(data),
        "a holder's certificate as a root"
    );
    let told = format!("{certificate:?}{:?}", certificate.describe());
    let holder = noted(certificate.holder_attributes_unverified());
    if let Ok(holder) = &holder {
        assert!(holder.others().len() <= data.len());
        assert_eq!(format!("{holder:?}"), "HolderAttributes(..)");
        let _ = (holder.name_parts().count(), holder.birth().japanese());
        let (birth, sex) = (holder.birth(), holder.sex());
        let _ = (birth.year(), birth.month(), birth.day(), birth.era());
        let _ = (birth.to_string(), format!("{birth:?}"), sex.code());
        assert!(birth.same_day(&birth));
        assert!(
            holder.name().len() < 6 || !told.contains(holder.name()),
            "a certificate shows its holder's name"
        );
        let marks = [
            (holder.name_substitutions(), holder.name()),
            (holder.address_substitutions(), holder.address()),
        ];
        for (positions, text) in marks {
            let length = text.chars().count();
            assert!(positions.is_none_or(|list| list.iter().all(|at| *at < length)));
        }
    }
    let (production, simulation) = (TrustStore::production(), TrustStore::simulation());
    let mut verdict = false;
    // And just before it begins, when its root has begun.
    let before = certificate.not_before().unix().saturating_sub(1);
    for seconds in [i64::MIN, 0, before, 1_800_000_000, i64::MAX] {
        let at = Timestamp::from_unix(seconds);
        let _ = at.to_string();
        assert!(
            production.verify_authentication(&certificate, at).is_err()
                && production.verify_signature(&certificate, at).is_err(),
            "no production root signed this"
        );
        let authentication = noted(simulation.verify_authentication(&certificate, at));
        let signature = noted(simulation.verify_signature(&certificate, at));
        assert!(
            authentication.is_err() || signature.is_err(),
            "one certificate for both purposes"
        );
        assert!(
            authentication.is_err() && signature.is_err() || issued(data),
            "the simulation did not issue this"
        );
        verdict |= authentication.is_ok() || signature.is_ok();
        if let Ok(verified) = &authentication {
            let _ = (verified.expiry(), verified.warnings(), verified.hierarchy());
            let _ = (verified.usage(), verified.at(), verified.revocation());
            let _ = (verified.root(), format!("{verified:?}"));
            assert!(
                verified.verify_possession(b"message", data).is_err(),
                "a certificate is no signature"
            );
        }
        if let Ok(verified) = &signature {
            assert_eq!(verified.holder(), holder);
        }
    }
    verdict
}

/// Whether these are the bytes of a certificate among the seeds, which are all that were ever issued for this target.
fn issued(data: &[u8]) -> bool {
    static ISSUED: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    let issued = ISSUED.get_or_init(|| {
        let leaves = crate::seeds::leaves().into_iter();
        leaves.map(|(_, der)| der).collect()
    });
    issued.iter().any(|der| der == data)
}
