//! What the C boundary costs: a getter, a reading and a whole check through the exports, and the same in Rust, in turns.
//!
//! `cargo run --release --package mynacard-ffi-sandbox --example beside` prints a table for `benches/REPORT.md`.
#![allow(clippy::print_stdout, clippy::expect_used)] // a program that prints what it measured

#[path = "../../../crates/mynacard-sandbox/examples/soak/fleet.rs"]
#[allow(unreachable_pub, reason = "a module of another program")]
mod fleet;

use std::ffi::CString;
use std::hint::black_box;
use std::mem::MaybeUninit;
use std::ptr::{null, null_mut};
use std::time::{Duration, Instant};

use mynacard_eligibility::{Answer, FieldId};
use mynacard_ffi as c;
use mynacard_sandbox::Running;

const XML: &[u8] = include_bytes!("../../../fuzz/seeds/answer_xml/full-utf-8");

/// Handles of the C side, as a program of a vendor holds them.
struct Vendor {
    desk: *mut c::mynacard_desk,
    card: *mut c::mynacard_card,
}

fn main() {
    let running = fleet::stand_in();
    let mut counters = fleet::fleet(&running, 1);
    let counter = counters.first_mut().expect("one was asked for");
    let vendor = Vendor::open(&running);
    let (handle, answer) = (read(), Answer::read_xml(XML).expect("our own"));
    println!("| what | in Rust, ns | through C, ns | C beyond Rust, ns | C ÷ Rust |");
    println!("|---|--:|--:|--:|--:|");
    row(
        "a field as text",
        10_000,
        || {
            let results = answer.results();
            let name = results
                .first()
                .and_then(|result| result.text(FieldId::NAME));
            drop(black_box(name.map(str::to_owned)));
        },
        || text(handle),
    );
    row(
        "an answer read from XML",
        500,
        || drop(black_box(Answer::read_xml(XML).expect("our own"))),
        || free(read()),
    );
    row(
        "a whole check over HTTPS",
        3,
        || drop(black_box(counter.check().expect("the line is good"))),
        || vendor.check(),
    );
    free(handle);
    vendor.close();
}

/// The medians of 41 rounds in turns, each of so many calls.
fn row(name: &str, calls: u32, mut rust: impl FnMut(), mut through_c: impl FnMut()) {
    let time = |work: &mut dyn FnMut()| {
        let begin = Instant::now();
        (0..calls).for_each(|_| work());
        begin.elapsed() / calls
    };
    let (mut ours, mut theirs): (Vec<_>, Vec<_>) = (0..41)
        .map(|_| (time(&mut rust), time(&mut through_c)))
        .unzip();
    let median = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times.get(times.len() / 2).map_or(0, Duration::as_nanos)
    };
    let (ours, theirs) = (median(&mut ours), median(&mut theirs));
    let beyond = i128::try_from(theirs).unwrap_or(0) - i128::try_from(ours).unwrap_or(0);
    let ratio = theirs as f64 / ours.max(1) as f64;
    println!("| {name} | {ours} | {theirs} | {beyond} | {ratio:.2} |");
}

#[track_caller]
fn done(status: c::mynacard_status) {
    assert_eq!(status, c::mynacard_status::Ok);
}

/// Calls with a place for one handle.
fn handle<T>(call: impl FnOnce(*mut *mut T) -> c::mynacard_status) -> *mut T {
    let mut place = null_mut();
    done(call(&raw mut place));
    place
}

fn read() -> *mut c::mynacard_answer {
    // SAFETY: the bytes and the place live during the call.
    handle(|place| unsafe {
        c::mynacard_answer_from_xml(XML.as_ptr(), XML.len(), place, null_mut())
    })
}

fn text(answer: *mut c::mynacard_answer) {
    let field = FieldId::NAME.number();
    // SAFETY: a handle of the library, a place that lives during the call.
    let text = handle(|place| unsafe {
        c::mynacard_answer_text(answer, 0, field, 0, 0, place, null_mut())
    });
    done(c::mynacard_buffer_free(black_box(text)));
}

fn free(answer: *mut c::mynacard_answer) {
    done(c::mynacard_answer_free(black_box(answer)));
}

impl Vendor {
    fn open(running: &Running) -> Self {
        let (url, root) = (running.url(), running.ca_certificate_der());
        // SAFETY: numbers and pointers, for which zero is NULL and the default.
        let mut service: c::mynacard_service = unsafe { MaybeUninit::zeroed().assume_init() };
        service.struct_size = size_of::<c::mynacard_service>();
        (service.url, service.url_size) = (url.as_ptr(), url.len());
        (service.root, service.root_size) = (root.as_ptr(), root.len());
        (service.trust, service.direct) = (c::mynacard_trust::Simulation as i32, 1);
        let issued = running.issue_activation().expect("handed out");
        let (code, id, activation) = (issued.institution_code, issued.id, issued.activation_code);
        // SAFETY: all of it lives during the calls; the tables have the same layout in both libraries.
        unsafe {
            let terminal = handle(|place| {
                c::mynacard_terminal_activate(
                    &raw const service,
                    code.as_ptr(),
                    code.len(),
                    id.as_ptr(),
                    id.len(),
                    activation.as_ptr(),
                    activation.len(),
                    1,
                    null(),
                    place,
                    null_mut(),
                )
            });
            let desk = handle(|place| {
                c::mynacard_desk_open(
                    &raw const service,
                    terminal,
                    null(),
                    null(),
                    place,
                    null_mut(),
                )
            });
            done(c::mynacard_terminal_free(terminal));
            let mut table: c::mynacard_transport = MaybeUninit::zeroed().assume_init();
            table.struct_size = size_of::<c::mynacard_transport>();
            let person = CString::new("kyokai-self").expect("no NUL");
            let filled = mynacard_sandbox_ffi::mynacard_sandbox_card(
                person.as_ptr(),
                1,
                (&raw mut table).cast(),
            );
            assert_eq!(filled, 0);
            let card = handle(|place| {
                c::mynacard_card_from_transport(&raw const table, place, null_mut())
            });
            Self { desk, card }
        }
    }

    fn check(&self) {
        // SAFETY: handles of the library, places that live during the calls.
        unsafe {
            let check = handle(|place| {
                c::mynacard_desk_prepare(self.desk, null(), null(), place, null_mut())
            });
            let pin = handle(|place| c::mynacard_pin_new(b"1234".as_ptr(), 4, place, null_mut()));
            let answer = handle(|place| {
                c::mynacard_check_by_pin(check, self.card, pin, null(), place, null_mut())
            });
            free(answer);
            done(c::mynacard_pin_free(pin));
            done(c::mynacard_check_free(check));
        }
    }

    fn close(self) {
        done(c::mynacard_card_free(self.card));
        done(c::mynacard_desk_free(self.desk));
    }
}
