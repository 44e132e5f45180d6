use super::*;
use der::asn1::BitString;
use p256::ecdsa::signature::Verifier as _;

/// A certificate around `key` whose signature nobody checks here.
fn certificate(key: &TerminalKey) -> Vec<u8> {
    let request =
        x509_cert::request::CertReq::from_der(&key.certificate_request().unwrap()).unwrap();
    let spki = request.info.public_key.to_der().unwrap();
    let raw = |bytes: &[u8]| der::Any::from_der(bytes).unwrap();
    let algorithm = raw(&request.algorithm.to_der().unwrap());
    let name = raw(&Name::default().to_der().unwrap());
    let time = "260101000000Z";
    let validity = [
        &[0x30, 30, 0x17, 13],
        time.as_bytes(),
        &[0x17, 13],
        time.as_bytes(),
    ]
    .concat();
    let version = raw(&[0xA0, 3, 2, 1, 2]);
    let parts = vec![
        version,
        raw(&[2, 1, 1]),
        algorithm.clone(),
        name.clone(),
        raw(&validity),
        name,
        raw(&spki),
    ];
    let tbs = der::Any::from_der(&parts.to_der().unwrap()).unwrap();
    let signature =
        der::Any::from_der(&BitString::from_bytes(&[0]).unwrap().to_der().unwrap()).unwrap();
    vec![tbs, algorithm, signature].to_der().unwrap()
}

fn activated(key: &TerminalKey) -> Activated {
    Activated {
        terminal: "T1".into(),
        certificate: certificate(key),
        chain: vec![vec![1, 2], vec![3]],
        institution: Institution {
            code: "1312345678".into(),
            name: "テスト診療所".into(),
            kind: "clinic".into(),
        },
        visual_check: VisualCheck::Allowed,
        not_after: UNIX_EPOCH + Duration::from_secs(1_800_000_000),
    }
}

#[test]
fn the_request_is_signed_by_the_key_in_it() {
    let key = TerminalKey::generate().unwrap();
    let der = key.certificate_request().unwrap();
    let request = x509_cert::request::CertReq::from_der(&der).unwrap();
    assert_eq!(
        request.info.public_key.to_der().unwrap(),
        key.public_key_info().unwrap()
    );
    let signature = DerSignature::from_bytes(request.signature.raw_bytes()).unwrap();
    let verifier = p256::ecdsa::VerifyingKey::from(&key.secret.public_key());
    verifier
        .verify(&request.info.to_der().unwrap(), &signature)
        .unwrap();
    verifier.verify(b"something else", &signature).unwrap_err();
}

#[test]
fn a_terminal_survives_its_bytes() {
    let key = TerminalKey::generate().unwrap();
    let activated = activated(&key);
    let terminal = Terminal::new(key, activated.clone()).unwrap();
    let bytes = terminal.to_secret_bytes().unwrap();
    let again = Terminal::from_secret_bytes(&bytes).unwrap();
    assert_eq!(again.certificate(), activated.certificate);
    assert_eq!(again.chain(), activated.chain);
    assert_eq!(again.institution(), &activated.institution);
    assert_eq!(again.visual_check(), VisualCheck::Allowed);
    assert_eq!(again.not_after(), activated.not_after);
    assert_eq!(
        again.key().public_key_info().unwrap(),
        terminal.key().public_key_info().unwrap()
    );
    for end in 0..bytes.len() {
        assert!(Terminal::from_secret_bytes(&bytes[..end]).is_err(), "{end}");
    }
}

#[test]
fn a_certificate_for_another_key_is_refused() {
    let activated = activated(&TerminalKey::generate().unwrap());
    let error = Terminal::new(TerminalKey::generate().unwrap(), activated).unwrap_err();
    assert_eq!(error.code(), "MC-5302");
}

#[test]
fn settings_are_checked_before_anything_is_sent() {
    assert!(UserSettings::new(" 1312345678", "W0000001 ", "ABCD-1234").is_ok());
    for (code, id, activation, field) in [
        ("131234567", "W0000001", "ABCD1234", "institution_code"),
        (
            "１３１２３４５６７８",
            "W0000001",
            "ABCD1234",
            "institution_code",
        ),
        ("1312345678", "W 01", "ABCD1234", "id"),
        ("1312345678", "W0000001", "AB CD", "activation_code"),
        ("1312345678", "W0000001", "", "activation_code"),
    ] {
        let error = UserSettings::new(code, id, activation).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Settings { field: f } if *f == field),
            "{error}"
        );
    }
}

#[test]
fn debug_shows_no_secret() {
    let settings = UserSettings::new("1312345678", "W0000001", "HIDDEN-CODE").unwrap();
    assert!(!format!("{settings:?}").contains("HIDDEN"));
}

#[test]
fn the_visual_check_is_off_until_it_is_switched_on_where_it_may_be() {
    use crate::VisualSetting::{Off, On};
    use crate::vault::{Passcode, Stretching, Unlock, Vault};

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let passcode = Passcode::new("eight chars").unwrap();
    let unlock = Unlock::Passcode(&passcode, Stretching::FLOOR);
    let mut vault = Vault::create(&path, &unlock).unwrap();
    assert_eq!(vault.visual_setting().unwrap(), Off);
    assert_eq!(
        vault.store_visual_setting(On).unwrap_err().code(),
        "MC-5210"
    );

    let terminal = |visual_check| {
        let key = TerminalKey::generate().unwrap();
        let activated = Activated {
            visual_check,
            ..activated(&key)
        };
        Terminal::new(key, activated).unwrap()
    };
    vault
        .store_terminal(&terminal(VisualCheck::Allowed))
        .unwrap();
    vault.store_visual_setting(On).unwrap();
    let now = UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    let mut vault = Vault::open(&path, &unlock, now).unwrap();
    assert_eq!(vault.visual_setting().unwrap(), On);

    // The institution lost its leave with a renewal: off is always possible, on no more.
    vault
        .store_terminal(&terminal(VisualCheck::NotAllowed))
        .unwrap();
    vault.store_visual_setting(Off).unwrap();
    let refused = vault.store_visual_setting(On).unwrap_err();
    assert_eq!(refused.code(), "MC-5028");
    assert_eq!(vault.visual_setting().unwrap(), Off);
    for neither in [&b""[..], b"On", b"on "] {
        vault.set("setting.visual-check", neither);
        assert_eq!(vault.visual_setting().unwrap_err().code(), "MC-5210");
    }
}
