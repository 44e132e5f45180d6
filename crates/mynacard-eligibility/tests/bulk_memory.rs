//! A bulk answer of 100,000 people in constant memory. Alone in its program: the memory is the whole process's.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use mynacard_eligibility::{
    BulkReader, BulkWriter, Encoding, FieldId as F, Record, Section, Unmappable, XmlOptions,
};
use std::io::Read;

const SJIS: XmlOptions = XmlOptions {
    encoding: Encoding::ShiftJis,
    unmappable: Unmappable::Refuse,
};

fn bulk_header() -> Record {
    Record::builder(Section::Header)
        .set(F::MEDICAL_INSTITUTION_CODE, "0110113719")
        .set(F::RECEPTION_NUMBER, "R-1")
        .set(F::CHARACTER_CODE_IDENTIFIER, "1")
        .build()
        .unwrap()
}

fn unit(index: usize) -> Record {
    Record::builder(Section::Unit)
        .set(F::PROCESSING_RESULT_STATUS, "1")
        .set(F::QUALIFICATION_VALIDITY, "1")
        .set(F::REFERENCE_NUMBER, index.to_string())
        .child(
            Record::builder(Section::Search)
                .set(F::INSURED_IDENTIFICATION_NUMBER, index.to_string()),
        )
        .child(
            Record::builder(Section::Confirmation)
                .set(F::INSURED_CARD_CLASSIFICATION, "01")
                .set(F::INSURER_NUMBER, "06130488")
                .set(F::NAME, "医療 太郎")
                .set(F::NAME_KANA, "ｲﾘｮｳ ﾀﾛｳ")
                .set(F::SEX1, "1")
                .set(F::BIRTHDATE, "19800401")
                .set(F::INSURER_NAME, "全国健康保険協会"),
        )
        .build()
        .unwrap()
}

/// A bulk file that is never in memory as a whole.
struct Generated {
    chunk: Vec<u8>,
    at: usize,
    left: usize,
    unit: Vec<u8>,
}

impl Read for Generated {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.chunk.len() {
            self.at = 0;
            self.chunk = match self.left {
                0 => return Ok(0),
                1 => b"</MessageBody></XmlMsg>".to_vec(),
                _ => self.unit.clone(),
            };
            self.left -= 1;
        }
        let read = Read::read(&mut &self.chunk[self.at..], out)?;
        self.at += read;
        Ok(read)
    }
}

fn resident_kilobytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_hundred_thousand_people_take_the_memory_of_one() {
    let mut writer = BulkWriter::start(
        Vec::new(),
        &bulk_header(),
        &Record::new(Section::Body),
        SJIS,
    )
    .unwrap();
    writer.write(&unit(1)).unwrap();
    let (bytes, _) = writer.finish().unwrap();
    let start = bytes
        .windows(17)
        .position(|window| window == b"<BulkConfirmUnit>")
        .unwrap();
    let end = bytes
        .windows(18)
        .position(|window| window == b"</BulkConfirmUnit>")
        .unwrap()
        + 18;
    let people = 100_000;
    let file = Generated {
        chunk: bytes[..start].to_vec(),
        at: 0,
        left: people + 1,
        unit: bytes[start..end].to_vec(),
    };
    let mut reader = BulkReader::open(file).unwrap();
    for _ in 0..1000 {
        reader.next_unit().unwrap().unwrap();
    }
    let before = resident_kilobytes();
    let mut count = 1000;
    while reader.next_unit().unwrap().is_some() {
        count += 1;
    }
    assert_eq!(count, people);
    let grown = resident_kilobytes() - before;
    assert!(grown < 4096, "{grown} kB more");
}
