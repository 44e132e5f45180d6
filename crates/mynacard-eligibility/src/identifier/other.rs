//! 登録番号 for invoices, 郵便番号, 電話番号, and the numbers of checkup tickets.

use super::digits::{compact, digits, digits_after};
use super::{IdentifierError, IdentifierKind, Parsed, Remark, Rule, identifier};
use crate::fold;

identifier! {
    /// 適格請求書発行事業者 登録番号: `T` and thirteen digits. Only corporate numbers have a check digit, so it only warns.
    InvoiceNumber
}

identifier! {
    /// 郵便番号, written `NNN-NNNN`.
    PostalCode
}

identifier! {
    /// 電話番号 with its area code, kept with the hyphens it came with.
    personal PhoneNumber
}

identifier! {
    /// 受診券・利用券 整理番号: year 2, kind 1, and eight digits; zeros are kept.
    personal TicketNumber
}

/// What a ticket is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TicketKind {
    /// 1 受診券.
    Checkup,
    /// 2 利用券, 積極的支援.
    ActiveSupport,
    /// 3 利用券, 動機付け支援.
    MotivationalSupport,
    /// 5 セット券.
    Set,
    /// Another digit.
    Other(u8),
}

impl InvoiceNumber {
    /// Takes `T` and thirteen digits.
    ///
    /// # Errors
    /// No `T`, or not thirteen digits after it.
    pub fn parse(text: &str) -> Result<Parsed<Self>, IdentifierError> {
        let compact = compact(text);
        let Some(number) = compact.strip_prefix(['T', 't']) else {
            let (rule, found) = if compact.is_empty() {
                (Rule::Empty, "nothing")
            } else {
                (Rule::Prefix, "another character")
            };
            return Err(IdentifierError {
                kind: Self::KIND,
                rule,
                position: Some(1),
                expected: "T".into(),
                found: found.into(),
            });
        };
        let number = digits_after(Self::KIND, 1, number, &[13])?;
        Ok(Parsed {
            value: InvoiceNumber(format!("T{number}")),
            findings: Vec::new(),
        })
    }

    /// Whether the number could be a corporate one (法人番号). Sole traders' numbers follow no public rule, so `false` is only a hint.
    #[must_use]
    pub fn corporate_check(&self) -> bool {
        let digits = self.0.get(2..).unwrap_or_default();
        let sum: u32 = digits
            .bytes()
            .rev()
            .zip([1_u32, 2].into_iter().cycle())
            .map(|(byte, q)| u32::from(byte - b'0') * q)
            .sum();
        self.0.chars().nth(1) == char::from_digit(9 - sum % 9, 10)
    }
}

impl PostalCode {
    /// Takes seven digits.
    ///
    /// # Errors
    /// Not seven digits.
    pub fn parse(text: &str) -> Result<Parsed<Self>, IdentifierError> {
        let text = compact(text);
        let number = text.trim_start_matches('〒');
        let mark = text.chars().count() - number.chars().count();
        let digits = digits_after(Self::KIND, mark, number, &[7])?;
        let (area, rest) = digits.split_at(3);
        Ok(Parsed {
            value: PostalCode(format!("{area}-{rest}")),
            findings: Vec::new(),
        })
    }
}

impl PhoneNumber {
    /// Takes ten or eleven digits that begin with 0, with or without hyphens or parentheses.
    ///
    /// # Errors
    /// Other characters, another length, no area code.
    pub fn parse(text: &str) -> Result<Parsed<Self>, IdentifierError> {
        let text = fold::narrow(text).trim().replace(['(', ')', ' '], "-");
        let number = digits(Self::KIND, &text, &[10, 11])?;
        if !number.starts_with('0') {
            let found = number.chars().take(1).collect();
            return Err(IdentifierError {
                kind: Self::KIND,
                rule: Rule::Prefix,
                position: Some(1),
                expected: "0".into(),
                found,
            });
        }
        let parts: Vec<&str> = text.split('-').filter(|part| !part.is_empty()).collect();
        let written = if parts.len() == 3 {
            parts.join("-")
        } else {
            hyphenated(&number).unwrap_or(number)
        };
        Ok(Parsed {
            value: PhoneNumber(written),
            findings: Vec::new(),
        })
    }

    /// Without hyphens: the portals' forms.
    #[must_use]
    pub fn without_hyphens(&self) -> String {
        self.0.replace('-', "")
    }

    /// With hyphens: the checkup lists. Nothing when only a telephone book could tell where they go.
    #[must_use]
    pub fn with_hyphens(&self) -> Option<&str> {
        self.0.contains('-').then_some(&self.0)
    }
}

impl TicketNumber {
    /// Takes eleven digits.
    ///
    /// # Errors
    /// Not eleven digits.
    pub fn parse(text: &str) -> Result<Parsed<Self>, IdentifierError> {
        let number = digits(Self::KIND, text, &[11])?;
        let ticket = TicketNumber(number);
        let findings = match ticket.kind() {
            TicketKind::Other(other) => vec![Remark::UnknownTicketKind(char::from(b'0' + other))],
            _ => Vec::new(),
        };
        Ok(Parsed {
            value: ticket,
            findings,
        })
    }

    /// The last two digits of the year of issue.
    #[must_use]
    pub fn year(&self) -> &str {
        self.0.get(..2).unwrap_or_default()
    }

    /// What it is for.
    #[must_use]
    pub fn kind(&self) -> TicketKind {
        match self.0.as_bytes().get(2).map_or(0, |byte| byte - b'0') {
            1 => TicketKind::Checkup,
            2 => TicketKind::ActiveSupport,
            3 => TicketKind::MotivationalSupport,
            5 => TicketKind::Set,
            other => TicketKind::Other(other),
        }
    }
}

/// Where hyphens go without a telephone book: mobile, free and two-digit area codes.
fn hyphenated(number: &str) -> Option<String> {
    let split = |first: usize, second: usize| {
        Some(
            [
                number.get(..first)?,
                number.get(first..first + second)?,
                number.get(first + second..)?,
            ]
            .join("-"),
        )
    };
    match number.get(..3)? {
        "050" | "060" | "070" | "080" | "090" if number.len() == 11 => split(3, 4),
        "012" if number.starts_with("0120") && number.len() == 10 => split(4, 3),
        _ if (number.starts_with("03") || number.starts_with("06")) && number.len() == 10 => {
            split(2, 4)
        }
        _ => None,
    }
}
