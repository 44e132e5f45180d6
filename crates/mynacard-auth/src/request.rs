//! One request of one tap: its number, what it asks for, and who confirmed the person's face.

use std::fmt;
use std::time::SystemTime;

use crate::{CheckContext, Error, ErrorKind};

/// The number of one tap of one card: an answer, its audit trail and an operator's confirmation all name it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TapId([u8; 16]);

/// A member of staff says: the face on this card is this person's (目視確認).
///
/// Made after the card was read, for one tap, and good for one check within a short time.
#[derive(Clone, PartialEq, Eq)]
pub struct OperatorConfirmation {
    operator: String,
    tap: TapId,
    confirmed_at: SystemTime,
}

/// What is asked of the service in one check, bound into the signed message.
#[derive(Clone)]
pub struct Request {
    id: [u8; 16],
    context: CheckContext,
    operator: Option<OperatorConfirmation>,
}

impl TapId {
    pub(crate) fn random() -> Result<Self, Error> {
        random_bytes().map(Self)
    }

    /// The number's bytes, to carry it across a language border.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0
    }

    /// The number back from its bytes; a number that no tap has is refused by the check.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl OperatorConfirmation {
    /// The longest operator name in bytes.
    pub const LONGEST_OPERATOR: usize = 128;

    /// `operator` (a staff number or account, not the patient) confirmed the face for `tap` at `confirmed_at`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OperatorName`] when the name is empty, longer than [`Self::LONGEST_OPERATOR`] or holds control characters.
    pub fn new(operator: &str, tap: TapId, confirmed_at: SystemTime) -> Result<Self, Error> {
        let operator = operator.trim();
        let fits = !operator.is_empty()
            && operator.len() <= Self::LONGEST_OPERATOR
            && !operator.chars().any(char::is_control);
        if !fits {
            return Err(ErrorKind::OperatorName.into());
        }
        Ok(Self {
            operator: operator.to_owned(),
            tap,
            confirmed_at,
        })
    }

    /// Who confirmed.
    #[must_use]
    pub fn operator(&self) -> &str {
        &self.operator
    }

    /// For which tap.
    #[must_use]
    pub const fn tap(&self) -> TapId {
        self.tap
    }

    /// When.
    #[must_use]
    pub const fn confirmed_at(&self) -> SystemTime {
        self.confirmed_at
    }
}

impl Request {
    pub(crate) fn new(
        context: CheckContext,
        operator: Option<OperatorConfirmation>,
    ) -> Result<Self, Error> {
        Ok(Self {
            id: random_bytes()?,
            context,
            operator,
        })
    }

    /// The same under another number, for tests that repeat themselves.
    #[cfg(test)]
    pub(crate) fn with_id(mut self, id: [u8; 16]) -> Self {
        self.id = id;
        self
    }

    /// The request's random number, echoed by the service.
    #[must_use]
    pub const fn id(&self) -> &[u8; 16] {
        &self.id
    }

    /// What is asked for.
    #[must_use]
    pub const fn context(&self) -> &CheckContext {
        &self.context
    }

    /// The operator's confirmation, for a visual check.
    #[must_use]
    pub const fn operator(&self) -> Option<&OperatorConfirmation> {
        self.operator.as_ref()
    }
}

/// `N` bytes from the operating system.
pub(crate) fn random_bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| ErrorKind::NoRandomness)?;
    Ok(bytes)
}

impl fmt::Display for TapId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for TapId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TapId({self})")
    }
}

impl fmt::Debug for OperatorConfirmation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OperatorConfirmation")
            .field("tap", &self.tap)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("context", &self.context)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Purpose;

    #[test]
    fn two_requests_and_two_taps_share_no_number() {
        let request = || Request::new(Purpose::Reception.into(), None).unwrap();
        assert_ne!(request().id(), request().id());
        assert_ne!(TapId::random().unwrap(), TapId::random().unwrap());
    }
}
