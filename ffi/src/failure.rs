//! Why a call failed, in the library's own words, before it becomes an error handle.

use std::error::Error;

use mynacard::Coded;
use mynacard::guidance::{self, Class};

use crate::status::{mynacard_class, mynacard_status};

/// Code and name of the errors that only this layer makes; their sentences are in the one table of guidance.
#[cfg(test)]
pub(crate) const CODES: &[(&str, &str)] = &[
    ("MC-9001", "call-argument"),
    ("MC-9002", "call-handle"),
    ("MC-9003", "call-busy"),
    ("MC-9004", "call-reentrant"),
    ("MC-9005", "call-structure"),
    ("MC-9006", "call-text"),
    ("MC-9007", "call-unmappable"),
    ("MC-9008", "call-unsupported"),
    ("MC-9009", "call-cancelled"),
    ("MC-9010", "call-system"),
    ("MC-9011", "call-timeout"),
    ("MC-9012", "call-order"),
    ("MC-9099", "library-defect"),
];

/// Everything that an error handle tells.
#[derive(Debug)]
pub(crate) struct Failure {
    status: mynacard_status,
    code: &'static str,
    class: mynacard_class,
    tries_left: Option<u8>,
    status_word: Option<u16>,
    /// What happened, then what caused it, and so on: lowercase phrases without secrets.
    chain: Vec<String>,
    /// The name of the file that it is about, where it is about one.
    subject: Option<String>,
}

impl Failure {
    /// A failure of this layer.
    pub(crate) fn new(status: mynacard_status, what: impl Into<String>) -> Self {
        let code = own_code(status);
        Self {
            status,
            code,
            class: class_of(status),
            tries_left: None,
            status_word: None,
            chain: vec![what.into()],
            subject: None,
        }
    }

    pub(crate) fn null(name: &'static str) -> Self {
        Self::new(mynacard_status::InvalidArgument, format!("{name} is NULL"))
    }

    /// The card's PIN is open already: somebody else's session.
    pub(crate) fn foreign_session() -> Self {
        Self {
            code: "MC-1008",
            ..Self::new(mynacard_status::Card, "another program's session is open")
        }
    }

    /// The card answered a question with a status word that says nothing.
    pub(crate) fn refused(word: u16) -> Self {
        Self {
            status_word: Some(word),
            ..Self::new(
                mynacard_status::Card,
                format!("the card does not tell its tries ({word:04X})"),
            )
        }
    }

    /// An error of a layer below: its code, the PIN tries it knows of, and its causes.
    fn below(code: &'static str, tries_left: Option<u8>, error: &(dyn Error + 'static)) -> Self {
        let class = guidance::for_code(code)
            .map_or(mynacard_class::Environment, |found| class(found.class));
        let mut chain = vec![error.to_string()];
        let mut status_word = None;
        let mut cause = Some(error);
        while let Some(error) = cause {
            status_word = status_word.or_else(|| error.downcast_ref().and_then(word));
            cause = error.source();
            chain.extend(cause.map(ToString::to_string));
        }
        Self {
            status: status_of(code, class),
            code,
            class,
            tries_left,
            status_word,
            chain,
            subject: None,
        }
    }

    /// The same failure, of this file.
    pub(crate) fn about(self, subject: impl Into<String>) -> Self {
        Self {
            subject: Some(subject.into()),
            ..self
        }
    }

    pub(crate) fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    pub(crate) fn status(&self) -> mynacard_status {
        self.status
    }

    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    pub(crate) fn class(&self) -> mynacard_class {
        self.class
    }

    pub(crate) fn tries_left(&self) -> Option<u8> {
        self.tries_left
    }

    pub(crate) fn status_word(&self) -> Option<u16> {
        self.status_word
    }

    pub(crate) fn chain(&self) -> &[String] {
        &self.chain
    }
}

/// The same for every error type that has a code and sentences of its own.
macro_rules! from_coded {
    ($($(#[$attribute:meta])* $error:ty),* $(,)?) => {$(
        $(#[$attribute])*
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::below(Coded::code(&error), Coded::tries_left(&error), &error)
            }
        }
    )*};
}

from_coded! {
    mynacard::auth::Error,
    mynacard::auth::ServiceError,
    mynacard::card::Error,
    mynacard::cert::Error,
    mynacard::checkup::Error,
    mynacard::eligibility::Error,
    #[cfg(feature = "pcsc")]
    mynacard::pcsc::Error,
}

impl Failure {
    /// The failure of a check, and the proof that can be delivered again.
    pub(crate) fn with_undelivered(
        error: mynacard::auth::Error,
    ) -> (Self, Option<mynacard::auth::Undelivered>) {
        let failure = Self::below(Coded::code(&error), Coded::tries_left(&error), &error);
        (failure, error.into_undelivered())
    }
}

impl From<mynacard::client::folder::Error> for Failure {
    fn from(error: mynacard::client::folder::Error) -> Self {
        Self::below(error.code(), None, &error)
    }
}

impl From<mynacard::card::trace::TraceError> for Failure {
    fn from(error: mynacard::card::trace::TraceError) -> Self {
        Self::below(error.code(), None, &error)
    }
}

/// The card's status word behind an error of the card.
fn word(error: &mynacard::card::Error) -> Option<u16> {
    use mynacard::card::ErrorKind as K;
    let status = match error.kind() {
        K::NotMyNumberCard { status }
        | K::ApplicationMissing { status, .. }
        | K::Refused { status, .. } => *status,
        _ => return None,
    };
    Some(status.into())
}

/// What a program does next after this code: the few statuses that it tells apart, else the class.
fn status_of(code: &str, class: mynacard_class) -> mynacard_status {
    use mynacard_status as S;
    match code {
        "MC-1001" | "MC-1021" => S::NotMyNumberCard,
        "MC-1002" | "MC-1013" => S::CardGone,
        "MC-1003" | "MC-1027" => S::WrongPin,
        "MC-1004" | "MC-1029" => S::LastTry,
        "MC-1005" | "MC-1028" => S::PinBlocked,
        "MC-1006" => S::MalformedPin,
        "MC-1007" => S::OutcomeUnknown,
        "MC-1016" | "MC-2005" => S::Timeout,
        "MC-1017" | "MC-2006" | "MC-5003" => S::Cancelled,
        "MC-2004" => S::SeveralCards,
        _ => match class {
            mynacard_class::Caller => S::Caller,
            mynacard_class::Card => S::Card,
            mynacard_class::Peer => S::Peer,
            mynacard_class::Input => S::Input,
            mynacard_class::Environment => S::Environment,
            mynacard_class::Library => S::Internal,
        },
    }
}

fn own_code(status: mynacard_status) -> &'static str {
    use mynacard_status as S;
    match status {
        S::InvalidHandle => "MC-9002",
        S::Busy => "MC-9003",
        S::Reentrant => "MC-9004",
        S::StructSize | S::UnknownOption => "MC-9005",
        S::InvalidText => "MC-9006",
        S::Unmappable => "MC-9007",
        S::Unsupported => "MC-9008",
        S::Cancelled => "MC-9009",
        S::Environment => "MC-9010",
        S::Timeout => "MC-9011",
        S::Caller => "MC-9012",
        S::InvalidArgument => "MC-9001",
        // What the layers below know better, they say; their codes and sentences serve here too.
        S::NotMyNumberCard => "MC-1001",
        S::CardGone => "MC-1002",
        S::WrongPin => "MC-1003",
        S::LastTry => "MC-1004",
        S::PinBlocked => "MC-1005",
        S::MalformedPin => "MC-1006",
        S::OutcomeUnknown => "MC-1007",
        S::Card => "MC-1009",
        S::SeveralCards => "MC-2004",
        // Nothing in this layer refuses as a service, or reads documents.
        S::Ok | S::Peer | S::Input | S::Panic | S::Internal => "MC-9099",
    }
}

fn class_of(status: mynacard_status) -> mynacard_class {
    match status as i32 {
        200..300 => mynacard_class::Card,
        300..400 => mynacard_class::Peer,
        400..500 => mynacard_class::Input,
        500..600 => mynacard_class::Environment,
        900.. => mynacard_class::Library,
        _ => mynacard_class::Caller,
    }
}

fn class(class: Class) -> mynacard_class {
    match class {
        Class::Card => mynacard_class::Card,
        Class::Peer => mynacard_class::Peer,
        Class::Input => mynacard_class::Input,
        Class::Caller => mynacard_class::Caller,
        _ => mynacard_class::Environment,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_code_and_sentences_of_its_own() {
        use mynacard_status as S;
        let own = [
            (S::InvalidArgument, "MC-9001"),
            (S::InvalidHandle, "MC-9002"),
            (S::Busy, "MC-9003"),
            (S::Reentrant, "MC-9004"),
            (S::StructSize, "MC-9005"),
            (S::UnknownOption, "MC-9005"),
            (S::InvalidText, "MC-9006"),
            (S::Unmappable, "MC-9007"),
            (S::Unsupported, "MC-9008"),
            (S::Cancelled, "MC-9009"),
            (S::Environment, "MC-9010"),
            (S::Timeout, "MC-9011"),
            (S::Caller, "MC-9012"),
            (S::Panic, "MC-9099"),
            (S::Internal, "MC-9099"),
        ];
        for (status, code) in own {
            let told = guidance::for_code(code).expect(code).class;
            if class_of(status) != mynacard_class::Library {
                assert_eq!(class(told), class_of(status), "{code}");
            }
            let failure = Failure::new(status, "");
            assert_eq!((failure.status(), failure.code()), (status, code));
            assert!(CODES.iter().any(|(listed, _)| *listed == code), "{code}");
        }
        let below = [
            (S::NotMyNumberCard, "MC-1001"),
            (S::CardGone, "MC-1002"),
            (S::WrongPin, "MC-1003"),
            (S::LastTry, "MC-1004"),
            (S::PinBlocked, "MC-1005"),
            (S::MalformedPin, "MC-1006"),
            (S::OutcomeUnknown, "MC-1007"),
            (S::Card, "MC-1009"),
            (S::SeveralCards, "MC-2004"),
        ];
        for (status, code) in below {
            let failure = Failure::new(status, "");
            assert_eq!((failure.status(), failure.code()), (status, code));
            let class = guidance::for_code(code).map(|found| class(found.class));
            assert_eq!(status_of(code, class.unwrap()), status);
        }
        let ours = CODES.iter().map(|(code, _)| *code);
        let table = guidance::all().map(|entry| entry.code);
        let table = table.filter(|code| code.starts_with("MC-9"));
        assert!(
            ours.eq(table),
            "the codes of this layer and the table differ"
        );
        assert_eq!(Failure::foreign_session().code(), "MC-1008");
        assert!(guidance::for_code("MC-1008").is_some());
        assert_eq!(Failure::refused(0x6A80).status_word(), Some(0x6A80));
    }
}
