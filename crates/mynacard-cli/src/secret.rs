//! What people type: secrets come from a terminal without echo or from a file descriptor, never from an argument.

use std::fs::File;
use std::io::{self, Read, Write};

use zeroize::Zeroizing;

use crate::interrupt;

/// The longest secret that is read, in bytes.
const LONGEST: usize = 256;

/// Reads a secret: from `--…-fd N` where given, else from the terminal with the typing hidden.
///
/// A four-digit PIN typed at the terminal fits the first allocation of `rpassword`'s buffer, so that no copy of it is left
/// behind; the buffer itself is wiped here.
pub(crate) fn read(prompt: &str, fd: Option<u32>) -> io::Result<Zeroizing<Vec<u8>>> {
    match fd {
        Some(fd) => read_fd(fd),
        None => {
            let hiding = interrupt::hiding();
            let typed = rpassword::prompt_password(prompt);
            drop(hiding);
            match typed {
                // Ctrl-C: at such a prompt it is typed like any other key.
                Err(error) if error.kind() == io::ErrorKind::Interrupted => interrupt::leave(),
                typed => Ok(Zeroizing::new(typed?.into_bytes())),
            }
        }
    }
}

/// Reads an answer that is no secret, from a descriptor or from the standard input with a question on the standard error.
pub(crate) fn read_shown(question: &str, fd: Option<u32>) -> io::Result<String> {
    if fd.is_none() {
        let mut screen = io::stderr().lock();
        write!(screen, "{question}")?;
        screen.flush()?;
    }
    let line = read_fd(fd.unwrap_or(0))?;
    Ok(String::from_utf8_lossy(&line).into_owned())
}

/// Reads one line from an open file descriptor of this process.
///
/// The standard input is read through a handle of its own: the buffer inside `std::io::Stdin` would keep the secret.
fn read_fd(fd: u32) -> io::Result<Zeroizing<Vec<u8>>> {
    if fd == 0 {
        return read_line(&mut own_stdin()?);
    }
    if cfg!(unix) {
        // Opening the descriptor's path needs no unsafe code and leaves the original open for the parent's use.
        return read_line(&mut File::open(format!("/dev/fd/{fd}"))?);
    }
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "only descriptor 0 (standard input) can be read on this system",
    ))
}

/// A line of the standard input without its end, or nothing at its end.
pub(crate) fn line() -> io::Result<Option<String>> {
    let mut source = Counted {
        inner: own_stdin()?,
        any: false,
    };
    let line = read_line(&mut source)?;
    Ok(source
        .any
        .then(|| String::from_utf8_lossy(&line).into_owned()))
}

/// A reader that knows whether it ever had something.
struct Counted {
    inner: File,
    any: bool,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.any |= read > 0;
        Ok(read)
    }
}

#[cfg(unix)]
fn own_stdin() -> io::Result<File> {
    use std::os::fd::AsFd;
    Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?))
}

#[cfg(windows)]
fn own_stdin() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    Ok(File::from(io::stdin().as_handle().try_clone_to_owned()?))
}

/// Reads up to the first line feed or the end, byte by byte, so that nothing stays in a buffer.
fn read_line(source: &mut dyn Read) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut secret = Zeroizing::new(Vec::with_capacity(LONGEST));
    let mut byte = Zeroizing::new([0_u8; 1]);
    loop {
        match source.read(byte.as_mut_slice()) {
            Ok(0) => break,
            Ok(_) if byte.as_slice() == b"\n" => break,
            Ok(_) if secret.len() == LONGEST => {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("a secret is at most {LONGEST} bytes long"),
                ));
            }
            Ok(_) => secret.extend_from_slice(byte.as_slice()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    if secret.last() == Some(&b'\r') {
        secret.pop();
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_at_the_line_feed_and_loses_its_carriage_return() {
        let mut source: &[u8] = b"1234\r\nrest";
        assert_eq!(read_line(&mut source).unwrap().as_slice(), b"1234");
        assert_eq!(source, b"rest");
    }

    #[test]
    fn a_secret_without_end_is_refused() {
        let endless = vec![b'1'; LONGEST + 1];
        let error = read_line(&mut endless.as_slice()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
