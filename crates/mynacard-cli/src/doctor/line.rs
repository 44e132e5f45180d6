//! The way to the service: TLS, the terminal's standing there, and the clock.

use std::time::{Duration, SystemTime};

use mynacard::auth::{Cancel, CheckContext, EligibilityService as _, Purpose, VisualSetting};
use mynacard::client::https::{HttpsService, ServiceInfo};
use serde_json::json;

use super::{Finding, State};
use crate::home::Home;

const SERVICE: (&str, &str) = ("サービスへの接続（TLS）", "service (TLS)");
const CLOCK: (&str, &str) = ("このパソコンの時計", "clock");
const STANDING: (&str, &str) = ("端末の利用登録", "terminal at the service");

/// The clock may be off by so much without anybody noticing; an operator's confirmation that comes from further ahead is refused.
const CARE: Duration = Duration::from_secs(60);
/// From here on an operator's confirmation is refused on either side, and every answer warns.
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
    let setting = home.vault().visual_setting();
    let setting = setting.and_then(|setting| setting.permitted(&home.terminal));
    let clock = clock(&info, SystemTime::now(), setting.unwrap_or_default());
    vec![reached, clock, standing]
}

fn clock(info: &ServiceInfo, now: SystemTime, visual: VisualSetting) -> Finding {
    let (off, ahead, ja, en) = match now.duration_since(info.time) {
        Ok(ahead) => (ahead, true, "進んで", "ahead of"),
        Err(behind) => (behind.duration(), false, "遅れて", "behind"),
    };
    let refused = ahead && visual == VisualSetting::On;
    let state = match off {
        off if off < CARE => State::Good,
        off if off < BAD && !refused => State::Care,
        _ => State::Bad,
    };
    let seconds = off.as_secs();
    Finding::new("clock", CLOCK, state)
        .found(
            format!("サービスの時計より {seconds} 秒{ja}います。"),
            format!("{seconds} s {en} the service's."),
        )
        .mend(
            "パソコンの日付と時刻の自動設定（時刻同期）を有効にしてください。60秒を超えて進んでいるとき、または120秒を超えて遅れているときは、目視での確認がサービスに断られることがあります。",
            "Switch on the automatic setting of date and time. The service may refuse a visual check from a clock that is more than 60 s ahead or 120 s behind.",
        )
        .facts(json!({ "seconds_off": seconds }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_judged_on_both_sides() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
        let state = |time, visual| {
            let info = ServiceInfo {
                service: String::new(),
                environment: String::new(),
                protocol: 1,
                time,
            };
            clock(&info, now, visual).state
        };
        // Ahead with the visual check, ahead without it, behind.
        for (seconds, seen, ahead, behind) in [
            (0, State::Good, State::Good, State::Good),
            (59, State::Good, State::Good, State::Good),
            (60, State::Bad, State::Care, State::Care),
            (119, State::Bad, State::Care, State::Care),
            (120, State::Bad, State::Bad, State::Bad),
        ] {
            let off = Duration::from_secs(seconds);
            assert_eq!(state(now - off, VisualSetting::On), seen, "{seconds}");
            assert_eq!(state(now - off, VisualSetting::Off), ahead, "{seconds}");
            for visual in [VisualSetting::On, VisualSetting::Off] {
                assert_eq!(state(now + off, visual), behind, "{seconds}");
            }
        }
    }
}
