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
    Ok(Command {
        class: view.class().into_inner(),
        instruction: view.instruction().into(),
        p1: view.p1,
        p2: view.p2,
        data: view.data(),
        expected: view.expected(),
    })
}
