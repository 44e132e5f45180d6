//! Civil dates in Japan from unix seconds, without a time zone database: Japan keeps UTC+9.

const JAPAN: i64 = 9 * 3600;
const DAY: i64 = 86_400;

/// A civil date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
}

impl Day {
    /// The date in Japan at an instant.
    pub(crate) fn at(unix: i64) -> Self {
        Self::from_number((unix + JAPAN).div_euclid(DAY))
    }

    /// The date `YYYYMMDD`; its month and day are not checked.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let number = |range| text.get(range).and_then(|digits: &str| digits.parse().ok());
        Some(Self {
            year: number(0..4)?,
            month: number(4..6)?,
            day: number(6..8)?,
        })
    }

    /// Its first instant in Japan.
    pub(crate) fn begins(self) -> i64 {
        self.number() * DAY - JAPAN
    }

    /// The date a number of days later (or, negative, earlier).
    pub(crate) fn plus_days(self, days: i64) -> Self {
        Self::from_number(self.number() + days)
    }

    /// The same day of a later month (or, negative, earlier), moved to its last day where absent.
    pub(crate) fn plus_months(self, months: i64) -> Self {
        let index = self.year * 12 + (self.month - 1) + months;
        let (year, month) = (index.div_euclid(12), index.rem_euclid(12) + 1);
        let next = Self {
            year: (index + 1).div_euclid(12),
            month: (index + 1).rem_euclid(12) + 1,
            day: 1,
        };
        let last = next.plus_days(-1).day;
        Self {
            year,
            month,
            day: self.day.min(last),
        }
    }

    /// `YYYYMMDD`.
    pub(crate) fn compact(self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }

    // Days since 1970-01-01 (H. Hinnant's civil calendar arithmetic: March-based years).
    fn number(self) -> i64 {
        let year = if self.month <= 2 {
            self.year - 1
        } else {
            self.year
        };
        let era = year.div_euclid(400);
        let in_era = year.rem_euclid(400);
        let shifted = (self.month + 9) % 12;
        let of_year = (153 * shifted + 2) / 5 + self.day - 1;
        let of_era = in_era * 365 + in_era / 4 - in_era / 100 + of_year;
        era * 146_097 + of_era - 719_468
    }

    fn from_number(number: i64) -> Self {
        let shifted = number + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let in_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * in_era + in_era / 4 - in_era / 100);
        let month_index = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month_index + 2) / 5 + 1;
        let month = if month_index < 10 {
            month_index + 3
        } else {
            month_index - 9
        };
        let year = era * 400 + in_era + i64::from(month <= 2);
        Self { year, month, day }
    }
}

/// `YYYYMMDDhhmmss` in Japan.
pub(crate) fn stamp(unix: i64) -> String {
    let seconds = (unix + JAPAN).rem_euclid(DAY);
    format!(
        "{}{:02}{:02}{:02}",
        Day::at(unix).compact(),
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// The instant that many months later, at the same time of day in Japan.
pub(crate) fn plus_months(unix: i64, months: i64) -> i64 {
    let day = Day::at(unix).plus_months(months);
    day.number() * DAY + (unix + JAPAN).rem_euclid(DAY) - JAPAN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn japan_is_nine_hours_ahead() {
        assert_eq!(Day::at(0).compact(), "19700101");
        assert_eq!(stamp(1_772_323_199), "20260301085959");
        // 2024-02-29 15:00 UTC is the first of March in Japan.
        assert_eq!(Day::at(1_709_218_800).compact(), "20240301");
        assert_eq!(Day::at(1_709_218_799).compact(), "20240229");
    }

    #[test]
    fn months_end_on_the_last_day() {
        let day = Day {
            year: 2025,
            month: 11,
            day: 30,
        };
        assert_eq!(day.plus_months(3).compact(), "20260228");
        assert_eq!(day.plus_months(-12).compact(), "20241130");
        assert_eq!(day.plus_months(1).compact(), "20251230");
        assert_eq!(
            plus_months(plus_months(1_700_000_000, 1), -1),
            1_700_000_000
        );
    }

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        for number in -30_000..120_000 {
            assert_eq!(Day::from_number(number).number(), number);
        }
    }
}
