//! The command line: what can be asked, in one place.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::bulk::BulkCommand;
use crate::consent::{ConsentCommand, RequeryArguments};
use crate::oqs::OqsCommand;

/// Confirm a patient's health insurance with a My Number Card (マイナ保険証の資格確認).
///
/// Every command takes --json. Exit codes: 0 done (for `check`: the service answered), 2 wrong use, 10 the card refused or was not there,
/// 11 the service or another party refused, 12 malformed input, 14 reader, line, disk or machine, 130 stopped by Ctrl-C or a
/// signal.
#[derive(Debug, Parser)]
#[command(name = "mynacard", version, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) output: OutputArguments,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// How results are shown.
#[derive(Debug, Args)]
pub(crate) struct OutputArguments {
    /// Print JSON: one document for the result, or for the error.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The language of what people read.
    #[arg(long, global = true, value_name = "LANGUAGE", default_value = "ja")]
    pub(crate) lang: Lang,
    /// Log to the standard error: off, error, warn, info, debug or trace. No level shows a PIN or personal data.
    #[arg(long, global = true, value_name = "LEVEL", default_value = "off")]
    pub(crate) log: log::LevelFilter,
}

impl OutputArguments {
    /// JSON in the default language, for a command line that could not be read.
    pub(crate) fn for_programs() -> Self {
        Self {
            json: true,
            lang: Lang::Ja,
            log: log::LevelFilter::Off,
        }
    }
}

/// A language of the guidance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// 日本語
    Ja,
    /// English
    En,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the whole way without hardware: virtual card, sandbox service, insurance.
    #[cfg(feature = "demo")]
    Demo,
    /// Confirm a patient's insurance.
    Check(CheckArguments),
    /// The life of this terminal.
    #[command(subcommand)]
    Terminal(TerminalCommand),
    /// Consents of patients who are seen at home, online or by another route (居宅同意取得型).
    #[command(subcommand)]
    Consent(ConsentCommand),
    /// The insurance of a visited patient (訪問診療等) without her card.
    Requery(RequeryArguments),
    /// The insurance of many consented patients at once.
    #[command(subcommand)]
    Bulk(BulkCommand),
    /// Look at and judge a card's certificate.
    #[command(subcommand)]
    Cert(CertCommand),
    /// Say whether a number is well formed: insurer-number, institution-code, postal-code, …
    Validate {
        /// The kind of number; a wrong kind lists them all.
        kind: String,
        /// The number as staff type it: full width, hyphens and spaces are understood.
        value: String,
    },
    /// Files that receipt computers exchange with OQSComApp.
    #[command(subcommand)]
    Oqs(OqsCommand),
    /// List the card readers.
    #[cfg(feature = "pcsc")]
    Readers,
    /// Look at the card; spends no PIN try.
    Status(StatusArguments),
    /// Recorded dialogues with a card (check --trace, status --trace).
    #[command(subcommand)]
    Trace(TraceCommand),
    /// The audit trail of this terminal.
    #[command(subcommand)]
    Audit(crate::audit::AuditCommand),
    /// Find out why this terminal does not work: reader, card, clock, line, certificates, vault, folders.
    Doctor(crate::doctor::DoctorArguments),
    /// Print what staff are told for every error and answer.
    Guidance {
        /// Only this code, for example MC-1003.
        code: Option<String>,
    },
}

/// Where the card is.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct CardArguments {
    /// A virtual card of this synthetic person (see `mynacard-sim people`).
    #[cfg(feature = "demo")]
    #[arg(long = "virtual", value_name = "PERSON")]
    pub(crate) virtual_person: Option<String>,
    /// The PC/SC reader of this name, or the one that begins so.
    #[cfg(feature = "pcsc")]
    #[arg(long, value_name = "NAME")]
    pub(crate) reader: Option<String>,
}

/// Where the dialogue with the card is written down.
#[derive(Debug, Args)]
pub(crate) struct RecordArguments {
    /// Record the dialogue with the card in this new file, as JSON lines: headers, lengths and status words, no PIN and no
    /// personal data.
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArguments {
    #[command(flatten)]
    pub(crate) card: CardArguments,
    #[command(flatten)]
    pub(crate) record: RecordArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TraceCommand {
    /// Print what was said, one line for each step.
    Show {
        /// The trace.
        file: PathBuf,
    },
    /// Lead the same dialogue with the recorded answers and say where it goes another way.
    Replay {
        /// The trace.
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    pub(crate) card: CardArguments,
    #[command(flatten)]
    pub(crate) record: RecordArguments,
    #[command(flatten)]
    pub(crate) home: HomeArguments,
    /// Why the insurance is asked: reception, checkup, contract-checkup, midwifery or visiting. Without it reception; for a
    /// consent what its kind of care needs.
    #[arg(long)]
    pub(crate) purpose: Option<String>,
    /// Read the PIN from this open file descriptor (0: standard input) instead of the terminal.
    #[arg(long, value_name = "N", conflicts_with_all = ["visual", "pin_pad"])]
    pub(crate) pin_fd: Option<u32>,
    /// Let the patient type the PIN on the reader's keypad.
    #[arg(long, conflicts_with = "visual")]
    pub(crate) pin_pad: bool,
    /// Visual check (目視確認): the name of the operator, who is asked to confirm after the card was read.
    #[arg(long, value_name = "OPERATOR")]
    pub(crate) visual: Option<String>,
    /// Read the operator's confirmation (one line, `yes`) from this open file descriptor instead of the terminal.
    #[arg(long, value_name = "N", requires = "visual")]
    pub(crate) confirm_fd: Option<u32>,
    /// For the comparison write the card's photo (JPEG 2000), verified, into this new file, which goes when staff have answered;
    /// also for the visual check of the reception screen. 照合番号B, printed on the card, opens it. The keys behind real cards'
    /// photos are not public: a real card's is refused before anything is asked (MC-3501). The file is its owner's alone; on
    /// Windows it has the rights of its folder. A program that is killed outright (kill -9) leaves it behind: delete it then.
    #[arg(long, value_name = "FILE", conflicts_with = "trace")]
    pub(crate) photo: Option<PathBuf>,
    /// Read 照合番号B (birth date, year of expiry and security code: `19800401 2035 1234`) from this open file descriptor instead
    /// of the terminal.
    #[arg(long, value_name = "N", requires = "photo")]
    pub(crate) number_b_fd: Option<u32>,
    /// Be the reception screen, one patient after the other, also where nobody sits at a terminal; without it that is what
    /// happens at a terminal unless the PIN, the keypad or the operator is named.
    #[arg(long, conflicts_with_all = ["pin_pad", "visual"])]
    pub(crate) screen: bool,
    /// With --json, for programs that can load no library: a line {"step":"…","text":"…"} for each step while the check runs, and
    /// {"result":{…}} or {"error":{…}} in the last line.
    #[arg(long, conflicts_with = "screen")]
    pub(crate) progress: bool,
    /// How long an answer stands on the reception screen, or at a terminal, in seconds.
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = clap::value_parser!(u16).range(1..=3600))]
    pub(crate) keep: u16,
    /// Send the PIN even when one try is left.
    #[arg(long)]
    pub(crate) insist: bool,
    /// Do not read the retry counter before the PIN: one exchange less.
    #[arg(long)]
    pub(crate) skip_counter: bool,
    /// Use short commands only.
    #[arg(long)]
    pub(crate) short: bool,
    /// Use extended commands even where the reader's driver does not say that it carries them: fewer exchanges.
    #[cfg(feature = "pcsc")]
    #[arg(long, conflicts_with = "short")]
    pub(crate) extended: bool,
    /// Ask for the 限度額 information too; the patient agreed.
    #[arg(long)]
    pub(crate) limit_application: bool,
    /// Accept cards of the simulation. For tests only: whoever reads its public keys can make such a card.
    #[cfg(feature = "demo")]
    #[arg(long)]
    pub(crate) accept_simulation: bool,
}

/// Where this terminal keeps its registration.
#[derive(Debug, Args)]
pub(crate) struct HomeArguments {
    /// The terminal's folder; without it the user's data folder for mynacard.
    #[arg(long, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// Read the passcode from this open file descriptor instead of the terminal.
    #[arg(long, value_name = "N")]
    pub(crate) passcode_fd: Option<u32>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TerminalCommand {
    /// Register this terminal (初期登録) with the ユーザー設定情報 of the portal. After a lost answer the same command asks for it
    /// again.
    Activate(ActivateArguments),
    /// Say what this terminal is registered for, and how it is set.
    #[command(visible_alias = "status")]
    Show {
        #[command(flatten)]
        home: HomeArguments,
    },
    /// Switch 「目視確認で本人認証」: staff compare photo and person instead of the PIN. Off until switched on, by whoever knows
    /// the passcode, and only where the institution may. Written into the audit trail.
    Visual {
        /// To what.
        #[arg(value_enum)]
        to: SwitchArgument,
        #[command(flatten)]
        home: HomeArguments,
    },
    /// Get a new key and certificate before the present one ends.
    Renew {
        #[command(flatten)]
        home: HomeArguments,
    },
    /// Change the passcode; the old one is asked first.
    Passcode {
        #[command(flatten)]
        home: HomeArguments,
        /// Read the new passcode from this open file descriptor instead of the terminal.
        #[arg(long, value_name = "N")]
        new_passcode_fd: Option<u32>,
    },
    /// End this terminal at the service (利用終了) and remove its registration here. The audit trail stays, closed: note the
    /// fingerprint that is printed, and audit verify can prove it afterwards.
    Remove {
        #[command(flatten)]
        home: HomeArguments,
        /// Only set the registration aside, without passcode and service: it is locked, damaged or ended, or the passcode is
        /// forgotten. The terminal can then be registered anew; end the old one at the portal.
        #[arg(long, conflicts_with = "passcode_fd")]
        forget: bool,
    },
}

/// A switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SwitchArgument {
    /// オン
    On,
    /// オフ
    Off,
}

#[derive(Debug, Args)]
pub(crate) struct ActivateArguments {
    #[command(flatten)]
    pub(crate) home: HomeArguments,
    /// The service's address, `https://…`.
    #[arg(long, value_name = "URL")]
    pub(crate) service: String,
    /// The certificate of the authority that the service's certificate must come from (PEM or DER).
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: PathBuf,
    /// 機関コード, 10 digits.
    #[arg(long, value_name = "CODE")]
    pub(crate) institution: String,
    /// ID, for example W0000001.
    #[arg(long)]
    pub(crate) id: String,
    /// Read the アクティベーションコード from this open file descriptor instead of the terminal.
    #[arg(long, value_name = "N")]
    pub(crate) code_fd: Option<u32>,
    /// The terms of use were read and accepted.
    #[arg(long)]
    pub(crate) accept_terms: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CertCommand {
    /// Print what a certificate says, unjudged.
    Show {
        /// The certificate, DER or PEM.
        file: PathBuf,
    },
    /// Judge a certificate under the pinned roots.
    Verify(VerifyArguments),
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    /// The certificate, DER or PEM.
    pub(crate) file: PathBuf,
    /// The instant, RFC 3339 in UTC (2026-04-01T00:00:00Z) or a date; without it now.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// Whose certificates are accepted.
    #[arg(long, value_enum, default_value = "production")]
    pub(crate) hierarchy: HierarchyArgument,
    /// A root of the test hierarchy (DER or PEM), which this program does not carry; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) root: Vec<PathBuf>,
    /// What the certificate is to be used for.
    #[arg(long = "for", value_enum, default_value = "authentication")]
    pub(crate) usage: UsageArgument,
    /// Look the certificate up in this revocation list (DER or PEM) of its distribution point.
    #[arg(long, value_name = "FILE")]
    pub(crate) crl: Option<PathBuf>,
    /// Look the certificate up in this OCSP response (DER).
    #[arg(long, value_name = "FILE", conflicts_with = "crl")]
    pub(crate) ocsp: Option<PathBuf>,
}

/// Whose certificates are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum HierarchyArgument {
    /// JPKI: real people.
    Production,
    /// JPKI's test cards; needs --root.
    JpkiTest,
    /// This project's virtual card.
    #[cfg(feature = "demo")]
    Simulation,
}

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum UsageArgument {
    /// 利用者証明用
    Authentication,
    /// 署名用
    Signature,
}
