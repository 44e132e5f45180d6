//! What an application consists of: elementary files of data, of reference data (PINs) and of keys, each with its rule of access.

use super::key::PrivateKey;

/// An application (DF) and its elementary files.
#[derive(Debug, Clone)]
pub(crate) struct Application {
    pub(crate) aid: Vec<u8>,
    pub(crate) files: Vec<File>,
    /// How a PIN of this application is changed.
    pub(crate) change: Change,
    /// The file whose card-verifiable certificate GET DATA returns without its template.
    pub(crate) certificate: Option<u16>,
    /// The key that proves presence to anybody who asks.
    pub(crate) presence: Option<PrivateKey>,
}

/// The command that changes reference data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// `00 24 01`.
    Interindustry,
    /// `80 32 00`.
    Proprietary,
    /// No command does.
    None,
}

/// An elementary file.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) id: u16,
    pub(crate) content: Content,
}

/// What a file holds.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// A transparent file, with the filler behind its object.
    Binary { bytes: Vec<u8>, read: Access },
    /// A file of records, numbered from 1.
    Records { records: Vec<Vec<u8>>, read: Access },
    /// Reference data: a PIN or a password.
    Reference(Reference),
    /// A private key; `pinless` says whether a terminal may be granted one signature without the PIN.
    Key {
        key: PrivateKey,
        sign: Access,
        pinless: bool,
    },
}

/// Who may.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Access {
    Free,
    /// Whoever has verified one of these references (by EF id).
    AnyOf(&'static [u16]),
}

/// A PIN with its counter. The counter outlives the power, the verification does not.
#[derive(Debug, Clone)]
pub(crate) struct Reference {
    /// None: reference data was never set, and nothing verifies.
    pub(crate) value: Option<Vec<u8>>,
    pub(crate) left: u8,
    pub(crate) limit: u8,
    pub(crate) verified: bool,
}

impl Application {
    /// The position of a file by its id.
    pub(crate) fn by_id(&self, id: u16) -> Option<usize> {
        self.files.iter().position(|file| file.id == id)
    }

    /// The position of a file by short EF identifier: the low five bits of its id.
    pub(crate) fn by_short_id(&self, short: u8) -> Option<usize> {
        self.files
            .iter()
            .position(|file| file.id & 0x1F == u16::from(short))
    }

    /// Whether a rule of access is met.
    pub(crate) fn allows(&self, access: Access) -> bool {
        match access {
            Access::Free => true,
            Access::AnyOf(ids) => self.files.iter().any(|file| {
                ids.contains(&file.id)
                    && matches!(&file.content, Content::Reference(reference) if reference.verified)
            }),
        }
    }

    /// Says in the basic data of a 券面 application that extended lengths are not taken: the second byte of DF31 or DF41.
    pub(crate) fn deny_extended_lengths(&mut self) {
        for file in &mut self.files {
            let Content::Binary { bytes, .. } = &mut file.content else {
                continue;
            };
            let flags = bytes.windows(5).position(|window| {
                matches!(
                    window,
                    [0xDF, 0x31, 0x04, 0x06, 0x03] | [0xDF, 0x41, 0x04, 0x01, 0x03]
                )
            });
            if let Some(byte) = flags.and_then(|at| bytes.get_mut(at + 4)) {
                *byte = 0x01;
            }
        }
    }

    /// Forgets every verification.
    pub(crate) fn forget(&mut self) {
        for file in &mut self.files {
            if let Content::Reference(reference) = &mut file.content {
                reference.verified = false;
            }
        }
    }
}

impl File {
    /// A transparent file whose object is followed by `FF` up to the next 512 bytes, and at least one of them.
    pub(crate) fn filled(id: u16, object: &[u8], read: Access) -> Self {
        let mut bytes = object.to_vec();
        bytes.resize((object.len() / 512 + 1) * 512, 0xFF);
        Self {
            id,
            content: Content::Binary { bytes, read },
        }
    }

    /// A transparent file of exactly these bytes.
    pub(crate) fn exact(id: u16, bytes: Vec<u8>, read: Access) -> Self {
        Self {
            id,
            content: Content::Binary { bytes, read },
        }
    }

    /// Reference data with its counter.
    pub(crate) fn reference(id: u16, value: Option<&str>, left: u8, limit: u8) -> Self {
        let value = value.map(|value| value.as_bytes().to_vec());
        Self {
            id,
            content: Content::Reference(Reference {
                value,
                left,
                limit,
                verified: false,
            }),
        }
    }
}
