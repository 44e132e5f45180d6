//! Every check digit that a notice works out, and every single wrong digit of each: caught as far as the rule can.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use mynacard_eligibility::identifier::{
    CheckupInstitutionNumber, IdentifierError, InstitutionCode, InsurerNumber, InvoiceNumber,
    OnlineCode, PublicPayerNumber, PublicRecipientNumber, Remark, Rule,
};

type Strict = fn(&str) -> Result<String, IdentifierError>;

const INSURER: Strict = |text| InsurerNumber::strict(text).map(|number| number.to_string());
const INSTITUTION: Strict = |text| InstitutionCode::strict(text).map(|number| number.to_string());
const CHECKUP: Strict =
    |text| CheckupInstitutionNumber::strict(text).map(|number| number.to_string());
const PAYER: Strict = |text| PublicPayerNumber::strict(text).map(|number| number.to_string());
const RECIPIENT: Strict =
    |text| PublicRecipientNumber::strict(text).map(|number| number.to_string());

/// The worked examples: the number, the sum that the notice shows, and the type that takes it.
const WORKED: [(&str, u32, Strict); 10] = [
    ("06130488", 22, INSURER),
    ("33120015", 15, INSURER),
    ("01130012", 8, INSURER),
    ("39131008", 22, INSURER),
    ("138016", 14, INSURER),
    ("0110113719", 21, INSTITUTION),
    ("3618010015", 25, INSTITUTION),
    ("5521111111", 19, CHECKUP),
    ("6631111116", 24, CHECKUP),
    ("2710000007", 13, CHECKUP),
];

/// Every text that differs from the sample in exactly one digit, with the place from one.
fn wrong_digits(sample: &str) -> impl Iterator<Item = (usize, String)> + '_ {
    let digits = sample.char_indices().filter(|(_, c)| c.is_ascii_digit());
    digits.flat_map(move |(at, right)| {
        ('0'..='9')
            .filter(move |wrong| *wrong != right)
            .map(move |wrong| {
                let mut text = sample.to_owned();
                text.replace_range(at..=at, wrong.encode_utf8(&mut [0; 4]));
                (at + 1, text)
            })
    })
}

/// The sum as the notices write it out, by another way than the library's: weights by place from the right.
fn sum(number: &str) -> u32 {
    let body = &number[..number.len() - 1];
    let digits = body.bytes().map(|byte| u32::from(byte - b'0')).rev();
    digits
        .enumerate()
        .map(|(place, digit)| match place % 2 {
            0 if digit > 4 => digit * 2 - 9,
            0 => digit * 2,
            _ => digit,
        })
        .sum()
}

#[test]
fn the_worked_examples_are_right() {
    for (number, shown, strict) in WORKED {
        assert_eq!(strict(number).as_deref(), Ok(number));
        assert_eq!(sum(number), shown, "{number}");
        let last = u32::from(number.as_bytes()[number.len() - 1] - b'0');
        assert_eq!((10 - shown % 10) % 10, last, "{number}");
    }
}

#[test]
fn every_single_wrong_digit_of_a_number_with_a_check_digit_is_caught() {
    let others: [(&str, Strict); 2] = [("12131009", PAYER), ("1234566", RECIPIENT)];
    let worked = WORKED.map(|(number, _, strict)| (number, strict));
    let mut caught = 0;
    for (number, strict) in worked.into_iter().chain(others) {
        strict(number).unwrap();
        for (at, wrong) in wrong_digits(number) {
            let error = strict(&wrong).unwrap_err();
            assert_eq!(error.rule, Rule::CheckDigit, "{wrong}");
            // The rule cannot tell which digit is wrong: it names its own, the last one as typed.
            let end = number.len();
            assert_eq!(error.position, Some(end), "{wrong}");
            assert_ne!(error.expected, error.found, "{wrong}");
            assert!(at <= number.len());
            caught += 1;
        }
    }
    // Nine wrong digits for each of 103 places.
    assert_eq!(caught, 9 * 103);
}

#[test]
fn what_is_caught_in_a_file_is_a_finding_and_no_refusal() {
    for (number, _, _) in WORKED.iter().filter(|(number, ..)| number.len() < 10) {
        for (_, wrong) in wrong_digits(number) {
            let parsed = InsurerNumber::parse(&wrong).unwrap();
            let found = |remark: &Remark| matches!(remark, Remark::CheckDigit { .. });
            assert!(parsed.findings.iter().any(found), "{wrong}");
        }
    }
}

/// Modulus 9 with weights 1 and 2 gives 0 and 9 the same remainder: that pair cannot be told apart, every other can.
#[test]
fn a_corporate_number_tells_every_digit_but_nought_from_nine() {
    let mut missed = Vec::new();
    for number in ["T7000012050002", "T7010705000725"] {
        assert!(InvoiceNumber::strict(number).unwrap().corporate_check());
        for (at, wrong) in wrong_digits(number) {
            // It only warns, since sole traders' numbers follow no public rule.
            if InvoiceNumber::strict(&wrong).unwrap().corporate_check() {
                let pair = (number.as_bytes()[at - 1], wrong.as_bytes()[at - 1]);
                assert!(matches!(pair, (b'0', b'9') | (b'9', b'0')), "{wrong}");
                assert!(at > 2, "the check digit itself is always told");
                missed.push(wrong);
            }
        }
    }
    // Every nought behind the check digit; there is no nine.
    assert_eq!(missed.len(), 8 + 6, "{missed:?}");
}

/// Two neighbours changed places are not told apart when they are 0 and 9: the known gap of this rule.
#[test]
fn neighbours_in_the_wrong_order_are_caught_but_nought_and_nine() {
    for (number, _, strict) in WORKED {
        for at in 0..number.len() - 1 {
            let mut bytes = number.as_bytes().to_vec();
            bytes.swap(at, at + 1);
            let pair = (bytes[at], bytes[at + 1]);
            if pair.0 == pair.1 {
                continue;
            }
            let swapped = String::from_utf8(bytes).unwrap();
            let blind = matches!(pair, (b'0', b'9') | (b'9', b'0'));
            assert_eq!(strict(&swapped).is_ok(), blind, "{swapped}");
        }
    }
    assert!(INSURER("09130006").is_ok() && INSURER("90130006").is_ok());
}

#[test]
fn seven_digits_alone_and_online_codes_cannot_be_checked() {
    let code = InstitutionCode::strict("0110113719").unwrap();
    assert!(InstitutionCode::strict(code.seven_digits()).is_err());
    // The same seven digits belong to another whole in another prefecture.
    let other = InstitutionCode::complete("021011371").unwrap();
    assert_ne!(other.as_str(), "0210113719");
    assert_eq!(other.seven_digits()[..6], code.seven_digits()[..6]);
    for (_, wrong) in wrong_digits("0110113719") {
        OnlineCode::strict(&wrong).unwrap();
    }
}
