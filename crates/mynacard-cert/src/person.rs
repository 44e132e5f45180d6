//! What a certificate or a record says about its holder: birth date in both calendars, sex.

use std::fmt;

/// A birth date as the issuer wrote it. Month or day may be unknown.
///
/// `Debug` shows no date; `Display` does (`1980-02-17`), [`Self::japanese`] in the other calendar.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BirthDate {
    era: Option<Era>,
    year: u16,
    month: u8,
    day: u8,
}

/// A Japanese era.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Era {
    /// 明治, from 1868.
    Meiji,
    /// 大正, from 1912-07-30.
    Taisho,
    /// 昭和, from 1926-12-25.
    Showa,
    /// 平成, from 1989-01-08.
    Heisei,
    /// 令和, from 2019-05-01.
    Reiwa,
}

impl Era {
    const ALL: [Era; 5] = [Era::Meiji, Era::Taisho, Era::Showa, Era::Heisei, Era::Reiwa];

    /// The name, `昭和`.
    #[must_use]
    pub fn japanese(self) -> &'static str {
        match self {
            Era::Meiji => "明治",
            Era::Taisho => "大正",
            Era::Showa => "昭和",
            Era::Heisei => "平成",
            Era::Reiwa => "令和",
        }
    }

    /// First day: year, month, day.
    fn first(self) -> (u16, u8, u8) {
        match self {
            Era::Meiji => (1868, 1, 25),
            Era::Taisho => (1912, 7, 30),
            Era::Showa => (1926, 12, 25),
            Era::Heisei => (1989, 1, 8),
            Era::Reiwa => (2019, 5, 1),
        }
    }

    fn of(date: (u16, u8, u8)) -> Option<Self> {
        Self::ALL.into_iter().rev().find(|era| date >= era.first())
    }
}

impl BirthDate {
    /// `EYYYYMMDD` of the signature certificate: era digit, western year, month, day.
    pub(crate) fn with_era(text: &str) -> Option<Self> {
        let (era, date) = text.split_at_checked(1)?;
        let mut birth = Self::western(date)?;
        birth.era = match era {
            "0" => None,
            "1" => Some(Era::Meiji),
            "2" => Some(Era::Taisho),
            "3" => Some(Era::Showa),
            "4" => Some(Era::Heisei),
            "5" => Some(Era::Reiwa),
            _ => return None,
        };
        match birth.era {
            Some(era) if birth.year < era.first().0 => None,
            _ => Some(birth),
        }
    }

    /// `YYYYMMDD`; `00` where month or day is not known.
    pub(crate) fn western(text: &str) -> Option<Self> {
        if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let year: u16 = text.get(..4)?.parse().ok()?;
        let month: u8 = text.get(4..6)?.parse().ok()?;
        let day: u8 = text.get(6..)?.parse().ok()?;
        let longest = if month == 0 {
            0
        } else {
            crate::time::days_in_month(i64::from(year), month)
        };
        if year == 0 || month > 12 || day > longest {
            return None;
        }
        let era = if month == 0 || day == 0 {
            None
        } else {
            Era::of((year, month, day))
        };
        Some(Self {
            era,
            year,
            month,
            day,
        })
    }

    /// Western year.
    #[must_use]
    pub fn year(&self) -> u16 {
        self.year
    }

    /// Month 1 to 12, if known.
    #[must_use]
    pub fn month(&self) -> Option<u8> {
        (self.month != 0).then_some(self.month)
    }

    /// Day of the month, if known.
    #[must_use]
    pub fn day(&self) -> Option<u8> {
        (self.day != 0).then_some(self.day)
    }

    /// The era, if known, and the year within it.
    #[must_use]
    pub fn era(&self) -> Option<(Era, u16)> {
        self.era.map(|era| (era, self.year - era.first().0 + 1))
    }

    /// `昭和55年2月17日`; `不明` for what is not known.
    #[must_use]
    pub fn japanese(&self) -> String {
        let year = match self.era() {
            Some((era, 1)) => format!("{}元年", era.japanese()),
            Some((era, year)) => format!("{}{year}年", era.japanese()),
            None => format!("{}年", self.year),
        };
        let month = self
            .month()
            .map_or_else(|| "不明月".to_owned(), |month| format!("{month}月"));
        let day = self
            .day()
            .map_or_else(|| "不明日".to_owned(), |day| format!("{day}日"));
        format!("{year}{month}{day}")
    }

    /// Whether two dates are the same day, whatever was written about the era.
    #[must_use]
    pub fn same_day(&self, other: &Self) -> bool {
        (self.year, self.month, self.day) == (other.year, other.month, other.day)
    }
}

impl fmt::Display for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Debug for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BirthDate(..)")
    }
}

/// Sex as the register says.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sex {
    /// `1` 男.
    Male,
    /// `2` 女.
    Female,
    /// `3` not stated.
    NotStated,
    /// `9` unknown.
    Unknown,
    /// A code that this library does not know.
    Other(u8),
}

impl Sex {
    /// From the one character of the record.
    pub(crate) fn from_code(code: &[u8]) -> Option<Self> {
        match code {
            [b'1'] => Some(Sex::Male),
            [b'2'] => Some(Sex::Female),
            [b'3'] => Some(Sex::NotStated),
            [b'9'] => Some(Sex::Unknown),
            [other] if other.is_ascii_graphic() => Some(Sex::Other(*other)),
            _ => None,
        }
    }

    /// The character of the record.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Sex::Male => b'1',
            Sex::Female => b'2',
            Sex::NotStated => b'3',
            Sex::Unknown => b'9',
            Sex::Other(code) => code,
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

    #[track_caller]
    fn japanese(text: &str, expected: &str) {
        assert_eq!(BirthDate::western(text).unwrap().japanese(), expected);
    }

    #[test]
    fn both_calendars() {
        japanese("19800217", "昭和55年2月17日");
        japanese("19120729", "明治45年7月29日");
        japanese("19120730", "大正元年7月30日");
        japanese("19261224", "大正15年12月24日");
        japanese("19261225", "昭和元年12月25日");
        japanese("19890107", "昭和64年1月7日");
        japanese("19890108", "平成元年1月8日");
        japanese("20190430", "平成31年4月30日");
        japanese("20190501", "令和元年5月1日");
        japanese("19800200", "1980年2月不明日");
        japanese("18600101", "1860年1月1日");
        assert_eq!(
            BirthDate::with_era("319800217").unwrap().era(),
            Some((Era::Showa, 55))
        );
        assert_eq!(
            BirthDate::with_era("319800000").unwrap().japanese(),
            "昭和55年不明月不明日"
        );
        assert_eq!(BirthDate::with_era("019800217").unwrap().era(), None);
    }

    #[test]
    fn what_is_no_date() {
        for bad in [
            "19801301",
            "19800230",
            "1980021",
            "198002177",
            "1980021a",
            "00000101",
            "19800001",
            "１９８００１０１",
        ] {
            assert_eq!(BirthDate::western(bad), None, "{bad}");
        }
        for bad in ["619800217", "419800217", "", "３19800217", "19800217"] {
            assert_eq!(BirthDate::with_era(bad), None, "{bad}");
        }
    }
}
