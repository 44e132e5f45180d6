//! オンライン資格確認導入届 and 廃止届 of insurers that run checkups themselves; their associations
//! file for many at once.

use serde_json::{Value, json};

use super::{rules, session};
use crate::calendar::Day;
use crate::http::{Call, Fields, Refusal, Reply};
use crate::{Code, Error, random};

/// Filings in one call.
const MOST: usize = 100;

/// `POST /v1/portal/introduction`: each filing gets its ten-digit オンライン資格確認用コード.
pub(crate) fn introduce(call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut fields = call.fields()?;
    let mut filings = Vec::new();
    for mut filing in fields.objects("filings", MOST)? {
        let mut details = common(&mut filing)?;
        let insurer = insurer(&mut filing)?;
        let prefecture = filing.ruled(
            "prefecture",
            2,
            rules::is_prefecture,
            "not a prefecture 01 to 47",
        )?;
        let address = details.get("address").and_then(Value::as_str);
        if !address.is_some_and(|address| rules::is_within(address, &prefecture)) {
            return Err(filing.refuse("address", "in another prefecture"));
        }
        let further = json!({
            "address_kana": filing.ruled("address_kana", 200, rules::is_kana, "not full-width katakana")?,
            "post_number": filing.ruled("post_number", 8, rules::is_post_number, "not NNN-NNNN")?,
            "prefecture": prefecture,
            "representative": filing.text("representative", 60)?,
            "representative_kana": filing.ruled("representative_kana", 100, rules::is_kana, "not full-width katakana")?,
            "remarks": filing.optional_text("remarks", 400)?,
        });
        let Some(mut filer) = filing.optional_object("filer")? else {
            return Err(filing.refuse("filer", "missing"));
        };
        filer.text("address", 200)?;
        filer.text("name", 100)?;
        filer.finish()?;
        filing.finish()?;
        if let (Some(details), Value::Object(further)) = (details.as_object_mut(), further) {
            details.extend(further);
        }
        filings.push((insurer, details));
    }
    fields.finish()?;
    let codes = call.service.store.in_transaction(|records| {
        let mut codes = Vec::new();
        for (insurer, details) in &filings {
            // The codes follow no public rule; a second draw is needed once in billions.
            let mut code = draw()?;
            while !records.add_filing(&code, insurer, details)? {
                code = draw()?;
            }
            codes.push(code);
        }
        Ok::<_, Refusal>(codes)
    })?;
    Ok(json!({ "codes": codes }).into())
}

/// `POST /v1/portal/abolition`: the code ends, and with it every terminal after the named day; by an account of the code.
pub(crate) fn abolish(call: &Call<'_>) -> Result<Reply, Refusal> {
    let account = session(call)?;
    let mut fields = call.fields()?;
    let details = common(&mut fields)?;
    let insurer = insurer(&mut fields)?;
    let code = fields.ruled(
        "code",
        10,
        |text| text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit()),
        "not ten digits",
    )?;
    fields.text("reason", 400)?;
    let date = details
        .get("date")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    if date < Day::at(call.now).compact() {
        return Err(fields.refuse("date", "in the past"));
    }
    fields.finish()?;
    let at = Day::parse(&date).map_or(call.now, |day| day.plus_days(1).begins());
    call.service.store.in_transaction(|records| {
        let own = account.institution == code;
        // Anybody can fill in the account form of an insurer: its terminals are ended by whoever proved to be of it.
        if !own || (records.has_applied(&code)? && !records.is_proven(&account.mail)?) {
            return Err(Refusal::new(Code::FacilityMismatch).field("code"));
        }
        match records.filing(&code)? {
            None => return Err(Refusal::malformed("code", "no living 導入届 has this code")),
            Some(owner) if owner != insurer => {
                return Err(Refusal::new(Code::FacilityMismatch).field("insurer_code"));
            }
            Some(_) => {}
        }
        records.abolish_filing(&code, &date)?;
        records.end_terminals(&code, at)?;
        records.end_activations(&code, None, at)?;
        Ok(())
    })?;
    Ok(json!({ "code": code, "last_day": date }).into())
}

// What both forms ask for.
fn common(filing: &mut Fields) -> Result<Value, Refusal> {
    let kinds = filing.choices("kinds", |text| {
        ["checkup", "guidance"]
            .contains(&text)
            .then(|| text.to_owned())
    })?;
    Ok(json!({
        "kinds": kinds,
        "date": filing.ruled("date", 8, rules::is_date, "not a date YYYYMMDD")?,
        "name": filing.text("name", 100)?,
        "name_kana": filing.ruled("name_kana", 200, rules::is_kana, "not full-width katakana")?,
        "address": filing.ruled("address", 200, rules::is_address, "from the prefecture on, numbers as 2-1-3")?,
        "phone": filing.ruled("phone", 11, rules::is_phone, "half-width digits without hyphens")?,
    }))
}

fn insurer(filing: &mut Fields) -> Result<String, Refusal> {
    let code = filing.ruled(
        "insurer_code",
        10,
        rules::is_insurer_code,
        "not six or eight digits with their check digit, left-aligned",
    )?;
    Ok(code.trim_end_matches(' ').to_owned())
}

fn draw() -> Result<String, Error> {
    let number = u64::from_be_bytes(random::bytes::<8>()?) % 9_000_000_000 + 1_000_000_000;
    Ok(number.to_string())
}
