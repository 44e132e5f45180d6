//! UTCTime and GeneralizedTime as RFC 5280 §4.1.2.5 permits them.

use super::{Fault, Reader, Tlv, tag};
use crate::time::{Civil, Timestamp};

impl Reader<'_> {
    /// `Time`: UTCTime through 2049, GeneralizedTime from 2050, both `…SSZ`.
    pub(crate) fn time(&mut self) -> Result<Timestamp, Fault> {
        let tlv = self.any()?;
        match tlv.tag {
            tag::UTC_TIME => {
                let year = decimal(&tlv, 0, 2)?;
                timestamp(&tlv, if year < 50 { 2000 + year } else { 1900 + year }, 2)
            }
            tag::GENERALIZED_TIME => {
                let year = decimal(&tlv, 0, 4)?;
                if year < 2050 {
                    return Err(tlv.fault("generalized time before 2050"));
                }
                timestamp(&tlv, year, 4)
            }
            _ => Err(tlv.fault("unexpected tag")),
        }
    }

    /// GeneralizedTime of any year, `YYYYMMDDHHMMSSZ` (OCSP).
    pub(crate) fn generalized_time(&mut self) -> Result<Timestamp, Fault> {
        let tlv = self.expect(tag::GENERALIZED_TIME)?;
        generalized_time(&tlv)
    }
}

/// The value of a GeneralizedTime, `YYYYMMDDHHMMSSZ`.
pub(crate) fn generalized_time(tlv: &Tlv<'_>) -> Result<Timestamp, Fault> {
    timestamp(tlv, decimal(tlv, 0, 4)?, 4)
}

fn timestamp(tlv: &Tlv<'_>, year: u16, at: usize) -> Result<Timestamp, Fault> {
    if tlv.value.len() != at + 11 || tlv.value.last() != Some(&b'Z') {
        return Err(tlv.fault("time not in the form YYMMDDHHMMSSZ"));
    }
    let field = |index: usize| decimal(tlv, at + 2 * index, 2);
    let civil = Civil {
        year: i64::from(year),
        month: narrow(field(0)?),
        day: narrow(field(1)?),
        hour: narrow(field(2)?),
        minute: narrow(field(3)?),
        second: narrow(field(4)?),
    };
    civil.timestamp().ok_or(tlv.fault("no such date or time"))
}

fn decimal(tlv: &Tlv<'_>, at: usize, digits: usize) -> Result<u16, Fault> {
    let mut value = 0;
    for &octet in tlv
        .value
        .get(at..at + digits)
        .ok_or(tlv.fault("time cut off"))?
    {
        if !octet.is_ascii_digit() {
            return Err(tlv.fault("time with a non-digit"));
        }
        value = value * 10 + u16::from(octet - b'0');
    }
    Ok(value)
}

/// Two decimal digits fit an octet.
fn narrow(value: u16) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn read(tag: u8, text: &str) -> Option<i64> {
        let mut bytes = vec![tag, u8::try_from(text.len()).unwrap()];
        bytes.extend_from_slice(text.as_bytes());
        Reader::new(&bytes).time().ok().map(|time| time.unix())
    }

    #[test]
    fn one_form_each() {
        assert_eq!(read(tag::UTC_TIME, "700101000000Z"), Some(0));
        assert_eq!(read(tag::UTC_TIME, "491231235959Z"), Some(2_524_607_999));
        assert_eq!(
            read(tag::GENERALIZED_TIME, "20500101000000Z"),
            Some(2_524_608_000)
        );
        assert_eq!(read(tag::GENERALIZED_TIME, "20491231235959Z"), None);
        for bad in [
            "7001010000Z",
            "700101000000",
            "700101000000+0900",
            "701301000000Z",
            "700230000000Z",
            "70010100006 Z",
        ] {
            assert_eq!(read(tag::UTC_TIME, bad), None, "{bad}");
        }
        assert_eq!(read(tag::GENERALIZED_TIME, "20500101000000.5Z"), None);
        assert_eq!(read(tag::UTC_TIME, "240229000000Z"), Some(1_709_164_800));
        assert_eq!(read(tag::UTC_TIME, "230229000000Z"), None);
        assert_eq!(read(tag::UTC_TIME, "231231240000Z"), None);
        assert_eq!(read(tag::UTC_TIME, "231231235960Z"), None);
    }
}
