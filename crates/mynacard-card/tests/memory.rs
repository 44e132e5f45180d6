//! After every path of a dialogue, no PIN, password or VERIFY frame is left in the memory of this process.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use mynacard_card::app::jpki::{CounterPolicy, Jpki, Options};
use mynacard_card::{
    Command, Delivery, End, Limits, Pin, Response, SignaturePassword, Transport, TransportError,
    TransportErrorKind,
};
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use zeroize::Zeroizing;

/// Secrets are written here with every bit turned, so that this file and the search hold no copy of them.
const TURN: u8 = 0xFF;

/// `QZX7WVK3JH9YP5MB`, turned.
const PASSWORD: [u8; 16] = [
    0xAE, 0xA5, 0xA7, 0xC8, 0xA8, 0xA9, 0xB4, 0xCC, 0xB5, 0xB7, 0xC6, 0xA6, 0xAF, 0xCA, 0xB2, 0xBD,
];
/// A VERIFY with the PIN `8053`, turned.
const VERIFY: [u8; 9] = [0xFF, 0xDF, 0xFF, 0x67, 0xFB, 0xC7, 0xCF, 0xCA, 0xCC];

/// What the holder types, in a buffer that is wiped.
fn typed(turned: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut typed = Zeroizing::new(Vec::with_capacity(turned.len()));
    for byte in turned {
        typed.push(byte ^ TURN);
    }
    typed
}

/// How often a secret stands in writable memory.
fn found(turned: &[u8]) -> usize {
    let memory = File::open("/proc/self/mem").unwrap();
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let mut hits = 0;
    let mut piece = vec![0; 1 << 16];
    for line in maps.lines().filter(|line| {
        line.split(' ')
            .nth(1)
            .is_some_and(|mode| mode.starts_with("rw"))
    }) {
        let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let (mut at, end) = (
            u64::from_str_radix(start, 16).unwrap(),
            u64::from_str_radix(end, 16).unwrap(),
        );
        while at < end {
            // Pages that cannot be read (guards, devices) hold nothing of ours.
            let Ok(read @ 1..) = memory.read_at(&mut piece, at) else {
                break;
            };
            let read = read.min(usize::try_from(end - at).unwrap());
            let same = |window: &&[u8]| {
                window
                    .iter()
                    .zip(turned)
                    .all(|(byte, turned)| byte ^ turned == TURN)
            };
            hits += piece[..read].windows(turned.len()).filter(same).count();
            at += u64::try_from(read.saturating_sub(turned.len() - 1).max(1)).unwrap();
        }
        piece.fill(0);
    }
    hits
}

/// A reader that keeps nothing; `verify` is what it makes of a VERIFY or a change.
struct Reader {
    verify: fn(&mut Response) -> Result<(), TransportError>,
    left: u8,
}

impl Transport for Reader {
    fn begin(&mut self) -> Result<(), TransportError> {
        Ok(())
    }
    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        let frame = command.encode_within(Limits::SHORT)?;
        match (frame[1], frame.len()) {
            (0x20, 4) => response.set(&[0x63, 0xC0 | self.left]),
            (0x20 | 0x24, _) => (self.verify)(response),
            (0x2A, _) => response.set(&[&[1; 256][..], &[0x90, 0x00]].concat()),
            _ => response.set(&[0x90, 0x00]),
        }
    }
    fn end(&mut self, _how: End) {}
}

#[inline(never)]
fn path(verify: fn(&mut Response) -> Result<(), TransportError>, left: u8, counter: CounterPolicy) {
    let options = Options::new().with_counter(counter);
    let mut reader = Reader { verify, left };
    let mut jpki = Jpki::open(&mut reader, options).unwrap();
    let pin = || Pin::new(&typed(&VERIFY[5..])).ok().unwrap();
    let password = || SignaturePassword::new(&typed(&PASSWORD)).ok().unwrap();
    if let Ok(mut verified) = jpki.verify(pin()) {
        verified.sign(b"message").unwrap();
        verified.change_pin(pin()).unwrap();
    }
    drop(jpki);
    let mut jpki = Jpki::open(&mut reader, options).unwrap();
    if let Ok(mut verified) = jpki.signature_verify(password()) {
        verified.sign(b"message").unwrap();
        verified.change_password(password()).unwrap();
    }
}

#[test]
fn no_secret_is_left_in_memory() {
    // The search finds what is there.
    let kept = typed(&PASSWORD);
    assert!(found(&PASSWORD) >= 1);
    drop(kept);

    let lost = |_: &mut Response| {
        Err(TransportError::new(
            TransportErrorKind::CardRemoved,
            Delivery::Unknown,
        ))
    };
    let unsent = |_: &mut Response| {
        Err(TransportError::new(
            TransportErrorKind::CardRemoved,
            Delivery::NotSent,
        ))
    };
    path(
        |response| response.set(&[0x90, 0x00]),
        3,
        CounterPolicy::READ_FIRST,
    );
    path(
        |response| response.set(&[0x90, 0x00]),
        3,
        CounterPolicy::Skip,
    );
    path(
        |response| response.set(&[0x63, 0xC2]),
        3,
        CounterPolicy::READ_FIRST,
    );
    path(
        |response| response.set(&[0x69, 0x84]),
        3,
        CounterPolicy::Skip,
    );
    path(
        |response| response.set(&[0x6F, 0x00]),
        3,
        CounterPolicy::READ_FIRST,
    );
    path(
        |response| response.set(&[0x90]),
        3,
        CounterPolicy::READ_FIRST,
    );
    path(lost, 3, CounterPolicy::READ_FIRST);
    path(unsent, 3, CounterPolicy::READ_FIRST);
    path(
        |response| response.set(&[0x90, 0x00]),
        1,
        CounterPolicy::READ_FIRST,
    );
    path(
        |response| response.set(&[0x90, 0x00]),
        0,
        CounterPolicy::READ_FIRST,
    );
    // Malformed ones are wiped no less: one character too many.
    assert!(Pin::new(&typed(&VERIFY[4..])).is_err());
    assert!(SignaturePassword::new(&typed(&[&PASSWORD[..], &[0xBE]].concat())).is_err());

    assert_eq!((found(&PASSWORD), found(&VERIFY)), (0, 0));
}
