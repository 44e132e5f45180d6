//! The whole chain in one process, to be run where no card reader is (under Wine, for one): virtual card, certificate,
//! PIN, signature, HTTPS to the sandbox on loopback, insurance. Ends with success only when every step did what it must.
#![allow(clippy::print_stdout)] // A program that reports.

use std::error::Error;
use std::time::SystemTime;

use mynacard_auth::vault::{Passcode, Stretching, Unlock, Vault};
use mynacard_auth::{
    Cancel, Desk, DeskSettings, Identity, PinTries, Purpose, Terminal, TermsAccepted, UserSettings,
};
use mynacard_card::Pin;
use mynacard_cert::TrustStore;
use mynacard_client::https::{Endpoint, HttpsService};
use mynacard_eligibility::{Answer, Encoding, FieldId, Unmappable, XmlOptions};
use mynacard_sandbox::{Running, Sandbox};
use mynacard_sim::{VirtualCard, person};

pub mod secrets;

type Done<T> = Result<T, Box<dyn Error>>;

/// Starts a sandbox, activates a terminal, checks a right and a wrong PIN.
///
/// # Errors
/// The first step that did not do what it must.
pub fn run() -> Done<()> {
    let sandbox = Sandbox::builder().start()?;
    println!("sandbox on {}", std::env::consts::OS);
    let endpoint = Endpoint::sandbox(sandbox.url(), sandbox.ca_certificate_der());
    let stop = Cancel::new();

    let terminal = kept(activate(&sandbox, &endpoint, &stop)?)?;
    println!("activated, and kept in a vault");
    let service = HttpsService::new(&endpoint, Some(&terminal))?;
    let desk = Desk::new(
        Box::new(service),
        DeskSettings::new(TrustStore::simulation()),
    );

    let somebody = person("kyokai-self").ok_or("the first person is missing")?;
    let mut card = VirtualCard::new(somebody, SystemTime::now());
    let answer = right_pin(&desk, &mut card, &stop)?;
    wrong_pin(&desk, &mut card, &stop)?;

    let name = answer
        .results()
        .first()
        .and_then(|result| result.text(FieldId::NAME).map(str::to_owned));
    expect(
        name.as_deref() == Some(somebody.name()),
        "the answer is somebody else's",
    )?;
    written_and_read(&answer)?;
    sandbox.stop();
    println!("the chain holds");
    Ok(())
}

fn activate(sandbox: &Running, endpoint: &Endpoint, stop: &Cancel) -> Done<Terminal> {
    let slip = sandbox.issue_activation()?;
    let settings = UserSettings::new(&slip.institution_code, &slip.id, &slip.activation_code)?;
    let mut newcomer = HttpsService::new(endpoint, None)?;
    Ok(Terminal::activate(
        &mut newcomer,
        &settings,
        TermsAccepted,
        stop,
    )?)
}

/// The terminal as it comes back from a vault's file.
fn kept(terminal: Terminal) -> Done<Terminal> {
    let path = std::env::temp_dir().join(format!("mynacard-chain-{}.vault", std::process::id()));
    let passcode = Passcode::new("a passcode for a test")?;
    let unlock = Unlock::Passcode(&passcode, Stretching::FLOOR);
    let mut vault = Vault::create(&path, &unlock)?;
    vault.store_terminal(&terminal)?;
    vault.save()?;
    drop((vault, terminal));
    let terminal =
        Vault::open(&path, &unlock, SystemTime::now()).and_then(|vault| vault.terminal());
    std::fs::remove_file(&path)?;
    Ok(terminal?)
}

fn right_pin(desk: &Desk, card: &mut VirtualCard, stop: &Cancel) -> Done<Answer> {
    let ready = desk.prepare(Purpose::Reception, SystemTime::now(), stop)?;
    let pin = Identity::Pin(Pin::new(b"1234")?);
    let checked = ready.check(card, pin, SystemTime::now(), stop)?;
    println!("checked in {} exchanges", checked.card_exchanges());
    log::info!("{checked:?} {card:?}");
    Ok(checked.into_answer().ok_or("this person is registered")?)
}

fn wrong_pin(desk: &Desk, card: &mut VirtualCard, stop: &Cancel) -> Done<()> {
    let ready = desk.prepare(Purpose::Reception, SystemTime::now(), stop)?;
    let pin = Identity::Pin(Pin::new(b"0000")?);
    match ready.check(card, pin, SystemTime::now(), stop) {
        Ok(_) => Err("a wrong PIN was good enough".into()),
        Err(error) => {
            println!("wrong PIN: {}", error.code());
            log::info!("{error}: {error:?}");
            expect(
                matches!(error.pin_tries(), PinTries::Left(2)),
                "two tries are left, and the error says so",
            )?;
            expect(card.authentication_tries() == 2, "one try was spent")
        }
    }
}

/// What receipt computers exchange today: the answer as XML in Shift_JIS.
fn written_and_read(answer: &Answer) -> Done<()> {
    let options = XmlOptions {
        encoding: Encoding::ShiftJis,
        unmappable: Unmappable::CharacterReference,
    };
    let again = Answer::read_xml(&answer.write_xml(&options)?)?;
    expect(
        again.results() == answer.results(),
        "Shift_JIS brings the answer back",
    )
}

fn expect(held: bool, what: &str) -> Done<()> {
    if held { Ok(()) } else { Err(what.into()) }
}
