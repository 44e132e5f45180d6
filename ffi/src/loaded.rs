//! The library stays loaded: its threads may outlive the last handle, and unloading would pull the code from under them.

/// Pins the DLL in its process, once. On Linux the linker has marked the library so (`nodelete`).
pub(crate) fn stay() {
    #[cfg(windows)]
    {
        static PINNED: std::sync::Once = std::sync::Once::new();
        PINNED.call_once(windows::pin);
    }
}

#[cfg(windows)]
mod windows {
    use std::ffi::c_void;

    const FROM_ADDRESS: u32 = 4;
    const PIN: u32 = 1;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn GetModuleHandleExW(flags: u32, address: *const c_void, module: *mut *mut c_void) -> i32;
    }

    pub(super) fn pin() {
        let here = pin as fn() as *const c_void;
        let mut module = std::ptr::null_mut();
        // SAFETY: the address is inside this module, and the handle goes to a place that lives through the call. A failure
        // leaves everything as it was: the program may then unload the library as it could before.
        unsafe { GetModuleHandleExW(FROM_ADDRESS | PIN, here, &raw mut module) };
    }
}
