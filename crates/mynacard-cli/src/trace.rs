//! Recorded dialogues: `--trace FILE` writes one down, `mynacard trace show` prints it, `mynacard trace replay` leads it again.

mod replay;
mod show;

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use mynacard::card::Transport;
use mynacard::card::trace::{Recorder, Replay};
use serde_json::Value;

use crate::args::{RecordArguments, TraceCommand};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::output::Output;

/// Bytes of a trace that are read at most: a long dialogue has a few hundred kilobytes.
const LONGEST: u64 = 16 << 20;

pub(crate) fn run(command: &TraceCommand, output: &Output) -> Result<Exit, Failure> {
    match command {
        TraceCommand::Show { file } => show::run(&Trace::read(file)?, output),
        TraceCommand::Replay { file } => replay::run(&Trace::read(file)?, file, output),
    }
}

/// A trace that was read.
struct Trace {
    replay: Replay,
    /// Its lines with their numbers, from 1; each is a JSON object.
    lines: Vec<(usize, Value)>,
}

impl Trace {
    fn read(file: &Path) -> Result<Self, Failure> {
        let bytes = input::read(file, LONGEST)?;
        let text =
            String::from_utf8(bytes).map_err(|_| Failure::content(file, "not UTF-8 text"))?;
        let replay =
            Replay::read(&text).map_err(|error| Failure::content(file, &error.to_string()))?;
        let lines = (1..)
            .zip(text.lines())
            .filter_map(|(number, line)| Some((number, serde_json::from_str(line).ok()?)))
            .collect();
        Ok(Self { replay, lines })
    }
}

/// The file that a dialogue is to be written to, or none.
pub(crate) struct Recording(Option<Sink>);

impl Recording {
    /// Creates the file, before anything is asked or sent. An existing one is left alone.
    pub(crate) fn create(arguments: &RecordArguments, output: &Output) -> Result<Self, Failure> {
        let Some(path) = &arguments.trace else {
            return Ok(Self(None));
        };
        let file = owner_only()
            .write(true)
            .create_new(true)
            .open(path)
            .map_err(|error| Failure::file(path, &error))?;
        Ok(Self(Some(Sink {
            path: path.clone(),
            file,
            failed: None,
            warning: output.pick(
                "記録は途中までです（書き込めませんでした）",
                "the trace is not complete, it could not be written",
            ),
        })))
    }

    /// The card, with its dialogue written down from here on. The notes say how the dialogue is led.
    pub(crate) fn of(
        self,
        card: Box<dyn Transport>,
        notes: &[(&'static str, &'static str)],
    ) -> Box<dyn Transport> {
        let Some(mut sink) = self.0 else {
            return card;
        };
        let mut recorder = Recorder::new(card, move |line: &str| sink.write(line));
        for (name, value) in notes {
            recorder.note(name, value);
        }
        Box::new(recorder)
    }
}

/// A trace under way. What cannot be written does not stop the dialogue; it is said at the end.
struct Sink {
    path: PathBuf,
    file: File,
    failed: Option<io::Error>,
    warning: &'static str,
}

impl Sink {
    fn write(&mut self, line: &str) {
        if self.failed.is_none() {
            self.failed = self.file.write_all(format!("{line}\n").as_bytes()).err();
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Some(error) = &self.failed {
            // A standard error that is gone as well has no reader.
            let _ = writeln!(
                io::stderr().lock(),
                "{}: {} ({error})",
                self.path.display(),
                self.warning
            );
        }
    }
}

#[cfg(unix)]
fn owner_only() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

/// Where there are no modes, a file belongs to whom its folder belongs to.
#[cfg(not(unix))]
fn owner_only() -> OpenOptions {
    OpenOptions::new()
}
