//! `mynacard cert`: certificates, revocation lists and OCSP answers that openssl made, judged by the command.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it leaves out"
)]

#[path = "../../mynacard-client/tests/authority/mod.rs"]
mod authority;

use std::ops::Deref;
use std::process::{Command, Output};

use authority::Authority;
use serde_json::Value;

/// An authority of openssl's, with a certificate that is revoked or not, another one, and a stranger of the same name.
struct Desk {
    authority: Authority,
}

impl Desk {
    fn new() -> Self {
        let authority = Authority::new("http://ocsp.invalid");
        authority.root("stranger");
        authority.issue("other", "0x227b14");
        Self { authority }
    }

    fn revoke(&self, reason: &str) {
        self.openssl(&format!(
            "ca -config ca.cnf -revoke leaf.pem -crl_reason {reason}"
        ));
    }

    /// An OCSP answer about a certificate, `answer.der`, signed by the root or by somebody else.
    fn answer(&self, about: &str, register: &str, signer: &str) {
        self.openssl(&format!(
            "ocsp -issuer root.pem -cert {about} -reqout request.der"
        ));
        self.authority.answer(register, signer);
    }

    fn mynacard(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_mynacard"))
            .current_dir(self.path())
            .args(arguments)
            .output()
            .unwrap()
    }

    /// `cert verify leaf.pem` under the root of this folder.
    #[track_caller]
    fn verify(&self, more: &[&str]) -> (Option<i32>, Value) {
        let arguments = [
            &[
                "--json",
                "cert",
                "verify",
                "leaf.pem",
                "--hierarchy",
                "jpki-test",
                "--root",
                "root.pem",
            ],
            more,
        ];
        let output = self.mynacard(&arguments.concat());
        let value = serde_json::from_slice(&output.stdout);
        (
            output.status.code(),
            value.unwrap_or_else(|_| panic!("{output:?}")),
        )
    }

    /// The certificate passes, and this is said of its revocation.
    #[track_caller]
    fn revocation(&self, more: &[&str]) -> Value {
        let (exit, mut value) = self.verify(more);
        assert_eq!(exit, Some(0), "{value}");
        assert_eq!(value["verdict"], "verified");
        value["revocation"].take()
    }

    /// The command refuses with this exit code and this code.
    #[track_caller]
    fn refused(&self, exit: i32, code: &str, more: &[&str]) -> Value {
        let (found, value) = self.verify(more);
        assert_eq!(value["error"]["code"], code, "{value}");
        assert_eq!(found, Some(exit), "{value}");
        value
    }
}

impl Deref for Desk {
    type Target = Authority;

    fn deref(&self) -> &Authority {
        &self.authority
    }
}

/// Whether openssl is there; where CI runs it must be.
fn openssl() -> bool {
    let there = Command::new("openssl").arg("version").output().is_ok();
    assert!(
        there || std::env::var("CI").as_deref() != Ok("true"),
        "the command openssl is missing"
    );
    if !there {
        println!("skipped: the command openssl is missing");
    }
    there
}

/// The instant some days from now.
fn in_days(days: u64) -> String {
    let seconds = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() + days * 86_400;
    mynacard::cert::Timestamp::from_unix(i64::try_from(seconds).unwrap()).to_string()
}

#[test]
fn lists_that_openssl_made() {
    if !openssl() {
        return;
    }
    let desk = Desk::new();
    desk.list("list");
    for file in ["list.der", "list.pem"] {
        let good = desk.revocation(&["--crl", file]);
        assert_eq!(good["state"], "good", "{file}");
        assert!(good["this_update"].is_string() && good["next_update"].is_string());
        let late = desk.revocation(&["--crl", file, "--at", &in_days(9)]);
        assert_eq!(late["state"], "unknown");
        assert_eq!(late["why"], "the answer is too old");
    }
    // Text before the PEM, as `openssl crl -text` prints it.
    desk.openssl("crl -in list.pem -text -out text.pem");
    assert_eq!(desk.revocation(&["--crl", "text.pem"])["state"], "good");

    desk.list("elsewhere");
    let other = desk.revocation(&["--crl", "list.pem"]);
    assert_eq!(other["why"], "the list covers another distribution point");

    desk.revoke("keyCompromise");
    desk.list("list");
    for file in ["list.der", "list.pem"] {
        let refused = desk.refused(11, "MC-3401", &["--crl", file]);
        assert!(refused.to_string().contains("(keyCompromise)"), "{refused}");
    }
    // The same list signed by somebody of the same name.
    desk.write(
        "ca.cnf",
        String::from_utf8(desk.read("ca.cnf"))
            .unwrap()
            .replace("= root.pem", "= stranger.pem")
            .replace("= root.key", "= stranger.key")
            .replace("authorityKeyIdentifier = keyid\n", "")
            .as_bytes(),
    );
    desk.list("list");
    let forged = desk.revocation(&["--crl", "list.der"]);
    assert_eq!(forged["why"], "the answer's signature does not verify");
}

#[test]
fn lists_that_are_none() {
    if !openssl() {
        return;
    }
    let desk = Desk::new();
    desk.list("list");
    let der = desk.read("list.der");
    let pem = String::from_utf8(desk.read("list.pem")).unwrap();
    desk.write("cut.der", &der[..der.len() - 1]);
    desk.write("long.der", &[&der[..], &[0]].concat());
    desk.write("cut.pem", &pem.as_bytes()[..pem.len() / 2]);
    desk.write("odd.pem", pem.replace('A', "!").as_bytes());
    desk.write("empty.pem", b"");
    for (file, code) in [
        ("cut.der", "MC-3001"),
        ("long.der", "MC-3002"),
        ("cut.pem", "MC-3001"),
        ("odd.pem", "MC-3403"),
        ("empty.pem", "MC-3001"),
        ("leaf.pem", "MC-3001"),
    ] {
        let refused = desk.refused(12, code, &["--crl", file]);
        assert!(refused.to_string().contains(file), "{refused}");
    }
    let (missing, _) = desk.verify(&["--crl", "nothing.der"]);
    assert_eq!(missing, Some(14));
}

#[test]
fn answers_that_openssl_made() {
    if !openssl() {
        return;
    }
    let desk = Desk::new();
    let valid = "V\t320101000000Z\t\t227B13\tunknown\t/CN=x\n";
    desk.answer("leaf.pem", valid, "root");
    let good = desk.revocation(&["--ocsp", "answer.der"]);
    assert_eq!(good["state"], "good");
    let late = desk.revocation(&["--ocsp", "answer.der", "--at", &in_days(3)]);
    assert_eq!(late["why"], "the answer is too old");
    let text = desk.mynacard(&[
        "cert",
        "verify",
        "leaf.pem",
        "--hierarchy",
        "jpki-test",
        "--root",
        "root.pem",
        "--ocsp",
        "answer.der",
    ]);
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("revocation.state: good\n"), "{text}");

    let register = "R\t320101000000Z\t260601000000Z,keyCompromise\t227B13\tunknown\t/CN=x\n";
    desk.answer("leaf.pem", register, "root");
    let refused = desk.refused(11, "MC-3401", &["--ocsp", "answer.der"]);
    assert!(
        refused.to_string().contains("2026-06-01T00:00:00Z"),
        "{refused}"
    );

    desk.answer("leaf.pem", "", "root");
    let unknown = desk.revocation(&["--ocsp", "answer.der"]);
    assert_eq!(
        unknown["why"],
        "the responder does not know the certificate"
    );

    desk.answer("other.pem", &valid.replace("7B13", "7B14"), "root");
    let other = desk.revocation(&["--ocsp", "answer.der"]);
    assert_eq!(other["why"], "the answer is about another certificate");

    desk.answer("leaf.pem", valid, "stranger");
    let forged = desk.revocation(&["--ocsp", "answer.der"]);
    assert_eq!(forged["why"], "the answer's signature does not verify");

    desk.write("not.der", b"hello");
    desk.refused(12, "MC-3001", &["--ocsp", "not.der"]);
    let (both, _) = desk.verify(&["--ocsp", "answer.der", "--crl", "list.der"]);
    assert_eq!(both, Some(2));
}

#[test]
fn the_instant_and_the_hierarchy() {
    if !openssl() {
        return;
    }
    let desk = Desk::new();
    let (exit, now) = desk.verify(&[]);
    assert_eq!(exit, Some(0), "{now}");
    assert_eq!(now["hierarchy"], "JPKI test");
    assert_eq!(now["usage"], "user authentication");
    assert_eq!(now["revocation"]["state"], "not-asked");
    let warnings = now["warnings"].to_string();
    assert!(
        warnings.contains("not a production certificate"),
        "{warnings}"
    );
    assert!(warnings.contains("revocation was not asked"), "{warnings}");

    let (_, later) = desk.verify(&["--at", &in_days(1900)]);
    assert!(later["warnings"].to_string().contains("ended: "), "{later}");
    let (_, soon) = desk.verify(&["--at", &in_days(1790)]);
    assert!(
        soon["warnings"]
            .to_string()
            .contains("ends within three months"),
        "{soon}"
    );
    // The advice is about the clock of the machine.
    desk.refused(14, "MC-3106", &["--at", "2020-01-01"]);
    desk.refused(2, "usage", &["--at", "yesterday"]);
    desk.refused(11, "MC-3103", &["--for", "signature"]);

    let plain = |arguments: &[&str]| {
        let output = desk.mynacard(&[&["--json", "cert"], arguments].concat());
        let value: Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), value["error"]["code"].clone())
    };
    assert_eq!(plain(&["verify", "leaf.pem"]), (Some(11), "MC-3102".into()));
    assert_eq!(
        plain(&["verify", "leaf.pem", "--hierarchy", "jpki-test"]),
        (Some(2), "usage".into())
    );
    assert_eq!(
        plain(&["verify", "leaf.pem", "--root", "root.pem"]),
        (Some(2), "usage".into())
    );
    let namesake = [
        "verify",
        "leaf.pem",
        "--hierarchy",
        "jpki-test",
        "--root",
        "stranger.pem",
    ];
    assert_eq!(plain(&namesake), (Some(11), "MC-3101".into()));
    let both = [&namesake[..], &["--root", "root.pem"]].concat();
    assert_eq!(plain(&both), (Some(0), Value::Null));
}

#[test]
fn a_certificate_is_shown_from_der_and_from_pem() {
    if !openssl() {
        return;
    }
    let desk = Desk::new();
    desk.der("leaf");
    let show = |file: &str| {
        let output = desk.mynacard(&["--json", "cert", "show", file]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let shown = show("leaf.der");
    assert_eq!(shown, show("leaf.pem"));
    assert_eq!(shown["claimed_hierarchy"], "jpki-test");
    assert!(shown.to_string().contains("Kiyose-shi CRLDP"), "{shown}");
    assert!(shown.to_string().contains("http://ocsp.invalid"), "{shown}");
    let output = desk.mynacard(&["--json", "cert", "show", "leaf.key"]);
    assert_eq!(output.status.code(), Some(12));
}
