//! What support needs to see, and nothing else: states, codes and counts. No name, number, secret, address or path can be in
//! it, for only the findings' facts go in, which hold none.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::time::SystemTime;

use mynacard::cert::Timestamp;
use serde_json::{Value, json};

use super::Finding;
use crate::failure::Failure;

/// Writes the bundle; a file that is there is left alone.
pub(super) fn write(file: &Path, findings: &[Finding], now: SystemTime) -> Result<(), Failure> {
    let parts: Vec<Value> = findings
        .iter()
        .map(|finding| {
            json!({
                "name": finding.name,
                "state": finding.state.as_str(),
                "code": finding.code,
                "facts": finding.facts,
            })
        })
        .collect();
    let bundle = json!({
        "mynacard": env!("CARGO_PKG_VERSION"),
        "features": { "pcsc": cfg!(feature = "pcsc"), "demo": cfg!(feature = "demo") },
        "system": { "os": std::env::consts::OS, "arch": std::env::consts::ARCH },
        "written_at": Timestamp::from(now).to_string(),
        "parts": parts,
    });
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(file)
        .and_then(|mut opened| opened.write_all(format!("{bundle:#}\n").as_bytes()))
        .map_err(|error| Failure::file(file, &error))
}
