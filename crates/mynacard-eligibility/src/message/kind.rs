//! The kinds of messages and the names of their files.

/// A kind of message of the folder exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MessageKind {
    /// `OQSsiquc01`: one query by insurance data.
    Query,
    /// `OQSmuquc01`: many queries, uploaded.
    BulkQuery,
    /// `OQSmuquc02`: their answers, downloaded.
    BulkQueryDownload,
    /// `OQSsiimm01`: register one 照会番号.
    Registration,
    /// `OQSmuimm01`: register many.
    BulkRegistration,
    /// `OQSmuimm02`: their outcomes.
    BulkRegistrationDownload,
    /// `OQSmuhvq01`: consented patients of 訪問診療等.
    Visiting,
    /// `OQSmuhvq02`: the list of them.
    VisitingDownload,
    /// `OQSmuonq01`: consented patients of オンライン診療等.
    Online,
    /// `OQSmuonq02`: the list of them.
    OnlineDownload,
    /// `OQSmutic01`: 医療扶助, many.
    Assistance,
    /// `OQSmutic02`: the list of them.
    AssistanceDownload,
}

/// Who wrote a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The receipt computer.
    Request,
    /// The terminal.
    Response,
}

/// The name of a file of the exchange, `<prefix>_<id>.xml`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FileName {
    /// Which message it holds.
    pub kind: MessageKind,
    /// Who wrote it.
    pub direction: Direction,
    /// What the receipt computer called it: ASCII letters, digits, `-` and `_`, at most 100.
    pub id: String,
}

impl MessageKind {
    /// Every kind.
    pub const ALL: [MessageKind; 12] = [
        MessageKind::Query,
        MessageKind::BulkQuery,
        MessageKind::BulkQueryDownload,
        MessageKind::Registration,
        MessageKind::BulkRegistration,
        MessageKind::BulkRegistrationDownload,
        MessageKind::Visiting,
        MessageKind::VisitingDownload,
        MessageKind::Online,
        MessageKind::OnlineDownload,
        MessageKind::Assistance,
        MessageKind::AssistanceDownload,
    ];

    /// What file names begin with, without `req` or `res`.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            MessageKind::Query => "OQSsiquc01",
            MessageKind::BulkQuery => "OQSmuquc01",
            MessageKind::BulkQueryDownload => "OQSmuquc02",
            MessageKind::Registration => "OQSsiimm01",
            MessageKind::BulkRegistration => "OQSmuimm01",
            MessageKind::BulkRegistrationDownload => "OQSmuimm02",
            MessageKind::Visiting => "OQSmuhvq01",
            MessageKind::VisitingDownload => "OQSmuhvq02",
            MessageKind::Online => "OQSmuonq01",
            MessageKind::OnlineDownload => "OQSmuonq02",
            MessageKind::Assistance => "OQSmutic01",
            MessageKind::AssistanceDownload => "OQSmutic02",
        }
    }

    /// What fetches the result of an upload; nothing when the answer itself is the result.
    #[must_use]
    pub fn download(self) -> Option<MessageKind> {
        Some(match self {
            MessageKind::BulkQuery => MessageKind::BulkQueryDownload,
            MessageKind::BulkRegistration => MessageKind::BulkRegistrationDownload,
            MessageKind::Visiting => MessageKind::VisitingDownload,
            MessageKind::Online => MessageKind::OnlineDownload,
            MessageKind::Assistance => MessageKind::AssistanceDownload,
            _ => return None,
        })
    }
}

impl FileName {
    /// The name of a new request; nothing when the id has other characters, or when the answer to it would be named like a face file
    /// (a query whose id begins with `face_`).
    #[must_use]
    pub fn request(kind: MessageKind, id: &str) -> Option<FileName> {
        let valid = !id.is_empty()
            && id.len() <= 100
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        let begin = id.get(..5).unwrap_or_default();
        let like_a_face = kind == MessageKind::Query && begin.eq_ignore_ascii_case("face_");
        (valid && !like_a_face).then(|| FileName {
            kind,
            direction: Direction::Request,
            id: id.to_owned(),
        })
    }

    /// Reads a file name; upper and lower case are one, as on Windows. Face files have names of their own.
    #[must_use]
    pub fn parse(name: &str) -> Option<FileName> {
        let stem = name
            .split_at_checked(name.len().checked_sub(4)?)
            .filter(|(_, end)| end.eq_ignore_ascii_case(".xml"))?
            .0;
        let (prefix, rest) = stem.split_at_checked(10)?;
        let kind = MessageKind::ALL
            .into_iter()
            .find(|kind| kind.prefix().eq_ignore_ascii_case(prefix))?;
        let (direction, id) = rest.split_at_checked(4)?;
        let direction = match direction.to_ascii_lowercase().as_str() {
            "req_" => Direction::Request,
            "res_" => Direction::Response,
            _ => return None,
        };
        FileName::request(kind, id).map(|name| FileName { direction, ..name })
    }

    /// The name of the answer to it.
    #[must_use]
    pub fn response(&self) -> FileName {
        FileName {
            direction: Direction::Response,
            ..self.clone()
        }
    }
}

impl core::fmt::Display for FileName {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let direction = match self.direction {
            Direction::Request => "req",
            Direction::Response => "res",
        };
        write!(f, "{}{direction}_{}.xml", self.kind.prefix(), self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written() {
        for kind in MessageKind::ALL {
            let name = FileName::request(kind, "202611200001").unwrap();
            assert_eq!(FileName::parse(&name.to_string()), Some(name.clone()));
            assert_eq!(
                FileName::parse(&name.response().to_string().to_lowercase()),
                Some(name.response())
            );
        }
        for name in [
            "OQSsiquc01res_face_1_2.xml",
            "OQSsiquc01req_.xml",
            "OQSsiquc01req_a b.xml",
            "OQSsiquc01req_1.xml.tmp",
            "x.xml",
            "漢字漢字漢字.xml",
        ] {
            assert_eq!(FileName::parse(name), None, "{name}");
        }
        assert_eq!(FileName::request(MessageKind::Query, "../x"), None);
        // Its answer would be taken for a face file, and nobody would get it.
        for id in ["face_1", "FACE_1"] {
            assert_eq!(FileName::request(MessageKind::Query, id), None, "{id}");
            assert!(FileName::request(MessageKind::BulkQuery, id).is_some());
        }
    }
}
