//! From a portal's form to an activated terminal, and the rules of every form on the way.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../common/mod.rs"]
mod common;
mod rules;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use common::{Answer, Caller, activation, csr, key};
use mynacard_sandbox::{Running, Sandbox, UserSettings};
use serde_json::{Value, json};

const NOW: i64 = 1_795_000_000;

struct Portal {
    _running: Running,
    caller: Caller,
    now: Arc<AtomicI64>,
}

impl Portal {
    fn open() -> Self {
        let now = Arc::new(AtomicI64::new(NOW));
        let clock = Arc::clone(&now);
        let running = Sandbox::builder()
            .clock(move || {
                UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::SeqCst).try_into().unwrap())
            })
            .application_time(Duration::from_secs(3 * 86_400))
            .start()
            .unwrap();
        Self {
            caller: Caller::stranger(&running),
            _running: running,
            now,
        }
    }

    fn later(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }

    fn call(&self, session: &str, path: &str, body: &Value) -> Answer {
        let headers = format!("Authorization: Bearer {session}\r\n");
        self.caller
            .bytes("POST", path, &headers, body.to_string().as_bytes())
    }

    fn get(&self, session: &str, path: &str) -> Answer {
        let headers = format!("Authorization: Bearer {session}\r\n");
        self.caller.bytes("GET", path, &headers, b"")
    }

    fn account(&self, form: &Value) -> Answer {
        self.caller.post("/v1/portal/accounts", form)
    }

    /// A session of a fresh, active account.
    fn session(&self, form: &Value) -> String {
        let registered = self.account(form);
        assert_eq!(registered.status, 200, "{}", registered.body);
        let link = registered.body["mail"]["link"].clone();
        let activated = self
            .caller
            .post("/v1/portal/accounts/activate", &json!({ "link": link }));
        assert_eq!(activated.status, 200, "{}", activated.body);
        self.login(form["mail"].as_str().unwrap(), "Passw0rd")
            .text("token")
    }

    fn login(&self, mail: &str, password: &str) -> Answer {
        let body = json!({"mail": mail, "password": password});
        self.caller.post("/v1/portal/login", &body)
    }
}

fn clinic() -> Value {
    json!({
        "portal": "medical", "kind": "clinic", "role": "patients",
        "prefecture": "13", "code": "2345679", "institution_code": "1312345679",
        "family_name": "架空", "given_name": "一郎", "founder": "医療法人青空会",
        "phone": "0312345678", "mail": "desk@example.jp", "password": "Passw0rd",
        "terms_accepted": true, "privacy_accepted": true,
    })
}

fn application(kind: &str, terminals: i64) -> Value {
    json!({
        "kind": kind, "staff": 12, "terminals": terminals,
        "account_number": "2345679", "terms_accepted": true,
    })
}

fn introduction() -> Value {
    json!({
        "kinds": ["checkup", "guidance"], "date": "20261120",
        "name": "模擬健康保険組合", "name_kana": "モギケンコウホケンクミアイ",
        "prefecture": "13", "address": "東京都千代田区霞が関2-1-3",
        "address_kana": "チヨダクカスミガセキ２－１－３", "post_number": "100-0013",
        "phone": "0312345678", "representative": "代表　花子",
        "representative_kana": "ダイヒョウ　ハナコ", "insurer_code": "06130488  ",
        "filer": {"address": "東京都千代田区霞が関2-1-3", "name": "代表　花子"},
    })
}

#[test]
fn a_clinic_goes_from_the_form_to_its_terminals() {
    let portal = Portal::open();
    let looked_up = portal.caller.post(
        "/v1/portal/lookup",
        &json!({"kind": "clinic", "prefecture": "13", "code": "2345679"}),
    );
    assert_eq!(looked_up.body["institution_code"], "1312345679");
    let session = portal.session(&clinic());
    let applied = portal.call(
        &session,
        "/v1/portal/applications",
        &application("first", 2),
    );
    assert_eq!(
        applied.body["ready_at"],
        NOW + 3 * 86_400,
        "{}",
        applied.body
    );
    let waiting = portal.get(&session, "/v1/portal/settings");
    assert_eq!(waiting.body["terminals"], json!([]));
    assert_eq!(waiting.body["next_ready_at"], NOW + 3 * 86_400);

    portal.later(3 * 86_400);
    let session = portal.login("desk@example.jp", "Passw0rd").text("token");
    let settings = portal.get(&session, "/v1/portal/settings");
    let terminals = settings.body["terminals"].as_array().unwrap();
    assert_eq!(terminals.len(), 2);
    assert_eq!(
        portal.get(&session, "/v1/portal/settings").body,
        settings.body
    );
    let first: UserSettings = serde_json::from_value(json!({
        "institution_code": terminals[0]["institution_code"],
        "id": terminals[0]["id"],
        "activation_code": terminals[0]["activation_code"],
    }))
    .unwrap();
    let activated = portal
        .caller
        .post("/v1/activate", &activation(&first, &csr(&key(1))));
    assert_eq!(activated.status, 200, "{}", activated.body);
    let settings = portal.get(&session, "/v1/portal/settings");
    assert!(settings.body["terminals"][0]["activation_code"].is_null());
    assert_eq!(settings.body["terminals"][0]["used_at"], NOW + 3 * 86_400);

    // A clinic for patients may receive and visit, and check nobody up.
    let chain = vec![common::unb64(&activated.text("certificate"))];
    let terminal = Caller::new(&portal._running, Some((chain, &key(1))));
    let ask = |purpose: &str| {
        let body = json!({"operation": "check", "method": "pin", "purpose": purpose});
        terminal.post("/v1/challenge", &body)
    };
    assert_eq!(ask("reception").status, 200);
    ask("checkup").is(403, "REF-1006");

    // The start of operation, a change of the form, the end of one terminal after today.
    let today = ask("reception").text("date");
    let start = portal.call(&session, "/v1/portal/start-date", &json!({"date": today}));
    assert_eq!(start.status, 200, "{}", start.body);
    assert_eq!(
        portal.get(&session, "/v1/portal/settings").body["starts"],
        today.as_str()
    );
    let changed = portal.call(
        &session,
        "/v1/portal/change",
        &json!({"phone": "0399998888"}),
    );
    assert_eq!(changed.body["changed"], json!(["phone"]));
    let accounts = portal.get(&session, "/v1/portal/accounts");
    assert_eq!(
        accounts.body["accounts"][0]["details"]["phone"],
        "0399998888"
    );
    let end = json!({"date": today, "reason": "閉院", "terminals": [first.id]});
    assert_eq!(
        portal.call(&session, "/v1/portal/end", &end).body["ended"],
        1
    );
    assert_eq!(ask("reception").status, 200);
    portal.later(86_400);
    ask("reception").is(401, "REF-1001");
}

#[test]
fn twenty_terminals_an_application_and_more_by_another() {
    let portal = Portal::open();
    let session = portal.session(&clinic());
    let apply = |kind: &str, terminals| {
        portal.call(
            &session,
            "/v1/portal/applications",
            &application(kind, terminals),
        )
    };
    apply("additional", 1).is(400, "REF-4001").field("kind");
    apply("first", 21).is(400, "REF-4001").field("terminals");
    apply("first", 0).is(400, "REF-4001").field("terminals");
    assert_eq!(apply("first", 20).status, 200);
    apply("first", 1).is(400, "REF-4001").field("kind");
    assert_eq!(apply("additional", 20).status, 200);
    portal.later(3 * 86_400);
    let session = portal.login("desk@example.jp", "Passw0rd").text("token");
    let settings = portal.get(&session, "/v1/portal/settings");
    assert_eq!(settings.body["terminals"].as_array().unwrap().len(), 40);
}

#[test]
fn every_rule_of_the_account_form_names_its_field() {
    let portal = Portal::open();
    for (member, value) in [
        ("portal", json!("other")),
        ("kind", json!("hospital")),
        ("role", json!("nothing")),
        ("prefecture", json!("48")),
        ("code", json!("2345678")),
        ("code", json!("234567")),
        ("family_name", json!("")),
        ("founder", json!("髙橋")),
        ("founder", json!("Takahashi")),
        ("founder", json!("㈱青空")),
        ("phone", json!("03-1234-5678")),
        ("mail", json!("Desk@example.jp")),
        ("mail", json!("desk")),
        ("password", json!("passw0rd")),
        ("password", json!("Passwor")),
        ("terms_accepted", json!(false)),
        ("privacy_accepted", json!(false)),
        ("nickname", json!("x")),
    ] {
        let mut form = clinic();
        form[member] = value;
        portal.account(&form).is(400, "REF-4001").field(member);
    }
    let mut form = clinic();
    form["institution_code"] = json!("0110113719");
    portal
        .account(&form)
        .is(403, "REF-1004")
        .field("institution_code");
    assert_eq!(portal.account(&clinic()).status, 200);
    portal.account(&clinic()).is(400, "REF-4001").field("mail");
}

#[test]
fn a_therapist_needs_the_delegation_and_the_other_portal() {
    let portal = Portal::open();
    let mut form = clinic();
    form["kind"] = json!("therapist");
    form["code"] = json!("1234567");
    form["institution_code"] = json!("1391234567");
    form.as_object_mut().unwrap().remove("founder");
    portal.account(&form).is(400, "REF-4001").field("portal");
    form["portal"] = json!("other");
    portal
        .account(&form)
        .is(400, "REF-4001")
        .field("delegated_receipt");
    form["delegated_receipt"] = json!(false);
    portal
        .account(&form)
        .is(400, "REF-4001")
        .field("delegated_receipt");
    form["delegated_receipt"] = json!(true);
    let session = portal.session(&form);
    let apply = |body: Value| portal.call(&session, "/v1/portal/applications", &body);
    apply(application("first", 1))
        .is(400, "REF-4001")
        .field("account_number");
    let with = |kind: &str, media_type: &str, size: i64| {
        json!({
            "kind": "first", "staff": 1, "terminals": 1, "terms_accepted": true,
            "document": {"kind": kind, "media_type": media_type, "size": size},
        })
    };
    apply(with("introduction", "application/pdf", 1))
        .is(400, "REF-4001")
        .field("document.kind");
    apply(with("receipt-delegation", "image/gif", 1))
        .is(400, "REF-4001")
        .field("document.media_type");
    apply(with("receipt-delegation", "image/png", 104_857_601))
        .is(400, "REF-4001")
        .field("document.size");
    assert_eq!(
        apply(with("receipt-delegation", "image/png", 104_857_600)).status,
        200
    );
}

#[test]
fn proofs_are_matched_with_the_register() {
    let portal = Portal::open();
    let session = portal.session(&clinic());
    let apply = |change: &dyn Fn(&mut Value)| {
        let mut body = application("first", 1);
        change(&mut body);
        portal.call(&session, "/v1/portal/applications", &body)
    };
    apply(&|b| b["account_number"] = json!("1111111"))
        .is(400, "REF-4001")
        .field("account_number");
    apply(&|b| b["account_number"] = json!("12345678"))
        .is(400, "REF-4001")
        .field("account_number");
    apply(&|b| b["account_number"] = Value::Null)
        .is(400, "REF-4001")
        .field("account_number");
    apply(&|b| b["birth_date"] = json!("19600230"))
        .is(400, "REF-4001")
        .field("birth_date");
    apply(&|b| b["document"] = json!({}))
        .is(400, "REF-4001")
        .field("document");
    apply(&|b| b["terms_accepted"] = json!(false))
        .is(400, "REF-4001")
        .field("terms_accepted");
    apply(&|b| b["staff"] = json!(0))
        .is(400, "REF-4001")
        .field("staff");
    assert_eq!(apply(&|b| b["birth_date"] = json!("19600229")).status, 200);
}

#[test]
fn links_sessions_and_passwords_end() {
    let portal = Portal::open();
    let registered = portal.account(&clinic());
    let link = json!({"link": registered.body["mail"]["link"]});
    portal
        .login("desk@example.jp", "Passw0rd")
        .is(401, "REF-1001");
    portal.later(3 * 3600 + 1);
    portal
        .caller
        .post("/v1/portal/accounts/activate", &link)
        .is(401, "REF-1002");
    // The mail address is free again, and the new link works once.
    let session = portal.session(&clinic());
    assert_eq!(portal.get(&session, "/v1/portal/accounts").status, 200);
    portal.later(3601);
    portal
        .get(&session, "/v1/portal/accounts")
        .is(401, "REF-1001");
    portal
        .get("00", "/v1/portal/accounts")
        .is(401, "REF-1001")
        .field("Authorization");
    for _ in 0..5 {
        portal
            .login("desk@example.jp", "Passw0rd!")
            .is(401, "REF-1001");
    }
    portal
        .login("desk@example.jp", "Passw0rd")
        .is(429, "REF-5003");
    portal.later(301);
    assert_eq!(portal.login("desk@example.jp", "Passw0rd").status, 200);
}

#[test]
fn one_institution_ends_nothing_of_another() {
    let portal = Portal::open();
    let session = portal.session(&clinic());
    portal.call(
        &session,
        "/v1/portal/applications",
        &application("first", 1),
    );
    let mut other = clinic();
    other["mail"] = json!("other@example.jp");
    other["prefecture"] = json!("01");
    other["code"] = json!("0113719");
    other["institution_code"] = json!("0110113719");
    let other = portal.session(&other);
    portal.later(3 * 86_400);
    let session = portal.login("desk@example.jp", "Passw0rd").text("token");
    let id = portal.get(&session, "/v1/portal/settings").body["terminals"][0]["id"].clone();
    portal.later(-3 * 86_400);
    let end = json!({"date": "20991231", "reason": "x", "terminals": [id]});
    portal
        .call(&other, "/v1/portal/end", &end)
        .is(403, "REF-1004")
        .field("terminals");
    assert_eq!(
        portal.get(&other, "/v1/portal/settings").body["terminals"],
        json!([])
    );
    let past = json!({"date": "20200101", "reason": "x"});
    portal
        .call(&other, "/v1/portal/end", &past)
        .is(400, "REF-4001")
        .field("date");
    let body = json!({"date": "20991231"});
    portal
        .call(&other, "/v1/portal/start-date", &body)
        .is(400, "REF-4001")
        .field("date");
    portal
        .call(&other, "/v1/portal/change", &json!({}))
        .is(400, "REF-4001");
    portal
        .call(&other, "/v1/portal/change", &json!({"founder": "①"}))
        .is(400, "REF-4001")
        .field("founder");
}

#[test]
fn an_insurer_files_and_registers_with_its_code() {
    let portal = Portal::open();
    let filed = portal.caller.post(
        "/v1/portal/introduction",
        &json!({"filings": [introduction(), introduction()]}),
    );
    assert_eq!(filed.status, 200, "{}", filed.body);
    let codes = filed.body["codes"].as_array().unwrap();
    assert_ne!(codes[0], codes[1]);
    let mut form = clinic();
    form["portal"] = json!("other");
    form["kind"] = json!("insurer");
    form["role"] = json!("checkups");
    form["code"] = codes[0].clone();
    form["institution_code"] = codes[0].clone();
    form.as_object_mut().unwrap().remove("founder");
    let session = portal.session(&form);
    let body = json!({
        "kind": "first", "staff": 3, "terminals": 1, "terms_accepted": true,
        "document": {"kind": "introduction", "media_type": "application/pdf", "size": 1000},
    });
    assert_eq!(
        portal
            .call(&session, "/v1/portal/applications", &body)
            .status,
        200
    );

    let mut abolition = introduction();
    let members = abolition.as_object_mut().unwrap();
    for member in [
        "prefecture",
        "address_kana",
        "post_number",
        "representative",
        "representative_kana",
        "filer",
    ] {
        members.remove(member);
    }
    abolition["code"] = codes[0].clone();
    abolition["reason"] = json!("健診事業の廃止");
    let mut foreign = abolition.clone();
    foreign["insurer_code"] = json!("138016");
    let file = |session: &str, filing: &Value| portal.call(session, "/v1/portal/abolition", filing);
    file(&session, &foreign)
        .is(403, "REF-1004")
        .field("insurer_code");
    // Nobody without a session, no other institution and no account that only knows the code ends it.
    portal
        .caller
        .post("/v1/portal/abolition", &abolition)
        .is(401, "REF-1001")
        .field("Authorization");
    let mut stranger = form.clone();
    stranger["mail"] = json!("stranger@example.jp");
    let stranger = portal.session(&stranger);
    file(&stranger, &abolition)
        .is(403, "REF-1004")
        .field("code");
    let mut another = form.clone();
    another["mail"] = json!("another@example.jp");
    another["code"] = codes[1].clone();
    another["institution_code"] = codes[1].clone();
    let another = portal.session(&another);
    file(&another, &abolition).is(403, "REF-1004").field("code");
    for past in ["20200101", "20261117"] {
        let mut early = abolition.clone();
        early["date"] = json!(past);
        file(&session, &early).is(400, "REF-4001").field("date");
    }
    assert_eq!(file(&session, &abolition).status, 200);
    file(&session, &abolition).is(400, "REF-4001").field("code");
    // An insurer that never applied has no terminals to prove anything for: its own account ends its code.
    abolition["code"] = codes[1].clone();
    assert_eq!(file(&another, &abolition).status, 200);
    form["mail"] = json!("again@example.jp");
    portal.account(&form).is(400, "REF-4001").field("code");
}

#[test]
fn every_rule_of_the_introduction_names_its_field() {
    let portal = Portal::open();
    for (member, value) in [
        ("kinds", json!([])),
        ("kinds", json!(["checkup", "checkup"])),
        ("date", json!("20261131")),
        ("name_kana", json!("もぎ")),
        ("prefecture", json!("99")),
        ("address", json!("東京都千代田区霞が関２丁目１番地３")),
        ("address_kana", json!("kasumi")),
        ("post_number", json!("1000013")),
        ("phone", json!("03-1234-5678")),
        ("representative_kana", json!("代表")),
        ("insurer_code", json!("06130489")),
        ("filer", Value::Null),
        ("remarks", json!(5)),
        ("more", json!(5)),
    ] {
        let mut filing = introduction();
        filing[member] = value;
        portal
            .caller
            .post(
                "/v1/portal/introduction",
                &json!({"filings": [introduction(), filing]}),
            )
            .is(400, "REF-4001")
            .field(&format!("filings[1].{member}"));
    }
    portal
        .caller
        .post("/v1/portal/introduction", &json!({"filings": []}))
        .is(400, "REF-4001");
}
