//! `mynacard check`: one patient's insurance, from the card on the reader to the screen.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, SystemTime};

use mynacard::auth::{
    Cancel, CheckContext, CheckedAnswer, Desk, DeskSettings, Error, Extra, Identity, Method,
    OperatorConfirmation, Purpose, Screen,
};
use mynacard::card::app::jpki;
use mynacard::card::{LengthPolicy, Pin, Transport};
use mynacard::cert::TrustStore;
use mynacard::client::https::HttpsService;

use crate::answer;
use crate::args::CheckArguments;
use crate::card::Source;
use crate::failure::Failure;
use crate::home::Home;
use crate::output::Output;
use crate::photo::{self, Wanted};
use crate::reception::{self, CLEAR, Reception};
use crate::trace::Recording;
use crate::{audit, interrupt, progress, secret};

pub(crate) fn run(arguments: &CheckArguments, output: &Output) -> Result<(), Failure> {
    lines_are_asked_for(arguments, output)?;
    let ask = context(arguments, Purpose::Reception)?;
    let recorded = arguments.record.trace.is_some();
    if recorded && arguments.screen {
        let why = "--trace records one check, and --screen has many".to_owned();
        return Err(Failure::usage(why));
    }
    let interactive = told_nothing(arguments) && !recorded && output.at_a_terminal();
    let many = arguments.screen || interactive;
    let source = source(arguments, many)?;
    let mut home = Home::open(&arguments.home)?;
    let screen = screen(arguments, &mut home)?;
    let service = HttpsService::new(&home.endpoint(), Some(&home.terminal))?;
    if many {
        let photo = Wanted::of(arguments, simulated(arguments, &source))?;
        let institution = home.terminal.institution();
        let piped = !io::stdin().is_terminal();
        return Reception {
            desk: desk(arguments, &source, &home, service.clone())?,
            service,
            source,
            screen: interrupt::share(screen, CLEAR),
            ask,
            output,
            keep: keep(arguments),
            title: format!("{} {}", institution.name, home.terminal.name()),
            pin_fd: arguments.pin_fd.or(piped.then_some(0)),
            photo,
            number_fd: piped.then_some(0),
        }
        .run();
    }
    // What a program reads stays: it went where somebody sent it. What stands on a screen goes from it.
    let on_screen = output.at_a_terminal();
    let screen = interrupt::share(screen, if on_screen { CLEAR } else { "" });
    let checked = perform(arguments, source, ask, &home, service, output);
    let mut looked = interrupt::look(&screen);
    let checked = shown(&mut looked, checked)?;
    let (value, text) = (answer::json(checked, output), answer::text(checked, output));
    if on_screen {
        return reception::stand(&screen, looked, &text, keep(arguments), output);
    }
    // A reader that stands still does not keep the program from ending in order.
    drop(looked);
    output.result(&value, || text)
}

/// Steps between the lines of a text, or before one large document, would help nobody.
fn lines_are_asked_for(arguments: &CheckArguments, output: &Output) -> Result<(), Failure> {
    match arguments.progress && !output.is_in_lines() {
        true => Err(Failure::usage(
            "--progress is for programs: check --json --progress".to_owned(),
        )),
        false => Ok(()),
    }
}

/// The screen over this terminal's audit trail.
pub(crate) fn screen(arguments: &CheckArguments, home: &mut Home) -> Result<Screen, Failure> {
    let trail = audit::open(&arguments.home, home.vault_mut())?;
    Ok(Screen::new(keep(arguments), Box::new(trail)))
}

/// What came of a check, audited: an answer that may be shown, or why there is none.
pub(crate) fn shown(
    screen: &mut Screen,
    checked: Result<CheckedAnswer, Failure>,
) -> Result<&CheckedAnswer, Failure> {
    match checked {
        Ok(checked) => Ok(screen.show(checked, SystemTime::now())?),
        Err(failure) => {
            screen.refused_with(failure.code(), SystemTime::now())?;
            Err(failure)
        }
    }
}

/// How long an answer stands on a screen.
pub(crate) fn keep(arguments: &CheckArguments) -> Duration {
    Duration::from_secs(arguments.keep.into())
}

/// Whether everything is left to be asked.
fn told_nothing(arguments: &CheckArguments) -> bool {
    arguments.pin_fd.is_none() && !arguments.pin_pad && arguments.visual.is_none()
}

/// Where the card is. A photo that nobody would compare, or that could never be verified there, is refused before anybody is
/// asked for anything; `many` says that the method is chosen for each patient.
pub(crate) fn source(arguments: &CheckArguments, many: bool) -> Result<Source, Failure> {
    if arguments.photo.is_some() && arguments.visual.is_none() && !many {
        let why =
            "--photo is for the visual check: name the operator with --visual, or use --screen";
        return Err(Failure::usage(why.to_owned()));
    }
    let source = Source::of(&arguments.card, extended(arguments))?;
    Wanted::of(arguments, simulated(arguments, &source))?;
    Ok(source)
}

fn desk(
    arguments: &CheckArguments,
    source: &Source,
    home: &Home,
    service: HttpsService,
) -> Result<Desk, Failure> {
    let settings = DeskSettings::new(trust(arguments, source))
        .with_visual(home.vault().visual_setting()?, &home.terminal)
        .with_card_options(card_options(arguments));
    Ok(Desk::new(Box::new(service), settings))
}

/// What the command line asks for; `usual` where it names no purpose.
pub(crate) fn context(arguments: &CheckArguments, usual: Purpose) -> Result<CheckContext, Failure> {
    let method = if arguments.visual.is_some() {
        Method::Visual
    } else {
        Method::Pin
    };
    let purpose = match &arguments.purpose {
        Some(name) => name.parse::<Purpose>().map_err(Failure::from)?,
        None => usual,
    };
    let mut ask = CheckContext::new(purpose.permitted()?).by(method);
    if arguments.limit_application {
        ask = ask.with(Extra::LimitApplication);
    }
    Ok(ask)
}

/// One check, from the challenge to the answer.
pub(crate) fn perform(
    arguments: &CheckArguments,
    source: Source,
    ask: CheckContext,
    home: &Home,
    service: HttpsService,
    output: &Output,
) -> Result<CheckedAnswer, Failure> {
    lines_are_asked_for(arguments, output)?;
    let recording = Recording::create(&arguments.record, output)?;
    let mut relay = service.relay();
    let desk = desk(arguments, &source, home, service)?;
    let stop = Cancel::new();
    let mut ready = interrupt::during(&stop, || desk.prepare(ask, SystemTime::now(), &stop))?;
    if arguments.progress {
        let language = output.language();
        ready = ready.with_progress(move |step| progress::line(step, language));
    }
    // The PIN is typed before the card is touched: no silence inside the dialogue.
    let pin = match (&arguments.visual, arguments.pin_pad) {
        (None, false) => Some(read_pin(arguments)?),
        _ => None,
    };
    let photo = match Wanted::of(arguments, simulated(arguments, &source))? {
        Some(wanted) => {
            let number = wanted.number(None)?;
            Some((wanted, number))
        }
        None => None,
    };
    let (card, _) = source.open(output)?;
    let mut card = recording.of(card, &notes(arguments));
    let card: &mut dyn Transport = &mut *card;
    let identity = match (&arguments.visual, pin) {
        (Some(operator), _) => {
            let (tap, shown) = match photo {
                None => {
                    let tap = || ready.tap(card, SystemTime::now(), &stop);
                    (interrupt::during(&stop, tap)?, None)
                }
                Some((wanted, number)) => {
                    let (tap, photo) = wanted.tap(&mut ready, card, number, &stop)?;
                    (tap, Some(photo))
                }
            };
            confirmed(arguments, output)?;
            drop(shown);
            let confirmation = OperatorConfirmation::new(operator, tap.id(), SystemTime::now())?;
            Identity::Visual(&mut relay, confirmation)
        }
        (None, Some(pin)) => Identity::Pin(pin),
        (None, None) => Identity::PinPad,
    };
    let checked = interrupt::during(&stop, || {
        ready.check(card, identity, SystemTime::now(), &stop)
    });
    Ok(delivered(checked, output, &stop)?)
}

/// How long to wait before each further try to fetch a lost answer.
const AGAIN: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(9),
];

/// A lost answer is fetched again without card and PIN, while its proof lives.
fn delivered(
    mut checked: Result<CheckedAnswer, Error>,
    output: &Output,
    stop: &Cancel,
) -> Result<CheckedAnswer, Error> {
    for pause in AGAIN {
        let error = match checked {
            // Whoever stopped it does not want it fetched.
            Err(error) if error.undelivered().is_some() && error.code() != "MC-5003" => error,
            other => return other,
        };
        let said = output.pick(
            "回答が届きませんでした。カードなしでもう一度問い合わせます…",
            "The answer did not come. Asking again, without the card …",
        );
        // Nobody may be listening.
        let _ = writeln!(io::stderr(), "{said}");
        checked = interrupt::during(stop, || {
            // Stopped meanwhile, it says so, as at any other point.
            let _ = stop.wait(pause);
            error.deliver_again(SystemTime::now(), stop)
        });
    }
    checked
}

/// Waits until the operator says that face and photo are the same person's. Asked after the card was read, and only then.
fn confirmed(arguments: &CheckArguments, output: &Output) -> Result<(), Failure> {
    let question = photo::question(arguments.photo.is_some(), output);
    let answer = secret::read_shown(question, arguments.confirm_fd)
        .map_err(|error| Failure::secret("confirmation", &error))?;
    if answer.trim().eq_ignore_ascii_case("yes") {
        Ok(())
    } else {
        Err(Failure::not_confirmed())
    }
}

fn read_pin(arguments: &CheckArguments) -> Result<Pin, Failure> {
    let typed = secret::read("暗証番号（4桁）/ PIN: ", arguments.pin_fd)
        .map_err(|error| Failure::secret("PIN", &error))?;
    Ok(Pin::new(&typed)?)
}

/// The roots that a card's certificate may come from: production, unless a virtual card is asked for in so many words.
fn trust(arguments: &CheckArguments, source: &Source) -> TrustStore {
    if simulated(arguments, source) {
        TrustStore::simulation()
    } else {
        TrustStore::production()
    }
}

/// Whether a card of the simulation is asked for in so many words.
#[cfg(feature = "demo")]
fn simulated(arguments: &CheckArguments, source: &Source) -> bool {
    source.is_virtual() || arguments.accept_simulation
}

#[cfg(not(feature = "demo"))]
fn simulated(_: &CheckArguments, _: &Source) -> bool {
    false
}

fn card_options(arguments: &CheckArguments) -> jpki::Options {
    let counter = if arguments.skip_counter {
        jpki::CounterPolicy::Skip
    } else {
        jpki::CounterPolicy::ReadFirst {
            refuse_at_one: !arguments.insist,
        }
    };
    let length = if arguments.short {
        LengthPolicy::ShortOnly
    } else {
        LengthPolicy::FromTransport
    };
    jpki::Options::default()
        .with_counter(counter)
        .with_length(length)
}

/// What a replay must know of how this check is led.
fn notes(arguments: &CheckArguments) -> [(&'static str, &'static str); 4] {
    let identity = match (&arguments.visual, arguments.pin_pad) {
        (Some(_), _) => "visual",
        (None, true) => "pin-pad",
        (None, false) => "pin",
    };
    let counter = match (arguments.skip_counter, arguments.insist) {
        (true, _) => "skip",
        (false, true) => "insist",
        (false, false) => "read-first",
    };
    let length = if arguments.short {
        "short"
    } else {
        "as-reader"
    };
    [
        ("flow", "check"),
        ("identity", identity),
        ("counter", counter),
        ("length", length),
    ]
}

/// Whether the caller insists on extended commands.
#[cfg(feature = "pcsc")]
fn extended(arguments: &CheckArguments) -> bool {
    arguments.extended
}

#[cfg(not(feature = "pcsc"))]
fn extended(_arguments: &CheckArguments) -> bool {
    false
}
