//! One function a fuzz target; each takes any bytes and panics when an invariant breaks.
