//! From a card's signature to an answer: verified here first, delivered once, its echoes compared.

use std::time::{Duration, Instant, SystemTime};

use super::Desk;
use super::answer::Step;
use super::card::{Prepared, Signed};
use super::judge::Judged;
use super::ready::Ready;
use super::tap::Tap;
use crate::proof::ProofParts;
use crate::request::random_bytes;
use crate::service::Confirmed;
use crate::{
    Cancel, Challenge, CheckContext, Error, ErrorKind, Message, OperatorConfirmation, Proof,
    Request, TapId,
};

/// Verdict, request and message for one certificate.
pub(super) struct Draft {
    pub(super) tap: TapId,
    pub(super) judged: Judged,
    pub(super) request: Request,
    pub(super) message: Message,
}

/// A proof that was answered.
pub(super) struct Delivered {
    pub(super) draft: Draft,
    pub(super) confirmed: Confirmed,
    pub(super) exchanges: u32,
}

impl Prepared for Draft {
    fn message(&self) -> &Message {
        &self.message
    }
}

impl Ready {
    /// The way from a signature to an answer: verified here first, sent once, echoes compared.
    pub(super) fn deliver(
        &mut self,
        signed: Signed<Draft>,
        challenge: &Challenge,
        stop: &Cancel,
    ) -> Result<(Delivered, Duration), Error> {
        let Signed {
            prepared: draft,
            signature,
            grant,
            exchanges,
            ..
        } = signed;
        draft
            .judged
            .certificate
            .verify_possession(draft.message.as_bytes(), &signature)
            .map_err(|error| Error::from(ErrorKind::SignatureMismatch).with_source(error))?;
        let proof = Proof::new(ProofParts {
            request: draft.request.clone(),
            message: draft.message.clone(),
            certificate: draft.judged.certificate.as_der().to_vec(),
            signature,
            grant,
            idempotency_key: random_bytes()?,
        });
        if stop.is_cancelled() {
            return Err(ErrorKind::Cancelled.into());
        }
        self.step(Step::AskingService);
        let asked = Instant::now();
        let confirmed = self.desk().service().confirm(challenge, &proof, stop)?;
        let service_time = asked.elapsed();
        let echo = &confirmed.echo;
        for (field, same) in [
            ("nonce", echo.nonce == challenge.nonce()),
            ("request number", echo.request_id == draft.request.id()),
            (
                "certificate hash",
                echo.certificate_sha256 == proof.certificate_sha256(),
            ),
        ] {
            if !same {
                return Err(ErrorKind::EchoMismatch { field }.into());
            }
        }
        Ok((
            Delivered {
                draft,
                confirmed,
                exchanges,
            },
            service_time,
        ))
    }
}

impl Desk {
    /// Verdict and message for the certificate just read.
    pub(super) fn draft(
        &self,
        context: CheckContext,
        tap: Option<&Tap>,
        operator: Option<OperatorConfirmation>,
        challenge: &Challenge,
        der: &[u8],
        now: SystemTime,
    ) -> Result<Draft, Error> {
        let judged = self.settings().judge(der, now)?;
        if tap.is_some_and(|tap| tap.certificate_sha256 != judged.certificate.sha256()) {
            return Err(ErrorKind::CardChanged.into());
        }
        let tap = tap.map_or_else(TapId::random, |tap| Ok(tap.id()))?;
        let request = Request::new(context, operator)?;
        let message = self.message(challenge, &request, der)?;
        Ok(Draft {
            tap,
            judged,
            request,
            message,
        })
    }
}
