//! Portal accounts: lookup of the institution, the form, the link in the mail, the session.

use argon2::{Algorithm, Argon2, Params, Version};
use mynacard_eligibility::identifier;
use serde_json::{Value, json};

use super::rules::{self, Portal, Role};
use super::session;
use crate::authority::sha256;
use crate::http::{Call, Fields, Refusal, Reply};
use crate::store::{Account, Secrets};
use crate::{Code, Error, ErrorKind, InstitutionKind, random};

/// The link in the mail is valid for three hours.
const LINK_LIFE: i64 = 3 * 3600;
const SESSION_LIFE: i64 = 3600;
/// Wrong passwords in a row, and the pause after them.
const WRONG_PASSWORDS: i64 = 5;
const PAUSE: u32 = 300;

/// `POST /v1/portal/lookup`: what the ten-digit code, name and address are, to be confirmed.
pub(crate) fn lookup(call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut fields = call.fields()?;
    let place = Place::read(&mut fields)?;
    fields.finish()?;
    place.exists(call)?;
    Ok(json!({
        "institution_code": place.code,
        "name": place.name(),
        "address": place.address(),
    })
    .into())
}

/// `POST /v1/portal/accounts`: the form. The mail with its link is part of the answer.
pub(crate) fn register(call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut fields = call.fields()?;
    let portal = fields.choice("portal", Portal::parse)?;
    let place = Place::read(&mut fields)?;
    let role = fields.choice("role", Role::parse)?;
    match rules::portal_of(place.kind, role) {
        None => return Err(fields.refuse("role", "not a role of this kind of institution")),
        Some(own) if own != portal => {
            return Err(fields.refuse("portal", "the institution uses the other portal"));
        }
        Some(_) => {}
    }
    let delegated = match place.kind {
        // Only with 受領委任: the others have no claims to confirm insurance for.
        InstitutionKind::Therapist => fields.boolean("delegated_receipt")?,
        _ => true,
    };
    if !delegated {
        return Err(fields.refuse("delegated_receipt", "only with 受領委任"));
    }
    let confirmed = fields.text("institution_code", 10)?;
    let family_name = fields.text("family_name", 40)?;
    let given_name = fields.text("given_name", 40)?;
    let founder = match portal {
        Portal::Medical => Some(fields.ruled(
            "founder",
            60,
            rules::is_full_width_jis,
            "full width, JIS level 1 and 2 only",
        )?),
        Portal::Other => None,
    };
    let phone = fields.ruled(
        "phone",
        11,
        rules::is_phone,
        "half-width digits without hyphens",
    )?;
    let mail = fields.ruled(
        "mail",
        254,
        rules::is_mail,
        "lower case, digits and . - _ + only",
    )?;
    let password = fields.ruled(
        "password",
        100,
        rules::is_password,
        "8 to 100 characters with upper case, lower case and a digit",
    )?;
    fields.agreed("terms_accepted")?;
    fields.agreed("privacy_accepted")?;
    fields.finish()?;
    place.exists(call)?;
    if confirmed != place.code {
        return Err(Refusal::new(Code::FacilityMismatch).field("institution_code"));
    }

    let salt = random::bytes::<16>()?;
    let link = random::id()?;
    let account = Account {
        mail: mail.clone(),
        portal: portal.as_str().to_owned(),
        kind: place.kind,
        role: role.as_str().to_owned(),
        institution: place.code.clone(),
        details: json!({
            "family_name": family_name,
            "given_name": given_name,
            "founder": founder,
            "phone": phone,
            "name": place.name(),
        }),
        active: false,
    };
    let secrets = Secrets {
        salt: &salt,
        password: &stretch(&password, &salt)?,
        link_sha256: &sha256(link.as_bytes()),
        link_expires: call.now + LINK_LIFE,
    };
    let entered = call
        .service
        .store
        .in_transaction(|records| records.add_account(&account, &secrets, call.now))?;
    if !entered {
        return Err(Refusal::malformed("mail", "has an account already"));
    }
    Ok(json!({
        "institution_code": place.code,
        "mail": {
            "to": mail,
            "link": link,
            "expires_at": call.now + LINK_LIFE,
        },
    })
    .into())
}

/// `POST /v1/portal/accounts/activate`: the link was followed.
pub(crate) fn activate(call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut fields = call.fields()?;
    let link = fields.hex("link", 32)?;
    fields.finish()?;
    let activated = call
        .service
        .store
        .in_transaction(|records| records.activate_account(&sha256(link.as_bytes()), call.now))?;
    if !activated {
        return Err(Refusal::new(Code::ActivationRefused).field("link"));
    }
    Ok(json!({ "active": true }).into())
}

/// `POST /v1/portal/login`: a session of an hour.
pub(crate) fn login(call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut fields = call.fields()?;
    let mail = fields.text("mail", 254)?;
    let password = fields.text("password", 100)?;
    fields.finish()?;
    let store = &call.service.store;
    let refused = || {
        Refusal::new(Code::UnknownTerminal)
            .field("password")
            .detail("no active account of this mail address and password")
    };
    let known = store
        .in_transaction(|records| records.stretched(&mail))
        .map_err(Refusal::from)?
        .ok_or_else(refused)?;
    if known.locked_until > call.now {
        return Err(Refusal::new(Code::TooMany).retry_after(PAUSE));
    }
    if stretch(&password, &known.salt)? != known.password {
        let wrong = known.wrong + 1;
        let (wrong, locked) = match wrong >= WRONG_PASSWORDS {
            true => (0, call.now + i64::from(PAUSE)),
            false => (wrong, 0),
        };
        store.in_transaction(|records| records.set_wrong(&mail, wrong, locked))?;
        return Err(refused());
    }
    let token = random::id()?;
    let expires = call.now + SESSION_LIFE;
    store.in_transaction(|records| {
        records.set_wrong(&mail, 0, 0)?;
        records.add_session(&sha256(token.as_bytes()), &mail, expires)
    })?;
    Ok(json!({ "token": token, "expires_at": expires }).into())
}

/// `GET /v1/portal/accounts`: the institution's accounts.
pub(crate) fn list(call: &Call<'_>) -> Result<Reply, Refusal> {
    let own = session(call)?;
    let accounts = call
        .service
        .store
        .in_transaction(|records| match records.is_proven(&own.mail)? {
            true => records.accounts(&own.institution),
            // Whoever has not proved to be of the institution sees nobody of it.
            false => Ok(vec![own.clone()]),
        })
        .map_err(|error: rusqlite::Error| Refusal::from(error))?;
    let accounts: Vec<Value> = accounts
        .iter()
        .map(|account| {
            json!({
                "mail": account.mail,
                "portal": account.portal,
                "kind": account.kind.as_str(),
                "role": account.role,
                "active": account.active,
                "details": account.details,
            })
        })
        .collect();
    Ok(json!({ "institution_code": own.institution, "accounts": accounts }).into())
}

/// An institution as the forms name it.
struct Place {
    kind: InstitutionKind,
    prefecture: String,
    code: String,
}

impl Place {
    fn read(fields: &mut Fields) -> Result<Self, Refusal> {
        let kind = fields.choice("kind", InstitutionKind::parse)?;
        let prefecture = fields.ruled(
            "prefecture",
            2,
            rules::is_prefecture,
            "not a prefecture 01 to 47",
        )?;
        let typed = fields.text("code", 10)?;
        let code = rules::institution_code(kind, &prefecture, &typed)
            .map_err(|why| fields.refuse("code", why))?;
        Ok(Self {
            kind,
            prefecture,
            code,
        })
    }

    // Insurers have to have filed their 導入届. A checkup institution waits up to a month after its designation: in this
    // register those whose seven digits begin with 99 still do. Of everybody else it has all.
    fn exists(&self, call: &Call<'_>) -> Result<(), Refusal> {
        if self.kind == InstitutionKind::Checkup && self.code.get(3..5) == Some("99") {
            return Err(Refusal::malformed(
                "code",
                "not in the register yet: a new checkup institution may wait a month",
            ));
        }
        if self.kind != InstitutionKind::Insurer {
            return Ok(());
        }
        let filed = call
            .service
            .store
            .in_transaction(|records| records.filing(&self.code))?;
        match filed {
            Some(_) => Ok(()),
            None => Err(Refusal::malformed("code", "no 導入届 has this code")),
        }
    }

    fn name(&self) -> String {
        format!("架空機関{}", self.code)
    }

    fn address(&self) -> String {
        let prefecture = identifier::prefecture(&self.prefecture).unwrap_or_default();
        format!("{prefecture}架空市見本町1-2-3")
    }
}

// A small cost: nothing that these passwords guard is worth anything.
fn stretch(password: &str, salt: &[u8; 16]) -> Result<[u8; 32], Error> {
    let failed = |e: argon2::Error| {
        Error::with_source(ErrorKind::Certificate("portal's password"), e.to_string())
    };
    let params = Params::new(4096, 1, 1, Some(32)).map_err(failed)?;
    let mut out = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, &mut out)
        .map_err(failed)?;
    Ok(out)
}
