//! The real PC/SC service, through the crate `pcsc`.

use std::ffi::{CStr, CString};
use std::sync::Arc;
use std::time::{Duration, Instant};

use pcsc::{
    Context, Disposition, Error, Protocol, Protocols, ReaderState, Scope, ShareMode, State,
};

use crate::system::{Handle, Service, Slot, System};

/// The machine's own PC/SC service and clock.
pub(crate) struct Machine;

impl System for Machine {
    fn establish(&self) -> Result<Arc<dyn Service>, Error> {
        Context::establish(Scope::System).map(|context| Arc::new(Resource(context)) as _)
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn pause(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

struct Resource(Context);

impl Service for Resource {
    fn readers(&self) -> Result<Vec<CString>, Error> {
        // Between asking for the length and for the names, a reader may arrive.
        for _ in 0..3 {
            match self.0.list_readers_owned() {
                Err(Error::InsufficientBuffer) => {}
                Err(Error::NoReadersAvailable) => return Ok(Vec::new()),
                other => return other,
            }
        }
        Err(Error::InsufficientBuffer)
    }

    fn status_change(&self, timeout: Duration, slots: &mut [Slot]) -> Result<(), Error> {
        let mut states: Vec<_> = slots
            .iter()
            .map(|slot| {
                ReaderState::new(
                    slot.name.clone(),
                    State::from_bits_retain(slot.known.into()),
                )
            })
            .collect();
        let result = self.0.get_status_change(timeout, &mut states);
        for (slot, state) in slots.iter_mut().zip(&states) {
            let bits = u32::try_from(state.event_state().bits()).unwrap_or(0);
            slot.seen = (bits & 0xFFFF) | (state.event_count() << 16);
            slot.atr = state.atr().to_vec();
        }
        result
    }

    fn interrupt(&self) {
        if let Err(error) = self.0.cancel() {
            log::debug!("SCardCancel failed: {error}");
        }
    }

    fn connect(&self, reader: &CStr) -> Result<Box<dyn Handle>, Error> {
        let card = self
            .0
            .connect(reader, ShareMode::Exclusive, Protocols::ANY)?;
        Ok(Box::new(Connected {
            block_protocol: speaks_blocks(&card),
            card,
        }))
    }
}

struct Connected {
    card: pcsc::Card,
    block_protocol: bool,
}

impl Handle for Connected {
    fn power_cycle(&mut self) -> Result<(), Error> {
        self.card.reconnect(
            ShareMode::Exclusive,
            Protocols::ANY,
            Disposition::UnpowerCard,
        )?;
        self.block_protocol = speaks_blocks(&self.card);
        Ok(())
    }

    fn block_protocol(&self) -> bool {
        self.block_protocol
    }

    fn transmit(&self, command: &[u8], response: &mut [u8]) -> Result<usize, Error> {
        self.card.transmit(command, response).map(<[u8]>::len)
    }

    fn control(&self, code: u32, input: &[u8], output: &mut [u8]) -> Result<usize, Error> {
        self.card
            .control(code.into(), input, output)
            .map(<[u8]>::len)
    }

    fn close(self: Box<Self>, leave_powered: bool) -> Result<(), Error> {
        let how = if leave_powered {
            Disposition::LeaveCard
        } else {
            Disposition::UnpowerCard
        };
        // Dropping the card that comes back with an error resets it: the next best thing.
        self.card.disconnect(how).map_err(|(_card, error)| error)
    }
}

fn speaks_blocks(card: &pcsc::Card) -> bool {
    card.status2_owned()
        .is_ok_and(|status| status.protocol2() == Some(Protocol::T1))
}
