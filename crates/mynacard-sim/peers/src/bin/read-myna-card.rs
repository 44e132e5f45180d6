//! Reads the applications beside JPKI with the crate `myna-card` and checks their signatures as it understands them:
//! `PIN BIRTH-KEY NUMBER-B`.
//!
//! It prints one line for each thing that held. Neither the My Number nor its image is read.

use std::error::Error;

use myna_card::Pin;
use myna_card::ap::common::CommonAp;
use myna_card::ap::jpki::{JpkiAp, SignatureScheme};
use myna_card::ap::juki::JukiAp;
use myna_card::ap::surface::SurfaceAp;
use myna_card::ap::text::TextAp;
use myna_card::transport::pcsc::{self, Sharing};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [pin, birth, number_b] = arguments.as_slice() else { return Err("usage: PIN BIRTH-KEY NUMBER-B".into()) };
    let pin = Pin::numeric(pin)?;
    let mut card = pcsc::connect_any(Sharing::Exclusive)?;

    let mut common = CommonAp::select(&mut card)?;
    let info = common.read_card_info()?;
    println!("common {} {} {}", info.serial, info.municipality_code, info.expiry);
    println!("common tries {:?}", common.pin_retries()?);
    println!("registry tries {:?}", JukiAp::select(&mut card)?.pin_retries()?);

    let mut text = TextAp::select(&mut card)?;
    let certificate = text.read_certificate()?;
    let basic = text.read_ap_basic_data()?;
    println!("text basic {:?}", basic.public_key_id == certificate.issuer_key_id);
    text.verify_pin(&pin)?;
    let attributes = text.read_attributes()?;
    println!("text {} {} {} {:?}", attributes.name, attributes.address, attributes.birth_date, attributes.sex);
    text.read_signed_public_key()?.verify(&certificate.public_key)?;
    println!("text key signed");
    text.read_session_key_public_key()?;
    let key = text.read_signed_public_key()?.public_key;
    let proof = text.sign(b"challenge")?;
    SignatureScheme::Sha256DigestInfo.verify(&key, b"challenge", &proof)?;
    println!("text presence proven");

    let mut face = SurfaceAp::select(&mut card)?;
    let certificate = face.read_certificate()?;
    let basic = face.read_ap_basic_data()?;
    println!("face municipality {}", basic.municipality_code);
    face.verify_birth_date(&Pin::numeric(birth)?)?;
    face.read_age_record()?.verify(&certificate.public_key)?;
    println!("face age signed");
    face.verify_code_b(&Pin::numeric(number_b)?)?;
    let record = face.read_card_face()?;
    record.verify(&certificate.public_key)?;
    println!("face signed {} {:?} {:?}", record.expiry, record.name_image.format, record.photo.format);
    let proof = face.sign(b"challenge")?;
    SignatureScheme::Sha256DigestInfo.verify(&record.public_key, b"challenge", &proof)?;
    println!("face presence proven");

    let mut jpki = JpkiAp::select(&mut card)?;
    println!("jpki {:?} {}", jpki.read_token_type()?, jpki.read_token_info()?.manufacturer_id);
    println!("jpki signs {}", jpki.read_certificate_availability()?.has_sign_certificate());
    jpki.verify_auth_pin(&pin)?;
    for scheme in [
        SignatureScheme::PreHashedDigestInfo,
        SignatureScheme::Sha256DigestInfo,
        SignatureScheme::Sha256Bare,
        SignatureScheme::PreHashedPss,
        SignatureScheme::Sha256Pss,
    ] {
        jpki.sign_with_auth_key_checked(scheme, &[7; 32])?;
        println!("jpki {scheme:?} holds");
    }
    Ok(())
}
