//! The virtual card in a real reader: the client side of vsmartcard's vpcd protocol, so that any program of PC/SC finds it.
//!
//! A message is a big-endian length of two bytes and a body. Bodies of one byte are control: 00 power off, 01 power on,
//! 02 reset, 04 send the answer to reset. Longer bodies are commands.
//!
//! ```
//! use std::io::Cursor;
//! use std::time::SystemTime;
//! use mynacard_sim::{VirtualCard, person, vpcd};
//!
//! // The reader asks for the answer to reset (one byte, 04), and goes away.
//! let mut card = VirtualCard::new(person("kyokai-self").expect("somebody"), SystemTime::now());
//! let mut line = Cursor::new(vec![0x00, 0x01, 0x04]);
//! vpcd::serve(&mut card, &mut line, |_, _| Ok(()))?;
//! assert!(line.into_inner().len() > 3); // what it was sent
//! # Ok::<(), std::io::Error>(())
//! ```

use std::io::{self, Read, Write};

use crate::card::VirtualCard;

/// The port on which the driver of the first slot listens.
pub const PORT: u16 = 35_963;

/// Answers the reader until it closes the connection, or until a fault takes the card away. `seen` gets every exchange: the
/// command and the answer as sent.
///
/// # Errors
///
/// When the connection breaks in the middle of a message, or `seen` fails.
pub fn serve(
    card: &mut VirtualCard,
    reader: impl Read + Write,
    mut seen: impl FnMut(&[u8], &[u8]) -> io::Result<()>,
) -> io::Result<()> {
    serve_watched(card, reader, |_, command, answer| seen(command, answer))
}

/// The same for a caller who also looks at the card after every exchange, before its answer is sent.
///
/// # Errors
///
/// As [`serve`].
pub fn serve_watched(
    card: &mut VirtualCard,
    mut reader: impl Read + Write,
    mut seen: impl FnMut(&VirtualCard, &[u8], &[u8]) -> io::Result<()>,
) -> io::Result<()> {
    while let Some(message) = receive(&mut reader)? {
        match message.as_slice() {
            [] => {}
            [0x00] => card.power_off(),
            [0x01] => {
                card.power_on();
            }
            [0x02] => card.warm_reset(),
            [0x04] => {
                let atr = card.atr().to_vec();
                send(&mut reader, &atr)?;
            }
            [_] => {}
            command => {
                let answer = card.transmit(command);
                seen(card, command, &answer)?;
                if answer.is_empty() {
                    // No card, no answer: to the reader that is a card that left.
                    return Ok(());
                }
                send(&mut reader, &answer)?;
            }
        }
    }
    Ok(())
}

/// The next message, or none when the reader closed the connection between two messages.
fn receive(reader: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 2];
    let first = loop {
        match reader.read(&mut length) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => break other?,
        }
    };
    match first {
        0 => return Ok(None),
        1 => {
            let [_, second] = &mut length;
            reader.read_exact(std::slice::from_mut(second))?;
        }
        _ => {}
    }
    let mut body = vec![0; usize::from(u16::from_be_bytes(length))];
    reader.read_exact(&mut body)?;
    Ok(Some(body))
}

fn send(reader: &mut impl Write, body: &[u8]) -> io::Result<()> {
    let length = u16::try_from(body.len())
        .map_err(|_| io::Error::other("an answer longer than a message can be"))?;
    reader.write_all(&[length.to_be_bytes().as_slice(), body].concat())?;
    reader.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    /// A reader that says what it was told to and keeps what it hears.
    struct Script {
        says: io::Cursor<Vec<u8>>,
        hears: Vec<u8>,
    }

    impl Read for Script {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.says.read(buffer)
        }
    }

    impl Write for Script {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.hears.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn play(says: &[u8]) -> (io::Result<()>, Vec<u8>, usize) {
        let mut script = Script {
            says: io::Cursor::new(says.to_vec()),
            hears: Vec::new(),
        };
        let mut card = VirtualCard::new(
            crate::person("kyokai-self").expect("listed"),
            SystemTime::UNIX_EPOCH,
        );
        let mut exchanges = 0;
        let result = serve(&mut card, &mut script, |_, _| {
            exchanges += 1;
            Ok(())
        });
        (result, script.hears, exchanges)
    }

    #[test]
    fn control_bytes_are_no_exchanges() {
        let (result, hears, exchanges) = play(&[0, 1, 4, 0, 1, 1, 0, 4, 0x00, 0x20, 0x00, 0x80]);
        result.expect("closed between two messages");
        assert_eq!(
            hears,
            [
                0, 9, 0x3B, 0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14, 0, 2, 0x69, 0x86
            ]
        );
        assert_eq!(exchanges, 1);
    }

    #[test]
    fn a_connection_that_breaks_inside_a_message_is_an_error() {
        assert!(play(&[0, 4, 0]).0.is_err());
        assert!(play(&[0]).0.is_err());
        assert!(play(&[]).0.is_ok());
    }
}
