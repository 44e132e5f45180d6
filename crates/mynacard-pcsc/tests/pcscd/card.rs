//! A card in the virtual reader: it connects to the reader's port and answers READ BINARY with that many zeros.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

pub(crate) const ATR: &[u8] = &[0x3B, 0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14];

/// What the reader does to the card's power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Control {
    Off,
    On,
    Reset,
}

/// A card in the reader; dropping it takes it out.
pub(crate) struct Card {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    gone: AtomicBool,
    leave_at_command: AtomicBool,
    controls: Mutex<Vec<Control>>,
    stream: Mutex<Option<TcpStream>>,
}

impl Card {
    /// Puts a card into the reader at this port; it comes back after the reader was restarted.
    pub(crate) fn insert(port: u16) -> Self {
        let shared = Arc::new(Shared::default());
        let thread = std::thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                while !shared.gone.load(Ordering::SeqCst) {
                    if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) {
                        *shared.stream.lock().unwrap() = stream.try_clone().ok();
                        let _ = shared.serve(stream);
                    }
                    std::thread::sleep(Duration::from_millis(50));
                }
            }
        });
        Self {
            shared,
            thread: Some(thread),
        }
    }

    pub(crate) fn leave_at_next_command(&self) {
        self.shared.leave_at_command.store(true, Ordering::SeqCst);
    }

    pub(crate) fn take_controls(&self) -> Vec<Control> {
        std::mem::take(&mut *self.shared.controls.lock().unwrap())
    }

    #[track_caller]
    pub(crate) fn wait_for(&self, control: Control) {
        let end = Instant::now() + Duration::from_secs(10);
        while !self.shared.controls.lock().unwrap().contains(&control) {
            assert!(Instant::now() < end, "the reader never did {control:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Shared {
    fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        loop {
            let mut length = [0; 2];
            stream.read_exact(&mut length)?;
            let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
            stream.read_exact(&mut message)?;
            let answer = match message[..] {
                [0x00] => self.note(Control::Off),
                [0x01] => self.note(Control::On),
                [0x02] => self.note(Control::Reset),
                [0x04] => Some(ATR.to_vec()),
                _ => {
                    if self.leave_at_command.load(Ordering::SeqCst) {
                        self.gone.store(true, Ordering::SeqCst);
                        return stream.shutdown(Shutdown::Both);
                    }
                    Some(answer(&message))
                }
            };
            if let Some(answer) = answer {
                let mut framed = u16::try_from(answer.len()).unwrap().to_be_bytes().to_vec();
                framed.extend(answer);
                stream.write_all(&framed)?;
            }
        }
    }

    fn note(&self, control: Control) -> Option<Vec<u8>> {
        self.controls.lock().unwrap().push(control);
        None
    }
}

impl Drop for Card {
    fn drop(&mut self) {
        self.shared.gone.store(true, Ordering::SeqCst);
        if let Some(stream) = self.shared.stream.lock().unwrap().take() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        let _ = self.thread.take().unwrap().join();
    }
}

fn answer(command: &[u8]) -> Vec<u8> {
    match command {
        [0x00, 0xB0, high, low, ..] => {
            // The reader's protocol counts to 65535, status word included.
            let length = usize::from(u16::from_be_bytes([*high, *low])).min(65_533);
            let mut answer = vec![0; length];
            answer.extend([0x90, 0x00]);
            answer
        }
        _ => vec![0x6D, 0x00],
    }
}
