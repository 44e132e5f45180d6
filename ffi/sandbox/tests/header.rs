//! The header in `include/` is the one that this source makes, and the shared structure is the same in both libraries.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::mem::offset_of;
use std::path::Path;

#[test]
fn the_header_is_the_generated_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(folder.join("cbindgen.toml")).unwrap();
    let builder = ["card", "reader", "service"].iter().fold(
        cbindgen::Builder::new().with_config(config),
        |builder, module| builder.with_src(folder.join(format!("src/{module}.rs"))),
    );
    let mut header = Vec::new();
    builder.generate().unwrap().write(&mut header);
    let header = String::from_utf8(header).unwrap();
    let place = folder.join("../../include/mynacard_sandbox.h");
    if std::env::var_os("MYNACARD_BLESS").is_some() {
        std::fs::write(&place, &header).unwrap();
    }
    let checked_in = std::fs::read_to_string(&place).unwrap_or_default();
    assert!(
        checked_in == header,
        "include/mynacard_sandbox.h is stale: MYNACARD_BLESS=1 cargo test -p mynacard-ffi-sandbox"
    );
}

#[test]
fn both_libraries_mean_the_same_table() {
    use mynacard_ffi::mynacard_transport as ours;
    use mynacard_sandbox_ffi::mynacard_transport as theirs;
    assert_eq!(size_of::<ours>(), size_of::<theirs>());
    assert_eq!(offset_of!(ours, userdata), offset_of!(theirs, userdata));
    assert_eq!(offset_of!(ours, begin), offset_of!(theirs, begin));
    assert_eq!(offset_of!(ours, exchange), offset_of!(theirs, exchange));
    assert_eq!(offset_of!(ours, end), offset_of!(theirs, end));
    assert_eq!(offset_of!(ours, destroy), offset_of!(theirs, destroy));
    assert_eq!(
        offset_of!(ours, max_command),
        offset_of!(theirs, max_command)
    );
    assert_eq!(
        offset_of!(ours, max_response),
        offset_of!(theirs, max_response)
    );
}

#[test]
fn both_libraries_mean_the_same_connection() {
    use mynacard_ffi::mynacard_carrier as ours;
    use mynacard_sandbox_ffi::mynacard_carrier as theirs;
    assert_eq!(size_of::<ours>(), size_of::<theirs>());
    assert_eq!(offset_of!(ours, userdata), offset_of!(theirs, userdata));
    assert_eq!(offset_of!(ours, carry), offset_of!(theirs, carry));
    assert_eq!(offset_of!(ours, destroy), offset_of!(theirs, destroy));
}
