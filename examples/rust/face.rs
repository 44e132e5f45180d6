//! The way receipt computers connect today: read the face files that OQSComApp leaves in a shared folder.
//!
//! `face FOLDER` prints what is there and waits for more; `face FOLDER --once` stops after what is there.

#![allow(clippy::print_stdout, reason = "an example shows its result")]

use std::time::Duration;

use mynacard::Advice;
use mynacard::auth::Cancel;
use mynacard::client::folder::{Event, Existing, FaceFolder, FaceOptions};
use mynacard::eligibility::{FieldId, Language};

fn main() -> Result<(), String> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments
        .next()
        .ok_or("which folder? for example C:\\OQS\\face")?;
    let wait = match arguments.next().as_deref() {
        Some("--once") => Some(Duration::ZERO),
        Some(other) => return Err(format!("expected --once, found {other}")),
        None => None,
    };
    let options = FaceOptions {
        existing: Existing::Deliver,
        ..FaceOptions::default()
    };
    let mut faces = FaceFolder::open(folder, options);
    while let Some(event) = faces.next(wait, &Cancel::new()) {
        match event {
            Event::Answer(file) => {
                // Whoever can write into the folder can make a file: `peek` reads, `trust_the_folder` takes it over.
                for result in file.answer.peek().results() {
                    let shown = |field| result.shown(field, Language::Japanese).unwrap_or_default();
                    println!(
                        "{} {} {}",
                        shown(FieldId::NAME),
                        shown(FieldId::BIRTHDATE),
                        shown(FieldId::INSURER_NUMBER)
                    );
                }
            }
            Event::Unreadable { name, error } => {
                println!(
                    "{name}: {}",
                    Advice::for_error(&error, Language::Japanese).staff
                );
            }
            Event::Unavailable(error) => {
                println!("{}", Advice::for_error(&error, Language::Japanese).staff)
            }
            _ => {}
        }
    }
    Ok(())
}
