//! 特定健診: lists of insurers and institutions, and whether a visitor is enrolled.

use mynacard::checkup::{
    Comparison, Detail, Enrolment, Institution, InstitutionList, InsurerList, Missing, Service,
    Setting, Source, Ticket, Verdict, check,
};
use mynacard::eligibility::identifier::{InsurerNumber, TicketNumber};
use mynacard::eligibility::{Date, Evidence, FieldId};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{self, mynacard_answer};
use crate::buffer::mynacard_buffer;
use crate::error::mynacard_error;
use crate::failure::Failure;
use crate::guard::{guard, on_worker};
use crate::input::{bytes, choice, out};
use crate::json;
use crate::status::mynacard_status;

/// A list of the notices.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum mynacard_list {
    /// 委託元保険者一覧表: the insurers that have a contract with us.
    Insurers = 0,
    /// 実施機関一覧表: the institutions that carry out checkups.
    Institutions = 1,
}

const LISTS: &[(i32, mynacard_list)] = &[
    (mynacard_list::Insurers as i32, mynacard_list::Insurers),
    (
        mynacard_list::Institutions as i32,
        mynacard_list::Institutions,
    ),
];

/// What a visitor comes for, and what she brings.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    service: String,
    on: String,
    evidence: Option<String>,
    ticket: Option<AskedTicket>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedTicket {
    number: Option<String>,
    insurer: Option<String>,
    birth: Option<String>,
    kana: Option<String>,
    sex: Option<String>,
    expires: Option<String>,
}

/// Reads a list (`mynacard_list`; CSV or Excel workbook), and with an answer says whether the visitor is enrolled with an insurer
/// of it, whose contract covers what she comes for.
///
/// `answer` may be NULL and `ask` empty; both go together, and with the list of insurers only. `ask` is
/// `{"service":"checkup","on":"20261121","evidence":"online-pin","ticket":{"number":"…","insurer":"…","birth":"…","kana":"…",
/// "sex":"1","expires":"…"}}`: `service` is `checkup`, `guidance` or `first-interview`; `evidence` is what the answer rests on
/// (`online-pin` where it is left out), `ticket` and each of its members may be left out.
///
/// `json` receives `{"contracts":[…],"findings":[{"row":2,"column":"保険者番号","rule":"check-digit"}],"enrolments":null}`, with
/// an answer one enrolment for each insurance: `{"accepted":true,"verdict":"covered","row":2,"insurer":"138016","day":null,
/// "missing":[],"ticket":"match","ticket_fields":[]}`; of the other list `{"institutions":[…],"findings":[…]}`.
#[unsafe(no_mangle)]
#[allow(
    clippy::too_many_arguments,
    reason = "two documents with their lengths"
)]
pub unsafe extern "C" fn mynacard_checkup_json(
    list: i32,
    file: *const u8,
    file_size: usize,
    answer: *const mynacard_answer,
    ask: *const u8,
    ask_size: usize,
    json: *mut *mut mynacard_buffer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0.
        let (file, ask) = unsafe {
            (
                bytes("file", file, file_size)?,
                bytes("ask", ask, ask_size)?,
            )
        };
        // SAFETY: documented as valid.
        let place = unsafe { out("json", json) }?;
        let list = choice("list", list, LISTS)?;
        // An Excel workbook is a ZIP.
        let source = match file {
            [b'P', b'K', 3, 4, ..] => Source::Xlsx(file),
            file => Source::Csv(file),
        };
        let visitor = match (answer.is_null(), ask) {
            (true, []) => None,
            (false, ask) if !ask.is_empty() && list == mynacard_list::Insurers => {
                Some((answer::find_answer(answer)?, json::ask::<Ask>("ask", ask)?))
            }
            _ => return Err(json::wrong("answer and ask: both, and with insurers")),
        };
        let told = on_worker(|| match list {
            mynacard_list::Institutions => institutions(&InstitutionList::read(source)?),
            mynacard_list::Insurers => {
                let list = InsurerList::read(source)?;
                let enrolments = match &visitor {
                    None => Value::Null,
                    Some((held, ask)) => enrolments(&ask.judge(held.answer()?, &list)?),
                };
                Ok(json!({
                    "contracts": list.contracts,
                    "findings": list.findings,
                    "enrolments": enrolments,
                }))
            }
        })?;
        json::hand_out(place, told)
    })
}

impl Ask {
    fn judge<'a>(
        &self,
        answer: &mynacard::eligibility::Answer,
        list: &'a InsurerList,
    ) -> Result<Vec<Enrolment<'a>>, Failure> {
        const SERVICES: &[(&str, Service)] = &[
            ("checkup", Service::Checkup),
            ("guidance", Service::Guidance),
            ("first-interview", Service::FirstInterview),
        ];
        let service = json::named("ask.service", &self.service, SERVICES)?;
        let on = json::day("ask.on", &self.on)?;
        let proofs = Evidence::ALL.map(|proof| (proof.as_str(), proof));
        let name = self.evidence.as_deref().unwrap_or("online-pin");
        let evidence = json::named("ask.evidence", name, &proofs)?;
        let ticket = self.ticket.as_ref().map(AskedTicket::read).transpose()?;
        Ok(check(answer, evidence, list, ticket.as_ref(), service, on))
    }
}

impl AskedTicket {
    fn read(&self) -> Result<Ticket, Failure> {
        let day = |member, text: &Option<String>| {
            text.as_deref()
                .map(|text| json::day(member, text))
                .transpose()
        };
        let unreadable = |member: &str| json::wrong(format!("{member}: not such a number"));
        let number = self.number.as_deref().map(TicketNumber::strict);
        let insurer = self.insurer.as_deref().map(InsurerNumber::strict);
        Ok(Ticket {
            number: number
                .transpose()
                .map_err(|_| unreadable("ask.ticket.number"))?,
            insurer: insurer
                .transpose()
                .map_err(|_| unreadable("ask.ticket.insurer"))?,
            birth: day("ask.ticket.birth", &self.birth)?,
            kana: self.kana.clone(),
            sex: self.sex.clone(),
            expires: day("ask.ticket.expires", &self.expires)?,
        })
    }
}

fn enrolments(enrolments: &[Enrolment<'_>]) -> Value {
    let rows = enrolments.iter().map(|enrolment| {
        let nothing = (None, None, &[][..]);
        let (verdict, (row, day, missing)) = match &enrolment.verdict {
            Verdict::Covered(contract) => ("covered", (Some(contract.row), None, &[][..])),
            Verdict::NotCovered(contract) => ("not-covered", (Some(contract.row), None, &[][..])),
            Verdict::NotContracted => ("not-contracted", nothing),
            Verdict::NotValid(_) => ("not-valid", nothing),
            Verdict::Ended(day) => ("ended", (None, Some(day.basic()), &[][..])),
            Verdict::NotYet(day) => ("not-yet", (None, Some(day.basic()), &[][..])),
            Verdict::CannotCompare(fields) => ("cannot-compare", (None, None, &fields[..])),
        };
        let (ticket, ticket_fields) = match &enrolment.ticket {
            None => (None, vec![]),
            Some(comparison) => {
                let (name, fields) = compared(comparison);
                (Some(name), fields)
            }
        };
        json!({
            "accepted": enrolment.is_accepted(),
            "verdict": verdict,
            "row": row,
            "insurer": enrolment.insurer.as_ref().map(ToString::to_string),
            "evidence": enrolment.evidence.as_str(),
            "day": day,
            "missing": tags(missing),
            "ticket": ticket,
            "ticket_fields": ticket_fields,
        })
    });
    Value::Array(rows.collect())
}

fn compared(comparison: &Comparison) -> (&'static str, Vec<&'static str>) {
    match comparison {
        Comparison::Match => ("match", vec![]),
        Comparison::InsurerChanged { also, .. } => ("insurer-changed", tags(also)),
        Comparison::Differs(fields) => ("differs", tags(fields)),
        Comparison::OtherService(_) => ("other-service", vec![]),
        Comparison::Expired(_) => ("expired", vec![]),
        Comparison::CannotCompare(missing) => {
            let names = missing.iter().map(|one| match one {
                Missing::Field(field) => field.tag(),
                Missing::Kind => "ticket.number",
                Missing::Expiry => "ticket.expires",
                _ => "other",
            });
            ("cannot-compare", names.collect())
        }
    }
}

fn tags(fields: &[FieldId]) -> Vec<&'static str> {
    fields.iter().map(|field| field.tag()).collect()
}

fn institutions(list: &InstitutionList) -> Result<Value, Failure> {
    let rows: Vec<_> = list.institutions.iter().map(institution).collect();
    Ok(json!({ "institutions": rows, "findings": list.findings }))
}

fn institution(one: &Institution) -> Value {
    let detail = |detail| match detail {
        Detail::No => "no",
        Detail::Own => "own",
        Detail::Subcontracted => "subcontracted",
    };
    let setting = one.setting.map(|setting| match setting {
        Setting::Group => "group",
        Setting::Individual => "individual",
    });
    json!({
        "row": one.row,
        "number": one.number.to_string(),
        "name": one.name,
        "postal_code": one.postal_code,
        "address": one.address,
        "phone": one.phone,
        "setting": setting,
        "anaemia": detail(one.anaemia),
        "electrocardiogram": detail(one.electrocardiogram),
        "fundus": detail(one.fundus),
        "creatinine": detail(one.creatinine),
        "first_interview": one.first_interview,
        "motivational": one.motivational,
        "active": one.active,
        "additional": one.additional,
        "invoice_number": one.invoice_number,
        "registered": one.registered.map(Date::basic),
        "cancelled": one.cancelled.map(Date::basic),
        "online": one.online,
        "remark": one.remark,
    })
}
