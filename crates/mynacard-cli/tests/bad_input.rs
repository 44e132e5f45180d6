//! Everything that goes wrong at a desk, on the whole chain: which code, what it costs, what staff read in both languages.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::time::{Duration, SystemTime};

use mynacard::auth::service::Confirmed;
use mynacard::auth::{
    Cancel, Challenge, CheckContext, CheckedAnswer, Desk, DeskSettings, EligibilityService, Error,
    Identity, Message, Proof, Purpose, Request, ServiceError, Terminal, TermsAccepted,
    UserSettings,
};
use mynacard::card::{Command, End, Limits, Pin, Response, Transport, TransportError};
use mynacard::cert::TrustStore;
use mynacard::client::folder::{Event, Existing, FaceFolder, FaceOptions};
use mynacard::client::https::{Endpoint, HttpsService};
use mynacard::guidance::Language;
use mynacard::{Advice, Coded};
use mynacard_sandbox::{Fault as Line, Running, Sandbox};
use mynacard_sim::{Fault, Quirk, VirtualCard, person};

/// What a failure must say.
struct Expected {
    code: &'static str,
    /// PIN tries that the advice names.
    left: Option<u8>,
    ja: &'static str,
    en: &'static str,
}

#[track_caller]
fn says(error: &dyn Coded, expected: &Expected) {
    let shown = |language| {
        let advice = Advice::for_error(error, language);
        (advice.code, advice.tries_left, advice.staff)
    };
    let Expected { code, left, ja, en } = *expected;
    assert_eq!(shown(Language::Japanese), (code, left, ja.to_owned()));
    assert_eq!(shown(Language::English), (code, left, en.to_owned()));
}

/// An activated terminal at a sandbox of its own.
struct Office {
    sandbox: Running,
    service: HttpsService,
}

fn settings(sandbox: &Running) -> UserSettings {
    let issued = sandbox.issue_activation().unwrap();
    UserSettings::new(
        &issued.institution_code,
        &issued.id,
        &issued.activation_code,
    )
    .unwrap()
}

fn endpoint(sandbox: &Running) -> Endpoint {
    Endpoint::sandbox(sandbox.url(), sandbox.ca_certificate_der())
}

fn activate(endpoint: &Endpoint, settings: &UserSettings) -> Result<Terminal, Error> {
    Terminal::activate(
        &mut HttpsService::new(endpoint, None)?,
        settings,
        TermsAccepted,
        &Cancel::new(),
    )
}

impl Office {
    fn open() -> Self {
        let sandbox = Sandbox::builder().start().unwrap();
        let endpoint = endpoint(&sandbox);
        let terminal = activate(&endpoint, &settings(&sandbox)).unwrap();
        let service = HttpsService::new(&endpoint, Some(&terminal)).unwrap();
        Self { sandbox, service }
    }

    fn check(&self, card: &mut dyn Transport, pin: &str) -> Result<CheckedAnswer, Error> {
        check(self.service.clone(), TrustStore::simulation(), card, pin)
    }
}

fn check(
    service: impl EligibilityService + 'static,
    trust: TrustStore,
    card: &mut dyn Transport,
    pin: &str,
) -> Result<CheckedAnswer, Error> {
    let desk = Desk::new(Box::new(service), DeskSettings::new(trust));
    let stop = Cancel::new();
    let ready = desk.prepare(Purpose::Reception, SystemTime::now(), &stop)?;
    ready.check(
        card,
        Identity::Pin(Pin::new(pin.as_bytes())?),
        SystemTime::now(),
        &stop,
    )
}

fn card(id: &str) -> VirtualCard {
    VirtualCard::new(person(id).unwrap(), SystemTime::now())
}

fn pins_sent(card: &VirtualCard) -> usize {
    card.log()
        .iter()
        .filter(|logged| logged.presents_pin())
        .count()
}

/// The failure of a check at a card, and how many PINs the card was shown.
#[track_caller]
fn fails(mut card: VirtualCard, pin: &str, pins: usize, expected: &Expected) {
    let error = Office::open().check(&mut card, pin).unwrap_err();
    says(&error, expected);
    assert_eq!(pins_sent(&card), pins, "PINs that the card was shown");
}

#[test]
fn a_wrong_pin() {
    fails(
        card("kyokai-self"),
        "9999",
        1,
        &Expected {
            code: "MC-1003",
            left: Some(2),
            ja: "暗証番号が違います。あと2回間違えるとロックされます。",
            en: "Wrong PIN. It will be locked after 2 more wrong entries.",
        },
    );
}

#[test]
fn one_try_left() {
    let office = Office::open();
    let mut card = card("kyokai-self");
    for _ in 0..2 {
        office.check(&mut card, "9999").unwrap_err();
    }
    let before = pins_sent(&card);
    let error = office.check(&mut card, "1234").unwrap_err();
    says(
        &error,
        &Expected {
            code: "MC-1004",
            left: Some(1),
            ja: "暗証番号はあと1回間違えるとロックされます。まだ送っていません。",
            en: "One more wrong PIN locks the card. It was not sent.",
        },
    );
    assert_eq!(pins_sent(&card), before);
}

#[test]
fn a_blocked_pin() {
    fails(
        card("pin-blocked"),
        "1234",
        0,
        &Expected {
            code: "MC-1005",
            left: Some(0),
            ja: "暗証番号がロックされています。",
            en: "The PIN is locked.",
        },
    );
}

#[test]
fn a_malformed_pin_never_reaches_the_card() {
    fails(
        card("kyokai-self"),
        "12a4",
        0,
        &Expected {
            code: "MC-1006",
            left: None,
            ja: "暗証番号の形式が違います。カードには送っていません（回数は減っていません）。",
            en: "The PIN has the wrong form. It was not sent to the card; no try was spent.",
        },
    );
}

#[test]
fn a_card_that_leaves_in_the_middle() {
    let gone = Expected {
        code: "MC-1002",
        left: None,
        ja: "カードが途中で離れました。",
        en: "The card left the reader too early.",
    };
    fails(
        card("kyokai-self").with_fault(2, Fault::LeftBefore),
        "1234",
        0,
        &gone,
    );
    fails(
        card("kyokai-self").with_fault(4, Fault::LeftAfter),
        "1234",
        1,
        &Expected {
            code: "MC-1007",
            left: None,
            ja: "暗証番号を送りましたが、結果が分かりません。残り回数が1回減った可能性があります。",
            en: "The PIN was sent but the outcome is not known. A try may have been spent.",
        },
    );
}

/// A card whose answers are changed on the way.
struct Between {
    card: VirtualCard,
    change: fn(&Command<'_>, &mut Vec<u8>),
}

impl Transport for Between {
    fn begin(&mut self) -> Result<(), TransportError> {
        Transport::begin(&mut self.card)
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        self.card.exchange(command, response)?;
        let mut raw = response.data().to_vec();
        raw.extend_from_slice(&u16::from(response.status()).to_be_bytes());
        (self.change)(command, &mut raw);
        response.set(&raw)
    }

    fn limits(&self) -> Limits {
        self.card.limits()
    }

    fn end(&mut self, how: End) {
        Transport::end(&mut self.card, how);
    }
}

#[track_caller]
fn changed(change: fn(&Command<'_>, &mut Vec<u8>), expected: &Expected) {
    let mut between = Between {
        card: card("kyokai-self"),
        change,
    };
    let error = Office::open().check(&mut between, "1234").unwrap_err();
    says(&error, expected);
    assert_eq!(
        pins_sent(&between.card),
        0,
        "a card that cannot be used cost a try"
    );
}

#[test]
fn not_a_my_number_card() {
    fails(
        card("kyokai-self").with_quirk(Quirk::Foreign),
        "1234",
        0,
        &Expected {
            code: "MC-1001",
            left: None,
            ja: "マイナンバーカードではありません。",
            en: "This is not a My Number Card.",
        },
    );
}

#[test]
fn a_tampered_certificate() {
    let flip: fn(&Command<'_>, &mut Vec<u8>) = |command, raw| {
        if command.ins() == 0xB0 {
            // A byte of the subject's key, far behind the header.
            if let Some(byte) = raw.get_mut(400) {
                *byte ^= 1;
            }
        }
    };
    changed(
        flip,
        &Expected {
            code: "MC-3104",
            left: None,
            ja: "電子証明書が発行元のものと一致しません（偽造または改ざん）。",
            en: "The certificate is forged or was altered.",
        },
    );
}

#[test]
fn a_certificate_of_the_wrong_hierarchy() {
    let mut card = card("kyokai-self");
    let error = check(
        Office::open().service,
        TrustStore::production(),
        &mut card,
        "1234",
    )
    .unwrap_err();
    says(
        &error,
        &Expected {
            code: "MC-3102",
            left: None,
            ja: "試験用など、本番のものではないカードです。",
            en: "This card does not belong to the real system; it is a test card, for example.",
        },
    );
    assert_eq!(pins_sent(&card), 0);
}

#[test]
fn an_expired_certificate_is_passed_on_with_a_warning() {
    use mynacard::auth::{Warning, service::CertificateStatus};
    let checked = Office::open()
        .check(&mut card("cert-ended"), "1234")
        .unwrap();
    assert!(
        checked
            .warnings()
            .iter()
            .any(|warning| matches!(warning, Warning::Expired { .. }))
    );
    assert_eq!(checked.certificate_status(), CertificateStatus::Ended);
    let staff = |language| Advice::for_code("OK-0102", None, language).staff;
    assert_eq!(
        staff(Language::Japanese),
        "確認できました。ただし、カードの電子証明書は有効期限を過ぎています。"
    );
    assert_eq!(
        staff(Language::English),
        "Confirmed, although the card's certificate has ended."
    );
}

#[test]
fn an_unknown_terminal() {
    let (home, elsewhere) = (Office::open(), Sandbox::builder().start().unwrap());
    let terminal = activate(&endpoint(&elsewhere), &settings(&elsewhere)).unwrap();
    let stranger = HttpsService::new(&endpoint(&home.sandbox), Some(&terminal)).unwrap();
    let error = check(
        stranger,
        TrustStore::simulation(),
        &mut card("kyokai-self"),
        "1234",
    )
    .unwrap_err();
    says(
        &error,
        &Expected {
            code: "MC-6101",
            left: None,
            ja: "サービスがこの端末を認識していません。",
            en: "The service does not know this terminal.",
        },
    );
}

#[test]
fn a_used_activation_code() {
    let sandbox = Sandbox::builder().start().unwrap();
    let (endpoint, settings) = (endpoint(&sandbox), settings(&sandbox));
    activate(&endpoint, &settings).unwrap();
    let error = activate(&endpoint, &settings).unwrap_err();
    says(
        &error,
        &Expected {
            code: "MC-6102",
            left: None,
            ja: "アクティベーションコードは使用済みか、期限が切れています。",
            en: "The activation code was used already or has expired.",
        },
    );
}

/// A service that hands out one challenge for ever.
struct Replaying {
    inner: HttpsService,
    first: Option<Challenge>,
}

impl EligibilityService for Replaying {
    fn challenge(
        &mut self,
        ask: &CheckContext,
        now: SystemTime,
        stop: &Cancel,
    ) -> Result<Challenge, ServiceError> {
        if self.first.is_none() {
            self.first = Some(self.inner.challenge(ask, now, stop)?);
        }
        Ok(self.first.clone().unwrap())
    }

    fn message(
        &self,
        challenge: &Challenge,
        request: &Request,
        certificate: &[u8],
    ) -> Result<Message, ServiceError> {
        self.inner.message(challenge, request, certificate)
    }

    fn confirm(
        &mut self,
        challenge: &Challenge,
        proof: &Proof,
        stop: &Cancel,
    ) -> Result<Confirmed, ServiceError> {
        self.inner.confirm(challenge, proof, stop)
    }
}

#[test]
fn a_replayed_challenge() {
    let office = Office::open();
    let service = Replaying {
        inner: office.service.clone(),
        first: None,
    };
    let desk = Desk::new(
        Box::new(service),
        DeskSettings::new(TrustStore::simulation()),
    );
    let stop = Cancel::new();
    let again = || {
        let ready = desk.prepare(Purpose::Reception, SystemTime::now(), &stop)?;
        let pin = Identity::Pin(Pin::new(b"1234")?);
        ready.check(&mut card("kyokai-self"), pin, SystemTime::now(), &stop)
    };
    again().unwrap();
    says(
        &again().unwrap_err(),
        &Expected {
            code: "MC-6121",
            left: None,
            ja: "この確認はすでに処理されたか、無効になりました。",
            en: "This check was processed before, or is no longer valid.",
        },
    );
}

#[test]
fn a_service_that_is_down() {
    let office = Office::open();
    office.sandbox.stop();
    let mut card = card("kyokai-self");
    let error = check(office.service, TrustStore::simulation(), &mut card, "1234").unwrap_err();
    says(
        &error,
        &Expected {
            code: "MC-6001",
            left: None,
            ja: "サービスにつながりません。",
            en: "The service cannot be reached.",
        },
    );
    assert_eq!(
        card.exchanges(),
        0,
        "the card was touched though nobody could be asked"
    );
}

#[test]
fn a_service_of_another_authority() {
    let (home, elsewhere) = (Office::open(), Office::open());
    let wrong = Endpoint::sandbox(home.sandbox.url(), elsewhere.sandbox.ca_certificate_der());
    let error = activate(&wrong, &settings(&home.sandbox)).unwrap_err();
    says(
        &error,
        &Expected {
            code: "MC-6004",
            left: None,
            ja: "接続先が正しいサービスだと確認できません。今回は何も送っていません。",
            en: "The server could not be verified as the right service. Nothing was sent this time.",
        },
    );
}

#[test]
fn garbage_from_the_service() {
    let office = Office::open();
    office.sandbox.set_fault(Some(Line::Garbage));
    let error = office.check(&mut card("kyokai-self"), "1234").unwrap_err();
    says(
        &error,
        &Expected {
            code: "MC-6007",
            left: None,
            ja: "サービスの回答を読み取れません。",
            en: "The service's answer could not be read.",
        },
    );
}

#[test]
fn broken_xml_from_the_service() {
    let office = Office::open();
    office.sandbox.set_fault(Some(Line::BrokenMessage));
    let error = office.check(&mut card("kyokai-self"), "1234").unwrap_err();
    says(
        &error,
        &Expected {
            code: "MC-6012",
            left: None,
            ja: "サービスの回答に含まれる資格情報を読み取れません。",
            en: "The insurance in the service's answer could not be read.",
        },
    );
}

#[test]
fn an_answer_that_was_lost() {
    let office = Office::open();
    let desk = Desk::new(
        Box::new(office.service.clone()),
        DeskSettings::new(TrustStore::simulation()),
    );
    let stop = Cancel::new();
    let ready = desk
        .prepare(Purpose::Reception, SystemTime::now(), &stop)
        .unwrap();
    office.sandbox.set_fault(Some(Line::CutAfter(0)));
    let pin = Identity::Pin(Pin::new(b"1234").unwrap());
    let error = ready
        .check(&mut card("kyokai-self"), pin, SystemTime::now(), &stop)
        .unwrap_err();
    says(
        &error,
        &Expected {
            code: "MC-6013",
            left: None,
            ja: "送信後に回線が切れ、結果を受け取れませんでした。サービス側では処理が済んでいる可能性があります。",
            en: "The line broke after sending, and the result did not arrive. The service may have done its part.",
        },
    );
}

#[test]
fn broken_and_half_written_files() {
    let folder = tempfile::tempdir().unwrap();
    let read = |content: &str| {
        std::fs::write(
            folder
                .path()
                .join("OQSsiquc01res_face_1_20261120101500.xml"),
            content,
        )
        .unwrap();
        let options = FaceOptions {
            existing: Existing::Deliver,
            patience: Duration::ZERO,
            ..FaceOptions::default()
        };
        match FaceFolder::open(folder.path(), options).next(Some(Duration::ZERO), &Cancel::new()) {
            Some(Event::Unreadable { error, .. }) => error,
            other => panic!("{other:?}"),
        }
    };
    says(
        &read("<XmlMsg><a></b></XmlMsg>"),
        &Expected {
            code: "MC-4001",
            left: None,
            ja: "資格情報のファイルが壊れています（XML）。",
            en: "The insurance file is damaged (XML).",
        },
    );
    says(
        &read("<XmlMsg><MessageHeader>"),
        &Expected {
            code: "MC-4002",
            left: None,
            ja: "資格情報のファイルがまだ書き終わっていません。",
            en: "The insurance file is not written to its end yet.",
        },
    );
}
