//! Folders and files: there, readable, and nobody else's.

use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::path::Path;

use serde_json::json;

use super::{Finding, State, VAULT};
use crate::failure::Failure;

const HOME: (&str, &str) = ("端末のフォルダー", "terminal folder");
const OQS: (&str, &str) = ("OQSComApp との連携フォルダー", "OQSComApp folder");

/// The terminal's folder.
pub(super) fn home(folder: &Path) -> Finding {
    let metadata = match fs::metadata(folder) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Finding::new("folder", HOME, State::Care)
                .found("まだありません。", "It is not there yet.")
                .mend(
                    "端末を登録すると作られます（mynacard terminal activate）。登録済みなら --home の場所を確かめてください。",
                    "Registering the terminal makes it (mynacard terminal activate); where that was done, check the place given by --home.",
                );
        }
        Err(error) => return Finding::failed("folder", HOME, &Failure::file(folder, &error)),
    };
    let rights = Rights::of(&metadata);
    let state = match rights {
        Rights::OthersWrite => State::Bad,
        Rights::OthersRead => State::Care,
        Rights::OwnersAlone => State::Good,
        Rights::Unknown => State::Unknown,
    };
    rights.finding("folder", HOME, state)
}

/// The vault's file: its content is sealed, and still nobody else's.
pub(super) fn vault_file(path: &Path) -> Finding {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) => return Finding::failed("vault", VAULT, &Failure::file(path, &error)),
    };
    let rights = Rights::of(&metadata);
    let state = match rights {
        Rights::OthersWrite | Rights::OthersRead => State::Bad,
        Rights::OwnersAlone => State::Good,
        Rights::Unknown => State::Unknown,
    };
    rights.finding("vault", VAULT, state)
}

/// The folder that OQSComApp and we share.
pub(super) fn oqs(folder: &Path) -> Finding {
    let lacking: Vec<&str> = ["req", "res", "face"]
        .into_iter()
        .filter(|name| fs::read_dir(folder.join(name)).is_err())
        .collect();
    let read_only =
        fs::metadata(folder.join("req")).is_ok_and(|metadata| metadata.permissions().readonly());
    let facts = json!({ "lacking": lacking, "req_read_only": read_only });
    let finding = if !lacking.is_empty() {
        let names = lacking.join(", ");
        Finding::new("oqs-folder", OQS, State::Bad)
            .found(
                format!("開けないフォルダーがあります: {names}"),
                format!("These cannot be opened: {names}"),
            )
            .mend(
                "資格確認端末の共有フォルダーにつながっているか、読み取りの権限があるか確かめてください。",
                "See whether the share of the eligibility terminal is connected and may be read.",
            )
    } else if read_only {
        Finding::new("oqs-folder", OQS, State::Bad)
            .found(
                "req フォルダーに書き込めません。",
                "The folder req cannot be written to.",
            )
            .mend(
                "共有フォルダーに書き込みの権限を付けてもらってください。",
                "Have the right to write given for the share.",
            )
    } else {
        Finding::new("oqs-folder", OQS, State::Good).found(
            "req・res・face を開けます。",
            "req, res and face can be opened.",
        )
    };
    finding.facts(facts)
}

/// Who else may look or write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    not(unix),
    allow(dead_code, reason = "only Unix says what others may do")
)]
enum Rights {
    OwnersAlone,
    OthersRead,
    OthersWrite,
    /// A system whose rights are not three digits.
    #[cfg_attr(unix, expect(dead_code))]
    Unknown,
}

impl Rights {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        match metadata.permissions().mode() {
            mode if mode & 0o022 != 0 => Self::OthersWrite,
            mode if mode & 0o077 != 0 => Self::OthersRead,
            _ => Self::OwnersAlone,
        }
    }

    #[cfg(not(unix))]
    fn of(_: &Metadata) -> Self {
        Self::Unknown
    }

    fn finding(
        self,
        name: &'static str,
        label: (&'static str, &'static str),
        state: State,
    ) -> Finding {
        let (ja, en) = match self {
            Self::OwnersAlone => ("この利用者だけが開けます。", "Its owner's alone."),
            Self::OthersRead => ("ほかの利用者も読める状態です。", "Other users can read it."),
            Self::OthersWrite => (
                "ほかの利用者も書き換えられる状態です。",
                "Other users can write to it.",
            ),
            Self::Unknown => (
                "あります。権限は調べていません（利用者のフォルダーの中なら、ほかの利用者からは守られています）。",
                "It is there. Its rights were not looked at; inside the user's own profile others are kept out.",
            ),
        };
        Finding::new(name, label, state)
            .found(ja, en)
            .mend(
                "所有者だけが読み書きできる権限に直してください（フォルダーは 700、ファイルは 600）。",
                "Give it back to its owner alone (folders 700, files 600).",
            )
            .facts(json!({ "rights": format!("{self:?}") }))
    }
}
