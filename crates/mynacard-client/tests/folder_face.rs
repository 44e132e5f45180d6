//! The face folder: every file once, never half of one, whatever the writer does.

#![cfg(feature = "folder")]
#![allow(clippy::unwrap_used, clippy::panic)]

use mynacard_auth::Cancel;
use mynacard_client::folder::{Event, Existing, FaceFolder, FaceOptions, put_face};
use mynacard_eligibility::{Answer, Encoding, FieldId, Record, Section, XmlOptions};
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

fn never() -> Cancel {
    Cancel::new()
}

fn options(existing: Existing) -> FaceOptions {
    FaceOptions {
        existing,
        poll: Duration::from_millis(20),
        patience: Duration::from_millis(300),
    }
}

fn xml(name: &str) -> Vec<u8> {
    let answer = Answer::builder()
        .set(FieldId::QUALIFICATION_VALIDITY, "1")
        .result(Record::builder(Section::Confirmation).set(FieldId::NAME, name))
        .build()
        .unwrap();
    answer
        .write_xml(&XmlOptions {
            encoding: Encoding::ShiftJis,
            ..Default::default()
        })
        .unwrap()
}

fn file_name(index: usize) -> String {
    format!("OQSsiquc01res_face_{index:05}_20261120093000.xml")
}

fn put(folder: &Path, index: usize) {
    std::fs::write(folder.join(file_name(index)), xml(&format!("人 {index}"))).unwrap();
}

#[track_caller]
fn answer(event: Option<Event>) -> (String, String) {
    match event {
        Some(Event::Answer(file)) => {
            let name = file
                .answer
                .peek()
                .results()
                .first()
                .unwrap()
                .text(FieldId::NAME)
                .unwrap()
                .to_owned();
            (file.name, name)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn old_files_are_skipped_or_delivered_by_choice() {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), 1);
    std::fs::write(dir.path().join("other.txt"), "x").unwrap();
    let mut skipping = FaceFolder::open(dir.path(), options(Existing::Skip));
    let mut delivering = FaceFolder::open(dir.path(), options(Existing::Deliver));
    put(dir.path(), 2);
    assert_eq!(
        answer(skipping.next(Some(Duration::from_secs(5)), &never())),
        (file_name(2), "人 2".into())
    );
    assert_eq!(
        answer(delivering.next(Some(Duration::from_secs(5)), &never())).0,
        file_name(1)
    );
    assert_eq!(
        answer(delivering.next(Some(Duration::from_secs(5)), &never())).0,
        file_name(2)
    );
    assert!(
        skipping
            .next(Some(Duration::from_millis(100)), &never())
            .is_none()
    );
    assert!(dir.path().join(file_name(1)).exists() && dir.path().join(file_name(2)).exists());
}

#[test]
fn a_stuttering_writer_loses_and_doubles_nothing() {
    const FILES: usize = 200;
    let dir = tempfile::tempdir().unwrap();
    let mut faces = FaceFolder::open(dir.path(), options(Existing::Skip));
    let path = dir.path().to_owned();
    let writer = std::thread::spawn(move || {
        for index in 0..FILES {
            let bytes = xml(&format!("人 {index}"));
            let mut file = std::fs::File::create(path.join(file_name(index))).unwrap();
            // Cut in a different place every time, in the middle of double bytes too.
            let (first, rest) = bytes.split_at(index * 7 % bytes.len());
            file.write_all(first).unwrap();
            file.flush().unwrap();
            if index % 10 == 0 {
                std::thread::sleep(Duration::from_millis(30));
            }
            file.write_all(rest).unwrap();
        }
    });
    let mut seen: HashMap<String, usize> = HashMap::new();
    let end = Instant::now() + Duration::from_secs(60);
    while seen.len() < FILES && Instant::now() < end {
        if let Some(event) = faces.next(Some(Duration::from_millis(500)), &never()) {
            let (file, name) = answer(Some(event));
            let index: usize = name.trim_start_matches("人 ").parse().unwrap();
            assert_eq!(file, file_name(index));
            *seen.entry(file).or_default() += 1;
        }
    }
    writer.join().unwrap();
    assert!(
        faces
            .next(Some(Duration::from_millis(200)), &never())
            .is_none()
    );
    assert_eq!(seen.len(), FILES);
    assert!(seen.values().all(|&count| count == 1));
}

#[test]
fn a_file_that_never_closes_is_reported_once_and_read_when_it_does() {
    let dir = tempfile::tempdir().unwrap();
    let mut faces = FaceFolder::open(dir.path(), options(Existing::Deliver));
    let bytes = xml("人 7");
    std::fs::write(dir.path().join(file_name(7)), bytes.get(..100).unwrap()).unwrap();
    match faces.next(Some(Duration::from_secs(5)), &never()) {
        Some(Event::Unreadable { name, error }) => assert_eq!(
            (name.as_str(), error.code()),
            (file_name(7).as_str(), "MC-4002")
        ),
        other => panic!("{other:?}"),
    }
    assert!(
        faces
            .next(Some(Duration::from_millis(500)), &never())
            .is_none()
    );
    std::fs::write(dir.path().join(file_name(7)), &bytes).unwrap();
    assert_eq!(
        answer(faces.next(Some(Duration::from_secs(5)), &never())).1,
        "人 7"
    );
}

#[test]
fn a_share_may_go_away_and_return() {
    let dir = tempfile::tempdir().unwrap();
    let share = dir.path().join("face");
    let mut faces = FaceFolder::open(&share, options(Existing::Deliver));
    assert!(
        matches!(faces.next(Some(Duration::from_secs(5)), &never()), Some(Event::Unavailable(error)) if error.code() == "MC-6501")
    );
    assert!(
        faces
            .next(Some(Duration::from_millis(100)), &never())
            .is_none()
    );
    std::fs::create_dir(&share).unwrap();
    put(&share, 1);
    assert!(matches!(
        faces.next(Some(Duration::from_secs(5)), &never()),
        Some(Event::Available)
    ));
    assert_eq!(
        answer(faces.next(Some(Duration::from_secs(5)), &never())).1,
        "人 1"
    );
    std::fs::rename(&share, dir.path().join("away")).unwrap();
    assert!(matches!(
        faces.next(Some(Duration::from_secs(5)), &never()),
        Some(Event::Unavailable(_))
    ));
    std::fs::rename(dir.path().join("away"), &share).unwrap();
    put(&share, 2);
    assert!(matches!(
        faces.next(Some(Duration::from_secs(5)), &never()),
        Some(Event::Available)
    ));
    assert_eq!(
        answer(faces.next(Some(Duration::from_secs(5)), &never())).1,
        "人 2",
        "file 1 must not come twice"
    );
}

#[test]
fn waiting_stops_soon_when_asked() {
    let dir = tempfile::tempdir().unwrap();
    let mut faces = FaceFolder::open(dir.path(), FaceOptions::default());
    let stop = Cancel::new();
    let other = stop.clone();
    let start = Instant::now();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        other.cancel();
    });
    assert!(faces.next(None, &stop).is_none());
    assert!(start.elapsed() < Duration::from_secs(2));
    thread.join().unwrap();
}

#[test]
fn a_face_file_that_we_put_is_read_like_the_terminals() {
    let dir = tempfile::tempdir().unwrap();
    let mut faces = FaceFolder::open(dir.path(), options(Existing::Skip));
    let answer = Answer::read_xml(&xml("人 9")).unwrap();
    let (name, written) = answer.to_face_file("1", &XmlOptions::default()).unwrap();
    let path = put_face(dir.path(), &name, &written.bytes).unwrap();
    assert_eq!(
        self::answer(faces.next(Some(Duration::from_secs(5)), &never())).1,
        "人 9"
    );
    assert_eq!(
        put_face(dir.path(), &name, &written.bytes)
            .unwrap_err()
            .code(),
        "MC-6511"
    );
    assert_eq!(std::fs::read(path).unwrap(), written.bytes);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}
