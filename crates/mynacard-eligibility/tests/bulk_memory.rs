//! A bulk message of 100,000 people in constant memory, read and written. The process's memory is asked as well as the
//! allocator, so this stands alone in its program.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "support/bulk.rs"]
mod support;

use mynacard_eligibility::{
    BulkReader, BulkWriter, FieldId as F, Record, Section, Unmappable, XmlOptions,
};
use std::io::{Read, Write};
use support::{SJIS, bulk_header, unit};

const PEOPLE: usize = 100_000;

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

/// Counts what is written and keeps none of it.
#[derive(Default)]
struct Counted(usize);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
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

fn file(people: usize) -> Generated {
    let body = Record::new(Section::Body);
    let mut writer = BulkWriter::start(Vec::new(), &bulk_header(), &body, SJIS).unwrap();
    writer.write(&unit(1)).unwrap();
    let (bytes, _) = writer.finish().unwrap();
    let find = |part: &[u8]| bytes.windows(part.len()).position(|window| window == part);
    let start = find(b"<BulkConfirmUnit>").unwrap();
    let end = find(b"</BulkConfirmUnit>").unwrap() + 18;
    Generated {
        chunk: bytes[..start].to_vec(),
        at: 0,
        left: people + 1,
        unit: bytes[start..end].to_vec(),
    }
}

/// The most bytes at once of reading so many people, and how many kilobytes the process grew after the first.
fn reading(people: usize) -> (u64, usize) {
    let (file, mut grown) = (file(people), 0);
    let cost = allocation_counter::measure(|| {
        let mut reader = BulkReader::open(file).unwrap();
        reader.next_unit().unwrap().unwrap();
        let before = resident_kilobytes();
        let mut count = 1;
        while reader.next_unit().unwrap().is_some() {
            count += 1;
        }
        assert_eq!(count, people);
        grown = resident_kilobytes() - before;
    });
    (cost.bytes_max, grown)
}

/// The most bytes at once of writing so many people.
fn writing(options: XmlOptions, people: usize, message: &str) -> u64 {
    let cost = allocation_counter::measure(|| {
        let body = Record::new(Section::Body);
        let out = Counted::default();
        let mut writer = BulkWriter::start(out, &bulk_header(), &body, options).unwrap();
        let mut person = unit(0);
        person.insert(F::PROCESSING_RESULT_MESSAGE, message);
        for index in 0..people {
            person.insert(F::REFERENCE_NUMBER, format!("{index:06}"));
            writer.write(&person).unwrap();
        }
        let (out, changed) = writer.finish().unwrap();
        assert!(out.0 > 300 * people, "{}", out.0);
        let replaced = options.unmappable != Unmappable::Refuse;
        assert_eq!(changed.count(), if replaced { people } else { 0 });
    });
    cost.bytes_max
}

#[test]
fn reading_a_hundred_thousand_people_takes_the_memory_of_a_hundred() {
    let ((few, _), (many, grown)) = (reading(100), reading(PEOPLE));
    assert!(
        many <= few + 4096,
        "{many} bytes at once, {few} for a hundred"
    );
    assert!(many < 256 << 10, "{many} bytes at once");
    assert!(grown < 4096, "{grown} kB more");
}

#[test]
fn writing_a_hundred_thousand_people_takes_the_memory_of_a_hundred() {
    let (few, many) = (writing(SJIS, 100, "済"), writing(SJIS, PEOPLE, "済"));
    assert!(
        many <= few + 64,
        "{many} bytes at once, {few} for a hundred"
    );
    assert!(many < 64 << 10, "{many} bytes at once");
}

/// A character that has to be replaced in everybody's record is named for the first people only.
#[test]
fn writing_replaced_characters_for_everybody_stays_within_a_bound() {
    let options = XmlOptions {
        unmappable: Unmappable::Replace,
        ..SJIS
    };
    let (some, all) = (
        writing(options, 2000, "\u{20BB7}"),
        writing(options, PEOPLE, "\u{20BB7}"),
    );
    assert!(all <= some + 64, "{all} bytes at once, {some} for 2,000");
    assert!(all < 128 << 10, "{all} bytes at once");
}
