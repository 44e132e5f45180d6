//! The virtual card's right answers with single deviations: where a dialogue goes wrong in practice.

use mynacard_card::app::jpki::{CounterPolicy, Jpki, Options};
use mynacard_card::{
    Command, Delivery, End, LengthForm, Limits, Pin, Response, Transport, TransportError,
    TransportErrorKind,
};
use mynacard_sim::VirtualCard;

use crate::virtual_card::card;

/// One authentication with a card that is right but for what the input changes: at most one VERIFY with data, a signature
/// only where the card's own answers allowed it, and power off at the end.
///
/// The first octet chooses how to ask; then each deviation is the number of an exchange, a kind and an operand.
pub(crate) fn dialogue(data: &[u8]) {
    let Some((&choices, deviations)) = data.split_first() else {
        return;
    };
    let mut card = Deviating {
        card: card().with_extended(choices & 1 != 0),
        deviations: deviations.as_chunks::<3>().0,
        exchanges: 0,
        pins: 0,
        power: false,
        gone: false,
        right: true,
    };
    let tries = card.card.authentication_tries();
    let counter = if choices & 2 == 0 {
        CounterPolicy::READ_FIRST
    } else {
        CounterPolicy::Skip
    };
    let mut signed = false;
    if let Ok(mut jpki) = Jpki::open(&mut card, Options::new().with_counter(counter)) {
        if choices & 4 == 0 {
            let _ = jpki.authentication_certificate();
        }
        if choices & 8 != 0 {
            let _ = jpki.authentication_tries();
            let _ = jpki.token_info();
        }
        let pin: &[u8] = if choices & 16 == 0 { b"1234" } else { b"9999" };
        if let Ok(mut verified) = jpki.verify(Pin::new(pin).expect("four digits")) {
            signed = verified.sign(b"message").is_ok();
        }
        jpki.finish();
    }
    assert!(card.pins <= 1, "one PIN entry was sent {} times", card.pins);
    assert!(!card.power, "the card was left under power");
    assert!(
        u32::from(card.card.authentication_tries()) + card.pins >= u32::from(tries),
        "the card counted more tries than there were"
    );
    let wrong = choices & 16 != 0;
    if card.right {
        assert_eq!(signed, !wrong, "a right dialogue went wrong");
    }
}

/// What the card says, and what becomes of it on the way.
struct Deviating<'a> {
    card: VirtualCard,
    deviations: &'a [[u8; 3]],
    exchanges: u32,
    pins: u32,
    power: bool,
    gone: bool,
    /// Nothing deviated so far.
    right: bool,
}

impl Deviating<'_> {
    /// Changes an answer; `None` when it never arrives.
    fn deviate(&mut self, mut answer: Vec<u8>) -> Option<Vec<u8>> {
        for [at, kind, operand] in self.deviations {
            if u32::from(*at) != self.exchanges {
                continue;
            }
            self.right = false;
            let operand_at = usize::from(*operand);
            let data = answer.len().saturating_sub(2);
            match kind % 12 {
                0 => return None,
                1 => answer.truncate(operand_at),
                2 => {
                    if let Some(octet) = answer.get_mut(operand_at) {
                        *octet ^= 0xFF;
                    }
                }
                3 => {
                    answer.truncate(data);
                    answer.extend([0x63, 0xC0 | (operand & 0x0F)]);
                }
                4 => {
                    answer.truncate(data);
                    answer.extend([0x69, *operand]);
                }
                5 => answer = vec![0x6C, *operand],
                6 => {
                    answer.truncate(data);
                    answer.extend([0x61, *operand]);
                }
                7 => answer = vec![0x90, 0x00],
                8 => answer = vec![0x67 + (operand & 7), 0x00],
                9 => {
                    let doubled = answer.clone();
                    answer.truncate(data);
                    answer.extend(doubled);
                }
                10 => {
                    answer.truncate(data);
                    answer.extend(std::iter::repeat_n(0xFF, operand_at));
                    answer.extend([0x90, 0x00]);
                }
                _ => {
                    // Another program's reset: the security status is gone.
                    self.card.power_off();
                    self.card.power_on();
                }
            }
        }
        Some(answer)
    }
}

impl Transport for Deviating<'_> {
    fn begin(&mut self) -> Result<(), TransportError> {
        self.card.power_off();
        self.card.power_on();
        self.power = true;
        Ok(())
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        assert!(
            self.power && !self.gone,
            "an exchange after the card had gone"
        );
        assert!(self.exchanges < 4000, "the dialogue does not end");
        let form = if command.needs_extended() {
            LengthForm::Extended
        } else {
            LengthForm::Short
        };
        self.pins += u32::from(command.ins() == 0x20 && !command.data().is_empty());
        let frame = command.encode(form).expect("our own commands");
        let answer = self.card.transmit(&frame);
        let answer = self.deviate(answer);
        self.exchanges += 1;
        match answer {
            Some(answer) => response.set(&answer),
            None => {
                self.gone = true;
                Err(TransportError::new(
                    TransportErrorKind::CardRemoved,
                    Delivery::Unknown,
                ))
            }
        }
    }

    fn limits(&self) -> Limits {
        if self.card.has_extended() {
            Limits::EXTENDED
        } else {
            Limits::SHORT
        }
    }

    fn end(&mut self, how: End) {
        assert_eq!(how, End::PowerDown, "a dialogue ends with a power-down");
        self.card.power_off();
        self.power = false;
    }
}
