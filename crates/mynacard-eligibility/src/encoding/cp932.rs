//! Windows' code page 932, the writing direction.
//!
//! The table is the decoder's, inverted by the rule that Windows follows where two codes mean one character: the JIS X 0208
//! place first, then NEC row 13, then the IBM extensions at FA40–FC4B, never NEC's selection of them at ED40–EEFC.

use std::sync::OnceLock;

/// 〓, which stands for a character that could not be written.
pub(super) const GETA: &[u8] = &[0x81, 0xAC];

/// Appends one character; `false` when the code page does not have it.
///
/// Four characters of JIS X 0208 have another Unicode value in Windows; they are written at their place all the same, since
/// the sign is the same: 〜 (301C) as ～, − (2212) as －, ‖ (2016) as ∥, and ¢ £ ¬ as their wide forms. ¥ (00A5) and ‾ (203E) are
/// *not* written: Windows would make a backslash and a tilde of them.
pub(super) fn push(out: &mut Vec<u8>, character: char) -> bool {
    let character = same_sign(character);
    let Ok(unit) = u16::try_from(u32::from(character)) else {
        return false;
    };
    if unit < 0x80 {
        out.push(unit.to_le_bytes()[0]);
        return true;
    }
    match table()
        .get(usize::from(unit))
        .map(|code| code.to_be_bytes())
    {
        Some([0, 0]) | None => false,
        Some([0, single]) => {
            out.push(single);
            true
        }
        Some(double) => {
            out.extend_from_slice(&double);
            true
        }
    }
}

/// The code page's own character for a sign that other standards encode elsewhere.
pub(super) fn same_sign(character: char) -> char {
    match character {
        '\u{301C}' => '\u{FF5E}',
        '\u{2212}' => '\u{FF0D}',
        '\u{2016}' => '\u{2225}',
        '\u{00A2}' => '\u{FFE0}',
        '\u{00A3}' => '\u{FFE1}',
        '\u{00AC}' => '\u{FFE2}',
        _ => character,
    }
}

/// For every unit of the BMP its code, or zero.
fn table() -> &'static [u16] {
    static TABLE: OnceLock<Vec<u16>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = vec![0_u16; 0x1_0000];
        for single in std::iter::once(0x80).chain(0xA1..=0xDF_u8) {
            enter(&mut table, &[single]);
        }
        let leads = (0x81..=0x9F_u8).chain(0xE0..=0xFC);
        // NEC's selection (ED, EE) is left out: each of its characters has the IBM place too.
        for lead in leads.filter(|lead| !matches!(lead, 0xED | 0xEE)) {
            for trail in (0x40..=0x7E_u8).chain(0x80..=0xFC) {
                enter(&mut table, &[lead, trail]);
            }
        }
        table
    })
}

fn enter(table: &mut [u16], code: &[u8]) {
    let mut decoded = [0_u16; 2];
    let mut decoder = encoding_rs::SHIFT_JIS.new_decoder_without_bom_handling();
    let (result, _, written) =
        decoder.decode_to_utf16_without_replacement(code, &mut decoded, true);
    let (encoding_rs::DecoderResult::InputEmpty, 1) = (result, written) else {
        return;
    };
    let value = code
        .iter()
        .fold(0_u16, |value, &byte| value << 8 | u16::from(byte));
    if let Some(entry) = table
        .get_mut(usize::from(decoded[0]))
        .filter(|entry| **entry == 0)
    {
        *entry = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn writes(character: char, expected: &[u8]) {
        let mut out = Vec::new();
        assert!(push(&mut out, character), "{character}");
        assert_eq!(out, expected, "{character}");
    }

    #[test]
    fn duplicates_take_windows_place() {
        writes('髙', &[0xFB, 0xFC]);
        writes('﨑', &[0xFA, 0xB1]);
        writes('≒', &[0x81, 0xE0]);
        writes('∪', &[0x81, 0xBE]);
        writes('Ⅰ', &[0x87, 0x54]);
        writes('ⅰ', &[0xFA, 0x40]);
        writes('㈱', &[0x87, 0x8A]);
        writes('￢', &[0x81, 0xCA]);
        writes('￤', &[0xFA, 0x55]);
        writes('①', &[0x87, 0x40]);
        writes('ｱ', &[0xB1]);
        writes('\u{80}', &[0x80]);
    }

    #[test]
    fn policies_of_the_doubtful_signs() {
        writes('〜', &[0x81, 0x60]);
        writes('～', &[0x81, 0x60]);
        writes('−', &[0x81, 0x7C]);
        writes('\u{E000}', &[0xF0, 0x40]);
        writes('\u{E757}', &[0xF9, 0xFC]);
        for without in ['¥', '‾', '𠮷', 'é', '\u{E758}', '鷗'] {
            assert!(!push(&mut Vec::new(), without), "{without}");
        }
    }
}
