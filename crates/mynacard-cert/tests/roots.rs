//! The pinned roots are the published ones, and fit to be roots.

use mynacard_cert::{Hierarchy, TrustStore, Usage};

/// SHA-256 as published, by file.
const PUBLISHED: [(Usage, &str); 6] = [
    (
        Usage::Authentication,
        "4DCFC4CA0AAF9FB2A3081B3F0C991C320B3ACC008667A341EEAEC5AF1D58CA7D",
    ),
    (
        Usage::Authentication,
        "0D98DE47FC11B7F67126874B7028B6026A803D2638D6EDFE53176953961FADE6",
    ),
    (
        Usage::Authentication,
        "64114F29620C24ED2631D46476A040E7EE740D956089C00B036A6A8118C322B5",
    ),
    (
        Usage::Signature,
        "19645405A1FE14377434BD55957628AC4038557C542403A2243F21C706FC9355",
    ),
    (
        Usage::Signature,
        "79679C33E4CC9319440F1AD120A597FF1844E2EF217063ADB176966FD5E6FBEB",
    ),
    (
        Usage::Signature,
        "D227F6CDE11D35C5252178F106F843D24651944975413B539FA2FB68DBFA365F",
    ),
];

#[test]
fn production_roots_are_the_published_ones() {
    let store = TrustStore::production();
    let found: Vec<(Usage, String)> = store
        .roots()
        .map(|root| {
            assert_eq!(root.hierarchy(), Hierarchy::Production);
            let digest = root.certificate().sha256();
            (
                root.usage(),
                digest.iter().map(|b| format!("{b:02X}")).collect(),
            )
        })
        .collect();
    assert_eq!(
        found,
        PUBLISHED.map(|(usage, digest)| (usage, digest.to_owned()))
    );
}

#[test]
fn every_pinned_root_passes_what_a_callers_root_must_pass() {
    for store in [TrustStore::production(), TrustStore::simulation()] {
        for root in store.roots() {
            let der = root.certificate().as_der();
            let offered = TrustStore::empty().with_root(der, root.usage());
            match root.hierarchy() {
                Hierarchy::Simulation => {
                    assert!(offered.is_err(), "only code enables the simulation")
                }
                _ => assert_eq!(offered.unwrap().roots().count(), 1),
            }
        }
    }
}
