//! Every parser: what reads bytes from a card, a service, a file or a person, and where it stands.

/// A parser: its name in the table, and its files.
pub(super) struct Parser {
    pub(super) name: &'static str,
    pub(super) files: &'static [&'static str],
}

const fn parser(name: &'static str, files: &'static [&'static str]) -> Parser {
    Parser { name, files }
}

/// In the order of the way from the card to the answer.
pub(super) const PARSERS: &[Parser] = &[
    parser(
        "card: commands, answers, status words",
        &[
            "crates/mynacard-card/src/apdu/command.rs",
            "crates/mynacard-card/src/apdu/response.rs",
            "crates/mynacard-card/src/apdu/status_word.rs",
        ],
    ),
    parser("card: objects (TLV)", &["crates/mynacard-card/src/tlv.rs"]),
    parser(
        "card: reading files, answers in pieces",
        &[
            "crates/mynacard-card/src/read.rs",
            "crates/mynacard-card/src/card/answer.rs",
        ],
    ),
    parser(
        "card: the dialogue, PINs and counters",
        &[
            "crates/mynacard-card/src/card/mod.rs",
            "crates/mynacard-card/src/card/pin.rs",
            "crates/mynacard-card/src/app/jpki/mod.rs",
            "crates/mynacard-card/src/app/jpki/layout.rs",
        ],
    ),
    parser(
        "card: token information",
        &["crates/mynacard-card/src/app/jpki/token.rs"],
    ),
    parser(
        "card: files of the card face, the attributes, the common card",
        &[
            "crates/mynacard-card/src/app/card_face.rs",
            "crates/mynacard-card/src/app/common.rs",
            "crates/mynacard-card/src/app/input_support.rs",
            "crates/mynacard-card/src/app/person.rs",
            "crates/mynacard-card/src/app/record.rs",
        ],
    ),
    parser(
        "card: what staff type (PIN, 照合番号B)",
        &[
            "crates/mynacard-card/src/pin/mod.rs",
            "crates/mynacard-card/src/pin/number_b.rs",
            "crates/mynacard-auth/src/digits.rs",
        ],
    ),
    parser(
        "traces",
        &[
            "crates/mynacard-card/src/trace/mask.rs",
            "crates/mynacard-card/src/trace/names.rs",
            "crates/mynacard-card/src/trace/record.rs",
            "crates/mynacard-card/src/trace/replay.rs",
        ],
    ),
    parser(
        "certificates: DER",
        &[
            "crates/mynacard-cert/src/asn1/mod.rs",
            "crates/mynacard-cert/src/asn1/oid.rs",
            "crates/mynacard-cert/src/asn1/reader.rs",
            "crates/mynacard-cert/src/asn1/time.rs",
            "crates/mynacard-cert/src/asn1/value.rs",
        ],
    ),
    parser(
        "certificates: form, extensions, names, holder",
        &[
            "crates/mynacard-cert/src/algorithm.rs",
            "crates/mynacard-cert/src/certificate.rs",
            "crates/mynacard-cert/src/description.rs",
            "crates/mynacard-cert/src/extension.rs",
            "crates/mynacard-cert/src/holder.rs",
            "crates/mynacard-cert/src/name.rs",
            "crates/mynacard-cert/src/person.rs",
            "crates/mynacard-cert/src/time.rs",
        ],
    ),
    parser(
        "certificates: keys, verdict, possession",
        &[
            "crates/mynacard-cert/src/key.rs",
            "crates/mynacard-cert/src/pkcs1.rs",
            "crates/mynacard-cert/src/possession.rs",
            "crates/mynacard-cert/src/verify.rs",
            "crates/mynacard-cert/src/verdict.rs",
        ],
    ),
    parser(
        "certificates: revocation list",
        &[
            "crates/mynacard-cert/src/revocation/extensions.rs",
            "crates/mynacard-cert/src/revocation/list.rs",
            "crates/mynacard-cert/src/revocation/stream.rs",
        ],
    ),
    parser(
        "certificates: OCSP",
        &[
            "crates/mynacard-cert/src/revocation/ocsp.rs",
            "crates/mynacard-cert/src/revocation/ocsp_form.rs",
            "crates/mynacard-cert/src/revocation/request.rs",
        ],
    ),
    parser(
        "certificates: card-verifiable certificates and signed records",
        &[
            "crates/mynacard-cert/src/record/attributes.rs",
            "crates/mynacard-cert/src/record/authority.rs",
            "crates/mynacard-cert/src/record/face.rs",
            "crates/mynacard-cert/src/record/key.rs",
            "crates/mynacard-cert/src/record/tlv.rs",
        ],
    ),
    parser(
        "answers: XML",
        &[
            "crates/mynacard-eligibility/src/xml/input.rs",
            "crates/mynacard-eligibility/src/xml/mod.rs",
            "crates/mynacard-eligibility/src/xml/pull.rs",
            "crates/mynacard-eligibility/src/xml/read.rs",
        ],
    ),
    parser(
        "answers: bulk, person by person",
        &["crates/mynacard-eligibility/src/xml/bulk.rs"],
    ),
    parser(
        "answers: JSON",
        &["crates/mynacard-eligibility/src/json.rs"],
    ),
    parser(
        "answers: the app's screen as text",
        &["crates/mynacard-eligibility/src/shape/screen.rs"],
    ),
    parser(
        "answers: fields, sections, codes",
        &[
            "crates/mynacard-eligibility/src/answer.rs",
            "crates/mynacard-eligibility/src/code.rs",
            "crates/mynacard-eligibility/src/field.rs",
            "crates/mynacard-eligibility/src/record.rs",
            "crates/mynacard-eligibility/src/section.rs",
            "crates/mynacard-eligibility/src/situation.rs",
        ],
    ),
    parser(
        "answers: encodings (CP932)",
        &[
            "crates/mynacard-eligibility/src/encoding/cp932.rs",
            "crates/mynacard-eligibility/src/encoding/mod.rs",
        ],
    ),
    parser("dates", &["crates/mynacard-eligibility/src/date.rs"]),
    parser(
        "identifiers",
        &[
            "crates/mynacard-eligibility/src/fold.rs",
            "crates/mynacard-eligibility/src/identifier/digits.rs",
            "crates/mynacard-eligibility/src/identifier/institution.rs",
            "crates/mynacard-eligibility/src/identifier/insured.rs",
            "crates/mynacard-eligibility/src/identifier/insurer.rs",
            "crates/mynacard-eligibility/src/identifier/mod.rs",
            "crates/mynacard-eligibility/src/identifier/other.rs",
            "crates/mynacard-eligibility/src/identifier/validate.rs",
        ],
    ),
    parser(
        "names of files",
        &[
            "crates/mynacard-eligibility/src/message/face.rs",
            "crates/mynacard-eligibility/src/message/kind.rs",
        ],
    ),
    parser(
        "checkup lists: CSV and workbooks",
        &[
            "crates/mynacard-checkup/src/institutions.rs",
            "crates/mynacard-checkup/src/insurers.rs",
            "crates/mynacard-checkup/src/table.rs",
            "crates/mynacard-checkup/src/xlsx.rs",
        ],
    ),
    parser(
        "folder exchange: answer files, ZIP",
        &[
            "crates/mynacard-client/src/folder/archive.rs",
            "crates/mynacard-client/src/folder/response.rs",
        ],
    ),
    parser(
        "folder exchange: its journal, its lists of files, what lies in the folders",
        &[
            "crates/mynacard-client/src/folder/exchange.rs",
            "crates/mynacard-client/src/folder/face.rs",
            "crates/mynacard-client/src/folder/journal.rs",
            "crates/mynacard-client/src/folder/seen.rs",
            "crates/mynacard-client/src/folder/unread.rs",
        ],
    ),
    parser(
        "service: answers, their heads and lines, relay",
        &[
            "crates/mynacard-client/src/https/head.rs",
            "crates/mynacard-client/src/https/home.rs",
            "crates/mynacard-client/src/https/lines.rs",
            "crates/mynacard-client/src/https/relay.rs",
            "crates/mynacard-client/src/https/service.rs",
            "crates/mynacard-client/src/https/wire.rs",
            "crates/mynacard-auth/src/pinless/guard.rs",
            "crates/mynacard-auth/src/pinless/mod.rs",
        ],
    ),
    parser(
        "service: calls, patience with it",
        &[
            "crates/mynacard-client/src/https/breaker.rs",
            "crates/mynacard-client/src/https/call.rs",
        ],
    ),
    parser(
        "consents: what a program or a service says of them",
        &[
            "crates/mynacard-auth/src/home/bulk.rs",
            "crates/mynacard-auth/src/home/care.rs",
            "crates/mynacard-auth/src/home/consent.rs",
            "crates/mynacard-auth/src/home/desk.rs",
            "crates/mynacard-auth/src/home/kinds.rs",
            "crates/mynacard-auth/src/home/period.rs",
            "crates/mynacard-auth/src/home/requery.rs",
        ],
    ),
    parser(
        "terminal: its record, its registration",
        &[
            "crates/mynacard-auth/src/terminal.rs",
            "crates/mynacard-auth/src/terminal/activation.rs",
        ],
    ),
    parser(
        "vault",
        &[
            "crates/mynacard-auth/src/vault/attempts.rs",
            "crates/mynacard-auth/src/vault/file.rs",
            "crates/mynacard-auth/src/vault/format.rs",
            "crates/mynacard-auth/src/vault/record.rs",
        ],
    ),
    parser(
        "audit trail",
        &[
            "crates/mynacard-auth/src/audit/chain.rs",
            "crates/mynacard-auth/src/audit/closed.rs",
            "crates/mynacard-auth/src/audit/files.rs",
            "crates/mynacard-auth/src/audit/head.rs",
            "crates/mynacard-auth/src/audit/verify.rs",
        ],
    ),
    parser(
        "C: arguments, handles, tables of functions",
        &[
            "ffi/src/buffer.rs",
            "ffi/src/cancel.rs",
            "ffi/src/carrier.rs",
            "ffi/src/handle.rs",
            "ffi/src/input.rs",
            "ffi/src/owner.rs",
            "ffi/src/pin.rs",
            "ffi/src/service.rs",
            "ffi/src/transport.rs",
        ],
    ),
    parser(
        "C: JSON and PEM of the calling program",
        &[
            "ffi/src/ask.rs",
            "ffi/src/authorities.rs",
            "ffi/src/certificate.rs",
            "ffi/src/checkup.rs",
            "ffi/src/exchange.rs",
            "ffi/src/home.rs",
            "ffi/src/json.rs",
            "ffi/src/matching.rs",
            "ffi/src/pem.rs",
            "ffi/src/request.rs",
        ],
    ),
    parser(
        "virtual card and virtual reader",
        &[
            "crates/mynacard-sim/src/card/chip.rs",
            "crates/mynacard-sim/src/card/chip/read.rs",
            "crates/mynacard-sim/src/card/chip/reference.rs",
            "crates/mynacard-sim/src/card/chip/sign.rs",
            "crates/mynacard-sim/src/card/command.rs",
            "crates/mynacard-sim/src/card/counter.rs",
            "crates/mynacard-sim/src/vpcd.rs",
        ],
    ),
    parser(
        "sandbox: requests",
        &[
            "crates/mynacard-sandbox/src/check/confirm.rs",
            "crates/mynacard-sandbox/src/check/proof.rs",
            "crates/mynacard-sandbox/src/check/request.rs",
            "crates/mynacard-sandbox/src/http/fields.rs",
            "crates/mynacard-sandbox/src/csr.rs",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::without::WITHOUT;
    use super::*;
    use crate::workspace;

    #[test]
    fn every_file_is_there_and_stands_once() {
        let mut seen = BTreeSet::new();
        for file in PARSERS.iter().flat_map(|parser| parser.files) {
            assert!(workspace::root().join(file).is_file(), "no {file}");
            assert!(seen.insert(*file), "{file} stands twice");
        }
    }

    /// A parser that nobody named would have no coverage to miss.
    #[test]
    fn every_file_of_the_reading_crates_is_named() {
        let named: BTreeSet<&str> = PARSERS
            .iter()
            .flat_map(|parser| parser.files)
            .copied()
            .collect();
        let files = workspace::files().unwrap();
        for (folder, without) in WITHOUT {
            let mut count = 0;
            for file in files
                .iter()
                .filter_map(|file| file.to_str())
                .filter(|file| file.ends_with(".rs"))
            {
                let Some(inside) = file.strip_prefix(&format!("{folder}/")) else {
                    continue;
                };
                if inside.split(['/', '.']).any(|part| part == "tests") {
                    continue;
                }
                count += 1;
                let (parses, does_not) = (named.contains(file), without.contains(&inside));
                assert!(parses != does_not, "{file} is in both lists or in none");
            }
            assert!(count > without.len(), "{folder}: {count}");
        }
    }
}
