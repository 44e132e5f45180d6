//! The chip: selection, security status and which command is whose, over applications made of files.

mod read;
mod reference;
mod sign;

use super::command::Command;
use super::file::{Application, Change, Content, File, Reference};
use super::pinless::Pinless;
use super::profile::{Profile, Quirk};
use super::word::Word;
use crate::pki::der::tlv;

/// The memory of the card. Applications and counters stay, the rest goes with the power.
#[derive(Debug, Clone)]
pub(crate) struct Chip {
    seed: String,
    profile: Profile,
    quirks: Vec<Quirk>,
    waiting: Vec<u8>,
    challenges: u64,
    applications: Vec<Application>,
    selected: Option<usize>,
    current: Option<usize>,
    pinless: Pinless,
}

/// Data and status, or a status alone.
pub(crate) type Answer = Result<(Vec<u8>, Word), Word>;

const DONE: Answer = Ok((Vec::new(), Word::DONE));

impl Chip {
    pub(crate) fn new(seed: &str, profile: Profile, applications: Vec<Application>) -> Self {
        Self {
            seed: seed.to_owned(),
            profile,
            quirks: Vec::new(),
            waiting: Vec::new(),
            challenges: 0,
            applications,
            selected: None,
            current: None,
            pinless: Pinless::default(),
        }
    }

    /// Takes up a habit; a card that refuses extended lengths says so in its files as well.
    pub(crate) fn take_up(&mut self, quirk: Quirk) {
        self.quirks.push(quirk);
        if quirk == Quirk::RefusesExtended {
            for application in &mut self.applications {
                application.deny_extended_lengths();
            }
        }
    }

    /// Power goes or comes: no selection, no verification.
    pub(crate) fn reset(&mut self) {
        self.selected = None;
        self.current = None;
        self.pinless = Pinless::default();
        self.waiting.clear();
        self.applications.iter_mut().for_each(Application::forget);
    }

    /// A reset under power: the application and its verifications stay, unless the card has the habit of forgetting them.
    pub(crate) fn warm_reset(&mut self) {
        if self.has(Quirk::ForgetsAtReset) {
            return self.reset();
        }
        self.current = None;
        self.pinless = Pinless::default();
        self.waiting.clear();
    }

    pub(crate) fn process(&mut self, command: &Command<'_>) -> Answer {
        if !self.has(Quirk::GetResponse) {
            return self.dispatch(command);
        }
        if (command.class, command.instruction) == (0x00, 0xC0) {
            return self.get_response(command);
        }
        self.waiting.clear();
        let (data, word) = self.dispatch(command)?;
        if data.is_empty() || word != Word::DONE {
            return Ok((data, word));
        }
        self.waiting = data;
        Err(Word::more(self.waiting.len()))
    }

    pub(crate) fn has(&self, quirk: Quirk) -> bool {
        self.quirks.contains(&quirk)
    }

    fn dispatch(&mut self, command: &Command<'_>) -> Answer {
        match (command.class, command.instruction) {
            (0x00, 0xA4) if self.has(Quirk::Foreign) => Err(Word::FILE_NOT_FOUND),
            (0x00, 0xA4) => self.select(command),
            (0x00, 0xB0) => self.read_binary(command),
            (0x00, 0x20) => self.verify(command),
            (0x00, 0xB2) => self.read_record(command),
            (0x00, 0xCA) => self.get_data(command),
            (0x00, 0x24) => self.change(command, Change::Interindustry),
            (0x80, 0x32) => self.change(command, Change::Proprietary),
            (0x00, 0x84) => self.challenge(command),
            (0x80, 0x2A) => self.sign(command),
            (0x80, 0xA2) => self.authenticate_terminal(command),
            (0x00 | 0x80, _) => Err(Word::INSTRUCTION),
            (0x10..=0x1F | 0x90..=0x9F, _) => Err(Word::CHAINING),
            (0x01..=0x03, _) => Err(Word::CHANNEL),
            _ => Err(Word::CLASS),
        }
    }

    pub(crate) fn tries(&self, aid: &[u8], id: u16) -> u8 {
        self.reference(aid, id)
            .map_or(0, |reference| reference.left)
    }

    pub(crate) fn is_verified(&self, aid: &[u8], id: u16) -> bool {
        self.reference(aid, id)
            .is_some_and(|reference| reference.verified)
    }

    pub(crate) fn set_tries(&mut self, aid: &[u8], id: u16, left: u8) {
        let application = self
            .applications
            .iter_mut()
            .find(|application| application.aid == aid);
        let file = application.and_then(|application| {
            let index = application.by_id(id)?;
            application.files.get_mut(index)
        });
        if let Some(Content::Reference(reference)) = file.map(|file| &mut file.content) {
            reference.left = left.min(reference.limit);
        }
    }

    fn reference(&self, aid: &[u8], id: u16) -> Option<&Reference> {
        let application = self
            .applications
            .iter()
            .find(|application| application.aid == aid)?;
        match &application.files.get(application.by_id(id)?)?.content {
            Content::Reference(reference) => Some(reference),
            _ => None,
        }
    }

    /// SELECT: an application by (the beginning of) its name, or a file of the selected one by its id.
    fn select(&mut self, command: &Command<'_>) -> Answer {
        match (command.p1, command.p2) {
            (0x04, 0x00 | 0x0C) => {
                if command.data.is_empty() || command.data.len() > 16 {
                    return Err(Word::LENGTH);
                }
                let found = self
                    .applications
                    .iter()
                    .position(|known| known.aid.starts_with(command.data));
                let found = found.ok_or(Word::FILE_NOT_FOUND)?;
                // Selecting the application that is selected already does not leave it: its verifications stay.
                if self.selected != Some(found) {
                    self.applications.iter_mut().for_each(Application::forget);
                }
                self.selected = Some(found);
                self.current = None;
                self.pinless = Pinless::default();
                let aid = &self.application()?.aid;
                let wanted = if command.p2 == 0 { command.expected } else { 0 };
                let control = tlv(0x6F, &tlv(0x84, aid));
                Ok((control.into_iter().take(wanted).collect(), Word::DONE))
            }
            (0x02, 0x0C) => {
                let id = <[u8; 2]>::try_from(command.data).map_err(|_| Word::LENGTH)?;
                let found = self
                    .application()?
                    .by_id(u16::from_be_bytes(id))
                    .ok_or(Word::FILE_NOT_FOUND)?;
                self.current = Some(found);
                DONE
            }
            _ => Err(Word::P1_P2),
        }
    }

    fn application(&self) -> Result<&Application, Word> {
        self.selected
            .and_then(|index| self.applications.get(index))
            .ok_or(Word::FILE_NOT_FOUND)
    }

    fn current_file(&self) -> Result<&File, Word> {
        self.current
            .and_then(|index| self.application().ok()?.files.get(index))
            .ok_or(Word::NO_CURRENT_EF)
    }

    /// Whether the current file holds the My Number, as text or as an image.
    pub(crate) fn is_in_my_number(&self) -> bool {
        use mynacard_card::Application::{CardFace, InputSupport};
        let place = self.application().ok().zip(self.current_file().ok());
        place.is_some_and(|(application, file)| {
            [(InputSupport.name(), 0x0001), (CardFace.name(), 0x0005)]
                .contains(&(application.aid.as_slice(), file.id))
        })
    }

    /// The word for a file or a key whose PIN is not verified.
    fn shut(&self) -> Word {
        if self.has(Quirk::ConditionsForPin) {
            Word::CONDITIONS
        } else {
            Word::SECURITY_STATUS
        }
    }

    fn make_current(&mut self, short: u8) -> Result<(), Word> {
        let found = self
            .application()?
            .by_short_id(short)
            .ok_or(Word::FILE_NOT_FOUND)?;
        self.current = Some(found);
        Ok(())
    }
}
