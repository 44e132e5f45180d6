//! Every error that an input leads to is read to its end here, and its code is noted: a test asks which codes no input reaches.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::error::Error;

thread_local! {
    static MET: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
}

/// The codes that this thread's inputs led to since it was asked last.
pub fn met() -> BTreeSet<String> {
    let mut all = mynacard_ffi_fuzz::met();
    all.extend(MET.take().into_iter().map(str::to_owned));
    all
}

/// An error of the library: it has a stable code.
pub(crate) trait Coded: Error {
    fn stable(&self) -> &'static str;
}

macro_rules! coded {
    ($($error:ty),+ $(,)?) => {
        $(impl Coded for $error {
            fn stable(&self) -> &'static str {
                self.code()
            }
        })+
    };
}

coded!(
    mynacard_auth::Error,
    mynacard_auth::ServiceError,
    mynacard_card::Error,
    mynacard_card::trace::TraceError,
    mynacard_cert::Error,
    mynacard_checkup::Error,
    mynacard_client::folder::Error,
    mynacard_eligibility::Error,
    mynacard_eligibility::identifier::IdentifierError,
);

/// Reads what an error says, and notes its code.
pub(crate) fn note(error: &(impl Coded + ?Sized)) -> &'static str {
    let code = error.stable();
    MET.with_borrow_mut(|met| met.insert(code));
    read(&error);
    code
}

/// Notes a code that is told without its error.
pub(crate) fn note_code(code: &'static str) {
    MET.with_borrow_mut(|met| met.insert(code));
}

/// The error of a result, noted; what else there is.
pub(crate) fn noted<T, E: Coded>(result: Result<T, E>) -> Result<T, E> {
    if let Err(error) = &result {
        note(error);
    }
    result
}

/// Reads what an error without a code says, and what is behind it.
pub(crate) fn read(error: &impl Error) {
    let text = error.to_string();
    assert!(!text.is_empty(), "an error that says nothing");
    assert!(
        !text.chars().any(char::is_control),
        "an error that would break the line of a log: {text:?}"
    );
    let mut source = error.source();
    let mut depth = 0;
    while let Some(behind) = source {
        depth += 1;
        assert!(depth < 20, "a chain of errors without end: {text}");
        let _ = (behind.to_string(), format!("{behind:?}"));
        source = behind.source();
    }
    let _ = format!("{error:?}");
}
