//! 保険者番号, 公費負担者番号 and 公費の受給者番号.

use super::digits::{check, check_after, check_law, check_prefecture, digits};
use super::{IdentifierError, IdentifierKind, Parsed, Remark, identifier};

identifier! {
    /// 保険者番号: eight digits (法別番号 2, prefecture 2, insurer 3, check digit), or six of 国保.
    InsurerNumber
}

identifier! {
    /// 公費負担者番号: eight digits, built like an insurer number.
    PublicPayerNumber
}

identifier! {
    /// 公費の受給者番号: six digits and a check digit. Many local schemes break the rule.
    personal PublicRecipientNumber
}

impl InsurerNumber {
    /// Takes what the format can carry; a number padded to eight places with spaces or zeros is the number of six digits.
    ///
    /// # Errors
    /// Not digits, or not six or eight of them.
    pub fn parse(text: &str) -> Result<Parsed<Self>, IdentifierError> {
        let mut number = digits(Self::KIND, text, &[6, 8])?;
        let mut findings = Vec::new();
        let typed = number.len();
        // No law has the number 00, so these are the zeros of FHIR.
        if let Some(short) = number
            .strip_prefix("00")
            .filter(|short| short.len() == 6)
            .map(str::to_owned)
        {
            findings.push(Remark::Padded);
            number = short;
        }
        check_after(typed - number.len(), &number, &mut findings);
        if number.len() == 8 {
            check_law(number.get(..2), &mut findings);
            check_prefecture(number.get(2..4), &mut findings);
        } else {
            check_prefecture(number.get(..2), &mut findings);
        }
        Ok(Parsed {
            value: InsurerNumber(number),
            findings,
        })
    }

    /// In eight places, padded with spaces on the left: the file interface.
    #[must_use]
    pub fn padded_with_spaces(&self) -> String {
        format!("{:>8}", self.0)
    }

    /// In eight places, padded with zeros on the left: FHIR.
    #[must_use]
    pub fn padded_with_zeros(&self) -> String {
        format!("{:0>8}", self.0)
    }

    /// Whether it is a number of 国民健康保険: six digits.
    #[must_use]
    pub fn is_national_health(&self) -> bool {
        self.0.len() == 6
    }

    /// The 法別番号; 国保 has none.
    #[must_use]
    pub fn law(&self) -> Option<&str> {
        self.0.get(..2).filter(|_| self.0.len() == 8)
    }

    /// The two digits of the prefecture.
    #[must_use]
    pub fn prefecture(&self) -> &str {
        let at = self.0.len().saturating_sub(6);
        self.0.get(at..at + 2).unwrap_or_default()
    }
}

impl PublicPayerNumber {
    /// Takes what the format can carry.
    ///
    /// # Errors
    /// Not eight digits.
    pub fn parse(text: &str) -> Result<Parsed<Self>, IdentifierError> {
        let number = digits(Self::KIND, text, &[8])?;
        let mut findings = Vec::new();
        check(&number, &mut findings);
        check_law(number.get(..2), &mut findings);
        check_prefecture(number.get(2..4), &mut findings);
        Ok(Parsed {
            value: PublicPayerNumber(number),
            findings,
        })
    }
}

impl PublicRecipientNumber {
    /// Takes what the format can carry.
    ///
    /// # Errors
    /// Not seven digits.
    pub fn parse(text: &str) -> Result<Parsed<Self>, IdentifierError> {
        let number = digits(Self::KIND, text, &[7])?;
        let mut findings = Vec::new();
        check(&number, &mut findings);
        Ok(Parsed {
            value: PublicRecipientNumber(number),
            findings,
        })
    }
}
