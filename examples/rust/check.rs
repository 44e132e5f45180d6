//! One patient's insurance by PIN, from a terminal's first registration to the answer.
//!
//! The card is virtual and the service the sandbox; a real reader is `mynacard::pcsc::Readers` in place of `VirtualCard`,
//! a real service your `EligibilityService` in place of `HttpsService`.

#![allow(clippy::print_stdout, reason = "an example shows its result")]

use std::error::Error;
use std::time::SystemTime;

use mynacard::Advice;
use mynacard::auth::{
    Cancel, Desk, DeskSettings, Identity, Purpose, Terminal, TermsAccepted, UserSettings,
};
use mynacard::card::Pin;
use mynacard::cert::TrustStore;
use mynacard::client::https::{Endpoint, HttpsService};
use mynacard::eligibility::Language;
use mynacard_sandbox::Sandbox;
use mynacard_sim::VirtualCard;

fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::builder().start()?;
    let stop = Cancel::new();

    // Once in a terminal's life: 初期登録 with the ユーザー設定情報 of the portal.
    let issued = sandbox.issue_activation()?;
    let settings = UserSettings::new(
        &issued.institution_code,
        &issued.id,
        &issued.activation_code,
    )?;
    let endpoint = Endpoint::sandbox(sandbox.url(), sandbox.ca_certificate_der());
    let terminal = Terminal::activate(
        &mut HttpsService::new(&endpoint, None)?,
        &settings,
        TermsAccepted,
        &stop,
    )?;

    // Once a day: the desk.
    let service = HttpsService::new(&endpoint, Some(&terminal))?;
    let desk = Desk::new(
        Box::new(service),
        DeskSettings::new(TrustStore::simulation()),
    );

    // For each patient: prepare before the tap, check at it.
    let person = mynacard_sim::person("kyokai-self").ok_or("no such person")?;
    for typed in ["9999", "1234"] {
        let ready = desk.prepare(Purpose::Reception, SystemTime::now(), &stop)?;
        let mut card = VirtualCard::new(person, SystemTime::now());
        let pin = Pin::new(typed.as_bytes())?;
        match ready.check(&mut card, Identity::Pin(pin), SystemTime::now(), &stop) {
            Ok(checked) => {
                println!("card exchanges: {}", checked.card_exchanges());
                if let Some(answer) = checked.answer() {
                    println!("{}", answer.to_text(Language::Japanese));
                }
            }
            Err(error) => println!("{}", Advice::for_error(&error, Language::Japanese).staff),
        }
    }
    Ok(())
}
