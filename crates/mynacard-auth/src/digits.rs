//! A PIN typed digit by digit, in one wiped place: no string of a window system ever holds it.

use std::fmt;

use mynacard_card::{Error, Pin};
use zeroize::{Zeroize, Zeroizing};

/// Up to four digits, from a touch screen or a key handler. Wiped when dropped; `Debug` shows how many there are.
///
/// ```
/// use mynacard_auth::PinDigits;
///
/// let mut digits = PinDigits::new();
/// for key in *b"12x345" {
///     digits.push(key); // the letter and the fifth digit are not taken
/// }
/// digits.pop();
/// assert_eq!(digits.len(), 3);
/// assert!(digits.push(b'9') && digits.is_complete());
/// let pin = digits.into_pin()?;
/// # Ok::<(), mynacard_card::Error>(())
/// ```
#[derive(Default)]
pub struct PinDigits {
    /// On the heap and never longer than its capacity: neither a move nor growth leaves a copy behind.
    digits: Zeroizing<Vec<u8>>,
}

/// Digits of an authentication PIN.
const DIGITS: usize = 4;

impl PinDigits {
    /// No digit yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            digits: Zeroizing::new(Vec::with_capacity(DIGITS)),
        }
    }

    /// Takes one ASCII digit and says whether it did: a fifth one and anything else are not taken.
    pub fn push(&mut self, digit: u8) -> bool {
        let takes = digit.is_ascii_digit() && self.digits.len() < DIGITS;
        if takes {
            self.digits.push(digit);
        }
        takes
    }

    /// Takes the last digit back.
    pub fn pop(&mut self) {
        if let Some(last) = self.digits.last_mut() {
            last.zeroize();
            self.digits.pop();
        }
    }

    /// Takes all digits back.
    pub fn clear(&mut self) {
        self.digits.zeroize();
    }

    /// How many digits there are, for the dots on the screen.
    #[must_use]
    pub fn len(&self) -> usize {
        self.digits.len()
    }

    /// Says whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.digits.is_empty()
    }

    /// Says whether all four are there.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.digits.len() == DIGITS
    }

    /// The PIN.
    ///
    /// # Errors
    ///
    /// MC-1006 when digits are missing; nothing reaches a card.
    pub fn into_pin(self) -> Result<Pin, Error> {
        Pin::new(&self.digits)
    }
}

impl fmt::Debug for PinDigits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PinDigits")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_digits_are_a_malformed_pin() {
        let mut digits = PinDigits::new();
        for digit in *b"123" {
            assert!(digits.push(digit));
        }
        assert_eq!(
            digits.into_pin().err().expect("three digits").code(),
            "MC-1006"
        );
    }

    #[test]
    fn cleared_digits_can_be_typed_again_and_are_not_shown() {
        let mut digits = PinDigits::new();
        digits.pop();
        for digit in *b"7093" {
            digits.push(digit);
        }
        assert!(!digits.push(b'1'));
        assert!(!format!("{digits:?}").contains("7093"));
        digits.clear();
        assert!(digits.is_empty());
        assert!(digits.push(b'1'));
    }
}
