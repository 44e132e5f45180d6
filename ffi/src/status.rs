//! What every function returns.

/// The result of a call. Values are grouped by hundreds, and none is ever used again for another meaning.
///
/// The value says what a program does next; the error object says the rest.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum mynacard_status {
    /// It worked.
    Ok = 0,

    /// The call was wrong: a pointer that may not be NULL, a length, a number outside its enumeration.
    InvalidArgument = 100,
    /// The handle was freed, is of another type, or never was one.
    InvalidHandle = 101,
    /// Another thread is in a call with this handle. Only cancelling works meanwhile.
    Busy = 102,
    /// A callback called back into the library.
    Reentrant = 103,
    /// `struct_size` is smaller than the first version of the structure.
    StructSize = 104,
    /// A newer structure sets options that this library does not know.
    UnknownOption = 105,
    /// Text is not what it should be: not UTF-8, or not the form asked for.
    InvalidText = 106,
    /// A character has no place in the encoding asked for.
    Unmappable = 107,
    /// This build of the library cannot do it.
    Unsupported = 108,
    /// The PIN is not four digits. No card has seen it.
    MalformedPin = 109,
    /// Anything else that the calling program asked for and may not.
    Caller = 199,

    /// The card refused, or left.
    Card = 200,
    /// The PIN is wrong; the error says how many tries are left.
    WrongPin = 201,
    /// The PIN is blocked.
    PinBlocked = 202,
    /// One try is left, so the PIN was not sent.
    LastTry = 203,
    /// A PIN was sent and the card's answer was lost: whether a try was spent is unknown.
    OutcomeUnknown = 204,
    /// The card is no My Number Card.
    NotMyNumberCard = 205,
    /// The card left the reader.
    CardGone = 206,

    /// The service refused.
    Peer = 300,

    /// What was read is malformed.
    Input = 400,

    /// The machine, the reader, the line or the disk.
    Environment = 500,
    /// Several readers hold a card; the error's text lists them.
    SeveralCards = 501,
    /// The time is over.
    Timeout = 502,

    /// The cancel handle was used.
    Cancelled = 600,

    /// A defect of the library. The handles of the call may be freed and nothing else.
    Panic = 900,
    /// The library is in a state that should not be.
    Internal = 901,
}

/// Whose turn it is after an error.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum mynacard_class {
    /// The calling program, or its user, asked for something impossible.
    Caller = 1,
    /// The card refused, or was not there.
    Card = 2,
    /// The service, or another party, refused.
    Peer = 3,
    /// What arrived was malformed.
    Input = 4,
    /// The machine, the reader, the line or the disk.
    Environment = 5,
    /// The library itself.
    Library = 6,
}
