//! The codes that the crates list, for every test that wants them all.

/// Each code with its name.
pub(crate) fn codes() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lists: &[&[(&str, &str)]] = &[
        mynacard::card::CODES,
        mynacard::cert::CODES,
        mynacard::eligibility::CODES,
        mynacard::auth::CODES,
        mynacard::client::CODES,
        mynacard::checkup::CODES,
        #[cfg(feature = "pcsc")]
        mynacard::pcsc::CODES,
    ];
    lists.iter().copied().flatten().copied()
}
