//! From a connection's request to a handler and back, with every bound in one place.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Extension, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use serde_json::Value;

use super::{Call, Content, Entry, ROUTES, Refusal, Reply};
use crate::listener::Peer;
use crate::service::Service;
use crate::{Code, Condition, Fault};

/// No request of the protocol comes near it.
const LONGEST_BODY: usize = 64 * 1024;

/// The router over every entry of the table.
pub(crate) fn router(service: &Arc<Service>) -> Router {
    let mut router = Router::new();
    for entry in ROUTES {
        let service = Arc::clone(service);
        let filter = match entry.route.method {
            "GET" => MethodFilter::GET,
            _ => MethodFilter::POST,
        };
        let handler = move |Extension(peer): Extension<Peer>, request: Request| async move {
            answer(&service, entry, peer, request).await
        };
        // A path with two methods is two entries: axum merges them.
        router = router.route(entry.route.path, on(filter, handler));
    }
    router
        .fallback(|| async {
            respond(Err(
                Refusal::malformed("path", "no such call").status_instead(404)
            ))
        })
        .method_not_allowed_fallback(|| async {
            respond(Err(
                Refusal::malformed("method", "not for this call").status_instead(405)
            ))
        })
}

async fn answer(
    service: &Service,
    entry: &'static Entry,
    peer: Peer,
    request: Request,
) -> Response {
    service.count_request();
    let (parts, body) = request.into_parts();
    let outcome = match read(body, &parts.headers, service.limits.patience).await {
        Ok(body) => {
            if service.fault() == Some(Fault::Twice) {
                // The first delivery's answer is lost.
                let _ = handle(service, entry, peer, &parts.headers, &body);
            }
            handle(service, entry, peer, &parts.headers, &body)
        }
        Err(refusal) => Err(refusal),
    };
    let outcome = match service.fault() {
        Some(Fault::BrokenMessage) => outcome.map(halve_message),
        _ => outcome,
    };
    spoil(service.fault(), respond(outcome)).await
}

/// Cuts the insurance message of a confirmation in the middle; what the stand-in keeps of it stays whole.
fn halve_message(mut reply: Reply) -> Reply {
    if let Content::Document(document) = &mut reply.content
        && let Some(Value::String(message)) = document.get_mut("answer")
    {
        let half = message.chars().count() / 2;
        *message = message.chars().take(half).collect();
    }
    reply
}

async fn spoil(fault: Option<Fault>, mut response: Response) -> Response {
    let page = HeaderValue::from_static("text/html");
    match fault {
        Some(Fault::Latency(time)) => tokio::time::sleep(time).await,
        Some(Fault::ServerError) => {
            response = Response::new(Body::from("<html><h1>502 Bad Gateway</h1></html>"));
            *response.status_mut() = StatusCode::BAD_GATEWAY;
            response.headers_mut().insert(header::CONTENT_TYPE, page);
        }
        Some(Fault::WrongContentType) => {
            response.headers_mut().insert(header::CONTENT_TYPE, page);
        }
        Some(Fault::Garbage) => *response.body_mut() = Body::from(vec![0xFF, 0x00, b'{', 0xFE]),
        // The line's own, or none.
        Some(
            Fault::CutAfter(_)
            | Fault::EndAfter(_)
            | Fault::Trickle { .. }
            | Fault::Twice
            | Fault::BrokenMessage,
        )
        | None => {}
    }
    response
}

/// A request that came without a line.
pub(crate) fn carried(
    service: &Service,
    entry: &Entry,
    peer: Peer,
    headers: &HeaderMap,
    body: &[u8],
) -> (u16, Content) {
    let outcome = match body.len() {
        0..=LONGEST_BODY => handle(service, entry, peer, headers, body),
        _ => Err(Refusal::malformed("body", "too long or cut off")),
    };
    match outcome {
        Ok(reply) => (reply.status, reply.content),
        Err(refusal) => (refusal.status(), Content::Document(refusal.body())),
    }
}

fn handle(
    service: &Service,
    entry: &Entry,
    peer: Peer,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Reply, Refusal> {
    if entry.route.path != "/v1/info" {
        match service.condition() {
            Condition::Maintenance { retry_after } => {
                return Err(Refusal::new(Code::Maintenance).retry_after(retry_after));
            }
            Condition::Timeout => return Err(Code::Timeout.into()),
            Condition::TooMany { retry_after } => {
                return Err(Refusal::new(Code::TooMany).retry_after(retry_after));
            }
            Condition::Normal | Condition::RevocationUnknown => {}
        }
    }
    if entry.route.mutual && peer.certificate_sha256.is_none() {
        return Err(Code::UnknownTerminal.into());
    }
    (entry.handler)(&Call {
        service,
        now: service.now(),
        peer: peer.certificate_sha256,
        headers,
        body,
    })
}

async fn read(body: Body, headers: &HeaderMap, patience: Duration) -> Result<Vec<u8>, Refusal> {
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<u64>().ok());
    if announced.is_some_and(|length| length > LONGEST_BODY as u64) {
        return Err(Refusal::malformed("body", "too long"));
    }
    match tokio::time::timeout(patience, to_bytes(body, LONGEST_BODY)).await {
        Ok(Ok(bytes)) => Ok(bytes.to_vec()),
        Ok(Err(_)) => Err(Refusal::malformed("body", "too long or cut off")),
        Err(_) => Err(Code::Timeout.into()),
    }
}

fn respond(outcome: Result<Reply, Refusal>) -> Response {
    let (status, retry_after, content) = match outcome {
        Ok(reply) => (reply.status, None, reply.content),
        Err(refusal) => (
            refusal.status(),
            refusal.seconds(),
            Content::Document(refusal.body()),
        ),
    };
    let (kind, body) = match content {
        Content::Document(mut document) => {
            if let Some(members) = document.as_object_mut() {
                members.insert("sandbox".to_owned(), Value::Bool(true));
            }
            ("application/json", Body::from(document.to_string()))
        }
        Content::Lines(lines) => ("application/x-ndjson", Body::new(lines)),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        "x-mynacard-sandbox",
        HeaderValue::from_static("not-the-official-system"),
    );
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
