//! A trace as a card: the dialogue that it names is led again, against the recorded answers.

use std::error::Error as _;
use std::path::Path;

use mynacard::card::app::jpki::{CardKind, CounterPolicy, Jpki, Options};
use mynacard::card::trace::{Replay, TraceError};
use mynacard::card::{Command, Error, ErrorKind, LengthPolicy, Pin, Transport, hazmat};
use serde_json::{Value, json};

use super::{Trace, show};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::status::Status;

/// How a dialogue went against its trace.
struct Outcome {
    /// The code of the dialogue's error; none when it came to its end.
    code: Option<&'static str>,
    /// Where the recorded program ended the dialogue by itself: a certificate that it refused, or a word of its user.
    ended: Option<usize>,
    /// The line where the dialogue does something else, and what.
    deviation: Option<(usize, &'static str)>,
}

pub(super) fn run(trace: &Trace, file: &Path, output: &Output) -> Result<Exit, Failure> {
    let mut replay = trace.replay.clone();
    let result = match replay.note("flow") {
        Some("status") => Status::read(&mut replay).map(drop),
        Some("check") => check(&mut replay, &trace.lines),
        _ => {
            return Err(Failure::content(
                file,
                "no note says which dialogue this is: record it with check --trace or status --trace",
            ));
        }
    };
    let outcome = Outcome::of(&replay, &result, &trace.lines);
    let exit = match outcome.deviation {
        None => Exit::Done,
        Some(_) => Exit::Input,
    };
    outcome.show(trace, output)?;
    Ok(exit)
}

/// The check's dialogues, without the service and without a verdict: the certificate is masked.
fn check(replay: &mut Replay, lines: &[(usize, Value)]) -> Result<(), Error> {
    let options = options(replay);
    match replay.note("identity") {
        Some("visual") => visual(replay, options, lines),
        Some("pin-pad") => by_pin(replay, options, true),
        _ => by_pin(replay, options, false),
    }
}

fn options(replay: &Replay) -> Options {
    let counter = match replay.note("counter") {
        Some("skip") => CounterPolicy::Skip,
        Some("insist") => CounterPolicy::ReadFirst {
            refuse_at_one: false,
        },
        _ => CounterPolicy::READ_FIRST,
    };
    let length = match replay.note("length") {
        Some("short") => LengthPolicy::ShortOnly,
        _ => LengthPolicy::FromTransport,
    };
    Options::new().with_counter(counter).with_length(length)
}

fn by_pin(card: &mut dyn Transport, options: Options, pad: bool) -> Result<(), Error> {
    let mut jpki = Jpki::open(card, options)?;
    let phone = match jpki.authentication_certificate() {
        Ok(_) => false,
        // A desk asks what it is before it shows a PIN to something that hides its certificate.
        Err(error) if matches!(error.kind(), ErrorKind::PinNeeded { .. }) => {
            match jpki.token_info()?.kind() {
                CardKind::Android | CardKind::IPhone => true,
                _ => return Err(error),
            }
        }
        Err(error) => return Err(error),
    };
    // No PIN is in a trace, so any will do.
    let mut verified = if pad {
        jpki.verify_on_pin_pad()?
    } else {
        jpki.verify(Pin::new(b"0000")?)?
    };
    if phone {
        verified.authentication_certificate()?;
    }
    verified.sign(b"replay")?;
    jpki.finish();
    Ok(())
}

/// The tap, and the dialogue behind the operator's word, with the relay's commands as they were recorded.
fn visual(
    card: &mut dyn Transport,
    options: Options,
    lines: &[(usize, Value)],
) -> Result<(), Error> {
    let mut jpki = Jpki::open(card, options)?;
    jpki.authentication_certificate()?;
    jpki.finish();
    let mut jpki = Jpki::open(card, options)?;
    jpki.authentication_certificate()?;
    for relayed in relayed(lines) {
        let [cla, ins, p1, p2] = relayed.header;
        let mut command = Command::new(cla, ins, p1, p2).with_data(&relayed.data);
        if let Some(expected) = relayed.expected {
            command = command.with_expected(expected);
        }
        hazmat::exchange(&mut jpki, &command)?;
    }
    hazmat::pinless(&mut jpki).sign(b"replay")?;
    jpki.finish();
    Ok(())
}

/// A command that a service composed.
struct Relayed {
    header: [u8; 4],
    data: Vec<u8>,
    expected: Option<u32>,
}

/// The relay's commands: in the second dialogue, from its first SELECT of a file to the signature.
fn relayed(lines: &[(usize, Value)]) -> Vec<Relayed> {
    let header =
        |step: &Value| -> Option<[u8; 4]> { hex(step.get("header")?.as_str()?)?.try_into().ok() };
    let second = lines
        .iter()
        .enumerate()
        .filter(|(_, (_, step))| step.get("event") == Some(&Value::from("begin")))
        .nth(1)
        .map_or(lines.len(), |(at, _)| at);
    let commands = lines.iter().skip(second).filter_map(|(_, step)| {
        let header = header(step)?;
        let length = usize::try_from(step.get("lc")?.as_u64()?).ok()?;
        let named = step.get("data").and_then(Value::as_str).and_then(hex);
        Some(Relayed {
            header,
            data: named.unwrap_or_else(|| vec![0; length.min(0xFFFF)]),
            expected: step
                .get("le")
                .and_then(Value::as_u64)
                .and_then(|le| u32::try_from(le).ok())
                .filter(|le| *le > 0),
        })
    });
    commands
        .skip_while(|command| !matches!(command.header, [0x00, 0xA4, 0x02, _]))
        .take_while(|command| !matches!(command.header, [_, 0x2A, ..]))
        .collect()
}

fn hex(text: &str) -> Option<Vec<u8>> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}

impl Outcome {
    fn of(replay: &Replay, result: &Result<(), Error>, lines: &[(usize, Value)]) -> Self {
        let event = |line: usize| {
            let found = lines.iter().find(|(number, _)| *number == line);
            found.and_then(|(_, step)| step.get("event")?.as_str())
        };
        let left = result.as_ref().err().and_then(diverged);
        let (ended, deviation) = match left {
            Some((line, _)) if event(line) == Some("end") => (Some(line), None),
            Some(found) => (None, Some(found)),
            None => (
                None,
                replay
                    .line()
                    .map(|line| (line, "the dialogue has ended before")),
            ),
        };
        Self {
            code: match left {
                None => result.as_ref().err().map(Error::code),
                Some(_) => None,
            },
            ended,
            deviation,
        }
    }

    fn show(&self, trace: &Trace, output: &Output) -> Result<(), Failure> {
        let recorded = |line: usize| {
            let found = trace.lines.iter().find(|(number, _)| *number == line);
            found.map_or_else(String::new, |(_, step)| show::text(step))
        };
        let value = json!({
            "flow": trace.replay.note("flow"),
            "outcome": self.code.unwrap_or("done"),
            "ended_by_program": self.ended,
            "deviation": self.deviation.map(|(line, problem)| json!({
                "line": line,
                "problem": problem,
                "recorded": recorded(line),
            })),
        });
        output.result(&value, || match (self.deviation, self.ended, self.code) {
            (Some((line, problem)), _, _) => format!(
                "{} {line}: {problem}\n      {}\n",
                output.pick(
                    "記録と違う動きになりました。行",
                    "The dialogue leaves the trace at line"
                ),
                recorded(line)
            ),
            (_, Some(line), _) => format!(
                "{} {line}\n",
                output.pick(
                    "記録どおりに動きました。プログラムがカードとのやりとりを終えた行",
                    "As recorded. The program itself ended the dialogue at line"
                )
            ),
            (_, _, code) => format!(
                "{}: {}\n",
                output.pick("記録どおりに動きました。結果", "As recorded. Outcome"),
                code.unwrap_or("done")
            ),
        })
    }
}

/// Where and how the dialogue left the trace, if that is what the error is about.
fn diverged(error: &Error) -> Option<(usize, &'static str)> {
    let mut cause = error.source();
    while let Some(found) = cause {
        if let Some(TraceError::Diverged { line, problem }) = found.downcast_ref() {
            return Some((*line, problem));
        }
        cause = found.source();
    }
    None
}
