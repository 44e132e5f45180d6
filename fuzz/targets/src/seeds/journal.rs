//! Seeds of the folders: what a journal holds, whole, torn, damaged and about others.

use super::Seed;
use crate::joined;

const REQUEST: &str = "OQSsiquc01req_20261120-1.xml";
const ANSWER: &str = "<XmlMsg><MessageHeader><SegmentOfResult>1</SegmentOfResult></MessageHeader><MessageBody/></XmlMsg>";
const TAG: (&str, &str) = ("jtag", "abcdefgh");
/// The SHA-256 of some name in lower case, as a line.
const LINE: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n";

fn entry(request: &str, identifier: &str, state: &str) -> String {
    format!(
        r#"{{"request":"{request}","file_identifier":{identifier},"asked_at":5,"state":"{state}"}}"#
    )
}

pub(super) fn add(seeds: &mut Vec<Seed>) {
    // Of each two seeds, one watches a folder whose files were there before it.
    let mut skip = 0;
    let mut add = |name: &str, files: &[(&str, &str)]| {
        skip ^= 1;
        let parts = files
            .iter()
            .flat_map(|(name, content)| [name.as_bytes(), content.as_bytes()]);
        let seed = [&[skip][..], &joined(parts)].concat();
        seeds.push(("journal", name.to_owned(), seed));
    };
    let kept = format!("j{REQUEST}.json");
    let answer = format!("s{}", REQUEST.replace("req_", "res_"));
    let temporary = |tag: &str, request: &str| format!("qmynacard-{tag}-{request}.tmp");
    for state in ["waiting", "abandoned", "done"] {
        let entry = entry(REQUEST, "null", state);
        let files = [TAG, (&kept, &entry), (&answer, ANSWER)];
        add(&format!("answered-{state}"), &files);
    }
    let waiting = entry(REQUEST, r#""1""#, "waiting");
    let interrupted = temporary("abcdefgh", REQUEST);
    let forgotten = temporary("abcdefgh", "OQSsiquc01req_2.xml");
    let foreign = temporary("zzzzzzzz", REQUEST);
    let files = [
        TAG,
        (&*kept, &*waiting),
        (&*interrupted, "<XmlMsg/>"),
        (&*forgotten, "<XmlMsg/>"),
        (&*foreign, "<XmlMsg/>"),
    ];
    add("interrupted", &files);
    let spelled = answer.to_lowercase();
    let zip = answer.replace(".xml", ".ZIP");
    add(
        "two-answers",
        &[
            (&kept, &waiting),
            (&answer, ANSWER),
            (&spelled, "<XmlMsg"),
            (&zip, "PK"),
        ],
    );
    let begun = format!("j{REQUEST}.new");
    add(
        "begun",
        &[(&begun, "{"), ("jtag.new", "abc"), ("jother.txt", "")],
    );
    for (name, about) in [("elsewhere", "../own"), ("another", "OQSsiquc01req_2.xml")] {
        add(
            &format!("about-{name}"),
            &[(&kept, &entry(about, "null", "done"))],
        );
    }
    let half = waiting.split_at(waiting.len() / 2).0;
    add("half", &[(&kept, half)]);
    add("empty", &[(&kept, ""), ("jtag", "")]);
    let other = entry("oqsSiquc01req_A.xml", "null", "abandoned");
    add(
        "other-letters",
        &[("joqsSiquc01req_A.xml.json", &other), ("jtag", "ABCDEFGH")],
    );

    let faces = [
        "fOQSsiquc01res_face_1_20261120093000000.xml",
        "fOQSsiquc01res_face_2_20261120093100000.xml",
        "foqssiquc01res_FACE_3.xml",
    ];
    let all = [
        (faces[0], ANSWER),
        (faces[1], ANSWER),
        (faces[2], "<XmlMsg"),
    ];
    add("faces", &all);
    add("faces-old", &all);
    // Found by fuzzing in the harness, which hid the folder there.
    add("named-like-a-folder", &[("jreq", ""), ("jface", "")]);
    add(
        "face-taken",
        &[("fOQSsiquc01res_face_put_20261120093000000.xml", ANSWER)],
    );
    for (name, lines) in [
        ("known", format!("{LINE}primed\n")),
        ("torn", format!("{LINE}{}", LINE.split_at(20).0)),
        ("odd", format!("primed\r\n\n{}x\n", LINE.to_uppercase())),
    ] {
        add(
            &format!("faces-{name}"),
            &[("jfaces", &lines), (faces[0], ANSWER), (faces[1], ANSWER)],
        );
    }
    let unreadable = joined([
        &b"jfaces"[..],
        b"\xFF\xFE\n",
        faces[0].as_bytes(),
        ANSWER.as_bytes(),
    ]);
    let seed = [&[0][..], &unreadable].concat();
    seeds.push(("journal", "faces-no-text".to_owned(), seed));
}
