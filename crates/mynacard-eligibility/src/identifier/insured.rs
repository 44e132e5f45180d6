//! What identifies an insured person: 記号, 番号, 枝番, and the number of the old-old.

use super::digits::digits;
use super::{IdentifierError, IdentifierKind, Parsed, Remark, Rule, identifier};
use crate::fold;

/// The most bytes of Shift_JIS that 記号 and 番号 are known to have.
const MAX_BYTES: usize = 38;

identifier! {
    /// 被保険者証等記号: letters, digits or kanji, kept as they came.
    personal InsuredSymbol
}

identifier! {
    /// 被保険者証等番号: letters, digits or kanji, kept as they came.
    personal InsuredNumber
}

identifier! {
    /// 枝番: two digits, 00 to 99.
    personal BranchNumber
}

identifier! {
    /// 後期高齢者医療の被保険者番号: eight digits; there is no 記号 and no 枝番 with it.
    personal LateElderlyNumber
}

impl InsuredSymbol {
    /// Takes any text; only the ends are trimmed.
    ///
    /// # Errors
    /// Nothing, or control characters.
    pub fn parse(text: &str) -> Result<Parsed<Self>, IdentifierError> {
        let (text, findings) = free_text(Self::KIND, text)?;
        Ok(Parsed {
            value: InsuredSymbol(text),
            findings,
        })
    }

    /// Whether two are the same when widths and hyphens are folded.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        fold::compare_key(&self.0) == fold::compare_key(&other.0)
    }
}

impl InsuredNumber {
    /// Takes any text; only the ends are trimmed.
    ///
    /// # Errors
    /// Nothing, or control characters.
    pub fn parse(text: &str) -> Result<Parsed<Self>, IdentifierError> {
        let (text, findings) = free_text(Self::KIND, text)?;
        Ok(Parsed {
            value: InsuredNumber(text),
            findings,
        })
    }

    /// Whether two are the same when widths and hyphens are folded.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        fold::compare_key(&self.0) == fold::compare_key(&other.0)
    }
}

impl BranchNumber {
    /// Takes two digits.
    ///
    /// # Errors
    /// Not two digits.
    pub fn parse(text: &str) -> Result<Parsed<Self>, IdentifierError> {
        Ok(Parsed {
            value: BranchNumber(digits(Self::KIND, text, &[2])?),
            findings: Vec::new(),
        })
    }
}

impl LateElderlyNumber {
    /// Takes eight digits.
    ///
    /// # Errors
    /// Not eight digits.
    pub fn parse(text: &str) -> Result<Parsed<Self>, IdentifierError> {
        Ok(Parsed {
            value: LateElderlyNumber(digits(Self::KIND, text, &[8])?),
            findings: Vec::new(),
        })
    }
}

fn free_text(kind: IdentifierKind, text: &str) -> Result<(String, Vec<Remark>), IdentifierError> {
    let text = text.trim();
    let error = |rule, position, expected: &str, found: &str| {
        Err(IdentifierError {
            kind,
            rule,
            position,
            expected: expected.into(),
            found: found.into(),
        })
    };
    if text.is_empty() {
        return error(Rule::Empty, None, "a text", "nothing");
    }
    if let Some(position) = text.chars().position(char::is_control) {
        return error(
            Rule::Character,
            Some(position + 1),
            "a printable character",
            "a control character",
        );
    }
    let bytes = text
        .chars()
        .map(|c| {
            if c.is_ascii() || matches!(c, '｡'..='ﾟ') {
                1
            } else {
                2
            }
        })
        .sum();
    let mut findings = Vec::new();
    if bytes > MAX_BYTES {
        findings.push(Remark::Long {
            limit: MAX_BYTES,
            found: bytes,
        });
    }
    Ok((text.to_owned(), findings))
}
