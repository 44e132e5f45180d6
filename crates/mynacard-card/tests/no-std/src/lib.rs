//! A whole dialogue without the standard library. Were `std` anywhere below, its panic handler would be a second one,
//! which the compiler refuses.
#![no_std]

extern crate alloc;

use core::alloc::{GlobalAlloc, Layout};
use mynacard_card::app::jpki::{Jpki, Options};
use mynacard_card::{Command, End, Pin, Response, Transport, TransportError};

struct Blank;

impl Transport for Blank {
    fn begin(&mut self) -> Result<(), TransportError> {
        Ok(())
    }
    fn exchange(&mut self, command: &Command<'_>, response: &mut Response) -> Result<(), TransportError> {
        let _frame = command.encode_within(self.limits())?;
        response.set(&[0x6D, 0x00])
    }
    fn end(&mut self, _how: End) {}
}

/// Length of the signature, or zero.
#[unsafe(no_mangle)]
pub extern "C" fn sign_once() -> usize {
    let sign = || Jpki::open(&mut Blank, Options::default())?.verify(Pin::new(b"1234")?)?.sign(b"message");
    sign().map_or(0, |signature: alloc::vec::Vec<u8>| signature.len())
}

struct NoMemory;

// SAFETY: it never hands out memory.
unsafe impl GlobalAlloc for NoMemory {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        core::ptr::null_mut()
    }
    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ALLOCATOR: NoMemory = NoMemory;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
