//! The setting 「目視確認で本人認証」: off until somebody with the passcode switches it, and written down.

use mynacard_sandbox::{Institution, InstitutionKind, Sandbox};

use super::support::{Terminal, json, stdout};

fn by_sight(terminal: &Terminal) -> (Option<i32>, serde_json::Value) {
    let arguments = [
        "--json",
        "check",
        "--virtual",
        "kyokai-self",
        "--visual",
        "受付 花子",
        "--confirm-fd",
        "0",
    ];
    let checked = terminal.run(&arguments, "yes\n");
    (checked.status.code(), json(&checked))
}

#[test]
fn a_visual_check_is_refused_until_it_is_switched_on_and_after_it_is_switched_off() {
    let terminal = Terminal::activated();
    let status =
        |language: &str| stdout(&terminal.run(&["--lang", language, "terminal", "status"], ""));
    assert!(
        status("ja").contains("目視確認で本人認証: オフ（"),
        "{}",
        status("ja")
    );
    let before = terminal.sandbox.requests();
    let (code, refused) = by_sight(&terminal);
    assert_eq!(
        (code, &refused["error"]["code"]),
        (Some(2), &"MC-5024".into())
    );
    let next = refused["error"]["next"].as_str().unwrap();
    assert!(next.contains("mynacard terminal visual on"), "{next}");
    assert_eq!(refused["error"]["instead"][0], "暗証番号での確認");
    assert_eq!(
        terminal.sandbox.requests(),
        before,
        "something was asked before the refusal"
    );
    // The reception does not offer it either.
    let day = terminal.run(&["check", "--screen", "--virtual", "kyokai-self"], "2\nq\n");
    assert!(!stdout(&day).contains("目視で確認"), "{}", stdout(&day));

    let on = terminal.visual("on");
    assert_eq!(on.status.code(), Some(0), "{}", stdout(&on));
    assert_eq!(json(&on)["visual_check"], "on");
    assert!(status("ja").contains("目視確認で本人認証: オン"));
    assert!(status("en").contains("identity by visual check: on"));
    let (code, checked) = by_sight(&terminal);
    assert_eq!(
        (code, &checked["evidence"]),
        (Some(0), &"online-visual".into())
    );
    // Twice is once.
    assert_eq!(terminal.visual("on").status.code(), Some(0));
    assert_eq!(json(&terminal.visual("off"))["visual_check"], "off");
    assert_eq!(by_sight(&terminal).1["error"]["code"], "MC-5024");
    let events = [
        "file",
        "refused MC-5024",
        "setting on",
        "shown online-visual",
        "dropped ended",
        "setting off",
        "refused MC-5024",
    ];
    assert_eq!(terminal.events(), events);
    assert_eq!(terminal.verify().0, Some(0));
}

#[test]
fn it_is_switched_with_the_passcode_only_and_outlives_the_passcode_and_the_certificate() {
    let terminal = Terminal::activated();
    let passcode = terminal.folder.path().join("passcode");
    std::fs::write(&passcode, "another passcode").unwrap();
    let refused = terminal.visual("on");
    assert_eq!(json(&refused)["error"]["code"], "MC-5202");
    std::fs::write(&passcode, super::support::PASSCODE).unwrap();
    assert_eq!(terminal.visual("on").status.code(), Some(0));

    let renewed = terminal.run(&["--json", "terminal", "renew"], "");
    assert_eq!(json(&renewed)["visual_check"], "on");
    let changed = terminal.run(
        &["--json", "terminal", "passcode", "--new-passcode-fd", "0"],
        "a new passcode",
    );
    assert_eq!(changed.status.code(), Some(0), "{}", stdout(&changed));
    std::fs::write(&passcode, "a new passcode").unwrap();
    assert_eq!(by_sight(&terminal).0, Some(0));
}

#[test]
fn where_the_institution_may_not_or_nothing_can_be_audited_it_stays_off() {
    let institution =
        Institution::new("0110113719", "他の診療所", InstitutionKind::Clinic).visual_check(false);
    let sandbox = Sandbox::builder().start().unwrap();
    let settings = sandbox.issue_activation_for(&institution).unwrap();
    let terminal = Terminal::activated_with(sandbox, &settings);
    let refused = json(&terminal.visual("on"));
    assert_eq!(refused["error"]["code"], "MC-5028", "{refused}");
    assert_eq!(json(&terminal.visual("off"))["visual_check"], "off");
    assert_eq!(by_sight(&terminal).1["error"]["code"], "MC-5024");
    assert_eq!(terminal.events(), ["file", "refused MC-5024"]);

    let terminal = Terminal::activated();
    let head = terminal.home().join("terminal.vault.audit");
    let kept = std::fs::read(&head).unwrap();
    std::fs::remove_file(&head).unwrap();
    let refused = json(&terminal.visual("on"));
    assert_eq!(refused["error"]["code"], "MC-5402", "{refused}");
    std::fs::write(&head, kept).unwrap();
    assert_eq!(by_sight(&terminal).1["error"]["code"], "MC-5024");
}

#[test]
fn a_missing_head_is_named_by_every_check() {
    let terminal = Terminal::activated();
    let head = terminal.home().join("terminal.vault.audit");
    let kept = std::fs::read(&head).unwrap();
    for damage in [None, Some(&b"{}\n"[..])] {
        match damage {
            None => std::fs::remove_file(&head).unwrap(),
            Some(bytes) => std::fs::write(&head, bytes).unwrap(),
        }
        let refused = terminal.check("1234");
        let said = json(&refused);
        assert_eq!(
            (refused.status.code(), &said["error"]["code"]),
            (Some(14), &"MC-5402".into()),
            "{said}"
        );
        let consent = terminal.run(
            &["--json", "consent", "inquire", "--reference", "nobody"],
            "",
        );
        assert_eq!(json(&consent)["error"]["code"], "MC-5402");
    }
    std::fs::write(&head, kept).unwrap();
    assert_eq!(terminal.check("1234").status.code(), Some(0));
}
