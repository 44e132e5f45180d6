//! `mynacard cert`: certificates, revocation lists and OCSP answers that openssl made, judged by the command.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it leaves out"
)]

use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A root and a leaf in the names of the test hierarchy, with all that openssl needs to speak about them.
const CONFIGURATION: &str = "
[req]
distinguished_name = none
string_mask = utf8only
prompt = no
[none]
[root_name]
C = JP
O = JPKI-TEST
OU = JPKI for user authentication
[leaf_name]
C = JP
CN = 0000000000000000000000000
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
certificatePolicies = critical, 1.2.392.200149.8.5.1.0.30
authorityKeyIdentifier = keyid, issuer
crlDistributionPoints = point
authorityInfoAccess = OCSP;URI:http://ocsp.invalid
[point]
fullname = dirName:point_name
[point_name]
C = JP
O = JPKI-TEST
CN = Kiyose-shi CRLDP
[other_name]
C = JP
O = JPKI-TEST
CN = Hino-shi CRLDP
[ca]
default_ca = own
[own]
database = index.txt
crlnumber = crlnumber
certificate = root.pem
private_key = root.key
default_md = sha256
default_crl_days = 7
policy = any
[any]
[list]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical, @own_point
[own_point]
fullname = dirName:point_name
onlyuser = TRUE
[elsewhere]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical, @other_point
[other_point]
fullname = dirName:other_name
";

/// A folder with an authority of openssl's.
struct Authority {
    folder: TempDir,
}

impl Authority {
    fn new() -> Self {
        let authority = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        authority.write("ca.cnf", CONFIGURATION.as_bytes());
        authority.write("crlnumber", b"01\n");
        authority.write("index.txt", b"");
        let named = CONFIGURATION.replace("name = none", "name = leaf_name");
        authority.write("leaf.cnf", named.as_bytes());
        let named = CONFIGURATION.replace("name = none", "name = root_name");
        authority.write("root.cnf", named.as_bytes());
        for (name, key) in [("root", "root.key"), ("stranger", "stranger.key")] {
            authority.openssl(&[
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-config",
                "root.cnf",
                "-extensions",
                "root",
                "-days",
                "3000",
                "-keyout",
                key,
                "-out",
                &format!("{name}.pem"),
            ]);
        }
        for (name, serial) in [("leaf", "0x227b13"), ("other", "0x227b14")] {
            authority.openssl(&[
                "req",
                "-new",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-config",
                "leaf.cnf",
                "-keyout",
                "leaf.key",
                "-out",
                "leaf.csr",
            ]);
            authority.openssl(&[
                "x509",
                "-req",
                "-in",
                "leaf.csr",
                "-CA",
                "root.pem",
                "-CAkey",
                "root.key",
                "-set_serial",
                serial,
                "-extfile",
                "ca.cnf",
                "-extensions",
                "leaf",
                "-days",
                "1800",
                "-out",
                &format!("{name}.pem"),
            ]);
        }
        authority
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.folder.path().join(name), bytes).unwrap();
    }

    #[track_caller]
    fn openssl(&self, arguments: &[&str]) {
        let output = Command::new("openssl")
            .current_dir(self.folder.path())
            .args(arguments)
            .output()
            .expect("the command openssl");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {arguments:?}: {error}");
    }

    /// A list as PEM, `list.pem`, and as DER, `list.der`.
    fn list(&self, section: &str) {
        self.openssl(&[
            "ca", "-config", "ca.cnf", "-gencrl", "-crlexts", section, "-out", "list.pem",
        ]);
        self.openssl(&[
            "crl", "-in", "list.pem", "-outform", "der", "-out", "list.der",
        ]);
    }

    fn revoke(&self, reason: &str) {
        self.openssl(&[
            "ca",
            "-config",
            "ca.cnf",
            "-revoke",
            "leaf.pem",
            "-crl_reason",
            reason,
        ]);
    }

    /// An OCSP answer about a certificate, `answer.der`, signed by the root or by somebody else.
    fn answer(&self, about: &str, register: &str, signer: &str) {
        self.write("register.txt", register.as_bytes());
        self.openssl(&[
            "ocsp",
            "-issuer",
            "root.pem",
            "-cert",
            about,
            "-reqout",
            "request.der",
        ]);
        self.openssl(&[
            "ocsp",
            "-index",
            "register.txt",
            "-CA",
            "root.pem",
            "-rsigner",
            &format!("{signer}.pem"),
            "-rkey",
            &format!("{signer}.key"),
            "-reqin",
            "request.der",
            "-respout",
            "answer.der",
            "-ndays",
            "1",
        ]);
    }

    fn mynacard(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_mynacard"))
            .current_dir(self.folder.path())
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
    let authority = Authority::new();
    authority.list("list");
    for file in ["list.der", "list.pem"] {
        let good = authority.revocation(&["--crl", file]);
        assert_eq!(good["state"], "good", "{file}");
        assert!(good["this_update"].is_string() && good["next_update"].is_string());
        let late = authority.revocation(&["--crl", file, "--at", &in_days(9)]);
        assert_eq!(late["state"], "unknown");
        assert_eq!(late["why"], "the answer is too old");
    }
    // Text before the PEM, as `openssl crl -text` prints it.
    authority.openssl(&["crl", "-in", "list.pem", "-text", "-out", "text.pem"]);
    assert_eq!(
        authority.revocation(&["--crl", "text.pem"])["state"],
        "good"
    );

    authority.list("elsewhere");
    let other = authority.revocation(&["--crl", "list.pem"]);
    assert_eq!(other["why"], "the list covers another distribution point");

    authority.revoke("keyCompromise");
    authority.list("list");
    for file in ["list.der", "list.pem"] {
        let refused = authority.refused(11, "MC-3401", &["--crl", file]);
        assert!(refused.to_string().contains("(keyCompromise)"), "{refused}");
    }
    // The same list signed by somebody of the same name.
    authority.write(
        "ca.cnf",
        CONFIGURATION
            .replace("= root.pem", "= stranger.pem")
            .replace("= root.key", "= stranger.key")
            .replace("authorityKeyIdentifier = keyid\n", "")
            .as_bytes(),
    );
    authority.list("list");
    let forged = authority.revocation(&["--crl", "list.der"]);
    assert_eq!(forged["why"], "the answer's signature does not verify");
}

#[test]
fn lists_that_are_none() {
    if !openssl() {
        return;
    }
    let authority = Authority::new();
    authority.list("list");
    let der = std::fs::read(authority.folder.path().join("list.der")).unwrap();
    let pem = std::fs::read_to_string(authority.folder.path().join("list.pem")).unwrap();
    authority.write("cut.der", &der[..der.len() - 1]);
    authority.write("long.der", &[&der[..], &[0]].concat());
    authority.write("cut.pem", &pem.as_bytes()[..pem.len() / 2]);
    authority.write("odd.pem", pem.replace('A', "!").as_bytes());
    authority.write("empty.pem", b"");
    for (file, code) in [
        ("cut.der", "MC-3001"),
        ("long.der", "MC-3002"),
        ("cut.pem", "MC-3001"),
        ("odd.pem", "MC-3403"),
        ("empty.pem", "MC-3001"),
        ("leaf.pem", "MC-3001"),
    ] {
        let refused = authority.refused(12, code, &["--crl", file]);
        assert!(refused.to_string().contains(file), "{refused}");
    }
    let (missing, _) = authority.verify(&["--crl", "nothing.der"]);
    assert_eq!(missing, Some(14));
}

#[test]
fn answers_that_openssl_made() {
    if !openssl() {
        return;
    }
    let authority = Authority::new();
    let valid = "V\t320101000000Z\t\t227B13\tunknown\t/CN=x\n";
    authority.answer("leaf.pem", valid, "root");
    let good = authority.revocation(&["--ocsp", "answer.der"]);
    assert_eq!(good["state"], "good");
    let late = authority.revocation(&["--ocsp", "answer.der", "--at", &in_days(3)]);
    assert_eq!(late["why"], "the answer is too old");
    let text = authority.mynacard(&[
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
    authority.answer("leaf.pem", register, "root");
    let refused = authority.refused(11, "MC-3401", &["--ocsp", "answer.der"]);
    assert!(
        refused.to_string().contains("2026-06-01T00:00:00Z"),
        "{refused}"
    );

    authority.answer("leaf.pem", "", "root");
    let unknown = authority.revocation(&["--ocsp", "answer.der"]);
    assert_eq!(
        unknown["why"],
        "the responder does not know the certificate"
    );

    authority.answer("other.pem", &valid.replace("7B13", "7B14"), "root");
    let other = authority.revocation(&["--ocsp", "answer.der"]);
    assert_eq!(other["why"], "the answer is about another certificate");

    authority.answer("leaf.pem", valid, "stranger");
    let forged = authority.revocation(&["--ocsp", "answer.der"]);
    assert_eq!(forged["why"], "the answer's signature does not verify");

    authority.write("not.der", b"hello");
    authority.refused(12, "MC-3001", &["--ocsp", "not.der"]);
    let (both, _) = authority.verify(&["--ocsp", "answer.der", "--crl", "list.der"]);
    assert_eq!(both, Some(2));
}

#[test]
fn the_instant_and_the_hierarchy() {
    if !openssl() {
        return;
    }
    let authority = Authority::new();
    let (exit, now) = authority.verify(&[]);
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

    let (_, later) = authority.verify(&["--at", &in_days(1900)]);
    assert!(later["warnings"].to_string().contains("ended: "), "{later}");
    let (_, soon) = authority.verify(&["--at", &in_days(1790)]);
    assert!(
        soon["warnings"]
            .to_string()
            .contains("ends within three months"),
        "{soon}"
    );
    // The advice is about the clock of the machine.
    authority.refused(14, "MC-3106", &["--at", "2020-01-01"]);
    authority.refused(2, "usage", &["--at", "yesterday"]);
    authority.refused(11, "MC-3103", &["--for", "signature"]);

    let plain = |arguments: &[&str]| {
        let output = authority.mynacard(&[&["--json", "cert"], arguments].concat());
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
    let authority = Authority::new();
    authority.openssl(&[
        "x509", "-in", "leaf.pem", "-outform", "der", "-out", "leaf.der",
    ]);
    let show = |file: &str| {
        let output = authority.mynacard(&["--json", "cert", "show", file]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let shown = show("leaf.der");
    assert_eq!(shown, show("leaf.pem"));
    assert_eq!(shown["claimed_hierarchy"], "jpki-test");
    assert!(shown.to_string().contains("Kiyose-shi CRLDP"), "{shown}");
    assert!(shown.to_string().contains("http://ocsp.invalid"), "{shown}");
    let output = authority.mynacard(&["--json", "cert", "show", "leaf.key"]);
    assert_eq!(output.status.code(), Some(12));
}
