//! Why a command failed: a coded error of the library, or a mistake in its use.

use std::error::Error as StdError;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

use mynacard::guidance::{self, Class, Language};
use mynacard::{Advice, Coded};

use crate::exit::Exit;

/// A command that did not reach its end.
#[derive(Debug)]
pub(crate) struct Failure {
    code: &'static str,
    tries_left: Option<u8>,
    detail: String,
    own: Option<Own>,
}

/// The sentences of a failure that is the command's own, or of a library's error in a place where the card plays no part.
#[derive(Debug)]
struct Own {
    class: Class,
    staff: (&'static str, &'static str),
    next: (&'static str, &'static str),
}

impl Failure {
    /// The command line asks for something impossible.
    pub(crate) fn usage(detail: String) -> Self {
        Self::own(
            "usage",
            detail,
            Class::Caller,
            (
                "コマンドの使い方が違います。",
                "The command was used in a wrong way.",
            ),
            (
                "かっこ内の説明と --help を見てください。",
                "See the explanation in brackets, and --help.",
            ),
        )
    }

    /// A file cannot be read or written.
    pub(crate) fn file(file: &Path, error: &io::Error) -> Self {
        Self::own(
            "file",
            format!("{}: {error}", file.display()),
            Class::Environment,
            (
                "ファイルを読み書きできません。",
                "The file cannot be read or written.",
            ),
            (
                "ファイルの場所と権限を確かめてください。",
                "Check the file's place and rights.",
            ),
        )
    }

    /// A file holds something else than it should.
    pub(crate) fn content(file: &Path, detail: &str) -> Self {
        Self::own(
            "content",
            format!("{}: {detail}", file.display()),
            Class::Input,
            (
                "ファイルの中身が正しくありません。",
                "The file's content is not right.",
            ),
            (
                "正しいファイルか確かめてください。",
                "Check that it is the right file.",
            ),
        )
    }

    /// A secret could not be read.
    pub(crate) fn secret(what: &str, error: &io::Error) -> Self {
        Self::own(
            "secret",
            format!("the {what} could not be read: {error}"),
            Class::Environment,
            (
                "入力を読み取れません。",
                "What was typed could not be read.",
            ),
            (
                "端末から入力するか、--…-fd に開いているファイル記述子の番号を指定してください。",
                "Type it at a terminal, or name an open file descriptor with --…-fd.",
            ),
        )
    }

    /// Staff did not confirm that face and photo are the same person's.
    pub(crate) fn not_confirmed() -> Self {
        Self::known(
            guidance::NOT_CONFIRMED,
            "the visual check was not confirmed",
        )
    }

    /// The photo of a real card cannot be verified here: said before anybody is asked for what is printed on it.
    pub(crate) fn photo_unverifiable() -> Self {
        Self::known(
            "MC-3501",
            "--photo: the keys behind real cards' photos are not public; nothing was asked of the card, and no try was spent",
        )
    }

    /// What has its sentences in the table of guidance.
    fn known(code: &'static str, detail: &str) -> Self {
        Self {
            code,
            tries_left: None,
            detail: detail.to_owned(),
            own: None,
        }
    }

    /// The demonstration itself does not work.
    #[cfg(feature = "demo")]
    pub(crate) fn demo(detail: &(impl ToString + ?Sized)) -> Self {
        Self::own(
            "demo",
            detail.to_string(),
            Class::Environment,
            ("デモを実行できません。", "The demonstration does not work."),
            (
                "かっこ内の説明を見てください。",
                "See the explanation in brackets.",
            ),
        )
    }

    /// The standard output is gone.
    pub(crate) fn output(error: &io::Error) -> Self {
        Self::own(
            "output",
            error.to_string(),
            Class::Environment,
            ("結果を出力できません。", "The result cannot be written."),
            ("出力先を確かめてください。", "Check where the output goes."),
        )
    }

    fn own(
        code: &'static str,
        detail: String,
        class: Class,
        staff: (&'static str, &'static str),
        next: (&'static str, &'static str),
    ) -> Self {
        Self {
            code,
            tries_left: None,
            detail,
            own: Some(Own { class, staff, next }),
        }
    }

    /// The same failure said of a file that somebody named: code and detail stay, the advice is about the file.
    pub(crate) fn in_file(mut self, file: &Path) -> Self {
        let about = Self::content(file, &self.detail);
        self.detail = about.detail;
        self.own = about.own;
        self
    }

    /// The code, as the audit trail names it.
    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    /// The same failure, with more of its circumstances.
    pub(crate) fn detailed(mut self, more: &str) -> Self {
        self.detail.push_str(more);
        self
    }

    /// The technical sentence, with its causes.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// What to tell staff.
    pub(crate) fn advice(&self, language: Language) -> Advice {
        let mut advice = Advice::for_code(self.code, self.tries_left, language);
        if let Some(own) = &self.own {
            let pick = |(ja, en): (&'static str, &'static str)| match language {
                Language::Japanese => ja.to_owned(),
                Language::English => en.to_owned(),
            };
            advice.class = own.class;
            advice.staff = pick(own.staff);
            advice.next = pick(own.next);
            advice.patient = String::new();
            advice.instead = &[];
        }
        advice
    }

    /// The exit code.
    pub(crate) fn exit(&self) -> Exit {
        self.advice(Language::English).class.into()
    }
}

impl<E: Coded + StdError> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut detail = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            // Writing to a String cannot fail.
            let _ = write!(detail, ": {cause}");
            source = cause.source();
        }
        Self {
            code: error.code(),
            tries_left: error.tries_left(),
            detail,
            own: None,
        }
    }
}
