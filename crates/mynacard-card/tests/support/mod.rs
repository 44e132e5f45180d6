//! A card for this crate's own tests: JPKI files, two PINs, a log of every frame, and a hook that answers instead.
//!
//! It reads frames byte by byte and shares no code with the library's codec.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::unwrap_used
)]

use mynacard_card::{
    Command, Delivery, End, Limits, PinEntry, Response, StatusWord, Transport, TransportError,
    TransportErrorKind,
};
use std::collections::BTreeMap;

pub type Pad = fn(&PinEntry) -> Result<StatusWord, TransportError>;
pub type Answer = Result<Vec<u8>, TransportError>;
type Hook = Box<dyn FnMut(usize, &[u8]) -> Option<Answer>>;

pub struct FakeCard {
    /// AID → file id → (content, whether a PIN opens it)
    pub applications: BTreeMap<Vec<u8>, BTreeMap<u16, File>>,
    pub limits: Limits,
    /// Whether the card itself takes extended lengths.
    pub extended: bool,
    /// Most bytes of one answer, whatever was asked for.
    pub block: usize,
    /// [`key`] of a PIN → (value, tries left, tries of a fresh card)
    pub pins: BTreeMap<u16, (Vec<u8>, u8, u8)>,
    pub verified: Vec<u16>,
    /// Every frame that reached the card.
    pub log: Vec<Vec<u8>>,
    pub begun: u32,
    pub ended: Vec<End>,
    pub hook: Option<Hook>,
    selected: Option<Vec<u8>>,
    current: u16,
    waiting: Vec<u8>,
    /// When set, READ answers come as 61xx pieces of at most this many bytes.
    pub chain: Option<usize>,
    /// What a PIN pad makes of a request; `None` when the reader has none.
    pub pad: Option<Pad>,
}

#[derive(Clone)]
pub struct File {
    pub content: Vec<u8>,
    /// Any of these; none when the file is free.
    pub opens_with: Vec<u16>,
}

pub const JPKI: [u8; 10] = [0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];

/// A certificate in shape only: SEQUENCE of this total length, patterned so that every misplaced byte shows.
pub fn certificate(length: usize) -> Vec<u8> {
    let body = length - 4;
    let mut bytes = vec![0x30, 0x82, (body >> 8) as u8, body as u8];
    bytes.extend((0..body).map(|i| (i * 7 + i / 251) as u8));
    bytes
}

pub fn signature_of(digest_info: &[u8]) -> Vec<u8> {
    (0..256)
        .map(|i| digest_info[i % digest_info.len()] ^ i as u8)
        .collect()
}

pub fn lost(kind: TransportErrorKind) -> Option<Answer> {
    Some(Err(TransportError::new(kind, Delivery::Unknown)))
}

pub fn word(status: u16) -> Option<Answer> {
    Some(Ok(status.to_be_bytes().to_vec()))
}

impl FakeCard {
    pub fn new(limits: Limits) -> Self {
        let mut files = BTreeMap::new();
        for (id, length, opens_with) in [
            (0x000A, 1590, None),
            (0x000B, 1333, None),
            (0x0002, 1318, None),
            (0x0001, 1758, Some(0x1B_u16)),
        ] {
            let mut content = certificate(length);
            content.resize(2048, 0xFF);
            files.insert(
                id,
                File {
                    content,
                    opens_with: opens_with.into_iter().collect(),
                },
            );
        }
        FakeCard {
            applications: BTreeMap::from([(JPKI.to_vec(), files)]),
            limits,
            extended: limits.extended(),
            block: usize::MAX,
            pins: BTreeMap::from([
                (0x18, (b"1234".to_vec(), 3, 3)),
                (0x1B, (b"ABC123".to_vec(), 5, 5)),
            ]),
            verified: Vec::new(),
            log: Vec::new(),
            begun: 0,
            ended: Vec::new(),
            hook: None,
            selected: None,
            current: 0,
            waiting: Vec::new(),
            chain: None,
            pad: None,
        }
    }

    pub fn hooked(
        limits: Limits,
        hook: impl FnMut(usize, &[u8]) -> Option<Answer> + 'static,
    ) -> Self {
        let mut card = FakeCard::new(limits);
        card.hook = Some(Box::new(hook));
        card
    }

    /// Frames that carried a PIN.
    pub fn verifies(&self) -> usize {
        self.log
            .iter()
            .filter(|frame| frame[1] == 0x20 && frame.len() > 4)
            .count()
    }

    fn answer(&mut self, frame: &[u8]) -> Vec<u8> {
        let (lc_at, lc, le) = lengths(frame);
        let extended = frame.len() > 5 && frame[4] == 0;
        if extended && !self.extended {
            return vec![0x67, 0x00];
        }
        let data = &frame[lc_at..lc_at + lc];
        match (frame[0], frame[1], frame[2], frame[3]) {
            (0, 0xA4, 4, 0x0C) => match self.applications.contains_key(data) {
                true => {
                    self.selected = Some(data.to_vec());
                    self.verified.clear();
                    vec![0x90, 0x00]
                }
                false => vec![0x6A, 0x82],
            },
            (0, 0xC0, 0, 0) => {
                let rest = std::mem::take(&mut self.waiting);
                self.piece(rest, le)
            }
            (0, 0xB0, p1, p2) => {
                let offset = match p1 & 0x80 {
                    0 => usize::from(p1) << 8 | usize::from(p2),
                    _ => {
                        self.current = u16::from(p1 & 0x1F);
                        usize::from(p2)
                    }
                };
                let files = self
                    .selected
                    .as_ref()
                    .and_then(|name| self.applications.get(name));
                let Some(file) = files.and_then(|files| files.get(&self.current)) else {
                    return vec![0x6A, 0x82];
                };
                if !file.opens_with.is_empty()
                    && !file
                        .opens_with
                        .iter()
                        .any(|pin| self.verified.contains(pin))
                {
                    return vec![0x69, 0x82];
                }
                if offset >= file.content.len() {
                    return vec![0x6B, 0x00];
                }
                let end = (offset + le.min(self.block)).min(file.content.len());
                let content = file.content[offset..end].to_vec();
                self.piece(content, le)
            }
            (0, 0xA4, 2, 0x0C) => {
                self.current = u16::from(data[0]) << 8 | u16::from(data[1]);
                vec![0x90, 0x00]
            }
            (0, 0xB2, 1, 0x0C) => {
                let files = self
                    .selected
                    .as_ref()
                    .and_then(|name| self.applications.get(name));
                match files.and_then(|files| files.get(&1)) {
                    Some(record) => [&record.content[..], &[0x90, 0x00]].concat(),
                    None => vec![0x6A, 0x83],
                }
            }
            (0, 0x20, 0, p2) => {
                let id = self.pin(p2);
                let Some((pin, left, full)) = self.pins.get_mut(&id) else {
                    return vec![0x6A, 0x88];
                };
                if lc == 0 {
                    return match self.verified.contains(&id) {
                        true => vec![0x90, 0x00],
                        false => vec![0x63, 0xC0 | *left],
                    };
                }
                if *left == 0 {
                    return vec![0x69, 0x84];
                }
                if pin != data {
                    *left -= 1;
                    return vec![0x63, 0xC0 | *left];
                }
                *left = *full;
                self.verified.push(id);
                vec![0x90, 0x00]
            }
            (0, 0x24, 1, p2) if self.verified.contains(&self.pin(p2)) => {
                let id = self.pin(p2);
                self.pins.get_mut(&id).unwrap().0 = data.to_vec();
                vec![0x90, 0x00]
            }
            (0x80, 0x2A, 0, 0x00) if self.selected.as_deref() != Some(&JPKI) => {
                [&signature_of(data)[..], &[0x90, 0x00]].concat()
            }
            (0x80, 0x2A, 0, key @ (0x97 | 0x9A))
                if self.verified.contains(&(u16::from(key & 0x1F) + 1)) =>
            {
                let mut signature = signature_of(data);
                signature.extend([0x90, 0x00]);
                signature
            }
            (0x80, 0x2A, ..) | (0, 0x24, ..) => vec![0x69, 0x82],
            _ => vec![0x6D, 0x00],
        }
    }

    /// Which PIN a VERIFY means: by short file id, or the current file.
    fn pin(&self, p2: u8) -> u16 {
        let id = if p2 == 0x80 {
            self.current & 0x1F
        } else {
            u16::from(p2 & 0x1F)
        };
        key(self.selected.as_deref().unwrap_or_default(), id)
    }

    /// The content with 9000, or its first piece with 61xx.
    fn piece(&mut self, mut content: Vec<u8>, le: usize) -> Vec<u8> {
        let first = self.chain.unwrap_or(usize::MAX).min(le);
        if content.len() <= first {
            content.extend([0x90, 0x00]);
            return content;
        }
        self.waiting = content.split_off(first);
        let waiting = self.waiting.len().min(self.chain.unwrap_or(256));
        content.extend([0x61, waiting as u8]);
        content
    }
}

/// Name of a PIN across applications: the short file id, and for all but JPKI the end of the application's name.
pub fn key(application: &[u8], short_id: u16) -> u16 {
    match application {
        name if name == JPKI => short_id,
        [.., last] => u16::from(*last) << 8 | 0x8000 | short_id,
        [] => 0xFFFF,
    }
}

/// Where data starts, its length, the expected length; read off the bytes alone.
fn lengths(frame: &[u8]) -> (usize, usize, usize) {
    let short = |le: u8| if le == 0 { 256 } else { usize::from(le) };
    let long = |high: u8, low: u8| match usize::from(high) << 8 | usize::from(low) {
        0 => 65_536,
        le => le,
    };
    match frame.len() {
        4 => (4, 0, 0),
        5 => (4, 0, short(frame[4])),
        7 if frame[4] == 0 => (4, 0, long(frame[5], frame[6])),
        _ if frame[4] == 0 => {
            let lc = usize::from(frame[5]) << 8 | usize::from(frame[6]);
            let le = match frame.len() - 7 - lc {
                0 => 0,
                _ => long(frame[7 + lc], frame[8 + lc]),
            };
            (7, lc, le)
        }
        length => {
            let lc = usize::from(frame[4]);
            (
                5,
                lc,
                if length == 5 + lc {
                    0
                } else {
                    short(frame[5 + lc])
                },
            )
        }
    }
}

impl Transport for FakeCard {
    fn begin(&mut self) -> Result<(), TransportError> {
        self.begun += 1;
        self.selected = None;
        self.verified.clear();
        Ok(())
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        let frame = command.encode_within(self.limits)?;
        let index = self.log.len();
        self.log.push(frame.to_vec());
        let instead = self.hook.as_mut().and_then(|hook| hook(index, &frame));
        let answer = match instead {
            Some(answer) => answer?,
            None => self.answer(&frame),
        };
        response.set(&answer)
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    fn enter_pin(&mut self, request: &PinEntry) -> Result<StatusWord, TransportError> {
        let unsupported = TransportError::new(TransportErrorKind::Unsupported, Delivery::NotSent);
        let status = self.pad.ok_or(unsupported)?(request)?;
        if status.is_success() {
            self.verified.push(0x18);
        }
        Ok(status)
    }

    fn end(&mut self, how: End) {
        self.selected = None;
        self.verified.clear();
        self.ended.push(how);
    }
}
