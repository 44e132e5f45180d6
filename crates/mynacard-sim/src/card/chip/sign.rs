//! COMPUTE DIGITAL SIGNATURE, GET CHALLENGE, and the stand-in of PIN-less authentication.

use sha2::{Digest as _, Sha256};

use super::{Answer, Chip, DONE};
use crate::card::command::Command;
use crate::card::file::Content;
use crate::card::jpki;
use crate::card::key::{PrivateKey, Scheme};
use crate::card::profile::Profile;
use crate::card::word::Word;

impl Chip {
    /// COMPUTE DIGITAL SIGNATURE; P1 says what the card does with its input, P2 names the key.
    pub(super) fn sign(&mut self, command: &Command<'_>) -> Answer {
        if (command.p1, command.p2) == (0, 0) {
            return self.prove_presence(command);
        }
        if command.p2 & 0xE0 != 0x80 {
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
        let scheme = can_sign(key, command)?;
        if !allowed {
            return Err(self.shut());
        }
        let signature = key.sign(scheme, command.data).ok_or(Word::UNDIAGNOSED)?;
        self.pinless.use_grant();
        Ok((signature, Word::DONE))
    }

    /// The signature of the 券面 applications with the card's own key: it proves presence, and no PIN is asked for.
    pub(super) fn prove_presence(&mut self, command: &Command<'_>) -> Answer {
        let key = self
            .application()?
            .presence
            .as_ref()
            .ok_or(Word::REFERENCE_NOT_FOUND)?;
        let scheme = can_sign(key, command)?;
        let signature = key.sign(scheme, command.data).ok_or(Word::UNDIAGNOSED)?;
        Ok((signature, Word::DONE))
    }

    /// GET CHALLENGE: bytes that differ at every call and are the same in every run.
    pub(super) fn challenge(&mut self, command: &Command<'_>) -> Answer {
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
    pub(super) fn authenticate_terminal(&mut self, command: &Command<'_>) -> Answer {
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
}

/// The scheme, when input and expected length fit it and the key.
fn can_sign(key: &PrivateKey, command: &Command<'_>) -> Result<Scheme, Word> {
    let scheme = Scheme::of(command.p1)
        .filter(|scheme| key.has(*scheme))
        .ok_or(Word::P1_P2)?;
    if !key.takes(scheme, command.data.len()) || command.expected == 0 {
        return Err(Word::LENGTH);
    }
    if command.expected < key.length() {
        return Err(Word::wrong_le(key.length()));
    }
    Ok(scheme)
}
