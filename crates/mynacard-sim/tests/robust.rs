//! Whatever bytes a program sends: two bytes of status come back, nothing panics, and no shut door opens.

use mynacard_sim::{Counter, VirtualCard, person};

mod support;
use support::{day, hex};

/// A fixed sequence of numbers without pattern: a failure repeats.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u8 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0.to_be_bytes()[0]
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::from(u16::from_be_bytes([self.next(), self.next()])) % bound
    }
}

const KNOWN: [&str; 14] = [
    "00A4040C0AD392F000260100000001",
    "00A4040C0AD3921000310001010408",
    "00A4040C0AD3921000310001010402",
    "00A4040C0AD3921000310001010100",
    "00A4020C02000A",
    "00A4020C020016",
    "00B08A00000000",
    "00B0810000",
    "00B0820000",
    "00B2010C00",
    "00200098",
    "0084000010",
    "802A00970401020304 00",
    "80A200C10101",
];

#[test]
fn noise_is_answered_and_opens_nothing() {
    let mut noise = Noise(7);
    let fresh = VirtualCard::new(person("kyokai-self").expect("listed"), day());
    for _ in 0..40 {
        let mut card = fresh.clone();
        card.power_on();
        for _ in 0..500 {
            let mut command = if noise.next() < 100 {
                (0..noise.below(40)).map(|_| noise.next()).collect()
            } else {
                hex(KNOWN[noise.below(KNOWN.len())])
            };
            for _ in 0..noise.below(3) {
                if command.is_empty() {
                    break;
                }
                let at = noise.below(command.len());
                match noise.below(3) {
                    0 => command[at] = noise.next(),
                    1 => command.truncate(at),
                    _ => command.insert(at, noise.next()),
                }
            }
            let answer = card.transmit(&command);
            assert!((2..=65_538).contains(&answer.len()), "{command:02X?}");
            assert!(
                !card.is_anything_verified(),
                "{command:02X?} verified something"
            );
        }
        assert_eq!(card.exchanges(), 500);
    }
}

#[test]
fn each_counter_falls_by_its_own_wrong_entries_only() {
    let mut card = VirtualCard::new(person("kyokai-self").expect("listed"), day());
    card.power_on();
    let before: Vec<u8> = Counter::ALL
        .iter()
        .map(|counter| card.tries(*counter))
        .collect();
    card.transmit(&hex("00A4040C0AD3921000310001010408"));
    card.transmit(&hex("002000950430303030"));
    let after: Vec<u8> = Counter::ALL
        .iter()
        .map(|counter| card.tries(*counter))
        .collect();
    let moved: Vec<_> = Counter::ALL
        .iter()
        .zip(before.iter().zip(&after))
        .filter(|(_, (was, is))| was != is)
        .collect();
    assert_eq!(moved.len(), 1);
    assert_eq!(*moved[0].0, Counter::InputSupportB);
    assert_eq!(card.tries(Counter::InputSupportB), 9);
}

/// A file of counters may say anything.
#[test]
fn no_counter_is_set_above_what_its_key_has() {
    let mut card = VirtualCard::new(person("kyokai-self").expect("listed"), day());
    for counter in Counter::ALL {
        let most = card.tries(counter);
        assert!((1..=10).contains(&most), "{counter:?}");
        for (set, found) in [(u8::MAX, most), (1, 1), (0, 0), (most + 1, most)] {
            card.set_tries(counter, set);
            assert_eq!(card.tries(counter), found, "{counter:?} set to {set}");
        }
    }
}
