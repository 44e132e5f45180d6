//! Decoding a command with the crate `iso7816`: an independent reading of the standard, so that an encoding mistake of the
//! library under test cannot agree with itself here.

use iso7816::command::CommandView;

use super::word::Word;

/// A decoded command.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Command<'a> {
    pub(crate) class: u8,
    pub(crate) instruction: u8,
    pub(crate) p1: u8,
    pub(crate) p2: u8,
    pub(crate) data: &'a [u8],
    /// Ne: 0 when the command has no Le field.
    pub(crate) expected: usize,
}

/// Reads a command; what the card cannot read it answers with a status word.
pub(crate) fn decode(bytes: &[u8], extended: bool) -> Result<Command<'_>, Word> {
    let view = CommandView::try_from(bytes).map_err(|error| match error {
        iso7816::command::FromSliceError::InvalidClass => Word::CLASS,
        _ => Word::LENGTH,
    })?;
    if view.extended && !extended {
        return Err(Word::LENGTH);
    }
    // The crate takes an Lc of zero; ISO/IEC 7816-4 §5.1 knows none. Without data the extended form is a header and three octets of Le.
    if view.extended && view.data().is_empty() && bytes.len() != 7 {
        return Err(Word::LENGTH);
    }
    Ok(Command {
        class: view.class().into_inner(),
        instruction: view.instruction().into(),
        p1: view.p1,
        p2: view.p2,
        data: view.data(),
        expected: view.expected(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn expects(bytes: &[u8], expected: Result<usize, Word>) {
        let read = decode(bytes, true).map(|command| command.expected);
        assert_eq!(read, expected, "{bytes:02X?}");
    }

    #[test]
    fn no_data_has_no_length() {
        expects(&[0x00, 0xB0, 0x85, 0x00, 0x00, 0x00, 0x04], Ok(4));
        expects(&[0x00, 0xB0, 0x85, 0x00, 0x00, 0x00, 0x00], Ok(65_536));
        expects(
            &[0x00, 0xB0, 0x85, 0x00, 0x00, 0x00, 0x01, 0x05, 0x00, 0x04],
            Ok(4),
        );
        let zero = [0x00, 0xB0, 0x85, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04];
        expects(&zero, Err(Word::LENGTH));
        expects(&zero[..8], Err(Word::LENGTH));
        expects(&[0x00, 0xB0, 0x85, 0x00, 0x00, 0x04], Err(Word::LENGTH));
    }
}
