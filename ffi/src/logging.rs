//! The library's log lines, to a function of the program.

use std::ffi::c_void;
use std::ptr;
use std::sync::{Arc, Once, PoisonError, RwLock};

use log::{Level, LevelFilter, Log, Metadata, Record};

use crate::error::mynacard_error;
use crate::failure::Failure;
use crate::guard::{callback, guard};
use crate::input::{Versioned, choice, ends, optional};
use crate::owner::Owner;
use crate::status::mynacard_status;

/// A function that is told the log lines of this library, and of no other; they hold no secret and nothing about a person. It runs
/// on whatever thread logs, several at once. It must not wait, throw or jump out. Of the library it may call what a
/// `mynacard_transport`'s functions may.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mynacard_log {
    /// `sizeof(mynacard_log)`; set by `MYNACARD_LOG_INIT`.
    pub struct_size: usize,
    /// Handed to both functions as it is.
    pub userdata: *mut c_void,
    /// Told a line, UTF-8 without its end. `level` is 1 for an error, 2 for a warning, 3 for information, 4 and 5 for whoever looks
    /// for a fault. Required.
    pub line: Option<
        unsafe extern "C" fn(userdata: *mut c_void, level: i32, line: *const u8, line_size: usize),
    >,
    /// Called exactly once, when another function took its place and no line is told any more, on whatever thread that happens. May
    /// be NULL.
    pub destroy: Option<unsafe extern "C" fn(userdata: *mut c_void)>,
    /// The highest level that is told; 0 for information.
    pub most: i32,
    /// Zero: a later version's option may stand here.
    pub reserved: u32,
}

// SAFETY: pointers, optional functions and a number; the size comes first.
unsafe impl Versioned for mynacard_log {
    const ENDS: &[usize] = ends!(most, reserved);
    const DEFAULT: Self = Self {
        struct_size: 0,
        userdata: ptr::null_mut(),
        line: None,
        destroy: None,
        most: 0,
        reserved: 0,
    };

    fn is_known(&self) -> bool {
        self.reserved == 0
    }
}

/// The program's function.
struct Told {
    table: mynacard_log,
    owner: Arc<Owner>,
}

// SAFETY: the function may be called from any thread, several at once: its documentation says so.
unsafe impl Send for Told {}
// SAFETY: as above.
unsafe impl Sync for Told {}

static TOLD: RwLock<Option<Arc<Told>>> = RwLock::new(None);
static LOGGER: Lines = Lines(0);

/// This library's place among the process's loggers.
struct Lines(
    /// So that its address is nobody else's.
    #[expect(dead_code)]
    u8,
);

impl Log for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        // What other libraries say may hold anything.
        metadata.target().starts_with("mynacard")
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        // Not held while the function runs: it may take its time.
        let told = TOLD.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(told) = told else { return };
        let Some(function) = told.table.line else {
            return;
        };
        let level = match record.level() {
            Level::Error => 1,
            Level::Warn => 2,
            Level::Info => 3,
            Level::Debug => 4,
            Level::Trace => 5,
        };
        let line = format!("{}: {}", record.target(), record.args());
        // SAFETY: the program promises that the function may be called with its userdata until `destroy`; the text lives through
        // the call.
        callback(|| unsafe { function(told.table.userdata, level, line.as_ptr(), line.len()) });
    }

    fn flush(&self) {}
}

/// From now on the log lines of this library, in the whole process, go to this function instead of the former one; NULL for
/// none. The table is copied; its `destroy` is called when another one took its place, and not at all when this call fails.
/// `MYNACARD_STATUS_UNSUPPORTED` where another logger serves the process.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_log_set(
    log: *const mynacard_log,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    const LEVELS: &[(i32, LevelFilter)] = &[
        (0, LevelFilter::Info),
        (1, LevelFilter::Error),
        (2, LevelFilter::Warn),
        (3, LevelFilter::Info),
        (4, LevelFilter::Debug),
        (5, LevelFilter::Trace),
    ];
    static ONCE: Once = Once::new();
    guard(error, || {
        // SAFETY: documented as NULL or valid for as many bytes as it says.
        let table = unsafe { optional("log", log) }?;
        let Some(table) = table else {
            log::set_max_level(LevelFilter::Off);
            drop(put(None));
            return Ok(());
        };
        if table.line.is_none() {
            return Err(Failure::null("log.line"));
        }
        let most = choice("log.most", table.most, LEVELS)?;
        ONCE.call_once(|| {
            // Where another logger serves the process, its address below is another one.
            let _ = log::set_logger(&LOGGER);
        });
        if !ptr::addr_eq(log::logger(), &raw const LOGGER) {
            return Err(Failure::new(
                mynacard_status::Unsupported,
                "another logger serves this process",
            ));
        }
        let owner = Owner::new(table.userdata, table.destroy);
        let told = Arc::new(Told { table, owner });
        let owner = Arc::clone(&told.owner);
        let former = Owner::taken_by(Some(&owner), || Ok(put(Some(told))))?;
        log::set_max_level(most);
        drop(former);
        Ok(())
    })
}

/// Puts a function in its place; the former one is dropped by the caller, outside the lock.
fn put(told: Option<Arc<Told>>) -> Option<Arc<Told>> {
    std::mem::replace(
        &mut *TOLD.write().unwrap_or_else(PoisonError::into_inner),
        told,
    )
}
