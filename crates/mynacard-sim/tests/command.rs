//! The program `mynacard-sim` as its users start it.

mod support;
use support::run;

const PROGRAM: &str = env!("CARGO_BIN_EXE_mynacard-sim");

#[test]
fn people_lists_everybody_with_the_pin() {
    let output = run(PROGRAM, ["people"]);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let line = text
        .lines()
        .find(|line| line.starts_with("kyokai-self "))
        .expect("the first person");
    assert!(
        line.contains(" 1234 ") && line.contains(" ABC123 ") && line.contains("医療　太郎"),
        "{line}"
    );
    assert_eq!(
        text.lines().count(),
        40,
        "a heading, 38 people and the notice"
    );
}

#[test]
fn people_as_json_says_that_it_is_a_simulation() {
    let output = run(PROGRAM, ["people", "--json"]);
    let list: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(list["simulation"], true);
    assert_eq!(list["people"].as_array().expect("a list").len(), 38);
    assert_eq!(list["people"][0]["pin"], "1234");
    assert_eq!(
        list["people"][29]["pin"],
        serde_json::Value::Null,
        "a card without PIN"
    );
    assert_eq!(
        list["people"][37]["authentication_common_name"],
        "SIM0000000038A"
    );
}
