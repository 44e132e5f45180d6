//! The one frame that every exported function runs in: no panic leaves it, no callback re-enters it.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use mynacard::auth::Cancel;

use crate::error::{self, mynacard_error};
use crate::failure::Failure;
use crate::loaded;
use crate::status::mynacard_status;

/// Enough for TLS and big numbers in an unoptimised build, whatever stack the caller's thread has.
const STACK: usize = 4 << 20;

thread_local! {
    static IN_CALLBACK: Cell<bool> = const { Cell::new(false) };
    /// The stop signal of the call that a callback runs in.
    static RUNNING: RefCell<Option<Cancel>> = const { RefCell::new(None) };
}

/// Runs a call that a callback may not make.
pub(crate) fn guard(
    error: *mut *mut mynacard_error,
    body: impl FnOnce() -> Result<(), Failure>,
) -> mynacard_status {
    run(error, || {
        if IN_CALLBACK.get() {
            return Err(Failure::new(
                mynacard_status::Reentrant,
                "called from a callback",
            ));
        }
        body()
    })
}

/// Runs a call that is always allowed: cancelling, reading a result, freeing.
pub(crate) fn run(
    error: *mut *mut mynacard_error,
    body: impl FnOnce() -> Result<(), Failure>,
) -> mynacard_status {
    loaded::stay();
    let result = catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| {
        // What the panic says could hold anything; where it happened went to the panic hook. Dropping the payload may
        // panic again.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(payload)));
        Err(Failure::new(
            mynacard_status::Panic,
            "a defect of the library",
        ))
    });
    match result {
        Ok(()) => mynacard_status::Ok,
        Err(failure) => {
            let status = failure.status();
            let _ = catch_unwind(AssertUnwindSafe(|| error::hand_out(error, failure)));
            status
        }
    }
}

/// Runs a call that cannot fail and returns a value; a panic becomes the given value.
pub(crate) fn value<T>(fallback: T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(fallback)
}

/// Runs a long call on a thread of its own, because the caller's stack may be small. The caller waits for it.
pub(crate) fn on_worker<T: Send>(
    body: impl FnOnce() -> Result<T, Failure> + Send,
) -> Result<T, Failure> {
    thread::scope(|scope| {
        let worker = thread::Builder::new()
            .name("mynacard".to_owned())
            .stack_size(STACK)
            .spawn_scoped(scope, || {
                without_pipe_signal();
                body()
            })
            .map_err(|_| Failure::new(mynacard_status::Environment, "no thread"))?;
        // A panic goes on in the caller's guard.
        worker
            .join()
            .unwrap_or_else(|payload| std::panic::resume_unwind(payload))
    })
}

/// A connection that the other side closes is an error and no signal: `SIGPIPE` ends a program that did not see to it, as Rust's own do.
/// The threads that this one starts, those of the network above all, have it from here.
fn without_pipe_signal() {
    #[cfg(unix)]
    {
        use nix::sys::signal::{SigSet, Signal};
        let mut signals = SigSet::empty();
        signals.add(Signal::SIGPIPE);
        if signals.thread_block().is_err() {
            log::warn!("SIGPIPE stays as the program has it");
        }
    }
}

/// Marks this thread as inside a callback while the callback runs.
pub(crate) fn callback<T>(call: impl FnOnce() -> T) -> T {
    struct Leave(bool);
    impl Drop for Leave {
        fn drop(&mut self) {
            IN_CALLBACK.set(self.0);
        }
    }
    let _leave = Leave(IN_CALLBACK.replace(true));
    call()
}

/// The same for a callback that waits: meanwhile it may ask whether the call was stopped.
pub(crate) fn stoppable_callback<T>(stop: &Cancel, call: impl FnOnce() -> T) -> T {
    struct Leave(Option<Cancel>);
    impl Drop for Leave {
        fn drop(&mut self) {
            RUNNING.replace(self.0.take());
        }
    }
    let _leave = Leave(RUNNING.replace(Some(stop.clone())));
    callback(call)
}

/// Whether the call that this thread's callback runs in was stopped, or its time is over; nothing outside one.
pub(crate) fn is_stopped() -> bool {
    RUNNING.with_borrow(|running| running.as_ref().is_some_and(Cancel::is_cancelled))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr;

    #[test]
    fn a_panic_becomes_a_status() {
        assert_eq!(
            guard(ptr::null_mut(), || panic!("forced")),
            mynacard_status::Panic
        );
        let deep = || on_worker(|| -> Result<(), Failure> { panic!("forced on the worker") });
        assert_eq!(guard(ptr::null_mut(), deep), mynacard_status::Panic);
    }

    #[test]
    fn a_callback_cannot_re_enter() {
        let inner = callback(|| guard(ptr::null_mut(), || Ok(())));
        assert_eq!(inner, mynacard_status::Reentrant);
        assert_eq!(
            callback(|| run(ptr::null_mut(), || Ok(()))),
            mynacard_status::Ok
        );
        assert_eq!(guard(ptr::null_mut(), || Ok(())), mynacard_status::Ok);
    }

    #[test]
    fn a_waiting_callback_learns_that_its_call_was_stopped() {
        let (stop, inner) = (Cancel::new(), Cancel::new());
        assert!(!is_stopped());
        stoppable_callback(&stop, || {
            assert!(!is_stopped());
            stop.cancel();
            assert!(is_stopped());
            stoppable_callback(&inner, || assert!(!is_stopped()));
            assert!(is_stopped());
        });
        assert!(!is_stopped());
    }

    #[test]
    fn the_worker_has_room() {
        let thread = thread::Builder::new().stack_size(256 << 10);
        let deep = || {
            on_worker(|| {
                let room = [1_u8; 2 << 20];
                Ok(std::hint::black_box(&room)
                    .iter()
                    .map(|one| u64::from(*one))
                    .sum::<u64>())
            })
        };
        assert_eq!(
            thread.spawn(move || deep().ok()).unwrap().join().unwrap(),
            Some(2 << 20)
        );
    }
}
