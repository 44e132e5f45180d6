//! The images on the cards, drawn once by `data/images/draw.py`: 1-bit PNG for text, greyscale JPEG 2000 for portraits.

use crate::people::Person;

/// The images of one person.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Images {
    pub(crate) name: &'static [u8],
    pub(crate) address: &'static [u8],
    pub(crate) security_code: &'static [u8],
    /// Empty where the card shows none.
    pub(crate) photo: &'static [u8],
    /// An image that shows no number: nobody may read it from this file.
    pub(crate) my_number: &'static [u8],
}

impl Images {
    pub(crate) fn of(person: &Person) -> Self {
        let number = usize::from(person.number());
        let [name, address, security_code] = number
            .checked_sub(1)
            .and_then(|index| DRAWN.get(index))
            .expect("every person is drawn; a test reads them all");
        let photo = PORTRAITS
            .get(number % PORTRAITS.len())
            .filter(|_| person.has_photo())
            .copied();
        let my_number = include_bytes!("../../data/images/my-number.png");
        Self {
            name,
            address,
            security_code,
            photo: photo.unwrap_or_default(),
            my_number,
        }
    }
}

macro_rules! drawn {
    ($number:literal) => {
        [
            include_bytes!(concat!("../../data/images/", $number, "-name.png")),
            include_bytes!(concat!("../../data/images/", $number, "-address.png")),
            include_bytes!(concat!("../../data/images/", $number, "-code.png")),
        ]
    };
}

const PORTRAITS: [&[u8]; 6] = [
    include_bytes!("../../data/images/portrait-0.jp2"),
    include_bytes!("../../data/images/portrait-1.jp2"),
    include_bytes!("../../data/images/portrait-2.jp2"),
    include_bytes!("../../data/images/portrait-3.jp2"),
    include_bytes!("../../data/images/portrait-4.jp2"),
    include_bytes!("../../data/images/portrait-5.jp2"),
];

#[rustfmt::skip]
const DRAWN: [[&[u8]; 3]; 38] = [
    drawn!("01"),
    drawn!("02"),
    drawn!("03"),
    drawn!("04"),
    drawn!("05"),
    drawn!("06"),
    drawn!("07"),
    drawn!("08"),
    drawn!("09"),
    drawn!("10"),
    drawn!("11"),
    drawn!("12"),
    drawn!("13"),
    drawn!("14"),
    drawn!("15"),
    drawn!("16"),
    drawn!("17"),
    drawn!("18"),
    drawn!("19"),
    drawn!("20"),
    drawn!("21"),
    drawn!("22"),
    drawn!("23"),
    drawn!("24"),
    drawn!("25"),
    drawn!("26"),
    drawn!("27"),
    drawn!("28"),
    drawn!("29"),
    drawn!("30"),
    drawn!("31"),
    drawn!("32"),
    drawn!("33"),
    drawn!("34"),
    drawn!("35"),
    drawn!("36"),
    drawn!("37"),
    drawn!("38"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_drawn_in_the_right_formats() {
        for person in crate::people() {
            let images = Images::of(person);
            for text in [
                images.name,
                images.address,
                images.security_code,
                images.my_number,
            ] {
                assert_eq!(text[..8], *b"\x89PNG\r\n\x1A\n", "{}", person.id());
                assert_eq!(text[24], 1, "one bit a pixel");
            }
            assert_eq!(
                images.photo.is_empty(),
                !person.has_photo(),
                "{}",
                person.id()
            );
            assert!(
                images.photo.is_empty() || images.photo[4..8] == *b"jP  ",
                "{}",
                person.id()
            );
        }
    }
}
