//! What a program asks in JSON: of a desk without a card, and of the folders.

use super::{by_pin, card_of, desk, own, prepare};

const REGISTER: &str =
    r#"{"do":"register","reference":"0001","care":"visiting","kinds":["checkups"]}"#;

pub(super) fn add(named: &mut impl FnMut(String, Vec<u8>)) {
    let home: &[(&str, &str)] = &[
        ("no-reference", r#"{"do":"inquire","reference":" "}"#),
        ("nobody", r#"{"do":"inquire","reference":"9999"}"#),
        (
            "no-kinds",
            r#"{"do":"change","reference":"0001","kinds":[]}"#,
        ),
        (
            "kind",
            r#"{"do":"change","reference":"0001","kinds":["x"]}"#,
        ),
        (
            "more-kinds",
            r#"{"do":"change","reference":"0001","kinds":["checkups","medicines","treatment","operations"]}"#,
        ),
        (
            "fewer-kinds",
            r#"{"do":"change","reference":"0001","kinds":["checkups"]}"#,
        ),
        ("care", r#"{"do":"list","care":"x","by":"visit-date"}"#),
        ("by", r#"{"do":"list","care":"visiting","by":"x"}"#),
        (
            "reversed",
            r#"{"do":"list","care":"visiting","by":"visit-date","from":"20261231","to":"20260101"}"#,
        ),
        (
            "day",
            r#"{"do":"list","care":"visiting","by":"visit-date","from":"20260231"}"#,
        ),
        (
            "list",
            r#"{"do":"list","care":"visiting","by":"consent-date"}"#,
        ),
        (
            "requery",
            r#"{"do":"requery","reference":"0001","limit_application":true,"specific_diseases":true}"#,
        ),
        (
            "reason",
            r#"{"do":"cancel","reference":"0001","reason":"x"}"#,
        ),
        (
            "cancel",
            r#"{"do":"cancel","reference":"0001","reason":"patient"}"#,
        ),
        (
            "submit",
            r#"{"do":"submit","care":"visiting","by":"visit-date","limit_application":true}"#,
        ),
        ("number", r#"{"do":"poll","reception_number":"1"}"#),
        (
            "unknown-member",
            r#"{"do":"inquire","reference":"0001","x":1}"#,
        ),
    ];
    let registers: &[(&str, &str)] = &[
        (
            "past",
            r#"{"do":"register","reference":"0001","care":"visiting","kinds":["checkups"],"visit":"20200101"}"#,
        ),
        (
            "outpatient",
            r#"{"do":"register","reference":"0001","care":"outpatient","kinds":["checkups"]}"#,
        ),
        (
            "not-signed",
            r#"{"do":"register","reference":"0001","care":"visiting","kinds":["operations"]}"#,
        ),
        ("again", REGISTER),
    ];
    let with = |person: u8, purpose: u8, consents: u8| {
        let opened = desk(0, [&[], &[], &[], &[]]);
        by_pin(card_of(person, &[]), opened, prepare(purpose, 0, consents))
    };
    let asked =
        |checked: u8, ask: &str| [&[20, 0, 0, checked][..], &own(ask.as_bytes()), &[0]].concat();
    for (name, ask) in home {
        let registered = asked(0, REGISTER);
        let bytes = [with(0, 4, 3), registered, asked(1, ask)].concat();
        named(format!("home-{name}"), bytes);
    }
    for (name, ask) in registers {
        named(
            format!("register-{name}"),
            [with(0, 4, 3), asked(0, ask)].concat(),
        );
    }
    // Without consents, at another purpose, without insurance.
    for (name, person, purpose, consents) in [
        ("unasked", 0, 4, 0),
        ("reception", 0, 0, 3),
        ("uninsured", 8, 4, 3),
        ("unregistered", 7, 4, 3),
    ] {
        let bytes = [with(person, purpose, consents), asked(0, REGISTER)].concat();
        named(format!("register-{name}"), bytes);
    }
    for (name, ask) in FOLDER {
        named(
            format!("folder-{name}"),
            [&[41, 0, 0][..], &own(ask.as_bytes())].concat(),
        );
    }
}

/// What the folders are asked; there is none, so that each ends with that at the latest.
const FOLDER: &[(&str, &str)] = &[
    (
        "query",
        r#"{"institution":"1312345679","insurer":"06130488","number":"21","birth":"19800401"}"#,
    ),
    (
        "query-full",
        r#"{"do":"query","institution":"1312345679","file_identifier":"a","day":"20261121","padding":"zeros","insurer":"06130488","symbol":"1","number":"21","branch":"01","birth":"19800401","limit":true,"identifier":"x"}"#,
    ),
    (
        "query-institution",
        r#"{"institution":"1","insurer":"06130488","number":"21","birth":"19800401"}"#,
    ),
    (
        "query-insurer",
        r#"{"institution":"1312345679","insurer":"x","number":"1","birth":"19800401"}"#,
    ),
    (
        "query-branch",
        r#"{"institution":"1312345679","insurer":"06130488","number":"21","branch":"123","birth":"19800401"}"#,
    ),
    (
        "query-birth",
        r#"{"institution":"1312345679","insurer":"06130488","number":"21","birth":"19800231"}"#,
    ),
    (
        "query-padding",
        r#"{"institution":"1312345679","padding":"x","insurer":"06130488","number":"21","birth":"19800401"}"#,
    ),
    (
        "query-long",
        r#"{"institution":"1312345679","insurer":"06130488","number":"123456789012345678901234567890123456789012345","birth":"19800401"}"#,
    ),
    (
        "bulk",
        r#"{"do":"bulk","institution":"1312345679","people":[{"insurer":"06130488","number":"21","birth":"19800401"}]}"#,
    ),
    (
        "bulk-nobody",
        r#"{"do":"bulk","institution":"1312345679","people":[]}"#,
    ),
    (
        "consented",
        r#"{"do":"consented","institution":"1312345679","care":"visiting","by":"visit-date","from":"20261101","to":"20261130"}"#,
    ),
    (
        "consented-online",
        r#"{"do":"consented","institution":"1312345679","care":"online","by":"consent-date"}"#,
    ),
    (
        "consented-reversed",
        r#"{"do":"consented","institution":"1312345679","care":"online","by":"consent-date","from":"20261130","to":"20261101"}"#,
    ),
    (
        "assistance",
        r#"{"do":"assistance","institution":"1312345679","month":"202611"}"#,
    ),
    (
        "assistance-now",
        r#"{"do":"assistance","institution":"1312345679"}"#,
    ),
    (
        "assistance-month",
        r#"{"do":"assistance","institution":"1312345679","month":"202613"}"#,
    ),
    (
        "register",
        r#"{"do":"register","institution":"1312345679","charts":[{"chart":"1","insurer":"06130488","symbol":"1","number":"21","branch":"01"}]}"#,
    ),
    (
        "registers",
        r#"{"do":"register","institution":"1312345679","charts":[{"chart":"1","insurer":"06130488","number":"21"},{"chart":"2","insurer":"06130488","number":"22"}]}"#,
    ),
    (
        "download",
        r#"{"do":"download","institution":"1312345679","of":"bulk","reception_number":"12345678901234567890"}"#,
    ),
    (
        "download-of",
        r#"{"do":"download","institution":"1312345679","of":"x","reception_number":"1"}"#,
    ),
    ("unknown", r#"{"do":"x"}"#),
];
