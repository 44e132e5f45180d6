//! Every message of the interface in both encodings, whole and as a stream.

use std::io::{Read, Write};

use mynacard_eligibility::{
    Answer, BulkReader, BulkUnit, BulkWriter, Encoding, Error, FieldId, Finding, Message, Position,
    Record, Section, Unmappable, XmlOptions,
};

use super::as_cp932_reads;
use crate::errors::{note, noted};

/// The members of a body that a stream hands over one by one.
const UNITS: [Section; 4] = [
    Section::Unit,
    Section::RegistrationUnit,
    Section::Search,
    Section::Registration,
];

const UTF8: XmlOptions = XmlOptions {
    encoding: Encoding::Utf8,
    unmappable: Unmappable::Refuse,
};

type Streamed = Result<(Vec<BulkUnit>, Message), (&'static str, Option<Position>)>;

/// A stream says the same however its bytes arrive, and the same as the whole; what was read can be written and read again.
pub(crate) fn message(data: &[u8]) {
    let data = &*crate::grown_to(data, 1 << 18);
    let streamed = stream(data);
    let step = 1 + data.len() % 7;
    let trickled = stream(Trickle::new(data, step, None));
    assert_eq!(streamed, trickled, "it depends on how the bytes arrive");
    breaks_off(data, step, &streamed);
    let Ok(message) = Message::read_xml(data) else {
        return;
    };
    let (units, rest) = streamed.expect("what can be read whole can be read as a stream");
    as_a_whole(&message, &units, &rest);
    written_again(&message);
    in_cp932(&message);
    units_again(&units, &rest);
    streamed_again(data, &units, &rest);
    super::shapes(&Answer::from(message));
}

fn stream(input: impl Read) -> Streamed {
    let failed = |error: Error| (note(&error), error.position());
    let mut reader = BulkReader::open(input).map_err(failed)?;
    let mut units = Vec::new();
    while let Some(unit) = reader.next_unit().map_err(failed)? {
        units.push(unit);
        assert_eq!(units.len(), units.last().map_or(0, |unit| unit.number));
    }
    Ok((units, reader.rest().clone()))
}

/// A few bytes at a time, with interruptions that say nothing, until the reader fails.
struct Trickle<'a> {
    data: &'a [u8],
    step: usize,
    /// Bytes until the failure, where there is to be one.
    fails: Option<usize>,
    interrupts: bool,
}

impl<'a> Trickle<'a> {
    fn new(data: &'a [u8], step: usize, fails: Option<usize>) -> Self {
        Self {
            data,
            step,
            fails,
            interrupts: false,
        }
    }
}

impl Read for Trickle<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        self.interrupts = !self.interrupts;
        if self.interrupts {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        let left = self.fails.unwrap_or(usize::MAX);
        if left == 0 {
            return Err(std::io::Error::other("the line broke"));
        }
        let most = self.step.min(out.len()).min(left);
        let read = self.data.read(out.get_mut(..most).unwrap_or_default())?;
        self.fails = self.fails.map(|left| left - read);
        Ok(read)
    }
}

/// A reader that fails is its own error, wherever it fails; what was read before stays.
fn breaks_off(data: &[u8], step: usize, whole: &Streamed) {
    for at in [data.len() / 7, data.len() / 2 + 1, data.len()] {
        let failed = |error: Error| note(&error);
        let mut reader = match BulkReader::open(Trickle::new(data, step, Some(at))) {
            Ok(reader) => reader,
            Err(error) => {
                let code = failed(error);
                assert!(whole.is_err() || code == LINE_BROKE, "{code}");
                continue;
            }
        };
        let mut units = Vec::new();
        let code = loop {
            match reader.next_unit() {
                Ok(Some(unit)) => units.push(unit),
                Ok(None) => break None,
                Err(error) => break Some(failed(error)),
            }
        };
        if let Ok((all, _)) = whole {
            assert!(all.starts_with(&units), "somebody else was read");
            assert_eq!(code, Some(LINE_BROKE), "at {at} of {}", data.len());
        }
    }
}

/// The code of a reader that failed.
const LINE_BROKE: &str = "MC-4014";

/// Nobody is lost or doubled, and nothing beside the people.
fn as_a_whole(message: &Message, units: &[BulkUnit], rest: &Message) {
    assert_eq!(message.header, rest.header, "another header");
    for section in Section::ALL {
        let whole: Vec<&Record> = message.body.children(section).collect();
        let streamed: Vec<&Record> = if UNITS.contains(&section) {
            let of_it = units.iter().filter(|unit| unit.record.section() == section);
            of_it.map(|unit| &unit.record).collect()
        } else {
            rest.body.children(section).collect()
        };
        assert_eq!(whole, streamed, "{section:?}");
    }
    assert!(
        message.body.values().eq(rest.body.values()),
        "another value"
    );
    assert_eq!(message.body.unknown(), rest.body.unknown());
    assert_eq!(message.unknown(), rest.unknown());
    let kinds = |findings: &mut dyn Iterator<Item = &Finding>| {
        let mut names: Vec<&str> = findings.map(|found| found.kind.name()).collect();
        names.sort_unstable();
        names
    };
    let of_units = units.iter().flat_map(|unit| &unit.findings);
    assert_eq!(
        kinds(&mut message.findings().iter()),
        kinds(&mut of_units.chain(rest.findings())),
        "another finding"
    );
}

fn written_again(message: &Message) {
    let written = message
        .write_xml(&UTF8)
        .expect("UTF-8 has every character that was read")
        .bytes;
    let again = Message::read_xml(&written).expect("what we write, we read");
    // The header states the encoding it was written in.
    assert_eq!(again.body, message.body, "something was lost in writing");
    let twice = again.write_xml(&UTF8).expect("it was written once").bytes;
    assert!(twice == written, "writing is not stable");
}

fn in_cp932(message: &Message) {
    for unmappable in [
        Unmappable::Refuse,
        Unmappable::CharacterReference,
        Unmappable::Replace,
    ] {
        let options = XmlOptions {
            encoding: Encoding::ShiftJis,
            unmappable,
        };
        let Ok(written) = message.write_xml(&options) else {
            // Names have no references: an element's name may be refused under every policy.
            continue;
        };
        let again = Message::read_xml(&written.bytes).expect("what we write, we read");
        assert_eq!(again.encoding, Encoding::ShiftJis);
        let twice = again
            .write_xml(&options)
            .expect("it was written once")
            .bytes;
        assert!(twice == written.bytes, "writing is not stable in CP932");
        if unmappable == Unmappable::Replace {
            continue;
        }
        let shown = |body: &Record| {
            let alone = Message::new(Record::new(Section::Header), body.clone());
            as_cp932_reads(&Answer::from(alone).to_json())
        };
        assert_eq!(
            shown(&again.body),
            shown(&message.body),
            "CP932 lost something"
        );
    }
}

/// Read and written person by person, with everything beside the people: nothing is lost, and what is no person is refused.
fn streamed_again(data: &[u8], units: &[BulkUnit], rest: &Message) {
    let mut reader = BulkReader::open(data).expect("it was read");
    let first = reader.next_unit().expect("it was read");
    let mut writer = BulkWriter::start_message(Vec::new(), reader.rest(), UTF8)
        .expect("UTF-8 has every character that was read");
    let stranger = writer.write(&Record::new(Section::Confirmation));
    note(&stranger.expect_err("no person"));
    let mut next = first;
    while let Some(unit) = next {
        writer.write(&unit.record).expect("it was read");
        next = reader.next_unit().expect("it was read");
    }
    let (bytes, changed) = writer
        .finish_with(reader.rest())
        .expect("memory can be written to");
    assert!(changed.is_empty());
    let (again, beside) = stream(&bytes[..]).expect("what we write, we read");
    assert!(
        again
            .iter()
            .map(|unit| &unit.record)
            .eq(units.iter().map(|unit| &unit.record))
    );
    assert_eq!(
        beside.body, rest.body,
        "something beside the people was lost"
    );
    assert_eq!(beside.unknown(), rest.unknown());
    let stated = |message: &Message| {
        let mut header = message.header.clone();
        header.remove(FieldId::CHARACTER_CODE_IDENTIFIER);
        header
    };
    assert_eq!(stated(&beside), stated(rest), "another header");
}

/// A disk with room for so many bytes.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        match taken {
            0 if !bytes.is_empty() => Err(std::io::ErrorKind::StorageFull.into()),
            _ => Ok(taken),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn into(disk: Full, units: &[BulkUnit], rest: &Message) -> Result<(), Error> {
    let mut writer = BulkWriter::start(disk, &rest.header, &rest.body, UTF8)?;
    for unit in units {
        writer.write(&unit.record)?;
    }
    writer.finish().map(drop)
}

fn units_again(units: &[BulkUnit], rest: &Message) {
    let mut writer = BulkWriter::start(Vec::new(), &rest.header, &rest.body, UTF8)
        .expect("UTF-8 has every character that was read");
    for unit in units {
        writer.write(&unit.record).expect("it was read");
    }
    let (bytes, changed) = writer.finish().expect("memory can be written to");
    assert!(changed.is_empty());
    for room in [bytes.len() / 2, bytes.len() - 1, bytes.len()] {
        let written = noted(into(Full(room), units, rest)).map_err(|error| error.code());
        let whole = room == bytes.len();
        assert!(
            written == if whole { Ok(()) } else { Err("MC-4015") },
            "a disk that is full: {written:?}"
        );
    }
    let (again, _) = stream(&bytes[..]).expect("what we write, we read");
    let records = |units: &[BulkUnit]| -> Vec<Record> {
        units.iter().map(|unit| unit.record.clone()).collect()
    };
    assert_eq!(records(&again), records(units), "somebody was lost");
    for unit in units.iter().take(3) {
        let alone = unit.to_answer(&rest.header);
        assert_eq!(alone.results().len(), unit.results().count());
    }
}
