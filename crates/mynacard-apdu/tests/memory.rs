//! The adapter's buffers hold no PIN behind a command, whatever the handler made of it.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../../mynacard-card/tests/support/memory.rs"]
mod memory;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use apdu::core::{HandleError, HandlerInCtx};
use memory::{Secret, deep, found, turned, typed};
use mynacard_apdu::HandlerTransport;
use mynacard_card::app::jpki::{CounterPolicy, Jpki, Options};
use mynacard_card::{Pin, SignaturePassword};
use zeroize::Zeroize;

const PIN: [u8; 4] = turned(b"8053");
const NEW_PIN: [u8; 4] = turned(b"9164");
const PASSWORD: [u8; 16] = turned(b"QZX7WVK3JH9YP5MB");

const SECRETS: &[Secret] = &[
    Secret {
        name: "PIN",
        turned: &PIN,
    },
    Secret {
        name: "new PIN",
        turned: &NEW_PIN,
    },
    Secret {
        name: "password",
        turned: &PASSWORD,
    },
];

/// What a handler makes of a command with a secret; all but the last write it into the buffer for the answer first, as a
/// handler does that works in one buffer.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Accepted,
    Echoed,
    Short,
    NotEnoughBuffer,
    Failed,
    Lied,
    Panic,
    Kept,
}

struct Handler {
    fate: Fate,
    kept: RefCell<Vec<u8>>,
}

impl HandlerInCtx<()> for Handler {
    fn handle_in_ctx(&self, _: (), command: &[u8], response: &mut [u8]) -> apdu::core::Result {
        let secret = matches!(command[1], 0x20 | 0x24) && command.len() > 5;
        response[..command.len()].copy_from_slice(command);
        let word = |response: &mut [u8]| {
            response[..2].copy_from_slice(&[0x90, 0x00]);
            Ok(2)
        };
        match self.fate {
            _ if command[1] == 0x2A => {
                response[..258].fill(1);
                response[256..258].copy_from_slice(&[0x90, 0x00]);
                Ok(258)
            }
            Fate::Echoed if secret => Ok(command.len()),
            Fate::Short if secret => Ok(1),
            Fate::NotEnoughBuffer if secret => Err(HandleError::NotEnoughBuffer(100_000)),
            Fate::Failed if secret => Err(HandleError::Nfc(Box::new("the tag was lost"))),
            Fate::Lied if secret => Ok(response.len() + 1),
            Fate::Panic if secret => panic!("a handler's own bug"),
            Fate::Kept if secret => {
                self.kept.borrow_mut().extend_from_slice(command);
                word(response)
            }
            _ => word(response),
        }
    }
}

#[test]
fn no_secret_is_left_in_the_adapter() {
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = catch_unwind(scan);
    let _ = std::panic::take_hook();
    if let Err(cause) = outcome {
        std::panic::resume_unwind(cause);
    }
}

fn scan() {
    let baseline = found(SECRETS);
    let options = Options::new().with_counter(CounterPolicy::Skip);
    let moved = |case: &str| -> Vec<&str> {
        let hits = found(SECRETS);
        let more = hits.iter().zip(&baseline).zip(SECRETS);
        let more: Vec<_> = more
            .filter(|((hits, before), _)| hits > before)
            .map(|(_, secret)| secret.name)
            .collect();
        assert!(
            case.ends_with("Kept") || more.is_empty(),
            "{case}: {more:?}"
        );
        more
    };
    for fate in [
        Fate::Accepted,
        Fate::Echoed,
        Fate::Short,
        Fate::NotEnoughBuffer,
        Fate::Failed,
        Fate::Lied,
        Fate::Panic,
        Fate::Kept,
    ] {
        let kept = RefCell::new(Vec::with_capacity(1024));
        let mut transport = HandlerTransport::new(Handler { fate, kept }, |_: &mut _, _| Ok(()));
        let _ = catch_unwind(AssertUnwindSafe(|| {
            deep(|| {
                let mut jpki = Jpki::open(&mut transport, options).unwrap();
                if let Ok(mut verified) = jpki.verify(Pin::new(&typed(&PIN)).ok().unwrap()) {
                    let _ = verified.change_pin(Pin::new(&typed(&NEW_PIN)).ok().unwrap());
                }
            });
        }));
        let _ = catch_unwind(AssertUnwindSafe(|| {
            deep(|| {
                let mut jpki = Jpki::open(&mut transport, options).unwrap();
                let password = SignaturePassword::new(&typed(&PASSWORD)).ok().unwrap();
                let _ = jpki.signature_verify(password);
            });
        }));
        // The adapter lives: its buffer, too.
        let more = moved(&format!("{fate:?}"));
        let handler = transport.into_inner();
        if let Fate::Kept = fate {
            assert_eq!(more.len(), SECRETS.len(), "the scan sees {more:?} only");
            handler.kept.borrow_mut().zeroize();
        }
    }
    assert!(moved("at the end").is_empty());
}
