//! READ BINARY, READ RECORD, GET DATA and GET RESPONSE.

use super::{Answer, Chip};
use crate::card::command::Command;
use crate::card::file::Content;
use crate::card::profile::Quirk;
use crate::card::word::Word;

impl Chip {
    /// READ BINARY of the current file (15 bits of offset) or by short EF id (8 bits), which makes that file current.
    pub(super) fn read_binary(&mut self, command: &Command<'_>) -> Answer {
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
            return Err(self.shut());
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
    pub(super) fn read_record(&mut self, command: &Command<'_>) -> Answer {
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
            return Err(self.shut());
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
    pub(super) fn get_data(&mut self, command: &Command<'_>) -> Answer {
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

    /// GET RESPONSE: the next piece of an answer that waits.
    pub(super) fn get_response(&mut self, command: &Command<'_>) -> Answer {
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
}
