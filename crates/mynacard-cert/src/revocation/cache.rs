//! Answers kept for their life, so that a patient who comes twice a day costs one round trip.

use std::collections::VecDeque;

use super::request::issuer_hashes;
use super::{
    NoncePolicy, OcspPolicy, OcspResponse, Question, Revocation, RevocationSource, Unknown,
};

/// Kept OCSP responses, the oldest thrown away first. Each is judged anew for every question, so a kept answer cannot outlive
/// its own times.
#[derive(Debug)]
pub struct OcspCache {
    kept: VecDeque<Kept>,
    capacity: usize,
    policy: OcspPolicy,
}

#[derive(Debug)]
struct Kept {
    issuer_key_hash: [u8; 20],
    serial: Vec<u8>,
    response: OcspResponse,
}

impl OcspCache {
    /// A cache for at most `capacity` answers. A kept answer cannot repeat a new nonce, so the policy's word about nonces
    /// does not apply here.
    #[must_use]
    pub fn new(capacity: usize, policy: OcspPolicy) -> Self {
        let policy = OcspPolicy {
            nonce: NoncePolicy::IfPresent,
            ..policy
        };
        Self {
            kept: VecDeque::new(),
            capacity,
            policy,
        }
    }

    /// Keeps a response if it answers the question with good or revoked; says what it answers.
    pub fn insert(&mut self, question: &Question<'_>, response: OcspResponse) -> Revocation {
        let answer = response.judge(question, None, &self.policy);
        if matches!(answer, Revocation::Good { .. } | Revocation::Revoked { .. })
            && self.capacity > 0
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

    fn forget(&mut self, question: &Question<'_>) {
        let (_, issuer_key_hash) = issuer_hashes(question.issuer());
        let serial = question.certificate().serial();
        self.kept
            .retain(|kept| kept.issuer_key_hash != issuer_key_hash || kept.serial != serial);
    }
}

impl RevocationSource for OcspCache {
    fn ask(&mut self, question: &Question<'_>) -> Revocation {
        let (_, issuer_key_hash) = issuer_hashes(question.issuer());
        let serial = question.certificate().serial();
        let kept = self
            .kept
            .iter()
            .find(|kept| kept.issuer_key_hash == issuer_key_hash && kept.serial == serial);
        let Some(kept) = kept else {
            return Revocation::Unknown(Unknown::NoAnswer);
        };
        let answer = kept.response.judge(question, None, &self.policy);
        if answer == Revocation::Unknown(Unknown::Stale) {
            self.forget(question);
        }
        answer
    }
}
