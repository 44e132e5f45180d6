//! What must not compile: if a secret could be printed, copied or read, this file would not.
//!
//! That signing needs a verified PIN, and that a PIN serves once, the examples of `app::jpki` prove.

use std::borrow::Borrow;
use std::fmt::{Debug, Display};
use std::ops::Deref;

use mynacard_card::{BirthDate, NumberB, Pin, SignaturePassword};

/// Fails to compile when a type has one of these traits: then two blanket implementations fit, and neither is chosen.
macro_rules! has_none_of {
    ($secret:ty: $($forbidden:path),+ $(,)?) => {
        const _: fn() = || {
            trait Ambiguous<Which> {
                fn choose() {}
            }
            impl<T: ?Sized> Ambiguous<()> for T {}
            $({
                struct Forbidden;
                impl<T: ?Sized + $forbidden> Ambiguous<Forbidden> for T {}
            })+
            let _ = <$secret as Ambiguous<_>>::choose;
        };
    };
}

has_none_of!(Pin: Debug, Display, Clone, Copy, Default, AsRef<[u8]>, AsRef<str>, Borrow<[u8]>, Deref, PartialEq, Into<Vec<u8>>);
has_none_of!(SignaturePassword: Debug, Display, Clone, Copy, Default, AsRef<[u8]>, AsRef<str>, Borrow<[u8]>, Deref, PartialEq, Into<Vec<u8>>);
has_none_of!(NumberB: Debug, Display, Clone, Copy, Default, AsRef<[u8]>, AsRef<str>, Borrow<[u8]>, Deref, PartialEq, Into<Vec<u8>>);
has_none_of!(BirthDate: Debug, Display, Clone, Copy, Default, AsRef<[u8]>, AsRef<str>, Borrow<[u8]>, Deref, PartialEq, Into<Vec<u8>>);

#[test]
fn the_errors_of_malformed_ones_do_not_repeat_them() {
    let errors = [
        Pin::new(b"80537").err(),
        Pin::new(b"80x3").err(),
        SignaturePassword::new(b"qzx7wvk").err(),
        BirthDate::gregorian(1867, 11, 23).err(),
    ];
    for error in errors {
        let error = error.expect("malformed");
        let text = format!("{error} {error:?}");
        for secret in ["80537", "80x3", "qzx7", "1867"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
