//! MC-7xxx: contract lists and tickets of health checkups (特定健診).

use super::Guidance;

pub(super) const TABLE: &[Guidance] = &[];
