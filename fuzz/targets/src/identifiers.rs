//! Identifiers and names of files as people type and programs write them.

use mynacard_client::folder::FaceName;
use mynacard_eligibility::fold::{compare_key, full_kana, half_kana, narrow};
use mynacard_eligibility::identifier::{
    BranchNumber, CheckupInstitutionNumber, IdentifierKind, InstitutionCode, InsuredNumber,
    InsuredSymbol, InsurerNumber, InvoiceNumber, LateElderlyNumber, OnlineCode, Parsed,
    PhoneNumber, PointsTable, PortalInstitutionKind, PostalCode, PublicPayerNumber,
    PublicRecipientNumber, Remark, TicketNumber, validate,
};
use mynacard_eligibility::message::FileName;

use crate::errors::{note_code, noted};

/// Identifiers and file names as people type and programs write them: the first byte chooses the kind.
pub(crate) fn identifier(data: &[u8]) {
    let text = String::from_utf8_lossy(data.get(1..).unwrap_or_default());
    if let Some(name) = FaceName::parse(&text) {
        let _ = FaceName::parse(&name.file_name()).expect("what we write, we read");
    }
    let kinds = IdentifierKind::ALL;
    let choice = usize::from(data.first().copied().unwrap_or_default()) % kinds.len();
    let Some(&kind) = kinds.get(choice) else {
        return;
    };
    assert_eq!(IdentifierKind::from_name(kind.name()), Some(kind));
    assert!(!kind.label_ja().is_empty());
    read(&text);
    let report = validate(kind, &text);
    let _ = format!("{report:?}");
    if let Some(code) = report.code {
        note_code(code);
    }
    if let Some(value) = report.value {
        let again = validate(kind, &value);
        assert_eq!(
            again.value.as_ref(),
            Some(&value),
            "the written form of {kind:?} is another one when read"
        );
    }
}

/// The digit that follows these, where weights of 2 and 1 take turns, the digits of each product are added, and the sum goes up to the next
/// ten: that of insurers, payers and institutions.
fn by_tens(body: &str) -> u32 {
    const DOUBLED: [u32; 10] = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
    let digits = body.chars().rev().filter_map(|digit| digit.to_digit(10));
    let weighted = digits.enumerate().map(|(at, digit)| match at % 2 {
        0 => DOUBLED.get(digit as usize).copied().unwrap_or_default(),
        _ => digit,
    });
    (10 - weighted.sum::<u32>() % 10) % 10
}

/// The digit before the twelve of a corporate number.
fn by_nines(body: &str) -> u32 {
    let digits = body.chars().rev().filter_map(|digit| digit.to_digit(10));
    let weighted = digits.zip([1, 2].into_iter().cycle());
    9 - weighted.map(|(digit, weight)| digit * weight).sum::<u32>() % 9
}

/// The check digit is remarked on exactly where this rule wants another one.
fn checked<T: ToString>(parsed: &Parsed<T>) {
    let text = parsed.value.to_string();
    let (body, last) = text.split_at(text.len() - 1);
    let wanted = by_tens(body).to_string();
    let digit = |found: &Remark| matches!(found, Remark::CheckDigit { .. });
    let remarked = parsed.findings.iter().any(digit);
    assert_eq!(remarked, wanted != last, "{text}: {wanted} is wanted");
}

/// What staff type is taken exactly where reading remarks on no check digit; an error says the same as the library's own; and what is a
/// person's is not shown to a log.
macro_rules! typed {
    ($text:expr; $($name:ident $personal:literal),+ $(,)?) => {$({
        let (read, strict) = ($name::parse($text), $text.parse::<$name>());
        let digit = |found: &Remark| matches!(found, Remark::CheckDigit { .. });
        match read {
            Ok(parsed) => {
                let wrong = parsed.findings.iter().any(digit);
                assert_eq!(strict.is_err(), wrong, "{}", stringify!($name));
                let remarks = parsed.findings.iter().map(ToString::to_string);
                assert!(remarks.into_iter().all(|remark| !remark.is_empty()));
                let (shown, value) = (format!("{:?}", parsed.value), parsed.value.to_string());
                let count = value.chars().count();
                let hidden = format!("{}({count} characters)", stringify!($name));
                assert!(!$personal || shown == hidden, "shown to a log: {shown}");
                assert!(strict.ok().is_none_or(|typed| typed == parsed.value));
            }
            Err(error) => {
                assert_eq!(strict.err(), Some(error.clone()));
                let whole = mynacard_eligibility::Error::from(error.clone());
                assert_eq!(whole.code(), error.code());
                crate::errors::read(&whole);
            }
        }
    })+};
}

/// Every identifier from the same text, for what a report does not say; names of files; folding.
fn read(text: &str) {
    typed!(text;
        InsurerNumber false, InstitutionCode false, CheckupInstitutionNumber false, OnlineCode false,
        PublicPayerNumber false, PublicRecipientNumber true, InsuredSymbol true, InsuredNumber true,
        BranchNumber true, LateElderlyNumber true, InvoiceNumber false, PostalCode false,
        PhoneNumber true, TicketNumber true,
    );
    if let Ok(parsed) = InvoiceNumber::parse(text) {
        let number = parsed.value.to_string();
        let (first, body) = number[1..].split_at(1);
        let wanted = by_nines(body).to_string();
        assert_eq!(parsed.value.corporate_check(), wanted == first, "{number}");
    }
    if let Ok(parsed) = PublicPayerNumber::parse(text) {
        checked(&parsed);
    }
    if let Ok(parsed) = noted(InsurerNumber::parse(text)) {
        checked(&parsed);
        let number = parsed.value;
        let _ = (
            number.is_national_health(),
            number.law(),
            number.prefecture(),
        );
        let padded = [number.padded_with_spaces(), number.padded_with_zeros()];
        assert!(padded.iter().all(|text| text.len() >= 8));
    }
    if let Ok(parsed) = noted(InstitutionCode::parse(text)) {
        checked(&parsed);
        let code = parsed.value;
        let prefecture = code.prefecture().parse().expect("two digits");
        let parts = (prefecture, code.points_table(), code.seven_digits());
        let digit = |found: &Remark| matches!(found, Remark::CheckDigit { .. });
        let completed = InstitutionCode::complete(code.as_str().get(..9).expect("ten digits"));
        assert_eq!(
            completed.expect("nine digits") == code,
            !parsed.findings.iter().any(digit),
            "the digit that completes it is the one that is checked"
        );
        let portal = PortalInstitutionKind::from_code(prefecture);
        assert_eq!(portal.code(), prefecture);
        assert_eq!(PointsTable::from_code(parts.1.code()), parts.1);
        let beyond = InstitutionCode::from_parts(100 + prefecture, parts.1, parts.2);
        assert!(noted(beyond).is_err(), "a prefecture of three digits");
        // The whole may break a rule that reading only remarks on.
        let again = noted(InstitutionCode::from_parts(parts.0, parts.1, parts.2));
        assert!(
            again.is_err() || again.ok() == Some(code.clone()),
            "its parts make another code"
        );
    }
    if let Ok(parsed) = noted(PhoneNumber::parse(text)) {
        let number = parsed.value;
        let plain = number.without_hyphens();
        assert!(plain.bytes().all(|byte| byte.is_ascii_digit()), "{plain}");
        assert!(number.with_hyphens().is_none_or(|text| text.contains('-')));
    }
    if let Ok(parsed) = noted(TicketNumber::parse(text)) {
        let ticket = parsed.value;
        assert!(ticket.as_str().starts_with(ticket.year()));
        let _ = ticket.kind();
    }
    if let Ok(parsed) = noted(InsuredSymbol::parse(text)) {
        assert!(parsed.value.same_as(&parsed.value));
    }
    if let Ok(parsed) = noted(InsuredNumber::parse(text)) {
        assert!(parsed.value.same_as(&parsed.value));
    }
    if let Some(name) = FileName::parse(text) {
        assert_eq!(
            FileName::parse(&name.to_string()),
            Some(name.clone()),
            "another name"
        );
        // What fetches an upload's result is called as the upload is, with another number, and is no upload itself.
        if let Some(next) = name.kind.download() {
            assert_eq!(next.download(), None);
            let both = [next.prefix(), name.kind.prefix()];
            assert_eq!(both[0].strip_suffix("02"), both[1].strip_suffix("01"));
        }
    }
    let key = compare_key(text);
    assert_eq!(compare_key(&key), key, "a key has a key of its own");
    let _ = (narrow(text), full_kana(text), half_kana(text));
}
