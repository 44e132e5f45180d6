//! What must hold after a dialogue, whatever happened to its answers.

use std::cell::RefCell;
use std::collections::HashMap;

use mynacard_card::{Application, Error, ErrorKind, PinKind, PinTry, Transport};
use mynacard_sim::{Counter, Logged, Profile, Quirk, VirtualCard, person, pki};

use sha2::{Digest, Sha256};

use super::{Choices, Deviating, Habits, counters};
use crate::flows::{Change, FLOWS, Flow, Spoils, counter};
use crate::virtual_card::{card_of, day};

/// A dialogue that has ended.
pub(super) struct Case<'c> {
    pub(super) place: usize,
    pub(super) flow: &'static Flow,
    pub(super) choices: Choices,
    pub(super) habits: Habits,
    pub(super) before: &'c VirtualCard,
    pub(super) card: &'c Deviating<'c>,
    pub(super) result: &'c Result<Spoils, Error>,
    pub(super) trace: &'c str,
}

/// What a dialogue ends with when nothing goes wrong: its spoils, or the code of its error.
type Truth = Result<Spoils, &'static str>;

impl Case<'_> {
    pub(super) fn judge(&self) {
        let Case { card, flow, .. } = self;
        if let Err(error) = self.result {
            crate::errors::note(error);
        }
        let sent = card.presented();
        assert!(
            sent <= flow.pins && card.changed() <= usize::from(flow.changes.is_some()),
            "{}: {sent} PINs and {} changes were sent",
            flow.name,
            card.changed()
        );
        assert!(
            card.secrets <= flow.pins + usize::from(flow.changes.is_some()),
            "{}: {} secrets were handed to the transport",
            flow.name,
            card.secrets
        );
        assert!(
            !card.card.log().iter().any(Logged::is_in_my_number),
            "{}: a file with the My Number was selected",
            flow.name
        );
        assert!(!card.power, "{}: the card was left under power", flow.name);
        if self.habits.begins_with().is_some() {
            self.refused_at_power_up();
        }
        self.counters(sent);
        self.spoils();
        if let Some(change) = &flow.changes {
            self.change(change);
        }
        self.trace();
    }

    /// A dialogue whose power-up was refused says that no try was spent, and sent nothing at all.
    fn refused_at_power_up(&self) {
        let Case { flow, card, .. } = self;
        assert!(
            card.exchanges == 0 && card.secrets == 0,
            "{}: something was sent without power",
            flow.name
        );
        let known = self.result.as_ref().err().map(Error::pin_try);
        assert_eq!(known, Some(PinTry::NotSpent), "{}", flow.name);
    }

    /// No counter moves but the dialogue's own, and none falls without an error that says so.
    fn counters(&self, sent: usize) {
        let Case { flow, card, .. } = self;
        let fallen: Vec<(Counter, u8)> = counters(self.before)
            .into_iter()
            .zip(counters(&card.card))
            .filter(|(before, after)| {
                assert!(
                    before == after || flow.counters.contains(&before.0),
                    "{}: {} moved from {} to {}",
                    flow.name,
                    before.0.name(),
                    before.1,
                    after.1
                );
                after.1 < before.1
            })
            .map(|(_, after)| after)
            .collect();
        assert!(fallen.len() <= 1, "{}: {fallen:?} fell", flow.name);
        let known = self.result.as_ref().err().map(Error::pin_try);
        assert!(
            known.is_none_or(|known| known == card.conduct.pin_try()),
            "{}: {known:?}, and somebody who reads the line knows {:?}",
            flow.name,
            card.conduct.pin_try()
        );
        if !fallen.is_empty() && !card.at_pin {
            assert!(
                matches!(known, Some(PinTry::Spent | PinTry::Unknown)),
                "{}: a counter fell and nobody is told: {:?}",
                flow.name,
                self.result
            );
        }
        if known == Some(PinTry::NotSpent) {
            assert_eq!(sent, 0, "{}: a PIN was sent: {:?}", flow.name, self.result);
        }
        let blocked = self
            .result
            .as_ref()
            .is_err_and(|error| matches!(error.kind(), ErrorKind::PinBlocked { .. }));
        if known == Some(PinTry::Spent) && !card.at_pin && !blocked {
            assert_eq!(fallen.len(), 1, "{}: no counter fell", flow.name);
        }
        if let Err(error) = self.result
            && let ErrorKind::WrongPin {
                left: Some(left), ..
            } = error.kind()
            && !card.at_pin
        {
            assert_eq!(
                fallen.first().map(|(_, after)| after),
                Some(left),
                "{}: the error names another number of tries",
                flow.name
            );
        }
    }

    /// Where nothing was changed the result is the truth; where no octet of data was, success is.
    fn spoils(&self) {
        let Case { flow, result, .. } = self;
        let happened = &self.card.happened;
        if happened.is_empty() {
            let expected = self.expected();
            assert_eq!(
                result.as_ref().err().map(Error::code),
                expected.as_ref().err().copied(),
                "{}: {:?}",
                flow.name,
                result.as_ref().err()
            );
            assert!(
                expected.ok().as_ref() == result.as_ref().ok(),
                "{}: another result",
                flow.name
            );
        } else if let Ok(found) = result
            && happened.iter().all(|kind| kind.keeps_data(self.habits))
            && flow.name != "every-counter"
            && let Ok(truth) = self.truth()
        {
            assert!(
                truth == *found || (self.may_end_early() && truth.starts_with(found)),
                "{}: success with other data after {happened:?}",
                flow.name
            );
        }
    }

    /// What the card's state and what is typed lead to.
    fn expected(&self) -> Truth {
        let Case { flow, choices, .. } = self;
        let foreign = self.habits.has(Quirk::Foreign);
        if self.habits.begins_with().is_some() || (foreign && flow.name != "every-counter") {
            // Neither a refused power-up nor another card lets a dialogue come to its counters.
            return self.truth();
        }
        if flow.name == "every-counter" {
            let left = |pin| match foreign {
                true => Vec::new(),
                false => vec![self.before.tries(counter(pin))],
            };
            return Ok(PinKind::ALL.into_iter().map(left).collect());
        }
        let last = flow.counters.last();
        let left = last.map_or(u8::MAX, |counter| self.before.tries(*counter));
        // What is printed on the card has codes of its own.
        let printed = matches!(
            last,
            Some(Counter::InputSupportB | Counter::CardFaceBirth | Counter::CardFaceB)
        );
        let (wrong, one_left, blocked) = if printed {
            ("MC-1027", "MC-1029", "MC-1028")
        } else {
            ("MC-1003", "MC-1004", "MC-1005")
        };
        match (left, choices.skips(), choices.wrong() && flow.pins > 0) {
            (0, _, _) => Err(blocked),
            (1, false, _) => Err(one_left),
            (1, true, true) => Err(blocked),
            (_, _, true) => Err(wrong),
            _ => self.truth(),
        }
    }

    /// The same dialogue with an undisturbed card of the same habits, led once for each mode and each set of them. What it
    /// brings home is what a card without habits tells: of the others it is kept how much of that, or the code of the error.
    fn truth(&self) -> Truth {
        type Ends = HashMap<(usize, u8, Habits), Result<usize, &'static str>>;
        thread_local! {
            static TRUTHS: RefCell<HashMap<(usize, u8), Truth>> = RefCell::default();
            static ENDS: RefCell<Ends> = RefCell::default();
        }
        let mode = self.choices.0 & 3;
        let plain = TRUTHS.with_borrow_mut(|truths| {
            let lead = || undisturbed(self.flow, Choices(mode), Habits::NONE);
            truths
                .entry((self.place, mode))
                .or_insert_with(lead)
                .clone()
        });
        let lead = || {
            let told = undisturbed(self.flow, Choices(mode), self.habits)?;
            let same = plain.as_ref().is_ok_and(|plain| {
                *plain == told || (self.may_end_early() && plain.starts_with(&told))
            });
            assert!(
                same,
                "{}: a habit of the card changes what is read",
                self.flow.name
            );
            Ok(told.len())
        };
        let key = (self.place, mode, self.habits);
        let end = ENDS.with_borrow_mut(|ends| *ends.entry(key).or_insert_with(lead))?;
        plain.map(|mut spoils| {
            spoils.truncate(end);
            spoils
        })
    }

    /// The relay of a visual check may end early; the certificate is the card's all the same.
    fn may_end_early(&self) -> bool {
        self.flow.name == "by-sight"
    }

    /// The card has the PIN that it is reported to have.
    fn change(&self, change: &Change) {
        let (old, new) = (
            self.opens(change, change.old),
            self.opens(change, change.new),
        );
        if self.habits.has(Quirk::Foreign) {
            assert!(!old && !new && self.result.is_err(), "{}", self.flow.name);
            return;
        }
        assert_ne!(old, new, "{}: neither or both PINs open", self.flow.name);
        if self.card.at_change {
            return;
        }
        match self.result {
            Ok(_) => assert!(new, "{}: not changed", self.flow.name),
            Err(error) if matches!(error.kind(), ErrorKind::ChangeOutcomeUnknown { .. }) => {}
            Err(error) => assert!(old, "{}: changed after {error:?}", self.flow.name),
        }
    }

    /// Whether this value opens the key now; asked of a copy with all its tries.
    fn opens(&self, change: &Change, value: &[u8]) -> bool {
        let mut card = self.card.card.clone();
        for counter in self.flow.counters {
            card.set_tries(*counter, u8::MAX);
        }
        card.power_on();
        let name = change.application.name();
        let length = |bytes: &[u8]| u8::try_from(bytes.len()).expect("short");
        let select = [&[0x00, 0xA4, 0x04, 0x0C, length(name)][..], name].concat();
        let verify = [
            &[0x00, 0x20, 0x00, change.reference, length(value)][..],
            value,
        ]
        .concat();
        card.transmit(&select);
        card.transmit(&verify) == [0x90, 0x00]
    }

    /// The recorded dialogue holds nobody's data, even where answers are broken.
    fn trace(&self) {
        let literals = literals(self.trace);
        PERSONAL.with(|personal| {
            for (what, secret) in personal {
                assert!(
                    !literals.iter().any(|literal| literal.contains(secret)),
                    "{}: {what} in the trace\n{}",
                    self.flow.name,
                    self.trace
                );
            }
        });
    }
}

fn undisturbed(flow: &'static Flow, choices: Choices, habits: Habits) -> Truth {
    let mut card = Deviating::new(flow, choices, habits, &[]);
    let card: &mut dyn Transport = &mut card;
    (flow.run)(card, choices.ask()).map_err(|error| error.code())
}

/// Every hexadecimal text of a trace.
fn literals(trace: &str) -> Vec<&str> {
    trace
        .split('"')
        .filter(|text| text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .collect()
}

thread_local! {
    /// What identifies the person of the virtual card, and what she types, in hexadecimal.
    static PERSONAL: Vec<(&'static str, String)> = personal();
}

/// A file that every program can read, as the card gives it.
fn basic_data(application: &[u8], short_id: u8) -> Vec<u8> {
    let mut card = card_of(Profile::default());
    card.power_on();
    card.transmit(&[&[0x00, 0xA4, 0x04, 0x0C, 0x0A][..], application].concat());
    card.transmit(&[0x00, 0xB0, 0x80 | short_id, 0x00, 0x00, 0x00, 0x00])
}

fn personal() -> Vec<(&'static str, String)> {
    let holder = person("kyokai-self").expect("listed");
    let hex = |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02X}")).collect() };
    let middle = |bytes: &[u8], at: usize| hex(bytes.get(at..at + 12).unwrap_or_default());
    let mut all = vec![
        ("the PIN", hex(b"1234")),
        ("the new PIN", hex(b"5678")),
        ("the password", hex(b"ABC123")),
        ("the new password", hex(b"XYZ789")),
        ("number B", hex(b"55040120354016")),
        ("the My Number", hex(b"999999900019")),
        // DF31: EF 0001 of the input support as stored, filler included.
        (
            "the hash of the My Number",
            hex(&Sha256::digest(b"\xFF\x10\x0C999999900019\xFF\xFF")),
        ),
        ("the birth date", hex(b"19800401")),
        ("the birth date as a key", hex(b"550401")),
        ("the serial number", hex(b"990000000000001")),
        ("the token's number", hex(b"SIM0000000001")),
        ("the name", hex(holder.name().as_bytes())),
        ("the address", hex(holder.address().as_bytes())),
    ];
    for (what, name, file, header, skipped) in [
        (
            "the reference in the basic data",
            Application::InputSupport.name(),
            0x05,
            [0xDF, 0x43, 0x82, 0x00, 0x80],
            0,
        ),
        (
            "the reference in the card face's basic data",
            Application::CardFace.name(),
            0x03,
            [0xDF, 0x35, 0x82, 0x01, 0x10],
            16,
        ),
    ] {
        let found = basic_data(name, file);
        let at = found
            .windows(header.len())
            .position(|window| window == header)
            .expect("a reference");
        // In one of them the id of the authority's key comes first, which is nobody's.
        let from = at + header.len() + skipped;
        all.extend([from, from + 16].map(|at| (what, middle(&found, at))));
    }
    for certificate in [
        pki::authentication_certificate(holder, day()),
        pki::signature_certificate(holder, day()),
    ] {
        all.push(("a certificate's serial number", middle(&certificate, 12)));
        // RSAPublicKey with a modulus of 2048 bits.
        let header = [0x30, 0x82, 0x01, 0x0A, 0x02, 0x82, 0x01, 0x01, 0x00];
        let key = certificate
            .windows(header.len())
            .position(|window| window == header)
            .expect("an RSA key");
        all.push(("a certificate's key", middle(&certificate, key + 64)));
    }
    // Records and images as the card gives them, in pieces from their middle.
    for name in ["age", "card-face", "attributes-by-pin"] {
        let flow = FLOWS.iter().find(|flow| flow.name == name);
        let spoils = flow.map(|flow| undisturbed(flow, Choices(1), Habits::NONE));
        for found in spoils.into_iter().flatten().flatten() {
            for at in [found.len() / 4, found.len() / 2, found.len() * 3 / 4] {
                let piece = middle(&found, at);
                if piece.len() == 24 {
                    all.push(("a piece of a record", piece));
                }
            }
        }
    }
    all
}
