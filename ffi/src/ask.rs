//! What a check asks for.

use mynacard::auth::home::{ConsentKind, ConsentKinds};
use mynacard::auth::{CheckContext, Extra, Method, Purpose};

use crate::failure::Failure;
use crate::input::{Versioned, choice, ends};
use crate::status::mynacard_status;

/// What a check is for.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum mynacard_purpose {
    /// 受付での資格確認.
    Reception = 0,
    /// 特定健診・特定保健指導.
    Checkup = 1,
    /// 人間ドック, where the contract with the insurer needs it.
    ContractCheckup = 2,
    /// 助産所: 直接支払制度.
    Midwifery = 3,
    /// 訪問診療等, オンライン診療等.
    Visiting = 4,
}

/// How the person's identity is established.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum mynacard_method {
    /// By PIN.
    Pin = 0,
    /// Staff compare photo and person (目視確認).
    Visual = 1,
}

/// What a check asks for.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mynacard_ask {
    /// `sizeof(mynacard_ask)`; set by `MYNACARD_ASK_INIT`.
    pub struct_size: usize,
    /// A `mynacard_purpose`.
    pub purpose: i32,
    /// A `mynacard_method`.
    pub method: i32,
    /// 1 when the patient agreed to show 限度額適用認定証等.
    pub limit_application: i32,
    /// 1 when the patient agreed to show 特定疾病療養受療証.
    pub specific_diseases: i32,
    /// What further information the patient agrees to (居宅同意取得型), a sum of `mynacard_consent`: her card signs it, and
    /// `mynacard_desk_home` registers it afterwards.
    pub consents: u32,
    /// Zero: a later version's option may stand here.
    pub reserved: u32,
}

/// A kind of information that a patient may agree to have shown without her card.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum mynacard_consent {
    /// 健診.
    Checkups = 1,
    /// 薬剤.
    Medicines = 2,
    /// 診療.
    Treatment = 4,
    /// 手術.
    Operations = 8,
}

// SAFETY: numbers; the size comes first.
unsafe impl Versioned for mynacard_ask {
    const ENDS: &[usize] = ends!(specific_diseases, consents, reserved);
    const DEFAULT: Self = Self {
        struct_size: 0,
        purpose: 0,
        method: 0,
        limit_application: 0,
        specific_diseases: 0,
        consents: 0,
        reserved: 0,
    };

    fn is_known(&self) -> bool {
        self.reserved == 0
    }
}

/// An option that is on or off.
pub(crate) const SWITCH: &[(i32, bool)] = &[(0, false), (1, true)];

/// The question in the library's own terms.
pub(crate) fn context(ask: &mynacard_ask) -> Result<CheckContext, Failure> {
    const PURPOSES: &[(i32, Purpose)] = &[
        (mynacard_purpose::Reception as i32, Purpose::Reception),
        (mynacard_purpose::Checkup as i32, Purpose::Checkup),
        (
            mynacard_purpose::ContractCheckup as i32,
            Purpose::ContractCheckup,
        ),
        (mynacard_purpose::Midwifery as i32, Purpose::Midwifery),
        (mynacard_purpose::Visiting as i32, Purpose::Visiting),
    ];
    const METHODS: &[(i32, Method)] = &[
        (mynacard_method::Pin as i32, Method::Pin),
        (mynacard_method::Visual as i32, Method::Visual),
    ];
    let purpose = choice("ask.purpose", ask.purpose, PURPOSES)?;
    let mut context = CheckContext::new(purpose).by(choice("ask.method", ask.method, METHODS)?);
    if choice("ask.limit_application", ask.limit_application, SWITCH)? {
        context = context.with(Extra::LimitApplication);
    }
    if choice("ask.specific_diseases", ask.specific_diseases, SWITCH)? {
        context = context.with(Extra::SpecificDiseases);
    }
    if ask.consents != 0 {
        context = context.consenting(consents(ask.consents)?);
    }
    Ok(context)
}

/// The kinds of a sum of `mynacard_consent`.
fn consents(sum: u32) -> Result<ConsentKinds, Failure> {
    const KINDS: &[(mynacard_consent, ConsentKind)] = &[
        (mynacard_consent::Checkups, ConsentKind::Checkups),
        (mynacard_consent::Medicines, ConsentKind::Medicines),
        (mynacard_consent::Treatment, ConsentKind::Treatment),
        (mynacard_consent::Operations, ConsentKind::Operations),
    ];
    let known = KINDS.iter().fold(0, |sum, (kind, _)| sum | *kind as u32);
    if sum & !known != 0 {
        return Err(Failure::new(
            mynacard_status::InvalidArgument,
            "ask.consents: an unknown kind",
        ));
    }
    let kinds = KINDS.iter().filter(|(kind, _)| sum & *kind as u32 != 0);
    Ok(ConsentKinds::of(kinds.map(|(_, kind)| *kind))?)
}
