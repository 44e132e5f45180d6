//! Instants: seconds since 1970-01-01 00:00:00 UTC, with both ends of a validity inclusive.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// An instant in whole seconds since 1970-01-01T00:00:00Z. The caller says what time it is; nothing here reads a clock.
///
/// ```
/// use mynacard_cert::Timestamp;
/// assert_eq!(Timestamp::from_unix(1_897_570_799).to_string(), "2030-02-17T14:59:59Z");
/// assert_eq!(Timestamp::parse("2030-02-17T14:59:59Z"), Some(Timestamp::from_unix(1_897_570_799)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From seconds since the Unix epoch.
    #[must_use]
    pub const fn from_unix(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since the Unix epoch.
    #[must_use]
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// Reads `YYYY-MM-DDTHH:MM:SSZ` (RFC 3339 in UTC, whole seconds) or a date alone, which means its first second.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number = |range: std::ops::Range<usize>| -> Option<i64> {
            let digits = text.get(range)?;
            if digits.bytes().all(|b| b.is_ascii_digit()) {
                digits.parse().ok()
            } else {
                None
            }
        };
        let two = |start: usize| number(start..start + 2).and_then(|n| u8::try_from(n).ok());
        let mark = |at: usize, mark: u8| text.as_bytes().get(at) == Some(&mark);
        if !(mark(4, b'-') && mark(7, b'-')) {
            return None;
        }
        let mut civil = Civil {
            year: number(0..4)?,
            month: two(5)?,
            day: two(8)?,
            hour: 0,
            minute: 0,
            second: 0,
        };
        if text.len() != 10 {
            if text.len() != 20
                || !(mark(10, b'T') && mark(13, b':') && mark(16, b':') && mark(19, b'Z'))
            {
                return None;
            }
            (civil.hour, civil.minute, civil.second) = (two(11)?, two(14)?, two(17)?);
        }
        civil.timestamp()
    }

    /// This instant moved by whole seconds; saturates.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// The same local time so many calendar months later, at the Japanese clock (UTC+9); a day that the month lacks becomes
    /// its last day.
    pub(crate) fn plus_months_in_japan(self, months: i64) -> Self {
        let local = self.0.saturating_add(JAPAN);
        let (days, second) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        let (year, month, day) = civil_from_days(days);
        let index = year * 12 + i64::from(month) - 1 + months;
        let (year, month) = (index.div_euclid(12), index.rem_euclid(12) + 1);
        let month = u8::try_from(month).unwrap_or(1);
        let day = day.min(days_in_month(year, month));
        Self(days_from_civil(year, month, day) * DAY + second - JAPAN)
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self(i64::try_from(after.as_secs()).unwrap_or(i64::MAX)),
            // Round towards the past, as for instants after the epoch.
            Err(before) => {
                let before = before.duration();
                let up = u64::from(before > Duration::from_secs(before.as_secs()));
                Self(i64::try_from(before.as_secs().saturating_add(up)).map_or(i64::MIN, |s| -s))
            }
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, second) = (self.0.div_euclid(DAY), self.0.rem_euclid(DAY));
        let (year, month, day) = civil_from_days(days);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
        )
    }
}

const DAY: i64 = 86_400;
const JAPAN: i64 = 9 * 3600;

/// A date and a time of day in UTC.
pub(crate) struct Civil {
    pub(crate) year: i64,
    pub(crate) month: u8,
    pub(crate) day: u8,
    pub(crate) hour: u8,
    pub(crate) minute: u8,
    pub(crate) second: u8,
}

impl Civil {
    /// The instant, if the date and the time exist.
    pub(crate) fn timestamp(&self) -> Option<Timestamp> {
        let date = (1..=12).contains(&self.month)
            && (1..=days_in_month(self.year, self.month)).contains(&self.day);
        if !date || self.hour > 23 || self.minute > 59 || self.second > 59 {
            return None;
        }
        let day = days_from_civil(self.year, self.month, self.day) * DAY;
        Some(Timestamp(
            day + i64::from(self.hour) * 3600
                + i64::from(self.minute) * 60
                + i64::from(self.second),
        ))
    }
}

/// Days in a month of the Gregorian calendar.
pub(crate) fn days_in_month(year: i64, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since the epoch of a Gregorian date; years count from March so that the leap day comes last.
fn days_from_civil(year: i64, month: u8, day: u8) -> i64 {
    let (month, year) = (i64::from(month), if month <= 2 { year - 1 } else { year });
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse of [`days_from_civil`].
fn civil_from_days(days: i64) -> (i64, u8, u8) {
    let days = days.saturating_add(719_468);
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = u8::try_from(day_of_year - (153 * shifted + 2) / 5 + 1).unwrap_or(1);
    let month = u8::try_from(if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    })
    .unwrap_or(1);
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_five_centuries_goes_there_and_back() {
        for days in -100_000..100_000 {
            let (year, month, day) = civil_from_days(days);
            assert!((1..=days_in_month(year, month)).contains(&day));
            assert_eq!(days_from_civil(year, month, day), days);
        }
    }

    #[test]
    fn text() {
        assert_eq!(Timestamp::from_unix(0).to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(Timestamp::from_unix(-1).to_string(), "1969-12-31T23:59:59Z");
        assert_eq!(
            Timestamp::parse("2024-02-29"),
            Some(Timestamp(1_709_164_800))
        );
        for bad in [
            "2023-02-29",
            "2024-2-29",
            "2024-02-29T00:00:00",
            "2024-02-29T00:00:00+09:00",
            "+024-02-29",
            "",
        ] {
            assert_eq!(Timestamp::parse(bad), None, "{bad}");
        }
        // Extremes are shown, not panicked about.
        let _ = Timestamp::from_unix(i64::MAX).to_string();
        let _ = Timestamp::from_unix(i64::MIN).to_string();
    }

    #[test]
    fn months_end_early() {
        let at = Timestamp::parse("2026-11-29T15:00:00Z").unwrap(); // midnight of 30 November in Japan
        assert_eq!(
            at.plus_months_in_japan(3),
            Timestamp::parse("2027-02-27T15:00:00Z").unwrap()
        );
    }

    #[test]
    fn system_time_rounds_down() {
        assert_eq!(
            Timestamp::from(UNIX_EPOCH + Duration::from_millis(1500)).unix(),
            1
        );
        assert_eq!(
            Timestamp::from(UNIX_EPOCH - Duration::from_millis(1500)).unix(),
            -2
        );
        assert_eq!(
            Timestamp::from(UNIX_EPOCH - Duration::from_secs(2)).unix(),
            -2
        );
    }
}
