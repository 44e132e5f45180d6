//! From an error of any layer to the sentences for the person at the desk.

use mynacard_auth::PinTries;

use crate::guidance::{self, Class, Evidence, Language};

/// An error that carries a stable code.
pub trait Coded {
    /// The code, for example `MC-1003`.
    fn code(&self) -> &'static str;

    /// The PIN tries that are left, where the error knows it.
    fn tries_left(&self) -> Option<u8> {
        None
    }
}

/// What to show and to say after an error or an answer, in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Advice {
    /// The code, for example `MC-1003`.
    pub code: &'static str,
    /// Who has to act.
    pub class: Class,
    /// The sentence for the staff's screen.
    pub staff: String,
    /// What staff do next.
    pub next: String,
    /// What staff may tell the patient; empty when it does not concern the patient.
    pub patient: String,
    /// Other proofs of insurance, best first.
    pub instead: &'static [Evidence],
    /// The PIN tries that are left, where known.
    pub tries_left: Option<u8>,
}

impl Advice {
    /// The advice for an error.
    ///
    /// Every code of the library is in the table (a test compares them); a code from elsewhere yields its bare text.
    #[must_use]
    pub fn for_error(error: &dyn Coded, language: Language) -> Self {
        Self::for_code(error.code(), error.tries_left(), language)
    }

    /// The advice for a code and, where known, the PIN tries left.
    #[must_use]
    pub fn for_code(code: &'static str, tries_left: Option<u8>, language: Language) -> Self {
        match guidance::for_code(code) {
            Some(found) => Self {
                code,
                class: found.class,
                staff: found.staff.render(language, tries_left),
                next: found.next.render(language, tries_left),
                patient: found.patient.render(language, tries_left),
                instead: found.instead,
                tries_left,
            },
            None => Self {
                code,
                class: Class::Environment,
                staff: code.to_owned(),
                next: String::new(),
                patient: String::new(),
                instead: &[],
                tries_left,
            },
        }
    }
}

impl Coded for mynacard_auth::Error {
    fn code(&self) -> &'static str {
        self.code()
    }

    fn tries_left(&self) -> Option<u8> {
        match self.pin_tries() {
            PinTries::Left(left) | PinTries::UntouchedWithLeft(left) => Some(left),
            PinTries::Blocked => Some(0),
            _ => None,
        }
    }
}

impl Coded for mynacard_auth::ServiceError {
    fn code(&self) -> &'static str {
        self.code()
    }
}

impl Coded for mynacard_card::Error {
    fn code(&self) -> &'static str {
        self.code()
    }

    fn tries_left(&self) -> Option<u8> {
        use mynacard_card::ErrorKind;
        match self.kind() {
            ErrorKind::WrongPin { left, .. } => *left,
            ErrorKind::OneTryLeft { .. } => Some(1),
            ErrorKind::PinBlocked { .. } => Some(0),
            _ => None,
        }
    }
}

impl Coded for mynacard_cert::Error {
    fn code(&self) -> &'static str {
        self.code()
    }
}

impl Coded for mynacard_checkup::Error {
    fn code(&self) -> &'static str {
        self.code()
    }
}

impl Coded for mynacard_eligibility::Error {
    fn code(&self) -> &'static str {
        self.code()
    }
}

#[cfg(feature = "folder")]
impl Coded for mynacard_client::folder::Error {
    fn code(&self) -> &'static str {
        self.code()
    }
}

#[cfg(feature = "pcsc")]
impl Coded for mynacard_pcsc::Error {
    fn code(&self) -> &'static str {
        self.code()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct WrongPin;

    impl Coded for WrongPin {
        fn code(&self) -> &'static str {
            "MC-1003"
        }
        fn tries_left(&self) -> Option<u8> {
            Some(2)
        }
    }

    #[test]
    fn a_wrong_pin_says_how_many_tries_are_left() {
        let advice = Advice::for_error(&WrongPin, Language::Japanese);
        assert_eq!(
            advice.staff,
            "暗証番号が違います。あと2回間違えるとロックされます。"
        );
        assert_eq!(advice.class, Class::Card);
        let advice = Advice::for_code("MC-1003", None, Language::Japanese);
        assert_eq!(advice.staff, "暗証番号が違います。");
        let advice = Advice::for_code("MC-1003", None, Language::English);
        assert_eq!(advice.staff, "Wrong PIN.");
    }

    #[test]
    fn a_code_from_elsewhere_keeps_its_name() {
        assert_eq!(
            Advice::for_code("XX-1", None, Language::English).staff,
            "XX-1"
        );
    }
}
