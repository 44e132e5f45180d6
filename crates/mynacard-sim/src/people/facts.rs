//! What is written about a person: birth date, sex, and where in its life the certificate stands.

use std::fmt;

use serde::Deserialize;

/// A date of birth. `Display` writes `1980-04-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct BirthDate {
    year: u16,
    month: u8,
    day: u8,
}

impl BirthDate {
    /// Year of the western calendar.
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    /// Month from 1.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }

    /// Day from 1.
    #[must_use]
    pub fn day(self) -> u8 {
        self.day
    }

    /// Number of the era as certificates and 照合番号 write it, and the year within it: 1 明治 … 4 平成 5 令和.
    #[must_use]
    pub fn era(self) -> (u8, u16) {
        let date = (self.year, self.month, self.day);
        let (number, first) = if date >= (2019, 5, 1) {
            (5, 2019)
        } else if date >= (1989, 1, 8) {
            (4, 1989)
        } else if date >= (1926, 12, 25) {
            (3, 1926)
        } else if date >= (1912, 7, 30) {
            (2, 1912)
        } else {
            (1, 1868)
        };
        (number, self.year - first + 1)
    }
}

impl fmt::Display for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl TryFrom<String> for BirthDate {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut parts = text.split('-').map(str::parse::<u16>);
        let mut next = || {
            parts
                .next()
                .and_then(Result::ok)
                .ok_or("a date is written YYYY-MM-DD")
        };
        let (year, month, day) = (next()?, next()?, next()?);
        match (u8::try_from(month), u8::try_from(day)) {
            (Ok(month @ 1..=12), Ok(day @ 1..=31)) if year > 1867 => Ok(Self { year, month, day }),
            _ => Err("a date is written YYYY-MM-DD"),
        }
    }
}

/// Sex as the card writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Sex {
    /// 男, written `1`.
    Male,
    /// 女, written `2`.
    Female,
}

impl Sex {
    /// The digit on the card.
    #[must_use]
    pub fn digit(self) -> char {
        match self {
            Self::Male => '1',
            Self::Female => '2',
        }
    }
}

/// Where in its life a certificate stands on the day of the test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CertificateLife {
    /// Years are left.
    #[default]
    Valid,
    /// It ends in thirty days.
    EndsSoon,
    /// It ended thirty days ago.
    Ended,
    /// It ended four hundred days ago.
    Expired,
    /// Its dates are fine; the issuer revoked it.
    Revoked,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eras_change_on_their_days() {
        let era = |text: &str| BirthDate::try_from(text.to_owned()).expect("a date").era();
        assert_eq!(era("2019-05-01"), (5, 1));
        assert_eq!(era("2019-04-30"), (4, 31));
        assert_eq!(era("1989-01-08"), (4, 1));
        assert_eq!(era("1989-01-07"), (3, 64));
        assert_eq!(era("1980-04-01"), (3, 55));
    }
}
