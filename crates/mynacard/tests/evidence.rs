//! Every proof of insurance can be audited, has a name, and has a text for the patient.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use mynacard::auth::{Audit, AuditEvent, AuditKind, Screen};
use mynacard::guidance::{self, Evidence, Language};

#[derive(Clone, Default)]
struct Trail(Arc<Mutex<Vec<AuditEvent>>>);

impl Audit for Trail {
    fn record(
        &mut self,
        event: &AuditEvent,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        self.0.lock().expect("one thread").push(event.clone());
        Ok(())
    }
}

struct Full;

impl Audit for Full {
    fn record(&mut self, _: &AuditEvent) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Err("disk full".into())
    }
}

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000)
}

#[test]
fn every_proof_is_audited_by_its_name_and_nothing_else() {
    let trail = Trail::default();
    let mut screen = Screen::new(Duration::from_secs(30), Box::new(trail.clone()));
    for evidence in Evidence::ALL {
        screen.proven(evidence, now()).expect("the trail is kept");
    }
    let events = trail.0.lock().expect("one thread").clone();
    assert_eq!(events.len(), Evidence::ALL.len());
    for (event, evidence) in events.iter().zip(Evidence::ALL) {
        assert_eq!(event.what(), &AuditKind::Proven { evidence });
        let line = format!(r#"{{"at":1790000000,"event":"proven","evidence":"{evidence}"}}"#);
        assert_eq!(event.to_json(), line);
    }
}

#[test]
fn a_trail_that_cannot_be_kept_is_an_error() {
    let mut screen = Screen::new(Duration::from_secs(30), Box::new(Full));
    let refused = screen.proven(Evidence::EligibilityCertificate, now());
    assert_eq!(refused.map_err(|error| error.code()), Err("MC-5401"));
}

#[test]
fn every_proof_has_its_name_and_its_text_for_the_patient() {
    let mut names = BTreeSet::new();
    for evidence in Evidence::ALL {
        let (label, slip) = (guidance::label(evidence), guidance::next_visit(evidence));
        for language in [Language::Japanese, Language::English] {
            assert!(
                names.insert(label.raw(language)),
                "{evidence}: not its own name"
            );
            let end = if language == Language::Japanese {
                '。'
            } else {
                '.'
            };
            assert!(slip.raw(language).ends_with(end), "{evidence}");
        }
        let brings = match evidence {
            Evidence::Online(guidance::Query::Requery) => "同意",
            Evidence::PortalScreen => "資格情報画面",
            Evidence::NoticeWithCard => "資格情報のお知らせ",
            Evidence::EligibilityCertificate => "資格確認書",
            _ => "マイナンバーカード",
        };
        assert!(slip.ja.contains(brings), "{evidence}: {}", slip.ja);
    }
}
