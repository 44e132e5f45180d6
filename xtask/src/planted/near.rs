//! Where to look for a test that notices: the targets about a source file, the nearest first.

/// The tests about a source file, by target and perhaps a part of their names: the nearest first.
pub(super) fn about(package: &str, file: &str) -> &'static [&'static str] {
    match package {
        "mynacard-card" => about_card(file),
        "mynacard-cert" => about_certificates(file),
        "mynacard-eligibility" => about_eligibility(file),
        "mynacard-auth" => about_auth(file),
        "mynacard-client" if file.starts_with("folder/") => {
            &["folder_shared", "folder_exchange", "folder_face"]
        }
        "mynacard-client" => &["lib https::", "https_peer"],
        "mynacard-pcsc" => &["lib"],
        "mynacard" => &["guidance", "lib", "codes", "evidence"],
        _ => &["lib"],
    }
}

fn about_auth(file: &str) -> &'static [&'static str] {
    match file {
        "desk/face.rs" => &["mynacard-sandbox/check_face"],
        "message.rs" => &["lib message::"],
        "request.rs" => &["lib request::"],
        "terminal.rs" => &["lib terminal::"],
        file if file.starts_with("home/") => &["lib home::", "mynacard-sandbox/home_desk"],
        file if file.starts_with("pinless/") => &["lib pinless::"],
        "screen.rs" => &["lib screen:: --skip model"],
        "audit/chain.rs" => &["lib audit::chain", "lib audit::"],
        file if file.starts_with("audit/") => &["lib audit::"],
        file if file.starts_with("vault/") => &["lib vault::"],
        // The model tries every sequence of what staff can do: dear, and no help in finding one thing.
        _ => &["lib desk:: --skip model"],
    }
}

fn about_eligibility(file: &str) -> &'static [&'static str] {
    match file {
        file if file.starts_with("identifier/") => &["identifiers", "check_digits"],
        file if file.starts_with("matching/") => &["matching"],
        file if file.starts_with("message/") => &["messages", "golden"],
        file if file.starts_with("shape/") => &["shapes", "golden"],
        file if file.starts_with("encoding/") => &["lib encoding::", "answer", "messages"],
        "date.rs" => &["lib date::", "labels"],
        "fold.rs" => &["lib fold::"],
        "situation.rs" => &["lib situation::"],
        "xml/bulk.rs" => &["messages"],
        _ => &["answer", "messages", "lib", "mynacard-fuzz-targets/replay"],
    }
}

fn about_card(file: &str) -> &'static [&'static str] {
    match file {
        "read.rs" => &[
            "reading",
            "jpki",
            "applications",
            "status_words",
            "memory",
            "flips",
        ],
        "card/answer.rs" => &["reading", "jpki", "status_words", "applications", "memory"],
        file if file.starts_with("trace/") => &["lib", "trace", "trace_secrets"],
        file if file.starts_with("pin/") => {
            &["jpki", "misuse", "lib", "pin_change", "jpki_conduct"]
        }
        _ => &[
            "jpki",
            "status_words",
            "jpki_conduct",
            "pin_change",
            "log",
            "applications",
            "memory",
            "trace_secrets",
            "properties",
            "misuse",
            "lib",
        ],
    }
}

fn about_certificates(file: &str) -> &'static [&'static str] {
    const MATRIX: &str = "matrix authentication_under_p256";
    match file {
        "revocation/list.rs" => &["lists the_matrix", "lists"],
        "revocation/stream.rs" | "revocation/mod.rs" => &["lists", "ocsp"],
        "revocation/ocsp.rs" | "revocation/ocsp_form.rs" => &["ocsp the_matrix", "ocsp"],
        "record/attributes.rs" => &["records", "face"],
        "holder.rs" => &["holder"],
        "key.rs" | "possession.rs" => &[MATRIX, "possession", "matrix", "face", "trust"],
        "trust.rs" | "roots.rs" => &["trust", "testcard", "roots", "matrix"],
        "verdict.rs" => &["trust", "testcard", "matrix", "lists"],
        "certificate.rs" | "extension.rs" | "name.rs" | "verify.rs" => {
            &[MATRIX, "trust", "matrix", "testcard", "lists", "ocsp"]
        }
        file if file.starts_with("revocation/") => &["ocsp", "lists"],
        file if file.starts_with("record/") => &["face", "records", "lib"],
        _ => &["lib", "matrix", "trust", "testcard", "lists", "ocsp"],
    }
}
