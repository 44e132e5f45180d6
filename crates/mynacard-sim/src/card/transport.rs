//! The virtual card as a `Transport` of the card layer.
