//! What insurance data may cost: no input of a target makes it hold more than a bound, however the input is made.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::path::Path;

use mynacard_checkup::{InstitutionList, InsurerList, Source};
use mynacard_eligibility::{Answer, BulkReader, Message};
use mynacard_fuzz_targets::{GROWN, run, seeds};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const INSURANCE: [&str; 7] = [
    "answer_json",
    "answer_xml",
    "checkup_csv",
    "checkup_xlsx",
    "message",
    "screen",
    "zip",
];

const MEGABYTE: u64 = 1 << 20;

#[track_caller]
fn costs(what: &str, at_most: u64, work: impl FnOnce()) {
    let cost = allocation_counter::measure(work);
    assert!(
        cost.bytes_max <= at_most,
        "{what}: {} bytes at once, {at_most} are allowed",
        cost.bytes_max
    );
}

/// Everything a target does with a seed (it writes and reads it several times) stays within a few megabytes.
#[test]
fn seeds_and_their_halves_stay_small() {
    let mut seen = Vec::new();
    for (target, name, bytes) in seeds::all() {
        // What grows is larger than that itself: the tests below bound it.
        if INSURANCE.contains(&target) && !bytes.starts_with(GROWN) {
            // What is made once (tables, a folder) is not the input's.
            run(target, &bytes);
            let half = bytes.len() / 2;
            let parts = [&bytes[..], &bytes[..half], &bytes[half..]];
            for part in parts {
                costs(&format!("{target} {name}"), 8 * MEGABYTE, || {
                    run(target, part)
                });
            }
            seen.push(target);
        }
    }
    assert!(INSURANCE.iter().all(|target| seen.contains(target)));
}

/// The worst messages of a quarter of a megabyte cost a bounded multiple of their size.
#[test]
fn messages_made_to_cost_much_do_not() {
    let open = "<XmlMsg><MessageBody>";
    let many = |part: &str| format!("{open}{}", part.repeat((256 << 10) / part.len()));
    let attributes = (0..20_000).fold(String::new(), |mut all, n| {
        let _ = write!(all, " a{n}=\"\"");
        all
    });
    for (what, xml) in [
        ("deep", many("<a>")),
        ("empty unknown elements", many("<a/>")),
        ("empty records", many("<BulkConfirmUnit/>")),
        ("fields twice", many("<ReferenceNumber/>")),
        ("text", many("x")),
        ("references", many("&#65;")),
        ("attributes", format!("{open}<a{attributes}/>")),
        ("a comment", format!("{open}<!--{}", "x".repeat(256 << 10))),
        ("doctype", format!("<!DOCTYPE a [{}", "x".repeat(256 << 10))),
        (
            "entities",
            "<!DOCTYPE a [<!ENTITY b \"&c;&c;\">]><XmlMsg>&b;</XmlMsg>".to_owned(),
        ),
    ] {
        let whole = 200 * xml.len() as u64 + MEGABYTE;
        costs(what, whole, || drop(Message::read_xml(xml.as_bytes())));
        costs(what, whole, || {
            let Ok(mut reader) = BulkReader::open(xml.as_bytes()) else {
                return;
            };
            while let Ok(Some(_)) = reader.next_unit() {}
        });
        let json = format!(
            "{{\"schema\":\"mynacard-answer/1\",\"_unknown\":{}",
            "[".repeat(xml.len())
        );
        costs(what, whole, || drop(Answer::from_json(&json)));
    }
}

/// People in a stream cost one person, whatever their number.
#[test]
fn a_stream_costs_one_person() {
    let unit =
        "<BulkConfirmUnit><QualificationValidity>1</QualificationValidity></BulkConfirmUnit>";
    let mut peaks = [0, 0];
    for (peak, people) in peaks.iter_mut().zip([10, 20_000]) {
        let xml = format!(
            "<XmlMsg><MessageBody>{}</MessageBody></XmlMsg>",
            unit.repeat(people)
        );
        let cost = allocation_counter::measure(|| {
            let mut reader = BulkReader::open(xml.as_bytes()).unwrap();
            let mut count = 0;
            while reader.next_unit().unwrap().is_some() {
                count += 1;
            }
            assert_eq!(count, people);
        });
        *peak = cost.bytes_max;
    }
    assert!(peaks[1] < peaks[0] + MEGABYTE / 4, "{peaks:?}");
}

/// Lists made to cost much: the widest rows, a workbook that unpacks a thousandfold, cells at its far end.
#[test]
fn lists_made_to_cost_much_do_not() {
    let rows = |row: &str| format!("保険者番号\n{}", row.repeat((4 << 20) / row.len()));
    for (what, csv) in [
        ("commas", rows(",")),
        ("blank lines", rows("\n")),
        (
            "one filled cell in each row",
            rows(&format!("{}x\n", ",".repeat(150))),
        ),
        ("cells of one character", rows("1,")),
        ("quotes", rows("\"\"\"")),
    ] {
        // The CSV reader notes the end of every cell of a line, sixteen bytes while its list grows.
        costs(what, 128 * MEGABYTE, || {
            let _ = InsurerList::read(Source::Csv(csv.as_bytes()));
            let _ = InstitutionList::read(Source::Csv(csv.as_bytes()));
        });
    }
    let row = |number: usize| format!("<row r=\"{number}\"><c r=\"IV{number}\"><v>1</v></c></row>");
    let far: String = (1..=20_000).map(row).collect();
    for (what, sheet) in [
        ("far cells", far),
        ("spaces", " ".repeat(16 << 20)),
        (
            "strings",
            "<c r=\"A1\" t=\"inlineStr\"><is><t>x</t></is></c>".repeat(1 << 16),
        ),
    ] {
        let book = workbook(&sheet);
        assert!(book.len() < 4 << 20, "{what}: {}", book.len());
        costs(what, 96 * MEGABYTE, || {
            drop(InsurerList::read(Source::Xlsx(&book)))
        });
    }
}

fn workbook(sheet: &str) -> Vec<u8> {
    let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds/checkup_xlsx/insurers");
    let seed = std::fs::read(seed).unwrap();
    let mut parts = Vec::new();
    let mut rest = &seed[1..];
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let (part, after) = after.split_at(usize::from(u16::from_be_bytes(*length)));
        parts.push(String::from_utf8(part.to_vec()).unwrap());
        rest = after;
    }
    let start = parts[0].find("<sheetData>").unwrap() + "<sheetData>".len();
    parts[0] = format!("{}{sheet}</sheetData></worksheet>", &parts[0][..start]);
    let names = [
        "xl/worksheets/sheet1.xml",
        "xl/sharedStrings.xml",
        "xl/styles.xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "[Content_Types].xml",
        "_rels/.rels",
    ];
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, part) in names.into_iter().zip(parts) {
        archive
            .start_file(name, SimpleFileOptions::default())
            .unwrap();
        archive.write_all(part.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}
