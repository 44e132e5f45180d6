//! Recorded dialogues: a vendor sends one, and her case runs again elsewhere.

use std::sync::Arc;

use mynacard::card::trace::Replay;

use crate::buffer::{self, mynacard_buffer};
use crate::card::{self, Recording, Source, mynacard_card};
use crate::error::mynacard_error;
use crate::failure::Failure;
use crate::guard::{guard, on_worker};
use crate::handle::alone;
use crate::input::{choice, out, text};
use crate::status::mynacard_status;

/// Begins (1) or ends (0) the recording of what passes between library and card. `trace` receives the recording at its end, one
/// JSON object a line, UTF-8, and is not written at its beginning.
///
/// A recording is about nobody: headers, lengths, status words and what is the same on many cards are written down, everything
/// else is masked; PINs and what is signed are left out. `MYNACARD_STATUS_CALLER` at the end of a recording that was not begun.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_card_record(
    card: *mut mynacard_card,
    record: i32,
    trace: *mut *mut mynacard_buffer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        let begin = choice("record", record, &[(0, false), (1, true)])?;
        let held = card::find(card)?;
        if begin {
            alone(&held)?.recording = Some(Arc::new(Recording::default()));
            return Ok(());
        }
        // SAFETY: documented as valid at the end of a recording.
        let place = unsafe { out("trace", trace) }?;
        let mut held = alone(&held)?;
        let recorded = held
            .recording
            .take()
            .ok_or_else(|| Failure::new(mynacard_status::Caller, "no recording was begun"))?;
        place.write(buffer::hand_out(recorded.lines())?);
        Ok(())
    })
}

/// Makes a card of a recording: it answers as the recorded one did, as long as it is asked the same. PINs are not in a recording,
/// so any will do.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_card_from_trace(
    trace: *const u8,
    trace_size: usize,
    card: *mut *mut mynacard_card,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0.
        let trace = unsafe { text("trace", trace, trace_size) }?;
        // SAFETY: documented as valid.
        let place = unsafe { out("card", card) }?;
        let replay = on_worker(|| Ok(Replay::read(trace)?))?;
        place.write(card::insert(Source::Trace(Box::new(replay)))?);
        Ok(())
    })
}
