//! Every state of a check's dialogue with every event: what comes of each pair stands in `matrix.txt`, and a pair
//! that was not taken fails.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use mynacard_card::{
    Command, Delivery, End, Limits, PinEntry, PinTry, Response, StatusWord, Transport,
    TransportError, TransportErrorKind,
};
use mynacard_sim::VirtualCard;

use crate::cards::{Kind, kinds, used};
use crate::flows::{self, Flow};

/// What the dialogue is at, told by its next command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    /// The application is selected.
    Select,
    /// A file or a key is chosen.
    Choose,
    /// The certificate, or what the token says of itself, is read.
    Read,
    /// The rest of an answer is fetched (GET RESPONSE).
    More,
    /// The counter is read.
    Counter,
    /// The PIN is on its way, from here or from the reader's pad.
    Verify,
    /// The service proves itself to the card.
    Relay,
    /// The card signs.
    Sign,
}

impl State {
    const ALL: [State; 8] = [
        State::Select,
        State::Choose,
        State::Read,
        State::More,
        State::Counter,
        State::Verify,
        State::Relay,
        State::Sign,
    ];

    fn of(command: &Command<'_>) -> Self {
        match (command.ins(), command.header()[2]) {
            (0xA4, 0x04) => State::Select,
            (0xA4, _) => State::Choose,
            (0xB0, _) => State::Read,
            (0xC0, _) => State::More,
            (0x20, _) if command.data().is_empty() => State::Counter,
            (0x20, _) => State::Verify,
            (0x84 | 0xA2, _) => State::Relay,
            (0x2A, _) => State::Sign,
            (ins, _) => panic!("a check sends {ins:02X}"),
        }
    }
}

/// What happens instead of the right answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    /// The card answers a status word, does nothing, and gives no data.
    Word(u16),
    /// The card acts; one octet of its answer arrives.
    Truncated,
    /// The card acts; nothing of its answer arrives.
    Empty,
    /// The card acts; 300 octets too many arrive.
    OverLong,
    /// The transport fails, and this is what it knows of the command. The card does not act.
    Fails(TransportErrorKind, Delivery),
}

const EVENTS: [Event; 27] = {
    use Delivery::{NotSent, Unknown};
    use TransportErrorKind as Kind;
    [
        Event::Word(0x9000),
        Event::Word(0x6100),
        Event::Word(0x6110),
        Event::Word(0x6282),
        Event::Word(0x63C2),
        Event::Word(0x63C0),
        Event::Word(0x6700),
        Event::Word(0x6982),
        Event::Word(0x6983),
        Event::Word(0x6984),
        Event::Word(0x6985),
        Event::Word(0x6A81),
        Event::Word(0x6A82),
        Event::Word(0x6C10),
        Event::Word(0x6D00),
        Event::Word(0x6F00),
        Event::Truncated,
        Event::Empty,
        Event::OverLong,
        Event::Fails(Kind::CardRemoved, NotSent),
        Event::Fails(Kind::CardRemoved, Unknown),
        Event::Fails(Kind::CardReset, NotSent),
        Event::Fails(Kind::ReaderRemoved, Unknown),
        Event::Fails(Kind::Sharing, NotSent),
        Event::Fails(Kind::Timeout, Unknown),
        Event::Fails(Kind::Cancelled, NotSent),
        Event::Fails(Kind::Cancelled, Unknown),
    ]
};

/// A card in a reader where the event happens at the first command of the state.
struct Meeting<'a> {
    card: &'a mut VirtualCard,
    pair: Option<(State, Event)>,
    seen: BTreeSet<State>,
    taken: bool,
    /// PINs that were handed to the reader, or asked for on its pad.
    pins: u32,
}

impl Meeting<'_> {
    /// The event, when this is its place.
    fn event(&mut self, state: State) -> Option<Event> {
        self.seen.insert(state);
        self.pins += u32::from(state == State::Verify);
        let event = self.pair.filter(|(at, _)| *at == state && !self.taken)?.1;
        self.taken = true;
        Some(event)
    }
}

impl Event {
    /// An answer without the card, or the transport's failure; nothing where the card acts.
    fn instead(self, response: &mut Response) -> Option<Result<(), TransportError>> {
        match self {
            Event::Word(word) => Some(response.set(&word.to_be_bytes())),
            Event::Fails(how, delivery) => Some(Err(TransportError::new(how, delivery))),
            _ => None,
        }
    }

    /// What arrives of the card's answer.
    fn arrives(self, response: &mut Response) -> Result<(), TransportError> {
        let mut answer = response.data().to_vec();
        match self {
            Event::Truncated => response.set(&[0x90]),
            Event::Empty => response.set(&[]),
            _ => {
                answer.extend([0xFF; 300]);
                answer.extend(response.status().value().to_be_bytes());
                response.set(&answer)
            }
        }
    }
}

impl Transport for Meeting<'_> {
    fn begin(&mut self) -> Result<(), TransportError> {
        self.card.begin()
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        command.encode_within(self.limits())?;
        let event = self.event(State::of(command));
        if let Some(end) = event.and_then(|event| event.instead(response)) {
            return end;
        }
        self.card.exchange(command, response)?;
        event.map_or(Ok(()), |event| event.arrives(response))
    }

    fn limits(&self) -> Limits {
        self.card.limits()
    }

    fn enter_pin(&mut self, request: &PinEntry) -> Result<StatusWord, TransportError> {
        let event = self.event(State::Verify);
        let mut response = Response::new();
        if let Some(end) = event.and_then(|event| event.instead(&mut response)) {
            return end.map(|()| response.status());
        }
        let status = self.card.enter_pin(request)?;
        response.set(&status.value().to_be_bytes())?;
        event.map_or(Ok(()), |event| event.arrives(&mut response))?;
        Ok(response.status())
    }

    fn end(&mut self, how: End) {
        self.card.end(how);
    }
}

/// Runs a flow with a pair; what became of it, in a few words.
fn meet(kind: &Kind, flow: &Flow, state: State, event: Event) -> String {
    let case = format!("{}, {}, {state:?} x {event:?}", kind.name, flow.name);
    let mut card = used(&kind.card);
    let mut meeting = Meeting {
        card: &mut card,
        pair: Some((state, event)),
        seen: BTreeSet::new(),
        taken: false,
        pins: 0,
    };
    let result = kind.run_in(flow, &mut meeting);
    assert!(meeting.taken, "{case}: not taken");
    assert!(meeting.pins <= 1, "{case}: {} PINs", meeting.pins);
    let pins = meeting.pins;
    let presented = card.log().iter().filter(|one| one.presents_pin()).count();
    assert!(presented <= 1, "{case}: VERIFY was sent twice");
    assert!(!card.is_powered(), "{case}: the card kept its power");
    let error = match result {
        Ok(spoils) => {
            // What was asked for again some other way is the same.
            let right = kind.run(flow, &mut used(&kind.card));
            assert_eq!(Some(spoils), right.ok(), "{case}: other data");
            return "-".to_owned();
        }
        Err(error) => error,
    };
    let known = error.pin_try();
    // A PIN that never left is not spent, and one that may have left is not called unspent.
    if pins == 0 {
        assert_eq!(known, PinTry::NotSpent, "{case}: {error:?}");
    }
    if let (State::Verify, Event::Fails(_, delivery)) = (state, event) {
        let right = match delivery {
            Delivery::NotSent => PinTry::NotSpent,
            _ => PinTry::Unknown,
        };
        assert_eq!(known, right, "{case}: {error:?}");
    }
    let known = match known {
        PinTry::NotSpent => "not spent",
        PinTry::Spent => "spent",
        PinTry::Accepted => "accepted",
        _ => "unknown",
    };
    format!("{} {known}", error.code())
}

/// The ways to check, on three cards: with extended lengths, without, and where long answers are fetched piece by piece.
const WAYS: [&str; 5] = [
    flows::TOKEN.name,
    flows::CHECK.name,
    flows::CHECK_WITHOUT_COUNTER.name,
    flows::CHECK_ON_THE_PAD.name,
    flows::CHECK_BY_SIGHT.name,
];
const CARDS: [&str; 3] = [
    "plastic 2016",
    "plastic 2023, short lengths",
    "plastic 2023, GET RESPONSE",
];

#[test]
fn every_state_meets_every_event() {
    let kinds = kinds();
    let (mut text, mut pairs) = (String::new(), 0);
    let mut states = BTreeSet::new();
    for kind in kinds.iter().filter(|kind| CARDS.contains(&kind.name)) {
        for way in WAYS {
            let flow = kind.flows.iter().find(|flow| flow.name == way);
            let flow = flow.expect("each card has each way");
            let mut card = used(&kind.card);
            let mut clean = Meeting {
                card: &mut card,
                pair: None,
                seen: BTreeSet::new(),
                taken: false,
                pins: 0,
            };
            let ends = kind.run_in(flow, &mut clean);
            assert_eq!(
                ends.as_ref().err().map_or("", mynacard_card::Error::code),
                flow.ends
            );
            let seen = clean.seen;
            let _ = writeln!(text, "{}, {}", kind.name, flow.name);
            for event in EVENTS {
                let _ = write!(text, "  {:<32}", format!("{event:02X?}"));
                for state in &seen {
                    let _ = write!(text, " {state:?}: {:<20}", meet(kind, flow, *state, event));
                    pairs += 1;
                }
                text.truncate(text.trim_end().len());
                text.push('\n');
            }
            states.extend(seen);
        }
    }
    assert_eq!(
        states,
        BTreeSet::from(State::ALL),
        "a state that no way has"
    );
    assert!(pairs >= 1000, "{pairs} pairs");
    println!("{text}{pairs} pairs of state and event, all taken");
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/matrix.txt");
    if std::env::var_os("MYNACARD_BLESS").is_some() {
        std::fs::write(&kept, &text).expect("the matrix is written");
    }
    let expected = std::fs::read_to_string(&kept).expect("the matrix is checked in");
    for (found, right) in text.lines().zip(expected.lines()) {
        assert_eq!(found, right, "MYNACARD_BLESS=1 writes the matrix anew");
    }
    assert_eq!(text.len(), expected.len(), "another matrix");
}
