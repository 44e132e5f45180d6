//! The reception screen in the terminal: one patient after the other, and nothing of one left when the next one comes.

use std::sync::MutexGuard;
use std::time::{Duration, SystemTime};

use mynacard::Advice;
use mynacard::auth::{
    Cancel, CheckContext, CheckedAnswer, Desk, Error, ErrorKind, Identity, Method,
    OperatorConfirmation, Screen, VisualSetting,
};
use mynacard::card::{Pin, Transport};
use mynacard::client::https::HttpsService;
use mynacard::guidance::{self, Evidence, Language};

use crate::answer;
use crate::card::Source;
use crate::failure::Failure;
use crate::interrupt::{self, SharedScreen, look};
use crate::keys::{Keys, Typed};
use crate::output::{self, Output};
use crate::photo::{self, Wanted};
use crate::{progress, secret};

/// What the reception works with.
pub(crate) struct Reception<'a> {
    pub(crate) desk: Desk,
    pub(crate) service: HttpsService,
    pub(crate) source: Source,
    pub(crate) screen: SharedScreen,
    pub(crate) ask: CheckContext,
    pub(crate) output: &'a Output,
    /// How long an answer stands.
    pub(crate) keep: Duration,
    /// Which institution this is, for the title.
    pub(crate) title: String,
    /// Where the PIN comes from: the terminal, or a descriptor.
    pub(crate) pin_fd: Option<u32>,
    /// The verified photo for the visual check, where one is asked for.
    pub(crate) photo: Option<Wanted>,
    /// Where 照合番号B comes from, unless it has a descriptor of its own.
    pub(crate) number_fd: Option<u32>,
}

/// Proofs that need no check here.
const PROOFS: [Evidence; 3] = [
    Evidence::PortalScreen,
    Evidence::NoticeWithCard,
    Evidence::EligibilityCertificate,
];

/// Clears the screen and what was scrolled out of it, and goes to the upper left corner.
pub(crate) const CLEAR: &str = "\x1b[2J\x1b[3J\x1b[H";

/// The loop goes on, or staff left.
enum Next {
    Patient,
    Leave,
}

impl Reception<'_> {
    /// Runs until staff leave, or the input ends.
    pub(crate) fn run(mut self) -> Result<(), Failure> {
        let mut keys = Keys::new();
        let mut card = None;
        let mut operator = None;
        loop {
            self.start()?;
            let Typed::Line(choice) = keys.wait() else {
                break;
            };
            let next = match choice.trim() {
                "" | "1" => self.check(Method::Pin, &mut keys, &mut card, &mut operator)?,
                "2" if self.visual() => {
                    self.check(Method::Visual, &mut keys, &mut card, &mut operator)?
                }
                "3" => self.other_proof(&mut keys)?,
                "q" | "Q" => break,
                _ => Next::Patient,
            };
            if matches!(next, Next::Leave) {
                break;
            }
        }
        self.say(CLEAR)
    }

    fn visual(&self) -> bool {
        self.desk.settings().visual() == VisualSetting::On
    }

    /// The start: nothing of the patient before.
    fn start(&self) -> Result<(), Failure> {
        let pick = |ja, en| self.output.pick(ja, en);
        let mut text = format!(
            "{CLEAR}{}  {}\n\n",
            pick("資格確認", "Insurance check"),
            self.title
        );
        text.push_str(pick(
            "  1  暗証番号で確認（Enter だけでも可）\n",
            "  1  check by PIN (or just Enter)\n",
        ));
        if self.visual() {
            text.push_str(pick("  2  目視で確認\n", "  2  check by sight\n"));
        }
        text.push_str(pick(
            "  3  資格確認書などで確認したことを記録\n",
            "  3  note another proof of insurance\n",
        ));
        text.push_str(pick("  q  終了\n> ", "  q  leave\n> "));
        self.say(&text)
    }

    fn check(
        &mut self,
        method: Method,
        keys: &mut Keys,
        card: &mut Option<Box<dyn Transport>>,
        operator: &mut Option<String>,
    ) -> Result<Next, Failure> {
        let now = SystemTime::now();
        look(&self.screen).tap(now)?;
        let checked = self.checked(method, keys, card, operator);
        if !self.source.is_virtual() {
            *card = None;
        }
        // Held until it is written: what ends the program wipes the screen after that, not before.
        let mut screen = look(&self.screen);
        let shown = match checked {
            Ok(Some(checked)) => {
                let shown = screen.show(checked, SystemTime::now());
                shown
                    .map(|checked| answer::text(checked, self.output))
                    .map_err(Failure::from)
            }
            Ok(None) => return Ok(Next::Leave),
            Err(failure) => {
                let audited = screen.refused_with(failure.code(), SystemTime::now());
                Err(audited.map_or_else(Failure::from, |()| failure))
            }
        };
        let text = match shown {
            Ok(text) => text,
            Err(failure) => {
                let language = self.output.language();
                let advice: Advice = failure.advice(language);
                output::advice_text(&advice, &failure, language)
            }
        };
        self.say(&format!("{CLEAR}{text}"))?;
        drop(screen);
        self.close(keys)
    }

    /// Waits for 閉じる.
    fn close(&mut self, keys: &mut Keys) -> Result<Next, Failure> {
        Ok(match close(&self.screen, self.keep, keys, self.output)? {
            Typed::End => Next::Leave,
            _ => Next::Patient,
        })
    }

    /// The check itself; nothing when the input ended in the middle.
    fn checked(
        &mut self,
        method: Method,
        keys: &mut Keys,
        card: &mut Option<Box<dyn Transport>>,
        operator: &mut Option<String>,
    ) -> Result<Option<CheckedAnswer>, Failure> {
        let stop = Cancel::new();
        let language = self.output.language();
        let ready = interrupt::during(&stop, || {
            self.desk
                .prepare(self.ask.by(method), SystemTime::now(), &stop)
        })?;
        let mut ready = ready.with_progress(move |step| progress::tell(step, language));
        if method == Method::Pin {
            let prompt = self.output.pick("暗証番号（4桁）: ", "PIN (4 digits): ");
            // Piped input is not a terminal: there is nothing to hide, and the prompt helps nobody.
            let typed = secret::read(prompt, self.pin_fd)
                .map_err(|error| Failure::secret("PIN", &error))?;
            let pin = Pin::new(&typed)?;
            let card = self.card(card)?;
            let checked = interrupt::during(&stop, || {
                ready.check(card, Identity::Pin(pin), SystemTime::now(), &stop)
            });
            return self.delivered(checked, keys, &stop);
        }
        let name = match operator.take() {
            Some(name) => name,
            None => {
                self.say(self.output.pick("担当者名: ", "operator: "))?;
                let Typed::Line(name) = keys.wait() else {
                    return Ok(None);
                };
                name
            }
        };
        let number = match &self.photo {
            Some(wanted) => Some(wanted.number(self.number_fd)?),
            None => None,
        };
        let card = self.card(card)?;
        let (tap, shown) = match self.photo.as_ref().zip(number) {
            Some((wanted, number)) => {
                let (tap, photo) = wanted.tap(&mut ready, card, number, &stop)?;
                (tap, Some(photo))
            }
            None => {
                let tap = || ready.tap(card, SystemTime::now(), &stop);
                (interrupt::during(&stop, tap)?, None)
            }
        };
        self.say(photo::question(shown.is_some(), self.output))?;
        match keys.wait() {
            Typed::Line(word) if word.trim().eq_ignore_ascii_case("yes") => {}
            Typed::End => return Ok(None),
            _ => return Err(Failure::not_confirmed()),
        }
        drop(shown);
        let confirmation = OperatorConfirmation::new(&name, tap.id(), SystemTime::now())?;
        *operator = Some(name);
        let mut relay = self.service.relay();
        let identity = Identity::Visual(&mut relay, confirmation);
        let checked = interrupt::during(&stop, || {
            ready.check(card, identity, SystemTime::now(), &stop)
        });
        self.delivered(checked, keys, &stop)
    }

    /// Where the answer got lost on the way, the signed proof goes out again as long as staff wish and it lives.
    fn delivered(
        &self,
        mut checked: Result<CheckedAnswer, Error>,
        keys: &mut Keys,
        stop: &Cancel,
    ) -> Result<Option<CheckedAnswer>, Failure> {
        loop {
            let error = match checked {
                Ok(checked) => return Ok(Some(checked)),
                Err(error) if error.undelivered().is_none() => return Err(error.into()),
                Err(error) => error,
            };
            self.say(&again(&error, self.output))?;
            match keys.wait() {
                Typed::Line(word) if word.trim().is_empty() => {}
                _ => return Err(error.into()),
            }
            checked = interrupt::during(stop, || error.deliver_again(SystemTime::now(), stop));
        }
    }

    /// The card on the reader; a virtual one stays the same, with its tries.
    fn card<'c>(
        &self,
        card: &'c mut Option<Box<dyn Transport>>,
    ) -> Result<&'c mut dyn Transport, Failure> {
        let card = match card {
            Some(card) => card,
            None => card.insert(self.source.open(self.output)?.0),
        };
        Ok(&mut **card)
    }

    /// Notes what else proved the insurance.
    fn other_proof(&mut self, keys: &mut Keys) -> Result<Next, Failure> {
        let language = self.output.language();
        let mut text = format!(
            "{CLEAR}{}\n",
            self.output.pick(
                "何で資格を確認しましたか。（Enter だけで戻ります）",
                "Which proof was shown? (Just Enter goes back.)"
            )
        );
        for (number, proof) in (1..).zip(PROOFS) {
            let label = guidance::label(proof).raw(language);
            text.push_str(&format!("  {number}  {label}\n"));
        }
        self.say(&format!("{text}> "))?;
        let Typed::Line(choice) = keys.wait() else {
            return Ok(Next::Leave);
        };
        let number = choice.trim().parse::<usize>().ok();
        if let Some(proof) = number.and_then(|n| PROOFS.get(n.checked_sub(1)?)) {
            look(&self.screen).proven(*proof, SystemTime::now())?;
        }
        Ok(Next::Patient)
    }

    fn say(&self, text: &str) -> Result<(), Failure> {
        self.output.bytes(text.as_bytes())
    }
}

/// Shows one answer until it is closed or its time is over. `held` is what it was taken from: what ends the program wipes the
/// terminal after it was written.
pub(crate) fn stand(
    screen: &SharedScreen,
    held: MutexGuard<'_, Screen>,
    text: &str,
    keep: Duration,
    output: &Output,
) -> Result<(), Failure> {
    output.bytes(format!("{CLEAR}{text}").as_bytes())?;
    drop(held);
    close(screen, keep, &mut Keys::new(), output).map(drop)
}

/// Waits for 閉じる, and not longer than an answer may stand; then nothing of it is left, here and on the terminal.
pub(crate) fn close(
    screen: &SharedScreen,
    keep: Duration,
    keys: &mut Keys,
    output: &Output,
) -> Result<Typed, Failure> {
    let say = |text: &str| output.bytes(text.as_bytes());
    say(output.pick("\n[Enter] 閉じる ", "\n[Enter] close "))?;
    let typed = keys.wait_for(keep);
    let wiped = say(CLEAR);
    let now = SystemTime::now();
    let mut screen = look(screen);
    match typed {
        // Its own clock ends it; one that was set back does not keep it.
        Typed::Nothing => drop(screen.answer(now)?),
        Typed::Line(_) | Typed::End => {}
    }
    screen.close(now)?;
    drop(screen);
    wiped.map(|()| typed)
}

/// What happened to a proof that is still good, and the question whether to send it again.
fn again(error: &Error, output: &Output) -> String {
    let language = output.language();
    let mut text = guidance::for_code(error.code())
        .map(|entry| format!("{}\n", entry.staff.render(language, None)))
        .unwrap_or_default();
    if let ErrorKind::Service(service) = error.kind()
        && let Some(wait) = service.reply().and_then(|reply| reply.retry_after)
    {
        let seconds = wait.as_secs();
        text.push_str(&match language {
            Language::Japanese => format!("サービスは{seconds}秒待つよう求めています。\n"),
            _ => format!("The service asks to wait {seconds} s.\n"),
        });
    }
    text.push_str(output.pick(
        "カードはもう不要です。Enter でもう一度問い合わせ、n で中止します: ",
        "The card is not needed any more. Enter asks again, n stops: ",
    ));
    text
}
