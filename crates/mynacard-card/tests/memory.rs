//! After every path of a dialogue, no PIN, password, number or frame that carried one is left in the memory of this process.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

#[path = "support/memory.rs"]
mod memory;

use std::cell::Cell;
use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};

use memory::{Secret, deep, found, scrub, turned, typed};
use mynacard_card::app::card_face::CardFace;
use mynacard_card::app::input_support::InputSupport;
use mynacard_card::app::jpki::{CounterPolicy, Jpki, Options};
use mynacard_card::{
    BirthDate, Command, Delivery, End, Error, Limits, NumberB, Pin, PinEntry, Response,
    SignaturePassword, StatusWord, Transport, TransportError, TransportErrorKind,
};
use zeroize::{Zeroize, Zeroizing};

const PIN: [u8; 4] = turned(b"8053");
const NEW_PIN: [u8; 4] = turned(b"9164");
const PASSWORD: [u8; 16] = turned(b"QZX7WVK3JH9YP5MB");
const NEW_PASSWORD: [u8; 16] = turned(b"M4TQ9ZK2XW8RJ6YB");
const FORM_PIN: [u8; 4] = turned(b"7308");
const NEW_FORM_PIN: [u8; 4] = turned(b"6295");
const CODE: [u8; 4] = turned(b"3946");
/// What stands for the hash of a My Number (DF31), and SHA-256 of it with the [`SIGNED`] one behind it, headers included.
const NUMBER_HASH: [u8; 32] =
    turned(b"\x51\x76\x9B\xC0\xE5\x0A\x2F\x54\x79\x9E\xC3\xE8\x0D\x32\x57\x7C\xA1\xC6\xEB\x10\x35\x5A\x7F\xA4\xC9\xEE\x13\x38\x5D\x82\xA7\xCC");
const SIGNED_HASH: [u8; 32] =
    turned(b"\xBB\x1E\xAD\x2C\x82\x94\x2D\x27\xB4\x4E\x44\xEC\xED\x36\x69\x21\xDC\xCC\x0E\xEE\x2B\x9C\xA3\x8D\x97\x41\xE7\x97\xE8\x77\x92\x46");

/// The digest of the attributes (DF32).
const SIGNED: &[u8; 32] =
    b"\xCC\xBC\xC7\x80\xCE\x38\x1D\x17\xD2\x28\x87\x17\xA6\xB7\xC7\xD6\x10\x49\xAA\xD6\xED\x19\x6E\xEF\x94\xD0\x96\x50\x73\xA6\xDC\x27";

/// The characters wherever they stand, and the frames that carried the short ones (without CLA: zeros are everywhere).
const SECRETS: &[Secret] = &[
    Secret {
        name: "authentication PIN",
        turned: &PIN,
    },
    Secret {
        name: "new authentication PIN",
        turned: &NEW_PIN,
    },
    Secret {
        name: "signature password of 16 characters",
        turned: &PASSWORD,
    },
    Secret {
        name: "new signature password of 16 characters",
        turned: &NEW_PASSWORD,
    },
    Secret {
        name: "input-support PIN",
        turned: &FORM_PIN,
    },
    Secret {
        name: "new input-support PIN",
        turned: &NEW_FORM_PIN,
    },
    Secret {
        name: "number B",
        turned: &turned(b"61092820373946"),
    },
    Secret {
        name: "birth date as a key",
        turned: &turned(b"610928"),
    },
    Secret {
        name: "security code",
        turned: &CODE,
    },
    Secret {
        name: "VERIFY frame",
        turned: &turned(b"\x20\x00\x98\x048053"),
    },
    Secret {
        name: "CHANGE REFERENCE DATA frame",
        turned: &turned(b"\x24\x01\x80\x049164"),
    },
    Secret {
        name: "VERIFY frame of the input support",
        turned: &turned(b"\x20\x00\x91\x047308"),
    },
    Secret {
        name: "VERIFY frame of the birth date",
        turned: &turned(b"\x20\x00\x91\x06610928"),
    },
    Secret {
        name: "hash of the My Number",
        turned: &NUMBER_HASH,
    },
    Secret {
        name: "digest that the hash of the My Number went into",
        turned: &SIGNED_HASH,
    },
];

/// What becomes of a command that carries a secret.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Accepted,
    /// `63C2`
    Wrong,
    /// `6984`
    Blocked,
    /// `6F00`
    Undiagnosed,
    /// One byte.
    Truncated,
    /// The command itself, as from a broken reader.
    Echoed,
    /// The card acted, the answer is lost.
    Lost,
    /// Nothing was sent.
    Unsent,
    /// The transport panics with the frame in its hands.
    Panic,
}

const FATES: [Fate; 9] = [
    Fate::Accepted,
    Fate::Wrong,
    Fate::Blocked,
    Fate::Undiagnosed,
    Fate::Truncated,
    Fate::Echoed,
    Fate::Lost,
    Fate::Unsent,
    Fate::Panic,
];

/// A reader that keeps nothing, unless it is the counter-example.
struct Reader {
    verify: Fate,
    change: Fate,
    left: u8,
    kept: Option<Vec<u8>>,
}

impl Reader {
    fn new(verify: Fate, change: Fate) -> Self {
        Reader {
            verify,
            change,
            left: 3,
            kept: None,
        }
    }
}

impl Reader {
    /// The two files of the input support that one function reads together; every other one is empty.
    fn read(&mut self, frame: &[u8], response: &mut Response) -> Result<(), TransportError> {
        let answer = Zeroizing::new(match frame[2] {
            0x82 => [
                &b"\xFF\x20\x1A\xDF\x21\x00\xDF\x22\x01N\xDF\x23\x01A"[..],
                b"\xDF\x24\x0819860928\xDF\x25\x012\xFF\xFF\x90\x00",
            ]
            .concat(),
            0x83 => [
                &b"\xFF\x30\x4D\xDF\x31\x20"[..],
                &typed(&NUMBER_HASH),
                b"\xDF\x32\x20",
                SIGNED,
                b"\xDF\x33\x04SIGN\x90\x00",
            ]
            .concat(),
            _ => return response.set(&[0x90, 0x00]),
        });
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(&answer);
            kept.extend_from_slice(&typed(&SIGNED_HASH));
        }
        response.set(&answer)
    }
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
        let fate = match (frame[1], frame.len()) {
            (0x20, 4) => return response.set(&[0x63, 0xC0 | self.left]),
            (0x20, _) => self.verify,
            (0x24, _) => self.change,
            (0xB0, _) => return self.read(&frame, response),
            (0x2A, _) => return response.set(&[&[1; 256][..], &[0x90, 0x00]].concat()),
            _ => return response.set(&[0x90, 0x00]),
        };
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(&frame);
        }
        let gone = |delivery| {
            Err(TransportError::new(
                TransportErrorKind::CardRemoved,
                delivery,
            ))
        };
        match fate {
            Fate::Accepted => response.set(&[0x90, 0x00]),
            Fate::Wrong => response.set(&[0x63, 0xC2]),
            Fate::Blocked => response.set(&[0x69, 0x84]),
            Fate::Undiagnosed => response.set(&[0x6F, 0x00]),
            Fate::Truncated => response.set(&[0x90]),
            Fate::Echoed => response.set(&frame),
            Fate::Lost => gone(Delivery::Unknown),
            Fate::Unsent => gone(Delivery::NotSent),
            Fate::Panic => panic!("a transport's own bug"),
        }
    }

    /// A pad sends the PIN itself: there is nothing of it here.
    fn enter_pin(&mut self, _request: &PinEntry) -> Result<StatusWord, TransportError> {
        let mut response = Response::new();
        let template = Command::new(0x00, 0x20, 0x00, 0x98);
        self.exchange(&template, &mut response)?;
        Ok(match self.verify {
            Fate::Accepted => StatusWord::Success,
            _ => response.status(),
        })
    }

    fn end(&mut self, _how: End) {}
}

fn pin(digits: &[u8]) -> Result<Pin, Error> {
    Pin::new(&typed(digits))
}

fn birth() -> Result<BirthDate, Error> {
    BirthDate::gregorian(1986, 9, 28)
}

fn number_b() -> Result<NumberB, Error> {
    NumberB::from_card(&birth()?, 2037, &typed(&CODE))
}

/// One path with its own name: the dialogue lives until the closure has looked.
type Path = fn(&mut Reader, Options, &mut dyn FnMut());

const PATHS: [(&str, Path); 9] = [
    ("PIN, signature, change", |reader, options, look| {
        let mut jpki = Jpki::open(reader, options).unwrap();
        if let Ok(mut verified) = jpki.verify(pin(&PIN).unwrap()) {
            let _ = verified.sign(b"message");
            let _ = verified.change_pin(pin(&NEW_PIN).unwrap());
        }
        look();
    }),
    ("password, signature, change", |reader, options, look| {
        let mut jpki = Jpki::open(reader, options).unwrap();
        let password = |turned| SignaturePassword::new(&typed(turned)).ok().unwrap();
        if let Ok(mut verified) = jpki.signature_verify(password(&PASSWORD)) {
            let _ = verified.sign(b"message");
            let _ = verified.change_password(password(&NEW_PASSWORD));
        }
        look();
    }),
    ("input support, change", |reader, options, look| {
        let mut app = InputSupport::open(reader, options).unwrap();
        if let Ok(mut opened) = app.verify(pin(&FORM_PIN).unwrap()) {
            let _ = opened.change_pin(pin(&NEW_FORM_PIN).unwrap());
        }
        look();
    }),
    ("attributes and their signature", |reader, options, look| {
        let mut app = InputSupport::open(reader, options).unwrap();
        if let Ok(mut opened) = app.verify(pin(&FORM_PIN).unwrap()) {
            let attributes = opened.verified_attributes(|digest, _| {
                assert!(typed(&SIGNED_HASH)[..] == digest[..]);
                true
            });
            drop(attributes.unwrap());
            let error = opened.verified_attributes(|_, _| false).unwrap_err();
            assert_eq!(error.code(), "MC-1026");
        }
        look();
    }),
    ("input support by number B", |reader, options, look| {
        let mut app = InputSupport::open(reader, options).unwrap();
        let _ = app.verify_number_b(number_b().unwrap());
        look();
    }),
    ("card face by number B", |reader, options, look| {
        let mut app = CardFace::open(reader, options).unwrap();
        let _ = app.verify_number_b(number_b().unwrap());
        look();
    }),
    ("age by birth date", |reader, options, look| {
        let mut app = CardFace::open(reader, options).unwrap();
        let _ = app.verify_birth_date(birth().unwrap());
        look();
    }),
    ("pad", |reader, options, look| {
        let mut jpki = Jpki::open(reader, options).unwrap();
        let _ = jpki.verify_on_pin_pad();
        look();
    }),
    ("typed and abandoned", |reader, options, look| {
        // Everything was typed, and the holder takes the card away before anything is sent.
        let (first, second) = (pin(&PIN).unwrap(), pin(&FORM_PIN).unwrap());
        let password = SignaturePassword::new(&typed(&PASSWORD)).ok().unwrap();
        let number = number_b().unwrap();
        let jpki = Jpki::open(reader, options).unwrap();
        drop((first, second, password, number, jpki));
        // Malformed ones are wiped no less: one character too many.
        let over = [&PASSWORD[..], &[0xBE]].concat();
        assert!(SignaturePassword::new(&typed(&over)).is_err());
        assert!(Pin::new(&typed(&over[..5])).is_err());
        assert!(NumberB::from_card(&birth().unwrap(), 99, &typed(&CODE)).is_err());
        look();
    }),
];

#[track_caller]
fn assert_clean(baseline: &[usize], case: &str) {
    for ((hits, before), secret) in found(SECRETS).iter().zip(baseline).zip(SECRETS) {
        assert!(hits <= before, "{case}: {hits} times the {}", secret.name);
    }
}

/// One test, so that no other one's secrets are in this process.
#[test]
fn no_secret_is_left_in_memory() {
    // The expected panics say nothing: their text would be one more place to search.
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = catch_unwind(scan_every_path);
    let _ = std::panic::take_hook();
    if let Err(cause) = outcome {
        std::panic::resume_unwind(match cause.downcast_ref::<String>() {
            Some(text) => {
                println!("{text}");
                cause
            }
            None => cause,
        });
    }
}

fn scan_every_path() {
    // Four digits may stand somewhere by chance; what is longer may not.
    let baseline = found(SECRETS);
    for (hits, secret) in baseline.iter().zip(SECRETS) {
        assert!(*hits == 0 || secret.turned.len() == 4, "{}", secret.name);
    }
    let (mut paths, looks) = (0, Cell::new(0));
    for (name, path) in PATHS {
        for (verify, change) in FATES
            .map(|fate| (fate, Fate::Accepted))
            .into_iter()
            .chain(FATES[1..].iter().map(|fate| (Fate::Accepted, *fate)))
        {
            if change != Fate::Accepted && !name.ends_with("change") {
                continue;
            }
            let options = match verify {
                Fate::Accepted | Fate::Blocked => Options::new().with_counter(CounterPolicy::Skip),
                _ => Options::new(),
            };
            let case = format!("{name}, {verify:?}, {change:?}");
            let mut reader = Reader::new(verify, change);
            let dialogue = AssertUnwindSafe(|| {
                deep(|| {
                    path(&mut reader, options, &mut || {
                        looks.set(looks.get() + 1);
                        assert_clean(&baseline, &format!("{case}, the dialogue still lives"));
                    });
                });
            });
            let ended = catch_unwind(dialogue);
            let panics = verify == Fate::Panic || change == Fate::Panic;
            match ended {
                Err(cause) if !panics => std::panic::resume_unwind(cause),
                _ => assert_clean(&baseline, &case),
            }
            paths += 1;
        }
        for left in [0, 1] {
            let mut reader = Reader::new(Fate::Accepted, Fate::Accepted);
            reader.left = left;
            deep(|| path(&mut reader, Options::new(), &mut || {}));
            assert_clean(&baseline, &format!("{name}, {left} tries left"));
            paths += 1;
        }
    }
    println!(
        "{paths} paths, {} of them also before their end",
        looks.get()
    );
    assert_eq!(paths, 9 * 11 + 3 * 8);
    assert!(looks.get() > 80, "{looks:?}");
    leaks_are_found(&baseline);
}

/// What the scan is worth: it finds a reader that keeps frames, and a copy that is dead on the stack.
fn leaks_are_found(baseline: &[usize]) {
    let mut reader = Reader::new(Fate::Accepted, Fate::Accepted);
    reader.kept = Some(Vec::with_capacity(1024));
    for (_, path) in PATHS {
        deep(|| path(&mut reader, Options::new(), &mut || {}));
    }
    for ((hits, before), secret) in found(SECRETS).iter().zip(baseline).zip(SECRETS) {
        assert!(hits > before, "the scan does not see the {}", secret.name);
    }
    reader.kept.as_mut().unwrap().zeroize();
    scrub();
    assert_clean(baseline, "after the counter-example");

    deep(|| {
        let mut copy = [0; 16];
        copy.copy_from_slice(&typed(&PASSWORD));
        black_box(&copy);
    });
    assert!(found(SECRETS)[2] > 0, "a dead copy on the stack is seen");
    scrub();
    assert_clean(baseline, "after the stack was overwritten");
}
