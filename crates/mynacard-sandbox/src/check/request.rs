//! The signed request: what the patient agreed to and, in a visual check, what the operator
//! confirmed.

use crate::http::{Fields, Refusal};

/// The request whose exact bytes the card signed.
pub(crate) struct Request {
    pub(crate) request_id: String,
    /// 限度額適用認定証: the patient agreed to its being shown.
    pub(crate) limit_application: bool,
    /// 特定疾病療養受療証: the patient agreed to its being shown.
    pub(crate) specific_diseases: bool,
    pub(crate) consents: Vec<Consent>,
    pub(crate) operator: Option<Operator>,
}

/// A further kind of information that the patient agrees to (表 036).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    Checkups,
    Pharmacists,
    Diagnosis,
    Operation,
}

impl Consent {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Checkups => "TKK",
            Self::Pharmacists => "YZK",
            Self::Diagnosis => "SRJ",
            Self::Operation => "SHJ",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "TKK" => Some(Self::Checkups),
            "YZK" => Some(Self::Pharmacists),
            "SRJ" => Some(Self::Diagnosis),
            "SHJ" => Some(Self::Operation),
            _ => None,
        }
    }
}

/// The operator's confirmation of the photograph.
pub(crate) struct Operator {
    pub(crate) tap: String,
    pub(crate) confirmed_at: i64,
}

impl Request {
    /// Reads the exact bytes; complaints name the member as `request.member`.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let mut fields = Fields::parse(bytes, "request")?;
        let request_id = fields.hex("request_id", 32)?;
        let limit_application = fields.boolean("limit_application")?;
        let specific_diseases = fields.boolean("specific_diseases")?;
        let mut consents = Vec::new();
        for item in fields.list("consents", 4)? {
            let consent = item
                .as_str()
                .and_then(Consent::parse)
                .filter(|consent| !consents.contains(consent))
                .ok_or_else(|| fields.refuse("consents", "not distinct known kinds"))?;
            consents.push(consent);
        }
        let operator = match fields.optional_object("operator")? {
            None => None,
            Some(mut inner) => {
                // Who it was stays with the facility's own audit; here it only has to be named.
                inner.text("operator", 128)?;
                let tap = inner.hex("tap", 32)?;
                let confirmed_at = inner.integer("confirmed_at", 0..=i64::from(u32::MAX))?;
                inner.finish()?;
                Some(Operator { tap, confirmed_at })
            }
        };
        fields.finish()?;
        Ok(Self {
            request_id,
            limit_application,
            specific_diseases,
            consents,
            operator,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_name_the_member() {
        let id = "00112233445566778899aabbccddeeff";
        for (text, field) in [
            ("{}".to_owned(), "request.request_id"),
            (
                format!(r#"{{"request_id":"{id}","limit_application":1}}"#),
                "request.limit_application",
            ),
            (
                format!(
                    r#"{{"request_id":"{id}","limit_application":true,"specific_diseases":true,"consents":["X"]}}"#
                ),
                "request.consents",
            ),
            (
                format!(
                    r#"{{"request_id":"{id}","limit_application":true,"specific_diseases":true,"consents":[],"operator":{{"operator":"a"}}}}"#
                ),
                "request.operator.tap",
            ),
            (
                format!(
                    r#"{{"request_id":"{id}","limit_application":true,"specific_diseases":true,"consents":[],"operator":null,"more":1}}"#
                ),
                "request.more",
            ),
        ] {
            let refusal = Request::parse(text.as_bytes()).err().expect("refused");
            assert_eq!(refusal.body()["field"], field);
        }
    }
}
