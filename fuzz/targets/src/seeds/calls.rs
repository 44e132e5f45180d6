//! Seeds of the calls of the C interface: whole checks that work, and the same with each way to be hostile.

mod asks;
mod documents;

use super::Seed;

/// Texts of the target's list, by place.
const PIN: u8 = 1;
const OPERATOR: u8 = 29;
const REGISTER: u8 = 11;
const REQUERY: u8 = 10;
const XML: u8 = 22;
const JUNK: u8 = 28;
const URL: u8 = 31;
const ROOTS: u8 = 32;
/// The input's own text: a length of two octets, and that many octets follow.
const OWN: u8 = 240;
const NULL: u8 = 255;
const NULL_WITH_LENGTH: u8 = 244;

/// A sequence, and how many of its calls must work where every call must.
struct Sequence {
    name: String,
    bytes: Vec<u8>,
}

/// The calls by their numbers in the target. Each takes what it needs from the newest living objects.
fn pin() -> Vec<u8> {
    vec![0, 0, PIN]
}

fn card(script: &[u8]) -> Vec<u8> {
    card_of(0, script)
}

/// Another person's card, by her place in the target.
fn card_of(person: u8, script: &[u8]) -> Vec<u8> {
    [&[2, 0, person][..], &piece(script)].concat()
}

/// A text of the input's own.
fn own(text: &[u8]) -> Vec<u8> {
    let length = u16::try_from(text.len()).expect("a short text");
    [&[OWN][..], &length.to_be_bytes(), text].concat()
}

/// `which`: 1 audit, 2 provider, 4 progress, 16 visual check. Scripts of the line, the book, the provider and the listener.
fn desk(which: u8, scripts: [&[u8]; 4]) -> Vec<u8> {
    let mut all = vec![3, 0, 0, 0, 0, 0, 0, 0, 0, which];
    all.extend(scripts.iter().flat_map(|script| piece(script)));
    all
}

fn prepare(purpose: u8, method: u8, consents: u8) -> Vec<u8> {
    vec![4, 0, 0, 0, 0, purpose, method, 0, 0, consents]
}

const BY_PIN: &[u8] = &[5, 0, 0, 0, 0, 0];
const BY_KEYPAD: &[u8] = &[6, 0, 0, 0, 0];
const TAP: &[u8] = &[7, 0, 0, 0, 0];
const CONFIRM: &[u8] = &[8, 0, 0, OPERATOR];
const BY_SIGHT: &[u8] = &[9, 0, 0, 0, 0];
const AGAIN: &[u8] = &[10, 0, 0, 0];

fn piece(script: &[u8]) -> Vec<u8> {
    let length = u8::try_from(script.len()).expect("a short script");
    [&[length][..], script].concat()
}

/// An octet of a script after so many that are right.
fn after(right: usize, step: u8) -> Vec<u8> {
    let mut script = vec![0; right];
    script.push(step);
    script
}

/// A check by PIN with scripts of card and line.
fn check(of_card: &[u8], of_line: &[u8]) -> Vec<u8> {
    let opened = desk(4, [of_line, &[], &[], &[]]);
    by_pin(card(of_card), opened, prepare(0, 0, 0))
}

/// A PIN is typed, and a card, a desk and what is prepared at it are checked by it.
fn by_pin(card: Vec<u8>, desk: Vec<u8>, prepared: Vec<u8>) -> Vec<u8> {
    [pin(), card, desk, prepared, BY_PIN.to_vec()].concat()
}

pub(super) fn add(seeds: &mut Vec<Seed>) {
    for Sequence { name, bytes } in right().into_iter().map(|(one, _)| one).chain(hostile()) {
        seeds.push(("c_calls", name, bytes));
    }
}

/// The sequences whose every call works: their names, and how many calls they are.
pub fn that_work() -> Vec<(String, usize)> {
    right()
        .into_iter()
        .map(|(one, calls)| (one.name, calls))
        .collect()
}

fn right() -> Vec<(Sequence, usize)> {
    let shown = [
        &[32, 0, 0][..],             // the check's own facts
        &[30, 0, 0, 0],              // the answer as JSON
        &[31, 0, 0, 7],              // beside a chart
        &[33, 0, 0, 0, 1, 65, 0, 0], // a field
    ]
    .concat();
    let by_pin = [check(&[], &[]), shown].concat();
    let sight = [
        card(&[]),
        desk(16, [&[], &[], &[], &[]]),
        prepare(0, 1, 0),
        [TAP, CONFIRM, BY_SIGHT].concat(),
    ]
    .concat();
    let home = [
        pin(),
        card(&[]),
        desk(1 | 4, [&[], &[], &[], &[]]),
        prepare(4, 0, 3),
        BY_PIN.to_vec(),
        vec![20, 0, 0, 0, REGISTER, 0],
        vec![20, 0, 0, 1, REQUERY, 0],
    ]
    .concat();
    let of_a_card = [
        card(&[]),
        vec![11, 0, 0, 0], // status
        vec![15, 0, 0, 1], // recorded from here
        vec![16, 0, 0, 0], // tries
        vec![17, 0, 0, 0], // certificate
        vec![15, 0, 0, 0], // the recording
        pin(),
        pin(),
        vec![14, 0, 0, 0, 2, 0, 0], // the PIN is changed into itself
    ]
    .concat();
    let plain = [
        vec![29, 0, XML],
        vec![26, 0, 2, 3],
        vec![27, 0, 4],
        vec![36, 0],
        vec![22, 0, 0, 0],
        vec![1, 0],
    ]
    .concat();
    let named = |name: &str, bytes, calls| {
        let name = name.to_owned();
        (Sequence { name, bytes }, calls)
    };
    vec![
        named("check-by-pin", by_pin, 9),
        named("check-by-sight", sight, 6),
        named("home", home, 7),
        named("card", of_a_card, 9),
        named("plain", plain, 6),
    ]
}

fn hostile() -> Vec<Sequence> {
    let mut all = Vec::new();
    let mut named = |name: String, bytes: Vec<u8>| all.push(Sequence { name, bytes });
    // Each kind of misbehaviour of the card at each of its first steps.
    for at in [0, 1, 2, 4, 6, 8] {
        for step in [
            183, 185, 187, 192, 194, 195, 196, 197, 204, 210, 212, 224, 234, 250,
        ] {
            let bytes = [check(&after(at, step), &[]), BY_PIN.to_vec()].concat();
            named(format!("card-{at}-{step}"), bytes);
        }
    }
    // And of the line; an answer that was lost is fetched again.
    for at in 0..3 {
        for step in [200, 202, 203, 208, 211, 213, 214, 240, 245, 250] {
            let bytes = [check(&[], &after(at, step)), AGAIN.to_vec()].concat();
            named(format!("line-{at}-{step}"), bytes);
        }
    }
    // Cancelled from inside.
    let cancelled = |which: &[u8]| {
        [
            vec![1, 0],
            pin(),
            card(which),
            desk(0, [&[], &[], &[], &[]]),
            prepare(0, 0, 0),
            vec![5, 0, 0, 0, 0, 128],
        ]
        .concat()
    };
    for at in [0, 2, 5] {
        named(format!("cancelled-{at}"), cancelled(&after(at, 251)));
    }
    // Sizes of every structure, one after the other.
    for size in 240..=247 {
        let mut bytes = [2, 0, size, 0].to_vec();
        bytes.extend([39, 0, size, 3, 0]);
        bytes.extend([21, 0, 0, 20, 0, size, 0]);
        for place in 0..6 {
            let mut open = desk(7 | 16, [&[], &[], &[], &[]]);
            if let Some(slot) = open.get_mut(3 + place) {
                *slot = size;
            }
            bytes.extend(open);
        }
        bytes.extend(desk(0, [&[], &[], &[], &[]]));
        bytes.extend([4, 0, 0, 0, size, 0, 0, 0, 0, 0]);
        named(format!("sizes-{size}"), bytes);
    }
    // A provider that sends what it may not, a book that keeps nothing.
    for step in [2, 4, 8, 214, 250] {
        let bytes = [
            card(&[]),
            desk(2 | 16, [&[], &[], &[step, step, step], &[]]),
            prepare(0, 1, 0),
            [TAP, CONFIRM, BY_SIGHT].concat(),
        ];
        named(format!("provider-{step}"), bytes.concat());
    }
    // Confirmed by nobody.
    let nobody = [
        card(&[]),
        desk(16, [&[], &[], &[], &[]]),
        prepare(0, 1, 0),
        [TAP, &[8, 0, 0, 0], BY_SIGHT].concat(),
    ];
    named("nobody".to_owned(), nobody.concat());
    services(&mut named);
    people(&mut named);
    asks::add(&mut named);
    documents::add(&mut named);
    // A PIN typed digit by digit: too many of them, another character, one taken back, all of them.
    let two = vec![0, 0, 201, 2];
    let typed = [
        two,
        [b'3', b'x', b'4', b'5']
            .map(|digit| [37, 0, 0, digit])
            .concat(),
        vec![38, 0, 0, 0, 38, 0, 0, 1, 38, 0, 0, 0],
    ];
    named("typed".to_owned(), typed.concat());
    // Tables of functions without the one that they are for.
    for size in 248..=250 {
        named(format!("card-without-{size}"), vec![2, 0, size, 0]);
    }
    // A folder that is not there: said once, then nothing comes, and a wait ends at once or when it is stopped.
    let watched = vec![40, 0, 0, 0, 1];
    let wait = |cancel: u8| vec![43, 0, 0, 0, cancel];
    let waits = [watched.clone(), wait(0), wait(0)];
    named("folder-waits".to_owned(), waits.concat());
    let stopped = [vec![1, 0], watched, vec![45, 0, 0], wait(128)];
    named("folder-stopped".to_owned(), stopped.concat());
    let off = [card(&[]), desk(0, [&[], &[], &[], &[]]), prepare(0, 1, 0)];
    named("no-visual-check".to_owned(), off.concat());
    let book = [
        pin(),
        card(&[]),
        desk(1, [&[], &[240], &[], &[]]),
        prepare(0, 0, 0),
        BY_PIN.to_vec(),
        BY_KEYPAD.to_vec(),
    ];
    named("book".to_owned(), book.concat());
    // Every function with a wrong handle, with NULL places, and with texts that lie.
    for (name, nulls, handle, text) in [
        ("wrong-handles", 0, 3, 5),
        ("invented", 0, 7, 6),
        ("no-places", 0xF1, 0, 6),
        ("beyond-memory", 0, 0, 248),
        ("null-with-length", 0, 0, 244),
        ("not-utf8", 0, 0, 21),
    ] {
        let mut bytes = [pin(), vec![1, 0], card(&[])].concat();
        for which in (4..39).chain(40..47) {
            bytes.extend([which, nulls, handle, text, text, 0, 0, 0]);
        }
        named(name.to_owned(), bytes);
    }
    // Frees in an order that nobody should choose, some of them twice, between the calls.
    let desk_first = [
        check(&[], &[]),
        vec![54, 0, 0],  // the desk
        vec![55, 0, 0],  // the check
        vec![54, 0, 17], // again, whatever it is
        BY_PIN.to_vec(),
        vec![51, 0, 0], // the card
        vec![52, 0, 0], // the answer
        vec![46, 0],
    ];
    named("freed".to_owned(), desk_first.concat());
    all
}

/// Desks at a service that is described in each way: trust, proxy, TLS and time; name, environment, address, root and test roots.
fn services(named: &mut impl FnMut(String, Vec<u8>)) {
    let carried = 0;
    let own = 247;
    for (name, carrier, numbers, texts) in [
        ("simulated", carried, [1, 1, 1, 5], [NULL; 5]),
        ("no-function", 248, [1, 1, 0, 0], [NULL; 5]),
        ("no-address", own, [1, 0, 0, 0], [NULL; 5]),
        (
            "junk-root",
            own,
            [1, 1, 0, 5],
            [NULL, NULL, URL, JUNK, NULL],
        ),
        ("no-root", own, [1, 1, 1, 0], [NULL, NULL, URL, NULL, NULL]),
        (
            "production",
            carried,
            [0, 0, 0, 0],
            [OPERATOR, OPERATOR, NULL, NULL, NULL],
        ),
        ("production-unnamed", carried, [0, 0, 0, 0], [NULL; 5]),
        (
            "production-roots",
            carried,
            [0, 0, 0, 0],
            [OPERATOR, OPERATOR, NULL, NULL, ROOTS],
        ),
        (
            "test",
            carried,
            [2, 0, 0, 0],
            [OPERATOR, OPERATOR, NULL, NULL, ROOTS],
        ),
        (
            "test-no-roots",
            carried,
            [2, 0, 0, 0],
            [OPERATOR, OPERATOR, NULL, NULL, NULL],
        ),
        (
            "test-junk-roots",
            carried,
            [2, 0, 0, 0],
            [OPERATOR, OPERATOR, NULL, NULL, JUNK],
        ),
        (
            "test-text-roots",
            carried,
            [2, 0, 0, 0],
            [OPERATOR, OPERATOR, NULL, NULL, URL],
        ),
        (
            "test-no-environment",
            carried,
            [2, 0, 0, 0],
            [OPERATOR, NULL, NULL, NULL, ROOTS],
        ),
        ("trust", carried, [3, 0, 0, 0], [NULL; 5]),
        ("proxy", carried, [1, 2, 0, 0], [NULL; 5]),
        ("tls", carried, [1, 0, 2, 0], [NULL; 5]),
    ] {
        named(
            format!("service-{name}"),
            described(carrier, numbers, &texts),
        );
    }
    for place in 0..5 {
        let mut texts = [NULL; 5];
        if let Some(text) = texts.get_mut(place) {
            *text = NULL_WITH_LENGTH;
        }
        named(
            format!("service-null-{place}"),
            described(carried, [1, 0, 0, 0], &texts),
        );
    }
    let many = [0x30, 0x81, 2, 5, 0].repeat(17);
    let texts = [&[OPERATOR, OPERATOR, NULL, NULL, 232][..], &piece(&many)].concat();
    named(
        "service-many-roots".to_owned(),
        described(carried, [2, 0, 0, 0], &texts),
    );
}

fn described(carrier: u8, numbers: [u8; 4], texts: &[u8]) -> Vec<u8> {
    let mut all = desk(8, [&[], &[], &[], &[]]);
    if let Some(slot) = all.get_mut(4) {
        *slot = carrier;
    }
    [&all[..], &numbers, texts].concat()
}

/// Checks of other people, and of a card that something is wrong with.
fn people(named: &mut impl FnMut(String, Vec<u8>)) {
    const ENDED: u8 = 1;
    let with = |which: u8, person: u8, of_card: &[u8]| {
        let opened = desk(which, [&[], &[], &[], &[]]);
        by_pin(card_of(person, of_card), opened, prepare(0, 0, 0))
    };
    for person in 1..10 {
        named(format!("person-{person}"), with(4, person, &[]));
    }
    named("refused-ended".to_owned(), with(32, ENDED, &[]));
    // Nobody signed this, or no authority that is known did.
    for at in 0..14 {
        named(format!("card-{at}-198"), with(0, 0, &after(at, 198)));
    }
    let unknown = |which: u8| {
        let mut opened = desk(8 | which, [&[], &[], &[], &[]]);
        opened.extend([0, 0, 0, 0]);
        opened.extend(own(b"mynacard-sandbox"));
        opened.extend(own(b"sandbox"));
        opened.extend([NULL; 3]);
        by_pin(card(&[]), opened, prepare(0, 0, 0))
    };
    named("unknown-issuer".to_owned(), unknown(0));
    named("refused-unknown-issuer".to_owned(), unknown(64));
    // The card of the tap is not the one that signs.
    for at in 3..20 {
        let sight = [
            card(&after(at, 252)),
            desk(16, [&[], &[], &[], &[]]),
            prepare(0, 1, 0),
            [TAP, CONFIRM, BY_SIGHT].concat(),
        ];
        named(format!("changed-{at}"), sight.concat());
    }
    // An answer of before comes again: to a challenge, to a proof.
    for at in 2..4 {
        let twice = [
            check(&[], &after(at, 216)),
            prepare(0, 0, 0),
            pin(),
            BY_PIN.to_vec(),
        ];
        named(format!("line-again-{at}"), twice.concat());
    }
    // A proof's answer is lost however often it is delivered.
    let lost = [check(&[], &[0, 245, 245, 245]), AGAIN.to_vec()];
    named("line-lost".to_owned(), lost.concat());
    // A service that is away, or asks us to wait, is asked nothing for a while; then one challenge again.
    for (name, script) in [
        ("away", [240; 4]),
        ("waits", [217, 0, 0, 0]),
        ("often", [208, 217, 240, 0]),
    ] {
        let asked = prepare(0, 0, 0).repeat(6);
        let bytes = [desk(0, [&script, &[], &[], &[]]), asked].concat();
        named(format!("line-{name}"), bytes);
    }
    // Who may sign what is on a card, and who may not.
    let key = |id: &str, modulus: &str, exponent: &str| {
        format!(
            r#"{{"hierarchy":"simulation","keys":[{{"id":"{id}","modulus":"{modulus}","exponent":"{exponent}"}}]}}"#
        )
    };
    let (id, modulus) = ("00".repeat(16), "C1".repeat(256));
    for (name, trust) in [
        ("key", key(&id, &modulus, "010001")),
        ("id", key("00", &modulus, "010001")),
        ("hex", key(&id, "C1C", "010001")),
        ("no-hex", key(&id, "xx", "010001")),
        ("short", key(&id, "C1", "010001")),
        (
            "many",
            format!(
                r#"{{"hierarchy":"test","keys":[{}]}}"#,
                [r#"{"id":"","modulus":"","exponent":""}"#; 65].join(",")
            ),
        ),
    ] {
        let bytes = [
            pin(),
            card(&[]),
            vec![12, 0, 0, 0],
            own(trust.as_bytes()),
            vec![0],
        ];
        named(format!("trust-{name}"), bytes.concat());
    }
    // A vault that is not there, opened with too short a passcode, and with one of the right length.
    named("no-vault".to_owned(), vec![24, 0, 0, 3, 24, 0, 0, 128]);
    // A letter that the encoding of old receipt computers has not.
    let name = "<XmlMsg><MessageHeader/><MessageBody><ResultList><ResultOfQualificationConfirmation><Name>𠮷田</Name>\
        </ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>";
    let mut bytes = [&[29, 0][..], &own(name.as_bytes())].concat();
    let [high, low] = mynacard_eligibility::FieldId::NAME.number().to_be_bytes();
    // As Shift_JIS: refused, replaced, referred to.
    for unmappable in 0..3 {
        bytes.extend([33, 0, 0, 0, high, low, 2, unmappable]);
    }
    named("unmappable".to_owned(), bytes);
    // Roots of a service as PEM: one, two, none, what is no base64, a key.
    let der = mynacard_sim::pki::authentication_certificate_p384(
        mynacard_sim::person("kyokai-self").expect("listed"),
        crate::virtual_card::day(),
    );
    let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, der);
    let one = format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n");
    let whose = |kind: &str| one.replace("CERTIFICATE", kind);
    for (name, text) in [
        ("one", one.clone()),
        ("two", one.repeat(2)),
        ("endless", one.replace("-----END", "-----")),
        ("no-base64", one.replace('M', "*")),
        ("key", whose("PRIVATE KEY")),
        ("with-words", format!("subject=x\n{one}")),
    ] {
        let mut opened = desk(8, [&[], &[], &[], &[]]);
        if let Some(slot) = opened.get_mut(4) {
            *slot = 247;
        }
        opened.extend([1, 1, 0, 5, NULL, NULL, URL]);
        opened.extend(own(text.as_bytes()));
        opened.push(NULL);
        named(format!("pem-{name}"), opened);
    }
}
