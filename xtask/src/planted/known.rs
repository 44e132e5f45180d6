//! Bugs that libraries of this field are known to have had, or are warned of, each with the one that was planted for it.

use std::fmt::Write as _;

use super::Bug;

/// A known bug: what it is called, and the crate, the file and words of the planted one.
struct Known(&'static str, &'static str, &'static str, &'static str);

/// In the order of a check: card, certificate, service, files, callers.
const KNOWN: &[Known] = &[
    Known(
        "VERIFY is sent twice for one entry",
        "mynacard-card",
        "card/pin.rs",
        "let _ = self.attempt(&command); let answer",
    ),
    Known(
        "a command is sent again after the reader was opened anew",
        "mynacard-pcsc",
        "card.rs",
        "let again = self.take()?.transmit",
    ),
    Known(
        "a command is sent again because the buffer for its answer was too small",
        "mynacard-apdu",
        "lib.rs",
        "answer.0) { Ok(length) =>",
    ),
    Known(
        "the last try is spent without being asked for",
        "mynacard-card",
        "card/pin.rs",
        "Tries::Left(1) if refuse_at_one",
    ),
    Known(
        "a blocked PIN that is spelt 63C0 is taken for a wrong one",
        "mynacard-card",
        "card/pin.rs",
        "StatusWord::TriesLeft(0) | StatusWord::Blocked",
    ),
    Known(
        "an answer that got lost is taken for a PIN that was not tried",
        "mynacard-card",
        "card/pin.rs",
        "self.pin_try = PinTry::Unknown; self.over = true; let kind",
    ),
    Known(
        "the card keeps its power at the end, and the PIN stays open for the next program",
        "mynacard-pcsc",
        "card.rs",
        "session.handle.close(true)",
    ),
    Known(
        "the PIN stands in the log",
        "mynacard-card",
        "card/pin.rs",
        r#"log::debug!("VERIFY {characters:?}")"#,
    ),
    Known(
        "the PIN stands in a trace of serialised commands",
        "mynacard-card",
        "card/pin.rs",
        ".with_data(characters) .secret(); .with_data(characters);",
    ),
    Known(
        "the PIN stands in the command's own log",
        "mynacard-cli",
        "check.rs",
        "the PIN is {:?}",
    ),
    Known(
        "a short Le of zero is taken for no bytes instead of 256",
        "mynacard-card",
        "card/answer.rs",
        "if byte == 0 { 256 }",
    ),
    Known(
        "a corrected Le (6Cxx) is followed without end",
        "mynacard-card",
        "read.rs",
        "StatusWord::WrongExpected(right) if !corrected",
    ),
    Known(
        "a file that never ends is read without end",
        "mynacard-card",
        "read.rs",
        "if *reads > MAX_READS",
    ),
    Known(
        "DigestInfo is made without its NULL",
        "mynacard-card",
        "app/jpki/layout.rs",
        "0x30, 0x2F, 0x30, 0x0B",
    ),
    Known(
        "the bare digest is signed, without DigestInfo",
        "mynacard-card",
        "app/jpki/layout.rs",
        "Sha256::digest(message).to_vec()",
    ),
    Known(
        "DigestInfo without its NULL is accepted",
        "mynacard-cert",
        "pkcs1.rs",
        r"\x30\x2f\x30\x0b",
    ),
    Known(
        "PKCS#1 padding is read instead of compared, and what stands behind it is let through (CVE-2006-4339)",
        "mynacard-cert",
        "pkcs1.rs",
        "rest.starts_with(content)",
    ),
    Known(
        "a signature as large as the modulus is computed with",
        "mynacard-cert",
        "pkcs1.rs",
        "signature.cmp_vartime",
    ),
    Known(
        "keyUsage is not looked at",
        "mynacard-cert",
        "verify.rs",
        "check_key_usage(leaf, P::USAGE)?;",
    ),
    Known(
        "basicConstraints are not looked at: a leaf is an authority (CVE-2002-0862)",
        "mynacard-cert",
        "verify.rs",
        "if !extensions .authority .is_some_and(|constraints| constraints.is_authority)",
    ),
    Known(
        "a certificate that nobody but its maker signed is accepted",
        "mynacard-cert",
        "verify.rs",
        "check_root_validity(root, at)?; check_signature(leaf, root)",
    ),
    Known(
        "roots of test cards are trusted with real ones",
        "mynacard-cert",
        "verify.rs",
        "Some(found) if !accepted.contains(&found)",
    ),
    Known(
        "an unknown critical extension is passed over",
        "mynacard-cert",
        "verify.rs",
        "check_extension_list(leaf)?;",
    ),
    Known(
        "the two algorithm fields of a certificate may differ",
        "mynacard-cert",
        "certificate.rs",
        "inner_algorithm.full != algorithm.full",
    ),
    Known(
        "a certificate that has not begun is accepted",
        "mynacard-cert",
        "verify.rs",
        "check_begun(leaf, at)?;",
    ),
    Known(
        "a certificate that has ended is accepted where it is to be refused",
        "mynacard-auth",
        "desk/judge.rs",
        "Expiry::Expired { .. } if self.expired == ExpiredCertificate::Refuse",
    ),
    Known(
        "a certificate that is revoked is accepted",
        "mynacard-cert",
        "revocation/mod.rs",
        "Revocation::Revoked { since, reason }, ) => Err(",
    ),
    Known(
        "not knowing of a revocation is taken for good",
        "mynacard-cert",
        "revocation/mod.rs",
        "(RevocationPolicy::RequireGood, Revocation::Unknown(why))",
    ),
    Known(
        "an OCSP answer about another certificate is believed",
        "mynacard-cert",
        "revocation/ocsp.rs",
        "&& self.slice(&status.serial) == question.certificate().serial()",
    ),
    Known(
        "an OCSP answer of yesterday is believed: its nonce is not compared",
        "mynacard-cert",
        "revocation/ocsp.rs",
        "self.check_nonce(body, request, policy)?",
    ),
    Known(
        "an OCSP answer of anybody with a certificate of the authority is believed",
        "mynacard-cert",
        "revocation/ocsp.rs",
        "delegate.slice(range) == oid::OCSP_SIGNING",
    ),
    Known(
        "a delta list is taken for a whole one",
        "mynacard-cert",
        "revocation/list.rs",
        "if extensions.delta",
    ),
    Known(
        "the server's certificate is not looked at",
        "mynacard-client",
        "https/tls.rs",
        "let _ = self.0.verify_server_cert",
    ),
    Known(
        "the server's certificate may be for another name",
        "mynacard-client",
        "https/tls.rs",
        "NotValidForNameContext",
    ),
    Known(
        "a redirection is followed, with what was to be sent",
        "mynacard-client",
        "https/call.rs",
        ".redirect(reqwest::redirect::Policy::none())",
    ),
    Known(
        "the answer about another patient is shown",
        "mynacard-auth",
        "desk/undelivered.rs",
        "echo.certificate_sha256 == proof.certificate_sha256(),",
    ),
    Known(
        "a challenge serves twice",
        "mynacard-sandbox",
        "store/challenges.rs",
        "if spent.is_some() && identical",
    ),
    Known(
        "a nonce of the cipher comes again",
        "mynacard-auth",
        "vault/format.rs",
        "let nonce = [0; 12];",
    ),
    Known(
        "the folder's answer to another patient's question is delivered",
        "mynacard-client",
        "folder/exchange.rs",
        "(Some(ours), Some(theirs)) if ours != theirs",
    ),
    Known(
        "a file that is still being written is read",
        "mynacard-client",
        "folder/unread.rs",
        "if waiting.stamp != stamp",
    ),
    Known(
        "a name leads out of its folder (zip slip)",
        "mynacard-eligibility",
        "message/kind.rs",
        "byte.is_ascii_graphic()",
    ),
    Known(
        "a small ZIP unpacks to more than there is room for",
        "mynacard-checkup",
        "xlsx.rs",
        "weigh(bytes)?;",
    ),
    Known(
        "a document type of XML is read, and files and addresses with it (XXE)",
        "mynacard-eligibility",
        "xml/pull.rs",
        "Event::DocType(_)",
    ),
    Known(
        "an entity of XML is made of what the document says (CVE-2003-1564)",
        "mynacard-eligibility",
        "xml/pull.rs",
        "ErrorKind::EntityRefused",
    ),
    Known(
        "elements are nested until the stack is full",
        "mynacard-eligibility",
        "xml/pull.rs",
        "if self.depth == MAX_DEPTH",
    ),
    Known(
        "of two JSON members of one name each reader takes another",
        "mynacard-sandbox",
        "http/fields.rs",
        "let value: Value = serde_json::from_slice(bytes)",
    ),
    Known(
        "a cell of CSV is run as a formula",
        "mynacard-eligibility",
        "shape/csv.rs",
        "Some('=' | '+' | '-' | '@')",
    ),
    Known(
        "the first year of an era (元年) is none",
        "mynacard-eligibility",
        "date.rs",
        r#"if year == "元""#,
    ),
    Known(
        "the day is that of Greenwich",
        "mynacard-eligibility",
        "date.rs",
        "unix_seconds.checked_add(9 * 3600)?",
    ),
    Known(
        "the wave dash is another character under Windows",
        "mynacard-eligibility",
        "encoding/cp932.rs",
        "'\\u{301C}' => '\\u{FF5E}'",
    ),
    Known(
        "a handle of C that was freed is used",
        "mynacard-ffi",
        "handle.rs",
        "let _ = generation;",
    ),
    Known(
        "a panic leaves the library for C",
        "mynacard-ffi",
        "guard.rs",
        "let result = Ok(body())",
    ),
    Known(
        "a callback's userdata is destroyed twice",
        "mynacard-ffi",
        "owner.rs",
        "destroy(self.userdata); destroy(self.userdata)",
    ),
    Known(
        "a text for C ends without its zero",
        "mynacard-ffi",
        "buffer.rs",
        r###"bytes.extend_from_slice(b"##")"###,
    ),
];

/// The planted bug of a known one: exactly one has these words in what it takes out and puts in.
fn of<'a>(known: &Known, bugs: &'a [Bug]) -> Result<&'a Bug, String> {
    let Known(name, package, file, words) = known;
    let has = |bug: &&Bug| {
        let text = format!("{} {}", bug.from, bug.to);
        bug.package == *package && bug.file == *file && text.contains(words)
    };
    match bugs.iter().filter(has).collect::<Vec<_>>().as_slice() {
        [bug] => Ok(bug),
        found => Err(format!("{name}: {} planted bugs", found.len())),
    }
}

/// The section of the page.
pub(super) fn section(bugs: &[Bug]) -> Result<String, String> {
    let mut text = "\n## Known ones\n\n\
        Mistakes that programs of this field have made or are warned of, and the planted bug for each:\n\n\
        | the bug | planted in | noticed by | and by the inputs of |\n|---|---|---|---|\n"
        .to_owned();
    for known in KNOWN {
        let bug = of(known, bugs)?;
        let seen = bug.seen.as_ref().ok_or_else(|| format!("{}: ?", known.0))?;
        let (of, target) = seen.place(&bug.package);
        let (name, package, file) = (known.0, &bug.package, &bug.file);
        let whose = match of == package {
            true => String::new(),
            false => format!(" of `{of}`"),
        };
        let _ = writeln!(
            text,
            "| {name} | `{package}`: `{file}` | `{target}`{whose}: `{}` | {} |",
            seen.name,
            super::overview::inputs(bug)
        );
    }
    Ok(text)
}
