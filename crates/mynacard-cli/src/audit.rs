//! `mynacard audit`: was anything removed from the audit trail, cut off, rewritten or moved?

mod closed;

use std::path::PathBuf;
use std::time::SystemTime;

use clap::Subcommand;
use mynacard::auth::AuditTrail;
use mynacard::auth::audit::{Damage, Finding, Note, Report};
use mynacard::auth::vault::Vault;
use serde_json::{Value, json};

use crate::args::HomeArguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::{self, Home};
use crate::output::Output;

pub(crate) use closed::{close, json as closed_json, text as closed_text};

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Read the whole trail and name what was removed, cut off, rewritten or moved. Exit code 0: nothing; 12: something. Trails
    /// of terminals that were removed are read too, without a passcode.
    Verify {
        #[command(flatten)]
        home: HomeArguments,
        /// The trail's folder; without it `audit` in the terminal's folder.
        dir: Option<PathBuf>,
        /// The fingerprint that was noted when the terminal was removed: only a trail that ends with it is the one that was kept.
        #[arg(long, value_name = "HEX")]
        fingerprint: Option<String>,
    },
    /// Begin a new trail after the head of the old one was lost. The old files stay and cannot be verified any more.
    Restart {
        #[command(flatten)]
        home: HomeArguments,
        /// The trail's folder; without it `audit` in the terminal's folder.
        dir: Option<PathBuf>,
    },
}

pub(crate) fn run(command: &AuditCommand, output: &Output) -> Result<Exit, Failure> {
    match command {
        AuditCommand::Verify {
            home,
            dir,
            fingerprint,
        } => verify(home, dir.as_ref(), fingerprint.as_deref(), output),
        AuditCommand::Restart { home, dir } => restart(home, dir.as_ref(), output),
    }
}

/// The trail that checks are written to; begun now where the terminal has none.
pub(crate) fn open(arguments: &HomeArguments, vault: &mut Vault) -> Result<AuditTrail, Failure> {
    let folder = folder(arguments, None)?;
    Ok(AuditTrail::open(vault, &folder, SystemTime::now())?)
}

/// What a terminal's trail looks like; `None` where none was begun.
pub(crate) fn report(
    arguments: &HomeArguments,
    dir: Option<&PathBuf>,
    vault: &Vault,
) -> Result<Option<Report>, Failure> {
    let trail = AuditTrail::of(vault, &folder(arguments, dir)?)?;
    Ok(trail.map(|trail| trail.verify()).transpose()?)
}

fn folder(arguments: &HomeArguments, dir: Option<&PathBuf>) -> Result<PathBuf, Failure> {
    match dir {
        Some(dir) => Ok(dir.clone()),
        None => Ok(home::folder(arguments)?.join("audit")),
    }
}

fn verify(
    arguments: &HomeArguments,
    dir: Option<&PathBuf>,
    noted: Option<&str>,
    output: &Output,
) -> Result<Exit, Failure> {
    let closed = closed::read(&folder(arguments, dir)?)?;
    let living = match home::vault_path(arguments)?.exists() {
        false if closed.is_empty() => return Err(closed::keyless()),
        false => None,
        true => {
            let home = Home::open(arguments)?;
            let report = report(arguments, dir, home.vault())?;
            if report.is_none() && closed.is_empty() {
                let why = "no audit trail was begun on this terminal".to_owned();
                return Err(Failure::usage(why));
            }
            report
        }
    };
    let verdict = closed::Verdict::of(living, closed, noted);
    output.result(&verdict.json(output), || verdict.text(output))?;
    Ok(if verdict.is_whole() {
        Exit::Done
    } else {
        Exit::Input
    })
}

fn restart(
    arguments: &HomeArguments,
    dir: Option<&PathBuf>,
    output: &Output,
) -> Result<Exit, Failure> {
    let mut home = Home::open(arguments)?;
    let folder = folder(arguments, dir)?;
    let trail = AuditTrail::begin(home.vault_mut(), &folder, SystemTime::now())?;
    let report = trail.verify()?;
    output.result(&as_json(&report, output), || {
        let begun = output.pick(
            "新しい監査記録を始めました。以前のファイルはそのまま残しています。",
            "A new audit trail was begun. The earlier files were left as they are.",
        );
        format!("{begun}\n")
    })?;
    Ok(Exit::Done)
}

fn as_json(report: &Report, output: &Output) -> Value {
    let finding = |finding: &Finding| {
        json!({
            "file": finding.file,
            "line": finding.line,
            "damage": finding.damage.as_str(),
            "lines": finding.damage.lines(),
            "text": damage(finding.damage, output),
        })
    };
    let note = |note: &Note| match note {
        Note::NotCounted => json!({ "note": "not-counted" }),
        Note::Torn { bytes } => json!({ "note": "torn", "bytes": bytes }),
        Note::EarlierFiles { files } => json!({ "note": "earlier-files", "files": files }),
        _ => json!({ "note": "other" }),
    };
    json!({
        "whole": report.is_whole(),
        "files": report.files,
        "lines": report.lines,
        "fingerprint": report.fingerprint,
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
        "more": report.more,
        "notes": report.notes.iter().map(note).collect::<Vec<_>>(),
    })
}

fn as_text(report: &Report, output: &Output) -> String {
    let (files, lines) = (report.files, report.lines);
    let mut text = output
        .pick(
            "監査記録: ファイル {files} 個、{lines} 行\n",
            "audit trail: {files} files, {lines} lines\n",
        )
        .replace("{files}", &files.to_string())
        .replace("{lines}", &lines.to_string());
    text.push_str(output.pick(
        "照合値（控えておくと、古い記録への差し戻しにも気づけます）: ",
        "fingerprint (noted elsewhere, it shows that an older trail was put back): ",
    ));
    text.push_str(&format!("{}\n", report.fingerprint));
    for note in &report.notes {
        text.push_str(&format!("※ {}\n", note_text(*note, output)));
    }
    if report.is_whole() {
        text.push_str(output.pick(
            "削除・切り取り・書き換え・入れ替えは見つかりませんでした。\n",
            "Nothing was removed, cut off, rewritten or moved.\n",
        ));
        return text;
    }
    text.push_str(output.pick(
        "問題が見つかりました。フォルダーの中身を変えずに、管理者に知らせてください。\n",
        "Something is wrong. Leave the folder as it is and tell the administrator.\n",
    ));
    for finding in &report.findings {
        let place = match (finding.line, output.pick("行目", "line")) {
            (0, _) => finding.file.clone(),
            (line, "line") => format!("{}, line {line}", finding.file),
            (line, unit) => format!("{} {line}{unit}", finding.file),
        };
        text.push_str(&format!("  {place}: {}\n", damage(finding.damage, output)));
    }
    if report.more > 0 {
        text.push_str(&format!("  … +{}\n", report.more));
    }
    text
}

fn damage(damage: Damage, output: &Output) -> String {
    let (ja, en) = match damage {
        Damage::Altered => ("行が書き換えられています", "the line was altered"),
        Damage::NotALine => (
            "監査記録の行ではありません",
            "this is not a line of the trail",
        ),
        Damage::Missing { .. } => (
            "この前の {n} 行が削除されています",
            "{n} lines before this one were removed",
        ),
        Damage::OutOfPlace => ("ここにあるはずのない行です", "the line belongs elsewhere"),
        Damage::CutOff { .. } => (
            "ここから後の {n} 行が切り取られています",
            "{n} lines from here on were cut off",
        ),
        Damage::Surplus => (
            "末尾に、記録していないものが書き足されています",
            "something was added after the end",
        ),
        Damage::HeadOlder { .. } => (
            "控えが古いものに差し替えられています（{n} 行ぶん）",
            "the head was replaced by an older one, by {n} lines",
        ),
        Damage::HeadDiffers => (
            "控えと最後の行が合いません",
            "the head names another last line",
        ),
        Damage::NoHead => (
            "控えがないか、書き換えられています",
            "the head is missing or was altered",
        ),
        _ => ("記録が壊れています", "the trail is damaged"),
    };
    let lines = damage.lines().unwrap_or_default();
    output.pick(ja, en).replace("{n}", &lines.to_string())
}

fn note_text(note: Note, output: &Output) -> String {
    let (ja, en, number) = match note {
        Note::NotCounted => (
            "最後の1行は、控えに書く前に停止したものです。改ざんではありません。",
            "The last line was written just before a stop and is not counted yet. That is no tampering.",
            0,
        ),
        Note::Torn { bytes } => (
            "最後に、書きかけで停止した {n} バイトがあります。改ざんではありません。",
            "The last {n} bytes were being written when the machine stopped. That is no tampering.",
            bytes,
        ),
        Note::EarlierFiles { files } => (
            "以前の記録のファイルが {n} 個あります（鍵がないため検証していません）。",
            "There are {n} files of an earlier trail, whose key is gone: not verified.",
            files as u64,
        ),
        _ => ("", "", 0),
    };
    output.pick(ja, en).replace("{n}", &number.to_string())
}
