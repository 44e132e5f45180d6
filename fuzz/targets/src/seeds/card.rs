//! Seeds of the card: every dialogue's answers, commands, trace, and single deviations from it.

use mynacard_card::app::jpki::CounterPolicy;
use mynacard_card::trace::Recorder as Tracer;
use mynacard_card::{
    Application, Command, End, LengthForm, LengthPolicy, Limits, PinEntry, Response, StatusWord,
    Transport, TransportError,
};
use mynacard_sim::{Profile, Quirk, VirtualCard};

use super::Seed;
use crate::flows::{Ask, FLOWS, Flow, TYPED};
use crate::joined;
use crate::virtual_card::card_of;

pub(super) fn add(seeds: &mut Vec<Seed>) {
    for (place, flow) in (0_u8..).zip(FLOWS) {
        for choices in [0, 1] {
            let recorder = led(flow, choices);
            let name = if choices == 0 { "short" } else { "extended" };
            let name = format!("{}-{name}", flow.name);
            let answers = recorder.answers();
            seeds.push((
                "card_dialogue",
                name.clone(),
                [&[place, choices][..], &answers].concat(),
            ));
            let kind = Profile::ALL
                .iter()
                .position(|profile| *profile == flow.profile)
                .and_then(|at| u8::try_from(at).ok())
                .unwrap_or_default();
            let commands = recorder.commands();
            // Short lengths go with GET RESPONSE. The others come once more, from a card with the habits of its place.
            let cards = match (choices, place % 4) {
                (0, _) => vec![("", kind, 0x81)],
                (_, 0) => vec![("", kind, 0), ("-refuses-extended", kind, 0x20)],
                (_, 1) => vec![("", kind, 0), ("-conditions", kind, 0x40)],
                (_, 2) => vec![("", kind, 0), ("-foreign", kind | 0x80, 0)],
                _ => vec![("", kind, 0), ("-forgets", kind | 0x40, 0)],
            };
            for (suffix, kind, habits) in cards {
                let mut seed = [&[kind, habits][..], &commands].concat();
                if suffix == "-forgets"
                    && let Some((last, _)) = recorder.exchanges.last()
                {
                    // A reset under power, then the last command again: with what its PIN had opened.
                    seed.extend(joined([&[0x02][..], last]));
                }
                seeds.push(("virtual_card", format!("{name}{suffix}"), seed));
            }
            if flow.name == "authentication" {
                for (index, (command, answer)) in recorder.exchanges.iter().enumerate().take(6) {
                    seeds.push(("command", format!("{name}-{index}"), command.clone()));
                    seeds.push(("response", format!("{name}-{index}"), answer.clone()));
                }
            }
            let trace = [&[place][..], trace(flow, choices).as_bytes()].concat();
            seeds.push(("trace", name, trace));
        }
        deviations(seeds, place, flow);
    }
    by_hand(seeds);
    found(seeds);
    reader(seeds);
}

/// What a driver says to a card in its reader, and files of counters.
fn reader(seeds: &mut Vec<Seed>) {
    for (pieces, name) in [(0x00, "whole"), (0x01, "octets"), (0x17, "interrupted")] {
        let flow = FLOWS.iter().find(|flow| flow.name == "authentication");
        let led = led(flow.expect("listed"), 1);
        let commands = led.exchanges.iter().map(|(command, _)| command.as_slice());
        // Power, the answer to reset, a dialogue, a reset, an empty message, power away.
        let messages =
            [&[0x01][..], &[0x04]]
                .into_iter()
                .chain(commands)
                .chain([&[0x02][..], &[], &[0x00]]);
        let seed = [&[pieces][..], &joined(messages)].concat();
        seeds.push(("vpcd", name.into(), seed));
    }
    let command: &[u8] = &[0x00, 0x84, 0x00, 0x00, 0x10];
    for (name, end) in [
        ("no-power", joined([&[0x00][..], command])),
        ("cut-in-length", vec![0x00]),
        ("cut-in-body", vec![0x00, 0x05, 0x00, 0x84]),
        ("longest", vec![0xFF, 0xFF, 0x00]),
        ("unknown-control", joined([&[0x03][..], &[0xFF]])),
    ] {
        let seed = [&[0x00][..], &joined([&[0x01][..]]), &end].concat();
        seeds.push(("vpcd", name.into(), seed));
    }
    let whole = card_of(Profile::default()).counters();
    for (name, text) in [
        ("whole", whole.as_str()),
        ("some", "signature 2\nauthentication 0\n"),
        ("twice", "common 1\ncommon 3"),
        ("too-many", "authentication 255\n"),
        ("not-a-number", "authentication many\n"),
        ("out-of-range", "signature 1\nauthentication 256\n"),
        ("unknown", "pin 3\n"),
    ] {
        seeds.push(("card_counters", name.into(), text.into()));
    }
}

/// A right dialogue with several kinds of card, and some deviations in it.
fn deviations(seeds: &mut Vec<Seed>, place: u8, flow: &Flow) {
    use Quirk::{
        BlockedAs63C0, BlockedAs6983, ConditionsForPin, ExactLe, Foreign, ForgetsAtReset,
        GetResponse, OpenCounter, RefusesExtended,
    };
    // Right dialogues, wrong ones, few tries left; every habit with a mode in which it shows.
    let kinds: [(u8, &[Quirk]); 9] = [
        (0, &[GetResponse]),
        (1, &[]),
        (3, &[ExactLe, OpenCounter]),
        (5, &[]),
        (0x82, &[BlockedAs6983]),
        (0xC6, &[BlockedAs63C0]),
        (1, &[RefusesExtended]),
        (2, &[ConditionsForPin, ForgetsAtReset]),
        (1, &[Foreign]),
    ];
    for (choices, quirks) in kinds {
        let habits = habits(quirks);
        let name = format!("{}-right-{choices}-{habits}", flow.name);
        let [more, habits] = habits.to_be_bytes();
        seeds.push(("card_deviations", name, vec![place, choices, more, habits]));
    }
    // The reader refuses the power-up; each of the twelve ways in one of three dialogues.
    for way in (1 + place % 3..=12).step_by(3) {
        let name = format!("{}-power-up-{way}", flow.name);
        seeds.push(("card_deviations", name, vec![place, 1, way << 4, 0]));
    }
    // Each of the kinds at one of the first exchanges, spread over the dialogues; with every third the card forgets at a reset.
    for kind in (place % 4..17).step_by(4) {
        let name = format!("{}-deviation-{kind}", flow.name);
        let quirks: &[Quirk] = if place.is_multiple_of(3) {
            &[ForgetsAtReset]
        } else {
            &[]
        };
        let [more, habits] = habits(quirks).to_be_bytes();
        let at = 1 + (kind + place) % 5;
        let seed = vec![place, kind & 3, more, habits, at, kind, 0x82];
        seeds.push(("card_deviations", name, seed));
    }
}

/// Single cases that were found by machine.
fn found(seeds: &mut Vec<Seed>) {
    // A lost answer behind a 61xx, answered as if its length had been wrong.
    let place = place("pin-pad");
    let [more, habits] = habits(&[Quirk::GetResponse]).to_be_bytes();
    let seed = vec![place, 1, more, habits, 3, 8, 0];
    seeds.push(("card_deviations", "found-hole-behind-61xx".into(), seed));
}

/// Habits by bit, as the target reads them.
fn habits(quirks: &[Quirk]) -> u16 {
    let bits = Quirk::ALL.iter().zip(0..);
    bits.filter(|(quirk, _)| quirks.contains(quirk))
        .fold(0, |all, (_, bit)| all | 1 << bit)
}

/// Bytes that no dialogue with a right card has.
fn by_hand(seeds: &mut Vec<Seed>) {
    let status_words: Vec<u8> = [
        0x9000_u16, 0x6110, 0x6282, 0x6300, 0x63C2, 0x6700, 0x6881, 0x6981, 0x6982, 0x6983, 0x6984,
        0x6985, 0x6986, 0x6A80, 0x6A82, 0x6A83, 0x6A86, 0x6A88, 0x6B00, 0x6CFF, 0x6D00, 0x6E00,
        0x6F00, 0x1234,
    ]
    .map(u16::to_be_bytes)
    .concat();
    seeds.push(("response", "status-words".into(), status_words));
    seeds.push(("response", "one-octet".into(), vec![0x90]));
    // Data that no short form holds.
    let long = [&[0x00, 0xD6, 0x00, 0x00, 0x00, 0x01, 0x00][..], &[5; 256]];
    seeds.push(("command", "long-data".into(), long.concat()));
    dialogues(seeds);
    to_the_card(seeds);
    seeds.push((
        "tlv",
        "nested".into(),
        vec![
            0xFF, 0x20, 0x08, 0xDF, 0x21, 0x02, 0x01, 0x02, 0x04, 0x01, 0x05,
        ],
    ));
    seeds.push((
        "tlv",
        "long".into(),
        [&[0x30, 0x82, 0x01, 0x00][..], &[0; 256]].concat(),
    ));
}

/// The place of a dialogue by its name.
pub(super) fn place(name: &str) -> u8 {
    let place = FLOWS.iter().position(|flow| flow.name == name);
    let place = place.and_then(|place| u8::try_from(place).ok());
    place.expect("a listed dialogue")
}

/// What a card answers that is none of ours.
fn dialogues(seeds: &mut Vec<Seed>) {
    let mut add = |name: &str, flow: &str, choices: u8, answers: &[&[u8]]| {
        let answers = joined(answers.iter().copied());
        let seed = [&[place(flow), choices][..], &answers].concat();
        seeds.push(("card_dialogue", name.to_owned(), seed));
    };
    let done: &[u8] = &[0x90, 0x00];
    // The first octets of a file of a kilobyte, and what announces one octet more.
    let begin = [&[0x30, 0x82, 0x04, 0x00][..], &[0; 252], done].concat();
    let one_more: &[u8] = &[0x05, 0x61, 0x01];
    add("endless-reads", "authentication", 9, &[done, one_more]);
    let past_the_end: &[u8] = &[0x6B, 0x00];
    add(
        "past-the-end",
        "authentication",
        0,
        &[done, &begin, past_the_end],
    );
    let conditions: &[u8] = &[0x69, 0x85];
    add("conditions", "authentication", 0, &[done, conditions]);
    let no_diagnosis: &[u8] = &[0x6F, 0x00];
    add("no-diagnosis", "authentication", 0, &[no_diagnosis; 2]);
    let file: &[u8] = &[0x30, 0x03, 1, 2, 3, 0x90, 0x00];
    let tries: &[u8] = &[0x63, 0xC3];
    add("endless-pieces", "iphone", 8, &[done, file, &[0x61, 0x01]]);
    let long = |end: [u8; 2]| [&[5; 200][..], &end].concat();
    let (first, second) = (long([0x61, 0xC8]), long([0x90, 0x00]));
    let sign_again: &[u8] = &[0x6C, 0x00];
    add(
        "long-signature",
        "iphone",
        0,
        &[done, file, sign_again, &first, &second],
    );
    let larger = [&[0x30, 0x82, 0xFF, 0xFF][..], &[0; 252], done].concat();
    add("large-file", "authentication", 0, &[done, &larger]);
    let failed: &[u8] = &[0x63, 0x00];
    add(
        "failed",
        "authentication",
        0,
        &[done, file, tries, tries, failed],
    );
    let der: &[u8] = &[0x30, 0x06, 2, 1, 1, 2, 1, 1, 0x90, 0x00];
    add(
        "signature-in-der",
        "p384",
        1,
        &[done, file, tries, done, der],
    );
    add("in-pieces-of-100", "authentication", 0x11, &[done, &begin]);
    let signature = [&[5; 256][..], done].concat();
    // Each is followed by what would please a caller that goes on, and by a caller that does.
    let mut conduct = |name: &str, query: &[u8], verify: &[u8], signature: &[u8]| {
        let mut rest = vec![query, verify, file, done, done];
        add(name, "android", 1, &[done, query, verify, file, signature]);
        if verify == done {
            rest.insert(2, signature);
        }
        let answers = [&[done][..], &rest, &rest, &rest].concat();
        add(&format!("stubborn-{name}"), "android", 0x21, &answers);
    };
    for (name, query) in [
        ("last-try", [0x63, 0xC1]),
        ("no-try", [0x63, 0xC0]),
        ("blocked", [0x69, 0x83]),
        ("unusable", [0x69, 0x84]),
        ("open", [0x90, 0x00]),
        ("no-counter", [0x6A, 0x88]),
    ] {
        conduct(&format!("counter-{name}"), &query, done, &signature);
    }
    for (name, verify) in [
        ("wrong", &[0x63, 0xC2][..]),
        ("failed", &[0x63, 0x00]),
        ("blocked", &[0x69, 0x83]),
        ("odd", &[0x6A, 0x80]),
        ("more", &[0x61, 0x02]),
        ("with-data", &[1, 2, 0x90, 0x00]),
        ("cut", &[0x90]),
        ("gone", &[]),
        ("right", done),
    ] {
        conduct(&format!("verify-{name}"), tries, verify, &signature);
    }
    conduct("signature-short", tries, done, &second);
    // The application was selected again, and somebody else has opened its PIN.
    let first = [done, tries, done, &signature, file, done, done];
    let answers = [&first[..], &[done, done, &signature]].concat();
    add("stubborn-open-again", "android", 0x21, &answers);
}

/// Its name, the kind of card with its habits, and commands.
type Sequence<'a> = (&'a str, [u8; 2], &'a [&'a [u8]]);

/// Commands that no dialogue sends.
fn to_the_card(seeds: &mut Vec<Seed>) {
    let select = |application: Application| {
        let name = application.name();
        let length = u8::try_from(name.len()).expect("sixteen octets at most");
        [&[0x00, 0xA4, 0x04, 0x0C, length][..], name].concat()
    };
    let jpki = &select(Application::Jpki);
    let [support, face, common] = [
        Application::InputSupport,
        Application::CardFace,
        Application::Common,
    ]
    .map(select);
    let get_data: &[u8] = &[0x00, 0xCA, 0x7F, 0x21, 0x00, 0x00, 0x00];
    let cases: [Sequence<'_>; 8] = [
        (
            "get-data",
            [0, 0],
            &[
                get_data,
                &support,
                get_data,
                &[0x00, 0xCA, 0x7F, 0x21],
                // An Lc of zero: found by a copy of this seed.
                &[0x00, 0xCA, 0x7F, 0x21, 0x00, 0x00, 0x00, 0x00, 0x04],
                &[0x00, 0xCA, 0x00, 0x01, 0x00],
                &face,
                get_data,
                jpki,
                get_data,
            ],
        ),
        (
            "records",
            [0, 0],
            &[
                &common,
                &[0x00, 0xB2, 0x01, 0x0C, 0x01],
                &[0x00, 0xB2, 0x01, 0x0C, 0x00],
                &[0x00, 0xB2, 0x01, 0x04, 0x00],
                &[0x00, 0xB2, 0x02, 0x04, 0x00],
            ],
        ),
        (
            "response-of-nothing",
            [0, 1],
            &[
                &support,
                &[0x00, 0xB0, 0x85, 0x00, 0x00],
                &[0x00, 0xC0, 0x00, 0x00],
            ],
        ),
        (
            "pin-of-a-phone",
            [3, 0],
            &[
                jpki,
                &[0x00, 0x20, 0x00, 0x98],
                &[0x00, 0x20, 0x00, 0x98, 0x04, b'1', b'2', b'3', b'4'],
            ],
        ),
        (
            "changes",
            [0, 0],
            &[
                jpki,
                &[0x80, 0x32, 0x00, 0x80, 0x04, b'5', b'6', b'7', b'8'],
                &[0x00, 0x24, 0x00, 0x98, 0x04, b'5', b'6', b'7', b'8'],
                &[0x00, 0x20, 0x00, 0x8A],
                &[0x00, 0x20, 0x00, 0x80],
                jpki,
                &[0x00, 0x20, 0x00, 0x80],
                &[0x00, 0x84, 0x00, 0x00, 0x21],
            ],
        ),
        (
            "signs-with-a-file",
            [0, 0],
            &[
                jpki,
                &[0x80, 0x2A, 0x00, 0x8A, 0x01, 0x05, 0x00],
                &[0x80, 0x2A, 0x00, 0x80, 0x01, 0x05, 0x00],
            ],
        ),
        (
            "terminal",
            [0, 0],
            &[
                jpki,
                &[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x0A],
                &[0x80, 0xA2, 0x06, 0xC1, 0x01, 0x05],
                &[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x16],
                &[0x80, 0xA2, 0x01, 0xC1, 0x01, 0x05],
            ],
        ),
        ("class", [0, 0], &[&[0xFF, 0xA4, 0x04, 0x0C]]),
    ];
    for (name, card, commands) in cases {
        let seed = [&card[..], &joined(commands.iter().copied())].concat();
        seeds.push(("virtual_card", format!("by-hand-{name}"), seed));
    }
}

/// Leads a dialogue with the virtual card; the first bit chooses extended length.
fn led(flow: &Flow, choices: u8) -> Recorder {
    let mut recorder = Recorder::new(flow.profile, choices & 1 != 0);
    (flow.run)(&mut recorder, RIGHT).expect("the virtual card is right");
    recorder
}

fn trace(flow: &Flow, choices: u8) -> String {
    let mut trace = String::new();
    let recorder = Recorder::new(flow.profile, choices & 1 != 0);
    let mut tracer = Tracer::new(recorder, |line: &str| {
        trace.push_str(line);
        trace.push('\n');
    });
    (flow.run)(&mut tracer, RIGHT).expect("the virtual card is right");
    drop(tracer);
    trace
}

/// The trace of the right dialogue of that name.
pub(super) fn trace_of(name: &str, choices: u8) -> String {
    let flow = FLOWS.iter().find(|flow| flow.name == name);
    trace(flow.expect("a listed dialogue"), choices)
}

const RIGHT: Ask = Ask {
    counter: CounterPolicy::READ_FIRST,
    length: LengthPolicy::FromTransport,
    wrong: false,
};

/// The virtual card, and all that was said.
pub(crate) struct Recorder {
    pub(crate) card: VirtualCard,
    pub(super) exchanges: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Recorder {
    pub(crate) fn new(profile: Profile, extended: bool) -> Self {
        Recorder {
            card: card_of(profile).with_extended(extended),
            exchanges: Vec::new(),
        }
    }

    fn answers(&self) -> Vec<u8> {
        let answers: Vec<Vec<u8>> = self
            .exchanges
            .iter()
            .map(|(_, answer)| without_hash(answer))
            .collect();
        joined(answers.iter().map(Vec::as_slice))
    }

    fn commands(&self) -> Vec<u8> {
        joined(self.exchanges.iter().map(|(command, _)| command.as_slice()))
    }

    fn pass(&mut self, frame: Vec<u8>) -> Vec<u8> {
        let answer = self.card.transmit(&frame);
        self.exchanges.push((frame, answer.clone()));
        answer
    }
}

/// An answer without the hash of a My Number, even of nobody's: seeds are shared like traces.
fn without_hash(answer: &[u8]) -> Vec<u8> {
    const HEADER: [u8; 3] = [0xDF, 0x31, 0x20];
    let mut answer = answer.to_vec();
    let found = answer
        .windows(HEADER.len())
        .position(|window| window == HEADER);
    if let Some(hash) = found.and_then(|at| answer.get_mut(at + 3..at + 35)) {
        hash.fill(0);
    }
    answer
}

impl Transport for Recorder {
    fn begin(&mut self) -> Result<(), TransportError> {
        self.card.power_off();
        self.card.power_on();
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
        let frame = command
            .encode(form)
            .expect("our own commands can be written")
            .to_vec();
        response.set(&self.pass(frame))
    }

    fn limits(&self) -> Limits {
        if self.card.has_extended() {
            Limits::EXTENDED
        } else {
            Limits::SHORT
        }
    }

    fn enter_pin(&mut self, request: &PinEntry) -> Result<StatusWord, TransportError> {
        let length = u8::try_from(TYPED.len()).expect("four digits");
        let frame = [request.header.as_slice(), &[length], TYPED.as_bytes()].concat();
        let mut response = Response::new();
        response.set(&self.pass(frame))?;
        Ok(response.status())
    }

    fn end(&mut self, _: End) {
        self.card.power_off();
    }
}
