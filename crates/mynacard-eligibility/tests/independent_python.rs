//! Other people's readers: lxml reads our XML, fhir.resources accepts our FHIR, Python's codec agrees in reading CP932.
//! Needs Python 3 with venv and pip (or MYNACARD_PYTHON with the packages).

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use mynacard_eligibility::shape::fhir;
use mynacard_eligibility::{
    Answer, Element, Encoding, FieldId as F, Message, Node, Record, Section, Unmappable, XmlOptions,
};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

fn python() -> PathBuf {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON
        .get_or_init(|| support::python("lxml, fhir.resources", support::PACKAGES))
        .clone()
}

/// Answers that try every section and every escape.
fn answers() -> Vec<Answer> {
    let full = Section::Confirmation.layout().fields.iter().fold(
        Record::builder(Section::Confirmation),
        |record, &field| {
            use mynacard_eligibility::field::Kind;
            let text = match field.field().kind {
                Kind::Date => "19800401",
                Kind::DateTime => "20261120093000",
                Kind::Code(table) => table.entries[0].code,
                Kind::Percent => "030",
                Kind::InsurerNumber => "  138016",
                Kind::InstitutionCode => "0110113719",
                Kind::PostalCode => "100-0013",
                _ => "髙﨑 <&>\"' ]] ～\u{E000}",
            };
            record.set(field, text)
        },
    );
    let full = full
        .child(
            Record::builder(Section::Elderly).set(F::ELDERLY_RECIPIENT_CONTRIBUTION_RATIO, "020"),
        )
        .child(Record::builder(Section::Disease).set(F::SPECIFIC_DISEASES_SELF_PAY, "10000"))
        .child(Record::builder(Section::Disease).set(F::SPECIFIC_DISEASES_DISEASE_CATEGORY, "2"))
        .child(Record::builder(Section::Ticket).set(F::REMARKS1, "一行\n二行\r\tx"))
        .unknown(Element {
            tag: "New".into(),
            attributes: vec![("a".into(), "\"<\n\t&".into())],
            nodes: vec![Node::Text(" x ".into())],
        });
    let kouki = Record::builder(Section::Confirmation)
        .set(F::INSURER_NUMBER, "39131008")
        .set(F::INSURED_IDENTIFICATION_NUMBER, "12345678");
    let start = || {
        Answer::builder()
            .set(F::QUALIFICATION_VALIDITY, "1")
            .set(F::PROCESS_EXECUTION_TIME, "20261120093000")
    };
    vec![
        start()
            .set(F::MEDICAL_INSTITUTION_CODE, "0110113719")
            .result(full)
            .result(kouki)
            .build()
            .unwrap(),
        start().build().unwrap(),
        Answer::builder()
            .set(F::QUALIFICATION_VALIDITY, "2")
            .result(Record::builder(Section::Confirmation))
            .build()
            .unwrap(),
    ]
}

const READ_XML: &str = r#"
import sys, json
from lxml import etree
root = etree.fromstring(sys.stdin.buffer.read(), etree.XMLParser(resolve_entities=False, huge_tree=False))
def walk(element):
    yield [element.tag, dict(element.attrib), element.text if len(element) == 0 else None]
    for child in element:
        yield from walk(child)
json.dump(list(walk(root)), sys.stdout)
"#;

#[test]
fn lxml_reads_what_we_write() {
    if support::quick("Python") {
        return;
    }
    for encoding in [Encoding::Utf8, Encoding::ShiftJis] {
        for answer in answers() {
            let xml = answer.write_xml(&XmlOptions {
                encoding,
                unmappable: Unmappable::Refuse,
            });
            // Read strictly, the name Shift_JIS has no vendor characters; CP932 is the name that lxml has for them.
            let xml = match (encoding, xml) {
                (Encoding::ShiftJis, Ok(xml)) => {
                    replace(&xml, b"encoding=\"Shift_JIS\"", b"encoding=\"CP932\"")
                }
                (_, xml) => xml.unwrap(),
            };
            let output = support::run_with(Command::new(python()).args(["-c", READ_XML]), &xml);
            let elements: Vec<(String, serde_json::Value, Option<String>)> =
                serde_json::from_slice(&output).unwrap();
            assert_eq!(elements[0].0, "XmlMsg");
            let text = |tag: &str| {
                elements
                    .iter()
                    .filter(|(found, _, _)| found == tag)
                    .map(|(_, _, text)| text.clone().unwrap_or_default())
                    .collect::<Vec<_>>()
            };
            for result in answer.results() {
                for (field, value) in result.record().values() {
                    assert!(
                        text(field.tag()).iter().any(|found| same(found, value)),
                        "{} {value:?} in {:?}",
                        field.tag(),
                        text(field.tag())
                    );
                }
                for ticket in result.tickets() {
                    assert_eq!(text("Remarks1"), [ticket.text(F::REMARKS1).unwrap()]);
                }
            }
            if let Some((_, attributes, _)) = elements.iter().find(|(tag, _, _)| tag == "New") {
                assert_eq!(attributes["a"], "\"<\n\t&");
            }
        }
    }
}

/// lxml's converter reads 8160 as JIS's wave dash, Windows' as the full-width tilde; everything else must be equal.
fn same(theirs: &str, ours: &str) -> bool {
    theirs == ours || theirs == ours.replace('～', "〜")
}

fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes
        .windows(from.len())
        .position(|window| window == from)
        .unwrap();
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

#[test]
fn fhir_resources_accepts_our_bundles() {
    if support::quick("Python") {
        return;
    }
    let script = "import sys\nfrom fhir.resources.R4B.bundle import Bundle\nbundle = Bundle.model_validate_json(sys.stdin.buffer.read())\n\
        print(bundle.get_resource_type(), len(bundle.entry or []))\n\
        [print(e.resource.get_resource_type(), e.resource.contained[0].get_resource_type()) for e in bundle.entry or []]";
    for (answer, entries) in answers().iter().zip([2, 0, 1]) {
        let json = fhir::bundle(answer).to_string();
        let output =
            support::run_with(Command::new(python()).args(["-c", script]), json.as_bytes());
        let text = String::from_utf8(output).unwrap();
        assert_eq!(
            text.lines().next(),
            Some(format!("Bundle {entries}").as_str())
        );
        assert_eq!(text.matches("Coverage Patient").count(), entries);
    }
}

#[test]
fn pythons_codec_reads_cp932_as_we_do() {
    if support::quick("Python") {
        return;
    }
    let script = "for lead in list(range(0x81, 0xA0)) + list(range(0xE0, 0xFD)):\n for trail in range(0x40, 0xFD):\n  b = bytes([lead, trail])\n  try:\n   s = b.decode('cp932')\n  except UnicodeDecodeError:\n   continue\n  if len(s) == 1:\n   print('%04X %04X' % (lead << 8 | trail, ord(s)))";
    let output = support::run(Command::new(python()).args(["-c", script]));
    let mut count = 0;
    for line in String::from_utf8(output).unwrap().lines() {
        let (code, unit) = line.split_once(' ').unwrap();
        let bytes = u16::from_str_radix(code, 16).unwrap().to_be_bytes();
        let theirs = char::from_u32(u32::from_str_radix(unit, 16).unwrap()).unwrap();
        assert_eq!(
            Encoding::ShiftJis.decode(&bytes).unwrap(),
            theirs.to_string(),
            "{code}"
        );
        count += 1;
    }
    assert!(count > 7000, "{count}");
}

/// Every golden message, and the answer about every synthetic person, in both encodings: name and bytes.
fn golden() -> Vec<(String, Vec<u8>)> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let people = here.join("../mynacard-sandbox/tests/golden_people");
    let mut files = Vec::new();
    for folder in [here.join("tests/golden"), people] {
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "xml") {
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                files.push((name, std::fs::read(path).unwrap()));
            }
        }
    }
    files.sort();
    // 26 messages and 17 answers here, and 38 people there.
    assert!(files.len() >= 2 * (26 + 17 + 38), "{}", files.len());
    files
}

/// Tag and text of every element that holds none, in no order: what a message says.
fn leaves(message: &Message) -> Vec<(String, String)> {
    fn element(all: &mut Vec<(String, String)>, element_: &Element) {
        let nested = element_.nodes.iter().filter_map(|node| match node {
            Node::Element(nested) => Some(nested),
            Node::Text(_) => None,
        });
        let nested: Vec<&Element> = nested.collect();
        if nested.is_empty() {
            let text = element_.nodes.iter().filter_map(|node| match node {
                Node::Text(text) => Some(text.as_str()),
                Node::Element(_) => None,
            });
            all.push((element_.tag.clone(), text.collect()));
        }
        nested.into_iter().for_each(|nested| element(all, nested));
    }
    fn record(all: &mut Vec<(String, String)>, record_: &Record) {
        all.extend(
            record_
                .values()
                .map(|(field, text)| (field.tag().to_owned(), text.to_owned())),
        );
        for section in Section::ALL {
            record_
                .children(section)
                .for_each(|child| record(all, child));
        }
        record_
            .unknown()
            .iter()
            .for_each(|unknown| element(all, unknown));
    }
    let mut all = Vec::new();
    record(&mut all, &message.header);
    record(&mut all, &message.body);
    all.sort();
    all
}

const READ_ALL: &str = r#"
import sys, json
from lxml import etree
parser = etree.XMLParser(resolve_entities=False, huge_tree=False)
out = []
for number in json.load(sys.stdin):
    data = bytes.fromhex(number)
    # Read strictly, the name Shift_JIS has no vendor characters; CP932 is the name that lxml has for them.
    root = etree.fromstring(data.replace(b'encoding="Shift_JIS"', b'encoding="CP932"', 1), parser)
    leaves = [[e.tag, e.text or ""] for e in root.iter() if len(e) == 0 and e.tag not in ("MessageHeader", "MessageBody")]
    codec = "cp932" if b'encoding="Shift_JIS"' in data[:100] else "utf-8"
    out.append([leaves, data.decode(codec)])
json.dump(out, sys.stdout)
"#;

#[test]
fn lxml_and_pythons_codec_read_every_golden_file_as_we_do() {
    if support::quick("Python") {
        return;
    }
    let files = golden();
    let hex: Vec<String> = files
        .iter()
        .map(|(_, bytes)| bytes.iter().map(|byte| format!("{byte:02x}")).collect())
        .collect();
    let output = support::run_with(
        Command::new(python()).args(["-c", READ_ALL]),
        &serde_json::to_vec(&hex).unwrap(),
    );
    type Read = (Vec<(String, String)>, String);
    let theirs: Vec<Read> = serde_json::from_slice(&output).unwrap();
    assert_eq!(theirs.len(), files.len());
    let mut compared = 0;
    for ((name, bytes), (mut found, text)) in files.iter().zip(theirs) {
        let message = Message::read_xml(bytes).unwrap();
        let ours = leaves(&message);
        found.sort();
        assert_eq!(found.len(), ours.len(), "{name}");
        for ((tag, theirs), (our_tag, ours)) in found.iter().zip(&ours) {
            assert!(tag == our_tag && same(theirs, ours), "{name}: {tag}");
            compared += 1;
        }
        assert_eq!(message.encoding.decode(bytes).unwrap(), text, "{name}");
    }
    assert!(compared > 3000, "{compared}");
}

const ACCEPT_ALL: &str = r#"
import sys, json
from fhir.resources.R4B.bundle import Bundle
for text in json.load(sys.stdin):
    bundle = Bundle.model_validate_json(text)
    kinds = [entry.resource.get_resource_type() for entry in bundle.entry or []]
    genders = [entry.resource.contained[0].gender for entry in bundle.entry or []]
    print(json.dumps([kinds, genders]))
"#;

#[test]
fn fhir_resources_accepts_everybody() {
    if support::quick("Python") {
        return;
    }
    let answers: Vec<(String, Answer)> = golden()
        .into_iter()
        .filter(|(name, _)| name.ends_with(".utf8.xml") && !name.starts_with("OQS"))
        .map(|(name, bytes)| (name, Answer::read_xml(&bytes).unwrap()))
        .collect();
    assert!(answers.len() >= 17 + 38, "{}", answers.len());
    let bundles: Vec<String> = answers
        .iter()
        .map(|(_, answer)| fhir::bundle(answer).to_string())
        .collect();
    let output = support::run_with(
        Command::new(python()).args(["-c", ACCEPT_ALL]),
        &serde_json::to_vec(&bundles).unwrap(),
    );
    let text = String::from_utf8(output).unwrap();
    assert_eq!(text.lines().count(), answers.len());
    for ((name, answer), line) in answers.iter().zip(text.lines()) {
        let (kinds, genders): (Vec<String>, Vec<Option<String>>) =
            serde_json::from_str(line).unwrap();
        assert_eq!(kinds.len(), answer.results().len(), "{name}");
        assert!(kinds.iter().all(|kind| kind == "Coverage"), "{name}");
        for (result, gender) in answer.results().iter().zip(genders) {
            let sex = result.text(F::SEX2).or_else(|| result.text(F::SEX1));
            assert_eq!(gender.is_some(), sex.is_some(), "{name}");
        }
    }
}
