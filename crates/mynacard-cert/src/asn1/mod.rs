//! Strict DER (ITU-T X.690 §10, §11): what this reader accepts has exactly one encoding.
//!
//! Everything that a certificate, a revocation list or an OCSP answer consists of is read by these types and by
//! nothing else, so that the bytes whose signature was verified cannot mean two things.

pub(crate) mod oid;
pub(crate) mod reader;
pub(crate) mod time;
pub(crate) mod value;
pub(crate) mod writer;

pub(crate) use reader::{Fault, Reader, Tlv};

/// Tag bytes of the types used here (single-byte identifiers only).
pub(crate) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const NULL: u8 = 0x05;
    pub(crate) const OID: u8 = 0x06;
    pub(crate) const ENUMERATED: u8 = 0x0A;
    pub(crate) const UTF8_STRING: u8 = 0x0C;
    pub(crate) const PRINTABLE_STRING: u8 = 0x13;
    pub(crate) const TELETEX_STRING: u8 = 0x14;
    pub(crate) const IA5_STRING: u8 = 0x16;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;

    /// `[n]`, primitive.
    pub(crate) const fn context(n: u8) -> u8 {
        0x80 | n
    }

    /// `[n]`, constructed.
    pub(crate) const fn context_constructed(n: u8) -> u8 {
        0xA0 | n
    }
}
