//! Every kind of the folder exchange, from the client's `Exchange` through the stand-in for OQSComApp to typed answers.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod oqs_support;

use std::time::Duration;

use mynacard_client::folder::{
    Event, Exchange, Existing, FaceFolder, FaceOptions, Outcome, Password, Response,
    Unauthenticated,
};
use mynacard_eligibility::message::MessageKind;
use mynacard_eligibility::message::request::{
    self, Care, Consent, Period, Query, assistance, bulk_query, consented, download, register,
};
use mynacard_eligibility::{
    BulkUnit, Date, Encoding, FieldId as F, Message, Record, Section, Validity,
};
use mynacard_sandbox::oqs::{Packing, Running};
use mynacard_sandbox::{Institution, InstitutionKind};
use oqs_support::*;

const NOTICE: &str = "公式のシステムではありません";

/// Asks, waits, acknowledges; whatever the answer is, its file says what it is.
#[track_caller]
fn ask(exchange: &mut Exchange, kind: MessageKind, message: &Message) -> Response {
    let id = exchange.next_id(kind, today());
    let name = exchange.submit(kind, &id, message, NOW).unwrap();
    let response = response(exchange.next(LONG, &never()));
    assert_eq!((&response.request, response.late), (&name, false));
    exchange.acknowledge(&name).unwrap();
    if response.path.extension().is_some_and(|end| end == "xml") {
        let bytes = std::fs::read(&response.path).unwrap();
        let text = Encoding::ShiftJis
            .decode(&bytes)
            .or_else(|_| Encoding::Utf8.decode(&bytes))
            .unwrap();
        assert!(text.contains(NOTICE), "{text}");
    }
    response
}

fn units(response: &Response) -> Vec<BulkUnit> {
    let mut units = Vec::new();
    response
        .each_person(&never(), &mut |_, unit| units.push(unit.trust_the_folder()))
        .unwrap();
    assert_eq!(units.len(), response.people());
    units
}

/// Uploads, and fetches the result by the reception number.
#[track_caller]
fn upload(exchange: &mut Exchange, kind: MessageKind, message: &Message) -> Response {
    let accepted = ask(exchange, kind, message);
    assert_eq!(accepted.outcome().trust_the_folder(), Outcome::Finished);
    let number = accepted
        .reception_number()
        .unwrap()
        .trust_the_folder()
        .to_owned();
    let fetch = download(&sender("fetch"), &number).unwrap();
    let result = ask(exchange, kind.download().unwrap(), &fetch);
    assert_eq!(
        result
            .reception_number()
            .map(Unauthenticated::trust_the_folder),
        Some(number.as_str())
    );
    result
}

fn counts(response: &Response) -> [&str; 3] {
    [
        F::NUMBER_OF_PROCESSING_RESULT,
        F::NUMBER_OF_NORMAL_PROCESSING,
        F::NUMBER_OF_ERROR,
    ]
    .map(|field| response.header(field).unwrap().trust_the_folder())
}

fn name_of(unit: &BulkUnit) -> Option<&str> {
    unit.results().next()?.text(F::NAME)
}

#[test]
fn a_single_query_finds_the_person_or_nobody() {
    let dir = folder();
    let share = dir.path().join("OQS");
    let _running = start(&share);
    let mut exchange = computer(&share, "A");
    let kind = MessageKind::Query;
    let named = Query {
        identifier: Some("chart 7".into()),
        ..taro()
    };
    let found = ask(&mut exchange, kind, &query_of("q1", &named));
    assert_eq!(found.outcome().trust_the_folder(), Outcome::Finished);
    assert_eq!(
        found
            .header(F::ARBITRARY_FILE_IDENTIFIER)
            .map(Unauthenticated::trust_the_folder),
        Some("q1")
    );
    assert_eq!(
        found
            .header(F::REFERENCE_CLASSIFICATION)
            .map(Unauthenticated::trust_the_folder),
        Some("2")
    );
    let answer = found.answer().unwrap().trust_the_folder();
    assert_eq!(answer.validity(), Some(Validity::Valid));
    // A result code also comes with success.
    assert_eq!(answer.result_code(), Some("REF-0000"));
    assert!(
        answer
            .text(F::PROCESSING_RESULT_MESSAGE)
            .unwrap()
            .contains(NOTICE)
    );
    let results = answer.results();
    assert_eq!(results[0].text(F::NAME), Some("医療　太郎"));
    assert_eq!(results[0].text(F::ARBITRARY_IDENTIFIER), Some("chart 7"));
    assert_eq!(answer.message().encoding, Encoding::ShiftJis);
    assert_eq!(answer.findings(), []);

    for (person, validity, results) in [
        // 国保: six digits in eight places, both ways.
        (
            asks(insured("149013", "", "00482913", "01"), "19681103"),
            Validity::Valid,
            1,
        ),
        (
            asks(insured("01240019", "9900056", "301", "00"), "19790228"),
            Validity::Invalid,
            1,
        ),
        (
            asks(insured("01240019", "9900057", "302", "00"), "19851111"),
            Validity::InvalidNewerExists,
            1,
        ),
        (
            asks(insured("06130488", "770", "2201", "00"), "19960222"),
            Validity::Several,
            2,
        ),
        // Another birthday, another number, another branch: nobody.
        (asks(taro().insured, "19800402"), Validity::NotFound, 0),
        (
            asks(insured("01130012", "2170023", "1234568", "00"), "19800401"),
            Validity::NotFound,
            0,
        ),
        (
            asks(insured("01130012", "2170023", "1234567", "01"), "19800401"),
            Validity::NotFound,
            0,
        ),
    ] {
        let found = ask(&mut exchange, kind, &query_of("q", &person));
        let answer = found.answer().unwrap().trust_the_folder();
        assert_eq!(
            (answer.validity(), answer.results().len()),
            (Some(validity), results)
        );
    }
    let zeros = request::query(
        &sender("z"),
        today(),
        &asks(insured("149013", "", "00482913", "01"), "19681103"),
        request::Padding::Zeros,
    );
    let found = ask(&mut exchange, kind, &zeros.unwrap());
    let answer = found.answer().unwrap().trust_the_folder();
    assert_eq!(
        answer.results()[0].text(F::INSURER_NUMBER),
        Some("  149013")
    );
}

#[test]
fn limits_come_with_consent_and_unwritable_characters_as_dots() {
    let dir = folder();
    let share = dir.path().join("OQS");
    let _running = start(&share);
    let kind = MessageKind::Query;
    let mut person = asks(insured("01040013", "3310008", "401", "00"), "19750314");
    let mut sjis = computer(&share, "A");
    let none = ask(&mut sjis, kind, &query_of("1", &person));
    let none = none.answer().unwrap().trust_the_folder();
    assert!(none.results()[0].limit().is_none());
    person.limit = Consent::Given;
    let limit = ask(&mut sjis, kind, &query_of("2", &person));
    let limit = limit.answer().unwrap().trust_the_folder();
    assert!(limit.results()[0].limit().is_some());

    let person = asks(insured("06130488", "412", "5501", "00"), "19880303");
    let name = |exchange: &mut Exchange| {
        let found = ask(exchange, kind, &query_of("3", &person));
        let answer = found.answer().unwrap().trust_the_folder();
        answer.results()[0].text(F::NAME).unwrap().to_owned()
    };
    let dotted = name(&mut sjis);
    let options = mynacard_client::folder::ExchangeOptions {
        encoding: Encoding::Utf8,
        ..options()
    };
    let whole = name(&mut computer_with(&share, "B", options));
    assert!(
        dotted.contains('●') && !whole.contains('●'),
        "{dotted} {whole}"
    );
    assert_eq!(dotted.chars().count(), whole.chars().count());
}

fn three() -> Vec<Query> {
    vec![
        taro(),
        asks(insured("39272711", "", "01234567", ""), "19420211"),
        asks(insured("01130012", "2170023", "9999999", "00"), "19800401"),
    ]
}

#[test]
fn a_bulk_query_is_accepted_in_progress_and_then_there() {
    let dir = folder();
    let share = dir.path().join("OQS");
    let running = terminal(&share)
        .bulk_time(Duration::from_millis(400))
        .start()
        .unwrap();
    let mut exchange = computer(&share, "A");
    let message = bulk_query(&sender("bulk"), today(), &three(), request::Padding::Spaces);
    let accepted = ask(&mut exchange, MessageKind::BulkQuery, &message.unwrap());
    let number = accepted
        .reception_number()
        .unwrap()
        .trust_the_folder()
        .to_owned();
    let fetch = download(&sender("fetch"), &number).unwrap();
    let kind = MessageKind::BulkQueryDownload;
    let mut result = ask(&mut exchange, kind, &fetch);
    assert_eq!(result.outcome().trust_the_folder(), Outcome::InProgress);
    assert_eq!(
        (
            result.people(),
            result
                .header(F::ERROR_CODE)
                .map(Unauthenticated::trust_the_folder)
        ),
        (0, None)
    );
    while result.outcome().trust_the_folder() == Outcome::InProgress {
        result = ask(&mut exchange, kind, &fetch);
    }
    assert_eq!(result.outcome().trust_the_folder(), Outcome::Finished);
    assert_eq!(counts(&result), ["3", "3", "0"]);
    let units = units(&result);
    assert_eq!(
        units.iter().map(name_of).collect::<Vec<_>>(),
        [Some("医療　太郎"), Some("後期　ウメ"), None]
    );
    let validity = |unit: &BulkUnit| {
        unit.record
            .text(F::QUALIFICATION_VALIDITY)
            .map(str::to_owned)
    };
    assert_eq!(
        units.iter().map(validity).collect::<Vec<_>>(),
        [Some("1".into()), Some("1".into()), Some("4".into())]
    );
    // What was asked comes back beside it.
    let asked = units[2].record.children(Section::Search).next().unwrap();
    assert_eq!(
        asked.text(F::INSURED_IDENTIFICATION_NUMBER),
        Some("9999999")
    );
    assert!(running.taken().len() >= 3);
}

#[test]
fn bulk_results_come_in_zips_and_from_a_written_upload() {
    for packing in [Packing::Zip, Packing::AesZip("himitsu".into())] {
        let dir = folder();
        let share = dir.path().join("OQS");
        let _running = terminal(&share).packing(packing.clone()).start().unwrap();
        let options = mynacard_client::folder::ExchangeOptions {
            zip_password: Some(Password::new("himitsu")),
            ..options()
        };
        let mut exchange = computer_with(&share, "A", options);
        let header = request::query_header(&sender("many"), today()).unwrap();
        let id = exchange.next_id(MessageKind::BulkQuery, today());
        let name = exchange
            .submit_with(MessageKind::BulkQuery, &id, NOW, |out| {
                let body = Record::new(Section::Body);
                let options = Default::default();
                let mut writer =
                    mynacard_eligibility::BulkWriter::start(out, &header, &body, options)?;
                for _ in 0..500 {
                    writer.write(&request::query_record(&taro(), request::Padding::Spaces)?)?;
                }
                writer.finish().map(drop)
            })
            .unwrap();
        let accepted = response(exchange.next(LONG, &never()));
        exchange.acknowledge(&name).unwrap();
        let fetch = download(
            &sender("f"),
            accepted.reception_number().unwrap().trust_the_folder(),
        )
        .unwrap();
        let result = ask(&mut exchange, MessageKind::BulkQueryDownload, &fetch);
        assert!(
            result.path.extension().is_some_and(|end| end == "zip"),
            "{packing:?}"
        );
        assert_eq!(counts(&result), ["500", "500", "0"]);
        assert!(
            units(&result)
                .iter()
                .all(|unit| name_of(unit) == Some("医療　太郎"))
        );
    }
}

#[test]
fn chart_numbers_are_registered_and_come_back() {
    let dir = folder();
    let share = dir.path().join("OQS");
    let running = start(&share);
    let mut exchange = computer(&share, "A");
    let taro = taro();
    let message = register(&sender("r"), [("24434", &taro.insured)]).unwrap();
    let done = ask(&mut exchange, MessageKind::Registration, &message);
    assert_eq!(done.outcome().trust_the_folder(), Outcome::Finished);
    let body = done.answer().unwrap().trust_the_folder();
    assert_eq!(body.text(F::PROCESSING_RESULT_STATUS), Some("1"));
    let found = ask(&mut exchange, MessageKind::Query, &query_of("q", &taro));
    let answer = found.answer().unwrap().trust_the_folder();
    assert_eq!(answer.results()[0].text(F::REFERENCE_NUMBER), Some("24434"));

    let ume = insured("39272711", "", "01234567", "");
    let nobody = insured("39272711", "", "99999999", "");
    let family = insured("01130012", "2170023", "1234567", "");
    let many = register(&sender("m"), [("1", &ume), ("2", &nobody), ("3", &family)]).unwrap();
    let result = upload(&mut exchange, MessageKind::BulkRegistration, &many);
    assert_eq!(counts(&result), ["3", "1", "2"]);
    let outcome = |unit: &BulkUnit| {
        let record = unit.record.children(Section::Registration).next().unwrap();
        let number = record.text(F::REFERENCE_NUMBER).unwrap().to_owned();
        let message = unit.record.text(F::PROCESSING_RESULT_MESSAGE).unwrap();
        assert!(message.contains(NOTICE), "{message}");
        (
            number,
            unit.record.text(F::PROCESSING_RESULT_STATUS) == Some("1"),
            message.contains("InsuredBranchNumber"),
        )
    };
    assert_eq!(
        units(&result).iter().map(outcome).collect::<Vec<_>>(),
        [
            ("1".to_owned(), true, false),
            ("2".to_owned(), false, false),
            ("3".to_owned(), false, true)
        ]
    );
    // The requery by the chart number alone, and the card on the reader, open the chart directly.
    let search = Record::builder(Section::Search).set(F::REFERENCE_NUMBER, "1");
    let header = request::query_header(&sender("again"), today()).unwrap();
    let body = Record::builder(Section::Body)
        .child(search)
        .build()
        .unwrap();
    let again = upload(
        &mut exchange,
        MessageKind::BulkQuery,
        &Message::new(header, body),
    );
    let found = units(&again);
    assert_eq!(name_of(&found[0]), Some("後期　ウメ"));
    assert_eq!(found[0].record.text(F::REFERENCE_NUMBER), Some("1"));
    let face = std::fs::read(face_of(&running, "kyokai-self")).unwrap();
    let face = mynacard_eligibility::Answer::read_xml(&face).unwrap();
    assert_eq!(face.results()[0].text(F::REFERENCE_NUMBER), Some("24434"));
}

/// The place of a face file, once it is there whole.
fn face_of(running: &Running, id: &str) -> std::path::PathBuf {
    let path = running.put_card(id).unwrap();
    let patience = std::time::Instant::now() + Duration::from_secs(30);
    while !std::fs::read(&path).is_ok_and(|bytes| bytes.ends_with(b"</XmlMsg>\r\n")) {
        assert!(std::time::Instant::now() < patience, "{}", path.display());
        std::thread::sleep(Duration::from_millis(2));
    }
    path
}

#[test]
fn consented_patients_are_listed_by_consent_and_by_visit() {
    let dir = folder();
    let share = dir.path().join("OQS");
    let _running = terminal(&share).consented(40, 4).start().unwrap();
    let mut exchange = computer(&share, "A");
    let day = |text: &str| Date::from_basic(text).unwrap();
    let mut listed = |kind, care, period| {
        let message = consented(&sender("c"), care, period).unwrap();
        let result = upload(&mut exchange, kind, &message);
        let references: Vec<String> = units(&result)
            .iter()
            .map(|unit| {
                assert!(name_of(unit).is_some());
                unit.record.text(F::REFERENCE_NUMBER).unwrap().to_owned()
            })
            .collect();
        references
    };
    let week = Period::Consent(day("20261114"), day("20261120"));
    let visiting = listed(MessageKind::Visiting, Care::Visiting, week);
    assert_eq!(visiting.len(), 7);
    assert_eq!(
        (visiting[0].as_str(), visiting[6].as_str()),
        ("V0000001", "V0000007")
    );
    let tomorrow = Period::Examination(day("20261121"), day("20261121"));
    assert_eq!(
        listed(MessageKind::Visiting, Care::Visiting, tomorrow),
        ["V0000002"]
    );
    assert_eq!(
        listed(MessageKind::Online, Care::Online, week),
        ["O0000001", "O0000002", "O0000003", "O0000004"]
    );
    let past = Period::Examination(day("20200101"), day("20201231"));
    assert_eq!(listed(MessageKind::Online, Care::Online, past), [""; 0]);
}

#[test]
fn people_with_medical_assistance_are_listed_by_month() {
    let dir = folder();
    let share = dir.path().join("OQS");
    let _running = start(&share);
    let mut exchange = computer(&share, "A");
    for (month, expected) in [("20261101", 1), ("20261001", 0)] {
        let message = assistance(&sender("a"), Date::from_basic(month).unwrap()).unwrap();
        let result = upload(&mut exchange, MessageKind::Assistance, &message);
        assert_eq!(result.people(), expected, "{month}");
        for unit in units(&result) {
            let result = unit.results().next().unwrap();
            assert_eq!(result.children(Section::Ticket).count(), 2);
        }
    }
}

#[test]
fn what_breaks_the_rules_is_refused_with_the_tag() {
    let dir = folder();
    let share = dir.path().join("OQS");
    let clinic = Institution::new("1312345679", "診療所", InstitutionKind::Clinic);
    let _running = terminal(&share).institution(&clinic).start().unwrap();
    let mut exchange = computer(&share, "A");
    let search = |field: F, text: Option<&str>| {
        let good = query_of("x", &taro());
        let mut record = good.body.children(Section::Search).next().unwrap().clone();
        match text {
            Some(text) => drop(record.insert(field, text)),
            None => drop(record.remove(field)),
        }
        let mut body = Record::new(Section::Body);
        body.push(record);
        Message::new(good.header, body)
    };
    let head = |field: F, text: &str| {
        let mut message = query_of("x", &taro());
        message.header.insert(field, text);
        message
    };
    let visiting = consented(
        &sender("v"),
        Care::Visiting,
        Period::Consent(today(), today()),
    )
    .unwrap();
    let query = MessageKind::Query;
    for (kind, message, code, tag) in [
        (
            query,
            search(F::INSURER_NUMBER, Some("149013")),
            "REF-4001",
            "InsurerNumber",
        ),
        (
            query,
            search(F::INSURER_NUMBER, None),
            "REF-4001",
            "InsurerNumber",
        ),
        (
            query,
            search(F::INSURED_IDENTIFICATION_NUMBER, None),
            "REF-4001",
            "InsuredIdentificationNumber",
        ),
        (
            query,
            search(F::INSURED_BRANCH_NUMBER, Some("0")),
            "REF-4001",
            "InsuredBranchNumber",
        ),
        (
            query,
            search(F::BIRTHDATE, Some("19800431")),
            "REF-4001",
            "Birthdate",
        ),
        (
            query,
            search(F::LIMIT_APPLICATION_CERTIFICATE_RELATED_CONS_FLG, None),
            "REF-4001",
            "LimitApplicationCertificateRelatedConsFlg",
        ),
        (
            query,
            head(F::QUALIFICATION_CONFIRMATION_DATE, "2026"),
            "REF-4001",
            "QualificationConfirmationDate",
        ),
        (
            query,
            head(F::MEDICAL_INSTITUTION_CODE, "1"),
            "REF-4001",
            "MedicalInstitutionCode",
        ),
        (
            query,
            head(F::MEDICAL_INSTITUTION_CODE, "0110113719"),
            "REF-1004",
            "MedicalInstitutionCode",
        ),
        (
            query,
            visiting.clone(),
            "REF-4001",
            "QualificationConfirmationDate",
        ),
        (
            MessageKind::Registration,
            query_of("x", &taro()),
            "REF-4001",
            "Registration",
        ),
        (
            MessageKind::Online,
            visiting,
            "REF-4001",
            "MedicalTreatmentFlag",
        ),
        (
            MessageKind::BulkRegistration,
            query_of("x", &taro()),
            "REF-4001",
            "Registration",
        ),
        (
            MessageKind::BulkQueryDownload,
            download(&sender("d"), "20261120093000000001").unwrap(),
            "REF-4001",
            "ReceptionNumber",
        ),
    ] {
        let refused = ask(&mut exchange, kind, &message);
        let sentence = refused.header(F::ERROR_MESSAGE).unwrap().trust_the_folder();
        assert_eq!(
            (
                refused.outcome().trust_the_folder(),
                refused
                    .header(F::ERROR_CODE)
                    .map(Unauthenticated::trust_the_folder)
            ),
            (Outcome::Failed, Some(code)),
            "{sentence}"
        );
        assert!(
            sentence.contains(tag) && sentence.contains(NOTICE),
            "{sentence}"
        );
        assert!(refused.reception_number().is_none());
    }
}

#[test]
fn a_file_that_is_no_request_is_refused_and_a_strangers_is_left_alone() {
    let dir = folder();
    let share = dir.path().join("OQS");
    let running = start(&share);
    let good = query_of("q", &taro())
        .write_xml(&Default::default())
        .unwrap();
    let (half, _) = good.bytes.split_at(good.bytes.len() / 2);
    let put =
        |name: &str, bytes: &[u8]| std::fs::write(share.join("req").join(name), bytes).unwrap();
    put("OQSsiquc01req_text.xml", b"hello");
    put("OQSsiquc01req_half.xml", half);
    put("OQSsiquc01req_slow.xml", half);
    put("readme.txt", b"x");
    put("OQSsiquc01req_1.xml.tmp", &good.bytes);
    put("OQSsiquc01res_1.xml", &good.bytes);
    // A vendor who does not rename: the terminal waits a moment for the rest.
    std::thread::sleep(Duration::from_millis(50));
    put("OQSsiquc01req_slow.xml", &good.bytes);
    let answer = |name: &str| {
        let path = share.join("res").join(name);
        let patience = std::time::Instant::now() + Duration::from_secs(30);
        loop {
            if let Ok(message) = std::fs::read(&path).map(|bytes| Message::read_xml(&bytes))
                && let Ok(message) = message
            {
                return message;
            }
            assert!(std::time::Instant::now() < patience, "{name}");
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    for name in ["text", "half"] {
        let refused = answer(&format!("OQSsiquc01res_{name}.xml"));
        let header = &refused.header;
        assert_eq!(header.text(F::SEGMENT_OF_RESULT), Some("9"));
        assert_eq!(header.text(F::ERROR_CODE), Some("REF-4001"));
        assert!(header.text(F::ERROR_MESSAGE).unwrap().contains(NOTICE));
    }
    let slow = answer("OQSsiquc01res_slow.xml");
    assert_eq!(slow.header.text(F::SEGMENT_OF_RESULT), Some("1"));
    running.stop();
    let mut left: Vec<_> = std::fs::read_dir(share.join("req"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(
        left,
        [
            "OQSsiquc01req_1.xml.tmp",
            "OQSsiquc01res_1.xml",
            "readme.txt"
        ]
    );
}

#[test]
fn cards_on_the_reader_appear_in_face() {
    let dir = folder();
    let share = dir.path().join("OQS");
    let running = start(&share);
    let options = FaceOptions {
        existing: Existing::Deliver,
        poll: Duration::from_millis(5),
        ..FaceOptions::default()
    };
    let mut faces = FaceFolder::open(share.join("face"), options);
    for (id, name) in [
        ("kokuho", "国保　一郎"),
        ("kokuho", "国保　一郎"),
        ("tokutei", ""),
    ] {
        let path = running.put_card(id).unwrap();
        let Some(Event::Answer(face)) = faces.next(LONG, &never()) else {
            panic!("no face of {id}");
        };
        assert_eq!(face.path, path);
        let answer = face.answer.peek();
        assert_eq!(answer.text(F::REFERENCE_CLASSIFICATION), Some("1"));
        assert!(
            answer
                .text(F::PROCESSING_RESULT_MESSAGE)
                .unwrap()
                .contains(NOTICE)
        );
        let found = answer.results()[0].text(F::NAME).unwrap().to_owned();
        assert!(found == name || name.is_empty(), "{found}");
        // The patient agreed at the reader.
        assert!(id != "tokutei" || answer.results()[0].diseases().len() == 1);
    }
    for id in ["nobody", "unregistered"] {
        let error = running.put_card(id).unwrap_err();
        assert!(error.to_string().contains(id), "{error}");
    }
}
