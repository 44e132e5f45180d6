//! `mynacard oqs` as its users call it: watching with and without a journal, every shape, both encodings, people of bulk files.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use mynacard::eligibility::{Answer, Encoding, FieldId as F, Message, Unmappable, XmlOptions};
use serde_json::Value;

fn oqs(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mynacard"))
        .arg("oqs")
        .args(arguments)
        .output()
        .unwrap()
}

#[track_caller]
fn done(arguments: &[&str]) -> Vec<u8> {
    let output = oqs(arguments);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    output.stdout
}

#[track_caller]
fn text(arguments: &[&str]) -> String {
    String::from_utf8(done(arguments)).unwrap()
}

fn shown(output: &Output) -> String {
    format!(
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn golden(name: &str) -> PathBuf {
    let folder = "../mynacard-eligibility/tests/golden";
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(folder)
        .join(name)
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn face(folder: &Path, number: u32) -> String {
    let name = format!("OQSsiquc01res_face_{number}_20261120093000.xml");
    fs::copy(golden("kokuho.sjis.xml"), folder.join(&name)).unwrap();
    name
}

#[test]
fn watching_with_a_journal_prints_each_face_once_across_restarts() {
    let dir = tempfile::tempdir().unwrap();
    let share = dir.path().join("OQS");
    let faces = share.join("face");
    fs::create_dir_all(&faces).unwrap();
    let journal = dir.path().join("journal");
    // The folder above face is understood too.
    let watch = |folder: &Path| {
        let printed = text(&[
            "--json",
            "watch",
            "--once",
            path(folder),
            "--journal",
            path(&journal),
        ]);
        let names = lines(&printed);
        names
            .iter()
            .map(|line| line["file"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let (one, two) = (face(&faces, 1), face(&faces, 2));
    assert_eq!(watch(&share), [one, two]);
    assert_eq!(watch(&faces), [""; 0]);
    let three = face(&faces, 3);
    assert_eq!(watch(&share), [three]);
    let all = text(&["--json", "watch", "--once", path(&share)]);
    assert_eq!(lines(&all).len(), 3, "without a journal all of them");
    // A journal that is in use is said, with its code.
    let lock = fs::File::open(journal.join("faces.lock")).unwrap();
    lock.lock().unwrap();
    let used = oqs(&[
        "--json",
        "watch",
        "--once",
        path(&share),
        "--journal",
        path(&journal),
    ]);
    let error: Value = serde_json::from_slice(&used.stdout).unwrap();
    assert_eq!(
        (used.status.code(), &error["error"]["code"]),
        (Some(2), &Value::from("MC-6512"))
    );
}

#[test]
fn a_face_file_is_made_from_xml_json_and_the_screen() {
    let dir = tempfile::tempdir().unwrap();
    let faces = dir.path().join("face");
    fs::create_dir(&faces).unwrap();
    let name = |bytes: &[u8]| {
        let answer = Answer::read_xml(bytes).unwrap();
        answer.results()[0].text(F::NAME).unwrap().to_owned()
    };
    let expected = name(&fs::read(golden("kokuho.utf8.xml")).unwrap());
    let screen = dir.path().join("screen.txt");
    fs::copy(golden("kokuho.screen.txt"), &screen).unwrap();
    let narrow = dir.path().join("screen-sjis.txt");
    let sjis = Encoding::ShiftJis
        .encode(&fs::read_to_string(&screen).unwrap(), Unmappable::Refuse)
        .unwrap();
    fs::write(&narrow, sjis.bytes).unwrap();
    for (number, file) in [
        golden("kokuho.utf8.xml"),
        golden("kokuho.sjis.xml"),
        golden("kokuho.json"),
        screen,
        narrow,
    ]
    .iter()
    .enumerate()
    {
        let bytes = done(&["convert", path(file), "--to", "face"]);
        let answer = Answer::read_xml(&bytes).unwrap();
        assert_eq!(answer.message().encoding, Encoding::ShiftJis, "{file:?}");
        assert_eq!(answer.text(F::REFERENCE_CLASSIFICATION), Some("1"));
        assert_eq!(name(&bytes), expected);
        let utf8 = done(&["convert", path(file), "--to", "face", "--encoding", "utf-8"]);
        assert_eq!(name(&utf8), expected);
        assert_ne!(utf8, bytes);
        let id = format!("desk{number}");
        let put = [
            "convert",
            path(file),
            "--to",
            "face",
            "--into",
            path(&faces),
            "--id",
            &id,
        ];
        let printed = text(&put);
        let made = Path::new(printed.trim_end());
        let file_name = made.file_name().unwrap().to_str().unwrap();
        assert!(
            file_name.starts_with(&format!("OQSsiquc01res_face_{id}_")),
            "{file_name}"
        );
        // Name, underscore, 14 digits, extension: also from a screen, which has no time.
        assert_eq!(
            file_name.len(),
            "OQSsiquc01res_face_deskN_20261120093000.xml".len()
        );
        assert_eq!(fs::read(made).unwrap(), bytes);
    }
    let watched = text(&["--json", "watch", "--once", path(dir.path())]);
    assert_eq!(lines(&watched).len(), 5);
    let again = golden("kokuho.utf8.xml");
    let taken = oqs(&[
        "convert",
        path(&again),
        "--to",
        "face",
        "--into",
        path(&faces),
        "--id",
        "desk0",
    ]);
    assert_eq!(taken.status.code(), Some(14));
    assert!(shown(&taken).contains("MC-6511"), "{}", shown(&taken));
}

#[test]
fn a_screens_lines_that_are_no_field_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("screen.txt");
    let mut screen = fs::read_to_string(golden("kokuho.screen.txt")).unwrap();
    screen.push_str("閉じる\n");
    fs::write(&file, screen).unwrap();
    let output = oqs(&["convert", path(&file), "--to", "json"]);
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("1 line(s)"), "{said}");
    fs::write(&file, "買い物メモ\n牛乳\n").unwrap();
    let none = oqs(&["convert", path(&file), "--to", "json"]);
    assert_eq!(none.status.code(), Some(12));
    assert!(shown(&none).contains("MC-4010"), "{}", shown(&none));
}

#[test]
fn the_people_of_bulk_files_are_shown_and_converted() {
    let utf8 = golden("OQSmuquc02res.utf8.xml");
    let sjis = golden("OQSmuquc02res.sjis.xml");
    for file in [&utf8, &sjis] {
        let file = path(file);
        let people = lines(&text(&["--json", "show", file]));
        assert_eq!(people.len(), 2);
        assert_eq!(
            (&people[0]["number"], &people[1]["number"]),
            (&1.into(), &2.into())
        );
        assert!(people[0]["answer"].to_string().contains("国保 花子"));
        assert!(people[1]["answer"].to_string().contains("該当なし"));
        let shown = text(&["show", file]);
        assert!(
            shown.contains("[1]\n") && shown.contains("[2]\n"),
            "{shown}"
        );
        assert!(
            shown.contains("国保 花子") && shown.contains("該当なし"),
            "{shown}"
        );

        let json = text(&["convert", file, "--to", "json"]);
        let read: Vec<Answer> = json
            .lines()
            .map(|line| Answer::from_json(line).unwrap())
            .collect();
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].results()[0].text(F::NAME), Some("国保 花子"));
        assert_eq!(text(&["convert", file, "--to", "fhir"]).lines().count(), 2);
        assert!(text(&["convert", file, "--to", "screen"]).contains("氏名：国保 花子"));
        assert!(text(&["convert", file, "--to", "text"]).contains("国保 花子"));
        let csv = text(&["convert", file, "--to", "csv"]);
        assert_eq!(csv.lines().count(), 3, "{csv}");
        assert!(csv.lines().nth(1).unwrap().contains("国保 花子"));
        assert!(csv.lines().nth(2).unwrap().contains("該当なし"));
        // The whole message in the other encoding.
        assert_eq!(
            done(&["convert", file, "--to", "xml-sjis"]),
            fs::read(&sjis).unwrap()
        );
        assert_eq!(
            done(&["convert", file, "--to", "xml-utf8"]),
            fs::read(&utf8).unwrap()
        );
    }
    let registered = text(&["--json", "show", path(&golden("OQSmuimm02res.sjis.xml"))]);
    assert_eq!(lines(&registered).len(), 1);
    assert!(registered.contains("24434"));

    let dir = tempfile::tempdir().unwrap();
    let one = oqs(&["convert", path(&utf8), "--to", "face"]);
    assert_eq!(one.status.code(), Some(2), "{}", shown(&one));
    let many = oqs(&[
        "convert",
        path(&utf8),
        "--to",
        "face",
        "--into",
        path(dir.path()),
    ]);
    assert_eq!(many.status.code(), Some(0), "{}", shown(&many));
    assert!(
        shown(&many).contains("person 2 has no insurance"),
        "{}",
        shown(&many)
    );
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_bulk_file_that_breaks_off_says_so_after_the_people_before() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("half.xml");
    let whole = fs::read(golden("OQSmuquc02res.utf8.xml")).unwrap();
    fs::write(&file, &whole[..whole.len() - 40]).unwrap();
    for arguments in [
        &["--json", "show", path(&file)][..],
        &["--json", "convert", path(&file), "--to", "json"],
    ] {
        let output = oqs(arguments);
        assert_eq!(output.status.code(), Some(12));
        let text = shown(&output);
        assert!(
            text.contains("国保 花子") && text.contains("MC-4002"),
            "{text}"
        );
    }
    // A table of some of the people would look whole.
    let csv = oqs(&["convert", path(&file), "--to", "csv"]);
    assert_eq!(csv.status.code(), Some(12));
    assert!(!shown(&csv).contains("国保 花子"));
}

/// An answer about somebody whose name begins with a character that Shift_JIS does not have.
fn yoshida(folder: &Path) -> PathBuf {
    let file = folder.join("yoshida.xml");
    let xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader/><MessageBody><ResultList>\
        <ResultOfQualificationConfirmation><InsurerNumber>01130012</InsurerNumber><Name>医\u{20BB7}田　太郎</Name>\
        </ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>";
    fs::write(&file, xml).unwrap();
    file
}

#[test]
fn characters_that_shift_jis_lacks_are_refused_with_their_places_or_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let file = yoshida(dir.path());
    let convert = |to: &str, more: &[&str]| {
        let mut arguments = vec!["convert", path(&file), "--to", to];
        arguments.extend(more);
        oqs(&arguments)
    };
    let sjis = ["--encoding", "shift-jis"];
    for (to, more, place) in [
        ("xml-sjis", &[][..], "Name character 2"),
        ("face", &[], "Name character 2"),
        ("csv", &sjis, "line 2 character "),
        ("text", &sjis, "line "),
        ("screen", &sjis, "line 1 character 5"),
    ] {
        let refused = convert(to, more);
        let said = shown(&refused);
        // The caller has to choose a policy.
        assert_eq!(refused.status.code(), Some(2), "{to}: {said}");
        assert!(
            said.contains("MC-4009") && said.contains(place),
            "{to}: {said}"
        );
        assert!(
            !said.contains('\u{20BB7}') && !said.contains("田　太郎"),
            "{said}"
        );
        for policy in ["replace", "geta", "〓"] {
            let mut more = more.to_vec();
            more.extend(["--unmappable", policy]);
            let replaced = convert(to, &more);
            assert_eq!(
                replaced.status.code(),
                Some(0),
                "{to}: {}",
                shown(&replaced)
            );
            let text = Encoding::ShiftJis.decode(&replaced.stdout).unwrap();
            assert!(text.contains("医〓田　太郎"), "{to}: {text}");
            let said = String::from_utf8(replaced.stderr).unwrap();
            assert!(
                said.contains("1 character(s) replaced") && said.contains(place),
                "{said}"
            );
        }
    }
    // The cell's own place: what stands before it in its line, and one.
    let refused = shown(&convert("csv", &sjis));
    let csv = text(&["convert", path(&file), "--to", "csv"]);
    let line = csv.lines().nth(1).unwrap();
    let column = line.chars().position(|c| c == '\u{20BB7}').unwrap() + 1;
    assert!(
        refused.contains(&format!("line 2 character {column}")),
        "{refused}"
    );

    let reference = convert("xml-sjis", &["--unmappable", "reference"]);
    let written = Encoding::ShiftJis.decode(&reference.stdout).unwrap();
    assert!(written.contains("医&#134071;田"), "{written}");
    let read = Answer::read_xml(&reference.stdout).unwrap();
    assert_eq!(read.results()[0].text(F::NAME), Some("医\u{20BB7}田　太郎"));
    for (to, more) in [
        (
            "csv",
            &["--encoding", "shift-jis", "--unmappable", "reference"][..],
        ),
        ("json", &sjis),
        ("fhir", &sjis),
        ("xml-utf8", &sjis),
        ("csv", &["--into", "."]),
    ] {
        let wrong = convert(to, more);
        assert_eq!(wrong.status.code(), Some(2), "{to}: {}", shown(&wrong));
    }
}

#[test]
fn csv_in_shift_jis_is_the_same_table() {
    let file = golden("kokuho.utf8.xml");
    let utf8 = text(&["convert", path(&file), "--to", "csv"]);
    let sjis = done(&[
        "convert",
        path(&file),
        "--to",
        "csv",
        "--encoding",
        "shift-jis",
    ]);
    let read = Encoding::ShiftJis.decode(&sjis).unwrap();
    assert_eq!(read, utf8.trim_start_matches('\u{FEFF}'));
    assert!(utf8.starts_with('\u{FEFF}') && !read.starts_with('\u{FEFF}'));
}

#[test]
fn a_bulk_file_of_many_people_is_read_one_by_one() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("many.xml");
    let whole = fs::read_to_string(golden("OQSmuquc02res.utf8.xml")).unwrap();
    let start = whole.find("    <BulkConfirmUnit>").unwrap();
    let end = whole.find("  </MessageBody>").unwrap();
    let units = &whole[start..end];
    // More than is ever read of one person.
    let times = (17 << 20) / units.len() + 1;
    let many = format!(
        "{}{}{}",
        &whole[..start],
        units.repeat(times),
        &whole[end..]
    );
    fs::write(&file, many).unwrap();
    let again = text(&["convert", path(&file), "--to", "xml-utf8"]);
    assert_eq!(again.matches("<BulkConfirmUnit>").count(), 2 * times);
}

#[test]
fn a_converted_bulk_file_keeps_what_stands_around_the_people() {
    let dir = tempfile::tempdir().unwrap();
    let whole = fs::read_to_string(golden("OQSmuquc02res.utf8.xml")).unwrap();
    let late = "<LateList><Late>後</Late></LateList>";
    let whole = whole
        .replacen("<XmlMsg>", "<XmlMsg version=\"9\">", 1)
        .replacen(
            "</MessageBody>",
            &format!("<PrescriptionIssueSelect>1</PrescriptionIssueSelect>{late}</MessageBody><Trailer a=\"b\"/>"),
            1,
        );
    let file = dir.path().join("OQSmuquc02res_1.xml");
    fs::write(&file, &whole).unwrap();
    for to in ["xml-utf8", "xml-sjis"] {
        let converted = done(&["convert", path(&file), "--to", to]);
        let back = Message::read_xml(&converted).unwrap();
        let original = Message::read_xml(whole.as_bytes()).unwrap();
        let written = |message: &Message| message.write_xml(&XmlOptions::default()).unwrap();
        assert_eq!(written(&back).bytes, written(&original).bytes, "{to}");
        assert!(String::from_utf8_lossy(&converted).contains("version=\"9\""));
        assert_eq!(back.unknown().len(), 1);
        assert_eq!(back.body.unknown().len(), 1);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_converted_bulk_file_is_never_in_memory_as_a_whole() {
    use std::io::Read;
    use std::process::Stdio;
    let dir = tempfile::tempdir().unwrap();
    let whole = fs::read_to_string(golden("OQSmuquc02res.utf8.xml")).unwrap();
    let start = whole.find("    <BulkConfirmUnit>").unwrap();
    let end = whole.rfind("  </MessageBody>").unwrap();
    let people = &whole[start..end];
    let times = (24 << 20) / people.len();
    let file = dir.path().join("OQSmuquc02res_1.xml");
    fs::write(
        &file,
        [&whole[..start], &people.repeat(times), &whole[end..]].concat(),
    )
    .unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_mynacard"))
        .args(["oqs", "convert", path(&file), "--to", "xml-utf8"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut out = child.stdout.take().unwrap();
    let (mut buffer, mut length, mut peak) = (vec![0; 1 << 16], 0, 0);
    loop {
        let read = out.read(&mut buffer).unwrap();
        if read == 0 {
            break;
        }
        length += read;
        // While it waits for us to read on, it is there to be asked.
        let status = fs::read_to_string(&status).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
        peak = peak.max(kilobytes.unwrap_or(0));
    }
    assert!(child.wait().unwrap().success());
    assert!(length > 20 << 20, "{length}");
    assert!(peak > 0 && peak < length >> 10, "{peak} kB");
}

#[test]
fn people_are_told_that_nothing_proves_where_a_file_comes_from() {
    let dir = tempfile::tempdir().unwrap();
    face(dir.path(), 1);
    let single = golden("kokuho.utf8.xml");
    let bulk = golden("OQSmuquc02res.utf8.xml");
    for command in [
        &["watch", "--once", path(dir.path())][..],
        &["show", path(&single)],
        &["show", path(&bulk)],
    ] {
        assert!(
            text(command).contains("作成元は確認していません"),
            "{command:?}"
        );
        let english = text(&[command, &["--lang", "en"]].concat());
        assert!(english.contains("not authenticated"), "{command:?}");
    }
    for command in [
        &["watch", "--once", path(dir.path())][..],
        &["show", path(&single)],
        &["show", path(&bulk)],
    ] {
        let printed = text(&[&["--json"], command].concat());
        let documents: Vec<Value> = match serde_json::from_str(&printed) {
            Ok(document) => vec![document],
            Err(_) => lines(&printed),
        };
        for document in documents {
            assert_eq!(document["authenticated"], false, "{command:?}");
            assert!(document["answer"].is_object(), "{command:?}");
        }
    }
}
