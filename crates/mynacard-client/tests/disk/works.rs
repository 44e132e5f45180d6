//! What is done to the disk, and how to tell the old state from the new one and both from a third.

use std::path::Path;
use std::time::{Duration, SystemTime};

use mynacard_auth::audit::{ClosedTrail, Rotation};
use mynacard_auth::vault::{Passcode, Stretching, Unlock, Vault, VaultState};
use mynacard_auth::{Audit as _, AuditEvent, AuditTrail, Cancel, ErrorKind};
use mynacard_client::folder::{
    Event, Exchange, ExchangeOptions, Existing, FaceFolder, FaceOptions, Folders, PendingState,
    put_face,
};
use mynacard_eligibility::identifier::{InstitutionCode, InsuredNumber, InsurerNumber};
use mynacard_eligibility::message::request::{self, Consent, Insured, Padding, Query, Sender};
use mynacard_eligibility::message::{FaceName, FileName, MessageKind};
use mynacard_eligibility::{Answer, Date, FieldId, Message, XmlOptions};

/// A piece of work in a folder.
pub struct Work {
    pub name: &'static str,
    /// Makes the old state.
    pub prepare: fn(&Path),
    /// Does it; `false` says that it reported a failure.
    pub run: fn(&Path) -> bool,
    /// Which state is found; a third one panics.
    pub judge: fn(&Path) -> Found,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    Old,
    New,
}

pub const WORKS: &[Work] = &[
    Work {
        name: "vault-create",
        prepare: |_| {},
        run: |folder| Vault::create(&folder.join("vault"), &by(&passcode(OLD))).is_ok(),
        judge: |folder| match folder.join("vault").exists() {
            false => Found::Old,
            true => {
                open(folder, OLD).unwrap();
                Found::New
            }
        },
    },
    Work {
        name: "vault-save",
        prepare: vault,
        run: |folder| {
            let Some(mut vault) = open(folder, OLD) else {
                return false;
            };
            vault.set("note", b"new");
            vault.save().is_ok()
        },
        judge: |folder| {
            let vault = open(folder, OLD).unwrap();
            assert_eq!(vault.entry("other"), Some(&b"kept"[..]));
            match vault.entry("note").unwrap() {
                b"old" => Found::Old,
                b"new" => Found::New,
                other => panic!("a third note: {other:?}"),
            }
        },
    },
    Work {
        name: "vault-change-passcode",
        prepare: vault,
        run: |folder| {
            let Some(mut vault) = open(folder, OLD) else {
                return false;
            };
            vault.change_lock(&by(&passcode(NEW))).is_ok()
        },
        judge: |folder| {
            let found = match open(folder, OLD) {
                Some(vault) => (vault, Found::Old),
                None => (open(folder, NEW).unwrap(), Found::New),
            };
            assert_eq!(found.0.entry("note"), Some(&b"old"[..]));
            found.1
        },
    },
    Work {
        name: "vault-wrong-passcode",
        prepare: vault,
        // The attempt counts before the passcode is tried: what is not written down is not tried.
        run: |folder| match Vault::open(&folder.join("vault"), &by(&passcode(NEW)), now()) {
            Ok(_) => panic!("a wrong passcode opened the vault"),
            Err(error) => error.code() == "MC-5202",
        },
        judge: |folder| {
            let counted = folder.join("vault.attempts").exists();
            open(folder, OLD).unwrap();
            if counted { Found::New } else { Found::Old }
        },
    },
    Work {
        name: "vault-right-passcode",
        prepare: |folder| {
            vault(folder);
            assert!(open(folder, NEW).is_none());
        },
        // Two wrong ones before the next, or one: a count that was forgotten does not come back.
        run: |folder| open(folder, OLD).is_some(),
        judge: |folder| match Vault::state(&folder.join("vault"), now()).unwrap() {
            VaultState::Waiting { left: 10 } => Found::New,
            VaultState::Waiting { left: 8 | 9 } => {
                open(folder, OLD).unwrap();
                Found::Old
            }
            third => panic!("a third state: {third:?}"),
        },
    },
    Work {
        name: "audit-event",
        prepare: trail,
        run: |folder| {
            open(folder, OLD)
                .and_then(|vault| AuditTrail::of(&vault, &folder.join("audit")).ok()?)
                .is_some_and(|mut trail| trail.record(&event()).is_ok())
        },
        // The file's first line and the old event, and perhaps the new one.
        judge: |folder| match whole(folder) {
            2 => Found::Old,
            3 => Found::New,
            third => panic!("a third number of lines: {third}"),
        },
    },
    Work {
        name: "audit-begin",
        prepare: vault,
        run: |folder| {
            open(folder, OLD).is_some_and(|mut vault| {
                AuditTrail::open(&mut vault, &folder.join("audit"), now()).is_ok()
            })
        },
        judge: |folder| {
            let mut vault = open(folder, OLD).unwrap();
            let begun = AuditTrail::of(&vault, &folder.join("audit")).unwrap();
            let found = if begun.is_some() {
                Found::New
            } else {
                Found::Old
            };
            let mut trail = AuditTrail::open(&mut vault, &folder.join("audit"), now()).unwrap();
            trail.record(&event()).unwrap();
            let report = trail.verify().unwrap();
            assert!(report.is_whole() && report.lines == 2, "{report:?}");
            found
        },
    },
    Work {
        name: "audit-rotation",
        prepare: trail,
        run: |folder| {
            open(folder, OLD)
                .and_then(|vault| AuditTrail::of(&vault, &folder.join("audit")).ok()?)
                .map(|trail| trail.with_rotation(SHORT))
                .is_some_and(|mut trail| trail.record(&event()).is_ok())
        },
        judge: |folder| match whole(folder) {
            // The new file's first line may be there without the event.
            2 | 3 => Found::Old,
            4 => Found::New,
            third => panic!("a third number of lines: {third}"),
        },
    },
    Work {
        name: "audit-recovery",
        prepare: |folder| {
            trail(folder);
            let files = std::fs::read_dir(folder.join("audit")).unwrap();
            let file = files.map(|file| file.unwrap().path()).next().unwrap();
            let torn = std::fs::OpenOptions::new().append(true).open(file);
            std::io::Write::write_all(&mut torn.unwrap(), b"{\"n\":3,\"at\"").unwrap();
        },
        run: |folder| {
            open(folder, OLD)
                .and_then(|vault| AuditTrail::of(&vault, &folder.join("audit")).ok()?)
                .is_some_and(|mut trail| trail.record(&event()).is_ok())
        },
        judge: |folder| match whole(folder) {
            // That a line was cut off is written down before the event.
            2 | 3 => Found::Old,
            4 => Found::New,
            third => panic!("a third number of lines: {third}"),
        },
    },
    Work {
        name: "audit-close",
        prepare: trail,
        run: |folder| {
            open(folder, OLD)
                .and_then(|vault| AuditTrail::of(&vault, &folder.join("audit")).ok()?)
                .is_some_and(|trail| trail.close(now()).is_ok())
        },
        judge: |folder| match &ClosedTrail::all(&folder.join("audit")).unwrap()[..] {
            // The line that says so may be there without the note: the removal is not done, and can be done again.
            [] => match whole(folder) {
                2 | 3 => Found::Old,
                third => panic!("a third number of lines: {third}"),
            },
            [closed] => {
                let report = closed.verify().unwrap();
                assert!(report.is_whole() && report.lines == 3, "{report:?}");
                Found::New
            }
            third => panic!("more than one note: {third:?}"),
        },
    },
    Work {
        name: "folder-acknowledge",
        prepare: asked,
        run: |folder| {
            exchange(folder).is_ok_and(|mut exchange| exchange.acknowledge(&name()).is_ok())
        },
        judge: |folder| match state(folder) {
            Some(PendingState::Waiting) => Found::Old,
            Some(PendingState::Done) => Found::New,
            third => panic!("a third state: {third:?}"),
        },
    },
    Work {
        name: "folder-abandon",
        prepare: asked,
        run: |folder| exchange(folder).is_ok_and(|mut exchange| exchange.abandon(&name()).is_ok()),
        judge: |folder| match state(folder) {
            Some(PendingState::Waiting) => Found::Old,
            Some(PendingState::Abandoned) => Found::New,
            third => panic!("a third state: {third:?}"),
        },
    },
    Work {
        name: "folder-prune",
        prepare: |folder| {
            asked(folder);
            exchange(folder).unwrap().acknowledge(&name()).unwrap();
        },
        run: |folder| exchange(folder).is_ok_and(|mut exchange| exchange.prune(u64::MAX).is_ok()),
        judge: |folder| match state(folder) {
            Some(PendingState::Done) => Found::Old,
            None => Found::New,
            third => panic!("a third state: {third:?}"),
        },
    },
    Work {
        name: "face-file",
        prepare: |_| {},
        run: |folder| put_face(folder, &face("1"), FACE).is_ok(),
        judge: |folder| {
            let found = match std::fs::read(folder.join(face("1").file_name())) {
                Ok(bytes) => {
                    assert_eq!(bytes, FACE, "a part of a face file");
                    Found::New
                }
                Err(_) => Found::Old,
            };
            let again = put_face(folder, &face("1"), FACE);
            assert_eq!(again.is_ok(), found == Found::Old);
            found
        },
    },
    Work {
        name: "face-acknowledge",
        prepare: |folder| {
            faces(folder);
            put(folder, "1");
            drop(watch(folder, Existing::Deliver).unwrap());
        },
        run: |folder| {
            watch(folder, Existing::Deliver)
                .is_ok_and(|mut faces| faces.acknowledge(&face("1").file_name()).is_ok())
        },
        judge: |folder| match delivered(folder, Existing::Deliver).as_deref() {
            Some("1") => Found::Old,
            None => Found::New,
            third => panic!("a third file: {third:?}"),
        },
    },
    Work {
        name: "face-begin",
        prepare: |folder| {
            faces(folder);
            put(folder, "1");
        },
        // A share that is away is no failure, and the beginning is not written down then: the file's name and the mark after it.
        run: |folder| {
            let begun = || std::fs::read_to_string(folder.join("journal/faces"));
            watch(folder, Existing::Skip).is_ok()
                && begun().is_ok_and(|journal| journal.lines().count() == 2)
        },
        // Once the beginning is written down, what comes later is new; before, whatever is there is old.
        judge: |folder| {
            put(folder, "2");
            match delivered(folder, Existing::Skip).as_deref() {
                None => Found::Old,
                Some("2") => Found::New,
                third => panic!("a file of before was delivered: {third:?}"),
            }
        },
    },
    Work {
        name: "folder-submit",
        prepare: share,
        run: submit,
        judge: submitted,
    },
    Work {
        name: "folder-first-submit",
        // The journal's folder is made with the first request.
        prepare: |folder| {
            share(folder);
            std::fs::remove_dir(folder.join("journal")).unwrap();
        },
        run: submit,
        judge: submitted,
    },
];

fn submit(folder: &Path) -> bool {
    exchange(folder).is_ok_and(|mut exchange| {
        exchange
            .submit(MessageKind::Query, ID, &message(), 1)
            .is_ok()
    })
}

fn submitted(folder: &Path) -> Found {
    let exchange = exchange(folder).unwrap();
    let asked: Vec<_> = exchange.requests().collect();
    let files: Vec<_> = std::fs::read_dir(folder.join("req"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "xml"))
        .collect();
    match (&asked[..], &files[..]) {
        ([], []) => Found::Old,
        ([asked], [file]) => {
            assert_eq!(asked.state, PendingState::Waiting);
            let bytes = std::fs::read(file).unwrap();
            Message::read_xml(&bytes).unwrap();
            Found::New
        }
        third => panic!("a third state: {third:?}"),
    }
}

const OLD: &str = "correct horse";
const NEW: &str = "battery staple";
const ID: &str = "202611210001";

fn now() -> SystemTime {
    // A day later than anything that was counted: no wait is left.
    SystemTime::now() + Duration::from_secs(86_400)
}

fn passcode(text: &str) -> Passcode {
    Passcode::new(text).unwrap()
}

fn by(passcode: &Passcode) -> Unlock<'_> {
    Unlock::Passcode(passcode, Stretching::FLOOR)
}

fn open(folder: &Path, text: &str) -> Option<Vault> {
    Vault::open(&folder.join("vault"), &by(&passcode(text)), now()).ok()
}

fn vault(folder: &Path) {
    let mut vault = Vault::create(&folder.join("vault"), &by(&passcode(OLD))).unwrap();
    vault.set("note", b"old");
    vault.set("other", b"kept");
    vault.save().unwrap();
}

fn event() -> AuditEvent {
    AuditEvent::refused(&ErrorKind::CardChanged.into(), now())
}

/// A trail of two lines: the file's first one, and an event.
fn trail(folder: &Path) {
    vault(folder);
    let mut vault = open(folder, OLD).unwrap();
    let mut trail = AuditTrail::open(&mut vault, &folder.join("audit"), now()).unwrap();
    trail.record(&event()).unwrap();
}

/// How many lines there are, all of them whole, before another event is written after whatever was interrupted.
fn whole(folder: &Path) -> u64 {
    let vault = open(folder, OLD).unwrap();
    let mut trail = AuditTrail::of(&vault, &folder.join("audit"))
        .unwrap()
        .unwrap();
    let report = trail.verify().unwrap();
    assert!(report.is_whole(), "{report:?}");
    trail.record(&event()).unwrap();
    let after = trail.verify().unwrap();
    assert!(after.is_whole() && after.notes.is_empty(), "{after:?}");
    report.lines
}

/// Every file is full.
const SHORT: Rotation = Rotation {
    bytes: 1,
    age: Duration::MAX,
};

const FACE: &[u8] = b"<XmlMsg>a face file</XmlMsg>";

fn face(identifier: &str) -> FaceName {
    FaceName {
        identifier: identifier.into(),
        time: None,
    }
}

fn faces(folder: &Path) {
    for name in ["face", "journal"] {
        std::fs::create_dir(folder.join(name)).unwrap();
    }
}

fn put(folder: &Path, identifier: &str) {
    let answer = Answer::builder().set(FieldId::QUALIFICATION_VALIDITY, "1");
    let answer = answer.build().unwrap();
    let xml = answer.write_xml(&XmlOptions::default()).unwrap();
    put_face(&folder.join("face"), &face(identifier), &xml).unwrap();
}

fn watch(folder: &Path, existing: Existing) -> Result<FaceFolder, mynacard_client::folder::Error> {
    let options = FaceOptions {
        existing,
        ..FaceOptions::default()
    };
    FaceFolder::open_with_journal(folder.join("face"), folder.join("journal"), options)
}

/// The identifier of the first file that is delivered.
fn delivered(folder: &Path, existing: Existing) -> Option<String> {
    let mut faces = watch(folder, existing).unwrap();
    match faces.next(Some(Duration::ZERO), &Cancel::new())? {
        Event::Answer(file) => Some(file.parts.identifier),
        other => panic!("{other:?}"),
    }
}

fn asked(folder: &Path) {
    share(folder);
    let mut exchange = exchange(folder).unwrap();
    let name = exchange.submit(MessageKind::Query, ID, &message(), 1);
    assert_eq!(name.unwrap(), self::name());
}

fn name() -> FileName {
    FileName::request(MessageKind::Query, ID).unwrap()
}

/// What the journal says of the one request.
fn state(folder: &Path) -> Option<PendingState> {
    let exchange = exchange(folder).unwrap();
    let mut all = exchange.requests();
    let state = all.next().map(|asked| asked.state);
    assert!(all.next().is_none());
    state
}

fn share(folder: &Path) {
    for name in ["req", "res", "journal"] {
        std::fs::create_dir(folder.join(name)).unwrap();
    }
}

fn exchange(folder: &Path) -> Result<Exchange, mynacard_client::folder::Error> {
    let folders = Folders::under(folder, &folder.join("journal"));
    Exchange::open(folders, ExchangeOptions::default())
}

fn message() -> Message {
    let sender = Sender {
        institution: InstitutionCode::strict("0110113719").unwrap(),
        file_identifier: Some("disk".into()),
    };
    let query = Query {
        insured: Insured {
            insurer: InsurerNumber::strict("06130488").unwrap(),
            symbol: None,
            number: InsuredNumber::strict("12345").unwrap(),
            branch: None,
        },
        birth: Date::new(1980, 4, 1).unwrap(),
        limit: Consent::NotGiven,
        identifier: None,
    };
    let day = Date::new(2026, 11, 21).unwrap();
    request::query(&sender, day, &query, Padding::Spaces).unwrap()
}
