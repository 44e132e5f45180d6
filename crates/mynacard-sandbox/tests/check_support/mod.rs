//! A running stand-in, an activated terminal and a desk: what the tests of the whole chain begin with.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)] // each test program uses a part of this

use std::time::SystemTime;

use mynacard_auth::{
    Cancel, CheckContext, CheckedAnswer, Desk, DeskSettings, Error, Identity, Method,
    OperatorConfirmation, Purpose, Terminal, TermsAccepted, UserSettings, VisualSetting,
};
use mynacard_card::Pin;
use mynacard_cert::TrustStore;
use mynacard_client::https::{Endpoint, HttpsService};
use mynacard_sandbox::{Institution, Running, Sandbox};
use mynacard_sim::{VirtualCard, person};

pub struct Office {
    pub sandbox: Running,
    pub endpoint: Endpoint,
    pub terminal: Terminal,
    pub service: HttpsService,
    pub desk: Desk,
    pub stop: Cancel,
}

impl Office {
    pub fn open() -> Self {
        Self::of(&Institution::default(), |settings| settings)
    }

    pub fn with(change: impl FnOnce(DeskSettings) -> DeskSettings) -> Self {
        Self::of(&Institution::default(), change)
    }

    pub fn of(
        institution: &Institution,
        change: impl FnOnce(DeskSettings) -> DeskSettings,
    ) -> Self {
        let sandbox = Sandbox::builder().start().unwrap();
        let endpoint = Endpoint::sandbox(sandbox.url(), sandbox.ca_certificate_der());
        let settings = settings(&sandbox.issue_activation_for(institution).unwrap());
        let stop = Cancel::new();
        let terminal = activate(&endpoint, &settings).unwrap();
        let service = HttpsService::new(&endpoint, Some(&terminal)).unwrap();
        let policies =
            DeskSettings::new(TrustStore::simulation()).with_visual(VisualSetting::On, &terminal);
        let desk = Desk::new(Box::new(service.clone()), change(policies));
        Self {
            sandbox,
            endpoint,
            terminal,
            service,
            desk,
            stop,
        }
    }

    pub fn by_pin(&self, card: &mut VirtualCard, pin: &str) -> Result<CheckedAnswer, Error> {
        let ready = self
            .desk
            .prepare(Purpose::Reception, SystemTime::now(), &self.stop)?;
        let pin = Identity::Pin(Pin::new(pin.as_bytes())?);
        ready.check(card, pin, SystemTime::now(), &self.stop)
    }

    pub fn by_eye(&self, card: &mut VirtualCard) -> Result<CheckedAnswer, Error> {
        let ask = CheckContext::new(Purpose::Reception).by(Method::Visual);
        let mut ready = self.desk.prepare(ask, SystemTime::now(), &self.stop)?;
        let tap = ready.tap(card, SystemTime::now(), &self.stop)?;
        let confirmation = OperatorConfirmation::new("staff-7", tap.id(), SystemTime::now())?;
        let mut relay = self.service.relay();
        let identity = Identity::Visual(&mut relay, confirmation);
        ready.check(card, identity, SystemTime::now(), &self.stop)
    }
}

pub fn settings(issued: &mynacard_sandbox::UserSettings) -> UserSettings {
    UserSettings::new(
        &issued.institution_code,
        &issued.id,
        &issued.activation_code,
    )
    .unwrap()
}

pub fn activate(endpoint: &Endpoint, settings: &UserSettings) -> Result<Terminal, Error> {
    let mut newcomer = HttpsService::new(endpoint, None)?;
    Terminal::activate(&mut newcomer, settings, TermsAccepted, &Cancel::new())
}

pub fn card(id: &str) -> VirtualCard {
    VirtualCard::new(person(id).unwrap(), SystemTime::now())
}
