//! The results of a bulk query as they arrive: a line each, cut anywhere.

use std::iter;

use mynacard_auth::home::BulkState;
use mynacard_client::https::fuzzing::download;
use serde_json::Value;

use crate::errors::note;

/// What an input of `service_answer` begins with that is a download; the next byte says how long the pieces are.
pub(crate) const BEGIN: u8 = 255;

/// A download: however it is cut, the same is read, and of what was read nothing is lost or added.
pub(crate) fn read(data: &[u8]) {
    let Some((&length, body)) = data.split_first() else {
        return;
    };
    let pieces = body.chunks(usize::from(length) + 1).map(<[u8]>::to_vec);
    let (state, items) = download(pieces);
    let (at_once, same) = download(iter::once(body.to_vec()));
    if let Err(error) = &state {
        note(error);
    }
    assert_eq!(
        state.as_ref().map_err(mynacard_auth::ServiceError::code),
        at_once.as_ref().map_err(mynacard_auth::ServiceError::code),
        "the cuts decide what is read"
    );
    assert_eq!(items.len(), same.len(), "the cuts decide how much is read");
    for (item, other) in items.iter().zip(&same) {
        assert_eq!(item.reference, other.reference);
        assert_eq!(item.outcome, other.outcome);
    }
    let lines: Vec<&[u8]> = body.split_inclusive(|byte| *byte == b'\n').collect();
    let mut others = lines.iter().map(|line| {
        // A result was read from it, whatever came behind it.
        serde_json::from_slice::<Value>(line).ok()
    });
    let head = others.next().flatten();
    for item in &items {
        let line = others.next().expect("a result without its line");
        // What the library does not look for may be no text at all, which another reader refuses.
        let Some(line) = line else { continue };
        let text = |name| line.get(name).and_then(Value::as_str);
        let reference = text("reference").map(str::trim);
        assert_eq!(reference, Some(item.reference.as_str()), "another patient");
        assert_eq!(text("code") == Some("REF-0000"), item.outcome.is_ok());
        assert_eq!(text("answer").is_some(), item.outcome.is_ok());
    }
    if let Ok(state) = state {
        let code = head.as_ref().and_then(|head| {
            let code = head.get("segment_of_result")?.as_str()?;
            BulkState::from_code(code)
        });
        assert!(
            head.is_none() || code == Some(state),
            "another state than it says"
        );
        assert_eq!(lines.len(), items.len() + 1, "a line that nobody read");
        assert!(body.ends_with(b"\n"), "a line that was cut off was read");
        let announced = head.as_ref().and_then(|head| head.get("results")?.as_u64());
        let read = u64::try_from(items.len()).ok();
        assert!(head.is_none() || announced == read, "other than announced");
    }
}
