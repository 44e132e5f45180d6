//! What an answer means for the desk: valid, changed, lost, none, several.

use crate::identifier::InsurerNumber;
use crate::{Answer, Date, FieldId as F, Validity};

/// What an answer means for the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Situation {
    /// Valid; the service may still have something to say (the card's certificate ends soon).
    Valid {
        /// 処理結果コード, when one came with success.
        notice: Option<String>,
    },
    /// Valid, but with another insurer than the one on the chart or ticket: a card check answers so after a change.
    InsurerChanged {
        /// The insurer that was known.
        before: InsurerNumber,
        /// The insurer of the answer.
        now: InsurerNumber,
    },
    /// Lost.
    Lost {
        /// Since when.
        on: Option<Date>,
        /// 資格喪失事由, a code of table 008.
        reason: Option<String>,
        /// Whether the service knows of newer insurance.
        newer: bool,
    },
    /// No insurance was found.
    NotFound,
    /// Several were found; none is picked.
    Several(usize),
    /// The service could not answer.
    Failed {
        /// ErrorCode or 処理結果コード.
        code: Option<String>,
    },
    /// The service is still at it.
    InProgress,
    /// A validity that the table does not have, or none.
    Unknown,
}

impl Answer {
    /// What the answer means, beside the insurer that the chart or a ticket knows.
    #[must_use]
    pub fn situation(&self, known: Option<&InsurerNumber>) -> Situation {
        let text = |field| self.text(field).map(str::to_owned);
        match self.text(F::SEGMENT_OF_RESULT) {
            Some("2") => return Situation::InProgress,
            Some("9") => {
                return Situation::Failed {
                    code: text(F::ERROR_CODE).or_else(|| text(F::PROCESSING_RESULT_CODE)),
                };
            }
            _ => {}
        }
        if self.text(F::PROCESSING_RESULT_STATUS) == Some("2") {
            return Situation::Failed {
                code: text(F::PROCESSING_RESULT_CODE).or_else(|| text(F::ERROR_CODE)),
            };
        }
        let results = self.results();
        match self.validity() {
            Some(Validity::Several) => Situation::Several(results.len()),
            Some(validity) if validity.is_valid() && results.len() > 1 => {
                Situation::Several(results.len())
            }
            Some(Validity::Valid | Validity::ValidUnregistered) => {
                let now = results
                    .first()
                    .and_then(|result| InsurerNumber::parse(result.text(F::INSURER_NUMBER)?).ok());
                match (known, now.map(|parsed| parsed.value)) {
                    (Some(before), Some(now)) if *before != now => Situation::InsurerChanged {
                        before: before.clone(),
                        now,
                    },
                    _ => Situation::Valid {
                        notice: text(F::PROCESSING_RESULT_CODE),
                    },
                }
            }
            Some(validity @ (Validity::Invalid | Validity::InvalidNewerExists)) => {
                Situation::Lost {
                    on: results
                        .first()
                        .and_then(|result| result.date(F::DISQUALIFICATION_DATE)),
                    reason: results
                        .first()
                        .and_then(|result| result.text(F::REASON_OF_LOSS))
                        .map(str::to_owned),
                    newer: validity == Validity::InvalidNewerExists,
                }
            }
            Some(Validity::NotFound) => Situation::NotFound,
            Some(Validity::Other(_)) | None => Situation::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AnswerBuilder, Record, RecordBuilder, Section};

    fn valid(code: &str) -> AnswerBuilder {
        Answer::builder().set(F::QUALIFICATION_VALIDITY, code)
    }

    fn with(insurer: &str) -> RecordBuilder {
        Record::builder(Section::Confirmation).set(F::INSURER_NUMBER, insurer)
    }

    #[track_caller]
    fn is(builder: AnswerBuilder, expected: Situation) {
        let known = InsurerNumber::strict("138016").unwrap();
        assert_eq!(builder.build().unwrap().situation(Some(&known)), expected);
    }

    #[test]
    fn every_situation_is_told_apart() {
        is(
            valid("1").result(with("00138016")),
            Situation::Valid { notice: None },
        );
        is(
            valid("1")
                .set(F::PROCESSING_RESULT_CODE, "W1")
                .result(with("  138016")),
            Situation::Valid {
                notice: Some("W1".into()),
            },
        );
        let (before, now) = (
            InsurerNumber::strict("138016").unwrap(),
            InsurerNumber::strict("06130488").unwrap(),
        );
        is(
            valid("1").result(with("06130488")),
            Situation::InsurerChanged { before, now },
        );
        let lost = with("138016")
            .set(F::DISQUALIFICATION_DATE, "20261001")
            .set(F::REASON_OF_LOSS, "03");
        let on = Date::new(2026, 10, 1);
        is(
            valid("2").result(lost),
            Situation::Lost {
                on,
                reason: Some("03".into()),
                newer: false,
            },
        );
        is(
            valid("3"),
            Situation::Lost {
                on: None,
                reason: None,
                newer: true,
            },
        );
        is(valid("4"), Situation::NotFound);
        is(
            valid("5").result(with("138016")).result(with("06130488")),
            Situation::Several(2),
        );
        is(
            valid("1").result(with("138016")).result(with("06130488")),
            Situation::Several(2),
        );
        is(
            valid("1").set(F::SEGMENT_OF_RESULT, "2"),
            Situation::InProgress,
        );
        is(
            valid("1")
                .set(F::SEGMENT_OF_RESULT, "9")
                .set(F::ERROR_CODE, "E"),
            Situation::Failed {
                code: Some("E".into()),
            },
        );
        is(
            Answer::builder().set(F::PROCESSING_RESULT_STATUS, "2"),
            Situation::Failed { code: None },
        );
        is(Answer::builder(), Situation::Unknown);
    }
}
