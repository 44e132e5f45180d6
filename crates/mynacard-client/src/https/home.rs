//! 居宅同意取得型 over HTTPS.

use std::ops::ControlFlow;
use std::time::SystemTime;

use mynacard_auth::home::{
    BulkItem, BulkQuery, BulkService, BulkState, CancelReason, Care, Consent, ConsentKind,
    ConsentKinds, ConsentPage, ConsentService, ConsentState, ConsentedQuery, Narrowing,
    ReceptionNumber, Reference, Registration, Requeried, Requery, RequeryService,
};
use mynacard_auth::{Cancel, Extra, ServiceError, ServiceErrorKind};
use mynacard_eligibility::{Answer, Date};
use serde::{Deserialize, Serialize};

use super::call::{Effect, understand};
use super::failure::malformed;
use super::lines::Lines;
use super::service::HttpsService;
use super::wire;

#[derive(Serialize)]
struct RegisterAsk<'a> {
    check_id: &'a str,
    reference: &'a str,
    care: &'static str,
    kinds: Vec<&'static str>,
    visit_date: String,
}

#[derive(Serialize)]
struct InquireAsk<'a> {
    reference: &'a str,
}

#[derive(Serialize)]
struct ChangeAsk<'a> {
    reference: &'a str,
    kinds: Vec<&'static str>,
}

#[derive(Serialize)]
struct CancelAsk<'a> {
    reference: &'a str,
    reason: &'static str,
}

#[derive(Serialize)]
struct PeriodAsk {
    care: &'static str,
    by: &'static str,
    from: String,
    to: String,
}

#[derive(Serialize)]
struct ListAsk<'a> {
    #[serde(flatten)]
    period: PeriodAsk,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<&'a str>,
}

#[derive(Serialize)]
struct RequeryAsk<'a> {
    reference: &'a str,
    request_id: String,
    limit_application: bool,
    specific_diseases: bool,
    format: &'static str,
}

#[derive(Serialize)]
struct SubmitAsk {
    #[serde(flatten)]
    period: PeriodAsk,
    limit_application: bool,
    specific_diseases: bool,
    format: &'static str,
}

#[derive(Serialize)]
struct NumberAsk<'a> {
    reception_number: &'a str,
}

#[derive(Deserialize)]
struct WireConsent {
    reference: String,
    care: String,
    kinds: Vec<String>,
    consented_at: u64,
    visit_date: String,
    expires_at: u64,
    state: String,
    reason: Option<String>,
}

#[derive(Deserialize)]
struct WirePage {
    consents: Vec<WireConsent>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct WireRequeried {
    check_id: String,
    request_id: String,
    reference: String,
    processed_at: u64,
    answer: String,
}

#[derive(Deserialize)]
struct WireNumber {
    reception_number: String,
}

#[derive(Deserialize)]
struct WireState {
    reception_number: String,
    segment_of_result: String,
}

#[derive(Deserialize)]
struct WireHead {
    reception_number: String,
    segment_of_result: String,
    results: u64,
}

#[derive(Deserialize)]
struct WireLine {
    reference: String,
    code: String,
    answer: Option<String>,
}

impl HttpsService {
    fn consent(
        &self,
        path: &str,
        ask: &impl Serialize,
        effect: Effect<'_>,
        stop: &Cancel,
    ) -> Result<Consent, ServiceError> {
        self.identity()?;
        let answer: WireConsent = self.caller().post(path, ask, effect, stop)?;
        answer.read()
    }
}

impl ConsentService for HttpsService {
    fn register(
        &mut self,
        registration: &Registration,
        stop: &Cancel,
    ) -> Result<Consent, ServiceError> {
        let ask = RegisterAsk {
            check_id: registration.check_id(),
            reference: registration.reference().as_str(),
            care: registration.care().code(),
            kinds: codes(registration.kinds()),
            visit_date: registration.visit().basic(),
        };
        self.consent("/v1/consents/register", &ask, Effect::Keyed(&key()?), stop)
    }

    fn inquire(&mut self, reference: &Reference, stop: &Cancel) -> Result<Consent, ServiceError> {
        let ask = InquireAsk {
            reference: reference.as_str(),
        };
        self.consent("/v1/consents/inquire", &ask, Effect::Passing, stop)
    }

    fn change(&mut self, narrowing: &Narrowing, stop: &Cancel) -> Result<Consent, ServiceError> {
        let ask = ChangeAsk {
            reference: narrowing.reference().as_str(),
            kinds: codes(narrowing.kinds()),
        };
        self.consent("/v1/consents/change", &ask, Effect::Keyed(&key()?), stop)
    }

    fn cancel(
        &mut self,
        reference: &Reference,
        reason: CancelReason,
        stop: &Cancel,
    ) -> Result<Consent, ServiceError> {
        let ask = CancelAsk {
            reference: reference.as_str(),
            reason: reason.code(),
        };
        self.consent("/v1/consents/cancel", &ask, Effect::Keyed(&key()?), stop)
    }

    fn list(
        &mut self,
        query: &ConsentedQuery,
        after: Option<&Reference>,
        stop: &Cancel,
    ) -> Result<ConsentPage, ServiceError> {
        self.identity()?;
        let ask = ListAsk {
            period: period(query),
            after: after.map(Reference::as_str),
        };
        let page: WirePage =
            self.caller()
                .post("/v1/consents/list", &ask, Effect::Passing, stop)?;
        page.read()
    }
}

impl RequeryService for HttpsService {
    fn requery(&mut self, query: &Requery, stop: &Cancel) -> Result<Requeried, ServiceError> {
        self.identity()?;
        let ask = RequeryAsk {
            reference: query.patient().reference().as_str(),
            request_id: wire::hex(query.id()),
            limit_application: query.asks_for(Extra::LimitApplication),
            specific_diseases: query.asks_for(Extra::SpecificDiseases),
            format: "xml",
        };
        let answer: WireRequeried =
            self.caller()
                .post("/v1/requery", &ask, Effect::Passing, stop)?;
        answer.read()
    }
}

impl BulkService for HttpsService {
    fn submit(
        &mut self,
        query: &BulkQuery,
        stop: &Cancel,
    ) -> Result<ReceptionNumber, ServiceError> {
        self.identity()?;
        let ask = SubmitAsk {
            period: period(query.patients()),
            limit_application: query.asks_for(Extra::LimitApplication),
            specific_diseases: query.asks_for(Extra::SpecificDiseases),
            format: "xml",
        };
        let answer: WireNumber =
            self.caller()
                .post("/v1/bulk/submit", &ask, Effect::Keyed(&key()?), stop)?;
        answer.read()
    }

    fn poll(&mut self, number: &ReceptionNumber, stop: &Cancel) -> Result<BulkState, ServiceError> {
        self.identity()?;
        let ask = NumberAsk {
            reception_number: number.as_str(),
        };
        let answer: WireState = self
            .caller()
            .post("/v1/bulk/poll", &ask, Effect::Passing, stop)?;
        state(number, &answer.reception_number, &answer.segment_of_result)
    }

    fn download(
        &mut self,
        number: &ReceptionNumber,
        each: &mut dyn FnMut(BulkItem) -> ControlFlow<()>,
        stop: &Cancel,
    ) -> Result<BulkState, ServiceError> {
        self.identity()?;
        let ask = NumberAsk {
            reception_number: number.as_str(),
        };
        let environment = &self.caller().endpoint().environment;
        let lines = self.caller().lines("/v1/bulk/download", &ask, stop)?;
        results(environment, number, lines, each, stop)
    }
}

/// The head of a download, and each of its results as it arrives.
pub(super) fn results(
    environment: &str,
    number: &ReceptionNumber,
    mut lines: Lines<'_>,
    each: &mut dyn FnMut(BulkItem) -> ControlFlow<()>,
    stop: &Cancel,
) -> Result<BulkState, ServiceError> {
    let first = lines.next(stop)?.unwrap_or_default();
    let head: WireHead = understand(environment, 200, &first)?;
    let state = state(number, &head.reception_number, &head.segment_of_result)?;
    if state != BulkState::Finished && head.results != 0 {
        return Err(malformed("results of an unfinished query", 0, 0));
    }
    let mut arrived = 0_u64;
    while let Some(line) = lines.next(stop)? {
        arrived += 1;
        if arrived > head.results {
            return Err(malformed("more results than announced", 0, 0));
        }
        let line: WireLine = understand(environment, 200, &line)?;
        if each(line.read()?).is_break() {
            return Ok(state);
        }
    }
    if arrived < head.results {
        return Err(malformed("fewer results than announced", 0, 0));
    }
    Ok(state)
}

impl WireConsent {
    fn read(self) -> Result<Consent, ServiceError> {
        let kinds = self.kinds.iter().map(|kind| kind.parse::<ConsentKind>());
        let kinds = kinds
            .collect::<Result<Vec<_>, _>>()
            .and_then(ConsentKinds::of)
            .map_err(|_| malformed("kinds", 0, 0))?;
        let reason = self.reason.as_deref().and_then(CancelReason::from_code);
        Ok(Consent {
            reference: reference(&self.reference)?,
            care: self
                .care
                .parse::<Care>()
                .map_err(|_| malformed("care", 0, 0))?,
            kinds,
            given_at: time(self.consented_at, "consented_at")?,
            visit: Date::from_basic(&self.visit_date).ok_or(malformed("visit_date", 0, 0))?,
            ends_at: time(self.expires_at, "expires_at")?,
            state: match self.state.as_str() {
                "active" => ConsentState::Active,
                "expired" => ConsentState::Expired,
                "cancelled" => ConsentState::Cancelled(reason),
                _ => return Err(malformed("state", 0, 0)),
            },
        })
    }
}

impl WirePage {
    fn read(self) -> Result<ConsentPage, ServiceError> {
        let next = self.next.as_deref().map(reference).transpose()?;
        let consents = self.consents.into_iter().map(WireConsent::read);
        Ok(ConsentPage {
            consents: consents.collect::<Result<_, _>>()?,
            next,
        })
    }
}

impl WireRequeried {
    fn read(self) -> Result<Requeried, ServiceError> {
        if self.check_id.is_empty() || self.check_id.len() > 128 {
            return Err(malformed("check_id", 0, 0));
        }
        Ok(Requeried {
            answer: insurance(&self.answer)?,
            request_id: wire::from_hex(&self.request_id, "request_id")?,
            reference: reference(&self.reference)?,
            processed_at: wire::from_unix(self.processed_at, "processed_at")?,
            check_id: self.check_id,
        })
    }
}

impl WireNumber {
    fn read(&self) -> Result<ReceptionNumber, ServiceError> {
        ReceptionNumber::new(&self.reception_number)
            .map_err(|_| malformed("reception_number", 0, 0))
    }
}

impl WireLine {
    fn read(self) -> Result<BulkItem, ServiceError> {
        let outcome = match (self.code.as_str(), self.answer) {
            ("REF-0000", Some(text)) => Ok(insurance(&text)?),
            ("REF-0000", None) | (_, Some(_)) => return Err(malformed("answer", 0, 0)),
            (code, None) => Err(ServiceErrorKind::from_reference(code)),
        };
        Ok(BulkItem {
            reference: reference(&self.reference)?,
            outcome,
        })
    }
}

/// Reads a body as each answer of this part in turn, as the calls do.
pub(super) fn understand_all(
    environment: &str,
    asked: &ReceptionNumber,
    status: u16,
    body: &[u8],
) -> Vec<Result<(), ServiceError>> {
    vec![
        understand(environment, status, body)
            .and_then(WireConsent::read)
            .map(drop),
        understand(environment, status, body)
            .and_then(WirePage::read)
            .map(drop),
        understand(environment, status, body)
            .and_then(WireRequeried::read)
            .map(drop),
        understand(environment, status, body)
            .and_then(|answer: WireNumber| answer.read().map(drop)),
        understand(environment, status, body).and_then(|answer: WireState| {
            state(asked, &answer.reception_number, &answer.segment_of_result).map(drop)
        }),
    ]
}

fn period(query: &ConsentedQuery) -> PeriodAsk {
    PeriodAsk {
        care: query.care().code(),
        by: query.by().as_str(),
        from: query.period().from().basic(),
        to: query.period().to().basic(),
    }
}

/// A new key: one call, however often the line makes us deliver it.
fn key() -> Result<String, ServiceError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| ServiceErrorKind::Configuration)?;
    Ok(wire::hex(&bytes))
}

fn codes(kinds: ConsentKinds) -> Vec<&'static str> {
    kinds.iter().map(ConsentKind::code).collect()
}

fn reference(text: &str) -> Result<Reference, ServiceError> {
    Reference::new(text).map_err(|_| malformed("reference", 0, 0))
}

fn time(seconds: u64, what: &'static str) -> Result<SystemTime, ServiceError> {
    wire::from_unix(seconds, what)
}

fn insurance(text: &str) -> Result<Box<Answer>, ServiceError> {
    Answer::read_xml(text.as_bytes())
        .map(Box::new)
        .map_err(|error| ServiceError::new(ServiceErrorKind::UnreadableMessage).with_source(error))
}

fn state(asked: &ReceptionNumber, echoed: &str, segment: &str) -> Result<BulkState, ServiceError> {
    if echoed != asked.as_str() {
        return Err(malformed("reception_number", 0, 0));
    }
    BulkState::from_code(segment).ok_or_else(|| malformed("segment_of_result", 0, 0))
}
