//! Fetching revocation data: OCSP by POST (RFC 6960 appendix A), lists by GET (RFC 5280 §4.2.1.13).

use std::fmt;
use std::time::Duration;

use mynacard_auth::{Cancel, ServiceError, ServiceErrorKind};
use mynacard_cert::revocation::{MAX_OCSP_RESPONSE, OcspRequest, OcspResponse, Question};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{RequestBuilder, Response, StatusCode};

use super::call::left;
use super::endpoint::{Endpoint, Proxy, Timeouts};
use super::failure::{from_reqwest, malformed};
use super::tls;
use super::worker::Worker;

/// Fetches answers about certificates and lists of revoked ones; what comes is read, and not yet believed.
///
/// Both are signed, so that they come over plain HTTP, as their publishers offer them. A request is made from a
/// [`Question`], which only a verdict makes: nobody's unverified certificate says where this connects to.
///
/// ```no_run
/// use mynacard_cert::revocation::{OcspPolicy, Question, Revocation, RevocationPolicy, Unknown};
/// use mynacard_client::https::{Proxy, RevocationFetcher, Timeouts};
/// # fn random() -> [u8; 32] { [0; 32] }
/// # fn verified() -> mynacard_cert::Verified<mynacard_cert::Authentication> { panic!() }
///
/// let fetcher = RevocationFetcher::new(Proxy::System, Timeouts::default())?;
/// let stop = mynacard_auth::Cancel::new();
/// let mut source = |question: &Question<'_>| {
///     let Some(address) = question.certificate().ocsp_addresses().next() else {
///         return Revocation::Unknown(Unknown::NoAnswer);
///     };
///     let request = question.ocsp_request(Some(&random()));
///     match fetcher.ocsp(address, &request, &stop) {
///         Ok(answer) => answer.judge(question, Some(&request), &OcspPolicy::default()),
///         Err(_) => Revocation::Unknown(Unknown::NoAnswer),
///     }
/// };
/// let verified = verified().check_revocation(&mut source, RevocationPolicy::RefuseRevoked)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct RevocationFetcher {
    client: reqwest::Client,
    worker: Worker,
    patience: Duration,
    whole: Duration,
}

impl RevocationFetcher {
    /// A fetcher that takes this way and has this patience. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`ServiceErrorKind::Configuration`] when the system gives no thread or the settings cannot be used.
    pub fn new(proxy: Proxy, timeouts: Timeouts) -> Result<Self, ServiceError> {
        // No root: a connection with TLS would fail, and none is made.
        let nobody = Endpoint::new("", &[], "", "");
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::config(&nobody, None)?)
            .http1_only()
            .http1_max_headers(64)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(timeouts.connect)
            .timeout(timeouts.whole)
            .user_agent(concat!("mynacard/", env!("CARGO_PKG_VERSION")));
        let builder = match proxy {
            Proxy::System => builder,
            Proxy::Direct => builder.no_proxy(),
        };
        Ok(Self {
            client: builder.build().map_err(from_reqwest)?,
            worker: Worker::start()?,
            patience: timeouts.answer,
            whole: timeouts.whole,
        })
    }

    /// Posts a request to a responder (`http://…`) and reads its answer, of at most [`MAX_OCSP_RESPONSE`] bytes.
    ///
    /// # Errors
    ///
    /// [`ServiceErrorKind::Configuration`] for another kind of address, `Unreachable`, `Timeout`, `Cancelled`, `TooLarge`;
    /// `WrongService` for an answer that is no success, `MalformedAnswer` for one that is no OCSP response.
    pub fn ocsp(
        &self,
        address: &str,
        request: &OcspRequest,
        stop: &Cancel,
    ) -> Result<OcspResponse, ServiceError> {
        let post = self
            .client
            .post(plain(address)?)
            .header(CONTENT_TYPE, "application/ocsp-request")
            .body(request.as_der().to_vec());
        let kind = Some("application/ocsp-response");
        let body = self.fetch(post, kind, MAX_OCSP_RESPONSE, stop)?;
        OcspResponse::from_der(&body).map_err(|error| {
            ServiceError::new(ServiceErrorKind::MalformedAnswer).with_source(error)
        })
    }

    /// Gets the list that covers the certificate asked about, of at most `limit` bytes: for
    /// [`walk_list`](mynacard_cert::revocation::walk_list). JPKI's certificates name a directory and no address, so that the
    /// address is the caller's.
    ///
    /// # Errors
    ///
    /// As [`Self::ocsp`]; the list's form is not looked at.
    pub fn list(
        &self,
        address: &str,
        _about: &Question<'_>,
        limit: usize,
        stop: &Cancel,
    ) -> Result<Vec<u8>, ServiceError> {
        self.fetch(self.client.get(plain(address)?), None, limit, stop)
    }

    fn fetch(
        &self,
        request: RequestBuilder,
        kind: Option<&'static str>,
        limit: usize,
        stop: &Cancel,
    ) -> Result<Vec<u8>, ServiceError> {
        let left = left(stop);
        let patience = self.patience.min(left);
        // The whole of it: the client's own limit knows nothing of what the caller has left.
        let request = match left {
            Duration::MAX => request,
            left => request.timeout(left.min(self.whole)),
        };
        self.worker.run(stop, async move {
            let response = tokio::time::timeout(patience, request.send())
                .await
                .map_err(|_| ServiceErrorKind::Timeout)?
                .map_err(from_reqwest)?;
            read(response, kind, limit).await
        })
    }
}

impl fmt::Debug for RevocationFetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RevocationFetcher").finish_non_exhaustive()
    }
}

/// An address without TLS.
fn plain(address: &str) -> Result<&str, ServiceError> {
    let scheme = address.get(..7).unwrap_or_default();
    if scheme.eq_ignore_ascii_case("http://") {
        Ok(address)
    } else {
        Err(ServiceErrorKind::Configuration.into())
    }
}

/// The body of a success, if it is of this kind and within the limit.
async fn read(
    mut response: Response,
    kind: Option<&str>,
    limit: usize,
) -> Result<Vec<u8>, ServiceError> {
    if response.status() != StatusCode::OK {
        return Err(ServiceErrorKind::WrongService.into());
    }
    let header = |name| response.headers().get(name)?.to_str().ok();
    let length = header(CONTENT_LENGTH).and_then(|value| value.parse::<usize>().ok());
    let found = header(CONTENT_TYPE).and_then(|value| value.split(';').next());
    if kind.is_some_and(|kind| !found.is_some_and(|found| found.trim().eq_ignore_ascii_case(kind)))
    {
        return Err(malformed("not application/ocsp-response", 0, 0));
    }
    if length.is_some_and(|length| length > limit) {
        return Err(ServiceErrorKind::TooLarge.into());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(from_reqwest)? {
        if body.len() + chunk.len() > limit {
            return Err(ServiceErrorKind::TooLarge.into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
