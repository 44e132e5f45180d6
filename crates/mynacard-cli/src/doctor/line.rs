//! The way to the service: TLS, the terminal's standing there, and the clock.

use std::time::{Duration, SystemTime};

use mynacard::auth::{Cancel, CheckContext, EligibilityService as _, Purpose};
use mynacard::client::https::{HttpsService, ServiceInfo};
use serde_json::json;

use super::{Finding, State};
use crate::home::Home;

const SERVICE: (&str, &str) = ("サービスへの接続（TLS）", "service (TLS)");
const CLOCK: (&str, &str) = ("このパソコンの時計", "clock");
const STANDING: (&str, &str) = ("端末の利用登録", "terminal at the service");

/// The clock may be off by so much without anybody noticing.
const CARE: Duration = Duration::from_secs(60);
/// From here on confirmations and challenges are refused.
const BAD: Duration = Duration::from_secs(120);

pub(super) fn look(home: &Home, now: SystemTime) -> Vec<Finding> {
    let stop = Cancel::new();
    let service = HttpsService::new(&home.endpoint(), Some(&home.terminal));
    let asked = service.and_then(|service| service.info(&stop).map(|info| (service, info)));
    let (mut service, info) = match asked {
        Err(error) => {
            let unknown = |name, label| {
                let why = (
                    "サービスにつながらないため、分かりません。",
                    "Not known: the service was not reached.",
                );
                Finding::unknown(name, label, why)
            };
            return vec![
                Finding::failed("service", SERVICE, &error.into()),
                unknown("clock", CLOCK),
                unknown("terminal-standing", STANDING),
            ];
        }
        Ok(reached) => reached,
    };
    let reached = Finding::new("service", SERVICE, State::Good)
        .found(
            format!("つながりました（{}）。", info.environment),
            format!("Reached ({}).", info.environment),
        )
        .facts(json!({ "environment": info.environment, "protocol": info.protocol }));
    let ask = CheckContext::new(Purpose::Reception);
    let standing = match service.challenge(&ask, now, &stop) {
        Ok(_) => Finding::new("terminal-standing", STANDING, State::Good).found(
            "サービスがこの端末を認めました。",
            "The service knows this terminal.",
        ),
        Err(error) => Finding::failed("terminal-standing", STANDING, &error.into()),
    };
    vec![reached, clock(&info, SystemTime::now()), standing]
}

fn clock(info: &ServiceInfo, now: SystemTime) -> Finding {
    let (off, ja, en) = match now.duration_since(info.time) {
        Ok(ahead) => (ahead, "進んで", "ahead of"),
        Err(behind) => (behind.duration(), "遅れて", "behind"),
    };
    let state = match off {
        off if off < CARE => State::Good,
        off if off < BAD => State::Care,
        _ => State::Bad,
    };
    let seconds = off.as_secs();
    Finding::new("clock", CLOCK, state)
        .found(
            format!("サービスの時計より {seconds} 秒{ja}います。"),
            format!("{seconds} s {en} the service's."),
        )
        .mend(
            "パソコンの日付と時刻の自動設定（時刻同期）を有効にしてください。",
            "Switch on the automatic setting of date and time.",
        )
        .facts(json!({ "seconds_off": seconds }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_judged_on_both_sides() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
        let state = |time| {
            let info = ServiceInfo {
                service: String::new(),
                environment: String::new(),
                protocol: 1,
                time,
            };
            clock(&info, now).state
        };
        for (seconds, expected) in [
            (0, State::Good),
            (59, State::Good),
            (60, State::Care),
            (119, State::Care),
            (120, State::Bad),
        ] {
            let off = Duration::from_secs(seconds);
            assert_eq!((state(now - off), state(now + off)), (expected, expected));
        }
    }
}
