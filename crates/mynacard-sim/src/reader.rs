//! `mynacard-sim vpcd`: connects a card to the reader's driver and writes the trace.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use clap::Args;
use mynacard_sim::{Fault, Person, Profile, Quirk, VirtualCard, person, vpcd};

use crate::counters;

/// How long the driver may take to listen.
const PATIENCE: Duration = Duration::from_secs(20);

/// Which card, where, and how it is watched.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Whose card, by the id that `people` lists.
    #[arg(long, value_name = "NAME", value_parser = known)]
    person: &'static Person,
    /// The port on which the reader's driver listens.
    #[arg(long, value_name = "P", default_value_t = vpcd::PORT)]
    port: u16,
    /// Refuse commands of extended length, as some readers do.
    #[arg(long)]
    no_extended: bool,
    /// What kind of card: plastic-2016, plastic-2023, android, iphone, old-card, p384-preview.
    #[arg(long, value_name = "KIND", default_value = Profile::default().name(), value_parser = profile)]
    profile: Profile,
    /// A habit of some cards: blocked-63c0, blocked-6983, open-counter, get-response, exact-le, refuses-extended,
    /// conditions-for-pin, forgets-at-reset; foreign: not a My Number Card.
    #[arg(long, value_name = "HABIT", value_parser = quirk)]
    quirk: Vec<Quirk>,
    /// A fault at an exchange counted from 1: `7:left-after`.
    #[arg(long, value_name = "N:FAULT", value_parser = fault)]
    fault: Vec<(u32, Fault)>,
    /// Keep the counters of tries in this file, so that they survive a restart.
    #[arg(long, value_name = "FILE")]
    counters: Option<PathBuf>,
    /// The instant, in seconds since 1970, on whose day the certificates are issued; now, unless given.
    #[arg(long, value_name = "SECONDS")]
    at: Option<u64>,
    /// Write two lines for each exchange: `> command` and `< answer`, hexadecimal, PINs included.
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
}

/// Plays the card until the reader closes the connection.
pub(crate) fn play(options: &Options) -> io::Result<()> {
    let at = options.at.map_or_else(SystemTime::now, |seconds| {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    });
    let mut card = VirtualCard::of_profile(options.person, at, options.profile)
        .with_extended(!options.no_extended);
    card = options
        .quirk
        .iter()
        .fold(card, |card, quirk| card.with_quirk(*quirk));
    card = options.fault.iter().fold(card, |card, (exchange, fault)| {
        card.with_fault(*exchange, *fault)
    });
    if let Some(path) = &options.counters {
        counters::load(&mut card, path)?;
    }
    let mut trace = options
        .trace
        .as_ref()
        .map(File::create)
        .transpose()?
        .map(BufWriter::new);
    let reader = connect(options.port)?;
    println!(
        "{} is in the reader on port {}",
        options.person.id(),
        options.port
    );
    vpcd::serve_watched(&mut card, Prompt(reader), |card, command, answer| {
        if let Some(path) = &options.counters {
            counters::store(card, path)?;
        }
        let Some(trace) = &mut trace else {
            return Ok(());
        };
        writeln!(trace, "> {}", hex(command))?;
        writeln!(trace, "< {}", hex(answer))?;
        // Whoever reads the file while the card plays sees whole exchanges.
        trace.flush()
    })
}

fn profile(name: &str) -> Result<Profile, String> {
    let names = || Profile::ALL.map(Profile::name).join(", ");
    Profile::by_name(name).ok_or_else(|| format!("one of {}", names()))
}

fn quirk(name: &str) -> Result<Quirk, String> {
    Quirk::by_name(name).ok_or_else(|| format!("one of {}", Quirk::ALL.map(Quirk::name).join(", ")))
}

fn fault(text: &str) -> Result<(u32, Fault), String> {
    let parts = text
        .split_once(':')
        .and_then(|(at, name)| Some((at.parse().ok()?, Fault::by_name(name)?)));
    parts.ok_or_else(|| {
        format!(
            "a number, a colon and one of {}",
            Fault::ALL.map(Fault::name).join(", ")
        )
    })
}

/// A connection that acknowledges at once: the driver sends length and body apart, and the second would wait 40 ms for the
/// acknowledgement of the first.
struct Prompt(TcpStream);

impl Read for Prompt {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        #[cfg(target_os = "linux")]
        std::os::linux::net::TcpStreamExt::set_quickack(&self.0, true)?;
        self.0.read(buffer)
    }
}

impl Write for Prompt {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn known(id: &str) -> Result<&'static Person, String> {
    person(id).ok_or_else(|| "nobody of this id; `mynacard-sim people` lists them".to_owned())
}

fn connect(port: u16) -> io::Result<TcpStream> {
    let begun = Instant::now();
    loop {
        match TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) if begun.elapsed() > PATIENCE => {
                let text = format!(
                    "no reader driver on port {port} (is pcscd with vpcd running?): {error}"
                );
                return Err(io::Error::new(error.kind(), text));
            }
            Err(_) => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = std::fmt::Write::write_fmt(&mut text, format_args!("{byte:02X}"));
            text
        })
}
