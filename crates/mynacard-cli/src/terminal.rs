//! `mynacard terminal`: initial registration (初期登録) and what it led to.

use std::time::SystemTime;

use mynacard::auth::service::VisualCheck;
use mynacard::auth::{
    AuditEvent, Cancel, ErrorKind, ServiceErrorKind, UserSettings, VisualSetting,
};
use mynacard::cert::Timestamp;
use mynacard::client::https::{Endpoint, HttpsService};
use serde_json::{Value, json};

use crate::args::{ActivateArguments, HomeArguments, SwitchArgument, TerminalCommand};
use crate::failure::Failure;
use crate::home::{self, Home, NewHome};
use crate::output::Output;
use crate::{audit, pem, secret};

pub(crate) fn run(command: &TerminalCommand, output: &Output) -> Result<(), Failure> {
    match command {
        TerminalCommand::Activate(arguments) => activate(arguments, output),
        TerminalCommand::Show { home } => {
            let home = Home::open(home)?;
            let set = home.vault().visual_setting()?;
            output.result(&describe(&home, set), || lines(&home, set, output))
        }
        TerminalCommand::Visual { to, home } => visual(home, *to, output),
        TerminalCommand::Renew { home } => renew(home, output),
        TerminalCommand::Passcode {
            home,
            new_passcode_fd,
        } => {
            let mut home = Home::open(home)?;
            home.change_passcode(*new_passcode_fd)?;
            output.result(&json!({ "passcode": "changed" }), || {
                let done =
                    output.pick("起動用パスコードを変更しました", "the passcode was changed");
                format!("{}: {done}\n", home.terminal.name())
            })
        }
        TerminalCommand::Remove { home, forget: true } => set_aside(home, output),
        TerminalCommand::Remove {
            home,
            forget: false,
        } => remove(home, output),
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

    let mut service = HttpsService::new(&Endpoint::sandbox(&arguments.service, &authority), None)?;
    let new = NewHome::create(&arguments.home, settings)?;
    let terminal = match new.activation().deliver(&mut service, &Cancel::new()) {
        Ok(terminal) => terminal,
        Err(error) => {
            new.failed(&error);
            return Err(error.into());
        }
    };
    let home = new.fill(terminal, arguments.service.clone(), authority)?;
    kept(&home, output)
}

fn renew(home: &HomeArguments, output: &Output) -> Result<(), Failure> {
    let mut home = Home::open(home)?;
    let mut service = HttpsService::new(&home.endpoint(), Some(&home.terminal))?;
    let renewed = home.terminal.renew(&mut service, &Cancel::new())?;
    // Kept before it is used: the service takes the former certificate until it sees this one.
    home.renewed(renewed)?;
    kept(&home, output)
}

fn remove(arguments: &HomeArguments, output: &Output) -> Result<(), Failure> {
    let home = Home::open(arguments)?;
    let mut service = HttpsService::new(&home.endpoint(), Some(&home.terminal))?;
    match home.terminal.remove(&mut service, &Cancel::new()) {
        Ok(()) => {}
        // Ended before, by the portal or by a removal whose answer got lost.
        Err(error)
            if matches!(error.kind(), ErrorKind::Service(service)
            if service.kind() == ServiceErrorKind::UnknownTerminal) => {}
        Err(error) => return Err(error.into()),
    }
    let name = home.terminal.name().to_owned();
    // Before the vault, whose key the trail needs, is gone.
    let trail = audit::close(arguments, home.vault())?;
    home.forget()?;
    let value = json!({
        "terminal": name,
        "removed": true,
        "audit": audit::closed_json(&trail),
    });
    output.result(&value, || {
        let done = output.pick(
            "この端末の利用を終了し、登録情報を削除しました",
            "ended, and its registration here removed",
        );
        format!("{name}: {done}\n{}", audit::closed_text(&trail, output))
    })
}

/// Switches 「目視確認で本人認証」: what cannot be audited is not switched.
fn visual(arguments: &HomeArguments, to: SwitchArgument, output: &Output) -> Result<(), Failure> {
    let to = match to {
        SwitchArgument::On => VisualSetting::On,
        SwitchArgument::Off => VisualSetting::Off,
    };
    let mut home = Home::open(arguments)?;
    to.permitted(&home.terminal)?;
    let before = home.vault().visual_setting()?;
    if to != before {
        let trail = audit::open(arguments, home.vault_mut())?;
        trail.append(&AuditEvent::visual_switched(to, SystemTime::now()))?;
        if let Err(error) = home.vault_mut().store_visual_setting(to) {
            trail.append(&AuditEvent::visual_switched(before, SystemTime::now()))?;
            return Err(error.into());
        }
    }
    output.result(&describe(&home, to), || lines(&home, to, output))
}

fn set_aside(home: &HomeArguments, output: &Output) -> Result<(), Failure> {
    let moved = home::set_aside(home, SystemTime::now())?;
    output.result(&json!({ "set_aside": moved, "removed": false }), || {
        let list: String = moved
            .iter()
            .map(|path| format!("  {}\n", path.display()))
            .collect();
        let done = output.pick(
            "登録情報と監査記録を脇に移しました。ポータルで今までの端末の利用を終了し、新しいアクティベーションコードで「mynacard terminal activate」を実行してください。",
            "Registration and audit trail were set aside. End the old terminal at the portal, then run mynacard terminal activate with a new activation code.",
        );
        format!("{done}\n{list}")
    })
}

/// Shows what is kept, and where.
fn kept(home: &Home, output: &Output) -> Result<(), Failure> {
    let set = home.vault().visual_setting()?;
    let mut shown = describe(home, set);
    if let Some(members) = shown.as_object_mut() {
        members.insert("vault".to_owned(), json!(home.path()));
    }
    output.result(&shown, || lines(home, set, output))
}

fn describe(home: &Home, visual: VisualSetting) -> Value {
    let institution = home.terminal.institution();
    json!({
        "terminal": home.terminal.name(),
        "institution": { "code": institution.code, "name": institution.name, "kind": institution.kind },
        "visual_check": visual.as_str(),
        "visual_check_allowed": home.terminal.visual_check() == VisualCheck::Allowed,
        "not_after": Timestamp::from(home.terminal.not_after()).to_string(),
        "service": home.address,
    })
}

fn lines(home: &Home, set: VisualSetting, output: &Output) -> String {
    let institution = home.terminal.institution();
    let visual = match (home.terminal.visual_check(), set) {
        (VisualCheck::NotAllowed, _) => output.pick(
            "この機関では利用できません",
            "not allowed for this institution",
        ),
        (VisualCheck::Allowed, VisualSetting::On) => output.pick("オン", "on"),
        (VisualCheck::Allowed, VisualSetting::Off) => output.pick(
            "オフ（「mynacard terminal visual on」でオンにできます）",
            "off (mynacard terminal visual on switches it on)",
        ),
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
        (
            output.pick("目視確認で本人認証", "identity by visual check"),
            visual.to_owned(),
        ),
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
