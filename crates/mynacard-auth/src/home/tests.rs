//! A service that answers another question than the one asked is noticed, and nothing impossible is asked.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mynacard_eligibility::{Answer, Date, FieldId, Record, Section};

use super::*;
use crate::{Error, ErrorKind, Evidence, Query, ServiceErrorKind};

/// A service that answers as it is told.
struct Told {
    consent: Consent,
    pages: Vec<ConsentPage>,
    requeried: Option<Requeried>,
}

impl ConsentService for Told {
    fn register(&mut self, _: &Registration, _: &Cancel) -> Result<Consent, ServiceError> {
        Ok(self.consent.clone())
    }

    fn inquire(&mut self, _: &Reference, _: &Cancel) -> Result<Consent, ServiceError> {
        Ok(self.consent.clone())
    }

    fn change(&mut self, _: &Narrowing, _: &Cancel) -> Result<Consent, ServiceError> {
        Ok(self.consent.clone())
    }

    fn cancel(
        &mut self,
        _: &Reference,
        _: CancelReason,
        _: &Cancel,
    ) -> Result<Consent, ServiceError> {
        Ok(self.consent.clone())
    }

    fn list(
        &mut self,
        _: &ConsentedQuery,
        _: Option<&Reference>,
        _: &Cancel,
    ) -> Result<ConsentPage, ServiceError> {
        Ok(self.pages.remove(0))
    }
}

impl RequeryService for Told {
    fn requery(&mut self, _: &Requery, _: &Cancel) -> Result<Requeried, ServiceError> {
        Ok(self.requeried.take().expect("asked once"))
    }
}

impl BulkService for Told {
    fn submit(&mut self, _: &BulkQuery, _: &Cancel) -> Result<ReceptionNumber, ServiceError> {
        Err(ServiceErrorKind::Configuration.into())
    }

    fn poll(&mut self, _: &ReceptionNumber, _: &Cancel) -> Result<BulkState, ServiceError> {
        Err(ServiceErrorKind::Configuration.into())
    }

    fn download(
        &mut self,
        _: &ReceptionNumber,
        _: &mut dyn FnMut(BulkItem) -> ControlFlow<()>,
        _: &Cancel,
    ) -> Result<BulkState, ServiceError> {
        Err(ServiceErrorKind::Configuration.into())
    }
}

fn day() -> Date {
    Date::new(2026, 11, 21).expect("a day")
}

fn reference(text: &str) -> Reference {
    Reference::new(text).expect("a reference")
}

fn kinds(kinds: &[ConsentKind]) -> ConsentKinds {
    ConsentKinds::of(kinds.iter().copied()).expect("kinds")
}

fn consent(text: &str, care: Care) -> Consent {
    Consent {
        reference: reference(text),
        care,
        kinds: kinds(&[ConsentKind::Medicines, ConsentKind::Checkups]),
        given_at: UNIX_EPOCH + Duration::from_secs(1_795_000_000),
        visit: day(),
        ends_at: UNIX_EPOCH + Duration::from_secs(1_796_000_000),
        state: ConsentState::Active,
    }
}

fn told(consent: Consent) -> Told {
    Told {
        consent,
        pages: Vec::new(),
        requeried: None,
    }
}

#[track_caller]
fn mismatch<T>(result: Result<T, Error>, expected: &str) {
    let error = result.err().expect("an answer to another question");
    assert!(
        matches!(error.kind(), ErrorKind::EchoMismatch { field } if *field == expected),
        "{error}"
    );
}

#[test]
fn another_patients_consent_is_noticed_in_every_call() {
    let stop = Cancel::new();
    let mine = reference("mine");
    let own = consent("mine", Care::Visiting);
    let narrowing = own.narrowed(own.kinds).expect("the same kinds");
    let mut desk = HomeDesk::new(Box::new(told(own)));
    desk.inquire(&mine, &stop).expect("mine");
    let mut desk = HomeDesk::new(Box::new(told(consent("theirs", Care::Visiting))));
    mismatch(desk.inquire(&mine, &stop), "patient reference");
    mismatch(
        desk.cancel(&mine, CancelReason::Patient, &stop),
        "patient reference",
    );
    mismatch(desk.change(&narrowing, &stop), "patient reference");
}

#[test]
fn a_change_that_did_not_happen_is_noticed() {
    let own = consent("mine", Care::Visiting);
    let fewer = own.narrowed(kinds(&[ConsentKind::Checkups]));
    let mut desk = HomeDesk::new(Box::new(told(own)));
    mismatch(
        desk.change(&fewer.expect("fewer"), &Cancel::new()),
        "kinds of information",
    );
}

#[test]
fn a_list_names_its_own_care_and_nobody_twice_and_ends() {
    let query = ConsentedQuery::new(Care::Online, DateOf::Visit, Period::day(day()));
    let page = |names: &[(&str, Care)], next: Option<&str>| ConsentPage {
        consents: names
            .iter()
            .map(|(text, care)| consent(text, *care))
            .collect(),
        next: next.map(reference),
    };
    let list = |pages: Vec<ConsentPage>| {
        let mut service = told(consent("x", Care::Online));
        service.pages = pages;
        HomeDesk::new(Box::new(service)).list(&query, &Cancel::new())
    };
    let online = Care::Online;
    let whole = list(vec![
        page(&[("a", online), ("b", online)], Some("b")),
        page(&[("c", online)], None),
    ]);
    assert_eq!(whole.expect("two pages").len(), 3);
    mismatch(list(vec![page(&[("a", Care::Visiting)], None)]), "list");
    let first = || page(&[("a", online)], Some("a"));
    mismatch(list(vec![first(), first()]), "list");
    mismatch(list(vec![first(), page(&[], Some("a"))]), "list");
}

#[test]
fn a_requery_is_answered_for_its_own_patient_and_number() {
    let query =
        Requery::new(VisitingPatient::on_record(reference("mine"))).expect("random numbers");
    let answered = |number: [u8; 16], outside: &str, inside: &str| {
        let result = Record::builder(Section::Confirmation).set(FieldId::REFERENCE_NUMBER, inside);
        let answer = Answer::builder()
            .set(FieldId::QUALIFICATION_VALIDITY, "1")
            .result(result)
            .build()
            .expect("an answer");
        let mut service = told(consent("x", Care::Visiting));
        service.requeried = Some(Requeried {
            answer: Box::new(answer),
            check_id: "c".into(),
            request_id: number.to_vec(),
            reference: reference(outside),
            processed_at: SystemTime::UNIX_EPOCH,
        });
        HomeDesk::new(Box::new(service)).requery(&query, &Cancel::new())
    };
    let own = answered(*query.id(), "mine", "mine").expect("the right answer");
    assert_eq!(own.evidence(), Evidence::Online(Query::Requery));
    mismatch(answered([0; 16], "mine", "mine"), "request number");
    mismatch(answered(*query.id(), "theirs", "mine"), "patient reference");
    mismatch(answered(*query.id(), "mine", "theirs"), "patient reference");
}

#[test]
fn what_cannot_be_asked_has_a_code_before_anything_is_sent() {
    let code = |result: Result<(), Error>| result.expect_err("refused").code();
    for (care, visiting) in [
        (Care::Visiting, true),
        (Care::Online, false),
        (Care::Outpatient, false),
    ] {
        let patient = VisitingPatient::of(&consent("a", care));
        assert_eq!(patient.is_ok(), visiting, "{care}");
        if !visiting {
            assert_eq!(code(patient.map(drop)), "MC-5503");
        }
    }
    let wider = consent("a", Care::Visiting).narrowed(kinds(&[ConsentKind::Operations]));
    assert_eq!(code(wider.map(drop)), "MC-5504");
    let long = "参".repeat(51);
    for text in ["", "  ", "a\nb", "\u{7f}", &long] {
        assert_eq!(code(Reference::new(text).map(drop)), "MC-5501", "{text:?}");
    }
    assert!(Reference::new(&"参".repeat(50)).is_ok());
    assert_eq!(code(ConsentKinds::of([]).map(drop)), "MC-5502");
    let twice = [ConsentKind::Medicines, ConsentKind::Medicines];
    assert_eq!(code(ConsentKinds::of(twice).map(drop)), "MC-5502");
    assert_eq!(code("XXX".parse::<ConsentKind>().map(drop)), "MC-5502");
    assert_eq!(code("emergency".parse::<Care>().map(drop)), "MC-5510");
    let yesterday = day().plus_days(-1).expect("a day");
    assert_eq!(code(Period::new(day(), yesterday).map(drop)), "MC-5508");
    for text in ["", "1", "2026112112345600000a", "202611211234560000011"] {
        assert_eq!(code(ReceptionNumber::new(text).map(drop)), "MC-5509");
    }
}

#[test]
fn kinds_and_cares_keep_their_codes_and_names() {
    for kind in ConsentKind::ALL {
        for text in [kind.code(), kind.as_str()] {
            assert_eq!(text.parse::<ConsentKind>().expect("known"), kind);
        }
        let one = kinds(&[kind]);
        assert_eq!(one.iter().collect::<Vec<_>>(), [kind]);
    }
    for care in Care::ALL {
        for text in [care.code(), care.as_str()] {
            assert_eq!(text.parse::<Care>().expect("known"), care);
        }
    }
    for reason in CancelReason::ALL {
        assert_eq!(CancelReason::from_code(reason.code()), Some(reason));
    }
    assert_eq!(kinds(&ConsentKind::ALL).iter().count(), 4);
}

#[test]
fn debug_shows_no_patient() {
    let own = consent("chart-4711", Care::Visiting);
    let patient = VisitingPatient::of(&own).expect("visiting");
    let texts = format!(
        "{own:?} {patient:?} {:?} {:?}",
        Requery::new(patient.clone()),
        own.reference
    );
    assert!(!texts.contains("4711"), "{texts}");
}
