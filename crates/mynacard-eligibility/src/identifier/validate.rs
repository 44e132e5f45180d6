//! One question for all kinds: is this text that identifier, and what is unusual about it?

use super::*;
use serde::Serialize;

/// The verdict on one text. Its `Debug` does not show the text.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The kind's name.
    pub kind: &'static str,
    /// Whether `strict` takes it.
    pub valid: bool,
    /// The value as it is written, when the format can carry it.
    pub value: Option<String>,
    /// Other ways to write it: name and text.
    pub renderings: Vec<(&'static str, String)>,
    /// What is unusual, in words.
    pub findings: Vec<String>,
    /// The code of the refusal.
    pub code: Option<&'static str>,
    /// The refusal in words.
    pub error: Option<String>,
}

impl core::fmt::Debug for Report {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Report")
            .field("kind", &self.kind)
            .field("valid", &self.valid)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

/// Judges a text as staff would have typed it.
#[must_use]
pub fn validate(kind: IdentifierKind, text: &str) -> Report {
    match kind {
        IdentifierKind::InsurerNumber => judge(kind, InsurerNumber::parse(text), |number| {
            vec![
                ("spaces", number.padded_with_spaces()),
                ("zeros", number.padded_with_zeros()),
            ]
        }),
        IdentifierKind::InstitutionCode => judge(kind, InstitutionCode::parse(text), |_| vec![]),
        IdentifierKind::CheckupInstitutionNumber => {
            judge(kind, CheckupInstitutionNumber::parse(text), |_| vec![])
        }
        IdentifierKind::OnlineCode => judge(kind, OnlineCode::parse(text), |_| vec![]),
        IdentifierKind::PublicPayerNumber => {
            judge(kind, PublicPayerNumber::parse(text), |_| vec![])
        }
        IdentifierKind::PublicRecipientNumber => {
            judge(kind, PublicRecipientNumber::parse(text), |_| vec![])
        }
        IdentifierKind::InsuredSymbol => judge(kind, InsuredSymbol::parse(text), |_| vec![]),
        IdentifierKind::InsuredNumber => judge(kind, InsuredNumber::parse(text), |_| vec![]),
        IdentifierKind::BranchNumber => judge(kind, BranchNumber::parse(text), |_| vec![]),
        IdentifierKind::LateElderlyNumber => {
            judge(kind, LateElderlyNumber::parse(text), |_| vec![])
        }
        IdentifierKind::InvoiceNumber => {
            let mut report = judge(kind, InvoiceNumber::parse(text), |_| vec![]);
            if InvoiceNumber::parse(text).is_ok_and(|parsed| !parsed.value.corporate_check()) {
                report
                    .findings
                    .push("the check digit is not that of a corporate number".into());
            }
            report
        }
        IdentifierKind::PostalCode => judge(kind, PostalCode::parse(text), |_| vec![]),
        IdentifierKind::PhoneNumber => judge(kind, PhoneNumber::parse(text), |phone| {
            let mut written = vec![("digits", phone.without_hyphens())];
            written.extend(
                phone
                    .with_hyphens()
                    .map(|text| ("hyphens", text.to_owned())),
            );
            written
        }),
        IdentifierKind::TicketNumber => judge(kind, TicketNumber::parse(text), |_| vec![]),
    }
}

fn judge<T: ToString + Clone>(
    kind: IdentifierKind,
    parsed: Result<Parsed<T>, IdentifierError>,
    render: impl Fn(&T) -> Vec<(&'static str, String)>,
) -> Report {
    let mut report = Report {
        kind: kind.name(),
        valid: false,
        value: None,
        renderings: vec![],
        findings: vec![],
        code: None,
        error: None,
    };
    let refused = match parsed {
        Ok(parsed) => {
            report.value = Some(parsed.value.to_string());
            report.renderings = render(&parsed.value);
            report.findings = parsed.findings.iter().map(ToString::to_string).collect();
            parsed.strict(kind).err()
        }
        Err(error) => Some(error),
    };
    report.valid = refused.is_none();
    report.code = refused.as_ref().map(IdentifierError::code);
    report.error = refused.map(|error| error.to_string());
    report
}

impl core::fmt::Display for Remark {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Remark::CheckDigit {
                position,
                expected,
                found,
            } => write!(
                f,
                "check digit at {position}: expected {expected}, found {found}"
            ),
            Remark::UnknownPrefecture(digits) => write!(f, "{digits} is no prefecture"),
            Remark::UnknownLaw(digits) => write!(f, "{digits} is no known law number"),
            Remark::UnknownPointsTable(digit) => write!(f, "{digit} is no known points table"),
            Remark::UnknownTicketKind(digit) => write!(f, "{digit} is no known kind of ticket"),
            Remark::Padded => f.write_str("six digits, padded to eight"),
            Remark::Long { limit, found } => write!(f, "{found} bytes, at most {limit} are known"),
        }
    }
}
