//! The calls about terminals, folders and results.

use std::ptr;

use mynacard_ffi::{self as ffi, mynacard_status as Status};

use crate::calls::Calls;
use crate::input::Input;
use crate::objects::{Kind, pointer};
use crate::places::{Places, UNTOUCHED, call};

impl Calls {
    /// What a terminal has, and what cannot be done to it here: no input makes a vault.
    pub(crate) fn terminal(
        &self,
        which: u8,
        input: &mut Input<'_>,
        p: &mut Places,
    ) -> (Status, &'static [Kind]) {
        let terminal = self.objects.like(Kind::Terminal, input.byte());
        let nowhere = b"/nonexistent/vault";
        let number = input.byte();
        // Too short to be one, or one of the right length.
        let passcode = match number {
            0..128 => b"abc".get(..usize::from(number % 4)).unwrap_or_default(),
            _ => b"correct horse",
        };
        match which {
            22 => {
                let status = call!(mynacard_terminal_json(
                    pointer(terminal),
                    p.out(0),
                    p.error()
                ));
                (status, &[Kind::Buffer])
            }
            23 => {
                let (action, folder) = (input.number(), input.text());
                let status = call!(mynacard_terminal_manage(
                    pointer(terminal),
                    ptr::null(),
                    action,
                    folder.data,
                    folder.size,
                    ptr::null(),
                    p.out(0),
                    p.error()
                ));
                (status, &[Kind::Buffer])
            }
            24 => {
                let status = call!(mynacard_terminal_open(
                    nowhere.as_ptr(),
                    nowhere.len(),
                    passcode.as_ptr(),
                    passcode.len(),
                    p.out(0),
                    p.error()
                ));
                assert_ne!(status, Status::Ok, "a vault that is not there");
                (status, &[Kind::Terminal])
            }
            _ => {
                let folder = input.text();
                let status = call!(mynacard_audit_json(
                    pointer(terminal),
                    folder.data,
                    folder.size,
                    u32::from(number % 4),
                    p.out(0),
                    p.error()
                ));
                (status, &[Kind::Buffer])
            }
        }
    }

    /// Folders that are not there.
    pub(crate) fn folder(
        &self,
        which: u8,
        input: &mut Input<'_>,
        p: &mut Places,
    ) -> (Status, &'static [Kind]) {
        let folder = pointer(self.objects.like(Kind::Folder, input.byte()));
        let text = input.text();
        match which {
            40 => {
                let nowhere = b"/nonexistent/face";
                let existing = input.number();
                let status = call!(mynacard_folder_open(
                    nowhere.as_ptr(),
                    nowhere.len(),
                    existing,
                    p.out(0),
                    p.error()
                ));
                (status, &[Kind::Folder])
            }
            41 => {
                let status = call!(mynacard_folder_submit(
                    folder,
                    text.data,
                    text.size,
                    p.out(0),
                    p.error()
                ));
                (status, &[Kind::Buffer])
            }
            42 => {
                let give_up = input.number();
                (
                    call!(mynacard_folder_finish(
                        folder,
                        text.data,
                        text.size,
                        give_up,
                        p.error()
                    )),
                    &[],
                )
            }
            _ => {
                let cancel = pointer(self.cancel(input));
                let status = call!(mynacard_folder_next(
                    folder,
                    0,
                    cancel,
                    p.out(0),
                    p.out(1),
                    p.error()
                ));
                (status, &[Kind::Answer, Kind::Buffer])
            }
        }
    }

    /// The readers of results, with any handle.
    pub(crate) fn read(&mut self, input: &mut Input<'_>) {
        let handle = self.objects.any(input.byte());
        let _ = ffi::mynacard_answer_validity(pointer(handle));
        let _ = ffi::mynacard_answer_count(pointer(handle));
        let length = ffi::mynacard_pin_length(pointer(handle));
        assert!(length <= 4, "a PIN of {length} digits");
        let (data, size) = (
            ffi::mynacard_buffer_data(pointer(handle)),
            ffi::mynacard_buffer_size(pointer(handle)),
        );
        assert!(!data.is_null() || size == 0);
        let _ = ffi::mynacard_error_class(pointer(handle));
        let tries = ffi::mynacard_error_tries_left(pointer(handle));
        let word = ffi::mynacard_error_status_word(pointer(handle));
        assert!((-1..=15).contains(&tries) && (-1..=0xFFFF).contains(&word));
        let tag = input.text();
        let _ = call!(mynacard_field_by_tag(tag.data, tag.size));
        let mut text = UNTOUCHED;
        let (item, language, encoding) = (input.number(), input.number(), input.number());
        let status = call!(mynacard_error_text(
            pointer(handle),
            item,
            language,
            encoding,
            (&raw mut text).cast()
        ));
        assert_eq!(status == Status::Ok, text != UNTOUCHED, "{status:?}");
        if status == Status::Ok {
            self.objects.add(Kind::Buffer, text);
        }
    }
}
