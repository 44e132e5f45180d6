//! The portals' rules for what is typed into their forms.

use mynacard_eligibility::identifier::{self, InstitutionCode, InsurerNumber, PREFECTURES};
use mynacard_eligibility::{Date, Encoding, Unmappable};

use crate::InstitutionKind;

/// Which portal an institution uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Portal {
    /// 医療機関等向け総合ポータルサイト.
    Medical,
    /// 施術所等向け総合ポータルサイト.
    Other,
}

impl Portal {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "medical" => Some(Self::Medical),
            "other" => Some(Self::Other),
            _ => None,
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Medical => "medical",
            Self::Other => "other",
        }
    }
}

/// What an institution registers for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Patients (受付, 訪問).
    Patients,
    /// 特定健診・特定保健指導.
    Checkups,
}

impl Role {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "patients" => Some(Self::Patients),
            "checkups" => Some(Self::Checkups),
            _ => None,
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Patients => "patients",
            Self::Checkups => "checkups",
        }
    }
}

/// The portal of an institution in a role; none where it cannot have the role.
pub(super) fn portal_of(kind: InstitutionKind, role: Role) -> Option<Portal> {
    use InstitutionKind as Kind;
    match (kind, role) {
        (Kind::Clinic, _) => Some(Portal::Medical),
        (Kind::Dental | Kind::Pharmacy | Kind::HomeNursing, Role::Patients) => {
            Some(Portal::Medical)
        }
        (Kind::Dental | Kind::Pharmacy, Role::Checkups) => Some(Portal::Other),
        (Kind::Checkup | Kind::Insurer, Role::Checkups) => Some(Portal::Other),
        (Kind::Therapist | Kind::Midwifery, Role::Patients) => Some(Portal::Other),
        _ => None,
    }
}

/// The ten-digit code from what the form asks for: prefecture and seven digits. Insurers have the
/// ten digits of their 導入届 instead.
///
/// The table of 施術所 and 助産所 is not public: the third digit 9, unchecked, is this stand-in's.
pub(super) fn institution_code(
    kind: InstitutionKind,
    prefecture: &str,
    code: &str,
) -> Result<String, &'static str> {
    let length = match kind {
        InstitutionKind::Insurer => 10,
        _ => 7,
    };
    if code.len() != length || !code.bytes().all(|b| b.is_ascii_digit()) {
        return Err("not seven half-width digits (ten for an insurer)");
    }
    let table = match kind {
        InstitutionKind::Clinic => '1',
        InstitutionKind::Checkup => '2',
        InstitutionKind::Dental => '3',
        InstitutionKind::Pharmacy => '4',
        InstitutionKind::HomeNursing => '6',
        InstitutionKind::Therapist | InstitutionKind::Midwifery => {
            return Ok(format!("{prefecture}9{code}"));
        }
        InstitutionKind::Insurer => return Ok(code.to_owned()),
    };
    let whole = format!("{prefecture}{table}{code}");
    match InstitutionCode::strict(&whole) {
        Ok(_) => Ok(whole),
        Err(_) => Err("the check digit over the whole code is wrong"),
    }
}

/// `01` to `47`.
pub(super) fn is_prefecture(text: &str) -> bool {
    text.len() == 2
        && text
            .parse::<u8>()
            .is_ok_and(|number| (1..=47).contains(&number))
        && text.bytes().all(|b| b.is_ascii_digit())
}

/// Half-width digits with the leading zero, no hyphens.
pub(super) fn is_phone(text: &str) -> bool {
    (10..=11).contains(&text.len())
        && text.starts_with('0')
        && text.bytes().all(|b| b.is_ascii_digit())
}

/// Lower case, digits and `. - _ +` around one `@`.
pub(super) fn is_mail(text: &str) -> bool {
    let allowed = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-_+".contains(&b))
    };
    match text.split_once('@') {
        Some((local, domain)) => {
            allowed(local)
                && allowed(domain)
                && domain.contains('.')
                && !domain.split('.').any(str::is_empty)
                && text.len() <= 254
        }
        None => false,
    }
}

/// 8 to 100 characters with upper case, lower case and a digit.
pub(super) fn is_password(text: &str) -> bool {
    (8..=100).contains(&text.chars().count())
        && text.chars().any(|c| c.is_ascii_uppercase())
        && text.chars().any(|c| c.is_ascii_lowercase())
        && text.chars().any(|c| c.is_ascii_digit())
}

/// Full width, of JIS level 1 and 2: no platform-dependent characters.
pub(super) fn is_full_width_jis(text: &str) -> bool {
    !text.is_empty() && text.chars().all(in_jis_x_0208)
}

// Rows 1 to 8 and 16 to 84 of JIS X 0208, by their place in code page 932; NEC's row 13 and IBM's
// extensions lie outside.
fn in_jis_x_0208(c: char) -> bool {
    let mut buffer = [0; 4];
    let Ok(encoded) = Encoding::ShiftJis.encode(c.encode_utf8(&mut buffer), Unmappable::Refuse)
    else {
        return false;
    };
    match encoded.bytes.as_slice() {
        [lead, trail] => {
            let (lead, trail) = (u16::from(*lead), u16::from(*trail));
            let lead = if lead >= 0xE0 { lead - 0x40 } else { lead };
            let row = (lead - 0x81) * 2 + if trail >= 0x9F { 2 } else { 1 };
            matches!(row, 1..=8 | 16..=84)
        }
        _ => false,
    }
}

/// Full-width katakana, with spaces, the long mark, and, for addresses, digits and hyphens.
pub(super) fn is_kana(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| {
            matches!(c, 'ァ'..='ヶ' | 'ー' | '・' | '　' | '０'..='９' | '－' | '0'..='9' | '-')
        })
}

/// From the prefecture on, with 丁目 and 番地 written 2-1-3.
pub(super) fn is_address(text: &str) -> bool {
    let rest = PREFECTURES.iter().find_map(|name| text.strip_prefix(name));
    rest.is_some_and(|rest| !rest.trim().is_empty())
        && !["丁目", "番地"].iter().any(|word| text.contains(word))
}

/// Whether an address lies in the prefecture of this number.
pub(super) fn is_within(address: &str, prefecture: &str) -> bool {
    identifier::prefecture(prefecture).is_some_and(|name| address.starts_with(name))
}

/// A date `YYYYMMDD` that exists.
pub(super) fn is_date(text: &str) -> bool {
    Date::from_basic(text).is_some()
}

/// 保険者コード: left-aligned in ten boxes, six or eight digits with the right check digit.
pub(super) fn is_insurer_code(text: &str) -> bool {
    let digits = text.trim_end_matches(' ');
    digits.bytes().all(|b| b.is_ascii_digit())
        && InsurerNumber::strict(digits).is_ok()
        && text.len() <= 10
}

/// 郵便番号 with its hyphen.
pub(super) fn is_post_number(text: &str) -> bool {
    text.len() == 8
        && text.bytes().enumerate().all(|(at, b)| {
            if at == 3 {
                b == b'-'
            } else {
                b.is_ascii_digit()
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_founders_are_jis_level_1_and_2() {
        for good in ["山田太郎", "ＡＢＣ", "医療法人　青空会", "龜", "熙"] {
            assert!(is_full_width_jis(good), "{good}");
        }
        for bad in [
            "",
            "yamada",
            "ﾔﾏﾀﾞ",
            "①",
            "㈱",
            "髙橋",
            "﨑",
            "𠮷田",
            "Ⅲ",
            "😀",
        ] {
            assert!(!is_full_width_jis(bad), "{bad}");
        }
    }

    #[test]
    fn forms_take_what_the_portals_take() {
        assert!(is_phone("0312345678") && is_phone("09012345678"));
        for bad in [
            "03-1234-5678",
            "０３１２３４５６７８",
            "1312345678",
            "031234567",
            "",
        ] {
            assert!(!is_phone(bad), "{bad}");
        }
        assert!(is_mail("a.b-c_d+e9@example.co.jp"));
        for bad in [
            "A@example.jp",
            "a@b",
            "a@@b.jp",
            "a b@example.jp",
            "@b.jp",
            "a@..",
        ] {
            assert!(!is_mail(bad), "{bad}");
        }
        assert!(is_password("Abcdefg1") && is_password(&format!("Aa1{}", "x".repeat(97))));
        for bad in [
            "Abcdef1",
            "abcdefg1",
            "ABCDEFG1",
            "Abcdefgh",
            &format!("Aa1{}", "x".repeat(98)),
        ] {
            assert!(!is_password(bad), "{bad}");
        }
        assert!(is_address("東京都千代田区霞が関2-1-3"));
        assert!(is_within("京都府京都市上京区1-2", "26") && !is_within("京都府1-2", "13"));
        assert!(
            !is_address("都道府県1-2-3") && !is_address("東京都") && !is_within("東京都1", "00")
        );
        assert!(!is_address("東京都千代田区霞が関２丁目１番地３") && !is_address("千代田区2-1-3"));
        assert!(is_kana("イリョウホウジン　アオゾラ") && !is_kana("いりょう") && !is_kana("ｲﾘｮｳ"));
        assert!(is_insurer_code("06130488") && is_insurer_code("138016    "));
        assert!(!is_insurer_code("  06130488") && !is_insurer_code(" 138016"));
        assert!(!is_insurer_code("06130489") && !is_insurer_code("138016     "));
        assert!(is_post_number("100-0013") && !is_post_number("1000013"));
        assert!(is_prefecture("01") && is_prefecture("47"));
        assert!(!is_prefecture("48") && !is_prefecture("00") && !is_prefecture("+1"));
    }

    #[test]
    fn codes_are_completed_from_the_form() {
        let code = |kind, prefecture, seven| institution_code(kind, prefecture, seven).ok();
        assert_eq!(
            code(InstitutionKind::Clinic, "13", "2345679").as_deref(),
            Some("1312345679")
        );
        assert_eq!(code(InstitutionKind::Clinic, "13", "2345678"), None);
        assert_eq!(code(InstitutionKind::Clinic, "13", "234567"), None);
        assert_eq!(
            code(InstitutionKind::Insurer, "13", "5000000001").as_deref(),
            Some("5000000001")
        );
        assert_eq!(
            code(InstitutionKind::Therapist, "27", "1234567").as_deref(),
            Some("2791234567")
        );
    }

    #[test]
    fn every_institution_has_its_portal() {
        use InstitutionKind as Kind;
        for (kind, role, portal) in [
            (Kind::Clinic, Role::Patients, Some(Portal::Medical)),
            (Kind::Clinic, Role::Checkups, Some(Portal::Medical)),
            (Kind::Dental, Role::Patients, Some(Portal::Medical)),
            (Kind::Dental, Role::Checkups, Some(Portal::Other)),
            (Kind::Pharmacy, Role::Checkups, Some(Portal::Other)),
            (Kind::HomeNursing, Role::Patients, Some(Portal::Medical)),
            (Kind::HomeNursing, Role::Checkups, None),
            (Kind::Checkup, Role::Checkups, Some(Portal::Other)),
            (Kind::Checkup, Role::Patients, None),
            (Kind::Insurer, Role::Checkups, Some(Portal::Other)),
            (Kind::Therapist, Role::Patients, Some(Portal::Other)),
            (Kind::Therapist, Role::Checkups, None),
            (Kind::Midwifery, Role::Patients, Some(Portal::Other)),
        ] {
            assert_eq!(portal_of(kind, role), portal, "{kind:?} {role:?}");
        }
    }
}
