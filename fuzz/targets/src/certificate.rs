//! Certificates from a card: any bytes, parsed and judged.

use std::sync::OnceLock;

use mynacard_cert::{Certificate, Timestamp, TrustStore};

/// What parses comes back byte for byte. No production root signed an input here, and the simulation's signed only those that
/// its own code issued. Whether the input is one of these.
pub(crate) fn parse_and_judge(data: &[u8]) -> bool {
    let Ok(certificate) = Certificate::from_der(data) else {
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
    );
    let _ = certificate.verify_possession(b"message", data);
    let holder = certificate.holder_attributes_unverified();
    if let Ok(holder) = &holder {
        assert!(holder.others().len() <= data.len());
        assert_eq!(format!("{holder:?}"), "HolderAttributes(..)");
        let _ = (holder.name_parts().count(), holder.birth().japanese());
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
    for seconds in [i64::MIN, 0, 1_800_000_000, i64::MAX] {
        let at = Timestamp::from_unix(seconds);
        let _ = at.to_string();
        assert!(
            production.verify_authentication(&certificate, at).is_err()
                && production.verify_signature(&certificate, at).is_err(),
            "no production root signed this"
        );
        let authentication = simulation.verify_authentication(&certificate, at);
        let signature = simulation.verify_signature(&certificate, at);
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
