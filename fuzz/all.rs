//! The fuzz target that `MYNACARD_FUZZ_TARGET` names.
#![no_main]

use std::sync::OnceLock;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    static NAME: OnceLock<String> = OnceLock::new();
    let name = NAME.get_or_init(|| {
        std::env::var("MYNACARD_FUZZ_TARGET").expect("MYNACARD_FUZZ_TARGET names a target")
    });
    mynacard_fuzz_targets::run(name, data);
});
