//! An answer of many lines, read as they arrive: no more than one of them and a piece is in memory.

use std::time::Duration;

use mynacard_auth::{Cancel, ServiceError, ServiceErrorKind};
use reqwest::{RequestBuilder, Response};

use super::call::{Answered, LARGEST_BODY, left, read, understand};
use super::endpoint::Endpoint;
use super::failure::{from_reqwest, malformed};
use super::head::{Claims, Head, with_wait};
use super::worker::Worker;

/// A hundred thousand people over a slow line.
const WHOLE: Duration = Duration::from_secs(3600);

/// The next piece of an answer; nothing after its last byte.
type Pieces<'a> = Box<dyn FnMut(&Cancel) -> Result<Option<Vec<u8>>, ServiceError> + 'a>;

/// Lines that still come.
pub(super) struct Lines<'a> {
    /// Nothing once the last byte is here.
    pieces: Option<Pieces<'a>>,
    /// What arrived since the last piece was asked for, and the unfinished line before it.
    pending: Vec<u8>,
    /// How much of `pending` was handed out.
    handed: usize,
    /// How much of `pending` has no line end that was not handed out.
    searched: usize,
}

impl<'a> Lines<'a> {
    /// Sends the request and waits for the answer's head; a refusal is an error.
    pub(super) fn open(
        worker: &'a Worker,
        endpoint: &'a Endpoint,
        request: RequestBuilder,
        stop: &Cancel,
    ) -> Result<Self, ServiceError> {
        let patience = endpoint.timeouts.answer.min(left(stop));
        let request = request.timeout(WHOLE.min(left(stop)));
        let opened = worker.run(stop, async move {
            let response = tokio::time::timeout(patience, request.send())
                .await
                .map_err(|_| ServiceErrorKind::Timeout)?
                .map_err(from_reqwest)?;
            let head = Head::read(response.status(), response.headers())?;
            if head.claims == Claims::Lines && head.status == 200 {
                return Ok(Ok(response));
            }
            tokio::time::timeout(patience, read(response, head))
                .await
                .map_err(|_| ServiceErrorKind::Timeout)?
                .map(Err)
        })?;
        match opened {
            Ok(response) => Ok(Self::of(arriving(worker, endpoint, response))),
            Err(answered) => {
                let Answered { status, body, wait } = answered;
                understand::<serde::de::IgnoredAny>(&endpoint.environment, status, &body)
                    .map_err(|error| with_wait(error, wait))?;
                Err(malformed("not lines", 0, 0))
            }
        }
    }

    /// Lines that came at once.
    pub(super) fn whole(body: Vec<u8>) -> Self {
        let mut body = Some(body);
        Self::of(move |_: &Cancel| Ok(body.take()))
    }

    /// The lines of what comes in pieces, however it is cut.
    pub(super) fn of(
        pieces: impl FnMut(&Cancel) -> Result<Option<Vec<u8>>, ServiceError> + 'a,
    ) -> Self {
        Self {
            pieces: Some(Box::new(pieces)),
            pending: Vec::new(),
            handed: 0,
            searched: 0,
        }
    }

    /// The next line without its end; nothing after the last. One that is longer than any other answer may be is refused.
    pub(super) fn next(&mut self, stop: &Cancel) -> Result<Option<Vec<u8>>, ServiceError> {
        loop {
            let unsearched = self.pending.get(self.searched..).unwrap_or_default();
            let end = unsearched.iter().position(|byte| *byte == b'\n');
            self.searched = end.map_or(self.pending.len(), |length| self.searched + length);
            let line = self.pending.get(self.handed..self.searched);
            let line = line.unwrap_or_default();
            if line.len() > LARGEST_BODY {
                return Err(ServiceErrorKind::TooLarge.into());
            }
            if end.is_some() {
                let line = line.to_vec();
                self.searched += 1;
                self.handed = self.searched;
                return Ok(Some(line));
            }
            let Some(pieces) = &mut self.pieces else {
                // A last line without its end was cut off.
                return match line.is_empty() {
                    true => Ok(None),
                    false => Err(ServiceErrorKind::Unreachable.into()),
                };
            };
            let piece = pieces(stop)?;
            self.pending.drain(..self.handed);
            self.searched -= self.handed;
            self.handed = 0;
            match piece {
                // All lines at once are not held twice.
                Some(piece) if self.pending.is_empty() => self.pending = piece,
                Some(piece) => self.pending.extend_from_slice(&piece),
                None => self.pieces = None,
            }
        }
    }
}

/// The pieces of a response as the line brings them.
fn arriving<'a>(
    worker: &'a Worker,
    endpoint: &'a Endpoint,
    response: Response,
) -> impl FnMut(&Cancel) -> Result<Option<Vec<u8>>, ServiceError> + 'a {
    let mut response = Some(response);
    move |stop| {
        // Nothing after a failure: asked again, a line that broke is no end.
        let Some(mut rest) = response.take() else {
            return Err(ServiceErrorKind::Unreachable.into());
        };
        let patience = endpoint.timeouts.answer.min(left(stop));
        let (rest, chunk) = worker.run(stop, async move {
            let chunk = tokio::time::timeout(patience, rest.chunk())
                .await
                .map_err(|_| ServiceErrorKind::Timeout)?
                .map_err(from_reqwest)?;
            Ok((rest, chunk))
        })?;
        response = Some(rest);
        Ok(chunk.map(Vec::from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(mut lines: Lines<'_>) -> (Vec<Vec<u8>>, Option<ServiceErrorKind>) {
        let mut read = Vec::new();
        loop {
            match lines.next(&Cancel::new()) {
                Ok(Some(line)) => read.push(line),
                Ok(None) => return (read, None),
                Err(error) => return (read, Some(error.kind())),
            }
        }
    }

    fn cut(text: &[u8], length: usize) -> Lines<'_> {
        let mut pieces = text.chunks(length);
        Lines::of(move |_| Ok(pieces.next().map(<[u8]>::to_vec)))
    }

    #[test]
    fn lines_are_the_same_however_they_are_cut() {
        for text in ["", "\n", "a\n\nbc\n", "a\nb", "\n\n\n", "ab\ncd\nef\n"] {
            let expected = all(Lines::whole(text.as_bytes().to_vec()));
            let finished: Vec<&str> = text.split_inclusive('\n').collect();
            let cut_off = finished.last().is_some_and(|last| !last.ends_with('\n'));
            let number = finished.len() - usize::from(cut_off);
            assert_eq!(expected.0.len(), number, "{text:?}");
            for (line, text) in expected.0.iter().zip(&finished) {
                assert_eq!(line, text.trim_end_matches('\n').as_bytes());
            }
            let end = cut_off.then_some(ServiceErrorKind::Unreachable);
            assert_eq!(expected.1, end, "{text:?}");
            for length in 1..8 {
                assert_eq!(all(cut(text.as_bytes(), length)), expected, "{text:?}");
            }
        }
    }

    #[test]
    fn a_line_beyond_the_bound_is_refused_however_it_comes() {
        let line = |length: usize| [&vec![b'x'; length][..], b"\n"].concat();
        for (length, refused) in [(LARGEST_BODY, false), (LARGEST_BODY + 1, true)] {
            let text = [line(1), line(length), line(1)].concat();
            for lines in [Lines::whole(text.clone()), cut(&text, 10_000)] {
                let (read, error) = all(lines);
                assert_eq!(error, refused.then_some(ServiceErrorKind::TooLarge));
                assert_eq!(read.len(), if refused { 1 } else { 3 });
            }
        }
    }
}
