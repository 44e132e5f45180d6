//! A terminal and a receipt computer on one share.

#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use mynacard_auth::Cancel;
use mynacard_client::folder::{Exchange, ExchangeEvent, ExchangeOptions, Folders, Response};
use mynacard_eligibility::identifier::{
    BranchNumber, InstitutionCode, InsuredNumber, InsuredSymbol, InsurerNumber,
};
use mynacard_eligibility::message::request::{Consent, Insured, Padding, Query, Sender, query};
use mynacard_eligibility::{Date, Message};
use mynacard_sandbox::oqs::{Running, Terminal};

pub(crate) const LONG: Option<Duration> = Some(Duration::from_secs(30));
pub(crate) const SHORT: Option<Duration> = Some(Duration::from_millis(150));

/// 2026-11-20 09:30 in Japan.
pub(crate) const NOW: u64 = 1_795_134_600;

pub(crate) fn never() -> Cancel {
    Cancel::new()
}

pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}

pub(crate) fn terminal(share: &Path) -> Terminal {
    Terminal::under(share)
        .poll(Duration::from_millis(2))
        .bulk_time(Duration::ZERO)
        .clock(|| std::time::UNIX_EPOCH + Duration::from_secs(NOW))
}

pub(crate) fn options() -> ExchangeOptions {
    ExchangeOptions {
        poll: Duration::from_millis(5),
        // However slow the machine is, half an answer is not yet a broken one.
        patience: Duration::from_secs(60),
        ..ExchangeOptions::default()
    }
}

/// A receipt computer beside the share, with its journal under `name`.
pub(crate) fn computer(share: &Path, name: &str) -> Exchange {
    computer_with(share, name, options())
}

pub(crate) fn computer_with(share: &Path, name: &str, options: ExchangeOptions) -> Exchange {
    let journal = PathBuf::from(format!("{}-{name}", share.display()));
    Exchange::open(Folders::under(share, &journal), options).unwrap()
}

pub(crate) fn start(share: &Path) -> Running {
    terminal(share).start().unwrap()
}

pub(crate) fn today() -> Date {
    Date::new(2026, 11, 20).unwrap()
}

pub(crate) fn sender(identifier: &str) -> Sender {
    Sender {
        institution: InstitutionCode::strict("1312345679").unwrap(),
        file_identifier: Some(identifier.into()),
    }
}

/// Someone's insurance data, as it stands in the chart.
pub(crate) fn insured(insurer: &str, symbol: &str, number: &str, branch: &str) -> Insured {
    Insured {
        insurer: InsurerNumber::strict(insurer).unwrap(),
        symbol: (!symbol.is_empty()).then(|| InsuredSymbol::strict(symbol).unwrap()),
        number: InsuredNumber::strict(number).unwrap(),
        branch: (!branch.is_empty()).then(|| BranchNumber::strict(branch).unwrap()),
    }
}

pub(crate) fn asks(insured: Insured, birth: &str) -> Query {
    Query {
        insured,
        birth: Date::from_basic(birth).unwrap(),
        limit: Consent::NotGiven,
        identifier: None,
    }
}

/// 医療　太郎, of 協会けんぽ.
pub(crate) fn taro() -> Query {
    asks(insured("01130012", "2170023", "1234567", "00"), "19800401")
}

pub(crate) fn query_of(identifier: &str, person: &Query) -> Message {
    query(&sender(identifier), today(), person, Padding::Spaces).unwrap()
}

#[track_caller]
pub(crate) fn response(event: Option<ExchangeEvent>) -> Response {
    match event {
        Some(ExchangeEvent::Response(response)) => *response,
        other => panic!("{other:?}"),
    }
}
