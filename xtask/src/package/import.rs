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
    // By the file's name alone: the objects in the library are named by what is said here.
    let file = |path: &Path| path.file_name().unwrap_or_default().to_owned();
    tool("dlltool")
        .args(["-m", machine, "-D", name, "-d"])
        .arg(file(&definition))
        .arg("-l")
        .arg(file(place))
        .within(place.parent().unwrap_or(Path::new(".")))
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
    use super::*;
    use crate::windows;

    /// Linked into two folders, as release builds are: nothing in DLL and import library tells which.
    #[test]
    fn neither_library_tells_the_folder() {
        let above = std::env::temp_dir().join(format!("mynacard-import-{}", std::process::id()));
        std::fs::create_dir_all(&above).unwrap();
        std::fs::write(above.join("one.c"), "int one(void) { return 1; }\n").unwrap();
        for width in [Width::Bits64, Width::Bits32] {
            let made = ["here", "in another place"].map(|name| {
                let folder = above.join(name);
                std::fs::create_dir_all(&folder).unwrap();
                let (dll, place) = (folder.join("one.dll"), folder.join("one.lib"));
                Program::new(format!("{}-gcc", width.prefix()))
                    .args(["-shared", "-s"])
                    .args(windows::SAME_EVERYWHERE)
                    .arg("-o")
                    .arg(&dll)
                    .arg(above.join("one.c"))
                    .go()
                    .unwrap();
                library(width, &dll, "one.dll", &place).unwrap();
                [dll, place].map(|file| std::fs::read(file).unwrap())
            });
            let [one, other] = &made;
            assert!(one[0] == other[0], "{}: the DLLs differ", width.prefix());
            assert!(
                one[1] == other[1],
                "{}: the import libraries differ",
                width.prefix()
            );
            let names = String::from_utf8_lossy(&one[1]).contains("mynacard");
            assert!(!names, "{}: the folder is named", width.prefix());
        }
        std::fs::remove_dir_all(&above).unwrap();
    }

    #[test]
    fn exports_are_read() {
        let text = "a\n[Ordinal/Name Pointer] Table\n\t[   0] mynacard_a\n\t[   1] +base[ 2] mynacard_b\n\nrest [x] y";
        assert_eq!(exports(text), ["mynacard_a", "mynacard_b"]);
        assert!(exports("no table").is_empty());
    }
}
