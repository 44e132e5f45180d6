//! VERIFY and the commands that change a PIN.

use super::{Answer, Chip, DONE};
use crate::card::command::Command;
use crate::card::file::{Change, Content, Reference};
use crate::card::profile::{Profile, Quirk};
use crate::card::word::Word;

impl Chip {
    /// VERIFY, or the query of the counter when there is neither data nor Le.
    pub(super) fn verify(&mut self, command: &Command<'_>) -> Answer {
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
    pub(super) fn change(&mut self, command: &Command<'_>, how: Change) -> Answer {
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
