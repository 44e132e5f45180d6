//! Checks that a consent may hang on, consents, and bulk receptions. A person is a number of the
//! synthetic list here.

use rusqlite::{OptionalExtension as _, Row, params};

use super::Records;

/// A check that was answered.
pub(crate) struct Check {
    pub(crate) person: i64,
    pub(crate) purpose: String,
    pub(crate) consents: String,
    pub(crate) at: i64,
}

/// A consent as it is kept.
pub(crate) struct Kept {
    pub(crate) reference: String,
    pub(crate) person: i64,
    pub(crate) care: String,
    pub(crate) kinds: String,
    pub(crate) consented: i64,
    pub(crate) visit: String,
    pub(crate) expires: i64,
    pub(crate) ended: Option<i64>,
    pub(crate) reason: Option<String>,
}

/// Days of consent or of visit, both ends included.
pub(crate) struct Period {
    pub(crate) by_visit: bool,
    pub(crate) from: String,
    pub(crate) to: String,
}

/// A bulk query that was accepted.
pub(crate) struct Reception {
    pub(crate) institution: String,
    pub(crate) care: String,
    pub(crate) period: Period,
    pub(crate) limit_application: bool,
    pub(crate) specific_diseases: bool,
    pub(crate) format: String,
    pub(crate) accepted: i64,
    pub(crate) ready: i64,
}

const CONSENT: &str = "reference, person, care, kinds, consented, visit, expires, ended, reason";

impl Records<'_> {
    /// The request that a key was used for, as a hash, and its answer.
    pub(crate) fn delivered(
        &self,
        terminal: &str,
        key: &str,
    ) -> rusqlite::Result<Option<([u8; 32], String)>> {
        self.0
            .query_row(
                "SELECT request, outcome FROM delivered WHERE terminal = ?1 AND idempotency = ?2",
                [terminal, key],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()
    }

    /// Remembers it, and forgets those of yesterday.
    pub(crate) fn keep_delivered(
        &self,
        terminal: &str,
        key: &str,
        request: &[u8; 32],
        outcome: &str,
        now: i64,
    ) -> rusqlite::Result<()> {
        self.0
            .execute("DELETE FROM delivered WHERE at < ?1", [now - 86_400])?;
        self.0.execute(
            "INSERT INTO delivered (terminal, idempotency, request, outcome, at)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![terminal, key, request, outcome, now],
        )?;
        Ok(())
    }

    /// Remembers an answered check, and forgets those of yesterday.
    pub(crate) fn add_check(
        &self,
        id: &str,
        institution: &str,
        check: &Check,
    ) -> rusqlite::Result<()> {
        self.0
            .execute("DELETE FROM checked WHERE at < ?1", [check.at - 86_400])?;
        self.0.execute(
            "INSERT INTO checked (id, institution, person, purpose, consents, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                id,
                institution,
                check.person,
                check.purpose,
                check.consents,
                check.at
            ],
        )?;
        Ok(())
    }

    /// How many checks were answered since yesterday, of all or by one id.
    pub(crate) fn answered(&self, id: Option<&str>) -> rusqlite::Result<u32> {
        self.0.query_row(
            "SELECT count(*) FROM checked WHERE ?1 IS NULL OR id = ?1",
            [id],
            |row| row.get(0),
        )
    }

    /// An answered check of this institution.
    pub(crate) fn check(&self, id: &str, institution: &str) -> rusqlite::Result<Option<Check>> {
        self.0
            .query_row(
                "SELECT person, purpose, consents, at FROM checked
                 WHERE id = ?1 AND institution = ?2",
                params![id, institution],
                |row| {
                    Ok(Check {
                        person: row.get(0)?,
                        purpose: row.get(1)?,
                        consents: row.get(2)?,
                        at: row.get(3)?,
                    })
                },
            )
            .optional()
    }

    /// Enters a consent, in place of the one under the same reference.
    pub(crate) fn put_consent(&self, institution: &str, kept: &Kept) -> rusqlite::Result<()> {
        self.0.execute(
            "INSERT OR REPLACE INTO consent (institution, reference, person, care, kinds,
                 consented, consent_date, visit, expires, ended, reason)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            params![
                institution,
                kept.reference,
                kept.person,
                kept.care,
                kept.kinds,
                kept.consented,
                crate::calendar::Day::at(kept.consented).compact(),
                kept.visit,
                kept.expires,
                kept.ended,
                kept.reason,
            ],
        )?;
        Ok(())
    }

    /// The consent under a reference of this institution.
    pub(crate) fn consent(
        &self,
        institution: &str,
        reference: &str,
    ) -> rusqlite::Result<Option<Kept>> {
        self.0
            .query_row(
                &format!("SELECT {CONSENT} FROM consent WHERE institution = ?1 AND reference = ?2"),
                params![institution, reference],
                kept,
            )
            .optional()
    }

    /// An institution's consents for one kind of care in a period, by reference.
    pub(crate) fn consents(
        &self,
        institution: &str,
        care: &str,
        period: &Period,
        after: &str,
        most: usize,
    ) -> rusqlite::Result<Vec<Kept>> {
        let column = if period.by_visit {
            "visit"
        } else {
            "consent_date"
        };
        self.0
            .prepare(&format!(
                "SELECT {CONSENT} FROM consent
                 WHERE institution = ?1 AND care = ?2 AND {column} BETWEEN ?3 AND ?4
                   AND reference > ?5
                 ORDER BY reference LIMIT ?6"
            ))?
            .query_map(
                params![
                    institution,
                    care,
                    period.from,
                    period.to,
                    after,
                    i64::try_from(most).unwrap_or(i64::MAX)
                ],
                kept,
            )?
            .collect()
    }

    /// Accepts a bulk query; gives its number of twenty digits.
    pub(crate) fn add_reception(
        &self,
        stamp: &str,
        reception: &Reception,
    ) -> rusqlite::Result<String> {
        self.0.execute(
            "INSERT INTO reception (institution, care, by_visit, first, last, limits, diseases,
                                    format, accepted, ready)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                reception.institution,
                reception.care,
                reception.period.by_visit,
                reception.period.from,
                reception.period.to,
                reception.limit_application,
                reception.specific_diseases,
                reception.format,
                reception.accepted,
                reception.ready,
            ],
        )?;
        let row = self.0.last_insert_rowid();
        let number = format!("{stamp}{:06}", row % 1_000_000);
        self.0.execute(
            "UPDATE reception SET number = ?2 WHERE row = ?1",
            params![row, number],
        )?;
        Ok(number)
    }

    /// A bulk query of this institution.
    pub(crate) fn reception(
        &self,
        number: &str,
        institution: &str,
    ) -> rusqlite::Result<Option<Reception>> {
        self.0
            .query_row(
                "SELECT institution, care, by_visit, first, last, limits, diseases, format,
                        accepted, ready
                 FROM reception WHERE number = ?1 AND institution = ?2",
                params![number, institution],
                |row| {
                    Ok(Reception {
                        institution: row.get(0)?,
                        care: row.get(1)?,
                        period: Period {
                            by_visit: row.get(2)?,
                            from: row.get(3)?,
                            to: row.get(4)?,
                        },
                        limit_application: row.get(5)?,
                        specific_diseases: row.get(6)?,
                        format: row.get(7)?,
                        accepted: row.get(8)?,
                        ready: row.get(9)?,
                    })
                },
            )
            .optional()
    }
}

fn kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    Ok(Kept {
        reference: row.get(0)?,
        person: row.get(1)?,
        care: row.get(2)?,
        kinds: row.get(3)?,
        consented: row.get(4)?,
        visit: row.get(5)?,
        expires: row.get(6)?,
        ended: row.get(7)?,
        reason: row.get(8)?,
    })
}
