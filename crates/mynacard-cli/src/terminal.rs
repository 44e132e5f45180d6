//! `mynacard terminal`: initial registration (初期登録) and what it led to.

use mynacard::auth::service::VisualCheck;
use mynacard::auth::{Cancel, Terminal, TermsAccepted, UserSettings};
use mynacard::cert::Timestamp;
use mynacard::client::https::{Endpoint, HttpsService};
use serde_json::{Value, json};

use crate::args::{ActivateArguments, TerminalCommand};
use crate::failure::Failure;
use crate::home::{Home, NewHome};
use crate::output::Output;
use crate::{pem, secret};

pub(crate) fn run(command: &TerminalCommand, output: &Output) -> Result<(), Failure> {
    match command {
        TerminalCommand::Activate(arguments) => activate(arguments, output),
        TerminalCommand::Show { home } => {
            let home = Home::open(home)?;
            let shown = describe(&home);
            output.result(&shown, || lines(&home, output))
        }
    }
}

fn activate(arguments: &ActivateArguments, output: &Output) -> Result<(), Failure> {
    if !arguments.accept_terms {
        return Err(Failure::usage(
            "read the terms of use, then repeat with --accept-terms".to_owned(),
        ));
    }
    let authority = pem::read(&arguments.ca)?;
    let code = secret::read(
        "アクティベーションコード / activation code: ",
        arguments.code_fd,
    )
    .map_err(|error| Failure::secret("activation code", &error))?;
    let code = std::str::from_utf8(&code)
        .map_err(|_| Failure::usage("the activation code is not text".to_owned()))?
        .trim();
    let settings = UserSettings::new(&arguments.institution, &arguments.id, code)?;

    let new = NewHome::create(&arguments.home)?;
    let endpoint = Endpoint::sandbox(&arguments.service, &authority);
    let terminal = HttpsService::new(&endpoint, None)
        .map_err(Failure::from)
        .and_then(|mut service| {
            Ok(Terminal::activate(
                &mut service,
                &settings,
                TermsAccepted,
                &Cancel::new(),
            )?)
        });
    let terminal = match terminal {
        Ok(terminal) => terminal,
        Err(failure) => {
            new.discard();
            return Err(failure);
        }
    };
    let home = Home {
        terminal,
        address: arguments.service.clone(),
        authority,
    };
    let path = new.fill(&home)?;
    let mut shown = describe(&home);
    if let Some(members) = shown.as_object_mut() {
        members.insert("vault".to_owned(), json!(path));
    }
    output.result(&shown, || lines(&home, output))
}

fn describe(home: &Home) -> Value {
    let institution = home.terminal.institution();
    json!({
        "terminal": home.terminal.name(),
        "institution": { "code": institution.code, "name": institution.name, "kind": institution.kind },
        "visual_check_allowed": home.terminal.visual_check() == VisualCheck::Allowed,
        "not_after": Timestamp::from(home.terminal.not_after()).to_string(),
        "service": home.address,
    })
}

fn lines(home: &Home, output: &Output) -> String {
    let institution = home.terminal.institution();
    let visual = match home.terminal.visual_check() {
        VisualCheck::Allowed => output.pick("利用できます", "allowed"),
        VisualCheck::NotAllowed => output.pick("利用できません", "not allowed"),
    };
    [
        (
            output.pick("端末", "terminal"),
            home.terminal.name().to_owned(),
        ),
        (
            output.pick("機関", "institution"),
            format!("{} {}", institution.code, institution.name),
        ),
        (output.pick("目視確認", "visual check"), visual.to_owned()),
        (
            output.pick("端末証明書の期限", "terminal certificate ends"),
            Timestamp::from(home.terminal.not_after()).to_string(),
        ),
        (output.pick("サービス", "service"), home.address.clone()),
    ]
    .iter()
    .map(|(label, value)| format!("{label}: {value}\n"))
    .collect()
}
