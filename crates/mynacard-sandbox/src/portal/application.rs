//! 利用開始申請, 追加申請, ユーザー設定情報, 運用開始日, 利用変更 and 利用終了.

use serde_json::{Value, json};

use super::rules::{self, Role};
use super::session;
use crate::calendar::Day;
use crate::http::{Call, Fields, Refusal, Reply};
use crate::service::seconds;
use crate::store::Account;
use crate::{Code, Institution, InstitutionKind, Purpose, UserSettings, random};

/// `POST /v1/portal/applications`.
pub(crate) fn apply(call: &Call<'_>) -> Result<Reply, Refusal> {
    let account = session(call)?;
    let mut fields = call.fields()?;
    let additional = fields.choice("kind", |text| match text {
        "first" => Some(false),
        "additional" => Some(true),
        _ => None,
    })?;
    let staff = fields.integer("staff", 1..=100_000)?;
    let terminals = fields.integer("terminals", 1..=20)?;
    proof(&mut fields, &account)?;
    fields.agreed("terms_accepted")?;
    let kind = fields.name("kind");
    fields.finish()?;
    let ready = call.now + seconds(call.service.limits.application_time);
    let number = call.service.store.in_transaction(|records| {
        if account.kind == InstitutionKind::Insurer
            && records.filing(&account.institution)?.is_none()
        {
            return Err(Refusal::malformed(kind, "the 導入届 was ended by a 廃止届"));
        }
        match (additional, records.has_applied(&account.institution)?) {
            (false, true) => {
                return Err(Refusal::malformed(kind, "more terminals by 追加申請"));
            }
            (true, false) => return Err(Refusal::malformed(kind, "no 利用開始申請 before")),
            _ => {}
        }
        records.prove(&account.mail)?;
        Ok(records.add_application(&account.institution, additional, staff, terminals, ready)?)
    })?;
    Ok(json!({ "application": number, "ready_at": ready }).into())
}

/// The date of birth of every founder in this register.
const BIRTH_DATE: &str = "19600229";

// A founder that is no 法人 was born.
fn is_person(account: &Account) -> bool {
    let founder = account.details.get("founder").and_then(Value::as_str);
    founder.is_some_and(|founder| !founder.contains("法人"))
}

// The institution's proof: the bank account that its claims are paid to, or a document.
fn proof(fields: &mut Fields, account: &Account) -> Result<(), Refusal> {
    let number = fields.optional_text("account_number", 7)?;
    let document = fields.optional_object("document")?;
    match (number, document) {
        (Some(number), None) => {
            let paid = matches!(
                account.kind,
                InstitutionKind::Clinic
                    | InstitutionKind::Dental
                    | InstitutionKind::Pharmacy
                    | InstitutionKind::HomeNursing
            );
            if !paid {
                return Err(fields.refuse("account_number", "no claims of this kind are paid"));
            }
            let birth = fields.optional_text("birth_date", 8)?;
            match &birth {
                Some(birth) if !rules::is_date(birth) => {
                    return Err(fields.refuse("birth_date", "not a date YYYYMMDD"));
                }
                Some(birth) if birth != BIRTH_DATE => {
                    return Err(fields.refuse("birth_date", "not the date on file"));
                }
                None if is_person(account) => {
                    return Err(fields.refuse("birth_date", "asked of a founder who is a person"));
                }
                _ => {}
            }
            if !number.bytes().all(|b| b.is_ascii_digit()) {
                return Err(fields.refuse("account_number", "not half-width digits"));
            }
            // This register's bank accounts bear the last seven digits of the institution's code.
            let on_file = account.institution.get(3..).unwrap_or_default();
            if number.trim_start_matches('0') != on_file.trim_start_matches('0') {
                return Err(fields.refuse("account_number", "not the account on file"));
            }
            Ok(())
        }
        (None, Some(mut document)) => {
            let expected = match (account.kind, account.role.as_str()) {
                (InstitutionKind::Therapist, _) => "receipt-delegation",
                (InstitutionKind::Insurer, _) => "introduction",
                (InstitutionKind::Checkup, _) => "checkup-notice-other",
                (_, role) if role == Role::Checkups.as_str() => "checkup-notice-insured",
                _ => "other",
            };
            document.choice("kind", |text| (text == expected).then_some(()))?;
            document.choice("media_type", |text| {
                [
                    "application/pdf",
                    "image/png",
                    "application/vnd.ms-excel",
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                ]
                .contains(&text)
                .then_some(())
            })?;
            document.integer("size", 1..=100 * 1024 * 1024)?;
            document.finish()
        }
        (Some(_), Some(_)) => Err(fields.refuse("document", "one proof, not two")),
        (None, None) => Err(fields.refuse("account_number", "missing, and no document either")),
    }
}

/// `GET /v1/portal/settings`: ユーザー設定情報 of each terminal, once the application is confirmed.
pub(crate) fn settings(call: &Call<'_>) -> Result<Reply, Refusal> {
    let account = session(call)?;
    let service = call.service;
    let (settings, next, starts) = service.store.in_transaction(|records| {
        for (_, terminals) in records.grant_due(&account.institution, call.now)? {
            let institution = granted(
                records.institution(&account.institution)?,
                &account,
                terminals,
            );
            records.put_institution(&institution)?;
            for _ in 0..terminals {
                let code = random::activation_code()?;
                let expires = call.now + seconds(service.limits.activation_life);
                let id = records.add_activation(&institution.code, &code, expires)?;
                let settings = UserSettings {
                    institution_code: institution.code.clone(),
                    id,
                    activation_code: code,
                };
                records.keep_settings(&settings, expires)?;
            }
        }
        // Whoever has not proved to be of the institution is shown no code of it.
        let settings = match records.is_proven(&account.mail)? {
            true => records.settings(&account.institution)?,
            false => Vec::new(),
        };
        Ok::<_, Refusal>((
            settings,
            records.next_ready(&account.institution)?,
            records.start(&account.institution)?,
        ))
    })?;
    let terminals: Vec<Value> = settings
        .into_iter()
        .map(|shown| {
            json!({
                "institution_code": account.institution,
                "id": shown.id,
                "activation_code": shown.used.is_none().then_some(shown.code),
                "expires_at": shown.expires,
                "used_at": shown.used,
            })
        })
        .collect();
    Ok(json!({ "terminals": terminals, "next_ready_at": next, "starts": starts }).into())
}

// What the register knows of an institution after one more application.
fn granted(known: Option<Institution>, account: &Account, terminals: u32) -> Institution {
    let checkups = account.role == Role::Checkups.as_str();
    let (known_purposes, known_limit) = known
        .map(|known| (known.purposes, known.terminal_limit))
        .unwrap_or_default();
    let mut purposes = known_purposes;
    for &purpose in Purpose::PERMITTED {
        let of_checkups = matches!(purpose, Purpose::Checkup | Purpose::ContractCheckup);
        let may = if checkups {
            of_checkups
        } else {
            !of_checkups && account.kind.purposes().contains(&purpose)
        };
        if may && !purposes.contains(&purpose) {
            purposes.push(purpose);
        }
    }
    let name = account
        .details
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    Institution::new(&account.institution, name, account.kind)
        .purposes(&purposes)
        .terminal_limit(known_limit + terminals)
}

/// `POST /v1/portal/start-date`: 運用開始日, today or later.
pub(crate) fn start_date(call: &Call<'_>) -> Result<Reply, Refusal> {
    let account = session(call)?;
    let mut fields = call.fields()?;
    let date = day(&mut fields, call.now)?;
    fields.finish()?;
    call.service.store.in_transaction(|records| {
        if !records.is_proven(&account.mail)?
            || records.institution(&account.institution)?.is_none()
        {
            return Err(Refusal::malformed("date", "no confirmed application yet"));
        }
        Ok(records.set_start(&account.institution, &date)?)
    })?;
    Ok(json!({ "starts": date }).into())
}

/// `POST /v1/portal/change`: 利用変更 of what the account's form said.
pub(crate) fn change(call: &Call<'_>) -> Result<Reply, Refusal> {
    let account = session(call)?;
    let mut fields = call.fields()?;
    let mut details = account.details.clone();
    let mut changed = Vec::new();
    for (member, longest) in [
        ("family_name", 40),
        ("given_name", 40),
        ("founder", 60),
        ("phone", 11),
    ] {
        let Some(text) = fields.optional_text(member, longest)? else {
            continue;
        };
        let kept = match member {
            "founder" => account.portal == "medical" && rules::is_full_width_jis(&text),
            "phone" => rules::is_phone(&text),
            _ => true,
        };
        if !kept {
            return Err(fields.refuse(member, "does not keep the rule of the form"));
        }
        if let Some(place) = details.get_mut(member) {
            *place = Value::String(text);
        }
        changed.push(member);
    }
    if changed.is_empty() {
        return Err(fields.refuse("phone", "nothing to change"));
    }
    fields.finish()?;
    call.service
        .store
        .in_transaction(|records| records.set_details(&account.mail, &details))?;
    Ok(json!({ "changed": changed }).into())
}

/// `POST /v1/portal/end`: 利用終了 of some terminals or all, after the named day.
pub(crate) fn end(call: &Call<'_>) -> Result<Reply, Refusal> {
    let account = session(call)?;
    let mut fields = call.fields()?;
    let date = day(&mut fields, call.now)?;
    fields.text("reason", 200)?;
    let named = match fields.is_absent("terminals") {
        true => None,
        false => Some(fields.choices("terminals", |text| Some(text.to_owned()))?),
    };
    fields.finish()?;
    // The named day is the last one.
    let at = Day::parse(&date).map_or(call.now, |day| day.plus_days(1).begins());
    let ended = call.service.store.in_transaction(|records| {
        let facility = account.institution.as_str();
        let foreign = || Refusal::new(Code::FacilityMismatch).field("terminals");
        if !records.is_proven(&account.mail)? {
            return Err(foreign());
        }
        let Some(named) = named else {
            // Codes that nobody used end too, and are no terminals.
            records.end_activations(facility, None, at)?;
            return Ok(records.end_terminals(facility, at)?);
        };
        for id in &named {
            let ended = records.remove_terminal(id, facility, at)?
                || records.end_activations(facility, Some(id), at)? == 1;
            if !ended {
                return Err(foreign());
            }
        }
        Ok(named.len())
    })?;
    Ok(json!({ "ended": ended, "last_day": date }).into())
}

fn day(fields: &mut Fields, now: i64) -> Result<String, Refusal> {
    let date = fields.ruled("date", 8, rules::is_date, "not a date YYYYMMDD")?;
    if date < Day::at(now).compact() {
        return Err(fields.refuse("date", "in the past"));
    }
    Ok(date)
}
