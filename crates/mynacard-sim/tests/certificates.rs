//! Every certificate of the simulation before openssl, an independent judge.

use std::path::Path;

use mynacard_sim::{CertificateLife, Person, people, person, pki};

mod support;
use support::{Folder, day, openssl, pem, run};

#[test]
fn every_certificate_verifies_under_its_root() {
    let folder = Folder::new("certificates");
    let authentication = pem(&folder, "authentication", pki::AUTHENTICATION_ROOT);
    let signature = pem(&folder, "signature", pki::SIGNATURE_ROOT);
    let now = day()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970")
        .as_secs()
        .to_string();
    for person in people() {
        let leaf = pem(
            &folder,
            "leaf",
            &pki::authentication_certificate(person, day()),
        );
        let expected = match person.certificate() {
            CertificateLife::Ended | CertificateLife::Expired => Err("certificate has expired"),
            _ => Ok(()),
        };
        assert_verifies(
            person,
            &authentication,
            &leaf,
            &["-attime", &now, "-purpose", "sslclient"],
            expected,
        );
        assert_verifies(
            person,
            &signature,
            &leaf,
            &["-no_check_time"],
            Err("unable to get local issuer"),
        );
        let leaf = pem(&folder, "leaf", &pki::signature_certificate(person, day()));
        assert_verifies(person, &signature, &leaf, &["-attime", &now], expected);
    }
}

#[track_caller]
fn assert_verifies(
    person: &Person,
    root: &Path,
    leaf: &Path,
    options: &[&str],
    expected: Result<(), &str>,
) {
    let mut arguments = vec![
        "verify",
        "-x509_strict",
        "-CAfile",
        root.to_str().expect("UTF-8"),
    ];
    arguments.extend(options);
    arguments.push(leaf.to_str().expect("UTF-8"));
    let output = run("openssl", arguments);
    let text = String::from_utf8_lossy(&output.stderr);
    match expected {
        Ok(()) => assert!(output.status.success(), "{}: {text}", person.id()),
        Err(why) => assert!(
            !output.status.success() && text.contains(why),
            "{}: {text}",
            person.id()
        ),
    }
}

#[test]
fn profile_is_that_of_the_real_cards() {
    let folder = Folder::new("profile");
    let person = person("kyokai-self").expect("listed");
    let show = |name: &str, der: &[u8]| {
        let path = pem(&folder, name, der);
        let path = path.to_str().expect("UTF-8");
        openssl([
            "x509",
            "-in",
            path,
            "-noout",
            "-text",
            "-nameopt",
            "utf8,sep_comma_plus",
            "-certopt",
            "no_sigdump,no_pubkey",
        ])
    };
    let text = show(
        "authentication",
        &pki::authentication_certificate(person, day()),
    );
    for line in [
        "Issuer: C=JP,O=MYNACARD-SIMULATION,OU=JPKI for user authentication,OU=Japan Agency for Local Authority Information Systems",
        "Subject: C=JP,CN=SIM0000000001A",
        "X509v3 Key Usage: critical\n                Digital Signature\n",
        "X509v3 Extended Key Usage: \n                TLS Web Client Authentication\n",
        "X509v3 Certificate Policies: critical\n                Policy: 1.2.392.200149.8.5.1.0.30\n",
        "OU = CRL Distribution Points, OU = Tokyo-to, CN = Chiyoda-ku CRLDP",
        "OCSP - URI:http://ocsp.sim.invalid",
        "serial:53:A1",
        "Not Before: Oct 16 01:35:42 2025 GMT",
        "Not After : Apr  1 14:59:59 2030 GMT",
    ] {
        assert!(text.contains(line), "no {line:?} in {text}");
    }
    let text = show("signature", &pki::signature_certificate(person, day()));
    for line in [
        "Subject: C=JP,L=Tokyo-to,L=Chiyoda-ku,CN=SIM0000000001S",
        "X509v3 Key Usage: critical\n                Digital Signature, Non Repudiation\n",
        "othername: 1.2.392.200149.8.5.5.1::医療　太郎, othername: 1.2.392.200149.8.5.5.4::319800401, othername: 1.2.392.200149.8.5.5.3::1, othername: 1.2.392.200149.8.5.5.5::東京都千代田区霞が関１丁目２番３号, othername: 1.2.392.200149.8.5.5.2::00000, othername: 1.2.392.200149.8.5.5.6::00000000000000000",
        "Policy: 1.2.392.200149.8.5.1.0.20\n",
        "serial:53:D1",
    ] {
        assert!(text.contains(line), "no {line:?} in {text}");
    }
    assert!(
        !text.contains("OCSP"),
        "a signature certificate names no OCSP service"
    );
}

#[test]
fn the_first_persons_certificate_is_as_long_as_the_real_one() {
    let lengths = |id| {
        let person = person(id).expect("listed");
        (
            pki::authentication_certificate(person, day()).len(),
            pki::signature_certificate(person, day()).len(),
        )
    };
    assert_eq!(lengths("kyokai-self").0, 1590);
    assert_ne!(lengths("kokuho").0, 1590, "other people have other lengths");
    assert!(
        lengths("long-name").1 > 1900,
        "a long name makes a long certificate"
    );
}

#[test]
fn a_day_has_one_certificate_and_the_next_day_another() {
    let person = person("cert-ending").expect("listed");
    let tomorrow = day() + std::time::Duration::from_secs(86_400);
    assert_eq!(
        pki::authentication_certificate(person, day()),
        pki::authentication_certificate(person, day())
    );
    assert_ne!(
        pki::authentication_certificate(person, day()),
        pki::authentication_certificate(person, tomorrow)
    );
}

#[test]
fn the_roots_are_those_that_the_verifying_crate_pins() {
    let pinned = |name: &str| {
        let path = format!(
            "{}/../mynacard-cert/roots/simulation/{name}.cer",
            env!("CARGO_MANIFEST_DIR")
        );
        std::fs::read(path).expect("the roots lie beside the verifying crate")
    };
    assert_eq!(pinned("user-authentication"), pki::AUTHENTICATION_ROOT);
    assert_eq!(pinned("digital-signature"), pki::SIGNATURE_ROOT);
}
