//! Import libraries for MSVC's linker, made of a DLL's own list of exports.

use std::path::Path;

use crate::install::at;
use crate::run::Program;
use crate::windows::Width;

/// Writes `place`, for a DLL that is shipped as `name`.
pub(crate) fn library(width: Width, dll: &Path, name: &str, place: &Path) -> Result<(), String> {
    let tool = |tool: &str| Program::new(format!("{}-{tool}", width.prefix()));
    let (succeeded, text) = tool("objdump").arg("-p").arg(dll).capture()?;
    let exports = exports(&text);
    if !succeeded || exports.is_empty() {
        return Err(format!("{} exports nothing", dll.display()));
    }
    let definition = place.with_extension("def");
    let lines = format!("LIBRARY {name}\nEXPORTS\n{}\n", exports.join("\n"));
    std::fs::write(&definition, lines).map_err(at(&definition))?;
    let machine = match width {
        Width::Bits64 => "i386:x86-64",
        Width::Bits32 => "i386",
    };
    tool("dlltool")
        .args(["-m", machine, "-D", name, "-d"])
        .arg(&definition)
        .arg("-l")
        .arg(place)
        .go()
}

/// The names in the export table, as objdump prints it.
fn exports(text: &str) -> Vec<&str> {
    let Some((_, table)) = text.split_once("[Ordinal/Name Pointer] Table") else {
        return Vec::new();
    };
    table
        .lines()
        .skip(1)
        .map_while(|line| line.split_once(']'))
        .filter_map(|(_, rest)| rest.split_whitespace().last())
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn exports_are_read() {
        let text = "a\n[Ordinal/Name Pointer] Table\n\t[   0] mynacard_a\n\t[   1] +base[ 2] mynacard_b\n\nrest [x] y";
        assert_eq!(super::exports(text), ["mynacard_a", "mynacard_b"]);
        assert!(super::exports("no table").is_empty());
    }
}
