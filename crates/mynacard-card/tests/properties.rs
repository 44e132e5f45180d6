//! Properties that hold for every command, every file, every way to cut it in pieces, and every answer of a card.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

mod support;

use mynacard_card::app::card_face::{AgeRecord, BasicData, FaceRecord, RsaKey};
use mynacard_card::app::common::CardIdentity;
use mynacard_card::app::input_support::{Attributes, CardKey};
use mynacard_card::app::jpki::{CounterPolicy, Jpki, Options};
use mynacard_card::tlv::{Header, Objects, TlvError};
use mynacard_card::{
    Command, Delivery, Error, LengthForm, LengthPolicy, Limits, Pin, PinTry, TransportError,
    TransportErrorKind,
};
use proptest::prelude::*;
use std::num::NonZeroU16;
use support::{FakeCard, JPKI, certificate};

/// Tag, length in any of its spellings, value.
fn object(tag: u32, spelling: u8, value: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = tag
        .to_be_bytes()
        .into_iter()
        .skip_while(|byte| *byte == 0)
        .collect();
    let length = (value.len() as u32).to_be_bytes();
    let shortest = 4 - length.iter().take_while(|byte| **byte == 0).count();
    match usize::from(spelling) {
        0 if value.len() < 0x80 => bytes.push(length[3]),
        wanted => {
            let count = wanted.max(shortest).clamp(1, 4);
            bytes.push(0x80 | count as u8);
            bytes.extend(&length[4 - count..]);
        }
    }
    bytes.extend(value);
    bytes
}

fn tag() -> impl Strategy<Value = u32> {
    prop_oneof![
        (0_u32..=0xFF).prop_filter("one byte", |tag| tag & 0x1F != 0x1F && *tag != 0),
        (
            prop::sample::select(vec![0x1F_u32, 0x3F, 0x5F, 0x7F, 0xDF, 0xFF]),
            0_u32..0x80
        )
            .prop_map(|(a, b)| a << 8 | b),
        (0x80_u32..=0xFF, 0_u32..0x80).prop_map(|(b, c)| 0xDF_0000 | b << 8 | c),
    ]
}

fn check(card: &mut FakeCard, options: Options) -> Result<Vec<u8>, Error> {
    let mut jpki = Jpki::open(card, options)?;
    let certificate = jpki.authentication_certificate()?;
    jpki.verify(Pin::new(b"1234")?)?.sign(b"message")?;
    Ok(certificate)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn commands_are_written_as_iso_7816_says(
        header: [u8; 4],
        data in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..=3),
            prop::collection::vec(any::<u8>(), 250..=260),
            prop::collection::vec(any::<u8>(), 0..2000),
        ],
        expected in prop::option::of(prop_oneof![1_u32..=3, 250_u32..=260, 1_u32..=65_536, Just(65_536_u32)]),
    ) {
        let [cla, ins, p1, p2] = header;
        let mut command = Command::new(cla, ins, p1, p2).with_data(&data);
        if let Some(expected) = expected {
            command = command.with_expected(expected);
        }
        let fits_short = data.len() <= 255 && expected.is_none_or(|expected| expected <= 256);
        prop_assert_eq!(command.needs_extended(), !fits_short);

        let mut short = header.to_vec();
        let mut long = header.to_vec();
        if !data.is_empty() {
            short.push(data.len() as u8);
            long.extend([0, (data.len() >> 8) as u8, data.len() as u8]);
        } else if expected.is_some() {
            long.push(0);
        }
        short.extend(&data);
        long.extend(&data);
        if let Some(expected) = expected {
            short.push(expected as u8);
            long.extend([(expected >> 8) as u8, expected as u8]);
        }
        match command.encode(LengthForm::Short) {
            Ok(frame) => prop_assert!(fits_short && frame[..] == short),
            Err(_) => prop_assert!(!fits_short),
        }
        let frame = command.encode(LengthForm::Extended).unwrap();
        prop_assert_eq!(&frame[..], &long[..]);
        let back = Command::decode(&frame).unwrap();
        prop_assert_eq!((back.header(), back.data(), back.expected()), (header, &data[..], expected));
    }

    #[test]
    fn decoding_a_command_never_panics_and_loses_nothing(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        if let Ok(command) = Command::decode(&bytes) {
            let both = [LengthForm::Short, LengthForm::Extended].map(|form| command.encode(form).map(|frame| frame.to_vec()));
            prop_assert!(both.contains(&Ok(bytes)));
        }
    }

    #[test]
    fn objects_are_read_in_every_spelling_of_their_length(
        parts in prop::collection::vec((tag(), 0_u8..=4, prop::collection::vec(any::<u8>(), 0..300)), 0..6),
    ) {
        let whole: Vec<u8> = parts.iter().flat_map(|(tag, spelling, value)| object(*tag, *spelling, value)).collect();
        let read: Vec<_> = Objects::new(&whole).map(|object| object.map(|o| (o.tag, o.value.to_vec()))).collect();
        let expected: Vec<_> = parts.iter().map(|(tag, _, value)| Ok((*tag, value.clone()))).collect();
        prop_assert_eq!(read, expected);
        for end in 0..whole.len().min(8) {
            // Whatever is cut off is never taken for whole.
            let complete = Objects::new(&whole[..end]).all(|object| object.is_ok());
            let boundary = parts.iter().scan(0, |at, (tag, spelling, value)| {
                *at += object(*tag, *spelling, value).len();
                Some(*at)
            });
            prop_assert_eq!(complete, end == 0 || boundary.into_iter().any(|at| at == end));
        }
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut at = 0;
        for object in Objects::new(&bytes) {
            match object {
                Ok(object) => {
                    prop_assert_eq!(object.raw, &bytes[at..at + object.raw.len()]);
                    at += object.raw.len();
                }
                Err(TlvError::Incomplete { at: end } | TlvError::Unreadable { at: end }) => prop_assert_eq!(end, at),
                Err(_) => prop_assert!(false),
            }
        }
        let _ = Header::read(&bytes);
        for outer in [vec![], vec![0xFF, 0x10], vec![0xFF, 0x20], vec![0xFF, 0x30], vec![0xFF, 0x50]] {
            let file = [outer, vec![0x82, (bytes.len() >> 8) as u8, bytes.len() as u8], bytes.clone()].concat();
            let _ = (Attributes::read(&file), AgeRecord::read(&file), FaceRecord::read(&file));
            let _ = (BasicData::read(&file), CardKey::read(&file), RsaKey::read(&file), CardIdentity::read(&file));
        }
    }

    #[test]
    fn short_extended_and_every_block_size_read_the_same(
        length in 200_usize..3000,
        filler in 0_usize..500,
        most in 1_u16..=2000,
        block in prop_oneof![1_usize..20, 20_usize..3000],
        chain in prop::option::of(1_usize..=255),
        max_response in prop_oneof![Just(258_usize), Just(65_538), 20_usize..=600, 600_usize..4000],
        takes_extended: bool,
    ) {
        let content = certificate(length);
        for policy in [LengthPolicy::FromTransport, LengthPolicy::ShortOnly, LengthPolicy::AtMost(NonZeroU16::new(most).unwrap())] {
            let mut card = FakeCard::new(Limits { max_command: 65_544, max_response });
            (card.block, card.chain, card.extended) = (block, chain, takes_extended);
            let file = card.applications.get_mut(&JPKI[..]).unwrap().get_mut(&0x0A).unwrap();
            file.content = [&content[..], &vec![0xFF; filler]].concat();
            let read = Jpki::open(&mut card, Options::new().with_length(policy)).unwrap().authentication_certificate();
            prop_assert_eq!(read.unwrap(), content.clone());
        }
    }

    #[test]
    fn no_answer_of_a_card_makes_the_dialogue_panic_or_send_a_second_pin(
        answers in prop::collection::vec(
            prop_oneof![
                2 => (prop::collection::vec(any::<u8>(), 0..300), prop::sample::select(vec![
                    0x9000_u16, 0x6100, 0x61FF, 0x6C00, 0x6C10, 0x6282, 0x6700, 0x6982, 0x6A82, 0x6B00, 0x6F00, 0x63C0, 0x63C1, 0x63C3, 0x6984,
                ])).prop_map(|(data, status)| Some(Ok([&data[..], &status.to_be_bytes()].concat()))),
                1 => prop::collection::vec(any::<u8>(), 0..4).prop_map(|raw| Some(Ok(raw))),
                1 => any::<bool>().prop_map(|sent| {
                    let delivery = if sent { Delivery::Unknown } else { Delivery::NotSent };
                    Some(Err((TransportErrorKind::CardRemoved, delivery)))
                }),
                6 => Just(None),
            ],
            0..16,
        ),
        skip: bool,
        extended: bool,
    ) {
        let hook = move |index: usize, _: &[u8]| match answers.get(index).cloned().flatten() {
            Some(Ok(raw)) => Some(Ok(raw)),
            Some(Err((kind, delivery))) => Some(Err(TransportError::new(kind, delivery))),
            None => None,
        };
        let mut card = FakeCard::hooked(if extended { Limits::EXTENDED } else { Limits::SHORT }, hook);
        let counter = if skip { CounterPolicy::Skip } else { CounterPolicy::READ_FIRST };
        let outcome = check(&mut card, Options::new().with_counter(counter));
        prop_assert!(card.verifies() <= 1);
        prop_assert_eq!((card.begun, card.ended.len()), (1, 1));
        if let Err(error) = outcome {
            prop_assert!(error.pin_try() != PinTry::NotSpent || card.verifies() == 0 || error.delivery() == Some(Delivery::NotSent));
        }
    }
}

/// Every exchange of both dialogues, every fault: the error knows whether a PIN was on its way.
#[test]
fn every_fault_at_every_exchange() {
    let mut cases = 0;
    for limits in [Limits::SHORT, Limits::EXTENDED] {
        for counter in [CounterPolicy::Skip, CounterPolicy::READ_FIRST] {
            let options = Options::new().with_counter(counter);
            let mut right = FakeCard::new(limits);
            check(&mut right, options).unwrap();
            for at in 0..right.log.len() {
                for kind in [
                    TransportErrorKind::NoCard,
                    TransportErrorKind::CardRemoved,
                    TransportErrorKind::CardReset,
                    TransportErrorKind::ReaderRemoved,
                    TransportErrorKind::ServiceStopped,
                    TransportErrorKind::Timeout,
                    TransportErrorKind::Cancelled,
                    TransportErrorKind::MalformedResponse,
                    TransportErrorKind::Other,
                ] {
                    for delivery in [Delivery::NotSent, Delivery::Unknown] {
                        let hook = move |index: usize, _: &[u8]| {
                            (index == at).then(|| Err(TransportError::new(kind, delivery)))
                        };
                        let mut card = FakeCard::hooked(limits, hook);
                        let error = check(&mut card, options).unwrap_err();
                        let sent = right.log[..at]
                            .iter()
                            .any(|frame| frame[1] == 0x20 && frame.len() > 4);
                        let here = right.log[at][1] == 0x20 && right.log[at].len() > 4;
                        let expected = match (sent, here, delivery) {
                            (true, ..) => PinTry::Accepted,
                            (_, true, Delivery::Unknown) => PinTry::Unknown,
                            _ => PinTry::NotSpent,
                        };
                        assert_eq!(error.pin_try(), expected, "{kind:?} {delivery:?} at {at}");
                        assert_eq!(error.code() == "MC-1007", expected == PinTry::Unknown);
                        assert_eq!(card.log.len(), at + 1, "nothing is sent after a fault");
                        assert_eq!((card.begun, card.ended.len()), (1, 1));
                        cases += 1;
                    }
                }
            }
        }
    }
    assert_eq!(cases, (4 + 5 + 10 + 11) * 9 * 2);
}
