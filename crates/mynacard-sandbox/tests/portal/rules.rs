//! The rules that the way from the form to the terminal does not meet: each is broken once, and its field is named.

use serde_json::{Value, json};

use super::common::{Answer, activation, csr, key};
use super::{Portal, application, clinic, introduction};
use mynacard_sandbox::UserSettings;

/// The form of another clinic.
fn other_clinic() -> Value {
    let mut form = clinic();
    for (member, value) in [
        ("mail", "other@example.jp"),
        ("prefecture", "01"),
        ("code", "0113719"),
        ("institution_code", "0110113719"),
    ] {
        form[member] = json!(value);
    }
    form
}

/// A clinic whose terminals are confirmed, with a living session.
fn confirmed(portal: &Portal, form: &Value, terminals: i64) -> (String, Vec<UserSettings>) {
    let session = portal.session(form);
    let mut body = application("first", terminals);
    let code = form["institution_code"].as_str().unwrap();
    body["account_number"] = json!(code[3..].trim_start_matches('0'));
    let applied = portal.call(&session, "/v1/portal/applications", &body);
    assert_eq!(applied.status, 200, "{}", applied.body);
    portal.later(3 * 86_400);
    let session = portal
        .login(form["mail"].as_str().unwrap(), "Passw0rd")
        .text("token");
    let shown = portal.get(&session, "/v1/portal/settings");
    let settings = shown.body["terminals"].as_array().unwrap().iter();
    let settings = settings.map(|terminal| UserSettings {
        institution_code: terminal["institution_code"].as_str().unwrap().to_owned(),
        id: terminal["id"].as_str().unwrap().to_owned(),
        activation_code: terminal["activation_code"].as_str().unwrap().to_owned(),
    });
    (session, settings.collect())
}

fn activate(portal: &Portal, settings: &UserSettings, seed: u8) -> Answer {
    let body = activation(settings, &csr(&key(seed)));
    portal.caller.post("/v1/activate", &body)
}

#[test]
fn names_passwords_and_mails_have_their_bounds() {
    let portal = Portal::open();
    let refused = |member: &str, value: Value| {
        let mut form = clinic();
        form[member] = value;
        portal.account(&form).is(400, "REF-4001").field(member);
    };
    for member in ["family_name", "given_name"] {
        refused(member, json!(""));
        refused(member, json!("姓".repeat(41)));
        refused(member, Value::Null);
    }
    refused("founder", json!(""));
    refused("founder", json!("①"));
    refused("founder", json!("ｱｵｿﾞﾗ"));
    refused("founder", json!("院".repeat(61)));
    for phone in [
        "",
        "０３１２３４５６７８",
        "031234567",
        "031234567890",
        "1312345678",
    ] {
        refused("phone", json!(phone));
    }
    for mail in [
        "",
        "desk@",
        "a b@example.jp",
        "desk!@example.jp",
        "désk@example.jp",
    ] {
        refused("mail", json!(mail));
    }
    refused("password", json!(format!("Aa1{}", "x".repeat(98))));
    for password in ["PASSW0RD", "passw0rd", "Password", "Passw0r"] {
        refused("password", json!(password));
    }
    for code in ["", "234567a", "23456790", "２３４５６７９"] {
        refused("code", json!(code));
    }
    for prefecture in ["00", "48", "1", "１３"] {
        refused("prefecture", json!(prefecture));
    }
    for consent in ["terms_accepted", "privacy_accepted"] {
        refused(consent, Value::Null);
        refused(consent, json!("yes"));
    }
    let mut longest = clinic();
    longest["password"] = json!(format!("Aa1{}", "x".repeat(97)));
    longest["mail"] = json!("a.b-c_d+9@example.jp");
    assert_eq!(portal.account(&longest).status, 200);
}

#[test]
fn the_other_portal_asks_no_founder_and_takes_no_insured_clinic() {
    let portal = Portal::open();
    let mut form = clinic();
    form["kind"] = json!("midwifery");
    form["portal"] = json!("other");
    form["code"] = json!("1234567");
    form["institution_code"] = json!("1391234567");
    portal.account(&form).is(400, "REF-4001").field("founder");
    form.as_object_mut().unwrap().remove("founder");
    assert_eq!(portal.account(&form).status, 200);
    for (kind, role) in [
        ("clinic", "patients"),
        ("clinic", "checkups"),
        ("dental", "patients"),
    ] {
        let mut form = clinic();
        form["kind"] = json!(kind);
        form["role"] = json!(role);
        form["portal"] = json!("other");
        if kind == "dental" {
            form["code"] = json!("3456780");
        }
        let refused = portal.account(&form);
        assert_eq!(refused.body["code"], "REF-4001", "{kind} {role}");
    }
    let mut nursing = clinic();
    nursing["kind"] = json!("home-nursing");
    nursing["role"] = json!("checkups");
    let refused = portal.account(&nursing);
    assert_eq!(refused.body["code"], "REF-4001");
}

#[test]
fn a_new_checkup_institution_waits_for_the_register() {
    let portal = Portal::open();
    // The table's digit and the check digit of a checkup institution: found by asking.
    let lookup = |code: &str| {
        let body = json!({"kind": "checkup", "prefecture": "27", "code": code});
        portal.caller.post("/v1/portal/lookup", &body)
    };
    let code = |start: &str| {
        (0..10)
            .map(|digit| format!("{start}{digit}"))
            .find(|code| {
                let answer = lookup(code);
                let english = answer.body["message_en"].as_str().unwrap_or_default();
                !english.contains("check digit")
            })
            .unwrap()
    };
    let found = lookup(&code("100000"));
    assert_eq!(found.status, 200);
    assert!(found.text("address").starts_with("大阪府架空市"));
    let waiting = lookup(&code("991234"));
    waiting.is(400, "REF-4001").field("code");
    assert!(waiting.text("message_en").contains("month"));
}

#[test]
fn a_founder_who_is_a_person_is_asked_for_the_date_of_birth() {
    let portal = Portal::open();
    let mut form = clinic();
    form["founder"] = json!("架空一郎");
    let session = portal.session(&form);
    let apply = |birth: Value| {
        let mut body = application("first", 1);
        body["birth_date"] = birth;
        portal.call(&session, "/v1/portal/applications", &body)
    };
    for birth in [
        Value::Null,
        json!("19600301"),
        json!("600229"),
        json!("昭和35年2月29日"),
    ] {
        apply(birth).is(400, "REF-4001").field("birth_date");
    }
    assert_eq!(apply(json!("19600229")).status, 200);
}

#[test]
fn applications_have_their_bounds() {
    let portal = Portal::open();
    let session = portal.session(&clinic());
    for (member, value) in [
        ("kind", json!("more")),
        ("staff", json!(-1)),
        ("staff", json!("12")),
        ("terminals", json!(2.5)),
        ("account_number", json!("２３４５６７９")),
        ("account_number", json!("23-4567")),
        ("account_number", json!("")),
        ("terms_accepted", Value::Null),
        ("more", json!(1)),
    ] {
        let mut body = application("first", 1);
        body[member] = value;
        portal
            .call(&session, "/v1/portal/applications", &body)
            .is(400, "REF-4001")
            .field(member);
    }
    portal
        .call("00", "/v1/portal/applications", &application("first", 1))
        .is(401, "REF-1001");
    for size in [0, -1] {
        let mut body = application("first", 1);
        body["account_number"] = Value::Null;
        body["document"] = json!({"kind": "other", "media_type": "application/pdf", "size": size});
        portal
            .call(&session, "/v1/portal/applications", &body)
            .is(400, "REF-4001")
            .field("document.size");
    }
}

#[test]
fn documents_are_those_of_the_kind_and_role() {
    for (kind, role, code, document) in [
        ("clinic", "checkups", "2345679", "checkup-notice-insured"),
        ("clinic", "patients", "2345679", "other"),
    ] {
        let portal = Portal::open();
        let mut form = clinic();
        form["kind"] = json!(kind);
        form["role"] = json!(role);
        form["code"] = json!(code);
        let session = portal.session(&form);
        let apply = |document: &str, media_type: &str| {
            let body = json!({
                "kind": "first", "staff": 1, "terminals": 1, "terms_accepted": true,
                "document": {"kind": document, "media_type": media_type, "size": 1},
            });
            portal.call(&session, "/v1/portal/applications", &body)
        };
        for wrong in [
            "checkup-notice-insured",
            "checkup-notice-other",
            "receipt-delegation",
            "introduction",
            "other",
        ] {
            if wrong != document {
                apply(wrong, "application/pdf")
                    .is(400, "REF-4001")
                    .field("document.kind");
            }
        }
        assert_eq!(apply(document, "application/vnd.ms-excel").status, 200);
    }
}

#[test]
fn dates_of_start_and_end_are_not_in_the_past() {
    let portal = Portal::open();
    let (session, settings) = confirmed(&portal, &clinic(), 1);
    for date in ["20200101", "20261131", "2026-12-01", ""] {
        portal
            .call(&session, "/v1/portal/start-date", &json!({"date": date}))
            .is(400, "REF-4001")
            .field("date");
        let end = json!({"date": date, "reason": "閉院"});
        portal
            .call(&session, "/v1/portal/end", &end)
            .is(400, "REF-4001")
            .field("date");
    }
    for reason in ["", &"あ".repeat(201)] {
        let end = json!({"date": "20991231", "reason": reason});
        portal
            .call(&session, "/v1/portal/end", &end)
            .is(400, "REF-4001")
            .field("reason");
    }
    for terminals in [json!([]), json!([settings[0].id, settings[0].id])] {
        let end = json!({"date": "20991231", "reason": "x", "terminals": terminals});
        portal
            .call(&session, "/v1/portal/end", &end)
            .is(400, "REF-4001")
            .field("terminals");
    }
}

#[test]
fn the_end_of_use_ends_terminals_and_codes_that_nobody_used() {
    let portal = Portal::open();
    let (session, settings) = confirmed(&portal, &clinic(), 3);
    assert_eq!(activate(&portal, &settings[0], 1).status, 200);
    let today = "20261121";
    let end = json!({"date": today, "reason": "端末の故障", "terminals": [settings[1].id]});
    let ended = portal.call(&session, "/v1/portal/end", &end);
    assert_eq!(ended.body["ended"], 1, "{}", ended.body);
    let all = json!({"date": today, "reason": "閉院"});
    assert_eq!(
        portal.call(&session, "/v1/portal/end", &all).body["ended"],
        1
    );
    // The named day is the last one.
    assert_eq!(activate(&portal, &settings[2], 3).status, 200);
    portal.later(86_400);
    activate(&portal, &settings[1], 2).is(401, "REF-1002");
}

#[test]
fn a_terminal_that_ended_is_not_brought_back_by_a_later_end() {
    let portal = Portal::open();
    let (session, settings) = confirmed(&portal, &clinic(), 1);
    let activated = activate(&portal, &settings[0], 1);
    let chain = vec![super::common::unb64(&activated.text("certificate"))];
    let terminal = super::Caller::new(&portal._running, Some((chain, &key(1))));
    let remove = terminal.post("/v1/terminal/remove", &json!({}));
    assert_eq!(remove.status, 200, "{}", remove.body);
    let later = json!({"date": "20991231", "reason": "x", "terminals": [settings[0].id]});
    portal
        .call(&session, "/v1/portal/end", &later)
        .is(403, "REF-1004")
        .field("terminals");
    let ask = json!({"operation": "check", "method": "pin", "purpose": "reception"});
    terminal.post("/v1/challenge", &ask).is(401, "REF-1001");
}

#[test]
fn changes_keep_the_rules_of_the_form() {
    let portal = Portal::open();
    let session = portal.session(&clinic());
    let change = |body: Value| portal.call(&session, "/v1/portal/change", &body);
    for (member, value) in [
        ("phone", json!("03-1234-5678")),
        ("founder", json!("㈱青空")),
        ("founder", json!("Aozora")),
        ("family_name", json!("")),
        ("given_name", json!("名".repeat(41))),
        ("mail", json!("new@example.jp")),
    ] {
        let mut body = json!({"phone": "0312345678"});
        body[member] = value;
        change(body).is(400, "REF-4001").field(member);
    }
    let kept = change(json!({"family_name": "改姓", "founder": "医療法人新生会"}));
    assert_eq!(kept.body["changed"], json!(["family_name", "founder"]));
}

#[test]
fn an_account_without_a_proof_sees_and_ends_nothing_of_the_institution() {
    let portal = Portal::open();
    let (_, settings) = confirmed(&portal, &clinic(), 1);
    // Anybody can fill in the form of a clinic in the register.
    let mut form = clinic();
    form["mail"] = json!("stranger@example.jp");
    form["phone"] = json!("0399998888");
    let stranger = portal.session(&form);
    let shown = portal.get(&stranger, "/v1/portal/settings");
    assert_eq!(shown.body["terminals"], json!([]));
    let accounts = portal.get(&stranger, "/v1/portal/accounts");
    let mails = accounts.body["accounts"].as_array().unwrap().iter();
    let mails: Vec<_> = mails.map(|account| account["mail"].clone()).collect();
    assert_eq!(mails, [json!("stranger@example.jp")]);
    let end = json!({"date": "20991231", "reason": "x"});
    portal
        .call(&stranger, "/v1/portal/end", &end)
        .is(403, "REF-1004");
    portal
        .call(
            &stranger,
            "/v1/portal/start-date",
            &json!({"date": "20991231"}),
        )
        .is(400, "REF-4001")
        .field("date");
    let mut guessed = application("additional", 1);
    guessed["account_number"] = json!("7654321");
    portal
        .call(&stranger, "/v1/portal/applications", &guessed)
        .is(400, "REF-4001")
        .field("account_number");
    assert_eq!(activate(&portal, &settings[0], 1).status, 200);
}

#[test]
fn two_institutions_portals_are_apart() {
    let portal = Portal::open();
    let (_, mine) = confirmed(&portal, &clinic(), 1);
    let (theirs, other) = confirmed(&portal, &other_clinic(), 1);
    assert_eq!(
        portal.get(&theirs, "/v1/portal/settings").body["terminals"][0]["id"],
        other[0].id.as_str()
    );
    let accounts = portal.get(&theirs, "/v1/portal/accounts").body;
    assert_eq!(accounts["accounts"].as_array().unwrap().len(), 1);
    for id in [&mine[0].id, "W9999999", "W0000000", "x"] {
        let end = json!({"date": "20991231", "reason": "x", "terminals": [id]});
        portal
            .call(&theirs, "/v1/portal/end", &end)
            .is(403, "REF-1004");
    }
    // One that is theirs beside one that is not: neither ends.
    let both = json!({"date": "20261124", "reason": "x", "terminals": [other[0].id, mine[0].id]});
    portal
        .call(&theirs, "/v1/portal/end", &both)
        .is(403, "REF-1004");
    let all = json!({"date": "20261124", "reason": "x"});
    portal.call(&theirs, "/v1/portal/end", &all);
    portal.later(86_400);
    activate(&portal, &other[0], 2).is(401, "REF-1002");
    assert_eq!(activate(&portal, &mine[0], 1).status, 200);
    let crossed = UserSettings {
        institution_code: other[0].institution_code.clone(),
        ..mine[0].clone()
    };
    let crossed = activate(&portal, &crossed, 3);
    assert_eq!(crossed.body["code"], "REF-1002");
}

#[test]
fn introductions_name_their_place_and_their_filer() {
    let portal = Portal::open();
    let file = |change: &dyn Fn(&mut Value)| {
        let mut filing = introduction();
        change(&mut filing);
        let body = json!({ "filings": [filing] });
        portal.caller.post("/v1/portal/introduction", &body)
    };
    let refused = |field: &str, change: &dyn Fn(&mut Value)| {
        file(change)
            .is(400, "REF-4001")
            .field(&format!("filings[0].{field}"));
    };
    refused("address", &|f| f["prefecture"] = json!("27"));
    refused("address", &|f| f["address"] = json!("千代田区霞が関2-1-3"));
    refused("address", &|f| f["address"] = json!("東京都"));
    refused("address", &|f| {
        f["address"] = json!("東京都千代田区霞が関2番地")
    });
    refused("kinds", &|f| f["kinds"] = json!(["clinic"]));
    refused("name", &|f| f["name"] = json!(""));
    refused("name_kana", &|f| f["name_kana"] = json!("ﾓｷﾞ"));
    refused("representative", &|f| f["representative"] = json!(""));
    refused("insurer_code", &|f| f["insurer_code"] = json!("  06130488"));
    refused("insurer_code", &|f| f["insurer_code"] = json!("0613048"));
    refused("post_number", &|f| f["post_number"] = json!("100-001"));
    refused("phone", &|f| f["phone"] = json!("＋81312345678"));
    refused("remarks", &|f| f["remarks"] = json!("あ".repeat(401)));
    refused("filer.address", &|f| f["filer"]["address"] = Value::Null);
    refused("filer.name", &|f| f["filer"]["name"] = json!(""));
    refused("filer.more", &|f| f["filer"]["more"] = json!(1));
    for kinds in [json!(["checkup"]), json!(["guidance"])] {
        let filed = file(&|f| f["kinds"] = kinds.clone());
        assert_eq!(filed.status, 200, "{}", filed.body);
    }
    let many: Vec<Value> = (0..101).map(|_| introduction()).collect();
    portal
        .caller
        .post("/v1/portal/introduction", &json!({ "filings": many }))
        .is(400, "REF-4001");
    let code = file(&|_| ()).body["codes"][0].clone();
    let code = code.as_str().unwrap();
    assert!(code.len() == 10 && code.bytes().all(|b| b.is_ascii_digit()));
}

#[test]
fn abolitions_name_what_ends_and_everything_of_it_ends() {
    let portal = Portal::open();
    let filed = json!({ "filings": [introduction()] });
    let filed = portal.caller.post("/v1/portal/introduction", &filed);
    let code = filed.body["codes"][0].clone();
    let mut form = clinic();
    for (member, value) in [
        ("portal", "other"),
        ("kind", "insurer"),
        ("role", "checkups"),
    ] {
        form[member] = json!(value);
    }
    form["code"] = code.clone();
    form["institution_code"] = code.clone();
    form.as_object_mut().unwrap().remove("founder");
    let session = portal.session(&form);
    let apply = |kind: &str| {
        json!({
            "kind": kind, "staff": 3, "terminals": 2, "terms_accepted": true,
            "document": {"kind": "introduction", "media_type": "application/pdf", "size": 1000},
        })
    };
    let applied = portal.call(&session, "/v1/portal/applications", &apply("first"));
    assert_eq!(applied.status, 200, "{}", applied.body);
    portal.later(3 * 86_400);
    let session = portal.login("desk@example.jp", "Passw0rd").text("token");
    let shown = portal.get(&session, "/v1/portal/settings").body;
    let settings = |at: usize| UserSettings {
        institution_code: code.as_str().unwrap().to_owned(),
        id: shown["terminals"][at]["id"].as_str().unwrap().to_owned(),
        activation_code: shown["terminals"][at]["activation_code"]
            .as_str()
            .unwrap()
            .to_owned(),
    };
    let activated = activate(&portal, &settings(0), 1);
    let chain = vec![super::common::unb64(&activated.text("certificate"))];
    let terminal = super::Caller::new(&portal._running, Some((chain, &key(1))));

    let abolition = json!({
        "kinds": ["checkup"], "date": "20261121", "name": "模擬健康保険組合",
        "name_kana": "モギケンコウホケンクミアイ", "address": "東京都千代田区霞が関2-1-3",
        "phone": "0312345678", "insurer_code": "06130488", "code": code, "reason": "事業の廃止",
    });
    for (member, value) in [
        ("kinds", json!([])),
        ("date", json!("20261131")),
        ("name", json!("")),
        ("name_kana", json!("もぎ")),
        ("address", json!("霞が関2-1-3")),
        ("phone", json!("03-1234-5678")),
        ("insurer_code", json!("06130489")),
        ("code", json!("123456789")),
        ("date", json!("20261120")),
        ("reason", json!("")),
        ("post_number", json!("100-0013")),
    ] {
        let mut wrong = abolition.clone();
        wrong[member] = value;
        portal
            .call(&session, "/v1/portal/abolition", &wrong)
            .is(400, "REF-4001")
            .field(member);
    }
    let mut unknown = abolition.clone();
    unknown["code"] = json!("1000000000");
    portal
        .call(&session, "/v1/portal/abolition", &unknown)
        .is(403, "REF-1004")
        .field("code");
    let ended = portal.call(&session, "/v1/portal/abolition", &abolition);
    assert_eq!(ended.body["last_day"], "20261121", "{}", ended.body);
    portal
        .call(&session, "/v1/portal/applications", &apply("additional"))
        .is(400, "REF-4001")
        .field("kind");
    portal.later(86_400);
    let ask = json!({"operation": "check", "method": "pin", "purpose": "checkup"});
    terminal.post("/v1/challenge", &ask).is(401, "REF-1001");
    activate(&portal, &settings(1), 2).is(401, "REF-1002");
}
