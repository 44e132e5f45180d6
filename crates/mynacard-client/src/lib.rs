//! Eligibility services: HTTPS with mutual TLS, and folder exchange with OQSComApp.
//!
//! Feature `https`: [`https::HttpsService`] speaks to a web service (Web サービス方式). Feature `folder`: the module `folder`
//! exchanges files with OQSComApp on the same network (連携アプリ). Both are on by default, and neither changes what the other does.
//!
//! ```
//! let codes: Vec<_> = mynacard_client::CODES.iter().map(|(code, _)| *code).collect();
//! assert!(codes.iter().all(|code| code.starts_with("MC-6")));
//! ```
//!
//! | for | look at |
//! |---|---|
//! | address and authority of a service | [`https::Endpoint`] |
//! | the service itself, with one terminal's certificate | [`https::HttpsService`] |
//! | another connection than HTTPS of this library | [`https::Carrier`] |
//! | what the face reader of the 資格確認端末 confirmed | [`folder::FaceFolder`] |
//! | questions to OQSComApp, and their answers | [`folder::Exchange`] |

#[cfg(feature = "https")]
pub mod https;

#[cfg(feature = "folder")]
pub mod folder;

#[doc(inline)]
pub use mynacard_auth::service::{
    CODES as SERVICE_CODES, ServiceError as Error, ServiceErrorKind as ErrorKind,
};

#[cfg(feature = "folder")]
const FOLDER_CODES: &[(&str, &str)] = folder::CODES;
#[cfg(not(feature = "folder"))]
const FOLDER_CODES: &[(&str, &str)] = &[];

/// Every code of this crate, with its name: the service's (MC-60xx, MC-61xx) and the folder's (MC-65xx).
pub const CODES: &[(&str, &str)] = &{
    let mut all = [("", ""); SERVICE_CODES.len() + FOLDER_CODES.len()];
    let (service, folder) = all.split_at_mut(SERVICE_CODES.len());
    service.copy_from_slice(SERVICE_CODES);
    folder.copy_from_slice(FOLDER_CODES);
    all
};
