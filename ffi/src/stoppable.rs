//! A card whose dialogue ends between two commands once a cancel handle was used.

use mynacard::auth::Cancel;
use mynacard::card::{
    Command, Delivery, End, Limits, PinEntry, Response, StatusWord, Transport, TransportError,
    TransportErrorKind,
};

/// A transport that a cancel handle stops. A check has the same inside; this is for dialogues without one.
pub(crate) struct Stoppable<'a> {
    card: &'a mut (dyn Transport + Send),
    stop: &'a Cancel,
}

impl<'a> Stoppable<'a> {
    pub(crate) fn new(card: &'a mut (dyn Transport + Send), stop: &'a Cancel) -> Self {
        Self { card, stop }
    }

    fn go(&self) -> Result<(), TransportError> {
        if self.stop.is_cancelled() {
            return Err(TransportError::new(
                TransportErrorKind::Cancelled,
                Delivery::NotSent,
            ));
        }
        Ok(())
    }
}

impl Transport for Stoppable<'_> {
    fn begin(&mut self) -> Result<(), TransportError> {
        self.go()?;
        self.card.begin()
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        self.go()?;
        self.card.exchange(command, response)
    }

    fn limits(&self) -> Limits {
        self.card.limits()
    }

    fn enter_pin(&mut self, request: &PinEntry) -> Result<StatusWord, TransportError> {
        self.go()?;
        self.card.enter_pin(request)
    }

    fn end(&mut self, how: End) {
        self.card.end(how);
    }
}
