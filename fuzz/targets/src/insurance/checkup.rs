//! The contract lists of 特定健診: CSV in both encodings, and workbooks.

use std::io::{Cursor, Write};

use mynacard_checkup::{InstitutionList, InsurerList, MAX_FILE, Source};
use mynacard_eligibility::{Encoding, Unmappable};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::errors::note;
use crate::pieces;

type Lists = (
    Result<InsurerList, &'static str>,
    Result<InstitutionList, &'static str>,
);

fn read(source: Source<'_>) -> Lists {
    (
        InsurerList::read(source).map_err(|error| note(&error)),
        InstitutionList::read(source).map_err(|error| note(&error)),
    )
}

/// A list says the same in both encodings, and every finding names a row that is there.
pub(crate) fn csv(data: &[u8]) {
    let data = &*crate::grown(data);
    let lists = read(Source::Csv(data));
    if data.len() > MAX_FILE {
        assert!(lists.0.is_err() && lists.1.is_err(), "read without bound");
        return;
    }
    let lines = 1 + data.iter().filter(|&&b| matches!(b, b'\n' | b'\r')).count();
    ordered(&lists, lines);
    let Ok(text) = Encoding::Utf8.decode(data) else {
        return;
    };
    if data.len() > 1 << 17 {
        // What is too large is so in every encoding, and what is merely large would be read for longer than a run may last.
        return;
    }
    let marked = [&[0xEF, 0xBB, 0xBF], text.as_bytes()].concat();
    assert_eq!(read(Source::Csv(&marked)), lists, "with a byte order mark");
    let Ok(other) = Encoding::ShiftJis.encode(&text, Unmappable::Refuse) else {
        return;
    };
    // A few bytes are good UTF-8 and good CP932 both; UTF-8 is tried first.
    let same = Encoding::ShiftJis
        .decode(&other.bytes)
        .is_ok_and(|back| back == text);
    if same && (text.is_ascii() || Encoding::Utf8.decode(&other.bytes).is_err()) {
        assert_eq!(read(Source::Csv(&other.bytes)), lists, "in CP932");
    }
}

fn ordered(lists: &Lists, lines: usize) {
    let (insurers, institutions) = lists;
    if let Ok(list) = insurers {
        let rows: Vec<usize> = list.contracts.iter().map(|contract| contract.row).collect();
        assert!(rows.is_sorted_by(|a, b| a < b), "{rows:?}");
        for contract in &list.contracts {
            let found = list.find(&contract.insurer).map(|first| first.row);
            assert!(found.is_some_and(|row| row <= contract.row));
        }
        assert!(list.findings.iter().all(|f| (1..=lines).contains(&f.row)));
        for contract in list.contracts.iter().take(100) {
            let json = serde_json::to_value(contract).expect("texts and truths");
            let number = json.get("insurer").and_then(serde_json::Value::as_str);
            assert_eq!(number, Some(contract.insurer.as_str()));
        }
    }
    if let Ok(list) = institutions {
        let rows: Vec<usize> = list.institutions.iter().map(|one| one.row).collect();
        assert!(rows.is_sorted_by(|a, b| a < b), "{rows:?}");
        assert!(list.findings.iter().all(|f| (1..=lines).contains(&f.row)));
    }
}

/// A workbook: the bytes as they are, or its parts in a sound ZIP, with more parts than a workbook has where the second bit says so. The
/// first byte chooses. Whether one of the lists was read.
pub(crate) fn xlsx(data: &[u8]) -> bool {
    let data = &*crate::grown(data);
    let Some((&choice, rest)) = data.split_first() else {
        return false;
    };
    let built;
    let bytes = if choice & 1 == 0 {
        rest
    } else {
        built = workbook(rest, if choice & 2 == 0 { 0 } else { 1001 });
        &built
    };
    let lists = read(Source::Xlsx(bytes));
    let within = bytes.len() <= MAX_FILE && choice & 3 != 3;
    assert!(
        within || lists.0.is_err() && lists.1.is_err(),
        "read without bound"
    );
    ordered(&lists, mynacard_checkup::MAX_ROWS);
    lists.0.is_ok() || lists.1.is_ok()
}

/// The parts that a reader looks into; the input has them in this order.
pub(crate) const PARTS: [&str; 7] = [
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "[Content_Types].xml",
    "_rels/.rels",
];

/// A ZIP of the parts, each as the input has it, and so many that are empty.
fn workbook(parts: &[u8], more: usize) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in PARTS.into_iter().zip(pieces(parts)) {
        if !content.is_empty() {
            archive
                .start_file(name, stored)
                .and_then(|()| Ok(archive.write_all(content)?))
                .expect("memory can be written to");
        }
    }
    for number in 0..more {
        archive
            .start_file(format!("{number}"), stored)
            .expect("memory can be written to");
    }
    archive
        .finish()
        .expect("memory can be written to")
        .into_inner()
}
