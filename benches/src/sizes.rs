//! How large the programs and the C library are, and whose code that is.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// The crates that are named; the others are summed up.
const NAMED: usize = 14;

/// A table of a library's size, stripped, and of its code by crate, as its symbols say.
///
/// # Errors
/// When a tool is missing (binutils) or the library.
pub fn table(library: &Path) -> Result<String, String> {
    let path = library.display().to_string();
    let size = stripped(library)?;
    let symbols = said(
        "nm",
        &["--print-size", "--demangle", "--defined-only", &path],
    )?;
    let mut crates: Vec<(String, u64)> = by_crate(&symbols).into_iter().collect();
    crates.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    let all: u64 = crates.iter().map(|(_, bytes)| bytes).sum();
    if all == 0 {
        return Err(format!("{path} has no symbols"));
    }
    let rest = crates.split_off(crates.len().min(NAMED));
    crates.push((
        format!("{} others", rest.len()),
        rest.iter().map(|(_, bytes)| bytes).sum(),
    ));
    let mut text = format!(
        "`{}`, stripped: {:.2} MiB; its code by the symbols of the crates: {} KiB.\n\n| crate | KiB of code | share |\n|---|--:|--:|\n",
        library.file_name().unwrap_or_default().to_string_lossy(),
        size as f64 / 1_048_576.0,
        all / 1024
    );
    for (name, bytes) in crates {
        let share = 100.0 * bytes as f64 / all as f64;
        let _ = writeln!(text, "| {name} | {} | {share:.1} % |", bytes / 1024);
    }
    Ok(text)
}

/// A table of what is shipped or built first, stripped: what it is, and where it lies.
///
/// # Errors
/// When a tool is missing (binutils) or a file.
pub fn files(files: &[(&str, &Path)]) -> Result<String, String> {
    let mut text = "| what | MiB, stripped |\n|---|--:|\n".to_owned();
    for (name, path) in files {
        let size = stripped(path)? as f64 / 1_048_576.0;
        let _ = writeln!(text, "| {name} | {size:.2} |");
    }
    Ok(text)
}

/// The size in bytes without symbols.
fn stripped(file: &Path) -> Result<u64, String> {
    let place = file.with_extension("stripped");
    let (path, out) = (file.display().to_string(), place.display().to_string());
    said("strip", &["-o", &out, &path])?;
    let size = std::fs::metadata(&place).map_err(|error| error.to_string())?;
    std::fs::remove_file(&place).map_err(|error| error.to_string())?;
    Ok(size.len())
}

/// Bytes of code by the first name of each symbol.
fn by_crate(symbols: &str) -> BTreeMap<String, u64> {
    let mut crates = BTreeMap::new();
    for line in symbols.lines() {
        let mut words = line.splitn(4, ' ');
        let (_, size, kind, name) = (words.next(), words.next(), words.next(), words.next());
        let (Some(size), Some("t" | "T" | "w" | "W"), Some(name)) = (size, kind, name) else {
            continue;
        };
        let Ok(size) = u64::from_str_radix(size, 16) else {
            continue;
        };
        *crates.entry(owner(name)).or_default() += size;
    }
    crates
}

/// `rustls` of `<rustls::x::Y as core::Z>::f`; what has no path is C or assembly.
fn owner(symbol: &str) -> String {
    let start = symbol
        .trim_start_matches(['<', '&', '*', '(', '['])
        .trim_start_matches("mut ");
    match start.split_once("::") {
        Some((name, _)) if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => {
            name.to_owned()
        }
        _ if symbol.starts_with("mynacard_") => "mynacard_ffi".to_owned(),
        _ => "C and assembly (ring), exports of others".to_owned(),
    }
}

fn said(program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_counted_by_crate_and_data_is_not() {
        let symbols = "\
0000000000001000 0000000000000010 t <rustls::a::B as core::fmt::Debug>::fmt
0000000000001010 0000000000000020 t rustls::c
0000000000001030 0000000000000003 T mynacard_version
0000000000001040 0000000000000004 t <&mut der::X as core::Y>::z
0000000000002000 0000000000000100 r rustls::DATA
0000000000003000 t without_a_size
";
        let crates = by_crate(symbols);
        assert_eq!(crates.get("rustls"), Some(&0x30));
        assert_eq!(crates.get("mynacard_ffi"), Some(&3));
        assert_eq!(crates.get("der"), Some(&4));
        assert_eq!(crates.len(), 3);
    }
}
