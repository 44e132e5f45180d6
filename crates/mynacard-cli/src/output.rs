//! Results and errors on the standard output: text for people, one JSON document for programs.

use std::io::{self, IsTerminal as _, Write};

use mynacard::guidance::Language;
use mynacard::{Advice, guidance};
use serde_json::{Value, json};

use crate::args::{Lang, OutputArguments};
use crate::failure::Failure;

/// How to show things.
pub(crate) struct Output {
    json: bool,
    /// The result in one line, behind lines of progress.
    lines: bool,
    language: Language,
}

impl Output {
    pub(crate) fn new(arguments: &OutputArguments) -> Self {
        let language = match arguments.lang {
            Lang::Ja => Language::Japanese,
            Lang::En => Language::English,
        };
        Self {
            json: arguments.json,
            lines: false,
            language,
        }
    }

    /// Text in this language.
    #[cfg(test)]
    pub(crate) fn plain(language: Language) -> Self {
        Self {
            json: false,
            lines: false,
            language,
        }
    }

    /// The language of what people read.
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// For a program that reads line by line: result or error in the last one.
    pub(crate) fn in_lines(self) -> Self {
        Self {
            lines: true,
            ..self
        }
    }

    /// Whether it reads line by line.
    pub(crate) fn is_in_lines(&self) -> bool {
        self.lines
    }

    /// Whether a program reads.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Whether somebody sits at a terminal, and no program reads.
    pub(crate) fn at_a_terminal(&self) -> bool {
        !self.json && io::stdin().is_terminal() && io::stdout().is_terminal()
    }

    /// Picks the sentence in the language of the reader.
    pub(crate) fn pick(&self, ja: &'static str, en: &'static str) -> &'static str {
        match self.language {
            Language::Japanese => ja,
            Language::English => en,
        }
    }

    /// Shows the one result of a command.
    pub(crate) fn result(
        &self,
        value: &Value,
        text: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        if self.json {
            match self.lines {
                true => self.line(&json!({ "result": value }).to_string()),
                false => self.line(&format!("{value:#}")),
            }
        } else {
            self.write(&text())
        }
    }

    /// A line of text.
    pub(crate) fn line(&self, text: &str) -> Result<(), Failure> {
        self.write(&format!("{text}\n"))
    }

    /// A file's content.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(bytes)
            .and_then(|()| out.flush())
            .map_err(|error| Failure::output(&error))
    }

    fn write(&self, text: &str) -> Result<(), Failure> {
        self.bytes(text.as_bytes())
    }

    /// Why a command failed, as JSON.
    pub(crate) fn error(&self, failure: &Failure) -> Value {
        advice_json(&failure.advice(self.language), failure, self.language)
    }

    /// Shows why a command failed; a failure to show it is lost with the output itself.
    pub(crate) fn failure(&self, failure: &Failure) {
        let advice = failure.advice(self.language);
        let shown = if self.json {
            let told = json!({ "error": advice_json(&advice, failure, self.language) });
            match self.lines {
                true => self.line(&told.to_string()),
                false => self.line(&format!("{told:#}")),
            }
        } else {
            self.write(&advice_text(&advice, failure, self.language))
        };
        drop(shown);
    }
}

/// An advice as JSON.
pub(crate) fn advice_json(advice: &Advice, failure: &Failure, language: Language) -> Value {
    json!({
        "code": advice.code,
        "class": advice.class.to_string(),
        "message": failure.detail(),
        "staff": advice.staff,
        "next": advice.next,
        "patient": advice.patient,
        "instead": evidence(advice, language),
        "tries_left": advice.tries_left,
    })
}

/// An advice as a person at the desk reads it.
pub(crate) fn advice_text(advice: &Advice, failure: &Failure, language: Language) -> String {
    let (next, patient, instead) = match language {
        Language::Japanese => ("次に", "患者さんへ", "代わりの確認方法"),
        Language::English => ("Next", "To the patient", "Other proofs"),
    };
    let mut text = format!("{}\n", advice.staff);
    if !advice.next.is_empty() {
        text.push_str(&format!("  {next}: {}\n", advice.next));
    }
    if !advice.patient.is_empty() {
        text.push_str(&format!("  {patient}: {}\n", advice.patient));
    }
    let proofs = evidence(advice, language);
    if !proofs.is_empty() {
        text.push_str(&format!("  {instead}: {}\n", proofs.join(" / ")));
    }
    text.push_str(&format!("  ({} {})\n", advice.code, failure.detail()));
    text
}

fn evidence(advice: &Advice, language: Language) -> Vec<&'static str> {
    advice
        .instead
        .iter()
        .map(|proof| guidance::label(*proof).raw(language))
        .collect()
}
