//! Days as Japan counts them: birthdays, ends of certificates, and the text of an ASN.1 time.

use std::time::{SystemTime, UNIX_EPOCH};

/// A civil day, as days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day(i64);

const JAPAN_AHEAD: i64 = 9 * 3600;
const SECONDS: i64 = 86_400;

impl Day {
    /// The day that it is in Japan at this instant.
    pub(crate) fn in_japan(at: SystemTime) -> Self {
        let seconds = match at.duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX / 2),
            Err(before) => -i64::try_from(before.duration().as_secs()).unwrap_or(i64::MAX / 2),
        };
        Self((seconds + JAPAN_AHEAD).div_euclid(SECONDS))
    }

    /// From year, month and day of the Gregorian calendar.
    pub(crate) fn new(year: i64, month: u8, day: u8) -> Self {
        // Counts from March, so that the leap day ends its year; 719468 days lie between 0000-03-01 and 1970-01-01.
        let (month, day) = (i64::from(month), i64::from(day));
        let year = if month <= 2 { year - 1 } else { year };
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        Self(
            365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year
                - 719_468,
        )
    }

    /// Year, month and day.
    pub(crate) fn civil(self) -> (i64, i64, i64) {
        let shifted = self.0 + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 {
            shifted_month + 3
        } else {
            shifted_month - 9
        };
        (year_of_era + era * 400 + i64::from(month <= 2), month, day)
    }

    pub(crate) fn plus(self, days: i64) -> Self {
        Self(self.0 + days)
    }

    /// The fifth birthday after this day of somebody born in this month on this day.
    pub(crate) fn fifth_birthday(self, month: u8, day: u8) -> Self {
        let (year, ..) = self.civil();
        let first = if Self::new(year, month, day) > self {
            year
        } else {
            year + 1
        };
        Self::new(first + 4, month, day)
    }

    /// ASN.1 Time of this day at a time of UTC written `HHMMSS`: UTCTime before 2050, GeneralizedTime from then on.
    pub(crate) fn asn1(self, time: &str) -> Vec<u8> {
        let (year, month, day) = self.civil();
        if (1950..2050).contains(&year) {
            super::der::tlv(
                0x17,
                format!("{:02}{month:02}{day:02}{time}Z", year % 100).as_bytes(),
            )
        } else {
            super::der::tlv(
                0x18,
                format!("{year:04}{month:02}{day:02}{time}Z").as_bytes(),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn days_round_trip() {
        for days in (-200_000..200_000).step_by(13) {
            let (year, month, day) = Day(days).civil();
            let month = u8::try_from(month).expect("1 to 12");
            assert_eq!(
                Day::new(year, month, u8::try_from(day).expect("1 to 31")),
                Day(days)
            );
        }
        assert_eq!(Day(0).civil(), (1970, 1, 1));
        assert_eq!(Day::new(2000, 2, 29).plus(1).civil(), (2000, 3, 1));
    }

    #[test]
    fn japan_turns_the_page_at_three_in_the_afternoon_of_utc() {
        let at = |seconds| Day::in_japan(UNIX_EPOCH + Duration::from_secs(seconds)).civil();
        assert_eq!(at(15 * 3600 - 1), (1970, 1, 1));
        assert_eq!(at(15 * 3600), (1970, 1, 2));
    }

    #[test]
    fn the_fifth_birthday_is_that_of_the_real_test_card() {
        assert_eq!(
            Day::new(2025, 10, 27).fifth_birthday(2, 17).civil(),
            (2030, 2, 17)
        );
        assert_eq!(
            Day::new(2025, 2, 17).fifth_birthday(2, 17).civil(),
            (2030, 2, 17)
        );
    }
}
