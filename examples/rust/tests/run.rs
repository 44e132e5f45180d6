//! The examples run and show what they promise.

use std::process::Command;

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .expect("the example starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn check_refuses_a_wrong_pin_and_shows_the_insurance_for_the_right_one() {
    let shown = run(env!("CARGO_BIN_EXE_check"), &[]);
    assert!(
        shown.contains("暗証番号が違います。あと2回間違えるとロックされます。"),
        "{shown}"
    );
    assert!(
        shown.contains("card exchanges: 5") && shown.contains("01130012"),
        "{shown}"
    );
}

#[test]
fn face_reads_a_file_in_the_encoding_of_the_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let xml = "<?xml version=\"1.0\" encoding=\"Shift_JIS\" standalone=\"no\"?>\r\n<XmlMsg><MessageHeader>\
        <SegmentOfResult>1</SegmentOfResult></MessageHeader><MessageBody><QualificationValidity>1</QualificationValidity>\
        <ResultList><ResultOfQualificationConfirmation><InsurerNumber>01130012</InsurerNumber><Name>";
    let mut bytes = xml.as_bytes().to_vec();
    bytes.extend_from_slice(&[0x88, 0xE3, 0x97, 0xC3]); // 医療
    bytes.extend_from_slice(
        b"</Name><Birthdate>19800401</Birthdate></ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>",
    );
    std::fs::write(
        folder
            .path()
            .join("OQSsiquc01res_face_0001_20261120101500.xml"),
        bytes,
    )
    .expect("written");
    std::fs::write(
        folder
            .path()
            .join("OQSsiquc01res_face_0002_20261120101501.xml"),
        "<XmlMsg>",
    )
    .expect("written");
    let shown = run(
        env!("CARGO_BIN_EXE_face"),
        &[folder.path().to_str().expect("a path"), "--once"],
    );
    assert!(
        shown.contains("医療 1980-04-01（昭和55年4月1日） 01130012"),
        "{shown}"
    );
}
