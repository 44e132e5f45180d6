//! Functions that C would hand in: a card, a connection, a provider, listeners. Each does what the next octet of its script says, and what is
//! right once the script is over.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{CStr, c_void};
use std::ptr;
use std::slice;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use mynacard_ffi::{self as ffi, mynacard_status as Status};
use mynacard_sandbox::Connection;
use mynacard_sim::{VirtualCard, person};

use crate::objects::pointer;

/// What a table's userdata points to. The library calls from its own threads, one at a time.
pub(crate) struct Caller {
    inside: Mutex<Inside>,
    /// A handle that a function may cancel; 0 for none.
    cancel: AtomicUsize,
    destroyed: AtomicU32,
}

struct Inside {
    script: std::vec::IntoIter<u8>,
    card: VirtualCard,
    connection: Arc<Connection>,
    /// What was answered to the last call of each path: a line may bring it again.
    answered: BTreeMap<String, Vec<u8>>,
    /// The codes of errors that the table's functions met themselves, on whatever thread they ran.
    codes: BTreeSet<String>,
}

/// Whose cards may lie on a reader; the first one's unless an input says otherwise.
const PEOPLE: [&str; 10] = [
    "kyokai-self",
    "cert-ended",
    "cert-expired",
    "outside-sjis",
    "pin-blocked",
    "no-pin",
    "infant",
    "unregistered",
    "none",
    "two-results",
];

/// The card of a person by her place; of nobody further on.
fn card_of(which: u8) -> VirtualCard {
    static CARDS: Mutex<BTreeMap<usize, VirtualCard>> = Mutex::new(BTreeMap::new());
    let which = Some(usize::from(which)).filter(|which| *which < PEOPLE.len());
    let which = which.unwrap_or_default();
    let mut cards = CARDS.lock().unwrap_or_else(PoisonError::into_inner);
    let card = cards.entry(which).or_insert_with(|| {
        let id = PEOPLE.get(which).copied().unwrap_or_default();
        VirtualCard::new(person(id).expect("listed"), SystemTime::now())
    });
    card.clone()
}

impl Caller {
    pub(crate) fn new(connection: Arc<Connection>, script: &[u8]) -> Box<Self> {
        Box::new(Self {
            inside: Mutex::new(Inside {
                script: Vec::from(script).into_iter(),
                card: card_of(0),
                connection,
                answered: BTreeMap::new(),
                codes: BTreeSet::new(),
            }),
            cancel: AtomicUsize::new(0),
            destroyed: AtomicU32::new(0),
        })
    }

    /// Puts another person's card on the reader.
    pub(crate) fn holds(&self, which: u8) {
        self.inside().card = card_of(which);
    }

    pub(crate) fn cancels(&self, handle: usize) {
        self.cancel.store(handle, Ordering::Relaxed);
    }

    pub(crate) fn codes(&self) -> BTreeSet<String> {
        std::mem::take(&mut self.inside().codes)
    }

    pub(crate) fn destroyed(&self) -> u32 {
        self.destroyed.load(Ordering::Acquire)
    }

    fn userdata(&self) -> *mut c_void {
        ptr::from_ref(self).cast_mut().cast()
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next octet of the script, and what stands behind the lock. Some octets mean the same for every function.
    fn step(&self) -> (u8, MutexGuard<'_, Inside>) {
        let mut inside = self.inside();
        let step = inside.script.next().unwrap_or_default();
        match step {
            250 => {
                inside.codes.insert(reenter());
            }
            251 => {
                ffi::mynacard_cancel_cancel(pointer(self.cancel.load(Ordering::Relaxed)));
            }
            _ => {}
        }
        (step, inside)
    }

    /// The next octet alone.
    fn next_step(&self) -> u8 {
        self.step().0
    }
}

/// What a function may not call answers so, and hands nothing out but an error, whose code this is; what it may call works.
fn reenter() -> String {
    let (mut json, mut pin, mut error) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    let code = b"MC-1003";
    // SAFETY: the text and the places live until the calls return.
    let found = unsafe {
        [
            ffi::mynacard_guidance_json(code.as_ptr(), code.len(), &raw mut json, ptr::null_mut()),
            ffi::mynacard_pin_new(b"1".as_ptr(), 1, &raw mut pin, &raw mut error),
        ]
    };
    assert_eq!(found, [Status::Reentrant; 2]);
    assert!(json.is_null() && pin.is_null(), "a refused call wrote");
    let code = ffi::mynacard_error_code(error);
    assert!(!code.is_null(), "a refused call without a code");
    // SAFETY: NUL-terminated, and the error lives.
    let code = unsafe { CStr::from_ptr(code) }
        .to_string_lossy()
        .into_owned();
    assert_eq!(ffi::mynacard_error_free(error), Status::Ok);
    assert!(ffi::mynacard_abi_version() > 0 && !ffi::mynacard_version().is_null());
    code
}

/// # Safety
/// The userdata of a table below, which lives until its `destroy` and longer.
unsafe fn caller<'a>(userdata: *mut c_void) -> &'a Caller {
    // SAFETY: the caller's promise.
    unsafe { &*userdata.cast::<Caller>() }
}

/// Writes as much of an answer as there is room for; whether all of it.
///
/// # Safety
/// The library's buffer is valid for its capacity.
unsafe fn write(answer: &[u8], buffer: *mut u8, capacity: usize, size: *mut usize) -> bool {
    let fits = answer.len() <= capacity;
    let answer = answer.get(..answer.len().min(capacity)).unwrap_or_default();
    // SAFETY: the caller's promise.
    unsafe {
        ptr::copy_nonoverlapping(answer.as_ptr(), buffer, answer.len());
        size.write(answer.len());
    }
    fits
}

/// # Safety
/// NULL with 0, or valid for as many bytes.
unsafe fn given<'a>(data: *const u8, size: usize) -> &'a [u8] {
    if data.is_null() {
        assert_eq!(size, 0, "NULL with a length");
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { slice::from_raw_parts(data, size) }
}

unsafe extern "C" fn destroy(userdata: *mut c_void) {
    // SAFETY: only the tables below name this function.
    unsafe { caller(userdata) }
        .destroyed
        .fetch_add(1, Ordering::AcqRel);
}

unsafe extern "C" fn begin(userdata: *mut c_void) -> i32 {
    // SAFETY: as above.
    let (step, mut inside) = unsafe { caller(userdata) }.step();
    match step {
        230..=241 => i32::from(step - 230),
        242..=249 => i32::from(step - 240) | ffi::MYNACARD_TRANSPORT_NOT_SENT,
        _ => {
            // Somebody took the card away and put another one there.
            if step == 252 {
                inside.card = card_of(1);
            }
            inside.card.power_off();
            inside.card.power_on();
            0
        }
    }
}

/// Status words that a card may answer instead of its own.
const WORDS: [u16; 14] = [
    0x6100, 0x6110, 0x6282, 0x63C1, 0x63C0, 0x6700, 0x6982, 0x6983, 0x6984, 0x6985, 0x6A82, 0x6A81,
    0x6C10, 0x6D00,
];

unsafe extern "C" fn exchange(
    userdata: *mut c_void,
    command: *const u8,
    command_size: usize,
    secret: i32,
    response: *mut u8,
    capacity: usize,
    response_size: *mut usize,
) -> i32 {
    // SAFETY: as above; the library's buffers are as long as stated.
    let (command, (step, mut inside)) =
        unsafe { (given(command, command_size), caller(userdata).step()) };
    let presents = matches!(command.get(1), Some(0x20 | 0x24)) && command.len() > 5;
    assert_eq!(
        secret != 0,
        presents,
        "a PIN that is not marked, or a mark without a PIN"
    );
    let mut answer = match step {
        // The card does not see these.
        220..=229 => return i32::from(step - 219),
        230..=239 => return i32::from(step - 229) | ffi::MYNACARD_TRANSPORT_NOT_SENT,
        _ => inside.card.transmit(command),
    };
    let data = answer.len().saturating_sub(2);
    match step {
        180..=193 => {
            answer.truncate(data);
            let word = WORDS.get(usize::from(step - 180)).copied();
            answer.extend(word.unwrap_or(0x9000).to_be_bytes());
        }
        194 => answer.clear(),
        195 => answer.truncate(1),
        196 => answer.truncate(data / 2),
        197 => answer.splice(0..0, [0; 300]).for_each(drop),
        // One bit of what it says, a signature among it.
        198 => answer
            .iter_mut()
            .take(data)
            .take(1)
            .for_each(|octet| *octet ^= 1),
        200..=209 => return i32::from(step - 199), // It acted, and nobody knows.
        _ => {}
    }
    // SAFETY: as above.
    let fits = unsafe { write(&answer, response, capacity, response_size) };
    if let 210..=213 = step {
        let lie = [
            usize::MAX,
            capacity + 1,
            capacity,
            isize::MAX.unsigned_abs(),
        ];
        let lie = lie.get(usize::from(step - 210)).copied();
        // SAFETY: as above.
        unsafe { response_size.write(lie.unwrap_or_default()) };
    }
    if fits { 0 } else { 10 }
}

unsafe extern "C" fn end(userdata: *mut c_void, how: i32) {
    // SAFETY: as above.
    let (_, mut inside) = unsafe { caller(userdata) }.step();
    assert!(matches!(how, 0 | 1), "an end that is none");
    if how == 1 {
        inside.card.power_off();
    }
}

/// Answers of a service that is none.
const ANSWERS: [&[u8]; 6] = [
    b"{}",
    b"{\"sandbox\":true}",
    b"[",
    b"{\"sandbox\":true,\"code\":\"REF-2001\"}",
    b"",
    b"\xFF\xFE",
];

/// A refusal that asks to be left alone for a while.
const ASKS_TO_WAIT: &[u8] = b"{\"sandbox\":true,\"code\":\"REF-5002\",\"message_ja\":\"\",\"message_en\":\"\",\"retry_after\":60}";

unsafe extern "C" fn carry(
    userdata: *mut c_void,
    operation: *const u8,
    operation_size: usize,
    request: *const u8,
    request_size: usize,
    key: *const u8,
    key_size: usize,
    _timeout_ms: u32,
    response: *mut u8,
    capacity: usize,
    response_size: *mut usize,
    response_status: *mut u32,
) -> i32 {
    // SAFETY: as above.
    let (operation, request, key, (step, inside)) = unsafe {
        (
            given(operation, operation_size),
            given(request, request_size),
            given(key, key_size),
            caller(userdata).step(),
        )
    };
    let connection = Arc::clone(&inside.connection);
    drop(inside);
    let path = std::str::from_utf8(operation).expect("an operation is text");
    let key = std::str::from_utf8(key).expect("a key is text");
    let key = (!key.is_empty()).then_some(key);
    let (mut status, mut answer) = match step {
        200..=205 => {
            let canned = ANSWERS.get(usize::from(step - 200)).copied();
            (200, canned.unwrap_or_default().to_vec())
        }
        217 => (503, ASKS_TO_WAIT.to_vec()),
        240..=244 => return i32::from(step - 239), // Not sent, or lost before it arrived.
        _ => {
            let (status, answer) = connection.carry(path, key, request);
            // SAFETY: as above.
            let mut inside = unsafe { caller(userdata) }.inside();
            let before = inside.answered.insert(path.to_owned(), answer.clone());
            let again = before.filter(|_| step == 216);
            (u32::from(status), again.unwrap_or(answer))
        }
    };
    match step {
        206..=212 => {
            let statuses = [0, 404, 429, 500, 503, 100_000, u32::MAX];
            status = statuses.get(usize::from(step - 206)).copied().unwrap_or(0);
        }
        213 => answer.truncate(answer.len() / 2),
        245 => return 2, // It arrived, and its answer got lost.
        _ => {}
    }
    // SAFETY: as above.
    let fits = unsafe {
        response_status.write(status);
        write(&answer, response, capacity, response_size)
    };
    if let 214 | 215 = step {
        let lie = [usize::MAX, capacity + 1];
        // SAFETY: as above.
        unsafe { response_size.write(lie.get(usize::from(step - 214)).copied().unwrap_or(0)) };
    }
    if fits { 0 } else { 2 }
}

unsafe extern "C" fn next(
    userdata: *mut c_void,
    challenge: *const u8,
    challenge_size: usize,
    number: u32,
    answer: *const u8,
    answer_size: usize,
    output: *mut u8,
    capacity: usize,
    output_size: *mut usize,
) -> i32 {
    // SAFETY: as above.
    let (challenge, answer, step) = unsafe {
        (
            given(challenge, challenge_size),
            given(answer, answer_size),
            caller(userdata).next_step(),
        )
    };
    assert!(!challenge.is_empty() && (number > 1 || answer.is_empty()));
    let commands: [&[u8]; 4] = [
        &[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x16],
        &[0x00, 0x84, 0x00, 0x00, 0x10],
        &[0x00, 0x20, 0x00, 0x98, 0x04, b'1', b'2', b'3', b'4'],
        &[0x80],
    ];
    let command = commands.get(usize::from(step % 4)).copied();
    // SAFETY: as above.
    unsafe { write(command.unwrap_or_default(), output, capacity, output_size) };
    if step == 214 {
        // SAFETY: as above.
        unsafe { output_size.write(usize::MAX) };
    }
    i32::from(step / 4 % 6)
}

unsafe extern "C" fn event(userdata: *mut c_void, json: *const u8, json_size: usize) -> i32 {
    // SAFETY: as above.
    let (json, step) = unsafe { (given(json, json_size), caller(userdata).next_step()) };
    assert!(json.starts_with(b"{") && json.ends_with(b"}"), "no object");
    i32::from(step == 240)
}

unsafe extern "C" fn told(userdata: *mut c_void, step: i32) {
    // SAFETY: as above.
    unsafe { caller(userdata) }.next_step();
    assert!((0..64).contains(&step), "a step that is none");
}

unsafe extern "C" fn line(userdata: *mut c_void, level: i32, text: *const u8, size: usize) {
    // SAFETY: as above.
    let (text, _) = unsafe { (given(text, size), caller(userdata)) };
    assert!((1..=5).contains(&level), "a level that is none");
    assert!(std::str::from_utf8(text).is_ok_and(|text| !text.contains('\n')));
}

/// A card behind functions.
pub(crate) fn transport(caller: &Caller) -> ffi::mynacard_transport {
    ffi::mynacard_transport {
        struct_size: size_of::<ffi::mynacard_transport>(),
        userdata: caller.userdata(),
        begin: Some(begin),
        exchange: Some(exchange),
        end: Some(end),
        destroy: Some(destroy),
        max_command: 65_544,
        max_response: 65_538,
    }
}

/// A connection.
pub(crate) fn carrier(caller: &Caller) -> ffi::mynacard_carrier {
    ffi::mynacard_carrier {
        struct_size: size_of::<ffi::mynacard_carrier>(),
        userdata: caller.userdata(),
        carry: Some(carry),
        destroy: Some(destroy),
    }
}

/// The sandbox over a connection.
pub(crate) fn service(carrier: &ffi::mynacard_carrier) -> ffi::mynacard_service {
    ffi::mynacard_service {
        struct_size: size_of::<ffi::mynacard_service>(),
        url: ptr::null(),
        url_size: 0,
        root: ptr::null(),
        root_size: 0,
        name: ptr::null(),
        name_size: 0,
        environment: ptr::null(),
        environment_size: 0,
        trust: 1,
        direct: 1,
        allow_tls12: 0,
        timeout_ms: 0,
        carrier: ptr::from_ref(carrier),
        test_roots: ptr::null(),
        test_roots_size: 0,
    }
}

/// Who proves themselves to the card at a visual check.
pub(crate) fn pinless(caller: &Caller) -> ffi::mynacard_pinless {
    ffi::mynacard_pinless {
        struct_size: size_of::<ffi::mynacard_pinless>(),
        userdata: caller.userdata(),
        next: Some(next),
        destroy: Some(destroy),
    }
}

/// Who is told of events.
pub(crate) fn audit(caller: &Caller) -> ffi::mynacard_audit {
    ffi::mynacard_audit {
        struct_size: size_of::<ffi::mynacard_audit>(),
        userdata: caller.userdata(),
        event: Some(event),
        destroy: Some(destroy),
    }
}

/// Who is told of steps.
pub(crate) fn progress(caller: &Caller) -> ffi::mynacard_progress {
    ffi::mynacard_progress {
        struct_size: size_of::<ffi::mynacard_progress>(),
        userdata: caller.userdata(),
        step: Some(told),
        destroy: Some(destroy),
    }
}

/// Who is told lines of the log.
pub(crate) fn log(caller: &Caller, most: i32) -> ffi::mynacard_log {
    ffi::mynacard_log {
        struct_size: size_of::<ffi::mynacard_log>(),
        userdata: caller.userdata(),
        line: Some(line),
        destroy: Some(destroy),
        most,
        reserved: 0,
    }
}

/// Who is handed the patients of a download.
pub(crate) fn patients(caller: &Caller) -> ffi::mynacard_patients {
    ffi::mynacard_patients {
        struct_size: size_of::<ffi::mynacard_patients>(),
        userdata: caller.userdata(),
        patient: Some(event),
        destroy: Some(destroy),
    }
}
