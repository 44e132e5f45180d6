//! Is the visitor enrolled with a contracting insurer, what is covered, and does the ticket still agree?

use crate::insurers::{Contract, InsurerList};
use crate::ticket::Ticket;
use mynacard_eligibility::evidence::Evidence;
use mynacard_eligibility::identifier::{InsurerNumber, TicketKind, TicketNumber};
use mynacard_eligibility::matching::{Outcome, Patient, compare};
use mynacard_eligibility::{Answer, Confirmation, Date, FieldId, Validity};

/// What the visitor comes for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// 特定健康診査.
    Checkup,
    /// 特定保健指導.
    Guidance,
    /// 健診当日初回面接.
    FirstInterview,
}

/// The judgement on one insurance of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment<'a> {
    /// Whether the insurer has a contract that covers the service.
    pub verdict: Verdict<'a>,
    /// What the insurance was established by: it is kept with the checkup's record.
    pub evidence: Evidence,
    /// The insurer's number in the answer.
    pub insurer: Option<InsurerNumber>,
    /// How the ticket compares, when there is one.
    pub ticket: Option<Comparison>,
}

/// Whether the visitor can be served under a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// Enrolled with a contracting insurer, and the contract covers the service.
    Covered(&'a Contract),
    /// Enrolled with a contracting insurer, whose contract does not cover the service.
    NotCovered(&'a Contract),
    /// Enrolled, but the insurer is not on the list.
    NotContracted,
    /// The insurance is not valid.
    NotValid(Validity),
    /// The paper or screen says that the insurance ended: the last day on it, or the day on which the insurance was lost.
    Ended(Date),
    /// The paper or screen says that the insurance begins on a later day.
    NotYet(Date),
    /// The answer does not say enough: these fields are missing.
    CannotCompare(Vec<FieldId>),
}

/// How a ticket compares with an insurance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// Everything is the same, and the ticket is for the service and has not ended.
    Match,
    /// The insurer changed since the ticket was issued: the ticket cannot be used. Other fields that differ follow.
    InsurerChanged {
        /// The insurer on the ticket.
        ticket: InsurerNumber,
        /// Other fields that differ.
        also: Vec<FieldId>,
    },
    /// These fields differ.
    Differs(Vec<FieldId>),
    /// The ticket is for another service: a 受診券 is none for 特定保健指導, a 利用券 none for 特定健康診査.
    OtherService(TicketKind),
    /// The ticket ended on that day.
    Expired(Date),
    /// Nothing differs, but this could not be compared.
    CannotCompare(Vec<Missing>),
}

/// What the comparison of a ticket lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Missing {
    /// The ticket or the answer does not say this field.
    Field(FieldId),
    /// The ticket's 整理番号 is not known, or its third digit does not say what the ticket is for.
    Kind,
    /// The ticket's 有効期限 is not known.
    Expiry,
}

/// Judges every insurance of an answer; none is picked. `on` is the day of the visit.
///
/// `evidence` is what the answer rests on. The answer of an online check has to say that the insurance is valid. A paper or
/// screen that staff looked at says nothing of the kind: there the answer holds what they read off it (the app's screen also as
/// [`screen::read`](mynacard_eligibility::shape::screen::read) gives it), its days decide, and a 資格確認書 must have its
/// 有効期限. A 資格情報のお知らせ or a screen counts together with the card only, which is what its [`Evidence`] says.
///
/// An insurer that stands in several rows of the list is judged by the first ([`InsurerList::find`]), and the others are findings
/// ([`Rule::Duplicate`](crate::Rule::Duplicate)). A list without a column for the service covers it nowhere, which is a finding too
/// ([`Rule::HeadingMissing`](crate::Rule::HeadingMissing)): look at [`InsurerList::findings`] before judging by it.
#[must_use]
pub fn check<'a>(
    answer: &Answer,
    evidence: Evidence,
    list: &'a InsurerList,
    ticket: Option<&Ticket>,
    service: Service,
    on: Date,
) -> Vec<Enrolment<'a>> {
    answer
        .results()
        .into_iter()
        .map(|result| {
            let refused = not_in_force(answer.validity(), evidence, result, on);
            enrolment(refused, evidence, result, list, ticket, service, on)
        })
        .collect()
}

impl Enrolment<'_> {
    /// Whether the visitor can be served: covered, and no ticket says otherwise.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        matches!(self.verdict, Verdict::Covered(_))
            && matches!(self.ticket, None | Some(Comparison::Match))
    }
}

/// Why the evidence does not show an insurance that is in force on the day.
fn not_in_force<'a>(
    validity: Option<Validity>,
    evidence: Evidence,
    result: Confirmation<'_>,
    on: Date,
) -> Option<Verdict<'a>> {
    const LAST: FieldId = FieldId::INSURED_CARD_EXPIRATION_DATE;
    let missing = |field| Some(Verdict::CannotCompare(vec![field]));
    match (evidence, validity) {
        (_, Some(validity)) if !validity.is_valid() => return Some(Verdict::NotValid(validity)),
        (Evidence::Online(_), None) => return missing(FieldId::QUALIFICATION_VALIDITY),
        (Evidence::Online(_), Some(_)) => return None,
        _ => {}
    }
    let day =
        |field, counts: fn(Date, Date) -> bool| result.date(field).filter(|day| counts(*day, on));
    let last = day(LAST, |last, on| last < on);
    let lost = day(FieldId::DISQUALIFICATION_DATE, |lost, on| lost <= on);
    if let Some(end) = lost.or(last) {
        return Some(Verdict::Ended(end));
    }
    let begins = [
        FieldId::INSURED_CARD_VALID_DATE,
        FieldId::QUALIFICATION_DATE,
    ];
    let later = begins
        .into_iter()
        .find_map(|field| day(field, |first, on| first > on));
    match later {
        Some(first) => Some(Verdict::NotYet(first)),
        None if evidence == Evidence::EligibilityCertificate && result.date(LAST).is_none() => {
            missing(LAST)
        }
        None => None,
    }
}

fn enrolment<'a>(
    refused: Option<Verdict<'a>>,
    evidence: Evidence,
    result: Confirmation<'_>,
    list: &'a InsurerList,
    ticket: Option<&Ticket>,
    service: Service,
    on: Date,
) -> Enrolment<'a> {
    let insurer = result
        .text(FieldId::INSURER_NUMBER)
        .and_then(|text| InsurerNumber::parse(text).ok())
        .map(|parsed| parsed.value);
    let verdict = match (refused, &insurer) {
        (Some(refused), _) => refused,
        (None, None) => Verdict::CannotCompare(vec![FieldId::INSURER_NUMBER]),
        (None, Some(number)) => match list.find(number) {
            None => Verdict::NotContracted,
            Some(contract) if covers(contract, service) => Verdict::Covered(contract),
            Some(contract) => Verdict::NotCovered(contract),
        },
    };
    let ticket = ticket.map(|ticket| compare_ticket(ticket, result, insurer.as_ref(), service, on));
    Enrolment {
        verdict,
        evidence,
        insurer,
        ticket,
    }
}

fn covers(contract: &Contract, service: Service) -> bool {
    match service {
        Service::Checkup => contract.checkup,
        Service::Guidance => contract.guidance,
        Service::FirstInterview => contract.first_interview,
    }
}

/// The insurer is compared first: after a change a card check answers "valid", with another number.
fn compare_ticket(
    ticket: &Ticket,
    result: Confirmation<'_>,
    insurer: Option<&InsurerNumber>,
    service: Service,
    on: Date,
) -> Comparison {
    let mut as_patient = Patient::new("ticket");
    let fields = [
        (FieldId::BIRTHDATE, ticket.birth.map(Date::basic)),
        (FieldId::NAME_KANA, ticket.kana.clone()),
        (FieldId::SEX1, ticket.sex.clone()),
    ];
    for (field, text) in fields
        .iter()
        .filter_map(|(field, text)| Some((*field, text.clone()?)))
    {
        as_patient = as_patient.with(field, text);
    }
    let (mut differing, mut missing) = (Vec::new(), Vec::new());
    let differences = compare(&as_patient, result.record());
    for difference in differences
        .iter()
        .filter(|difference| fields.iter().any(|(field, _)| *field == difference.field))
    {
        match difference.outcome {
            Outcome::Same => {}
            Outcome::Differs => differing.push(difference.field),
            _ => missing.push(Missing::Field(difference.field)),
        }
    }
    match (&ticket.insurer, insurer) {
        (Some(ours), Some(theirs)) if ours != theirs => {
            return Comparison::InsurerChanged {
                ticket: ours.clone(),
                also: differing,
            };
        }
        (Some(_), Some(_)) => {}
        _ => missing.insert(0, Missing::Field(FieldId::INSURER_NUMBER)),
    }
    if !differing.is_empty() {
        return Comparison::Differs(differing);
    }
    match ticket.number.as_ref().map(TicketNumber::kind) {
        None | Some(TicketKind::Other(_)) => missing.push(Missing::Kind),
        Some(kind) if !serves(kind, service) => return Comparison::OtherService(kind),
        Some(_) => {}
    }
    match ticket.expires {
        Some(expires) if expires < on => return Comparison::Expired(expires),
        Some(_) => {}
        None => missing.push(Missing::Expiry),
    }
    if missing.is_empty() {
        Comparison::Match
    } else {
        Comparison::CannotCompare(missing)
    }
}

/// The first interview is a part of 特定保健指導; a セット券 is for the checkup and for what follows on its day.
fn serves(kind: TicketKind, service: Service) -> bool {
    match service {
        Service::Checkup => matches!(kind, TicketKind::Checkup | TicketKind::Set),
        Service::Guidance | Service::FirstInterview => matches!(
            kind,
            TicketKind::ActiveSupport | TicketKind::MotivationalSupport | TicketKind::Set
        ),
    }
}
