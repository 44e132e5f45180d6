//! Searches the writable memory of this process for secrets.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing
)]

use std::fs::File;
use std::hint::black_box;
use std::io::Read;
use std::os::unix::fs::FileExt;
use zeroize::{Zeroize, Zeroizing};

/// Secrets are kept with every bit turned, so that neither a test nor the search holds a copy of one.
const TURN: u8 = 0xFF;

/// Empty pages are most of a stack, and are skipped.
const PAGE: usize = 4096;

/// Something that must not be left in memory.
pub struct Secret {
    pub name: &'static str,
    pub turned: &'static [u8],
}

/// Turned while compiling: the plain bytes reach no memory of the program that runs.
pub const fn turned<const N: usize>(plain: &[u8; N]) -> [u8; N] {
    let mut turned = *plain;
    let mut at = 0;
    while at < N {
        turned[at] ^= TURN;
        at += 1;
    }
    turned
}

/// What the holder types, in a buffer that is wiped.
pub fn typed(turned: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut typed = Zeroizing::new(Vec::with_capacity(turned.len()));
    for byte in black_box(turned) {
        typed.push(byte ^ TURN);
    }
    typed
}

/// How often each secret stands in writable memory: heap, static data, and the stacks with what is dead on them.
pub fn found(secrets: &[Secret]) -> Vec<usize> {
    let mut first = [0_u32; 256];
    for (at, secret) in secrets.iter().enumerate() {
        first[usize::from(secret.turned[0] ^ TURN)] |= 1 << at;
    }
    let longest = secrets.iter().map(|secret| secret.turned.len()).max();
    let memory = File::open("/proc/self/mem").unwrap();
    let mut hits = vec![0; secrets.len()];
    let (mut piece, zeros) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    for (start, end) in writable() {
        let mut at = start;
        while at < end {
            // Pages that cannot be read (guards, devices) hold nothing of ours.
            let Ok(read @ 1..) = memory.read_at(&mut piece, at) else {
                break;
            };
            let read = read.min(usize::try_from(end - at).unwrap());
            // The next piece overlaps this one, so that nothing hides on the border.
            let overlap = longest.unwrap() - 1;
            for from in (0..read).step_by(PAGE) {
                let to = (from + PAGE + overlap).min(read);
                if piece[from..to] != zeros[from..to] {
                    search(&piece[from..to], secrets, &first, &mut hits);
                }
            }
            at += u64::try_from(read.saturating_sub(overlap).max(1)).unwrap();
        }
        piece.fill(0);
    }
    hits
}

/// Counts the secrets that begin within the first page.
fn search(piece: &[u8], secrets: &[Secret], first: &[u32; 256], hits: &mut [usize]) {
    let end = piece.len().min(PAGE);
    let mut at = 0;
    // An iterator would take ten times as long where nothing is optimised.
    while at < end {
        let candidates = first[piece[at] as usize];
        if candidates != 0 {
            for (number, secret) in secrets.iter().enumerate() {
                if candidates & 1 << number != 0 && begins(&piece[at..], secret.turned) {
                    hits[number] += 1;
                }
            }
        }
        at += 1;
    }
}

fn begins(bytes: &[u8], turned: &[u8]) -> bool {
    let same = |(byte, turned): (&u8, &u8)| byte ^ turned == TURN;
    bytes.len() >= turned.len() && bytes.iter().zip(turned).all(same)
}

/// Where writable memory lies. The text that says so is full of digits and is wiped before anything is searched.
fn writable() -> Vec<(u64, u64)> {
    let mut text = Vec::with_capacity(1 << 18);
    let mut maps = File::open("/proc/self/maps").unwrap();
    let mut piece = [0; 1024];
    loop {
        let read = maps.read(&mut piece).unwrap();
        if read == 0 {
            break;
        }
        assert!(text.len() + read <= text.capacity(), "no copy by growing");
        text.extend_from_slice(&piece[..read]);
    }
    piece.zeroize();
    let mut found = Vec::new();
    for line in text.split(|byte| *byte == b'\n') {
        let mut words = line.split(|byte| *byte == b' ');
        let (Some(range), Some(mode)) = (words.next(), words.next()) else {
            continue;
        };
        if mode.starts_with(b"rw") {
            let mut ends = range.split(|byte| *byte == b'-').map(number);
            found.push((ends.next().unwrap(), ends.next().unwrap()));
        }
    }
    text.zeroize();
    found
}

fn number(hexadecimal: &[u8]) -> u64 {
    hexadecimal.iter().fold(0, |number, digit| {
        number << 4 | u64::from(char::from(*digit).to_digit(16).unwrap())
    })
}

/// Runs something deep on the stack, so that the search, which runs higher up, does not overwrite what it leaves there.
#[inline(never)]
pub fn deep<R>(run: impl FnOnce() -> R) -> R {
    let room = [0_u8; 1 << 16];
    black_box(&room);
    run()
}

/// Overwrites what [`deep`] left on the stack.
#[inline(never)]
pub fn scrub() {
    let room = [0_u8; 1 << 18];
    black_box(&room);
}
