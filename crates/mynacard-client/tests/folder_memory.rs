//! 100,000 people through an exchange, asked and answered, plain and in ZIPs, in the memory of a few: by the allocator's count.

#![cfg(feature = "folder")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use mynacard_auth::Cancel;
use mynacard_client::folder::{
    Exchange, ExchangeEvent, ExchangeOptions, Folders, Password, Response,
};
use mynacard_eligibility::identifier::{InstitutionCode, InsuredNumber, InsurerNumber};
use mynacard_eligibility::message::MessageKind;
use mynacard_eligibility::message::request::{self, Consent, Insured, Padding, Query, Sender};
use mynacard_eligibility::{BulkWriter, Date, Encoding, FieldId as F, Record, Section, XmlOptions};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Duration;
use zip::write::SimpleFileOptions;

const FEW: usize = 100;
const PEOPLE: usize = 100_000;
const PASSWORD: &str = "himitsu";
const SJIS: XmlOptions = XmlOptions {
    encoding: Encoding::ShiftJis,
    unmappable: mynacard_eligibility::Unmappable::Refuse,
};

/// How the terminal writes its answers.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Packing {
    Plain,
    Zip,
    AesZip,
}

fn day() -> Date {
    Date::new(2026, 11, 20).unwrap()
}

fn sender() -> Sender {
    Sender {
        institution: InstitutionCode::strict("0110113719").unwrap(),
        file_identifier: Some("many".into()),
    }
}

/// One query of a request, as the interface wants it.
fn query() -> Record {
    let query = Query {
        insured: Insured {
            insurer: InsurerNumber::strict("06130488").unwrap(),
            symbol: None,
            number: InsuredNumber::strict("0000000").unwrap(),
            branch: None,
        },
        birth: Date::new(1980, 4, 1).unwrap(),
        limit: Consent::Given,
        identifier: None,
    };
    request::query_record(&query, Padding::Spaces).unwrap()
}

/// What the terminal writes; not a part of what is measured.
fn answer(path: &Path, people: usize, packing: Packing) {
    let people = |out: &mut dyn Write| {
        out.write_all(b"<XmlMsg><MessageHeader/><MessageBody>")
            .unwrap();
        for index in 0..people {
            // Every number is another one, so that packing does not make the file tiny.
            let random = index.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            write!(
                out,
                "<BulkConfirmUnit><ReferenceNumber>{index}</ReferenceNumber><ResultOfQualificationConfirmation>\
                 <Name>医療 {random:016x}太郎</Name></ResultOfQualificationConfirmation></BulkConfirmUnit>"
            )
            .unwrap();
        }
        out.write_all(b"</MessageBody></XmlMsg>").unwrap();
    };
    if packing == Packing::Plain {
        return people(&mut BufWriter::new(File::create(path).unwrap()));
    }
    let mut zip = zip::ZipWriter::new(File::create(path.with_extension("zip")).unwrap());
    let plain = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    let options = match packing {
        Packing::AesZip => plain.with_aes_encryption(zip::AesMode::Aes256, PASSWORD),
        _ => plain,
    };
    zip.start_file("result.xml", options).unwrap();
    people(&mut BufWriter::new(&mut zip));
    zip.finish().unwrap();
}

fn open(root: &Path) -> Exchange {
    for name in ["req", "res"] {
        std::fs::create_dir_all(root.join(name)).unwrap();
    }
    let options = ExchangeOptions {
        zip_password: Some(Password::new(PASSWORD)),
        ..ExchangeOptions::default()
    };
    Exchange::open(Folders::under(root, &root.join("journal")), options).unwrap()
}

/// The most bytes at once of asking about so many people, piece by piece.
fn asking(people: usize) -> u64 {
    let root = tempfile::tempdir().unwrap();
    let mut exchange = open(root.path());
    let header = request::query_header(&sender(), day()).unwrap();
    let cost = allocation_counter::measure(|| {
        let asked = exchange.submit_with(MessageKind::BulkQuery, "1", 1, |out| {
            let mut writer = BulkWriter::start(out, &header, &Record::new(Section::Body), SJIS)?;
            let mut query = query();
            for index in 0..people {
                query.insert(F::INSURED_IDENTIFICATION_NUMBER, format!("{index:07}"));
                writer.write(&query)?;
            }
            writer.finish().map(drop)
        });
        let file = root.path().join("req").join(asked.unwrap().to_string());
        let length = std::fs::metadata(file).unwrap().len();
        assert!(length > 300 * people as u64, "{length}");
    });
    cost.bytes_max
}

/// The most bytes at once of finding an answer about so many people and reading every one of them.
fn answered(people: usize, packing: Packing) -> u64 {
    let root = tempfile::tempdir().unwrap();
    let mut exchange = open(root.path());
    let kind = MessageKind::BulkQueryDownload;
    let download = request::download(&sender(), "R-1").unwrap();
    let name = exchange.submit(kind, "1", &download, 1).unwrap();
    let path = root.path().join("res").join(name.response().to_string());
    answer(&path, people, packing);
    let cost = allocation_counter::measure(|| {
        let response = response(&mut exchange);
        assert_eq!(response.people(), people, "{packing:?}");
        let (mut seen, mut next) = (0, 0);
        let read = response.each_person(&Cancel::new(), &mut |_, unit| {
            let number = unit.peek().record.text(F::REFERENCE_NUMBER).unwrap();
            seen += usize::from(number.parse() == Ok(next));
            next += 1;
        });
        read.unwrap();
        assert_eq!(
            seen, people,
            "somebody was lost, or came at another's place"
        );
    });
    cost.bytes_max
}

fn response(exchange: &mut Exchange) -> Response {
    let long = Some(Duration::from_secs(600));
    match exchange.next(long, &Cancel::new()) {
        Some(ExchangeEvent::Response(response)) => *response,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_request_about_a_hundred_thousand_people_takes_the_memory_of_a_few() {
    let (few, many) = (asking(FEW), asking(PEOPLE));
    assert!(many <= few + 4096, "{many} bytes at once, {few} for {FEW}");
    assert!(many < 512 << 10, "{many} bytes at once");
}

#[test]
fn an_answer_about_a_hundred_thousand_people_takes_the_memory_of_a_few() {
    let (few, many) = (
        answered(FEW, Packing::Plain),
        answered(PEOPLE, Packing::Plain),
    );
    assert!(many <= few + 4096, "{many} bytes at once, {few} for {FEW}");
    assert!(many < 512 << 10, "{many} bytes at once");
}

#[test]
fn a_zip_of_a_hundred_thousand_people_takes_the_memory_of_a_few_plain_and_aes() {
    for packing in [Packing::Zip, Packing::AesZip] {
        let (few, many) = (answered(FEW, packing), answered(PEOPLE, packing));
        // The last bytes of a file, where its directory may stand, are looked at: at most 64 kB, if there are so many.
        assert!(
            many <= few + (128 << 10),
            "{packing:?}: {many} bytes at once, {few} for {FEW}"
        );
        assert!(many < 768 << 10, "{packing:?}: {many} bytes at once");
    }
}
