//! Names of transport errors in a trace.

use crate::transport::{Delivery, TransportErrorKind};

const KINDS: &[(TransportErrorKind, &str)] = &[
    (TransportErrorKind::NoCard, "no-card"),
    (TransportErrorKind::CardRemoved, "card-removed"),
    (TransportErrorKind::CardReset, "card-reset"),
    (TransportErrorKind::ReaderRemoved, "reader-removed"),
    (TransportErrorKind::ServiceStopped, "service-stopped"),
    (TransportErrorKind::Sharing, "sharing"),
    (TransportErrorKind::Timeout, "timeout"),
    (TransportErrorKind::Cancelled, "cancelled"),
    (TransportErrorKind::MalformedResponse, "malformed-response"),
    (TransportErrorKind::TooLong, "too-long"),
    (TransportErrorKind::Unsupported, "unsupported"),
    (TransportErrorKind::Other, "other"),
];

pub(super) fn kind_name(kind: TransportErrorKind) -> &'static str {
    KINDS
        .iter()
        .find(|(known, _)| *known == kind)
        .map_or("other", |(_, name)| name)
}

pub(super) fn kind(name: &str) -> Option<TransportErrorKind> {
    KINDS
        .iter()
        .find(|(_, known)| *known == name)
        .map(|(kind, _)| *kind)
}

pub(super) const fn delivery_name(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::NotSent => "not-sent",
        Delivery::Unknown => "unknown",
    }
}

pub(super) fn delivery(name: &str) -> Option<Delivery> {
    match name {
        "not-sent" => Some(Delivery::NotSent),
        "unknown" => Some(Delivery::Unknown),
        _ => None,
    }
}
