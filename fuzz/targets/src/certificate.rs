//! Certificates from a card: any bytes, parsed and judged.

use mynacard_cert::{Certificate, Timestamp, TrustStore};

/// What parses comes back byte for byte; nothing that no simulation root signed gets a verdict.
pub(crate) fn parse_and_judge(data: &[u8]) {
    let Ok(certificate) = Certificate::from_der(data) else {
        return;
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
    let stores = [TrustStore::production(), TrustStore::simulation()];
    for seconds in [i64::MIN, 0, 1_800_000_000, i64::MAX] {
        let at = Timestamp::from_unix(seconds);
        let _ = at.to_string();
        for store in &stores {
            let authentication = store.verify_authentication(&certificate, at);
            let signature = store.verify_signature(&certificate, at);
            assert!(
                authentication.is_err() || signature.is_err(),
                "one certificate for both purposes"
            );
            if let Ok(verified) = &authentication {
                let _ = (verified.expiry(), verified.warnings(), verified.hierarchy());
                assert!(
                    verified.verify_possession(b"message", data).is_err(),
                    "a certificate is no signature"
                );
            }
        }
    }
}
