//! 居宅同意取得型 through the real client: the first visit's card, then without it, and in bulk.

#![allow(clippy::unwrap_used, clippy::panic)]

mod check_support;

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use check_support::{Office, card};
use mynacard_auth::home::{
    BulkQuery, BulkState, CancelReason, Care, Consent, ConsentKind, ConsentKinds, ConsentState,
    ConsentedQuery, DateOf, HomeDesk, Period, ReceptionNumber, Reference, Registration, Requery,
    VisitingPatient,
};
use mynacard_auth::{
    Audit, AuditEvent, Cancel, CheckContext, CheckedAnswer, Error, Evidence, Extra, Identity,
    Method, OperatorConfirmation, Purpose, Query, Screen,
};
use mynacard_card::Pin;
use mynacard_client::https::HttpsService;
use mynacard_eligibility::{Date, DateTime, FieldId};
use mynacard_sandbox::{Fault, Institution};

const MEDICINES: ConsentKind = ConsentKind::Medicines;
const TREATMENT: ConsentKind = ConsentKind::Treatment;

fn kinds(kinds: &[ConsentKind]) -> ConsentKinds {
    ConsentKinds::of(kinds.iter().copied()).unwrap()
}

fn reference(text: &str) -> Reference {
    Reference::new(text).unwrap()
}

fn today() -> Date {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    DateTime::in_japan(since.as_secs().try_into().unwrap())
        .unwrap()
        .date
}

fn desk(office: &Office) -> HomeDesk {
    HomeDesk::new(Box::new(office.service.clone()))
}

/// A check by PIN for a purpose, in which the patient agrees to these kinds.
fn visit(office: &Office, id: &str, purpose: Purpose, agreed: &[ConsentKind]) -> CheckedAnswer {
    let mut ask = CheckContext::new(purpose);
    if !agreed.is_empty() {
        ask = ask.consenting(kinds(agreed));
    }
    let ready = office
        .desk
        .prepare(ask, SystemTime::now(), &office.stop)
        .unwrap();
    let pin = Identity::Pin(Pin::new(b"1234").unwrap());
    ready
        .check(&mut card(id), pin, SystemTime::now(), &office.stop)
        .unwrap()
}

fn enrol(office: &Office, text: &str, care: Care, agreed: &[ConsentKind]) -> Consent {
    let checked = visit(office, "kokuho", care.purpose(), agreed);
    let registration =
        Registration::after(&checked, reference(text), care, kinds(agreed), today()).unwrap();
    desk(office).register(&registration, &office.stop).unwrap()
}

#[track_caller]
fn code<T>(result: Result<T, Error>) -> &'static str {
    result.err().expect("refused").code()
}

#[test]
fn a_visited_patient_is_asked_about_again_without_her_card() {
    let office = Office::open();
    let registered = enrol(&office, "chart-1", Care::Visiting, &[MEDICINES, TREATMENT]);
    assert_eq!(registered.state, ConsentState::Active);
    assert_eq!(registered.kinds, kinds(&[MEDICINES, TREATMENT]));
    let patient = VisitingPatient::of(&registered).unwrap();
    let query = Requery::new(patient)
        .unwrap()
        .with(Extra::LimitApplication)
        .with(Extra::SpecificDiseases);
    let answer = desk(&office).requery(&query, &office.stop).unwrap();
    assert_eq!(answer.evidence(), Evidence::Online(Query::Requery));
    let result = answer.answer().results()[0];
    assert_eq!(result.text(FieldId::REFERENCE_NUMBER), Some("chart-1"));
    assert_eq!(result.text(FieldId::PHARMACISTS_INFO_CONS_FLG), Some("1"));
    assert_eq!(result.text(FieldId::OPERATION_INFO_CONS_FLG), None);
    let unknown = Requery::new(VisitingPatient::on_record(reference("nobody"))).unwrap();
    let refused = desk(&office).requery(&unknown, &office.stop);
    assert_eq!(code(refused), "MC-6131");
}

/// A trail in memory that can be full.
#[derive(Clone, Default)]
struct Trail(Arc<Mutex<(Vec<String>, bool)>>);

impl Audit for Trail {
    fn record(
        &mut self,
        event: &AuditEvent,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let mut trail = self.0.lock().unwrap();
        if trail.1 {
            return Err("disk full".into());
        }
        trail.0.push(event.to_json());
        Ok(())
    }
}

#[test]
fn a_requerys_answer_leaves_the_screen_as_a_cards_does() {
    let office = Office::open();
    let registered = enrol(&office, "chart-1", Care::Visiting, &[MEDICINES]);
    let asked = || {
        let query = Requery::new(VisitingPatient::of(&registered).unwrap()).unwrap();
        desk(&office).requery(&query, &office.stop).unwrap()
    };
    let trail = Trail::default();
    let mut screen = Screen::new(Duration::from_secs(60), Box::new(trail.clone()));
    let at = |seconds: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000 + seconds);
    let mut expected = Vec::new();
    for (now, why) in [(0, "closed"), (100, "timed-out"), (200, "another-tap")] {
        let answer = asked();
        let id = answer.check_id().to_owned();
        assert_eq!(screen.show_requery(answer, at(now)).unwrap().check_id(), id);
        assert!(screen.answer(at(now + 1)).unwrap().is_none());
        assert!(screen.requeried(at(now + 1)).unwrap().is_some());
        expected.push(format!(
            r#"{{"at":{},"check_id":"{id}","event":"shown","evidence":"online-requery"}}"#,
            1_790_000_000 + now
        ));
        let gone = match why {
            "closed" => (2, screen.close(at(now + 2))),
            "timed-out" => (
                60,
                screen
                    .requeried(at(now + 60))
                    .map(|left| assert!(left.is_none())),
            ),
            _ => (3, screen.tap(at(now + 3))),
        };
        gone.1.unwrap();
        assert!(screen.requeried(at(now + gone.0)).unwrap().is_none());
        expected.push(format!(
            r#"{{"at":{},"check_id":"{id}","event":"dropped","why":"{why}"}}"#,
            1_790_000_000 + now + gone.0
        ));
    }
    assert_eq!(trail.0.lock().unwrap().0, expected);
    // A card's answer takes its place; what cannot be written down is not shown.
    screen.show_requery(asked(), at(300)).unwrap();
    let checked = visit(&office, "kokuho", Purpose::Reception, &[]);
    screen.show(checked, at(301)).unwrap();
    assert!(screen.requeried(at(301)).unwrap().is_none());
    screen.close(at(302)).unwrap();
    trail.0.lock().unwrap().1 = true;
    assert_eq!(
        code(screen.show_requery(asked(), at(303)).map(drop)),
        "MC-5401"
    );
    trail.0.lock().unwrap().1 = false;
    assert!(screen.requeried(at(303)).unwrap().is_none());
}

#[test]
fn a_consent_is_made_of_what_the_card_signed_and_nothing_else() {
    let office = Office::open();
    let after = |checked: &CheckedAnswer, care, wanted: &[ConsentKind], day| {
        Registration::after(checked, reference("c"), care, kinds(wanted), day)
    };
    let agreed = visit(&office, "kokuho", Purpose::Visiting, &[MEDICINES]);
    let visiting = Care::Visiting;
    let more = after(&agreed, visiting, &[MEDICINES, TREATMENT], today());
    assert_eq!(code(more), "MC-5504");
    let yesterday = today().plus_days(-1).unwrap();
    let past = after(&agreed, visiting, &[MEDICINES], yesterday);
    assert_eq!(code(past), "MC-5507");
    let silent = visit(&office, "kokuho", Purpose::Visiting, &[]);
    let none = after(&silent, visiting, &[MEDICINES], today());
    assert_eq!(code(none), "MC-5504");
    let received = visit(&office, "kokuho", Purpose::Reception, &[MEDICINES]);
    let elsewhere = after(&received, visiting, &[MEDICINES], today());
    assert_eq!(code(elsewhere), "MC-5505");
    let unregistered = visit(&office, "unregistered", Purpose::Visiting, &[MEDICINES]);
    let nothing = after(&unregistered, visiting, &[MEDICINES], today());
    assert_eq!(code(nothing), "MC-5506");
    let before = office.sandbox.requests();
    after(&received, Care::Online, &[MEDICINES], today()).unwrap();
    assert_eq!(office.sandbox.requests(), before);
}

#[test]
fn a_visual_check_can_carry_consents_too() {
    let office = Office::open();
    let ask = CheckContext::new(Purpose::Visiting)
        .by(Method::Visual)
        .consenting(kinds(&[MEDICINES]));
    let now = SystemTime::now;
    let mut ready = office.desk.prepare(ask, now(), &office.stop).unwrap();
    let mut card = card("kokuho");
    let tap = ready.tap(&mut card, now(), &office.stop).unwrap();
    let confirmation = OperatorConfirmation::new("staff-7", tap.id(), now()).unwrap();
    let mut relay = office.service.relay();
    let identity = Identity::Visual(&mut relay, confirmation);
    let checked = ready
        .check(&mut card, identity, now(), &office.stop)
        .unwrap();
    let registration = Registration::after(
        &checked,
        reference("seen"),
        Care::Visiting,
        kinds(&[MEDICINES]),
        today(),
    );
    desk(&office)
        .register(&registration.unwrap(), &office.stop)
        .unwrap();
}

#[test]
fn online_care_and_outpatients_are_listed_and_not_queried_again() {
    let office = Office::open();
    let mut desk = desk(&office);
    for (care, text) in [
        (Care::Visiting, "v"),
        (Care::Online, "o"),
        (Care::Outpatient, "p"),
    ] {
        enrol(&office, text, care, &[MEDICINES]);
        for by in [DateOf::Consent, DateOf::Visit] {
            let query = ConsentedQuery::new(care, by, Period::day(today()));
            let listed = desk.list(&query, &office.stop).unwrap();
            let names: Vec<_> = listed.iter().map(|c| c.reference.as_str()).collect();
            assert_eq!(names, [text], "{care} {by:?}");
            let long_ago = Period::day(Date::new(2020, 1, 1).unwrap());
            let query = ConsentedQuery::new(care, by, long_ago);
            assert!(desk.list(&query, &office.stop).unwrap().is_empty());
        }
    }
    let before = office.sandbox.requests();
    let online = desk.inquire(&reference("o"), &office.stop).unwrap();
    assert_eq!(code(VisitingPatient::of(&online)), "MC-5503");
    assert_eq!(office.sandbox.requests(), before + 1);
    // Said on the facility's own record alone, the service refuses.
    let query = Requery::new(VisitingPatient::on_record(reference("p"))).unwrap();
    assert_eq!(code(desk.requery(&query, &office.stop)), "MC-6106");
}

#[test]
fn consents_are_narrowed_and_cancelled_and_stay_so() {
    let office = Office::open();
    let mut desk = desk(&office);
    let given = enrol(&office, "a", Care::Visiting, &[MEDICINES, TREATMENT]);
    let narrowing = given.narrowed(kinds(&[MEDICINES])).unwrap();
    let changed = desk.change(&narrowing, &office.stop).unwrap();
    assert_eq!(changed.kinds, kinds(&[MEDICINES]));
    assert_eq!(code(changed.narrowed(kinds(&[TREATMENT]))), "MC-5504");
    // What a stale record still believes in, the service refuses.
    let stale = given.narrowed(kinds(&[TREATMENT])).unwrap();
    assert_eq!(code(desk.change(&stale, &office.stop)), "MC-6131");
    let cancelled = desk.cancel(&given.reference, CancelReason::Patient, &office.stop);
    let expected = ConsentState::Cancelled(Some(CancelReason::Patient));
    assert_eq!(cancelled.unwrap().state, expected);
    let inquired = desk.inquire(&given.reference, &office.stop).unwrap();
    assert_eq!(inquired.state, expected);
    let query = Requery::new(VisitingPatient::of(&inquired).unwrap()).unwrap();
    assert_eq!(code(desk.requery(&query, &office.stop)), "MC-6133");
    let again = desk.cancel(&given.reference, CancelReason::Patient, &office.stop);
    assert_eq!(code(again), "MC-6133");
}

#[test]
fn a_list_of_many_pages_arrives_whole() {
    let office = Office::open();
    office
        .sandbox
        .enrol_patients(&Institution::default(), 2500)
        .unwrap();
    let query = ConsentedQuery::new(Care::Visiting, DateOf::Visit, Period::day(today()));
    let listed = desk(&office).list(&query, &office.stop).unwrap();
    assert_eq!(listed.len(), 2500);
}

fn submitted(office: &Office) -> ReceptionNumber {
    let patients = ConsentedQuery::new(Care::Visiting, DateOf::Visit, Period::day(today()));
    let query = BulkQuery::new(patients).with(Extra::LimitApplication);
    desk(office).submit(&query, &office.stop).unwrap()
}

fn finished(office: &Office, number: &ReceptionNumber) {
    while desk(office).poll(number, &office.stop).unwrap() == BulkState::InProgress {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

#[test]
fn appointments_are_submitted_polled_and_downloaded() {
    let office = Office::open();
    office
        .sandbox
        .enrol_patients(&Institution::default(), 600)
        .unwrap();
    let mut desk = desk(&office);
    desk.cancel(
        &reference("P0000007"),
        CancelReason::Institution,
        &office.stop,
    )
    .unwrap();
    let number = submitted(&office);
    let early = desk.download(&number, |_| panic!("nobody yet"), &office.stop);
    assert_eq!(early.unwrap(), BulkState::InProgress);
    finished(&office, &number);
    let (mut answered, mut refused) = (0, Vec::new());
    let state = desk.download(
        &number,
        |item| {
            match item.outcome {
                Ok(answer) => {
                    let inside = answer
                        .results()
                        .first()
                        .map(|result| result.text(FieldId::REFERENCE_NUMBER).map(str::to_owned));
                    // Of people without insurance the message names nobody.
                    assert!(inside.is_none_or(|inside| inside.as_deref()
                        == Some(item.reference.as_str())));
                    answered += 1;
                }
                Err(kind) => refused.push((item.reference, kind.code())),
            }
            ControlFlow::Continue(())
        },
        &office.stop,
    );
    assert_eq!(state.unwrap(), BulkState::Finished);
    assert_eq!(answered, 599);
    assert_eq!(refused, [(reference("P0000007"), "MC-6133")]);
    let mut seen = 0;
    let broken_off = desk.download(
        &number,
        |_| {
            seen += 1;
            ControlFlow::Break(())
        },
        &office.stop,
    );
    assert_eq!((broken_off.unwrap(), seen), (BulkState::Finished, 1));
}

#[test]
fn a_download_that_breaks_off_is_an_error_and_can_be_repeated() {
    let office = Office::open();
    office
        .sandbox
        .enrol_patients(&Institution::default(), 300)
        .unwrap();
    let number = submitted(&office);
    finished(&office, &number);
    let mut desk = desk(&office);
    let mut download = || {
        let mut count = 0;
        let state = desk.download(
            &number,
            |_| {
                count += 1;
                ControlFlow::Continue(())
            },
            &office.stop,
        );
        (state, count)
    };
    office.sandbox.set_fault(Some(Fault::CutAfter(60_000)));
    let (state, count) = download();
    assert_eq!(code(state), "MC-6001");
    assert!((1..300).contains(&count), "{count}");
    office.sandbox.set_fault(Some(Fault::WrongContentType));
    assert_eq!(code(download().0), "MC-6007");
    office.sandbox.set_fault(Some(Fault::ServerError));
    assert_eq!(code(download().0), "MC-6001");
    office.sandbox.set_fault(None);
    let (state, count) = download();
    assert_eq!((state.unwrap(), count), (BulkState::Finished, 300));
}

#[test]
fn a_download_ends_where_its_caller_stops_it_or_has_no_more_time() {
    let office = Office::open();
    office
        .sandbox
        .enrol_patients(&Institution::default(), 300)
        .unwrap();
    let number = submitted(&office);
    finished(&office, &number);
    let mut desk = desk(&office);
    // Between two lines: nothing is handed out after it.
    let (stop, mut count) = (Cancel::new(), 0);
    let state = desk.download(
        &number,
        |_| {
            count += 1;
            if count == 3 {
                stop.cancel();
            }
            ControlFlow::Continue(())
        },
        &stop,
    );
    assert_eq!(code(state), "MC-5003");
    assert!(count < 300, "{count}");
    // On a line that is slower than the caller's patience, which is shorter than ours.
    let drip = Fault::Trickle {
        bytes: 16,
        pause: Duration::from_millis(100),
    };
    for fault in [Fault::Latency(Duration::from_secs(15)), drip] {
        office.sandbox.set_fault(Some(fault));
        let begin = Instant::now();
        let stop = Cancel::new().by(begin + Duration::from_millis(400));
        let state = desk.download(&number, |_| ControlFlow::Continue(()), &stop);
        let found = code(state);
        assert!(["MC-6002", "MC-5003"].contains(&found), "{found}");
        assert!(begin.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn a_query_that_is_delivered_twice_is_one() {
    let office = Office::open();
    let numbers = [None, Some(Fault::Twice)].map(|fault| {
        office.sandbox.set_fault(fault);
        submitted(&office)
    });
    office.sandbox.set_fault(None);
    // Numbers are handed out one after the other: the second delivery took none.
    let row = |number: &ReceptionNumber| -> u64 {
        let text = number.as_str();
        text.get(14..).unwrap().parse().unwrap()
    };
    let next = submitted(&office);
    assert_eq!(row(&numbers[0]) + 1, row(&numbers[1]));
    assert_eq!(row(&numbers[1]) + 1, row(&next));
}

#[test]
fn no_call_goes_out_without_a_terminal() {
    let office = Office::open();
    let newcomer = HttpsService::new(&office.endpoint, None).unwrap();
    let mut desk = HomeDesk::new(Box::new(newcomer));
    let before = office.sandbox.requests();
    let number = ReceptionNumber::new(&"1".repeat(20)).unwrap();
    let query = ConsentedQuery::new(Care::Visiting, DateOf::Visit, Period::day(today()));
    let patient = VisitingPatient::on_record(reference("a"));
    let stop = &office.stop;
    for refused in [
        code(desk.inquire(&reference("a"), stop)),
        code(desk.cancel(&reference("a"), CancelReason::Patient, stop)),
        code(desk.list(&query, stop)),
        code(desk.requery(&Requery::new(patient).unwrap(), stop)),
        code(desk.submit(&BulkQuery::new(query), stop)),
        code(desk.poll(&number, stop)),
        code(desk.download(&number, |_| ControlFlow::Continue(()), stop)),
    ] {
        assert_eq!(refused, "MC-6011");
    }
    assert_eq!(office.sandbox.requests(), before);
}
