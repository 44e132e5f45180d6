//! The service traits over HTTPS.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use mynacard_auth::service::{
    Activated, ActivationService, CertificateStatus, Confirmed, Echo, EligibilityService, Outcome,
    ServiceError, ServiceErrorKind, TerminalService, VisualCheck,
};
use mynacard_auth::{
    Activation, Cancel, Challenge, ChallengeParts, CheckContext, CheckMessage, Message, Proof,
    Request, Terminal, TermsAccepted,
};
use mynacard_eligibility::Answer;
use sha2::{Digest, Sha256};

use super::call::{Caller, Effect};
use super::carrier::Carrier;
use super::endpoint::Endpoint;
use super::failure::malformed;
use super::relay::HttpsRelay;
use super::{tls, wire};

/// A service over HTTPS; clones share its connection.
#[derive(Clone)]
pub struct HttpsService {
    caller: Arc<Caller>,
    terminal: Option<Arc<TerminalIdentity>>,
}

/// What a service says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceInfo {
    /// Which service.
    pub service: String,
    /// Which environment.
    pub environment: String,
    /// The protocol's version.
    pub protocol: u32,
    /// Its clock.
    pub time: SystemTime,
}

pub(super) struct TerminalIdentity {
    key_sha256: [u8; 32],
    facility: String,
}

impl HttpsService {
    /// A client for `endpoint`; activation needs no terminal, everything else does. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`ServiceErrorKind::Configuration`] when address, roots or the terminal's key cannot be used.
    pub fn new(endpoint: &Endpoint, terminal: Option<&Terminal>) -> Result<Self, ServiceError> {
        let caller = Caller::new(endpoint, tls::config(endpoint, terminal)?)?;
        Self::with(caller, terminal)
    }

    /// The same over the calling program's own connection: of `endpoint` only the service's names and the patience count. The program
    /// vouches for who is at the other end, and for the terminal there.
    ///
    /// # Errors
    ///
    /// [`ServiceErrorKind::Configuration`] when the terminal's key cannot be used.
    pub fn carried(
        endpoint: &Endpoint,
        terminal: Option<&Terminal>,
        carrier: Arc<dyn Carrier>,
    ) -> Result<Self, ServiceError> {
        Self::with(Caller::carried(endpoint, carrier), terminal)
    }

    fn with(caller: Caller, terminal: Option<&Terminal>) -> Result<Self, ServiceError> {
        let identity = terminal.map(|terminal| {
            let key_sha256 = terminal.key().public_key_sha256().map_err(|error| {
                ServiceError::new(ServiceErrorKind::Configuration).with_source(error)
            })?;
            let facility = terminal.institution().code.clone();
            Ok::<_, ServiceError>(Arc::new(TerminalIdentity {
                key_sha256,
                facility,
            }))
        });
        Ok(Self {
            caller: Arc::new(caller),
            terminal: identity.transpose()?,
        })
    }

    /// Asks the service what it is; for a diagnosis.
    ///
    /// # Errors
    ///
    /// What stands between us and it, or [`ServiceErrorKind::WrongService`].
    pub fn info(&self, stop: &Cancel) -> Result<ServiceInfo, ServiceError> {
        let info: wire::Info = self.caller.get("/v1/info", stop)?;
        informed(self.caller.endpoint(), info)
    }

    /// The relay of the visual check (目視確認), over the same connection.
    #[must_use]
    pub fn relay(&self) -> HttpsRelay {
        HttpsRelay::new(Arc::clone(&self.caller))
    }

    pub(super) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// What speaks for the terminal; a call that needs one and has none is refused before it is sent.
    pub(super) fn identity(&self) -> Result<&TerminalIdentity, ServiceError> {
        self.terminal
            .as_deref()
            .ok_or_else(|| ServiceErrorKind::NoTerminal.into())
    }
}

impl EligibilityService for HttpsService {
    fn challenge(
        &mut self,
        ask: &CheckContext,
        now: SystemTime,
        stop: &Cancel,
    ) -> Result<Challenge, ServiceError> {
        self.identity()?;
        let body = wire::ChallengeAsk {
            operation: "check",
            method: ask.method().as_str(),
            purpose: ask.purpose().as_str(),
        };
        let answer: wire::Challenge =
            self.caller
                .post("/v1/challenge", &body, Effect::Passing, stop)?;
        challenged(self.caller.endpoint(), *ask, answer, now)
    }

    fn message(
        &self,
        challenge: &Challenge,
        request: &Request,
        certificate: &[u8],
    ) -> Result<Message, ServiceError> {
        let identity = self.identity()?;
        let endpoint = self.caller.endpoint();
        let body = wire::request_bytes(request).map_err(|_| ServiceErrorKind::Configuration)?;
        let message = CheckMessage {
            service: &endpoint.service,
            environment: &endpoint.environment,
            operation: "check",
            method: request.context().method().as_str(),
            nonce: challenge.nonce(),
            terminal_key_sha256: &identity.key_sha256,
            facility: &identity.facility,
            purpose: request.context().purpose().as_str(),
            date: challenge.date(),
            request_sha256: &Sha256::digest(body).into(),
            certificate_sha256: &Sha256::digest(certificate).into(),
        };
        message
            .encode()
            .map_err(|_| ServiceErrorKind::Configuration.into())
    }

    fn share(&self) -> Option<Box<dyn EligibilityService>> {
        Some(Box::new(self.clone()))
    }

    fn confirm(
        &mut self,
        challenge: &Challenge,
        proof: &Proof,
        stop: &Cancel,
    ) -> Result<Confirmed, ServiceError> {
        let request =
            wire::request_bytes(proof.request()).map_err(|_| ServiceErrorKind::Configuration)?;
        let body = wire::ConfirmAsk {
            challenge_id: challenge.id(),
            request: wire::base64(&request),
            certificate: wire::base64(proof.certificate()),
            algorithm: "RSA-PKCS1-SHA256",
            signature: wire::base64(proof.signature()),
            grant: proof.grant().map(|grant| wire::hex(grant.as_bytes())),
            format: "xml",
        };
        let key = wire::hex(proof.idempotency_key());
        let answer: wire::Confirmed =
            self.caller
                .post("/v1/confirm", &body, Effect::InHand(&key), stop)?;
        understand(answer)
    }
}

pub(super) fn understand(answer: wire::Confirmed) -> Result<Confirmed, ServiceError> {
    let status = match answer.code.as_str() {
        "REF-0101" => CertificateStatus::EndsSoon,
        "REF-0102" => CertificateStatus::Ended,
        "REF-0000" | "REF-3001" => CertificateStatus::Good,
        _ => return Err(malformed("code", 0, 0)),
    };
    let outcome = match (answer.code.as_str(), answer.answer) {
        ("REF-3001", None) => Outcome::NotRegistered,
        ("REF-3001", Some(_)) | (_, None) => return Err(malformed("answer", 0, 0)),
        (_, Some(text)) => {
            let answer = Answer::read_xml(text.as_bytes()).map_err(|error| {
                ServiceError::new(ServiceErrorKind::UnreadableMessage).with_source(error)
            })?;
            Outcome::Answered(Box::new(answer))
        }
    };
    if answer.check_id.is_empty() || answer.check_id.len() > 128 {
        return Err(malformed("check_id", 0, 0));
    }
    Ok(Confirmed {
        outcome,
        certificate_status: status,
        check_id: answer.check_id,
        echo: Echo {
            nonce: wire::from_base64(&answer.nonce, "nonce")?,
            request_id: wire::from_hex(&answer.request_id, "request_id")?,
            certificate_sha256: wire::from_hex(&answer.certificate_sha256, "certificate_sha256")?,
        },
        processed_at: wire::from_unix(answer.processed_at, "processed_at")?,
    })
}

impl ActivationService for HttpsService {
    fn activate(
        &mut self,
        activation: &Activation,
        stop: &Cancel,
    ) -> Result<Activated, ServiceError> {
        let settings = activation.settings();
        let TermsAccepted = activation.terms();
        let body = wire::ActivateAsk {
            institution_code: settings.institution_code(),
            id: settings.id(),
            activation_code: settings.activation_code(),
            csr: wire::base64(activation.certificate_request()),
            terms_accepted: true,
        };
        let key = wire::hex(activation.idempotency_key());
        let answer: wire::Activated =
            self.caller
                .post("/v1/activate", &body, Effect::InHand(&key), stop)?;
        certified(answer)
    }
}

impl TerminalService for HttpsService {
    fn renew(&mut self, csr: &[u8], stop: &Cancel) -> Result<Activated, ServiceError> {
        self.identity()?;
        let body = wire::RenewAsk {
            csr: wire::base64(csr),
        };
        let answer: wire::Activated =
            self.caller
                .post("/v1/terminal/renew", &body, Effect::Lasting, stop)?;
        certified(answer)
    }

    fn remove(&mut self, stop: &Cancel) -> Result<(), ServiceError> {
        self.identity()?;
        let answer: wire::Removed = self.caller.post(
            "/v1/terminal/remove",
            &wire::Nothing {},
            Effect::Lasting,
            stop,
        )?;
        removed(&answer)
    }
}

fn expect_identity(
    endpoint: &Endpoint,
    service: &str,
    environment: &str,
) -> Result<(), ServiceError> {
    if service == endpoint.service && environment == endpoint.environment {
        Ok(())
    } else {
        Err(ServiceErrorKind::WrongService.into())
    }
}

pub(super) fn informed(endpoint: &Endpoint, info: wire::Info) -> Result<ServiceInfo, ServiceError> {
    expect_identity(endpoint, &info.service, &info.environment)?;
    Ok(ServiceInfo {
        time: wire::from_unix(info.time, "time")?,
        service: info.service,
        environment: info.environment,
        protocol: info.protocol,
    })
}

pub(super) fn challenged(
    endpoint: &Endpoint,
    ask: CheckContext,
    answer: wire::Challenge,
    now: SystemTime,
) -> Result<Challenge, ServiceError> {
    expect_identity(endpoint, &answer.service, &answer.environment)?;
    let life = answer
        .expires_at
        .checked_sub(answer.issued_at)
        .ok_or(malformed("expires_at", 0, 0))?;
    let parts = ChallengeParts {
        id: answer.challenge_id,
        nonce: wire::from_base64(&answer.nonce, "nonce")?,
        service: answer.service,
        environment: answer.environment,
        date: answer.date,
        life: Duration::from_secs(life),
        asked_at: now,
        service_time: Some(wire::from_unix(answer.issued_at, "issued_at")?),
    };
    Challenge::new(ask, parts).map_err(|what| malformed(what, 0, 0))
}

pub(super) fn removed(answer: &wire::Removed) -> Result<(), ServiceError> {
    match answer.removed {
        true => Ok(()),
        false => Err(malformed("removed", 0, 0)),
    }
}

pub(super) fn certified(answer: wire::Activated) -> Result<Activated, ServiceError> {
    let chain = answer
        .chain
        .iter()
        .map(|der| wire::from_base64(der, "chain"))
        .collect::<Result<_, _>>()?;
    Ok(Activated {
        terminal: answer.terminal,
        certificate: wire::from_base64(&answer.certificate, "certificate")?,
        chain,
        institution: answer.institution,
        visual_check: if answer.visual_check_allowed {
            VisualCheck::Allowed
        } else {
            VisualCheck::NotAllowed
        },
        not_after: wire::from_unix(answer.not_after, "not_after")?,
    })
}

impl fmt::Debug for HttpsService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpsService")
            .field("endpoint", self.caller.endpoint())
            .finish_non_exhaustive()
    }
}
