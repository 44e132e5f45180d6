//! The recipes for phones: their numbers are the library's, and the C between them runs.

use std::path::Path;
use std::process::Command;

use mynacard::card::Limits;
use mynacard::card::app::Application;

use crate::{blocks, read, root};

const PAGE: &str = "crates/mynacard/src/guide/phones.md";

/// The page's only block in a language.
fn block(language: &str) -> String {
    let mut found = blocks::of(PAGE, &read(PAGE));
    found.retain(|block| block.language == language);
    let [block] = found.try_into().unwrap();
    block.text
}

/// What an enumerator or macro of the header is.
fn of_the_header(name: &str) -> u32 {
    let header = read("include/mynacard.h");
    let value = header.lines().find_map(|line| {
        let line = line.trim();
        line.strip_prefix(&format!("{name} ="))
            .or_else(|| line.strip_prefix(&format!("#define {name} ")))
    });
    value.unwrap().trim().trim_end_matches(',').parse().unwrap()
}

/// A number as Kotlin and Swift write it here.
fn number(text: &str) -> u32 {
    let digits = text.chars().take_while(char::is_ascii_alphanumeric);
    let digits: String = digits.collect();
    digits
        .strip_prefix("0x")
        .map_or_else(|| digits.parse(), |hex| u32::from_str_radix(hex, 16))
        .unwrap()
}

/// The constants of a block: name and value.
fn constants(text: &str, keyword: &str, before_the_value: &str) -> Vec<(String, u32)> {
    let pieces = text.split(keyword).skip(1);
    pieces
        .filter_map(|piece| piece.lines().next()?.split_once(before_the_value))
        .map(|(name, value)| (name.trim().to_owned(), number(value)))
        .collect()
}

#[test]
fn the_numbers_of_the_phones_page_are_the_headers() {
    let known = |name: &str| match name.replace('_', "").to_lowercase().as_str() {
        "ok" => of_the_header("MYNACARD_TRANSPORT_RESULT_OK"),
        "nocard" => of_the_header("MYNACARD_TRANSPORT_RESULT_NO_CARD"),
        "cardremoved" => of_the_header("MYNACARD_TRANSPORT_RESULT_CARD_REMOVED"),
        "unsupported" => of_the_header("MYNACARD_TRANSPORT_RESULT_UNSUPPORTED"),
        "notsent" => of_the_header("MYNACARD_TRANSPORT_NOT_SENT"),
        other => panic!("{other} is no constant of the header"),
    };
    for (language, keyword, before_the_value) in [
        ("kotlin", "const val ", "= "),
        ("swift", "static let ", ": Int32 = "),
    ] {
        let found = constants(&block(language), keyword, before_the_value);
        assert_eq!(found.len(), 4, "{language}: {found:?}");
        for (name, value) in found {
            assert_eq!(value, known(&name), "{language}: {name}");
        }
    }
}

#[test]
fn no_number_of_the_header_stands_bare_in_a_recipe() {
    for language in ["kotlin", "swift"] {
        for line in block(language).lines() {
            let code = line.split("//").next().unwrap();
            assert!(
                !code.contains("return 9") && !code.contains("| 0x100") && !code.contains("or 0x"),
                "{language}: {line}"
            );
        }
    }
}

#[test]
fn the_lengths_of_the_phones_page_are_the_librarys() {
    let text = read(PAGE);
    let (short, long) = (Limits::SHORT, Limits::EXTENDED);
    let lengths = format!("{} and {} are short", short.max_command, short.max_response);
    assert!(text.contains(&lengths), "{lengths}");
    let thousands = |number: usize| format!("{},{:03}", number / 1000, number % 1000);
    let [command, response] = [long.max_command, long.max_response].map(thousands);
    let longest = format!("{command} and {response}");
    assert_eq!(text.matches(&longest).count(), 2, "{longest}");
    assert!(block("kotlin").contains(&format!("if (extended) {} else 0", long.max_response)));
}

#[test]
fn every_application_that_is_selected_is_listed_for_iphones() {
    let text = read(PAGE);
    let (_, list) = text.split_once("iso7816.select-identifiers").unwrap();
    let (list, _) = list.split_once("An AID that is not listed").unwrap();
    let listed: Vec<_> = list.split('`').skip(2).step_by(2).collect();
    let hex = |application: Application| -> String {
        let bytes = application.name().iter();
        bytes.map(|byte| format!("{byte:02X}")).collect()
    };
    let known: Vec<_> = Application::ALL.into_iter().map(hex).collect();
    assert_eq!(listed.first(), Some(&&*hex(Application::Jpki)));
    assert_eq!(
        listed
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<std::collections::BTreeSet<_>>(),
        known.into_iter().collect()
    );
}

/// The part of `jni.h` that the glue uses, with the types of the real one, and a machine with one object behind it.
const JNI: &str = include_str!("jni.h");

/// Drives the glue as the library does, with an object that answers, throws, answers nothing and answers too much.
const DRIVER: &str = include_str!("jni.c");

fn compiled(folder: &Path, glue: &str) -> std::process::Output {
    std::fs::write(folder.join("jni.h"), JNI).unwrap();
    std::fs::write(folder.join("glue.c"), glue).unwrap();
    std::fs::write(folder.join("jni.c"), DRIVER).unwrap();
    Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-g", "-I."])
        .arg("-I")
        .arg(root().join("include"))
        .args(["jni.c", "-o", "driver"])
        .current_dir(folder)
        .output()
        .unwrap()
}

#[test]
fn the_glue_for_android_answers_what_the_rules_say() {
    let folder = tempfile::tempdir().unwrap();
    let built = compiled(folder.path(), &block("c"));
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    let ran = Command::new(folder.path().join("driver")).output().unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "13 rules held\n");
}

/// The driver sees what is wrong: glue that says "not sent" of what may have been sent, and glue that stays attached.
#[test]
fn wrong_glue_is_seen() {
    let right = block("c");
    for (line, wrong) in [
        (
            "result = MYNACARD_TRANSPORT_RESULT_CARD_REMOVED; ",
            "result = MYNACARD_TRANSPORT_RESULT_CARD_REMOVED | MYNACARD_TRANSPORT_NOT_SENT; ",
        ),
        (
            "(*tag->machine)->DetachCurrentThread(tag->machine)",
            "(void)tag",
        ),
        ("(*env)->ExceptionClear(env);", ""),
        (
            "(size_t)size <= response_capacity",
            "size >= 0 || response_capacity",
        ),
    ] {
        assert!(right.contains(line), "{line}");
        let folder = tempfile::tempdir().unwrap();
        let built = compiled(folder.path(), &right.replacen(line, wrong, 1));
        assert!(
            built.status.success(),
            "{}",
            String::from_utf8_lossy(&built.stderr)
        );
        let ran = Command::new(folder.path().join("driver")).output().unwrap();
        assert!(!ran.status.success(), "{wrong}");
    }
}
