//! JPKI certificates: parsing, pinned roots, verdicts and proofs of possession.
