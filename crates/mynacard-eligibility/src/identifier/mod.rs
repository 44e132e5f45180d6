//! Identifiers of institutions, insurers and insured people, each valid by construction.
//!
//! Two ways in: `parse` takes what the format can carry and returns findings, for everything that comes from a service or a
//! file; `strict` refuses a wrong check digit, for what staff type. Both take full-width digits, spaces and hyphens.
//!
//! ```
//! use mynacard_eligibility::identifier::InsurerNumber;
//!
//! let number = InsurerNumber::strict("０６１３-０４８８").unwrap();
//! assert_eq!(number.as_str(), "06130488");
//! let error = InsurerNumber::strict("06130489").unwrap_err();
//! assert_eq!(error.to_string(), "insurer-number: check digit, expected 8, found 9 at 8");
//! ```

mod digits;
mod institution;
mod insured;
mod insurer;
mod other;
mod tables;
mod validate;

pub use institution::{
    CheckupInstitutionNumber, InstitutionCode, OnlineCode, PointsTable, PortalInstitutionKind,
};
pub use insured::{BranchNumber, InsuredNumber, InsuredSymbol, LateElderlyNumber};
pub use insurer::{InsurerNumber, PublicPayerNumber, PublicRecipientNumber};
pub use other::{InvoiceNumber, PhoneNumber, PostalCode, TicketKind, TicketNumber};
pub use tables::{LAWS, Law, PREFECTURES, law, prefecture};
pub use validate::{Report, validate};

/// The kinds of identifiers, with the names that `mynacard validate` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IdentifierKind {
    /// 保険者番号.
    InsurerNumber,
    /// 医療機関等コード.
    InstitutionCode,
    /// 健診・保健指導機関番号.
    CheckupInstitutionNumber,
    /// オンライン資格確認用コード.
    OnlineCode,
    /// 公費負担者番号.
    PublicPayerNumber,
    /// 公費の受給者番号.
    PublicRecipientNumber,
    /// 被保険者証等記号.
    InsuredSymbol,
    /// 被保険者証等番号.
    InsuredNumber,
    /// 枝番.
    BranchNumber,
    /// 後期高齢者の被保険者番号.
    LateElderlyNumber,
    /// 適格請求書発行事業者 登録番号.
    InvoiceNumber,
    /// 郵便番号.
    PostalCode,
    /// 電話番号.
    PhoneNumber,
    /// 受診券・利用券 整理番号.
    TicketNumber,
}

/// A value, and what is unusual about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed<T> {
    /// The value.
    pub value: T,
    /// What a reader may want to know.
    pub findings: Vec<Remark>,
}

/// What is unusual about an identifier that its format can carry.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Remark {
    /// The check digit does not agree with the rest.
    CheckDigit {
        /// Its place, from one, counted as in [`IdentifierError::position`].
        position: usize,
        /// The digit that the rule wants.
        expected: char,
        /// The digit that is there.
        found: char,
    },
    /// Two digits that are no prefecture.
    UnknownPrefecture(String),
    /// Two digits that are no known 法別番号; the list is not complete.
    UnknownLaw(String),
    /// A digit that is no known 点数表コード.
    UnknownPointsTable(char),
    /// A digit that is no known kind of ticket.
    UnknownTicketKind(char),
    /// A number of six digits that came padded to eight.
    Padded,
    /// Longer than the interface is known to carry, in bytes of Shift_JIS.
    Long {
        /// The most bytes that are known.
        limit: usize,
        /// How many there are.
        found: usize,
    },
}

/// Why a text is not that identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentifierError {
    /// Which identifier was wanted.
    pub kind: IdentifierKind,
    /// Which rule is broken.
    pub rule: Rule,
    /// The place, from one, in the text as it was typed, spaces and hyphens (of a telephone number parentheses too) not counted; in
    /// 記号 and 番号, which keep theirs, all after the leading spaces are counted. Of a wrong length it is the first place that is too
    /// many, or the first without a digit.
    pub position: Option<usize>,
    /// What the rule wants.
    pub expected: String,
    /// What was found: a digit, a length, never the whole value.
    pub found: String,
}

/// The rules that an identifier can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// There is nothing.
    Empty,
    /// How many characters.
    Length,
    /// Which characters.
    Character,
    /// The check digit.
    CheckDigit,
    /// Which number comes first.
    Prefix,
}

impl IdentifierKind {
    /// Every kind.
    pub const ALL: [IdentifierKind; 14] = [
        IdentifierKind::InsurerNumber,
        IdentifierKind::InstitutionCode,
        IdentifierKind::CheckupInstitutionNumber,
        IdentifierKind::OnlineCode,
        IdentifierKind::PublicPayerNumber,
        IdentifierKind::PublicRecipientNumber,
        IdentifierKind::InsuredSymbol,
        IdentifierKind::InsuredNumber,
        IdentifierKind::BranchNumber,
        IdentifierKind::LateElderlyNumber,
        IdentifierKind::InvoiceNumber,
        IdentifierKind::PostalCode,
        IdentifierKind::PhoneNumber,
        IdentifierKind::TicketNumber,
    ];

    /// The stable kebab-case name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            IdentifierKind::InsurerNumber => "insurer-number",
            IdentifierKind::InstitutionCode => "institution-code",
            IdentifierKind::CheckupInstitutionNumber => "checkup-institution-number",
            IdentifierKind::OnlineCode => "online-code",
            IdentifierKind::PublicPayerNumber => "public-payer-number",
            IdentifierKind::PublicRecipientNumber => "public-recipient-number",
            IdentifierKind::InsuredSymbol => "insured-symbol",
            IdentifierKind::InsuredNumber => "insured-number",
            IdentifierKind::BranchNumber => "branch-number",
            IdentifierKind::LateElderlyNumber => "late-elderly-number",
            IdentifierKind::InvoiceNumber => "invoice-number",
            IdentifierKind::PostalCode => "postal-code",
            IdentifierKind::PhoneNumber => "phone-number",
            IdentifierKind::TicketNumber => "ticket-number",
        }
    }

    /// In Japanese.
    #[must_use]
    pub fn label_ja(self) -> &'static str {
        match self {
            IdentifierKind::InsurerNumber => "保険者番号",
            IdentifierKind::InstitutionCode => "医療機関等コード",
            IdentifierKind::CheckupInstitutionNumber => "健診・保健指導機関番号",
            IdentifierKind::OnlineCode => "オンライン資格確認用コード",
            IdentifierKind::PublicPayerNumber => "公費負担者番号",
            IdentifierKind::PublicRecipientNumber => "公費の受給者番号",
            IdentifierKind::InsuredSymbol => "被保険者証等記号",
            IdentifierKind::InsuredNumber => "被保険者証等番号",
            IdentifierKind::BranchNumber => "枝番",
            IdentifierKind::LateElderlyNumber => "後期高齢者医療被保険者番号",
            IdentifierKind::InvoiceNumber => "適格請求書発行事業者登録番号",
            IdentifierKind::PostalCode => "郵便番号",
            IdentifierKind::PhoneNumber => "電話番号",
            IdentifierKind::TicketNumber => "受診券・利用券整理番号",
        }
    }

    /// The kind with that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<IdentifierKind> {
        IdentifierKind::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

impl<T> Parsed<T> {
    /// The value, unless its check digit is wrong.
    fn strict(self, kind: IdentifierKind) -> Result<T, IdentifierError> {
        for remark in &self.findings {
            if let Remark::CheckDigit {
                position,
                expected,
                found,
            } = remark
            {
                return Err(IdentifierError {
                    kind,
                    rule: Rule::CheckDigit,
                    position: Some(*position),
                    expected: expected.to_string(),
                    found: found.to_string(),
                });
            }
        }
        Ok(self.value)
    }
}

impl IdentifierError {
    /// The stable code, one of [`crate::CODES`].
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.rule {
            Rule::Empty => "MC-4020",
            Rule::Length => "MC-4021",
            Rule::Character => "MC-4022",
            Rule::CheckDigit => "MC-4023",
            Rule::Prefix => "MC-4024",
        }
    }
}

impl core::fmt::Display for IdentifierError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let rule = match self.rule {
            Rule::Empty => "empty",
            Rule::Length => "length",
            Rule::Character => "character",
            Rule::CheckDigit => "check digit",
            Rule::Prefix => "prefix",
        };
        write!(
            f,
            "{}: {rule}, expected {}, found {}",
            self.kind.name(),
            self.expected,
            self.found
        )?;
        match self.position {
            Some(position) => write!(f, " at {position}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for IdentifierError {}

impl From<IdentifierError> for crate::Error {
    fn from(error: IdentifierError) -> Self {
        crate::Error::from(crate::ErrorKind::Identifier { code: error.code() }).caused_by(error)
    }
}

/// What every identifier type can do alike.
macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        identifier! { @type #[derive(Debug)] $(#[$doc])* $name }
    };
    // A person's number: `Debug` shows only how long it is.
    ($(#[$doc:meta])* personal $name:ident) => {
        identifier! { @type $(#[$doc])* $name }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, concat!(stringify!($name), "({} characters)"), self.0.chars().count())
            }
        }
    };
    (@type $(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Which kind it is.
            pub const KIND: IdentifierKind = IdentifierKind::$name;

            /// Refuses a wrong check digit: for what staff type.
            ///
            /// # Errors
            /// The broken rule, with its place, what was expected and what was found.
            pub fn strict(text: &str) -> Result<Self, IdentifierError> {
                Self::parse(text)?.strict(Self::KIND)
            }

            /// The identifier as it is written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl core::str::FromStr for $name {
            type Err = IdentifierError;

            fn from_str(text: &str) -> Result<Self, IdentifierError> {
                Self::strict(text)
            }
        }
    };
}
use identifier;
