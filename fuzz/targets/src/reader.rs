//! What stands between a virtual card and its reader: the driver's messages, and the file of counters.

use std::io::{self, Cursor, Read, Write};

use mynacard_sim::{Counter, VirtualCard, vpcd};

use crate::virtual_card::card;

/// Messages beyond this length of input say nothing new; each signature takes its time.
const MOST: usize = 4096;

/// Whatever the driver sends, in whatever pieces it arrives: each message is acted on once and in its turn, every command has one
/// answer, and a connection that ends inside a message is an error. The first octet says how the bytes arrive.
pub(crate) fn link(data: &[u8]) {
    let Some((pieces, says)) = data.split_first() else {
        return;
    };
    let says = says.get(..MOST).unwrap_or(says);
    let mut driver = Driver {
        says: Cursor::new(says),
        hears: Vec::new(),
        most: usize::from(pieces & 0x0F),
        interrupts: pieces & 0x10 != 0,
        interrupted: false,
    };
    let (mut found, mut right) = (card(), card());
    let mut seen = Vec::new();
    let end = vpcd::serve(&mut found, &mut driver, |command, answer| {
        seen.push((command.to_vec(), answer.to_vec()));
        Ok(())
    });
    let expected = expected(&mut right, says);
    assert_eq!(end.is_ok(), expected.whole, "{end:?}");
    assert!(driver.hears == expected.hears, "other answers");
    assert!(seen == expected.seen, "other exchanges");
    assert_eq!(found.counters(), right.counters());
    assert_eq!(found.is_powered(), right.is_powered());
    assert_eq!(found.log(), right.log());
}

/// What must come of messages that are all there.
struct Expected {
    whole: bool,
    hears: Vec<u8>,
    seen: Vec<(Vec<u8>, Vec<u8>)>,
}

fn expected(card: &mut VirtualCard, mut says: &[u8]) -> Expected {
    let mut all = Expected {
        whole: false,
        hears: Vec::new(),
        seen: Vec::new(),
    };
    let mut answer = |body: &[u8]| {
        let length = u16::try_from(body.len()).expect("an answer is short");
        all.hears.extend(length.to_be_bytes());
        all.hears.extend(body);
    };
    while let Some((length, rest)) = says.split_first_chunk::<2>() {
        let Some((body, rest)) = rest.split_at_checked(u16::from_be_bytes(*length).into()) else {
            return all;
        };
        says = rest;
        match body {
            [] => {}
            [0x00] => card.power_off(),
            [0x01] => drop(card.power_on().to_vec()),
            [0x02] => card.warm_reset(),
            [0x04] => answer(card.atr()),
            [_] => {}
            command => {
                let given = card.transmit(command);
                all.seen.push((command.to_vec(), given.clone()));
                if given.is_empty() {
                    // Without power there is no card: the connection is given up, and that is no error.
                    all.whole = true;
                    return all;
                }
                answer(&given);
            }
        }
    }
    all.whole = says.is_empty();
    all
}

/// A driver that says what it was given, a few octets at a time.
struct Driver<'d> {
    says: Cursor<&'d [u8]>,
    hears: Vec<u8>,
    /// Octets at a time; 0 for as many as are asked for.
    most: usize,
    /// Whether every second call is interrupted.
    interrupts: bool,
    interrupted: bool,
}

impl Read for Driver<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.interrupted = self.interrupts && !self.interrupted;
        if self.interrupted {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let most = match self.most {
            0 => buffer.len(),
            most => most.min(buffer.len()),
        };
        self.says.read(buffer.get_mut(..most).unwrap_or_default())
    }
}

impl Write for Driver<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hears.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file of counters sets those that it names, none above its key's limit, or is refused and sets nothing; what is written is
/// read again.
pub(crate) fn counters(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (mut card, mut full) = (card(), card());
    for counter in Counter::ALL {
        card.set_tries(counter, 1);
        full.set_tries(counter, u8::MAX);
    }
    let before = card.clone();
    let outcome = card.set_counters(text);
    let after = card.counters();
    match outcome {
        Err(error) => {
            assert_eq!(after, before.counters(), "a refused file set something");
            let refused = text.lines().nth(error.line.wrapping_sub(1));
            assert!(
                refused.is_some_and(|line| named(line).is_none()),
                "line {} is right",
                error.line
            );
        }
        Ok(()) => {
            for counter in Counter::ALL {
                let last = text
                    .lines()
                    .filter_map(named)
                    .rfind(|(of, _)| *of == counter);
                let left = last.map_or(before.tries(counter), |(_, left)| {
                    left.min(full.tries(counter))
                });
                assert_eq!(card.tries(counter), left, "{}", counter.name());
            }
        }
    }
    let mut again = full;
    again.set_counters(&after).expect("what we write, we read");
    assert_eq!(again.counters(), after);
}

/// The counter that a line names, and how many tries; by another way than the card's.
fn named(line: &str) -> Option<(Counter, u8)> {
    let mut words = line.splitn(2, ' ');
    let (name, left) = (words.next()?, words.next()?);
    let counter = Counter::ALL.into_iter().find(|one| one.name() == name)?;
    let digits = left.strip_prefix('+').unwrap_or(left);
    let number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let value = digits.bytes().fold(0_u32, |value, digit| {
        (value * 10 + u32::from(digit.wrapping_sub(b'0'))).min(1000)
    });
    let value = u8::try_from(value).ok().filter(|_| number)?;
    Some((counter, value))
}
