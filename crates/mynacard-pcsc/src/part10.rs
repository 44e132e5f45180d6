//! PC/SC part 10: what a reader's driver offers beyond commands (features, limits, PIN entry), as bytes in and out.

use mynacard_card::{Limits, PinCharacters, PinEntry};

/// CM_IOCTL_GET_FEATURE_REQUEST, before the platform's SCARD_CTL_CODE.
pub(crate) const GET_FEATURE_REQUEST: u32 = 3400;

const VERIFY_PIN_DIRECT: u8 = 0x06;
const GET_TLV_PROPERTIES: u8 = 0x12;
const MAX_APDU_DATA_SIZE: u8 = 0x0A;

/// Japanese, in the numbering of USB.
const LANGUAGE: u16 = 0x0411;

/// The control codes of the features this crate uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Features {
    /// PIN entry on the reader's keypad.
    pub(crate) verify_pin: Option<u32>,
    /// Properties, the largest command among them.
    pub(crate) properties: Option<u32>,
}

impl Features {
    /// Reads the answer to CM_IOCTL_GET_FEATURE_REQUEST: tag, length 4, control code in network order.
    pub(crate) fn read(list: &[u8]) -> Self {
        let mut features = Self::default();
        for (tag, value) in Fields(list) {
            let Ok(code) = <[u8; 4]>::try_from(value).map(u32::from_be_bytes) else {
                continue;
            };
            match tag {
                VERIFY_PIN_DIRECT => features.verify_pin = Some(code),
                GET_TLV_PROPERTIES => features.properties = Some(code),
                _ => {}
            }
        }
        features
    }
}

/// The limits that dwMaxAPDUDataSize states in the answer to GET_TLV_PROPERTIES; `None` where the reader does not say.
pub(crate) fn stated_limits(properties: &[u8]) -> Option<Limits> {
    let (_, value) = Fields(properties).find(|(tag, _)| *tag == MAX_APDU_DATA_SIZE)?;
    let size = <[u8; 4]>::try_from(value).map(u32::from_le_bytes).ok()?;
    match size {
        0 => Some(Limits::SHORT),
        257..=0x1_0000 => Some(data_limits(usize::try_from(size).ok()?)),
        // Reserved values state nothing.
        _ => None,
    }
}

/// Limits of a reader that carries this many bytes of data each way.
pub(crate) fn data_limits(size: usize) -> Limits {
    Limits {
        max_command: size
            .saturating_add(4 + 3 + 2)
            .min(Limits::EXTENDED.max_command),
        max_response: size.saturating_add(2).min(Limits::EXTENDED.max_response),
    }
}

/// PIN_VERIFY_STRUCTURE with the command the reader completes; `None` when no keypad can enter such a PIN.
///
/// Only PINs of one fixed number of digits are offered: so are all of this card that consist of digits, and so the
/// reader replaces characters at places that are already there, which every firmware can.
pub(crate) fn verify_pin_structure(request: &PinEntry, timeout_seconds: u8) -> Option<Vec<u8>> {
    let length = request.max;
    if request.characters != PinCharacters::Digits
        || request.min != length
        || !(1..=15).contains(&length)
    {
        return None;
    }
    let mut bytes = Vec::with_capacity(19 + 5 + usize::from(length));
    bytes.push(timeout_seconds); // bTimeOut: until the first key
    bytes.push(timeout_seconds); // bTimeOut2: after it
    bytes.push(0x82); // bmFormatString: positions in bytes, left-justified, ASCII
    bytes.push(length); // bmPINBlockString: no length inside the command's data; size of the PIN's block
    bytes.push(0x00); // bmPINLengthFormat
    bytes.extend(u16::from_be_bytes([request.min, length]).to_ne_bytes()); // wPINMaxExtraDigit
    bytes.push(0x02); // bEntryValidationCondition: the confirmation key
    bytes.push(0x01); // bNumberMessage
    bytes.extend(LANGUAGE.to_ne_bytes()); // wLangId
    bytes.push(0x00); // bMsgIndex: "enter the PIN"
    bytes.extend([0; 3]); // bTeoPrologue
    bytes.extend((5 + u32::from(length)).to_ne_bytes()); // ulDataLength
    bytes.extend(request.header);
    bytes.push(length);
    bytes.resize(bytes.len() + usize::from(length), 0xFF);
    Some(bytes)
}

/// Fields of tag, one-byte length, value; ends at the first that is cut short.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (&[tag, length], rest) = self.0.split_first_chunk()?;
        let (value, rest) = rest.split_at_checked(usize::from(length))?;
        self.0 = rest;
        Some((tag, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_found_by_tag() {
        let list = [
            0x06, 4, 0x42, 0x33, 0x00, 0x06, 0x0A, 4, 0x42, 0x33, 0, 0x0A, 0x12, 4, 0x42, 0x33, 0,
            0x12,
        ];
        assert_eq!(
            Features::read(&list),
            Features {
                verify_pin: Some(0x4233_0006),
                properties: Some(0x4233_0012)
            }
        );
        assert_eq!(Features::read(&list[..5]), Features::default());
        assert_eq!(Features::read(&[0x06, 3, 1, 2, 3]), Features::default());
        assert_eq!(Features::read(&[]), Features::default());
    }

    /// Whatever a driver answers: limits stay within what a card can carry, and a field that is cut short says nothing.
    #[test]
    fn any_answer_is_read_as_far_as_its_fields_are_whole() {
        let mut random = 0x2545_F491_4F6C_DD1D_u64;
        let mut next = |below: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            usize::try_from(random % u64::try_from(below).unwrap()).unwrap()
        };
        let tags = [VERIFY_PIN_DIRECT, GET_TLV_PROPERTIES, MAX_APDU_DATA_SIZE];
        let mut found = [0; 3];
        for _ in 0..50_000 {
            let (mut list, mut features, mut limits) = (Vec::new(), Features::default(), None);
            for _ in 0..next(6) {
                let tag = tags.get(next(4)).copied().unwrap_or(0x77);
                let length = [4, 4, 4, 0, 1, 9][next(6)];
                let value: Vec<u8> = (0..length)
                    .map(|at| {
                        if at > 1 {
                            u8::try_from(next(2)).unwrap()
                        } else {
                            u8::try_from(next(256)).unwrap()
                        }
                    })
                    .collect();
                if let Ok(four) = <[u8; 4]>::try_from(&value[..]) {
                    match tag {
                        VERIFY_PIN_DIRECT => features.verify_pin = Some(u32::from_be_bytes(four)),
                        GET_TLV_PROPERTIES => features.properties = Some(u32::from_be_bytes(four)),
                        _ => {}
                    }
                }
                if tag == MAX_APDU_DATA_SIZE {
                    limits = limits.or(Some(value.clone()));
                }
                list.extend([tag, u8::try_from(length).unwrap()]);
                list.extend(value);
            }
            let whole = list.len();
            // A last field that announces more than there is.
            list.extend(&[tags[next(3)], 5, 1, 2, 3, 4][..next(7)]);
            assert_eq!(Features::read(&list), features, "{list:02X?}");
            assert_eq!(stated_limits(&list), stated_limits(&list[..whole]));
            let stated = stated_limits(&list);
            let four = limits.and_then(|value| <[u8; 4]>::try_from(&value[..]).ok());
            let size = four.map(u32::from_le_bytes);
            assert_eq!(
                stated.is_some(),
                size.is_some_and(|size| size == 0 || (257..=65_536).contains(&size)),
                "{list:02X?}"
            );
            if let Some(limits) = stated {
                let most = Limits::EXTENDED;
                assert!(limits.max_command <= most.max_command);
                assert!((258..=most.max_response).contains(&limits.max_response));
            }
            for (count, seen) in found.iter_mut().zip([
                features.verify_pin.is_some(),
                features.properties.is_some(),
                stated.is_some(),
            ]) {
                *count += u32::from(seen);
            }
        }
        assert!(found.iter().all(|count| *count > 1000), "{found:?}");
    }

    #[track_caller]
    fn stated(size: u32, expected: Option<Limits>) {
        let mut properties = vec![0x0B, 2, 0x12, 0x34, 0x0A, 4];
        properties.extend(size.to_le_bytes());
        assert_eq!(stated_limits(&properties), expected);
    }

    #[test]
    fn limits_follow_part_10() {
        stated(0, Some(Limits::SHORT));
        stated(256, None);
        stated(
            2048,
            Some(Limits {
                max_command: 2057,
                max_response: 2050,
            }),
        );
        stated(0x1_0000, Some(Limits::EXTENDED));
        stated(0x1_0001, None);
        assert_eq!(stated_limits(&[0x0A, 2, 0, 1]), None);
        assert_eq!(stated_limits(&[]), None);
    }
}
