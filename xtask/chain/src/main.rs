//! The whole chain in one process, to be run where no card reader is: under Wine, for one.

fn main() {}
