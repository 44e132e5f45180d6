//! The head of a service's answer: what it decides before a byte of the body is read.

use std::time::Duration;

use mynacard_auth::ServiceErrorKind as K;
use mynacard_client::https::fuzzing::head;

use crate::errors::note;

/// What an input of `service_answer` begins with that is a head: the status follows, big-endian, and a header on each line.
pub(crate) const BEGIN: u8 = 254;

const DAY: Duration = Duration::from_secs(86_400);

/// A head: its bounds hold, and what it asks for is believed within a day.
pub(crate) fn read(data: &[u8]) {
    let Some((status, lines)) = data.split_first_chunk::<2>() else {
        return;
    };
    let status = u16::from_be_bytes(*status);
    let headers: Vec<(&[u8], &[u8])> = lines
        .split(|byte| *byte == b'\n')
        .filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let (name, value) = line.split_at(colon);
            Some((name, value.get(1..)?.trim_ascii()))
        })
        .collect();
    let named = |wanted: &str| {
        let mut values = headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case(wanted.as_bytes()));
        str::from_utf8(values.next()?.1).ok()
    };
    let size: usize = headers
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    let claimed = named("content-type").and_then(|claimed| claimed.split(';').next());
    let claimed = claimed.map(str::trim).unwrap_or_default();
    let length = named("content-length").and_then(|length| length.parse::<usize>().ok());
    let fits = length.is_none_or(|length| length <= 1 << 20);
    let seconds = named("retry-after").and_then(|wait| wait.parse::<u64>().ok());
    let read = head(status, &headers);
    let malformed = !(100..1000).contains(&status) || headers.iter().any(|one| !is_header(*one));
    let expected = match (status, claimed) {
        _ if malformed => Err(K::MalformedAnswer),
        _ if size > 16 << 10 => Err(K::TooLarge),
        (300..400, _) => Err(K::WrongService),
        (_, "application/json") => Ok(fits),
        (_, "application/x-ndjson") => Ok(status == 200),
        (502..=504, _) => Err(K::Unreachable),
        (429, _) => Err(K::TooMany),
        _ => Err(K::MalformedAnswer),
    };
    let verdict = match &read {
        Ok((is_read, _)) => Ok(*is_read),
        Err(error) => {
            note(error);
            Err(error.kind())
        }
    };
    assert_eq!(
        verdict, expected,
        "{status}, {claimed:?}, {size} bytes of head"
    );
    let wait = match read {
        Ok((_, wait)) => wait,
        Err(error) => error.reply().and_then(|reply| reply.retry_after),
    };
    assert!(wait.is_none_or(|wait| wait <= DAY), "a wait of {wait:?}");
    // Who asks us to wait is heard, unless the answer is nothing to us.
    let is_heard = matches!(expected, Ok(_) | Err(K::Unreachable | K::TooMany));
    if let (Some(seconds), true) = (seconds, is_heard) {
        assert_eq!(wait, Some(Duration::from_secs(seconds).min(DAY)));
    }
}

/// A name of the letters that RFC 9110 §5.6.2 allows, and a value without control characters.
fn is_header((name, value): (&[u8], &[u8])) -> bool {
    let letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    let shown = |byte: &u8| *byte == b'\t' || (*byte >= 32 && *byte != 127);
    !name.is_empty() && name.iter().all(letter) && value.iter().all(shown)
}
