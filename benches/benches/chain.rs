//! The steps between a card and an answer, each alone (dialogue, parse, verdict, possession, answer), and the whole check over HTTPS.

#[path = "../../crates/mynacard-sandbox/examples/soak/fleet.rs"]
#[allow(unreachable_pub, reason = "a module of another program")]
mod fleet;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use divan::{Bencher, black_box};
use mynacard_card::app::jpki::{CounterPolicy, Jpki, Options};
use mynacard_card::{Pin, Transport};
use mynacard_cert::{Certificate, Timestamp, TrustStore};
use mynacard_eligibility::Answer;
use mynacard_sim::{VirtualCard, person};

fn main() {
    divan::main();
}

fn day() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn card(extended: bool) -> VirtualCard {
    VirtualCard::new(person("kyokai-self").expect("listed"), day()).with_extended(extended)
}

/// Certificate, counter, PIN, signature; the virtual card's own RSA signature is part of it.
fn dialogue(card: &mut dyn Transport, counter: CounterPolicy) -> (Vec<u8>, Vec<u8>) {
    let mut jpki =
        Jpki::open(card, Options::new().with_counter(counter)).expect("it has the application");
    let certificate = jpki.authentication_certificate().expect("readable");
    let mut verified = jpki
        .verify(Pin::new(b"1234").expect("four digits"))
        .expect("the right PIN");
    let signature = verified.sign(b"message").expect("verified");
    (certificate, signature)
}

#[divan::bench(args = ["extended", "short"])]
fn card_dialogue(bencher: Bencher<'_, '_>, length: &str) {
    let mut card = card(length == "extended");
    bencher.bench_local(|| dialogue(&mut card, CounterPolicy::READ_FIRST));
}

/// The same without the signature: what this library and the card's bookkeeping cost.
#[divan::bench(args = ["extended", "short"])]
fn card_certificate(bencher: Bencher<'_, '_>, length: &str) {
    let mut card = card(length == "extended");
    bencher.bench_local(|| {
        let mut jpki = Jpki::open(&mut card, Options::new()).expect("it has the application");
        jpki.authentication_certificate().expect("readable")
    });
}

#[divan::bench]
fn certificate_parse(bencher: Bencher<'_, '_>) {
    let (der, _) = dialogue(&mut card(true), CounterPolicy::Skip);
    bencher.bench(|| Certificate::from_der(black_box(&der)).expect("well formed"));
}

#[divan::bench]
fn certificate_verdict(bencher: Bencher<'_, '_>) {
    let (der, _) = dialogue(&mut card(true), CounterPolicy::Skip);
    let certificate = Certificate::from_der(&der).expect("well formed");
    let trust = TrustStore::simulation();
    let at = Timestamp::from(day());
    bencher.bench(|| {
        trust
            .verify_authentication(black_box(&certificate), at)
            .expect("ours")
    });
}

#[divan::bench]
fn possession(bencher: Bencher<'_, '_>) {
    let (der, signature) = dialogue(&mut card(true), CounterPolicy::Skip);
    let certificate = Certificate::from_der(&der).expect("well formed");
    bencher.bench(|| {
        certificate
            .verify_possession(b"message", black_box(&signature))
            .expect("its own")
    });
}

/// Answers with every field, as the fuzz targets start from them.
const ANSWERS: [(&str, &[u8]); 2] = [
    (
        "UTF-8",
        include_bytes!("../../fuzz/seeds/answer_xml/full-utf-8"),
    ),
    (
        "Shift_JIS",
        include_bytes!("../../fuzz/seeds/answer_xml/full-cp932"),
    ),
];

#[divan::bench(args = ["UTF-8", "Shift_JIS"])]
fn answer_read(bencher: Bencher<'_, '_>, encoding: &str) {
    let (_, xml) = ANSWERS
        .into_iter()
        .find(|(name, _)| *name == encoding)
        .expect("one of the two");
    bencher.bench(|| Answer::read_xml(black_box(xml)).expect("our own"));
}

#[divan::bench]
fn answer_to_json(bencher: Bencher<'_, '_>) {
    let answer = Answer::read_xml(ANSWERS[0].1).expect("our own");
    bencher.bench(|| black_box(&answer).to_json());
}

/// Challenge, dialogue, proof and confirmation, with the stand-in in this process.
#[divan::bench(sample_count = 20, sample_size = 5)]
fn check_whole(bencher: Bencher<'_, '_>) {
    let running = fleet::stand_in();
    let mut counters = fleet::fleet(&running, 1);
    let counter = counters.first_mut().expect("one was asked for");
    bencher.bench_local(|| counter.check().expect("the line is good").answer);
}

/// A round trip on the same warm line without any work.
#[divan::bench(sample_count = 20, sample_size = 5)]
fn check_round_trip(bencher: Bencher<'_, '_>) {
    let running = fleet::stand_in();
    let counters = fleet::fleet(&running, 1);
    let counter = counters.first().expect("one was asked for");
    let stop = mynacard_auth::Cancel::new();
    bencher.bench_local(|| counter.service.info(&stop).expect("the line is good"));
}
