//! How the command registers a terminal, for every test that needs one.

use mynacard_sandbox::UserSettings;

/// The arguments, with the code on descriptor 0; what they lack is the word that the terms were read.
pub(crate) fn unaccepted<'a>(
    service: &'a str,
    authority: &'a str,
    settings: &'a UserSettings,
) -> Vec<&'a str> {
    vec![
        "terminal",
        "activate",
        "--service",
        service,
        "--ca",
        authority,
        "--institution",
        &settings.institution_code,
        "--id",
        &settings.id,
        "--code-fd",
        "0",
    ]
}

/// The same with the terms accepted.
pub(crate) fn arguments<'a>(
    service: &'a str,
    authority: &'a str,
    settings: &'a UserSettings,
) -> Vec<&'a str> {
    let mut all = unaccepted(service, authority, settings);
    all.push("--accept-terms");
    all
}
