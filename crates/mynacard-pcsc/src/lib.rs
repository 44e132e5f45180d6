//! My Number Cards in PC/SC readers: a mynacard-card transport.
