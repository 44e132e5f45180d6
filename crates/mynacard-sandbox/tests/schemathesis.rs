//! Another program reads the protocol's description and asks the running stand-in for everything in it, right and wrong:
//! schemathesis. No 5xx, no status, header or body that is not described. Needs Python 3 with venv and pip.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing
)]

mod common;
#[path = "../../mynacard-eligibility/tests/support/venv.rs"]
mod venv;

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::{Caller, activation, csr, key, unb64};
use mynacard_sandbox::{Institution, OPENAPI, Running, Sandbox};
use p256::pkcs8::EncodePrivateKey as _;
use serde_json::json;
use tempfile::TempDir;

/// Newer releases of hypothesis do not work with the hypothesis-jsonschema that this one needs.
const PACKAGES: [&str; 2] = ["schemathesis==4.4.4", "hypothesis==6.140.3"];

/// What a missing header is answered with, where the program's own opinion differs.
const SETTINGS: &str = "[checks]\nmissing_required_header.expected-statuses = [400]\n";

/// A control character in a header makes a request no HTTP: the server's library answers it, before this protocol begins.
const HOOKS: &str = "
import schemathesis

@schemathesis.hook
def before_call(context, case, kwargs):
    for name, value in list((case.headers or {}).items()):
        case.headers[name] = ''.join(c for c in str(value) if c.isprintable())
";

/// The program in an environment of its own; nothing only under MYNACARD_QUICK=1.
fn program() -> Option<PathBuf> {
    if std::env::var_os("MYNACARD_QUICK").is_some_and(|value| value == "1") {
        println!("skipped: MYNACARD_QUICK=1 asks for no test that needs schemathesis");
        return None;
    }
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let program = |python: &Path| python.with_file_name("st");
    let has = |python: &Path| {
        let version = Command::new(program(python)).arg("--version").output();
        version.is_ok_and(|output| {
            output.status.success() && String::from_utf8_lossy(&output.stdout).contains("4.4.4")
        })
    };
    let python = venv::environment(kept, "venv-schemathesis", &PACKAGES, has);
    Some(program(&python))
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?} cannot be started, this test needs it: {error}")
    });
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{command:?}: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

/// A stand-in with a terminal and a portal session, and the files that the program wants.
struct Subject {
    running: Running,
    folder: TempDir,
    session: String,
}

impl Subject {
    fn new() -> Self {
        let running = Sandbox::builder()
            .challenges_per_minute(u32::MAX)
            .start()
            .unwrap();
        running.enrol_patients(&Institution::default(), 5).unwrap();
        let stranger = Caller::stranger(&running);
        let settings = running.issue_activation().unwrap();
        let activated = stranger.post("/v1/activate", &activation(&settings, &csr(&key(1))));
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text);
        let certificate = unb64(&activated.text("certificate"));
        write("terminal.pem", &pem("CERTIFICATE", &certificate)).unwrap();
        let pkcs8 = key(1).to_pkcs8_der().unwrap();
        write("terminal.key", &pem("PRIVATE KEY", pkcs8.as_bytes())).unwrap();
        write("ca.pem", &running.ca_certificate_pem()).unwrap();
        // Every status has to be described by itself.
        let strict = OPENAPI.replace(
            "        default: { $ref: \"#/components/responses/Refusal\" }\n",
            "",
        );
        assert_ne!(strict, OPENAPI);
        write("openapi.yaml", &strict).unwrap();
        write("schemathesis.toml", SETTINGS).unwrap();
        write("hooks.py", HOOKS).unwrap();
        let session = session(&stranger);
        Self {
            running,
            folder,
            session,
        }
    }

    /// Asks for the operations that `choice` leaves, at most `examples` of each kind for each.
    fn ask(&self, program: &Path, choice: &[&str], examples: &str) -> String {
        let path = |name: &str| self.folder.path().join(name);
        let text = run(Command::new(program)
            .arg("run")
            .arg(path("openapi.yaml"))
            .args(["--url", self.running.url()])
            .arg("--tls-verify")
            .arg(path("ca.pem"))
            .arg("--request-cert")
            .arg(path("terminal.pem"))
            .arg("--request-cert-key")
            .arg(path("terminal.key"))
            .arg("--header")
            .arg(format!("Authorization: Bearer {}", self.session))
            .args(["--checks", CHECKS, "--phases", "examples,coverage,fuzzing"])
            .args(["--max-examples", examples, "--seed", "20261121"])
            .args(["--generation-database", "none", "--no-shrink", "--no-color"])
            .args(["--warnings", "off"])
            .args(["--suppress-health-check", "all", "--workers", "2"])
            .args(choice)
            .current_dir(self.folder.path())
            .env("SCHEMATHESIS_HOOKS", "hooks")
            .env("PYTHONPATH", self.folder.path()));
        println!("{text}");
        text
    }
}

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
response_headers_conformance,response_schema_conformance,negative_data_rejection,\
missing_required_header,unsupported_method";

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let lines = lines.join("\n");
    format!("-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n")
}

/// A session of an account that has applied for terminals.
fn session(stranger: &Caller) -> String {
    let form = json!({
        "portal": "medical", "kind": "clinic", "role": "patients", "prefecture": "01",
        "code": "0113719", "institution_code": "0110113719", "family_name": "架空",
        "given_name": "一郎", "founder": "医療法人青空会", "phone": "0112345678",
        "mail": "desk@example.jp", "password": "Passw0rd", "terms_accepted": true,
        "privacy_accepted": true,
    });
    let registered = stranger.post("/v1/portal/accounts", &form);
    let link = json!({"link": registered.body["mail"]["link"]});
    stranger.post("/v1/portal/accounts/activate", &link);
    let login = json!({"mail": "desk@example.jp", "password": "Passw0rd"});
    stranger.post("/v1/portal/login", &login).text("token")
}

/// How many operations of the description are left when `without` are not asked for.
fn operations(without: usize) -> String {
    let all = mynacard_sandbox::routes().count();
    format!(
        "Selected: {}/{all}\n  Tested: {}\n",
        all - without,
        all - without
    )
}

#[test]
fn everything_that_is_answered_is_described() {
    let Some(program) = program() else { return };
    // What ends the terminal or its institution is asked of a stand-in of its own.
    let subject = Subject::new();
    let ending = ["--exclude-path-regex", "^/v1/(terminal/remove|portal/end)$"];
    let text = subject.ask(&program, &ending, "4");
    assert!(text.contains(&operations(2)), "{text}");
    let subject = Subject::new();
    let ending = ["--include-path-regex", "^/v1/(terminal/remove|portal/end)$"];
    subject.ask(&program, &ending, "4");
}
