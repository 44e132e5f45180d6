//! What a report of a trail says: a place and one of a few sentences, never anything of what stands in the files.

use mynacard_auth::audit::Report;

/// Each damage by its stable name, in words; the number of lines is left out.
const SENTENCES: [(&str, &str); 9] = [
    ("altered", "the line was altered"),
    ("not-a-line", "not a line of the trail"),
    ("missing", " lines before it were removed"),
    ("out-of-place", "the line belongs elsewhere"),
    ("cut-off", "the last  lines were cut off"),
    ("surplus", "something was added after the end"),
    ("head-older", "the head does not count  lines"),
    ("head-differs", "the head names another last line"),
    ("no-head", "the head is missing or was altered"),
];

pub(super) fn read(report: &Report) {
    let named = report.findings.len();
    assert!(
        named == Report::MOST_FINDINGS || named < Report::MOST_FINDINGS && report.more == 0,
        "{named} findings and {} more",
        report.more
    );
    assert!(
        report.fingerprint.len() == 64 && report.fingerprint.bytes().all(is_digit),
        "{}",
        report.fingerprint
    );
    for finding in &report.findings {
        let number = finding
            .file
            .strip_prefix("audit-")
            .and_then(|rest| rest.strip_suffix(".jsonl"));
        assert!(
            finding.file == "head" || number.is_some_and(|number| number.parse::<u32>().is_ok()),
            "another file: {}",
            finding.file
        );
        let place = match finding.line {
            0 => finding.file.clone(),
            line => format!("{}, line {line}", finding.file),
        };
        let said = finding.to_string();
        let what = said.strip_prefix(&format!("{place}: "));
        let what = what.expect("a finding begins with its place");
        let (digits, words): (String, String) = what.chars().partition(char::is_ascii_digit);
        let sentence = SENTENCES
            .iter()
            .find(|(name, _)| *name == finding.damage.as_str());
        assert_eq!(sentence.map(|(_, words)| *words), Some(words.as_str()));
        assert_eq!(digits.parse().ok(), finding.damage.lines(), "{said}");
    }
}

fn is_digit(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}
