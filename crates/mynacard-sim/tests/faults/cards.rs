//! The cards, phones and readers on which the flows are tried, and which flows each can do.

use mynacard_card::{
    Command, Delivery, End, Error, Limits, PinEntry, Response, StatusWord, Transport,
    TransportError, TransportErrorKind,
};
use mynacard_sim::{Counter, Profile, Quirk, VirtualCard, person};

use crate::flows::{self, Flow, Holder, PIN, Spoils};
use crate::support::day;

/// One card in one reader.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// As handed out: with full counters.
    pub(crate) card: VirtualCard,
    pub(crate) reader: Reader,
    pub(crate) holder: Holder,
    stranger: Holder,
    pub(crate) flows: Vec<Flow>,
    make: fn(&str, &str) -> VirtualCard,
}

/// What the reader does with extended lengths.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// What it says.
    Honest,
    /// It says that it carries them and refuses them when they come, before anything is sent.
    Refusing,
}

const ADULT: Holder = Holder {
    id: "kyokai-self",
    birth: (1980, 4, 1),
    expiry: 0,
    code: b"4016",
};

/// A card without PIN: her face was checked when it was handed out.
const WITHOUT_PIN: Holder = Holder {
    id: "no-pin",
    birth: (1938, 1, 15),
    expiry: 0,
    code: b"3215",
};

/// Whose card takes another one's place.
const STRANGER: Holder = Holder {
    id: "kokuho",
    birth: (1968, 11, 3),
    expiry: 0,
    code: b"9478",
};

const INFANT: Holder = Holder {
    id: "infant",
    birth: (2026, 6, 10),
    expiry: 0,
    code: b"5946",
};

impl Kind {
    fn new(
        name: &'static str,
        holder: Holder,
        flows: Vec<Flow>,
        make: fn(&str, &str) -> VirtualCard,
    ) -> Self {
        let card = make(holder.id, PIN);
        Kind {
            name,
            holder: with_expiry(holder, &card),
            stranger: with_expiry(STRANGER, &make(STRANGER.id, PIN)),
            card,
            reader: Reader::Honest,
            flows,
            make,
        }
    }

    fn in_a_refusing_reader(mut self) -> Self {
        self.reader = Reader::Refusing;
        self
    }

    /// Whether this is the same person's plastic card, whatever its habits.
    pub(crate) fn is_plastic(&self) -> bool {
        let rsa = self
            .flows
            .iter()
            .any(|flow| flow.name == flows::BOTH_KEYS.name);
        let beside = self
            .flows
            .iter()
            .any(|flow| flow.name == flows::COMMON.name);
        self.holder.id == ADULT.id && rsa && beside
    }

    /// Cards that can take this one's place: with the same PIN, and with another.
    pub(crate) fn others(&self) -> [VirtualCard; 2] {
        [PIN, "1111"].map(|pin| (self.make)(self.stranger.id, pin))
    }

    /// Runs a flow in this kind's reader.
    pub(crate) fn run(&self, flow: &Flow, card: &mut VirtualCard) -> Result<Spoils, Error> {
        self.run_as(&self.holder, flow, card)
    }

    /// Runs a flow with a card behind something else, in this kind's reader.
    pub(crate) fn run_in(&self, flow: &Flow, card: &mut dyn Transport) -> Result<Spoils, Error> {
        self.run_as(&self.holder, flow, card)
    }

    /// The same with the card that can take this one's place, and what is printed on it.
    pub(crate) fn run_other(&self, flow: &Flow, card: &mut VirtualCard) -> Result<Spoils, Error> {
        self.run_as(&self.stranger, flow, card)
    }

    fn run_as(
        &self,
        holder: &Holder,
        flow: &Flow,
        card: &mut dyn Transport,
    ) -> Result<Spoils, Error> {
        match self.reader {
            Reader::Honest => (flow.run)(card, holder),
            Reader::Refusing => (flow.run)(&mut Refusing(card), holder),
        }
    }
}

/// Reads the year of expiry off the card, as its holder does: the one that opens it, or none where there is no face.
fn with_expiry(mut holder: Holder, card: &VirtualCard) -> Holder {
    for year in 2026..2040 {
        holder.expiry = year;
        if (flows::FACE.run)(&mut card.clone(), &holder).is_ok() {
            break;
        }
    }
    holder
}

/// The same card with one try spent on every key, so that "accepted" and "not spent" leave different counters.
pub(crate) fn used(card: &VirtualCard) -> VirtualCard {
    let mut card = card.clone();
    for counter in Counter::ALL {
        let left = card.tries(counter);
        if left > 1 {
            card.set_tries(counter, left - 1);
        }
    }
    card
}

fn card(id: &str, pin: &str, profile: Profile) -> VirtualCard {
    let person = person(id).expect("listed").clone();
    let person = match person.pin() {
        Some(_) => person.with_pin(pin),
        None => person,
    };
    VirtualCard::of_profile(&person, day(), profile).with_pin_pad(PIN)
}

fn flows(lists: &[&[Flow]]) -> Vec<Flow> {
    lists.concat()
}

/// The same flows where these end with an error.
fn but(mut flows: Vec<Flow>, refused: &[(&str, &'static str)]) -> Vec<Flow> {
    for (name, code) in refused {
        let flow = flows.iter_mut().find(|flow| flow.name == *name);
        let flow = flow.expect("a flow of this name");
        *flow = flow.refused(code);
    }
    flows
}

/// Every kind, each with the flows that it can do and those that it must refuse.
pub(crate) fn kinds() -> Vec<Kind> {
    use flows::{BESIDE, CERTIFICATE_FIRST, CHECK_ON_A_PHONE, CHECK_WITH_P384, JPKI};
    let phone = || {
        let flows = [JPKI, &[CHECK_ON_A_PHONE, CERTIFICATE_FIRST]].concat();
        let shut = [
            "check",
            "check without the counter",
            "check with a wrong PIN",
        ];
        let shut = shut
            .into_iter()
            .chain(["check by sight", CERTIFICATE_FIRST.name]);
        but(
            flows,
            &shut.map(|name| (name, "MC-1012")).collect::<Vec<_>>(),
        )
    };
    let all = || flows(&[JPKI, BESIDE]);
    // The terminal's certificate is longer than a short command can carry.
    let without_sight = |code| but(all(), &[(flows::CHECK_BY_SIGHT.name, code)]);
    vec![
        Kind::new("plastic 2016", ADULT, all(), |id, pin| {
            card(id, pin, Profile::Plastic2016)
        }),
        Kind::new(
            "plastic 2023, short lengths",
            ADULT,
            without_sight("MC-1019"),
            |id, pin| card(id, pin, Profile::Plastic2023).with_extended(false),
        ),
        Kind::new(
            "plastic 2023, GET RESPONSE",
            ADULT,
            without_sight("MC-1019"),
            |id, pin| {
                card(id, pin, Profile::Plastic2023)
                    .with_extended(false)
                    .with_quirk(Quirk::GetResponse)
            },
        ),
        Kind::new("exact Le, open counters", ADULT, all(), |id, pin| {
            card(id, pin, Profile::Plastic2016)
                .with_quirk(Quirk::ExactLe)
                .with_quirk(Quirk::OpenCounter)
        }),
        Kind::new(
            "card refuses extended",
            ADULT,
            without_sight("MC-1009"),
            |id, pin| card(id, pin, Profile::Plastic2023).with_quirk(Quirk::RefusesExtended),
        ),
        Kind::new(
            "reader refuses extended",
            ADULT,
            without_sight("MC-1019"),
            |id, pin| card(id, pin, Profile::Plastic2016),
        )
        .in_a_refusing_reader(),
        Kind::new("old card", ADULT, flows(&[JPKI]), |id, pin| {
            card(id, pin, Profile::OldCard)
        }),
        Kind::new("Android", ADULT, phone(), |id, pin| {
            card(id, pin, Profile::Android)
        }),
        Kind::new(
            "Android, 6985 before the PIN, short lengths",
            ADULT,
            phone(),
            |id, pin| {
                card(id, pin, Profile::Android)
                    .with_extended(false)
                    .with_quirk(Quirk::ConditionsForPin)
            },
        ),
        Kind::new("iPhone", ADULT, iphone(), |id, pin| {
            card(id, pin, Profile::IPhone)
        }),
        Kind::new(
            "P-384 preview",
            ADULT,
            preview(CHECK_WITH_P384),
            |id, pin| card(id, pin, Profile::P384Preview),
        ),
        Kind::new(
            "without PIN",
            WITHOUT_PIN,
            without_pin(&[JPKI, BESIDE]),
            |id, pin| card(id, pin, Profile::Plastic2016),
        ),
        Kind::new(
            "without PIN, blocked is 63C0",
            WITHOUT_PIN,
            without_pin(&[JPKI]),
            |id, pin| card(id, pin, Profile::Plastic2016).with_quirk(Quirk::BlockedAs63C0),
        ),
        Kind::new(
            "without PIN, blocked is 6983",
            WITHOUT_PIN,
            without_pin(&[JPKI]),
            |id, pin| card(id, pin, Profile::Plastic2016).with_quirk(Quirk::BlockedAs6983),
        ),
        Kind::new("infant", INFANT, infant(), |id, pin| {
            card(id, pin, Profile::Plastic2023)
        }),
    ]
}

/// An iPhone asks its holder itself: no PIN is sent into a session that is open, and one sent blindly is refused.
fn iphone() -> Vec<Flow> {
    let open = flows::JPKI.iter().filter(|flow| !flow.verifies.is_empty());
    let mut refused: Vec<_> = open.map(|flow| (flow.name, "MC-1008")).collect();
    refused.push((flows::CHECK_WITHOUT_COUNTER.name, "MC-1007"));
    but(flows::JPKI.to_vec(), &refused)
}

/// Today's layout wants signatures of RSA; the applications beside JPKI are today's.
fn preview(check: Flow) -> Vec<Flow> {
    let jpki = [
        check,
        flows::CHANGE_OF_PIN,
        flows::CHANGE_OF_PASSWORD,
        flows::TOKEN,
        flows::CA_CERTIFICATES,
        flows::EVERY_COUNTER,
    ];
    flows(&[&jpki, &[flows::ATTRIBUTES, flows::FACE, flows::AGE]])
}

/// No PIN was ever set: whatever asks for one is refused, whatever is printed on the card opens.
fn without_pin(lists: &[&[Flow]]) -> Vec<Flow> {
    let all = flows(lists);
    let keys = [
        Counter::Authentication,
        Counter::Signature,
        Counter::InputSupport,
    ];
    let wants = |flow: &&Flow| flow.verifies.iter().any(|counter| keys.contains(counter));
    let refused: Vec<_> = all
        .iter()
        .filter(wants)
        .map(|flow| (flow.name, "MC-1005"))
        .collect();
    but(all, &refused)
}

/// No photo and no signature certificate, but a PIN.
fn infant() -> Vec<Flow> {
    let signing = [
        flows::SIGNATURE,
        flows::SIGNATURE_WITH_A_WRONG_PASSWORD,
        flows::CHANGE_OF_PASSWORD,
        flows::BOTH_KEYS,
    ];
    let refused = signing.map(|flow| (flow.name, "MC-1005"));
    but(flows(&[flows::JPKI, flows::BESIDE]), &refused)
}

/// A reader, or the phone in its place, that finds extended commands too long when they come.
struct Refusing<'a>(&'a mut dyn Transport);

impl Transport for Refusing<'_> {
    fn begin(&mut self) -> Result<(), TransportError> {
        self.0.begin()
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        if command.needs_extended() {
            let kind = TransportErrorKind::TooLong;
            return Err(TransportError::new(kind, Delivery::NotSent));
        }
        self.0.exchange(command, response)
    }

    fn limits(&self) -> Limits {
        Limits::EXTENDED
    }

    fn enter_pin(&mut self, request: &PinEntry) -> Result<StatusWord, TransportError> {
        self.0.enter_pin(request)
    }

    fn end(&mut self, how: End) {
        self.0.end(how);
    }
}
