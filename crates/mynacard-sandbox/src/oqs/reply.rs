//! The answer files' form: header, outcome, the sentence that this is not the official system, and the encoding.

use std::io::Write as _;

use mynacard_eligibility::{
    BulkWriter, Encoding, Error as DataError, FieldId as F, Message, Record, Section, Unmappable,
    XmlOptions,
};

use super::Packing;
use crate::Code;
use crate::calendar::stamp;

/// What every answer says.
pub(super) const NOTICE: &str = "【サンドボックス】公式のシステムではありません。";

/// Why a request, or one person of it, is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) code: Code,
    /// What is wrong, without anybody's data.
    pub(super) what: &'static str,
    /// The tag that it is about, where there is one.
    pub(super) tag: &'static str,
}

/// The whole answer to one request.
pub(super) enum Reply {
    /// A message.
    One(Box<Message>),
    /// A message with a unit for each person.
    Many {
        header: Box<Record>,
        body: Box<Record>,
        units: Vec<Record>,
    },
}

impl Problem {
    pub(super) fn new(code: Code, what: &'static str, field: Option<F>) -> Self {
        Self {
            code,
            what,
            tag: field.map_or("", F::tag),
        }
    }

    pub(super) fn malformed(what: &'static str, field: F) -> Self {
        Self::new(Code::Malformed, what, Some(field))
    }

    pub(super) fn sentence(&self) -> String {
        let place = match self.tag {
            "" => String::new(),
            tag => format!("{tag}："),
        };
        format!("{NOTICE}{}（{place}{}）", self.code.japanese(), self.what)
    }
}

/// The header of an answer; what the request's header said comes back.
pub(super) fn header(request: &Record, now: i64, segment: &str) -> Record {
    let mut header = Record::new(Section::Header);
    header.insert(F::PROCESS_EXECUTION_TIME, stamp(now));
    for field in [
        F::QUALIFICATION_CONFIRMATION_DATE,
        F::MEDICAL_INSTITUTION_CODE,
        F::ARBITRARY_FILE_IDENTIFIER,
    ] {
        if let Some(text) = request.text(field) {
            header.insert(field, text);
        }
    }
    header.insert(F::SEGMENT_OF_RESULT, segment);
    header.insert(F::CHARACTER_CODE_IDENTIFIER, "0");
    header
}

/// Says in a body, or a unit of it, that it went well.
pub(super) fn normal(record: &mut Record) {
    record.insert(F::PROCESSING_RESULT_STATUS, "1");
    record.insert(F::PROCESSING_RESULT_CODE, Code::Normal.as_str());
    record.insert(
        F::PROCESSING_RESULT_MESSAGE,
        format!("{NOTICE}{}", Code::Normal.japanese()),
    );
}

/// Says in a unit of a body that it went wrong.
pub(super) fn refused(record: &mut Record, problem: &Problem) {
    record.insert(F::PROCESSING_RESULT_STATUS, "2");
    record.insert(F::PROCESSING_RESULT_CODE, problem.code.as_str());
    record.insert(F::PROCESSING_RESULT_MESSAGE, problem.sentence());
}

/// The answer to a request that failed as a whole.
pub(super) fn failed(request: &Record, problem: &Problem, now: i64) -> Reply {
    let mut header = header(request, now, "9");
    header.insert(F::ERROR_CODE, problem.code.as_str());
    header.insert(F::ERROR_MESSAGE, problem.sentence());
    Reply::One(Box::new(Message::new(header, Record::new(Section::Body))))
}

impl Reply {
    pub(super) fn header_mut(&mut self) -> &mut Record {
        match self {
            Self::One(message) => &mut message.header,
            Self::Many { header, .. } => header.as_mut(),
        }
    }

    /// The XML; a character that Shift_JIS does not have becomes ●, as in the service's answers.
    pub(super) fn write(&self, encoding: Encoding) -> Result<Vec<u8>, DataError> {
        let options = XmlOptions {
            encoding,
            unmappable: Unmappable::CharacterReference,
        };
        let bytes = match self {
            Self::One(message) => message.write_xml(&options)?.bytes,
            Self::Many {
                header,
                body,
                units,
            } => {
                let mut writer = BulkWriter::start(Vec::new(), header, body, options)?;
                for unit in units {
                    writer.write(unit)?;
                }
                writer.finish()?.0
            }
        };
        Ok(match encoding {
            Encoding::ShiftJis => dotted(&bytes),
            Encoding::Utf8 => bytes,
        })
    }
}

/// Packs an XML; gives the extension of its file too.
pub(super) fn pack(
    xml: Vec<u8>,
    name: &str,
    packing: &Packing,
) -> Result<(Vec<u8>, &'static str), zip::result::ZipError> {
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    let options = match packing {
        Packing::Xml => return Ok((xml, "xml")),
        Packing::Zip => options,
        Packing::AesZip(password) => options.with_aes_encryption(zip::AesMode::Aes256, password),
    };
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file(name, options)?;
    archive.write_all(&xml)?;
    Ok((archive.finish()?.into_inner(), "zip"))
}

/// Character references beyond ASCII become ●. None of their bytes occurs inside a double-byte character of Shift_JIS.
fn dotted(bytes: &[u8]) -> Vec<u8> {
    const DOT: [u8; 2] = [0x81, 0x9C];
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&first, tail)) = rest.split_first() {
        let number = tail
            .strip_prefix(b"#")
            .and_then(|tail| tail.split(|&byte| byte == b';').next());
        let number = number
            .filter(|digits| first == b'&' && digits.len() <= 7)
            .and_then(|digits| std::str::from_utf8(digits).ok()?.parse::<u32>().ok());
        match number {
            Some(number) if number > 0x7F => {
                out.extend_from_slice(&DOT);
                let end = rest.iter().position(|&byte| byte == b';');
                rest = rest.get(end.map_or(0, |end| end + 1)..).unwrap_or_default();
            }
            _ => {
                out.push(first);
                rest = tail;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_become_dots_and_nothing_else_does() {
        let dotted = |text: &[u8]| dotted(text);
        assert_eq!(dotted(b"<N>&#134071;A</N>"), b"<N>\x81\x9CA</N>");
        assert_eq!(
            dotted(b"&#13;&amp;#134071;&#x;&#"),
            b"&#13;&amp;#134071;&#x;&#"
        );
        assert_eq!(dotted(&[0x8A, 0x26]), [0x8A, 0x26]);
    }

    #[test]
    fn a_problem_names_the_tag_and_says_what_this_is() {
        let sentence = Problem::malformed("8桁ではありません", F::INSURER_NUMBER).sentence();
        assert!(sentence.starts_with(NOTICE), "{sentence}");
        assert!(sentence.contains("InsurerNumber"), "{sentence}");
    }
}
