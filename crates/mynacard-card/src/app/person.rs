//! Dates and sexes as cards store them.

use core::fmt;

/// A date of eight digits YYYYMMDD. A part that is not known is zero, as the register writes it; `Debug` hides it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CardDate {
    year: u16,
    month: u8,
    day: u8,
}

/// Sex as the register knows it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Sex {
    /// `1`
    Male,
    /// `2`
    Female,
    /// `9`: not applicable.
    NotApplicable,
    /// Any other byte, intact.
    Other(u8),
}

impl CardDate {
    /// Reads eight ASCII digits; month and day within the calendar or zero.
    pub fn read(digits: &[u8]) -> Option<Self> {
        let mut numbers = [0_u16; 8];
        if digits.len() != numbers.len() {
            return None;
        }
        for (number, digit) in numbers.iter_mut().zip(digits) {
            *number = u16::from(digit.is_ascii_digit().then(|| digit - b'0')?);
        }
        let [y1, y2, y3, y4, m1, m2, d1, d2] = numbers;
        let year = y1 * 1000 + y2 * 100 + y3 * 10 + y4;
        let month = u8::try_from(m1 * 10 + m2)
            .ok()
            .filter(|month| *month <= 12)?;
        let day = u8::try_from(d1 * 10 + d2)
            .ok()
            .filter(|day| *day <= days(year, month))?;
        Some(CardDate { year, month, day })
    }

    /// The year of the common era.
    pub const fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12; 0 when not known.
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day, 1 to 31; 0 when not known.
    pub const fn day(self) -> u8 {
        self.day
    }
}

/// Days of a month; 31 for the month that is not known.
pub(crate) const fn days(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for CardDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Debug for CardDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardDate(..)")
    }
}

impl Sex {
    pub(crate) fn read(value: &[u8]) -> Option<Self> {
        match *value {
            [b'1'] => Some(Sex::Male),
            [b'2'] => Some(Sex::Female),
            [b'9'] => Some(Sex::NotApplicable),
            [other] => Some(Sex::Other(other)),
            _ => None,
        }
    }
}

impl fmt::Debug for Sex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sex(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn dates_within_the_calendar() {
        for (digits, shown) in [
            ("19800217", "1980-02-17"),
            ("20240229", "2024-02-29"),
            ("19000000", "1900-00-00"),
        ] {
            let date = CardDate::read(digits.as_bytes()).unwrap();
            assert_eq!(
                (format!("{date}"), format!("{date:?}")),
                (shown.into(), "CardDate(..)".into())
            );
        }
        for wrong in [
            "19801301",
            "20230229",
            "19000229",
            "19800431",
            "1980021",
            "198002170",
            "1980021a",
            "",
        ] {
            assert!(CardDate::read(wrong.as_bytes()).is_none(), "{wrong}");
        }
    }
}
