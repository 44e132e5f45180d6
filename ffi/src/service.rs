//! Which service, and how it is reached.

use std::ptr;
use std::sync::Arc;
use std::time::Duration;

use mynacard::auth::Terminal;
use mynacard::cert::TrustStore;
use mynacard::client::https::{Endpoint, HttpsService, Proxy, Timeouts, TlsVersions};

use crate::carrier::{Connection, mynacard_carrier};
use crate::failure::Failure;
use crate::input::{Versioned, bytes, choice, ends, optional, text};
use crate::owner::Owner;
use crate::pem;
use crate::status::mynacard_status;

/// Whose cards are accepted.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum mynacard_trust {
    /// Real cards.
    Production = 0,
    /// The virtual cards of `mynacard_sandbox`, and no real card.
    Simulation = 1,
    /// Test cards of 公的個人認証サービス (JPKI), by the roots of the service's `test_roots`, and no real card.
    JpkiTest = 2,
}

/// Which service, and how it is reached. Pointers need to live only until the call returns.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mynacard_service {
    /// `sizeof(mynacard_service)`; set by `MYNACARD_SERVICE_INIT`.
    pub struct_size: usize,
    /// The address, `https://host[:port]`.
    pub url: *const u8,
    /// Its length.
    pub url_size: usize,
    /// The authority that certifies the service: one certificate, DER or PEM.
    pub root: *const u8,
    /// Its length.
    pub root_size: usize,
    /// The name that the service must say it has; NULL for the sandbox of this project, with simulated trust only.
    pub name: *const u8,
    /// Its length.
    pub name_size: usize,
    /// The environment that the service must say it is; NULL for the sandbox of this project, with simulated trust only.
    pub environment: *const u8,
    /// Its length.
    pub environment_size: usize,
    /// Whose cards are accepted: a `mynacard_trust`.
    pub trust: i32,
    /// 0 for the system's proxy settings, 1 for no proxy.
    pub direct: i32,
    /// 0 for TLS 1.3 alone, 1 for TLS 1.2 too where that is unavoidable.
    pub allow_tls12: i32,
    /// The longest time of one request in milliseconds; 0 for 30 seconds.
    pub timeout_ms: u32,
    /// A connection of the program's own, instead of HTTPS; NULL for none. Then `url` and `root` may be NULL, and `direct` and
    /// `allow_tls12` mean nothing. `mynacard_desk_open` copies the table and calls its `destroy` in the end; every other call uses it only
    /// until it returns.
    pub carrier: *const mynacard_carrier,
    /// The roots of test cards, DER, one after another, for `MYNACARD_TRUST_JPKI_TEST`; NULL otherwise.
    pub test_roots: *const u8,
    /// The length of all of them.
    pub test_roots_size: usize,
}

// SAFETY: pointers and numbers; the size comes first.
unsafe impl Versioned for mynacard_service {
    const ENDS: &[usize] = ends!(timeout_ms, carrier, test_roots, test_roots_size);
    const DEFAULT: Self = Self {
        struct_size: 0,
        url: ptr::null(),
        url_size: 0,
        root: ptr::null(),
        root_size: 0,
        name: ptr::null(),
        name_size: 0,
        environment: ptr::null(),
        environment_size: 0,
        trust: 0,
        direct: 0,
        allow_tls12: 0,
        timeout_ms: 0,
        carrier: ptr::null(),
        test_roots: ptr::null(),
        test_roots_size: 0,
    };
}

/// The way to a service.
pub(crate) struct Way {
    endpoint: Endpoint,
    carrier: Option<Arc<Connection>>,
}

impl Way {
    /// The service, as a terminal or as somebody without one. Nothing is sent yet.
    pub(crate) fn service(&self, terminal: Option<&Terminal>) -> Result<HttpsService, Failure> {
        Ok(match &self.carrier {
            None => HttpsService::new(&self.endpoint, terminal)?,
            Some(carrier) => {
                let carrier = Arc::clone(carrier);
                HttpsService::carried(&self.endpoint, terminal, carrier)?
            }
        })
    }

    /// What has to be taken over with the way.
    pub(crate) fn owner(&self) -> Option<Arc<Owner>> {
        self.carrier.as_ref().map(|carrier| carrier.owner())
    }

    /// The address, and the authority that certifies the service: what is kept beside a terminal.
    pub(crate) fn kept(&self) -> (&str, &[u8]) {
        (
            self.endpoint.url(),
            self.endpoint.roots().next().unwrap_or_default(),
        )
    }
}

/// The service in the library's own terms.
///
/// # Safety
/// The pointers of the structure are NULL or valid for their lengths.
pub(crate) unsafe fn read(options: &mynacard_service) -> Result<(Way, TrustStore), Failure> {
    // SAFETY: the caller's promise, five times.
    let (url, root, name, environment, test_roots) = unsafe {
        (
            text("service.url", options.url, options.url_size)?,
            bytes("service.root", options.root, options.root_size)?,
            text("service.name", options.name, options.name_size)?,
            text(
                "service.environment",
                options.environment,
                options.environment_size,
            )?,
            bytes(
                "service.test_roots",
                options.test_roots,
                options.test_roots_size,
            )?,
        )
    };
    let proxy = choice(
        "service.direct",
        options.direct,
        &[(0, Proxy::System), (1, Proxy::Direct)],
    )?;
    let tls = choice(
        "service.allow_tls12",
        options.allow_tls12,
        &[(0, TlsVersions::Only13), (1, TlsVersions::From12)],
    )?;
    let mut timeouts = Timeouts::default();
    if options.timeout_ms != 0 {
        timeouts.whole = Duration::from_millis(options.timeout_ms.into());
        timeouts.answer = timeouts.answer.min(timeouts.whole);
        timeouts.connect = timeouts.connect.min(timeouts.whole);
    }
    let trust = choice(
        "service.trust",
        options.trust,
        &[
            (0, mynacard_trust::Production),
            (1, mynacard_trust::Simulation),
            (2, mynacard_trust::JpkiTest),
        ],
    )?;
    let name = stated("service.name", name, "mynacard-sandbox", trust)?;
    let environment = stated("service.environment", environment, "sandbox", trust)?;
    if test_roots.is_empty() == (trust == mynacard_trust::JpkiTest) {
        return Err(Failure::new(
            mynacard_status::InvalidArgument,
            "service.test_roots: with trust in test cards, and then alone",
        ));
    }
    let trust = match trust {
        mynacard_trust::Production => TrustStore::production(),
        mynacard_trust::Simulation => TrustStore::simulation(),
        mynacard_trust::JpkiTest => TrustStore::jpki_test(&one_after_another(test_roots)?)?,
    };
    // SAFETY: the caller's promise.
    let carrier = unsafe { optional("service.carrier", options.carrier) }?;
    let carrier = carrier.map(Connection::new).transpose()?.map(Arc::new);
    if url.is_empty() && carrier.is_none() {
        return Err(Failure::new(
            mynacard_status::InvalidArgument,
            "service.url is empty",
        ));
    }
    let root = pem::certificate("service.root", root)?;
    let endpoint = Endpoint::new(url, &[&root], name, environment)
        .with_proxy(proxy)
        .with_tls(tls)
        .with_timeouts(timeouts);
    Ok((Way { endpoint, carrier }, trust))
}

/// Who the service must be: the sandbox unless stated, but never for real cards.
fn stated<'a>(
    member: &'static str,
    text: &'a str,
    sandbox: &'static str,
    trust: mynacard_trust,
) -> Result<&'a str, Failure> {
    match (text.is_empty(), trust) {
        (false, _) => Ok(text),
        (true, mynacard_trust::Simulation) => Ok(sandbox),
        (true, mynacard_trust::Production | mynacard_trust::JpkiTest) => Err(Failure::new(
            mynacard_status::InvalidArgument,
            format!("{member} is empty, though cards are not simulated"),
        )),
    }
}

/// More roots than test cards have.
const MOST_ROOTS: usize = 16;

/// Certificates that stand one after another. Each says its own length; what is in it, the trust store looks at.
pub(crate) fn one_after_another(mut der: &[u8]) -> Result<Vec<&[u8]>, Failure> {
    let wrong = || {
        Failure::new(
            mynacard_status::InvalidArgument,
            "test roots: no certificates one after another",
        )
    };
    let mut roots = Vec::new();
    while !der.is_empty() {
        let length = match der {
            [0x30, 0x82, high, low, ..] => 4 + usize::from(u16::from_be_bytes([*high, *low])),
            [0x30, 0x81, length, ..] => 3 + usize::from(*length),
            _ => return Err(wrong()),
        };
        let (root, rest) = der.split_at_checked(length).ok_or_else(wrong)?;
        if roots.len() == MOST_ROOTS {
            return Err(wrong());
        }
        roots.push(root);
        der = rest;
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(trust: mynacard_trust, name: &str, environment: &str) -> Result<(), mynacard_status> {
        let url = "https://localhost";
        let options = mynacard_service {
            url: url.as_ptr(),
            url_size: url.len(),
            name: name.as_ptr(),
            name_size: name.len(),
            environment: environment.as_ptr(),
            environment_size: environment.len(),
            trust: trust as i32,
            ..mynacard_service::DEFAULT
        };
        // SAFETY: the pointers are those of strings that outlive the call.
        let result = unsafe { read(&options) };
        result.map(drop).map_err(|failure| failure.status())
    }

    #[test]
    fn roots_stand_one_after_another() {
        let small = [0x30, 0x81, 2, 5, 0];
        let large = [0x30, 0x82, 0, 2, 5, 0];
        let both = [&small[..], &large[..]].concat();
        assert_eq!(one_after_another(&both).unwrap(), [&small[..], &large[..]]);
        let many = small.repeat(MOST_ROOTS);
        assert_eq!(one_after_another(&many).unwrap().len(), MOST_ROOTS);
        for wrong in [
            &both[1..],
            &both[..10],
            &[0x30, 2, 5, 0],
            &[many, small.to_vec()].concat(),
        ] {
            assert!(one_after_another(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn real_cards_never_go_to_an_unnamed_service() {
        let bad = Err(mynacard_status::InvalidArgument);
        assert_eq!(of(mynacard_trust::Simulation, "", ""), Ok(()));
        assert_eq!(of(mynacard_trust::Production, "", ""), bad);
        assert_eq!(of(mynacard_trust::Production, "service", ""), bad);
        // Without their roots.
        assert_eq!(of(mynacard_trust::JpkiTest, "service", "test"), bad);
        assert_eq!(of(mynacard_trust::Production, "", "production"), bad);
        assert_eq!(
            of(mynacard_trust::Production, "service", "production"),
            Ok(())
        );
    }
}
