//! The papers of the ZIP: its READMEs, and in `docs` what they lead to.

use crate::install::{at, filled};
use crate::package::archive::Archive;
use crate::package::{own, read};

/// Where the guide for vendors is: `vendors.md` and its translations.
const GUIDE: &str = "crates/mynacard/src/guide";

/// A paper of the repository, and what it is in the ZIP.
type Packed = [(String, String)];

pub(super) fn write(zip: &mut Archive, version: &str) -> Result<(), String> {
    let guides = guides()?;
    let links: Vec<_> = guides
        .iter()
        .map(|path| format!("[`{}`](../../{path})", name(path)))
        .collect();
    let fields = [
        ("VERSION", version.to_owned()),
        ("GUIDES", links.join(", ")),
    ];
    let mut packed: Vec<_> = ["README.md", "README.ja.md"]
        .map(|name| (format!("ffi/vendor/{name}"), name.to_owned()))
        .into();
    let codes = format!("{GUIDE}/codes.md");
    for path in guides.into_iter().chain([codes, "SECURITY.md".to_owned()]) {
        let inside = format!("docs/{}", name(&path));
        packed.push((path, inside));
    }
    for (path, inside) in &packed {
        let mut text = read(&own(path))?;
        if path.starts_with("ffi/vendor/") {
            text = filled(&text, &fields)?;
        }
        zip.text(inside, &relinked(&text, path, &packed))?;
    }
    Ok(())
}

/// English first.
fn guides() -> Result<Vec<String>, String> {
    let folder = own(GUIDE);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(at(&folder))? {
        let name = entry.map_err(at(&folder))?.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("vendors.") && name.ends_with(".md") {
            found.push(format!("{GUIDE}/{name}"));
        }
    }
    found.sort_by_key(|path| (path.len(), path.clone()));
    Ok(found)
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A paper of the repository as it stands in the ZIP: links to what is packed lead there, links to what is not are plain words, and
/// of examples only those lines are there that the documentation shows.
fn relinked(text: &str, path: &str, packed: &Packed) -> String {
    let mut result = String::new();
    // The language of the block that a line is in.
    let mut block: Option<&str> = None;
    for line in text.lines() {
        match (block, line.trim_start().strip_prefix("```")) {
            (None, Some(language)) => block = Some(language.trim()),
            (Some(_), Some(_)) => block = None,
            (None, None) => {
                result += &relinked_line(line, path, packed);
                result.push('\n');
                continue;
            }
            (Some("" | "rust"), None) if line == "#" || line.starts_with("# ") => continue,
            (Some(_), None) => {}
        }
        result += line;
        result.push('\n');
    }
    result
}

fn relinked_line(line: &str, path: &str, packed: &Packed) -> String {
    let mut result = String::new();
    let mut rest = line;
    while let Some((before, words, target, after)) = link(rest) {
        result += before;
        match leads_to(target, path, packed) {
            Some(target) => result += &format!("[{words}]({target})"),
            None => result += words,
        }
        rest = after;
    }
    result + rest
}

/// The first `[words](target)`: what stands before it, both parts, and what follows.
fn link(text: &str) -> Option<(&str, &str, &str, &str)> {
    let (left, right) = text.split_once("](")?;
    let (target, after) = right.split_once(')')?;
    let (before, words) = left.rsplit_once('[')?;
    Some((before, words, target, after))
}

/// Where a link of the paper at `path` leads in the ZIP.
fn leads_to(target: &str, path: &str, packed: &Packed) -> Option<String> {
    if target.starts_with("https://") || target.starts_with('#') {
        return Some(target.to_owned());
    }
    let (file, anchor) = match target.split_once('#') {
        Some((file, anchor)) => (file, format!("#{anchor}")),
        None => (target, String::new()),
    };
    let mut place: Vec<_> = path.split('/').collect();
    place.pop();
    for part in file.split('/') {
        match part {
            ".." => drop(place.pop()?),
            part => place.push(part),
        }
    }
    let place = place.join("/");
    let inside_of = |wanted: &str| {
        let mut both = packed.iter();
        both.find_map(|(path, inside)| (path == wanted).then_some(inside.as_str()))
    };
    let up = match inside_of(path)?.contains('/') {
        true => "../",
        false => "",
    };
    // Side by side in `docs`, or from one of the folders to the other.
    let inside = inside_of(&place)?;
    let inside = match inside.strip_prefix("docs/") {
        Some(name) if !up.is_empty() => name.to_owned(),
        _ => format!("{up}{inside}"),
    };
    Some(inside + &anchor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed() -> Vec<(String, String)> {
        [
            ("ffi/vendor/README.md", "README.md"),
            ("crates/m/src/guide/vendors.md", "docs/vendors.md"),
            ("SECURITY.md", "docs/SECURITY.md"),
        ]
        .map(|(path, inside)| (path.to_owned(), inside.to_owned()))
        .into()
    }

    #[track_caller]
    fn is(path: &str, text: &str, expected: &str) {
        assert_eq!(relinked(text, path, &packed()), expected);
    }

    #[test]
    fn links_lead_to_what_is_packed_or_are_words() {
        is(
            "ffi/vendor/README.md",
            "a [b](../../SECURITY.md#memory), [`c`](../../crates/m/src/guide/vendors.md)",
            "a [b](docs/SECURITY.md#memory), [`c`](docs/vendors.md)\n",
        );
        is(
            "SECURITY.md",
            "[a](crates/m/src/guide/vendors.md) [b](xtask/PLANTED.md) [c](#here) [d](https://e.example/f)",
            "[a](vendors.md) b [c](#here) [d](https://e.example/f)\n",
        );
        is(
            "crates/m/src/guide/vendors.md",
            "- [ ] [`Cancel`](crate::auth::Cancel), [r](../../../../ffi/vendor/README.md)",
            "- [ ] `Cancel`, [r](../README.md)\n",
        );
        is("SECURITY.md", "[x](../../../out.md) [y](", "x [y](\n");
    }

    #[test]
    fn blocks_keep_their_lines_but_for_those_of_tests() {
        let text =
            "```\nlet a = b[c](d);\n# Ok::<(), E>(())\n```\n# Title\n```sh\n# first\nls\n```\n";
        let shown = text.replace("# Ok::<(), E>(())\n", "");
        is("SECURITY.md", text, &shown);
    }
}
