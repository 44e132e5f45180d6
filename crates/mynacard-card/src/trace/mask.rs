//! Decides byte by byte what of an answer a trace may hold: the allow-list.

use alloc::vec::Vec;

use crate::app::Application;
use crate::tlv::{Header, TlvError};

/// What stands for a byte that is not recorded: a digit, so that masked text and dates remain readable as such.
pub(super) const MASK: u8 = b'0';

/// A stretch of an answer as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// These bytes.
    Literal(Vec<u8>),
    /// This many masked ones.
    Masked(usize),
}

/// Follows one file through the pieces in which it is read.
pub(super) struct Mask {
    policy: Policy,
    /// Bytes of the file seen so far.
    at: usize,
    /// Bytes of a header that is not complete yet, and how many of them are recorded already.
    header: Vec<u8>,
    recorded: usize,
    /// Where the open constructed objects end.
    open: Vec<usize>,
    /// The primitive value under way: where it ends, whether it is recorded.
    value: Option<(usize, bool)>,
    parts: Vec<Part>,
}

/// What is recorded of a file.
#[derive(Clone, Copy)]
enum Policy {
    /// All of it: the same on many cards, about nobody.
    Whole,
    /// The bytes from here to there, and nothing behind the last of them: what comes twice is not shown twice.
    Parts(&'static [(usize, usize)]),
    /// Tags and lengths of these objects, the outer one first.
    Structure(&'static [(u32, Show)]),
    /// Nothing.
    Nothing,
}

/// What is recorded of an object besides tag and length.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Show {
    /// Nothing.
    Header,
    /// Its value, where it is as long as it must be: a length that is another one would let its neighbours out.
    Value(usize),
    /// The objects within, each by its own rule.
    Inside,
}

/// The allow-list. A file that is not on it is masked entirely, and so is everything in a file that is not as expected.
fn policy(application: Option<Application>, file: u16) -> Policy {
    use Application::{CardFace, Common, InputSupport, Jpki};
    use Show::{Header, Inside, Value};
    match (application, file) {
        // CA certificates, the availability of certificates.
        (Some(Jpki), 0x0002 | 0x000B | 0x0008) => Policy::Whole,
        // Token information: all but the serial number.
        (Some(Jpki), 0x0006) => Policy::Parts(&[(0, 80), (96, 160)]),
        (Some(Jpki), 0x0001 | 0x000A) => Policy::Structure(&[(0x30, Header)]),
        (Some(InputSupport), 0x0002) => Policy::Structure(&[
            (0xFF20, Inside),
            (0xDF21, Value(8)),
            (0xDF22, Header),
            (0xDF23, Header),
            (0xDF24, Header),
            (0xDF25, Header),
        ]),
        (Some(InputSupport), 0x0003) => Policy::Structure(&[
            (0xFF30, Inside),
            (0xDF31, Header),
            (0xDF32, Header),
            (0xDF33, Header),
        ]),
        // What DF43 is made of is not public: 32 of its bytes look like a digest, which may be about one card.
        (Some(InputSupport), 0x0005) => Policy::Structure(&[
            (0xFF40, Inside),
            (0xDF41, Value(4)),
            (0xDF42, Header),
            (0xDF43, Header),
        ]),
        (Some(InputSupport), 0x0006) => {
            Policy::Structure(&[(0xA1, Inside), (0x90, Header), (0x91, Header)])
        }
        (Some(InputSupport), 0x0007) => Policy::Structure(&[
            (0xFF50, Inside),
            (0xDF51, Inside),
            (0xDF52, Header),
            (0x90, Header),
            (0x91, Header),
        ]),
        (Some(CardFace), 0x0001) => Policy::Structure(&[
            (0xFF10, Inside),
            (0xDF11, Header),
            (0xDF12, Header),
            (0xDF13, Header),
        ]),
        (Some(CardFace), 0x0002) => Policy::Structure(&[
            (0xFF20, Inside),
            (0xDF21, Value(18)),
            (0xDF22, Header),
            (0xDF23, Header),
            (0xDF24, Header),
            (0xDF25, Header),
            (0xDF26, Header),
            (0xDF27, Header),
            (0xDF28, Header),
            (0xDF29, Header),
            (0xDF2A, Header),
        ]),
        (Some(CardFace), 0x0003) => Policy::Structure(&[
            (0xFF30, Inside),
            (0xDF31, Value(4)),
            (0xDF32, Header),
            (0xDF33, Value(1)),
            (0xDF34, Header),
            (0xDF35, Header),
        ]),
        (Some(InputSupport | CardFace), 0x0004) => Policy::Structure(&[(0x7F21, Header)]),
        (Some(Common), 0x0001) => Policy::Structure(&[(0x01, Header)]),
        _ => Policy::Nothing,
    }
}

impl Mask {
    /// For a file that is read from its beginning.
    pub(super) fn file(application: Option<Application>, file: u16) -> Self {
        Mask::with(policy(application, file))
    }

    /// For everything that is no file.
    pub(super) fn nothing() -> Self {
        Mask::with(Policy::Nothing)
    }

    fn with(policy: Policy) -> Self {
        Mask {
            policy,
            at: 0,
            header: Vec::new(),
            recorded: 0,
            open: Vec::new(),
            value: None,
            parts: Vec::new(),
        }
    }

    /// Bytes of the file seen so far.
    pub(super) const fn position(&self) -> usize {
        self.at
    }

    /// The next bytes of the file as they are recorded.
    pub(super) fn record(&mut self, bytes: &[u8]) -> Vec<Part> {
        for byte in bytes {
            match self.policy {
                Policy::Whole => self.show(&[*byte]),
                Policy::Parts(parts)
                    if parts
                        .iter()
                        .any(|(from, to)| (*from..*to).contains(&self.at)) =>
                {
                    self.show(&[*byte]);
                }
                Policy::Parts(_) => self.hide(1),
                Policy::Structure(objects) => self.follow(*byte, objects),
                Policy::Nothing => self.hide(1),
            }
            self.at += 1;
        }
        // A header that the end of the piece cuts: what there is of it is the beginning of a known one.
        let waiting = self
            .header
            .get(self.recorded..)
            .unwrap_or_default()
            .to_vec();
        self.recorded = self.header.len();
        self.show(&waiting);
        core::mem::take(&mut self.parts)
    }

    fn follow(&mut self, byte: u8, objects: &[(u32, Show)]) {
        match self.value {
            Some((end, shown)) => {
                if shown {
                    self.show(&[byte]);
                } else {
                    self.hide(1);
                }
                if self.at + 1 == end {
                    self.value = None;
                }
            }
            None => {
                self.header.push(byte);
                // The outer object must be the first of the list, the inner ones any of the others.
                let known = if self.open.is_empty() {
                    objects.get(..1)
                } else {
                    objects.get(1..)
                }
                .unwrap_or_default();
                match Header::read(&self.header) {
                    Err(TlvError::Incomplete { .. })
                        if known.iter().any(|(tag, _)| begins(&self.header, *tag)) =>
                    {
                        return;
                    }
                    Ok(header) => match known.iter().find(|(tag, _)| *tag == header.tag) {
                        Some((_, show)) if self.fits(header, *show) => self.enter(header, *show),
                        _ => return self.give_up(),
                    },
                    Err(_) => return self.give_up(),
                }
            }
        }
        while self.value.is_none() && self.open.last() == Some(&(self.at + 1)) {
            self.open.pop();
        }
        if self.value.is_none() && self.open.is_empty() {
            // The outer object is complete; what follows is filler.
            self.policy = Policy::Nothing;
        }
    }

    /// Whether an object that starts here ends within the one around it, and one that is shown is as long as it must be.
    fn fits(&self, header: Header, show: Show) -> bool {
        let end = self.at.saturating_add(1).saturating_add(header.value);
        let right = match show {
            Show::Value(length) => header.value == length,
            Show::Header | Show::Inside => true,
        };
        right && self.open.last().is_none_or(|outer| end <= *outer)
    }

    fn enter(&mut self, header: Header, show: Show) {
        let rest = self
            .header
            .get(self.recorded..)
            .unwrap_or_default()
            .to_vec();
        self.show(&rest);
        (self.header, self.recorded) = (Vec::new(), 0);
        let end = self.at.saturating_add(1).saturating_add(header.value);
        if show == Show::Inside {
            self.open.push(end);
        } else if header.value > 0 {
            self.value = Some((end, matches!(show, Show::Value(_))));
        }
    }

    fn give_up(&mut self) {
        self.hide(self.header.len() - self.recorded);
        (self.header, self.recorded) = (Vec::new(), 0);
        self.policy = Policy::Nothing;
    }

    fn show(&mut self, bytes: &[u8]) {
        match self.parts.last_mut() {
            _ if bytes.is_empty() => {}
            Some(Part::Literal(last)) => last.extend_from_slice(bytes),
            _ => self.parts.push(Part::Literal(bytes.to_vec())),
        }
    }

    fn hide(&mut self, count: usize) {
        match self.parts.last_mut() {
            _ if count == 0 => {}
            Some(Part::Masked(last)) => *last += count,
            _ => self.parts.push(Part::Masked(count)),
        }
    }
}

/// Whether bytes are the beginning of a header with this tag.
fn begins(bytes: &[u8], tag: u32) -> bool {
    let tag = tag.to_be_bytes();
    let written = tag.iter().skip_while(|byte| **byte == 0);
    bytes
        .iter()
        .zip(written)
        .all(|(byte, expected)| byte == expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    const ATTRIBUTES: &[u8] =
        b"\xFF\x20\x17\xDF\x21\x08\x00\x0E\0\0\0\0\x00\x14\xDF\x22\x03ABC\xDF\x25\x011\xFF\xFF";

    fn recorded(mask: &mut Mask, pieces: &[&[u8]]) -> Vec<u8> {
        let mut all = Vec::new();
        for part in pieces.iter().flat_map(|piece| mask.record(piece)) {
            match part {
                Part::Literal(bytes) => all.extend(bytes),
                Part::Masked(count) => all.extend(vec![MASK; count]),
            }
        }
        all
    }

    #[test]
    fn structure_stays_and_values_go_wherever_the_pieces_end() {
        let expected =
            b"\xFF\x20\x17\xDF\x21\x08\x00\x0E\0\0\0\0\x00\x14\xDF\x22\x03000\xDF\x25\x01000";
        for cut in 0..ATTRIBUTES.len() {
            let (first, second) = ATTRIBUTES.split_at(cut);
            let mut mask = Mask::file(Some(Application::InputSupport), 0x0002);
            assert_eq!(
                recorded(&mut mask, &[first, second]),
                expected,
                "cut at {cut}"
            );
            assert_eq!(mask.position(), ATTRIBUTES.len());
        }
    }

    #[test]
    fn files_off_the_list_and_files_not_as_expected_are_masked() {
        let hidden = vec![MASK; ATTRIBUTES.len()];
        // The My Number, files without a rule, no application.
        for (application, file) in [
            (Some(Application::InputSupport), 0x0001),
            (Some(Application::CardFace), 0x0005),
            (Some(Application::Jpki), 0x0016),
            (None, 0x0002),
        ] {
            assert_eq!(
                recorded(&mut Mask::file(application, file), &[ATTRIBUTES]),
                hidden
            );
        }
        assert_eq!(
            recorded(
                &mut Mask::file(Some(Application::CardFace), 0x0001),
                &[ATTRIBUTES]
            ),
            hidden
        );
        // Text where an object is expected, an object that leaves the one around it.
        let text = b"\xFF\x20\x05SUZUKI";
        let mut mask = Mask::file(Some(Application::InputSupport), 0x0002);
        assert_eq!(recorded(&mut mask, &[text]), b"\xFF\x20\x05000000");
        let leaving = b"\xFF\x20\x05\xDF\x22\x09SUZUKI";
        let mut mask = Mask::file(Some(Application::InputSupport), 0x0002);
        assert_eq!(recorded(&mut mask, &[leaving]), b"\xFF\x20\x05000000000");
    }

    #[test]
    fn a_table_of_another_length_shows_nothing_behind_it() {
        // A length that a bad line or a hostile card has changed: the name would pass as part of the table.
        let mut file = ATTRIBUTES.to_vec();
        file[5] = 14;
        let mut mask = Mask::file(Some(Application::InputSupport), 0x0002);
        let shown = recorded(&mut mask, &[&file]);
        assert_eq!(shown[..3], ATTRIBUTES[..3]);
        assert_eq!(shown[3..], vec![MASK; ATTRIBUTES.len() - 3]);
    }

    #[test]
    fn the_serial_number_of_a_token_is_masked() {
        let token: Vec<u8> = (0..160).collect();
        let shown = recorded(
            &mut Mask::file(Some(Application::Jpki), 0x0006),
            &[&token[..100], &token[100..]],
        );
        assert_eq!(
            (&shown[..80], &shown[80..96], &shown[96..]),
            (&token[..80], &[MASK; 16][..], &token[96..])
        );
        // An answer that came twice: what would be the second serial number is behind the end of the file.
        let twice = [&token[..], &token].concat();
        let mut mask = Mask::file(Some(Application::Jpki), 0x0006);
        assert_eq!(recorded(&mut mask, &[&twice])[160..], [MASK; 160]);
    }

    #[test]
    fn of_the_basic_data_only_the_flags_are_shown() {
        // As cards write it: lengths of two bytes where one would do.
        let file = [
            &b"\xFF\x40\x82\x00\x3F\xDF\x41\x04\x01\x03\x0E\x01\xDF\x42\x10"[..],
            &[7; 16],
            b"\xDF\x43\x82\x00\x20",
            &[8; 32],
            b"\xFF\xFF",
        ]
        .concat();
        for cut in 0..file.len() {
            let (first, second) = file.split_at(cut);
            let mut mask = Mask::file(Some(Application::InputSupport), 0x0005);
            let shown = recorded(&mut mask, &[first, second]);
            assert_eq!(shown[..15], file[..15], "cut at {cut}");
            assert_eq!(shown[15..31], [MASK; 16]);
            assert_eq!(shown[31..36], file[31..36]);
            assert_eq!(shown[36..], [MASK; 34]);
        }
    }

    #[test]
    fn the_hash_of_the_my_number_is_masked() {
        let file = [
            &b"\xFF\x30\x46\xDF\x31\x20"[..],
            &[7; 32],
            b"\xDF\x32\x20",
            &[8; 32],
        ]
        .concat();
        let shown = recorded(
            &mut Mask::file(Some(Application::InputSupport), 0x0003),
            &[&file],
        );
        assert!(!shown.contains(&7) && !shown.contains(&8));
        assert_eq!(shown[..6], file[..6]);
    }
}
