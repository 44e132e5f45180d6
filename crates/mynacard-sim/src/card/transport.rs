//! The virtual card as a [`Transport`] of the card layer: reader and card in one process.

use mynacard_card::{
    Command, Delivery, End, Limits, PinEntry, Response, StatusWord, Transport, TransportError,
    TransportErrorKind,
};

use super::VirtualCard;

impl Transport for VirtualCard {
    fn begin(&mut self) -> Result<(), TransportError> {
        self.power_off();
        if self.power_on().is_empty() {
            return Err(TransportError::new(
                TransportErrorKind::NoCard,
                Delivery::NotSent,
            ));
        }
        Ok(())
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        let frame = command.encode_within(self.limits())?;
        let answer = self
            .attempt(&frame)
            .map_err(|loss| TransportError::new(loss.kind, loss.delivery))?;
        response.set(&answer)
    }

    fn limits(&self) -> Limits {
        if self.has_extended() {
            Limits::EXTENDED
        } else {
            Limits::SHORT
        }
    }

    fn enter_pin(&mut self, request: &PinEntry) -> Result<StatusWord, TransportError> {
        let Some(typed) = self.pin_pad.clone() else {
            return Err(TransportError::new(
                TransportErrorKind::Unsupported,
                Delivery::NotSent,
            ));
        };
        let length = u8::try_from(typed.len())
            .map_err(|_| TransportError::new(TransportErrorKind::TooLong, Delivery::NotSent))?;
        let command = [request.header.as_slice(), &[length], typed.as_bytes()].concat();
        let answer = self
            .attempt(&command)
            .map_err(|loss| TransportError::new(loss.kind, loss.delivery))?;
        let mut response = Response::new();
        response.set(&answer)?;
        Ok(response.status())
    }

    fn end(&mut self, how: End) {
        if how == End::PowerDown {
            self.power_off();
        }
    }
}
