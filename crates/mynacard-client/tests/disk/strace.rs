//! Runs this program as a child under strace: its calls as a list, or with the nth call of a name failing or fatal.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// The calls that change a file system, or that a change depends on.
const CALLS: &str = "openat,write,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,link,linkat,mkdir,mkdirat,ftruncate,flock,\
                     pwrite64,writev,pwritev,truncate,fallocate,rmdir,symlink,symlinkat";

/// The child opens a file of this name, which does not exist, where its work begins and where it is done.
pub const BEGIN: &str = "/work-begins-here";
pub const DONE: &str = "/work-is-done-here";

/// One call of the child's main thread.
#[derive(Debug, Clone)]
pub struct Call {
    pub name: String,
    /// The arguments as strace writes them, with strings in hexadecimal.
    pub arguments: String,
    pub result: i64,
    /// How many calls of this name there were before it in this thread, itself included.
    pub number: usize,
}

/// What happens instead of a call.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// This call fails.
    Error(&'static str),
    /// This call and every later one of its name fail.
    Lasting(&'static str),
    Killed,
}

/// Runs the child to its end; its calls between the two marks, and those before are counted.
pub fn record(work: &str, folder: &Path, log: &Path) -> Vec<Call> {
    let status = strace(work, folder, log, None);
    assert!(status.success(), "{work}: {status}");
    let text = std::fs::read_to_string(log).unwrap();
    let main = text.split(' ').next().unwrap();
    let mut counts = std::collections::BTreeMap::<String, usize>::new();
    let mut calls: Vec<Call> = text
        .lines()
        .filter_map(|line| parse(line.strip_prefix(main)?.trim_start()))
        .map(|mut call| {
            let count = counts.entry(call.name.clone()).or_default();
            *count += 1;
            call.number = *count;
            call
        })
        .collect();
    let at = |calls: &[Call], mark: &str| {
        let is = |call: &Call| {
            call.name == "openat" && call.string(0).as_deref() == Some(mark.as_bytes())
        };
        calls
            .iter()
            .position(is)
            .unwrap_or_else(|| panic!("{work}: no {mark}"))
    };
    let done = at(&calls, DONE);
    calls.truncate(done);
    calls.split_off(at(&calls, BEGIN) + 1)
}

/// Runs the child with a fault at the nth call of a name.
pub fn with_fault(work: &str, folder: &Path, log: &Path, call: &Call, fault: Fault) -> ExitStatus {
    let how = match fault {
        Fault::Error(error) | Fault::Lasting(error) => format!("error={error}"),
        Fault::Killed => "signal=KILL".to_owned(),
    };
    let more = if matches!(fault, Fault::Lasting(_)) {
        "+"
    } else {
        ""
    };
    let inject = format!("inject={}:{how}:when={}{more}", call.name, call.number);
    strace(work, folder, log, Some(&inject))
}

fn strace(work: &str, folder: &Path, log: &Path, inject: Option<&str>) -> ExitStatus {
    let mut program = Command::new("strace");
    program.args([
        "-f",
        "-qq",
        "-xx",
        "-s",
        "1048576",
        "-e",
        &format!("trace={CALLS}"),
    ]);
    if let Some(inject) = inject {
        program.args(["-e", inject]);
    }
    program
        .arg("-o")
        .arg(log)
        .arg(std::env::current_exe().unwrap())
        .env("MYNACARD_DISK_WORK", work)
        .env("MYNACARD_DISK_FOLDER", folder)
        // Where the address sanitizer is in: a process that is traced already cannot be searched for leaks.
        .env("ASAN_OPTIONS", "detect_leaks=0:detect_odr_violation=0")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("strace is installed")
}

/// `name(arguments) = result…`; anything else (a signal, an unfinished call) is no call.
fn parse(line: &str) -> Option<Call> {
    let (name, rest) = line.split_once('(')?;
    let (arguments, result) = rest.rsplit_once(" = ")?;
    let arguments = arguments.trim_end().strip_suffix(')')?;
    Some(Call {
        name: name.to_owned(),
        arguments: arguments.to_owned(),
        result: result.split(' ').next()?.parse().ok()?,
        number: 0,
    })
}

impl Call {
    /// The nth string among the arguments.
    pub fn string(&self, n: usize) -> Option<Vec<u8>> {
        let text = self.arguments.split('"').nth(2 * n + 1)?;
        text.split("\\x")
            .skip(1)
            .map(|byte| u8::from_str_radix(byte, 16).ok())
            .collect()
    }

    pub fn path(&self, n: usize) -> Option<PathBuf> {
        Some(PathBuf::from(String::from_utf8(self.string(n)?).ok()?))
    }

    /// The file descriptor that comes first.
    pub fn descriptor(&self) -> Option<i64> {
        self.arguments.split(',').next()?.trim().parse().ok()
    }

    pub fn says(&self, word: &str) -> bool {
        self.arguments.contains(word)
    }
}
