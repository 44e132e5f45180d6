//! The verified photo of a visual check: in a file of its owner's, while staff compare, and no longer.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use mynacard::auth::{Cancel, Ready, Tap};
use mynacard::card::{BirthDate, NumberB, Transport};
use mynacard::cert::record::CardAuthorities;

use crate::args::CheckArguments;
use crate::failure::Failure;
use crate::output::Output;
use crate::{interrupt, secret};

/// The photo on the disk; it goes with this value.
pub(crate) struct Photo {
    file: PathBuf,
}

impl Photo {
    /// Writes it into a new file.
    fn write(file: &Path, jp2: &[u8]) -> Result<Self, Failure> {
        let failed = |error: io::Error| Failure::file(file, &error);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let mut opened = interrupt::leaving(file, || options.open(file)).map_err(failed)?;
        let photo = Self {
            file: file.to_owned(),
        };
        opened
            .write_all(jp2)
            .and_then(|()| opened.flush())
            .map_err(failed)?;
        Ok(photo)
    }
}

impl Drop for Photo {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.file) {
            log::error!("the photo stays behind: {error}");
        }
        interrupt::left_nothing();
    }
}

/// A photo that is asked for, and can be verified.
pub(crate) struct Wanted {
    file: PathBuf,
    fd: Option<u32>,
    known: CardAuthorities,
}

impl Wanted {
    /// Where the arguments ask for one; refused before anybody is asked for anything where it could not be verified.
    pub(crate) fn of(
        arguments: &CheckArguments,
        simulation: bool,
    ) -> Result<Option<Self>, Failure> {
        let Some(file) = &arguments.photo else {
            return Ok(None);
        };
        let known = authorities(simulation)?.ok_or_else(Failure::photo_unverifiable)?;
        Ok(Some(Self {
            file: file.clone(),
            fd: arguments.number_b_fd,
            known,
        }))
    }

    /// 照合番号B as somebody types it; without a descriptor of its own from `usual`, or the terminal.
    pub(crate) fn number(&self, usual: Option<u32>) -> Result<NumberB, Failure> {
        number(self.fd.or(usual))
    }

    /// Reads the card, and puts its photo into the file.
    pub(crate) fn tap(
        &self,
        ready: &mut Ready,
        card: &mut dyn Transport,
        number: NumberB,
        stop: &Cancel,
    ) -> Result<(Tap, Photo), Failure> {
        let tap = || ready.tap_with_face(card, number, &self.known, SystemTime::now(), stop);
        let (tap, face) = interrupt::during(stop, tap)?;
        Ok((tap, Photo::write(&self.file, face.photo_jp2())?))
    }
}

/// The question to the operator, who has the card's photo, or the verified one.
pub(crate) fn question(verified: bool, output: &Output) -> &'static str {
    if verified {
        output.pick(
            "書き出した写真（署名を検証済み）とご本人のお顔を見比べて、同じ方なら yes と入力してください: ",
            "Compare the photo that was written, its signature verified, with the person; type yes if they are the same: ",
        )
    } else {
        output.pick(
            "カードの写真とご本人のお顔を見比べて、同じ方なら yes と入力してください: ",
            "Compare the photo with the person; type yes if they are the same: ",
        )
    }
}

/// 照合番号B as it is printed on the card, typed in three parts.
fn number(fd: Option<u32>) -> Result<NumberB, Failure> {
    let prompt = "照合番号B（生年月日8桁 有効期限の西暦4桁 セキュリティコード4桁）/ birth date, year of expiry, security code: ";
    let typed = secret::read(prompt, fd).map_err(|error| Failure::secret("number B", &error))?;
    let wrong = || {
        let how = "number B is typed as birth date (YYYYMMDD), year of expiry and security code, with spaces";
        Failure::usage(how.to_owned())
    };
    let parts: Vec<&[u8]> = typed
        .split(u8::is_ascii_whitespace)
        .filter(|part| !part.is_empty())
        .collect();
    let [birth, expiry, code] = parts.as_slice() else {
        return Err(wrong());
    };
    if birth.len() != 8 || expiry.len() != 4 {
        return Err(wrong());
    }
    let digits = |part: &[u8]| {
        part.iter().try_fold(0_u16, |number, digit| {
            let digit = digit.is_ascii_digit().then(|| digit - b'0')?;
            number.checked_mul(10)?.checked_add(digit.into())
        })
    };
    let small = |part| digits(part).and_then(|number| u8::try_from(number).ok());
    let (year, rest) = birth.split_at(4);
    let (month, day) = rest.split_at(2);
    match (digits(year), small(month), small(day), digits(expiry)) {
        (Some(year), Some(month), Some(day), Some(expiry)) => {
            let birth = BirthDate::gregorian(year, month, day)?;
            Ok(NumberB::from_card(&birth, expiry, code)?)
        }
        _ => Err(wrong()),
    }
}

/// The authorities whose photos are believed. Those of real cards are not public: there is none.
fn authorities(simulation: bool) -> Result<Option<CardAuthorities>, Failure> {
    #[cfg(feature = "demo")]
    if simulation {
        use mynacard::cert::Hierarchy;
        use mynacard::cert::record::CardAuthority;
        use mynacard_sim::pki;
        let hierarchy = Hierarchy::Simulation;
        let modulus = pki::card_verifiable_ca_modulus();
        let key = pki::CARD_VERIFIABLE_CA_KEY_ID;
        let authority = CardAuthority::new(hierarchy, key, &modulus, &[1, 0, 1])?;
        return Ok(Some(CardAuthorities::new(hierarchy).with(authority)?));
    }
    let _ = simulation;
    Ok(None)
}
