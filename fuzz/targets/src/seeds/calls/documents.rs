//! Documents and what is asked of them in JSON: certificates, lists of insurers and institutions, charts beside an answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mynacard_sim::{person, pki};

use super::super::insurance::{INSTITUTIONS, INSURERS};
use super::{by_pin, card_of, desk, own, prepare};
use crate::virtual_card::day;

pub(super) fn add(named: &mut impl FnMut(String, Vec<u8>)) {
    certificates(named);
    lists(named);
}

/// Whether a certificate is one of a card, and what a list or a response says of it.
fn certificates(named: &mut impl FnMut(String, Vec<u8>)) {
    let person = person("kyokai-self").expect("listed");
    let der = pki::authentication_certificate(person, day());
    let simulated = r#""usage":"authentication","hierarchy":"simulation""#;
    let root = STANDARD.encode(&der);
    for (name, ask) in [
        ("said", String::new()),
        (
            "usage",
            r#"{"usage":"x","hierarchy":"simulation"}"#.to_owned(),
        ),
        (
            "hierarchy",
            r#"{"usage":"signature","hierarchy":"x"}"#.to_owned(),
        ),
        ("right", format!("{{{simulated}}}")),
        (
            "then",
            format!(r#"{{{simulated},"at":"2026-12-01T00:00:00Z"}}"#),
        ),
        (
            "long-ago",
            format!(r#"{{{simulated},"at":"1999-12-01T00:00:00Z"}}"#),
        ),
        ("never", format!(r#"{{{simulated},"at":"x"}}"#)),
        ("rooted", format!(r#"{{{simulated},"roots":["{root}"]}}"#)),
        (
            "test",
            format!(r#"{{"usage":"authentication","hierarchy":"test","roots":["{root}"]}}"#),
        ),
        (
            "test-junk",
            r#"{"usage":"authentication","hierarchy":"test","roots":["*"]}"#.to_owned(),
        ),
        (
            "production",
            r#"{"usage":"authentication","hierarchy":"production"}"#.to_owned(),
        ),
        (
            "signature",
            r#"{"usage":"signature","hierarchy":"simulation"}"#.to_owned(),
        ),
        (
            "list",
            format!(r#"{{{simulated},"revocation":{{"list":"MAA=","policy":"report"}}}}"#),
        ),
        (
            "list-junk",
            format!(r#"{{{simulated},"revocation":{{"list":"*"}}}}"#),
        ),
        (
            "ocsp",
            format!(r#"{{{simulated},"revocation":{{"ocsp":"MAA=","policy":"require-good"}}}}"#),
        ),
        ("nowhere", format!(r#"{{{simulated},"revocation":{{}}}}"#)),
        (
            "policy",
            format!(r#"{{{simulated},"revocation":{{"ocsp":"MAA=","policy":"x"}}}}"#),
        ),
    ] {
        let bytes = [&[35, 0][..], &own(&der), &own(ask.as_bytes())].concat();
        named(format!("certificate-{name}"), bytes);
    }
}

/// A list, and with an answer whether the visitor is enrolled; what she brings may differ.
fn lists(named: &mut impl FnMut(String, Vec<u8>)) {
    // The list's number, its text, the newest answer or none.
    let read = |list: u8, text: &str, answer: u8, ask: &str| {
        // An odd octet means any handle, and the first of those is NULL.
        [
            &[34, 0, answer, list][..],
            &own(text.as_bytes()),
            &own(ask.as_bytes()),
        ]
        .concat()
    };
    const NONE: u8 = 1;
    named("list-insurers".to_owned(), read(0, INSURERS, NONE, ""));
    named(
        "list-institutions".to_owned(),
        read(1, INSTITUTIONS, NONE, ""),
    );
    named("list-other".to_owned(), read(2, INSURERS, NONE, ""));
    let checked = |person: u8| {
        let opened = desk(0, [&[], &[], &[], &[]]);
        by_pin(card_of(person, &[]), opened, prepare(0, 0, 0))
    };
    let ticket = |members: &str| {
        format!(r#"{{"service":"checkup","on":"20261121","ticket":{{{members}}}}}"#)
    };
    let asks = [
        (
            "plain",
            r#"{"service":"checkup","on":"20261121"}"#.to_owned(),
        ),
        (
            "guidance",
            r#"{"service":"guidance","on":"20261121","evidence":"online-sight"}"#.to_owned(),
        ),
        (
            "past",
            r#"{"service":"first-interview","on":"19991121"}"#.to_owned(),
        ),
        ("service", r#"{"service":"x","on":"20261121"}"#.to_owned()),
        (
            "evidence",
            r#"{"service":"checkup","on":"20261121","evidence":"x"}"#.to_owned(),
        ),
        (
            "ticket",
            ticket(
                r#""number":"26100000001","insurer":"06130012","birth":"19800401","sex":"1","expires":"20270331""#,
            ),
        ),
        ("ticket-number", ticket(r#""number":"x""#)),
        ("ticket-insurer", ticket(r#""insurer":"x""#)),
        ("ticket-birth", ticket(r#""birth":"19800402""#)),
        ("ticket-day", ticket(r#""birth":"x""#)),
        ("ticket-ended", ticket(r#""expires":"20200331""#)),
        ("ticket-empty", ticket("")),
    ];
    // People with insurance, without, and with two.
    for (whose, person) in [("own", 0), ("none", 8), ("two", 9)] {
        // All that can be asked of the first; of the others the answer is what differs.
        let asked = if person == 0 { asks.len() } else { 1 };
        for (name, ask) in asks.iter().take(asked) {
            let bytes = [checked(person), read(0, INSURERS, 0, ask)].concat();
            named(format!("enrolled-{whose}-{name}"), bytes);
        }
        // Charts that differ, in one field and in all.
        let charts = r#"[{"key":"1","reference_number":"0001","fields":{"Name":"医療　次郎","Birthdate":"19800401"}},
            {"key":"4","fields":{"Name":"医療　太郎","Birthdate":"19800401","InsurerNumber":"06130012","InsuredCardNumber":"99"}},{"key":"2","fields":{"InsurerNumber":"x","InsuredCardSymbol":"1","Sex1":"2"}},{"key":"3","fields":{"x":"y"}}]"#;
        let bytes = [&checked(person)[..], &[31, 0, 0], &own(charts.as_bytes())].concat();
        named(format!("charts-{whose}"), bytes);
        let known = charts.replace(r#","fields":{"x":"y"}"#, "");
        let bytes = [&checked(person)[..], &[31, 0, 0], &own(known.as_bytes())].concat();
        named(format!("charts-known-{whose}"), bytes);
    }
}
