//! Guidance: what staff do, and what the patient hears, for every code the library can return.
//!
//! One table, in English and Japanese, keyed by the codes of the layers (`MC-1003`), by the outcomes of a check (`OK-0001`)
//! and by what staff decide themselves ([`NOT_CONFIRMED`]). The layers know only codes; this crate sees all of them and is the one place
//! that holds sentences.
//!
//! ```
//! use mynacard::guidance::{self, Language};
//!
//! let wrong_pin = guidance::for_code("MC-1003").expect("every code has guidance");
//! let sentence = wrong_pin.staff.render(Language::Japanese, Some(2));
//! assert_eq!(sentence, "暗証番号が違います。あと2回間違えるとロックされます。");
//! ```

mod binding;
mod card;
mod certificate;
mod checkup;
mod flow;
mod home;
mod insurance;
mod next_visit;
mod outcome;
mod reader;
mod service;

use core::fmt;

pub use flow::REGISTER_AGAIN;
use mynacard_auth::service::CertificateStatus;
use mynacard_auth::{CheckedAnswer, Warning};
pub use mynacard_auth::{Evidence, Query};
pub use mynacard_eligibility::Language;
use mynacard_eligibility::Validity;
pub use next_visit::next_visit;

/// The code of a visual check in which staff did not confirm that face and photo are the same person's.
pub const NOT_CONFIRMED: &str = "not-confirmed";

/// The guidance of one code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Guidance {
    /// The code: `MC-nnnn` of an error, `OK-nnnn` of an answer, or [`NOT_CONFIRMED`].
    pub code: &'static str,
    /// Who has to act.
    pub class: Class,
    /// What the screen tells staff.
    pub staff: Text,
    /// What staff do next.
    pub next: Text,
    /// What staff may tell the patient; empty when it does not concern the patient.
    pub patient: Text,
    /// What else proves the insurance now, best first; empty when the check simply goes on.
    pub instead: &'static [Evidence],
}

/// Whose turn it is after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Class {
    /// Not an error: an answer that staff must read with care.
    Answer,
    /// The card refused, or was not there.
    Card,
    /// The service, or another party, refused.
    Peer,
    /// What arrived was malformed.
    Input,
    /// The calling program, or its user, asked for something impossible.
    Caller,
    /// The machine, the reader, the line or the disk.
    Environment,
}

/// The name of a proof of insurance, as staff know it.
#[must_use]
pub const fn label(evidence: Evidence) -> Text {
    match evidence {
        Evidence::Online(Query::Pin) => Text::new("暗証番号での確認", "check by PIN"),
        Evidence::Online(Query::Visual) => Text::new("目視確認", "visual check"),
        Evidence::Online(Query::Requery) => {
            Text::new("同意に基づく再照会", "requery under a consent")
        }
        Evidence::Online(Query::FaceReader) => Text::new(
            "顔認証付きカードリーダーでの確認",
            "check at a face-recognition reader",
        ),
        Evidence::PortalScreen => Text::new(
            "マイナ保険証とマイナポータルの資格情報画面",
            "card with the Mynaportal eligibility screen",
        ),
        Evidence::NoticeWithCard => Text::new(
            "マイナ保険証と資格情報のお知らせ",
            "card with the eligibility notice (資格情報のお知らせ)",
        ),
        Evidence::EligibilityCertificate => {
            Text::new("資格確認書", "eligibility certificate (資格確認書)")
        }
        _ => Text::new("ほかの確認方法", "another proof"),
    }
}

const CALL_ADMINISTRATOR: Text = Text::new(
    "システム管理者に画面のコードを伝えてください。",
    "Tell the administrator the code on the screen.",
);
const ONCE_MORE: Text = Text::new(
    "もう一度カードをお願いします。",
    "Please put your card on the reader once more.",
);

/// One line of a table.
const fn entry(
    code: &'static str,
    class: Class,
    staff: Text,
    next: Text,
    patient: Text,
    instead: &'static [Evidence],
) -> Guidance {
    Guidance {
        code,
        class,
        staff,
        next,
        patient,
        instead,
    }
}

/// The proofs that need no working check.
const OTHER_PROOF: &[Evidence] = &[
    Evidence::PortalScreen,
    Evidence::NoticeWithCard,
    Evidence::EligibilityCertificate,
];
/// When only the visual check failed: the PIN, then the others.
const BY_PIN: &[Evidence] = &[
    Evidence::Online(Query::Pin),
    Evidence::PortalScreen,
    Evidence::NoticeWithCard,
    Evidence::EligibilityCertificate,
];
/// When the PIN cannot be used: the photo, then the others.
const WITHOUT_PIN: &[Evidence] = &[
    Evidence::Online(Query::Visual),
    Evidence::PortalScreen,
    Evidence::NoticeWithCard,
    Evidence::EligibilityCertificate,
];

/// A sentence in both languages; `{n}` stands for a number that is known only then: the PIN tries left, the seconds of a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// 日本語.
    pub ja: &'static str,
    /// English.
    pub en: &'static str,
}

impl Text {
    /// No sentence.
    pub const NONE: Self = Self::new("", "");

    pub(crate) const fn new(ja: &'static str, en: &'static str) -> Self {
        Self { ja, en }
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ja.is_empty() && self.en.is_empty()
    }

    /// The sentence as written in the table, with `{n}` in place of a number.
    #[must_use]
    pub const fn raw(&self, language: Language) -> &'static str {
        match language {
            Language::Japanese => self.ja,
            Language::English => self.en,
        }
    }

    /// The sentence with the number of tries left; without a number the sentence that needs it is left out.
    #[must_use]
    pub fn render(&self, language: Language, tries: Option<u8>) -> String {
        self.with_number(language, tries.map(u64::from))
    }

    /// The sentence with any number that it wants; without one the sentence that needs it is left out.
    #[must_use]
    pub fn with_number(&self, language: Language, number: Option<u64>) -> String {
        let raw = self.raw(language);
        if !raw.contains("{n}") {
            return raw.to_owned();
        }
        if let Some(number) = number {
            return raw.replace("{n}", &number.to_string());
        }
        let end = match language {
            Language::Japanese => '。',
            Language::English => '.',
        };
        raw.split_inclusive(end)
            .filter(|sentence| !sentence.contains("{n}"))
            .collect::<String>()
            .trim_end()
            .to_owned()
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Answer => "answer",
            Self::Card => "card",
            Self::Peer => "peer",
            Self::Input => "input",
            Self::Caller => "caller",
            Self::Environment => "environment",
        })
    }
}

/// The guidance of a code; `None` for a code that the library cannot return.
#[must_use]
pub fn for_code(code: &str) -> Option<&'static Guidance> {
    all().find(|guidance| guidance.code == code)
}

/// The guidance for what an answer says about today's insurance (QualificationValidity).
///
/// `None` for a value that the interface did not have when this was written.
#[must_use]
pub fn for_validity(validity: &Validity) -> Option<&'static Guidance> {
    for_code(match validity {
        Validity::Valid => "OK-0001",
        Validity::Invalid => "OK-0002",
        Validity::InvalidNewerExists => "OK-0003",
        Validity::NotFound => "OK-0004",
        Validity::Several => "OK-0005",
        Validity::ValidUnregistered => "OK-0006",
        _ => return None,
    })
}

/// The guidance for what the service says of the card's certificate; `None` where there is nothing to say, and for a status
/// that the interface did not have when this was written.
#[must_use]
pub fn for_certificate(status: CertificateStatus) -> Option<&'static Guidance> {
    for_code(match status {
        CertificateStatus::EndsSoon => "OK-0101",
        CertificateStatus::Ended => "OK-0102",
        _ => return None,
    })
}

/// The guidance for a warning; the seconds of a clock are the number that its sentence wants.
///
/// `None` for a warning that did not exist when this was written.
#[must_use]
pub fn for_warning(warning: &Warning) -> Option<&'static Guidance> {
    for_code(match warning {
        Warning::EndsSoon { .. } => "OK-0101",
        Warning::Expired { .. } => "OK-0102",
        Warning::IssuerUnknown => "OK-0201",
        Warning::NotProduction { .. } => "OK-0202",
        Warning::ClockOff { seconds: 0.. } => "OK-0203",
        Warning::ClockOff { .. } => "OK-0204",
        _ => return None,
    })
}

/// The guidance for an answer, most important first: today's insurance, or that the card is not registered as an insurance card;
/// then what the service says of the certificate.
#[must_use]
pub fn for_answer(checked: &CheckedAnswer) -> Vec<&'static Guidance> {
    let outcome = match checked.answer() {
        None => for_code("OK-3001"),
        Some(answer) => answer.validity().as_ref().and_then(for_validity),
    };
    let certificate = for_certificate(checked.certificate_status());
    outcome.into_iter().chain(certificate).collect()
}

/// The whole table, ordered by code within its blocks.
pub fn all() -> impl Iterator<Item = &'static Guidance> {
    [
        card::TABLE,
        reader::TABLE,
        certificate::TABLE,
        insurance::TABLE,
        flow::TABLE,
        home::TABLE,
        service::TABLE,
        checkup::TABLE,
        binding::TABLE,
        outcome::TABLE,
    ]
    .into_iter()
    .flatten()
}
