//! From a tapped My Number Card to confirmed insurance: terminal, vault, challenge, proof, check.
