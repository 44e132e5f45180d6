//! Lets every handler written for the crate apdu serve as a mynacard-card transport.
