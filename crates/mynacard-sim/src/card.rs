//! The virtual card: power, exchanges, and what it remembers of them; the chip behind it decides.

mod card_face;
mod chip;
mod clock;
mod command;
mod common;
mod counter;
mod fault;
mod file;
mod images;
mod input_support;
mod issue;
mod jpki;
mod key;
mod pinless;
mod profile;
mod record;
mod transport;
mod word;

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::people::Person;
use chip::Chip;
pub use clock::Link;
pub use counter::{Counter, NotCounters};
pub use fault::Fault;
use fault::Loss;
use file::Application;
use issue::Issue;
pub use issue::printed_number_b;
pub use profile::{Profile, Quirk};
use word::Word;

/// A My Number Card that exists in memory only: stateful, access-controlled, deterministic.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use mynacard_sim::{VirtualCard, person};
///
/// let mut card = VirtualCard::new(person("kyokai-self").expect("listed"), SystemTime::now());
/// card.power_on();
/// let select_jpki = [0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
/// assert_eq!(card.transmit(&select_jpki), [0x90, 0x00]);
/// assert_eq!(card.transmit(&[0x00, 0x20, 0x00, 0x98]), [0x63, 0xC3]); // three tries left
/// ```
#[derive(Clone)]
pub struct VirtualCard {
    chip: Chip,
    profile: Profile,
    present: bool,
    powered: bool,
    extended: bool,
    pin_pad: Option<String>,
    faults: Vec<(u32, Fault)>,
    other: Option<Box<VirtualCard>>,
    link: Link,
    elapsed: Duration,
    exchanges: u32,
    log: Vec<Logged>,
}

impl VirtualCard {
    /// The card of a person as handed out, with certificates issued for this day. It has no power yet.
    #[must_use]
    pub fn new(person: &Person, at: SystemTime) -> Self {
        Self::of_profile(person, at, Profile::default())
    }

    /// The same person's card or phone of another kind.
    #[must_use]
    pub fn of_profile(person: &Person, at: SystemTime, profile: Profile) -> Self {
        Self {
            chip: Chip::new(person.id(), profile, applications(person, at, profile)),
            profile,
            present: true,
            powered: false,
            extended: true,
            pin_pad: None,
            faults: Vec::new(),
            other: None,
            link: Link::KBIT_106,
            elapsed: Duration::ZERO,
            exchanges: 0,
            log: Vec::new(),
        }
    }

    /// With a habit that some cards have.
    #[must_use]
    pub fn with_quirk(mut self, quirk: Quirk) -> Self {
        self.chip.take_up(quirk);
        self
    }

    /// With a fault at an exchange, counted from 1 since the card was made.
    #[must_use]
    pub fn with_fault(mut self, exchange: u32, fault: Fault) -> Self {
        self.faults.push((exchange, fault));
        self
    }

    /// The card that takes this one's place at [`Fault::OtherCard`]; without one, the reader is empty then.
    #[must_use]
    pub fn with_other_card(mut self, other: VirtualCard) -> Self {
        self.other = Some(Box::new(other));
        self
    }

    /// On a link of another speed, for [`VirtualCard::elapsed`].
    #[must_use]
    pub fn with_link(mut self, link: Link) -> Self {
        self.link = link;
        self
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

    /// Gives power and returns the answer to reset, which is empty when no card is there. Nobody's security status is left.
    pub fn power_on(&mut self) -> &[u8] {
        self.chip.reset();
        self.powered = self.present;
        if self.present { self.atr() } else { &[] }
    }

    /// The answer to reset.
    #[must_use]
    pub fn atr(&self) -> &[u8] {
        self.profile.atr()
    }

    /// Takes the power away, and with it every security status. The counters stay.
    pub fn power_off(&mut self) {
        self.chip.reset();
        self.powered = false;
    }

    /// A reset without loss of power. What was verified **stays verified**, as on real cards: only a power-down ends a session,
    /// but for a card with [`Quirk::ForgetsAtReset`].
    pub fn warm_reset(&mut self) {
        self.chip.warm_reset();
        self.powered = self.present;
    }

    /// Whether the card has power.
    #[must_use]
    pub fn is_powered(&self) -> bool {
        self.powered
    }

    /// Takes the card off the reader.
    pub fn remove(&mut self) {
        self.power_off();
        self.present = false;
    }

    /// Puts the card on the reader again.
    pub fn insert(&mut self) {
        self.present = true;
    }

    /// Whether the card lies on the reader.
    #[must_use]
    pub fn is_present(&self) -> bool {
        self.present
    }

    /// One exchange: a command as bytes, the answer as data and two bytes of status. A card without power answers nothing, and nor
    /// does one whose answer a fault has lost.
    pub fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        self.attempt(command).unwrap_or_default()
    }

    fn attempt(&mut self, command: &[u8]) -> Result<Vec<u8>, Loss> {
        if !self.powered {
            return Err(Loss::NO_CARD);
        }
        self.exchanges += 1;
        let fault = self
            .faults
            .iter()
            .find(|(exchange, _)| *exchange == self.exchanges)
            .map(|(_, fault)| *fault);
        match fault {
            None => Ok(self.act(command)),
            Some(fault) => self.fail(fault, command),
        }
    }

    /// The card acts on a command.
    fn act(&mut self, command: &[u8]) -> Vec<u8> {
        let extended = self.extended && !self.chip.has(Quirk::RefusesExtended);
        let (mut data, word) = match command::decode(command, extended) {
            Ok(command) => match self.chip.process(&command) {
                Ok(answer) => answer,
                Err(word) => (Vec::new(), word),
            },
            Err(word) => (Vec::new(), word),
        };
        let mut logged = Logged::new(command, Some(word));
        logged.my_number = self.chip.is_in_my_number();
        self.log.push(logged);
        data.extend(word.bytes());
        self.elapsed += self.link.cost(command.len(), data.len());
        data
    }

    fn fail(&mut self, fault: Fault, command: &[u8]) -> Result<Vec<u8>, Loss> {
        self.elapsed += fault.delay();
        let mut answer = match fault {
            Fault::Undiagnosed => {
                self.log.push(Logged::new(command, Some(Word::UNDIAGNOSED)));
                Word::UNDIAGNOSED.bytes().to_vec()
            }
            Fault::SilentReset => {
                self.chip.reset();
                self.act(command)
            }
            Fault::OtherCard => return self.exchange_cards(command),
            _ if fault.lets_the_card_act() => self.act(command),
            _ => Vec::new(),
        };
        if answer.is_empty() {
            self.log.push(Logged::new(command, None));
        }
        if fault.resets() && fault != Fault::SilentReset {
            self.chip.reset();
        }
        if fault.takes_the_card_away() {
            self.powered = false;
        }
        if let Some(loss) = fault.loss() {
            return Err(loss);
        }
        fault.distort(&mut answer, self.exchanges);
        Ok(answer)
    }

    /// The other card takes this one's place: the chips change hands, this card's counts and log go on.
    fn exchange_cards(&mut self, command: &[u8]) -> Result<Vec<u8>, Loss> {
        let Some(other) = &mut self.other else {
            self.remove();
            return Err(Loss {
                kind: mynacard_card::TransportErrorKind::CardRemoved,
                delivery: mynacard_card::Delivery::NotSent,
            });
        };
        std::mem::swap(&mut self.chip, &mut other.chip);
        std::mem::swap(&mut self.profile, &mut other.profile);
        self.chip.reset();
        other.chip.reset();
        Ok(self.act(command))
    }

    /// The card that is not on the reader: the one of [`VirtualCard::with_other_card`], and once the two have changed
    /// places, the one that lay there first.
    #[must_use]
    pub fn other_card(&self) -> Option<&VirtualCard> {
        self.other.as_deref()
    }

    /// The time that all exchanges so far would have taken on this card's link. Nothing waits for it.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Exchanges since the card was made, whatever their outcome.
    #[must_use]
    pub fn exchanges(&self) -> u32 {
        self.exchanges
    }

    /// What was sent to the card, oldest first: headers, lengths and status words, never data.
    #[must_use]
    pub fn log(&self) -> &[Logged] {
        &self.log
    }

    /// Forgets what was sent so far, for a card that is used without end.
    pub fn clear_log(&mut self) {
        self.log.clear();
    }

    /// Tries left of a key, 0 when it is blocked or the card does not have it.
    #[must_use]
    pub fn tries(&self, counter: Counter) -> u8 {
        let (aid, id) = counter.place();
        self.chip.tries(aid, id)
    }

    /// Sets a counter, as it was when the card was used last.
    pub fn set_tries(&mut self, counter: Counter, left: u8) {
        let (aid, id) = counter.place();
        self.chip.set_tries(aid, id, left);
    }

    /// Tries left for the user authentication PIN.
    #[must_use]
    pub fn authentication_tries(&self) -> u8 {
        self.tries(Counter::Authentication)
    }

    /// Tries left for the signature password.
    #[must_use]
    pub fn signature_tries(&self) -> u8 {
        self.tries(Counter::Signature)
    }

    /// Whether anything at all is verified in the present session.
    #[must_use]
    pub fn is_anything_verified(&self) -> bool {
        Counter::ALL.into_iter().any(|counter| {
            let (aid, id) = counter.place();
            self.chip.is_verified(aid, id)
        })
    }

    /// Whether the user authentication PIN is verified in the present session.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        self.chip.is_verified(&jpki::AID, jpki::AUTHENTICATION_PIN)
    }
}

fn applications(person: &Person, at: SystemTime, profile: Profile) -> Vec<Application> {
    let issue = Issue::new(person, at);
    let mut all = vec![jpki::application(person, at, profile), common::manager()];
    if profile.has_face() {
        all.push(input_support::application(person, &issue));
        all.push(card_face::application(person, &issue));
        all.push(common::common(person, &issue));
        all.push(common::registry(person));
    }
    all
}

/// Without files, keys and PINs: a card that stands in for a real one tells a log no more than a real one.
impl fmt::Debug for VirtualCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VirtualCard")
            .field("powered", &self.powered)
            .field("extended", &self.extended)
            .field("exchanges", &self.exchanges)
            .finish_non_exhaustive()
    }
}

/// One exchange as the card remembers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Logged {
    header: [u8; 4],
    length: usize,
    status: Option<u16>,
    my_number: bool,
}

impl Logged {
    fn new(command: &[u8], status: Option<Word>) -> Self {
        let mut header = [0; 4];
        for (to, from) in header.iter_mut().zip(command) {
            *to = *from;
        }
        Self {
            header,
            length: command.len(),
            status: status.map(u16::from),
            my_number: false,
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

    /// The status word answered; none when a fault kept the command from the card.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// Whether the current file behind this command is one that holds the My Number, selected by its identifier or by the short one:
    /// EF 0001 of the input support, EF 0005 of the card face. A file is the current one also where its READ is refused.
    #[must_use]
    pub fn is_in_my_number(&self) -> bool {
        self.my_number
    }

    /// Whether this was a VERIFY that carried a PIN, and so could cost a try; a query of the counter carries none.
    #[must_use]
    pub fn presents_pin(&self) -> bool {
        matches!(self.header, [0x00, 0x20, ..]) && self.length > 5
    }
}
