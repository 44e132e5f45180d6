//! Ctrl-C, a closed window, the end of the session: the terminal shows again what is typed, nothing of a patient stays on the
//! screen, and the audit trail says how the answer ended.
//!
//! A thread of its own hears the signal. A dialogue with the card or the service is stopped in order first, so that the card is
//! powered down; whoever merely waits for a key is not waited for.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError, Weak};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use mynacard::auth::{Cancel, Screen};

/// The screen, shared with the thread that ends the program.
pub(crate) type SharedScreen = Arc<Mutex<Screen>>;

/// The exit code of a program that was stopped, as shells have it.
pub(crate) const STOPPED: u8 = 130;

/// How long a dialogue may take to end in order.
const GRACE: Duration = Duration::from_secs(5);
/// How long the screen may be in use by somebody who writes to a terminal that stands still.
const BUSY: Duration = Duration::from_secs(3);

static HELD: Mutex<Held> = Mutex::new(Held {
    asked: false,
    working: None,
    screen: None,
    wipe: "",
    hidden: None,
    left: None,
});

/// What has to be put in order before the program ends.
struct Held {
    asked: bool,
    /// Stops the dialogue that is under way.
    working: Option<Cancel>,
    screen: Option<Weak<Mutex<Screen>>>,
    /// What clears the answer from the terminal.
    wipe: &'static str,
    /// How the terminal was before something secret is typed.
    hidden: Option<modes::Saved>,
    /// A file that must not stay.
    left: Option<PathBuf>,
}

/// Hears signals from now on.
pub(crate) fn listen() {
    if let Err(error) = ctrlc::set_handler(|| leave()) {
        // The system's own way ends the program then; a check is still possible.
        log::warn!("signals are not heard: {error}");
    }
}

/// Says whether somebody asked the program to end.
pub(crate) fn asked() -> bool {
    held().asked
}

/// Shares the screen with the thread that ends the program; `wipe` is what clears the terminal then.
pub(crate) fn share(screen: Screen, wipe: &'static str) -> SharedScreen {
    let screen = Arc::new(Mutex::new(screen));
    let mut held = held();
    held.screen = Some(Arc::downgrade(&screen));
    held.wipe = wipe;
    screen
}

/// The screen, for as long as something is shown on it or taken from it.
pub(crate) fn look(screen: &SharedScreen) -> MutexGuard<'_, Screen> {
    screen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does something that `stop` ends in order.
pub(crate) fn during<T>(stop: &Cancel, work: impl FnOnce() -> T) -> T {
    let mut held = held();
    if held.asked {
        stop.cancel();
    }
    held.working = Some(stop.clone());
    drop(held);
    let _ended = Working;
    work()
}

/// Makes a file that must not stay when the program ends. Nothing ends it between the file and its note; somebody else's file,
/// which is not made, is not noted.
pub(crate) fn leaving<T>(file: &Path, make: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let mut held = held();
    let made = make()?;
    held.left = Some(file.to_owned());
    Ok(made)
}

/// The file is gone.
pub(crate) fn left_nothing() {
    held().left = None;
}

/// While this lives the terminal hides what is typed.
pub(crate) fn hiding() -> Hiding {
    held().hidden = modes::Saved::now();
    Hiding
}

/// Ends the program: by a signal, or by Ctrl-C typed where something secret is asked for.
pub(crate) fn leave() -> ! {
    let mut ending = held();
    ending.asked = true;
    ending.restore();
    if let Some(stop) = &ending.working {
        stop.cancel();
    }
    let since = Instant::now();
    while ending.working.is_some() && since.elapsed() < GRACE {
        drop(ending);
        thread::sleep(Duration::from_millis(10));
        ending = held();
    }
    ending.restore();
    if let Some(file) = ending.left.take()
        && let Err(error) = fs::remove_file(file)
    {
        log::error!("a file stays behind: {error}");
    }
    // Neither is given back: nothing more is begun, and nothing more is shown.
    let shared = ending.screen.as_ref().and_then(Weak::upgrade);
    let mut screen = shared.as_ref().and_then(try_look);
    if let Some(screen) = &mut screen
        && let Err(error) = screen.leave(SystemTime::now())
    {
        log::error!("{error}");
    }
    if !ending.wipe.is_empty() {
        // Past the lock of the standard output, which a stopped writer may hold.
        let _ = own_stdout().and_then(|mut out| out.write_all(ending.wipe.as_bytes()));
    }
    process::exit(STOPPED.into())
}

fn try_look(screen: &SharedScreen) -> Option<MutexGuard<'_, Screen>> {
    let since = Instant::now();
    loop {
        match screen.try_lock() {
            Ok(screen) => return Some(screen),
            Err(TryLockError::Poisoned(screen)) => return Some(screen.into_inner()),
            Err(TryLockError::WouldBlock) if since.elapsed() < BUSY => {
                thread::sleep(Duration::from_millis(10));
            }
            Err(TryLockError::WouldBlock) => return None,
        }
    }
}

fn held() -> MutexGuard<'static, Held> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Held {
    fn restore(&mut self) {
        if let Some(saved) = self.hidden.take() {
            saved.restore();
        }
    }
}

/// Something that can be stopped is under way.
struct Working;

impl Drop for Working {
    fn drop(&mut self) {
        held().working = None;
    }
}

/// Something secret is being typed.
pub(crate) struct Hiding;

impl Drop for Hiding {
    fn drop(&mut self) {
        held().hidden = None;
    }
}

#[cfg(unix)]
fn own_stdout() -> io::Result<File> {
    use std::os::fd::AsFd as _;
    Ok(File::from(io::stdout().as_fd().try_clone_to_owned()?))
}

#[cfg(windows)]
fn own_stdout() -> io::Result<File> {
    use std::os::windows::io::AsHandle as _;
    Ok(File::from(io::stdout().as_handle().try_clone_to_owned()?))
}

#[cfg(unix)]
mod modes {
    //! The terminal's modes: a program that is ended in the middle of a prompt would leave them as they are.

    use std::fs::File;

    use nix::sys::termios::{SetArg, Termios, tcgetattr, tcsetattr};

    pub(super) struct Saved {
        terminal: File,
        modes: Termios,
    }

    impl Saved {
        pub(super) fn now() -> Option<Self> {
            let terminal = File::options()
                .read(true)
                .write(true)
                .open("/dev/tty")
                .ok()?;
            let modes = tcgetattr(&terminal).ok()?;
            Some(Self { terminal, modes })
        }

        pub(super) fn restore(self) {
            if let Err(error) = tcsetattr(&self.terminal, SetArg::TCSANOW, &self.modes) {
                log::warn!("the terminal's modes stay as they are: {error}");
            }
        }
    }
}

#[cfg(not(unix))]
mod modes {
    //! The console's host shows again what is typed when a program ends.

    pub(super) struct Saved;

    impl Saved {
        pub(super) fn now() -> Option<Self> {
            None
        }

        pub(super) fn restore(self) {}
    }
}
