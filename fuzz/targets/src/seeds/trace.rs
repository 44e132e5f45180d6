//! Seeds of traces: right ones in which one line is another, and what no recorder writes.

use super::Seed;
use super::card::{place, trace_of};

pub(super) fn add(seeds: &mut Vec<Seed>) {
    let mut add = |name: &str, flow: &str, text: &str| {
        let seed = [&[place(flow)][..], text.as_bytes()].concat();
        seeds.push(("trace", name.to_owned(), seed));
    };
    let replaced = |trace: &str, from: &str, to: &str| {
        assert!(trace.contains(from), "the trace has another form");
        trace.replacen(from, to, 1)
    };
    let begin = r#"{"event":"begin","version":1,"max_command":261,"max_response":258}"#;
    let select = r#"{"event":"exchange","header":"00A4040C","lc":10,"data":"D392F000260100000001","le":0,"status":"9000","answer":[]}"#;
    let read = |end: &str| {
        format!(
            "{begin}\n{select}\n{{\"event\":\"exchange\",\"header\":\"00B08A00\",\"lc\":0,\"le\":256{end}}}\n"
        )
    };
    // Lines that are none of a trace.
    for (name, end) in [
        ("part", r#","status":"9000","answer":[null]"#),
        ("long-part", r#","status":"9000","answer":[65538,1]"#),
        ("longer-part", r#","status":"9000","answer":[65539]"#),
        ("long-status", r#","status":"900000","answer":[]"#),
        ("odd", r#","status":"9000","answer":["300"]"#),
        ("delivery", r#","error":"card-removed","delivery":"late""#),
        ("lost", r#","error":"card-removed","delivery":"unknown""#),
        ("not-sent", r#","error":"timeout","delivery":"not-sent""#),
    ] {
        add(&format!("line-{name}"), "authentication", &read(end));
    }
    let version = replaced(begin, r#""version":1"#, r#""version":2"#);
    add("line-version", "authentication", &version);
    // Steps that come when another one should.
    add("no-beginning", "authentication", select);
    add("begins-twice", "authentication", &[begin, begin].join("\n"));
    let other = replaced(select, "D392F000260100000001", "D392F000260100000002");
    add(
        "another-name",
        "authentication",
        &[begin, &other].join("\n"),
    );
    let other = replaced(select, "00A4040C", "00A40400");
    add(
        "another-command",
        "authentication",
        &[begin, &other].join("\n"),
    );
    let other = replaced(select, r#""le":0"#, r#""le":5"#);
    add(
        "another-expected",
        "authentication",
        &[begin, &other].join("\n"),
    );
    let note = r#"{"event":"note","name":"flow","value":"authentication"}"#;
    add("note", "authentication", &[note, begin, select].join("\n"));
    let pad = trace_of("pin-pad", 0);
    let at = pad.find(r#"{"event":"enter-pin""#).expect("a pad");
    let before = pad.get(..at).unwrap_or_default();
    add("pad-not-used", "pin-pad", &format!("{before}{begin}\n"));
    // Another object than the file has, one of another length, and empty ones, in what is recorded object by object.
    let attributes = trace_of("attributes-by-pin", 1);
    let header = "FF408200";
    let at = attributes.find(header).expect("the basic data");
    let rest = attributes.get(at..).unwrap_or_default();
    let end = at + rest.find(']').expect("the end of an answer");
    let with = |answer: &str| {
        let (before, after) = (attributes.get(..at), attributes.get(end..));
        [
            before.unwrap_or_default(),
            answer,
            after.unwrap_or_default(),
        ]
        .concat()
    };
    // Four octets of flags should stand there.
    add(
        "another-length",
        "attributes-by-pin",
        &with("FF4008DF4105010203040500\""),
    );
    let unknown = "FF4003DF4E00\"";
    add("another-object", "attributes-by-pin", &with(unknown));
    let empty = "FF400DDF410401030E01DF4200DF4300\"";
    add("empty-objects", "attributes-by-pin", &with(empty));
    // A piece that the transport does not carry is asked for again, in short form: by then the file is out of step.
    let long = trace_of("authentication", 1);
    let at = long.find(r#"{"event":"exchange","header":"00B08A00""#);
    let before = long.get(..at.expect("a read")).unwrap_or_default();
    let steps = [
        r#"{"event":"exchange","header":"00B08A00","lc":0,"le":65536,"status":"9000","answer":["30820400",400]}"#,
        r#"{"event":"exchange","header":"00B00194","lc":0,"le":624,"error":"too-long","delivery":"not-sent"}"#,
        r#"{"event":"exchange","header":"00B00194","lc":0,"le":256,"status":"9000","answer":[256]}"#,
    ];
    let text = format!("{before}{}\n", steps.join("\n"));
    add("out-of-step", "authentication", &text);
}
