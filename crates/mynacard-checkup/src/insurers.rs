//! 委託元保険者一覧表: the insurers that have a contract with us, and what it covers.

use crate::Error;
use crate::finding::{ListFinding, Rule};
use crate::table::{Mark, Row, Source, Table};
use mynacard_eligibility::identifier::{InsurerNumber, PhoneNumber, PostalCode, Remark};
use serde::Serialize;
use std::collections::HashSet;

/// The list, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InsurerList {
    /// Its rows.
    pub contracts: Vec<Contract>,
    /// Breaches of the rules, with their places.
    pub findings: Vec<ListFinding>,
}

/// One insurer's contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contract {
    /// The row of the file, from one.
    pub row: usize,
    /// 保険者番号, as it is written.
    #[serde(serialize_with = "as_text")]
    pub insurer: InsurerNumber,
    /// 委託元保険者名.
    pub name: Option<String>,
    /// 郵便番号.
    pub postal_code: Option<String>,
    /// 所在地.
    pub address: Option<String>,
    /// 電話番号.
    pub phone: Option<String>,
    /// 特定健康診査 is covered.
    pub checkup: bool,
    /// 特定保健指導 is covered.
    pub guidance: bool,
    /// 健診当日初回面接実施 is covered.
    pub first_interview: bool,
    /// 備考 ○: qualified invoices (適格請求書) are needed.
    pub qualified_invoice: bool,
    /// 備考, where it says more than a mark.
    pub remark: Option<String>,
}

const NUMBER: &str = "保険者番号";
const NAME: &str = "委託元保険者名";
const POSTAL: &str = "郵便番号";
const ADDRESS: &str = "所在地";
const PHONE: &str = "電話番号";
const CHECKUP: &str = "特定健康診査";
const GUIDANCE: &str = "特定保健指導";
const INTERVIEW: &str = "健診当日初回面接実施";
const REMARK: &str = "備考";

impl InsurerList {
    /// Reads the list.
    ///
    /// # Errors
    /// Too large, undecodable, malformed, or without its headings. Rule breaches are findings, not errors.
    pub fn read(source: Source<'_>) -> Result<InsurerList, Error> {
        let table = Table::read(
            source,
            NUMBER,
            &[
                (NAME, &["委託元保険者名", "保険者名"]),
                (POSTAL, &["郵便番号"]),
                (ADDRESS, &["所在地", "住所"]),
                (PHONE, &["電話番号"]),
                (CHECKUP, &["特定健康診査", "特定健診"]),
                (GUIDANCE, &["特定保健指導"]),
                (INTERVIEW, &["健診当日初回面接", "健診当日の初回面接"]),
                (REMARK, &["備考"]),
            ],
        )?;
        let mut list = InsurerList::default();
        list.findings.extend(table.missing());
        let mut seen = HashSet::new();
        for row in table.rows() {
            if let Some(contract) = contract(&row, &mut list.findings) {
                if !seen.insert(contract.insurer.clone()) {
                    list.findings.push(ListFinding {
                        row: row.number,
                        column: NUMBER,
                        rule: Rule::Duplicate,
                    });
                }
                list.contracts.push(contract);
            }
        }
        Ok(list)
    }

    /// The contract with an insurer: the first, when the list has several.
    #[must_use]
    pub fn find(&self, insurer: &InsurerNumber) -> Option<&Contract> {
        self.contracts
            .iter()
            .find(|contract| contract.insurer == *insurer)
    }
}

fn contract(row: &Row<'_>, findings: &mut Vec<ListFinding>) -> Option<Contract> {
    let number = row.number(NUMBER, &[6, 8], findings);
    let Some(parsed) = number
        .as_deref()
        .and_then(|number| InsurerNumber::parse(number).ok())
    else {
        findings.push(ListFinding {
            row: row.number,
            column: NUMBER,
            rule: Rule::NumberUnreadable,
        });
        return None;
    };
    note_remarks(row.number, NUMBER, &parsed.findings, findings);
    check_contact(row, POSTAL, PHONE, findings);
    let marked =
        |heading, findings: &mut Vec<ListFinding>| row.mark(heading, findings) == Mark::Circle;
    let contract = Contract {
        row: row.number,
        insurer: parsed.value,
        name: row.text(NAME),
        postal_code: row.text(POSTAL),
        address: row.text(ADDRESS),
        phone: row.text(PHONE),
        checkup: marked(CHECKUP, findings),
        guidance: marked(GUIDANCE, findings),
        first_interview: marked(INTERVIEW, findings),
        // Remarks may also hold words; only a ○ is a mark there.
        qualified_invoice: row.mark(REMARK, &mut Vec::new()) == Mark::Circle,
        remark: row.words(REMARK),
    };
    if contract.first_interview && !(contract.checkup && contract.guidance) {
        findings.push(ListFinding {
            row: row.number,
            column: INTERVIEW,
            rule: Rule::FirstInterview,
        });
    }
    Some(contract)
}

/// Remarks on an identifier as findings of the list.
pub(crate) fn note_remarks(
    row: usize,
    column: &'static str,
    remarks: &[Remark],
    findings: &mut Vec<ListFinding>,
) {
    for remark in remarks {
        let rule = match remark {
            Remark::CheckDigit { .. } => Rule::CheckDigit,
            Remark::UnknownPrefecture(_)
            | Remark::UnknownLaw(_)
            | Remark::UnknownPointsTable(_) => Rule::UnknownPrefix,
            _ => continue,
        };
        findings.push(ListFinding { row, column, rule });
    }
}

/// 郵便番号 and 電話番号 as the notices want them.
pub(crate) fn check_contact(
    row: &Row<'_>,
    postal: &'static str,
    phone: &'static str,
    findings: &mut Vec<ListFinding>,
) {
    let written = |text: &String| PostalCode::strict(text).is_ok_and(|code| code.as_str() == text);
    if row.text(postal).is_some_and(|text| !written(&text)) {
        findings.push(ListFinding {
            row: row.number,
            column: postal,
            rule: Rule::PostalCode,
        });
    }
    let hyphened =
        |text: &String| text.contains(['-', '－', '‐', '−']) && PhoneNumber::strict(text).is_ok();
    if row.text(phone).is_some_and(|text| !hyphened(&text)) {
        findings.push(ListFinding {
            row: row.number,
            column: phone,
            rule: Rule::PhoneNumber,
        });
    }
}

fn as_text<S: serde::Serializer>(number: &InsurerNumber, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(number.as_str())
}
