//! Everything a check needs, looked at in order.

use std::path::Path;
use std::time::{Duration, SystemTime};

use mynacard::auth::{
    AuditTrail, Cancel, CheckContext, EligibilityService as _, Purpose, Terminal,
};
use mynacard::cert::Timestamp;
use mynacard::guidance;
use serde_json::{Value, json};

use crate::buffer::mynacard_buffer;
use crate::cancel::{mynacard_cancel, signal};
use crate::error::mynacard_error;
use crate::failure::Failure;
use crate::guard::{guard, on_worker};
use crate::input::{optional, out, text};
use crate::json;
use crate::readers;
use crate::service::{self, Way, mynacard_service};
use crate::status::mynacard_status;
use crate::terminal::{self, mynacard_terminal};

/// A certificate that ends within this time should be renewed.
const RENEW: Duration = Duration::from_secs(30 * 86_400);
/// The clock may be off by so much without anybody noticing.
const CARE: Duration = Duration::from_secs(60);
/// From here on an operator's confirmation is refused, and every answer warns.
const BAD: Duration = Duration::from_secs(120);

/// Looks at everything a check needs: readers, terminal, audit trail, service, clock. Nothing is changed, no card is read and no
/// check made.
///
/// `service` and `terminal` may be NULL and `audit_folder` empty: what needs them is `unknown` then. `json` receives
/// `{"healthy":true,"complete":false,"parts":[{"name":"clock","state":"good","code":null,"facts":{"seconds_off":1},
/// "guidance":null}]}`. The parts are `readers`, `terminal-certificate`, `audit`, `service`, `clock` and `terminal-standing`; their
/// states `good`, `care` (it works, and somebody should do something), `bad` and `unknown`; a part that failed has its code and
/// what staff do. No name, number, secret or path is in it: it may go to support.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_doctor_json(
    service: *const mynacard_service,
    terminal: *const mynacard_terminal,
    audit_folder: *const u8,
    audit_folder_size: usize,
    cancel: *const mynacard_cancel,
    json: *mut *mut mynacard_buffer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as NULL or valid for as many bytes as they say, and their pointers too.
        let (way, folder) = unsafe {
            let options = optional("service", service)?;
            let way = options.map(|options| service::read(&options)).transpose()?;
            let folder = text("audit_folder", audit_folder, audit_folder_size)?;
            (way.map(|(way, _)| way), folder)
        };
        // SAFETY: documented as valid.
        let place = unsafe { out("json", json) }?;
        let stop = signal(cancel)?;
        let held = match terminal.is_null() {
            true => None,
            false => Some(terminal::find(terminal)?),
        };
        let trail = match (&held, folder) {
            (None, _) | (_, "") => None,
            (Some(_), folder) => Some(terminal::with_vault(terminal, |vault| {
                Ok(AuditTrail::of(vault, Path::new(folder))?)
            })?),
        };
        let parts = on_worker(|| {
            let now = SystemTime::now();
            let mut parts = vec![
                reader(),
                held.as_deref()
                    .map_or_else(|| unknown("terminal-certificate"), |one| lasts(one, now)),
                trail.map_or_else(|| unknown("audit"), |trail| audit(trail.as_ref())),
            ];
            parts.extend(line(way.as_ref(), held.as_deref(), now, &stop));
            Ok(parts)
        })?;
        let none = |state: &str| parts.iter().all(|part| part["state"] != state);
        let told = json!({
            "healthy": none("bad"),
            "complete": none("unknown"),
            "parts": parts,
        });
        json::hand_out(place, told)
    })
}

fn part(name: &str, state: &str, facts: Value) -> Value {
    json!({ "name": name, "state": state, "code": null, "facts": facts, "guidance": null })
}

fn unknown(name: &str) -> Value {
    part(name, "unknown", Value::Null)
}

fn failed(name: &str, failure: &Failure) -> Value {
    json!({
        "name": name,
        "state": "bad",
        "code": failure.code(),
        "facts": null,
        "guidance": guidance::for_code(failure.code()).map(json::advice),
    })
}

fn reader() -> Value {
    match readers::list() {
        Err(failure) if failure.code() == "MC-9008" => unknown("readers"),
        Err(failure) => failed("readers", &failure),
        Ok(list) => {
            // Without their names: a reader's name can hold a serial number.
            let list: Vec<Value> = serde_json::from_str(&list).unwrap_or_default();
            let states: Vec<_> = list.iter().map(|reader| reader["state"].clone()).collect();
            let state = match states.is_empty() {
                true => "bad",
                false => "good",
            };
            part("readers", state, json!({ "readers": states }))
        }
    }
}

fn lasts(terminal: &Terminal, now: SystemTime) -> Value {
    let ends = terminal.not_after();
    let state = match ends.duration_since(now) {
        Err(_) => "bad",
        Ok(left) if left < RENEW => "care",
        Ok(_) => "good",
    };
    let facts = json!({ "not_after": Timestamp::from(ends).to_string() });
    part("terminal-certificate", state, facts)
}

fn audit(trail: Option<&AuditTrail>) -> Value {
    let Some(trail) = trail else {
        return part(
            "audit",
            "good",
            json!({ "files": 0, "lines": 0, "damage": [] }),
        );
    };
    match trail.verify() {
        Err(error) => failed("audit", &error.into()),
        Ok(report) => {
            let damage: Vec<_> = report.findings.iter().map(|f| f.damage.as_str()).collect();
            let state = match report.is_whole() {
                true => "good",
                false => "bad",
            };
            let facts = json!({ "files": report.files, "lines": report.lines, "damage": damage });
            part("audit", state, facts)
        }
    }
}

fn line(
    way: Option<&Way>,
    terminal: Option<&Terminal>,
    now: SystemTime,
    stop: &Cancel,
) -> Vec<Value> {
    let rest = || vec![unknown("clock"), unknown("terminal-standing")];
    let Some(way) = way else {
        return [vec![unknown("service")], rest()].concat();
    };
    let asked = way
        .service(terminal)
        .and_then(|service| Ok((service.info(stop)?, service)));
    let (info, mut service) = match asked {
        Ok(asked) => asked,
        Err(failure) => return [vec![failed("service", &failure)], rest()].concat(),
    };
    let facts = json!({ "environment": info.environment, "protocol": info.protocol });
    let standing = match terminal {
        None => unknown("terminal-standing"),
        Some(_) => match service.challenge(&CheckContext::new(Purpose::Reception), now, stop) {
            Ok(_) => part("terminal-standing", "good", Value::Null),
            Err(error) => failed("terminal-standing", &error.into()),
        },
    };
    vec![
        part("service", "good", facts),
        clock(info.time, SystemTime::now()),
        standing,
    ]
}

fn clock(theirs: SystemTime, ours: SystemTime) -> Value {
    let (off, code) = match ours.duration_since(theirs) {
        Ok(ahead) => (ahead, "OK-0203"),
        Err(behind) => (behind.duration(), "OK-0204"),
    };
    let state = match off {
        off if off < CARE => "good",
        off if off < BAD => "care",
        _ => "bad",
    };
    let mut told = part("clock", state, json!({ "seconds_off": off.as_secs() }));
    if state != "good"
        && let Some(members) = told.as_object_mut()
    {
        members.insert("code".to_owned(), json!(code));
        let entry = guidance::for_code(code).map(json::advice);
        members.insert("guidance".to_owned(), json!(entry));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_judged_on_both_sides() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
        for (seconds, state) in [(59, "good"), (60, "care"), (119, "care"), (120, "bad")] {
            let off = Duration::from_secs(seconds);
            for theirs in [now - off, now + off] {
                let told = clock(theirs, now);
                assert_eq!(told["state"], state, "{seconds}");
                assert_eq!(told["code"].is_null(), state == "good");
                assert_eq!(told["guidance"].is_null(), state == "good");
            }
        }
    }
}
