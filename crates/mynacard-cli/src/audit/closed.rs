//! Trails of terminals that were removed: closed with the removal, and verified without a vault.

use std::path::Path;
use std::time::SystemTime;

use mynacard::auth::audit::{ClosedTrail, Note, Report};
use mynacard::auth::vault::Vault;
use mynacard::auth::{AuditTrail, Error, ErrorKind};
use serde_json::{Value, json};

use super::{as_json, as_text, folder};
use crate::args::HomeArguments;
use crate::failure::Failure;
use crate::output::Output;

/// What became of a trail at the removal of its terminal.
pub(crate) enum Closing {
    Closed(ClosedTrail),
    /// None was ever begun.
    None,
    /// It cannot be closed, for this reason: its key goes with the vault.
    Lost(&'static str),
}

/// Ends the trail of a terminal that is being removed.
pub(crate) fn close(arguments: &HomeArguments, vault: &Vault) -> Result<Closing, Failure> {
    let Some(trail) = AuditTrail::of(vault, &folder(arguments, None)?)? else {
        return Ok(Closing::None);
    };
    match trail.close(SystemTime::now()) {
        Ok(closed) => Ok(Closing::Closed(closed)),
        // It was damaged before, and stays as it is; what a full disk refuses can be repeated.
        Err(error) if matches!(error.kind(), ErrorKind::AuditHead) => {
            Ok(Closing::Lost(error.code()))
        }
        Err(error) => Err(error.into()),
    }
}

/// What is needed to verify it later.
pub(crate) fn json(closing: &Closing) -> Value {
    match closing {
        Closing::Closed(trail) => json!({
            "lines": trail.lines(),
            "fingerprint": trail.fingerprint(),
            "note": trail.note(),
        }),
        Closing::None => Value::Null,
        Closing::Lost(code) => json!({ "not_closed": code }),
    }
}

/// The same for whoever removed the terminal.
pub(crate) fn text(closing: &Closing, output: &Output) -> String {
    match closing {
        Closing::Closed(trail) => output
            .pick(
                "監査記録（{lines} 行）を閉じました。検証に必要なものは {note} にあります。監査記録のフォルダーと一緒に保管してください。\n照合値: {fingerprint}\nこの照合値を別の場所に控えてください。後から「mynacard audit verify --fingerprint 照合値」で、記録が変わっていないことを確かめられます。\n",
                "The audit trail ({lines} lines) is closed. What verifies it is in {note}: keep it with the trail's folder.\nfingerprint: {fingerprint}\nNote this fingerprint elsewhere: mynacard audit verify --fingerprint FINGERPRINT proves later that nothing was changed.\n",
            )
            .replace("{lines}", &trail.lines().to_string())
            .replace("{note}", &trail.note().display().to_string())
            .replace("{fingerprint}", &trail.fingerprint()),
        Closing::None => String::new(),
        Closing::Lost(code) => output
            .pick(
                "※ 監査記録の控えがないか書き換えられているため、記録を閉じられませんでした（{code}）。鍵は登録情報と一緒に削除されたため、今までの記録は検証できません。管理者に知らせてください。\n",
                "The head of the audit trail is missing or was altered, so that the trail was not closed ({code}). Its key went with the registration: the lines so far cannot be verified any more. Tell the administrator.\n",
            )
            .replace("{code}", code),
    }
}

/// The closed trails of a folder, each read and verified.
pub(super) fn read(folder: &Path) -> Result<Vec<(ClosedTrail, Report)>, Failure> {
    let mut read = Vec::new();
    for trail in ClosedTrail::all(folder)? {
        let report = trail.verify()?;
        read.push((trail, report));
    }
    Ok(read)
}

/// Neither a vault nor a note: nothing can be verified.
pub(super) fn keyless() -> Failure {
    Failure::from(Error::from(ErrorKind::VaultMissing)).detailed(
        ": its key proves the audit trail, and no note of a removed terminal (closed-….json) stands in for it",
    )
}

/// What came of all trails of a folder.
pub(super) struct Verdict {
    living: Option<Report>,
    closed: Vec<(ClosedTrail, Report)>,
    /// Whether the fingerprint that somebody noted is one of a closed trail.
    noted: Option<bool>,
}

impl Verdict {
    pub(super) fn of(
        mut living: Option<Report>,
        closed: Vec<(ClosedTrail, Report)>,
        noted: Option<&str>,
    ) -> Self {
        // Files of earlier trails that were verified by their notes are no mystery.
        let verified: usize = closed.iter().map(|(_, report)| report.files).sum();
        if let Some(living) = &mut living {
            let unknown = |note: &Note| match note {
                Note::EarlierFiles { files } => *files > verified,
                _ => true,
            };
            living.notes.retain(unknown);
        }
        let noted = noted.map(|noted| {
            let noted = noted.trim().to_ascii_lowercase();
            closed.iter().any(|(_, report)| report.fingerprint == noted)
        });
        Self {
            living,
            closed,
            noted,
        }
    }

    pub(super) fn is_whole(&self) -> bool {
        self.reports().all(Report::is_whole) && self.noted != Some(false)
    }

    fn reports(&self) -> impl Iterator<Item = &Report> {
        let closed = self.closed.iter().map(|(_, report)| report);
        self.living.iter().chain(closed)
    }

    pub(super) fn json(&self, output: &Output) -> Value {
        let closed: Vec<Value> = self
            .closed
            .iter()
            .map(|(trail, report)| {
                let mut value = as_json(report, output);
                if let Some(members) = value.as_object_mut() {
                    members.insert("note".to_owned(), json!(trail.note()));
                }
                value
            })
            .collect();
        let last = self.closed.last().map(|(_, report)| report);
        let mut value = self
            .living
            .as_ref()
            .or(last)
            .map_or(Value::Null, |report| as_json(report, output));
        if let Some(members) = value.as_object_mut() {
            members.insert("whole".to_owned(), json!(self.is_whole()));
            members.insert("closed".to_owned(), json!(closed));
            members.insert("fingerprint_fits".to_owned(), json!(self.noted));
        }
        value
    }

    pub(super) fn text(&self, output: &Output) -> String {
        let mut text = self
            .living
            .as_ref()
            .map_or(String::new(), |report| as_text(report, output));
        for (trail, report) in &self.closed {
            text.push_str(
                &output
                    .pick(
                        "── 利用を終了した端末の監査記録（{note}）\n",
                        "── audit trail of a removed terminal ({note})\n",
                    )
                    .replace("{note}", &trail.note().display().to_string()),
            );
            text.push_str(&as_text(report, output));
        }
        text.push_str(match (self.noted, self.closed.is_empty()) {
            (Some(true), _) => output.pick(
                "控えた照合値と一致しました。\n",
                "The fingerprint that was noted fits.\n",
            ),
            (Some(false), _) => output.pick(
                "控えた照合値と一致する記録がありません。記録が差し替えられている可能性があります。管理者に知らせてください。\n",
                "No trail ends with the fingerprint that was noted: it may have been replaced. Tell the administrator.\n",
            ),
            (None, false) => output.pick(
                "利用を終了した端末の記録は、鍵がフォルダーにあるため、控えた照合値（--fingerprint）と比べて初めて証明になります。\n",
                "The key of a removed terminal's trail lies in the folder: only the fingerprint noted elsewhere (--fingerprint) proves it.\n",
            ),
            (None, true) => "",
        });
        text
    }
}
