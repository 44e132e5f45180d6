//! The arguments of `mynacard oqs`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use mynacard::eligibility::{Encoding, Unmappable};

use super::source::ZipArguments;

#[derive(Debug, Subcommand)]
pub(crate) enum OqsCommand {
    /// Print the answers that appear in a folder (OQSsiquc01res_face_*.xml), each once.
    Watch {
        /// The folder, for example C:\OQS\face, or the one above it.
        folder: PathBuf,
        /// Read what is there and stop.
        #[arg(long)]
        once: bool,
        /// Keep in this folder of your own what was printed: it does not come again after a restart, and what came meanwhile does.
        #[arg(long, value_name = "DIR")]
        journal: Option<PathBuf>,
    },
    /// Print an answer file, of one person or of many.
    Show {
        /// The file: XML, a ZIP of it (plain or AES), this library's JSON, or the screen text of マイナ資格確認アプリ.
        file: PathBuf,
        #[command(flatten)]
        zip: ZipArguments,
    },
    /// Write an answer file, of one person or of many, in another shape.
    Convert(ConvertArguments),
}

#[derive(Debug, Args)]
pub(crate) struct ConvertArguments {
    /// The file: XML, a ZIP of it (plain or AES), this library's JSON, or the screen text of マイナ資格確認アプリ.
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) zip: ZipArguments,
    /// The shape.
    #[arg(long, value_enum)]
    pub(super) to: Shape,
    /// The encoding of face, csv, text and screen; without it Shift_JIS for face, UTF-8 for the others.
    #[arg(long, value_enum)]
    encoding: Option<EncodingArgument>,
    /// What to do with characters that Shift_JIS does not have.
    #[arg(long, value_enum, default_value = "refuse")]
    unmappable: UnmappableArgument,
    /// For face: put a file of the terminal's naming into this folder, where a receipt computer finds it.
    #[arg(long, value_name = "DIR")]
    pub(super) into: Option<PathBuf>,
    /// For face: what stands in the file's name.
    #[arg(long, value_name = "ID", default_value = "mynacard", requires = "into")]
    pub(super) id: String,
}

/// Another shape of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shape {
    /// The interface's XML in UTF-8.
    XmlUtf8,
    /// The interface's XML in Shift_JIS.
    XmlSjis,
    /// A file as the terminal leaves it in face, which receipt computers take in; of many people with --into only.
    Face,
    /// This library's JSON; of many people one a line.
    Json,
    /// Text for people.
    Text,
    /// The screen text of マイナ資格確認アプリ.
    Screen,
    /// CSV: UTF-8 with a byte order mark, or Shift_JIS for Excel.
    Csv,
    /// FHIR R4 after JP Core; of many people one bundle a line.
    Fhir,
}

/// An encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum EncodingArgument {
    /// UTF-8
    #[value(name = "utf-8")]
    Utf8,
    /// Shift_JIS as Windows' code page 932
    ShiftJis,
}

/// A policy for characters that the encoding does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum UnmappableArgument {
    /// Stop, and say where they stand.
    Refuse,
    /// Write 〓, and say where.
    #[value(alias = "geta", alias = "〓")]
    Replace,
    /// Write a character reference such as &#40800;, and say where; in XML only.
    Reference,
}

impl ConvertArguments {
    /// The encoding and the policy.
    ///
    /// # Errors
    /// Why the shape cannot have them.
    pub(super) fn policy(&self) -> Result<(Encoding, Unmappable), String> {
        let asked = self.encoding.map(|encoding| match encoding {
            EncodingArgument::Utf8 => Encoding::Utf8,
            EncodingArgument::ShiftJis => Encoding::ShiftJis,
        });
        let encoding = match (self.to, asked) {
            (Shape::XmlUtf8, None | Some(Encoding::Utf8)) => Encoding::Utf8,
            (Shape::XmlSjis, None | Some(Encoding::ShiftJis)) => Encoding::ShiftJis,
            (Shape::XmlUtf8 | Shape::XmlSjis, Some(_)) => {
                return Err("the shape names another encoding than --encoding".to_owned());
            }
            (Shape::Json | Shape::Fhir, Some(Encoding::ShiftJis)) => {
                return Err("JSON is always UTF-8".to_owned());
            }
            (Shape::Face, asked) => asked.unwrap_or(Encoding::ShiftJis),
            (_, asked) => asked.unwrap_or_default(),
        };
        let is_xml = matches!(self.to, Shape::XmlUtf8 | Shape::XmlSjis | Shape::Face);
        let unmappable = match self.unmappable {
            UnmappableArgument::Refuse => Unmappable::Refuse,
            UnmappableArgument::Replace => Unmappable::Replace,
            UnmappableArgument::Reference if is_xml => Unmappable::CharacterReference,
            UnmappableArgument::Reference => {
                return Err("only XML has character references".to_owned());
            }
        };
        if self.into.is_some() && self.to != Shape::Face {
            return Err("--into is for --to face".to_owned());
        }
        Ok((encoding, unmappable))
    }
}
