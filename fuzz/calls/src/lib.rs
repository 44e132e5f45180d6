//! Sequences of calls of the C interface with hostile arguments, decoded from an input.
//!
//! Handles are right, freed, of another kind, invented or NULL; texts are right, half, not UTF-8, NULL, or longer than memory; structures
//! are of every size; cards, connections and providers fail, answer too much, call back and cancel. Whatever comes: no crash, no panic, a
//! status with an error that is complete, outputs that a failed call left alone, and nothing that outlives its last free.

mod calls;
mod input;
mod objects;
mod others;
mod places;
mod stand;
mod tables;

use std::cell::RefCell;
use std::collections::BTreeSet;

use calls::Calls;
use input::Input;

thread_local! {
    static MET: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// The codes of the errors that this thread's inputs led to since it was asked last.
pub fn met() -> BTreeSet<String> {
    MET.take()
}

fn note(code: &str) {
    MET.with_borrow_mut(|met| {
        if !met.contains(code) {
            met.insert(code.to_owned());
        }
    });
}

/// Calls that one input makes at most.
const MOST: usize = 64;

/// One input: a sequence of calls. The status of each that has one.
///
/// # Panics
/// When a promise of the interface is broken.
pub fn sequence(data: &[u8]) -> Vec<i32> {
    let mut input = Input::new(data);
    let mut calls = Calls::new();
    for _ in 0..MOST {
        if input.is_over() {
            break;
        }
        calls.one(&mut input);
    }
    calls.end()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // A test may stop here.

    use std::path::Path;

    /// Functions that no input calls, and why.
    const NOT_CALLED: &[(&str, &str)] = &[
        ("mynacard_panic_on_purpose", "its panic is the fuzzer's end"),
        ("mynacard_readers_json", "asks for the machine's readers"),
        (
            "mynacard_card_wait",
            "waits for a card in the machine's readers",
        ),
        ("mynacard_doctor_json", "asks for the machine's readers"),
        (
            "mynacard_terminal_register",
            "makes a vault: stretching a passcode takes a second",
        ),
        (
            "mynacard_terminal_store",
            "makes a vault: stretching a passcode takes a second",
        ),
        ("mynacard_folder_exchange", "makes folders on the disk"),
        ("mynacard_folder_manage", "manages those folders"),
        (
            "mynacard_key_store_set",
            "changes what the whole process uses",
        ),
    ];

    #[test]
    fn every_other_function_is_called() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let symbols = std::fs::read_to_string(root.join("../../ffi/abi/symbols.txt")).unwrap();
        let source: String = [
            "calls.rs",
            "objects.rs",
            "others.rs",
            "places.rs",
            "stand.rs",
            "tables.rs",
        ]
        .map(|file| std::fs::read_to_string(root.join("src").join(file)).unwrap())
        .concat();
        assert!(symbols.lines().count() > 70);
        for name in symbols.lines() {
            let called = source.contains(&format!("{name}("));
            let excused = NOT_CALLED.iter().any(|(listed, _)| *listed == name);
            assert!(
                called != excused,
                "{name} is called and excused, or neither"
            );
        }
    }
}
