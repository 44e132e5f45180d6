//! Every bad day of the service by a name, for a command line.

use std::time::Duration;

use crate::{Condition, Error, Fault, Running, ServerCertificate};

/// One thing that is wrong with the service or its line; put on by [`Running::suffer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// With every answer on its way.
    Line(Fault),
    /// With the service.
    Service(Condition),
    /// Its clock is so many seconds ahead (negative: behind).
    ClockAhead(i64),
    /// New connections are shown this certificate.
    Certificate(ServerCertificate),
}

impl Trouble {
    /// Every name, with what may stand behind its colon.
    pub const NAMES: &'static [&'static str] = &[
        "latency[:MILLISECONDS]",
        "cut[:BYTES]",
        "end[:BYTES]",
        "trickle[:MILLISECONDS]",
        "server-error",
        "html",
        "garbage",
        "broken-message",
        "twice",
        "maintenance[:SECONDS]",
        "timeout",
        "too-many[:SECONDS]",
        "revocation-unknown",
        "clock:SECONDS",
        "certificate-renewed",
        "certificate-other",
        "certificate-ended",
        "certificate-not-yet",
    ];

    /// The trouble of that name; nothing for another name, or a number that cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (name, number) = match text.split_once(':') {
            Some((name, number)) => (name, Some(number)),
            None => (text, None),
        };
        let or = |usual: u32| number.map_or(Some(usual), |number| number.parse().ok());
        let time = |usual| or(usual).map(|time| Duration::from_millis(time.into()));
        Some(match name {
            "latency" => Self::Line(Fault::Latency(time(1000)?)),
            "cut" => Self::Line(Fault::CutAfter(or(0)?.into())),
            "end" => Self::Line(Fault::EndAfter(or(200)?.into())),
            "trickle" => Self::Line(Fault::Trickle {
                bytes: 16,
                pause: time(100)?,
            }),
            "maintenance" => Self::Service(Condition::Maintenance {
                retry_after: or(60)?,
            }),
            "too-many" => Self::Service(Condition::TooMany {
                retry_after: or(10)?,
            }),
            "clock" => Self::ClockAhead(number?.parse().ok()?),
            _ if number.is_some() => return None,
            "server-error" => Self::Line(Fault::ServerError),
            "html" => Self::Line(Fault::WrongContentType),
            "garbage" => Self::Line(Fault::Garbage),
            "broken-message" => Self::Line(Fault::BrokenMessage),
            "twice" => Self::Line(Fault::Twice),
            "timeout" => Self::Service(Condition::Timeout),
            "revocation-unknown" => Self::Service(Condition::RevocationUnknown),
            "certificate-renewed" => Self::Certificate(ServerCertificate::Renewed),
            "certificate-other" => Self::Certificate(ServerCertificate::OtherAuthority),
            "certificate-ended" => Self::Certificate(ServerCertificate::Ended),
            "certificate-not-yet" => Self::Certificate(ServerCertificate::NotYetValid),
            _ => return None,
        })
    }
}

impl Running {
    /// Puts one trouble on, beside those of another sort that are on already.
    ///
    /// # Errors
    /// When no certificate can be made.
    pub fn suffer(&self, trouble: Trouble) -> Result<(), Error> {
        match trouble {
            Trouble::Line(fault) => self.set_fault(Some(fault)),
            Trouble::Service(condition) => self.set_condition(condition),
            Trouble::ClockAhead(seconds) => self.set_clock_ahead(seconds),
            Trouble::Certificate(certificate) => self.set_certificate(certificate)?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_name_is_a_trouble_of_its_own() {
        let mut known = Vec::new();
        for name in Trouble::NAMES {
            let (plain, unit) = name.split_once(['[', ':']).unwrap_or((name, ""));
            match Trouble::parse(plain) {
                Some(trouble) => known.push(trouble),
                None => assert!(name.contains(':') && !name.contains('['), "{name}"),
            }
            let numbered = Trouble::parse(&format!("{plain}:7"));
            assert_eq!(numbered.is_some(), !unit.is_empty(), "{name}");
            known.extend(numbered);
            assert_eq!(Trouble::parse(&format!("{plain}:x")), None, "{name}");
        }
        for (at, one) in known.iter().enumerate() {
            assert!(known.iter().skip(at + 1).all(|other| other != one));
        }
        assert_eq!(known.len(), Trouble::NAMES.len() + 6);
        assert_eq!(Trouble::parse("clock:-90"), Some(Trouble::ClockAhead(-90)));
        assert_eq!(Trouble::parse("nothing"), None);
    }
}
