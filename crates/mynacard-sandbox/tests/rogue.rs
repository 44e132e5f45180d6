//! A man in the middle with another authority's certificate, and a thief with a copied vault: neither gets anything.

#![allow(clippy::unwrap_used, clippy::panic)]

mod check_support;

use std::ops::ControlFlow;
use std::time::SystemTime;

use check_support::{Office, card};
use mynacard_auth::home::{
    BulkQuery, BulkService, CancelReason, Care, ConsentKind, ConsentKinds, ConsentService,
    ConsentedQuery, DateOf, HomeDesk, Period, ReceptionNumber, Reference, Registration, Requery,
    RequeryService, VisitingPatient,
};
use mynacard_auth::service::{Confirmed, TerminalService};
use mynacard_auth::vault::{Passcode, Stretching, Unlock, Vault};
use mynacard_auth::{
    Cancel, Challenge, CheckContext, Desk, DeskSettings, EligibilityService, Identity, Message,
    Method, OperatorConfirmation, Proof, Purpose, Request, ServiceError, Terminal, TermsAccepted,
    VisualSetting,
};
use mynacard_card::Pin;
use mynacard_cert::TrustStore;
use mynacard_client::https::{Endpoint, HttpsService};
use mynacard_eligibility::{Date, DateTime};

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

/// A desk whose challenges come from the right service and whose proofs go to the wrong one.
struct Diverted {
    right: HttpsService,
    wrong: HttpsService,
}

impl EligibilityService for Diverted {
    fn challenge(
        &mut self,
        ask: &CheckContext,
        now: SystemTime,
        stop: &Cancel,
    ) -> Result<Challenge, ServiceError> {
        self.right.challenge(ask, now, stop)
    }

    fn message(
        &self,
        challenge: &Challenge,
        request: &Request,
        certificate: &[u8],
    ) -> Result<Message, ServiceError> {
        self.right.message(challenge, request, certificate)
    }

    fn confirm(
        &mut self,
        challenge: &Challenge,
        proof: &Proof,
        stop: &Cancel,
    ) -> Result<Confirmed, ServiceError> {
        self.wrong.confirm(challenge, proof, stop)
    }
}

#[test]
fn neither_a_proof_nor_a_relay_nor_a_consent_reaches_another_authoritys_server() {
    let office = Office::open();
    let rogue = Office::open();
    let endpoint = Endpoint::sandbox(rogue.sandbox.url(), office.sandbox.ca_certificate_der());
    let mut wrong = HttpsService::new(&endpoint, Some(&office.terminal)).unwrap();
    let stop = &office.stop;
    let now = SystemTime::now;
    let before = (rogue.sandbox.requests(), office.sandbox.checks().unwrap());

    // A proof that a card signed, by PIN.
    let diverted = Diverted {
        right: office.service.clone(),
        wrong: wrong.clone(),
    };
    let desk = Desk::new(
        Box::new(diverted),
        DeskSettings::new(TrustStore::simulation())
            .with_visual(VisualSetting::On, &office.terminal),
    );
    let ready = desk.prepare(Purpose::Reception, now(), stop).unwrap();
    let pin = Identity::Pin(Pin::new(b"1234").unwrap());
    let refused = ready.check(&mut card("kyokai-self"), pin, now(), stop);
    assert_eq!(refused.unwrap_err().code(), "MC-6004");

    // The relay of a visual check: its first command is asked of the wrong server, and the card signs nothing.
    let ask = CheckContext::new(Purpose::Reception).by(Method::Visual);
    let mut ready = desk.prepare(ask, now(), stop).unwrap();
    let mut patient = card("kyokai-self");
    let tap = ready.tap(&mut patient, now(), stop).unwrap();
    let confirmation = OperatorConfirmation::new("staff-7", tap.id(), now()).unwrap();
    let mut relay = wrong.relay();
    let identity = Identity::Visual(&mut relay, confirmation);
    let refused = ready.check(&mut patient, identity, now(), stop);
    assert_eq!(refused.unwrap_err().code(), "MC-6004");
    assert!(!patient.is_powered());
    assert_eq!(
        (rogue.sandbox.requests(), office.sandbox.checks().unwrap()),
        before
    );

    // Consents: the check and the consent are real, what follows goes astray.
    let kinds = |of: &[ConsentKind]| ConsentKinds::of(of.iter().copied()).unwrap();
    let both = kinds(&[ConsentKind::Medicines, ConsentKind::Treatment]);
    let ask = CheckContext::new(Purpose::Visiting).consenting(both);
    let ready = office.desk.prepare(ask, now(), stop).unwrap();
    let pin = Identity::Pin(Pin::new(b"1234").unwrap());
    let checked = ready.check(&mut card("kokuho"), pin, now(), stop).unwrap();
    let reference = Reference::new("chart-1").unwrap();
    let since = now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let today = DateTime::in_japan(since.as_secs().try_into().unwrap())
        .unwrap()
        .date;
    let registration =
        Registration::after(&checked, reference, Care::Visiting, both, today).unwrap();
    untrusted(wrong.register(&registration, stop));
    let mut home = HomeDesk::new(Box::new(office.service.clone()));
    let kept = home.register(&registration, stop).unwrap();
    let narrowing = kept.narrowed(kinds(&[ConsentKind::Medicines])).unwrap();
    untrusted(wrong.change(&narrowing, stop));
    let query = ConsentedQuery::new(Care::Visiting, DateOf::Visit, Period::day(today));
    untrusted(wrong.submit(&BulkQuery::new(query), stop));
    assert_eq!(rogue.sandbox.requests(), before.0);
    let still = home.inquire(&kept.reference, stop).unwrap();
    assert_eq!(still.kinds, both);
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
