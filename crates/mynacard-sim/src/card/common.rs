//! The small applications: 共通カードAP with the card's own numbers, 住基AP with its PIN, and the card manager.

use super::file::{Access, Application, Change, Content, File};
use super::issue::Issue;
use crate::people::Person;

pub(crate) const COMMON_AID: [u8; 10] =
    [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00];
pub(crate) const REGISTRY_AID: [u8; 10] =
    [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x01];
const MANAGER_AID: [u8; 7] = [0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];
/// The file of the PIN in both.
pub(crate) const PIN: u16 = 0x001C;

/// 共通カードAP: serial, municipality, expiry.
pub(crate) fn common(person: &Person, issue: &Issue) -> Application {
    let text = [issue.serial.as_str(), person.municipality(), &issue.expiry].concat();
    let record = crate::pki::der::tlv(0x01, text.as_bytes());
    let info = File {
        id: 0x0001,
        content: Content::Records {
            records: vec![record],
            read: Access::Free,
        },
    };
    application(&COMMON_AID, person, vec![info])
}

/// 住基AP: a PIN with its counter.
pub(crate) fn registry(person: &Person) -> Application {
    application(&REGISTRY_AID, person, Vec::new())
}

/// The issuer's security domain, whose only use here is to leave another application.
pub(crate) fn manager() -> Application {
    Application {
        aid: MANAGER_AID.to_vec(),
        change: Change::None,
        certificate: None,
        presence: None,
        files: Vec::new(),
    }
}

fn application(aid: &[u8], person: &Person, mut files: Vec<File>) -> Application {
    files.push(File::reference(
        PIN,
        person.pin(),
        if person.pin().is_some() { 3 } else { 0 },
        3,
    ));
    Application {
        aid: aid.to_vec(),
        change: Change::Proprietary,
        certificate: None,
        presence: None,
        files,
    }
}
