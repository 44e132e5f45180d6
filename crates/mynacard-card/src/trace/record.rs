//! A transport that writes down what passes through it.

use alloc::{format, string::String, vec::Vec};
use core::fmt::Write;
use serde_json::Value;

use super::VERSION;
use super::mask::{Mask, Part};
use super::names::{delivery_name, kind_name};
use crate::apdu::{Command, Response, StatusWord};
use crate::app::Application;
use crate::transport::{Delivery, End, Limits, PinEntry, Transport, TransportError};

/// Passes everything on to another transport and gives one JSON line for each step to a sink.
///
/// See the [module](super) for what a line holds and what it never holds.
pub struct Recorder<T, S> {
    transport: T,
    sink: S,
    selected: Option<Application>,
    file: u16,
    mask: Mask,
}

impl<T: Transport, S: FnMut(&str)> Recorder<T, S> {
    /// Records what passes to `transport`; `sink` is given each line without its end.
    pub fn new(transport: T, sink: S) -> Self {
        Recorder {
            transport,
            sink,
            selected: None,
            file: 0,
            mask: Mask::nothing(),
        }
    }

    /// The transport, without the recorder.
    pub fn into_inner(self) -> T {
        self.transport
    }

    /// Writes down how the dialogue is led, such as the name of the flow: for whoever replays it. Constants only, so that no
    /// note is about a person.
    pub fn note(&mut self, name: &'static str, value: &'static str) {
        let (name, value) = (Value::from(name), Value::from(value));
        (self.sink)(&format!(
            r#"{{"event":"note","name":{name},"value":{value}}}"#
        ));
    }

    /// Forgets where the card is: from here on nothing of a file is recorded until the next SELECT.
    fn lose_track(&mut self) {
        (self.selected, self.file, self.mask) = (None, 0, Mask::nothing());
    }

    /// Forgets which file is the current one, in the application that stays selected.
    fn lose_file(&mut self) {
        (self.file, self.mask) = (0, Mask::nothing());
    }

    /// Follows which application and file the card is in, and masks the answer accordingly.
    fn answer(&mut self, command: &Command<'_>, response: &Response) -> Vec<Part> {
        let status = response.status();
        let done = status.is_success() || matches!(status, StatusWord::MoreData(_));
        let read = done || status == StatusWord::EndOfFile;
        // The checking errors of ISO/IEC 7816-4 §5.6: the card did nothing, and is where it was.
        let refused = matches!(status.value() >> 8, 0x67..=0x6F);
        match (command.header(), command.data()) {
            // Wherever a SELECT leads that is none of ours, or a warning.
            ([_, 0xA4, ..], _) if refused => self.lose_file(),
            ([0x00, 0xA4, 0x04, _], name) if done => {
                self.selected = Application::from_name(name);
                // A file of the application that was left says nothing about this one's.
                self.lose_file();
            }
            ([0x00, 0xA4, 0x02, _], [high, low]) if done => {
                self.file = u16::from_be_bytes([*high, *low]);
                self.mask = Mask::nothing();
            }
            ([_, 0xA4, ..], _) => self.lose_track(),
            // By short identifier: the file becomes the current one, unless the card refuses and keeps the one that it had.
            ([0x00, 0xB0, p1 @ 0x80..=0xFF, offset], _) if read => {
                self.file = u16::from(p1 & 0x1F);
                self.mask = match offset {
                    0 => Mask::file(self.selected, self.file),
                    _ => Mask::nothing(),
                };
            }
            ([0x00, 0xB0, 0x80..=0xFF, _], _) => self.lose_file(),
            // The current file, from its beginning.
            ([0x00, 0xB0, 0x00, 0x00], _) => self.mask = Mask::file(self.selected, self.file),
            // Further on: only in step with what was followed so far.
            ([0x00, 0xB0, p1 @ 0x00..=0x7F, p2], _) => {
                if usize::from(u16::from_be_bytes([p1, p2])) != self.mask.position() {
                    self.mask = Mask::nothing();
                }
            }
            ([0x00, 0xB2, 0x01, p2], _) if read && p2 & 7 == 4 => {
                self.file = u16::from(p2 >> 3);
                self.mask = Mask::file(self.selected, self.file);
            }
            // GET RESPONSE goes on with what came before.
            ([0x00, 0xC0, 0x00, 0x00], _) => {}
            // Any other command may name a file of its own.
            _ => self.lose_file(),
        }
        self.mask.record(response.data())
    }
}

/// Bytes of a DF name at most (ISO/IEC 7816-4 §5.3.1).
const LONGEST_NAME: usize = 16;

impl<T: Transport, S: FnMut(&str)> Transport for Recorder<T, S> {
    fn begin(&mut self) -> Result<(), TransportError> {
        self.lose_track();
        let begun = self.transport.begin();
        let Limits {
            max_command,
            max_response,
        } = self.transport.limits();
        let failure = begun.as_ref().err().map(failure).unwrap_or_default();
        (self.sink)(&format!(
            r#"{{"event":"begin","version":{VERSION},"max_command":{max_command},"max_response":{max_response}{failure}}}"#
        ));
        begun
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        let outcome = self.transport.exchange(command, response);
        let header = hex(&command.header());
        let le = command.expected().unwrap_or(0);
        // How long a password is narrows the search for it.
        let lc = match command.is_secret() {
            true => String::new(),
            false => format!(r#","lc":{}"#, command.data().len()),
        };
        let data = match command.ins() {
            // The names of applications and files: the only data that is written down.
            0xA4 if !command.is_secret() && command.data().len() <= LONGEST_NAME => {
                format!(r#","data":"{}""#, hex(command.data()))
            }
            _ => String::new(),
        };
        let end = match &outcome {
            Ok(()) => {
                let status = response.status().value();
                let answer = parts(&self.answer(command, response));
                format!(r#","status":"{status:04X}","answer":[{answer}]"#)
            }
            Err(error) => {
                self.mask = Mask::nothing();
                if error.delivery() == Delivery::Unknown {
                    self.lose_track();
                }
                failure(error)
            }
        };
        (self.sink)(&format!(
            r#"{{"event":"exchange","header":"{header}"{lc}{data},"le":{le}{end}}}"#
        ));
        outcome
    }

    fn limits(&self) -> Limits {
        self.transport.limits()
    }

    fn enter_pin(&mut self, request: &PinEntry) -> Result<StatusWord, TransportError> {
        let outcome = self.transport.enter_pin(request);
        self.lose_file();
        let end = match &outcome {
            Ok(status) => format!(r#","status":"{:04X}""#, status.value()),
            Err(error) => failure(error),
        };
        (self.sink)(&format!(
            r#"{{"event":"enter-pin","header":"{}"{end}}}"#,
            hex(&request.header)
        ));
        outcome
    }

    fn end(&mut self, how: End) {
        self.transport.end(how);
        let how = match how {
            End::Leave => "leave",
            End::PowerDown => "power-down",
        };
        (self.sink)(&format!(r#"{{"event":"end","how":"{how}"}}"#));
    }
}

/// The kind of an error; its source, which can name readers and people, stays out.
fn failure(error: &TransportError) -> String {
    format!(
        r#","error":"{}","delivery":"{}""#,
        kind_name(error.kind()),
        delivery_name(error.delivery())
    )
}

fn parts(parts: &[Part]) -> String {
    let mut text = String::new();
    for part in parts {
        if !text.is_empty() {
            text.push(',');
        }
        // Writing to a string cannot fail.
        let _ = match part {
            Part::Literal(bytes) => write!(text, r#""{}""#, hex(bytes)),
            Part::Masked(count) => write!(text, "{count}"),
        };
    }
    text
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02X}");
            text
        })
}
