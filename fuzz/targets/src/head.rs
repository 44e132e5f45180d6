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
    let seconds = named("retry-after").and_then(|wait| wait.parse::<u64>().ok());
    let wait = match head(status, &headers) {
        Ok((is_read, wait)) => {
            assert!(!(300..400).contains(&status), "another place was gone to");
            let size: usize = headers
                .iter()
                .map(|(name, value)| name.len() + value.len())
                .sum();
            assert!(size <= 16 << 10, "{size} bytes of head");
            let claimed = named("content-type").expect("a body that claims nothing is read");
            assert!(claimed.starts_with("application/"), "{claimed} is read");
            let length = named("content-length").and_then(|length| length.parse::<u64>().ok());
            let beyond = length.is_some_and(|length| length > 1 << 20);
            assert!(!(is_read && beyond && claimed.starts_with("application/json")));
            assert!(seconds.is_none() || wait.is_some(), "a wait was not heard");
            wait
        }
        Err(error) => {
            note(&error);
            assert!(
                [
                    K::TooLarge,
                    K::WrongService,
                    K::MalformedAnswer,
                    K::Unreachable,
                    K::TooMany
                ]
                .contains(&error.kind())
            );
            error.reply().and_then(|reply| reply.retry_after)
        }
    };
    if let Some(wait) = wait {
        assert!(wait <= DAY, "a wait of {wait:?}");
        let asked = seconds.map(|seconds| Duration::from_secs(seconds).min(DAY));
        assert!(asked.is_none_or(|asked| asked == wait), "another wait");
    }
}
