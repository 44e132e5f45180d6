//! The protocol's outside: one table of routes, JSON bodies read strictly, one shape of refusal.

mod fields;
mod info;
mod lines;
mod refusal;
mod router;
mod terminal;

pub(crate) use fields::Fields;
pub(crate) use lines::Lines;
pub(crate) use refusal::Refusal;
pub(crate) use router::{carried, router};

use axum::http::HeaderMap;
use serde_json::Value;

use crate::service::Service;
use crate::store::Terminal;
use crate::{Code, check, home, portal};

/// One call of the protocol, for comparison with its description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path with its parameters in braces, under the base path `/v1`.
    pub path: &'static str,
    /// True where a terminal's client certificate is needed.
    pub mutual: bool,
}

/// Every call that the stand-in answers.
pub fn routes() -> impl Iterator<Item = Route> {
    ROUTES.iter().map(|entry| entry.route)
}

pub(crate) struct Entry {
    pub(crate) route: Route,
    pub(crate) handler: Handler,
}

pub(crate) type Handler = fn(&Call<'_>) -> Result<Reply, Refusal>;

/// What a handler answers with.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content: Content,
}

/// The content of an answer.
pub(crate) enum Content {
    /// One JSON document.
    Document(Value),
    /// A JSON document a line, made while they are sent.
    Lines(Lines),
}

impl Reply {
    pub(crate) fn lines(lines: impl Iterator<Item = String> + Send + 'static) -> Self {
        Self {
            status: 200,
            content: Content::Lines(Lines::new(lines)),
        }
    }
}

impl From<Value> for Reply {
    fn from(body: Value) -> Self {
        Self {
            status: 200,
            content: Content::Document(body),
        }
    }
}

/// One request, as a handler sees it.
pub(crate) struct Call<'a> {
    pub(crate) service: &'a Service,
    /// Unix seconds by the injected clock.
    pub(crate) now: i64,
    /// SHA-256 of the client's certificate, when it showed one.
    pub(crate) peer: Option<[u8; 32]>,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

impl Call<'_> {
    /// The terminal whose certificate the connection showed, or REF-1001.
    pub(crate) fn terminal(&self) -> Result<Terminal, Refusal> {
        let certificate = self.peer.ok_or(Code::UnknownTerminal)?;
        self.service
            .store
            .in_transaction(|records| records.terminal(&certificate, self.now))
            .map_err(Refusal::from)?
            .ok_or_else(|| Code::UnknownTerminal.into())
    }

    /// The body as a JSON object.
    pub(crate) fn fields(&self) -> Result<Fields, Refusal> {
        Fields::parse(self.body, "")
    }

    /// A header's text, when it is there and readable.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

const fn open(method: &'static str, path: &'static str, handler: Handler) -> Entry {
    Entry {
        route: Route {
            method,
            path,
            mutual: false,
        },
        handler,
    }
}

const fn mutual(method: &'static str, path: &'static str, handler: Handler) -> Entry {
    Entry {
        route: Route {
            method,
            path,
            mutual: true,
        },
        handler,
    }
}

pub(crate) static ROUTES: &[Entry] = &[
    open("GET", "/v1/info", info::info),
    open("POST", "/v1/activate", terminal::activate),
    mutual("POST", "/v1/terminal/renew", terminal::renew),
    mutual("POST", "/v1/terminal/remove", terminal::remove),
    open("POST", "/v1/portal/lookup", portal::lookup),
    open("POST", "/v1/portal/accounts", portal::register),
    open("GET", "/v1/portal/accounts", portal::list),
    open("POST", "/v1/portal/accounts/activate", portal::activate),
    open("POST", "/v1/portal/login", portal::login),
    open("POST", "/v1/portal/applications", portal::apply),
    open("GET", "/v1/portal/settings", portal::settings),
    open("POST", "/v1/portal/start-date", portal::start_date),
    open("POST", "/v1/portal/change", portal::change),
    open("POST", "/v1/portal/end", portal::end),
    open("POST", "/v1/portal/introduction", portal::introduce),
    open("POST", "/v1/portal/abolition", portal::abolish),
    mutual("POST", "/v1/challenge", check::challenge),
    mutual("POST", "/v1/relay/start", check::relay_start),
    mutual("POST", "/v1/relay/step", check::relay_step),
    mutual("POST", "/v1/confirm", check::confirm),
    mutual("POST", "/v1/consents/register", home::register),
    mutual("POST", "/v1/consents/inquire", home::inquire),
    mutual("POST", "/v1/consents/change", home::change),
    mutual("POST", "/v1/consents/cancel", home::cancel),
    mutual("POST", "/v1/consents/list", home::list),
    mutual("POST", "/v1/requery", home::requery),
    mutual("POST", "/v1/bulk/submit", home::submit),
    mutual("POST", "/v1/bulk/poll", home::poll),
    mutual("POST", "/v1/bulk/download", home::download),
];
