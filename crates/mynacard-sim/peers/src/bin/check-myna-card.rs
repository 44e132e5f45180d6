//! One check with the crate `myna-card`.

use std::error::Error;

use myna_card::ap::jpki::{JpkiAp, SignatureScheme};
use myna_card::transport::pcsc::{self, Sharing};
use myna_card::Pin;
use mynacard_sim_peers::{Task, digest_info};

fn main() -> Result<(), Box<dyn Error>> {
    let task = Task::read()?;
    let mut card = pcsc::connect_any(Sharing::Exclusive)?;
    let mut jpki = JpkiAp::select(&mut card)?;
    let certificate = jpki.read_auth_certificate_der()?;
    jpki.verify_auth_pin(&Pin::numeric(&task.pin)?)?;
    let signature = jpki.sign_with_auth_key(SignatureScheme::Verbatim, &digest_info(&task.message))?;
    task.finish(&certificate, &signature)
}
