//! The hierarchies and what a certificate of each must say about itself: tables, so that a new policy is a line.

use std::fmt;

/// What a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "kebab-case")
)]
pub enum Usage {
    /// 利用者証明用: user authentication. Says nothing about who the holder is.
    Authentication,
    /// 署名用: digital signature. Carries name, address, birth date and sex.
    Signature,
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Usage::Authentication => "user authentication",
            Usage::Signature => "digital signature",
        })
    }
}

/// Who vouches for a certificate. Hierarchies are never mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "kebab-case")
)]
#[non_exhaustive]
pub enum Hierarchy {
    /// 公的個人認証サービス (JPKI), `O=JPKI`: real people.
    Production,
    /// J-LIS's test cards, `O=JPKI-TEST`.
    JpkiTest,
    /// This project's virtual card, `O=MYNACARD-SIMULATION`: its keys are public knowledge and prove nothing.
    Simulation,
    /// A root that the caller added.
    Custom,
}

impl fmt::Display for Hierarchy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Hierarchy::Production => "production",
            Hierarchy::JpkiTest => "JPKI test",
            Hierarchy::Simulation => "simulation",
            Hierarchy::Custom => "custom",
        })
    }
}

impl Hierarchy {
    /// The hierarchy whose roots carry this organisation name.
    pub(crate) fn of_organization(name: &str) -> Option<Self> {
        match name {
            "JPKI" => Some(Hierarchy::Production),
            "JPKI-TEST" => Some(Hierarchy::JpkiTest),
            "MYNACARD-SIMULATION" => Some(Hierarchy::Simulation),
            _ => None,
        }
    }
}

/// Object identifiers of the certificate policies.
///
/// ```
/// use mynacard_cert::policy;
///
/// // A test card's certificates can be told from a person's by the policy alone.
/// assert_ne!(policy::TEST_AUTHENTICATION, policy::AUTHENTICATION);
/// assert_eq!(policy::SIMULATION_AUTHENTICATION, policy::TEST_AUTHENTICATION);
/// ```
pub mod policy {
    /// User authentication, production.
    pub const AUTHENTICATION: &str = "1.2.392.200149.8.5.1.3.30";
    /// Digital signature, production.
    pub const SIGNATURE: &str = "1.2.392.200149.8.5.1.1.20";
    /// User authentication, JPKI test cards.
    pub const TEST_AUTHENTICATION: &str = "1.2.392.200149.8.5.1.0.30";
    /// Digital signature, JPKI test cards.
    pub const TEST_SIGNATURE: &str = "1.2.392.200149.8.5.1.0.20";
    /// User authentication, simulation: that of the test cards, whose certificates it imitates.
    pub const SIMULATION_AUTHENTICATION: &str = TEST_AUTHENTICATION;
    /// Digital signature, simulation: that of the test cards, whose certificates it imitates.
    pub const SIMULATION_SIGNATURE: &str = TEST_SIGNATURE;
}

/// The policies known from the beginning. A custom root issues under the production policies unless the caller says
/// otherwise.
pub(crate) const POLICIES: &[(Hierarchy, Usage, &str)] = &[
    (
        Hierarchy::Production,
        Usage::Authentication,
        policy::AUTHENTICATION,
    ),
    (Hierarchy::Production, Usage::Signature, policy::SIGNATURE),
    (
        Hierarchy::JpkiTest,
        Usage::Authentication,
        policy::TEST_AUTHENTICATION,
    ),
    (
        Hierarchy::JpkiTest,
        Usage::Signature,
        policy::TEST_SIGNATURE,
    ),
    (
        Hierarchy::Simulation,
        Usage::Authentication,
        policy::SIMULATION_AUTHENTICATION,
    ),
    (
        Hierarchy::Simulation,
        Usage::Signature,
        policy::SIMULATION_SIGNATURE,
    ),
    (
        Hierarchy::Custom,
        Usage::Authentication,
        policy::AUTHENTICATION,
    ),
    (Hierarchy::Custom, Usage::Signature, policy::SIGNATURE),
];

/// A purpose as a type: [`Authentication`] or [`Signature`].
pub trait Purpose: sealed::Sealed {
    /// The same as a value.
    const USAGE: Usage;
}

/// User authentication (利用者証明用).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authentication {}

/// Digital signature (署名用).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {}

impl Purpose for Authentication {
    const USAGE: Usage = Usage::Authentication;
}

impl Purpose for Signature {
    const USAGE: Usage = Usage::Signature;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Authentication {}
    impl Sealed for super::Signature {}
}
