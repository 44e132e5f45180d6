//! An input as the numbers and texts that it chooses.

/// What is left of an input; a number that is not there any more is 0.
pub(crate) struct Input<'a>(&'a [u8]);

/// A pointer and a length, as C hands them in. Either may be a lie that the interface can tell.
#[derive(Clone, Copy)]
pub(crate) struct Text {
    pub(crate) data: *const u8,
    pub(crate) size: usize,
}

/// Texts that something understands, at least in part.
pub(crate) const TEXTS: &[&[u8]] = &[
    b"",
    b"1234",
    b"insurer-number",
    b"138016",
    b"MC-1003",
    b"0001",
    b"{}",
    b"[{\"key\":\"1\",\"fields\":{\"Name\":\"x\"}}]",
    b"{\"do\":\"inquire\",\"reference\":\"0001\"}",
    b"{\"do\":\"list\",\"care\":\"visiting\",\"by\":\"visit-date\"}",
    b"{\"do\":\"requery\",\"reference\":\"0001\"}",
    b"{\"do\":\"register\",\"reference\":\"0001\",\"care\":\"visiting\",\"kinds\":[\"medicines\"]}",
    b"{\"do\":\"change\",\"reference\":\"0001\",\"kinds\":[\"medicines\"]}",
    b"{\"do\":\"cancel\",\"reference\":\"0001\",\"reason\":\"patient\"}",
    b"{\"do\":\"submit\",\"care\":\"online\",\"by\":\"consent-date\",\"from\":\"20260101\",\"to\":\"20261231\"}",
    b"{\"do\":\"poll\",\"reception_number\":\"12345678901234567890\"}",
    b"{\"usage\":\"authentication\",\"hierarchy\":\"simulation\"}",
    b"{\"service\":\"checkup\",\"on\":\"20261121\"}",
    b"{\"hierarchy\":\"simulation\",\"keys\":[]}",
    b"1980040120354016",
    b"12345678901234567890",
    b"\xFF\xFE\x00\x01",
    b"<?xml version=\"1.0\"?><XmlMsg><MessageHeader/><MessageBody><ResultList><ResultOfQualificationConfirmation><InsurerNumber>138016</InsurerNumber></ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>",
    "氏名：医療　太郎\n保険者番号：138016\n".as_bytes(),
    "保険者番号,委託元保険者名\n138016,x\n".as_bytes(),
    b"PK\x03\x04junk",
    b"{\"event\":\"begin\",\"version\":1,\"max_command\":261,\"max_response\":258}",
    b"OQSsiquc01req_1.xml",
    b"0\x82\x01\x00junk",
    b"operator-1",
    b"Name",
    b"https://localhost:1",
    b"0\x81\x02\x05\x000\x82\x00\x02\x05\x00",
];

impl<'a> Input<'a> {
    pub(crate) fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    pub(crate) fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            None => 0,
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
        }
    }

    /// A number of an enumeration, or one near it.
    pub(crate) fn number(&mut self) -> i32 {
        match self.byte() {
            255 => i32::MIN,
            254 => -1,
            near => i32::from(near),
        }
    }

    /// The bytes after a length of one octet; they live as long as the input.
    pub(crate) fn bytes(&mut self) -> &'a [u8] {
        let length = usize::from(self.byte());
        self.take(length)
    }

    fn take(&mut self, length: usize) -> &'a [u8] {
        let length = length.min(self.0.len());
        let (part, rest) = self.0.split_at(length);
        self.0 = rest;
        part
    }

    /// A text of the list, whole or its first part, one of the input's own, NULL with a length, or a length beyond memory.
    pub(crate) fn text(&mut self) -> Text {
        let choice = usize::from(self.byte());
        if let Some(text) = TEXTS.get(choice) {
            return Text::of(text);
        }
        match choice {
            200..=231 => {
                let text = TEXTS.get(choice - 200).copied().unwrap_or_default();
                let cut = usize::from(self.byte()).min(text.len());
                Text::of(text.get(..cut).unwrap_or_default())
            }
            232..=239 => Text::of(self.bytes()),
            240..=243 => {
                let length = u16::from_be_bytes([self.byte(), self.byte()]);
                Text::of(self.take(usize::from(length)))
            }
            244..=247 => Text {
                data: std::ptr::null(),
                size: choice - 243,
            },
            248..=251 => Text {
                data: b"x".as_ptr(),
                size: usize::MAX - (choice - 248),
            },
            252 => Text {
                data: b"x".as_ptr(),
                size: isize::MAX.unsigned_abs() + 1,
            },
            _ => Text {
                data: std::ptr::null(),
                size: 0,
            },
        }
    }
}

impl Text {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self {
            data: bytes.as_ptr(),
            size: bytes.len(),
        }
    }
}
