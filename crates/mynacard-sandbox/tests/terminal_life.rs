//! A terminal's life after its registration: renewed, lost on the way, removed, through the real client.

#![allow(clippy::unwrap_used, clippy::panic)]

mod check_support;

use std::time::SystemTime;

use check_support::{Office, card};
use mynacard_auth::service::{Activated, TerminalService};
use mynacard_auth::{
    Cancel, CheckContext, Desk, DeskSettings, EligibilityService, Error, Purpose, ServiceError,
    Terminal,
};
use mynacard_cert::TrustStore;
use mynacard_client::https::HttpsService;
use mynacard_sandbox::{Fault, Institution, InstitutionKind};

fn service(office: &Office, terminal: &Terminal) -> HttpsService {
    HttpsService::new(&office.endpoint, Some(terminal)).unwrap()
}

fn asks(office: &Office, terminal: &Terminal) -> Result<(), ServiceError> {
    let ask = CheckContext::new(Purpose::Reception);
    service(office, terminal)
        .challenge(&ask, SystemTime::now(), &office.stop)
        .map(drop)
}

#[test]
fn a_renewed_terminal_checks_and_its_former_certificate_ends_with_the_first_use() {
    let office = Office::open();
    let mut speaking = office.service.clone();
    let renewed = office.terminal.renew(&mut speaking, &office.stop).unwrap();
    assert_eq!(renewed.name(), office.terminal.name());
    assert_ne!(renewed.certificate(), office.terminal.certificate());
    assert_ne!(
        renewed.key().public_key_info().unwrap(),
        office.terminal.key().public_key_info().unwrap()
    );
    // Until the new one is shown, the former works: whoever could not keep the new one is not locked out.
    asks(&office, &office.terminal).unwrap();
    let desk = Desk::new(
        Box::new(service(&office, &renewed)),
        DeskSettings::new(TrustStore::simulation()),
    );
    let former = Office { desk, ..office };
    former.by_pin(&mut card("kyokai-self"), "1234").unwrap();
    let error = asks(&former, &former.terminal).unwrap_err();
    assert_eq!(error.code(), "MC-6101");
}

#[test]
fn a_renewal_whose_answer_got_lost_is_asked_for_again() {
    let office = Office::open();
    let mut speaking = office.service.clone();
    office.sandbox.set_fault(Some(Fault::CutAfter(0)));
    let lost = office.terminal.renew(&mut speaking, &office.stop);
    assert_eq!(lost.unwrap_err().code(), "MC-6013");
    office.sandbox.set_fault(None);
    asks(&office, &office.terminal).unwrap();
    let renewed = office.terminal.renew(&mut speaking, &office.stop).unwrap();
    asks(&office, &renewed).unwrap();
}

#[test]
fn a_removed_terminal_is_none_and_its_place_is_free() {
    let one = Institution::default().terminal_limit(1);
    let office = Office::of(&one, |settings| settings);
    let more = check_support::settings(&office.sandbox.issue_activation_for(&one).unwrap());
    let full = check_support::activate(&office.endpoint, &more).unwrap_err();
    assert_eq!(full.code(), "MC-6103");
    let mut speaking = office.service.clone();
    office.terminal.remove(&mut speaking, &office.stop).unwrap();
    assert_eq!(
        asks(&office, &office.terminal).unwrap_err().code(),
        "MC-6101"
    );
    let again = office.terminal.remove(&mut speaking, &office.stop);
    assert_eq!(again.unwrap_err().code(), "MC-6101");
    assert!(check_support::activate(&office.endpoint, &more).is_ok());
}

#[test]
fn a_newcomer_neither_renews_nor_removes() {
    let office = Office::open();
    let mut newcomer = HttpsService::new(&office.endpoint, None).unwrap();
    let stop = Cancel::new();
    assert_eq!(newcomer.renew(b"", &stop).unwrap_err().code(), "MC-6011");
    assert_eq!(newcomer.remove(&stop).unwrap_err().code(), "MC-6011");
    asks(&office, &office.terminal).unwrap();
}

/// A service that hands one terminal's renewal to another.
struct Exchanged(HttpsService);

impl TerminalService for Exchanged {
    fn renew(&mut self, csr: &[u8], stop: &Cancel) -> Result<Activated, ServiceError> {
        self.0.renew(csr, stop)
    }

    fn remove(&mut self, stop: &Cancel) -> Result<(), ServiceError> {
        self.0.remove(stop)
    }
}

#[test]
fn a_renewal_for_another_terminal_or_institution_is_not_kept() {
    let office = Office::open();
    let other = Institution::new("0110113719", "他の診療所", InstitutionKind::Clinic);
    for institution in [Institution::default(), other] {
        let settings = office.sandbox.issue_activation_for(&institution).unwrap();
        let settings = check_support::settings(&settings);
        let second = check_support::activate(&office.endpoint, &settings).unwrap();
        let mut exchanged = Exchanged(service(&office, &second));
        let refused: Result<Terminal, Error> = office.terminal.renew(&mut exchanged, &office.stop);
        assert_eq!(refused.unwrap_err().code(), "MC-5304");
    }
}
