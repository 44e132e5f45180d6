//! A stage of the tests, what became of it, and the table at the end.

use std::time::{Duration, Instant};

use crate::run::{Program, Ran, Tests, in_ci};

/// One stage: a name for `--stage`, a duty, the work.
pub(crate) struct Stage {
    pub(crate) name: &'static str,
    pub(crate) duty: &'static str,
    /// Left out of `--quick`.
    pub(crate) slow: bool,
    pub(crate) work: fn(&mut Checks) -> Result<(), String>,
}

/// What a stage found so far. A stage goes on after a failed check, so that one run shows all of them.
#[derive(Default)]
pub(crate) struct Checks {
    /// Tests that start readers may leave themselves out.
    pub(crate) quick: bool,
    pub(crate) tally: Tests,
    pub(crate) failures: Vec<String>,
    pub(crate) skips: Vec<String>,
}

/// A stage's line in the table.
pub(crate) struct Row {
    name: &'static str,
    checks: Checks,
    time: Duration,
}

impl Checks {
    /// Runs a program: its tests count one by one, or the program itself counts when it has none.
    pub(crate) fn program(&mut self, program: Program) -> Result<(), String> {
        self.count(program.run()?);
        Ok(())
    }

    fn count(&mut self, ran: Ran) {
        self.tally.passed += ran.tests.passed;
        self.tally.failed += ran.tests.failed;
        self.tally.skipped += ran.tests.skipped;
        match (ran.succeeded, ran.tests.failed) {
            (true, 0) if ran.tests.passed == 0 => self.tally.passed += 1,
            (true, 0) => {}
            (_, failed) => {
                if failed == 0 {
                    self.tally.failed += 1;
                }
                self.failures.push(ran.line);
            }
        }
    }

    pub(crate) fn pass(&mut self) {
        self.tally.passed += 1;
    }

    pub(crate) fn fail(&mut self, why: impl Into<String>) {
        self.tally.failed += 1;
        self.failures.push(why.into());
    }

    /// Something could not be checked here. CI may not leave anything out: there it is a failure.
    pub(crate) fn skip(&mut self, why: impl Into<String>) {
        if in_ci() {
            return self.fail(why);
        }
        self.tally.skipped += 1;
        self.skips.push(why.into());
    }
}

impl Stage {
    /// Does the work and times it.
    pub(crate) fn run(&self, quick: bool) -> Row {
        println!("\n=== {}: {}", self.name, self.duty);
        let start = Instant::now();
        let mut checks = Checks {
            quick,
            ..Checks::default()
        };
        if let Err(why) = (self.work)(&mut checks) {
            checks.fail(why);
        }
        let time = start.elapsed();
        for failure in &checks.failures {
            println!("FAILED: {failure}");
        }
        for skip in &checks.skips {
            println!("skipped: {skip}");
        }
        println!("=== {} took {:.1} s", self.name, time.as_secs_f32());
        Row {
            name: self.name,
            checks,
            time,
        }
    }
}

/// Prints the table and the closing line; true when nothing failed.
pub(crate) fn report(rows: &[Row]) -> bool {
    let mut total = Tests::default();
    println!(
        "\n{:<10} {:>8} {:>7} {:>7} {:>8}",
        "stage", "seconds", "passed", "failed", "skipped"
    );
    for Row {
        name,
        checks: Checks { tally, .. },
        time,
    } in rows
    {
        println!(
            "{name:<10} {:>8.1} {:>7} {:>7} {:>8}",
            time.as_secs_f32(),
            tally.passed,
            tally.failed,
            tally.skipped
        );
        total.passed += tally.passed;
        total.failed += tally.failed;
        total.skipped += tally.skipped;
    }
    let time: Duration = rows.iter().map(|row| row.time).sum();
    println!("{:<10} {:>8.1}", "all", time.as_secs_f32());
    for row in rows {
        for failure in &row.checks.failures {
            println!("FAILED {}: {failure}", row.name);
        }
        for skip in &row.checks.skips {
            println!("skipped {}: {skip}", row.name);
        }
    }
    println!(
        "\n{} passed, {} failed, {} skipped",
        total.passed, total.failed, total.skipped
    );
    total.failed == 0 && total.passed > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_without_tests_counts_as_one() {
        let mut checks = Checks::default();
        checks.program(Program::new("true")).unwrap();
        checks.program(Program::new("false")).unwrap();
        assert_eq!(
            checks.tally,
            Tests {
                passed: 1,
                failed: 1,
                skipped: 0
            }
        );
        assert_eq!(checks.failures, ["false"]);
    }

    #[test]
    fn tests_count_one_by_one_and_a_crash_after_them_counts_too() {
        let mut checks = Checks::default();
        let tests = Tests {
            passed: 3,
            failed: 0,
            skipped: 1,
        };
        let line = "a harness".to_owned();
        checks.count(Ran {
            succeeded: false,
            tests,
            line,
        });
        assert_eq!(
            checks.tally,
            Tests {
                passed: 3,
                failed: 1,
                skipped: 1
            }
        );
    }

    #[test]
    fn nothing_run_is_no_success() {
        assert!(!report(&[]));
    }
}
