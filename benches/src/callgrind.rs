//! Instructions of one repetition of a program's task, counted by `valgrind --tool=callgrind`.

use std::path::Path;
use std::process::Command;

/// Runs `program ARGUMENTS… N` with `n` and with `2n`: the difference, divided by `n`, is one repetition without the start.
///
/// # Errors
/// Valgrind is missing, or the program failed: what it said.
pub fn instructions(program: &Path, arguments: &[&str], n: u64) -> Result<u64, String> {
    let (once, twice) = (
        collected(program, arguments, n)?,
        collected(program, arguments, 2 * n)?,
    );
    twice
        .checked_sub(once)
        .and_then(|difference| difference.checked_div(n))
        .ok_or_else(|| {
            format!("{arguments:?}: {once} instructions for {n}, {twice} for twice as many")
        })
}

fn collected(program: &Path, arguments: &[&str], n: u64) -> Result<u64, String> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(arguments)
        .arg(n.to_string())
        .output()
        .map_err(|error| format!("valgrind does not start (apt-get install valgrind): {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let count = said
        .lines()
        .find_map(|line| line.split_once("Collected :"))
        .and_then(|(_, count)| count.trim().parse().ok());
    match count {
        Some(count) if output.status.success() => Ok(count),
        _ => Err(format!("{} {arguments:?} {n}: {said}", program.display())),
    }
}
