//! The service's result codes `REF-nnnn`, their HTTP status and their sentence.

/// A result code. The numbers are this project's own and imitate no official ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Code {
    /// REF-0000: answered.
    Normal,
    /// REF-0101: answered; the card's certificate ends within three months.
    EndsSoon,
    /// REF-0102: answered although the certificate ended less than three months ago.
    Grace,
    /// REF-1001: the terminal is not known here.
    UnknownTerminal,
    /// REF-1002: the activation code was used, expired or never issued.
    ActivationRefused,
    /// REF-1003: the institution has as many terminals as it applied for.
    TerminalLimit,
    /// REF-1004: what was named belongs to another facility.
    FacilityMismatch,
    /// REF-1005: the facility may not use the visual check (目視確認).
    VisualNotAllowed,
    /// REF-1006: the purpose is not permitted.
    PurposeRefused,
    /// REF-2001: the nonce is unknown or was used before.
    Replayed,
    /// REF-2002: the challenge expired.
    ChallengeExpired,
    /// REF-2003: the signature does not verify.
    SignatureInvalid,
    /// REF-2004: the certificate is of the wrong kind.
    WrongCertificate,
    /// REF-2005: the certificate ended more than three months ago.
    CertificateExpired,
    /// REF-2006: the certificate is revoked.
    CertificateRevoked,
    /// REF-2007: whether the certificate is revoked is not known, which is not good.
    RevocationUnknown,
    /// REF-3001: the card is not registered as an insurance card (利用登録).
    NotRegistered,
    /// REF-3101: the patient gave no consent.
    ConsentAbsent,
    /// REF-3102: the consent expired.
    ConsentExpired,
    /// REF-3103: the consent was cancelled.
    ConsentCancelled,
    /// REF-4001: the request is malformed; the answer names the field.
    Malformed,
    /// REF-5001: maintenance.
    Maintenance,
    /// REF-5002: something took too long.
    Timeout,
    /// REF-5003: too many requests.
    TooMany,
}

impl Code {
    /// Every code.
    pub const ALL: &'static [Self] = &[
        Self::Normal,
        Self::EndsSoon,
        Self::Grace,
        Self::UnknownTerminal,
        Self::ActivationRefused,
        Self::TerminalLimit,
        Self::FacilityMismatch,
        Self::VisualNotAllowed,
        Self::PurposeRefused,
        Self::Replayed,
        Self::ChallengeExpired,
        Self::SignatureInvalid,
        Self::WrongCertificate,
        Self::CertificateExpired,
        Self::CertificateRevoked,
        Self::RevocationUnknown,
        Self::NotRegistered,
        Self::ConsentAbsent,
        Self::ConsentExpired,
        Self::ConsentCancelled,
        Self::Malformed,
        Self::Maintenance,
        Self::Timeout,
        Self::TooMany,
    ];

    /// The code as it travels: `REF-nnnn`.
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The HTTP status that carries it.
    pub const fn status(self) -> u16 {
        self.row().1
    }

    /// The sentence in Japanese.
    pub const fn japanese(self) -> &'static str {
        self.row().2
    }

    /// The sentence in English.
    pub const fn english(self) -> &'static str {
        self.row().3
    }

    /// The code written `REF-nnnn`, if there is one.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }

    const fn row(self) -> (&'static str, u16, &'static str, &'static str) {
        match self {
            Self::Normal => ("REF-0000", 200, "正常に終了しました。", "answered"),
            Self::EndsSoon => (
                "REF-0101",
                200,
                "正常に終了しました。電子証明書の有効期限が3か月以内に切れます。",
                "answered; the certificate ends within three months",
            ),
            Self::Grace => (
                "REF-0102",
                200,
                "電子証明書の有効期限が切れていますが、3か月以内のため回答しました。",
                "answered; the certificate ended less than three months ago",
            ),
            Self::UnknownTerminal => (
                "REF-1001",
                401,
                "登録されていない端末です。",
                "unknown terminal",
            ),
            Self::ActivationRefused => (
                "REF-1002",
                401,
                "アクティベーションコードが使用済み、期限切れ、または誤りです。",
                "activation code used, expired or wrong",
            ),
            Self::TerminalLimit => (
                "REF-1003",
                401,
                "登録できる端末の台数を超えています。",
                "terminal limit reached",
            ),
            Self::FacilityMismatch => (
                "REF-1004",
                403,
                "機関コードが一致しません。",
                "facility does not match",
            ),
            Self::VisualNotAllowed => (
                "REF-1005",
                403,
                "この機関では目視確認を利用できません。",
                "visual check is not allowed here",
            ),
            Self::PurposeRefused => (
                "REF-1006",
                403,
                "この目的では利用できません。本人確認のみが目的の場合は、カードの提示を受けてください。",
                "purpose not permitted; to confirm identity alone, have the card itself shown",
            ),
            Self::Replayed => (
                "REF-2001",
                400,
                "使用済みまたは不明なチャレンジです。",
                "nonce unknown or replayed",
            ),
            Self::ChallengeExpired => (
                "REF-2002",
                400,
                "チャレンジの有効期限が切れています。",
                "challenge expired",
            ),
            Self::SignatureInvalid => (
                "REF-2003",
                400,
                "署名を検証できません。",
                "signature invalid",
            ),
            Self::WrongCertificate => (
                "REF-2004",
                400,
                "利用者証明用電子証明書ではありません。",
                "wrong kind of certificate",
            ),
            Self::CertificateExpired => (
                "REF-2005",
                422,
                "電子証明書の有効期限が切れています。",
                "certificate expired more than three months ago",
            ),
            Self::CertificateRevoked => (
                "REF-2006",
                422,
                "電子証明書が失効しています。",
                "certificate revoked",
            ),
            Self::RevocationUnknown => (
                "REF-2007",
                503,
                "電子証明書の失効状況を確認できません。",
                "revocation status not available",
            ),
            Self::NotRegistered => (
                "REF-3001",
                200,
                "健康保険証としての利用登録がされていません。",
                "card not registered as insurance card",
            ),
            Self::ConsentAbsent => ("REF-3101", 409, "同意がありません。", "no consent"),
            Self::ConsentExpired => (
                "REF-3102",
                410,
                "同意の有効期限が切れています。",
                "consent expired",
            ),
            Self::ConsentCancelled => (
                "REF-3103",
                403,
                "同意は取り消されています。",
                "consent cancelled",
            ),
            Self::Malformed => (
                "REF-4001",
                400,
                "要求の形式に誤りがあります。",
                "malformed request",
            ),
            Self::Maintenance => ("REF-5001", 503, "メンテナンス中です。", "maintenance"),
            Self::Timeout => (
                "REF-5002",
                504,
                "時間内に処理が終わりませんでした。",
                "timeout",
            ),
            Self::TooMany => ("REF-5003", 429, "要求が多すぎます。", "too many requests"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_code_is_written_once_and_reads_back() {
        let texts: HashSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(texts.len(), Code::ALL.len());
        for &code in Code::ALL {
            assert_eq!(Code::parse(code.as_str()), Some(code));
        }
        assert_eq!(Code::parse("REF-9999"), None);
    }

    #[test]
    fn statuses_follow_the_table() {
        for (text, status) in [
            ("REF-0000", 200),
            ("REF-0101", 200),
            ("REF-0102", 200),
            ("REF-1001", 401),
            ("REF-1002", 401),
            ("REF-1003", 401),
            ("REF-1004", 403),
            ("REF-1005", 403),
            ("REF-1006", 403),
            ("REF-2001", 400),
            ("REF-2002", 400),
            ("REF-2003", 400),
            ("REF-2004", 400),
            ("REF-2005", 422),
            ("REF-2006", 422),
            ("REF-2007", 503),
            ("REF-3001", 200),
            ("REF-3101", 409),
            ("REF-3102", 410),
            ("REF-3103", 403),
            ("REF-4001", 400),
            ("REF-5001", 503),
            ("REF-5002", 504),
            ("REF-5003", 429),
        ] {
            assert_eq!(Code::parse(text).unwrap().status(), status, "{text}");
        }
    }
}
