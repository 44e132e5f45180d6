//! The pinned roots: six of JPKI, public certificates; and those of the simulation.

use crate::profile::{Hierarchy, Usage};

/// DER, hierarchy and usage of one pinned root.
pub(crate) type Pinned = (&'static [u8], Hierarchy, Usage);

/// Three generations for each usage; the first has ended and stays for questions about earlier instants.
pub(crate) const PRODUCTION: &[Pinned] = &[
    (
        include_bytes!("../roots/production/authca01.cer"),
        Hierarchy::Production,
        Usage::Authentication,
    ),
    (
        include_bytes!("../roots/production/authca02.cer"),
        Hierarchy::Production,
        Usage::Authentication,
    ),
    (
        include_bytes!("../roots/production/authca03.cer"),
        Hierarchy::Production,
        Usage::Authentication,
    ),
    (
        include_bytes!("../roots/production/signca01.cer"),
        Hierarchy::Production,
        Usage::Signature,
    ),
    (
        include_bytes!("../roots/production/signca02.cer"),
        Hierarchy::Production,
        Usage::Signature,
    ),
    (
        include_bytes!("../roots/production/signca03.cer"),
        Hierarchy::Production,
        Usage::Signature,
    ),
];

/// The simulation's roots; their keys are public.
pub(crate) const SIMULATION: &[Pinned] = &[
    (
        include_bytes!("../roots/simulation/user-authentication.cer"),
        Hierarchy::Simulation,
        Usage::Authentication,
    ),
    (
        include_bytes!("../roots/simulation/digital-signature.cer"),
        Hierarchy::Simulation,
        Usage::Signature,
    ),
];
