//! What is printed on the card and opens its 券面 applications: the birth date, and 照合番号B made of birth date, expiry
//! year and security code.

use alloc::boxed::Box;
use zeroize::Zeroizing;

use super::{PinKind, PinProblem};
use crate::app::days;
use crate::error::{Error, ErrorKind};

/// A birth date in the Japanese calendar, as printed on the card. No `Debug`: it belongs to a person.
pub struct BirthDate {
    era_year: u8,
    month: u8,
    day: u8,
}

/// An era (元号) of living people's birth dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Era {
    /// 明治, from 1868.
    Meiji,
    /// 大正, from 30 July 1912.
    Taisho,
    /// 昭和, from 25 December 1926.
    Showa,
    /// 平成, from 8 January 1989.
    Heisei,
    /// 令和, from 1 May 2019.
    Reiwa,
}

/// 照合番号B: fourteen digits, all of them printed on the card. Wiped when dropped, neither copied nor printed.
pub struct NumberB(Zeroizing<Box<[u8]>>);

impl BirthDate {
    /// A date as printed: era, year of the era (1 for 元年), month, day.
    ///
    /// # Errors
    /// [`ErrorKind::MalformedPin`] for a date outside the calendar or the era.
    pub fn era(era: Era, year: u8, month: u8, day: u8) -> Result<Self, Error> {
        let first = era.first();
        let common = first.0 + u16::from(year.saturating_sub(1));
        let inside = (common, month, day) >= first
            && era
                .next()
                .is_none_or(|next| (common, month, day) < next.first());
        if !(1..=99).contains(&year)
            || !(1..=12).contains(&month)
            || !(1..=days(common, month)).contains(&day)
            || !inside
        {
            return Err(malformed(PinKind::CardFaceBirthDate, PinProblem::Value));
        }
        Ok(BirthDate {
            era_year: year,
            month,
            day,
        })
    }

    /// A date of the common era.
    ///
    /// # Errors
    /// [`ErrorKind::MalformedPin`] for a date outside the calendar or before Meiji.
    pub fn gregorian(year: u16, month: u8, day: u8) -> Result<Self, Error> {
        let eras = [Era::Reiwa, Era::Heisei, Era::Showa, Era::Taisho, Era::Meiji];
        let era = eras
            .into_iter()
            .find(|era| (year, month, day) >= era.first());
        match era.and_then(|era| Some((era, u8::try_from(year - era.first().0 + 1).ok()?))) {
            Some((era, era_year)) => Self::era(era, era_year, month, day),
            None => Err(malformed(PinKind::CardFaceBirthDate, PinProblem::Value)),
        }
    }

    /// Year of the era, month, day: six digits. On the heap: an array would leave a copy on the stack when returned.
    pub(crate) fn digits(&self) -> Zeroizing<Box<[u8]>> {
        let mut digits = Zeroizing::new(Box::<[u8]>::from([b'0'; 6]));
        for (place, number) in digits
            .chunks_exact_mut(2)
            .zip([self.era_year, self.month, self.day])
        {
            place.copy_from_slice(&[b'0' + number / 10, b'0' + number % 10]);
        }
        digits
    }
}

impl Era {
    /// The first day in the common era.
    const fn first(self) -> (u16, u8, u8) {
        match self {
            Era::Meiji => (1868, 1, 25),
            Era::Taisho => (1912, 7, 30),
            Era::Showa => (1926, 12, 25),
            Era::Heisei => (1989, 1, 8),
            Era::Reiwa => (2019, 5, 1),
        }
    }

    const fn next(self) -> Option<Era> {
        match self {
            Era::Meiji => Some(Era::Taisho),
            Era::Taisho => Some(Era::Showa),
            Era::Showa => Some(Era::Heisei),
            Era::Heisei => Some(Era::Reiwa),
            Era::Reiwa => None,
        }
    }
}

impl NumberB {
    /// Built from what stands on the card: birth date, year of expiry, four digits of security code.
    ///
    /// # Errors
    /// [`ErrorKind::MalformedPin`]; nothing reaches a card.
    pub fn from_card(
        birth: &BirthDate,
        expiry_year: u16,
        security_code: &[u8],
    ) -> Result<Self, Error> {
        let wrong = |problem| Err(malformed(PinKind::CardFaceNumberB, problem));
        if security_code.len() != 4 {
            return wrong(PinProblem::Length { min: 4, max: 4 });
        }
        if !security_code.iter().all(u8::is_ascii_digit) {
            return wrong(PinProblem::Character);
        }
        if !(2000..=9999).contains(&expiry_year) {
            return wrong(PinProblem::Value);
        }
        let mut number = Zeroizing::new(Box::<[u8]>::from([b'0'; 14]));
        let year = [1000, 100, 10, 1]
            .map(|unit| (expiry_year / unit % 10).to_be_bytes())
            .map(|[_, digit]| b'0' + digit);
        let digits = birth.digits();
        let parts = digits.iter().chain(&year).chain(security_code);
        for (place, digit) in number.iter_mut().zip(parts) {
            *place = *digit;
        }
        Ok(NumberB(number))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

fn malformed(pin: PinKind, problem: PinProblem) -> Error {
    Error::early(ErrorKind::MalformedPin { pin, problem })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn digits(birth: Result<BirthDate, Error>, expected: &[u8; 6]) {
        assert_eq!(**birth.ok().unwrap().digits(), expected[..]);
    }

    #[test]
    fn eras_change_in_the_middle_of_a_year() {
        digits(BirthDate::gregorian(1980, 2, 17), b"550217");
        digits(BirthDate::gregorian(1989, 1, 7), b"640107");
        digits(BirthDate::gregorian(1989, 1, 8), b"010108");
        digits(BirthDate::gregorian(2019, 4, 30), b"310430");
        digits(BirthDate::gregorian(2019, 5, 1), b"010501");
        digits(BirthDate::gregorian(1926, 12, 24), b"151224");
        digits(BirthDate::gregorian(1926, 12, 25), b"011225");
        digits(BirthDate::gregorian(1912, 7, 29), b"450729");
        digits(BirthDate::era(Era::Showa, 55, 2, 17), b"550217");
    }

    #[test]
    fn dates_that_stand_on_no_card() {
        for (era, year, month, day) in [
            (Era::Showa, 65, 1, 1),
            (Era::Showa, 64, 1, 8),
            (Era::Heisei, 1, 1, 7),
            (Era::Heisei, 31, 5, 1),
            (Era::Reiwa, 0, 5, 1),
            (Era::Reiwa, 5, 2, 29),
            (Era::Reiwa, 6, 13, 1),
        ] {
            assert_eq!(
                BirthDate::era(era, year, month, day).err().unwrap().code(),
                "MC-1006",
                "{era:?} {year}"
            );
        }
        for (year, month, day) in [(1867, 1, 1), (2023, 2, 29), (2020, 0, 1), (3000, 1, 1)] {
            assert_eq!(
                BirthDate::gregorian(year, month, day).err().unwrap().code(),
                "MC-1006"
            );
        }
    }

    #[test]
    fn number_b_is_birth_date_expiry_and_code() {
        let birth = BirthDate::gregorian(1980, 2, 17).ok().unwrap();
        assert_eq!(
            NumberB::from_card(&birth, 2035, b"2285")
                .ok()
                .unwrap()
                .bytes(),
            b"55021720352285"
        );
        for (year, code) in [
            (2035, &b"228"[..]),
            (2035, b"22856"),
            (2035, b"22a5"),
            (35, b"2285"),
        ] {
            assert_eq!(
                NumberB::from_card(&birth, year, code).err().unwrap().code(),
                "MC-1006"
            );
        }
    }
}
