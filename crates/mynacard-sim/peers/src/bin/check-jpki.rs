//! One check with the crate `jpki`.

use std::error::Error;
use std::rc::Rc;

use jpki::Card;
use jpki::ap::CryptoAp;
use jpki::ap::crypto::CertType;
use jpki::pcsc::Context;
use mynacard_sim_peers::{Task, digest_info};

fn main() -> Result<(), Box<dyn Error>> {
    let task = Task::read()?;
    let context = Context::try_new()?;
    let card = context.open()?.connect(context)?;
    let jpki = CryptoAp::open((), Rc::new(Card::new(Box::new(card)))).map_err(|error| error.to_string())?;
    let certificate = jpki.read_certificate((), CertType::Auth, Vec::new()).map_err(|error| error.to_string())?;
    let signature = jpki
        .auth((), task.pin.clone().into_bytes(), digest_info(&task.message))
        .map_err(|error| error.to_string())?;
    task.finish(&certificate, &signature)
}
