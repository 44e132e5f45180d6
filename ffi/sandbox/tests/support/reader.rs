//! A card in the virtual reader of a test's own daemon.

use std::net::TcpStream;
use std::time::{Duration, Instant, SystemTime};

use mynacard_pcsc::Readers;
use mynacard_sim::{VirtualCard, person, vpcd};

/// Puts a virtual card into the slot that listens at `port`; it stays as long as the daemon.
pub(crate) fn insert(port: u16) {
    std::thread::spawn(move || {
        let mut card = VirtualCard::new(person("kyokai-self").unwrap(), SystemTime::now());
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        // The reader goes away with its daemon, in the middle of whatever it did.
        let _ = vpcd::serve(&mut card, stream, |_, _| Ok(()));
    });
    wait(|| {
        let readers = Readers::new().list().unwrap();
        readers.iter().any(|reader| reader.has_card())
    });
}

pub(crate) fn wait(mut there: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !there() {
        assert!(Instant::now() < end, "the daemon does not come to it");
        std::thread::sleep(Duration::from_millis(50));
    }
}
