//! The service's side of what can go wrong: activation, replay, outage, wrong authority.

mod check_support;

use std::time::SystemTime;

use check_support::{Office, activate, card, settings};
use mynacard_auth::service::Confirmed;
use mynacard_auth::vault::{Passcode, Stretching, Unlock, Vault};
use mynacard_auth::{
    Cancel, Challenge, CheckContext, Desk, DeskSettings, EligibilityService, Message, PinTries,
    Proof, Purpose, Request, ServiceError, UserSettings,
};
use mynacard_cert::TrustStore;
use mynacard_client::https::{Endpoint, HttpsService};
use mynacard_sandbox::{Condition, Institution, Sandbox};

#[test]
fn an_activation_code_works_once() {
    let sandbox = Sandbox::builder().start().unwrap();
    let endpoint = Endpoint::sandbox(sandbox.url(), sandbox.ca_certificate_der());
    let settings = settings(&sandbox.issue_activation().unwrap());
    let terminal = activate(&endpoint, &settings).unwrap();
    assert_eq!(terminal.institution().code, settings.institution_code());
    assert_eq!(
        activate(&endpoint, &settings).unwrap_err().code(),
        "MC-6102"
    );
    let guessed =
        UserSettings::new(settings.institution_code(), settings.id(), "GUESSED-CODE").unwrap();
    assert_eq!(activate(&endpoint, &guessed).unwrap_err().code(), "MC-6102");
}

#[test]
fn a_terminal_comes_back_from_its_vault_and_works() {
    let office = Office::open();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("terminal.vault");
    let passcode = Passcode::new("desk passcode").unwrap();
    let unlock = Unlock::Passcode(&passcode, Stretching::FLOOR);
    Vault::create(&path, &unlock)
        .unwrap()
        .store_terminal(&office.terminal)
        .unwrap();

    let terminal = Vault::open(&path, &unlock, SystemTime::now())
        .unwrap()
        .terminal()
        .unwrap();
    let service = HttpsService::new(&office.endpoint, Some(&terminal)).unwrap();
    let desk = Desk::new(
        Box::new(service),
        DeskSettings::new(TrustStore::simulation()),
    );
    let office = Office { desk, ..office };
    office.by_pin(&mut card("kyokai-self"), "1234").unwrap();
}

#[test]
fn a_terminal_that_the_service_does_not_know_is_refused() {
    let office = Office::open();
    let elsewhere = Office::open();
    // The right authority, another sandbox's terminal.
    let service = HttpsService::new(&office.endpoint, Some(&elsewhere.terminal)).unwrap();
    let desk = Desk::new(
        Box::new(service),
        DeskSettings::new(TrustStore::simulation()),
    );
    let office = Office { desk, ..office };
    let error = office.by_pin(&mut card("kyokai-self"), "1234").unwrap_err();
    assert_eq!(error.code(), "MC-6101", "{error}");
    assert_eq!(error.pin_tries(), PinTries::Untouched);
}

#[test]
fn a_server_of_another_authority_gets_nothing() {
    let office = Office::open();
    let elsewhere = Office::open();
    let wrong = Endpoint::sandbox(office.sandbox.url(), elsewhere.sandbox.ca_certificate_der());
    let service = HttpsService::new(&wrong, Some(&office.terminal)).unwrap();
    let desk = Desk::new(
        Box::new(service),
        DeskSettings::new(TrustStore::simulation()),
    );
    let office = Office { desk, ..office };
    assert_eq!(
        office
            .by_pin(&mut card("kyokai-self"), "1234")
            .unwrap_err()
            .code(),
        "MC-6004"
    );
}

#[test]
fn a_service_that_is_down_loses_nothing() {
    let office = Office::open();
    let now = SystemTime::now();
    let ready = office
        .desk
        .prepare(Purpose::Reception, now, &office.stop)
        .unwrap();
    office.sandbox.stop();
    let mut card = card("kyokai-self");
    let pin = mynacard_auth::Identity::Pin(mynacard_card::Pin::new(b"1234").unwrap());
    let error = ready.check(&mut card, pin, now, &office.stop).unwrap_err();
    assert_eq!(
        (error.code(), error.pin_tries()),
        ("MC-6001", PinTries::Accepted)
    );
    assert_eq!(card.authentication_tries(), 3);
    let error = office
        .desk
        .prepare(Purpose::Reception, now, &office.stop)
        .unwrap_err();
    assert_eq!(
        (error.code(), error.pin_tries()),
        ("MC-6001", PinTries::Untouched)
    );
}

#[test]
fn bad_days_have_kinds_of_their_own() {
    for (condition, code, waits) in [
        (Condition::Maintenance { retry_after: 60 }, "MC-6151", true),
        (Condition::Timeout, "MC-6152", false),
        (Condition::TooMany { retry_after: 5 }, "MC-6153", true),
        (Condition::RevocationUnknown, "MC-6127", false),
    ] {
        let office = Office::open();
        office.sandbox.set_condition(condition);
        let error = office.by_pin(&mut card("kyokai-self"), "1234").unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        office.sandbox.set_condition(Condition::Normal);
        let next = office.by_pin(&mut card("kyokai-self"), "1234");
        // A wait that the service asked for is kept: the next question says the same, and is not sent.
        assert_eq!(next.err().map(|error| error.code()), waits.then_some(code));
    }
}

#[test]
fn a_purpose_that_an_institution_may_not_ask_for_is_refused() {
    let midwives = Institution::new(
        "1310000002",
        "助産所",
        mynacard_sandbox::InstitutionKind::Midwifery,
    );
    let office = Office::of(&midwives, |settings| settings);
    let now = SystemTime::now();
    let _ready = office
        .desk
        .prepare(Purpose::Midwifery, now, &office.stop)
        .unwrap();
    let error = office
        .desk
        .prepare(Purpose::Visiting, now, &office.stop)
        .unwrap_err();
    assert_eq!(error.code(), "MC-6106");
}

/// Delivers each proof as often as told, under the same key or a new challenge's name.
struct Repeating {
    inner: HttpsService,
    first: Option<Challenge>,
}

impl EligibilityService for Repeating {
    fn challenge(
        &mut self,
        ask: &CheckContext,
        now: SystemTime,
        stop: &Cancel,
    ) -> Result<Challenge, ServiceError> {
        let fresh = self.inner.challenge(ask, now, stop)?;
        // From the second check on, the first one's challenge again.
        Ok(self.first.get_or_insert(fresh).clone())
    }

    fn message(
        &self,
        challenge: &Challenge,
        request: &Request,
        der: &[u8],
    ) -> Result<Message, ServiceError> {
        self.inner.message(challenge, request, der)
    }

    fn confirm(
        &mut self,
        challenge: &Challenge,
        proof: &Proof,
        stop: &Cancel,
    ) -> Result<Confirmed, ServiceError> {
        let first = self.inner.confirm(challenge, proof, stop)?;
        let again = self.inner.confirm(challenge, proof, stop)?;
        assert_eq!(
            first.check_id, again.check_id,
            "the same delivery is the same check"
        );
        Ok(again)
    }
}

#[test]
fn the_same_delivery_is_one_check_and_a_replayed_challenge_is_refused() {
    let office = Office::open();
    let repeating = Repeating {
        inner: office.service.clone(),
        first: None,
    };
    let desk = Desk::new(
        Box::new(repeating),
        DeskSettings::new(TrustStore::simulation()),
    );
    let office = Office { desk, ..office };
    office.by_pin(&mut card("kyokai-self"), "1234").unwrap();
    let error = office.by_pin(&mut card("kyokai-self"), "1234").unwrap_err();
    assert_eq!(
        (error.code(), error.pin_tries()),
        ("MC-6121", PinTries::Accepted)
    );
}

#[test]
fn a_stop_signal_ends_the_wait_for_the_service() {
    let office = Office::open();
    office.stop.cancel();
    assert_eq!(
        office
            .by_pin(&mut card("kyokai-self"), "1234")
            .unwrap_err()
            .code(),
        "MC-5003"
    );
}
