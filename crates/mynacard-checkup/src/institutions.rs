//! 実施機関一覧表: the institutions that carry out checkups, and what each offers.

use crate::Error;
use crate::finding::{ListFinding, Rule};
use crate::insurers::{check_contact, note_remarks};
use crate::table::{Mark, Row, Source, Table};
use mynacard_eligibility::Date;
use mynacard_eligibility::identifier::{CheckupInstitutionNumber, InvoiceNumber};
use std::collections::HashSet;

/// The list, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InstitutionList {
    /// Its rows.
    pub institutions: Vec<Institution>,
    /// Breaches of the rules, with their places.
    pub findings: Vec<ListFinding>,
}

/// One institution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Institution {
    /// The row of the file, from one.
    pub row: usize,
    /// 健診・保健指導機関番号.
    pub number: CheckupInstitutionNumber,
    /// 実施機関名.
    pub name: Option<String>,
    /// 郵便番号, as it is written.
    pub postal_code: Option<String>,
    /// 所在地.
    pub address: Option<String>,
    /// 電話番号.
    pub phone: Option<String>,
    /// 実施形態; nothing when the list marks both or neither.
    pub setting: Option<Setting>,
    /// 詳細項目: 貧血.
    pub anaemia: Detail,
    /// 詳細項目: 心電図.
    pub electrocardiogram: Detail,
    /// 詳細項目: 眼底.
    pub fundus: Detail,
    /// 詳細項目: クレアチニン.
    pub creatinine: Detail,
    /// 健診当日初回面接.
    pub first_interview: bool,
    /// 動機付け支援.
    pub motivational: bool,
    /// 積極的支援.
    pub active: bool,
    /// 追加健診項目.
    pub additional: Option<String>,
    /// 登録番号 of invoices.
    pub invoice_number: Option<String>,
    /// 登録年月日.
    pub registered: Option<Date>,
    /// 取消年月日.
    pub cancelled: Option<Date>,
    /// オンライン資格確認による受付の可否.
    pub online: bool,
    /// 備考, where the list has that column.
    pub remark: Option<String>,
}

/// 実施形態.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// 集団.
    Group,
    /// 個別.
    Individual,
}

/// 詳細項目.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Empty.
    No,
    /// ○: done by the institution itself.
    Own,
    /// △: subcontracted.
    Subcontracted,
}

const NUMBER: &str = "健診・保健指導機関番号";
const NAME: &str = "実施機関名";
const POSTAL: &str = "郵便番号";
const ADDRESS: &str = "所在地";
const PHONE: &str = "電話番号";
const GROUP: &str = "集団";
const INDIVIDUAL: &str = "個別";
const ANAEMIA: &str = "貧血";
const CARDIOGRAM: &str = "心電図";
const FUNDUS: &str = "眼底";
const CREATININE: &str = "クレアチニン";
const INTERVIEW: &str = "健診当日初回面接";
const MOTIVATIONAL: &str = "動機付け支援";
const ACTIVE: &str = "積極的支援";
const ADDITIONAL: &str = "追加健診項目";
const INVOICE: &str = "登録番号";
const REGISTERED: &str = "登録年月日";
const CANCELLED: &str = "取消年月日";
const ONLINE: &str = "オンライン資格確認による受付の可否";
const REMARK: &str = "備考";

impl InstitutionList {
    /// Reads the list.
    ///
    /// # Errors
    /// Too large, undecodable, malformed, or without its headings. Rule breaches are findings, not errors.
    pub fn read(source: Source<'_>) -> Result<InstitutionList, Error> {
        let table = Table::read(
            source,
            NUMBER,
            &[
                (NAME, &["実施機関名", "機関名"]),
                (POSTAL, &["郵便番号"]),
                (ADDRESS, &["所在地", "住所"]),
                (PHONE, &["電話番号"]),
                (GROUP, &["集団"]),
                (INDIVIDUAL, &["個別"]),
                (ANAEMIA, &["貧血"]),
                (CARDIOGRAM, &["心電図"]),
                (FUNDUS, &["眼底"]),
                (CREATININE, &["クレアチニン", "血清クレアチニン"]),
                (INTERVIEW, &["健診当日初回面接", "健診当日の初回面接"]),
                (MOTIVATIONAL, &["動機付け支援", "動機づけ支援"]),
                (ACTIVE, &["積極的支援"]),
                (ADDITIONAL, &["追加健診項目"]),
                (INVOICE, &["登録番号", "適格請求書"]),
                (REGISTERED, &["登録年月日"]),
                (CANCELLED, &["取消年月日"]),
                (ONLINE, &["オンライン資格確認"]),
                (REMARK, &["備考"]),
            ],
        )?;
        let mut list = InstitutionList::default();
        // Not every list has remarks.
        let missing = table.missing().filter(|found| found.column != REMARK);
        list.findings.extend(missing);
        let mut seen = HashSet::new();
        for row in table.rows() {
            if let Some(institution) = institution(&row, &mut list.findings) {
                if !seen.insert(institution.number.clone()) {
                    list.findings.push(ListFinding {
                        row: row.number,
                        column: NUMBER,
                        rule: Rule::Duplicate,
                    });
                }
                list.institutions.push(institution);
            }
        }
        Ok(list)
    }
}

fn institution(row: &Row<'_>, findings: &mut Vec<ListFinding>) -> Option<Institution> {
    let number = row.number(NUMBER, &[10], findings);
    let Some(parsed) = number
        .as_deref()
        .and_then(|number| CheckupInstitutionNumber::parse(number).ok())
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
    let circle =
        |heading, findings: &mut Vec<ListFinding>| row.mark(heading, findings) == Mark::Circle;
    let detail = |heading, findings: &mut Vec<ListFinding>| match row.mark(heading, findings) {
        Mark::None => Detail::No,
        Mark::Circle => Detail::Own,
        Mark::Triangle => Detail::Subcontracted,
    };
    let setting = match (circle(GROUP, findings), circle(INDIVIDUAL, findings)) {
        (true, false) => Some(Setting::Group),
        (false, true) => Some(Setting::Individual),
        _ => {
            findings.push(ListFinding {
                row: row.number,
                column: GROUP,
                rule: Rule::Setting,
            });
            None
        }
    };
    let institution = Institution {
        row: row.number,
        number: parsed.value,
        name: row.text(NAME),
        postal_code: row.text(POSTAL),
        address: row.text(ADDRESS),
        phone: row.text(PHONE),
        setting,
        anaemia: detail(ANAEMIA, findings),
        electrocardiogram: detail(CARDIOGRAM, findings),
        fundus: detail(FUNDUS, findings),
        creatinine: detail(CREATININE, findings),
        first_interview: circle(INTERVIEW, findings),
        motivational: circle(MOTIVATIONAL, findings),
        active: circle(ACTIVE, findings),
        additional: row.text(ADDITIONAL),
        invoice_number: row.text(INVOICE),
        registered: row.date(REGISTERED, findings),
        cancelled: row.date(CANCELLED, findings),
        online: circle(ONLINE, findings),
        remark: row.text(REMARK),
    };
    let offers_all =
        institution.setting.is_some() && institution.motivational && institution.active;
    if institution.first_interview && !offers_all {
        findings.push(ListFinding {
            row: row.number,
            column: INTERVIEW,
            rule: Rule::FirstInterview,
        });
    }
    let invoice = institution
        .invoice_number
        .as_deref()
        .map(InvoiceNumber::strict);
    if invoice.is_some_and(|number| !number.is_ok_and(|number| number.corporate_check())) {
        findings.push(ListFinding {
            row: row.number,
            column: INVOICE,
            rule: Rule::InvoiceNumber,
        });
    }
    Some(institution)
}
