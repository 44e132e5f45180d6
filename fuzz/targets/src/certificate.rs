//! Certificates from a card: any bytes, parsed and judged.

use std::sync::OnceLock;

use crate::errors::noted;
use mynacard_cert::{
    Authentication, Certificate, ErrorKind, Expiry, MAX_CERTIFICATE, Scheme, Timestamp, TrustStore,
    Usage, Verified, Warning,
};

/// What parses comes back byte for byte. No production root signed an input here, and the simulation's signed only those that
/// its own code issued. Whether the input is one of these.
pub(crate) fn parse_and_judge(data: &[u8]) -> bool {
    instant(data);
    // One octet, which is no certificate either, stands for what is nothing else and longer than any.
    if let [fill] = data {
        let long = Certificate::from_der(&vec![*fill; MAX_CERTIFICATE + 1]);
        let refused = noted(long).expect_err("longer than any certificate");
        assert!(matches!(refused.kind(), ErrorKind::TooLarge { .. }));
    }
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
    crate::signed::never_by(&certificate, data);
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
    let mixed = TrustStore::production().and(TrustStore::simulation());
    let mut verdict = false;
    // And just before it begins, when its root has begun; and a month before it ends.
    let before = certificate.not_before().unix().saturating_sub(1);
    let soon = certificate.not_after().unix().saturating_sub(30 * 86_400);
    for seconds in [i64::MIN, 0, before, NOW, i64::MAX, soon] {
        if seconds == soon && !verdict {
            continue; // What nobody issued is judged often enough.
        }
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
        // A policy of one hierarchy does not go with a root of another: more roots change no verdict. A wrong signature stays one.
        let unsigned = authentication
            .as_ref()
            .is_err_and(|error| matches!(error.kind(), ErrorKind::CertificateSignature));
        if seconds == NOW && !unsigned {
            let mixed = noted(mixed.verify_authentication(&certificate, at));
            assert_eq!(mixed.is_ok(), authentication.is_ok(), "another verdict");
        }
        if let Ok(verified) = &authentication {
            warned(verified);
            let _ = verified.hierarchy();
            let _ = (verified.usage(), verified.at(), verified.revocation());
            let _ = (verified.root(), format!("{verified:?}"));
            assert!(
                verified.verify_possession(b"message", data).is_err(),
                "a certificate is no signature"
            );
            let scheme = Scheme::RsaPssSha256;
            assert_eq!(
                verified.verify_possession_by(scheme, b"message", data),
                certificate.verify_possession_by(scheme, b"message", data)
            );
        }
        if let Ok(verified) = &signature {
            assert_eq!(verified.holder(), holder);
        }
    }
    verdict
}

/// An instant at which most certificates of the simulation are valid.
const NOW: i64 = 1_800_000_000;

/// The desk is warned of what the expiry says, and of what nobody asked.
fn warned(verified: &Verified<Authentication>) {
    let warnings = verified.warnings();
    let expiry = match verified.expiry() {
        Expiry::EndsSoon { until } => Some(Warning::EndsSoon { until }),
        Expiry::Expired { since } => Some(Warning::Expired { since }),
        Expiry::Valid { .. } => None,
    };
    let told =
        |warning: &&Warning| matches!(warning, Warning::EndsSoon { .. } | Warning::Expired { .. });
    assert_eq!(warnings.iter().find(told), expiry.as_ref());
    assert!(warnings.contains(&Warning::RevocationNotAsked));
    let hierarchy = verified.hierarchy();
    assert!(warnings.contains(&Warning::NotProduction { hierarchy }));
}

/// An instant that is read is shown as it was written, but for the midnight of a date alone.
fn instant(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Some(at) = Timestamp::parse(text) {
        let shown = at.to_string();
        assert!(
            shown == text || shown == format!("{text}T00:00:00Z"),
            "{text} became {shown}"
        );
    }
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
