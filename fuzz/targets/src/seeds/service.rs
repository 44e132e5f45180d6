//! Seeds of a service's answers: each body of the protocol, each refusal, downloads line by line.

use mynacard_client::https::fuzzing::ASKED;
use serde_json::{Value, json};

use super::Seed;
use crate::{download, head};

/// The shortest insurance answer.
const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg></XmlMsg>";

/// The numbers of the protocol's refusals.
const REFUSALS: [&str; 21] = [
    "1001", "1002", "1003", "1004", "1005", "1006", "2001", "2002", "2003", "2004", "2005", "2006",
    "2007", "3101", "3102", "3103", "4001", "5001", "5002", "5003", "9999",
];

pub(super) fn add(seeds: &mut Vec<Seed>) {
    let hash = "00".repeat(32);
    let xml = XML;
    let bodies = [
        (
            "info",
            0,
            json!({"sandbox": true, "service": "mynacard-sandbox", "environment": "sandbox", "protocol": 1, "time": 1_800_000_000}),
        ),
        (
            "activate",
            0,
            json!({"sandbox": true, "terminal": "T1", "certificate": "MAA=", "chain": ["MAA="],
            "institution": {"code": "1310000001", "name": "A", "kind": "clinic"}, "visual_check_allowed": true, "not_after": 1_900_000_000}),
        ),
        (
            "challenge",
            0,
            json!({"sandbox": true, "challenge_id": "c", "nonce": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "service": "mynacard-sandbox", "environment": "sandbox", "date": "20270115", "issued_at": 1_800_000_000, "expires_at": 1_800_000_120}),
        ),
        (
            "relay",
            0,
            json!({"sandbox": true, "relay_id": "r", "step": 1, "command": "AKQCDAIAFg==", "done": false}),
        ),
        (
            "confirm",
            0,
            json!({"sandbox": true, "code": "REF-0000", "message_ja": "", "message_en": "", "check_id": "k", "nonce": "AA==",
            "request_id": "00".repeat(16), "certificate_sha256": hash, "processed_at": 1_800_000_000, "format": "xml", "answer": xml}),
        ),
        ("remove", 0, json!({"sandbox": true, "removed": true})),
        ("consent", 0, consent("active", Value::Null)),
        ("consent-cancelled", 0, consent("cancelled", json!("2"))),
        ("consent-expired", 0, consent("expired", Value::Null)),
        (
            "consents",
            0,
            json!({"sandbox": true, "consents": [consent("active", Value::Null), consent("expired", Value::Null)], "next": "0002"}),
        ),
        (
            "requery",
            0,
            json!({"sandbox": true, "check_id": "k", "request_id": "00".repeat(16), "reference": "0001", "processed_at": 1_800_000_000,
            "format": "xml", "answer": xml}),
        ),
        (
            "bulk-submit",
            0,
            json!({"sandbox": true, "reception_number": ASKED}),
        ),
        (
            "bulk-poll",
            0,
            json!({"sandbox": true, "reception_number": ASKED, "segment_of_result": "2"}),
        ),
        (
            "refusal",
            7,
            json!({"sandbox": true, "code": "REF-1001", "message_ja": "", "message_en": "", "field": null, "retry_after": 3}),
        ),
        // What is none of the sandbox's: as if it came from the service of every day.
        (
            "another-service",
            0,
            json!({"sandbox": false, "relay_id": "r", "step": 1, "command": "AKQCDAIAFg==", "done": false}),
        ),
        (
            "nobodys-refusal",
            7,
            json!({"code": "REF-1001", "message_ja": "", "message_en": ""}),
        ),
    ];
    for (name, choice, body) in bodies {
        seeds.push((
            "service_answer",
            name.into(),
            [&[choice][..], body.to_string().as_bytes()].concat(),
        ));
    }
    // Found by fuzzing: a member that nobody looks for, and that is no text.
    let odd = b"\x07{\"sandbox\":true,\"code\":\"REF-1001\",\"more\":\"\xFC\xFF\"}";
    seeds.push(("service_answer", "odd-no-text".into(), odd.to_vec()));
    seeds.push(("service_answer", "odd-array".into(), b"\0[true]".to_vec()));
    // Every refusal of the protocol, and one that nobody knows.
    for number in REFUSALS {
        let body = json!({"sandbox": true, "code": format!("REF-{number}"), "message_ja": "", "message_en": ""});
        seeds.push((
            "service_answer",
            format!("refusal-{number}"),
            [&[1][..], body.to_string().as_bytes()].concat(),
        ));
    }
    heads(seeds);
    downloads(seeds);
}

/// A consent as the sandbox shows it.
fn consent(state: &str, reason: Value) -> Value {
    json!({"sandbox": true, "reference": "0001", "care": "2", "kinds": ["TKK", "YZK"], "consented_at": 1_800_000_000, "visit_date": "20270115",
        "expires_at": 1_810_000_000, "state": state, "reason": reason})
}

/// Downloads: what is wrong with each, its lines, and how long the pieces are in which it comes, less one.
fn downloads(seeds: &mut Vec<Seed>) {
    let head = |segment: &str, results: u64| json!({"sandbox": true, "reception_number": ASKED, "segment_of_result": segment, "results": results, "ready_at": 1_800_000_000});
    let found = json!({"sandbox": true, "reference": "0001", "code": "REF-0000", "answer": XML});
    let ended = json!({"sandbox": true, "reference": "0002", "code": "REF-3101", "answer": null});
    let odd = json!({"sandbox": true, "reference": "0002", "code": "REF-0000", "answer": null});
    let all = [
        (
            "whole",
            30,
            vec![head("1", 2), found.clone(), ended.clone()],
        ),
        ("nobody", 255, vec![head("1", 0)]),
        ("in-progress", 6, vec![head("2", 0)]),
        ("failed", 255, vec![head("9", 0)]),
        (
            "unfinished-with-results",
            255,
            vec![head("2", 1), found.clone()],
        ),
        (
            "more",
            255,
            vec![head("1", 1), found.clone(), ended.clone()],
        ),
        ("fewer", 255, vec![head("1", 2), found]),
        ("without-answer", 255, vec![head("1", 1), odd]),
        ("headless", 255, vec![ended]),
    ];
    for (name, length, lines) in all {
        let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let seed = [&[download::BEGIN, length][..], lines.as_bytes()].concat();
        if name == "whole" {
            let cut = seed.split_last().expect("a line end").1.to_vec();
            seeds.push(("service_answer", "download-cut".into(), cut));
        }
        seeds.push(("service_answer", format!("download-{name}"), seed));
    }
}

/// Heads: a status, and headers.
fn heads(seeds: &mut Vec<Seed>) {
    let long = format!("x: {}", "y".repeat(17 << 10));
    let all: &[(&str, u16, &str)] = &[
        (
            "json",
            200,
            "content-type: application/json; charset=utf-8\ncontent-length: 20",
        ),
        ("lines", 200, "content-type: application/x-ndjson"),
        (
            "lines-refused",
            503,
            "content-type: application/x-ndjson\nretry-after: 30",
        ),
        (
            "large",
            200,
            "content-type: application/json\ncontent-length: 1048577",
        ),
        ("long", 200, &long),
        ("elsewhere", 302, "location: https://localhost"),
        (
            "bad-gateway",
            502,
            "content-type: text/html\nretry-after: 5",
        ),
        ("too-many", 429, "retry-after: 99999999"),
        ("page", 200, "content-type: text/html"),
        (
            "wait-in-json",
            503,
            "content-type: application/json\nretry-after: 0",
        ),
        (
            "until",
            503,
            "retry-after: Fri, 15 Jan 2027 08:00:30 GMT\ndate: Fri, 15 Jan 2027 08:00:00 GMT",
        ),
        (
            "until-past",
            503,
            "retry-after: Fri, 15 Jan 1999 08:00:30 GMT",
        ),
        ("no-header", 200, "content type: application/json"),
        ("no-status", 1, ""),
        ("no-value", 200, "content-type: \x01"),
    ];
    for (name, status, headers) in all {
        let seed = [
            &[head::BEGIN][..],
            &status.to_be_bytes(),
            headers.as_bytes(),
        ]
        .concat();
        seeds.push(("service_answer", format!("head-{name}"), seed));
    }
}
