//! 受診券 and 利用券: what the visitor brings.

use mynacard_eligibility::Date;
use mynacard_eligibility::identifier::{InsurerNumber, TicketNumber};

/// A ticket, as far as staff could read it. It carries no 記号・番号. Its `Debug` shows no person's data.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Ticket {
    /// 整理番号.
    pub number: Option<TicketNumber>,
    /// 保険者番号 of the insurer that issued it.
    pub insurer: Option<InsurerNumber>,
    /// 生年月日.
    pub birth: Option<Date>,
    /// 氏名 in kana.
    pub kana: Option<String>,
    /// 性別: `1` male, `2` female, as in the messages.
    pub sex: Option<String>,
    /// 有効期限, that day included.
    pub expires: Option<Date>,
}

impl core::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Ticket")
            .field("insurer", &self.insurer)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}
