//! Confirm a patient's health insurance with a My Number Card, in one call.
