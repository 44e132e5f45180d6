//! A value that came through a shared folder: whoever can write there can make one.

/// A value whose origin nothing proves; taking it out says so in the code that does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unauthenticated<T>(T);

impl<T> Unauthenticated<T> {
    pub(super) fn new(value: T) -> Self {
        Unauthenticated(value)
    }

    /// Looks at the value.
    pub fn peek(&self) -> &T {
        &self.0
    }

    /// Takes the value out, trusting everybody who can write into the folder.
    pub fn trust_the_folder(self) -> T {
        self.0
    }
}
