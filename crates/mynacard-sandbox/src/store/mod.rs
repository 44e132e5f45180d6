//! What the stand-in remembers, in SQLite: memory or a file. No answer is in it but the
//! outcomes of challenges that have just been spent.

mod challenges;
mod home;
mod portal;
mod register;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension as _};

use crate::Error;
use crate::http::Refusal;

pub(crate) use challenges::{Attempt, Challenge, NewChallenge, Spending};
pub(crate) use home::{Check, Kept, Period, Reception};
pub(crate) use portal::{Account, Secrets};
pub(crate) use register::{Repetition, Terminal};

/// The database behind one lock: the stand-in serves from one thread.
pub(crate) struct Store(Mutex<Connection>);

/// The database inside one transaction.
pub(crate) struct Records<'a>(rusqlite::Transaction<'a>);

impl Store {
    /// Opens the file, or memory, and makes what is missing.
    pub(crate) fn open(file: Option<&Path>) -> Result<Self, Error> {
        let connection = match file {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        connection.execute_batch(include_str!("schema.sql"))?;
        Ok(Self(Mutex::new(connection)))
    }

    /// Runs a piece of work that happens whole or, when it is refused, not at all.
    pub(crate) fn in_transaction<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Records<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.lock();
        let records = Records(connection.transaction()?);
        let out = work(&records)?;
        records.0.commit()?;
        Ok(out)
    }

    /// A value kept beside the tables (the authority's key and certificate).
    pub(crate) fn kept(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        Ok(self
            .lock()
            .query_row("SELECT value FROM kept WHERE name = ?1", [name], |row| {
                row.get(0)
            })
            .optional()?)
    }

    /// Keeps a value beside the tables.
    pub(crate) fn keep(&self, name: &str, value: &[u8]) -> Result<(), Error> {
        self.lock().execute(
            "INSERT OR REPLACE INTO kept (name, value) VALUES (?1, ?2)",
            (name, value),
        )?;
        Ok(())
    }

    // A poisoned lock only says that a thread panicked while holding it; an open transaction was
    // rolled back when it was dropped.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::with_source(crate::ErrorKind::Database, refusal.body().to_string())
    }
}
