//! Civil dates and times as the messages write them, shown in the western and the Japanese calendar (和暦).
//!
//! ```
//! use mynacard_eligibility::Date;
//!
//! let day = Date::from_basic("20190501").expect("a day");
//! assert_eq!(day.japanese(), "令和元年5月1日");
//! assert_eq!(Date::from_basic("20190431"), None);
//! ```

use core::fmt;
use core::str::FromStr;

/// A day of the civil (Gregorian) calendar, years 1 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// A day and a time of it, in Japan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime {
    /// The day.
    pub date: Date,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
}

/// An era (元号) of the Japanese calendar; complete since 明治.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Era {
    /// 明治, from 1868-01-25.
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

/// The text is not a date of the expected form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotADate;

const ERAS: [(Era, Date); 5] = [
    (
        Era::Reiwa,
        Date {
            year: 2019,
            month: 5,
            day: 1,
        },
    ),
    (
        Era::Heisei,
        Date {
            year: 1989,
            month: 1,
            day: 8,
        },
    ),
    (
        Era::Showa,
        Date {
            year: 1926,
            month: 12,
            day: 25,
        },
    ),
    (
        Era::Taisho,
        Date {
            year: 1912,
            month: 7,
            day: 30,
        },
    ),
    (
        Era::Meiji,
        Date {
            year: 1868,
            month: 1,
            day: 25,
        },
    ),
];

impl Date {
    /// The day, when the calendar has it.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Date> {
        let valid = (1..=9999).contains(&year) && day >= 1 && day <= days_in_month(year, month)?;
        valid.then_some(Date { year, month, day })
    }

    /// Reads the eight digits of the messages, `YYYYMMDD`.
    #[must_use]
    pub fn from_basic(text: &str) -> Option<Date> {
        if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Date::new(
            text.get(..4)?.parse().ok()?,
            text.get(4..6)?.parse().ok()?,
            text.get(6..)?.parse().ok()?,
        )
    }

    /// Reads a Japanese date such as `昭和55年4月1日`, `令和元年5月1日` or `S55.4.1`; the era must have that day.
    #[must_use]
    pub fn from_japanese(text: &str) -> Option<Date> {
        let text: String = text
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(half_width)
            .collect();
        let (era, rest) = Era::ALL.iter().find_map(|&era| {
            let rest = text
                .strip_prefix(era.kanji())
                .or_else(|| text.strip_prefix(era.initial()))?;
            Some((era, rest))
        })?;
        let mut parts = rest
            .trim_end_matches('日')
            .split(['年', '月', '.', '/', '-']);
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let year: u16 = if year == "元" { 1 } else { year.parse().ok()? };
        let date = Date::new(
            year.checked_add(era.first_year() - 1)?,
            month.parse().ok()?,
            day.parse().ok()?,
        )?;
        (date.era() == Some((era, year))).then_some(date)
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    /// 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }

    /// 1 to 31.
    #[must_use]
    pub fn day(self) -> u8 {
        self.day
    }

    /// The form of the messages, `YYYYMMDD`.
    #[must_use]
    pub fn basic(self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }

    /// The era and its year; nothing before 明治.
    #[must_use]
    pub fn era(self) -> Option<(Era, u16)> {
        let (era, first) = ERAS.iter().find(|(_, first)| *first <= self)?;
        Some((*era, self.year - first.year + 1))
    }

    /// The date in the Japanese calendar, `昭和55年4月1日` or `令和元年5月1日`; before 明治 in the western one.
    #[must_use]
    pub fn japanese(self) -> String {
        match self.era() {
            Some((era, 1)) => format!("{}元年{}月{}日", era.kanji(), self.month, self.day),
            Some((era, year)) => format!("{}{year}年{}月{}日", era.kanji(), self.month, self.day),
            None => format!("{}年{}月{}日", self.year, self.month, self.day),
        }
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub fn days_since_epoch(self) -> i32 {
        // March-based years put the leap day last: Howard Hinnant's civil calendar arithmetic.
        let month = i32::from(self.month);
        let year = i32::from(self.year) - i32::from(month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + i32::from(self.day) - 1;
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year
            - 719_468
    }

    /// The day that many days after 1970-01-01, when its year has at most four digits.
    #[must_use]
    pub fn from_days_since_epoch(days: i32) -> Option<Date> {
        let days = days.checked_add(719_468)?;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let month = if shifted < 10 {
            shifted + 3
        } else {
            shifted - 9
        };
        let year = year_of_era + era * 400 + i32::from(month <= 2);
        let day = day_of_year - (153 * shifted + 2) / 5 + 1;
        Date::new(
            u16::try_from(year).ok()?,
            u8::try_from(month).ok()?,
            u8::try_from(day).ok()?,
        )
    }

    /// The day that many days later (or earlier).
    #[must_use]
    pub fn plus_days(self, days: i32) -> Option<Date> {
        Date::from_days_since_epoch(self.days_since_epoch().checked_add(days)?)
    }
}

impl DateTime {
    /// Reads the fourteen digits of the messages, `YYYYMMDDhhmmss`.
    #[must_use]
    pub fn from_basic(text: &str) -> Option<DateTime> {
        if text.len() != 14 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let part = |range: core::ops::Range<usize>| text.get(range)?.parse::<u8>().ok();
        let time = DateTime {
            date: Date::from_basic(text.get(..8)?)?,
            hour: part(8..10)?,
            minute: part(10..12)?,
            second: part(12..14)?,
        };
        (time.hour < 24 && time.minute < 60 && time.second < 60).then_some(time)
    }

    /// The form of the messages, `YYYYMMDDhhmmss`.
    #[must_use]
    pub fn basic(self) -> String {
        format!(
            "{}{:02}{:02}{:02}",
            self.date.basic(),
            self.hour,
            self.minute,
            self.second
        )
    }

    /// The local time of Japan (UTC+9) at that many seconds since 1970-01-01 00:00 UTC.
    #[must_use]
    pub fn in_japan(unix_seconds: i64) -> Option<DateTime> {
        let local = unix_seconds.checked_add(9 * 3600)?;
        let second = local.rem_euclid(86_400);
        Some(DateTime {
            date: Date::from_days_since_epoch(i32::try_from(local.div_euclid(86_400)).ok()?)?,
            hour: u8::try_from(second / 3600).ok()?,
            minute: u8::try_from(second / 60 % 60).ok()?,
            second: u8::try_from(second % 60).ok()?,
        })
    }
}

impl Era {
    /// All eras, oldest first.
    pub const ALL: [Era; 5] = [Era::Meiji, Era::Taisho, Era::Showa, Era::Heisei, Era::Reiwa];

    /// The name in two characters.
    #[must_use]
    pub fn kanji(self) -> &'static str {
        match self {
            Era::Meiji => "明治",
            Era::Taisho => "大正",
            Era::Showa => "昭和",
            Era::Heisei => "平成",
            Era::Reiwa => "令和",
        }
    }

    /// The Latin initial used on forms.
    #[must_use]
    pub fn initial(self) -> &'static str {
        match self {
            Era::Meiji => "M",
            Era::Taisho => "T",
            Era::Showa => "S",
            Era::Heisei => "H",
            Era::Reiwa => "R",
        }
    }

    fn first_year(self) -> u16 {
        match self {
            Era::Meiji => 1868,
            Era::Taisho => 1912,
            Era::Showa => 1926,
            Era::Heisei => 1989,
            Era::Reiwa => 2019,
        }
    }
}

impl fmt::Display for Date {
    /// `1980-04-01`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Display for DateTime {
    /// `2026-11-20 09:30:00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {:02}:{:02}:{:02}",
            self.date, self.hour, self.minute, self.second
        )
    }
}

impl FromStr for Date {
    type Err = NotADate;

    /// Reads `YYYYMMDD`, `YYYY-MM-DD`, `YYYY年M月D日` or a Japanese date.
    fn from_str(text: &str) -> Result<Self, NotADate> {
        let digits: String = text.split('-').collect();
        let dashed = text.len() == 10 && text.bytes().filter(|&byte| byte == b'-').count() == 2;
        let western = if dashed {
            Date::from_basic(&digits)
        } else {
            Date::from_basic(text)
        };
        western
            .or_else(|| Date::from_japanese(text))
            .or_else(|| from_western(text))
            .ok_or(NotADate)
    }
}

/// `1868年1月24日`, as [`Date::japanese`] writes a day before 明治.
fn from_western(text: &str) -> Option<Date> {
    let mut parts = text.strip_suffix('日')?.split(['年', '月']);
    if text.contains('+') {
        return None;
    }
    let date = Date::new(
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    )?;
    parts.next().is_none().then_some(date)
}

impl fmt::Display for NotADate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a date of the calendar")
    }
}

impl std::error::Error for NotADate {}

fn days_in_month(year: u16, month: u8) -> Option<u8> {
    Some(match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => return None,
    })
}

fn half_width(c: char) -> char {
    match c {
        '０'..='９' | 'Ａ'..='Ｚ' | '．' | '／' | '－' => {
            char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c)
        }
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn japanese(basic: &str, expected: &str) {
        let date = Date::from_basic(basic).unwrap();
        assert_eq!(date.japanese(), expected);
        assert_eq!(Date::from_japanese(expected).unwrap_or(date), date);
    }

    #[test]
    fn eras_change_on_their_day() {
        japanese("18680124", "1868年1月24日");
        japanese("18680125", "明治元年1月25日");
        japanese("19120729", "明治45年7月29日");
        japanese("19120730", "大正元年7月30日");
        japanese("19261224", "大正15年12月24日");
        japanese("19261225", "昭和元年12月25日");
        japanese("19890107", "昭和64年1月7日");
        japanese("19890108", "平成元年1月8日");
        japanese("20190430", "平成31年4月30日");
        japanese("20190501", "令和元年5月1日");
        assert_eq!("1868年1月24日".parse(), Ok(Date::new(1868, 1, 24).unwrap()));
        assert_eq!("1980年4月1日".parse(), Ok(Date::new(1980, 4, 1).unwrap()));
        for wrong in [
            "+1980年4月1日",
            "1980年4月1",
            "1980年4月31日",
            "1980年4月1日1日",
        ] {
            assert_eq!(wrong.parse::<Date>(), Err(NotADate), "{wrong}");
        }
        for (first, western) in [
            ("令和元年5月1日", (2019, 5, 1)),
            ("昭和元年12月25日", (1926, 12, 25)),
            ("平成 元 年 1 月 8 日", (1989, 1, 8)),
        ] {
            let (year, month, day) = western;
            assert_eq!(Date::from_japanese(first), Date::new(year, month, day));
        }
        assert_eq!(Date::from_japanese("平成31年5月1日"), None);
        assert_eq!(Date::from_japanese("Ｓ５５．４．１"), Date::new(1980, 4, 1));
    }

    #[test]
    fn only_real_days_are_dates() {
        for wrong in [
            "19800230",
            "19801301",
            "00000101",
            "1980041",
            "198004011",
            "1980040a",
            "１９８００４０１",
        ] {
            assert_eq!(Date::from_basic(wrong), None, "{wrong}");
        }
        assert!(Date::from_basic("20000229").is_some());
        assert!(Date::from_basic("19000229").is_none());
        assert_eq!(DateTime::from_basic("20261120235960"), None);
    }

    #[test]
    fn days_count_both_ways() {
        assert_eq!(Date::new(1970, 1, 1).unwrap().days_since_epoch(), 0);
        assert_eq!(Date::new(2000, 3, 1).unwrap().days_since_epoch(), 11_017);
        // An interpreter that looks at every access takes a day for all of them.
        let step = if cfg!(miri) { 36_001 } else { 61 };
        for days in (-700_000..2_900_000).step_by(step) {
            let date = Date::from_days_since_epoch(days).unwrap();
            assert_eq!(date.days_since_epoch(), days);
            assert_eq!(Date::from_basic(&date.basic()), Some(date));
        }
        assert_eq!(
            DateTime::in_japan(1_795_217_150).unwrap().basic(),
            "20261121082550"
        );
    }
}
