//! What was mended because a report showed it: before, and in the report at hand.

use std::fmt::Write as _;

/// A ratio that was among the worst: its row in the tables, the instructions before, and how they became fewer.
struct Mended {
    what: &'static str,
    task: &'static str,
    before: u64,
    how: &'static str,
}

const MENDED: [Mended; 3] = [
    Mended {
        what: "an RSA signature (`possession`)",
        task: "possession",
        before: 876_780,
        how: "numbers of fixed width for the field's two sizes in place of boxed ones; sixteen squarings and one multiplication \
              that also leaves Montgomery form; the padded block is built and compared whole",
    },
    Mended {
        what: "`verdict`",
        task: "verdict",
        before: 1_104_191,
        how: "the same, and a key's Montgomery parameters are made when it first judges a signature",
    },
    Mended {
        what: "a full answer, UTF-8",
        task: "UTF-8",
        before: 2_153_004,
        how: "lines and columns are counted for an error only, characters and names looked at by bytes",
    },
];

/// The part of the report, from its tables of certificates and answers.
///
/// # Errors
/// When a row is missing there.
pub fn section(tables: &str) -> Result<String, String> {
    let mut text = "\n## What was made better\n\nThe three ratios that were the worst of an earlier report, in instructions; the peers are those \
                    of the tables above.\n\n| what | before | now | how |\n|---|--:|--:|---|\n"
        .to_owned();
    for Mended {
        what,
        task,
        before,
        how,
    } in MENDED
    {
        let now = instructions(tables, task)
            .ok_or_else(|| format!("the report has no row of {task} by mynacard"))?;
        let _ = writeln!(text, "| {what} | {before} | {now} | {how} |");
    }
    text += "\nReading an answer through C cost a third more than in Rust because each call made a thread with a stack of its own; it now reads on \
             the caller's\nthread, and a test reads the deepest message on a stack of 256 KiB.\n\n\
             What is the worst now, and why it stays: a field as text through C is a call and a copy into the caller's memory, less than a tenth of a\n\
             microsecond; `possession` beside OpenSSL, which multiplies in assembly made for the processor, takes a few instructions more and all the\n\
             difference in time; a whole check through C runs each long call on a thread of its own, since the caller's stack may be small, which is\n\
             part of its difference (the rest was not looked for). Of the tenths of a second at the desk none of the three is seen.\n";
    Ok(text)
}

/// The instructions of our row: task, by, two times, two ratios, instructions.
fn instructions(tables: &str, task: &str) -> Option<u64> {
    tables.lines().find_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        match cells.as_slice() {
            ["", found, "mynacard", _, _, _, _, count, ..] if *found == task => count.parse().ok(),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_are_those_of_the_report() {
        let report = include_str!("../REPORT.md");
        let text = section(report).expect("the report has the three rows");
        assert!(report.contains(&text), "{text}");
    }

    #[test]
    fn a_missing_row_is_an_error() {
        let other = "| verdict | openssl | 1 | 2 | 3 | 4 | 5 | 6 | 7 |";
        assert!(section(other).is_err_and(|why| why.contains("possession")));
    }
}
