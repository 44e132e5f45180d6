//! What a card can send: answers, objects, whole dialogues.

use mynacard_card::app::jpki::{CounterPolicy, Jpki, Options};
use mynacard_card::tlv::{Header, Objects};
use mynacard_card::{
    Command, Delivery, End, LengthForm, Limits, Pin, Response, SignaturePassword, StatusWord,
    Transport, TransportError, TransportErrorKind,
};

use crate::pieces;

/// An answer is its data and its status word, and nothing else.
pub(crate) fn response(data: &[u8]) {
    let mut response = Response::new();
    match response.set(data) {
        Ok(()) => {
            let mut again = response.data().to_vec();
            again.extend(response.status().value().to_be_bytes());
            assert_eq!(again, data, "an answer lost bytes");
        }
        Err(_) => assert!(
            data.len() < 2 || data.len() > Response::MAX,
            "a well-formed answer was refused"
        ),
    }
    for two in data.as_chunks::<2>().0 {
        let word = u16::from_be_bytes(*two);
        let status = StatusWord::from(word);
        assert_eq!(u16::from(status), word, "a status word changed");
        assert!(!status.meaning().is_empty());
    }
}

/// Objects lie within their bytes, one after the other, and end.
pub(crate) fn tlv(data: &[u8]) {
    if let Ok(header) = Header::read(data) {
        assert!(header.header <= Header::MAX && header.total() >= header.header);
    }
    let mut at = None;
    for object in Objects::new(data).filter_map(Result::ok) {
        assert!(
            at < Some(object.at) || at.is_none(),
            "objects do not advance"
        );
        assert_eq!(
            data.get(object.at..object.at + object.raw.len()),
            Some(object.raw),
            "an object lies elsewhere"
        );
        assert!(object.raw.ends_with(object.value));
        at = Some(object.at);
        for inner in Objects::new(object.value) {
            assert!(
                inner.is_err() || inner.is_ok_and(|inner| inner.raw.len() <= object.value.len())
            );
        }
    }
}

/// A command that can be read is written the same way again, in the form that it came in.
pub(crate) fn command(data: &[u8]) {
    let Ok(command) = Command::decode(data) else {
        return;
    };
    let forms = [LengthForm::Short, LengthForm::Extended].map(|form| command.encode(form));
    assert!(
        forms.iter().any(Result::is_ok),
        "a command that was read cannot be written"
    );
    for frame in forms.iter().flatten() {
        let again = Command::decode(frame).expect("what we write, we read");
        assert_eq!(
            (again.header(), again.data(), again.expected()),
            (command.header(), command.data(), command.expected())
        );
    }
    assert!(
        forms.iter().flatten().any(|frame| **frame == *data),
        "no form of the command is the one that was read"
    );
}

/// The whole authentication dialogue with a card that answers whatever it likes.
pub(crate) fn dialogue(data: &[u8]) {
    let Some((&choices, answers)) = data.split_first() else {
        return;
    };
    let mut card = AnyCard::new(answers, choices);
    let mut options = Options::new();
    if choices & 2 != 0 {
        options = options.with_counter(CounterPolicy::Skip);
    }
    let Ok(mut jpki) = Jpki::open(&mut card, options) else {
        return;
    };
    let certificate = jpki.authentication_certificate();
    if let Ok(certificate) = &certificate {
        assert!(!certificate.is_empty() && certificate.len() <= 65_535);
    }
    let _ = jpki.authentication_tries();
    let _ = jpki.token_info();
    if let Ok(mut verified) = jpki.verify(Pin::new(b"1234").expect("four digits")) {
        let _ = verified.sign(b"message");
        let _ = verified.sign(b"another message");
    }
    if choices & 4 != 0 {
        // After an unknown outcome nothing more may be tried; after a refusal the caller may ask again.
        let before = jpki.exchanges();
        let _ = jpki.authentication_tries();
        assert!(jpki.exchanges() - before <= 2);
    }
    jpki.finish();
    card.judge(1);
}

/// The signature application's side: password, certificate behind it, signature.
pub(crate) fn signature(data: &[u8]) {
    let Some((&choices, answers)) = data.split_first() else {
        return;
    };
    let mut card = AnyCard::new(answers, choices);
    let Ok(mut jpki) = Jpki::open(&mut card, Options::new()) else {
        return;
    };
    let _ = jpki.signature_ca_certificate();
    let _ = jpki.signature_tries();
    if let Ok(mut verified) =
        jpki.signature_verify(SignaturePassword::new(b"ABC123").expect("six characters"))
    {
        let _ = verified.signature_certificate();
        let _ = verified.sign(b"message");
    }
    jpki.finish();
    card.judge(1);
}

/// A card whose answers are the pieces of an input. An empty piece is a card that has gone.
struct AnyCard<'a> {
    answers: Box<dyn Iterator<Item = &'a [u8]> + 'a>,
    limits: Limits,
    exchanges: u32,
    pins: u32,
    power: bool,
    gone: bool,
}

impl<'a> AnyCard<'a> {
    fn new(answers: &'a [u8], choices: u8) -> Self {
        AnyCard {
            answers: Box::new(pieces(answers)),
            limits: if choices & 1 == 0 {
                Limits::SHORT
            } else {
                Limits::EXTENDED
            },
            exchanges: 0,
            pins: 0,
            power: false,
            gone: false,
        }
    }

    fn judge(&self, pins: u32) {
        assert!(
            self.pins <= pins,
            "one PIN entry was sent {} times",
            self.pins
        );
        assert!(!self.power, "the card was left under power");
        assert!(
            self.exchanges < 4000,
            "a dialogue of {} exchanges",
            self.exchanges
        );
    }
}

impl Transport for AnyCard<'_> {
    fn begin(&mut self) -> Result<(), TransportError> {
        self.power = true;
        Ok(())
    }

    fn exchange(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), TransportError> {
        assert!(
            self.power && !self.gone,
            "an exchange after the card had gone"
        );
        self.exchanges += 1;
        let verify = command.ins() == 0x20 && !command.data().is_empty();
        assert_eq!(
            verify,
            command.is_secret(),
            "a PIN that is not marked, or a mark without a PIN"
        );
        self.pins += u32::from(verify);
        match self.answers.next() {
            None | Some([]) => {
                self.gone = true;
                Err(TransportError::new(
                    TransportErrorKind::CardRemoved,
                    Delivery::Unknown,
                ))
            }
            Some(answer) => response.set(answer),
        }
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    fn end(&mut self, how: End) {
        assert_eq!(
            how,
            End::PowerDown,
            "a dialogue with a PIN in it ends with a power-down"
        );
        self.power = false;
    }
}
