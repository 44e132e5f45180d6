//! The names of face files.

use crate::DateTime;

/// The name of a face file: `OQSsiquc01res_face_<…>_<yyyyMMddHHmmss>.xml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaceName {
    /// What stands between prefix and time, as it is.
    pub identifier: String,
    /// When the terminal says it made the file.
    pub time: Option<DateTime>,
}

impl FaceName {
    const PREFIX: &'static str = "OQSsiquc01res_face_";

    /// Reads a file name; nothing when it is no face file. Upper and lower case are one, as on Windows.
    #[must_use]
    pub fn parse(name: &str) -> Option<FaceName> {
        let (prefix, rest) = name.split_at_checked(Self::PREFIX.len())?;
        let (stem, extension) = rest.split_at_checked(rest.len().checked_sub(4)?)?;
        if !prefix.eq_ignore_ascii_case(Self::PREFIX) || !extension.eq_ignore_ascii_case(".xml") {
            return None;
        }
        let (identifier, last) = stem.rsplit_once('_').unwrap_or(("", stem));
        Some(match DateTime::from_basic(last) {
            Some(time) => FaceName {
                identifier: identifier.to_owned(),
                time: Some(time),
            },
            None => FaceName {
                identifier: stem.to_owned(),
                time: None,
            },
        })
    }

    /// The file name that a terminal would use.
    #[must_use]
    pub fn file_name(&self) -> String {
        let middle = if self.identifier.is_empty() {
            String::new()
        } else {
            format!("{}_", self.identifier)
        };
        match self.time {
            Some(time) => format!("{}{middle}{}.xml", Self::PREFIX, time.basic()),
            None => format!("{}{}.xml", Self::PREFIX, self.identifier),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written() {
        for name in [
            "OQSsiquc01res_face_A1_20261120093000.xml",
            "OQSsiquc01res_face_20261120093000.xml",
            "OQSsiquc01res_face_x_y.xml",
        ] {
            assert_eq!(
                FaceName::parse(name).expect("a face file").file_name(),
                name
            );
        }
        assert!(FaceName::parse("oqsSIQUC01res_FACE_1.XML").is_some());
        for name in [
            "OQSsiquc01res_1.xml",
            "OQSsiquc01res_face_1.xml.tmp",
            "OQSsiquc01res_face_1.txt",
            ".xml",
            "あいうえおかきくけこ.xml",
        ] {
            assert_eq!(FaceName::parse(name), None, "{name}");
        }
    }
}
