//! Asking through the folders `req` and `res` of the 資格確認端末: the insurance behind a number.

use std::mem::offset_of;
use std::path::PathBuf;
use std::ptr;
use std::time::{SystemTime, UNIX_EPOCH};

use mynacard::client::folder::{Exchange, ExchangeOptions, Folders, Password};
use mynacard::eligibility::identifier::{
    BranchNumber, IdentifierError, InstitutionCode, InsuredNumber, InsuredSymbol, InsurerNumber,
};
use mynacard::eligibility::message::request::{Consent, Insured, Padding, Query, Sender, query};
use mynacard::eligibility::message::{FileName, MessageKind};
use mynacard::eligibility::{Encoding, Message};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::buffer::{self, mynacard_buffer};
use crate::error::mynacard_error;
use crate::failure::Failure;
use crate::folder::{self, Watched, mynacard_folder};
use crate::guard::{guard, on_worker};
use crate::input::{Versioned, bytes, choice, out, structure, text};
use crate::json;
use crate::status::mynacard_status;

/// The folders of an exchange. Pointers need to live only until the call returns.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mynacard_exchange {
    /// `sizeof(mynacard_exchange)`; set by `MYNACARD_EXCHANGE_INIT`.
    pub struct_size: usize,
    /// Where requests are written, on the terminal's share.
    pub req: *const u8,
    /// Its length.
    pub req_size: usize,
    /// Where answers appear, on the terminal's share.
    pub res: *const u8,
    /// Its length.
    pub res_size: usize,
    /// A folder of our own, on a local disk: what was asked survives a restart there.
    pub journal: *const u8,
    /// Its length.
    pub journal_size: usize,
    /// The password of AES ZIPs, where the terminal is set to write them; NULL otherwise.
    pub zip_password: *const u8,
    /// Its length.
    pub zip_password_size: usize,
    /// 0 for requests in UTF-8, 1 for Shift_JIS.
    pub shift_jis: i32,
}

// SAFETY: pointers and numbers; the size comes first.
unsafe impl Versioned for mynacard_exchange {
    const FIRST: usize = offset_of!(Self, shift_jis) + size_of::<i32>();
    const DEFAULT: Self = Self {
        struct_size: 0,
        req: ptr::null(),
        req_size: 0,
        res: ptr::null(),
        res_size: 0,
        journal: ptr::null(),
        journal_size: 0,
        zip_password: ptr::null(),
        zip_password_size: 0,
        shift_jis: 0,
    };
}

/// One question, by what stands on a certificate or in the chart.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    institution: String,
    insurer: String,
    symbol: Option<String>,
    number: String,
    branch: Option<String>,
    birth: String,
    day: Option<String>,
    #[serde(default)]
    limit: bool,
    identifier: Option<String>,
    file_identifier: Option<String>,
    padding: Option<String>,
}

/// Opens an exchange of requests and answers with the 資格確認端末. The handle serves `mynacard_folder_next` and
/// `mynacard_folder_free` as a `face` folder does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_folder_exchange(
    exchange: *const mynacard_exchange,
    folder: *mut *mut mynacard_folder,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes as it says.
        let asked = unsafe { structure("exchange", exchange) }?;
        // SAFETY: documented as valid.
        let place = unsafe { out("folder", folder) }?;
        // SAFETY: the pointers of the structure are documented as NULL or valid for their lengths.
        let (req, res, journal, password) = unsafe {
            (
                text("exchange.req", asked.req, asked.req_size)?,
                text("exchange.res", asked.res, asked.res_size)?,
                text("exchange.journal", asked.journal, asked.journal_size)?,
                text(
                    "exchange.zip_password",
                    asked.zip_password,
                    asked.zip_password_size,
                )?,
            )
        };
        if req.is_empty() || res.is_empty() || journal.is_empty() {
            return Err(Failure::null("exchange: req, res or journal"));
        }
        let encodings = [(0, Encoding::Utf8), (1, Encoding::ShiftJis)];
        let options = ExchangeOptions {
            encoding: choice("exchange.shift_jis", asked.shift_jis, &encodings)?,
            zip_password: (!password.is_empty()).then(|| Password::new(password)),
            ..ExchangeOptions::default()
        };
        let folders = Folders {
            req: PathBuf::from(req),
            res: PathBuf::from(res),
            journal: PathBuf::from(journal),
        };
        let opened = on_worker(|| Ok(Exchange::open(folders, options)?))?;
        place.write(folder::insert(Watched::Exchange(Box::new(opened)))?);
        Ok(())
    })
}

/// Asks for the insurance behind a number (`OQSsiquc01`): `name` receives the request's name, which comes back with the answer.
///
/// `ask` is `{"institution":"1312345679","insurer":"06130488","symbol":"…","number":"…","branch":"01","birth":"19800217",
/// "day":"20261121","limit":true,"identifier":"…","file_identifier":"…","padding":"spaces"}`: `symbol`, `branch`, `identifier` and
/// `file_identifier` where there are some; `day` is today where it is left out; `limit` is true when the patient agreed to show
/// 限度額適用認定証等; `padding` of six-digit insurer numbers is `spaces` (the usual) or `zeros`.
///
/// What was asked is in the journal when this returns, and is not forgotten. `MYNACARD_STATUS_CALLER` for a `face` folder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_folder_submit(
    folder: *mut mynacard_folder,
    ask: *const u8,
    ask_size: usize,
    name: *mut *mut mynacard_buffer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0.
        let ask = unsafe { bytes("ask", ask, ask_size) }?;
        // SAFETY: documented as valid.
        let place = unsafe { out("name", name) }?;
        let ask: Ask = json::ask("ask", ask)?;
        let message = ask.message()?;
        let day = json::today()?;
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        let request = folder::with_exchange(folder, |exchange| {
            on_worker(|| {
                let id = exchange.next_id(MessageKind::Query, day);
                Ok(exchange.submit(MessageKind::Query, &id, &message, now)?)
            })
        })?;
        place.write(buffer::hand_out(Zeroizing::new(
            request.to_string().into_bytes(),
        ))?);
        Ok(())
    })
}

/// The program has the answer to a request: it is not delivered again after a restart. With `give_up` 1 it is waited for no longer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_folder_finish(
    folder: *mut mynacard_folder,
    name: *const u8,
    name_size: usize,
    give_up: i32,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0.
        let name = unsafe { text("name", name, name_size) }?;
        let give_up = choice("give_up", give_up, &[(0, false), (1, true)])?;
        let request = FileName::parse(name).ok_or_else(|| json::wrong("name: of no request"))?;
        folder::with_exchange(folder, |exchange| {
            on_worker(|| match give_up {
                true => Ok(exchange.abandon(&request)?),
                false => Ok(exchange.acknowledge(&request)?),
            })
        })
    })
}

impl Ask {
    fn message(&self) -> Result<Message, Failure> {
        const PADDINGS: &[(&str, Padding)] =
            &[("spaces", Padding::Spaces), ("zeros", Padding::Zeros)];
        let padding = self.padding.as_deref().unwrap_or("spaces");
        let insured = Insured {
            insurer: InsurerNumber::strict(&self.insurer).map_err(not("ask.insurer"))?,
            symbol: optional(&self.symbol, InsuredSymbol::strict, "ask.symbol")?,
            number: InsuredNumber::strict(&self.number).map_err(not("ask.number"))?,
            branch: optional(&self.branch, BranchNumber::strict, "ask.branch")?,
        };
        let sender = Sender {
            institution: InstitutionCode::strict(&self.institution)
                .map_err(not("ask.institution"))?,
            file_identifier: self.file_identifier.clone(),
        };
        let asked = Query {
            insured,
            birth: json::day("ask.birth", &self.birth)?,
            limit: match self.limit {
                true => Consent::Given,
                false => Consent::NotGiven,
            },
            identifier: self.identifier.clone(),
        };
        let day = match &self.day {
            Some(text) => json::day("ask.day", text)?,
            None => json::today()?,
        };
        let padding = json::named("ask.padding", padding, PADDINGS)?;
        Ok(query(&sender, day, &asked, padding)?)
    }
}

fn optional<T>(
    text: &Option<String>,
    read: impl FnOnce(&str) -> Result<T, IdentifierError>,
    member: &'static str,
) -> Result<Option<T>, Failure> {
    text.as_deref().map(read).transpose().map_err(not(member))
}

/// What is wrong with the number is in the number: only its code is told.
fn not(member: &'static str) -> impl FnOnce(IdentifierError) -> Failure {
    move |error| json::wrong(format!("{member}: not such a number ({})", error.code()))
}
