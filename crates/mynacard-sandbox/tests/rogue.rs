//! A man in the middle with another authority's certificate, and a thief with a copied vault: neither gets anything.

#![allow(clippy::unwrap_used, clippy::panic)]

mod check_support;

use std::ops::ControlFlow;
use std::time::SystemTime;

use check_support::Office;
use mynacard_auth::home::{
    BulkService, CancelReason, Care, ConsentService, ConsentedQuery, DateOf, Period,
    ReceptionNumber, Reference, Requery, RequeryService, VisitingPatient,
};
use mynacard_auth::service::TerminalService;
use mynacard_auth::vault::{Passcode, Stretching, Unlock, Vault};
use mynacard_auth::{
    CheckContext, EligibilityService, Purpose, ServiceError, Terminal, TermsAccepted,
};
use mynacard_client::https::{Endpoint, HttpsService};
use mynacard_eligibility::Date;

#[track_caller]
fn untrusted<T>(result: Result<T, ServiceError>) {
    assert_eq!(result.err().expect("refused").code(), "MC-6004");
}

#[test]
fn another_authoritys_server_is_told_nothing_by_any_call() {
    let office = Office::open();
    // It listens where the service should, with a certificate for that address, from an authority of its own.
    let rogue = Office::open();
    let endpoint = Endpoint::sandbox(rogue.sandbox.url(), office.sandbox.ca_certificate_der());
    let mut service = HttpsService::new(&endpoint, Some(&office.terminal)).unwrap();
    let stop = &office.stop;
    let before = rogue.sandbox.requests();
    let reference = Reference::new("chart-1").unwrap();
    let number = ReceptionNumber::new(&"1".repeat(20)).unwrap();
    let day = Period::day(Date::new(2026, 11, 21).unwrap());
    let query = ConsentedQuery::new(Care::Visiting, DateOf::Visit, day);
    let requery = Requery::new(VisitingPatient::on_record(reference.clone())).unwrap();
    let ask = CheckContext::new(Purpose::Reception);
    untrusted(service.challenge(&ask, SystemTime::now(), stop));
    untrusted(service.info(stop));
    untrusted(service.renew(b"request", stop));
    untrusted(service.remove(stop));
    untrusted(service.inquire(&reference, stop));
    untrusted(service.cancel(&reference, CancelReason::Patient, stop));
    untrusted(service.list(&query, None, stop));
    untrusted(service.requery(&requery, stop));
    untrusted(service.poll(&number, stop));
    untrusted(service.download(&number, &mut |_| ControlFlow::Continue(()), stop));
    let settings = check_support::settings(&office.sandbox.issue_activation().unwrap());
    let mut newcomer = HttpsService::new(&endpoint, None).unwrap();
    let activated = Terminal::activate(&mut newcomer, &settings, TermsAccepted, stop);
    assert_eq!(activated.unwrap_err().code(), "MC-6004");
    assert_eq!(rogue.sandbox.requests(), before);
    // The code that was not told to anybody still works.
    check_support::activate(&office.endpoint, &settings).unwrap();
}

#[test]
fn a_copied_vault_opens_without_its_passcode_for_nobody_and_ends_with_a_renewal() {
    let office = Office::open();
    let folder = tempfile::tempdir().unwrap();
    let (own, stolen) = (folder.path().join("own"), folder.path().join("stolen"));
    let passcode = Passcode::new("desk passcode").unwrap();
    let unlock = Unlock::Passcode(&passcode, Stretching::FLOOR);
    let mut vault = Vault::create(&own, &unlock).unwrap();
    vault.store_terminal(&office.terminal).unwrap();
    std::fs::copy(&own, &stolen).unwrap();
    let guess = Passcode::new("password").unwrap();
    let guess = Unlock::Passcode(&guess, Stretching::FLOOR);
    let closed = Vault::open(&stolen, &guess, SystemTime::now());
    assert_eq!(closed.err().unwrap().code(), "MC-5202");
    // Whoever also saw the passcode has the terminal, until it is renewed and used.
    let theirs = Vault::open(&stolen, &unlock, SystemTime::now())
        .unwrap()
        .terminal()
        .unwrap();
    let ask = |terminal: &Terminal| {
        HttpsService::new(&office.endpoint, Some(terminal))
            .unwrap()
            .challenge(
                &CheckContext::new(Purpose::Reception),
                SystemTime::now(),
                &office.stop,
            )
            .map(drop)
    };
    ask(&theirs).unwrap();
    let mut speaking = office.service.clone();
    let renewed = office.terminal.renew(&mut speaking, &office.stop).unwrap();
    ask(&renewed).unwrap();
    assert_eq!(ask(&theirs).unwrap_err().code(), "MC-6101");
}
