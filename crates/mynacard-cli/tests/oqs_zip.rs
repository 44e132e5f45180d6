//! `mynacard oqs show` and `convert` with the ZIPs that terminals write, plain and AES; and how much they keep of replaced
//! characters.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use zip::write::SimpleFileOptions;

/// The command; what is typed stands in its standard input, of which the descriptor is zero.
fn oqs(arguments: &[&str], typed: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mynacard"))
        .arg("oqs")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read it has ended already.
    let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
    child.wait_with_output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn golden(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../mynacard-eligibility/tests/golden");
    fs::read(folder.join(name)).unwrap()
}

fn zipped(folder: &Path, name: &str, files: &[(&str, &[u8])], password: Option<&str>) -> PathBuf {
    let path = folder.join(name);
    let mut zip = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    let deflated =
        SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, bytes) in files {
        let options = match password {
            Some(password) => deflated.with_aes_encryption(zip::AesMode::Aes256, password),
            None => deflated,
        };
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
    path
}

const FD: [&str; 2] = ["--zip-password-fd", "0"];

#[test]
fn a_zip_is_read_as_the_xml_in_it_plain_and_aes() {
    let dir = tempfile::tempdir().unwrap();
    for (name, single) in [("kokuho.sjis.xml", true), ("OQSmuquc02res.sjis.xml", false)] {
        let xml = golden(name);
        for (archive, password) in [("plain.zip", None), ("aes.ZIP", Some("himitsu"))] {
            let file = zipped(
                dir.path(),
                archive,
                &[("deep/folder/a.xml", &xml)],
                password,
            );
            let file = file.to_str().unwrap();
            let typed = password.map_or(String::new(), |password| format!("{password}\r\n"));
            let run = |arguments: &[&str]| {
                let output = oqs(&[arguments, &FD].concat(), &typed);
                assert_eq!(
                    output.status.code(),
                    Some(0),
                    "{name} {archive}: {}",
                    said(&output)
                );
                output.stdout
            };
            // Byte for byte, in its own encoding.
            assert_eq!(
                run(&["convert", file, "--to", "xml-sjis"]),
                xml,
                "{name} {archive}"
            );
            let json = String::from_utf8(run(&["--json", "show", file])).unwrap();
            assert_eq!(
                json.matches("\"authenticated\":").count(),
                if single { 1 } else { 2 }
            );
            let csv = String::from_utf8(run(&["convert", file, "--to", "csv"])).unwrap();
            assert!(csv.contains("国保 花子"), "{csv}");
        }
    }
}

#[test]
fn a_zip_that_cannot_be_opened_says_why_and_never_its_password() {
    let dir = tempfile::tempdir().unwrap();
    let xml = golden("OQSmuquc02res.utf8.xml");
    let aes = zipped(dir.path(), "aes.zip", &[("a.xml", &xml)], Some("himitsu"));
    let empty = zipped(dir.path(), "empty.zip", &[], None);
    let text = zipped(dir.path(), "text.zip", &[("a.txt", b"x")], None);
    let two = zipped(
        dir.path(),
        "two.zip",
        &[("a.xml", &xml), ("b.xml", &xml)],
        None,
    );
    let half = dir.path().join("half.zip");
    let bytes = fs::read(&aes).unwrap();
    fs::write(&half, &bytes[..bytes.len() / 2]).unwrap();
    for (file, typed, code) in [
        (&aes, "falsch\n", "MC-6505"),
        (&aes, "\n", "MC-6505"),
        (&empty, "", "MC-6504"),
        (&text, "", "MC-6504"),
        (&two, "", "MC-6504"),
        (&half, "", "MC-6504"),
    ] {
        let file = file.to_str().unwrap();
        for arguments in [&["show", file][..], &["convert", file, "--to", "json"]] {
            let output = oqs(&[arguments, &FD].concat(), typed);
            let shown = format!(
                "{}{}",
                said(&output),
                String::from_utf8_lossy(&output.stdout)
            );
            assert_ne!(output.status.code(), Some(0), "{file}");
            assert!(shown.contains(code), "{file}: {shown}");
            assert!(
                !shown.contains("falsch") && !shown.contains("国保"),
                "{shown}"
            );
        }
    }
    // Of several the one called as the ZIP is.
    let named = zipped(
        dir.path(),
        "b.zip",
        &[("a.xml", b"<no/>"), ("b.xml", &xml)],
        None,
    );
    let output = oqs(
        &["convert", named.to_str().unwrap(), "--to", "xml-utf8"],
        "",
    );
    assert_eq!(output.stdout, xml, "{}", said(&output));
}

#[test]
fn replaced_characters_of_very_many_people_are_named_up_to_a_bound_and_counted() {
    let dir = tempfile::tempdir().unwrap();
    let unit = "<BulkConfirmUnit><ProcessingResultMessage>\u{20BB7}\u{20BB7}</ProcessingResultMessage></BulkConfirmUnit>";
    let xml = format!(
        "<XmlMsg><MessageHeader/><MessageBody>{}</MessageBody></XmlMsg>",
        unit.repeat(700)
    );
    let file = zipped(
        dir.path(),
        "many.zip",
        &[("many.xml", xml.as_bytes())],
        None,
    );
    let file = file.to_str().unwrap();
    let output = oqs(
        &[
            "convert",
            file,
            "--to",
            "xml-sjis",
            "--unmappable",
            "replace",
        ],
        "",
    );
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let said = said(&output);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 501, "500 people and what is left");
    assert!(
        lines[499].contains("2 character(s) replaced: person 500, "),
        "{}",
        lines[499]
    );
    assert!(
        lines[500].ends_with("and 400 more character(s) replaced"),
        "{}",
        lines[500]
    );
}
