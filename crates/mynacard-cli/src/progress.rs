//! Where a check stands: sentences for the screen, and lines for programs that start the command and read what it prints.

use std::io::{self, Write as _};

use mynacard::auth::Step;
use mynacard::guidance::Language;
use serde_json::json;

/// A step's name for programs, and its sentence for staff and patient where it has one.
fn words(step: Step) -> (&'static str, Option<(&'static str, &'static str)>) {
    match step {
        Step::Renewing => (
            "renewing",
            Some(("サービスに接続しています…", "Connecting to the service …")),
        ),
        Step::ReadingCard => (
            "reading-card",
            Some((
                "カードを読み取っています。動かさないでください。",
                "Reading the card: leave it there.",
            )),
        ),
        Step::Relaying => (
            "relaying",
            Some((
                "目視確認の手続きをしています。カードはそのままにしてください。",
                "The visual check is under way: leave the card there.",
            )),
        ),
        Step::VerifyingPin => (
            "verifying-pin",
            Some(("暗証番号を確かめています。", "Verifying the PIN.")),
        ),
        Step::Signing => (
            "signing",
            Some(("カードで署名しています。", "The card signs.")),
        ),
        Step::CardDone => (
            "card-done",
            Some(("カードをお取りください。", "The card may be taken away.")),
        ),
        Step::AskingService => (
            "asking-service",
            Some(("資格を照会しています…", "Asking the service …")),
        ),
        Step::Done => ("done", None),
        _ => ("other", None),
    }
}

fn pick((ja, en): (&'static str, &'static str), language: Language) -> &'static str {
    match language {
        Language::Japanese => ja,
        Language::English => en,
    }
}

/// Tells people. A step that cannot be shown does not stop a check.
pub(crate) fn tell(step: Step, language: Language) {
    if let (_, Some(sentence)) = words(step) {
        let _ = writeln!(io::stdout(), "{}", pick(sentence, language));
    }
}

/// Tells a program: `{"step":"reading-card","text":"…"}` on a line of its own, at once.
pub(crate) fn line(step: Step, language: Language) {
    let (name, sentence) = words(step);
    let text = sentence.map(|sentence| pick(sentence, language));
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{}", json!({ "step": name, "text": text })).and_then(|()| out.flush());
}
