//! A card made of a trace.

use alloc::{string::String, vec, vec::Vec};
use serde_json::{Map, Value};

use super::mask::MASK;
use super::names::{delivery, kind};
use super::{TraceError, VERSION};
use crate::apdu::{Command, Response, StatusWord};
use crate::transport::{
    Delivery, End, Limits, PinEntry, Transport, TransportError, TransportErrorKind,
};

/// Answers as the recorded card did, as long as it is asked the same; masked bytes come back as the character `0`.
///
/// PINs and signed data are not in a trace, so any will do. A dialogue that asks something else gets a transport error,
/// not sent, whose source is [`TraceError::Diverged`].
#[derive(Clone, Debug)]
pub struct Replay {
    notes: Vec<(String, String)>,
    steps: Vec<Step>,
    next: usize,
    limits: Limits,
}

#[derive(Clone, Debug)]
struct Step {
    line: usize,
    event: Event,
}

#[derive(Clone, Debug)]
enum Event {
    Begin {
        limits: Limits,
        outcome: Result<(), Failure>,
    },
    Exchange {
        header: [u8; 4],
        /// `None` where the command carried a secret.
        lc: Option<usize>,
        data: Option<Vec<u8>>,
        le: u32,
        outcome: Result<Vec<u8>, Failure>,
    },
    EnterPin {
        header: [u8; 4],
        outcome: Result<StatusWord, Failure>,
    },
    End,
    Note {
        name: String,
        value: String,
    },
}

type Failure = (TransportErrorKind, Delivery);

/// Lines that are read at most.
const MAX_LINES: usize = 100_000;

impl Replay {
    /// Reads a trace: one JSON object a line, empty lines are skipped.
    ///
    /// # Errors
    /// [`TraceError::Line`] with the number of the first line that is not one of a trace.
    pub fn read(trace: &str) -> Result<Self, TraceError> {
        let (mut steps, mut notes) = (Vec::new(), Vec::new());
        for (index, text) in trace
            .lines()
            .enumerate()
            .filter(|(_, text)| !text.trim().is_empty())
        {
            if steps.len() + notes.len() >= MAX_LINES {
                return Err(TraceError::TooLong { limit: MAX_LINES });
            }
            let line = index + 1;
            match event(text).map_err(|problem| TraceError::Line { line, problem })? {
                Event::Note { name, value } => notes.push((name, value)),
                event => steps.push(Step { line, event }),
            }
        }
        let mut replay = Replay {
            notes,
            steps,
            next: 0,
            limits: Limits::SHORT,
        };
        replay.look_ahead();
        Ok(replay)
    }

    /// Whether every line was used.
    pub fn is_finished(&self) -> bool {
        self.next == self.steps.len()
    }

    /// The number, from 1, of the line that comes next; `None` at the end.
    pub fn line(&self) -> Option<usize> {
        self.steps.get(self.next).map(|step| step.line)
    }

    /// What the recorder noted under this name ([`Recorder::note`](super::Recorder::note)).
    pub fn note(&self, name: &str) -> Option<&str> {
        let found = self.notes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Limits are asked for before and after `begin`: they are those of the dialogue that comes.
    fn look_ahead(&mut self) {
        let rest = self.steps.get(self.next..).unwrap_or_default();
        if let Some(limits) = rest.iter().find_map(|step| match step.event {
            Event::Begin { limits, .. } => Some(limits),
            _ => None,
        }) {
            self.limits = limits;
        }
    }

    fn step(&mut self) -> Result<Step, TransportError> {
        match self.steps.get(self.next) {
            Some(step) => {
                self.next += 1;
                Ok(step.clone())
            }
            None => Err(diverged(
                self.steps.last().map_or(0, |step| step.line),
                "the trace has ended",
            )),
        }
    }
}

impl Transport for Replay {
    fn begin(&mut self) -> Result<(), TransportError> {
        self.look_ahead();
        match self.step()? {
            Step {
                event: Event::Begin { outcome, .. },
                ..
            } => outcome.map_err(error),
            Step { line, .. } => Err(diverged(line, "the dialogue begins")),
        }
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        match self.step()? {
            Step {
                line,
                event:
                    Event::Exchange {
                        header,
                        lc,
                        data,
                        le,
                        outcome,
                    },
            } => {
                if header != command.header() {
                    return Err(diverged(line, "another command"));
                }
                let same_length = match lc {
                    None => command.is_secret(),
                    // Written before lengths of secrets were left out: another PIN may be of another length.
                    Some(lc) if command.is_secret() => lc > 0,
                    Some(lc) => lc == command.data().len(),
                };
                if !same_length || le != command.expected().unwrap_or(0) {
                    return Err(diverged(line, "other lengths"));
                }
                if data.is_some_and(|data| data != command.data()) {
                    return Err(diverged(line, "another application or file"));
                }
                response.set(&outcome.map_err(error)?)
            }
            Step { line, .. } => Err(diverged(line, "a command is sent")),
        }
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    fn enter_pin(&mut self, request: &PinEntry) -> Result<StatusWord, TransportError> {
        match self.step()? {
            Step {
                event: Event::EnterPin { header, outcome },
                ..
            } if header == request.header => outcome.map_err(error),
            Step { line, .. } => Err(diverged(line, "a PIN pad is used")),
        }
    }

    fn end(&mut self, _how: End) {
        if let Some(Step {
            event: Event::End, ..
        }) = self.steps.get(self.next)
        {
            self.next += 1;
        }
    }
}

fn error((kind, delivery): Failure) -> TransportError {
    TransportError::new(kind, delivery)
}

fn diverged(line: usize, problem: &'static str) -> TransportError {
    TransportError::new(TransportErrorKind::Other, Delivery::NotSent)
        .with_source(TraceError::Diverged { line, problem })
}

fn event(text: &str) -> Result<Event, &'static str> {
    let Ok(Value::Object(fields)) = serde_json::from_str(text) else {
        return Err("not a JSON object");
    };
    match string(&fields, "event")? {
        "begin" => {
            if number(&fields, "version")? != VERSION {
                return Err("unknown version");
            }
            let limits = Limits {
                max_command: size(&fields, "max_command")?,
                max_response: size(&fields, "max_response")?,
            };
            Ok(Event::Begin {
                limits,
                outcome: outcome(&fields, |_| Ok(()))?,
            })
        }
        "exchange" => Ok(Event::Exchange {
            header: header(&fields)?,
            lc: fields
                .contains_key("lc")
                .then(|| size(&fields, "lc"))
                .transpose()?,
            data: fields
                .contains_key("data")
                .then(|| hex(string(&fields, "data")?))
                .transpose()?,
            le: u32::try_from(number(&fields, "le")?).map_err(|_| "le too large")?,
            outcome: outcome(&fields, answer)?,
        }),
        "enter-pin" => Ok(Event::EnterPin {
            header: header(&fields)?,
            outcome: outcome(&fields, status)?,
        }),
        "end" => Ok(Event::End),
        "note" => Ok(Event::Note {
            name: string(&fields, "name")?.into(),
            value: string(&fields, "value")?.into(),
        }),
        _ => Err("unknown event"),
    }
}

fn outcome<R>(
    fields: &Map<String, Value>,
    success: impl FnOnce(&Map<String, Value>) -> Result<R, &'static str>,
) -> Result<Result<R, Failure>, &'static str> {
    if !fields.contains_key("error") {
        return Ok(Ok(success(fields)?));
    }
    let kind = kind(string(fields, "error")?).ok_or("unknown error")?;
    let delivery = delivery(string(fields, "delivery")?).ok_or("unknown delivery")?;
    Ok(Err((kind, delivery)))
}

/// The answer: its parts, and the status word.
fn answer(fields: &Map<String, Value>) -> Result<Vec<u8>, &'static str> {
    let Some(Value::Array(parts)) = fields.get("answer") else {
        return Err("no answer");
    };
    let mut bytes = Vec::new();
    for part in parts {
        match part {
            Value::String(text) => bytes.extend(hex(text)?),
            Value::Number(count) => {
                let count = count.as_u64().and_then(|count| usize::try_from(count).ok());
                bytes.extend(vec![
                    MASK;
                    count
                        .filter(|count| *count <= Response::MAX)
                        .ok_or("answer too long")?
                ]);
            }
            _ => return Err("a part of the answer is neither text nor number"),
        }
        if bytes.len() > Response::MAX {
            return Err("answer too long");
        }
    }
    bytes.extend(status(fields)?.value().to_be_bytes());
    Ok(bytes)
}

fn status(fields: &Map<String, Value>) -> Result<StatusWord, &'static str> {
    match hex(string(fields, "status")?)?[..] {
        [first, second] => Ok(u16::from_be_bytes([first, second]).into()),
        _ => Err("status is not of two bytes"),
    }
}

fn header(fields: &Map<String, Value>) -> Result<[u8; 4], &'static str> {
    hex(string(fields, "header")?)?
        .try_into()
        .map_err(|_| "header is not of four bytes")
}

fn string<'f>(fields: &'f Map<String, Value>, name: &str) -> Result<&'f str, &'static str> {
    fields
        .get(name)
        .and_then(Value::as_str)
        .ok_or("a text is missing")
}

fn number(fields: &Map<String, Value>, name: &str) -> Result<u64, &'static str> {
    fields
        .get(name)
        .and_then(Value::as_u64)
        .ok_or("a number is missing")
}

fn size(fields: &Map<String, Value>, name: &str) -> Result<usize, &'static str> {
    usize::try_from(number(fields, name)?).map_err(|_| "a number is too large")
}

fn hex(text: &str) -> Result<Vec<u8>, &'static str> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return Err("hexadecimal text of odd length");
    }
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let byte = |[high, low]: &[u8; 2]| Some(digit(*high)? << 4 | digit(*low)?);
    pairs
        .iter()
        .map(byte)
        .collect::<Option<Vec<u8>>>()
        .ok_or("not hexadecimal")
}
