//! The reception desk, and a check prepared at it.

use std::path::Path;
use std::ptr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use mynacard::auth::home::HomeDesk;
use mynacard::auth::{
    AuditEvent, AuditTrail, Desk, DeskSettings, ExpiredCertificate, Identity, OperatorConfirmation,
    PinlessProvider, Ready, TapId, Undelivered, UnknownIssuer, VisualSetting,
};
use mynacard::card::NumberB;
use mynacard::card::app::jpki::{CounterPolicy, Options as CardOptions};
use mynacard::cert::record::{CardAuthorities, CardFace};
use mynacard::client::https::HttpsService;

use crate::answer::{self, mynacard_answer};
use crate::ask::{SWITCH, context, mynacard_ask};
use crate::audit::{Book, Shared, Told, mynacard_audit};
use crate::cancel::{mynacard_cancel, signal};
use crate::card::{mynacard_card, with_card, with_card_and};
use crate::error::mynacard_error;
use crate::failure::Failure;
use crate::guard::{guard, on_worker, run};
use crate::handle::{Table, alone};
use crate::input::{Versioned, choice, ends, optional, out, structure, text};
use crate::owner::Owner;
use crate::pin::{self, mynacard_pin};
use crate::pinless::{Provider, Proving, mynacard_pinless};
use crate::progress::{Progress, mynacard_progress};
use crate::service::{self, mynacard_service};
use crate::status::mynacard_status;
use crate::terminal::{self, mynacard_terminal};

/// A reception desk: a service, a terminal, policies. One call uses it at a time.
pub struct mynacard_desk {
    _private: [u8; 0],
}

/// A check that was prepared before the patient taps. It serves once: after `mynacard_check_by_…` only freeing it is
/// left, or `mynacard_check_deliver_again` where the answer got lost.
pub struct mynacard_check {
    _private: [u8; 0],
}

/// The policies of a desk; zeros are the safe defaults.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mynacard_desk_options {
    /// `sizeof(mynacard_desk_options)`; set by `MYNACARD_DESK_OPTIONS_INIT`.
    pub struct_size: usize,
    /// 1 for 「目視確認で本人認証」: staff may compare photo and person instead of the PIN.
    pub visual_check: i32,
    /// 1 to refuse a certificate that has ended, instead of letting the service decide.
    pub refuse_expired: i32,
    /// 1 to refuse a certificate of an unknown authority, instead of letting the service decide.
    pub refuse_unknown_issuer: i32,
    /// A `mynacard_counter`.
    pub counter: i32,
    /// The folder of the audit trail, which is kept under the terminal's own key; NULL for none. The terminal must have a vault.
    /// Every answer and every refusal is written down before the call returns, and an answer once more when it is freed; what
    /// cannot be written down is an error, and no answer.
    pub audit_folder: *const u8,
    /// Its length.
    pub audit_folder_size: usize,
    /// A function that is told the same events; NULL for none. It is copied, as `progress` is.
    pub audit: *const mynacard_audit,
    /// Who proves themselves to the card at a visual check, instead of the service's relay; NULL for the relay. It is copied, as
    /// `progress` is.
    pub pinless: *const mynacard_pinless,
    /// How long a whole check may take, card and network together, in milliseconds; 0 for 90 seconds.
    pub patience_ms: u32,
    /// How long `mynacard_check_confirm` is good for, in milliseconds; 0 for a minute.
    pub confirmation_life_ms: u32,
}

/// Whether the card is asked, before a PIN is sent, how many tries are left.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum mynacard_counter {
    /// Asked; the last try is never spent. The safe choice.
    ReadFirst = 0,
    /// Not asked: one exchange less, and no protection of the last try.
    Skip = 1,
    /// Asked; the last try is spent too: a card whose PIN is blocked is unblocked at the municipal office only.
    SpendLastTry = 2,
}

// SAFETY: numbers and pointers; the size comes first.
unsafe impl Versioned for mynacard_desk_options {
    const ENDS: &[usize] = ends!(
        counter,
        audit_folder,
        audit_folder_size,
        audit,
        pinless,
        patience_ms,
        confirmation_life_ms
    );
    const DEFAULT: Self = Self {
        struct_size: 0,
        visual_check: 0,
        refuse_expired: 0,
        refuse_unknown_issuer: 0,
        counter: 0,
        audit_folder: ptr::null(),
        audit_folder_size: 0,
        audit: ptr::null(),
        pinless: ptr::null(),
        patience_ms: 0,
        confirmation_life_ms: 0,
    };
}

static DESKS: Table<Arc<Held>> = Table::new(8);
static CHECKS: Table<Mutex<Prepared>> = Table::new(9);

pub(crate) struct Held {
    desk: Desk,
    service: HttpsService,
    progress: Option<Arc<Progress>>,
    pinless: Option<Provider>,
    /// Where it is written down what happens here.
    pub(crate) book: Option<Arc<Book>>,
    /// Taken by each call: a second one is BUSY instead of waiting for the line.
    pub(crate) line: Mutex<()>,
}

impl Held {
    /// This desk's side of 居宅同意取得型.
    pub(crate) fn home(&self) -> HomeDesk {
        let service = Box::new(self.service.clone());
        match &self.book {
            None => HomeDesk::new(service),
            Some(book) => {
                let audit = Box::new(Shared(Arc::clone(book)));
                HomeDesk::audited(service, audit, SystemTime::now)
            }
        }
    }

    /// The failure of a check, written down.
    fn refused(&self, error: &mynacard::auth::Error) -> Result<(), Failure> {
        self.book.as_ref().map_or(Ok(()), |book| {
            book.record(&AuditEvent::refused(error, SystemTime::now()))
        })
    }
}

/// The desk behind a handle.
pub(crate) fn find(desk: *const mynacard_desk) -> Result<Arc<Held>, Failure> {
    Ok(Arc::clone(&*DESKS.find(desk)?))
}

struct Prepared {
    desk: Arc<Held>,
    /// The proof whose answer got lost.
    undelivered: Option<Undelivered>,
    ready: Option<Ready>,
    tap: Option<TapId>,
    confirmation: Option<OperatorConfirmation>,
}

const COUNTERS: &[(i32, CounterPolicy)] = &[
    (
        mynacard_counter::ReadFirst as i32,
        CounterPolicy::READ_FIRST,
    ),
    (mynacard_counter::Skip as i32, CounterPolicy::Skip),
    (
        mynacard_counter::SpendLastTry as i32,
        CounterPolicy::ReadFirst {
            refuse_at_one: false,
        },
    ),
];

/// Opens a desk. `options` and `progress` may be NULL. The tables that these point to are copied, the service's `carrier` too; their `destroy` is called when
/// the desk is gone, and not at all when this call fails. Nothing is sent yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_desk_open(
    service: *const mynacard_service,
    terminal: *const mynacard_terminal,
    options: *const mynacard_desk_options,
    progress: *const mynacard_progress,
    desk: *mut *mut mynacard_desk,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: the structures are documented as NULL or valid for as many bytes as they say, their pointers too.
        let (options, progress, (way, trust)) = unsafe {
            (
                optional("options", options)?.unwrap_or(mynacard_desk_options::DEFAULT),
                optional("progress", progress)?,
                service::read(&structure("service", service)?)?,
            )
        };
        // SAFETY: documented as valid.
        let place = unsafe { out("desk", desk) }?;
        // SAFETY: the pointers of the options are documented as NULL or valid, as the options are.
        let (folder, told, pinless) = unsafe {
            (
                text(
                    "options.audit_folder",
                    options.audit_folder,
                    options.audit_folder_size,
                )?,
                optional("options.audit", options.audit)?,
                optional("options.pinless", options.pinless)?,
            )
        };
        let told = told.map(Told::new).transpose()?;
        let pinless = pinless.map(Provider::new).transpose()?;
        let handle = terminal;
        let terminal = terminal::find(handle)?;
        let mut settings = DeskSettings::new(trust);
        if choice("options.visual_check", options.visual_check, SWITCH)? {
            settings = settings.with_visual(VisualSetting::On, &terminal);
        }
        if choice("options.refuse_expired", options.refuse_expired, SWITCH)? {
            settings = settings.with_expired(ExpiredCertificate::Refuse);
        }
        if choice(
            "options.refuse_unknown_issuer",
            options.refuse_unknown_issuer,
            SWITCH,
        )? {
            settings = settings.with_unknown_issuer(UnknownIssuer::Refuse);
        }
        let counter = choice("options.counter", options.counter, COUNTERS)?;
        settings = settings.with_card_options(CardOptions::new().with_counter(counter));
        if options.patience_ms != 0 {
            settings = settings.with_patience(Duration::from_millis(options.patience_ms.into()));
        }
        if options.confirmation_life_ms != 0 {
            let life = Duration::from_millis(options.confirmation_life_ms.into());
            settings = settings.with_confirmation_life(life);
        }
        let trail = match folder {
            "" => None,
            folder => Some(terminal::with_vault(handle, |vault| {
                let folder = Path::new(folder);
                on_worker(|| Ok(AuditTrail::open(vault, folder, SystemTime::now())?))
            })?),
        };
        let service = on_worker(|| way.service(Some(&terminal)))?;
        let desk = Desk::new(Box::new(service.clone()), settings);
        let progress = progress.map(|table| Arc::new(Progress::new(table)));
        let owners: Vec<_> = [
            progress.as_ref().map(|progress| progress.owner()),
            told.as_ref().map(Told::owner),
            pinless.as_ref().map(Provider::owner),
            way.owner(),
        ]
        .into_iter()
        .flatten()
        .collect();
        let held = Arc::new(Held {
            desk,
            service,
            progress,
            pinless,
            book: Book::of(trail, told),
            line: Mutex::new(()),
        });
        place.write(Owner::all_taken_by(&owners, || DESKS.insert(held))?);
        Ok(())
    })
}

/// Prepares a check before the patient taps: challenge and warm connection. `ask` may be NULL for a reception by PIN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_desk_prepare(
    desk: *mut mynacard_desk,
    ask: *const mynacard_ask,
    cancel: *const mynacard_cancel,
    check: *mut *mut mynacard_check,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as NULL or valid for as many bytes as it says.
        let ask = unsafe { optional("ask", ask) }?.unwrap_or(mynacard_ask::DEFAULT);
        // SAFETY: documented as valid.
        let place = unsafe { out("check", check) }?;
        let held = Arc::clone(&*DESKS.find(desk)?);
        let _line = alone(&held.line)?;
        let stop = signal(cancel)?;
        let context = context(&ask)?;
        let ready = on_worker(|| {
            let prepared = held.desk.prepare(context, SystemTime::now(), &stop);
            prepared.map_err(|error| refused(&held, error))
        })?;
        let ready = match &held.progress {
            None => ready,
            Some(progress) => {
                let progress = Arc::clone(progress);
                ready.with_progress(move |step| progress.tell(step))
            }
        };
        let prepared = Prepared {
            desk: Arc::clone(&held),
            ready: Some(ready),
            undelivered: None,
            tap: None,
            confirmation: None,
        };
        place.write(CHECKS.insert(Mutex::new(prepared))?);
        Ok(())
    })
}

/// The check itself, by PIN: card, verdict on its certificate, PIN, signature, power-down, service. The PIN reaches the
/// card at most once, and the PIN handle is empty afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_check_by_pin(
    check: *mut mynacard_check,
    card: *mut mynacard_card,
    pin: *mut mynacard_pin,
    cancel: *const mynacard_cancel,
    answer: *mut *mut mynacard_answer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid.
        let place = unsafe { out("answer", answer) }?;
        let checked = finish(check, card, cancel, |_| Ok(Who::Pin(pin::take(pin)?)))?;
        place.write(checked);
        Ok(())
    })
}

/// The check itself, with the PIN typed on the reader's own keypad.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_check_by_keypad(
    check: *mut mynacard_check,
    card: *mut mynacard_card,
    cancel: *const mynacard_cancel,
    answer: *mut *mut mynacard_answer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid.
        let place = unsafe { out("answer", answer) }?;
        let checked = finish(check, card, cancel, |_| Ok(Who::Keypad))?;
        place.write(checked);
        Ok(())
    })
}

/// First part of a visual check (目視確認): reads the card, so that staff compare the photo of the card that was tapped.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_check_tap(
    check: *mut mynacard_check,
    card: *mut mynacard_card,
    cancel: *const mynacard_cancel,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        let held = CHECKS.find(check)?;
        let mut prepared = alone(&held)?;
        let stop = signal(cancel)?;
        let Prepared {
            desk,
            ready,
            tap,
            confirmation,
            ..
        } = &mut *prepared;
        let ready = ready.as_mut().ok_or_else(spent)?;
        let _line = alone(&desk.line)?;
        let read = with_card(card, &stop, |card| {
            let tapped = ready.tap(card, SystemTime::now(), &stop);
            tapped.map_err(|error| refused(desk, error))
        })?;
        *tap = Some(read.id());
        *confirmation = None;
        Ok(())
    })
}

/// Second part: a member of staff (a number or account, not the patient) confirms now that photo and person agree.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_check_confirm(
    check: *mut mynacard_check,
    operator: *const u8,
    operator_size: usize,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid for as many bytes, or NULL with 0.
        let operator = unsafe { text("operator", operator, operator_size) }?;
        let held = CHECKS.find(check)?;
        let mut prepared = alone(&held)?;
        let tap = prepared
            .tap
            .ok_or_else(|| Failure::new(mynacard_status::Caller, "no card was tapped yet"))?;
        prepared.confirmation = Some(OperatorConfirmation::new(operator, tap, SystemTime::now())?);
        Ok(())
    })
}

/// Third part, soon after the confirmation: the check itself, with the same card.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_check_by_sight(
    check: *mut mynacard_check,
    card: *mut mynacard_card,
    cancel: *const mynacard_cancel,
    answer: *mut *mut mynacard_answer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid.
        let place = unsafe { out("answer", answer) }?;
        let checked = finish(check, card, cancel, |confirmation| {
            let missing = || Failure::new(mynacard_status::Caller, "nobody confirmed the face yet");
            confirmation.map(Who::Sight).ok_or_else(missing)
        })?;
        place.write(checked);
        Ok(())
    })
}

/// After a check whose answer got lost (code MC-6013, a silent or unintelligible service, a cancel while it was asked): delivers
/// the same signed proof once more, without card and PIN. The service answers it with the outcome of the first delivery, so
/// that there is one check. It works while the challenge lives, about two minutes; after that it fails with MC-5017 and the patient has
/// to tap again. `MYNACARD_STATUS_CALLER` where nothing is left to be delivered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynacard_check_deliver_again(
    check: *mut mynacard_check,
    cancel: *const mynacard_cancel,
    answer: *mut *mut mynacard_answer,
    error: *mut *mut mynacard_error,
) -> mynacard_status {
    guard(error, || {
        // SAFETY: documented as valid.
        let place = unsafe { out("answer", answer) }?;
        let held = CHECKS.find(check)?;
        let mut prepared = alone(&held)?;
        let Prepared {
            desk, undelivered, ..
        } = &mut *prepared;
        let stop = signal(cancel)?;
        let _line = alone(&desk.line)?;
        let nothing = || {
            Failure::new(
                mynacard_status::Caller,
                "no answer of this check got lost, or its proof has ended",
            )
        };
        let proof = undelivered.take().ok_or_else(nothing)?;
        let checked = on_worker(|| {
            proof
                .deliver(SystemTime::now(), &stop)
                .map_err(|error| keep(desk, undelivered, error))
        })?;
        let checked = answer::hand_out_checked(checked, desk.book.as_ref())?;
        place.write(checked);
        Ok(())
    })
}

/// Frees a prepared check; NULL is no error. One that was not used leaves its challenge to the next.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_check_free(check: *mut mynacard_check) -> mynacard_status {
    run(ptr::null_mut(), || {
        if check.is_null() {
            Ok(())
        } else {
            CHECKS.remove(check).map(drop)
        }
    })
}

/// Frees a desk; checks that were prepared at it go on. NULL is no error.
#[unsafe(no_mangle)]
pub extern "C" fn mynacard_desk_free(desk: *mut mynacard_desk) -> mynacard_status {
    run(ptr::null_mut(), || {
        if desk.is_null() {
            Ok(())
        } else {
            DESKS.remove(desk).map(drop)
        }
    })
}

/// Who says who the person is.
enum Who {
    Pin(mynacard::card::Pin),
    Keypad,
    Sight(OperatorConfirmation),
}

fn finish(
    check: *mut mynacard_check,
    card: *mut mynacard_card,
    cancel: *const mynacard_cancel,
    who: impl FnOnce(Option<OperatorConfirmation>) -> Result<Who, Failure>,
) -> Result<*mut mynacard_answer, Failure> {
    let held = CHECKS.find(check)?;
    let mut prepared = alone(&held)?;
    let Prepared {
        desk,
        ready,
        confirmation,
        undelivered,
        ..
    } = &mut *prepared;
    if ready.is_none() {
        return Err(spent());
    }
    let stop = signal(cancel)?;
    let desk = Arc::clone(desk);
    let _line = alone(&desk.line)?;
    let confirmation = confirmation.clone();
    let take = || Ok((who(confirmation)?, ready.take().ok_or_else(spent)?));
    let checked = with_card_and(card, &stop, take, |card, (who, ready)| {
        let mut service = desk.service.relay();
        let mut own = desk.pinless.as_ref().map(Proving);
        let relay: &mut dyn PinlessProvider = match &mut own {
            Some(own) => own,
            None => &mut service,
        };
        let identity = match who {
            Who::Pin(pin) => Identity::Pin(pin),
            Who::Keypad => Identity::PinPad,
            Who::Sight(confirmation) => Identity::Visual(relay, confirmation),
        };
        ready
            .check(card, identity, SystemTime::now(), &stop)
            .map_err(|error| keep(&desk, undelivered, error))
    })?;
    answer::hand_out_checked(checked, desk.book.as_ref())
}

/// The failure, written down; what it left to be delivered again is kept.
fn keep(
    desk: &Held,
    undelivered: &mut Option<Undelivered>,
    error: mynacard::auth::Error,
) -> Failure {
    let written = desk.refused(&error);
    let (failure, left) = Failure::with_undelivered(error);
    *undelivered = left;
    written.err().unwrap_or(failure)
}

/// The failure, written down.
fn refused(desk: &Held, error: mynacard::auth::Error) -> Failure {
    desk.refused(&error).err().unwrap_or_else(|| error.into())
}

/// The first part of a visual check, with the face of the card: staff compare a photo that nobody can have put there.
pub(crate) fn tap_with_face(
    check: *mut mynacard_check,
    card: *mut mynacard_card,
    number: NumberB,
    known: &CardAuthorities,
    stop: &mynacard::auth::Cancel,
) -> Result<CardFace, Failure> {
    let held = CHECKS.find(check)?;
    let mut prepared = alone(&held)?;
    let Prepared {
        desk,
        ready,
        tap,
        confirmation,
        ..
    } = &mut *prepared;
    let ready = ready.as_mut().ok_or_else(spent)?;
    let _line = alone(&desk.line)?;
    let take = || Ok(number);
    let (read, face) = with_card_and(card, stop, take, |card, number| {
        let now = SystemTime::now();
        ready
            .tap_with_face(card, number, known, now, stop)
            .map_err(|error| refused(desk, error))
    })?;
    *tap = Some(read.id());
    *confirmation = None;
    Ok(face)
}

fn spent() -> Failure {
    Failure::new(mynacard_status::Caller, "this check was used already")
}
