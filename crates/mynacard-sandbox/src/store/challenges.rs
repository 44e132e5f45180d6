//! Challenges: issued, spent at first sight, answered again to the identical request only.

use rusqlite::{OptionalExtension as _, params};

use super::Records;

/// A challenge to be entered.
pub(crate) struct NewChallenge<'a> {
    pub(crate) id: &'a str,
    pub(crate) terminal: &'a str,
    pub(crate) nonce: &'a [u8; 32],
    pub(crate) method: &'a str,
    pub(crate) purpose: &'a str,
    pub(crate) date: &'a str,
    pub(crate) issued: i64,
    pub(crate) expires: i64,
}

/// A challenge as it was issued.
pub(crate) struct Challenge {
    pub(crate) nonce: [u8; 32],
    pub(crate) method: String,
    pub(crate) purpose: String,
    pub(crate) date: String,
    pub(crate) issued: i64,
    pub(crate) granted: Option<String>,
}

/// What makes two requests the same: key of the terminal, idempotency key, body.
pub(crate) struct Attempt<'a> {
    pub(crate) key_sha256: &'a [u8; 32],
    pub(crate) idempotency: &'a str,
    pub(crate) body_sha256: &'a [u8; 32],
}

/// What became of an attempt to spend a challenge.
pub(crate) enum Spending {
    /// Spent now, for the first time.
    First(Challenge),
    /// Spent before by the identical request: its outcome.
    Again(u16, String),
    /// Expired before anybody spent it; spent now.
    Expired,
    /// Unknown to this terminal, or spent by something else.
    Refused,
}

impl Records<'_> {
    /// Enters a challenge, and forgets those that ended an hour ago.
    pub(crate) fn add_challenge(&self, new: &NewChallenge<'_>) -> rusqlite::Result<()> {
        self.0
            .prepare_cached("DELETE FROM challenge WHERE expires < ?1")?
            .execute([new.issued - 3600])?;
        let mut enter = self.0.prepare_cached(
            "INSERT INTO challenge (id, terminal, nonce, method, purpose, date, issued, expires)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        enter.execute(params![
            new.id,
            new.terminal,
            new.nonce,
            new.method,
            new.purpose,
            new.date,
            new.issued,
            new.expires,
        ])?;
        Ok(())
    }

    /// Whether a terminal got so many challenges since an instant. No further than that is counted: a terminal that may ask as often as it
    /// likes has tens of thousands in a minute.
    pub(crate) fn challenges_reached(
        &self,
        terminal: &str,
        since: i64,
        limit: u32,
    ) -> rusqlite::Result<bool> {
        if limit == u32::MAX {
            return Ok(false);
        }
        let found: u32 = self
            .0
            .prepare_cached(
                "SELECT count(*) FROM
                 (SELECT 1 FROM challenge WHERE terminal = ?1 AND issued > ?2 LIMIT ?3)",
            )?
            .query_row(params![terminal, since, limit], |row| row.get(0))?;
        Ok(found >= limit)
    }

    /// Spends a challenge at first sight; the identical request sees its outcome again while the
    /// challenge would still have lived.
    pub(crate) fn spend(
        &self,
        id: &str,
        terminal: &str,
        attempt: &Attempt<'_>,
        now: i64,
    ) -> rusqlite::Result<Spending> {
        let found = self
            .0
            .query_row(
                "SELECT nonce, method, purpose, date, issued, granted, expires, idempotency,
                        idempotency IS ?3 AND body_sha256 IS ?4 AND key_sha256 IS ?5,
                        status, outcome
                 FROM challenge WHERE id = ?1 AND terminal = ?2",
                params![
                    id,
                    terminal,
                    attempt.idempotency,
                    attempt.body_sha256,
                    attempt.key_sha256
                ],
                |row| {
                    let challenge = Challenge {
                        nonce: row.get(0)?,
                        method: row.get(1)?,
                        purpose: row.get(2)?,
                        date: row.get(3)?,
                        issued: row.get(4)?,
                        granted: row.get(5)?,
                    };
                    let expires: i64 = row.get(6)?;
                    let spent: Option<String> = row.get(7)?;
                    let identical: bool = row.get(8)?;
                    let outcome: Option<u16> = row.get(9)?;
                    let text: Option<String> = row.get(10)?;
                    Ok((challenge, expires, spent, identical, outcome.zip(text)))
                },
            )
            .optional()?;
        let Some((challenge, expires, spent, identical, outcome)) = found else {
            return Ok(Spending::Refused);
        };
        if spent.is_some() {
            return Ok(match outcome {
                Some((status, text)) if identical && now <= expires => {
                    Spending::Again(status, text)
                }
                _ => Spending::Refused,
            });
        }
        self.0.execute(
            "UPDATE challenge SET idempotency = ?2, body_sha256 = ?3, key_sha256 = ?4
             WHERE id = ?1",
            params![
                id,
                attempt.idempotency,
                attempt.body_sha256,
                attempt.key_sha256
            ],
        )?;
        Ok(if now > expires {
            Spending::Expired
        } else {
            Spending::First(challenge)
        })
    }

    /// Keeps what a spent challenge was answered with.
    pub(crate) fn keep_outcome(&self, id: &str, status: u16, text: &str) -> rusqlite::Result<()> {
        self.0.execute(
            "UPDATE challenge SET status = ?2, outcome = ?3 WHERE id = ?1",
            params![id, status, text],
        )?;
        Ok(())
    }

    /// A living challenge of this terminal for the visual check gets a relay (a second one replaces
    /// the first, and voids what that was granted).
    pub(crate) fn start_relay(
        &self,
        challenge: &str,
        terminal: &str,
        relay: &str,
        key: &[u8; 32],
        now: i64,
    ) -> rusqlite::Result<bool> {
        let started = self.0.execute(
            "UPDATE challenge SET relay = ?3, relay_step = 1, relay_key = ?4, granted = NULL
             WHERE id = ?1 AND terminal = ?2 AND method = 'visual'
               AND idempotency IS NULL AND expires >= ?5",
            params![challenge, terminal, relay, key, now],
        )?;
        Ok(started == 1)
    }

    /// The relay's key and the step it waits for, while its challenge lives unspent.
    pub(crate) fn relay(
        &self,
        relay: &str,
        terminal: &str,
        now: i64,
    ) -> rusqlite::Result<Option<([u8; 32], i64)>> {
        self.0
            .query_row(
                "SELECT relay_key, relay_step FROM challenge
                 WHERE relay = ?1 AND terminal = ?2 AND idempotency IS NULL AND expires >= ?3",
                params![relay, terminal, now],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()
    }

    /// Moves a relay to the next step.
    pub(crate) fn advance_relay(&self, relay: &str, step: i64) -> rusqlite::Result<()> {
        self.0.execute(
            "UPDATE challenge SET relay_step = ?2 WHERE relay = ?1",
            params![relay, step],
        )?;
        Ok(())
    }

    /// Ends a relay, with a grant or without; its key is forgotten.
    pub(crate) fn end_relay(&self, relay: &str, grant: Option<&str>) -> rusqlite::Result<()> {
        self.0.execute(
            "UPDATE challenge SET relay = NULL, relay_key = NULL, granted = ?2 WHERE relay = ?1",
            params![relay, grant],
        )?;
        Ok(())
    }

    /// True where an operator's confirmation of this tap is new; it counts as used from now on.
    pub(crate) fn use_tap(&self, terminal: &str, tap: &str) -> rusqlite::Result<bool> {
        let entered = self.0.execute(
            "INSERT OR IGNORE INTO tap (terminal, tap) VALUES (?1, ?2)",
            params![terminal, tap],
        )?;
        Ok(entered == 1)
    }
}
