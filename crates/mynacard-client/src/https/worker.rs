//! A thread with a current-thread runtime, where a service's connections live.

use std::future::Future;
use std::sync::Arc;
use std::sync::mpsc;

use mynacard_auth::{Cancel, ServiceError, ServiceErrorKind};
use tokio::runtime::Handle;
use tokio::sync::{Notify, oneshot};

/// Runs futures for blocking callers; dropping it ends the thread and every connection.
pub(super) struct Worker {
    handle: Handle,
    _end: oneshot::Sender<()>,
}

impl Worker {
    pub(super) fn start() -> Result<Self, ServiceError> {
        let failed = |error| ServiceError::new(ServiceErrorKind::Configuration).with_source(error);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(failed)?;
        let handle = runtime.handle().clone();
        let (end, ended) = oneshot::channel::<()>();
        std::thread::Builder::new()
            .name("mynacard-https".into())
            .spawn(move || {
                let _: Result<(), _> = runtime.block_on(ended);
                // Name resolution may hang in a thread of its own: it is not waited for.
                runtime.shutdown_background();
            })
            .map_err(failed)?;
        Ok(Self { handle, _end: end })
    }

    /// Runs `work` to its end, or until `stop` is given: then it is dropped, and its connection with it.
    pub(super) fn run<T: Send + 'static>(
        &self,
        stop: &Cancel,
        work: impl Future<Output = Result<T, ServiceError>> + Send + 'static,
    ) -> Result<T, ServiceError> {
        let stopped = Arc::new(Notify::new());
        let waker = Arc::clone(&stopped);
        let _subscription = stop.on_cancel(move || waker.notify_one());
        let (sender, receiver) = mpsc::sync_channel(1);
        self.handle.spawn(async move {
            let result = tokio::select! {
                biased;
                () = stopped.notified() => Err(ServiceErrorKind::Cancelled.into()),
                result = work => result,
            };
            // Nobody listens only when the caller's thread is gone.
            let _: Result<(), _> = sender.send(result);
        });
        receiver
            .recv()
            .unwrap_or_else(|_| Err(ServiceErrorKind::Unreachable.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    #[test]
    fn a_stopped_call_ends_at_once_also_inside_an_asynchronous_program() {
        let worker = Worker::start().unwrap();
        let stop = Cancel::new();
        let other = stop.clone();
        let outer = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let start = Instant::now();
        let result = outer.block_on(async {
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(20));
                other.cancel();
            });
            worker.run(&stop, std::future::pending::<Result<(), ServiceError>>())
        });
        assert_eq!(result.unwrap_err().kind(), ServiceErrorKind::Cancelled);
        assert!(start.elapsed() < Duration::from_secs(10));
        let again = worker.run(&stop, async { Ok(1) });
        assert_eq!(again.unwrap_err().kind(), ServiceErrorKind::Cancelled);
        assert_eq!(worker.run(&Cancel::new(), async { Ok(2) }).unwrap(), 2);
    }
}
