//! Answers kept for their life, so that a patient who comes twice a day costs one round trip.

use std::collections::VecDeque;
use std::fmt;

use super::request::issuer_hashes;
use super::{
    NoncePolicy, OcspPolicy, OcspRequest, OcspResponse, Question, Revocation, RevocationSource,
    Unknown,
};

/// Kept OCSP responses, the oldest thrown away first. Each is judged anew for every question, so a kept answer cannot outlive
/// its own times.
pub struct OcspCache {
    kept: VecDeque<Kept>,
    capacity: usize,
    /// For answers that come in.
    policy: OcspPolicy,
}

struct Kept {
    issuer_key_hash: [u8; 20],
    serial: Vec<u8>,
    response: OcspResponse,
}

impl OcspCache {
    /// A cache for at most `capacity` answers. The policy's word about nonces counts when an answer comes in; a kept one
    /// cannot repeat a later request's nonce, and lives by its times alone.
    #[must_use]
    pub fn new(capacity: usize, policy: OcspPolicy) -> Self {
        Self {
            kept: VecDeque::new(),
            capacity,
            policy,
        }
    }

    /// Says what a response answers to the request that was sent, and keeps it if that is good or revoked. One that is
    /// fresh by its nonce alone is not kept. Of two about one certificate the later made is kept, of two made at the same instant the
    /// one that says revoked: an older answer that arrives again takes nothing back.
    pub fn insert(
        &mut self,
        question: &Question<'_>,
        request: &OcspRequest,
        response: OcspResponse,
    ) -> Revocation {
        let answer = response.judge(question, Some(request), &self.policy);
        if decided(&answer)
            && decided(&response.judge(question, None, &self.kept_policy()))
            && self.capacity > 0
            && self.replaces_kept(question, &response)
        {
            self.forget(question);
            if self.kept.len() >= self.capacity {
                self.kept.pop_front();
            }
            let (_, issuer_key_hash) = issuer_hashes(question.issuer());
            let serial = question.certificate().serial().to_vec();
            self.kept.push_back(Kept {
                issuer_key_hash,
                serial,
                response,
            });
        }
        answer
    }

    /// How many answers are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether none is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// For answers that were kept: their request is long past.
    fn kept_policy(&self) -> OcspPolicy {
        OcspPolicy {
            nonce: NoncePolicy::IfPresent,
            ..self.policy
        }
    }

    /// Whether a response is to be kept in place of what is kept about the certificate.
    fn replaces_kept(&self, question: &Question<'_>, response: &OcspResponse) -> bool {
        // What no longer decides (its life is over) gives way to everything.
        let kept = self
            .find(question)
            .filter(|kept| decided(&kept.response.judge(question, None, &self.kept_policy())));
        kept.is_none_or(|kept| response.standing(question) >= kept.response.standing(question))
    }

    fn find(&self, question: &Question<'_>) -> Option<&Kept> {
        let (_, issuer_key_hash) = issuer_hashes(question.issuer());
        let serial = question.certificate().serial();
        self.kept
            .iter()
            .find(|kept| kept.issuer_key_hash == issuer_key_hash && kept.serial == serial)
    }

    fn forget(&mut self, question: &Question<'_>) {
        let (_, issuer_key_hash) = issuer_hashes(question.issuer());
        let serial = question.certificate().serial();
        self.kept
            .retain(|kept| kept.issuer_key_hash != issuer_key_hash || kept.serial != serial);
    }
}

/// Shows how many, not whose.
impl fmt::Debug for OcspCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OcspCache")
            .field("kept", &self.kept.len())
            .field("capacity", &self.capacity)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

impl RevocationSource for OcspCache {
    fn ask(&mut self, question: &Question<'_>) -> Revocation {
        let Some(kept) = self.find(question) else {
            return Revocation::Unknown(Unknown::NoAnswer);
        };
        let answer = kept.response.judge(question, None, &self.kept_policy());
        if answer == Revocation::Unknown(Unknown::Stale) {
            self.forget(question);
        }
        answer
    }
}

fn decided(answer: &Revocation) -> bool {
    matches!(answer, Revocation::Good { .. } | Revocation::Revoked { .. })
}
