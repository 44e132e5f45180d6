//! A PC/SC service made of a plan: readers, cards, failures and a clock that only moves when somebody waits.

use std::collections::VecDeque;
use std::ffi::{CStr, CString};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use pcsc::Error;

use crate::stop::Stop;
use crate::system::{Handle, Service, Slot, System, state};

/// Something that happens at a moment of the fake clock.
pub(crate) enum Event {
    Plug(&'static str),
    Unplug(&'static str),
    Insert(&'static str),
    Remove(&'static str),
    StopService,
    StartService,
    Press(Stop),
}

#[derive(Clone)]
pub(crate) struct Fake(Arc<Mutex<World>>);

pub(crate) struct World {
    start: Instant,
    elapsed: Duration,
    plan: VecDeque<(Duration, Event)>,
    readers: Vec<FakeReader>,
    running: bool,
    /// Connections of an earlier life of the service are dead.
    generation: u32,
    /// How often the next connections are refused because another program holds the card.
    pub(crate) refusals: u32,
    /// What the next commands answer.
    pub(crate) answers: VecDeque<Result<Vec<u8>, Error>>,
    /// How long the card takes for each answer, on the fake clock.
    pub(crate) slowness: Duration,
    /// What the keypad answers.
    pub(crate) keypad: Result<Vec<u8>, Error>,
    /// dwMaxAPDUDataSize, where the reader states it.
    pub(crate) data_size: Option<u32>,
    pub(crate) block_protocol: bool,
    /// Everything that was done to cards, in order.
    pub(crate) log: Vec<String>,
    pub(crate) interrupts: u32,
    interrupted: bool,
}

struct FakeReader {
    name: CString,
    card: bool,
    events: u32,
}

impl Fake {
    pub(crate) fn new(readers: &[(&'static str, bool)]) -> Self {
        let readers = readers
            .iter()
            .map(|(name, card)| FakeReader::new(name, *card))
            .collect();
        Self(Arc::new(Mutex::new(World {
            start: Instant::now(),
            elapsed: Duration::ZERO,
            plan: VecDeque::new(),
            readers,
            running: true,
            generation: 0,
            refusals: 0,
            answers: VecDeque::new(),
            slowness: Duration::ZERO,
            keypad: Err(Error::UnsupportedFeature),
            data_size: None,
            block_protocol: true,
            log: Vec::new(),
            interrupts: 0,
            interrupted: false,
        })))
    }

    /// Adds an event, in order of time.
    pub(crate) fn at(self, milliseconds: u64, event: Event) -> Self {
        self.world()
            .plan
            .push_back((Duration::from_millis(milliseconds), event));
        self
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap()
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.world().elapsed
    }

    pub(crate) fn log(&self) -> Vec<String> {
        std::mem::take(&mut self.world().log)
    }

    fn checked(&self, generation: u32) -> Result<MutexGuard<'_, World>, Error> {
        let world = self.world();
        if !world.running || world.generation != generation {
            Err(Error::NoService)
        } else {
            Ok(world)
        }
    }

    fn advance(&self, time: Duration) {
        let until = self.elapsed() + time;
        while self.step(until) {}
        self.world().elapsed = until;
    }

    /// Goes on to the next event before a moment, and lets it happen.
    fn step(&self, until: Duration) -> bool {
        let mut world = self.world();
        if world.plan.front().is_none_or(|(at, _)| *at > until) {
            return false;
        }
        let (at, event) = world.plan.pop_front().unwrap();
        world.elapsed = at.max(world.elapsed);
        match event {
            Event::Plug(name) => world.readers.push(FakeReader::new(name, false)),
            Event::Unplug(name) => world
                .readers
                .retain(|reader| reader.name.to_bytes() != name.as_bytes()),
            Event::Insert(name) => world.turn(name, true),
            Event::Remove(name) => world.turn(name, false),
            Event::StopService => world.running = false,
            Event::StartService => {
                world.running = true;
                world.generation += 1;
            }
            Event::Press(stop) => {
                drop(world); // pressing calls back into `interrupt`
                stop.stop();
            }
        }
        true
    }
}

impl World {
    fn turn(&mut self, name: &str, card: bool) {
        let reader = self
            .readers
            .iter_mut()
            .find(|reader| reader.name.to_bytes() == name.as_bytes())
            .unwrap();
        reader.card = card;
        reader.events += 1;
    }

    fn card(&self, name: &CStr) -> Result<(), Error> {
        match self.readers.iter().find(|reader| *reader.name == *name) {
            None => Err(Error::UnknownReader),
            Some(reader) if !reader.card => Err(Error::NoSmartcard),
            Some(_) => Ok(()),
        }
    }

    fn see(&self, slots: &mut [Slot]) -> Result<bool, Error> {
        let mut changed = false;
        for slot in slots {
            if *slot.name == *pcsc::PNP_NOTIFICATION() {
                let count = u32::try_from(self.readers.len()).unwrap() << 16;
                slot.seen = count;
                changed |= slot.known & 0xFFFF_0000 != count;
                continue;
            }
            let Some(reader) = self.readers.iter().find(|reader| reader.name == slot.name) else {
                return Err(Error::UnknownReader);
            };
            slot.seen = (if reader.card { state::PRESENT } else { 0x10 }) | (reader.events << 16);
            if slot.seen != slot.known {
                slot.seen |= state::CHANGED;
                changed = true;
            }
        }
        Ok(changed)
    }
}

impl FakeReader {
    fn new(name: &str, card: bool) -> Self {
        Self {
            name: CString::new(name).unwrap(),
            card,
            events: u32::from(card),
        }
    }
}

impl System for Fake {
    fn establish(&self) -> Result<Arc<dyn Service>, Error> {
        let world = self.world();
        if !world.running {
            return Err(Error::NoService);
        }
        Ok(Arc::new(FakeService {
            fake: self.clone(),
            generation: world.generation,
        }))
    }

    fn now(&self) -> Instant {
        let world = self.world();
        world.start + world.elapsed
    }

    fn pause(&self, time: Duration) {
        self.advance(time);
    }
}

struct FakeService {
    fake: Fake,
    generation: u32,
}

impl Service for FakeService {
    fn readers(&self) -> Result<Vec<CString>, Error> {
        Ok(self
            .fake
            .checked(self.generation)?
            .readers
            .iter()
            .map(|reader| reader.name.clone())
            .collect())
    }

    fn status_change(&self, timeout: Duration, slots: &mut [Slot]) -> Result<(), Error> {
        let until = self.fake.elapsed() + timeout;
        loop {
            if self.fake.checked(self.generation)?.see(slots)? {
                return Ok(());
            }
            if std::mem::take(&mut self.fake.world().interrupted) {
                return Err(Error::Cancelled);
            }
            if !self.fake.step(until) {
                self.fake.world().elapsed = until;
                return Err(Error::Timeout);
            }
        }
    }

    fn interrupt(&self) {
        let mut world = self.fake.world();
        world.interrupts += 1;
        world.interrupted = true;
    }

    fn connect(&self, reader: &CStr) -> Result<Box<dyn Handle>, Error> {
        let mut world = self.fake.checked(self.generation)?;
        world.card(reader)?;
        if world.refusals > 0 {
            world.refusals -= 1;
            return Err(Error::SharingViolation);
        }
        world.log.push("connect".into());
        Ok(Box::new(FakeHandle {
            fake: self.fake.clone(),
            generation: self.generation,
            reader: reader.to_owned(),
        }))
    }
}

struct FakeHandle {
    fake: Fake,
    generation: u32,
    reader: CString,
}

const VERIFY_PIN: u32 = 0x4233_0006;
const PROPERTIES: u32 = 0x4233_0012;

impl Handle for FakeHandle {
    fn power_cycle(&mut self) -> Result<(), Error> {
        let mut world = self.fake.checked(self.generation)?;
        world.card(&self.reader)?;
        world.log.push("power cycle".into());
        Ok(())
    }

    fn block_protocol(&self) -> bool {
        self.fake.world().block_protocol
    }

    fn transmit(&self, command: &[u8], response: &mut [u8]) -> Result<usize, Error> {
        let mut world = self.fake.checked(self.generation)?;
        world.card(&self.reader)?;
        world.log.push(format!("transmit {}", hex(command)));
        let slowness = world.slowness;
        world.elapsed += slowness;
        let answer = world.answers.pop_front().unwrap_or(Ok(vec![0x90, 0x00]))?;
        response[..answer.len()].copy_from_slice(&answer);
        Ok(answer.len())
    }

    fn control(&self, code: u32, input: &[u8], output: &mut [u8]) -> Result<usize, Error> {
        let mut world = self.fake.checked(self.generation)?;
        let answer = match code {
            VERIFY_PIN => {
                world.log.push(format!("keypad {}", hex(input)));
                world.keypad.clone()?
            }
            PROPERTIES => {
                let mut properties = vec![0x0A, 4];
                properties.extend(world.data_size.unwrap().to_le_bytes());
                properties
            }
            _ => {
                let mut list = Vec::new();
                if world.keypad != Err(Error::UnsupportedFeature) {
                    list.extend([0x06, 4]);
                    list.extend(VERIFY_PIN.to_be_bytes());
                }
                if world.data_size.is_some() {
                    list.extend([0x12, 4]);
                    list.extend(PROPERTIES.to_be_bytes());
                }
                list
            }
        };
        output[..answer.len()].copy_from_slice(&answer);
        Ok(answer.len())
    }

    fn close(self: Box<Self>, leave_powered: bool) -> Result<(), Error> {
        let mut world = self.fake.checked(self.generation)?;
        world.log.push(
            if leave_powered {
                "close, leave"
            } else {
                "close, power down"
            }
            .into(),
        );
        Ok(())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
