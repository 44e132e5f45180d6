//! A card that was read: its number, its verdict, and nobody identified yet.

use std::time::SystemTime;

use super::answer::Warning;
use super::judge::Judged;
use crate::{Error, TapId};

/// A card that was read, before anybody was identified.
#[derive(Debug, Clone)]
pub struct Tap {
    id: TapId,
    pub(super) certificate_sha256: [u8; 32],
    pub(super) read_at: SystemTime,
    warnings: Vec<Warning>,
    exchanges: u32,
}

impl Tap {
    /// The tap's number, for the operator's confirmation.
    #[must_use]
    pub const fn id(&self) -> TapId {
        self.id
    }

    /// What to tell the patient already.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Commands that the card answered.
    #[must_use]
    pub const fn card_exchanges(&self) -> u32 {
        self.exchanges
    }

    pub(super) fn of(judged: &Judged, exchanges: u32, read_at: SystemTime) -> Result<Self, Error> {
        Ok(Self {
            id: TapId::random()?,
            certificate_sha256: judged.certificate.sha256(),
            read_at,
            warnings: judged.warnings.clone(),
            exchanges,
        })
    }
}
