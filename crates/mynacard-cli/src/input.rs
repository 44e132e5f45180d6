//! Files that the command reads whole, up to a bound.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::failure::Failure;

/// Reads a file of at most `longest` bytes.
pub(crate) fn read(file: &Path, longest: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    File::open(file)
        .and_then(|opened| opened.take(longest + 1).read_to_end(&mut bytes))
        .map_err(|error| Failure::file(file, &error))?;
    if bytes.len() as u64 > longest {
        return Err(Failure::content(
            file,
            &format!("longer than {longest} bytes"),
        ));
    }
    Ok(bytes)
}
