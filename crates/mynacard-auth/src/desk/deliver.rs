//! From a certificate to a message, and from the card's signature to a proof that is verified here first.

use std::time::{Duration, Instant, SystemTime};

use super::Desk;
use super::card::{Prepared, Signed};
use super::judge::Judged;
use super::tap::Tap;
use super::undelivered::{Parts, Undelivered};
use crate::proof::ProofParts;
use crate::request::random_bytes;
use crate::{
    Challenge, CheckContext, Error, ErrorKind, Evidence, Message, OperatorConfirmation, Proof,
    Request, TapId,
};

/// What the check knows of its card part, beside the signature.
pub(super) struct CardPart {
    pub(super) evidence: Evidence,
    pub(super) time: Duration,
    pub(super) now: SystemTime,
}

/// Verdict, request and message for one certificate.
pub(super) struct Draft {
    pub(super) tap: TapId,
    pub(super) judged: Judged,
    pub(super) request: Request,
    pub(super) message: Message,
}

impl Prepared for Draft {
    fn message(&self) -> &Message {
        &self.message
    }
}

impl Desk {
    /// From the card's signature to a proof: verified under the card's own certificate before anything is sent.
    pub(super) fn prove(
        &self,
        signed: Signed<Draft>,
        challenge: Challenge,
        card: CardPart,
    ) -> Result<Undelivered, Error> {
        let Signed {
            prepared: draft,
            signature,
            grant,
            tries,
            exchanges,
        } = signed;
        draft
            .judged
            .certificate
            .verify_possession(draft.message.as_bytes(), &signature)
            .map_err(|error| {
                Error::from(ErrorKind::SignatureMismatch)
                    .with_tries(tries)
                    .with_source(error)
            })?;
        let proof = Proof::new(ProofParts {
            request: draft.request,
            message: draft.message,
            certificate: draft.judged.certificate.as_der().to_vec(),
            signature,
            grant,
            idempotency_key: random_bytes().map_err(|error| error.with_tries(tries))?,
        });
        Ok(Undelivered::new(Parts {
            desk: self.clone(),
            challenge,
            proof,
            tap: draft.tap,
            warnings: draft.judged.warnings,
            evidence: card.evidence,
            tries,
            exchanges,
            card_time: card.time,
            checked_at: card.now,
            signed_at: Instant::now(),
            sent: false,
        }))
    }

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
        let message = self.served(|service| service.message(challenge, &request, der))?;
        Ok(Draft {
            tap,
            judged,
            request,
            message,
        })
    }
}
