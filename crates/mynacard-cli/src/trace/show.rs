//! A trace as lines that a person reads.

use mynacard::card::{Application, StatusWord};
use serde_json::{Value, json};

use super::Trace;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

pub(super) fn run(trace: &Trace, output: &Output) -> Result<Exit, Failure> {
    let steps: Vec<(usize, String)> = trace
        .lines
        .iter()
        .map(|(number, step)| (*number, text(step)))
        .collect();
    let value: Vec<Value> = trace
        .lines
        .iter()
        .zip(&steps)
        .map(|((number, step), (_, text))| json!({ "line": number, "text": text, "step": step }))
        .collect();
    output.result(&json!({ "steps": value }), || {
        steps
            .iter()
            .map(|(number, text)| format!("{number:>4}  {text}\n"))
            .collect()
    })?;
    Ok(Exit::Done)
}

/// One step. What the line does not hold is left out: the trace was read as one already.
pub(super) fn text(step: &Value) -> String {
    let field = |name: &str| step.get(name).and_then(Value::as_str).unwrap_or_default();
    let number = |name: &str| step.get(name).and_then(Value::as_u64).unwrap_or_default();
    let what = match field("event") {
        "begin" => format!(
            "power: commands of up to {} bytes, answers of up to {}",
            number("max_command"),
            number("max_response")
        ),
        "exchange" => {
            let lc = step.get("lc").and_then(Value::as_u64);
            command(field("header"), field("data"), lc, number("le"))
        }
        "enter-pin" => format!("{} on the reader's pad", name(field("header"), "", None)),
        "note" => return format!("note: {} = {}", field("name"), field("value")),
        _ => return format!("end: {}", field("how")),
    };
    match step.get("error") {
        Some(_) => format!("{what} → {} ({})", field("error"), field("delivery")),
        None => format!("{what}{}", answer(step)),
    }
}

/// A command. Its data has no length where it is a secret.
fn command(header: &str, data: &str, lc: Option<u64>, le: u64) -> String {
    let mut text = name(header, data, lc);
    match lc {
        None => text.push_str(", secret not recorded"),
        Some(lc) if lc > 0 && data.is_empty() => {
            text.push_str(&format!(", {lc} bytes not recorded"));
        }
        Some(_) => {}
    }
    if le > 0 {
        text.push_str(&format!(", {le} wanted"));
    }
    text
}

/// Status word and data of an answer.
fn answer(step: &Value) -> String {
    let Some(status) = step
        .get("status")
        .and_then(Value::as_str)
        .and_then(|status| u16::from_str_radix(status, 16).ok())
    else {
        return String::new();
    };
    let (mut shown, mut masked) = (0, 0);
    for part in step
        .get("answer")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        match part {
            Value::String(text) => shown += text.len() as u64 / 2,
            other => masked += other.as_u64().unwrap_or_default(),
        }
    }
    let data = match (shown, masked) {
        (0, 0) => String::new(),
        (shown, 0) => format!(", {shown} bytes"),
        (shown, masked) => format!(", {} bytes, {masked} of them masked", shown + masked),
    };
    format!(" → {}{data}", StatusWord::from(status))
}

/// What a command is called, with the file, key or application that it names.
fn name(header: &str, data: &str, lc: Option<u64>) -> String {
    let bytes: Vec<u8> = (0..4)
        .filter_map(|at| u8::from_str_radix(header.get(at * 2..at * 2 + 2)?, 16).ok())
        .collect();
    let [_, ins, p1, p2] = bytes[..] else {
        return header.to_owned();
    };
    let key = || match p2 {
        0x80 => "current file".to_owned(),
        _ => format!("file {:04X}", p2 & 0x1F),
    };
    match ins {
        0xA4 if p1 == 0x04 => format!("SELECT {}", application(data)),
        0xA4 => format!("SELECT file {data}"),
        0xB0 if p1 & 0x80 != 0 => format!("READ BINARY of file {:04X} from {p2}", p1 & 0x1F),
        0xB0 => format!("READ BINARY from {}", u16::from_be_bytes([p1, p2])),
        0xB2 => format!("READ RECORD {p1} of file {:04X}", p2 >> 3),
        0xC0 => "GET RESPONSE".to_owned(),
        0x20 if lc == Some(0) => format!("counter of {}", key()),
        0x20 => format!("VERIFY {}", key()),
        0x24 | 0x32 => format!("CHANGE REFERENCE DATA of {}", key()),
        0x2A if p2 == 0 => "COMPUTE DIGITAL SIGNATURE of presence".to_owned(),
        0x2A => format!("COMPUTE DIGITAL SIGNATURE with {}", key()),
        0x84 => "GET CHALLENGE".to_owned(),
        _ => header.to_owned(),
    }
}

/// An application's name (DF name in hexadecimal) in words, where it is known.
fn application(data: &str) -> String {
    let hex = |name: &[u8]| -> String { name.iter().map(|byte| format!("{byte:02X}")).collect() };
    Application::ALL
        .into_iter()
        .find(|known| hex(known.name()) == data)
        .map_or_else(|| data.to_owned(), |found| found.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn shows(line: &str, expected: &str) {
        assert_eq!(text(&serde_json::from_str(line).unwrap()), expected);
    }

    #[test]
    fn steps_in_words() {
        shows(
            r#"{"event":"begin","version":1,"max_command":261,"max_response":258}"#,
            "power: commands of up to 261 bytes, answers of up to 258",
        );
        shows(
            r#"{"event":"exchange","header":"00A4040C","lc":10,"data":"D392F000260100000001","le":0,"status":"9000","answer":[]}"#,
            "SELECT JPKI application → 9000 (done)",
        );
        shows(
            r#"{"event":"exchange","header":"00B08A00","lc":0,"le":256,"status":"9000","answer":["30820632",252]}"#,
            "READ BINARY of file 000A from 0, 256 wanted → 9000 (done), 256 bytes, 252 of them masked",
        );
        shows(
            r#"{"event":"exchange","header":"00200098","le":0,"status":"63C2","answer":[]}"#,
            "VERIFY file 0018, secret not recorded → 63C2 (tries left)",
        );
        shows(
            r#"{"event":"exchange","header":"00200098","lc":0,"le":0,"status":"63C2","answer":[]}"#,
            "counter of file 0018 → 63C2 (tries left)",
        );
        shows(
            r#"{"event":"exchange","header":"802A0097","lc":51,"le":256,"error":"card-removed","delivery":"unknown"}"#,
            "COMPUTE DIGITAL SIGNATURE with file 0017, 51 bytes not recorded, 256 wanted → card-removed (unknown)",
        );
        shows(r#"{"event":"end","how":"power-down"}"#, "end: power-down");
    }
}
