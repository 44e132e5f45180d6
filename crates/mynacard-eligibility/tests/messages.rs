//! Every message of the folder exchange, in both encodings, and bulk messages person by person.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/bulk.rs"]
mod support;

use mynacard_eligibility::identifier::{
    BranchNumber, InstitutionCode, InsuredNumber, InsuredSymbol, InsurerNumber,
};
use mynacard_eligibility::message::request::{
    self, Care, Consent, Insured, Padding, Period, Query, Sender,
};
use mynacard_eligibility::{
    BulkReader, BulkWriter, Changes, Date, Encoding, FieldId as F, FindingKind, Message, Record,
    Section, Unmappable, Validity, XmlOptions,
};
use support::{SJIS, bulk_header, unit};

const UTF8: XmlOptions = XmlOptions {
    encoding: Encoding::Utf8,
    unmappable: Unmappable::Refuse,
};

fn sender() -> Sender {
    Sender {
        institution: InstitutionCode::strict("0110113719").unwrap(),
        file_identifier: Some("20261120-1".into()),
    }
}

fn insured() -> Insured {
    Insured {
        insurer: InsurerNumber::strict("138016").unwrap(),
        symbol: Some(InsuredSymbol::strict("千代田－１").unwrap()),
        number: InsuredNumber::strict("1234").unwrap(),
        branch: Some(BranchNumber::strict("01").unwrap()),
    }
}

fn query() -> Query {
    Query {
        insured: insured(),
        birth: Date::new(1980, 4, 1).unwrap(),
        limit: Consent::Given,
        identifier: Some("123".into()),
    }
}

fn day() -> Date {
    Date::new(2026, 11, 20).unwrap()
}

#[track_caller]
fn comes_back(message: &Message) -> String {
    for options in [UTF8, SJIS] {
        let written = message.write_xml(&options).unwrap();
        let again = Message::read_xml(&written.bytes).unwrap();
        assert_eq!(
            (&again.header, &again.body, again.findings()),
            (&message.header, &message.body, &[][..])
        );
        assert_eq!(again.write_xml(&options).unwrap(), written);
    }
    String::from_utf8(message.write_xml(&UTF8).unwrap().bytes).unwrap()
}

#[track_caller]
fn contains(xml: &str, parts: &[&str]) {
    let mut rest = xml;
    for part in parts {
        rest = rest
            .split_once(part)
            .unwrap_or_else(|| panic!("{part} missing, or not in order, in {xml}"))
            .1;
    }
}

#[test]
fn requests_have_their_fields_in_order() {
    let xml = comes_back(&request::query(&sender(), day(), &query(), Padding::Spaces).unwrap());
    contains(
        &xml,
        &[
            "<QualificationConfirmationDate>20261120<",
            "<MedicalInstitutionCode>0110113719<",
            "<ArbitraryFileIdentifier>20261120-1<",
            "<QualificationConfirmSearchInfo>",
            "<InsurerNumber>  138016<",
            "<InsuredCardSymbol>千代田－１<",
            "<InsuredIdentificationNumber>1234<",
            "<InsuredBranchNumber>01<",
            "<Birthdate>19800401<",
            "<LimitApplicationCertificateRelatedConsFlg>1<",
            "<ArbitraryIdentifier>123<",
        ],
    );
    let zeros = comes_back(&request::query(&sender(), day(), &query(), Padding::Zeros).unwrap());
    contains(&zeros, &["<InsurerNumber>00138016<"]);
    let bulk = comes_back(
        &request::bulk_query(&sender(), day(), &[query(), query()], Padding::Spaces).unwrap(),
    );
    assert_eq!(bulk.matches("<QualificationConfirmSearchInfo>").count(), 2);
    contains(
        &comes_back(&request::download(&sender(), "R-1").unwrap()),
        &["<ReceptionNumber>R-1<"],
    );
    let consent =
        request::consented(&sender(), Care::Visiting, Period::Consent(day(), day())).unwrap();
    contains(
        &comes_back(&consent),
        &[
            "<ConsentDateFrom>20261120<",
            "<ConsentDateTo>",
            "<MedicalTreatmentFlag>2<",
        ],
    );
    let visit =
        request::consented(&sender(), Care::Online, Period::Examination(day(), day())).unwrap();
    contains(
        &comes_back(&visit),
        &[
            "<ExaminationDateFrom>20261120<",
            "<ExaminationDateTo>",
            "<MedicalTreatmentFlag>3<",
        ],
    );
    contains(
        &comes_back(&request::assistance(&sender(), day()).unwrap()),
        &["<MedicalTreatmentMonth>202611<"],
    );
    let register = request::register(&sender(), [("24434", &insured())]).unwrap();
    contains(
        &comes_back(&register),
        &[
            "<ReferenceNumberRegistrationInfo>",
            "<ReferenceNumber>24434<",
            "<InsurerNumber>  138016<",
        ],
    );
}

#[test]
fn requests_refuse_what_the_interface_does_not_allow() {
    let earlier = day().plus_days(-1).unwrap();
    assert_eq!(
        request::consented(&sender(), Care::Online, Period::Consent(day(), earlier))
            .unwrap_err()
            .code(),
        "MC-4013"
    );
    assert_eq!(
        request::register(&sender(), [("", &insured())])
            .unwrap_err()
            .code(),
        "MC-4013"
    );
    assert_eq!(
        request::register(&sender(), [("1".repeat(51).as_str(), &insured())])
            .unwrap_err()
            .code(),
        "MC-4013"
    );
    assert_eq!(
        request::download(&sender(), " ").unwrap_err().code(),
        "MC-4013"
    );
}

#[test]
fn bulk_messages_come_person_by_person() {
    for options in [UTF8, SJIS] {
        let mut writer = BulkWriter::start(
            Vec::new(),
            &bulk_header(),
            &Record::new(Section::Body),
            options,
        )
        .unwrap();
        for index in 1..=50 {
            writer.write(&unit(index)).unwrap();
        }
        let (bytes, changed) = writer.finish().unwrap();
        assert!(changed.is_empty());
        let mut reader = BulkReader::open(&bytes[..]).unwrap();
        for index in 1..=50 {
            let read = reader.next_unit().unwrap().unwrap();
            assert_eq!(
                (read.number, &read.record, read.findings.len()),
                (index, &unit(index), 0)
            );
            assert_eq!(read.results().count(), 1);
            let answer = read.to_answer(reader.header());
            assert_eq!(
                (answer.validity(), answer.results().len()),
                (Some(Validity::Valid), 1)
            );
        }
        assert_eq!(reader.next_unit().unwrap(), None);
        assert_eq!(reader.next_unit().unwrap(), None);
        assert_eq!(reader.header().text(F::RECEPTION_NUMBER), Some("R-1"));
        // The same bytes are also one message, and are written the same way.
        assert_eq!(
            Message::read_xml(&bytes)
                .unwrap()
                .write_xml(&options)
                .unwrap()
                .bytes,
            bytes
        );
    }
}

/// A single answer has its insurances in a list; somebody may write a person of a bulk one alike.
#[test]
fn insurances_in_a_list_are_read_inside_a_person_too() {
    let one = |name: &str| {
        format!(
            "<ResultOfQualificationConfirmation><Name>{name}</Name></ResultOfQualificationConfirmation>"
        )
    };
    let xml = format!(
        "<XmlMsg><MessageHeader/><MessageBody><BulkConfirmUnit><QualificationValidity>1</QualificationValidity>\
         <ResultList>{}{}<New>1</New></ResultList></BulkConfirmUnit><BulkConfirmUnit>{}</BulkConfirmUnit></MessageBody></XmlMsg>",
        one("一"),
        one("二"),
        one("三")
    );
    let names = |unit: &Record| {
        unit.children(Section::Confirmation)
            .map(|result| result.text(F::NAME).unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let message = Message::read_xml(xml.as_bytes()).unwrap();
    let whole: Vec<&Record> = message.body.children(Section::Unit).collect();
    let mut reader = BulkReader::open(xml.as_bytes()).unwrap();
    for (unit, expected) in whole.iter().zip([&["一", "二"][..], &["三"]]) {
        let streamed = reader.next_unit().unwrap().unwrap();
        assert_eq!(&streamed.record, *unit);
        assert_eq!(names(unit), expected);
        assert_eq!(
            streamed.to_answer(reader.header()).results().len(),
            expected.len()
        );
    }
    assert_eq!(reader.next_unit().unwrap(), None);
    // What the list does not know is kept, and said.
    assert_eq!(whole[0].unknown().len(), 1);
    assert!(message.findings().iter().any(|finding| {
        (finding.kind, finding.path.as_str())
            == (
                FindingKind::UnknownTag,
                "MessageBody/BulkConfirmUnit[1]/New",
            )
    }));
    let written = message.write_xml(&UTF8).unwrap().bytes;
    let again = Message::read_xml(&written).unwrap();
    assert_eq!(again.body, message.body);
    assert_eq!(again.write_xml(&UTF8).unwrap().bytes, written);
}

#[test]
fn a_bulk_message_that_breaks_off_keeps_what_came_before() {
    let mut writer = BulkWriter::start(
        Vec::new(),
        &bulk_header(),
        &Record::new(Section::Body),
        UTF8,
    )
    .unwrap();
    for index in 1..=3 {
        writer.write(&unit(index)).unwrap();
    }
    let (bytes, _) = writer.finish().unwrap();
    let mut reader = BulkReader::open(&bytes[..bytes.len() - 300]).unwrap();
    assert!(reader.next_unit().unwrap().is_some() && reader.next_unit().unwrap().is_some());
    assert_eq!(reader.next_unit().unwrap_err().code(), "MC-4002");
}

#[test]
fn findings_of_a_person_name_the_person() {
    let xml = b"<XmlMsg><MessageHeader/><MessageBody><BulkConfirmUnit/><BulkConfirmUnit><QualificationValidity>x</QualificationValidity>\
        </BulkConfirmUnit><New/></MessageBody></XmlMsg>";
    let mut reader = BulkReader::open(&xml[..]).unwrap();
    assert_eq!(reader.next_unit().unwrap().unwrap().findings, []);
    let second = reader.next_unit().unwrap().unwrap();
    assert_eq!(
        second.findings[0].path,
        "MessageBody/BulkConfirmUnit[2]/QualificationValidity"
    );
    assert_eq!(reader.next_unit().unwrap(), None);
    assert_eq!(
        (
            reader.rest().findings()[0].kind,
            reader.rest().body.unknown().len()
        ),
        (FindingKind::UnknownTag, 1)
    );
}

#[test]
fn what_stands_between_people_is_bounded_together() {
    let between = format!("<BulkConfirmUnit/><New>{}</New>", "x".repeat(900_000));
    let file = format!(
        "<XmlMsg><MessageHeader/><MessageBody>{}</MessageBody></XmlMsg>",
        between.repeat(12)
    );
    let mut reader = BulkReader::open(file.as_bytes()).unwrap();
    let refused = loop {
        match reader.next_unit() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("ten megabytes that belong to nobody were kept"),
            Err(error) => break error,
        }
    };
    assert_eq!(refused.code(), "MC-4006");
}

/// The places of replaced characters are named up to a bound, the others counted: a file of very many people stays small.
#[test]
fn replaced_characters_are_named_up_to_a_bound_and_counted_beyond() {
    let options = XmlOptions {
        unmappable: Unmappable::Replace,
        ..SJIS
    };
    let body = Record::new(Section::Body);
    let mut writer = BulkWriter::start(Vec::new(), &bulk_header(), &body, options).unwrap();
    writer.write(&unit(1)).unwrap();
    let mut result = Record::new(Section::Confirmation);
    result.insert(F::NAME, "\u{20BB7}田 髙\u{20BB7}");
    let mut person = Record::new(Section::Unit);
    person.push(result);
    let people = Changes::NAMED / 2 + 3;
    for _ in 0..people {
        writer.write(&person).unwrap();
    }
    let (bytes, changed) = writer.finish().unwrap();
    assert_eq!(changed.places.len(), Changes::NAMED);
    assert_eq!(changed.count(), 2 * people);
    assert_eq!(changed.more, 2 * people - Changes::NAMED);
    let (number, place) = changed.places[1];
    assert_eq!((number, place.field, place.index), (2, Some(F::NAME), 4));
    let mut reader = BulkReader::open(&bytes[..]).unwrap();
    let mut read = 0;
    while reader.next_unit().unwrap().is_some() {
        read += 1;
    }
    assert_eq!(read, people + 1);
}

/// What a name's own part may be: nothing of it means a folder, a drive or a stream to any system.
#[test]
fn no_file_name_leads_out_of_its_folder() {
    use mynacard_eligibility::message::{FileName, MessageKind};
    let name = |id: &str| FileName::request(MessageKind::Query, id);
    assert_eq!(
        name("20261120-1_a").unwrap().to_string(),
        "OQSsiquc01req_20261120-1_a.xml"
    );
    for id in [
        "..", "a/b", "../a", "a\\b", "..\\a", "c:a", "a:b", "a.b", "~", "%2e", "a b", "",
    ] {
        assert_eq!(name(id), None, "{id:?}");
        let parsed = FileName::parse(&format!("OQSsiquc01req_{id}.xml"));
        assert_eq!(parsed, None, "{id:?}");
    }
}

/// A sink that takes so many bytes: a disk that gets full.
struct Full(usize);

impl std::io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        match taken {
            0 => Err(std::io::ErrorKind::StorageFull.into()),
            _ => Ok(taken),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Wherever the disk gets full, it is told; a message that was cut is never taken for a whole one.
#[test]
fn a_sink_that_gets_full_is_told() {
    let written = |room: usize| {
        let body = Record::new(Section::Body);
        let mut writer = BulkWriter::start(Full(room), &bulk_header(), &body, UTF8)?;
        writer.write(&unit(1))?;
        writer.finish().map(drop)
    };
    let whole = (0..20_000).step_by(97).find(|room| match written(*room) {
        Ok(()) => true,
        Err(error) => {
            assert_eq!(error.code(), "MC-4015", "{room}");
            false
        }
    });
    assert!(whole.is_some_and(|room| room > 500), "{whole:?}");
}
