//! What the library does with a card, from power-up to power-down: each returns what it brought home.

use mynacard_card::app::card_face::CardFace;
use mynacard_card::app::common::Common;
use mynacard_card::app::input_support::InputSupport;
use mynacard_card::app::jpki::{Jpki, Layout};
use mynacard_card::{
    BirthDate, Card, Command, CounterPolicy, Error, LengthPolicy, NumberB, Options, Pin,
    SignaturePassword, Transport, Tries, hazmat,
};
use mynacard_sim::Counter;

use crate::support;
use crate::terminal::Terminal;

/// What a flow read and had signed, to be compared with what a flow without a fault brought home.
pub(crate) type Spoils = Vec<Vec<u8>>;

/// One use of the library.
#[derive(Clone, Copy)]
pub(crate) struct Flow {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&mut dyn Transport, &Holder) -> Result<Spoils, Error>,
    /// The keys that it presents a PIN to, in this order, each once.
    pub(crate) verifies: &'static [Counter],
    /// How it ends without a fault: empty for success, else the code of its error.
    pub(crate) ends: &'static str,
    pub(crate) tells: Tells,
}

/// What a success may consist of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tells {
    /// One card's data.
    OneCard,
    /// Data of several applications: each is one card's. That all are the same card's, no application can know.
    EachApplication,
    /// Counters, each of which a card can leave untold.
    Counters,
}

/// What the holder knows and what stands on the card.
#[derive(Clone, Copy)]
pub(crate) struct Holder {
    pub(crate) id: &'static str,
    pub(crate) birth: (u16, u8, u8),
    pub(crate) expiry: u16,
    pub(crate) code: &'static [u8; 4],
}

pub(crate) const PIN: &str = "7391";
pub(crate) const NEW_PIN: &str = "5678";
pub(crate) const PASSWORD: &str = "ABC123";
pub(crate) const NEW_PASSWORD: &str = "XYZ789";

impl Holder {
    fn birth(&self) -> Result<BirthDate, Error> {
        let (year, month, day) = self.birth;
        BirthDate::gregorian(year, month, day)
    }

    fn number_b(&self) -> Result<NumberB, Error> {
        NumberB::from_card(&self.birth()?, self.expiry, self.code)
    }
}

impl Flow {
    const fn new(
        name: &'static str,
        verifies: &'static [Counter],
        run: fn(&mut dyn Transport, &Holder) -> Result<Spoils, Error>,
    ) -> Self {
        Flow {
            name,
            run,
            verifies,
            ends: "",
            tells: Tells::OneCard,
        }
    }

    /// The same where it ends with an error even without a fault.
    pub(crate) const fn refused(mut self, code: &'static str) -> Self {
        self.ends = code;
        self
    }

    const fn telling(mut self, tells: Tells) -> Self {
        self.tells = tells;
        self
    }
}

pub(crate) fn pin(digits: &str) -> Result<Pin, Error> {
    Pin::new(digits.as_bytes())
}

pub(crate) fn password(characters: &str) -> Result<SignaturePassword, Error> {
    SignaturePassword::new(characters.as_bytes())
}

pub(crate) fn check(
    card: &mut dyn Transport,
    options: Options,
    digits: &str,
) -> Result<Spoils, Error> {
    let mut jpki = Jpki::open(card, options)?;
    let certificate = jpki.authentication_certificate()?;
    let signature = jpki.verify(pin(digits)?)?.sign(b"message")?;
    Ok(vec![certificate, signature])
}

pub(crate) const CHECK: Flow = Flow::new("check", &[Counter::Authentication], |card, _| {
    check(card, Options::new(), PIN)
});

pub(crate) const CHECK_WITHOUT_COUNTER: Flow = Flow::new(
    "check without the counter",
    &[Counter::Authentication],
    |card, _| check(card, Options::new().with_counter(CounterPolicy::Skip), PIN),
);

pub(crate) const CHECK_WITH_A_WRONG_PIN: Flow = Flow::new(
    "check with a wrong PIN",
    &[Counter::Authentication],
    |card, _| check(card, Options::new(), "0000"),
)
.refused("MC-1003");

pub(crate) const CHECK_ON_THE_PAD: Flow = Flow::new(
    "check on the reader's pad",
    &[Counter::Authentication],
    |card, _| {
        let mut jpki = Jpki::open(card, Options::new())?;
        Ok(vec![jpki.verify_on_pin_pad()?.sign(b"message")?])
    },
);

/// A phone with Android opens its certificate after the PIN only.
pub(crate) const CHECK_ON_A_PHONE: Flow =
    Flow::new("check on a phone", &[Counter::Authentication], |card, _| {
        let mut jpki = Jpki::open(card, Options::new())?;
        let mut verified = jpki.verify(pin(PIN)?)?;
        Ok(vec![
            verified.authentication_certificate()?,
            verified.sign(b"message")?,
        ])
    });

/// The order that suits cards, on a phone that wants the other one.
pub(crate) const CERTIFICATE_FIRST: Flow =
    Flow::new("certificate before the PIN", &[], |card, _| {
        let mut jpki = Jpki::open(card, Options::new())?;
        Ok(vec![jpki.authentication_certificate()?])
    });

/// The next card, as far as it is announced.
pub(crate) const CHECK_WITH_P384: Flow =
    Flow::new("check with P-384", &[Counter::Authentication], |card, _| {
        check(card, Options::new().with_layout(Layout::PREVIEW_P384), PIN)
    });

/// The stand-in for the visual check: a relay brings the card into the state that allows one signature.
pub(crate) const CHECK_BY_SIGHT: Flow = Flow::new("check by sight", &[], |card, _| {
    let terminal = Terminal::new();
    let mut jpki = Jpki::open(card, Options::new())?;
    let certificate = jpki.authentication_certificate()?;
    let mut relay = |text: &str| -> Result<Vec<u8>, Error> {
        let bytes = support::hex(text);
        let command = Command::decode(&bytes).expect("a command of our own");
        Ok(hazmat::exchange(&mut jpki, &command)?.data.to_vec())
    };
    relay("00A4020C020016")?;
    relay(&terminal.present())?;
    let challenge = relay("0084000010")?;
    relay(&terminal.answer(&challenge))?;
    Ok(vec![
        certificate,
        hazmat::pinless(&mut jpki).sign(b"message")?,
    ])
});

pub(crate) const CHANGE_OF_PIN: Flow = Flow::new(
    "change of the PIN",
    &[Counter::Authentication],
    |card, _| {
        let mut jpki = Jpki::open(card, Options::new())?;
        jpki.verify(pin(PIN)?)?.change_pin(pin(NEW_PIN)?)?;
        Ok(Vec::new())
    },
);

pub(crate) const SIGNATURE: Flow = Flow::new(
    "signature with the password",
    &[Counter::Signature],
    |card, _| {
        let mut jpki = Jpki::open(card, Options::new())?;
        let mut verified = jpki.signature_verify(password(PASSWORD)?)?;
        Ok(vec![
            verified.signature_certificate()?,
            verified.sign(b"message")?,
        ])
    },
);

pub(crate) const SIGNATURE_WITH_A_WRONG_PASSWORD: Flow = Flow::new(
    "signature with a wrong password",
    &[Counter::Signature],
    |card, _| {
        let mut jpki = Jpki::open(card, Options::new())?;
        let mut verified = jpki.signature_verify(password("WRONG1")?)?;
        Ok(vec![verified.sign(b"message")?])
    },
)
.refused("MC-1003");

pub(crate) const CHANGE_OF_PASSWORD: Flow = Flow::new(
    "change of the password",
    &[Counter::Signature],
    |card, _| {
        let mut jpki = Jpki::open(card, Options::new())?;
        let mut verified = jpki.signature_verify(password(PASSWORD)?)?;
        verified.change_password(password(NEW_PASSWORD)?)?;
        Ok(Vec::new())
    },
);

pub(crate) const BOTH_KEYS: Flow = Flow::new(
    "both keys in one session",
    &[Counter::Authentication, Counter::Signature],
    |card, _| {
        let mut jpki = Jpki::open(card, Options::new())?;
        let login = jpki.verify(pin(PIN)?)?.sign(b"message")?;
        let mut verified = jpki.signature_verify(password(PASSWORD)?)?;
        Ok(vec![login, verified.sign(b"message")?])
    },
);

pub(crate) const TOKEN: Flow = Flow::new("token info", &[], |card, _| {
    let mut jpki = Jpki::open(card, Options::new())?;
    let token = jpki.token_info()?;
    let both = format!("{:?} {:?}", token.kind(), jpki.availability()?);
    Ok(vec![token.serial.into_bytes(), both.into_bytes()])
});

pub(crate) const CA_CERTIFICATES: Flow = Flow::new("CA certificates", &[], |card, _| {
    let mut jpki = Jpki::open(card, Options::new())?;
    Ok(vec![
        jpki.authentication_ca_certificate()?,
        jpki.signature_ca_certificate()?,
    ])
});

/// A counter as text; empty when the card told nothing, and that is what is reported.
fn told(tries: Option<Tries>) -> Vec<u8> {
    match tries {
        Some(Tries::Unknown(_)) => Vec::new(),
        tries => format!("{tries:?}").into_bytes(),
    }
}

pub(crate) const COUNTERS: Flow = Flow::new("counters of JPKI", &[], |card, _| {
    let counters = Jpki::counters(card)?;
    Ok([counters.authentication, counters.signature]
        .map(|tries| told(Some(tries)))
        .into())
})
.telling(Tells::Counters);

pub(crate) const EVERY_COUNTER: Flow = Flow::new("every counter", &[], |card, _| {
    let mut card = Card::power_up(card, LengthPolicy::FromTransport)?;
    let counters = card.every_counter()?;
    Ok(counters.into_iter().map(|(_, tries)| told(tries)).collect())
})
.telling(Tells::Counters);

pub(crate) const ATTRIBUTES: Flow =
    Flow::new("attributes by PIN", &[Counter::InputSupport], |card, _| {
        let mut app = InputSupport::open(card, Options::new())?;
        let read = app.verify(pin(PIN)?)?.attributes()?;
        Ok(person(&read))
    });

pub(crate) const ATTRIBUTES_BY_NUMBER_B: Flow = Flow::new(
    "attributes by number B",
    &[Counter::InputSupportB],
    |card, holder| {
        let mut app = InputSupport::open(card, Options::new())?;
        let read = app.verify_number_b(holder.number_b()?)?.attributes()?;
        Ok(person(&read))
    },
);

pub(crate) const VERIFIED_ATTRIBUTES: Flow = Flow::new(
    "attributes with their signature",
    &[Counter::InputSupport],
    |card, _| {
        let mut app = InputSupport::open(card, Options::new())?;
        let certificate = app.cv_certificate()?;
        let mut opened = app.verify(pin(PIN)?)?;
        let mut seen = Vec::new();
        let attributes = opened.verified_attributes(|digest, signature| {
            seen = signature.to_vec();
            digest.len() == 32
        })?;
        let mut spoils = person(&attributes);
        spoils.extend([certificate, seen]);
        Ok(spoils)
    },
);

/// Each of the four.
fn person(read: &mynacard_card::app::input_support::Attributes) -> Spoils {
    vec![
        read.name().as_bytes().to_vec(),
        read.address().as_bytes().to_vec(),
        read.birth_date().to_string().into_bytes(),
        match read.sex() {
            mynacard_card::app::input_support::Sex::Male => vec![1],
            mynacard_card::app::input_support::Sex::Female => vec![2],
            _ => vec![9],
        },
    ]
}

pub(crate) const CHANGE_OF_INPUT_SUPPORT_PIN: Flow = Flow::new(
    "change of the input-support PIN",
    &[Counter::InputSupport],
    |card, _| {
        let mut app = InputSupport::open(card, Options::new())?;
        app.verify(pin(PIN)?)?.change_pin(pin(NEW_PIN)?)?;
        Ok(Vec::new())
    },
);

pub(crate) const INPUT_SUPPORT_FILES: Flow =
    Flow::new("free files of input support", &[], |card, _| {
        let mut app = InputSupport::open(card, Options::new())?;
        let basic = app.basic_data()?;
        Ok(vec![
            [
                // Not the second one, which says whether extended lengths are taken.
                &basic.flags[2..],
                &basic.key_id,
            ]
            .concat(),
            app.cv_certificate()?,
        ])
    });

pub(crate) const INPUT_SUPPORT_KEYS: Flow = Flow::new(
    "keys of input support",
    &[Counter::InputSupport],
    |card, _| {
        let mut app = InputSupport::open(card, Options::new())?;
        let mut opened = app.verify(pin(PIN)?)?;
        let key = opened.card_key()?;
        let session = opened.session_key()?;
        let presence = app.presence_signature(b"challenge")?;
        Ok(vec![
            key.record,
            key.signature,
            session.modulus,
            session.exponent,
            presence,
        ])
    },
);

pub(crate) const FACE: Flow = Flow::new(
    "card face by number B",
    &[Counter::CardFaceB],
    |card, holder| {
        let mut app = CardFace::open(card, Options::new())?;
        let mut opened = app.verify_number_b(holder.number_b()?)?;
        let face = opened.face()?;
        let presence = opened.presence_signature(b"challenge")?;
        Ok(vec![
            face.photo_jpeg2000().to_vec(),
            face.record().to_vec(),
            face.digests().to_vec(),
            presence,
        ])
    },
);

pub(crate) const FACE_FILES: Flow = Flow::new("free files of the card face", &[], |card, _| {
    let mut app = CardFace::open(card, Options::new())?;
    let basic = app.basic_data()?;
    Ok(vec![
        [
            // Not the second one, which says whether extended lengths are taken.
            &basic.flags[2..],
            &basic.key_id,
            basic.municipality.as_deref().unwrap_or_default(),
        ]
        .concat(),
        app.cv_certificate()?,
        app.presence_signature(b"challenge")?,
    ])
});

pub(crate) const AGE: Flow = Flow::new(
    "age by birth date",
    &[Counter::CardFaceBirth],
    |card, holder| {
        let mut app = CardFace::open(card, Options::new())?;
        let mut opened = app.verify_birth_date(holder.birth()?)?;
        let age = opened.age_record()?;
        let presence = opened.presence_signature(b"challenge")?;
        Ok(vec![
            age.record().to_vec(),
            age.signature().to_vec(),
            presence,
        ])
    },
);

pub(crate) const AGE_AND_FACE: Flow = Flow::new(
    "age and face in one session",
    &[Counter::CardFaceBirth, Counter::CardFaceB],
    |card, holder| {
        let mut app = CardFace::open(card, Options::new())?;
        let age = app.verify_birth_date(holder.birth()?)?.age_record()?;
        let face = app.verify_number_b(holder.number_b()?)?.face()?;
        Ok(vec![age.record().to_vec(), face.record().to_vec()])
    },
);

pub(crate) const COMMON: Flow = Flow::new("common card", &[], |card, _| {
    let mut app = Common::open(card, Options::new())?;
    let identity = app.identity()?;
    let tries = app.tries()?;
    Ok(vec![
        identity.serial().as_bytes().to_vec(),
        identity.municipality().as_bytes().to_vec(),
        identity.expiry().to_string().into_bytes(),
        told(Some(tries)),
    ])
})
.telling(Tells::Counters);

/// The certificate, the face and the signature, without a power-down between them.
pub(crate) const CHECK_WITH_FACE: Flow = Flow::new(
    "check and face in one session",
    &[Counter::CardFaceB, Counter::Authentication],
    |card, holder| {
        let mut jpki = Jpki::open(card, Options::new())?;
        let certificate = jpki.authentication_certificate()?;
        let mut app = CardFace::select(jpki.into_card(), Options::new())?;
        let face = app.verify_number_b(holder.number_b()?)?.face()?;
        let mut jpki = Jpki::select(app.into_card(), Options::new())?;
        let signature = jpki.verify(pin(PIN)?)?.sign(b"message")?;
        Ok(vec![certificate, face.record().to_vec(), signature])
    },
)
.telling(Tells::EachApplication);

pub(crate) const COMMON_AND_ATTRIBUTES: Flow = Flow::new(
    "common card and attributes in one session",
    &[Counter::InputSupport],
    |card, _| {
        let mut common = Common::open(card, Options::new())?;
        let serial = common.identity()?.serial().as_bytes().to_vec();
        let mut app = InputSupport::select(common.into_card(), Options::new())?;
        let read = app.verify(pin(PIN)?)?.attributes()?;
        let mut spoils = vec![serial];
        spoils.extend(person(&read));
        Ok(spoils)
    },
)
.telling(Tells::EachApplication);

/// JPKI alone: what every card and phone has, the phones' order of PIN and certificate apart.
pub(crate) const JPKI: &[Flow] = &[
    CHECK,
    CHECK_WITHOUT_COUNTER,
    CHECK_WITH_A_WRONG_PIN,
    CHECK_ON_THE_PAD,
    CHECK_BY_SIGHT,
    CHANGE_OF_PIN,
    SIGNATURE,
    SIGNATURE_WITH_A_WRONG_PASSWORD,
    CHANGE_OF_PASSWORD,
    BOTH_KEYS,
    TOKEN,
    CA_CERTIFICATES,
    COUNTERS,
    EVERY_COUNTER,
];

/// The applications beside it, and several in one session.
pub(crate) const BESIDE: &[Flow] = &[
    ATTRIBUTES,
    ATTRIBUTES_BY_NUMBER_B,
    VERIFIED_ATTRIBUTES,
    CHANGE_OF_INPUT_SUPPORT_PIN,
    INPUT_SUPPORT_FILES,
    INPUT_SUPPORT_KEYS,
    FACE,
    FACE_FILES,
    AGE,
    AGE_AND_FACE,
    COMMON,
    CHECK_WITH_FACE,
    COMMON_AND_ATTRIBUTES,
];
