//! `mynacard demo`: the whole way, with nothing real in it: sandbox service over HTTPS, virtual cards.

use std::time::{Instant, SystemTime};

use mynacard::auth::{
    Cancel, CheckContext, CheckedAnswer, Desk, DeskSettings, Identity, Method,
    OperatorConfirmation, Purpose, Terminal, TermsAccepted, UserSettings, VisualSetting,
};
use mynacard::card::Pin;
use mynacard::cert::TrustStore;
use mynacard::client::https::{Endpoint, HttpsService};
use mynacard_sandbox::{Running, Sandbox};
use mynacard_sim::{Person, VirtualCard};
use serde_json::{Value, json};

use crate::answer;
use crate::failure::Failure;
use crate::output::{Output, advice_json, advice_text};

/// People whose answers differ in kind.
const PEOPLE: &[&str] = &[
    "kyokai-family",
    "kokuho",
    "kouki-1wari",
    "gendo-a03",
    "tokutei",
    "iryofujo",
    "lost-new",
    "none",
    "two-results",
    "cert-ending",
    "unregistered",
];

pub(crate) fn run(output: &Output) -> Result<(), Failure> {
    let started = Instant::now();
    let mut show = Show {
        output,
        steps: Vec::new(),
    };
    let sandbox = Sandbox::builder()
        .start()
        .map_err(|error| Failure::demo(&error))?;
    let desk = Reception::activate(&sandbox, &mut show)?;

    show.title("暗証番号による資格確認", "A check by PIN");
    show.checked("pin", &desk.by_pin("kyokai-self", "1234")?)?;

    show.title("目視による資格確認", "A visual check");
    show.checked("visual", &desk.by_sight("kyokai-self")?)?;

    show.title("暗証番号の誤り", "A wrong PIN");
    match desk.by_pin("kyokai-self", "9999") {
        Err(failure) => show.refused("wrong-pin", &failure)?,
        Ok(_) => return Err(Failure::demo("the wrong PIN was accepted")),
    }

    show.title("いろいろな回答", "Kinds of answer");
    for id in PEOPLE {
        show.kind(id, &desk.by_pin(id, "1234")?)?;
    }
    sandbox.stop();
    show.end(started)
}

/// A reception desk at the sandbox.
struct Reception {
    desk: Desk,
    service: HttpsService,
    stop: Cancel,
}

impl Reception {
    fn activate(sandbox: &Running, show: &mut Show<'_>) -> Result<Self, Failure> {
        show.title("端末の初期登録", "Registering the terminal");
        let issued = sandbox
            .issue_activation()
            .map_err(|error| Failure::demo(&error))?;
        let settings = UserSettings::new(
            &issued.institution_code,
            &issued.id,
            &issued.activation_code,
        )?;
        let endpoint = Endpoint::sandbox(sandbox.url(), sandbox.ca_certificate_der());
        let stop = Cancel::new();
        let mut newcomer = HttpsService::new(&endpoint, None)?;
        let terminal = Terminal::activate(&mut newcomer, &settings, TermsAccepted, &stop)?;
        show.activated(sandbox, &terminal)?;
        let service = HttpsService::new(&endpoint, Some(&terminal))?;
        let settings =
            DeskSettings::new(TrustStore::simulation()).with_visual(VisualSetting::On, &terminal);
        Ok(Self {
            desk: Desk::new(Box::new(service.clone()), settings),
            service,
            stop,
        })
    }

    fn by_pin(&self, id: &str, pin: &str) -> Result<CheckedAnswer, Failure> {
        let ready = self
            .desk
            .prepare(Purpose::Reception, SystemTime::now(), &self.stop)?;
        let pin = Pin::new(pin.as_bytes())?;
        Ok(ready.check(
            &mut card(id)?,
            Identity::Pin(pin),
            SystemTime::now(),
            &self.stop,
        )?)
    }

    fn by_sight(&self, id: &str) -> Result<CheckedAnswer, Failure> {
        let ask = CheckContext::new(Purpose::Reception).by(Method::Visual);
        let mut card = card(id)?;
        let mut relay = self.service.relay();
        let mut ready = self.desk.prepare(ask, SystemTime::now(), &self.stop)?;
        let tap = ready.tap(&mut card, SystemTime::now(), &self.stop)?;
        let confirmation = OperatorConfirmation::new("demo", tap.id(), SystemTime::now())?;
        let identity = Identity::Visual(&mut relay, confirmation);
        Ok(ready.check(&mut card, identity, SystemTime::now(), &self.stop)?)
    }
}

fn person(id: &str) -> Result<&'static Person, Failure> {
    mynacard_sim::person(id).ok_or_else(|| Failure::demo(&format!("nobody is called {id}")))
}

fn card(id: &str) -> Result<VirtualCard, Failure> {
    Ok(VirtualCard::new(person(id)?, SystemTime::now()))
}

/// What the demonstration shows: lines as it goes, or one JSON document at the end.
struct Show<'a> {
    output: &'a Output,
    steps: Vec<Value>,
}

impl Show<'_> {
    fn title(&mut self, ja: &'static str, en: &'static str) {
        if !self.output.is_json() {
            // A lost title shows as a lost line below it.
            let _ = self
                .output
                .line(&format!("\n━━ {} ━━", self.output.pick(ja, en)));
        }
    }

    fn activated(&mut self, sandbox: &Running, terminal: &Terminal) -> Result<(), Failure> {
        let institution = terminal.institution();
        self.steps.push(json!({ "step": "activate", "terminal": terminal.name(), "institution": institution.code }));
        self.text(&format!(
            "{}（{}）: {} {} / {}",
            self.output.pick("サンドボックス", "sandbox"),
            sandbox.url(),
            institution.code,
            institution.name,
            terminal.name()
        ))
    }

    fn checked(&mut self, step: &str, checked: &CheckedAnswer) -> Result<(), Failure> {
        self.steps
            .push(json!({ "step": step, "check": answer::json(checked, self.output) }));
        self.text(answer::text(checked, self.output).trim_end())
    }

    fn kind(&mut self, id: &str, checked: &CheckedAnswer) -> Result<(), Failure> {
        let person = person(id)?;
        self.steps.push(
            json!({ "step": "answer", "person": id, "check": answer::json(checked, self.output) }),
        );
        let about = self.output.pick(person.about_ja(), person.about_en());
        self.text(&format!(
            "{id:16} {about}\n{}",
            answer::summary(checked, self.output)
        ))
    }

    fn refused(&mut self, step: &str, failure: &Failure) -> Result<(), Failure> {
        let language = self.output.language();
        let advice = failure.advice(language);
        self.steps
            .push(json!({ "step": step, "error": advice_json(&advice, failure, language) }));
        self.text(advice_text(&advice, failure, language).trim_end())
    }

    fn text(&self, text: &str) -> Result<(), Failure> {
        if self.output.is_json() {
            Ok(())
        } else {
            self.output.line(text)
        }
    }

    fn end(self, started: Instant) -> Result<(), Failure> {
        let milliseconds = started.elapsed().as_millis();
        let notice = self.output.pick(
            "これは公式システムではありません。すべて架空の人物と、公開された鍵による仮想カードです。",
            "This is not the official system: nobody in it exists, and the virtual cards' keys are public.",
        );
        let value = json!({ "steps": self.steps, "milliseconds": milliseconds, "notice": notice });
        self.output
            .result(&value, || format!("\n{notice} ({milliseconds} ms)\n"))
    }
}
