//! The portals' records: accounts, sessions, applications, settings, filings.

use rusqlite::{OptionalExtension as _, Row, params};
use serde_json::Value;

use super::Records;
use crate::{InstitutionKind, UserSettings};

/// An account of a portal.
#[derive(Clone)]
pub(crate) struct Account {
    pub(crate) mail: String,
    pub(crate) portal: String,
    pub(crate) kind: InstitutionKind,
    pub(crate) role: String,
    pub(crate) institution: String,
    pub(crate) details: Value,
    pub(crate) active: bool,
}

/// What an account is entered with beside its public part.
pub(crate) struct Secrets<'a> {
    pub(crate) salt: &'a [u8; 16],
    pub(crate) password: &'a [u8; 32],
    pub(crate) link_sha256: &'a [u8; 32],
    pub(crate) link_expires: i64,
}

/// ユーザー設定情報 of one terminal, as the portal shows them.
pub(crate) struct Shown {
    pub(crate) id: String,
    pub(crate) code: String,
    pub(crate) expires: i64,
    pub(crate) used: Option<i64>,
}

/// What a password is compared with.
pub(crate) struct Stretched {
    pub(crate) salt: [u8; 16],
    pub(crate) password: [u8; 32],
    pub(crate) wrong: i64,
    pub(crate) locked_until: i64,
}

const ACCOUNT: &str = "account.mail, portal, kind, role, institution, details, active";

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    let kind: String = row.get(2)?;
    let details: String = row.get(5)?;
    Ok(Account {
        mail: row.get(0)?,
        portal: row.get(1)?,
        kind: InstitutionKind::parse(&kind).unwrap_or(InstitutionKind::Clinic),
        role: row.get(3)?,
        institution: row.get(4)?,
        details: serde_json::from_str(&details).unwrap_or(Value::Null),
        active: row.get(6)?,
    })
}

impl Records<'_> {
    /// Enters an account that waits for its link; false where the mail address has one already
    /// that is active or still waits.
    pub(crate) fn add_account(
        &self,
        account: &Account,
        secrets: &Secrets<'_>,
        now: i64,
    ) -> rusqlite::Result<bool> {
        self.0.execute(
            "DELETE FROM account WHERE mail = ?1 AND active = 0 AND link_expires < ?2",
            params![account.mail, now],
        )?;
        let entered = self.0.execute(
            "INSERT OR IGNORE INTO account (mail, salt, password, portal, kind, role, institution,
                                            details, link_sha256, link_expires)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                account.mail,
                secrets.salt,
                secrets.password,
                account.portal,
                account.kind.as_str(),
                account.role,
                account.institution,
                account.details.to_string(),
                secrets.link_sha256,
                secrets.link_expires,
            ],
        )?;
        Ok(entered == 1)
    }

    /// Activates the account of a link that has not expired.
    pub(crate) fn activate_account(
        &self,
        link_sha256: &[u8; 32],
        now: i64,
    ) -> rusqlite::Result<bool> {
        let activated = self.0.execute(
            "UPDATE account SET active = 1
             WHERE link_sha256 = ?1 AND link_expires >= ?2 AND active = 0",
            params![link_sha256, now],
        )?;
        Ok(activated == 1)
    }

    /// What an active account's password is compared with.
    pub(crate) fn stretched(&self, mail: &str) -> rusqlite::Result<Option<Stretched>> {
        self.0
            .query_row(
                "SELECT salt, password, wrong, locked_until FROM account
                 WHERE mail = ?1 AND active = 1",
                [mail],
                |row| {
                    Ok(Stretched {
                        salt: row.get(0)?,
                        password: row.get(1)?,
                        wrong: row.get(2)?,
                        locked_until: row.get(3)?,
                    })
                },
            )
            .optional()
    }

    /// Keeps count of wrong passwords.
    pub(crate) fn set_wrong(&self, mail: &str, wrong: i64, locked: i64) -> rusqlite::Result<()> {
        self.0.execute(
            "UPDATE account SET wrong = ?2, locked_until = ?3 WHERE mail = ?1",
            params![mail, wrong, locked],
        )?;
        Ok(())
    }

    /// Opens a session.
    pub(crate) fn add_session(
        &self,
        token_sha256: &[u8; 32],
        mail: &str,
        expires: i64,
    ) -> rusqlite::Result<()> {
        self.0.execute(
            "INSERT INTO session (token_sha256, mail, expires) VALUES (?1, ?2, ?3)",
            params![token_sha256, mail, expires],
        )?;
        Ok(())
    }

    /// The account of a session.
    pub(crate) fn session(
        &self,
        token_sha256: &[u8; 32],
        now: i64,
    ) -> rusqlite::Result<Option<Account>> {
        self.0
            .query_row(
                &format!(
                    "SELECT {ACCOUNT} FROM session JOIN account USING (mail)
                     WHERE token_sha256 = ?1 AND expires >= ?2"
                ),
                params![token_sha256, now],
                account,
            )
            .optional()
    }

    /// Every account of an institution.
    pub(crate) fn accounts(&self, institution: &str) -> rusqlite::Result<Vec<Account>> {
        self.0
            .prepare(&format!(
                "SELECT {ACCOUNT} FROM account WHERE institution = ?1 ORDER BY mail"
            ))?
            .query_map([institution], account)?
            .collect()
    }

    /// Replaces the changeable members of an account's form.
    pub(crate) fn set_details(&self, mail: &str, details: &Value) -> rusqlite::Result<()> {
        self.0.execute(
            "UPDATE account SET details = ?2 WHERE mail = ?1",
            params![mail, details.to_string()],
        )?;
        Ok(())
    }

    /// Enters an application and gives its number.
    pub(crate) fn add_application(
        &self,
        institution: &str,
        additional: bool,
        staff: i64,
        terminals: i64,
        ready: i64,
    ) -> rusqlite::Result<i64> {
        self.0.execute(
            "INSERT INTO application (institution, additional, staff, terminals, ready)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![institution, additional, staff, terminals, ready],
        )?;
        Ok(self.0.last_insert_rowid())
    }

    /// Remembers that an account proved to be of its institution.
    pub(crate) fn prove(&self, mail: &str) -> rusqlite::Result<()> {
        self.0
            .execute("INSERT OR IGNORE INTO proven (mail) VALUES (?1)", [mail])?;
        Ok(())
    }

    /// Whether an account proved to be of its institution.
    pub(crate) fn is_proven(&self, mail: &str) -> rusqlite::Result<bool> {
        self.0.query_row(
            "SELECT EXISTS (SELECT 1 FROM proven WHERE mail = ?1)",
            [mail],
            |row| row.get(0),
        )
    }

    /// Whether an institution applied before.
    pub(crate) fn has_applied(&self, institution: &str) -> rusqlite::Result<bool> {
        self.0.query_row(
            "SELECT EXISTS (SELECT 1 FROM application WHERE institution = ?1)",
            [institution],
            |row| row.get(0),
        )
    }

    /// Applications whose confirmation is due: their numbers and terminals, granted from now on.
    pub(crate) fn grant_due(
        &self,
        institution: &str,
        now: i64,
    ) -> rusqlite::Result<Vec<(i64, u32)>> {
        let due = self
            .0
            .prepare(
                "SELECT number, terminals FROM application
                 WHERE institution = ?1 AND granted = 0 AND ready <= ?2 ORDER BY number",
            )?
            .query_map(params![institution, now], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        self.0.execute(
            "UPDATE application SET granted = 1 WHERE institution = ?1 AND ready <= ?2",
            params![institution, now],
        )?;
        Ok(due)
    }

    /// When the next confirmation that is not yet due will come.
    pub(crate) fn next_ready(&self, institution: &str) -> rusqlite::Result<Option<i64>> {
        self.0.query_row(
            "SELECT min(ready) FROM application WHERE institution = ?1 AND granted = 0",
            [institution],
            |row| row.get(0),
        )
    }

    /// Keeps settings to be shown.
    pub(crate) fn keep_settings(
        &self,
        settings: &UserSettings,
        expires: i64,
    ) -> rusqlite::Result<()> {
        self.0.execute(
            "INSERT INTO settings (id, institution, code, expires) VALUES (?1, ?2, ?3, ?4)",
            params![
                settings.id,
                settings.institution_code,
                settings.activation_code,
                expires
            ],
        )?;
        Ok(())
    }

    /// The settings to be shown.
    pub(crate) fn settings(&self, institution: &str) -> rusqlite::Result<Vec<Shown>> {
        self.0
            .prepare(
                "SELECT id, code, settings.expires, used FROM settings
                 JOIN activation ON number = CAST(substr(id, 2) AS INTEGER)
                 WHERE settings.institution = ?1 ORDER BY id",
            )?
            .query_map([institution], |row| {
                Ok(Shown {
                    id: row.get(0)?,
                    code: row.get(1)?,
                    expires: row.get(2)?,
                    used: row.get(3)?,
                })
            })?
            .collect()
    }

    /// Registers the day on which operation starts (運用開始日).
    pub(crate) fn set_start(&self, institution: &str, date: &str) -> rusqlite::Result<()> {
        self.0.execute(
            "INSERT INTO operation (institution, starts) VALUES (?1, ?2)
             ON CONFLICT (institution) DO UPDATE SET starts = ?2",
            params![institution, date],
        )?;
        Ok(())
    }

    /// The day on which operation starts.
    pub(crate) fn start(&self, institution: &str) -> rusqlite::Result<Option<String>> {
        self.0
            .query_row(
                "SELECT starts FROM operation WHERE institution = ?1",
                [institution],
                |row| row.get(0),
            )
            .optional()
    }

    /// Ends an institution's terminals at an instant, one or all of those not ended before.
    pub(crate) fn end_terminals(&self, institution: &str, at: i64) -> rusqlite::Result<usize> {
        self.0.execute(
            "UPDATE terminal SET removed = ?2
             WHERE institution = ?1 AND (removed IS NULL OR removed > ?2)",
            params![institution, at],
        )
    }

    /// Enters a 導入届 under its code.
    pub(crate) fn add_filing(
        &self,
        code: &str,
        insurer: &str,
        details: &Value,
    ) -> rusqlite::Result<bool> {
        let entered = self.0.execute(
            "INSERT OR IGNORE INTO filing (code, insurer, details) VALUES (?1, ?2, ?3)",
            params![code, insurer, details.to_string()],
        )?;
        Ok(entered == 1)
    }

    /// The insurer of a living 導入届.
    pub(crate) fn filing(&self, code: &str) -> rusqlite::Result<Option<String>> {
        self.0
            .query_row(
                "SELECT insurer FROM filing WHERE code = ?1 AND abolished IS NULL",
                [code],
                |row| row.get(0),
            )
            .optional()
    }

    /// Ends a 導入届.
    pub(crate) fn abolish_filing(&self, code: &str, date: &str) -> rusqlite::Result<()> {
        self.0.execute(
            "UPDATE filing SET abolished = ?2 WHERE code = ?1",
            params![code, date],
        )?;
        Ok(())
    }
}
