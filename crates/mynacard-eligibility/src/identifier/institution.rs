//! Codes of institutions: 医療機関等コード, 健診・保健指導機関番号, オンライン資格確認用コード.

use super::digits::{check, check_digit, check_prefecture, digits};
use super::{IdentifierError, IdentifierKind, Parsed, Remark, Rule, identifier};

identifier! {
    /// 医療機関等コード: prefecture 2, 点数表 1, and 7 digits, of which the last checks all ten.
    InstitutionCode
}

identifier! {
    /// 健診・保健指導機関番号: built like an institution code.
    CheckupInstitutionNumber
}

identifier! {
    /// オンライン資格確認用コード: ten digits given to insurers that run checkups themselves; no rule is known.
    OnlineCode
}

/// 点数表コード: by which table an institution is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PointsTable {
    /// 1 医科.
    Medical,
    /// 3 歯科.
    Dental,
    /// 4 調剤.
    Pharmacy,
    /// 5 老健.
    ElderlyHealth,
    /// 6 訪問看護.
    VisitingNursing,
    /// 2 健診実施機関 that is not insured.
    Checkup,
    /// Another digit.
    Other(u8),
}

/// 機関区分コード of the portals: another table than 点数表コード, though it uses the same digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PortalInstitutionKind {
    /// 2 健診実施機関等.
    Checkup,
    /// Another code; the table is not public.
    Other(u8),
}

impl InstitutionCode {
    /// Takes what the format can carry.
    ///
    /// # Errors
    /// Not ten digits.
    pub fn parse(text: &str) -> Result<Parsed<Self>, IdentifierError> {
        let (code, findings) = ten_digits(Self::KIND, text)?;
        Ok(Parsed {
            value: InstitutionCode(code),
            findings,
        })
    }

    /// From the parts that forms ask for: prefecture, 点数表, and the seven digits.
    ///
    /// # Errors
    /// As [`InstitutionCode::strict`]; the seven digits alone cannot be checked, the whole can.
    pub fn from_parts(
        prefecture: u8,
        table: PointsTable,
        seven: &str,
    ) -> Result<Self, IdentifierError> {
        let seven = digits(Self::KIND, seven, &[7])?;
        if prefecture > 99 {
            return Err(IdentifierError {
                kind: Self::KIND,
                rule: Rule::Prefix,
                position: Some(1),
                expected: "a prefecture of two digits".into(),
                found: "more".into(),
            });
        }
        Self::strict(&format!("{prefecture:02}{}{seven}", table.code()))
    }

    /// The two digits of the prefecture.
    #[must_use]
    pub fn prefecture(&self) -> &str {
        self.0.get(..2).unwrap_or_default()
    }

    /// By which table it is paid.
    #[must_use]
    pub fn points_table(&self) -> PointsTable {
        PointsTable::from_code(self.0.as_bytes().get(2).map_or(0, |byte| byte - b'0'))
    }

    /// The last seven digits, as forms ask for them.
    #[must_use]
    pub fn seven_digits(&self) -> &str {
        self.0.get(3..).unwrap_or_default()
    }
}

impl CheckupInstitutionNumber {
    /// Takes what the format can carry.
    ///
    /// # Errors
    /// Not ten digits.
    pub fn parse(text: &str) -> Result<Parsed<Self>, IdentifierError> {
        let (code, findings) = ten_digits(Self::KIND, text)?;
        Ok(Parsed {
            value: CheckupInstitutionNumber(code),
            findings,
        })
    }
}

impl OnlineCode {
    /// Takes ten digits; nothing more is known.
    ///
    /// # Errors
    /// Not ten digits.
    pub fn parse(text: &str) -> Result<Parsed<Self>, IdentifierError> {
        Ok(Parsed {
            value: OnlineCode(digits(Self::KIND, text, &[10])?),
            findings: Vec::new(),
        })
    }
}

impl PointsTable {
    /// From the digit; total.
    #[must_use]
    pub fn from_code(code: u8) -> Self {
        match code {
            1 => PointsTable::Medical,
            2 => PointsTable::Checkup,
            3 => PointsTable::Dental,
            4 => PointsTable::Pharmacy,
            5 => PointsTable::ElderlyHealth,
            6 => PointsTable::VisitingNursing,
            other => PointsTable::Other(other),
        }
    }

    /// The digit.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            PointsTable::Medical => 1,
            PointsTable::Checkup => 2,
            PointsTable::Dental => 3,
            PointsTable::Pharmacy => 4,
            PointsTable::ElderlyHealth => 5,
            PointsTable::VisitingNursing => 6,
            PointsTable::Other(other) => other,
        }
    }
}

impl PortalInstitutionKind {
    /// From the digit; total.
    #[must_use]
    pub fn from_code(code: u8) -> Self {
        match code {
            2 => PortalInstitutionKind::Checkup,
            other => PortalInstitutionKind::Other(other),
        }
    }

    /// The digit.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            PortalInstitutionKind::Checkup => 2,
            PortalInstitutionKind::Other(other) => other,
        }
    }
}

fn ten_digits(kind: IdentifierKind, text: &str) -> Result<(String, Vec<Remark>), IdentifierError> {
    let code = digits(kind, text, &[10])?;
    let mut findings = Vec::new();
    check(&code, &mut findings);
    check_prefecture(code.get(..2), &mut findings);
    let table = code.chars().nth(2).unwrap_or('0');
    if !matches!(table, '1'..='6') {
        findings.push(Remark::UnknownPointsTable(table));
    }
    Ok((code, findings))
}

/// The code of ten digits that belongs to nine: for test data and for forms that complete a code.
impl InstitutionCode {
    /// Completes nine digits with their check digit.
    ///
    /// # Errors
    /// Not nine digits.
    pub fn complete(nine: &str) -> Result<Self, IdentifierError> {
        let body = digits(Self::KIND, nine, &[9])?;
        let last = check_digit(&body);
        Ok(InstitutionCode(format!("{body}{last}")))
    }
}
