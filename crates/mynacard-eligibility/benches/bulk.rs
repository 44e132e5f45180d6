//! Reading a bulk answer of 100,000 people: MB/s and peak memory, beside plain quick-xml + serde and lxml, in one run.
//!
//! `cargo bench -p mynacard-eligibility --bench bulk` prints a table in Markdown. lxml is that of `MYNACARD_PYTHON` or of the
//! tests' virtual environment, which is made when it is not there.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::cast_precision_loss
)]

#[path = "../tests/support/mod.rs"]
mod support;

use mynacard_eligibility::{
    BulkReader, BulkWriter, Encoding, FieldId as F, Record, Section, XmlOptions,
};
use serde::Deserialize;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

const PEOPLE: usize = 100_000;

fn main() {
    if let (Some(mode), Some(file)) = (
        std::env::var_os("MYNACARD_BENCH_MODE"),
        std::env::var_os("MYNACARD_BENCH_FILE"),
    ) {
        return measure(mode.to_str().unwrap(), Path::new(&file));
    }
    let dir = tempfile::tempdir().unwrap();
    let python = support::python("lxml, fhir.resources", support::PACKAGES);
    println!("| Reader | encoding | MB | s, fastest | ours ÷ this | ÷ floor | MB/s | peak MB |");
    println!("|---|---|--:|--:|--:|--:|--:|--:|");
    for (encoding, name) in [(Encoding::Utf8, "UTF-8"), (Encoding::ShiftJis, "CP932")] {
        let path = dir.path().join(format!("{name}.xml"));
        write(&path, encoding);
        let mut best = READERS.map(|_| (f64::INFINITY, 0.0_f64));
        // In turns, so that the machine's other work falls on all alike.
        for _ in 0..ROUNDS {
            for ((_, reader), best) in READERS.iter().zip(&mut best) {
                let (seconds, megabytes) = run(reader, &python, &path);
                *best = (best.0.min(seconds), best.1.max(megabytes));
            }
        }
        let size = std::fs::metadata(&path).unwrap().len() as f64 / 1e6;
        let [(ours, _), .., (floor, _)] = best;
        for ((label, _), (seconds, peak)) in READERS.iter().zip(best) {
            let (speed, ours, floor) = (size / seconds, ours / seconds, seconds / floor);
            println!(
                "| {label} | {name} | {size:.1} | {seconds:.2} | {ours:.2} | {floor:.1} | {speed:.1} | {peak:.1} |"
            );
        }
    }
}

/// What the table calls a reader, and which it is.
const READERS: [(&str, &str); 5] = [
    ("mynacard, stream", "mynacard"),
    ("quick-xml + serde, whole", "quick-xml+serde"),
    ("lxml, whole", "lxml"),
    ("lxml, iterparse", "lxml-iterparse"),
    (FLOOR, "floor"),
];
/// The file read and decoded, and nothing done with it.
const FLOOR: &str = "floor";
const ROUNDS: usize = 3;

/// Seconds and megabytes at most, of a process of its own.
fn run(reader: &str, python: &Path, file: &Path) -> (f64, f64) {
    let mut command = if reader.starts_with("lxml") {
        let mut command = Command::new(python);
        command.args(["-c", LXML]).arg(file).arg(reader);
        command
    } else {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .env("MYNACARD_BENCH_MODE", reader)
            .env("MYNACARD_BENCH_FILE", file);
        command
    };
    let output = String::from_utf8(support::run(&mut command)).unwrap();
    let parts: Vec<f64> = output
        .split_whitespace()
        .filter_map(|part| part.parse().ok())
        .collect();
    let [count, seconds, kilobytes] = parts[..] else {
        panic!("{reader}: {output}")
    };
    assert!((count - PEOPLE as f64).abs() < 0.5, "{reader} lost people");
    (seconds, kilobytes / 1024.0)
}

const LXML: &str = r#"
import sys, time, resource
from lxml import etree
start = time.perf_counter()
count = 0
data = open(sys.argv[1], "rb")
if b'"Shift_JIS"' in data.read(100):
    data = open(sys.argv[1], "rb")
    body = data.read().replace(b'"Shift_JIS"', b'"CP932"', 1)
    import io
    data = io.BytesIO(body)
else:
    data = open(sys.argv[1], "rb")
if sys.argv[2] == "lxml":
    for unit in etree.parse(data, etree.XMLParser(huge_tree=True)).getroot().iter("BulkConfirmUnit"):
        record = {e.tag: e.text for e in unit.iter() if len(e) == 0}
        count += 1
else:
    for _, unit in etree.iterparse(data, tag="BulkConfirmUnit", huge_tree=True):
        record = {e.tag: e.text for e in unit.iter() if len(e) == 0}
        count += 1
        unit.clear()
        while unit.getprevious() is not None:
            del unit.getparent()[0]
print(count, time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"#;

fn write(path: &Path, encoding: Encoding) {
    let header = Record::builder(Section::Header)
        .set(F::RECEPTION_NUMBER, "R-1")
        .build()
        .unwrap();
    let options = XmlOptions {
        encoding,
        ..XmlOptions::default()
    };
    let out = std::io::BufWriter::new(File::create(path).unwrap());
    let mut writer = BulkWriter::start(out, &header, &Record::new(Section::Body), options).unwrap();
    for index in 0..PEOPLE {
        let unit = Record::builder(Section::Unit)
            .set(F::PROCESSING_RESULT_STATUS, "1")
            .set(F::QUALIFICATION_VALIDITY, "1")
            .set(F::REFERENCE_NUMBER, index.to_string())
            .child(
                Record::builder(Section::Confirmation)
                    .set(F::INSURED_CARD_CLASSIFICATION, "01")
                    .set(F::INSURER_NUMBER, "06130488")
                    .set(F::INSURED_CARD_SYMBOL, "12345678")
                    .set(F::INSURED_IDENTIFICATION_NUMBER, index.to_string())
                    .set(F::NAME, "医療　太郎")
                    .set(F::NAME_KANA, "ｲﾘｮｳ ﾀﾛｳ")
                    .set(F::SEX1, "1")
                    .set(F::BIRTHDATE, "19800401")
                    .set(F::ADDRESS, "東京都千代田区霞が関１丁目２番３号")
                    .set(F::POST_NUMBER, "100-0013")
                    .set(F::INSURER_NAME, "全国健康保険協会　東京支部"),
            );
        writer.write(&unit.build().unwrap()).unwrap();
    }
    writer.finish().unwrap();
}

/// Reads and decodes a file piece by piece; the people are counted by the last one's number.
fn decoded(path: &Path) -> usize {
    let cp932 = path.to_str().unwrap().contains("CP932");
    let encoding = if cp932 {
        encoding_rs::SHIFT_JIS
    } else {
        encoding_rs::UTF_8
    };
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let (mut raw, mut text) = (vec![0; 16 << 10], vec![0; 48 << 10]);
    let (mut file, mut tail) = (File::open(path).unwrap(), Vec::new());
    loop {
        let read = file.read(&mut raw).unwrap();
        let (_, _, written, wrong) = decoder.decode_to_utf8(&raw[..read], &mut text, read == 0);
        assert!(!wrong);
        if read == 0 {
            break;
        }
        tail.extend_from_slice(&text[written.saturating_sub(4 << 10)..written]);
        tail.drain(..tail.len().saturating_sub(4 << 10));
    }
    let tail = String::from_utf8_lossy(&tail);
    let (before, _) = tail.rsplit_once("</ReferenceNumber>").unwrap();
    before.rsplit_once('>').unwrap().1.parse::<usize>().unwrap() + 1
}

/// What a program does that knows the tags and nothing else.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PlainMessage {
    message_body: PlainBody,
}

#[derive(Deserialize)]
struct PlainBody {
    #[serde(rename = "BulkConfirmUnit", default)]
    units: Vec<PlainUnit>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(dead_code)]
struct PlainUnit {
    processing_result_status: Option<String>,
    qualification_validity: Option<String>,
    reference_number: Option<String>,
    #[serde(rename = "ResultOfQualificationConfirmation", default)]
    results: Vec<PlainResult>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(dead_code)]
struct PlainResult {
    insured_card_classification: Option<String>,
    insurer_number: Option<String>,
    insured_card_symbol: Option<String>,
    insured_identification_number: Option<String>,
    name: Option<String>,
    name_kana: Option<String>,
    sex1: Option<String>,
    birthdate: Option<String>,
    address: Option<String>,
    post_number: Option<String>,
    insurer_name: Option<String>,
}

fn measure(mode: &str, path: &Path) {
    let start = Instant::now();
    let mut count = 0;
    if mode == "mynacard" {
        let mut reader = BulkReader::open(File::open(path).unwrap()).unwrap();
        while let Some(unit) = reader.next_unit().unwrap() {
            assert!(unit.findings.is_empty(), "{:?}", unit.findings);
            count += unit.results().count();
        }
    } else if mode == "floor" {
        count = decoded(path);
    } else {
        let mut bytes = Vec::new();
        let mut file = BufReader::new(File::open(path).unwrap());
        file.read_to_end(&mut bytes).unwrap();
        let text = if path.to_str().unwrap().contains("CP932") {
            encoding_rs::SHIFT_JIS.decode(&bytes).0
        } else {
            std::str::from_utf8(&bytes).unwrap().into()
        };
        let message: PlainMessage = quick_xml::de::from_str(&text).unwrap();
        count = message
            .message_body
            .units
            .iter()
            .map(|unit| unit.results.len())
            .sum();
    }
    let seconds = start.elapsed().as_secs_f64();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .and_then(|line| line.split_whitespace().nth(1))
        .unwrap_or("0");
    println!("{count} {seconds} {peak}");
}
