//! `mynacard consent` and `mynacard requery`: 居宅同意取得型 at the desk.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::{Args, Subcommand, ValueEnum};
use mynacard::auth::home::{
    CancelReason, Care, Consent, ConsentKind, ConsentKinds, ConsentState, ConsentedQuery, DateOf,
    HomeDesk, Period, Reference, Registration, Requery, VisitingPatient,
};
use mynacard::auth::{Cancel, Error, ErrorKind, Extra, Screen};
use mynacard::cert::Timestamp;
use mynacard::client::https::HttpsService;
use mynacard::eligibility::{Date, DateTime};
use mynacard::guidance;
use serde_json::{Value, json};

use crate::args::{CheckArguments, HomeArguments};
use crate::audit;
use crate::check;
use crate::failure::Failure;
use crate::home::Home;
use crate::interrupt;
use crate::output::Output;
use crate::reception::{self, CLEAR};

#[derive(Debug, Subcommand)]
pub(crate) enum ConsentCommand {
    /// At the first visit, with the card: check the insurance and register what the patient agrees to.
    Register(RegisterArguments),
    /// Say what a patient agreed to, and whether it holds.
    Inquire(PatientArguments),
    /// Leave fewer kinds of information agreed to; more of them need the card again.
    Change {
        #[command(flatten)]
        patient: PatientArguments,
        /// What may still be shown: checkups, medicines, treatment, operations, with commas.
        #[arg(long, value_delimiter = ',', required = true)]
        kinds: Vec<String>,
    },
    /// End everything that a patient agreed to.
    Cancel {
        #[command(flatten)]
        patient: PatientArguments,
        /// Who wants it.
        #[arg(long, value_enum)]
        reason: ReasonArgument,
    },
    /// List consented patients by the day of their consent or of their visit or appointment.
    List {
        #[command(flatten)]
        patients: PeriodArguments,
        #[command(flatten)]
        home: HomeArguments,
    },
}

#[derive(Debug, Args)]
pub(crate) struct RegisterArguments {
    /// The patient's number here (照会番号), 1 to 50 characters.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) reference: String,
    /// The kind of care: visiting (訪問診療等), online (オンライン診療等) or outpatient (外来診療等).
    #[arg(long)]
    pub(crate) care: String,
    /// What the patient agrees to: checkups, medicines, treatment, operations, with commas.
    #[arg(long, value_delimiter = ',', required = true)]
    pub(crate) kinds: Vec<String>,
    /// The day of the visit or appointment, YYYYMMDD; without it today.
    #[arg(long, value_name = "DATE")]
    pub(crate) visit_date: Option<String>,
    #[command(flatten)]
    pub(crate) check: CheckArguments,
}

#[derive(Debug, Args)]
pub(crate) struct PatientArguments {
    /// The patient's number here (照会番号).
    #[arg(long, value_name = "NUMBER")]
    pub(crate) reference: String,
    #[command(flatten)]
    pub(crate) home: HomeArguments,
}

#[derive(Debug, Args)]
pub(crate) struct RequeryArguments {
    #[command(flatten)]
    pub(crate) patient: PatientArguments,
    /// Ask for the 限度額 information too; the patient agreed.
    #[arg(long)]
    pub(crate) limit_application: bool,
    /// Ask for the 特定疾病 information too; the patient agreed.
    #[arg(long)]
    pub(crate) specific_diseases: bool,
    /// Show the answer until it is closed or its time is over, as at a terminal, also where the input is none.
    #[arg(long)]
    pub(crate) screen: bool,
    /// How long an answer stands on such a screen, in seconds.
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = clap::value_parser!(u16).range(1..=3600))]
    pub(crate) keep: u16,
}

/// Which patients.
#[derive(Debug, Args)]
pub(crate) struct PeriodArguments {
    /// The kind of care: visiting (訪問診療等), online (オンライン診療等) or outpatient (外来診療等).
    #[arg(long)]
    care: String,
    /// Which day counts.
    #[arg(long, value_enum, default_value = "visit-date")]
    by: ByArgument,
    /// The first day, YYYYMMDD; without it today.
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// The last day, YYYYMMDD; without it the first one.
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
}

/// Which day counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ByArgument {
    /// 同意日
    ConsentDate,
    /// 診療日・予約日
    VisitDate,
}

/// Who wants a consent to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReasonArgument {
    /// 医療機関等による取消
    Institution,
    /// 患者による取消
    Patient,
    /// 利用形態の変更
    ChangeOfUse,
}

pub(crate) fn run(command: &ConsentCommand, output: &Output) -> Result<(), Failure> {
    match command {
        ConsentCommand::Register(arguments) => register(arguments, output),
        ConsentCommand::Inquire(patient) => {
            let reference = Reference::new(&patient.reference)?;
            let found = desk(&patient.home)?.inquire(&reference, &Cancel::new())?;
            output.result(&json(&found), || text(&found, output))
        }
        ConsentCommand::Change { patient, kinds } => {
            let reference = Reference::new(&patient.reference)?;
            let kinds = kinds_of(kinds)?;
            let mut desk = desk(&patient.home)?;
            let stop = Cancel::new();
            let narrowing = desk.inquire(&reference, &stop)?.narrowed(kinds)?;
            let changed = desk.change(&narrowing, &stop)?;
            output.result(&json(&changed), || text(&changed, output))
        }
        ConsentCommand::Cancel { patient, reason } => {
            let reference = Reference::new(&patient.reference)?;
            let reason = match reason {
                ReasonArgument::Institution => CancelReason::Institution,
                ReasonArgument::Patient => CancelReason::Patient,
                ReasonArgument::ChangeOfUse => CancelReason::ChangeOfUse,
            };
            let ended = desk(&patient.home)?.cancel(&reference, reason, &Cancel::new())?;
            output.result(&json(&ended), || text(&ended, output))
        }
        ConsentCommand::List { patients, home } => {
            let query = patients.query()?;
            let listed = desk(home)?.list(&query, &Cancel::new())?;
            let value = json!({ "consents": listed.iter().map(json).collect::<Vec<_>>() });
            output.result(&value, || {
                let mut lines: String = listed.iter().map(|c| text(c, output)).collect();
                lines.push_str(&format!(
                    "{}: {}\n",
                    output.pick("件数", "patients"),
                    listed.len()
                ));
                lines
            })
        }
    }
}

/// `mynacard requery`: the service says first whether the patient is a visited one; nothing else is asked of the others.
pub(crate) fn requery(arguments: &RequeryArguments, output: &Output) -> Result<(), Failure> {
    let reference = Reference::new(&arguments.patient.reference)?;
    let mut home = Home::open(&arguments.patient.home)?;
    let service = HttpsService::new(&home.endpoint(), Some(&home.terminal))?;
    let keep = Duration::from_secs(arguments.keep.into());
    let trail = audit::open(&arguments.patient.home, home.vault_mut())?;
    let on_screen = arguments.screen || output.at_a_terminal();
    let screen = interrupt::share(
        Screen::new(keep, Box::new(trail)),
        if on_screen { CLEAR } else { "" },
    );
    let mut desk = audited(&arguments.patient.home, &mut home, service)?;
    let stop = Cancel::new();
    let found = interrupt::during(&stop, || desk.inquire(&reference, &stop))?;
    let patient = VisitingPatient::of(&found)?;
    let mut query = Requery::new(patient)?;
    if arguments.limit_application {
        query = query.with(Extra::LimitApplication);
    }
    if arguments.specific_diseases {
        query = query.with(Extra::SpecificDiseases);
    }
    let answered = interrupt::during(&stop, || desk.requery(&query, &stop))?;
    // Held until it is written where a screen is wiped: what ends the program wipes it after that.
    let mut looked = interrupt::look(&screen);
    let answered = looked.show_requery(answered, SystemTime::now())?;
    let answer = answered.answer();
    let validity = answer.validity();
    let advice = validity.as_ref().and_then(guidance::for_validity);
    let value = json!({
        "check_id": answered.check_id(),
        "reference": reference.as_str(),
        "evidence": answered.evidence().to_string(),
        "processed_at": Timestamp::from(answered.processed_at()).to_string(),
        "validity": validity.as_ref().map(|validity| validity.code().to_owned()),
        "guidance": advice.map(|entry| entry.code),
        "answer": serde_json::from_str::<Value>(&answer.to_json()).unwrap_or(Value::Null),
    });
    let staff = advice.map_or(String::new(), |entry| {
        format!("● {}\n", entry.staff.raw(output.language()))
    });
    let text = format!("{staff}{}", answer.to_text(output.language()));
    if !on_screen {
        drop(looked);
        return output.result(&value, || text);
    }
    reception::stand(&screen, looked, &text, keep, output)
}

fn register(arguments: &RegisterArguments, output: &Output) -> Result<(), Failure> {
    let reference = Reference::new(&arguments.reference)?;
    let care: Care = arguments.care.parse().map_err(Failure::from)?;
    let kinds = kinds_of(&arguments.kinds)?;
    let visit = match &arguments.visit_date {
        Some(text) => date(text)?,
        None => today()?,
    };
    // Before the patient is asked for anything: what would be refused after the check.
    if visit < today()? {
        return Err(Error::from(ErrorKind::VisitInPast).into());
    }
    let ask = check::context(&arguments.check, care.purpose())?;
    if care == Care::Visiting && ask.purpose() != care.purpose() {
        return Err(Error::from(ErrorKind::CareNeedsPurpose { care }).into());
    }
    let source = check::source(&arguments.check, false)?;
    let mut home = Home::open(&arguments.check.home)?;
    let screen = check::screen(&arguments.check, &mut home)?;
    let on_screen = output.at_a_terminal();
    let screen = interrupt::share(screen, if on_screen { CLEAR } else { "" });
    let service = HttpsService::new(&home.endpoint(), Some(&home.terminal))?;
    let ask = ask.consenting(kinds);
    let checked = check::perform(
        &arguments.check,
        source,
        ask,
        &home,
        service.clone(),
        output,
    );
    let mut looked = interrupt::look(&screen);
    let checked = check::shown(&mut looked, checked)?;
    let registration = Registration::after(checked, reference, care, kinds, visit)?;
    let mut desk = audited(&arguments.check.home, &mut home, service)?;
    let stop = Cancel::new();
    let kept = interrupt::during(&stop, || desk.register(&registration, &stop))?;
    let mut value = json(&kept);
    if let Some(members) = value.as_object_mut() {
        members.insert("check".to_owned(), crate::answer::json(checked, output));
    }
    let text = format!(
        "{}{}",
        crate::answer::text(checked, output),
        text(&kept, output)
    );
    if on_screen {
        let keep = check::keep(&arguments.check);
        return reception::stand(&screen, looked, &text, keep, output);
    }
    drop(looked);
    output.result(&value, || text)
}

/// This terminal's side of 居宅同意取得型, with its audit trail.
pub(crate) fn desk(arguments: &HomeArguments) -> Result<HomeDesk, Failure> {
    let mut home = Home::open(arguments)?;
    let service = HttpsService::new(&home.endpoint(), Some(&home.terminal))?;
    audited(arguments, &mut home, service)
}

fn audited(
    arguments: &HomeArguments,
    home: &mut Home,
    service: HttpsService,
) -> Result<HomeDesk, Failure> {
    let trail = audit::open(arguments, home.vault_mut())?;
    Ok(HomeDesk::audited(
        Box::new(service),
        Box::new(trail),
        SystemTime::now,
    ))
}

impl PeriodArguments {
    /// The patients that are meant.
    pub(crate) fn query(&self) -> Result<ConsentedQuery, Failure> {
        let care: Care = self.care.parse().map_err(Failure::from)?;
        let by = match self.by {
            ByArgument::ConsentDate => DateOf::Consent,
            ByArgument::VisitDate => DateOf::Visit,
        };
        let from = self.from.as_deref().map_or_else(today, date)?;
        let to = self.to.as_deref().map_or(Ok(from), date)?;
        Ok(ConsentedQuery::new(care, by, Period::new(from, to)?))
    }
}

fn kinds_of(names: &[String]) -> Result<ConsentKinds, Failure> {
    let kinds: Result<Vec<ConsentKind>, Error> = names.iter().map(|name| name.parse()).collect();
    Ok(ConsentKinds::of(kinds?)?)
}

fn date(text: &str) -> Result<Date, Failure> {
    Date::from_basic(text)
        .ok_or_else(|| Failure::usage("a day is written YYYYMMDD and has to exist".to_owned()))
}

fn today() -> Result<Date, Failure> {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .and_then(DateTime::in_japan)
        .map(|now| now.date)
        .ok_or_else(|| Failure::usage("this machine's clock is not set".to_owned()))
}

fn json(consent: &Consent) -> Value {
    let reason = match consent.state {
        ConsentState::Cancelled(reason) => reason.map(CancelReason::as_str),
        _ => None,
    };
    json!({
        "reference": consent.reference.as_str(),
        "care": consent.care.as_str(),
        "kinds": consent.kinds.iter().map(ConsentKind::as_str).collect::<Vec<_>>(),
        "given_at": Timestamp::from(consent.given_at).to_string(),
        "visit_date": consent.visit.basic(),
        "ends_at": Timestamp::from(consent.ends_at).to_string(),
        "state": consent.state.as_str(),
        "reason": reason,
    })
}

fn text(consent: &Consent, output: &Output) -> String {
    let care = match consent.care {
        Care::Outpatient => output.pick("外来診療等", "outpatient"),
        Care::Visiting => output.pick("訪問診療等", "home visits"),
        Care::Online => output.pick("オンライン診療等", "online"),
        _ => consent.care.as_str(),
    };
    let kinds: Vec<_> = consent
        .kinds
        .iter()
        .map(|kind| match kind {
            ConsentKind::Checkups => output.pick("健診", "checkups"),
            ConsentKind::Medicines => output.pick("薬剤", "medicines"),
            ConsentKind::Treatment => output.pick("診療", "treatment"),
            ConsentKind::Operations => output.pick("手術", "operations"),
            _ => kind.as_str(),
        })
        .collect();
    let state = match consent.state {
        ConsentState::Active => output.pick("有効", "holds"),
        ConsentState::Expired => output.pick("期限切れ", "expired"),
        ConsentState::Cancelled(_) => output.pick("取消済み", "cancelled"),
        _ => consent.state.as_str(),
    };
    format!(
        "{}  {care}  {}: {}  {}: {}  {}: {state}\n",
        consent.reference.as_str(),
        output.pick("同意", "agreed to"),
        kinds.join(output.pick("・", ", ")),
        output.pick("診療日", "visit"),
        consent.visit.basic(),
        output.pick("状態", "state"),
    )
}
