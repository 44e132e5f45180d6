//! The virtual card's right answers with single deviations, in every dialogue: where one goes wrong in practice.

mod judge;

use mynacard_card::app::jpki::CounterPolicy;
use mynacard_card::trace::Recorder;
use mynacard_card::{
    Command, Delivery, End, LengthForm, LengthPolicy, Limits, PinEntry, Response, StatusWord,
    Transport, TransportError, TransportErrorKind,
};
use mynacard_sim::{Counter, Quirk, VirtualCard};

use crate::conduct::Conduct;
use crate::flows::{Ask, FLOWS, Flow, TYPED};
use crate::virtual_card::card_of;
use judge::Case;

/// One dialogue with a card that is right but for what the input changes: each PIN is sent at most once, no counter falls
/// without an error that says so, what comes back is the truth where nothing was changed, the trace holds nobody's data.
///
/// Four octets name the dialogue, how it is asked for, what the reader does at power-up with the card's last habits, and the
/// card's first eight habits; then each deviation is the number of an exchange, a kind and an operand.
pub(crate) fn dialogue(data: &[u8]) {
    let Some(([which, choices, more, habits], deviations)) = data.split_first_chunk::<4>() else {
        return;
    };
    let place = usize::from(*which) % FLOWS.len();
    let Some(flow) = FLOWS.get(place) else { return };
    let choices = Choices(*choices);
    let habits = Habits(u16::from_be_bytes([*more, *habits]) & Habits::USED);
    let mut card = Deviating::new(flow, choices, habits, deviations.as_chunks::<3>().0);
    let before = card.card.clone();
    let mut trace = String::new();
    let mut recorder = Recorder::new(&mut card, |line: &str| {
        trace.push_str(line);
        trace.push('\n');
    });
    let result = (flow.run)(&mut recorder, choices.ask());
    drop(recorder);
    Case {
        place,
        flow,
        choices,
        habits,
        before: &before,
        card: &card,
        result: &result,
        trace: &trace,
    }
    .judge();
}

/// How a dialogue is asked for, and how many tries its key has left, in one octet.
#[derive(Clone, Copy)]
struct Choices(u8);

impl Choices {
    const fn extended(self) -> bool {
        self.0 & 1 != 0
    }

    const fn skips(self) -> bool {
        self.0 & 2 != 0
    }

    const fn wrong(self) -> bool {
        self.0 & 4 != 0
    }

    /// Tries that the last of the dialogue's keys has left; `None` for all of them.
    const fn left(self) -> Option<u8> {
        match self.0 >> 6 {
            0 => None,
            1 => Some(2),
            2 => Some(1),
            _ => Some(0),
        }
    }

    const fn ask(self) -> Ask {
        Ask {
            counter: if self.skips() {
                CounterPolicy::Skip
            } else {
                CounterPolicy::READ_FIRST
            },
            length: LengthPolicy::FromTransport,
            wrong: self.wrong(),
        }
    }
}

/// What kind of card and reader a dialogue meets: a bit for each of [`Quirk::ALL`], and the reader's refusal of the power-up
/// in the four highest.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Habits(u16);

impl Habits {
    const NONE: Self = Habits(0);
    const USED: u16 = 0xF1FF;

    const BEGINNINGS: [TransportErrorKind; 12] = [
        TransportErrorKind::NoCard,
        TransportErrorKind::CardRemoved,
        TransportErrorKind::CardReset,
        TransportErrorKind::ReaderRemoved,
        TransportErrorKind::ServiceStopped,
        TransportErrorKind::Sharing,
        TransportErrorKind::Timeout,
        TransportErrorKind::Cancelled,
        TransportErrorKind::MalformedResponse,
        TransportErrorKind::TooLong,
        TransportErrorKind::Unsupported,
        TransportErrorKind::Other,
    ];

    /// The card's; the reader's are not among them.
    fn quirks(self) -> impl Iterator<Item = Quirk> {
        let all = Quirk::ALL.into_iter().enumerate();
        all.filter(move |(bit, _)| self.0 >> bit & 1 != 0)
            .map(|(_, quirk)| quirk)
    }

    fn has(self, quirk: Quirk) -> bool {
        self.quirks().any(|one| one == quirk)
    }

    /// How the reader refuses the power-up, if it does.
    fn begins_with(self) -> Option<TransportErrorKind> {
        let place = usize::from(self.0 >> 12).checked_sub(1)?;
        Self::BEGINNINGS.get(place).copied()
    }
}

/// What the card says, and what becomes of it on the way.
struct Deviating<'a> {
    card: VirtualCard,
    typed: &'static str,
    deviations: &'a [[u8; 3]],
    begins_with: Option<TransportErrorKind>,
    exchanges: u32,
    power: bool,
    gone: bool,
    /// Frames that carried a PIN, and those that carried a new one.
    secrets: usize,
    /// The kinds of deviation that happened.
    happened: Vec<Deviation>,
    /// One of them at an exchange that carried a PIN, old or new.
    at_pin: bool,
    at_change: bool,
    conduct: Conduct,
}

/// What can happen to one exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deviation {
    /// The card leaves before it acts, and the reader knows.
    LeftBefore,
    /// The card leaves before it acts, and nobody knows.
    LeftDuring,
    /// The card acts and leaves.
    Lost,
    /// Transport or holder decline; the card saw nothing and stays.
    Declined,
    /// The end of the answer is missing.
    Cut,
    /// One octet is another.
    Flipped,
    /// `63Cx`, `69xx`, `67`–`6E 00` instead of the status.
    Status,
    /// `6282` instead of the status.
    EndOfFile,
    /// Nothing but `6Cxx`.
    WrongLength,
    /// The data waits behind a `61xx`.
    More,
    /// Nothing but `9000`.
    Empty,
    /// The data comes twice.
    Doubled,
    /// Filler follows the data.
    Padded,
    /// Another program's reset after the answer: security status and selection are gone.
    Reset,
    /// A reset that leaves the power on, after the answer: what is forgotten then is a habit of the card.
    WarmReset,
    /// Another program has taken the card: nothing is sent.
    Taken,
    /// The system's service stops, and nobody knows whether the command went out. It did.
    Stopped,
}

impl Deviation {
    const ALL: [Deviation; 17] = [
        Deviation::LeftBefore,
        Deviation::LeftDuring,
        Deviation::Lost,
        Deviation::Declined,
        Deviation::Cut,
        Deviation::Flipped,
        Deviation::Status,
        Deviation::EndOfFile,
        Deviation::WrongLength,
        Deviation::More,
        Deviation::Empty,
        Deviation::Doubled,
        Deviation::Padded,
        Deviation::Reset,
        Deviation::WarmReset,
        Deviation::Taken,
        Deviation::Stopped,
    ];

    fn of(kind: u8) -> Option<Self> {
        Self::ALL.get(usize::from(kind) % Self::ALL.len()).copied()
    }

    /// Whether every octet of data that arrives is still the card's, in its place. What waited behind a 61xx and was lost on
    /// the way is not given again: there a shorter answer leaves a hole.
    fn keeps_data(self, habits: Habits) -> bool {
        match self {
            Deviation::Flipped | Deviation::Empty | Deviation::Doubled | Deviation::Padded => false,
            Deviation::Cut | Deviation::WrongLength => !habits.has(Quirk::GetResponse),
            _ => true,
        }
    }

    /// An exchange that the card does not see.
    const fn before(self) -> Option<(TransportErrorKind, Delivery)> {
        match self {
            Deviation::LeftBefore => Some((TransportErrorKind::CardRemoved, Delivery::NotSent)),
            Deviation::LeftDuring => Some((TransportErrorKind::CardRemoved, Delivery::Unknown)),
            Deviation::Declined => Some((TransportErrorKind::TooLong, Delivery::NotSent)),
            Deviation::Taken => Some((TransportErrorKind::Sharing, Delivery::NotSent)),
            _ => None,
        }
    }

    /// An answer that never arrives.
    const fn after(self) -> Option<TransportErrorKind> {
        match self {
            Deviation::Lost => Some(TransportErrorKind::Timeout),
            Deviation::Stopped => Some(TransportErrorKind::ServiceStopped),
            _ => None,
        }
    }

    /// What becomes of an answer that arrives.
    fn distort(self, operand: u8, answer: &mut Vec<u8>) {
        let at = usize::from(operand);
        let data = answer.len().saturating_sub(2);
        let mut status = |first: u8, second: u8| {
            answer.truncate(data);
            answer.extend([first, second]);
        };
        match self {
            Deviation::Cut => answer.truncate(at),
            Deviation::Flipped => {
                if let Some(octet) = answer.get_mut(at) {
                    *octet ^= 0xFF;
                }
            }
            Deviation::Status => match operand {
                0x00..=0x3F => status(0x63, 0xC0 | (operand & 0x0F)),
                0x40..=0x9F => status(0x69, operand),
                _ => status(0x67 + (operand & 7), 0x00),
            },
            Deviation::EndOfFile => status(0x62, 0x82),
            Deviation::WrongLength => *answer = vec![0x6C, operand],
            Deviation::More => status(0x61, operand),
            Deviation::Empty => *answer = vec![0x90, 0x00],
            Deviation::Doubled => {
                let whole = answer.clone();
                answer.truncate(data);
                answer.extend(whole);
            }
            Deviation::Padded => {
                answer.truncate(data);
                answer.extend(std::iter::repeat_n(0xFF, at));
                answer.extend([0x90, 0x00]);
            }
            _ => {}
        }
    }
}

impl<'a> Deviating<'a> {
    fn new(flow: &Flow, choices: Choices, habits: Habits, deviations: &'a [[u8; 3]]) -> Self {
        let card = card_of(flow.profile).with_extended(choices.extended());
        let mut card = habits.quirks().fold(card, VirtualCard::with_quirk);
        if let (Some(counter), Some(left)) = (flow.counters.last(), choices.left()) {
            card.set_tries(*counter, left);
        }
        Deviating {
            card,
            typed: if choices.wrong() { "9999" } else { TYPED },
            deviations,
            begins_with: habits.begins_with(),
            exchanges: 0,
            power: false,
            gone: false,
            secrets: 0,
            happened: Vec::new(),
            at_pin: false,
            at_change: false,
            conduct: Conduct::new(!choices.skips(), flow.pins == 0),
        }
    }

    /// One exchange of bytes, with what the input wants to happen to it.
    fn pass(&mut self, frame: &[u8]) -> Result<Vec<u8>, TransportError> {
        assert!(
            self.power && !self.gone,
            "an exchange after the card had gone"
        );
        assert!(self.exchanges < 6000, "the dialogue does not end");
        let here: Vec<(Deviation, u8)> = self
            .deviations
            .iter()
            .filter(|[at, _, _]| u32::from(*at) == self.exchanges)
            .filter_map(|[_, kind, operand]| Some((Deviation::of(*kind)?, *operand)))
            .collect();
        self.exchanges += 1;
        let deviates = !here.is_empty();
        self.happened.extend(here.iter().map(|(kind, _)| *kind));
        match frame.get(1) {
            Some(0x20) if frame.len() > 5 => self.at_pin |= deviates,
            Some(0x24) => self.at_change |= deviates,
            _ => {}
        }
        for (kind, _) in &here {
            if let Some((error, delivery)) = kind.before() {
                self.gone = *kind != Deviation::Declined;
                return Err(TransportError::new(error, delivery));
            }
        }
        let mut answer = self.card.transmit(frame);
        for (kind, operand) in here {
            match kind {
                Deviation::Reset => {
                    self.card.power_off();
                    self.card.power_on();
                }
                Deviation::WarmReset => self.card.warm_reset(),
                _ => {}
            }
            if let Some(error) = kind.after() {
                self.gone = true;
                return Err(TransportError::new(error, Delivery::Unknown));
            }
            kind.distort(operand, &mut answer);
        }
        Ok(answer)
    }

    /// Presentations of a PIN in the card's own log.
    fn presented(&self) -> usize {
        self.card
            .log()
            .iter()
            .filter(|logged| logged.presents_pin())
            .count()
    }

    /// Changes of a PIN in the card's own log.
    fn changed(&self) -> usize {
        let change = |header: [u8; 4]| matches!(header, [0x00, 0x24, ..] | [0x80, 0x32, ..]);
        self.card
            .log()
            .iter()
            .filter(|logged| change(logged.header()))
            .count()
    }
}

impl Transport for Deviating<'_> {
    fn begin(&mut self) -> Result<(), TransportError> {
        if let Some(refused) = self.begins_with {
            return Err(TransportError::new(refused, Delivery::NotSent));
        }
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
        let form = if command.needs_extended() {
            LengthForm::Extended
        } else {
            LengthForm::Short
        };
        let secret = matches!(command.ins(), 0x20 | 0x24 | 0x32) && !command.data().is_empty();
        assert_eq!(
            secret,
            command.is_secret(),
            "a PIN that is not marked, or a mark without a PIN"
        );
        self.secrets += usize::from(secret);
        let frame = command.encode(form).expect("our own commands");
        let act = self.conduct.sends(command);
        let result = self.pass(&frame).and_then(|answer| response.set(&answer));
        self.conduct.heard(act, result, response)
    }

    fn limits(&self) -> Limits {
        if self.card.has_extended() {
            Limits::EXTENDED
        } else {
            Limits::SHORT
        }
    }

    fn enter_pin(&mut self, request: &PinEntry) -> Result<StatusWord, TransportError> {
        let length = u8::try_from(self.typed.len()).expect("four digits");
        let frame = [request.header.as_slice(), &[length], self.typed.as_bytes()].concat();
        self.secrets += 1;
        let act = self.conduct.types(request);
        let mut response = Response::new();
        let result = self.pass(&frame).and_then(|answer| response.set(&answer));
        self.conduct.typed(act, result, &response)
    }

    fn end(&mut self, how: End) {
        assert_eq!(how, End::PowerDown, "a dialogue ends with a power-down");
        self.card.power_off();
        self.power = false;
    }
}

/// Tries left of every key.
fn counters(card: &VirtualCard) -> Vec<(Counter, u8)> {
    Counter::ALL
        .into_iter()
        .map(|counter| (counter, card.tries(counter)))
        .collect()
}
