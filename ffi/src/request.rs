//! What a program asks the 資格確認端末, as JSON says it.

use mynacard::eligibility::identifier::{
    BranchNumber, IdentifierError, InstitutionCode, InsuredNumber, InsuredSymbol, InsurerNumber,
};
use mynacard::eligibility::message::MessageKind;
use mynacard::eligibility::message::request::{
    self, Care, Consent, Insured, Padding, Period, Query, Sender,
};
use mynacard::eligibility::{Date, Message};
use serde::Deserialize;

use crate::failure::Failure;
use crate::json;

/// More people than any institution asks for at once.
const MOST: usize = 100_000;

/// Only what kind of request it is; the rest is read by its own rules.
#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "do", default)]
    what: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct One {
    #[serde(rename = "do")]
    _what: Option<String>,
    institution: String,
    file_identifier: Option<String>,
    day: Option<String>,
    padding: Option<String>,
    insurer: String,
    symbol: Option<String>,
    number: String,
    branch: Option<String>,
    birth: String,
    #[serde(default)]
    limit: bool,
    identifier: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    insurer: String,
    symbol: Option<String>,
    number: String,
    branch: Option<String>,
    birth: String,
    #[serde(default)]
    limit: bool,
    identifier: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chart {
    chart: String,
    insurer: String,
    symbol: Option<String>,
    number: String,
    branch: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
enum Many {
    Bulk {
        institution: String,
        file_identifier: Option<String>,
        day: Option<String>,
        padding: Option<String>,
        people: Vec<Person>,
    },
    Consented {
        institution: String,
        file_identifier: Option<String>,
        care: String,
        by: String,
        from: Option<String>,
        to: Option<String>,
    },
    Assistance {
        institution: String,
        file_identifier: Option<String>,
        month: Option<String>,
    },
    Register {
        institution: String,
        file_identifier: Option<String>,
        charts: Vec<Chart>,
    },
    Download {
        institution: String,
        file_identifier: Option<String>,
        of: String,
        reception_number: String,
    },
}

/// The request that a JSON document asks for.
pub(crate) fn read(ask: &[u8]) -> Result<(MessageKind, Message), Failure> {
    let kind: Kind = json::ask("ask", ask)?;
    match kind.what.as_deref() {
        None | Some("query") => json::ask::<One>("ask", ask)?.message(),
        Some(_) => json::ask::<Many>("ask", ask)?.message(),
    }
}

impl One {
    fn message(self) -> Result<(MessageKind, Message), Failure> {
        let sender = sender(&self.institution, self.file_identifier)?;
        let (day, padding) = (day(self.day.as_deref())?, padding(self.padding.as_deref())?);
        let person = Person {
            insurer: self.insurer,
            symbol: self.symbol,
            number: self.number,
            branch: self.branch,
            birth: self.birth,
            limit: self.limit,
            identifier: self.identifier,
        };
        let message = request::query(&sender, day, &person.query()?, padding)?;
        Ok((MessageKind::Query, message))
    }
}

impl Many {
    fn message(self) -> Result<(MessageKind, Message), Failure> {
        Ok(match self {
            Self::Bulk {
                institution,
                file_identifier,
                day: on,
                padding: with,
                people,
            } => {
                let sender = sender(&institution, file_identifier)?;
                at_most("ask.people", people.len())?;
                let queries = people.into_iter().map(Person::query);
                let queries = queries.collect::<Result<Vec<_>, _>>()?;
                let (day, padding) = (day(on.as_deref())?, padding(with.as_deref())?);
                let message = request::bulk_query(&sender, day, &queries, padding)?;
                (MessageKind::BulkQuery, message)
            }
            Self::Consented {
                institution,
                file_identifier,
                care,
                by,
                from,
                to,
            } => {
                let sender = sender(&institution, file_identifier)?;
                let kinds = [
                    ("visiting", (Care::Visiting, MessageKind::Visiting)),
                    ("online", (Care::Online, MessageKind::Online)),
                ];
                let (care, kind) = json::named("ask.care", &care, &kinds)?;
                let from = from.map_or_else(json::today, |text| json::day("ask.from", &text))?;
                let to = to.map_or(Ok(from), |text| json::day("ask.to", &text))?;
                let by_visit = [("visit-date", true), ("consent-date", false)];
                let period = match json::named("ask.by", &by, &by_visit)? {
                    true => Period::Examination(from, to),
                    false => Period::Consent(from, to),
                };
                (kind, request::consented(&sender, care, period)?)
            }
            Self::Assistance {
                institution,
                file_identifier,
                month,
            } => {
                let sender = sender(&institution, file_identifier)?;
                let month = match month {
                    None => json::today()?,
                    Some(month) => Date::from_basic(&format!("{month}01"))
                        .ok_or_else(|| json::wrong("ask.month: a month is written YYYYMM"))?,
                };
                let message = request::assistance(&sender, month)?;
                (MessageKind::Assistance, message)
            }
            Self::Register {
                institution,
                file_identifier,
                charts,
            } => {
                let sender = sender(&institution, file_identifier)?;
                at_most("ask.charts", charts.len())?;
                let kind = match charts.len() {
                    1 => MessageKind::Registration,
                    _ => MessageKind::BulkRegistration,
                };
                let charts = charts.into_iter().map(|chart| {
                    let (insurer, number) = (&chart.insurer, &chart.number);
                    let who = insured(insurer, &chart.symbol, number, &chart.branch)?;
                    Ok((chart.chart, who))
                });
                let charts = charts.collect::<Result<Vec<_>, Failure>>()?;
                let charts = charts.iter().map(|(chart, who)| (chart.as_str(), who));
                (kind, request::register(&sender, charts)?)
            }
            Self::Download {
                institution,
                file_identifier,
                of,
                reception_number,
            } => {
                const KINDS: &[(&str, MessageKind)] = &[
                    ("bulk", MessageKind::BulkQueryDownload),
                    ("visiting", MessageKind::VisitingDownload),
                    ("online", MessageKind::OnlineDownload),
                    ("assistance", MessageKind::AssistanceDownload),
                    ("register", MessageKind::BulkRegistrationDownload),
                ];
                let sender = sender(&institution, file_identifier)?;
                let kind = json::named("ask.of", &of, KINDS)?;
                (kind, request::download(&sender, &reception_number)?)
            }
        })
    }
}

impl Person {
    fn query(self) -> Result<Query, Failure> {
        Ok(Query {
            insured: insured(&self.insurer, &self.symbol, &self.number, &self.branch)?,
            birth: json::day("ask.birth", &self.birth)?,
            limit: match self.limit {
                true => Consent::Given,
                false => Consent::NotGiven,
            },
            identifier: self.identifier,
        })
    }
}

fn sender(institution: &str, file_identifier: Option<String>) -> Result<Sender, Failure> {
    Ok(Sender {
        institution: InstitutionCode::strict(institution).map_err(not("ask.institution"))?,
        file_identifier,
    })
}

fn insured(
    insurer: &str,
    symbol: &Option<String>,
    number: &str,
    branch: &Option<String>,
) -> Result<Insured, Failure> {
    Ok(Insured {
        insurer: InsurerNumber::strict(insurer).map_err(not("ask.insurer"))?,
        symbol: optional(symbol, InsuredSymbol::strict, "ask.symbol")?,
        number: InsuredNumber::strict(number).map_err(not("ask.number"))?,
        branch: optional(branch, BranchNumber::strict, "ask.branch")?,
    })
}

fn day(text: Option<&str>) -> Result<Date, Failure> {
    text.map_or_else(json::today, |text| json::day("ask.day", text))
}

fn padding(name: Option<&str>) -> Result<Padding, Failure> {
    const PADDINGS: &[(&str, Padding)] = &[("spaces", Padding::Spaces), ("zeros", Padding::Zeros)];
    json::named("ask.padding", name.unwrap_or("spaces"), PADDINGS)
}

fn at_most(member: &'static str, count: usize) -> Result<(), Failure> {
    match (1..=MOST).contains(&count) {
        true => Ok(()),
        false => Err(json::wrong(format!("{member}: 1 to {MOST}"))),
    }
}

fn optional<T>(
    text: &Option<String>,
    read: impl FnOnce(&str) -> Result<T, IdentifierError>,
    member: &'static str,
) -> Result<Option<T>, Failure> {
    text.as_deref().map(read).transpose().map_err(not(member))
}

/// What is wrong with the number is in the number: only its code is told.
fn not(member: &'static str) -> impl FnOnce(IdentifierError) -> Failure {
    move |error| json::wrong(format!("{member}: not such a number ({})", error.code()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::mynacard_status;

    fn kind(ask: &str) -> Result<MessageKind, mynacard_status> {
        match read(ask.as_bytes()) {
            Ok((kind, message)) => {
                assert!(message.findings().is_empty(), "{ask}");
                Ok(kind)
            }
            Err(failure) => Err(failure.status()),
        }
    }

    #[test]
    fn every_request_of_the_folders_can_be_asked() {
        use MessageKind as K;
        const WHO: &str = r#""insurer":"06130488","number":"21""#;
        let with = |rest: &str| kind(&format!(r#"{{"institution":"1312345679",{rest}}}"#));
        let birth = r#""birth":"19800217""#;
        assert_eq!(with(&format!("{WHO},{birth}")), Ok(K::Query));
        assert_eq!(
            with(&format!(r#""do":"query",{WHO},{birth}"#)),
            Ok(K::Query)
        );
        let people =
            format!(r#""do":"bulk","people":[{{{WHO},{birth}}},{{{WHO},{birth},"limit":true}}]"#);
        assert_eq!(with(&people), Ok(K::BulkQuery));
        let list = r#""do":"consented","by":"visit-date","care":"visiting","from":"20261101","to":"20261130""#;
        assert_eq!(with(list), Ok(K::Visiting));
        let list = r#""do":"consented","by":"consent-date","care":"online""#;
        assert_eq!(with(list), Ok(K::Online));
        assert_eq!(
            with(r#""do":"assistance","month":"202611""#),
            Ok(K::Assistance)
        );
        let chart = format!(r#"{{"chart":"0001",{WHO}}}"#);
        let one = format!(r#""do":"register","charts":[{chart}]"#);
        assert_eq!(with(&one), Ok(K::Registration));
        let two = format!(r#""do":"register","charts":[{chart},{chart}]"#);
        assert_eq!(with(&two), Ok(K::BulkRegistration));
        for (of, kind) in [
            ("bulk", K::BulkQueryDownload),
            ("visiting", K::VisitingDownload),
            ("online", K::OnlineDownload),
            ("assistance", K::AssistanceDownload),
            ("register", K::BulkRegistrationDownload),
        ] {
            let ask =
                format!(r#""do":"download","of":"{of}","reception_number":"00000000000000000001""#);
            assert_eq!(with(&ask), Ok(kind));
        }
        for wrong in [
            r#""do":"dance""#,
            r#""do":"bulk","people":[]"#,
            r#""do":"register","charts":[]"#,
            r#""do":"assistance","month":"2026-11""#,
            r#""do":"consented","by":"?","care":"online""#,
            r#""do":"download","of":"query","reception_number":"1""#,
            r#""do":"assistance","more":1"#,
        ] {
            assert_eq!(
                with(wrong),
                Err(mynacard_status::InvalidArgument),
                "{wrong}"
            );
        }
    }
}
