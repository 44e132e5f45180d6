//! One check as a dialogue with a card, in its four modes; recorded once, then replayed without the card's own arithmetic.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mynacard_card::app::jpki::{CounterPolicy, Jpki, Options};
use mynacard_card::{
    Command, Delivery, End, Error, Limits, Pin, Response, Transport, TransportError,
    TransportErrorKind,
};
use mynacard_sim::{Link, VirtualCard, person};

/// Length form and counter policy of a check.
#[derive(Clone, Copy, Debug)]
pub struct Mode {
    /// How it is called, on the command line too.
    pub name: &'static str,
    /// Exchanges it takes.
    pub exchanges: u32,
    extended: bool,
    counter: CounterPolicy,
}

/// The four modes, the cheapest first.
pub const MODES: [Mode; 4] = [
    Mode {
        name: "extended",
        exchanges: 4,
        extended: true,
        counter: CounterPolicy::Skip,
    },
    Mode {
        name: "extended-counter",
        exchanges: 5,
        extended: true,
        counter: CounterPolicy::READ_FIRST,
    },
    Mode {
        name: "short",
        exchanges: 10,
        extended: false,
        counter: CounterPolicy::Skip,
    },
    Mode {
        name: "short-counter",
        exchanges: 11,
        extended: false,
        counter: CounterPolicy::READ_FIRST,
    },
];

/// The card of the recorded clients: a synthetic person, on one day, over the slowest link.
///
/// # Panics
/// Never: the person is listed.
#[must_use]
pub fn card() -> VirtualCard {
    let person = person("kyokai-self").expect("listed");
    VirtualCard::new(person, day()).with_link(Link::KBIT_106)
}

/// The day of every measurement.
#[must_use]
pub fn day() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_143_600)
}

/// Certificate and signature over `message`.
///
/// # Errors
/// What the card or the transport refuses.
pub fn check(card: &mut dyn Transport, mode: Mode) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let mut jpki = Jpki::open(card, Options::new().with_counter(mode.counter))?;
    let certificate = jpki.authentication_certificate()?;
    let signature = jpki.verify(Pin::new(b"1234")?)?.sign(b"message")?;
    Ok((certificate, signature))
}

/// A check with the virtual card: exchanges and time over the air.
///
/// # Errors
/// What the card refuses.
pub fn over_the_air(mode: Mode) -> Result<(u32, Duration), Error> {
    let mut card = card().with_extended(mode.extended);
    check(&mut card, mode)?;
    Ok((card.exchanges(), card.elapsed()))
}

/// The row and the task of the least that has to happen.
pub const FLOOR: &str = "floor";

/// Time over the air of one exchange that takes PIN and DigestInfo to the card and brings certificate and signature back.
///
/// # Errors
/// What the card refuses.
pub fn floor() -> Result<Duration, Error> {
    const PIN: usize = 4;
    const DIGEST_INFO: usize = 51;
    let [mode, ..] = MODES;
    let (certificate, signature) = check(&mut card(), mode)?;
    Ok(Link::KBIT_106.cost(PIN + DIGEST_INFO, certificate.len() + signature.len()))
}

/// A card that gives recorded answers to recorded commands: it costs a comparison and a copy, allocates nothing.
#[derive(Debug)]
pub struct Recorded {
    limits: Limits,
    exchanges: Vec<(Vec<u8>, Vec<u8>)>,
    next: usize,
}

impl Recorded {
    /// Records a check.
    ///
    /// # Errors
    /// What the card refuses.
    pub fn new(mode: Mode) -> Result<Self, Error> {
        let card = card().with_extended(mode.extended);
        let mut recorder = Recorder {
            card,
            exchanges: Vec::new(),
        };
        check(&mut recorder, mode)?;
        Ok(Self {
            limits: recorder.card.limits(),
            exchanges: recorder.exchanges,
            next: 0,
        })
    }
}

impl Recorded {
    /// The recorded exchanges without any dialogue: each command compared, each answer copied.
    ///
    /// # Errors
    /// An answer that is too long for a response.
    pub fn bare(&self, response: &mut Response) -> Result<usize, TransportError> {
        let mut sent = 0;
        for (command, answer) in &self.exchanges {
            let same = std::hint::black_box(command.as_slice()) == command.as_slice();
            sent += usize::from(same) * command.len();
            response.set(answer)?;
        }
        Ok(sent)
    }
}

impl Transport for Recorded {
    fn begin(&mut self) -> Result<(), TransportError> {
        self.next = 0;
        Ok(())
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        let frame = command.encode_within(self.limits)?;
        match self.exchanges.get(self.next) {
            Some((expected, answer)) if **expected == *frame => {
                self.next += 1;
                response.set(answer)
            }
            _ => Err(TransportError::new(
                TransportErrorKind::Other,
                Delivery::NotSent,
            )),
        }
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    fn end(&mut self, _how: End) {}
}

struct Recorder {
    card: VirtualCard,
    exchanges: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Transport for Recorder {
    fn begin(&mut self) -> Result<(), TransportError> {
        self.card.begin()
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        let frame = command.encode_within(self.card.limits())?;
        let answer = self.card.transmit(&frame);
        response.set(&answer)?;
        self.exchanges.push((frame.to_vec(), answer));
        Ok(())
    }

    fn limits(&self) -> Limits {
        self.card.limits()
    }

    fn end(&mut self, how: End) {
        self.card.end(how);
    }
}
