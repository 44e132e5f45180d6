//! `mynacard validate`: is this text that number, and what is unusual about it?

use mynacard::eligibility::identifier::{IdentifierKind, validate};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

pub(crate) fn run(kind: &str, value: &str, output: &Output) -> Result<Exit, Failure> {
    let kind = IdentifierKind::from_name(kind).ok_or_else(|| {
        let kinds: Vec<_> = IdentifierKind::ALL.iter().map(|kind| kind.name()).collect();
        Failure::usage(format!(
            "expected one of {}, found {kind:?}",
            kinds.join(" ")
        ))
    })?;
    let report = validate(kind, value);
    let shown = serde_json::to_value(&report).map_err(|error| Failure::usage(error.to_string()))?;
    output.result(&shown, || {
        let mut text = format!(
            "{}: {}\n",
            kind.label_ja(),
            report.value.as_deref().unwrap_or("-")
        );
        for (name, rendering) in &report.renderings {
            text.push_str(&format!("  {name}: {rendering:?}\n"));
        }
        for finding in report.findings.iter().chain(&report.error) {
            text.push_str(&format!("  ! {finding}\n"));
        }
        text
    })?;
    Ok(if report.valid {
        Exit::Done
    } else {
        Exit::Input
    })
}
