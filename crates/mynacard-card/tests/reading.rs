//! Files read from cards that cut, correct, pad, lie or never end.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use mynacard_card::app::jpki::{Jpki, Options};
use mynacard_card::{
    Delivery, Error, ErrorKind, FileProblem, Limits, StatusWord, TransportError, TransportErrorKind,
};
use support::{Answer, FakeCard, JPKI, certificate};

/// Reads the authentication certificate; what came of it, and the READs and GET RESPONSEs it took.
fn read(card: &mut FakeCard) -> (Result<Vec<u8>, Error>, Vec<Vec<u8>>) {
    let read = Jpki::open(card, Options::default())
        .unwrap()
        .authentication_certificate();
    (read, card.log.split_off(1))
}

/// Answers the commands after SELECT in turn, then as the card would.
fn scripted(limits: Limits, answers: Vec<Vec<u8>>) -> FakeCard {
    FakeCard::hooked(limits, move |index, _| {
        index
            .checked_sub(1)
            .and_then(|at| answers.get(at).cloned())
            .map(Ok)
    })
}

fn with(data: &[u8], status: u16) -> Vec<u8> {
    [data, &status.to_be_bytes()].concat()
}

#[track_caller]
fn refused(mut card: FakeCard, kind: ErrorKind) {
    let (outcome, frames) = read(&mut card);
    assert_eq!(outcome.unwrap_err().kind(), &kind);
    assert!(frames.len() <= 4097, "{} exchanges", frames.len());
}

#[test]
fn an_answer_in_pieces_is_put_together() {
    let whole = certificate(300);
    let card = &mut scripted(
        Limits::EXTENDED,
        vec![
            with(&whole[..100], 0x6164),
            with(&whole[100..200], 0x6100),
            with(&whole[200..], 0x9000),
        ],
    );
    let (content, frames) = read(card);
    assert_eq!(content.unwrap(), whole);
    assert_eq!(
        frames[1..],
        [
            vec![0x00, 0xC0, 0x00, 0x00, 0x64],
            vec![0x00, 0xC0, 0x00, 0x00, 0x00]
        ]
    );
}

#[test]
fn a_corrected_length_is_asked_for_once() {
    let whole = certificate(300);
    let answers = vec![
        with(&[], 0x6C80),
        with(&whole[..128], 0x9000),
        with(&[], 0x6CAC),
        with(&whole[128..], 0x9000),
    ];
    let (content, frames) = read(&mut scripted(Limits::SHORT, answers));
    assert_eq!(content.unwrap(), whole);
    assert_eq!(frames[1], [0x00, 0xB0, 0x8A, 0x00, 0x80]);
    assert_eq!(frames[3], [0x00, 0xB0, 0x00, 0x80, 0xAC]);

    let status = StatusWord::WrongExpected(0x10);
    let always = FakeCard::hooked(Limits::SHORT, |_, f| {
        (f[1] == 0xB0).then(|| Ok(vec![0x6C, 0x10]))
    });
    refused(
        always,
        ErrorKind::Refused {
            command: "READ BINARY",
            status,
        },
    );
}

#[test]
fn filler_is_cut_and_the_end_of_the_file_is_no_error() {
    let whole = certificate(200);
    let (content, frames) = read(&mut scripted(Limits::SHORT, vec![with(&whole, 0x6282)]));
    assert_eq!((content.unwrap(), frames.len()), (whole.clone(), 1));
    let padded = [&whole[..], &[0xFF; 56]].concat();
    let (content, _) = read(&mut scripted(Limits::SHORT, vec![with(&padded, 0x9000)]));
    assert_eq!(content.unwrap(), whole);
}

#[test]
fn a_file_that_ends_too_early_is_truncated() {
    let whole = certificate(300);
    let problem = FileProblem::Truncated {
        expected: 300,
        found: 256,
    };
    let file = "authentication certificate";
    for answer in [with(&[], 0x6B00), with(&[], 0x9000), with(&[], 0x6282)] {
        let card = scripted(Limits::SHORT, vec![with(&whole[..256], 0x9000), answer]);
        refused(card, ErrorKind::MalformedFile { file, problem });
    }
    // From its very beginning there is nothing to read: refused, not truncated.
    let status = StatusWord::OffsetPastEnd;
    refused(
        scripted(Limits::SHORT, vec![with(&[], 0x6B00)]),
        ErrorKind::Refused {
            command: "READ BINARY",
            status,
        },
    );
}

#[test]
fn a_length_that_is_not_minimal_is_understood() {
    let mut whole = vec![0x30, 0x84, 0x00, 0x00, 0x01, 0x00];
    whole.resize(262, 7);
    for limits in [Limits::SHORT, Limits::EXTENDED] {
        let mut card = FakeCard::new(limits);
        card.applications
            .get_mut(&JPKI[..])
            .unwrap()
            .get_mut(&0x0A)
            .unwrap()
            .content = [&whole[..], &[0xFF; 9]].concat();
        assert_eq!(read(&mut card).0.unwrap(), whole);
    }
}

#[test]
fn an_indefinite_or_a_huge_length_ends_with_the_first_block() {
    let file = "authentication certificate";
    let max = 8192;
    let huge = |found| FileProblem::TooLong { found, max };
    for (header, problem) in [
        (&[0x30, 0x80][..], FileProblem::Encoding { at: 0 }),
        (
            &[0x30, 0x85, 0, 0, 0, 1, 0],
            FileProblem::Encoding { at: 0 },
        ),
        (&[0x30, 0x82, 0x1F, 0xFD], huge(8193)),
        (&[0x30, 0x83, 0xFF, 0xFF, 0xFF], huge(0xFF_FFFF + 5)),
        (&[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], huge(0xFFFF_FFFF + 6)),
    ] {
        for limits in [Limits::SHORT, Limits::EXTENDED] {
            // The end of contents that an indefinite length would wait for is there.
            let mut block = header.to_vec();
            block.resize(254, 7);
            block.extend([0, 0]);
            let (outcome, frames) = read(&mut scripted(limits, vec![with(&block, 0x9000)]));
            let error = outcome.unwrap_err();
            assert_eq!(error.kind(), &ErrorKind::MalformedFile { file, problem });
            assert_eq!(frames.len(), 1, "{header:02X?}");
        }
    }
    // One byte less is within bounds, and is asked for.
    let mut whole = vec![0x30, 0x82, 0x1F, 0xFC];
    whole.resize(max, 7);
    let mut card = FakeCard::new(Limits::SHORT);
    let files = card.applications.get_mut(&JPKI[..]).unwrap();
    files.get_mut(&0x0A).unwrap().content.clone_from(&whole);
    assert_eq!(read(&mut card).0.unwrap(), whole);
}

#[test]
fn more_than_was_asked_for_is_malformed() {
    let over = with(&certificate(257), 0x9000);
    refused(
        scripted(Limits::SHORT, vec![over]),
        ErrorKind::Transport {
            how: TransportErrorKind::MalformedResponse,
        },
    );
    // The same through a chain: 256 bytes, then one more.
    let chain = vec![with(&certificate(256), 0x6101), with(&[1], 0x9000)];
    let kind = ErrorKind::MalformedAnswer {
        command: "READ BINARY",
        expected: 256,
        found: 257,
    };
    refused(scripted(Limits::SHORT, chain), kind);
}

#[test]
fn a_card_that_never_ends_comes_to_an_end() {
    // 61xx for ever, with and without data; single bytes of a long file.
    let empty =
        |_: usize, f: &[u8]| -> Option<Answer> { (f[1] != 0xA4).then(|| Ok(vec![0x61, 0x10])) };
    let kind = ErrorKind::MalformedAnswer {
        command: "READ BINARY",
        expected: 256,
        found: 0,
    };
    refused(FakeCard::hooked(Limits::SHORT, empty), kind);
    let one = |_: usize, f: &[u8]| -> Option<Answer> {
        (f[1] != 0xA4).then(|| Ok(vec![0x30, 0x61, 0x10]))
    };
    let kind = ErrorKind::MalformedAnswer {
        command: "READ BINARY",
        expected: 256,
        found: 257,
    };
    refused(FakeCard::hooked(Limits::SHORT, one), kind);
    let mut file = [0x30, 0x82, 0x1F, 0x00]
        .into_iter()
        .chain(std::iter::repeat(0));
    let bytewise = move |_: usize, f: &[u8]| -> Option<Answer> {
        (f[1] != 0xA4).then(|| Ok(vec![file.next().unwrap(), 0x90, 0x00]))
    };
    let kind = ErrorKind::LimitExceeded {
        what: "reads of one file",
        limit: 4096,
    };
    refused(FakeCard::hooked(Limits::SHORT, bytewise), kind);
    // A signature that never ends.
    let endless = |_: usize, f: &[u8]| (f[1] == 0x2A || f[1] == 0xC0).then(|| Ok(vec![0x61, 0x00]));
    let mut card = FakeCard::hooked(Limits::SHORT, endless);
    let mut jpki = Jpki::open(&mut card, Options::default()).unwrap();
    let error = jpki
        .verify(mynacard_card::Pin::new(b"1234").ok().unwrap())
        .unwrap()
        .sign(b"message")
        .unwrap_err();
    assert_eq!(
        error.kind(),
        &ErrorKind::LimitExceeded {
            what: "pieces of one answer",
            limit: 512
        }
    );
}

#[test]
fn short_lengths_follow_the_refusal_of_a_read_and_nothing_else() {
    for status in [0x6700_u16, 0x6A86, 0x6F00, 0x6E00, 0x6D00, 0x6981, 0x6985] {
        let refuse = move |_: usize, f: &[u8]| {
            (f[1] == 0xB0 && f.len() == 7).then(|| Ok(status.to_be_bytes().to_vec()))
        };
        let (content, frames) = read(&mut FakeCard::hooked(Limits::EXTENDED, refuse));
        assert_eq!(
            (content.unwrap(), frames.len()),
            (certificate(1590), 8),
            "{status:04X}"
        );
    }
    // A transport that finds the command too long says so before it sends.
    let unsent = |_: usize, f: &[u8]| {
        let error = TransportError::new(TransportErrorKind::Unsupported, Delivery::NotSent);
        (f.len() == 7).then_some(Err(error))
    };
    let (content, _) = read(&mut FakeCard::hooked(Limits::EXTENDED, unsent));
    assert_eq!(content.unwrap(), certificate(1590));
    // A file that is not there, or closed, is not asked for again.
    for (status, code) in [(0x6A82_u16, "MC-1009"), (0x6982, "MC-1012")] {
        let refuse =
            move |_: usize, f: &[u8]| (f[1] == 0xB0).then(|| Ok(status.to_be_bytes().to_vec()));
        let (content, frames) = read(&mut FakeCard::hooked(Limits::EXTENDED, refuse));
        assert_eq!((content.unwrap_err().code(), frames.len()), (code, 1));
    }
    // 6985 may mean the form; in short form it means the PIN, as long as none is verified.
    for limits in [Limits::EXTENDED, Limits::SHORT] {
        let mut card =
            FakeCard::hooked(limits, |_, f| (f[1] == 0xB0).then(|| Ok(vec![0x69, 0x85])));
        let mut jpki = Jpki::open(&mut card, Options::default()).unwrap();
        let error = jpki.authentication_certificate().unwrap_err();
        let file = "authentication certificate";
        assert_eq!(error.kind(), &ErrorKind::PinNeeded { file });
        let pin = mynacard_card::Pin::new(b"1234").ok().unwrap();
        let error = jpki
            .verify(pin)
            .unwrap()
            .authentication_certificate()
            .unwrap_err();
        let status = StatusWord::ConditionsOfUse;
        let command = "READ BINARY";
        assert_eq!(error.kind(), &ErrorKind::Refused { command, status });
    }
    // A refused VERIFY is never sent again in another form: it always is in short form.
    let mut card = FakeCard::hooked(Limits::EXTENDED, |_, f| {
        (f.len() == 9).then(|| Ok(vec![0x67, 0x00]))
    });
    let mut jpki = Jpki::open(&mut card, Options::default()).unwrap();
    assert!(
        jpki.verify(mynacard_card::Pin::new(b"1234").ok().unwrap())
            .is_err()
    );
    jpki.finish();
    assert_eq!(card.verifies(), 1);
}
