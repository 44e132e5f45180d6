//! One call after the other, and what must hold after each.

use std::ptr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mynacard_ffi::{self as ffi, mynacard_status as Status};
use mynacard_sandbox::Connection;

use crate::input::Input;
use crate::objects::{Kind, Objects, pointer};
use crate::places::{Places, Sized, UNTOUCHED, call, complete, whole};
use crate::stand::stand;
use crate::tables::{self, Caller};

/// As a size: the table is whole, and the function that it is for is missing.
const WITHOUT: u8 = 248;

/// A sequence so far.
pub(crate) struct Calls {
    pub(crate) objects: Objects,
    connection: Arc<Connection>,
    terminal: usize,
    /// The tables that were handed in, and whether a call took them over.
    callers: Vec<(Box<Caller>, bool)>,
    statuses: Vec<i32>,
    newest_first: bool,
}

impl Calls {
    pub(crate) fn new() -> Self {
        let (connection, terminal) = stand();
        let mut objects = Objects::default();
        objects.add(Kind::Terminal, terminal);
        Self {
            objects,
            connection,
            terminal,
            callers: Vec::new(),
            statuses: Vec::new(),
            newest_first: false,
        }
    }

    fn caller(&mut self, input: &mut Input<'_>) -> usize {
        let caller = Caller::new(Arc::clone(&self.connection), input.bytes());
        caller.cancels(self.objects.like(Kind::Cancel, 0));
        self.callers.push((caller, false));
        self.callers.len() - 1
    }

    fn at(&self, caller: usize) -> &Caller {
        &self.callers.get(caller).expect("just pushed").0
    }

    fn taken(&mut self, status: Status, callers: &[usize]) {
        for caller in callers {
            if let Some((_, taken)) = self.callers.get_mut(*caller) {
                *taken = status == Status::Ok;
            }
        }
    }

    /// What must hold after a call: outputs and error by the status.
    fn settle(&mut self, status: Status, places: &Places, kinds: &[Kind]) {
        assert!(
            !matches!(status, Status::Panic | Status::Internal),
            "a defect: {status:?}"
        );
        self.statuses.push(status as i32);
        let (mut out, kinds) = (places.out.iter(), kinds.iter());
        if status == Status::Ok {
            assert_eq!(places.error, UNTOUCHED, "an error of a call that worked");
            for (kind, slot) in kinds.zip(out.by_ref()) {
                // NULL is an answer too: a field that is empty.
                if *slot != UNTOUCHED && *slot != 0 {
                    self.objects.add(*kind, *slot);
                    if *kind == Kind::Buffer {
                        whole(*slot);
                    }
                }
            }
        }
        assert!(
            out.all(|slot| *slot == UNTOUCHED),
            "a result of a call that failed: {status:?}"
        );
        if status != Status::Ok && places.nulls & 1 == 0 {
            self.objects.add(Kind::Error, places.error);
            complete(places.error, status);
        }
    }

    #[allow(clippy::too_many_lines, reason = "one arm for each function")]
    pub(crate) fn one(&mut self, input: &mut Input<'_>) {
        let which = input.byte();
        let mut places = Places::new(input.byte());
        let p = &mut places;
        let mut like = |objects: &Objects, kind| objects.like(kind, input.byte());
        use Kind as K;
        let (status, kinds): (Status, &[Kind]) = match which % 56 {
            0 => {
                let digits = input.text();
                (
                    call!(mynacard_pin_new(
                        digits.data,
                        digits.size,
                        p.out(0),
                        p.error()
                    )),
                    &[K::Pin],
                )
            }
            1 => (
                call!(mynacard_cancel_new(p.out(0), p.error())),
                &[K::Cancel],
            ),
            2 => {
                let size = input.byte();
                let caller = self.caller(input);
                self.at(caller).holds(size);
                let mut table = tables::transport(self.at(caller));
                match size {
                    WITHOUT => table.begin = None,
                    249 => table.exchange = None,
                    250 => table.end = None,
                    _ => {}
                }
                let table = Sized::new(table, size);
                let status = call!(mynacard_card_from_transport(
                    table.get(size),
                    p.out(0),
                    p.error()
                ));
                self.taken(status, &[caller]);
                (status, &[K::Card])
            }
            3 => (self.open(input, p), &[K::Desk]),
            4 => {
                let desk = pointer(like(&self.objects, K::Desk));
                let cancel = pointer(self.cancel(input));
                let size = input.byte();
                let ask = ffi::mynacard_ask {
                    struct_size: 0,
                    purpose: input.number(),
                    method: input.number(),
                    limit_application: input.number(),
                    specific_diseases: input.number(),
                    consents: input.byte().into(),
                    reserved: 0,
                };
                let ask = Sized::new(ask, size);
                let ask = ask.get(size);
                (
                    call!(mynacard_desk_prepare(
                        desk,
                        ask,
                        cancel,
                        p.out(0),
                        p.error()
                    )),
                    &[K::Check],
                )
            }
            5 => {
                let (check, card) = (like(&self.objects, K::Check), like(&self.objects, K::Card));
                let pin = like(&self.objects, K::Pin);
                let cancel = pointer(self.cancel(input));
                let (check, card, pin) = (pointer(check), pointer(card), pointer(pin));
                let status = call!(mynacard_check_by_pin(
                    check,
                    card,
                    pin,
                    cancel,
                    p.out(0),
                    p.error()
                ));
                (status, &[K::Answer])
            }
            6 => {
                let (check, card) = (like(&self.objects, K::Check), like(&self.objects, K::Card));
                let (check, card) = (pointer(check), pointer(card));
                let cancel = pointer(self.cancel(input));
                let status = call!(mynacard_check_by_keypad(
                    check,
                    card,
                    cancel,
                    p.out(0),
                    p.error()
                ));
                (status, &[K::Answer])
            }
            7 => {
                let (check, card) = (like(&self.objects, K::Check), like(&self.objects, K::Card));
                let cancel = pointer(self.cancel(input));
                (
                    call!(mynacard_check_tap(
                        pointer(check),
                        pointer(card),
                        cancel,
                        p.error()
                    )),
                    &[],
                )
            }
            8 => {
                let check = pointer(like(&self.objects, K::Check));
                let who = input.text();
                (
                    call!(mynacard_check_confirm(check, who.data, who.size, p.error())),
                    &[],
                )
            }
            9 => {
                let (check, card) = (like(&self.objects, K::Check), like(&self.objects, K::Card));
                let (check, card) = (pointer(check), pointer(card));
                let cancel = pointer(self.cancel(input));
                let status = call!(mynacard_check_by_sight(
                    check,
                    card,
                    cancel,
                    p.out(0),
                    p.error()
                ));
                (status, &[K::Answer])
            }
            10 => {
                let check = pointer(like(&self.objects, K::Check));
                let cancel = pointer(self.cancel(input));
                let status = call!(mynacard_check_deliver_again(
                    check,
                    cancel,
                    p.out(0),
                    p.error()
                ));
                (status, &[K::Answer])
            }
            11 => {
                let card = pointer(like(&self.objects, K::Card));
                let cancel = pointer(self.cancel(input));
                (
                    call!(mynacard_card_status_json(card, cancel, p.out(0), p.error())),
                    &[K::Buffer],
                )
            }
            12 => {
                let (card, pin) = (like(&self.objects, K::Card), like(&self.objects, K::Pin));
                let trust = input.text();
                let cancel = pointer(self.cancel(input));
                let status = call!(mynacard_card_attributes_json(
                    pointer(card),
                    pointer(pin),
                    trust.data,
                    trust.size,
                    cancel,
                    p.out(0),
                    p.error()
                ));
                (status, &[K::Buffer])
            }
            13 => {
                let (card, check) = (like(&self.objects, K::Card), like(&self.objects, K::Check));
                let (number, trust) = (input.text(), input.text());
                let cancel = pointer(self.cancel(input));
                let status = call!(mynacard_card_face(
                    pointer(card),
                    pointer(check),
                    number.data,
                    number.size,
                    trust.data,
                    trust.size,
                    cancel,
                    p.out(0),
                    p.out(1),
                    p.out(2),
                    p.out(3),
                    p.error()
                ));
                (status, &[K::Buffer; 4])
            }
            14 => {
                let card = like(&self.objects, K::Card);
                let (old, new) = (like(&self.objects, K::Pin), like(&self.objects, K::Pin));
                let which = input.number();
                let cancel = pointer(self.cancel(input));
                let status = call!(mynacard_card_change_pin(
                    pointer(card),
                    which,
                    pointer(old),
                    pointer(new),
                    cancel,
                    p.error()
                ));
                (status, &[])
            }
            15 => {
                let card = pointer(like(&self.objects, K::Card));
                let number = input.number();
                (
                    call!(mynacard_card_record(card, number, p.out(0), p.error())),
                    &[K::Buffer],
                )
            }
            16 => {
                let card = pointer(like(&self.objects, K::Card));
                let cancel = pointer(self.cancel(input));
                let mut tries = i32::MIN;
                let status = call!(mynacard_card_tries_left(
                    card,
                    cancel,
                    &raw mut tries,
                    p.error()
                ));
                assert_eq!(
                    status == Status::Ok,
                    tries != i32::MIN,
                    "{status:?}: {tries}"
                );
                (status, &[])
            }
            17 => {
                let card = pointer(like(&self.objects, K::Card));
                let cancel = pointer(self.cancel(input));
                (
                    call!(mynacard_card_certificate(card, cancel, p.out(0), p.error())),
                    &[K::Buffer],
                )
            }
            18 => {
                let trace = input.text();
                let status = call!(mynacard_card_from_trace(
                    trace.data,
                    trace.size,
                    p.out(0),
                    p.error()
                ));
                (status, &[K::Card])
            }
            19 => {
                let card = pointer(like(&self.objects, K::Card));
                let cancel = pointer(self.cancel(input));
                (
                    call!(mynacard_card_wait_removed(card, 0, cancel, p.error())),
                    &[],
                )
            }
            20 => {
                let desk = pointer(like(&self.objects, K::Desk));
                let checked = pointer(like(&self.objects, K::Answer));
                let ask = input.text();
                let cancel = pointer(self.cancel(input));
                let status = call!(mynacard_desk_home(
                    desk,
                    ask.data,
                    ask.size,
                    checked,
                    cancel,
                    p.out(0),
                    p.out(1),
                    p.error()
                ));
                (status, &[K::Buffer, K::Answer])
            }
            21 => {
                let desk = pointer(like(&self.objects, K::Desk));
                let number = input.text();
                let cancel = pointer(self.cancel(input));
                let size = input.byte();
                let caller = self.caller(input);
                let table = Sized::new(tables::patients(self.at(caller)), size);
                let status = call!(mynacard_desk_download(
                    desk,
                    number.data,
                    number.size,
                    table.get(size),
                    cancel,
                    p.out(0),
                    p.error()
                ));
                let destroyed = self.at(caller).destroyed();
                assert!(destroyed <= 1 && (destroyed == 1 || status != Status::Ok));
                let taken = if destroyed == 1 { Status::Ok } else { status };
                self.taken(taken, &[caller]);
                (status, &[K::Buffer])
            }
            22..=25 => self.terminal(which % 56, input, p),
            26 => {
                let (a, b) = (input.text(), input.text());
                let status = call!(mynacard_identifier_json(
                    a.data,
                    a.size,
                    b.data,
                    b.size,
                    p.out(0),
                    p.error()
                ));
                (status, &[K::Buffer])
            }
            27 => {
                let code = input.text();
                let status = call!(mynacard_guidance_json(
                    code.data,
                    code.size,
                    p.out(0),
                    p.error()
                ));
                (status, &[K::Buffer])
            }
            28 => {
                let document = input.text();
                let kind = input.number();
                let status = call!(mynacard_answer_read(
                    document.data,
                    document.size,
                    kind,
                    p.out(0),
                    p.error()
                ));
                (status, &[K::Answer])
            }
            29 => {
                let xml = input.text();
                (
                    call!(mynacard_answer_from_xml(
                        xml.data,
                        xml.size,
                        p.out(0),
                        p.error()
                    )),
                    &[K::Answer],
                )
            }
            30 => {
                let answer = pointer(like(&self.objects, K::Answer));
                let format = input.number();
                (
                    call!(mynacard_answer_write(answer, format, p.out(0), p.error())),
                    &[K::Buffer],
                )
            }
            31 => {
                let answer = pointer(like(&self.objects, K::Answer));
                let charts = input.text();
                let status = call!(mynacard_answer_match_json(
                    answer,
                    charts.data,
                    charts.size,
                    p.out(0),
                    p.error()
                ));
                (status, &[K::Buffer])
            }
            32 => {
                let answer = pointer(like(&self.objects, K::Answer));
                (
                    call!(mynacard_answer_check_json(answer, p.out(0), p.error())),
                    &[K::Buffer],
                )
            }
            33 => {
                let answer = pointer(like(&self.objects, K::Answer));
                let (index, field) = (
                    input.number(),
                    u16::from_be_bytes([input.byte(), input.byte()]),
                );
                let (encoding, unmappable) = (input.number(), input.number());
                let status = call!(mynacard_answer_text(
                    answer,
                    index,
                    field,
                    encoding,
                    unmappable,
                    p.out(0),
                    p.error()
                ));
                (status, &[K::Buffer])
            }
            34 => {
                let answer = pointer(like(&self.objects, K::Answer));
                let (list, file, ask) = (input.number(), input.text(), input.text());
                let status = call!(mynacard_checkup_json(
                    list,
                    file.data,
                    file.size,
                    answer,
                    ask.data,
                    ask.size,
                    p.out(0),
                    p.error()
                ));
                (status, &[K::Buffer])
            }
            35 => {
                let (der, ask) = (input.text(), input.text());
                let status = call!(mynacard_certificate_json(
                    der.data,
                    der.size,
                    ask.data,
                    ask.size,
                    p.out(0),
                    p.error()
                ));
                (status, &[K::Buffer])
            }
            36 => (
                call!(mynacard_fields_json(p.out(0), p.error())),
                &[K::Buffer],
            ),
            37 => {
                let pin = pointer(like(&self.objects, K::Pin));
                let digit = input.byte();
                (call!(mynacard_pin_push(pin, digit, p.error())), &[])
            }
            38 => {
                let pin = pointer(like(&self.objects, K::Pin));
                let all = input.number();
                (call!(mynacard_pin_erase(pin, all, p.error())), &[])
            }
            39 => {
                let size = input.byte();
                let most = input.number();
                let caller = self.caller(input);
                let log = Sized::new(tables::log(self.at(caller), most), size);
                let status = call!(mynacard_log_set(log.get(size), p.error()));
                self.taken(if size == 247 { Status::Caller } else { status }, &[caller]);
                (status, &[])
            }
            40..=43 => self.folder(which % 56, input, p),
            44 => {
                self.read(input);
                return;
            }
            45 => {
                let handle = like(&self.objects, K::Cancel);
                let lives = self.objects.lives(handle);
                let status = ffi::mynacard_cancel_cancel(pointer(handle));
                let said = ffi::mynacard_cancel_is_cancelled(pointer(handle));
                assert!(
                    status != Status::Ok || !lives || said == 1,
                    "cancelled and not"
                );
                return;
            }
            46 => {
                self.newest_first = !self.newest_first;
                return;
            }
            _ => {
                let kinds = K::ALL;
                let choice = input.byte();
                let kind = kinds.get(usize::from(which % 56 - 47) % kinds.len());
                let kind = *kind.expect("a number below their count");
                let handle = self.objects.like(kind, choice);
                self.objects.free(kind, handle);
                return;
            }
        };
        self.settle(status, &places, kinds);
    }

    pub(crate) fn cancel(&self, input: &mut Input<'_>) -> usize {
        match input.byte() {
            0..=127 => 0,
            choice => self.objects.like(Kind::Cancel, choice),
        }
    }

    /// A desk over a connection, with policies and listeners of every kind.
    fn open(&mut self, input: &mut Input<'_>, p: &mut Places) -> Status {
        let terminal = pointer(self.objects.like(Kind::Terminal, input.byte()));
        let sizes = [0; 6].map(|_: u8| input.byte());
        let [
            of_service,
            of_carrier,
            of_options,
            of_audit,
            of_pinless,
            of_progress,
        ] = sizes;
        let which = input.byte();
        let callers = [0; 4].map(|_: u8| self.caller(input));
        let [line, book, prover, listener] = callers;
        let mut carrier = tables::carrier(self.at(line));
        if of_carrier == WITHOUT {
            carrier.carry = None;
        }
        let carrier = Sized::new(carrier, of_carrier);
        let mut service = tables::service(&carrier.value);
        service.carrier = carrier.get(of_carrier);
        if which & 8 != 0 {
            service.trust = input.number();
            service.direct = input.number();
            service.allow_tls12 = input.number();
            service.timeout_ms = 100 * u32::from(input.byte());
            let [name, environment, url, root, roots] = [0; 5].map(|_: u8| input.text());
            (service.name, service.name_size) = (name.data, name.size);
            (service.environment, service.environment_size) = (environment.data, environment.size);
            (service.url, service.url_size) = (url.data, url.size);
            (service.root, service.root_size) = (root.data, root.size);
            (service.test_roots, service.test_roots_size) = (roots.data, roots.size);
        }
        if of_carrier == 247 && service.url_size != 0 {
            // The library's own connection goes to this machine alone, where nobody listens.
            let nowhere = b"https://localhost:1";
            (service.url, service.url_size) = (nowhere.as_ptr(), nowhere.len());
            (service.direct, service.timeout_ms) = (1, 200);
        }
        let service = Sized::new(service, of_service);
        let audit = Sized::new(tables::audit(self.at(book)), of_audit);
        let pinless = Sized::new(tables::pinless(self.at(prover)), of_pinless);
        let progress = Sized::new(tables::progress(self.at(listener)), of_progress);
        let has = |bit: u8| which & bit != 0;
        let options = ffi::mynacard_desk_options {
            struct_size: 0,
            visual_check: i32::from(has(16)),
            refuse_expired: i32::from(has(32)),
            refuse_unknown_issuer: i32::from(has(64)),
            counter: if has(128) { input.number() } else { 0 },
            audit_folder: ptr::null(),
            audit_folder_size: 0,
            audit: if has(1) {
                audit.get(of_audit)
            } else {
                ptr::null()
            },
            pinless: if has(2) {
                pinless.get(of_pinless)
            } else {
                ptr::null()
            },
            patience_ms: 0,
            confirmation_life_ms: 0,
        };
        let listening = if has(4) {
            progress.get(of_progress)
        } else {
            ptr::null()
        };
        let options = Sized::new(options, of_options);
        let with_options = !options.get(of_options).is_null();
        let status = call!(mynacard_desk_open(
            service.get(of_service),
            terminal,
            options.get(of_options),
            listening,
            p.out(0),
            p.error()
        ));
        let mut taken = Vec::new();
        // A desk without a carrier has the library's own connection.
        if of_carrier != 247 {
            taken.push(line);
        }
        if with_options && has(1) && of_audit != 247 {
            taken.push(book);
        }
        if with_options && has(2) && of_pinless != 247 {
            taken.push(prover);
        }
        if has(4) && of_progress != 247 {
            taken.push(listener);
        }
        self.taken(status, &taken);
        status
    }

    /// Frees everything: nothing of it is left, and every table that was taken over is destroyed once. What the calls answered.
    pub(crate) fn end(mut self) -> Vec<i32> {
        let status = call!(mynacard_log_set(ptr::null(), ptr::null_mut()));
        assert_eq!(status, Status::Ok);
        self.objects.free_all(self.terminal, self.newest_first);
        let patience = Instant::now() + Duration::from_secs(5);
        for (caller, taken) in &self.callers {
            // Another thread of the library may be the last one.
            while *taken && caller.destroyed() == 0 && Instant::now() < patience {
                std::thread::yield_now();
            }
            assert_eq!(caller.destroyed(), u32::from(*taken), "destroyed");
            for code in caller.codes() {
                crate::note(&code);
            }
        }
        self.statuses
    }
}
