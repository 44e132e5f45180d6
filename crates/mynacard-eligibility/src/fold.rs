//! Folding of widths, kana sizes and hyphens: for tolerant input and for comparison, never for output.
//!
//! ```
//! use mynacard_eligibility::fold::{compare_key, narrow};
//!
//! assert_eq!(narrow("１２３－４５"), "123-45");
//! assert_eq!(compare_key("ｲﾘｮｳ　ﾀﾛｳ"), compare_key("いりょう たろう"));
//! ```

/// Full-width ASCII becomes half width, every kind of hyphen `-`, every kind of space a space.
#[must_use]
pub fn narrow(text: &str) -> String {
    text.chars().map(narrow_char).collect()
}

/// The key by which two texts are compared: widths, cases, kana sizes, hyphens and spaces folded.
///
/// Half-width katakana become full width with their marks joined, hiragana becomes katakana, small kana become large, and
/// spaces vanish.
#[must_use]
pub fn compare_key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for character in text.chars() {
        let folded = large_kana(katakana(widen_kana(character)));
        let last = key.chars().next_back();
        // A mark belongs to the kana before it, also where a space stood between them or the kana was small.
        if let Some(joined) = last.and_then(|last| join(last, folded)) {
            key.pop();
            key.push(joined);
            continue;
        }
        // A long vowel mark after kana is a letter, elsewhere people use it as a hyphen.
        let after_kana = last.is_some_and(|last| matches!(last, 'ァ'..='ヺ' | 'ー'));
        let folded = if folded == 'ー' && after_kana {
            folded
        } else {
            narrow_char(folded)
        };
        if !folded.is_whitespace() {
            key.extend(folded.to_uppercase());
        }
    }
    key
}

/// Half-width katakana in full width, spaces too, marks of katakana joined; everything else as it is.
///
/// [`half_kana`] and back gives the same text again.
#[must_use]
pub fn full_kana(text: &str) -> String {
    let mut full = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let wide = widen_kana(character);
        // Hiragana stay hiragana; a mark that follows one stays apart.
        let joined = characters
            .peek()
            .filter(|_| katakana(wide) == wide)
            .and_then(|&mark| join(wide, mark));
        if joined.is_some() {
            characters.next();
        }
        full.push(joined.unwrap_or(if character == ' ' { '　' } else { wide }));
    }
    full
}

/// Katakana in half width, marks apart; everything else as it is.
#[must_use]
pub fn half_kana(text: &str) -> String {
    let mut half = String::with_capacity(text.len());
    for character in text.chars() {
        let half_of = |wide: char| {
            WIDE.chars()
                .position(|other| other == wide)
                .and_then(|at| char::from_u32(0xFF66 + u32::try_from(at).ok()?))
        };
        match character {
            '　' => half.push(' '),
            '・' => half.push('･'),
            'ァ'..='ヺ' | 'ー' | '゛' | '゜' => match half_of(character) {
                Some(plain) => half.push(plain),
                None => {
                    match split(character).and_then(|(base, mark)| Some((half_of(base)?, mark))) {
                        Some((base, mark)) => half.extend([base, mark]),
                        None => half.push(character),
                    }
                }
            },
            _ => half.push(character),
        }
    }
    half
}

/// A kana without its mark, and the mark in half width.
fn split(kana: char) -> Option<(char, char)> {
    let before = |steps: u32| char::from_u32(u32::from(kana) - steps);
    match kana {
        'ヴ' => Some(('ウ', 'ﾞ')),
        'パ' | 'ピ' | 'プ' | 'ペ' | 'ポ' => Some((before(2)?, 'ﾟ')),
        _ => {
            let base = before(1)?;
            (join(base, 'ﾞ') == Some(kana)).then_some((base, 'ﾞ'))
        }
    }
}

fn narrow_char(character: char) -> char {
    match character {
        '\u{2010}'..='\u{2015}'
        | '\u{2212}'
        | '\u{FF0D}'
        | '\u{30FC}'
        | '\u{FF70}'
        | '\u{FE63}' => '-',
        '！'..='～' => char::from_u32(u32::from(character) - 0xFEE0).unwrap_or(character),
        _ if character.is_whitespace() => ' ',
        _ => character,
    }
}

/// Half-width katakana, by code from U+FF66.
const WIDE: &str = "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜";

fn widen_kana(character: char) -> char {
    match u32::from(character).checked_sub(0xFF66) {
        Some(index @ 0..=0x39) => WIDE.chars().nth(index as usize).unwrap_or(character),
        _ => match character {
            '｡' => '。',
            '｢' => '「',
            '｣' => '」',
            '､' => '、',
            '･' => '・',
            _ => character,
        },
    }
}

/// A kana and its mark as one character.
fn join(kana: char, mark: char) -> Option<char> {
    let kana = katakana(kana);
    let voiced = matches!(mark, 'ﾞ' | '゛' | '\u{3099}');
    let half_voiced = matches!(mark, 'ﾟ' | '゜' | '\u{309A}');
    match kana {
        'ウ' if voiced => Some('ヴ'),
        'カ' | 'キ' | 'ク' | 'ケ' | 'コ' | 'サ' | 'シ' | 'ス' | 'セ' | 'ソ' | 'タ' | 'チ'
        | 'ツ' | 'テ' | 'ト' | 'ハ' | 'ヒ' | 'フ' | 'ヘ' | 'ホ'
            if voiced =>
        {
            char::from_u32(u32::from(kana) + 1)
        }
        'ハ' | 'ヒ' | 'フ' | 'ヘ' | 'ホ' if half_voiced => char::from_u32(u32::from(kana) + 2),
        _ => None,
    }
}

fn katakana(character: char) -> char {
    match character {
        'ぁ'..='ゖ' => char::from_u32(u32::from(character) + 0x60).unwrap_or(character),
        _ => character,
    }
}

fn large_kana(character: char) -> char {
    match character {
        'ァ' => 'ア',
        'ィ' => 'イ',
        'ゥ' => 'ウ',
        'ェ' => 'エ',
        'ォ' => 'オ',
        'ッ' => 'ツ',
        'ャ' => 'ヤ',
        'ュ' => 'ユ',
        'ョ' => 'ヨ',
        'ヮ' => 'ワ',
        'ヵ' => 'カ',
        'ヶ' => 'ケ',
        _ => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(a: &str, b: &str) {
        assert_eq!(compare_key(a), compare_key(b), "{a} {b}");
    }

    #[test]
    fn widths_sizes_and_hyphens_fold() {
        same("ﾊﾞｯﾊﾟ ﾀﾛｳ", "バッパ　タロウ");
        same("ｼﾞﾕﾝ", "じゅん");
        same("１２－３４ａ", "12-34A");
        same("１２ー３４", "12−34");
        same("ｻﾄｰ", "サトー");
        same("ヴ", "ｳﾞ");
        assert_ne!(compare_key("ハ"), compare_key("バ"));
        assert_ne!(compare_key("サトー"), compare_key("サト"));
    }

    #[test]
    fn a_key_is_its_own_key() {
        for text in ["ゥﾞ", "ウ ゛", "ヵ\u{3099}ｯ", "ハ　ﾟー", "は゜"] {
            let key = compare_key(text);
            assert_eq!(compare_key(&key), key, "{text}");
        }
        same("ウ ゛", "ヴ");
    }

    #[test]
    fn kana_go_both_ways() {
        for half in ["ｲﾘｮｳ ﾀﾛｳ", "ﾊﾞｯﾊﾟｳﾞｧｰ", "ｶﾞﾝﾀﾞﾑ･ｲﾁ", "A1 漢字"]
        {
            assert_eq!(half_kana(&full_kana(half)), half);
        }
        assert_eq!(full_kana("ｲﾘｮｳ ﾀﾛｳ"), "イリョウ　タロウ");
        assert_eq!(
            half_kana("ガギグゲゴザジズゼゾダヂヅデドバビブベボ"),
            "ｶﾞｷﾞｸﾞｹﾞｺﾞｻﾞｼﾞｽﾞｾﾞｿﾞﾀﾞﾁﾞﾂﾞﾃﾞﾄﾞﾊﾞﾋﾞﾌﾞﾍﾞﾎﾞ"
        );
    }

    #[test]
    fn full_width_is_the_same_after_half_width() {
        // Every two of what a name in kana is made of, and what gets in between.
        // An interpreter gets a part of them.
        let all: Vec<char> = ('ぁ'..='ヿ')
            .chain('｡'..='ﾟ')
            .chain(" \u{3000}\u{3099}\u{309A}\u{FFFD}ー・。「A漢".chars())
            .step_by(if cfg!(miri) { 13 } else { 1 })
            .collect();
        for first in &all {
            for second in &all {
                let full = full_kana(&String::from_iter([first, second]));
                assert_eq!(full_kana(&half_kana(&full)), full, "{first:?} {second:?}");
            }
        }
        assert_eq!(full_kana("ウﾞウ゛ｳ゛うﾞ"), "ヴヴヴう゛");
    }

    #[test]
    fn the_half_width_table_is_complete() {
        assert_eq!(WIDE.chars().count(), 0x3A);
        assert_eq!(compare_key("ｦﾝ"), "ヲン");
    }
}
