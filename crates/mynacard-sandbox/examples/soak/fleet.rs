//! Terminals of one institution, each with a desk, a line and virtual cards of its own, against one stand-in.
#![allow(dead_code)] // the soak and the load test each use a part

use std::time::{Duration, Instant, SystemTime};

use mynacard_auth::{
    Cancel, CheckedAnswer, Desk, DeskSettings, Error, Identity, Purpose, Terminal, TermsAccepted,
    UserSettings,
};
use mynacard_card::{Command, End, Limits, Pin, Response, Transport, TransportError};
use mynacard_cert::TrustStore;
use mynacard_client::https::{Endpoint, HttpsService, Timeouts};
use mynacard_sandbox::{Running, Sandbox};
use mynacard_sim::{VirtualCard, person};

/// People with one right answer each.
const PEOPLE: &[&str] = &["kyokai-self", "kokuho"];

/// One counter.
pub struct Counter {
    pub service: HttpsService,
    desk: Desk,
    cards: Vec<VirtualCard>,
    turn: usize,
    stop: Cancel,
}

/// One check as it went, by the clock.
pub struct Timed {
    pub answer: CheckedAnswer,
    /// From the tap to the answer.
    pub whole: Duration,
    /// The card's own part: its exchanges and nothing of ours between them.
    pub card: Duration,
}

/// A card with a watch.
struct Watched<'a> {
    card: &'a mut VirtualCard,
    spent: Duration,
}

impl Watched<'_> {
    fn time<T>(&mut self, work: impl FnOnce(&mut VirtualCard) -> T) -> T {
        let start = Instant::now();
        let done = work(self.card);
        self.spent += start.elapsed();
        done
    }
}

impl Transport for Watched<'_> {
    fn begin(&mut self) -> Result<(), TransportError> {
        self.time(Transport::begin)
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        self.time(|card| card.exchange(command, response))
    }

    fn limits(&self) -> Limits {
        self.card.limits()
    }

    fn end(&mut self, how: End) {
        self.time(|card| card.end(how));
    }
}

/// A stand-in that many terminals may ask as often as they like.
pub fn stand_in() -> Running {
    Sandbox::builder()
        .challenges_per_minute(u32::MAX)
        .start()
        .expect("the stand-in starts")
}

/// So many activated terminals.
pub fn fleet(running: &Running, count: usize) -> Vec<Counter> {
    let issued: Vec<_> = (0..count)
        .map(|_| running.issue_activation().expect("settings are handed out"))
        .collect();
    fleet_of(running.url(), running.ca_certificate_der(), &issued)
}

/// One activated terminal for each of these, of a stand-in that may be another process.
pub fn fleet_of(url: &str, root: &[u8], issued: &[mynacard_sandbox::UserSettings]) -> Vec<Counter> {
    let endpoint = Endpoint::sandbox(url, root).with_timeouts(Timeouts {
        connect: Duration::from_secs(60),
        answer: Duration::from_secs(60),
        whole: Duration::from_secs(120),
    });
    issued
        .iter()
        .enumerate()
        .map(|(number, issued)| Counter::open(issued, &endpoint, number))
        .collect()
}

impl Counter {
    fn open(issued: &mynacard_sandbox::UserSettings, endpoint: &Endpoint, number: usize) -> Self {
        let stop = Cancel::new();
        let settings = UserSettings::new(
            &issued.institution_code,
            &issued.id,
            &issued.activation_code,
        )
        .expect("the settings are well-formed");
        let mut newcomer = HttpsService::new(endpoint, None).expect("the endpoint is usable");
        let terminal = Terminal::activate(&mut newcomer, &settings, TermsAccepted, &stop)
            .expect("the terminal is activated");
        let service =
            HttpsService::new(endpoint, Some(&terminal)).expect("the terminal's key is usable");
        let settings = DeskSettings::new(TrustStore::simulation());
        let cards = PEOPLE
            .iter()
            .filter_map(|id| person(id))
            .map(|person| VirtualCard::new(person, SystemTime::now()))
            .collect();
        Self {
            desk: Desk::new(Box::new(service.clone()), settings),
            service,
            cards,
            turn: number,
            stop,
        }
    }

    /// One check by PIN, of the next person in turn.
    pub fn check(&mut self) -> Result<Timed, Error> {
        self.turn += 1;
        let turn = self.turn % self.cards.len();
        let ready = self
            .desk
            .prepare(Purpose::Reception, SystemTime::now(), &self.stop)?;
        let pin = Identity::Pin(Pin::new(b"1234")?);
        let Some(card) = self.cards.get_mut(turn) else {
            unreachable!("the turn is below the number of cards")
        };
        // It notes every command for tests, and this one is used without end.
        card.clear_log();
        let mut card = Watched {
            card,
            spent: Duration::ZERO,
        };
        let tap = Instant::now();
        let answer = ready.check(&mut card, pin, SystemTime::now(), &self.stop)?;
        Ok(Timed {
            answer,
            whole: tap.elapsed(),
            card: card.spent,
        })
    }
}
