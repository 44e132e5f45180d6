//! Lines that staff type, waited for with an end.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use crate::secret;

/// What came of waiting.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Typed {
    /// A line, without its end.
    Line(String),
    /// The time is over; the next wait gets what is typed then.
    Nothing,
    /// There will be no further line.
    End,
}

/// The standard input, read by a thread of its own one line at a time: it never reads ahead, so that a PIN is read by the one who
/// asks for it.
pub(crate) struct Keys {
    ask: Sender<()>,
    lines: Receiver<Option<String>>,
    asked: bool,
}

impl Keys {
    pub(crate) fn new() -> Self {
        let (ask, asked) = mpsc::channel();
        let (send, lines) = mpsc::channel();
        std::thread::spawn(move || {
            while asked.recv().is_ok() {
                let line = secret::line().unwrap_or_default();
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        Self {
            ask,
            lines,
            asked: false,
        }
    }

    /// Waits for a line.
    pub(crate) fn wait(&mut self) -> Typed {
        self.request();
        let line = self.lines.recv().ok().flatten();
        self.asked = false;
        line.map_or(Typed::End, Typed::Line)
    }

    /// Waits for a line, but not longer than `patience`.
    pub(crate) fn wait_for(&mut self, patience: Duration) -> Typed {
        self.request();
        let line = match self.lines.recv_timeout(patience) {
            Err(RecvTimeoutError::Timeout) => return Typed::Nothing,
            line => line.ok().flatten(),
        };
        self.asked = false;
        line.map_or(Typed::End, Typed::Line)
    }

    fn request(&mut self) {
        if !self.asked {
            // A thread that is gone shows as the end of the lines.
            self.asked = self.ask.send(()).is_ok();
        }
    }
}
