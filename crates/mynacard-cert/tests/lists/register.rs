//! `openssl ca` keeps the register and makes the lists.

use mynacard_cert::Usage;

use crate::common::forge::*;
use crate::common::openssl::{self, Folder};
use crate::common::revoke::*;
use crate::{ask, verified};

/// `openssl ca` keeps the register and makes the lists.
#[test]
fn lists_made_by_openssl() {
    if !openssl::available() {
        return;
    }
    let authority = Authority::new(Key::rsa_root(), Usage::Authentication);
    let verified = verified(&authority, |_| ());
    let folder = Folder::new();
    folder.write_pem("root.pem", "CERTIFICATE", &authority.certificate);
    folder.write_pem("root.key", "PRIVATE KEY", &authority.key.pkcs8());
    folder.write_pem("leaf.pem", "CERTIFICATE", verified.certificate().as_der());
    let configuration = "
[ca]
default_ca = own
[own]
database = index.txt
crlnumber = crlnumber
certificate = root.pem
private_key = root.key
default_md = sha256
policy = any
[any]
[list]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical, @point
[point]
fullname = dirName:point_name
onlyuser = TRUE
[other]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical, @other_point
[other_point]
fullname = dirName:other_name
[bare]
authorityKeyIdentifier = keyid
[delta]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical, @point
deltaCRL = critical, ASN1:INTEGER:1
[point_name]
C = JP
O = MYNACARD-HARNESS
0.OU = CRL Distribution Points
1.OU = Tokyo-to
CN = Kiyose-shi CRLDP
[other_name]
C = JP
O = MYNACARD-HARNESS
0.OU = CRL Distribution Points
1.OU = Tokyo-to
CN = Hino-shi CRLDP
";
    folder.write(
        "ca.cnf",
        configuration.replace("deltaCRL", "2.5.29.27").as_bytes(),
    );
    folder.write("crlnumber", b"01\n");
    let update = [
        "-crl_lastupdate",
        "20261120230000Z",
        "-crl_nextupdate",
        "20261122230000Z",
    ];
    let list = |section: &str| {
        let mut arguments = vec![
            "ca", "-config", "ca.cnf", "-utf8", "-gencrl", "-crlexts", section, "-out", "list.pem",
        ];
        arguments.extend(update);
        folder.must(&arguments);
        folder.must(&[
            "crl", "-in", "list.pem", "-outform", "der", "-out", "list.der",
        ]);
        std::fs::read(folder.path().join("list.der")).unwrap()
    };
    folder.write("index.txt", b"");
    assert_eq!(word(&ask(&verified, &list("list"))), "good");
    assert_eq!(
        word(&ask(&verified, &list("other"))),
        "OtherDistributionPoint"
    );
    assert_eq!(
        word(&ask(&verified, &list("bare"))),
        "OtherDistributionPoint"
    );
    assert_eq!(word(&ask(&verified, &list("delta"))), "Delta");
    for (reason, expected) in [
        ("unspecified", "revoked 0"),
        ("keyCompromise", "revoked 1"),
        ("CACompromise", "revoked 2"),
        ("affiliationChanged", "revoked 3"),
        ("superseded", "revoked 4"),
        ("cessationOfOperation", "revoked 5"),
        ("certificateHold", "revoked 6"),
        ("removeFromCRL", "revoked 8"),
    ] {
        folder.write("index.txt", b"");
        folder.must(&[
            "ca",
            "-config",
            "ca.cnf",
            "-revoke",
            "leaf.pem",
            "-crl_reason",
            reason,
        ]);
        let found = word(&ask(&verified, &list("list")));
        // openssl leaves the reason out where it is "unspecified".
        let expected = if expected == "revoked 0" && found == "revoked" {
            "revoked"
        } else {
            expected
        };
        assert_eq!(found, expected, "{reason}");
    }
    let old = [
        "-crl_lastupdate",
        "20261001000000Z",
        "-crl_nextupdate",
        "20261101000000Z",
        "-out",
        "list.pem",
    ];
    let mut arguments = vec!["ca", "-config", "ca.cnf", "-gencrl", "-crlexts", "list"];
    arguments.extend(old);
    folder.must(&arguments);
    folder.must(&[
        "crl", "-in", "list.pem", "-outform", "der", "-out", "list.der",
    ]);
    assert_eq!(
        word(&ask(
            &verified,
            &std::fs::read(folder.path().join("list.der")).unwrap()
        )),
        "Stale"
    );
}
