//! 居宅同意取得型 over HTTPS: consents after a check, the requery without the card, bulk.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::io::{BufRead as _, BufReader, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use common::{Answer, Card, IDEMPOTENCY, REQUEST_ID, Terminal, b64, sha};
use mynacard_eligibility::FieldId;
use mynacard_sandbox::{Institution, InstitutionKind, Running, Sandbox};
use serde_json::{Value, json};

struct Home {
    running: Running,
    terminal: Terminal,
    now: Arc<AtomicI64>,
}

impl Home {
    fn open() -> Self {
        let today = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let now = Arc::new(AtomicI64::new(i64::try_from(today.as_secs()).unwrap()));
        let clock = Arc::clone(&now);
        let running = Sandbox::builder()
            .clock(move || {
                UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::SeqCst).try_into().unwrap())
            })
            .start()
            .unwrap();
        let terminal = Terminal::activate(&running, 21);
        Self {
            running,
            terminal,
            now,
        }
    }

    fn later(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }

    fn today(&self) -> String {
        self.terminal.challenge("pin").text("date")
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        self.terminal.caller.post(path, body)
    }

    /// A check for a purpose whose signed request carries these consents; gives its id.
    fn check(&self, id: &str, purpose: &str, consents: &Value) -> String {
        let ask = json!({"operation": "check", "method": "pin", "purpose": purpose});
        let challenge = self.post("/v1/challenge", &ask);
        let mut card = Card::of(id);
        let certificate = card.certificate();
        let request = format!(
            r#"{{"request_id":"{REQUEST_ID}","limit_application":false,"specific_diseases":false,"consents":{consents},"operator":null}}"#
        );
        let mut message = b"MYNACARD CHECK MESSAGE v1\0".to_vec();
        let nonce = common::unb64(&challenge.text("nonce"));
        let parts: [&[u8]; 11] = [
            b"mynacard-sandbox",
            b"sandbox",
            b"check",
            b"pin",
            &nonce,
            &sha(&self.terminal.spki),
            self.terminal.facility.as_bytes(),
            purpose.as_bytes(),
            &challenge.text("date").into_bytes(),
            &sha(&request),
            &sha(&certificate),
        ];
        for (tag, part) in (1u8..).zip(parts) {
            message.push(tag);
            message.extend(u32::try_from(part.len()).unwrap().to_be_bytes());
            message.extend(part);
        }
        card.pin();
        let body = json!({
            "challenge_id": challenge.text("challenge_id"),
            "request": b64(&request),
            "certificate": b64(&certificate),
            "algorithm": "RSA-PKCS1-SHA256",
            "signature": b64(card.sign(&message)),
            "grant": null,
            "format": "xml",
        });
        self.terminal
            .caller
            .confirm(IDEMPOTENCY, &body)
            .is(200, "REF-0000")
            .text("check_id")
    }

    fn register(&self, check: &str, reference: &str, care: &str, kinds: &Value) -> Answer {
        self.post(
            "/v1/consents/register",
            &json!({
                "check_id": check, "reference": reference, "care": care,
                "kinds": kinds, "visit_date": self.today(),
            }),
        )
    }

    fn requery(&self, reference: &str) -> Answer {
        self.post("/v1/requery", &requery(reference))
    }
}

fn requery(reference: &str) -> Value {
    json!({
        "reference": reference, "request_id": REQUEST_ID,
        "limit_application": true, "specific_diseases": true, "format": "xml",
    })
}

#[test]
fn a_visited_patient_is_queried_again_without_the_card() {
    let home = Home::open();
    let check = home.check("kokuho", "visiting", &json!(["YZK", "SRJ"]));
    let registered = home.register(&check, "chart-1", "2", &json!(["YZK", "SRJ"]));
    assert_eq!(registered.status, 200, "{}", registered.body);
    home.later(30 * 86_400);
    let answer = home.requery("chart-1");
    answer.is(200, "REF-0000");
    assert_eq!(answer.text("request_id"), REQUEST_ID);
    let read = mynacard_eligibility::Answer::read_xml(answer.text("answer").as_bytes()).unwrap();
    let result = read.results()[0];
    assert_eq!(result.text(FieldId::REFERENCE_NUMBER), Some("chart-1"));
    assert_eq!(result.text(FieldId::PHARMACISTS_INFO_CONS_FLG), Some("1"));
    assert_eq!(result.text(FieldId::OPERATION_INFO_CONS_FLG), None);
}

#[test]
fn a_consent_needs_what_the_card_signed() {
    let home = Home::open();
    let check = home.check("kokuho", "visiting", &json!(["YZK"]));
    home.register(&check, "c", "2", &json!(["YZK", "SHJ"]))
        .is(409, "REF-3101")
        .field("kinds");
    home.register(&check, "c", "9", &json!(["YZK"]))
        .is(400, "REF-4001")
        .field("care");
    home.register(&check, "c", "2", &json!([]))
        .is(400, "REF-4001")
        .field("kinds");
    home.register(&check, "", "2", &json!(["YZK"]))
        .is(400, "REF-4001")
        .field("reference");
    home.register(&check, &"x".repeat(51), "2", &json!(["YZK"]))
        .is(400, "REF-4001");
    let unknown = "0".repeat(32);
    home.register(&unknown, "c", "2", &json!(["YZK"]))
        .is(409, "REF-3101")
        .field("check_id");
    let reception = home.check("kokuho", "reception", &json!(["YZK"]));
    home.register(&reception, "c", "2", &json!(["YZK"]))
        .is(403, "REF-1006")
        .field("care");
    assert_eq!(
        home.register(&reception, "c", "3", &json!(["YZK"])).status,
        200
    );
    home.later(3601);
    home.register(&check, "c", "2", &json!(["YZK"]))
        .is(409, "REF-3101")
        .field("check_id");
}

#[test]
fn a_call_under_a_key_happens_once_however_often_it_is_delivered() {
    let home = Home::open();
    let other = Terminal::activate(&home.running, 22);
    let keyed = |terminal: &Terminal, key: &str, path: &str, body: &Value| {
        let header = format!("Idempotency-Key: {key}\r\n");
        let body = body.to_string();
        terminal
            .caller
            .bytes("POST", path, &header, body.as_bytes())
    };
    let today = home.today();
    let ask = json!({
        "care": "2", "by": "visit-date", "from": today, "to": today,
        "limit_application": false, "specific_diseases": false, "format": "xml",
    });
    let submit = |terminal, key| keyed(terminal, key, "/v1/bulk/submit", &ask);
    let number = |answer: Answer| answer.text("reception_number");
    // Deliveries that meet, and later ones.
    let numbers: Vec<_> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| number(submit(&home.terminal, IDEMPOTENCY))))
            .collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(
        numbers.iter().all(|number| *number == numbers[0]),
        "{numbers:?}"
    );
    assert_eq!(number(submit(&home.terminal, IDEMPOTENCY)), numbers[0]);
    // Another key, none, or another terminal's: another query.
    let another = "f".repeat(32);
    assert_ne!(number(submit(&home.terminal, &another)), numbers[0]);
    assert_ne!(number(home.post("/v1/bulk/submit", &ask)), numbers[0]);
    assert_ne!(number(submit(&other, IDEMPOTENCY)), numbers[0]);
    // Another request under a used key is refused, and so is a key that is none.
    let inquiry = json!({"reference": "a", "reason": "1"});
    for key in [IDEMPOTENCY, "short"] {
        keyed(&home.terminal, key, "/v1/consents/cancel", &inquiry)
            .is(400, "REF-4001")
            .field("Idempotency-Key");
    }
    // What was refused may be tried again under its key.
    let kinds = json!(["YZK"]);
    let key = "e".repeat(32);
    let cancel = || keyed(&home.terminal, &key, "/v1/consents/cancel", &inquiry);
    cancel().is(409, "REF-3101");
    let check = home.check("kokuho", "visiting", &kinds);
    assert_eq!(home.register(&check, "a", "2", &kinds).status, 200);
    let cancelled = cancel();
    assert_eq!(cancelled.body["state"], "cancelled");
    // The consent given anew is not ended by the old call's late second delivery.
    let check = home.check("kokuho", "visiting", &kinds);
    assert_eq!(home.register(&check, "a", "2", &kinds).status, 200);
    assert_eq!(cancel().body, cancelled.body);
    let now = home.post("/v1/consents/inquire", &json!({"reference": "a"}));
    assert_eq!(now.body["state"], "active");
}

#[test]
fn one_patients_consent_is_not_replaced_by_anothers() {
    let home = Home::open();
    let kinds = json!(["YZK"]);
    let mine = home.check("kokuho", "visiting", &kinds);
    assert_eq!(home.register(&mine, "chart", "2", &kinds).status, 200);
    let theirs = home.check("kyokai-self", "visiting", &kinds);
    home.register(&theirs, "chart", "2", &kinds)
        .is(400, "REF-4001")
        .field("reference");
    // The same patient may agree anew; when her consent has ended, the number is free.
    let again = home.check("kokuho", "visiting", &kinds);
    assert_eq!(home.register(&again, "chart", "2", &kinds).status, 200);
    let cancel = json!({"reference": "chart", "reason": "1"});
    home.post("/v1/consents/cancel", &cancel);
    assert_eq!(home.register(&theirs, "chart", "2", &kinds).status, 200);
}

#[test]
fn consents_are_inquired_narrowed_cancelled_and_expire() {
    let home = Home::open();
    let check = home.check("kyokai-self", "visiting", &json!(["TKK", "YZK"]));
    home.requery("a").is(409, "REF-3101").field("reference");
    assert_eq!(
        home.register(&check, "a", "2", &json!(["TKK", "YZK"]))
            .status,
        200
    );
    let inquire =
        |reference: &str| home.post("/v1/consents/inquire", &json!({"reference": reference}));
    assert_eq!(inquire("a").body["state"], "active");
    inquire("b").is(409, "REF-3101");
    let change = |kinds: &Value| {
        home.post(
            "/v1/consents/change",
            &json!({"reference": "a", "kinds": kinds}),
        )
    };
    assert_eq!(change(&json!(["YZK"])).body["kinds"], json!(["YZK"]));
    change(&json!(["TKK"])).is(409, "REF-3101").field("kinds");
    let cancel = json!({"reference": "a", "reason": "2"});
    assert_eq!(
        home.post("/v1/consents/cancel", &cancel).body["state"],
        "cancelled"
    );
    home.post("/v1/consents/cancel", &cancel)
        .is(403, "REF-3103");
    home.requery("a").is(403, "REF-3103");
    change(&json!(["YZK"])).is(403, "REF-3103");
    assert_eq!(inquire("a").body["reason"], "2");
    // With the card the patient may agree again.
    let check = home.check("kyokai-self", "visiting", &json!(["YZK"]));
    assert_eq!(home.register(&check, "a", "2", &json!(["YZK"])).status, 200);
    // Each requery continues the relation; a year without one ends it.
    for _ in 0..2 {
        home.later(364 * 86_400);
        let renewed = Terminal::activate(&home.running, 22);
        renewed
            .caller
            .post("/v1/requery", &requery("a"))
            .is(200, "REF-0000");
    }
    home.later(366 * 86_400);
    let renewed = Terminal::activate(&home.running, 23);
    renewed
        .caller
        .post("/v1/requery", &requery("a"))
        .is(410, "REF-3102");
}

#[test]
fn online_and_outpatients_are_listed_and_never_queried_again() {
    let home = Home::open();
    let check = home.check("kokuho", "visiting", &json!(["YZK"]));
    let today = home.today();
    for (reference, care) in [("v", "2"), ("o", "3"), ("p", "1")] {
        assert_eq!(
            home.register(&check, reference, care, &json!(["YZK"]))
                .status,
            200
        );
    }
    home.requery("o").is(403, "REF-1006").field("reference");
    home.requery("p").is(403, "REF-1006");
    let list = |care: &str, by: &str, from: &str, to: &str| {
        home.post(
            "/v1/consents/list",
            &json!({"care": care, "by": by, "from": from, "to": to}),
        )
    };
    for (care, reference) in [("1", "p"), ("2", "v"), ("3", "o")] {
        for by in ["consent-date", "visit-date"] {
            let listed = list(care, by, &today, &today);
            assert_eq!(
                listed.body["consents"].as_array().unwrap().len(),
                1,
                "{}",
                listed.body
            );
            assert_eq!(listed.body["consents"][0]["reference"], reference);
            assert!(listed.body["next"].is_null());
        }
    }
    assert_eq!(
        list("3", "visit-date", "20200101", "20201231").body["consents"],
        json!([])
    );
    list("3", "visit-date", "20201231", "20200101")
        .is(400, "REF-4001")
        .field("to");
    list("3", "visit-date", "20200230", "20201231")
        .is(400, "REF-4001")
        .field("from");
    list("3", "birthday", &today, &today)
        .is(400, "REF-4001")
        .field("by");
    // A list names nobody.
    let text = list("3", "visit-date", &today, &today).body.to_string();
    assert!(!text.contains("国保") && !text.contains("SIM"));
    home.later(2 * 86_400);
    let state = home
        .post("/v1/consents/inquire", &json!({"reference": "o"}))
        .body["state"]
        .clone();
    assert_eq!(state, "expired");
}

#[test]
fn nothing_of_one_institution_is_reachable_by_another() {
    let home = Home::open();
    let check = home.check("kokuho", "visiting", &json!(["YZK"]));
    assert_eq!(
        home.register(&check, "mine", "2", &json!(["YZK"])).status,
        200
    );
    let today = home.today();
    let submit = json!({
        "care": "2", "by": "visit-date", "from": today, "to": today,
        "limit_application": false, "specific_diseases": false, "format": "xml",
    });
    let number = home
        .post("/v1/bulk/submit", &submit)
        .text("reception_number");
    home.later(2);
    let other = Institution::new("0110113719", "他の診療所", InstitutionKind::Clinic);
    let other = Terminal::activate_for(&home.running, 30, &other);
    let ask = |path: &str, body: Value| other.caller.post(path, &body);
    ask("/v1/requery", requery("mine")).is(409, "REF-3101");
    ask("/v1/consents/inquire", json!({"reference": "mine"})).is(409, "REF-3101");
    ask(
        "/v1/consents/change",
        json!({"reference": "mine", "kinds": ["YZK"]}),
    )
    .is(409, "REF-3101");
    ask(
        "/v1/consents/cancel",
        json!({"reference": "mine", "reason": "1"}),
    )
    .is(409, "REF-3101");
    let theirs = json!({
        "check_id": check, "reference": "x", "care": "2", "kinds": ["YZK"], "visit_date": today,
    });
    ask("/v1/consents/register", theirs)
        .is(409, "REF-3101")
        .field("check_id");
    let period = json!({"care": "2", "by": "visit-date", "from": today, "to": today});
    assert_eq!(ask("/v1/consents/list", period).body["consents"], json!([]));
    ask("/v1/bulk/poll", json!({"reception_number": number})).is(409, "REF-3101");
    ask("/v1/bulk/download", json!({"reception_number": number})).is(409, "REF-3101");
    // The same reference is another patient there.
    assert_eq!(home.requery("mine").status, 200);
}

#[test]
fn a_bulk_query_is_accepted_polled_and_streamed() {
    let home = Home::open();
    const PATIENTS: u32 = 5000;
    home.running
        .enrol_patients(&Institution::default(), PATIENTS)
        .unwrap();
    let today = home.today();
    let submit = json!({
        "care": "2", "by": "consent-date", "from": today, "to": today,
        "limit_application": false, "specific_diseases": false, "format": "json",
    });
    let number =
        json!({"reception_number": home.post("/v1/bulk/submit", &submit).text("reception_number")});
    assert_eq!(
        home.post("/v1/bulk/poll", &number).body["segment_of_result"],
        "2"
    );
    let early = home.post("/v1/bulk/download", &number);
    assert_eq!(
        (early.status, &early.body["segment_of_result"]),
        (200, &json!("2"))
    );
    home.later(1);
    assert_eq!(
        home.post("/v1/bulk/poll", &number).body["segment_of_result"],
        "1"
    );

    let body = number.to_string();
    let mut stream = home.terminal.caller.connect();
    write!(
        stream,
        "POST /v1/bulk/download HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let head: Vec<String> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
    let head = head.join("\n").to_lowercase();
    assert!(
        head.starts_with("http/1.1 200") && head.contains("application/x-ndjson"),
        "{head}"
    );
    assert!(head.contains("x-mynacard-sandbox"));
    // A second call is answered in the middle of the stream, which is longer than what lies between the two ends.
    let documents: Vec<String> = lines
        .by_ref()
        .filter(|line| line.starts_with('{'))
        .take(10)
        .collect();
    assert_eq!(home.terminal.caller.get("/v1/info").status, 200);
    let first: Value = serde_json::from_str(&documents[0]).unwrap();
    assert_eq!(first["results"], PATIENTS);
    let rest = lines
        .filter(|line| line.contains(r#""reference":"P"#))
        .count();
    assert_eq!(rest + documents.len() - 1, PATIENTS as usize);
}

#[test]
fn a_long_list_comes_page_by_page() {
    let home = Home::open();
    home.running
        .enrol_patients(&Institution::default(), 1500)
        .unwrap();
    let today = home.today();
    let mut body = json!({"care": "2", "by": "visit-date", "from": today, "to": today});
    let first = home.post("/v1/consents/list", &body);
    assert_eq!(first.body["consents"].as_array().unwrap().len(), 1000);
    assert_eq!(first.body["next"], "P0001000");
    body["after"] = first.body["next"].clone();
    let second = home.post("/v1/consents/list", &body);
    assert_eq!(second.body["consents"].as_array().unwrap().len(), 500);
    assert!(second.body["next"].is_null());
}
