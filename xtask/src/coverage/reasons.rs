//! Why a line that nothing reaches is none that an input should reach: `fuzz/unreached.txt`, by file and function.

use crate::workspace;

/// A row: the file, the function (or `*` for all of the file), the reason.
pub(super) struct Reason {
    pub(super) file: String,
    pub(super) function: String,
    pub(super) why: String,
}

/// The table. Lines without ` | ` are headings and prose.
pub(super) fn read() -> Result<Vec<Reason>, String> {
    let path = workspace::root().join("fuzz/unreached.txt");
    let text =
        std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(rows(&text))
}

fn rows(text: &str) -> Vec<Reason> {
    text.lines()
        .filter_map(|line| {
            let (file, rest) = line.split_once(" | ")?;
            let (function, why) = rest.split_once(" | ")?;
            Some(Reason {
                file: file.to_owned(),
                function: function.to_owned(),
                why: why.to_owned(),
            })
        })
        .collect()
}

/// Why the lines of a function that nothing reaches are none that an input should reach, if there is a row that says so.
pub(super) fn why(reasons: &[Reason], file: &str, function: &str) -> Option<String> {
    let mut rows = reasons.iter();
    let row = rows.find(|row| row.file == file && [function, "*"].contains(&&*row.function));
    row.map(|row| row.why.clone())
}

/// The function that a line of a source file belongs to: the last one that begins above it.
pub(super) fn function(source: &[&str], line: u32) -> String {
    let line = usize::try_from(line).unwrap_or(usize::MAX);
    let above = source.iter().take(line).rev();
    above
        .filter_map(|line| name(line))
        .next()
        .unwrap_or_default()
}

fn name(line: &str) -> Option<String> {
    let words = line.trim_start();
    let (before, rest) = words.split_once("fn ")?;
    let modifiers = before.split_whitespace().all(|word| {
        word.starts_with("pub")
            || word.starts_with("in")
            || ["const", "async", "unsafe", "extern", "\"C\""].contains(&word)
    });
    modifiers.then(|| {
        rest.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_function_around_a_line_is_found() {
        let source = [
            "impl A {",
            "    /// fn of words",
            "    pub(crate) fn first(&self) {",
            "        if x {",
            "            y();",
            "        }",
            "    }",
            "",
            "    async fn second(",
            "        a: u8,",
            "    ) {",
            "        let b = |c| {",
            "            c",
            "        };",
            "    }",
            "}",
        ];
        for (line, name) in [
            (3, "first"),
            (5, "first"),
            (6, "first"),
            (7, "first"),
            (9, "second"),
            (13, "second"),
            (15, "second"),
        ] {
            assert_eq!(function(&source, line), name, "line {line}");
        }
    }

    /// A reason cannot outlive what it is about.
    #[test]
    fn every_reason_names_a_function_that_is_there() {
        for Reason {
            file,
            function,
            why,
        } in read().unwrap()
        {
            let source = std::fs::read_to_string(workspace::root().join(&file));
            let source = source.unwrap_or_else(|error| panic!("{file}: {error}"));
            let there = function == "*"
                || source
                    .lines()
                    .any(|line| name(line).as_deref() == Some(&function));
            assert!(there, "{file} has no function {function}");
            assert!(why.len() > 10, "{file}, {function}: no reason");
        }
    }
}
