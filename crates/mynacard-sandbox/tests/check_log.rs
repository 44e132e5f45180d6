//! Everything that is logged at the most verbose level during good and bad checks, searched for PINs and people.

#![allow(clippy::unwrap_used)] // helpers of tests

mod check_support;

use std::error::Error as _;
use std::sync::Mutex;
use std::time::SystemTime;

use check_support::{Office, activate, card, settings};
use mynacard_auth::vault::{Passcode, Stretching, Unlock, Vault};
use mynacard_auth::{CheckContext, Method, Purpose};
use mynacard_card::{BirthDate, NumberB, Transport as _};
use mynacard_cert::Hierarchy;
use mynacard_cert::record::{CardAuthorities, CardAuthority};
use mynacard_eligibility::{FieldId, Language};
use mynacard_sandbox::Condition;
use mynacard_sim::{person, pki};

/// A PIN that nobody has; four digits that no length, port or time of these tests contains.
const WRONG_PIN: &str = "7093";
const PASSCODE: &str = "passcode-of-the-log-test";

struct Collector(Mutex<String>);

static COLLECTOR: Collector = Collector(Mutex::new(String::new()));

impl log::Log for Collector {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        note(&format!(
            "{} {} {}\n",
            record.level(),
            record.target(),
            record.args()
        ));
    }

    fn flush(&self) {}
}

fn note(text: &str) {
    COLLECTOR.0.lock().unwrap().push_str(text);
}

/// An error as a program would log it: both forms, with every cause.
fn note_error(error: &mynacard_auth::Error) {
    note(&format!("{error} {error:?} {:?}\n", error.kind()));
    let mut cause = error.source();
    while let Some(error) = cause {
        note(&format!("{error} {error:?}\n"));
        cause = error.source();
    }
}

/// The ways in which bytes usually reach a log.
fn spellings(text: &str) -> Vec<String> {
    let bytes = text.as_bytes();
    let hex = |separator: &str, upper: bool| {
        let one = |byte: &u8| {
            if upper {
                format!("{byte:02X}")
            } else {
                format!("{byte:02x}")
            }
        };
        bytes.iter().map(one).collect::<Vec<_>>().join(separator)
    };
    vec![
        text.to_owned(),
        hex("", false),
        hex("", true),
        hex(" ", true),
        hex(":", true),
        bytes
            .iter()
            .map(u8::to_string)
            .collect::<Vec<_>>()
            .join(", "),
    ]
}

/// A visual check with the photo, opened once wrongly and once rightly by what is printed on the card.
fn face_to_face(office: &Office, secrets: &mut Vec<String>) {
    let modulus = pki::card_verifiable_ca_modulus();
    let key_id = pki::CARD_VERIFIABLE_CA_KEY_ID;
    let authority =
        CardAuthority::new(Hierarchy::Simulation, key_id, &modulus, &[1, 0, 1]).unwrap();
    let authorities = CardAuthorities::new(Hierarchy::Simulation)
        .with(authority)
        .unwrap();
    let ask = CheckContext::new(Purpose::Reception).by(Method::Visual);
    let mut card = card("kyokai-self");
    for (code, opens) in [("4017", false), ("4016", true)] {
        secrets.push(format!("5504012035{code}"));
        let birth = BirthDate::gregorian(1980, 4, 1).unwrap();
        let number = NumberB::from_card(&birth, 2035, code.as_bytes()).unwrap();
        let now = SystemTime::now();
        let mut ready = office.desk.prepare(ask, now, &office.stop).unwrap();
        let outcome = ready.tap_with_face(&mut card, number, &authorities, now, &office.stop);
        assert_eq!(outcome.is_ok(), opens);
        match outcome {
            Ok((tap, face)) => note(&format!("{tap:?} {face:?}\n")),
            Err(error) => note_error(&error),
        }
    }
}

#[test]
fn the_log_holds_no_pin_and_nobody() {
    log::set_logger(&COLLECTOR).unwrap();
    log::set_max_level(log::LevelFilter::Trace);

    let office = Office::open();
    let mut secrets = vec![
        WRONG_PIN.to_owned(),
        PASSCODE.to_owned(),
        "SIM00000000".to_owned(),
    ];
    for id in [
        "kyokai-self",
        "kokuho",
        "gaiji",
        "cert-ended",
        "two-results",
    ] {
        let person = person(id).unwrap();
        secrets.extend([person.name(), person.kana(), person.address()].map(str::to_owned));
        let checked = office.by_pin(&mut card(id), "1234").unwrap();
        note(&format!("{checked:?}\n"));
        let answer = checked.answer().unwrap();
        let fields = [
            FieldId::NAME,
            FieldId::ADDRESS,
            FieldId::BIRTHDATE,
            FieldId::INSURED_CARD_SYMBOL,
            FieldId::INSURED_IDENTIFICATION_NUMBER,
        ];
        for result in answer.results() {
            secrets.extend(
                fields
                    .iter()
                    .filter_map(|field| result.text(*field))
                    .map(str::to_owned),
            );
        }
        // The collector sees what it is shown: the whole answer is not empty of these words.
        let shown = answer.to_text(Language::Japanese);
        assert!(
            secrets.iter().any(|secret| shown.contains(secret.as_str())),
            "{id}"
        );
    }
    // One for the activation, one for all checks: kept warm from each challenge to its confirmation and to the next.
    assert_eq!(
        COLLECTOR
            .0
            .lock()
            .unwrap()
            .matches("starting new connection")
            .count(),
        2
    );

    let mut error_card = card("kyokai-self");
    note_error(&office.by_pin(&mut error_card, WRONG_PIN).unwrap_err());
    note_error(&office.by_pin(&mut error_card, "709x").unwrap_err());
    for id in ["pin-blocked", "cert-expired", "cert-revoked"] {
        note_error(&office.by_pin(&mut card(id), "1234").unwrap_err());
    }
    office.by_eye(&mut card("no-pin")).unwrap();
    face_to_face(&office, &mut secrets);
    office
        .sandbox
        .set_condition(Condition::Maintenance { retry_after: 1 });
    note_error(&office.by_pin(&mut card("kyokai-self"), "1234").unwrap_err());
    office.sandbox.set_condition(Condition::Normal);

    let issued = office.sandbox.issue_activation().unwrap();
    secrets.push(issued.activation_code.clone());
    let settings = settings(&issued);
    let terminal = activate(&office.endpoint, &settings).unwrap();
    note_error(&activate(&office.endpoint, &settings).unwrap_err());
    note(&format!("{settings:?} {terminal:?} {:?}\n", office.desk));
    let folder = tempfile::tempdir().unwrap();
    let passcode = Passcode::new(PASSCODE).unwrap();
    let unlock = Unlock::Passcode(&passcode, Stretching::FLOOR);
    let path = folder.path().join("vault");
    Vault::create(&path, &unlock)
        .unwrap()
        .store_terminal(&terminal)
        .unwrap();
    note(&format!(
        "{:?} {unlock:?}\n",
        Vault::open(&path, &unlock, SystemTime::now()).unwrap()
    ));
    error_card.end(mynacard_card::End::PowerDown);

    let log = COLLECTOR.0.lock().unwrap().clone();
    assert!(
        log.contains("TRACE") && log.contains("> 00 20"),
        "the log is not verbose: {log}"
    );
    secrets.retain(|secret| secret.chars().count() > 2);
    secrets.push("1234".to_owned());
    // Digits may stand inside other numbers, an address of memory for example: they count as a word of their own.
    let words: Vec<&str> = log.split(|c: char| !c.is_alphanumeric()).collect();
    for secret in &secrets {
        let digits = secret.bytes().all(|byte| byte.is_ascii_digit());
        assert!(
            !words.contains(&secret.as_str()),
            "the log holds {secret}:\n{log}"
        );
        for spelling in spellings(secret).iter().skip(usize::from(digits)) {
            assert!(
                !log.contains(spelling),
                "the log holds {secret} as {spelling}:\n{log}"
            );
        }
    }
}
