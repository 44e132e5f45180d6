//! One check with this project's library; `skip` as a fourth argument leaves the counter query out, `short` the extended lengths.
//!
//! `pause` stops for a minute after the PIN, saying so by a file `verified`; `unverified` tries to sign without a PIN and prints
//! the outcome.

use std::error::Error;
use std::time::Duration;

use mynacard_card::{Pin, hazmat};
use mynacard_card::app::jpki::{CounterPolicy, Jpki, Options};
use mynacard_pcsc::{Choice, Length, Readers, Stop};
use mynacard_sim_peers::Task;

fn main() -> Result<(), Box<dyn Error>> {
    let task = Task::read()?;
    let words: Vec<String> = std::env::args().skip(4).collect();
    let has = |word: &str| words.iter().any(|given| given == word);
    let counter = if has("skip") { CounterPolicy::Skip } else { CounterPolicy::READ_FIRST };
    let mut reader_options = mynacard_pcsc::Options::default();
    reader_options.length = if has("short") { Length::Short } else { Length::Extended };
    let readers = Readers::new();
    let reader = readers.wait_for_card(&Choice::OnlyCard, Some(Duration::from_secs(10)), &Stop::new())?;
    let mut card = readers.card(&reader, reader_options);
    let mut jpki = Jpki::open(&mut card, Options::new().with_counter(counter))?;
    if has("unverified") {
        let outcome = hazmat::pinless(&mut jpki).sign(&task.message);
        println!("{}", outcome.map_or_else(|error| error.to_string(), |_| "signed".to_owned()));
        return Ok(());
    }
    let certificate = jpki.authentication_certificate()?;
    let mut verified = jpki.verify(Pin::new(task.pin.as_bytes())?)?;
    if has("pause") {
        std::fs::write("verified", "")?;
        std::thread::sleep(Duration::from_secs(60));
    }
    let signature = verified.sign(&task.message)?;
    task.finish(&certificate, &signature)
}
