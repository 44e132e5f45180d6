//! `mynacard cert`: what a certificate says, and what is to be thought of it.

use std::path::Path;
use std::time::SystemTime;

use mynacard::cert::revocation::{
    ListPolicy, OcspPolicy, OcspResponse, Question, Revocation, RevocationPolicy, reason_name,
    walk_list,
};
use mynacard::cert::{Certificate, Purpose, Timestamp, TrustStore, Verified, Warning};
use serde_json::{Value, json};

use crate::args::{CertCommand, HierarchyArgument, UsageArgument, VerifyArguments};
use crate::failure::Failure;
use crate::output::Output;
use crate::pem;

pub(crate) fn run(command: &CertCommand, output: &Output) -> Result<(), Failure> {
    match command {
        CertCommand::Show { file } => show(file, output),
        CertCommand::Verify(arguments) => verify(arguments, output),
    }
}

fn show(file: &Path, output: &Output) -> Result<(), Failure> {
    let certificate = read(file)?;
    let description = describe(&certificate)?;
    output.result(&description, || lines(&description))
}

fn verify(arguments: &VerifyArguments, output: &Output) -> Result<(), Failure> {
    let certificate = read(&arguments.file)?;
    let at = match &arguments.at {
        None => Timestamp::from(SystemTime::now()),
        Some(text) => Timestamp::parse(text).ok_or_else(|| {
            Failure::usage(format!(
                "--at wants 2026-04-01T00:00:00Z or 2026-04-01, found {text:?}"
            ))
        })?,
    };
    let store = store(arguments)?;
    let verdict = match arguments.usage {
        UsageArgument::Authentication => verdict(&revocation(
            store.verify_authentication(&certificate, at)?,
            arguments,
        )?),
        UsageArgument::Signature => verdict(&revocation(
            store.verify_signature(&certificate, at)?,
            arguments,
        )?),
    };
    output.result(&verdict, || lines(&verdict))
}

/// Looks the certificate up in the list or the answer that was given; a revoked one is refused, an unknown one reported.
fn revocation<P: Purpose>(
    verified: Verified<P>,
    arguments: &VerifyArguments,
) -> Result<Verified<P>, Failure> {
    let question = verified.question();
    let mut answer = if let Some(file) = &arguments.crl {
        walk_list(pem::open_list(file)?, &question, &ListPolicy::default())
            .map_err(|error| Failure::from(error).in_file(file))?
    } else if let Some(file) = &arguments.ocsp {
        OcspResponse::from_der(&pem::read(file)?)
            .map_err(|error| Failure::from(error).in_file(file))?
            .judge(&question, None, &OcspPolicy::default())
    } else {
        return Ok(verified);
    };
    let mut source = |_: &Question<'_>| std::mem::replace(&mut answer, Revocation::NotAsked);
    Ok(verified.check_revocation(&mut source, RevocationPolicy::RefuseRevoked)?)
}

fn revocation_value(revocation: &Revocation) -> Value {
    match revocation {
        Revocation::NotAsked => json!({ "state": "not-asked" }),
        Revocation::Good {
            this_update,
            next_update,
        } => json!({
            "state": "good",
            "this_update": this_update.to_string(),
            "next_update": next_update.map(|time| time.to_string()),
        }),
        Revocation::Revoked { since, reason } => json!({
            "state": "revoked",
            "since": since.to_string(),
            "reason": reason.and_then(reason_name),
        }),
        Revocation::Unknown(why) => json!({ "state": "unknown", "why": why.to_string() }),
        other => json!({ "state": format!("{other:?}") }),
    }
}

fn store(arguments: &VerifyArguments) -> Result<TrustStore, Failure> {
    match arguments.hierarchy {
        HierarchyArgument::Production if arguments.root.is_empty() => Ok(TrustStore::production()),
        HierarchyArgument::Production => Err(Failure::usage(
            "--root goes with --hierarchy jpki-test: the production roots are pinned".to_owned(),
        )),
        HierarchyArgument::JpkiTest if arguments.root.is_empty() => Err(Failure::usage(
            "--hierarchy jpki-test wants the test hierarchy's roots: --root FILE, once for each"
                .to_owned(),
        )),
        HierarchyArgument::JpkiTest => {
            let roots = arguments
                .root
                .iter()
                .map(|file| pem::read(file))
                .collect::<Result<Vec<_>, _>>()?;
            let roots: Vec<&[u8]> = roots.iter().map(Vec::as_slice).collect();
            Ok(TrustStore::jpki_test(&roots)?)
        }
        #[cfg(feature = "demo")]
        HierarchyArgument::Simulation => Ok(TrustStore::simulation()),
    }
}

fn read(file: &Path) -> Result<Certificate, Failure> {
    Certificate::from_der(&pem::read(file)?).map_err(|error| Failure::from(error).in_file(file))
}

fn describe(certificate: &Certificate) -> Result<Value, Failure> {
    serde_json::to_value(certificate.describe()).map_err(|error| Failure::usage(error.to_string()))
}

fn verdict<P: Purpose>(verified: &Verified<P>) -> Value {
    json!({
        "verdict": "verified",
        "usage": verified.usage().to_string(),
        "hierarchy": verified.hierarchy().to_string(),
        "at": verified.at().to_string(),
        "root": {
            "subject": verified.root().certificate().subject(),
            "serial": verified.root().certificate().serial_hex(),
            "not_after": verified.root().certificate().not_after().to_string(),
        },
        "not_before": verified.certificate().not_before().to_string(),
        "not_after": verified.certificate().not_after().to_string(),
        "revocation": revocation_value(verified.revocation()),
        "warnings": verified.warnings().iter().map(warning).collect::<Vec<_>>(),
    })
}

fn warning(warning: &Warning) -> String {
    match warning {
        Warning::EndsSoon { until } => format!("ends within three months: {until}"),
        Warning::Expired { since } => format!("ended: {since}"),
        Warning::NotProduction { hierarchy } => {
            format!("not a production certificate: {hierarchy}")
        }
        Warning::RevocationNotAsked => "revocation was not asked".to_owned(),
        Warning::RevocationUnknown => "revocation is not known".to_owned(),
        other => format!("{other:?}"),
    }
}

/// A flat `name: value` listing of a JSON object.
fn lines(value: &Value) -> String {
    let mut text = String::new();
    list(value, "", &mut text);
    text
}

fn list(value: &Value, name: &str, text: &mut String) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let name = if name.is_empty() {
                    key.clone()
                } else {
                    format!("{name}.{key}")
                };
                list(member, &name, text);
            }
        }
        Value::Array(items) => {
            for item in items {
                list(item, name, text);
            }
        }
        Value::Null => {}
        Value::String(string) => text.push_str(&format!("{name}: {string}\n")),
        other => text.push_str(&format!("{name}: {other}\n")),
    }
}
