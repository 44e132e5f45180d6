//! What somebody signed: changed by the input, signed anew by an authority of our own, and judged without any check left out.

mod certificate;
pub(crate) mod harness;
mod possession;
mod revocation;
pub(crate) mod simulation;
mod tree;

use std::sync::OnceLock;

use mynacard_cert::Usage;

use harness::der::{bits, seq};
use harness::forge::{Alg, Authority, Key};
use tree::Node;

pub(crate) use certificate::{judged as certificate, of_known_keys, of_wrong_extensions};
pub(crate) use possession::never_by;
pub(crate) use revocation::{applied, list, ocsp};

/// The authority that issues for one usage.
pub(crate) fn authority(usage: Usage) -> &'static Authority {
    static BOTH: OnceLock<[Authority; 2]> = OnceLock::new();
    let [authentication, signature] = BOTH.get_or_init(|| {
        let changed = |seed, usage| {
            Authority::changed(Key::p256(seed), usage, |root| {
                // The roots of the tests may sign certificates and lists.
                root.ext(harness::forge::KEY_USAGE).value = bits(1, &[0x06]);
            })
        };
        [
            changed(0x11, Usage::Authentication),
            changed(0x22, Usage::Signature),
        ]
    });
    match usage {
        Usage::Authentication => authentication,
        Usage::Signature => signature,
    }
}

/// A signed structure from its signed part and what stands between that and the signature; what was added after that
/// stays after the signature.
fn sign_first(parts: &Node, key: &Key, algorithm: Alg) -> Vec<u8> {
    let mut parts: Vec<Vec<u8>> = parts.parts().iter().map(Node::write).collect();
    let signature = key.sign(algorithm, parts.first().map_or(&[], Vec::as_slice));
    parts.insert(parts.len().min(2), bits(0, &signature));
    seq(&parts)
}
