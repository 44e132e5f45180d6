//! Findings: breaches of the notices' rules in a list; the notices' own example rows have some, so none is a refusal.

use serde::Serialize;

/// One breach, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListFinding {
    /// The row of the file, from one.
    pub row: usize,
    /// The column's heading.
    pub column: &'static str,
    /// The rule.
    pub rule: Rule,
}

/// The rules of the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Rule {
    /// The number is absent or is none; the row is left out.
    NumberUnreadable,
    /// The number's check digit does not agree.
    CheckDigit,
    /// The number's prefecture or 法別番号 is unknown.
    UnknownPrefix,
    /// The number was a number of the spreadsheet and lost its leading zero; it was put back.
    LeadingZeroLost,
    /// The number stands in an earlier row too.
    Duplicate,
    /// The number is not written in half width.
    Width,
    /// Not a postal code.
    PostalCode,
    /// Not a telephone number with hyphens.
    PhoneNumber,
    /// Neither ○ nor △ nor empty.
    UnknownMark,
    /// 実施形態: 集団 and 個別 both or neither.
    Setting,
    /// 健診当日初回面接 without what it needs.
    FirstInterview,
    /// Not a 登録番号 of invoices, or not a corporate one.
    InvoiceNumber,
    /// Not a date.
    Date,
    /// No column has this heading, so nothing was read for it: a mark that is under another heading counts as none. The row is the
    /// lowest of the headings.
    HeadingMissing,
}
