//! Faults on request: what a bad line or a broken proxy does to an answer.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use crate::service::Service;

/// What goes wrong with every answer; set by [`Running::set_fault`](crate::Running::set_fault).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The answer leaves so much later.
    Latency(Duration),
    /// The connection is cut after so many bytes, counted from the status line.
    CutAfter(u64),
    /// The answer ends after so many bytes, counted from the status line, with a clean farewell: a proxy that forwards half of it.
    EndAfter(u64),
    /// The answer trickles in: so many bytes at a time, with a pause after each.
    Trickle {
        /// Bytes at a time; 0 counts as 1.
        bytes: usize,
        /// The pause.
        pause: Duration,
    },
    /// The call is carried out, and its answer replaced by a proxy's 502 in HTML.
    ServerError,
    /// The answer is right, and says that it is a web page.
    WrongContentType,
    /// The call is carried out, and its answer replaced by bytes that are no JSON.
    Garbage,
    /// The check is carried out and answered with 200, and the insurance message in the answer ends in the middle of its
    /// XML (or JSON).
    BrokenMessage,
    /// The call is delivered twice; the second outcome is the answer.
    Twice,
}

/// A connection whose writing side suffers the faults of the line.
pub(crate) struct Line<S> {
    inner: S,
    service: Arc<Service>,
    // Bytes since the present fault was first met, and the pause that is running.
    present: Option<Fault>,
    written: u64,
    pause: Option<Pin<Box<Sleep>>>,
}

impl<S> Line<S> {
    pub(crate) fn new(inner: S, service: Arc<Service>) -> Self {
        Self {
            inner,
            service,
            present: None,
            written: 0,
            pause: None,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Line<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Line<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let fault = self.service.fault();
        if fault != self.present {
            self.present = fault;
            self.written = 0;
            self.pause = None;
        }
        let most = match fault {
            Some(Fault::CutAfter(limit)) => {
                let left = limit.saturating_sub(self.written);
                if left == 0 {
                    ready!(Pin::new(&mut self.inner).poll_flush(context))?;
                    return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
                }
                usize::try_from(left).unwrap_or(usize::MAX)
            }
            Some(Fault::EndAfter(limit)) => {
                let left = limit.saturating_sub(self.written);
                if left == 0 {
                    ready!(Pin::new(&mut self.inner).poll_shutdown(context))?;
                    return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
                }
                usize::try_from(left).unwrap_or(usize::MAX)
            }
            Some(Fault::Trickle { bytes, pause }) => {
                if self.pause.is_some() {
                    // What was written has to leave before the pause.
                    ready!(Pin::new(&mut self.inner).poll_flush(context))?;
                }
                if let Some(running) = &mut self.pause {
                    ready!(running.as_mut().poll(context));
                }
                self.pause = Some(Box::pin(tokio::time::sleep(pause)));
                bytes.max(1)
            }
            _ => usize::MAX,
        };
        let part = bytes.get(..bytes.len().min(most)).unwrap_or(bytes);
        let written = ready!(Pin::new(&mut self.inner).poll_write(context, part))?;
        self.written += written as u64;
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
