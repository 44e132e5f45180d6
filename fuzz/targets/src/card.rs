//! What a card can send: answers, objects, whole dialogues.

use std::num::NonZeroU16;

use mynacard_card::app::jpki::{CounterPolicy, Jpki};
use mynacard_card::tlv::{Header, Objects};
use mynacard_card::trace::{Recorder, Replay};
use mynacard_card::{
    Command, Delivery, End, LengthForm, LengthPolicy, Limits, Options, PinEntry, Response,
    StatusWord, Transport, TransportError, TransportErrorKind, hazmat,
};
use mynacard_sim::Counter;

use crate::conduct::Conduct;
use crate::errors::{note, noted, read};
use crate::flows::{self, Ask, FLOWS};
use crate::pieces;
use crate::virtual_card::card;

/// An answer is its data and its status word, and nothing else.
pub(crate) fn response(data: &[u8]) {
    let mut response = Response::new();
    // One octet, which is no answer either, stands for an answer of nothing else that is longer than any.
    if let [fill] = data {
        let refused = response.set(&vec![*fill; Response::MAX + 1]);
        let refused = refused.expect_err("longer than any answer");
        assert_eq!(refused.kind(), TransportErrorKind::TooLong);
        assert!(response.data().is_empty());
    }
    match response.set(data) {
        Ok(()) => {
            let mut again = response.data().to_vec();
            again.extend(response.status().value().to_be_bytes());
            assert_eq!(again, data, "an answer lost bytes");
        }
        Err(error) => {
            read(&error);
            assert!(
                data.len() < 2 || data.len() > Response::MAX,
                "a well-formed answer was refused"
            );
        }
    }
    let (length, word) = (response.data().len(), response.status().value());
    assert_eq!(
        format!("{response:?}"),
        format!("Response({length} bytes, {word:04X})"),
        "what a card says is shown"
    );
    for two in data.as_chunks::<2>().0 {
        let word = u16::from_be_bytes(*two);
        let status = StatusWord::from(word);
        assert_eq!(u16::from(status), word, "a status word changed");
        assert!(!status.meaning().is_empty());
        assert!(status.to_string().contains(&format!("{word:04X}")));
    }
}

/// Objects lie within their bytes, one after the other, and end.
pub(crate) fn tlv(data: &[u8]) {
    match Header::read(data) {
        Ok(header) => {
            assert!(header.header <= Header::MAX && header.total() >= header.header);
        }
        Err(error) => read(&error),
    }
    let mut at = None;
    for object in Objects::new(data).filter_map(|object| object.inspect_err(read).ok()) {
        assert!(
            at < Some(object.at) || at.is_none(),
            "objects do not advance"
        );
        assert_eq!(
            data.get(object.at..object.at + object.raw.len()),
            Some(object.raw),
            "an object lies elsewhere"
        );
        assert!(object.raw.ends_with(object.value));
        at = Some(object.at);
        for inner in Objects::new(object.value) {
            assert!(
                inner.is_err() || inner.is_ok_and(|inner| inner.raw.len() <= object.value.len())
            );
        }
    }
}

/// A command that can be read is written the same way again, in the form that it came in.
pub(crate) fn command(data: &[u8]) {
    let command = match Command::decode(data) {
        Ok(command) => command,
        Err(error) => return read(&error),
    };
    let told = format!("{command:?}");
    assert!(
        command.data().len() < 4 || !told.contains(&format!("{:?}", command.data())),
        "what a command carries is shown: {told}"
    );
    for limits in [Limits::SHORT, Limits::EXTENDED] {
        if let Err(error) = command.encode_within(limits) {
            read(&error);
        }
    }
    let forms = [LengthForm::Short, LengthForm::Extended].map(|form| command.encode(form));
    assert!(
        forms.iter().any(Result::is_ok),
        "a command that was read cannot be written"
    );
    for frame in forms.iter().flatten() {
        // As much as a transport carries, and one octet less than that.
        for (most, fits) in [(frame.len(), true), (frame.len() - 1, false)] {
            let limits = Limits {
                max_command: most,
                max_response: 65_538,
            };
            let within = command.encode_within(limits);
            let short = within.as_ref().is_ok_and(|other| other.len() <= most);
            assert_eq!(within.is_ok(), short, "longer than the transport carries");
            assert!(!fits || command.needs_extended() && !limits.extended() || short);
        }
        let again = Command::decode(frame).expect("what we write, we read");
        assert_eq!(
            (again.header(), again.data(), again.expected()),
            (command.header(), command.data(), command.expected())
        );
    }
    assert!(
        forms.iter().flatten().any(|frame| **frame == *data),
        "no form of the command is the one that was read"
    );
    relayed(&command);
}

/// A command that was composed elsewhere moves no counter of a card, opens nothing and signs nothing: it is not even sent.
fn relayed(command: &Command<'_>) {
    let mut card = card();
    let before = card.clone();
    let mut jpki = Jpki::open(&mut card, Options::new()).expect("the virtual card");
    let refused = hazmat::exchange(&mut jpki, command).err();
    let refused = refused.is_some_and(|error| note(&error) == "MC-1025");
    drop(jpki);
    let sent = card.log().iter().skip(1);
    let forbidden = |header: [u8; 4]| {
        matches!(
            header,
            [0x00, 0x20 | 0x24 | 0x2C, ..] | [0x80, 0x2A, ..] | [0x00, 0xA4, 0x04, ..]
        )
    };
    assert!(
        !sent.clone().any(|one| forbidden(one.header())),
        "it was sent"
    );
    assert!(!refused || sent.count() == 0, "refused, and sent");
    assert!(refused || !forbidden(command.header()), "not refused");
    assert!(!card.is_anything_verified());
    for counter in Counter::ALL {
        assert_eq!(
            card.tries(counter),
            before.tries(counter),
            "a counter moved"
        );
    }
}

/// The length of pieces that a caller asks for.
const PIECE: NonZeroU16 = NonZeroU16::new(100).expect("not zero");

/// The dialogues that end with a signature by a key of 2048 bits.
const RSA_2048: [&str; 5] = [
    "authentication",
    "pin-pad",
    "signature",
    "android",
    "iphone",
];

/// A dialogue with a card that answers whatever it likes: the first octet chooses which, the second how it is asked for, or that a caller leads
/// it who does not heed errors.
pub(crate) fn dialogue(data: &[u8]) {
    let Some(([which, choices], answers)) = data.split_first_chunk::<2>() else {
        return;
    };
    let Some(flow) = FLOWS.get(usize::from(*which) % FLOWS.len()) else {
        return;
    };
    let stubborn = choices & 0x20 != 0;
    let mut card = AnyCard {
        answers: if choices & 8 == 0 {
            Box::new(pieces(answers))
        } else {
            // It goes on with its last answer for ever.
            Box::new(pieces(answers).chain(pieces(answers).last().into_iter().cycle()))
        },
        limits: if choices & 1 == 0 {
            Limits::SHORT
        } else {
            Limits::EXTENDED
        },
        exchanges: 0,
        secrets: 0,
        power: false,
        gone: false,
        conduct: Conduct::new(choices & 2 == 0, flow.pins == 0 && !stubborn),
    };
    let counter = if choices & 2 == 0 {
        CounterPolicy::READ_FIRST
    } else {
        CounterPolicy::Skip
    };
    let ask = Ask {
        counter,
        length: match choices & 0x10 {
            0 => LengthPolicy::FromTransport,
            _ => LengthPolicy::AtMost(PIECE),
        },
        wrong: choices & 4 != 0,
    };
    let result = match stubborn {
        true => flows::stubborn(&mut card, ask),
        false => (flow.run)(&mut card, ask),
    };
    if let (Ok(spoils), true) = (&result, RSA_2048.contains(&flow.name) && !stubborn) {
        let signature = spoils.last().map(Vec::len);
        assert_eq!(signature, Some(256), "a signature of another length");
    }
    if let Err(error) = result {
        note(&error);
        assert_eq!(
            error.pin_try(),
            card.conduct.pin_try(),
            "{}: {error:?}",
            flow.name
        );
    }
    let most = match stubborn {
        true => flows::STUBBORN,
        false => flow.pins + usize::from(flow.changes.is_some()),
    };
    assert!(
        card.secrets <= most,
        "{}: {} PINs were sent",
        flow.name,
        card.secrets
    );
    assert!(!card.power, "the card was left under power");
}

/// A trace that somebody sent in, replayed through the dialogue that its first octet names: what is recorded of that runs
/// again in the same way.
pub(crate) fn trace(data: &[u8]) {
    let Some((which, text)) = data.split_first() else {
        return;
    };
    let Some(flow) = FLOWS.get(usize::from(*which) % FLOWS.len()) else {
        return;
    };
    let Ok(replay) = noted(Replay::read(&String::from_utf8_lossy(text))) else {
        return;
    };
    let record = |replay: Replay| {
        let mut trace = String::new();
        let mut recorder = Recorder::new(replay, |line: &str| {
            trace.push_str(line);
            trace.push('\n');
        });
        recorder.note("flow", flow.name);
        let ask = Ask {
            counter: CounterPolicy::READ_FIRST,
            length: LengthPolicy::FromTransport,
            wrong: false,
        };
        let result = (flow.run)(&mut recorder, ask).map_err(|error| note(&error));
        let replay = recorder.into_inner();
        (result, trace, replay.line())
    };
    let _ = (replay.line(), replay.is_finished(), replay.note("flow"));
    // What the sender left unmasked is masked by now: the second recording is like every one after it, and uses every line.
    let again = |trace: &str| {
        let replay = Replay::read(trace).expect("what we write, we read");
        assert_eq!(replay.note("flow"), Some(flow.name), "a note is lost");
        let (result, trace, left) = record(replay);
        assert_eq!(left, None, "{}: a line was not used", flow.name);
        (result, trace)
    };
    let masked = again(&record(replay).1);
    assert_eq!(
        again(&masked.1),
        masked,
        "{}: a recorded dialogue ran otherwise",
        flow.name
    );
}

/// A card whose answers are the pieces of an input. An empty piece is a card that has gone.
struct AnyCard<'a> {
    answers: Box<dyn Iterator<Item = &'a [u8]> + 'a>,
    limits: Limits,
    exchanges: u32,
    secrets: usize,
    power: bool,
    gone: bool,
    conduct: Conduct,
}

impl AnyCard<'_> {
    fn next(&mut self, response: &mut Response) -> Result<(), TransportError> {
        assert!(
            self.power && !self.gone,
            "an exchange after the card had gone"
        );
        self.exchanges += 1;
        assert!(self.exchanges < 20_000, "the dialogue does not end");
        match self.answers.next() {
            None | Some([]) => {
                self.gone = true;
                Err(TransportError::new(
                    TransportErrorKind::CardRemoved,
                    Delivery::Unknown,
                ))
            }
            Some(answer) => response.set(answer),
        }
    }
}

impl Transport for AnyCard<'_> {
    fn begin(&mut self) -> Result<(), TransportError> {
        self.power = true;
        Ok(())
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        let secret = matches!(command.ins(), 0x20 | 0x24 | 0x32) && !command.data().is_empty();
        assert_eq!(
            secret,
            command.is_secret(),
            "a PIN that is not marked, or a mark without a PIN"
        );
        self.secrets += usize::from(secret);
        let act = self.conduct.sends(command);
        let result = self.next(response);
        self.conduct.heard(act, result, response)
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    fn enter_pin(&mut self, request: &PinEntry) -> Result<StatusWord, TransportError> {
        self.secrets += 1;
        let act = self.conduct.types(request);
        let mut response = Response::new();
        let result = self.next(&mut response);
        self.conduct.typed(act, result, &response)
    }

    fn end(&mut self, how: End) {
        assert_eq!(
            how,
            End::PowerDown,
            "a dialogue with a PIN in it ends with a power-down"
        );
        self.power = false;
    }
}
