//! A body of lines that are made while they are sent.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Bytes;
use hyper::body::{Body, Frame};

/// Bytes that are gathered before they go out.
const CHUNK: usize = 32 * 1024;

/// Lines from an iterator, a line feed after each.
pub(crate) struct Lines(Box<dyn Iterator<Item = String> + Send>);

impl Lines {
    pub(crate) fn new(lines: impl Iterator<Item = String> + Send + 'static) -> Self {
        Self(Box::new(lines))
    }
}

impl Iterator for Lines {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        self.0.next()
    }
}

impl Body for Lines {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let mut chunk = String::new();
        while chunk.len() < CHUNK
            && let Some(line) = self.0.next()
        {
            chunk.push_str(&line);
            chunk.push('\n');
        }
        Poll::Ready((!chunk.is_empty()).then(|| Ok(Frame::data(Bytes::from(chunk)))))
    }
}
