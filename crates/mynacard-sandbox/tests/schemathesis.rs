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

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::{
    Caller, Card, IDEMPOTENCY, REQUEST_ID, Terminal, activation, b64, confirmation, csr, key,
    message, spki, unb64,
};
use mynacard_sandbox::{Institution, OPENAPI, Running, Sandbox, UserSettings, routes};
use p256::pkcs8::EncodePrivateKey as _;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Newer releases of hypothesis do not work with the hypothesis-jsonschema that this one needs.
const PACKAGES: [&str; 2] = ["schemathesis==4.4.4", "hypothesis==6.140.3"];

/// What a missing header is answered with, where the program's own opinion differs.
const SETTINGS: &str = "[checks]\nmissing_required_header.expected-statuses = [400]\n";

/// Each answer leaves a line: method, path as described, status. A control character in a header makes a request no HTTP: the server's library answers it, before this protocol begins.
const HOOKS: &str = "
import os
import schemathesis

@schemathesis.hook
def after_call(context, case, response):
    with open(os.environ['ANSWERS'], 'a') as answers:
        answers.write(f'{case.method.upper()} {case.operation.path} {response.status_code}\\n')

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

/// Whose portal session the program has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Session {
    Clinic,
    Insurer,
}

impl Subject {
    fn new(whose: Session) -> Self {
        let running = Sandbox::builder()
            .challenges_per_minute(u32::MAX)
            .application_time(Duration::ZERO)
            .challenge_life(Duration::from_secs(3600))
            // The program thinks between two calls, on a busy machine for longer than a connection may be idle otherwise.
            .patience(Duration::from_secs(3600))
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
        let chain = vec![certificate];
        let owner = Terminal {
            caller: Caller::new(&running, Some((chain, &key(1)))),
            spki: spki(&key(1)),
            facility: settings.institution_code,
            id: activated.text("terminal"),
        };
        let (session, code) = session(&stranger, whose);
        let living = living(&running, &owner, &code);
        let described = living.iter().fold(strict, |text, (sample, value)| {
            assert!(text.contains(sample), "no example has {sample}");
            text.replace(sample, value)
        });
        write("openapi.yaml", &described).unwrap();
        write("schemathesis.toml", SETTINGS).unwrap();
        write("hooks.py", HOOKS).unwrap();
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
            .env("ANSWERS", path("answers"))
            .env("SCHEMATHESIS_HOOKS", "hooks")
            .env("PYTHONPATH", self.folder.path()));
        println!("{text}");
        text
    }

    /// How many answers each operation gave, and how many of them were no refusals.
    fn count(&self, counts: &mut BTreeMap<String, (u32, u32)>) {
        let answers = std::fs::read_to_string(self.folder.path().join("answers")).unwrap();
        for line in answers.lines() {
            let (operation, status) = line.rsplit_once(' ').unwrap();
            let (all, served) = counts.entry(operation.to_owned()).or_default();
            *all += 1;
            *served += u32::from(status.starts_with('2'));
        }
    }
}

/// What stands in the description's examples for something that only a running stand-in hands out, and what this one has.
fn living(running: &Running, owner: &Terminal, code: &str) -> Vec<(&'static str, String)> {
    let stranger = Caller::stranger(running);
    let form = |mail: &str| {
        json!({
            "portal": "medical", "kind": "clinic", "role": "patients", "prefecture": "13",
            "code": "2345679", "institution_code": "1312345679", "family_name": "架空",
            "given_name": "一郎", "founder": "医療法人青空会", "phone": "0312345678",
            "mail": mail, "password": "Passw0rd", "terms_accepted": true,
            "privacy_accepted": true,
        })
    };
    let link = stranger.post("/v1/portal/accounts", &form("link@example.jp"));
    let issued: UserSettings = running.issue_activation().unwrap();
    let challenge = owner.challenge("pin");
    let confirm = confirmation(owner, &challenge, &mut Card::of("kyokai-self"));
    let member = |name: &str| confirm[name].as_str().unwrap().to_owned();
    let waiting = owner.challenge("visual").text("challenge_id");
    let begun = json!({ "challenge_id": owner.challenge("visual").text("challenge_id") });
    let relay = owner.caller.post("/v1/relay/start", &begun);
    let today = challenge.text("date");
    let bulk = json!({
        "care": "2", "by": "visit-date", "from": today, "to": today, "limit_application": false,
        "specific_diseases": false, "format": "xml",
    });
    let bulk = owner.caller.post("/v1/bulk/submit", &bulk);
    vec![
        ("1310000001", issued.institution_code),
        ("W0000001", issued.id),
        ("ACTIVATION-CODE", issued.activation_code),
        ("UEtDUyMxMA==", b64(csr(&key(3)))),
        (
            "10000000000000000000000000000001",
            link.body["mail"]["link"].as_str().unwrap().to_owned(),
        ),
        ("20000000000000000000000000000002", member("challenge_id")),
        ("UkVRVUVTVA==", member("request")),
        ("Q0VSVElGSUNBVEU=", member("certificate")),
        ("U0lHTkFUVVJF", member("signature")),
        ("30000000000000000000000000000003", waiting),
        ("40000000000000000000000000000004", relay.text("relay_id")),
        ("50000000000000000000000000000005", agreed(owner)),
        ("20270116", today),
        ("20270115000000000001", bulk.text("reception_number")),
        ("5000000001", code.to_owned()),
    ]
}

/// The number of a check in which the patient agreed to 薬剤.
fn agreed(owner: &Terminal) -> String {
    let challenge = owner.challenge("pin");
    let mut card = Card::of("kokuho");
    let mut body = confirmation(owner, &challenge, &mut Card::of("kokuho"));
    let request = format!(
        r#"{{"request_id":"{REQUEST_ID}","limit_application":true,"specific_diseases":true,"consents":["YZK"],"operator":null}}"#
    );
    let certificate = card.certificate();
    card.pin();
    let signed = message(owner, &challenge, "pin", request.as_bytes(), &certificate);
    body["request"] = json!(b64(&request));
    body["signature"] = json!(b64(card.sign(&signed)));
    let checked = owner.caller.confirm(IDEMPOTENCY, &body);
    checked.is(200, "REF-0000").text("check_id")
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

/// A session of an account that has applied for terminals and got them, and its institution's code.
fn session(stranger: &Caller, whose: Session) -> (String, String) {
    let mut form = json!({
        "portal": "medical", "kind": "clinic", "role": "patients", "prefecture": "01",
        "code": "0113719", "institution_code": "0110113719", "family_name": "架空",
        "given_name": "一郎", "founder": "医療法人青空会", "phone": "0112345678",
        "mail": "desk@example.jp", "password": "Passw0rd", "terms_accepted": true,
        "privacy_accepted": true,
    });
    let mut application = json!({
        "kind": "first", "staff": 3, "terminals": 2, "terms_accepted": true,
    });
    let mut code = "0110113719".to_owned();
    if whose == Session::Insurer {
        let filed = stranger.post("/v1/portal/introduction", &introduction());
        code = filed.body["codes"][0].as_str().unwrap().to_owned();
        for (member, value) in [
            ("portal", "other"),
            ("kind", "insurer"),
            ("role", "checkups"),
            ("code", &code),
            ("institution_code", &code),
        ] {
            form[member] = json!(value);
        }
        form.as_object_mut().unwrap().remove("founder");
        application["document"] =
            json!({"kind": "introduction", "media_type": "application/pdf", "size": 1000});
    } else {
        application["account_number"] = json!("113719");
    }
    let registered = stranger.post("/v1/portal/accounts", &form);
    let link = json!({"link": registered.body["mail"]["link"]});
    stranger.post("/v1/portal/accounts/activate", &link);
    let login = json!({"mail": "desk@example.jp", "password": "Passw0rd"});
    let token = stranger.post("/v1/portal/login", &login).text("token");
    let header = format!("Authorization: Bearer {token}\r\n");
    let body = application.to_string();
    let applied = stranger.bytes("POST", "/v1/portal/applications", &header, body.as_bytes());
    assert_eq!(applied.status, 200, "{}", applied.body);
    let settings = stranger.bytes("GET", "/v1/portal/settings", &header, b"");
    assert_eq!(settings.status, 200, "{}", settings.body);
    (token, code)
}

/// The description's own example of a 導入届.
fn introduction() -> Value {
    let line = OPENAPI
        .lines()
        .find_map(|line| line.trim().strip_prefix("example: {\"filings\""))
        .unwrap();
    serde_json::from_str(&format!("{{\"filings\"{line}")).unwrap()
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
fn everything_that_is_answered_is_described_and_everything_can_succeed() {
    let Some(program) = program() else { return };
    let mut counts = BTreeMap::new();
    // What ends the terminal or its institution is asked of a stand-in of its own.
    const ENDING: &str = "^/v1/(terminal/remove|portal/end|portal/abolition)$";
    let subject = Subject::new(Session::Clinic);
    let text = subject.ask(&program, &["--exclude-path-regex", ENDING], "4");
    assert!(text.contains(&operations(3)), "{text}");
    subject.count(&mut counts);
    for (path, whose) in [
        ("^/v1/(terminal/remove|portal/end)$", Session::Clinic),
        ("^/v1/portal/abolition$", Session::Insurer),
    ] {
        let subject = Subject::new(whose);
        subject.ask(&program, &["--include-path-regex", path], "4");
        subject.count(&mut counts);
    }
    let answers: u32 = counts.values().map(|(all, _)| all).sum();
    println!("{answers} answers, those to methods that nobody serves among them");
    let mut never = Vec::new();
    for route in routes() {
        let operation = format!("{} {}", route.method, route.path);
        let (all, served) = counts.get(&operation).copied().unwrap_or_default();
        println!("{operation}: {all} answers, {served} of them 2xx");
        if served == 0 {
            never.push(operation);
        }
    }
    assert!(never.is_empty(), "never succeeded: {never:?}");
}
