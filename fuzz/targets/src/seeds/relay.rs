//! Seeds of relays and vaults: the right script, and each answer of it as somebody else might send it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::Seed;
use crate::joined;
use crate::relay::RIGHT;

pub(super) fn add(seeds: &mut Vec<Seed>) {
    let script = |name: &str, answers: &[Vec<u8>]| {
        let answers = answers.iter().map(Vec::as_slice);
        ("relay_script", name.to_owned(), joined(answers))
    };
    let right = || vec![RIGHT.to_vec(); 5];
    seeds.push(script("right", &right()));
    let answer = |step: u32, command: Option<&[u8]>, done: bool| {
        let body = json!({
            "sandbox": true, "relay_id": "r", "step": step,
            "command": command.map(|bytes| STANDARD.encode(bytes)), "done": done,
            "grant": done.then(|| "00".repeat(16)),
        });
        [&[0][..], body.to_string().as_bytes()].concat()
    };
    // PIN, signature, another application, another file, a chained command: in the place of each right one.
    let wrong: [(&str, &[u8]); 5] = [
        ("verify", b"\x00\x20\x00\x98\x041234"),
        ("sign", &[0x80, 0x2A, 0x00, 0x97, 0x01, 0x00]),
        ("select", &[0x00, 0xA4, 0x04, 0x0C, 0x02, 0xD3, 0x92]),
        ("file", &[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x06]),
        ("chained", &[0x10, 0x84, 0x00, 0x00, 0x10]),
    ];
    for (step, (name, command)) in (1..).zip(wrong) {
        let mut answers = right();
        if let Some(place) = answers.get_mut(usize::try_from(step).unwrap_or_default() - 1) {
            *place = answer(step, Some(command), false);
        }
        seeds.push(script(name, &answers));
    }
    // Done without a right grant; another step than the one that was asked for.
    let right_but = |name: &str, step: usize, body: serde_json::Value| {
        let mut answers = right();
        if let Some(place) = answers.get_mut(step) {
            *place = [&[0][..], body.to_string().as_bytes()].concat();
        }
        script(name, &answers)
    };
    for (name, grant) in [
        ("no-hex", "zz".repeat(16)),
        ("capitals", "AB".repeat(16)),
        ("odd", "0".repeat(31)),
        ("empty", String::new()),
        ("long", "00".repeat(1025)),
    ] {
        let body = json!({"sandbox": true, "relay_id": "r", "step": 5, "command": null, "done": true,
            "grant": grant});
        seeds.push(right_but(&format!("grant-{name}"), 4, body));
    }
    let body = json!({"sandbox": true, "relay_id": "r", "step": 9, "command": "AKQCDAIAFg==", "done": false});
    seeds.push(right_but("step", 0, body));
    let body = json!({"sandbox": true, "relay_id": "r", "step": 1, "command": "!", "done": false});
    seeds.push(right_but("no-base64", 0, body));
    let select: &[u8] = &[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x16];
    for (name, answer) in [("data", &[1, 2, 0x90, 0x00][..]), ("no-status", &[0x90])] {
        seeds.push((
            "relay",
            name.into(),
            joined([select, answer, select, answer]),
        ));
    }
    let many = [select, &[0x90, 0x00]].repeat(9);
    seeds.push(("relay", "many".into(), joined(many)));
    seeds.push(script("at-once", &[answer(1, None, true)]));
    seeds.push(script("empty", &[answer(1, None, false)]));
    let refusal = json!({"sandbox": true, "code": "REF-2001", "message_ja": "", "message_en": "",
        "field": null, "retry_after": null});
    let mut answers = right();
    if let Some(last) = answers.last_mut() {
        *last = [&[1][..], refusal.to_string().as_bytes()].concat();
    }
    seeds.push(script("refused", &answers));
    tries(seeds);
    seeds.push((
        "vault_passcode",
        "empty".into(),
        super::vault_with_passcode().to_vec(),
    ));
}

/// Counts of wrong passcodes beside a vault, with a clock that stands a minute after the last one.
fn tries(seeds: &mut Vec<Seed>) {
    let mut named = |name: &str, what: u8, now: u64, content: &str| {
        let parts = [
            crate::tries::BEGIN,
            &[what],
            &now.to_be_bytes(),
            content.as_bytes(),
        ];
        seeds.push(("vault", format!("tries-{name}"), parts.concat()));
    };
    let now = 1_800_000_000_u64;
    for (name, failed, ago) in [
        ("none", 0, 60),
        ("two", 2, 60),
        ("three-passed", 3, 60),
        ("four", 4, 59),
        ("nine", 9, 60),
        ("nine-passed", 9, 1800),
        ("ten", 10, 1800),
    ] {
        let content = format!("{{\"failed\":{failed},\"last\":{}}}", now - ago);
        named(name, 0, now, &content);
    }
    // The clock was set back.
    let ahead = format!("{{\"failed\":5,\"last\":{}}}", now + 10_000);
    named("ahead", 0, now, &ahead);
    named("endless", 0, now, "{\"failed\":4294967295,\"last\":0}");
    named("negative", 0, now, "{\"failed\":-1,\"last\":0}");
    named("no-json", 0, now, "failed");
    named("long", 1, now, "");
    named("folder", 2, now, "");
    named("missing", 3, now, "");
    // Opened by a passcode, which the key store is not.
    seeds.push((
        "vault",
        "by-passcode".into(),
        super::vault_with_passcode().to_vec(),
    ));
}
