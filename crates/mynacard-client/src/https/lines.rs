//! An answer of many lines, read as they arrive: no more than one of them and a chunk is in memory.

use std::time::Duration;

use mynacard_auth::{Cancel, ServiceError, ServiceErrorKind};
use reqwest::{RequestBuilder, Response};

use super::call::{Answered, LARGEST_BODY, content_type, left, read, understand, with_wait};
use super::endpoint::Endpoint;
use super::failure::{from_reqwest, malformed};
use super::worker::Worker;

/// A hundred thousand people over a slow line.
const WHOLE: Duration = Duration::from_secs(3600);

/// Lines that still come.
pub(super) struct Lines<'a> {
    /// Nothing where all of them are here.
    worker: Option<&'a Worker>,
    endpoint: &'a Endpoint,
    /// All lines, and how many of their bytes were handed out.
    whole: Option<(Vec<u8>, usize)>,
    /// Nothing once the last byte is here.
    response: Option<Response>,
    /// What arrived and was not handed out.
    pending: Vec<u8>,
    /// How much of `pending` has no line end.
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
            match content_type(&response)? {
                "application/x-ndjson" if response.status() == 200 => Ok(Ok(response)),
                _ => tokio::time::timeout(patience, read(response))
                    .await
                    .map_err(|_| ServiceErrorKind::Timeout)?
                    .map(Err),
            }
        })?;
        match opened {
            Ok(response) => Ok(Self {
                worker: Some(worker),
                endpoint,
                whole: None,
                response: Some(response),
                pending: Vec::new(),
                searched: 0,
            }),
            Err(answered) => {
                let Answered { status, body, wait } = answered;
                understand::<serde::de::IgnoredAny>(&endpoint.environment, status, &body)
                    .map_err(|error| with_wait(error, wait))?;
                Err(malformed("not lines", 0, 0))
            }
        }
    }

    /// Lines that came at once.
    pub(super) fn whole(endpoint: &'a Endpoint, body: Vec<u8>) -> Self {
        Self {
            worker: None,
            endpoint,
            whole: Some((body, 0)),
            response: None,
            pending: Vec::new(),
            searched: 0,
        }
    }

    /// The next line without its end; nothing after the last.
    pub(super) fn next(&mut self, stop: &Cancel) -> Result<Option<Vec<u8>>, ServiceError> {
        if let Some((body, handed)) = &mut self.whole {
            let rest = body.get(*handed..).unwrap_or_default();
            return match rest.iter().position(|byte| *byte == b'\n') {
                Some(length) => {
                    *handed += length + 1;
                    Ok(rest.get(..length).map(<[u8]>::to_vec))
                }
                None if rest.is_empty() => Ok(None),
                // A last line without its end was cut off.
                None => Err(ServiceErrorKind::Unreachable.into()),
            };
        }
        loop {
            let unsearched = self.pending.get(self.searched..).unwrap_or_default();
            if let Some(at) = unsearched.iter().position(|byte| *byte == b'\n') {
                let rest = self.pending.split_off(self.searched + at + 1);
                let mut line = std::mem::replace(&mut self.pending, rest);
                line.pop();
                self.searched = 0;
                return Ok(Some(line));
            }
            self.searched = self.pending.len();
            if self.pending.len() > LARGEST_BODY {
                return Err(ServiceErrorKind::TooLarge.into());
            }
            let (Some(mut response), Some(worker)) = (self.response.take(), self.worker) else {
                // A last line without its end was cut off.
                return match self.pending.is_empty() {
                    true => Ok(None),
                    false => Err(ServiceErrorKind::Unreachable.into()),
                };
            };
            let patience = self.endpoint.timeouts.answer.min(left(stop));
            let (response, chunk) = worker.run(stop, async move {
                let chunk = tokio::time::timeout(patience, response.chunk())
                    .await
                    .map_err(|_| ServiceErrorKind::Timeout)?
                    .map_err(from_reqwest)?;
                Ok((response, chunk))
            })?;
            if let Some(chunk) = chunk {
                self.pending.extend_from_slice(&chunk);
                self.response = Some(response);
            }
        }
    }
}
