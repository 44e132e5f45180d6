//! One request and its answer, bounded in time and size.

use mynacard_auth::service::Reply;
use mynacard_auth::{Cancel, ServiceError, ServiceErrorKind};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

use super::breaker::Breaker;
use super::carrier::{Carried, CarriedRequest, Carrier, NotCarried};
use super::endpoint::{Endpoint, Proxy};
use super::failure::{from_json, from_reqwest, malformed};
use super::head::{Claims, Head, LONGEST_WAIT, with_wait};
use super::lines::Lines;
use super::wire::Refusal;
use super::worker::Worker;

/// The largest body that is read.
pub(super) const LARGEST_BODY: usize = 1 << 20;
/// The largest answer in lines that another connection than ours may bring: it comes at once.
const LARGEST_LINES: usize = 16 << 20;
/// Before each further delivery of a proof that got no answer.
const KEYED_PAUSES: &[Duration] = &[Duration::ZERO, Duration::from_millis(300)];
/// Before the one repetition of a question that changes nothing.
const PASSING_PAUSES: &[Duration] = &[Duration::ZERO];
/// The longest text of a refusal that is kept, in characters.
const LONGEST_TEXT: usize = 300;

/// A configured way to a service.
pub(super) struct Caller {
    way: Way,
    endpoint: Endpoint,
    breaker: Breaker,
}

/// How requests get to the service.
enum Way {
    /// A client, and the thread that it lives on.
    Https {
        client: reqwest::Client,
        worker: Worker,
    },
    /// The calling program's own connection.
    Carried(Arc<dyn Carrier>),
}

/// What a call leaves behind at the service.
#[derive(Clone, Copy)]
pub(super) enum Effect<'a> {
    /// Nothing that a second call would not replace.
    Passing,
    /// A step of a dialogue: nothing lasts of it, and a second delivery would be out of turn.
    Step,
    /// Something that happens once and cannot be asked for again.
    Lasting,
    /// Something that happens once however often it is delivered under this key.
    Keyed(&'a str),
    /// The same, of something in hand that would be lost if it were not delivered now: a proof, an activation code.
    InHand(&'a str),
}

/// An answer within bounds that claims to be JSON.
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    /// How long its head asks us to wait.
    pub(super) wait: Option<Duration>,
}

/// A call that failed.
struct Failed {
    error: ServiceError,
    /// Says whether the request may have reached the service.
    sent: bool,
    /// Says whether an earlier delivery of it may have.
    earlier: bool,
}

/// What every answer carries.
#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    sandbox: bool,
}

impl Caller {
    pub(super) fn new(
        endpoint: &Endpoint,
        tls: rustls::ClientConfig,
    ) -> Result<Self, ServiceError> {
        let timeouts = endpoint.timeouts;
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .https_only(true)
            .http1_only()
            .http1_max_headers(64)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(timeouts.connect)
            .pool_idle_timeout(Duration::from_secs(180))
            .user_agent(concat!("mynacard/", env!("CARGO_PKG_VERSION")));
        let builder = match endpoint.proxy {
            Proxy::System => builder,
            Proxy::Direct => builder.no_proxy(),
        };
        let client = builder.build().map_err(from_reqwest)?;
        let worker = Worker::start()?;
        Ok(Self {
            way: Way::Https { client, worker },
            endpoint: endpoint.clone(),
            breaker: Breaker::default(),
        })
    }

    /// A caller over the calling program's own connection; of the endpoint only names and patience count.
    pub(super) fn carried(endpoint: &Endpoint, carrier: Arc<dyn Carrier>) -> Self {
        Self {
            way: Way::Carried(carrier),
            endpoint: endpoint.clone(),
            breaker: Breaker::default(),
        }
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    pub(super) fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        stop: &Cancel,
    ) -> Result<T, ServiceError> {
        self.call(Method::GET, path, None, None, Instant::now(), stop)
            .map_err(|failed| failed.error)
    }

    /// Posts `ask`. When the line breaks, a question that changes nothing is put once more on a new connection; with a key the
    /// delivery is repeated and is still one check; anything else is sent once.
    ///
    /// Where the call has a lasting effect and the request may have arrived, a missing answer is
    /// [`ServiceErrorKind::AnswerLost`]. A service that stayed silent, or asked us to wait, is not asked new questions for a
    /// while; a proof in hand is delivered all the same.
    pub(super) fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        ask: &impl Serialize,
        effect: Effect<'_>,
        stop: &Cancel,
    ) -> Result<T, ServiceError> {
        let body = serde_json::to_vec(ask).map_err(|_| ServiceErrorKind::Configuration)?;
        let (key, pauses) = match effect {
            Effect::Keyed(key) | Effect::InHand(key) => (Some(key), KEYED_PAUSES),
            Effect::Passing => (None, PASSING_PAUSES),
            Effect::Step | Effect::Lasting => (None, &[][..]),
        };
        if matches!(effect, Effect::Passing | Effect::Keyed(_)) {
            self.breaker.permit(Instant::now())?;
        }
        let start = Instant::now();
        let mut attempt = self.call(Method::POST, path, Some(&body), key, start, stop);
        for pause in pauses {
            let Err(failed) = &attempt else { break };
            let spent = start.elapsed() + *pause;
            if !failed.is_worth_repeating() || spent >= self.endpoint.timeouts.whole {
                break;
            }
            if key.is_none() && !failed.sent {
                // Nobody was there: the next moment will not be different.
                break;
            }
            let sent = failed.sent;
            if stop.wait(*pause) {
                break;
            }
            log::debug!("the line broke during {path}: delivering once more");
            attempt = self
                .call(Method::POST, path, Some(&body), key, start, stop)
                .map_err(|last| Failed {
                    earlier: sent,
                    sent: sent || last.sent,
                    ..last
                });
        }
        let outcome = attempt.map_err(|failed| match effect {
            Effect::Passing | Effect::Step => failed.error,
            Effect::Lasting | Effect::Keyed(_) | Effect::InHand(_) => failed.with_lost_answer(),
        });
        // Whoever waits no longer has not learnt that the service is silent.
        let given_up = stop.is_cancelled() && outcome.as_ref().is_err_and(is_silence);
        if !given_up {
            self.breaker.learn(Instant::now(), outcome.as_ref().err());
        }
        outcome
    }

    /// Posts `ask` for an answer in lines, which are read one by one.
    pub(super) fn lines(
        &self,
        path: &str,
        ask: &impl Serialize,
        stop: &Cancel,
    ) -> Result<Lines<'_>, ServiceError> {
        let body = serde_json::to_vec(ask).map_err(|_| ServiceErrorKind::Configuration)?;
        match &self.way {
            Way::Https { client, worker } => {
                let request = self.request(client, Method::POST, path, Some(body));
                Lines::open(worker, &self.endpoint, request, stop)
            }
            Way::Carried(carrier) => {
                let request = CarriedRequest {
                    path,
                    body: Some(&body),
                    idempotency_key: None,
                    patience: self.endpoint.timeouts.whole,
                    longest: LARGEST_LINES,
                };
                let Carried { status, body } =
                    carry(&**carrier, &request, stop).map_err(|failed| failed.error)?;
                if status != 200 {
                    understand::<serde::de::IgnoredAny>(&self.endpoint.environment, status, &body)?;
                }
                Ok(Lines::whole(body))
            }
        }
    }

    fn request(
        &self,
        client: &reqwest::Client,
        method: Method,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> reqwest::RequestBuilder {
        let request = client.request(method, format!("{}{path}", self.endpoint.url));
        match body {
            Some(body) => request.header(CONTENT_TYPE, "application/json").body(body),
            None => request,
        }
    }

    fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&[u8]>,
        idempotency_key: Option<&str>,
        start: Instant,
        stop: &Cancel,
    ) -> Result<T, Failed> {
        let timeouts = self.endpoint.timeouts;
        let left = left(stop);
        let whole = timeouts.whole.saturating_sub(start.elapsed()).min(left);
        let answered = match &self.way {
            Way::Https { client, worker } => {
                let mut request = self
                    .request(client, method, path, body.map(<[u8]>::to_vec))
                    .timeout(whole);
                if let Some(key) = idempotency_key {
                    request = request.header("idempotency-key", key);
                }
                let patience = timeouts.answer.min(left);
                let exchange = async move { Ok(exchange(request, patience).await) };
                worker.run(stop, exchange)??
            }
            Way::Carried(carrier) => {
                let request = CarriedRequest {
                    path,
                    body,
                    idempotency_key,
                    patience: whole,
                    longest: LARGEST_BODY,
                };
                let Carried { status, body } = carry(&**carrier, &request, stop)?;
                Answered {
                    status,
                    body,
                    wait: None,
                }
            }
        };
        let Answered { status, body, wait } = answered;
        // An answer is about a person.
        let body = Zeroizing::new(body);
        log::debug!("{path} answered {status} with {} bytes", body.len());
        understand(&self.endpoint.environment, status, &body)
            .map_err(|error| with_wait(error, wait).into())
    }
}

/// One request over the calling program's own connection.
fn carry(
    carrier: &dyn Carrier,
    request: &CarriedRequest<'_>,
    stop: &Cancel,
) -> Result<Carried, Failed> {
    if stop.is_cancelled() {
        return Err(ServiceError::from(ServiceErrorKind::Cancelled).into());
    }
    match carrier.carry(request, stop) {
        Ok(carried) if carried.body.len() <= request.longest => Ok(carried),
        Ok(_) | Err(NotCarried::TooLarge) => Err(Failed::sent(ServiceErrorKind::TooLarge)),
        Err(_) if stop.is_cancelled() => Err(Failed::sent(ServiceErrorKind::Cancelled)),
        Err(NotCarried::NotSent) => Err(ServiceError::from(ServiceErrorKind::Unreachable).into()),
        Err(NotCarried::Lost) => Err(Failed::sent(ServiceErrorKind::Unreachable)),
    }
}

/// What the caller has left, which counts as our own limits do: a request that is out then is told apart from one that never was.
pub(super) fn left(stop: &Cancel) -> Duration {
    stop.deadline().map_or(Duration::MAX, |end| {
        end.saturating_duration_since(Instant::now())
    })
}

/// Whether nothing was heard: within somebody's patience.
fn is_silence(error: &ServiceError) -> bool {
    use ServiceErrorKind as K;
    let waits = error
        .reply()
        .is_some_and(|reply| reply.retry_after.is_some());
    !waits && matches!(error.kind(), K::Timeout | K::AnswerLost)
}

impl Failed {
    fn sent(error: impl Into<ServiceError>) -> Self {
        Self {
            error: error.into(),
            sent: true,
            earlier: false,
        }
    }

    /// Whether the line broke, and nobody asked us to wait.
    fn is_worth_repeating(&self) -> bool {
        let asked_to_wait = self
            .error
            .reply()
            .is_some_and(|reply| reply.retry_after.is_some());
        self.error.kind() == ServiceErrorKind::Unreachable && !asked_to_wait
    }

    /// The error, where it matters that the service may have done what it was asked.
    fn with_lost_answer(self) -> ServiceError {
        use ServiceErrorKind as K;
        match self.error.kind() {
            K::Unreachable | K::Timeout | K::UntrustedServer | K::Tls | K::ServerNotValidNow
                if self.sent =>
            {
                self.error.into_answer_lost()
            }
            kind if self.earlier && kind.settles_nothing_of_an_earlier_delivery() => {
                self.error.into_answer_lost()
            }
            _ => self.error,
        }
    }
}

impl From<ServiceError> for Failed {
    fn from(error: ServiceError) -> Self {
        Self {
            error,
            sent: false,
            earlier: false,
        }
    }
}

async fn exchange(
    request: reqwest::RequestBuilder,
    patience: Duration,
) -> Result<Answered, Failed> {
    let response = tokio::time::timeout(patience, request.send())
        .await
        // The connection has a shorter limit of its own: most likely the request is out.
        .map_err(|_| Failed::sent(ServiceErrorKind::Timeout))?
        .map_err(|error| Failed {
            sent: !error.is_connect() && !error.is_builder(),
            error: from_reqwest(error),
            earlier: false,
        })?;
    let head = Head::read(response.status(), response.headers()).map_err(Failed::sent)?;
    read(response, head).await.map_err(Failed::sent)
}

/// What an answer says: the value, or the service's refusal.
pub(super) fn understand<T: DeserializeOwned>(
    environment: &str,
    status: u16,
    body: &[u8],
) -> Result<T, ServiceError> {
    // The JSON library would take an array for an object's members in their order.
    if body
        .trim_ascii_start()
        .first()
        .is_some_and(|first| *first != b'{')
    {
        return Err(malformed("not a JSON object", 0, 0));
    }
    let envelope: Envelope = serde_json::from_slice(body).map_err(|error| from_json(&error))?;
    if envelope.sandbox != (environment == "sandbox") {
        return Err(ServiceErrorKind::WrongService.into());
    }
    if status == 200 {
        return serde_json::from_slice(body).map_err(|error| from_json(&error));
    }
    let refusal: Refusal = serde_json::from_slice(body).map_err(|error| from_json(&error))?;
    let kind = ServiceErrorKind::from_reference(&refusal.code);
    Err(ServiceError::new(kind).with_reply(Reply {
        code: bounded(&refusal.code),
        message_ja: bounded(&refusal.message_ja),
        message_en: bounded(&refusal.message_en),
        field: refusal.field.as_deref().map(bounded),
        retry_after: refusal
            .retry_after
            .map(|seconds| Duration::from_secs(seconds).min(LONGEST_WAIT)),
    }))
}

/// The answer, if it is within bounds and claims to be JSON.
pub(super) async fn read(mut response: Response, head: Head) -> Result<Answered, ServiceError> {
    if head.claims != Claims::Json {
        return Err(head.not_json());
    }
    if head.length.is_some_and(|length| length > LARGEST_BODY) {
        return Err(ServiceErrorKind::TooLarge.into());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(from_reqwest)? {
        if body.len() + chunk.len() > LARGEST_BODY {
            return Err(ServiceErrorKind::TooLarge.into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answered {
        status: head.status,
        body,
        wait: head.wait,
    })
}

/// Another party's text, without control characters and not longer than a screen takes.
fn bounded(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .take(LONGEST_TEXT)
        .collect()
}
