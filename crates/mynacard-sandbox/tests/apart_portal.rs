//! The portals' calls between two institutions: each with nobody's, a foreign, an ended session and a terminal's certificate
//! instead of one, naming what belongs to the owner; and the owner's things are neither shown nor changed by it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use common::{Answer, Caller, activation, csr, key, unb64};
use mynacard_sandbox::{Running, Sandbox, UserSettings, routes};
use serde_json::{Value, json};

const NOW: i64 = 1_795_000_000;
/// The day before NOW's, NOW's day, and a day that is far.
const TODAY: &str = "20261118";
const FAR: &str = "20991231";

/// What acts on the caller's own words alone: a form, a link in a mail, a password.
const OPEN: [(&str, &str); 5] = [
    ("POST", "/v1/portal/lookup"),
    ("POST", "/v1/portal/accounts"),
    ("POST", "/v1/portal/accounts/activate"),
    ("POST", "/v1/portal/login"),
    ("POST", "/v1/portal/introduction"),
];

/// An insurer that runs checkups itself, with one terminal in use and one whose code nobody used: of all institutions it has
/// every call.
struct Insurer {
    mail: String,
    code: String,
    session: String,
    settings: Vec<UserSettings>,
    terminal: Caller,
}

struct Portal {
    running: Running,
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
            .application_time(Duration::ZERO)
            .start()
            .unwrap();
        Self {
            caller: Caller::stranger(&running),
            running,
            now,
        }
    }

    fn session_of(&self, mail: &str) -> String {
        let login = json!({"mail": mail, "password": "Passw0rd"});
        self.caller.post("/v1/portal/login", &login).text("token")
    }

    fn account(&self, mail: &str, code: &str) -> String {
        let form = json!({
            "portal": "other", "kind": "insurer", "role": "checkups", "prefecture": "13",
            "code": code, "institution_code": code, "family_name": "架空", "given_name": "一郎",
            "phone": "0312345678", "mail": mail, "password": "Passw0rd",
            "terms_accepted": true, "privacy_accepted": true,
        });
        let registered = self.caller.post("/v1/portal/accounts", &form);
        assert_eq!(registered.status, 200, "{}", registered.body);
        let link = json!({"link": registered.body["mail"]["link"]});
        self.caller.post("/v1/portal/accounts/activate", &link);
        self.session_of(mail)
    }

    fn insurer(&self, mail: &str, seed: u8) -> Insurer {
        let filing = json!({
            "kinds": ["checkup"], "date": TODAY, "name": "模擬健康保険組合",
            "name_kana": "モギケンコウホケンクミアイ", "prefecture": "13",
            "address": "東京都千代田区霞が関2-1-3", "address_kana": "チヨダクカスミガセキ２－１－３",
            "post_number": "100-0013", "phone": "0312345678", "representative": "代表　花子",
            "representative_kana": "ダイヒョウ　ハナコ", "insurer_code": "06130488",
            "filer": {"address": "東京都千代田区霞が関2-1-3", "name": "代表　花子"},
        });
        let filed = json!({ "filings": [filing] });
        let filed = self.caller.post("/v1/portal/introduction", &filed);
        let code = filed.body["codes"][0].as_str().unwrap().to_owned();
        let session = self.account(mail, &code);
        let applied = self.call(
            Some(&session),
            "POST",
            "/v1/portal/applications",
            &apply("first"),
        );
        assert_eq!(applied.status, 200, "{}", applied.body);
        let shown = self.call(Some(&session), "GET", "/v1/portal/settings", &Value::Null);
        let text = |terminal: &Value, member: &str| terminal[member].as_str().unwrap().to_owned();
        let settings: Vec<_> = shown.body["terminals"]
            .as_array()
            .unwrap()
            .iter()
            .map(|terminal| UserSettings {
                institution_code: text(terminal, "institution_code"),
                id: text(terminal, "id"),
                activation_code: text(terminal, "activation_code"),
            })
            .collect();
        let used = activation(&settings[0], &csr(&key(seed)));
        let activated = self.caller.post("/v1/activate", &used);
        let chain = vec![unb64(&activated.text("certificate"))];
        let terminal = Caller::new(&self.running, Some((chain, &key(seed))));
        let start = json!({"date": TODAY});
        self.call(Some(&session), "POST", "/v1/portal/start-date", &start);
        Insurer {
            mail: mail.to_owned(),
            code,
            session,
            settings,
            terminal,
        }
    }

    fn call(&self, session: Option<&str>, method: &str, path: &str, body: &Value) -> Answer {
        by(&self.caller, session, method, path, body)
    }
}

fn by(caller: &Caller, session: Option<&str>, method: &str, path: &str, body: &Value) -> Answer {
    let headers = session.map_or(String::new(), |session| {
        format!("Authorization: Bearer {session}\r\n")
    });
    let body = match method {
        "GET" => Vec::new(),
        _ => body.to_string().into_bytes(),
    };
    caller.bytes(method, path, &headers, &body)
}

fn apply(kind: &str) -> Value {
    json!({
        "kind": kind, "staff": 3, "terminals": 2, "terms_accepted": true,
        "document": {"kind": "introduction", "media_type": "application/pdf", "size": 1000},
    })
}

/// Every call with a session, naming what belongs to the owner where something can be named. The last ones end it.
fn calls(owner: &Insurer) -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("GET", "/v1/portal/accounts", Value::Null),
        ("GET", "/v1/portal/settings", Value::Null),
        ("POST", "/v1/portal/applications", apply("additional")),
        ("POST", "/v1/portal/start-date", json!({"date": FAR})),
        ("POST", "/v1/portal/change", json!({"phone": "0399998888"})),
        (
            "POST",
            "/v1/portal/end",
            json!({"date": TODAY, "reason": "x", "terminals": [owner.settings[0].id]}),
        ),
        (
            "POST",
            "/v1/portal/abolition",
            json!({
                "kinds": ["checkup"], "date": TODAY, "name": "模擬健康保険組合",
                "name_kana": "モギケンコウホケンクミアイ", "address": "東京都千代田区霞が関2-1-3",
                "phone": "0312345678", "insurer_code": "06130488", "code": owner.code,
                "reason": "x",
            }),
        ),
    ]
}

/// What the owner sees, terminals and all.
fn seen(portal: &Portal, owner: &Insurer) -> (Value, Value) {
    let ask = |path| portal.call(Some(&owner.session), "GET", path, &Value::Null);
    let (accounts, settings) = (ask("/v1/portal/accounts"), ask("/v1/portal/settings"));
    assert_eq!((accounts.status, settings.status), (200, 200));
    (accounts.body, settings.body)
}

/// The owner's terminal still asks, tomorrow too; the code that nobody used still works.
fn unharmed(portal: &Portal, owner: &Insurer, before: &(Value, Value)) {
    assert_eq!(&seen(portal, owner), before);
    portal.now.fetch_add(86_400, Ordering::SeqCst);
    let ask = json!({"operation": "check", "method": "pin", "purpose": "checkup"});
    let asked = owner.terminal.post("/v1/challenge", &ask);
    assert_eq!(asked.status, 200, "{}", asked.body);
    let unused = activation(&owner.settings[1], &csr(&key(9)));
    let activated = portal.caller.post("/v1/activate", &unused);
    assert_eq!(activated.status, 200, "{}", activated.body);
}

#[test]
fn every_call_of_the_portals_is_in_the_matrix() {
    let portal = Portal::open();
    let owner = portal.insurer("owner@example.jp", 1);
    let calls = calls(&owner);
    let asked: BTreeSet<_> = calls
        .iter()
        .map(|(method, path, _)| (*method, *path))
        .chain(OPEN)
        .collect();
    let served: BTreeSet<_> = routes()
        .filter(|route| route.path.starts_with("/v1/portal/"))
        .map(|route| (route.method, route.path))
        .collect();
    assert_eq!(asked, served);
}

#[test]
fn without_a_living_session_nothing_is_shown_or_done() {
    let portal = Portal::open();
    let owner = portal.insurer("owner@example.jp", 1);
    let before = seen(&portal, &owner);
    let ended = portal.session_of(&owner.mail);
    portal.now.fetch_add(3601, Ordering::SeqCst);
    let owner = Insurer {
        session: portal.session_of(&owner.mail),
        ..owner
    };
    let foreign = "0".repeat(32);
    for (method, path, body) in calls(&owner) {
        for session in [None, Some(""), Some("x"), Some(&foreign), Some(&ended)] {
            portal
                .call(session, method, path, &body)
                .is(401, "REF-1001")
                .field("Authorization");
        }
        // A terminal's certificate is no session, not even its own institution's.
        by(&owner.terminal, None, method, path, &body)
            .is(401, "REF-1001")
            .field("Authorization");
    }
    unharmed(&portal, &owner, &before);
}

#[test]
fn another_institution_and_an_unproven_account_show_and_end_nothing_of_the_owner() {
    let portal = Portal::open();
    let owner = portal.insurer("owner@example.jp", 1);
    let other = portal.insurer("other@example.jp", 2);
    let stranger = portal.account("stranger@example.jp", &owner.code);
    let mut before = seen(&portal, &owner);
    for (who, session) in [("another", &other.session), ("unproven", &stranger)] {
        for (method, path, body) in calls(&owner) {
            if who == "unproven" && path == "/v1/portal/applications" {
                // This one proves that the account is of the institution.
                continue;
            }
            let answer = portal.call(Some(session), method, path, &body);
            let text = answer.body.to_string();
            let foreign = who == "another";
            assert!(!foreign || !text.contains(&owner.code), "{path}: {text}");
            assert!(!text.contains(&owner.mail), "{path}: {text}");
            for settings in &owner.settings {
                assert!(!text.contains(&settings.id), "{who} at {path}: {text}");
                assert!(!text.contains(&settings.activation_code));
            }
            let refused = match (path, who) {
                ("/v1/portal/end", _) => Some((403, "REF-1004", "terminals")),
                ("/v1/portal/abolition", _) => Some((403, "REF-1004", "code")),
                ("/v1/portal/start-date", "unproven") => Some((400, "REF-4001", "date")),
                _ => None,
            };
            match refused {
                Some((status, code, field)) => {
                    answer.is(status, code).field(field);
                }
                None => assert_eq!(answer.status, 200, "{who} at {path}: {text}"),
            }
        }
        if who == "unproven" {
            // Whoever proved to be of the institution sees who else filled in its form.
            let accounts = before.0["accounts"].as_array_mut().unwrap();
            for account in accounts {
                if account["mail"] == "stranger@example.jp" {
                    account["details"]["phone"] = json!("0399998888");
                }
            }
        }
    }
    unharmed(&portal, &owner, &before);
}
