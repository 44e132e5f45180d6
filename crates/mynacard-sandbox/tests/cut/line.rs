//! A line between terminal and service that can be cut after any byte, in either direction.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Which way the byte travels that is the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    ToService,
    ToTerminal,
}

/// What becomes of the line after the cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// The next connection works.
    Back,
    /// Every connection dies at once, until [`Line::mend`].
    Dead,
}

#[derive(Default)]
struct State {
    cut: Option<(Way, u64, After)>,
    /// Bytes since the last [`Line::arm`] or [`Line::measure`].
    to_service: u64,
    to_terminal: u64,
    dead: bool,
    cuts: u64,
}

/// The line; its threads end with their connections, and the listener's with the process.
pub struct Line {
    pub url: String,
    state: Arc<Mutex<State>>,
}

impl Line {
    pub fn to(service: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                if shared.lock().unwrap().dead {
                    continue;
                }
                let far = TcpStream::connect(service).unwrap();
                near.set_nodelay(true).unwrap();
                far.set_nodelay(true).unwrap();
                let (near_back, far_back) = (near.try_clone().unwrap(), far.try_clone().unwrap());
                let (one, other) = (Arc::clone(&shared), Arc::clone(&shared));
                std::thread::spawn(move || carry(near, far, Way::ToService, &one));
                std::thread::spawn(move || carry(far_back, near_back, Way::ToTerminal, &other));
            }
        });
        Self {
            url: format!("https://127.0.0.1:{port}"),
            state,
        }
    }

    /// Cuts after so many more bytes this way.
    pub fn arm(&self, way: Way, after: u64, then: After) {
        let mut state = self.state.lock().unwrap();
        *state = State {
            cut: Some((way, after, then)),
            cuts: state.cuts,
            ..State::default()
        };
    }

    /// Counts from here.
    pub fn measure(&self) {
        let mut state = self.state.lock().unwrap();
        (state.to_service, state.to_terminal) = (0, 0);
    }

    /// The bytes since then: to the service, to the terminal.
    pub fn measured(&self) -> (u64, u64) {
        let state = self.state.lock().unwrap();
        (state.to_service, state.to_terminal)
    }

    pub fn mend(&self) {
        let mut state = self.state.lock().unwrap();
        (state.dead, state.cut) = (false, None);
    }

    pub fn cuts(&self) -> u64 {
        self.state.lock().unwrap().cuts
    }
}

impl State {
    /// How many of `count` bytes may still pass, and whether the line ends there.
    fn pass(&mut self, way: Way, count: usize) -> (usize, bool) {
        let passed = match way {
            Way::ToService => &mut self.to_service,
            Way::ToTerminal => &mut self.to_terminal,
        };
        let before = *passed;
        *passed += count as u64;
        match self.cut {
            Some((cut, after, then)) if cut == way && *passed >= after => {
                self.cut = None;
                self.cuts += 1;
                self.dead = then == After::Dead;
                (usize::try_from(after - before).unwrap(), true)
            }
            _ => (count, false),
        }
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, way: Way, state: &Mutex<State>) {
    let mut buffer = [0; 16 << 10];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        let (pass, end) = {
            let mut state = state.lock().unwrap();
            if state.dead {
                break;
            }
            state.pass(way, count)
        };
        if to.write_all(&buffer[..pass]).is_err() || end {
            break;
        }
    }
    // Either end may be closed already.
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
