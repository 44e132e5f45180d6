//! Digits as people type them, and the common check digit (modulus 10, weights 2·1).

use super::{IdentifierError, IdentifierKind, Remark, Rule};
use crate::fold;

/// The digits of a text without its spaces and hyphens, in one of the lengths.
pub(super) fn digits(
    kind: IdentifierKind,
    text: &str,
    lengths: &[usize],
) -> Result<String, IdentifierError> {
    digits_after(kind, 0, text, lengths)
}

/// The digits after a mark of so many characters, which count in the position of an error.
pub(super) fn digits_after(
    kind: IdentifierKind,
    mark: usize,
    text: &str,
    lengths: &[usize],
) -> Result<String, IdentifierError> {
    let compact = compact(text);
    let error = |rule, position, expected: String, found: String| {
        Err(IdentifierError {
            kind,
            rule,
            position,
            expected,
            found,
        })
    };
    if compact.is_empty() {
        return error(Rule::Empty, None, "digits".into(), "nothing".into());
    }
    if let Some(position) = compact.chars().position(|c| !c.is_ascii_digit()) {
        return error(
            Rule::Character,
            Some(mark + position + 1),
            "a digit".into(),
            "another character".into(),
        );
    }
    if !lengths.contains(&compact.len()) {
        let expected = lengths
            .iter()
            .map(usize::to_string)
            .collect::<Vec<_>>()
            .join(" or ");
        // What is too much for every length begins behind the longest; else the next place is the first that lacks a digit.
        let longest = lengths.iter().copied().max().unwrap_or(0);
        return error(
            Rule::Length,
            Some(mark + compact.len().min(longest) + 1),
            format!("{expected} digits"),
            format!("{}", compact.len()),
        );
    }
    Ok(compact)
}

/// Half width, without spaces and hyphens.
pub(super) fn compact(text: &str) -> String {
    fold::narrow(text)
        .chars()
        .filter(|&c| !c.is_whitespace() && c != '-')
        .collect()
}

/// The check digit for a body: weights 2, 1, 2, … from its right end, the digits of the products summed.
pub(super) fn check_digit(body: &str) -> char {
    let sum: u32 = body
        .bytes()
        .rev()
        .zip([2_u32, 1].into_iter().cycle())
        .map(|(byte, weight)| {
            let product = u32::from(byte.wrapping_sub(b'0')) * weight;
            product / 10 + product % 10
        })
        .sum();
    char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0')
}

/// Compares the last digit with the rule.
pub(super) fn check(number: &str, findings: &mut Vec<Remark>) {
    check_after(0, number, findings);
}

/// Compares the last digit with the rule, where so many characters that are no part of the number stand before it.
pub(super) fn check_after(before: usize, number: &str, findings: &mut Vec<Remark>) {
    if let Some((body, found)) = number
        .char_indices()
        .next_back()
        .map(|(at, found)| (number.get(..at).unwrap_or(""), found))
    {
        let expected = check_digit(body);
        if expected != found {
            findings.push(Remark::CheckDigit {
                position: before + number.len(),
                expected,
                found,
            });
        }
    }
}

/// Looks two digits up among the prefectures.
pub(super) fn check_prefecture(digits: Option<&str>, findings: &mut Vec<Remark>) {
    if let Some(digits) = digits.filter(|digits| super::prefecture(digits).is_none()) {
        findings.push(Remark::UnknownPrefecture(digits.to_owned()));
    }
}

/// Looks two digits up among the 法別番号.
pub(super) fn check_law(digits: Option<&str>, findings: &mut Vec<Remark>) {
    if let Some(digits) = digits.filter(|digits| super::law(digits).is_none()) {
        findings.push(Remark::UnknownLaw(digits.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worked_examples_agree() {
        for number in [
            "06130488",
            "33120015",
            "01130012",
            "39131008",
            "138016",
            "0110113719",
            "3618010015",
            "5521111111",
            "6631111116",
            "2710000007",
        ] {
            let (body, last) = number.split_at(number.len() - 1);
            assert_eq!(check_digit(body).to_string(), last, "{number}");
        }
    }

    #[test]
    fn every_single_wrong_digit_is_caught() {
        for number in ["06130488", "138016", "0110113719"] {
            for at in 0..number.len() {
                for digit in '0'..='9' {
                    let mut wrong: Vec<char> = number.chars().collect();
                    wrong[at] = digit;
                    let wrong: String = wrong.into_iter().collect();
                    let mut findings = Vec::new();
                    check(&wrong, &mut findings);
                    assert_eq!(findings.is_empty(), wrong == number, "{wrong}");
                }
            }
        }
    }
}
