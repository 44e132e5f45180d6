//! Institutions (機関), what they may do, and what the portal hands out for one terminal.

use serde::{Deserialize, Serialize};

/// What the portal hands out for one terminal: ユーザー設定情報.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserSettings {
    /// 機関コード: ten digits.
    pub institution_code: String,
    /// ID, like `W0000001`.
    pub id: String,
    /// アクティベーションコード: works once, and expires.
    pub activation_code: String,
}

impl std::fmt::Debug for UserSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserSettings")
            .field("institution_code", &self.institution_code)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// An institution as the stand-in's register knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Institution {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) kind: InstitutionKind,
    pub(crate) visual_check: bool,
    pub(crate) purposes: Vec<Purpose>,
    pub(crate) terminal_limit: u32,
}

impl Institution {
    /// An institution with what its kind may do, the visual check, and up to 20 terminals.
    ///
    /// `code` is the ten-digit code (機関コード).
    pub fn new(code: &str, name: &str, kind: InstitutionKind) -> Self {
        Self {
            code: code.to_owned(),
            name: name.to_owned(),
            kind,
            visual_check: true,
            purposes: kind.purposes().to_vec(),
            terminal_limit: 20,
        }
    }

    /// Whether it may use the visual check (目視確認).
    #[must_use]
    pub fn visual_check(mut self, allowed: bool) -> Self {
        self.visual_check = allowed;
        self
    }

    /// The purposes it may confirm insurance for.
    #[must_use]
    pub fn purposes(mut self, purposes: &[Purpose]) -> Self {
        self.purposes = purposes.to_vec();
        self
    }

    /// How many terminals may be active at once.
    #[must_use]
    pub fn terminal_limit(mut self, terminals: u32) -> Self {
        self.terminal_limit = terminals;
        self
    }

    /// The ten-digit code (機関コード).
    pub fn code(&self) -> &str {
        &self.code
    }
}

impl Default for Institution {
    /// A clinic in Tokyo that may do everything the protocol knows.
    fn default() -> Self {
        Self::new(
            "1312345679",
            "サンドボックス診療所",
            InstitutionKind::Clinic,
        )
        .purposes(Purpose::PERMITTED)
    }
}

/// The kind of an institution (機関種別).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InstitutionKind {
    /// 医科 clinic or hospital.
    Clinic,
    /// 歯科.
    Dental,
    /// 薬局 pharmacy.
    Pharmacy,
    /// 訪問看護 home nursing.
    HomeNursing,
    /// 施術所 with 受領委任.
    Therapist,
    /// 健診・保健指導機関 checkup institution.
    Checkup,
    /// 助産所.
    Midwifery,
    /// An insurer (保険者) that runs checkups itself.
    Insurer,
}

impl InstitutionKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::Clinic,
        Self::Dental,
        Self::Pharmacy,
        Self::HomeNursing,
        Self::Therapist,
        Self::Checkup,
        Self::Midwifery,
        Self::Insurer,
    ];

    /// As it travels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clinic => "clinic",
            Self::Dental => "dental",
            Self::Pharmacy => "pharmacy",
            Self::HomeNursing => "home-nursing",
            Self::Therapist => "therapist",
            Self::Checkup => "checkup",
            Self::Midwifery => "midwifery",
            Self::Insurer => "insurer",
        }
    }

    /// The kind written so, if there is one.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }

    /// The purposes an institution of this kind may confirm insurance for.
    pub const fn purposes(self) -> &'static [Purpose] {
        match self {
            Self::Clinic => &[
                Purpose::Reception,
                Purpose::Checkup,
                Purpose::ContractCheckup,
                Purpose::Visiting,
            ],
            Self::Dental => &[Purpose::Reception, Purpose::Checkup, Purpose::Visiting],
            Self::Pharmacy => &[Purpose::Reception, Purpose::Checkup, Purpose::Visiting],
            Self::HomeNursing => &[Purpose::Visiting],
            Self::Therapist => &[Purpose::Reception, Purpose::Visiting],
            Self::Checkup | Self::Insurer => &[Purpose::Checkup, Purpose::ContractCheckup],
            Self::Midwifery => &[Purpose::Midwifery],
        }
    }
}

/// What insurance is confirmed for (利用目的).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// Reception (受付).
    Reception,
    /// 特定健診・特定保健指導: is the visitor enrolled with the contracting insurer?
    Checkup,
    /// 人間ドック where the contract with the insurer needs it.
    ContractCheckup,
    /// 助産所: 出産育児一時金等の直接支払制度.
    Midwifery,
    /// Visits at home (訪問診療, 訪問看護).
    Visiting,
    /// Identity alone: **never permitted**, named so that it can be refused with advice.
    IdentityOnly,
}

impl Purpose {
    /// Every purpose that some institution may have.
    pub const PERMITTED: &'static [Self] = &[
        Self::Reception,
        Self::Checkup,
        Self::ContractCheckup,
        Self::Midwifery,
        Self::Visiting,
    ];

    /// As it travels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reception => "reception",
            Self::Checkup => "checkup",
            Self::ContractCheckup => "contract-checkup",
            Self::Midwifery => "midwifery",
            Self::Visiting => "visiting",
            Self::IdentityOnly => "identity-only",
        }
    }

    /// The purpose written so, if there is one.
    pub fn parse(text: &str) -> Option<Self> {
        Self::PERMITTED
            .iter()
            .copied()
            .chain([Self::IdentityOnly])
            .find(|purpose| purpose.as_str() == text)
    }
}
