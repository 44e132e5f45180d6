//! Files under another name, and a head that names another line: what only the owner of the key could make fit.

use super::*;

#[test]
fn a_file_under_a_later_number_is_out_of_place() {
    let fixture = Fixture::with_events(8);
    let mut files = fixture.files();
    let last = files.keys().rfind(|name| *name != "head").unwrap().clone();
    let number: u32 = last[6..12].parse().unwrap();
    let bytes = files.remove(&last).unwrap();
    files.insert(format!("audit-{:06}.jsonl", number + 1), bytes);
    assert_eq!(fixture.found(&files).damage, Damage::OutOfPlace);
}

#[test]
fn a_head_of_another_line_with_the_same_number_is_found() {
    let mut fixture = Fixture::with_events(4);
    let before = fixture.files();
    fixture.trail.record(&event(4)).unwrap();
    let other_head = fixture.files()["head"].clone();
    fixture.put(&before);
    fixture.trail.record(&event(5)).unwrap();
    let mut files = fixture.files();
    assert_ne!(files["head"], other_head);
    files.insert("head".into(), other_head);
    assert_eq!(fixture.found(&files).damage, Damage::HeadDiffers);
}
