//! The verified photo for the visual check (目視確認): read with 照合番号B, signed by the issuer, shown by the card itself.

use std::time::SystemTime;

use mynacard_card::{NumberB, Transport};
use mynacard_cert::record::{CardAuthorities, CardFace};

use super::answer::Step;
use super::card::{self, Stoppable};
use super::ready::{Ready, as_cancelled};
use super::tap::Tap;
use crate::request::random_bytes;
use crate::{Cancel, Error, ErrorKind, PinTries};

/// What a presence message begins with.
const PRESENCE: &[u8] = b"MYNACARD PRESENCE MESSAGE v1\0";

impl Ready {
    /// Does what [`Ready::tap`] does, and brings the photo that staff compare with the person.
    ///
    /// 照合番号B (printed on the card: birth date, expiry year, security code) opens it; a wrong one costs one of its ten
    /// tries and none of the PIN's. The photo is verified: the issuer signed it, and the card that signed a fresh message holds
    /// the key beside it.
    ///
    /// # Errors
    ///
    /// As [`Ready::tap`]; [`ErrorKind::NoPhoto`] for an infant's card; [`ErrorKind::Certificate`] when record, hierarchy or
    /// presence do not verify.
    pub fn tap_with_face(
        &mut self,
        card: &mut dyn Transport,
        number: NumberB,
        authorities: &CardAuthorities,
        now: SystemTime,
        stop: &Cancel,
    ) -> Result<(Tap, CardFace), Error> {
        self.step(Step::ReadingCard);
        let message = [PRESENCE, &random_bytes::<32>()?].concat();
        let options = self.desk().settings().card;
        let mut card = Stoppable::new(card, stop);
        // Nothing here concerns the PIN: the tries that an error tells of would be those of 照合番号B.
        let (der, face, exchanges) =
            card::certificate_and_face(&mut card, options, number, &message)
                .map_err(|error| as_cancelled(error, stop).with_tries(PinTries::Untouched))?;
        self.step(Step::CardDone);
        let judged = self.judged(&der, now)?;
        let signer = authorities.verify(&face.signer)?;
        if let Some(expected) = judged.hierarchy
            && signer.hierarchy() != expected
        {
            let (expected, found) = (vec![expected], signer.hierarchy());
            let mixed = mynacard_cert::ErrorKind::WrongHierarchy { expected, found };
            return Err(mynacard_cert::Error::from(mixed).into());
        }
        let (verified, _unsigned) = signer.card_face(&face.file)?;
        verified.key().verify_presence(&message, &face.presence)?;
        if verified.photo_jp2().is_empty() {
            return Err(ErrorKind::NoPhoto.into());
        }
        Ok((self.tapped(&judged, exchanges, now)?, verified))
    }
}
