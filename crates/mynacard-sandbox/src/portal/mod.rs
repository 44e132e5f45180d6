//! Both portals (医療機関等向け, 施術所等向け): from an account to ユーザー設定情報, and the filings
//! of insurers that run checkups themselves.

mod account;
mod application;
mod filing;
mod rules;

pub(crate) use account::{activate, list, login, lookup, register};
pub(crate) use application::{apply, change, end, settings, start_date};
pub(crate) use filing::{abolish, introduce};

use crate::authority::sha256;
use crate::http::{Call, Refusal};
use crate::store::Account;
use crate::{Code, hex};

/// The account whose session the header `Authorization: Bearer …` names.
fn session(call: &Call<'_>) -> Result<Account, Refusal> {
    let unknown = || {
        Refusal::new(Code::UnknownTerminal)
            .field("Authorization")
            .detail("no session of the portal")
    };
    let token = call
        .header("authorization")
        .and_then(|text| text.strip_prefix("Bearer "))
        .filter(|token| hex::is_hex(token, 32))
        .ok_or_else(unknown)?;
    call.service
        .store
        .in_transaction(|records| records.session(&sha256(token.as_bytes()), call.now))
        .map_err(Refusal::from)?
        .ok_or_else(unknown)
}
