//! Identifiers as the notices write them, and as people type them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use mynacard_eligibility::identifier::*;

#[test]
fn insurer_numbers_have_three_renderings() {
    let kokuho = InsurerNumber::strict("138016").unwrap();
    assert_eq!(
        (
            kokuho.as_str(),
            kokuho.padded_with_spaces(),
            kokuho.padded_with_zeros()
        ),
        ("138016", "  138016".into(), "00138016".into())
    );
    assert_eq!((kokuho.law(), kokuho.prefecture()), (None, "13"));
    for padded in ["  138016", "00138016", "１３８－０１６"] {
        assert_eq!(InsurerNumber::strict(padded).unwrap(), kokuho, "{padded}");
    }
    let kyokai = InsurerNumber::strict("06130488").unwrap();
    assert_eq!(
        (
            kyokai.law(),
            kyokai.prefecture(),
            kyokai.padded_with_spaces()
        ),
        (Some("06"), "13", "06130488".into())
    );
}

#[test]
fn a_service_is_believed_where_staff_are_corrected() {
    let parsed = InsurerNumber::parse("99990003").unwrap();
    assert_eq!(parsed.findings.len(), 3, "{:?}", parsed.findings);
    let error = InsurerNumber::strict("06130480").unwrap_err();
    assert_eq!(
        (
            error.rule,
            error.position,
            error.expected.as_str(),
            error.found.as_str(),
            error.code()
        ),
        (Rule::CheckDigit, Some(8), "8", "0", "MC-4023")
    );
    // Too short for the one, too long for the other: what lacks. Beyond the longest: what is too many.
    for (text, place) in [("0613048", 8), ("06-13", 5), ("061304881", 9)] {
        let error = InsurerNumber::strict(text).unwrap_err();
        assert_eq!(
            (error.rule, error.position),
            (Rule::Length, Some(place)),
            "{text}"
        );
    }
    assert_eq!(
        InsurerNumber::strict("0613O488").unwrap_err().position,
        Some(5)
    );
    assert_eq!(InsurerNumber::strict(" - ").unwrap_err().rule, Rule::Empty);
}

#[test]
fn institutions() {
    let code = InstitutionCode::strict("0110113719").unwrap();
    assert_eq!(
        (code.prefecture(), code.points_table(), code.seven_digits()),
        ("01", PointsTable::Medical, "0113719")
    );
    assert_eq!(
        InstitutionCode::from_parts(1, PointsTable::Medical, "0113719").unwrap(),
        code
    );
    assert_eq!(
        InstitutionCode::from_parts(2, PointsTable::Medical, "0113719")
            .unwrap_err()
            .rule,
        Rule::CheckDigit
    );
    assert_eq!(InstitutionCode::complete("011011371").unwrap(), code);
    for number in ["5521111111", "6631111116", "2710000007"] {
        CheckupInstitutionNumber::strict(number).unwrap();
    }
    assert!(matches!(
        CheckupInstitutionNumber::parse("5521111111")
            .unwrap()
            .findings[..],
        [Remark::UnknownPrefecture(_)]
    ));
    OnlineCode::strict("1234567890").unwrap();
    for code in 0..=9 {
        assert_eq!(PointsTable::from_code(code).code(), code);
        assert_eq!(PortalInstitutionKind::from_code(code).code(), code);
    }
}

#[test]
fn invoices_only_warn() {
    for good in [
        "T7000012050002",
        "T7010705000725",
        "Ｔ７０００－０１２０－５０００２",
    ] {
        assert!(
            InvoiceNumber::strict(good).unwrap().corporate_check(),
            "{good}"
        );
    }
    assert!(
        !InvoiceNumber::strict("T8000012050002")
            .unwrap()
            .corporate_check()
    );
    assert_eq!(
        InvoiceNumber::strict("7000012050002").unwrap_err().rule,
        Rule::Prefix
    );
}

#[test]
fn the_rest() {
    assert_eq!(
        PostalCode::strict("〒１００ー００１３").unwrap().as_str(),
        "100-0013"
    );
    let phone = PhoneNumber::strict("03(1234)5678").unwrap();
    assert_eq!(
        (phone.with_hyphens(), phone.without_hyphens()),
        (Some("03-1234-5678"), "0312345678".into())
    );
    // Two renderings, whichever way it is typed; the second only where it is known.
    for typed in ["03(1234)5678", "0312345678", "０３－１２３４－５６７８"] {
        assert_eq!(
            validate(IdentifierKind::PhoneNumber, typed).renderings,
            [
                ("digits", "0312345678".to_owned()),
                ("hyphens", "03-1234-5678".to_owned())
            ]
        );
    }
    assert_eq!(
        validate(IdentifierKind::PhoneNumber, "0471234567").renderings,
        [("digits", "0471234567".to_owned())]
    );
    assert_eq!(
        PhoneNumber::strict("0471234567").unwrap().with_hyphens(),
        None
    );
    assert_eq!(
        PhoneNumber::strict("09012345678").unwrap().with_hyphens(),
        Some("090-1234-5678")
    );
    assert_eq!(
        PhoneNumber::strict("1234567890").unwrap_err().rule,
        Rule::Prefix
    );
    assert_eq!(
        TicketNumber::strict("26500000012").unwrap().kind(),
        TicketKind::Set
    );
    assert_eq!(BranchNumber::strict("０1").unwrap().as_str(), "01");
    let (a, b) = (
        InsuredSymbol::strict("１２－ア").unwrap(),
        InsuredSymbol::strict("12-ｱ").unwrap(),
    );
    assert!(a.same_as(&b) && a != b);
    assert!(matches!(
        InsuredNumber::parse(&"あ".repeat(20)).unwrap().findings[..],
        [Remark::Long { found: 40, .. }]
    ));
    assert_eq!(
        LateElderlyNumber::strict("1234567").unwrap_err().rule,
        Rule::Length
    );
    PublicPayerNumber::strict("12130000").unwrap_err();
    assert_eq!(
        PublicRecipientNumber::parse("1234567")
            .unwrap()
            .value
            .as_str(),
        "1234567"
    );
}

/// As people type: full width, with hyphens of every kind, with spaces of both widths.
#[test]
fn every_kind_takes_tolerant_input() {
    for (kind, plain) in [
        (IdentifierKind::InsurerNumber, "06130488"),
        (IdentifierKind::InstitutionCode, "0110113719"),
        (IdentifierKind::CheckupInstitutionNumber, "2710000007"),
        (IdentifierKind::OnlineCode, "1234567890"),
        (IdentifierKind::PublicPayerNumber, "12131009"),
        (IdentifierKind::PublicRecipientNumber, "1234566"),
        (IdentifierKind::BranchNumber, "01"),
        (IdentifierKind::LateElderlyNumber, "12345678"),
        (IdentifierKind::InvoiceNumber, "T7000012050002"),
        (IdentifierKind::PostalCode, "1000013"),
        (IdentifierKind::PhoneNumber, "0312345678"),
        (IdentifierKind::TicketNumber, "26500000012"),
    ] {
        let expected = validate(kind, plain);
        assert!(expected.valid, "{expected:?}");
        let full: String = plain
            .chars()
            .map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap())
            .collect();
        let (start, end) = plain.split_at(1);
        for typed in [
            full,
            format!("{start}-{end}"),
            format!("{start}－{end}"),
            format!("{start}−{end}"),
            format!("{start}‐{end}"),
            format!(" {start} {end}　"),
        ] {
            assert_eq!(validate(kind, &typed), expected, "{}: {typed}", kind.name());
        }
        assert!(
            !validate(kind, &format!("{plain}x")).valid,
            "{}",
            kind.name()
        );
    }
}

#[test]
fn validate_reports_every_kind() {
    for kind in IdentifierKind::ALL {
        assert_eq!(IdentifierKind::from_name(kind.name()), Some(kind));
        let report = validate(kind, "");
        assert!(
            !report.valid && report.code == Some("MC-4020"),
            "{report:?}"
        );
    }
    let report = validate(IdentifierKind::InsurerNumber, "138017");
    assert_eq!(
        (report.valid, report.value.as_deref(), report.code),
        (false, Some("138017"), Some("MC-4023"))
    );
    assert_eq!(report.renderings[0], ("spaces", "  138017".to_owned()));
    assert!(validate(IdentifierKind::InvoiceNumber, "T8000012050002").valid);
}

/// The place of the first fault in what was typed.
#[track_caller]
fn place(kind: IdentifierKind, text: &str) -> usize {
    let report = validate(kind, text);
    let error = report.error.unwrap();
    let (_, place) = error.rsplit_once(" at ").unwrap();
    place.parse().unwrap()
}

#[test]
fn every_kind_says_where_in_what_was_typed() {
    use IdentifierKind as K;
    let table = [
        (K::InsurerNumber, "00138017", 8),
        (K::InsurerNumber, "138-017", 6),
        (K::InsurerNumber, "0013801x", 8),
        (K::InstitutionCode, "01 1011 371x", 10),
        (K::CheckupInstitutionNumber, "5521111112", 10),
        (K::OnlineCode, "12345 6789x", 10),
        (K::PublicPayerNumber, "12a30000", 3),
        (K::PublicRecipientNumber, "123456x", 7),
        (K::InsuredSymbol, " 12-3\u{7}4", 5),
        (K::InsuredNumber, "\u{7}1", 1),
        (K::BranchNumber, "0x", 2),
        (K::LateElderlyNumber, "1234-567x", 8),
        (K::InvoiceNumber, "T700001205000x", 14),
        (K::InvoiceNumber, "Ｔ-x000012050002", 2),
        (K::InvoiceNumber, "7000012050002", 1),
        (K::PostalCode, "〒100-00x5", 7),
        (K::PostalCode, "100-00x5", 6),
        (K::PhoneNumber, "(03)1234-567x", 10),
        (K::PhoneNumber, "1312345678", 1),
        (K::TicketNumber, "2610000000x", 11),
    ];
    for (kind, text, expected) in table {
        assert_eq!(place(kind, text), expected, "{} {text:?}", kind.name());
    }
    let tried: Vec<_> = table.iter().map(|(kind, ..)| *kind).collect();
    assert!(K::ALL.iter().all(|kind| tried.contains(kind)));
    // The telephone's first digit and a padded number's check digit count like everything else.
    let padded = InsurerNumber::parse("00138017").unwrap();
    assert!(padded.findings.contains(&Remark::CheckDigit {
        position: 8,
        expected: '6',
        found: '7'
    }));
}
