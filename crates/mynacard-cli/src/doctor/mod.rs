//! `mynacard doctor`: everything a check needs, looked at in order, each fault with its mend.

mod bundle;
mod folder;
mod line;
mod reader;

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use clap::Args;
use mynacard::auth::Terminal;
use mynacard::auth::vault::{Vault, VaultState};
use mynacard::cert::Timestamp;
use mynacard::guidance::REGISTER_AGAIN;
use serde_json::{Value, json};

use crate::args::HomeArguments;
use crate::audit;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::{self, Home};
use crate::output::Output;

#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    #[command(flatten)]
    pub(crate) home: HomeArguments,
    /// Do not ask for the passcode: line, clock and certificate stay unlooked at.
    #[arg(long, conflicts_with = "passcode_fd")]
    pub(crate) no_passcode: bool,
    /// The folder that is exchanged with OQSComApp (with req, res and face in it).
    #[arg(long, value_name = "DIR")]
    pub(crate) oqs: Option<PathBuf>,
    /// Write what support needs into this new file: no names, numbers, secrets or paths.
    #[arg(long, value_name = "FILE")]
    pub(crate) bundle: Option<PathBuf>,
}

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Good,
    /// It works, and somebody should do something.
    Care,
    Bad,
    /// Not looked at.
    Unknown,
}

/// A sentence in both languages.
type Both = (String, String);

/// One part that was looked at.
pub(crate) struct Finding {
    /// A stable name.
    name: &'static str,
    label: (&'static str, &'static str),
    state: State,
    /// The code of the error, where there was one.
    code: Option<&'static str>,
    found: Both,
    mend: Both,
    /// What support may see of it, without names and places.
    facts: Value,
}

impl Finding {
    fn new(name: &'static str, label: (&'static str, &'static str), state: State) -> Self {
        Self {
            name,
            label,
            state,
            code: None,
            found: (String::new(), String::new()),
            mend: (String::new(), String::new()),
            facts: Value::Null,
        }
    }

    fn found(mut self, ja: impl Into<String>, en: impl Into<String>) -> Self {
        self.found = (ja.into(), en.into());
        self
    }

    fn mend(mut self, ja: impl Into<String>, en: impl Into<String>) -> Self {
        self.mend = (ja.into(), en.into());
        self
    }

    fn facts(mut self, facts: Value) -> Self {
        self.facts = facts;
        self
    }

    /// What a failure says of itself, with its own mend.
    fn failed(name: &'static str, label: (&'static str, &'static str), failure: &Failure) -> Self {
        use mynacard::guidance::Language::{English, Japanese};
        let (ja, en) = (failure.advice(Japanese), failure.advice(English));
        let mut finding = Self::new(name, label, State::Bad)
            .found(
                format!("{}（{}）", ja.staff, failure.code()),
                format!("{} ({})", en.staff, failure.code()),
            )
            .mend(ja.next, en.next);
        finding.code = Some(failure.code());
        finding
    }

    fn unknown(name: &'static str, label: (&'static str, &'static str), why: (&str, &str)) -> Self {
        Self::new(name, label, State::Unknown).found(why.0, why.1)
    }
}

const VAULT: (&str, &str) = ("端末の登録情報（vault）", "vault");
const PASSCODE: (&str, &str) = ("起動用パスコード", "passcode");
const TERMINAL: (&str, &str) = ("端末証明書", "terminal certificate");
const AUDIT: (&str, &str) = ("監査記録", "audit trail");

/// A certificate that ends within this time should be renewed.
const RENEW: Duration = Duration::from_secs(30 * 86_400);

pub(crate) fn run(arguments: &DoctorArguments, output: &Output) -> Result<Exit, Failure> {
    let now = SystemTime::now();
    let mut findings = reader::look();
    let home_folder = home::folder(&arguments.home)?;
    findings.push(folder::home(&home_folder));
    findings.extend(vault(arguments, now)?);
    if let Some(oqs) = &arguments.oqs {
        findings.push(folder::oqs(oqs));
    }
    if let Some(file) = &arguments.bundle {
        bundle::write(file, &findings, now)?;
    }
    output.result(&as_json(&findings, output), || as_text(&findings, output))?;
    Ok(match Verdict::of(&findings) {
        Verdict::Ready | Verdict::Partly => Exit::Done,
        Verdict::Faulty => Exit::Environment,
    })
}

/// What all parts together say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Everything was looked at, and nothing stands in a check's way.
    Ready,
    /// Nothing is wrong in what was looked at.
    Partly,
    Faulty,
}

impl Verdict {
    fn of(findings: &[Finding]) -> Self {
        let any = |state| findings.iter().any(|finding| finding.state == state);
        match (any(State::Bad), any(State::Unknown)) {
            (true, _) => Self::Faulty,
            (false, true) => Self::Partly,
            (false, false) => Self::Ready,
        }
    }
}

/// The vault, and what only its passcode opens: the terminal, its trail and its line.
fn vault(arguments: &DoctorArguments, now: SystemTime) -> Result<Vec<Finding>, Failure> {
    let path = home::vault_path(&arguments.home)?;
    let state = match Vault::state(&path, now) {
        Err(error) => return Ok(vec![Finding::failed("vault", VAULT, &error.into())]),
        Ok(state) => state,
    };
    let mut findings = vec![folder::vault_file(&path)];
    if let Some(held_up) = held_up(state) {
        findings.push(held_up);
        return Ok(findings);
    }
    if arguments.no_passcode {
        findings.push(Finding::unknown(
            "passcode",
            PASSCODE,
            ("入力を省きました。", "It was not asked for."),
        ));
        return Ok(findings);
    }
    let home = match Home::open(&arguments.home) {
        Err(failure) => {
            findings.push(Finding::failed("passcode", PASSCODE, &failure));
            return Ok(findings);
        }
        Ok(home) => home,
    };
    findings.push(
        Finding::new("passcode", PASSCODE, State::Good)
            .found("登録情報を開けました。", "It opens the vault."),
    );
    findings.push(terminal(&home.terminal, now));
    findings.push(trail(arguments, home.vault()));
    findings.extend(line::look(&home, now));
    Ok(findings)
}

fn held_up(state: VaultState) -> Option<Finding> {
    match state {
        VaultState::Locked => Some(
            Finding::new("passcode", PASSCODE, State::Bad)
                .found(
                    "間違いが続いたため、ロックされています。",
                    "Locked after too many wrong entries.",
                )
                .mend(REGISTER_AGAIN.ja, REGISTER_AGAIN.en),
        ),
        VaultState::Delayed { seconds } => Some(
            Finding::new("passcode", PASSCODE, State::Bad)
                .found(
                    format!("間違いが続いたため、あと {seconds} 秒は入力できません。"),
                    format!("After wrong entries the next one has to wait {seconds} s."),
                )
                .mend(
                    "時間が過ぎてから、入力してください。",
                    "Wait, then enter it with care.",
                ),
        ),
        _ => None,
    }
}

fn terminal(terminal: &Terminal, now: SystemTime) -> Finding {
    let ends = terminal.not_after();
    let day = Timestamp::from(ends).to_string();
    let facts = json!({ "not_after": day });
    let (state, found, mend) = match ends.duration_since(now) {
        Err(_) => (
            State::Bad,
            (
                format!("{day} に期限が切れました。"),
                format!("It ended at {day}."),
            ),
            (REGISTER_AGAIN.ja, REGISTER_AGAIN.en),
        ),
        Ok(left) if left < RENEW => (
            State::Care,
            (
                format!("{day} に期限が切れます。"),
                format!("It ends at {day}."),
            ),
            (
                "期限の前に、「mynacard terminal renew」で更新してください。",
                "Renew it before that with mynacard terminal renew.",
            ),
        ),
        Ok(_) => (
            State::Good,
            (
                format!("{day} まで有効です。"),
                format!("Valid until {day}."),
            ),
            ("", ""),
        ),
    };
    Finding::new("terminal-certificate", TERMINAL, state)
        .found(found.0, found.1)
        .mend(mend.0, mend.1)
        .facts(facts)
}

fn trail(arguments: &DoctorArguments, vault: &Vault) -> Finding {
    let report = match audit::report(&arguments.home, None, vault) {
        Err(failure) => return Finding::failed("audit", AUDIT, &failure),
        Ok(None) => {
            return Finding::new("audit", AUDIT, State::Good)
                .found("まだ始まっていません。", "Not begun yet.");
        }
        Ok(Some(report)) => report,
    };
    let (files, lines) = (report.files, report.lines);
    let damages: Vec<_> = report.findings.iter().map(|f| f.damage.as_str()).collect();
    let facts = json!({ "files": files, "lines": lines, "damage": damages });
    let finding = if report.is_whole() {
        Finding::new("audit", AUDIT, State::Good).found(
            format!("{lines} 行、異常なし。"),
            format!("{lines} lines, nothing wrong."),
        )
    } else {
        Finding::new("audit", AUDIT, State::Bad)
            .found(
                format!("改ざんまたは欠落が {} か所あります。", report.findings.len()),
                format!("Damage in {} places.", report.findings.len()),
            )
            .mend(
                "フォルダーの中身を変えずに、mynacard audit verify の結果を管理者に見せてください。",
                "Leave the folder as it is and show the administrator what mynacard audit verify says.",
            )
    };
    finding.facts(facts)
}

fn as_json(findings: &[Finding], output: &Output) -> Value {
    let pick = |both: &Both| pick(both, output).to_owned();
    let parts: Vec<Value> = findings
        .iter()
        .map(|finding| {
            json!({
                "name": finding.name,
                "state": finding.state.as_str(),
                "code": finding.code,
                "found": pick(&finding.found),
                "mend": pick(&finding.mend),
            })
        })
        .collect();
    let verdict = Verdict::of(findings);
    let complete = findings
        .iter()
        .all(|finding| finding.state != State::Unknown);
    json!({ "healthy": verdict != Verdict::Faulty, "complete": complete, "parts": parts })
}

fn as_text(findings: &[Finding], output: &Output) -> String {
    let mut text = String::new();
    for finding in findings {
        let mark = match finding.state {
            State::Good => output.pick("○", "ok  "),
            State::Care => output.pick("△", "care"),
            State::Bad => output.pick("×", "BAD "),
            State::Unknown => output.pick("－", "-   "),
        };
        let label = output.pick(finding.label.0, finding.label.1);
        text.push_str(&format!(
            "{mark} {label}: {}\n",
            pick(&finding.found, output)
        ));
        let mend = pick(&finding.mend, output);
        if !mend.is_empty() && finding.state != State::Good {
            text.push_str(&format!("     → {mend}\n"));
        }
    }
    text.push_str(match Verdict::of(findings) {
        Verdict::Ready => output.pick("資格確認に使えます。\n", "Ready for checks.\n"),
        Verdict::Partly => output.pick(
            "調べた項目に異常はありません。調べていない項目があります。\n",
            "Nothing is wrong in what was looked at. Something was not looked at.\n",
        ),
        Verdict::Faulty => output.pick(
            "× の項目を直してから、もう一度 mynacard doctor を実行してください。\n",
            "Mend what is BAD, then run mynacard doctor again.\n",
        ),
    });
    text
}

fn pick<'b>(both: &'b Both, output: &Output) -> &'b str {
    match output.pick("ja", "en") {
        "ja" => &both.0,
        _ => &both.1,
    }
}

impl State {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Care => "care",
            Self::Bad => "bad",
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use mynacard::guidance::Language;

    use super::*;

    #[test]
    fn ready_is_said_only_where_everything_was_looked_at() {
        let said = |states: &[State], language| {
            let part = |state: &State| Finding::new("part", ("項目", "part"), *state);
            let findings: Vec<_> = states.iter().map(part).collect();
            let output = Output::plain(language);
            let last = as_text(&findings, &output);
            let last = last.lines().last().unwrap_or_default().to_owned();
            (last, as_json(&findings, &output))
        };
        for (states, ja, en, healthy, complete) in [
            (
                &[State::Good, State::Care][..],
                "資格確認に使えます。",
                "Ready for checks.",
                true,
                true,
            ),
            (
                &[State::Good, State::Unknown],
                "調べた項目に異常はありません。調べていない項目があります。",
                "Nothing is wrong in what was looked at. Something was not looked at.",
                true,
                false,
            ),
            (
                &[State::Bad, State::Unknown],
                "× の項目を直してから、もう一度 mynacard doctor を実行してください。",
                "Mend what is BAD, then run mynacard doctor again.",
                false,
                false,
            ),
        ] {
            let (text, value) = said(states, Language::Japanese);
            assert_eq!(text, ja);
            assert_eq!(said(states, Language::English).0, en);
            assert_eq!(
                (&value["healthy"], &value["complete"]),
                (&healthy.into(), &complete.into())
            );
        }
    }
}
