//! Seeds of files: what the virtual card's other applications hold.

use mynacard_card::app::card_face::CardFace;
use mynacard_card::app::common::Common;
use mynacard_card::app::input_support::InputSupport;
use mynacard_card::app::jpki::Jpki;
use mynacard_card::{BirthDate, Options, Pin};

use mynacard_sim::Profile;

use super::Seed;
use super::card::Recorder;

pub(super) fn add(seeds: &mut Vec<Seed>) {
    let mut recorder = Recorder::new(Profile::default(), true);
    read(&mut recorder).expect("the virtual card has these applications");
    let long = recorder
        .exchanges
        .iter()
        .filter_map(|(_, answer)| answer.split_last_chunk::<2>());
    for (index, (file, _)) in long.filter(|(file, _)| file.len() > 16).enumerate() {
        seeds.push(("card_files", index.to_string(), file.to_vec()));
        // A day of birth that nobody knows.
        const BORN: &[u8; 8] = b"19800401";
        if let Some(at) = file.windows(BORN.len()).position(|part| part == BORN) {
            let mut unknown = file.to_vec();
            unknown.splice(at..at + BORN.len(), *b"19800400");
            seeds.push(("card_files", format!("{index}-no-day"), unknown));
        }
    }
    for profile in Profile::ALL {
        let mut recorder = Recorder::new(profile, true);
        let mut jpki = Jpki::open(&mut recorder, Options::new()).expect("every kind has it");
        jpki.token_info().expect("it is free");
        jpki.finish();
        let token = recorder
            .exchanges
            .last()
            .and_then(|(_, answer)| answer.get(..160));
        let token = token.expect("a file of 160 bytes").to_vec();
        seeds.push(("card_files", format!("token-{}", profile.name()), token));
    }
    let broken = [&b"JPKIAPICCTOKEN\0\0"[..], &[0xFF; 16], &[b' '; 128]].concat();
    seeds.push(("card_files", "token-unprintable".into(), broken));
    // A serial number that looks like the end of the label with its quotation mark.
    let alike = [
        &[0xFF; 32][..],
        &[b' '; 48],
        &[0; 12],
        b"\"   ",
        &[b' '; 64],
    ]
    .concat();
    seeds.push(("card_files", "token-alike".into(), alike));
    for (name, file) in [("both", [0x8F, 0x8F, 0x00]), ("one", [0x8F, 0x00, 0x00])] {
        seeds.push(("card_files", format!("availability-{name}"), file.to_vec()));
    }
    for (name, file) in crate::records::files() {
        seeds.push(("card_files", name.into(), file));
    }
    for (name, birth, sex) in [
        ("attributes-short-date", "1980040", "1"),
        ("attributes-long-sex", "19800401", "12"),
        ("attributes-april", "20240430", "2"),
        ("attributes-february", "20230228", "9"),
    ] {
        seeds.push(("card_files", name.into(), attributes(birth, sex)));
    }
    let municipality = [
        &[0xFF, 0x30, 0x26, 0xDF, 0x31, 4, 1, 3, 0, 1, 0xDF, 0x32, 16][..],
        &[7; 16],
        &[0xDF, 0x33, 1, 1, 0xDF, 0x34, 5],
        b"1310a",
    ];
    let municipality = municipality.concat();
    seeds.push(("card_files", "municipality".into(), municipality));
    // A key, and behind it the beginning of an object.
    let cut = vec![0x90, 1, 3, 0x91, 1, 5, 0xDF];
    seeds.push(("card_files", "key-and-more".into(), cut));
}

/// A file of attributes as the card has it, nobody's.
fn attributes(birth: &str, sex: &str) -> Vec<u8> {
    let object = |tag: u8, value: &[u8]| {
        let length = u8::try_from(value.len()).expect("short");
        [&[0xDF, tag, length][..], value].concat()
    };
    let objects = [
        object(0x21, &[0; 8]),
        object(0x22, b"A"),
        object(0x23, b"B"),
        object(0x24, birth.as_bytes()),
        object(0x25, sex.as_bytes()),
    ]
    .concat();
    let length = u8::try_from(objects.len()).expect("short");
    [&[0xFF, 0x20, length][..], &objects].concat()
}

fn read(card: &mut Recorder) -> Result<(), mynacard_card::Error> {
    let mut app = InputSupport::open(card, Options::new())?;
    app.basic_data()?;
    app.cv_certificate()?;
    let mut opened = app.verify(Pin::new(b"1234")?)?;
    opened.attributes()?;
    opened.card_key()?;
    app.finish();
    let mut app = CardFace::open(card, Options::new())?;
    app.verify_birth_date(BirthDate::gregorian(1980, 4, 1)?)?
        .age_record()?;
    app.finish();
    let mut app = Common::open(card, Options::new())?;
    app.identity()?;
    app.finish();
    Jpki::open(card, Options::new())?.token_info()?;
    Ok(())
}
