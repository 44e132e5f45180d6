//! Eligibility services: HTTPS with mutual TLS, and folder exchange with OQSComApp.

#[cfg(feature = "folder")]
pub mod folder;
