//! The chip: selection, security status and every command, over applications made of files.

use sha2::{Digest as _, Sha256};

use super::command::Command;
use super::file::{Application, Change, Content, File, PrivateKey, Reference};
use super::jpki;
use super::pinless::Pinless;
use super::profile::{Profile, Quirk};
use super::word::Word;
use crate::pki::der::tlv;

/// The memory of the card. Applications and counters stay, the rest goes with the power.
#[derive(Debug, Clone)]
pub(crate) struct Chip {
    seed: String,
    profile: Profile,
    pub(crate) quirks: Vec<Quirk>,
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

    /// Power goes or comes: no selection, no verification.
    pub(crate) fn reset(&mut self) {
        self.selected = None;
        self.current = None;
        self.pinless = Pinless::default();
        self.waiting.clear();
        self.applications.iter_mut().for_each(Application::forget);
    }

    /// A reset under power: the application and its verifications stay.
    pub(crate) fn warm_reset(&mut self) {
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

    fn has(&self, quirk: Quirk) -> bool {
        self.quirks.contains(&quirk)
    }

    /// GET RESPONSE: the next piece of an answer that waits.
    fn get_response(&mut self, command: &Command<'_>) -> Answer {
        if (command.p1, command.p2) != (0, 0) {
            return Err(Word::P1_P2);
        }
        if self.waiting.is_empty() {
            return Err(Word::CONDITIONS);
        }
        if command.expected == 0 {
            return Err(Word::LENGTH);
        }
        let rest = self
            .waiting
            .split_off(command.expected.min(self.waiting.len()));
        let piece = std::mem::replace(&mut self.waiting, rest);
        let word = if self.waiting.is_empty() {
            Word::DONE
        } else {
            Word::more(self.waiting.len())
        };
        Ok((piece, word))
    }

    fn dispatch(&mut self, command: &Command<'_>) -> Answer {
        match (command.class, command.instruction) {
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

    /// READ BINARY of the current file (15 bits of offset) or by short EF id (8 bits), which makes that file current.
    fn read_binary(&mut self, command: &Command<'_>) -> Answer {
        if !command.data.is_empty() || command.expected == 0 {
            return Err(Word::LENGTH);
        }
        let offset = if command.p1 & 0x80 == 0 {
            usize::from(u16::from_be_bytes([command.p1, command.p2]))
        } else {
            if command.p1 & 0x60 != 0 {
                return Err(Word::P1_P2);
            }
            self.make_current(command.p1 & 0x1F)?;
            usize::from(command.p2)
        };
        let Content::Binary { bytes, read } = &self.current_file()?.content else {
            return Err(Word::FILE_STRUCTURE);
        };
        if !self.application()?.allows(*read) {
            return Err(Word::SECURITY_STATUS);
        }
        let rest = bytes
            .get(offset..)
            .filter(|rest| !rest.is_empty())
            .ok_or(Word::OFFSET)?;
        // An Le of zeros asks for what there is; a number that goes past the end is answered with a warning.
        let whole = matches!(command.expected, 256 | 65_536);
        if command.expected > rest.len() && self.has(Quirk::ExactLe) && rest.len() <= 256 {
            return Err(Word::wrong_le(rest.len()));
        }
        let word = if command.expected > rest.len() && !whole {
            Word::END_OF_FILE
        } else {
            Word::DONE
        };
        Ok((rest.iter().copied().take(command.expected).collect(), word))
    }

    /// READ RECORD by number, of the current file or by short EF id.
    fn read_record(&mut self, command: &Command<'_>) -> Answer {
        if command.p2 & 0x07 != 0x04 {
            return Err(Word::P1_P2);
        }
        if !command.data.is_empty() || command.expected == 0 {
            return Err(Word::LENGTH);
        }
        if command.p2 >> 3 != 0 {
            self.make_current(command.p2 >> 3)?;
        }
        let Content::Records { records, read } = &self.current_file()?.content else {
            return Err(Word::FILE_STRUCTURE);
        };
        if !self.application()?.allows(*read) {
            return Err(Word::SECURITY_STATUS);
        }
        let index = usize::from(command.p1)
            .checked_sub(1)
            .ok_or(Word::RECORD_NOT_FOUND)?;
        let record = records.get(index).ok_or(Word::RECORD_NOT_FOUND)?;
        if command.expected < record.len() {
            return Err(Word::wrong_le(record.len()));
        }
        Ok((record.clone(), Word::DONE))
    }

    /// GET DATA: the card-verifiable certificate of the selected application, without its template.
    fn get_data(&mut self, command: &Command<'_>) -> Answer {
        let application = self.application().map_err(|_| Word::REFERENCE_NOT_FOUND)?;
        if (command.p1, command.p2) != (0x7F, 0x21) {
            return Err(Word::REFERENCE_NOT_FOUND);
        }
        let id = application.certificate.ok_or(Word::REFERENCE_NOT_FOUND)?;
        let file = application
            .by_id(id)
            .and_then(|index| application.files.get(index));
        let Some(Content::Binary { bytes, .. }) = file.map(|file| &file.content) else {
            return Err(Word::REFERENCE_NOT_FOUND);
        };
        // Tag of two bytes, length of three.
        let value = bytes.get(5..).ok_or(Word::UNDIAGNOSED)?;
        match command.expected {
            0 => Err(Word::LENGTH),
            expected => Ok((value.iter().copied().take(expected).collect(), Word::DONE)),
        }
    }

    /// VERIFY, or the query of the counter when there is neither data nor Le.
    fn verify(&mut self, command: &Command<'_>) -> Answer {
        if command.p1 != 0 {
            return Err(Word::P1_P2);
        }
        if command.expected != 0 {
            return Err(Word::LENGTH);
        }
        let presented = command.data;
        let own_authentication = self.profile == Profile::IPhone;
        let open_counter = self.has(Quirk::OpenCounter);
        let blocked = if self.has(Quirk::BlockedAs63C0) {
            Word::tries(0)
        } else if self.has(Quirk::BlockedAs6983) {
            Word::BLOCKED
        } else {
            Word::REFERENCE_UNUSABLE
        };
        let reference = self.addressed_reference(command.p2)?;
        if own_authentication {
            // The phone has asked its holder already.
            return if presented.is_empty() {
                DONE
            } else {
                Err(Word::CONDITIONS)
            };
        }
        if presented.is_empty() {
            return if reference.verified && open_counter {
                DONE
            } else {
                Err(Word::tries(reference.left))
            };
        }
        reference.verified = false;
        if reference.left == 0 {
            return Err(blocked);
        }
        if reference.value.as_deref() != Some(presented) {
            reference.left -= 1;
            return Err(Word::tries(reference.left));
        }
        reference.left = reference.limit;
        reference.verified = true;
        DONE
    }

    /// CHANGE REFERENCE DATA to a new value, after VERIFY of the old one.
    fn change(&mut self, command: &Command<'_>, how: Change) -> Answer {
        if self.application()?.change != how {
            return Err(Word::INSTRUCTION);
        }
        if command.p1 != u8::from(how == Change::Interindustry) {
            return Err(Word::P1_P2);
        }
        let new = command.data.to_vec();
        let reference = self.addressed_reference(command.p2)?;
        if !reference.verified {
            return Err(Word::SECURITY_STATUS);
        }
        if command.expected != 0 || new.is_empty() || new.len() > 16 {
            return Err(Word::LENGTH);
        }
        // Four digits where four digits were, a password where there was one.
        let right = match &reference.value {
            Some(old) if old.len() == 4 => new.len() == 4 && new.iter().all(u8::is_ascii_digit),
            _ => {
                new.len() >= 6
                    && new
                        .iter()
                        .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
            }
        };
        if !right {
            return Err(Word::DATA);
        }
        reference.value = Some(new);
        DONE
    }

    /// COMPUTE DIGITAL SIGNATURE over input that the card pads (PKCS#1 v1.5, type 1).
    fn sign(&mut self, command: &Command<'_>) -> Answer {
        if (command.p1, command.p2) == (0, 0) {
            return self.prove_presence(command);
        }
        if command.p1 != 0 || command.p2 & 0xE0 != 0x80 {
            return Err(Word::P1_P2);
        }
        if command.p2 != 0x80 {
            self.make_current(command.p2 & 0x1F)?;
        }
        let application = self.application()?;
        let Content::Key { key, sign, pinless } = &self.current_file()?.content else {
            return Err(Word::FILE_STRUCTURE);
        };
        let allowed = self.profile == Profile::IPhone
            || application.allows(*sign)
            || (*pinless && self.pinless.is_granted());
        can_sign(key, command)?;
        if !allowed {
            return Err(Word::SECURITY_STATUS);
        }
        let signature = key.sign(command.data).ok_or(Word::UNDIAGNOSED)?;
        self.pinless.use_grant();
        Ok((signature, Word::DONE))
    }

    /// The signature of the 券面 applications with the card's own key: it proves presence, and no PIN is asked for.
    fn prove_presence(&mut self, command: &Command<'_>) -> Answer {
        let key = self
            .application()?
            .presence
            .as_ref()
            .ok_or(Word::REFERENCE_NOT_FOUND)?;
        can_sign(key, command)?;
        let signature = key.sign(command.data).ok_or(Word::UNDIAGNOSED)?;
        Ok((signature, Word::DONE))
    }

    /// GET CHALLENGE: bytes that differ at every call and are the same in every run.
    fn challenge(&mut self, command: &Command<'_>) -> Answer {
        if command.p1 != 0 || command.p2 != 0 {
            return Err(Word::P1_P2);
        }
        if !command.data.is_empty() || !(1..=32).contains(&command.expected) {
            return Err(Word::LENGTH);
        }
        self.challenges += 1;
        let material = [
            b"MNSIMCHALLENGE",
            self.seed.as_bytes(),
            &self.challenges.to_be_bytes(),
        ]
        .concat();
        let challenge: Vec<u8> = Sha256::digest(material)
            .into_iter()
            .take(command.expected)
            .collect();
        self.pinless.challenged(&challenge);
        Ok((challenge, Word::DONE))
    }

    /// The stand-in of PIN-less authentication, with the terminal CA's file current.
    fn authenticate_terminal(&mut self, command: &Command<'_>) -> Answer {
        if self.current_file()?.id != jpki::TERMINAL_CA {
            return Err(Word::CONDITIONS);
        }
        match (command.p1, command.p2) {
            (0x06, 0xC1) => self.pinless.present(command.data)?,
            (0x00, 0xC1) => self.pinless.authenticate(command.data)?,
            _ => return Err(Word::P1_P2),
        }
        DONE
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

    fn make_current(&mut self, short: u8) -> Result<(), Word> {
        let found = self
            .application()?
            .by_short_id(short)
            .ok_or(Word::FILE_NOT_FOUND)?;
        self.current = Some(found);
        Ok(())
    }

    /// The reference data that P2 names: of the current file (`80`), or by short EF id.
    fn addressed_reference(&mut self, p2: u8) -> Result<&mut Reference, Word> {
        if p2 & 0xE0 != 0x80 {
            return Err(Word::P1_P2);
        }
        if p2 != 0x80 {
            self.make_current(p2 & 0x1F)?;
        }
        let (Some(application), Some(current)) = (self.selected, self.current) else {
            return Err(Word::NO_CURRENT_EF);
        };
        let file = self
            .applications
            .get_mut(application)
            .and_then(|application| application.files.get_mut(current));
        match file.map(|file| &mut file.content) {
            Some(Content::Reference(reference)) => Ok(reference),
            Some(_) => Err(Word::FILE_STRUCTURE),
            None => Err(Word::NO_CURRENT_EF),
        }
    }
}

/// Whether input and expected length fit the key.
fn can_sign(key: &PrivateKey, command: &Command<'_>) -> Result<(), Word> {
    if !key.takes(command.data.len()) || command.expected == 0 {
        return Err(Word::LENGTH);
    }
    if command.expected < key.length() {
        return Err(Word::wrong_le(key.length()));
    }
    Ok(())
}
