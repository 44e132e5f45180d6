//! A virtual card in a real PC/SC reader, through vsmartcard's virtual reader (vpcd).

use std::ffi::c_char;
use std::net::{Shutdown, TcpStream};
use std::ptr;
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use mynacard_sim::VirtualCard;

use crate::card::find;
use crate::guard::{text, value};

/// A virtual card in a virtual reader.
pub struct mynacard_sandbox_inserted {
    stream: TcpStream,
    thread: Option<JoinHandle<()>>,
}

/// Puts the virtual card of a person into the virtual reader that listens at this port of this machine (35963 where vpcd
/// is installed as it comes); NULL when there is no such person or reader.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_sandbox_insert(
    person: *const c_char,
    port: u16,
) -> *mut mynacard_sandbox_inserted {
    value(ptr::null_mut(), || {
        // SAFETY: documented as NULL or NUL-terminated.
        let Some(person) = unsafe { text(person) }.and_then(find) else {
            return ptr::null_mut();
        };
        let Some((stream, mut own)) = connect(port) else {
            return ptr::null_mut();
        };
        let mut card = VirtualCard::new(person, SystemTime::now());
        let thread = std::thread::spawn(move || {
            let _ = mynacard_sim::vpcd::serve(&mut card, &mut own, |_, _| Ok(()));
        });
        Box::into_raw(Box::new(mynacard_sandbox_inserted {
            stream,
            thread: Some(thread),
        }))
    })
}

/// Takes the card out and frees it; NULL is no error.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_sandbox_remove(inserted: Option<Box<mynacard_sandbox_inserted>>) {
    value((), || drop(inserted));
}

impl Drop for mynacard_sandbox_inserted {
    fn drop(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Both);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A reader that has just been started may not listen yet.
fn connect(port: u16) -> Option<(TcpStream, TcpStream)> {
    let end = Instant::now() + Duration::from_secs(5);
    loop {
        match TcpStream::connect(("127.0.0.1", port)) {
            Ok(stream) => return stream.try_clone().ok().map(|own| (stream, own)),
            Err(_) if Instant::now() < end => std::thread::sleep(Duration::from_millis(50)),
            Err(_) => return None,
        }
    }
}
