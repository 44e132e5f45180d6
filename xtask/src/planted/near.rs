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
        "mynacard-apdu" => &["handler", "memory"],
        "mynacard-checkup" => &["enrolment", "lists", "independent_openpyxl"],
        "mynacard-cli" => about_command(file),
        "mynacard-ffi" => about_c(file),
        "mynacard-sandbox" => about_sandbox(file),
        "mynacard-sim" => about_virtual_card(file),
        _ => &["lib"],
    }
}

/// The fuzz targets whose inputs go through a crate.
pub(super) fn through(package: &str) -> &'static [&'static str] {
    match package {
        "mynacard-card" => &[
            "card_counters",
            "card_deviations",
            "card_dialogue",
            "card_files",
            "command",
            "relay",
            "relay_script",
            "response",
            "tlv",
            "trace",
            "virtual_card",
            "vpcd",
            "c_calls",
        ],
        "mynacard-cert" => &[
            "card_files",
            "certificate",
            "certificate_signed",
            "revocation",
            "revocation_list",
            "revocation_ocsp",
            "c_calls",
        ],
        "mynacard-eligibility" => &[
            "answer_json",
            "answer_xml",
            "cp932",
            "date",
            "identifier",
            "journal",
            "message",
            "screen",
            "service_answer",
            "zip",
            "checkup_csv",
            "sandbox_request",
            "c_calls",
        ],
        "mynacard-auth" => &[
            "audit",
            "card_deviations",
            "relay",
            "relay_script",
            "screen",
            "service_answer",
            "vault",
            "vault_passcode",
            "sandbox_request",
            "c_calls",
        ],
        "mynacard-client" => &[
            "identifier",
            "journal",
            "service_answer",
            "zip",
            "sandbox_request",
            "c_calls",
        ],
        "mynacard-checkup" => &["checkup_csv", "checkup_xlsx", "c_calls"],
        "mynacard-sandbox" => &["sandbox_request", "c_calls"],
        "mynacard-sim" => &[
            "virtual_card",
            "vpcd",
            "card_dialogue",
            "card_files",
            "c_calls",
        ],
        "mynacard-ffi" => &["c_calls"],
        _ => &[],
    }
}

fn about_command(file: &str) -> &'static [&'static str] {
    match file {
        "photo.rs" => &["desk photo::", "desk"],
        "home.rs" => &["command", "consent", "desk"],
        "terminal.rs" | "check.rs" | "secret.rs" => &["command", "desk", "bad_input"],
        _ => &["command", "bad_input", "desk", "consent"],
    }
}

/// The programs in C first: what they notice, every program would.
fn about_c(file: &str) -> &'static [&'static str] {
    const MISUSE: &str =
        "mynacard-ffi-sandbox/programs --exact misuse_is_answered every_pointer_may_be_null";
    const SURFACE: &str = "mynacard-ffi-sandbox/programs --exact the_whole_surface_in_c \
                           nothing_is_left_of_a_secret";
    const MORE: &str = "mynacard-ffi-sandbox/programs --exact hostile_calls_break_nothing \
                        exceptions_in_csharp_come_out_of_their_own_calls";
    const CALLS: &str =
        "mynacard-fuzz-targets/replay every_target right_calls_of_the_c_interface_work";
    match file {
        "pin.rs" | "buffer.rs" => &[SURFACE, MISUSE, MORE, CALLS, "lib"],
        "json.rs" | "text.rs" | "service.rs" => &["lib", MISUSE, SURFACE, MORE, CALLS],
        _ => &[MISUSE, SURFACE, MORE, CALLS, "lib"],
    }
}

fn about_sandbox(file: &str) -> &'static [&'static str] {
    match file {
        file if file.starts_with("home/") => &["home", "home_desk", "hostile"],
        file if file.starts_with("oqs/") => &["oqs", "oqs_faults"],
        file if file.starts_with("portal/") => &["portal", "apart_portal"],
        "http/terminal.rs" | "store/register.rs" | "tls.rs" | "csr.rs" => {
            &["service", "apart", "terminal_life", "check_service"]
        }
        "check/relay.rs" => &["visual", "check_visual"],
        _ => &["pin", "visual", "service", "hostile", "check_pin"],
    }
}

fn about_virtual_card(file: &str) -> &'static [&'static str] {
    match file {
        "counters.rs" => &["counters"],
        "vpcd.rs" => &["robust", "opensc", "counters"],
        "card/fault.rs" => &["faults", "exchanges"],
        file if file.starts_with("pki/") => &["certificates", "verdicts"],
        "card/key.rs" => &["schemes", "dialogue"],
        "card/word.rs" | "card/chip/read.rs" => &[
            "dialogue",
            "profiles",
            "exchanges",
            "applications",
            "robust",
        ],
        _ => &[
            "dialogue",
            "applications",
            "profiles",
            "robust",
            "exchanges",
            "counters",
            "faults",
            "verdicts",
        ],
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
        "pkcs1.rs" => &["pkcs1", "lib"],
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
