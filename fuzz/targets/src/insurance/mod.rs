//! What comes from a receipt computer's folder, a screen or a contract list: messages, ZIPs, CSV, workbooks, screen text.

mod checkup;
mod message;
mod screen;
mod shapes;
mod zip;

pub(crate) use self::zip::zip;
pub(crate) use checkup::{csv, xlsx};
pub(crate) use message::message;
pub(crate) use screen::screen;
pub(crate) use shapes::shapes;

/// The characters that CP932 writes at the place of their twin come back as the twin.
pub(crate) fn as_cp932_reads(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '〜' => '～',
            '−' => '－',
            '‖' => '∥',
            '¢' => '￠',
            '£' => '￡',
            '¬' => '￢',
            other => other,
        })
        .collect()
}
