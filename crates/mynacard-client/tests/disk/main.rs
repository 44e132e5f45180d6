//! Disk full, read-only, broken, the program killed, the power cut: at every call that vault, audit trail and folder exchange make to
//! the file system. After the restart the old or the new state is found, never a third.
//!
//! The calls are the real ones: strace lists them, and lets them fail or kill the program one by one.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing,
    unreachable_pub
)]

#[cfg(all(target_os = "linux", feature = "folder"))]
mod power;
#[cfg(all(target_os = "linux", feature = "folder"))]
mod strace;
#[cfg(all(target_os = "linux", feature = "folder"))]
mod works;

#[cfg(not(all(target_os = "linux", feature = "folder")))]
fn main() {
    eprintln!("disk: only on Linux, where strace is, and with the folder exchange");
}

#[cfg(all(target_os = "linux", feature = "folder"))]
fn main() {
    match std::env::var("MYNACARD_DISK_WORK") {
        Ok(work) => child(&work),
        Err(_) => parent(),
    }
}

/// Does one piece of work between two marks that strace sees.
#[cfg(all(target_os = "linux", feature = "folder"))]
fn child(name: &str) {
    let folder = std::env::var_os("MYNACARD_DISK_FOLDER").unwrap();
    let work = works::WORKS.iter().find(|work| work.name == name).unwrap();
    let mark = |name| drop(std::fs::File::open(name));
    mark(strace::BEGIN);
    let done = (work.run)(folder.as_ref());
    mark(strace::DONE);
    std::process::exit(if done { 0 } else { REPORTED });
}

/// What an eventfd is woken with: a number, one.
#[cfg(all(target_os = "linux", feature = "folder"))]
const WAKE_UP: &[u8] = &1_u64.to_ne_bytes();

/// How a child ends that reported a failure.
#[cfg(all(target_os = "linux", feature = "folder"))]
const REPORTED: i32 = 3;

#[cfg(all(target_os = "linux", feature = "folder"))]
fn parent() {
    use std::sync::Mutex;
    use works::WORKS;

    // The works have nothing in common, and most of the time goes by waiting for a child.
    let queue = Mutex::new(WORKS.iter());
    let counts = Mutex::new((0, 0));
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let Some(work) = queue.lock().unwrap().next() else {
                        break;
                    };
                    let (failing, cut) = (fail(work), power_cuts(work));
                    let mut counts = counts.lock().unwrap();
                    *counts = (counts.0 + failing, counts.1 + cut);
                }
            });
        }
    });
    let (failing, cut) = counts.into_inner().unwrap();
    eprintln!(
        "disk: {failing} failing or fatal calls, {cut} states after power cuts, no third state"
    );
    assert!(failing > 50 && cut > 20);
}

/// A folder in the work's old state.
#[cfg(all(target_os = "linux", feature = "folder"))]
fn fresh(work: &works::Work, scratch: &std::path::Path, name: &str) -> std::path::PathBuf {
    let folder = scratch.join(name);
    std::fs::create_dir(&folder).unwrap();
    (work.prepare)(&folder);
    folder
}

/// Lets each call of a piece of work fail, and the program be killed there; how many cases there were.
#[cfg(all(target_os = "linux", feature = "folder"))]
fn fail(work: &works::Work) -> usize {
    use strace::Fault;
    use works::Found;

    let errors: &[&str] = match std::env::var_os("MYNACARD_QUICK") {
        Some(_) => &["ENOSPC"],
        None => &["ENOSPC", "EROFS", "EIO"],
    };
    let faults: Vec<Fault> = errors
        .iter()
        .map(|error| Fault::Error(error))
        .chain([Fault::Lasting("ENOSPC"), Fault::Killed])
        .collect();
    let scratch = tempfile::tempdir().unwrap();
    let log = scratch.path().join("log");
    let calls = strace::record(work.name, &fresh(work, scratch.path(), "recorded"), &log);
    let mut failing = 0;
    for (at, call) in calls.iter().enumerate() {
        // Every kind of failure where a vault or an event is at stake; elsewhere a disk that is full or read-only.
        let all = work.name.starts_with("vault") || work.name == "audit-event";
        let common = |fault: &&Fault| !matches!(fault, Fault::Error("EIO"));
        // The crate that watches folders wakes its thread by a write to no file, which no disk fails and which it does not
        // survive; where all later writes fail, its wake-ups are among them.
        let watches = matches!(work.name, "face-begin" | "face-acknowledge");
        let wakes = call.name == "write" && call.string(0).as_deref() == Some(WAKE_UP);
        let possible = |fault: &&Fault| match fault {
            Fault::Error(_) => !wakes,
            Fault::Lasting(_) => !(watches && call.name == "write"),
            Fault::Killed => true,
        };
        for fault in faults
            .iter()
            .filter(|fault| (all || common(fault)) && possible(fault))
        {
            let case = format!("{}: call {at} ({}) {fault:?}", work.name, call.name);
            let folder = fresh(work, scratch.path(), &format!("{at}-{failing}"));
            let status = strace::with_fault(work.name, &folder, &log, call, *fault);
            match fault {
                Fault::Killed => assert_eq!(status.code(), None, "{case}: not killed"),
                Fault::Error(_) | Fault::Lasting(_) => {
                    let told = std::fs::read_to_string(&log).unwrap();
                    assert!(told.contains("(INJECTED)"), "{case}: no fault");
                }
            }
            let found = (work.judge)(&folder);
            match status.code() {
                Some(0) => assert_eq!(found, Found::New, "{case}: said to be done"),
                // Reported, or killed: either state, and the judge has seen that it is whole.
                Some(REPORTED) | None => {}
                other => panic!("{case}: ended with {other:?}"),
            }
            failing += 1;
        }
    }
    failing
}

/// Judges every state that a power cut may leave behind; how many there were.
#[cfg(all(target_os = "linux", feature = "folder"))]
fn power_cuts(work: &works::Work) -> usize {
    use works::Found;

    let scratch = tempfile::tempdir().unwrap();
    let folder = fresh(work, scratch.path(), "recorded");
    let before = contents(&folder);
    let calls = strace::record(work.name, &folder, &scratch.path().join("log"));
    assert!(calls.len() >= 4, "{}: {calls:?}", work.name);
    assert_eq!((work.judge)(&folder), Found::New, "{}", work.name);

    let (during, after) = power::worlds(&folder, &before, &calls);
    let mut seen = std::collections::BTreeSet::new();
    for (number, world) in during.iter().enumerate() {
        let folder = fresh(work, scratch.path(), &format!("world-{number}"));
        fill(&folder, &scratch.path().join("recorded"), world);
        let found = (work.judge)(&folder);
        seen.insert(found);
        if after.contains(world) {
            assert_eq!(
                found,
                Found::New,
                "{}: done, and lost by a power cut",
                work.name
            );
        }
    }
    assert_eq!(seen.len(), 2, "{}: old and new are both met", work.name);
    during.len()
}

/// Every file under a folder.
#[cfg(all(target_os = "linux", feature = "folder"))]
fn contents(folder: &std::path::Path) -> power::World {
    let mut world = power::World::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            world.extend(contents(&path));
        } else {
            world.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    world
}

/// Makes a folder what a world says; its folders stay.
#[cfg(all(target_os = "linux", feature = "folder"))]
fn fill(folder: &std::path::Path, recorded: &std::path::Path, world: &power::World) {
    for path in contents(folder).keys() {
        std::fs::remove_file(path).unwrap();
    }
    for (path, bytes) in world {
        let path = folder.join(path.strip_prefix(recorded).unwrap());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}
