//! Seeds of what somebody types: right, wrong, and at the ends of what there is.

use super::Seed;

pub(super) fn add(seeds: &mut Vec<Seed>) {
    let mut add = |name: &str, data: &[u8]| seeds.push(("typed", name.to_owned(), data.to_vec()));
    for (name, text) in [
        ("pin", "1234"),
        ("pin-wrong", "9999"),
        ("pin-long", "12345"),
        ("pin-letter", "12a4"),
        ("password", "ABC123"),
        ("password-new", "XYZ789"),
        ("password-letters", "ABCDEF"),
        ("password-digits", "123456"),
        ("password-longest", "ABCDEFGH12345678"),
        ("password-small", "abc123"),
        ("nothing", ""),
        ("keys", "12x345\u{8}\u{8}9\u{7F}\u{8}7"),
        ("settings", "1310000001\nW0000001\nABCD-EFGH"),
        ("settings-institution", "131000000\nW0000001\nABCD-EFGH"),
        ("settings-id", "1310000001\nW-1\nABCD-EFGH"),
        ("settings-code", "1310000001\nW0000001\nあいう"),
        ("purpose", "reception"),
        ("purpose-identity", "identity-only"),
        ("care", "visiting"),
        ("care-code", "2"),
        ("care-online", "online"),
        ("consent", "medicines"),
        ("consent-code", "TKK"),
        ("passcode", "correct horse"),
        (
            "reference-longest",
            "01234567890123456789012345678901234567890123456789",
        ),
        ("reference-control", "00\u{7}01"),
        ("reception-number", "12345678901234567890"),
    ] {
        add(name, text.as_bytes());
    }
    let card = |year: u16, month: u8, day: u8, expiry: u16, code: &str| {
        let [high, low] = year.to_be_bytes();
        let end = expiry.to_be_bytes();
        [&[high, low, month, day], &end[..], code.as_bytes()].concat()
    };
    for (name, data) in [
        ("card", card(1980, 4, 1, 2035, "4016")),
        ("card-short-code", card(1980, 4, 1, 2035, "401")),
        ("card-letter", card(1980, 4, 1, 2035, "40a6")),
        ("card-year", card(1980, 4, 1, 35, "4016")),
        ("card-meiji", card(1912, 7, 29, 2035, "4016")),
        ("card-taisho", card(1912, 7, 30, 2035, "4016")),
        ("card-showa", card(1926, 12, 25, 2035, "4016")),
        ("card-heisei", card(1989, 1, 8, 2035, "4016")),
        ("card-reiwa", card(2019, 5, 1, 2035, "4016")),
        ("card-other-reiwa", card(2073, 4, 1, 2035, "4016")),
        ("card-before", card(1868, 1, 24, 2035, "4016")),
        ("card-far", card(9999, 1, 1, 9999, "4016")),
        ("card-no-day", card(2023, 2, 29, 2035, "4016")),
    ] {
        add(name, &data);
    }
}
