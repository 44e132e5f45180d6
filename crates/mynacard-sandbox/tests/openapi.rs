//! The protocol's description names exactly the calls that are served, and every code.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;

use mynacard_sandbox::{Code, OPENAPI, Purpose, routes};

/// The calls of the description, read by its indentation: path, method, whether it needs a
/// terminal's certificate (a `security` of its own says that it does not).
fn described() -> BTreeSet<(String, String, bool)> {
    let mut out = BTreeSet::new();
    let mut path = String::new();
    let mut current: Option<(String, String, bool)> = None;
    let paths = OPENAPI.split("\npaths:\n").nth(1).unwrap();
    for line in paths.lines().take_while(|line| line.starts_with(' ')) {
        let indent = line.len() - line.trim_start().len();
        let word = line.trim();
        match indent {
            2 => path = word.trim_end_matches(':').to_owned(),
            4 => {
                out.extend(current.take());
                let method = word.trim_end_matches(':').to_uppercase();
                current = Some((path.clone(), method, true));
            }
            6 if word.starts_with("security:") => current.as_mut().unwrap().2 = false,
            _ => {}
        }
    }
    out.extend(current);
    out
}

#[test]
fn description_and_routes_are_the_same_set() {
    let served: BTreeSet<_> = routes()
        .map(|route| (route.path.to_owned(), route.method.to_owned(), route.mutual))
        .collect();
    assert!(served.len() >= 6);
    assert_eq!(described(), served);
}

#[test]
fn codes_and_purposes_are_all_described() {
    for code in Code::ALL {
        assert!(OPENAPI.contains(code.as_str()), "{}", code.as_str());
    }
    for purpose in Purpose::PERMITTED {
        assert!(OPENAPI.contains(purpose.as_str()), "{}", purpose.as_str());
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let definitions: BTreeSet<String> = {
        let components = OPENAPI.split("\ncomponents:\n").nth(1).unwrap();
        let mut group = "";
        let mut out = BTreeSet::new();
        for line in components.lines() {
            let indent = line.len() - line.trim_start().len();
            let word = line.trim().split(':').next().unwrap();
            match indent {
                2 => group = word,
                4 => drop(out.insert(format!("#/components/{group}/{word}"))),
                _ => {}
            }
        }
        out
    };
    let mut references = 0;
    for piece in OPENAPI.split("$ref: \"").skip(1) {
        let target = piece.split('"').next().unwrap();
        assert!(definitions.contains(target), "{target}");
        references += 1;
    }
    assert!(references > 50);
}
