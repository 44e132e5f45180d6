//! Every dialogue that the library leads with a card, as data: what it may send, and what it brings home.

pub(crate) mod sight;

use mynacard_card::app::card_face::CardFace;
use mynacard_card::app::common::Common;
use mynacard_card::app::input_support::{Attributes, InputSupport};
use mynacard_card::app::jpki::{CounterPolicy, Jpki, Layout};
use mynacard_card::{
    BirthDate, Card, Command, Error, ErrorKind, LengthPolicy, NumberB, Options, Pin, PinKind,
    SignaturePassword, Transport, Tries, hazmat,
};
use mynacard_sim::{Counter, Profile};
use sha2::{Digest as _, Sha256};

/// What a dialogue brought home.
pub(crate) type Spoils = Vec<Vec<u8>>;

/// A dialogue.
pub(crate) struct Flow {
    /// Its name among the seeds.
    pub(crate) name: &'static str,
    /// The kind of card it is for.
    pub(crate) profile: Profile,
    /// The keys whose counters it may move.
    pub(crate) counters: &'static [Counter],
    /// PINs it may send, each once.
    pub(crate) pins: usize,
    /// The key that it changes.
    pub(crate) changes: Option<Change>,
    /// Leads it.
    pub(crate) run: fn(&mut dyn Transport, Ask) -> Result<Spoils, Error>,
}

/// A key that a dialogue changes, as the card is asked afterwards which value is right.
pub(crate) struct Change {
    /// SELECT of the application.
    pub(crate) application: mynacard_card::Application,
    /// P2 of VERIFY.
    pub(crate) reference: u8,
    /// The value before.
    pub(crate) old: &'static [u8],
    /// The value after.
    pub(crate) new: &'static [u8],
}

/// How a dialogue is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Ask {
    /// Whether the counter is read before a PIN.
    pub(crate) counter: CounterPolicy,
    /// How long the pieces are in which files are read.
    pub(crate) length: LengthPolicy,
    /// Whether what is typed is wrong.
    pub(crate) wrong: bool,
}

/// What the holder of the virtual card types on a reader's pad.
pub(crate) const TYPED: &str = "1234";

/// Every dialogue; an input names one by its place.
pub(crate) const FLOWS: &[Flow] = &[
    Flow {
        name: "authentication",
        profile: Profile::Plastic2016,
        counters: &[Counter::Authentication],
        pins: 1,
        changes: None,
        run: authentication,
    },
    Flow {
        name: "pin-pad",
        profile: Profile::Plastic2016,
        counters: &[Counter::Authentication],
        pins: 1,
        changes: None,
        run: |card, ask| {
            let mut jpki = Jpki::open(card, ask.options())?;
            let certificate = jpki.authentication_certificate()?;
            let signature = jpki.verify_on_pin_pad()?.sign(b"message")?;
            jpki.finish();
            Ok(vec![certificate, signature])
        },
    },
    Flow {
        name: "signature",
        profile: Profile::Plastic2016,
        counters: &[Counter::Signature],
        pins: 1,
        changes: None,
        run: |card, ask| {
            let mut jpki = Jpki::open(card, ask.options())?;
            let authority = jpki.signature_ca_certificate()?;
            let mut verified = jpki.signature_verify(ask.password()?)?;
            let certificate = verified.signature_certificate()?;
            let signature = verified.sign(b"message")?;
            jpki.finish();
            Ok(vec![authority, certificate, signature])
        },
    },
    Flow {
        name: "change-pin",
        profile: Profile::Plastic2016,
        counters: &[Counter::Authentication],
        pins: 1,
        changes: Some(Change {
            application: mynacard_card::Application::Jpki,
            reference: 0x98,
            old: b"1234",
            new: b"5678",
        }),
        run: |card, ask| {
            let mut jpki = Jpki::open(card, ask.options())?;
            jpki.verify(ask.pin()?)?.change_pin(Pin::new(b"5678")?)?;
            jpki.finish();
            Ok(Vec::new())
        },
    },
    Flow {
        name: "change-password",
        profile: Profile::Plastic2016,
        counters: &[Counter::Signature],
        pins: 1,
        changes: Some(Change {
            application: mynacard_card::Application::Jpki,
            reference: 0x9B,
            old: b"ABC123",
            new: b"XYZ789",
        }),
        run: |card, ask| {
            let mut jpki = Jpki::open(card, ask.options())?;
            let mut verified = jpki.signature_verify(ask.password()?)?;
            verified.change_password(SignaturePassword::new(b"XYZ789")?)?;
            jpki.finish();
            Ok(Vec::new())
        },
    },
    Flow {
        name: "change-input-support-pin",
        profile: Profile::Plastic2016,
        counters: &[Counter::InputSupport],
        pins: 1,
        changes: Some(Change {
            application: mynacard_card::Application::InputSupport,
            reference: 0x91,
            old: b"1234",
            new: b"5678",
        }),
        run: |card, ask| {
            let mut app = InputSupport::open(card, ask.options())?;
            app.verify(ask.pin()?)?.change_pin(Pin::new(b"5678")?)?;
            app.finish();
            Ok(Vec::new())
        },
    },
    Flow {
        name: "attributes-by-pin",
        profile: Profile::Plastic2016,
        counters: &[Counter::InputSupport],
        pins: 1,
        changes: None,
        run: attributes_by_pin,
    },
    Flow {
        name: "attributes-by-number-b",
        profile: Profile::Plastic2016,
        counters: &[Counter::InputSupportB],
        pins: 1,
        changes: None,
        run: |card, ask| {
            let mut app = InputSupport::open(card, ask.options())?;
            // Asked for besides; another application's counter would lead out of this one, unawares.
            let _ = app.tries(PinKind::InputSupportNumberB)?;
            refused(app.tries(PinKind::Authentication));
            let mut opened = app.verify_number_b(ask.number_b()?)?;
            let spoils = all_of(&opened.attributes()?);
            app.finish();
            Ok(spoils)
        },
    },
    Flow {
        name: "age",
        profile: Profile::Plastic2016,
        counters: &[Counter::CardFaceBirth],
        pins: 1,
        changes: None,
        run: |card, ask| {
            let mut app = CardFace::open(card, ask.options())?;
            let _ = app.tries(PinKind::CardFaceBirthDate)?;
            refused(app.tries(PinKind::Common));
            let mut opened = app.verify_birth_date(ask.birth()?)?;
            let record = opened.age_record()?.record().to_vec();
            let presence = opened.presence_signature(b"message")?;
            app.finish();
            Ok(vec![record, presence])
        },
    },
    Flow {
        name: "card-face",
        profile: Profile::Plastic2023,
        counters: &[Counter::CardFaceB],
        pins: 1,
        changes: None,
        run: |card, ask| {
            let mut app = CardFace::open(card, ask.options())?;
            app.basic_data()?;
            let certificate = app.cv_certificate()?;
            let mut opened = app.verify_number_b(ask.number_b()?)?;
            let face = opened.face()?.record().to_vec();
            let presence = opened.presence_signature(b"message")?;
            app.finish();
            Ok(vec![certificate, face, presence])
        },
    },
    Flow {
        name: "common",
        profile: Profile::Plastic2016,
        counters: &[],
        pins: 0,
        changes: None,
        run: |card, ask| {
            let mut app = Common::open(card, ask.options())?;
            let identity = app.identity()?;
            app.tries()?;
            app.finish();
            let expiry = identity.expiry().to_string().into_bytes();
            Ok(vec![
                identity.serial().into(),
                identity.municipality().into(),
                expiry,
            ])
        },
    },
    Flow {
        name: "every-counter",
        profile: Profile::Plastic2016,
        counters: &[],
        pins: 0,
        changes: None,
        run: |card, ask| {
            let mut card = Card::power_up(card, ask.options().length)?;
            let counters = card.every_counter()?;
            card.finish();
            Ok(counters
                .into_iter()
                .map(|(_, tries)| tries.map_or_else(Vec::new, told))
                .collect())
        },
    },
    Flow {
        name: "free-files",
        profile: Profile::OldCard,
        counters: &[],
        pins: 0,
        changes: None,
        run: |card, ask| {
            // A dialogue of its own; what it says is the counters' own flow's to judge.
            let _ = Jpki::counters(card)?;
            let mut jpki = Jpki::open(card, ask.options())?;
            let kind = format!("{:?}{:?}", jpki.token_info()?.kind(), jpki.availability()?);
            let (first, second) = (
                jpki.authentication_ca_certificate()?,
                jpki.signature_ca_certificate()?,
            );
            jpki.finish();
            Ok(vec![kind.into_bytes(), first, second])
        },
    },
    Flow {
        name: "certificate-and-face",
        profile: Profile::Plastic2023,
        counters: &[Counter::CardFaceB],
        pins: 1,
        changes: None,
        run: |card, ask| {
            let mut jpki = Jpki::open(card, ask.options())?;
            let certificate = jpki.authentication_certificate()?;
            let mut app = CardFace::select(jpki.into_card(), ask.options())?;
            let mut opened = app.verify_number_b(ask.number_b()?)?;
            let face = opened.face_file()?.to_vec();
            let presence = opened.presence_signature(b"message")?;
            app.finish();
            Ok(vec![certificate, face, presence])
        },
    },
    Flow {
        name: "by-sight",
        profile: Profile::Plastic2016,
        counters: &[],
        pins: 0,
        changes: None,
        run: sight::by_sight,
    },
    Flow {
        name: "android",
        profile: Profile::Android,
        counters: &[Counter::Authentication],
        pins: 1,
        changes: None,
        run: |card, ask| {
            let mut jpki = Jpki::open(card, ask.options())?;
            let mut verified = jpki.verify(ask.pin()?)?;
            let certificate = verified.authentication_certificate()?;
            let signature = verified.sign(b"message")?;
            jpki.finish();
            Ok(vec![certificate, signature])
        },
    },
    Flow {
        name: "iphone",
        profile: Profile::IPhone,
        counters: &[],
        pins: 0,
        changes: None,
        run: |card, ask| {
            let mut jpki = Jpki::open(card, ask.options())?;
            let certificate = jpki.authentication_certificate()?;
            let signature = hazmat::pinless(&mut jpki).sign(b"message")?;
            jpki.finish();
            Ok(vec![certificate, signature])
        },
    },
    Flow {
        name: "p384",
        profile: Profile::P384Preview,
        counters: &[Counter::Authentication],
        pins: 1,
        changes: None,
        run: |card, ask| {
            let options = ask.options().with_layout(Layout::PREVIEW_P384);
            let mut jpki = Jpki::open(card, options)?;
            let certificate = jpki.authentication_certificate()?;
            let mut verified = jpki.verify(ask.pin()?)?;
            // Its key signs no digest of the other keys' hash.
            let digest = hazmat::sign_digest(&mut verified, &[0; 32]);
            assert!(digest.is_err(), "a SHA-256 digest by a P-384 key");
            let signature = verified.sign(b"message")?;
            jpki.finish();
            Ok(vec![certificate, signature])
        },
    },
    Flow {
        name: "one-session",
        profile: Profile::Plastic2016,
        counters: &[
            Counter::InputSupport,
            Counter::CardFaceBirth,
            Counter::Authentication,
        ],
        pins: 3,
        changes: None,
        run: one_session,
    },
];

fn authentication(card: &mut dyn Transport, ask: Ask) -> Result<Spoils, Error> {
    let mut jpki = Jpki::open(card, ask.options())?;
    let certificate = jpki.authentication_certificate()?;
    // Asked for besides; what it says is the counters' own flow's to judge.
    let _ = jpki.authentication_tries()?;
    let signature = jpki.verify(ask.pin()?)?.sign(b"message")?;
    jpki.finish();
    Ok(vec![certificate, signature])
}

fn attributes_by_pin(card: &mut dyn Transport, ask: Ask) -> Result<Spoils, Error> {
    let mut app = InputSupport::open(card, ask.options())?;
    app.basic_data()?;
    let certificate = app.cv_certificate()?;
    let mut opened = app.verify(ask.pin()?)?;
    let mut spoils = all_of(&opened.verified_attributes(|_, signature| signature.len() == 256)?);
    let key = opened.card_key()?.record;
    let session = opened.session_key()?.modulus;
    let presence = app.presence_signature(b"message")?;
    app.finish();
    spoils.extend([certificate, key, session, presence]);
    Ok(spoils)
}

/// PINs that a stubborn caller sends at most.
pub(crate) const STUBBORN: usize = 3;

/// A caller who goes on whatever happened: what may not be sent any more, the library must know.
pub(crate) fn stubborn(card: &mut dyn Transport, ask: Ask) -> Result<Spoils, Error> {
    let mut jpki = Jpki::open(card, ask.options())?;
    let mut failed = None;
    for _ in 0..STUBBORN {
        let signed = match jpki.verify(ask.pin()?) {
            Ok(mut verified) => verified.sign(b"message"),
            Err(error) => Err(error),
        };
        failed = signed.err();
        let _ = jpki.authentication_certificate();
        for header in FORBIDDEN {
            let [cla, ins, p1, p2] = header;
            let relayed = hazmat::exchange(&mut jpki, &Command::new(cla, ins, p1, p2));
            let kind = relayed.as_ref().map(|_| ()).map_err(Error::kind);
            assert!(
                matches!(kind, Err(ErrorKind::NotAllowed { .. })),
                "{header:02X?}: {kind:?}"
            );
        }
        // What was verified in it is over.
        jpki = Jpki::select(jpki.into_card(), ask.options())?;
    }
    failed.map_or_else(|| Ok(Vec::new()), Err)
}

/// Commands that nobody else may compose: of PINs, signatures and applications.
const FORBIDDEN: [[u8; 4]; 9] = [
    [0x00, 0x20, 0x00, 0x98],
    [0x00, 0x21, 0x00, 0x98],
    [0x00, 0x24, 0x01, 0x80],
    [0x80, 0x32, 0x01, 0x80],
    [0x00, 0x2C, 0x00, 0x98],
    [0x80, 0x2A, 0x00, 0x80],
    [0x00, 0x88, 0x00, 0x81],
    [0x00, 0xA4, 0x04, 0x0C],
    [0x00, 0xA4, 0x00, 0x0C],
];

/// Four applications one after the other under the same power.
fn one_session(card: &mut dyn Transport, ask: Ask) -> Result<Spoils, Error> {
    let right = Ask {
        wrong: false,
        ..ask
    };
    let mut app = InputSupport::open(card, ask.options())?;
    let mut spoils = all_of(&app.verify(right.pin()?)?.attributes()?);
    let mut app = CardFace::select(app.into_card(), ask.options())?;
    let age = app.verify_birth_date(right.birth()?)?.age_record()?;
    spoils.push(age.record().to_vec());
    let mut app = Common::select(app.into_card())?;
    spoils.push(app.identity()?.serial().into());
    let mut jpki = Jpki::select(app.into_card(), ask.options())?;
    let mut verified = jpki.verify(ask.pin()?)?;
    let digest = Sha256::digest(b"message").into();
    spoils.push(hazmat::sign_digest(&mut verified, &digest)?);
    // Once more the same application: what was verified in it is over, what is free is not.
    let mut jpki = Jpki::select(jpki.into_card(), ask.options())?;
    spoils.push(format!("{:?}", jpki.availability()?).into_bytes());
    jpki.finish();
    Ok(spoils)
}

fn all_of(attributes: &Attributes) -> Spoils {
    vec![
        attributes.name().into(),
        attributes.address().into(),
        attributes.birth_date().to_string().into(),
        format!("{:?}", attributes.offset_table()).into(),
    ]
}

/// The counter of a PIN that another application has is refused.
fn refused(tries: Result<Tries, Error>) {
    let kind = tries.as_ref().map_err(Error::kind);
    assert!(
        matches!(kind, Err(ErrorKind::NotAllowed { .. })),
        "{kind:?}"
    );
}

/// A counter as one byte; nothing where the card told nothing.
fn told(tries: Tries) -> Vec<u8> {
    match tries {
        Tries::Left(left) => vec![left],
        Tries::Blocked => vec![0],
        _ => Vec::new(),
    }
}

/// The card's counter of a key.
pub(crate) fn counter(pin: PinKind) -> Counter {
    match pin {
        PinKind::Signature => Counter::Signature,
        PinKind::InputSupport => Counter::InputSupport,
        PinKind::InputSupportNumberA => Counter::InputSupportA,
        PinKind::InputSupportNumberB => Counter::InputSupportB,
        PinKind::CardFaceBirthDate => Counter::CardFaceBirth,
        PinKind::CardFaceNumberB => Counter::CardFaceB,
        PinKind::CardFaceNumberA => Counter::CardFaceA,
        PinKind::Common => Counter::Common,
        PinKind::ResidentRegistry => Counter::Registry,
        _ => Counter::Authentication,
    }
}

impl Ask {
    fn options(self) -> Options {
        Options::new()
            .with_counter(self.counter)
            .with_length(self.length)
    }

    fn pin(self) -> Result<Pin, Error> {
        Pin::new(if self.wrong {
            b"9999"
        } else {
            TYPED.as_bytes()
        })
    }

    fn password(self) -> Result<SignaturePassword, Error> {
        SignaturePassword::new(if self.wrong { b"ABC124" } else { b"ABC123" })
    }

    fn birth(self) -> Result<BirthDate, Error> {
        BirthDate::gregorian(1980, 4, if self.wrong { 2 } else { 1 })
    }

    fn number_b(self) -> Result<NumberB, Error> {
        NumberB::from_card(
            &BirthDate::gregorian(1980, 4, 1)?,
            2035,
            if self.wrong { b"0000" } else { b"4016" },
        )
    }
}
