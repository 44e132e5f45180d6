//! What a municipality decided when it issued the card: expiry, security code, numbers. All of it follows from the person and the day.

use std::time::SystemTime;

use crate::people::{BirthDate, Person};
use crate::pki::{Day, validity};

/// The facts printed on a card and stored in several of its files.
#[derive(Debug, Clone)]
pub(crate) struct Issue {
    /// The last day of the card, `YYYYMMDD`.
    pub(crate) expiry: String,
    /// The four digits beside the photo (セキュリティコード).
    pub(crate) security_code: String,
    /// Twelve digits with a right check digit, assigned to nobody: this is what must never be read.
    pub(crate) my_number: String,
    /// Fifteen digits of the card itself.
    pub(crate) serial: String,
    birth: BirthDate,
}

impl Issue {
    pub(crate) fn new(person: &Person, at: SystemTime) -> Self {
        let birth = person.birth();
        let (issued, _) = validity(person, at);
        let fifth = issued.fifth_birthday(birth.month(), birth.day());
        let adult = issued >= Day::new(i64::from(birth.year()) + 18, birth.month(), birth.day());
        let (year, month, day) = fifth.civil();
        let year = if adult { year + 5 } else { year };
        Self {
            expiry: format!("{year:04}{month:02}{day:02}"),
            security_code: format!("{:04}", (u32::from(person.number()) * 2731 + 1285) % 10_000),
            my_number: my_number(person.number()),
            serial: format!(
                "{:015}",
                990_000_000_000_000_u64 + u64::from(person.number())
            ),
            birth,
        }
    }

    /// The birth date as a key of the card: year of the era, month and day, six digits.
    pub(crate) fn birth_key(&self) -> String {
        format!(
            "{:02}{:02}{:02}",
            self.birth.era().1,
            self.birth.month(),
            self.birth.day()
        )
    }

    /// 照合番号B: birth date, year of expiry, security code.
    pub(crate) fn code_b(&self) -> String {
        let year: String = self.expiry.chars().take(4).collect();
        format!("{}{year}{}", self.birth_key(), self.security_code)
    }

    /// Birth date as `YYYYMMDD`.
    pub(crate) fn birth(&self) -> String {
        format!(
            "{:04}{:02}{:02}",
            self.birth.year(),
            self.birth.month(),
            self.birth.day()
        )
    }
}

/// What stands on the card of a person that was issued at a time and opens its face (照合番号B), as staff type it: birth date
/// YYYYMMDD, year of expiry, security code; sixteen digits.
#[must_use]
pub fn printed_number_b(person: &Person, at: SystemTime) -> String {
    let issue = Issue::new(person, at);
    let year: String = issue.expiry.chars().take(4).collect();
    format!("{}{year}{}", issue.birth(), issue.security_code)
}

/// Eleven digits and the check digit of the ministerial ordinance (weights 2–7 and 2–6 from the right, modulo 11).
fn my_number(number: u16) -> String {
    let body = format!("9999999{number:04}");
    let sum: u32 = body
        .bytes()
        .rev()
        .zip([2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6])
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    let check = match sum % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    };
    format!("{body}{check}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_check_digit_is_that_of_the_ordinance() {
        // 9*(6+5+4+3+2+7+6) + 1*2 = 299, 299 mod 11 = 2, 11 - 2 = 9.
        assert_eq!(my_number(1), "999999900019");
    }

    #[test]
    fn an_adults_card_lasts_ten_birthdays_and_a_childs_five() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_143_600);
        let expiry = |id| Issue::new(crate::person(id).expect("listed"), at).expiry;
        assert_eq!(expiry("kyokai-self"), "20350401");
        assert_eq!(expiry("mishugaku"), "20300505");
    }

    #[test]
    fn code_b_has_fourteen_digits() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_143_600);
        for person in crate::people() {
            assert_eq!(Issue::new(person, at).code_b().len(), 14);
        }
        assert_eq!(
            Issue::new(crate::person("kyokai-self").expect("listed"), at).code_b(),
            "55040120354016"
        );
    }
}
