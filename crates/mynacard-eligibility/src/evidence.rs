//! Which proof of insurance was used at the desk, by every kind of institution: clinics, pharmacies, checkup institutions.
//!
//! ```
//! use mynacard_eligibility::Evidence;
//!
//! let names: Vec<_> = Evidence::ALL.iter().map(|proof| proof.as_str()).collect();
//! assert!(names.contains(&"online-pin") && names.contains(&"portal-screen"));
//! ```

/// How the insurance of this visit was established.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Evidence {
    /// An online check (オンライン資格確認).
    Online(Query),
    /// マイナ保険証 with the マイナポータル screen 資格情報画面.
    PortalScreen,
    /// マイナ保険証 with the notice 資格情報のお知らせ.
    NoticeWithCard,
    /// 資格確認書.
    EligibilityCertificate,
}

/// Which online query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Query {
    /// Card and PIN.
    Pin,
    /// Card and a member of staff's eyes.
    Visual,
    /// Without the card, under a consent (訪問診療等).
    Requery,
    /// OQSComApp's own reader.
    FaceReader,
}

impl Evidence {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Online(Query::Pin),
        Self::Online(Query::Visual),
        Self::Online(Query::Requery),
        Self::Online(Query::FaceReader),
        Self::PortalScreen,
        Self::NoticeWithCard,
        Self::EligibilityCertificate,
    ];

    /// A stable name for files and programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Online(Query::Pin) => "online-pin",
            Self::Online(Query::Visual) => "online-visual",
            Self::Online(Query::Requery) => "online-requery",
            Self::Online(Query::FaceReader) => "online-face-reader",
            Self::PortalScreen => "portal-screen",
            Self::NoticeWithCard => "notice-with-card",
            Self::EligibilityCertificate => "eligibility-certificate",
        }
    }
}

impl std::fmt::Display for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
