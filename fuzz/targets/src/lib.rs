//! One function a fuzz target; each takes any bytes and panics when an invariant breaks.
//!
//! The bins of `fuzz/` hand libFuzzer's inputs in; the test `replay` hands in the seeds and thousands of damaged copies
//! of them, on the stable toolchain.

mod answer;
mod audit;
mod card;
mod certificate;
mod check;
mod conduct;
mod desk;
mod deviations;
mod download;
mod errors;
mod files;
mod flows;
mod head;
mod identifiers;
mod insurance;
mod journal;
mod reader;
mod records;
mod relay;
pub mod seeds;
mod service;
mod signed;
mod tries;
mod typed;
mod virtual_card;
mod words;

pub use errors::met;

use std::borrow::Cow;

/// A fuzz target: its name and what it does with an input.
pub type Target = (&'static str, fn(&[u8]));

/// Every fuzz target, by the name of its file in `fuzz/fuzz_targets`.
pub const TARGETS: &[Target] = &[
    ("answer_json", answer::json),
    ("answer_xml", answer::xml),
    ("audit", audit::trail),
    ("c_calls", |data| {
        mynacard_ffi_fuzz::sequence(data);
    }),
    ("card_counters", reader::counters),
    ("card_deviations", deviations::dialogue),
    ("card_dialogue", card::dialogue),
    ("card_files", files::of_a_card),
    ("certificate", |data| {
        certificate::parse_and_judge(data);
    }),
    ("certificate_signed", |data| {
        signed::certificate(data);
    }),
    ("checkup_csv", insurance::csv),
    ("checkup_xlsx", |data| {
        insurance::xlsx(data);
    }),
    ("command", card::command),
    ("cp932", answer::cp932),
    ("date", answer::date),
    ("identifier", identifiers::identifier),
    ("journal", journal::files),
    ("message", insurance::message),
    ("relay", service::relay),
    ("relay_script", |data| {
        relay::script(data);
    }),
    ("response", card::response),
    ("revocation", |data| {
        files::revocation(data);
    }),
    ("revocation_list", |data| {
        signed::list(data);
    }),
    ("revocation_ocsp", |data| {
        signed::ocsp(data);
    }),
    ("sandbox_request", desk::request),
    ("screen", insurance::screen),
    ("service_answer", service::answer),
    ("tlv", card::tlv),
    ("trace", card::trace),
    ("typed", typed::by_somebody),
    ("vault", service::vault),
    ("vault_passcode", |data| {
        service::vault_passcode(data);
    }),
    ("virtual_card", virtual_card::sequence),
    ("vpcd", reader::link),
    ("zip", insurance::zip),
];

/// Runs the target of that name on one input.
///
/// # Panics
/// When there is no such target, or when an invariant breaks.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|(listed, _)| *listed == name);
    let (_, target) = target.expect("each bin names a listed target");
    target(data);
}

/// Whether a target that judges what is signed got a verdict for its input: a harness that nothing passes would prove nothing.
///
/// # Panics
/// As [`run`].
pub fn accepts(name: &str, data: &[u8]) -> bool {
    let judge = match name {
        "certificate" => Some(certificate::parse_and_judge as fn(&[u8]) -> bool),
        "revocation" => Some(files::revocation as _),
        "certificate_signed" => Some(signed::certificate as _),
        "revocation_list" => Some(signed::list as _),
        "revocation_ocsp" => Some(signed::ocsp as _),
        "relay_script" => Some(relay::script as _),
        "checkup_xlsx" => Some(insurance::xlsx as _),
        "vault_passcode" => Some(service::vault_passcode as _),
        _ => None,
    };
    judge.expect("a target that judges")(data)
}

/// A copy cut short, with bytes changed, or with a part doubled.
pub fn damaged(seed: &[u8], round: u32, random: &mut u64) -> Vec<u8> {
    let mut next = |below: usize| {
        *random ^= *random << 13;
        *random ^= *random >> 7;
        *random ^= *random << 17;
        let below = u64::try_from(below.max(1)).expect("a length");
        usize::try_from(*random % below).expect("below a length")
    };
    let mut copy = seed.to_vec();
    match round % 3 {
        0 => copy.truncate(next(seed.len())),
        1 if !copy.is_empty() => {
            for _ in 0..=next(4) {
                let at = next(copy.len());
                let with = u8::try_from(next(256)).expect("an octet");
                if let Some(byte) = copy.get_mut(at) {
                    *byte = with;
                }
            }
        }
        _ => {
            let at = next(seed.len());
            copy.extend_from_slice(seed.get(at..).unwrap_or_default());
        }
    }
    copy
}

/// What an input begins with that says what is repeated, and no file that a target reads: for what is too long for a seed.
pub const GROWN: &[u8] = b"\x01GROWN";

/// The most bytes of such an input, once it has grown.
const MOST_GROWN: usize = 17 << 20;

/// An input as it is; or, where it says how often something is repeated, and in pieces what stands before it, what it is and what stands
/// behind it, all of that.
pub(crate) fn grown(data: &[u8]) -> Cow<'_, [u8]> {
    grown_to(data, MOST_GROWN)
}

/// The same for a reader whose limits are lower: what is longer by much would only take time.
pub(crate) fn grown_to(data: &[u8], most: usize) -> Cow<'_, [u8]> {
    let Some((times, rest)) = data
        .strip_prefix(GROWN)
        .and_then(|rest| rest.split_first_chunk::<4>())
    else {
        return Cow::Borrowed(data);
    };
    let mut parts = pieces(rest);
    let [before, part, behind] = [0; 3].map(|_: u8| parts.next().unwrap_or_default());
    let times = usize::try_from(u32::from_be_bytes(*times)).unwrap_or(usize::MAX);
    let times = times.min(most / part.len().max(1));
    Cow::Owned([before, &part.repeat(times), behind].concat())
}

/// Such an input.
pub(crate) fn growing(times: u32, parts: [&[u8]; 3]) -> Vec<u8> {
    [GROWN, &times.to_be_bytes(), &joined(parts)].concat()
}

/// Cuts inputs into pieces: a big-endian `u16` length, then that many bytes; the last piece may be cut short.
pub(crate) fn pieces(mut data: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (length, rest) = data.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
        let (piece, rest) = rest.split_at(length);
        data = rest;
        Some(piece)
    })
}

/// Puts pieces together as [`pieces`] cuts them.
pub(crate) fn joined<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut all = Vec::new();
    for piece in pieces {
        let length = u16::try_from(piece.len()).expect("seeds hold no piece beyond 65535 bytes");
        all.extend(length.to_be_bytes());
        all.extend(piece);
    }
    all
}
