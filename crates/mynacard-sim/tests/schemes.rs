//! Each scheme of COMPUTE DIGITAL SIGNATURE before openssl: what P1 says the card does with its input.

use mynacard_sim::{VirtualCard, person, pki};
use sha2::{Digest as _, Sha256};

mod support;
use support::{Folder, day, hex, openssl, pem, run, to_hex};

const MESSAGE: &[u8] = b"message to be signed";

/// Signs with the user authentication key after its PIN.
fn sign(p1: u8, input: &[u8]) -> Vec<u8> {
    let mut card = VirtualCard::new(person("kyokai-self").expect("listed"), day());
    card.power_on();
    for command in ["00A4040C0AD392F000260100000001", "002000980431323334"] {
        assert_eq!(card.transmit(&hex(command)), [0x90, 0x00]);
    }
    let command = format!("802A{p1:02X}97{:02X}{}00", input.len(), to_hex(input));
    let mut answer = card.transmit(&hex(&command));
    assert_eq!(answer.split_off(256), [0x90, 0x00], "P1 {p1:02X}");
    answer
}

#[track_caller]
fn assert_verifies(p1: u8, input: &[u8], options: &[&str]) {
    let folder = Folder::new(&format!("scheme-{p1}"));
    let leaf = pki::authentication_certificate(person("kyokai-self").expect("listed"), day());
    let leaf = pem(&folder, "leaf", &leaf).display().to_string();
    let key = openssl(["x509", "-in", &leaf, "-noout", "-pubkey"]);
    let key = folder
        .write("key.pem", key.as_bytes())
        .display()
        .to_string();
    let message = folder.write("message", MESSAGE).display().to_string();
    let signature = folder
        .write("signature", &sign(p1, input))
        .display()
        .to_string();
    let mut arguments = vec!["dgst", "-sha256", "-verify", &key, "-signature", &signature];
    arguments.extend(options);
    arguments.push(&message);
    let text = openssl(arguments);
    assert!(text.contains("Verified OK"), "P1 {p1:02X}: {text}");
}

#[test]
fn digests_and_messages_with_pkcs1_padding() {
    assert_verifies(2, &Sha256::digest(MESSAGE), &[]);
    assert_verifies(3, MESSAGE, &[]);
}

#[test]
fn digests_and_messages_with_pss() {
    let pss = [
        "-sigopt",
        "rsa_padding_mode:pss",
        "-sigopt",
        "rsa_pss_saltlen:32",
    ];
    assert_verifies(4, &Sha256::digest(MESSAGE), &pss);
    assert_verifies(5, MESSAGE, &pss);
    assert_eq!(
        sign(5, MESSAGE),
        sign(5, MESSAGE),
        "the same salt in every run"
    );
    assert_ne!(sign(5, MESSAGE), sign(5, b"another message"));
}

#[test]
fn a_bare_digest_comes_back_out_of_the_padding() {
    let folder = Folder::new("scheme-bare");
    let leaf = pki::authentication_certificate(person("kyokai-self").expect("listed"), day());
    let leaf = pem(&folder, "leaf", &leaf).display().to_string();
    let signature = folder
        .write("signature", &sign(1, MESSAGE))
        .display()
        .to_string();
    let output = run(
        "openssl",
        [
            "pkeyutl",
            "-verifyrecover",
            "-certin",
            "-inkey",
            &leaf,
            "-in",
            &signature,
        ],
    );
    assert_eq!(to_hex(&output.stdout), to_hex(&Sha256::digest(MESSAGE)));
}
