//! What a report was measured on, and with.

use std::process::Command;

/// Cores, processor, system and the tools that the figures depend on, in one line.
#[must_use]
pub fn described() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let processor = of_file("/proc/cpuinfo", "model name", ':');
    let system = of_file("/etc/os-release", "PRETTY_NAME", '=');
    let mut parts = vec![format!("{cores} cores ({processor})"), system];
    for (tool, argument) in [
        ("rustc", "--version"),
        ("valgrind", "--version"),
        ("openssl", "version"),
    ] {
        // "rustc 1.95.0 (…)", "valgrind-3.19.0", "OpenSSL 3.0.17 …": all begin with who speaks.
        parts.push(first_line(tool, argument).unwrap_or_else(|| format!("no {tool}")));
    }
    parts.join(", ")
}

fn of_file(path: &str, key: &str, separator: char) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let value = text.lines().find_map(|line| {
        let (found, value) = line.split_once(separator)?;
        (found.trim() == key).then(|| value.trim().trim_matches('"').to_owned())
    });
    value.unwrap_or_else(|| "unknown".to_owned())
}

fn first_line(tool: &str, argument: &str) -> Option<String> {
    let said = Command::new(tool).arg(argument).output().ok()?.stdout;
    let text = String::from_utf8(said).ok()?;
    Some(text.lines().next()?.trim().to_owned())
}
