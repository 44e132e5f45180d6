//! The virtual card: power, exchanges, and what it remembers of them; the chip behind it decides.

mod card_face;
mod chip;
mod command;
mod common;
mod file;
mod images;
mod input_support;
mod issue;
mod jpki;
mod pinless;
mod record;
mod transport;
mod word;

use std::time::SystemTime;

use crate::people::Person;
use chip::Chip;
use file::Application;
use issue::Issue;
use word::Word;

/// A My Number Card that exists in memory only: stateful, access-controlled, deterministic.
///
/// ```
/// use std::time::SystemTime;
/// use mynacard_sim::{VirtualCard, person};
///
/// let mut card = VirtualCard::new(person("kyokai-self").expect("listed"), SystemTime::now());
/// card.power_on();
/// let select_jpki = [0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
/// assert_eq!(card.transmit(&select_jpki), [0x90, 0x00]);
/// assert_eq!(card.transmit(&[0x00, 0x20, 0x00, 0x98]), [0x63, 0xC3]); // three tries left
/// ```
#[derive(Debug, Clone)]
pub struct VirtualCard {
    chip: Chip,
    atr: Vec<u8>,
    powered: bool,
    extended: bool,
    pin_pad: Option<String>,
    exchanges: u32,
    log: Vec<Logged>,
}

impl VirtualCard {
    /// The card of a person as handed out, with certificates issued for this day. It has no power yet.
    #[must_use]
    pub fn new(person: &Person, at: SystemTime) -> Self {
        Self {
            chip: Chip::new(person.id(), applications(person, at)),
            atr: vec![0x3B, 0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14],
            powered: false,
            extended: true,
            pin_pad: None,
            exchanges: 0,
            log: Vec::new(),
        }
    }

    /// Whether the card and its reader take commands of extended length; otherwise they answer 6700. On by default.
    #[must_use]
    pub fn with_extended(mut self, extended: bool) -> Self {
        self.extended = extended;
        self
    }

    /// A reader with a PIN pad of its own, on which the holder types this.
    #[must_use]
    pub fn with_pin_pad(mut self, typed: &str) -> Self {
        self.pin_pad = Some(typed.to_owned());
        self
    }

    /// Whether extended length is on.
    #[must_use]
    pub fn has_extended(&self) -> bool {
        self.extended
    }

    /// Gives power and returns the answer to reset. Nobody's security status is left.
    pub fn power_on(&mut self) -> &[u8] {
        self.chip.reset();
        self.powered = true;
        &self.atr
    }

    /// The answer to reset.
    #[must_use]
    pub fn atr(&self) -> &[u8] {
        &self.atr
    }

    /// Takes the power away, and with it every security status. The counters stay.
    pub fn power_off(&mut self) {
        self.chip.reset();
        self.powered = false;
    }

    /// Whether the card has power.
    #[must_use]
    pub fn is_powered(&self) -> bool {
        self.powered
    }

    /// One exchange: a command as bytes, the answer as data and two bytes of status. A card without power answers nothing.
    pub fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        if !self.powered {
            return Vec::new();
        }
        self.exchanges += 1;
        let (mut data, word) = match command::decode(command, self.extended) {
            Ok(command) => match self.chip.process(&command) {
                Ok(answer) => answer,
                Err(word) => (Vec::new(), word),
            },
            Err(word) => (Vec::new(), word),
        };
        self.log.push(Logged::new(command, word));
        data.extend(word.bytes());
        data
    }

    /// Exchanges since the card was made, whatever their outcome.
    #[must_use]
    pub fn exchanges(&self) -> u32 {
        self.exchanges
    }

    /// What the card saw, oldest first: headers, lengths and status words, never data.
    #[must_use]
    pub fn log(&self) -> &[Logged] {
        &self.log
    }

    /// Tries left for the user authentication PIN.
    #[must_use]
    pub fn authentication_tries(&self) -> u8 {
        self.chip.tries(&jpki::AID, jpki::AUTHENTICATION_PIN)
    }

    /// Tries left for the signature password.
    #[must_use]
    pub fn signature_tries(&self) -> u8 {
        self.chip.tries(&jpki::AID, jpki::SIGNATURE_PASSWORD)
    }

    /// Whether the user authentication PIN is verified in the present session.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        self.chip.is_verified(&jpki::AID, jpki::AUTHENTICATION_PIN)
    }
}

fn applications(person: &Person, at: SystemTime) -> Vec<Application> {
    let issue = Issue::new(person, at);
    vec![
        jpki::application(person, at),
        input_support::application(person, &issue),
        card_face::application(person, &issue),
        common::common(person, &issue),
        common::registry(person),
        common::manager(),
    ]
}

/// One exchange as the card remembers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Logged {
    header: [u8; 4],
    length: usize,
    status: u16,
}

impl Logged {
    fn new(command: &[u8], status: Word) -> Self {
        let mut header = [0; 4];
        for (to, from) in header.iter_mut().zip(command) {
            *to = *from;
        }
        Self {
            header,
            length: command.len(),
            status: status.into(),
        }
    }

    /// CLA, INS, P1 and P2.
    #[must_use]
    pub fn header(&self) -> [u8; 4] {
        self.header
    }

    /// Length of the whole command in bytes.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }

    /// The status word answered.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Whether this was a VERIFY that carried a PIN, and so could cost a try; a query of the counter carries none.
    #[must_use]
    pub fn presents_pin(&self) -> bool {
        matches!(self.header, [0x00, 0x20, ..]) && self.length > 5
    }
}
