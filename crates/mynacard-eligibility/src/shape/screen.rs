//! The screen of マイナ資格確認アプリ as text, one `label：value` a line, both ways.
//!
//! The app shows dates in the Japanese calendar and kana in full width; the messages have `YYYYMMDD` and half width.
//!
//! ```
//! use mynacard_eligibility::shape::screen;
//! use mynacard_eligibility::{Answer, FieldId, Record, Section};
//!
//! let answer = Answer::builder()
//!     .set(FieldId::QUALIFICATION_VALIDITY, "1")
//!     .result(Record::builder(Section::Confirmation).set(FieldId::INSURER_NUMBER, "01130012"))
//!     .build()?;
//! let again = screen::read(&screen::write(&answer))?;
//! assert_eq!(again.answer.results().len(), 1);
//! # Ok::<(), mynacard_eligibility::Error>(())
//! ```

use crate::field::Kind;
use crate::{
    Answer, Date, Error, ErrorKind, FieldId as F, Finding, FindingKind, Message, Record, Section,
    fold,
};

/// An answer read from the screen, and the lines that are no field. Its `Debug` shows no text.
#[derive(Clone, PartialEq, Eq)]
pub struct Screen {
    /// What the screen says; the app shows only insurance that it found valid, so nothing else is claimed.
    pub answer: Answer,
    /// Lines that could not be placed, such as those under 【裏面記載情報】.
    pub rest: Vec<String>,
}

impl core::fmt::Debug for Screen {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Screen")
            .field("answer", &self.answer)
            .field("rest", &format_args!("{} lines", self.rest.len()))
            .finish()
    }
}

/// The most bytes of screen text that are read.
pub const MAX_TEXT: usize = 1 << 20;

const CONFIRMED: &str = "確認日";
const BACK: &str = "【裏面記載情報】";
const LIMIT: &str = "【限度額適用認定証】";

/// Labels in the order of the screen.
const LABELS: [(&str, F); 15] = [
    ("氏名", F::NAME),
    ("フリガナ", F::NAME_KANA),
    ("生年月日", F::BIRTHDATE),
    ("性別", F::SEX1),
    ("住所", F::ADDRESS),
    ("記号", F::INSURED_CARD_SYMBOL),
    ("番号", F::INSURED_IDENTIFICATION_NUMBER),
    ("枝番", F::INSURED_BRANCH_NUMBER),
    ("保険者番号", F::INSURER_NUMBER),
    ("保険者名", F::INSURER_NAME),
    ("被保険者氏名", F::INSURED_NAME),
    ("本人・家族の別", F::PERSONAL_FAMILY_CLASSIFICATION),
    ("資格取得年月日", F::QUALIFICATION_DATE),
    ("有効開始日", F::INSURED_CARD_VALID_DATE),
    ("有効終了日", F::INSURED_CARD_EXPIRATION_DATE),
];

const LIMIT_LABELS: [(&str, F); 3] = [
    (
        "適用区分",
        F::LIMIT_APPLICATION_CERTIFICATE_CLASSIFICATION_FLAG,
    ),
    (
        "有効開始年月日",
        F::LIMIT_APPLICATION_CERTIFICATE_VALID_START_DATE,
    ),
    (
        "有効終了年月日",
        F::LIMIT_APPLICATION_CERTIFICATE_VALID_END_DATE,
    ),
];

/// Writes the screen, one block for each insurance that has something to show. Each block begins with 確認日, so that none
/// can be taken for the end of the one before.
#[must_use]
pub fn write(answer: &Answer) -> String {
    let blocks: Vec<String> = answer
        .results()
        .iter()
        .map(|result| block(result.record()))
        .filter(|block| !block.is_empty())
        .collect();
    let head = match answer.confirmed_for() {
        Some(day) => format!("{CONFIRMED}：{}\n", day.japanese()),
        None if blocks.len() > 1 => format!("{CONFIRMED}：\n"),
        None => String::new(),
    };
    let blocks: Vec<String> = blocks
        .iter()
        .map(|block| format!("{head}{block}"))
        .collect();
    blocks.join("\n")
}

/// Reads the text of a screen. 確認日, or a label that comes a second time, begins the next insurance.
///
/// An answer has one day of confirmation: the first. Another one after it is a finding, and its line is kept in
/// [`Screen::rest`].
///
/// # Errors
/// No known label in the text, or more of it than any screen has.
pub fn read(text: &str) -> Result<Screen, Error> {
    if text.len() > MAX_TEXT {
        return Err(ErrorKind::TooLarge {
            what: "screen text in bytes",
            limit: MAX_TEXT,
        }
        .into());
    }
    let mut reader = Reader {
        message: Message::default(),
        results: Vec::new(),
        place: Place::Front,
        rest: Vec::new(),
        known: 0,
        begins: true,
    };
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        reader.line(line);
    }
    if reader.known == 0 {
        return Err(ErrorKind::UnexpectedMessage {
            expected: "the screen of the app",
            found: String::new(),
        }
        .into());
    }
    let mut message = reader.message;
    for result in reader.results {
        message.body.push(result);
    }
    Ok(Screen {
        answer: message.into(),
        rest: reader.rest,
    })
}

fn block(result: &Record) -> String {
    let mut out = String::new();
    lines(&mut out, result, &LABELS);
    if let Some(limit) = result.children(Section::Limit).next() {
        let mut inside = String::new();
        lines(&mut inside, limit, &LIMIT_LABELS);
        if !inside.is_empty() {
            out.push_str(&format!("{LIMIT}\n{inside}"));
        }
    }
    out
}

fn lines(out: &mut String, record: &Record, labels: &[(&str, F)]) {
    for (label, field) in labels {
        let Some(text) = record.text(*field) else {
            continue;
        };
        // A line break would end the line. It becomes a space before anything is folded, so that this space is shown like
        // every other one; and a reader drops what is blank at both ends.
        let line = text.replace(['\r', '\n'], " ");
        let shown = shown(*field, line.trim());
        if !shown.is_empty() {
            out.push_str(&format!("{label}：{shown}\n"));
        }
    }
}

/// As the screen words it. A text that a reader would take for a value is shown as that value, so that it is the same again
/// after reading.
fn shown(field: F, text: &str) -> String {
    match field.field().kind {
        Kind::Date => match text.parse::<Date>() {
            Ok(day) => day.japanese(),
            Err(_) => text.to_owned(),
        },
        Kind::Code(table) => {
            let (code, _) = match table.entry(text) {
                Some(_) => (text.to_owned(), true),
                None => stored(field, text),
            };
            table
                .entry(&code)
                .map_or(code, |entry| entry.label_ja.to_owned())
        }
        Kind::Kana => fold::full_kana(text),
        _ => text.to_owned(),
    }
}

fn stored(field: F, text: &str) -> (String, bool) {
    let known = |value: Option<String>| {
        value.map_or_else(|| (text.to_owned(), false), |value| (value, true))
    };
    match field.field().kind {
        Kind::Date => known(text.parse().ok().map(Date::basic)),
        Kind::Code(table) => {
            let narrow = fold::compare_key(text);
            let entry = table
                .entries
                .iter()
                .find(|entry| fold::compare_key(entry.label_ja) == narrow || entry.code == text);
            // The screen writes 男性 and 女性 too.
            let entry = entry.or_else(|| {
                table
                    .entries
                    .iter()
                    .find(|entry| text.strip_suffix('性') == Some(entry.label_ja))
            });
            known(entry.map(|entry| entry.code.to_owned()))
        }
        Kind::Kana => (fold::half_kana(text), true),
        _ => (text.to_owned(), true),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Front,
    Back,
    Limit,
}

struct Reader {
    message: Message,
    results: Vec<Record>,
    place: Place,
    rest: Vec<String>,
    known: usize,
    /// Whether the next field belongs to the next insurance.
    begins: bool,
}

impl Reader {
    fn line(&mut self, line: &str) {
        if line.starts_with('【') {
            match line {
                LIMIT => self.place = Place::Limit,
                _ => {
                    self.place = Place::Back;
                    self.rest.extend((line != BACK).then(|| line.to_owned()));
                }
            }
            return;
        }
        let Some((label, value)) = line
            .split_once(['：', ':'])
            .map(|(label, value)| (label.trim(), value.trim()))
        else {
            self.rest.push(line.to_owned());
            return;
        };
        if label == CONFIRMED {
            self.known += 1;
            self.place = Place::Front;
            self.begins = true;
            self.confirmed(line, value);
            return;
        }
        let find = |labels: &[(&str, F)]| {
            labels
                .iter()
                .find(|(known, _)| *known == label)
                .map(|(_, field)| *field)
        };
        match self.place {
            Place::Limit if find(&LIMIT_LABELS).is_some() => {
                if let (Some(field), Some(result)) = (find(&LIMIT_LABELS), self.result(false)) {
                    if result.children(Section::Limit).next().is_none() {
                        result.push(Record::new(Section::Limit));
                    }
                    let limits = result.children.get_mut(&Section::Limit);
                    if let Some(limit) = limits.and_then(|limits| limits.first_mut()) {
                        let finding = put(limit, field, value);
                        self.message.findings.extend(finding);
                        self.known += 1;
                    }
                }
            }
            _ => match find(&LABELS) {
                Some(field) => {
                    self.known += 1;
                    self.place = Place::Front;
                    let second = |result: &Record| result.raw(field).is_some();
                    let again = self.results.last().is_some_and(second);
                    if let Some(result) = self.result(again) {
                        let finding = put(result, field, value);
                        self.message.findings.extend(finding);
                    }
                }
                None => self.rest.push(line.to_owned()),
            },
        }
    }

    /// The insurance that the next field belongs to.
    fn result(&mut self, next: bool) -> Option<&mut Record> {
        if core::mem::replace(&mut self.begins, false) || next {
            self.results.push(Record::new(Section::Confirmation));
        }
        self.results.last_mut()
    }

    /// The day of confirmation; the header has one.
    fn confirmed(&mut self, line: &str, value: &str) {
        const DAY: F = F::QUALIFICATION_CONFIRMATION_DATE;
        let Ok(day) = value.parse::<Date>() else {
            self.rest
                .extend((!value.is_empty()).then(|| line.to_owned()));
            return;
        };
        match self.message.header.date(DAY) {
            None => drop(self.message.header.insert(DAY, day.basic())),
            Some(first) if first == day => {}
            Some(_) => {
                self.rest.push(line.to_owned());
                self.message.findings.push(Finding {
                    kind: FindingKind::Duplicate,
                    path: DAY.tag().to_owned(),
                    field: Some(DAY),
                });
            }
        }
    }
}

/// Puts a value in; a finding when it does not have its field's form.
fn put(record: &mut Record, field: F, value: &str) -> Option<Finding> {
    let (text, understood) = stored(field, value);
    let odd = !understood && !text.is_empty();
    record.insert(field, text);
    odd.then(|| Finding {
        kind: FindingKind::Form,
        path: field.tag().to_owned(),
        field: Some(field),
    })
}
