//! The card's proof: certificate, signature, validity, revocation, in this order.

use mynacard_cert::{Certificate, ErrorKind, Expiry, Timestamp, TrustStore};

use crate::calendar::plus_months;
use crate::http::Refusal;
use crate::people::{Person, Revocation};
use crate::{Code, Condition};

/// Months after a certificate's end during which insurance is still answered.
const GRACE_MONTHS: i64 = 3;

/// A proof that verified: the code of a positive answer, and whose card it was.
pub(crate) struct Proven {
    pub(crate) code: Code,
    pub(crate) common_name: Option<String>,
}

/// Checks the whole proof, but revocation.
///
/// The signature goes before the questions of time, so that only the card's holder learns how her
/// certificate stands.
pub(crate) fn verify(
    certificate: &Certificate,
    message: &[u8],
    signature: &[u8],
    now: i64,
) -> Result<Proven, Refusal> {
    let at = Timestamp::from_unix(now);
    let verified = TrustStore::simulation()
        .verify_authentication(certificate, at)
        .map_err(|error| {
            let code = match error.kind() {
                ErrorKind::CertificateSignature => Code::SignatureInvalid,
                _ => Code::WrongCertificate,
            };
            Refusal::new(code).field("certificate")
        })?;
    verified
        .verify_possession(message, signature)
        .map_err(|_| Refusal::new(Code::SignatureInvalid).field("signature"))?;
    let code = match verified.expiry() {
        Expiry::Valid { .. } => Code::Normal,
        Expiry::EndsSoon { .. } => Code::EndsSoon,
        Expiry::Expired { since } if now <= plus_months(since.unix(), GRACE_MONTHS) => Code::Grace,
        Expiry::Expired { .. } => {
            return Err(Refusal::new(Code::CertificateExpired).field("certificate"));
        }
    };
    Ok(Proven {
        code,
        common_name: certificate.subject_common_name().map(str::to_owned),
    })
}

/// Asks the stand-in's own register for revocation. Not knowing is not good.
pub(crate) fn revocation(person: Option<&Person>, condition: Condition) -> Result<(), Refusal> {
    if condition == Condition::RevocationUnknown {
        return Err(Refusal::new(Code::RevocationUnknown).retry_after(30));
    }
    match person.map(|person| &person.revocation) {
        Some(Revocation::Revoked { reason }) => Err(Refusal::new(Code::CertificateRevoked)
            .field("certificate")
            .detail(reason)),
        Some(Revocation::Good) | None => Ok(()),
    }
}
