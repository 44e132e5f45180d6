//! What the terminal answers: one request in, one reply out.

use std::collections::{BTreeMap, HashMap};

use mynacard_eligibility::message::{FileName, MessageKind};
use mynacard_eligibility::{BulkReader, Encoding, FieldId as F, Message, Record, Section};

use super::Terminal;
use super::bulk::{Job, Reception};
use super::lookup;
use super::reply::{NOTICE, Problem, Reply, failed, header, normal, refused};
use crate::answer::{Asked, compose};
use crate::check::Consent;
use crate::people::{self, Person};
use crate::{Code, Institution, InstitutionKind};

/// Larger requests are refused.
const LONGEST: usize = 64 << 20;

/// What the terminal and the service behind it know.
pub(super) struct Desk {
    pub(super) settings: Terminal,
    /// Chart numbers (照会番号) that were registered, and whose they are.
    charts: BTreeMap<String, &'static Person>,
    receptions: HashMap<String, Reception>,
    accepted: u64,
}

/// A request that could be read.
struct Request {
    kind: MessageKind,
    header: Record,
    body: Record,
    units: Vec<Record>,
    institution: Institution,
}

/// An answer, and how it is written.
pub(super) struct Answered {
    pub(super) reply: Reply,
    pub(super) encoding: Encoding,
    /// Whether the terminal may be set to pack it.
    pub(super) is_bulk_result: bool,
}

impl Desk {
    pub(super) fn new(settings: Terminal) -> Self {
        Self {
            settings,
            charts: BTreeMap::new(),
            receptions: HashMap::new(),
            accepted: 0,
        }
    }

    /// Answers the request in a file.
    pub(super) fn answer(&mut self, name: &FileName, bytes: &[u8], now: i64) -> Answered {
        let (rest, units) = match read(bytes) {
            Ok(read) => read,
            Err(problem) => {
                return Answered {
                    reply: failed(&Record::new(Section::Header), &problem, now),
                    encoding: Encoding::ShiftJis,
                    is_bulk_result: false,
                };
            }
        };
        let encoding = rest.encoding;
        let made = self.institution(&rest.header).and_then(|institution| {
            let request = Request {
                kind: name.kind,
                header: rest.header.clone(),
                body: rest.body.clone(),
                units,
                institution,
            };
            self.route(&request, now)
        });
        let reply = made.unwrap_or_else(|problem| failed(&rest.header, &problem, now));
        Answered {
            is_bulk_result: matches!(reply, Reply::Many { .. }),
            reply,
            encoding,
        }
    }

    /// A request that nobody can read as what its name says, refused whatever it holds.
    pub(super) fn refuse(bytes: &[u8], now: i64) -> Answered {
        let (header, encoding) = read(bytes).map_or_else(
            |_| (Record::new(Section::Header), Encoding::ShiftJis),
            |(rest, _)| (rest.header, rest.encoding),
        );
        let problem = Problem::new(Code::Maintenance, "障害の模擬です", None);
        Answered {
            reply: failed(&header, &problem, now),
            encoding,
            is_bulk_result: false,
        }
    }

    /// What the card reader confirms about a person: the message of a face file.
    pub(super) fn face(&self, person: &Person, now: i64) -> Result<Message, crate::Error> {
        let clinic = Institution::default();
        let institution = self.settings.institution.as_ref().unwrap_or(&clinic);
        let asked = Asked {
            limit_application: true,
            specific_diseases: true,
            consents: &CONSENTS,
            ..self.asked(institution, person, now)
        };
        let answer = compose(person, &asked)?;
        let mut top = answer.message().header.clone();
        top.insert(F::CHARACTER_CODE_IDENTIFIER, "1");
        Ok(Message::new(top, said(&answer, Section::Body, None)))
    }

    fn institution(&self, header: &Record) -> Result<Institution, Problem> {
        let code = header
            .text(F::MEDICAL_INSTITUTION_CODE)
            .filter(|code| code.len() == 10 && code.bytes().all(|byte| byte.is_ascii_digit()))
            .ok_or(Problem::malformed(
                "数字10桁ではありません",
                F::MEDICAL_INSTITUTION_CODE,
            ))?;
        match &self.settings.institution {
            Some(own) if own.code() != code => Err(Problem::new(
                Code::FacilityMismatch,
                "この端末の機関ではありません",
                Some(F::MEDICAL_INSTITUTION_CODE),
            )),
            Some(own) => Ok(own.clone()),
            None => Ok(Institution::new(
                code,
                "サンドボックス診療所",
                InstitutionKind::Clinic,
            )),
        }
    }

    fn route(&mut self, request: &Request, now: i64) -> Result<Reply, Problem> {
        match request.kind {
            MessageKind::Query => self.query(request, now),
            MessageKind::Registration => {
                let mut top = header(&request.header, now, "1");
                top.remove(F::QUALIFICATION_CONFIRMATION_DATE);
                let record = request.only(Section::Registration)?;
                self.register(record)?;
                let mut body = Record::new(Section::Body);
                normal(&mut body);
                body.push(record.clone());
                Ok(Reply::One(Box::new(Message::new(top, body))))
            }
            kind if kind.download().is_some() => self.accept(request, now),
            kind => self.download(request, kind, now),
        }
    }

    fn query(&self, request: &Request, now: i64) -> Result<Reply, Problem> {
        request.day()?;
        let search = request.only(Section::Search)?;
        let found = self.find(search)?;
        let limit = lookup::limit(search)?;
        let mut top = header(&request.header, now, "1");
        top.insert(F::REFERENCE_CLASSIFICATION, "2");
        let body = self.described(
            Section::Body,
            &found,
            search,
            &request.institution,
            limit,
            now,
        )?;
        Ok(Reply::One(Box::new(Message::new(top, body))))
    }

    /// Takes an upload in: the answer is a reception number (受付番号).
    fn accept(&mut self, request: &Request, now: i64) -> Result<Reply, Problem> {
        let job = Job::read(request.kind, &request.units)?;
        if request.kind == MessageKind::BulkQuery {
            request.day()?;
        }
        let job = match job {
            // Chart numbers are registered at once; the download says how that went.
            Job::Registration(records) => Job::Registered(
                records
                    .iter()
                    .map(|record| self.registered(record))
                    .collect(),
            ),
            other => other,
        };
        self.accepted += 1;
        let number = format!("{}{:06}", crate::calendar::stamp(now), self.accepted);
        self.receptions.insert(
            number.clone(),
            Reception::new(request.kind, &request.header, job),
        );
        let mut top = header(&request.header, now, "1");
        top.insert(F::RECEPTION_NUMBER, number);
        let mut body = Record::new(Section::Body);
        normal(&mut body);
        Ok(Reply::One(Box::new(Message::new(top, body))))
    }

    fn download(&self, request: &Request, kind: MessageKind, now: i64) -> Result<Reply, Problem> {
        let field = F::RECEPTION_NUMBER;
        let number = request
            .body
            .text(field)
            .or_else(|| request.header.text(field))
            .ok_or(Problem::malformed("必須です", field))?;
        let reception = self
            .receptions
            .get(number)
            .filter(|reception| reception.kind.download() == Some(kind))
            .ok_or(Problem::malformed("受け付けていない番号です", field))?;
        if reception.institution != request.institution.code() {
            return Err(Problem::new(
                Code::FacilityMismatch,
                "ほかの機関の受付番号です",
                Some(field),
            ));
        }
        let mut top = header(&request.header, now, "1");
        top.insert(field, number);
        if let Some(day) = reception.day.as_deref() {
            top.insert(F::QUALIFICATION_CONFIRMATION_DATE, day);
        }
        if reception.accepted.elapsed() < self.settings.bulk_time {
            top.insert(F::SEGMENT_OF_RESULT, "2");
            top.insert(F::ERROR_MESSAGE, format!("{NOTICE}処理中です。"));
            return Ok(Reply::One(Box::new(Message::new(
                top,
                Record::new(Section::Body),
            ))));
        }
        let units = reception.units(self, &request.institution, now);
        let is_normal = |unit: &&Record| unit.text(F::PROCESSING_RESULT_STATUS) == Some("1");
        let well = units.iter().filter(is_normal).count();
        top.insert(F::NUMBER_OF_PROCESSING_RESULT, units.len().to_string());
        top.insert(F::NUMBER_OF_NORMAL_PROCESSING, well.to_string());
        top.insert(F::NUMBER_OF_ERROR, (units.len() - well).to_string());
        let mut body = Record::new(Section::Body);
        normal(&mut body);
        Ok(Reply::Many {
            header: Box::new(top),
            body: Box::new(body),
            units,
        })
    }

    /// One unit of a bulk answer: whom the search means, or why nobody.
    pub(super) fn unit(&self, search: &Record, institution: &Institution, now: i64) -> Record {
        let made = self.find(search).and_then(|found| {
            let limit = match search.text(F::REFERENCE_NUMBER) {
                Some(_) => false,
                None => lookup::limit(search)?,
            };
            self.described(Section::Unit, &found, search, institution, limit, now)
        });
        let mut unit = made.unwrap_or_else(|problem| {
            let mut unit = Record::new(Section::Unit);
            refused(&mut unit, &problem);
            unit
        });
        if let Some(number) = search.text(F::REFERENCE_NUMBER) {
            unit.insert(F::REFERENCE_NUMBER, number);
        }
        unit.push(search.clone());
        unit
    }

    /// One unit about a person whom the service chose itself: a consented patient, or one with tickets.
    pub(super) fn listed(
        &self,
        person: &Person,
        reference: Option<&str>,
        consents: &[Consent],
        institution: &Institution,
        now: i64,
    ) -> Option<Record> {
        let asked = Asked {
            consents,
            reference: reference.or_else(|| self.chart(person)),
            ..self.asked(institution, person, now)
        };
        let answer = compose(person, &asked).ok()?;
        let mut unit = said(&answer, Section::Unit, None);
        if let Some(reference) = reference {
            unit.insert(F::REFERENCE_NUMBER, reference);
        }
        Some(unit)
    }

    fn described(
        &self,
        section: Section,
        found: &[&'static Person],
        search: &Record,
        institution: &Institution,
        limit_application: bool,
        now: i64,
    ) -> Result<Record, Problem> {
        let validity = match found {
            [person] => {
                let asked = Asked {
                    limit_application,
                    ..self.asked(institution, person, now)
                };
                let failed = |_| Problem::new(Code::Maintenance, "回答を作れません", None);
                let answer = compose(person, &asked).map_err(failed)?;
                return Ok(said(&answer, section, search.text(F::ARBITRARY_IDENTIFIER)));
            }
            [] => "4",
            _ => "5",
        };
        let mut record = Record::new(section);
        normal(&mut record);
        record.insert(F::QUALIFICATION_VALIDITY, validity);
        Ok(record)
    }

    fn find(&self, search: &Record) -> Result<Vec<&'static Person>, Problem> {
        match search.text(F::REFERENCE_NUMBER) {
            Some(number) => Ok(self.charts.get(number).copied().into_iter().collect()),
            None => {
                let birth = lookup::birth(search)?;
                lookup::people(search, Some(birth))
            }
        }
    }

    fn register(&mut self, record: &Record) -> Result<(), Problem> {
        let field = F::REFERENCE_NUMBER;
        let number = record
            .text(field)
            .filter(|number| number.chars().count() <= 50)
            .ok_or(Problem::malformed("1文字から50文字ではありません", field))?;
        for (field, rule) in [
            (F::INSURED_CARD_SYMBOL, "20文字を超えています"),
            (F::INSURED_IDENTIFICATION_NUMBER, "20文字を超えています"),
        ] {
            if record.text(field).unwrap_or("").chars().count() > 20 {
                return Err(Problem::malformed(rule, field));
            }
        }
        match lookup::people(record, None)?.as_slice() {
            [person] => {
                self.charts.insert(number.to_owned(), person);
                Ok(())
            }
            [] => Err(Problem::new(
                Code::NotRegistered,
                "該当する資格がありません",
                None,
            )),
            _ => Err(Problem::malformed(
                "複数の方が該当します",
                F::INSURED_BRANCH_NUMBER,
            )),
        }
    }

    fn registered(&mut self, record: &Record) -> Record {
        let mut unit = Record::new(Section::RegistrationUnit);
        match self.register(record) {
            Ok(()) => normal(&mut unit),
            Err(problem) => refused(&mut unit, &problem),
        }
        unit.push(record.clone());
        unit
    }

    fn asked<'a>(&'a self, institution: &'a Institution, person: &Person, now: i64) -> Asked<'a> {
        Asked {
            at: now,
            institution,
            code: Code::Normal,
            limit_application: false,
            specific_diseases: false,
            consents: &[],
            reference: self.chart(person),
        }
    }

    fn chart(&self, person: &Person) -> Option<&str> {
        let mut charts = self.charts.iter();
        charts
            .find(|(_, whose)| whose.id == person.id)
            .map(|(number, _)| number.as_str())
    }
}

impl Request {
    /// The one unit that a single request has.
    fn only(&self, section: Section) -> Result<&Record, Problem> {
        match self.units.as_slice() {
            [unit] if unit.section() == section => Ok(unit),
            _ => Err(Problem {
                code: Code::Malformed,
                what: "1件ではありません",
                tag: section.tag(),
            }),
        }
    }

    fn day(&self) -> Result<(), Problem> {
        let field = F::QUALIFICATION_CONFIRMATION_DATE;
        let day = self.header.date(field).map(drop);
        day.ok_or(Problem::malformed("YYYYMMDDではありません", field))
    }
}

const CONSENTS: [Consent; 4] = [
    Consent::Checkups,
    Consent::Pharmacists,
    Consent::Diagnosis,
    Consent::Operation,
];

/// The body, or the unit, that tells an answer: numbers of six digits in eight places, and the sentence about what this is.
fn said(
    answer: &mynacard_eligibility::Answer,
    section: Section,
    identifier: Option<&str>,
) -> Record {
    let mut record = Record::new(section);
    for (field, text) in answer.message().body.values() {
        if section.layout().fields.contains(&field) {
            record.insert(field, text);
        }
    }
    normal(&mut record);
    for result in answer.results() {
        let mut result = result.record().clone();
        if let Some(number) = result.text(F::INSURER_NUMBER).map(str::to_owned) {
            result.insert(F::INSURER_NUMBER, format!("{number:>8}"));
        }
        if let Some(identifier) = identifier {
            result.insert(F::ARBITRARY_IDENTIFIER, identifier);
        }
        record.push(result);
    }
    record
}

/// Reads a request of any kind: the message without its people, and the people.
fn read(bytes: &[u8]) -> Result<(Message, Vec<Record>), Problem> {
    let problem = |what| Problem::new(Code::Malformed, what, None);
    if bytes.len() > LONGEST {
        return Err(problem("ファイルが大きすぎます"));
    }
    let unreadable = |_| problem("電文の形式ではありません");
    let mut reader = BulkReader::open(bytes).map_err(unreadable)?;
    let mut units = Vec::new();
    while let Some(unit) = reader.next_unit().map_err(unreadable)? {
        units.push(unit.record);
    }
    Ok((reader.rest().clone(), units))
}

/// The person of an id, if the card is registered as an insurance card.
pub(super) fn card(id: &str) -> Option<&'static Person> {
    people::all()
        .iter()
        .find(|person| person.id == id && person.registered)
}
