//! Institutions, activations and terminals.

use rusqlite::{OptionalExtension as _, Row, params};

use super::Records;
use crate::authority::sha256;
use crate::http::Refusal;
use crate::{Code, Institution, InstitutionKind, Purpose};

/// Wrong activation codes after which an ID accepts none any more.
const WRONG_CODES: i64 = 10;

/// A terminal that may call, with its institution.
pub(crate) struct Terminal {
    pub(crate) id: String,
    pub(crate) key_sha256: [u8; 32],
    pub(crate) institution: Institution,
}

/// What makes two activations the same: idempotency key and body, in which the code and the key's request are.
pub(crate) struct Repetition<'a> {
    pub(crate) idempotency: &'a str,
    pub(crate) body_sha256: &'a [u8; 32],
}

impl Records<'_> {
    /// Enters an institution or renews what is known of it.
    pub(crate) fn put_institution(&self, institution: &Institution) -> rusqlite::Result<()> {
        let purposes: Vec<_> = institution.purposes.iter().map(|p| p.as_str()).collect();
        self.0.execute(
            "INSERT INTO institution (code, name, kind, visual_check, purposes, terminal_limit)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (code) DO UPDATE SET name = ?2, kind = ?3, visual_check = ?4,
                 purposes = ?5, terminal_limit = ?6",
            params![
                institution.code,
                institution.name,
                institution.kind.as_str(),
                institution.visual_check,
                purposes.join(" "),
                institution.terminal_limit,
            ],
        )?;
        Ok(())
    }

    /// The institution with this code.
    pub(crate) fn institution(&self, code: &str) -> rusqlite::Result<Option<Institution>> {
        self.0
            .query_row(
                "SELECT code, name, kind, visual_check, purposes, terminal_limit
                 FROM institution WHERE code = ?1",
                [code],
                institution,
            )
            .optional()
    }

    /// Enters an activation and gives its ID.
    pub(crate) fn add_activation(
        &self,
        institution: &str,
        code: &str,
        expires: i64,
    ) -> rusqlite::Result<String> {
        self.0.execute(
            "INSERT INTO activation (institution, code_sha256, expires) VALUES (?1, ?2, ?3)",
            params![institution, sha256(code.as_bytes()), expires],
        )?;
        Ok(format!("W{:07}", self.0.last_insert_rowid()))
    }

    /// Counts a wrong code against an ID, where the code is wrong.
    pub(crate) fn count_wrong_code(&self, id: &str, code: &str) -> rusqlite::Result<()> {
        self.0.execute(
            "UPDATE activation SET wrong = wrong + 1 WHERE number = ?1 AND code_sha256 <> ?2",
            params![number(id), sha256(code.as_bytes())],
        )?;
        Ok(())
    }

    /// The institution that an ID with its unspent code belongs to, which has to be the one named.
    pub(crate) fn check_activation(
        &self,
        id: &str,
        code: &str,
        institution: &str,
        now: i64,
    ) -> Result<Institution, Refusal> {
        let owner: Option<String> = self
            .0
            .query_row(
                "SELECT institution FROM activation WHERE number = ?1 AND code_sha256 = ?2
                 AND used IS NULL AND expires >= ?3 AND wrong < ?4",
                params![number(id), sha256(code.as_bytes()), now, WRONG_CODES],
                |row| row.get(0),
            )
            .optional()?;
        let owner = owner.ok_or(Code::ActivationRefused)?;
        if owner != institution {
            return Err(Refusal::new(Code::FacilityMismatch).field("institution_code"));
        }
        self.institution(&owner)?
            .ok_or_else(|| Code::ActivationRefused.into())
    }

    /// Marks an activation as used.
    pub(crate) fn spend_activation(&self, id: &str, now: i64) -> rusqlite::Result<()> {
        self.0.execute(
            "UPDATE activation SET used = ?2 WHERE number = ?1",
            params![number(id), now],
        )?;
        Ok(())
    }

    /// Keeps what an activation was answered with, for its repetition.
    pub(crate) fn keep_activated(
        &self,
        id: &str,
        repetition: &Repetition<'_>,
        outcome: &str,
    ) -> rusqlite::Result<()> {
        self.0.execute(
            "INSERT INTO activated (number, idempotency, body_sha256, outcome)
             VALUES (?1, ?2, ?3, ?4)",
            params![
                number(id),
                repetition.idempotency,
                repetition.body_sha256,
                outcome
            ],
        )?;
        Ok(())
    }

    /// What the identical activation was answered with, while its code would still have worked and the terminal that it
    /// made is one.
    pub(crate) fn activated(
        &self,
        id: &str,
        repetition: &Repetition<'_>,
        now: i64,
    ) -> rusqlite::Result<Option<String>> {
        self.0
            .query_row(
                "SELECT outcome FROM activated
                 JOIN activation USING (number)
                 JOIN terminal ON terminal.id = ?4
                 WHERE number = ?1 AND idempotency = ?2 AND body_sha256 = ?3 AND expires >= ?5
                   AND (removed IS NULL OR removed > ?5)",
                params![
                    number(id),
                    repetition.idempotency,
                    repetition.body_sha256,
                    id,
                    now
                ],
                |row| row.get(0),
            )
            .optional()
    }

    /// How many terminals of an institution may call.
    pub(crate) fn active_terminals(&self, institution: &str, now: i64) -> rusqlite::Result<i64> {
        self.0.query_row(
            "SELECT count(*) FROM terminal
             WHERE institution = ?1 AND (removed IS NULL OR removed > ?2)",
            params![institution, now],
            |row| row.get(0),
        )
    }

    /// Enters a terminal.
    pub(crate) fn add_terminal(&self, id: &str, institution: &str) -> rusqlite::Result<()> {
        self.0.execute(
            "INSERT INTO terminal (id, institution) VALUES (?1, ?2)",
            params![id, institution],
        )?;
        Ok(())
    }

    /// Ends the unused codes of an institution, or that of one ID, at an instant.
    pub(crate) fn end_activations(
        &self,
        institution: &str,
        id: Option<&str>,
        at: i64,
    ) -> rusqlite::Result<usize> {
        self.0.execute(
            "UPDATE activation SET expires = ?3 - 1
             WHERE institution = ?1 AND (?2 IS NULL OR number = ?2) AND used IS NULL
               AND expires > ?3",
            params![institution, id.map(number), at],
        )
    }

    /// Ends an institution's terminal at an instant; one that ends before stays ended.
    pub(crate) fn remove_terminal(
        &self,
        id: &str,
        institution: &str,
        at: i64,
    ) -> rusqlite::Result<bool> {
        let removed = self.0.execute(
            "UPDATE terminal SET removed = ?3
             WHERE id = ?1 AND institution = ?2 AND (removed IS NULL OR removed > ?3)",
            params![id, institution, at],
        )?;
        Ok(removed == 1)
    }

    /// Gives a terminal a certificate; earlier ones work until this one is first shown.
    pub(crate) fn add_credential(
        &self,
        terminal: &str,
        certificate_sha256: &[u8; 32],
        key_sha256: &[u8; 32],
        not_after: i64,
    ) -> rusqlite::Result<()> {
        self.0.execute(
            "INSERT INTO credential (certificate_sha256, number, terminal, key_sha256, not_after)
             VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM credential), ?2, ?3, ?4)",
            params![certificate_sha256, terminal, key_sha256, not_after],
        )?;
        Ok(())
    }

    /// The terminal that shows this certificate, while it may call. Certificates that it replaces
    /// end here.
    pub(crate) fn terminal(
        &self,
        certificate_sha256: &[u8; 32],
        now: i64,
    ) -> rusqlite::Result<Option<Terminal>> {
        let found = self
            .0
            .query_row(
                "SELECT code, name, kind, visual_check, purposes, terminal_limit,
                        id, key_sha256, number
                 FROM credential
                 JOIN terminal ON terminal.id = credential.terminal
                 JOIN institution ON institution.code = terminal.institution
                 WHERE certificate_sha256 = ?1 AND not_after >= ?2
                   AND (removed IS NULL OR removed > ?2)",
                params![certificate_sha256, now],
                |row| {
                    let terminal = Terminal {
                        id: row.get(6)?,
                        key_sha256: row.get(7)?,
                        institution: institution(row)?,
                    };
                    Ok((terminal, row.get::<_, i64>(8)?))
                },
            )
            .optional()?;
        let Some((terminal, number)) = found else {
            return Ok(None);
        };
        self.0.execute(
            "DELETE FROM credential WHERE terminal = ?1 AND number < ?2",
            params![terminal.id, number],
        )?;
        Ok(Some(terminal))
    }
}

fn institution(row: &Row<'_>) -> rusqlite::Result<Institution> {
    let kind: String = row.get(2)?;
    let purposes: String = row.get(4)?;
    Ok(Institution {
        code: row.get(0)?,
        name: row.get(1)?,
        kind: InstitutionKind::parse(&kind).unwrap_or(InstitutionKind::Clinic),
        visual_check: row.get(3)?,
        purposes: purposes.split(' ').filter_map(Purpose::parse).collect(),
        terminal_limit: row.get(5)?,
    })
}

// `W0000001` is row 1; anything else is no row.
fn number(id: &str) -> i64 {
    id.strip_prefix('W')
        .filter(|digits| digits.len() >= 7 && digits.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(0)
}
