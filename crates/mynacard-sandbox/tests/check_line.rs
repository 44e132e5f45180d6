//! A line that breaks, drips or doubles between the signature and the answer: nothing is lost, nothing is checked twice.
#![allow(clippy::unwrap_used)] // helpers of tests

mod check_support;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime};

use check_support::{Office, activate, card, settings};
use mynacard_auth::{
    Activation, Cancel, CheckContext, CheckedAnswer, Desk, DeskSettings, EligibilityService, Error,
    ErrorKind, Identity, PinTries, Purpose, TermsAccepted, UserSettings,
};
use mynacard_card::Pin;
use mynacard_cert::TrustStore;
use mynacard_client::https::{Endpoint, HttpsService, Timeouts};
use mynacard_sandbox::{Condition, Fault, Sandbox};

/// A cable in the middle that can be cut: once, when the server speaks next.
struct Cable {
    url: String,
    cut: Arc<AtomicBool>,
    connections: Arc<AtomicU32>,
}

impl Cable {
    fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!(
            "https://127.0.0.1:{}",
            listener.local_addr().unwrap().port()
        );
        let (cut, connections) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicU32::new(0)),
        );
        let (cutting, counting) = (Arc::clone(&cut), Arc::clone(&connections));
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                counting.fetch_add(1, Ordering::SeqCst);
                let far = TcpStream::connect(server).unwrap();
                let (near_back, far_back) = (near.try_clone().unwrap(), far.try_clone().unwrap());
                let never = Arc::new(AtomicBool::new(false));
                std::thread::spawn(move || carry(near, far, &never));
                let cutting = Arc::clone(&cutting);
                std::thread::spawn(move || carry(far_back, near_back, &cutting));
            }
        });
        Self {
            url,
            cut,
            connections,
        }
    }
}

/// Carries bytes one way until an end closes, or until it is told to cut.
fn carry(mut from: TcpStream, mut to: TcpStream, cut: &AtomicBool) {
    let mut buffer = [0; 4096];
    while let Ok(count) = from.read(&mut buffer) {
        if count == 0
            || cut.swap(false, Ordering::SeqCst)
            || to.write_all(buffer.get(..count).unwrap()).is_err()
        {
            break;
        }
    }
    // Either end may be closed already.
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}

/// Prepares on a good line, makes it bad, checks.
fn check(office: &Office, spoil: impl FnOnce()) -> Result<CheckedAnswer, Error> {
    let now = SystemTime::now();
    let ready = office
        .desk
        .prepare(Purpose::Reception, now, &office.stop)
        .unwrap();
    spoil();
    let pin = Identity::Pin(Pin::new(b"1234").unwrap());
    ready.check(&mut card("kyokai-self"), pin, now, &office.stop)
}

fn impatient(office: Office, url: &str) -> Office {
    let endpoint =
        Endpoint::sandbox(url, office.sandbox.ca_certificate_der()).with_timeouts(Timeouts {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(1),
            whole: Duration::from_secs(2),
        });
    let service = HttpsService::new(&endpoint, Some(&office.terminal)).unwrap();
    let desk = Desk::new(
        Box::new(service.clone()),
        DeskSettings::new(TrustStore::simulation()),
    );
    Office {
        endpoint,
        service,
        desk,
        ..office
    }
}

#[test]
fn an_answer_that_got_lost_is_fetched_again_and_is_the_same_check() {
    let office = Office::open();
    let cable = Cable::to(office.sandbox.address());
    let office = impatient(office, &cable.url);
    let checked = check(&office, || cable.cut.store(true, Ordering::SeqCst)).unwrap();
    assert!(checked.answer().is_some());
    assert_eq!(cable.connections.load(Ordering::SeqCst), 2);
    assert!(!cable.cut.load(Ordering::SeqCst), "the cable was cut");
}

#[test]
fn each_fault_of_the_line_has_its_kind_and_the_next_check_works() {
    let office = Office::open();
    let url = office.sandbox.url().to_owned();
    let office = impatient(office, &url);
    for (fault, code) in [
        (Fault::CutAfter(0), "MC-6013"),
        (Fault::CutAfter(40), "MC-6013"),
        (Fault::CutAfter(900), "MC-6013"),
        (Fault::EndAfter(0), "MC-6013"),
        (Fault::EndAfter(40), "MC-6013"),
        (Fault::EndAfter(900), "MC-6013"),
        (Fault::Latency(Duration::from_secs(3)), "MC-6013"),
        (Fault::ServerError, "MC-6013"),
        (
            Fault::Trickle {
                bytes: 4,
                pause: Duration::from_millis(40),
            },
            "MC-6013",
        ),
        (Fault::WrongContentType, "MC-6007"),
        (Fault::Garbage, "MC-6007"),
        (Fault::BrokenMessage, "MC-6012"),
    ] {
        let error = check(&office, || office.sandbox.set_fault(Some(fault))).unwrap_err();
        assert_eq!(
            (error.code(), error.pin_tries()),
            (code, PinTries::Accepted),
            "{fault:?}: {error:?}"
        );
        office.sandbox.set_fault(None);
        check(&office, || ()).unwrap();
    }
}

#[test]
fn a_challenge_that_got_lost_on_the_way_is_no_check() {
    let office = Office::open();
    let url = office.sandbox.url().to_owned();
    let office = impatient(office, &url);
    for (fault, code) in [
        (Fault::CutAfter(0), "MC-6001"),
        (Fault::Latency(Duration::from_secs(3)), "MC-6002"),
    ] {
        office.sandbox.set_fault(Some(fault));
        let error = office
            .desk
            .prepare(Purpose::Reception, SystemTime::now(), &office.stop)
            .unwrap_err();
        assert_eq!(
            (error.code(), error.pin_tries()),
            (code, PinTries::Untouched),
            "{fault:?}: {error:?}"
        );
    }
}

#[test]
fn an_activation_whose_answer_got_lost_is_delivered_again() {
    let sandbox = Sandbox::builder().start().unwrap();
    let endpoint = Endpoint::sandbox(sandbox.url(), sandbox.ca_certificate_der());
    let issued = settings(&sandbox.issue_activation().unwrap());
    let activation = Activation::new(settings_again(&issued), TermsAccepted).unwrap();
    let mut newcomer = HttpsService::new(&endpoint, None).unwrap();
    let stop = Cancel::new();
    sandbox.set_fault(Some(Fault::CutAfter(0)));
    for _ in 0..2 {
        let lost = activation.deliver(&mut newcomer, &stop).unwrap_err();
        assert_eq!(lost.code(), "MC-6013");
    }
    sandbox.set_fault(None);
    // Sent, and done: the code is spent for everybody else, also for the same code with another key.
    assert_eq!(activate(&endpoint, &issued).unwrap_err().code(), "MC-6102");
    // A program that ended meanwhile has it in its vault.
    let kept = activation.to_secret_bytes().unwrap();
    let again = Activation::from_secret_bytes(&kept).unwrap();
    let terminal = again.deliver(&mut newcomer, &stop).unwrap();
    let mut service = HttpsService::new(&endpoint, Some(&terminal)).unwrap();
    let ask = CheckContext::new(Purpose::Reception);
    service.challenge(&ask, SystemTime::now(), &stop).unwrap();
    // It is one terminal, however often the answer is fetched, and none once it was removed.
    let same = again.deliver(&mut newcomer, &stop).unwrap();
    assert_eq!(same.certificate(), terminal.certificate());
    terminal.remove(&mut service, &stop).unwrap();
    let ended = again.deliver(&mut newcomer, &stop).unwrap_err();
    assert_eq!(ended.code(), "MC-6102");

    let unsent = settings(&sandbox.issue_activation().unwrap());
    sandbox.stop();
    assert_eq!(activate(&endpoint, &unsent).unwrap_err().code(), "MC-6001");
}

fn settings_again(issued: &UserSettings) -> UserSettings {
    UserSettings::new(
        issued.institution_code(),
        issued.id(),
        issued.activation_code(),
    )
    .unwrap()
}

#[test]
fn after_three_silences_nothing_is_asked_for_a_while_and_then_once() {
    let office = Office::open();
    let prepare = || {
        let now = SystemTime::now();
        let prepared = office.desk.prepare(Purpose::Reception, now, &office.stop);
        prepared
            .map(drop)
            .map_err(|error| (error.code(), wait(&error)))
    };
    // The last challenge is used up, so that each of these asks.
    check(&office, || ()).unwrap();
    office.sandbox.set_fault(Some(Fault::CutAfter(0)));
    for _ in 0..3 {
        assert_eq!(prepare(), Err(("MC-6001", None)));
    }
    let asked = office.sandbox.requests();
    let (code, pause) = prepare().unwrap_err();
    assert_eq!((code, office.sandbox.requests()), ("MC-6015", asked));
    assert!(pause.is_some_and(|pause| pause <= Duration::from_secs(6)));
    office.sandbox.set_fault(None);
    assert_eq!(prepare().unwrap_err().0, "MC-6015");
    std::thread::sleep(pause.unwrap());
    prepare().unwrap();
}

#[test]
fn a_caller_whose_time_ends_has_not_learnt_that_the_service_is_silent() {
    let office = Office::open();
    // The last challenge is used up, so that each of these asks.
    check(&office, || ()).unwrap();
    let slow = Fault::Latency(Duration::from_secs(4));
    office.sandbox.set_fault(Some(slow));
    for _ in 0..4 {
        let now = SystemTime::now();
        let stop = office.stop.by(Instant::now() + Duration::from_millis(80));
        let prepared = office.desk.prepare(Purpose::Reception, now, &stop);
        let code = prepared.unwrap_err().code();
        assert!(["MC-6002", "MC-5003"].contains(&code), "{code}");
    }
    office.sandbox.set_fault(None);
    let now = SystemTime::now();
    let ready = office.desk.prepare(Purpose::Reception, now, &office.stop);
    drop(ready.unwrap());
}

#[test]
fn a_door_that_closed_meanwhile_does_not_hide_that_an_answer_got_lost() {
    for closed in [
        Condition::Maintenance { retry_after: 7 },
        Condition::Timeout,
        Condition::TooMany { retry_after: 1 },
    ] {
        let office = Office::open();
        let (settings, now) = (
            DeskSettings::new(TrustStore::simulation()),
            SystemTime::now(),
        );
        let patient = settings.with_patience(Duration::from_secs(2));
        let desk = Desk::new(Box::new(office.service.clone()), patient);
        let ready = desk.prepare(Purpose::Reception, now, &office.stop).unwrap();
        let slow = Fault::Latency(Duration::from_secs(8));
        office.sandbox.set_fault(Some(slow));
        let pin = Identity::Pin(Pin::new(b"1234").unwrap());
        let error = ready
            .check(&mut card("kyokai-self"), pin, now, &office.stop)
            .unwrap_err();
        assert_eq!(error.code(), "MC-6013");
        office.sandbox.set_fault(None);
        office.sandbox.set_condition(closed);
        let error = error
            .deliver_again(SystemTime::now(), &office.stop)
            .unwrap_err();
        assert_eq!(error.code(), "MC-6013", "{closed:?}");
        office.sandbox.set_condition(Condition::Normal);
        let checked = error
            .deliver_again(SystemTime::now(), &office.stop)
            .unwrap();
        assert!(office.sandbox.knows_check(checked.check_id()).unwrap());
        assert_eq!(office.sandbox.checks().unwrap(), 1);
    }
}

fn wait(error: &Error) -> Option<Duration> {
    match error.kind() {
        ErrorKind::Service(error) => error.reply()?.retry_after,
        _ => None,
    }
}

#[test]
fn a_check_that_takes_too_long_is_ended_and_its_proof_is_in_hand() {
    let office = Office::open();
    let settings =
        DeskSettings::new(TrustStore::simulation()).with_patience(Duration::from_secs(2));
    let desk = Desk::new(Box::new(office.service.clone()), settings);
    let now = SystemTime::now();
    let ready = desk.prepare(Purpose::Reception, now, &office.stop).unwrap();
    // The line's own patience is 20 seconds.
    let slow = Fault::Latency(Duration::from_secs(8));
    office.sandbox.set_fault(Some(slow));
    let pin = Identity::Pin(Pin::new(b"1234").unwrap());
    let error = ready
        .check(&mut card("kyokai-self"), pin, now, &office.stop)
        .unwrap_err();
    assert_eq!(
        (error.code(), error.pin_tries()),
        ("MC-6013", PinTries::Accepted)
    );
    office.sandbox.set_fault(None);
    let checked = error
        .deliver_again(SystemTime::now(), &office.stop)
        .unwrap();
    assert!(office.sandbox.knows_check(checked.check_id()).unwrap());
    assert_eq!(office.sandbox.checks().unwrap(), 1);
}

#[test]
fn no_card_waits_for_the_network_of_another_counter() {
    let office = Office::open();
    let now = SystemTime::now();
    let prepare = || office.desk.prepare(Purpose::Reception, now, &office.stop);
    let (first, second) = (prepare().unwrap(), prepare().unwrap());
    let slow = Duration::from_secs(3);
    office.sandbox.set_fault(Some(Fault::Latency(slow)));
    let before = office.sandbox.requests();
    std::thread::scope(|scope| {
        let first = scope.spawn(|| {
            let pin = Identity::Pin(Pin::new(b"1234").unwrap());
            first.check(&mut card("kokuho"), pin, now, &office.stop)
        });
        while office.sandbox.requests() == before {
            std::thread::sleep(Duration::from_millis(5));
        }
        // The first counter's confirmation is on the line now, for three seconds.
        let pin = Identity::Pin(Pin::new(b"1234").unwrap());
        let checked = second
            .check(&mut card("kyokai-self"), pin, now, &office.stop)
            .unwrap();
        assert!(checked.times().card < slow / 2, "{:?}", checked.times());
        first.join().unwrap().unwrap();
    });
}

#[test]
fn a_call_that_is_delivered_twice_is_one_check() {
    let office = Office::open();
    let checked = check(&office, || office.sandbox.set_fault(Some(Fault::Twice))).unwrap();
    assert!(checked.answer().is_some());
}
