//! Enrolled, covered, and does the ticket still agree?

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use mynacard_checkup::{Comparison, InsurerList, Missing, Service, Source, Ticket, Verdict, check};
use mynacard_eligibility::evidence::{Evidence, Query};
use mynacard_eligibility::identifier::{InsurerNumber, TicketKind, TicketNumber};
use mynacard_eligibility::{Answer, Date, FieldId as F, Record, RecordBuilder, Section, Validity};

const ONLINE: Evidence = Evidence::Online(Query::Pin);

fn list() -> InsurerList {
    let csv = "保険者番号,委託元保険者名,特定健康診査,特定保健指導,健診当日初回面接実施\n138016,千代田区,○,,\n06130488,組合,○,○,○\n";
    InsurerList::read(Source::Csv(csv.as_bytes())).unwrap()
}

fn result(insurer: &str) -> RecordBuilder {
    Record::builder(Section::Confirmation)
        .set(F::INSURER_NUMBER, insurer)
        .set(F::NAME_KANA, "ｹﾝｼﾝ ﾊﾅｺ")
        .set(F::SEX1, "2")
        .set(F::BIRTHDATE, "19700305")
}

fn answer(validity: &str, insurer: &str) -> Answer {
    Answer::builder()
        .set(F::QUALIFICATION_VALIDITY, validity)
        .result(result(insurer))
        .build()
        .unwrap()
}

fn day() -> Date {
    Date::new(2026, 11, 20).unwrap()
}

fn ticket(insurer: &str) -> Ticket {
    Ticket {
        number: Some(TicketNumber::strict("26100000001").unwrap()),
        insurer: Some(InsurerNumber::strict(insurer).unwrap()),
        birth: Date::new(1970, 3, 5),
        kana: Some("ケンシンハナコ".into()),
        sex: Some("2".into()),
        expires: Date::new(2027, 3, 31),
    }
}

#[test]
fn a_contract_covers_or_not() {
    let list = list();
    let verdict = |validity: &str, insurer: &str, service| {
        check(
            &answer(validity, insurer),
            ONLINE,
            &list,
            None,
            service,
            day(),
        )
        .remove(0)
        .verdict
    };
    assert!(
        matches!(verdict("1", "  138016", Service::Checkup), Verdict::Covered(contract) if contract.row == 2)
    );
    assert!(matches!(
        verdict("1", "00138016", Service::Guidance),
        Verdict::NotCovered(_)
    ));
    assert!(matches!(
        verdict("1", "06130488", Service::FirstInterview),
        Verdict::Covered(_)
    ));
    assert_eq!(
        verdict("1", "01130012", Service::Checkup),
        Verdict::NotContracted
    );
    assert_eq!(
        verdict("2", "138016", Service::Checkup),
        Verdict::NotValid(Validity::Invalid)
    );
    let silent = Answer::builder().result(result("138016")).build().unwrap();
    assert!(matches!(
        check(&silent, ONLINE, &list, None, Service::Checkup, day())[0].verdict,
        Verdict::CannotCompare(_)
    ));
    let without = Answer::builder()
        .set(F::QUALIFICATION_VALIDITY, "1")
        .result(Record::builder(Section::Confirmation))
        .build()
        .unwrap();
    assert_eq!(
        check(&without, ONLINE, &list, None, Service::Checkup, day())[0].verdict,
        Verdict::CannotCompare(vec![F::INSURER_NUMBER])
    );
    assert_eq!(
        check(
            &Answer::builder().build().unwrap(),
            ONLINE,
            &list,
            None,
            Service::Checkup,
            day()
        ),
        []
    );
}

#[test]
fn tickets_are_compared_insurer_first() {
    let list = list();
    let compare = |insurer: &str, ticket: &Ticket| {
        check(
            &answer("1", insurer),
            ONLINE,
            &list,
            Some(ticket),
            Service::Checkup,
            day(),
        )
        .remove(0)
    };
    assert!(compare("138016", &ticket("138016")).is_accepted());
    let changed = compare(
        "06130488",
        &Ticket {
            sex: Some("1".into()),
            ..ticket("138016")
        },
    );
    assert!(!changed.is_accepted() && matches!(changed.verdict, Verdict::Covered(_)));
    let ticket_insurer = InsurerNumber::strict("138016").unwrap();
    assert_eq!(
        changed.ticket,
        Some(Comparison::InsurerChanged {
            ticket: ticket_insurer,
            also: vec![F::SEX1]
        })
    );
    // A municipality's number with the law's two digits before it is another insurer: 67 stood for 退職者医療.
    let retired = compare("67138016", &ticket("138016"));
    assert_eq!(retired.verdict, Verdict::NotContracted);
    assert!(matches!(
        retired.ticket,
        Some(Comparison::InsurerChanged { .. })
    ));
    let other = Ticket {
        birth: Date::new(1970, 3, 6),
        kana: Some("ケンシン ハナ".into()),
        ..ticket("138016")
    };
    assert_eq!(
        compare("138016", &other).ticket,
        Some(Comparison::Differs(vec![F::NAME_KANA, F::BIRTHDATE]))
    );
    let old = Ticket {
        expires: day().plus_days(-1),
        ..ticket("138016")
    };
    assert_eq!(
        compare("138016", &old).ticket,
        Some(Comparison::Expired(Date::new(2026, 11, 19).unwrap()))
    );
    let today = Ticket {
        expires: Some(day()),
        ..ticket("138016")
    };
    assert_eq!(compare("138016", &today).ticket, Some(Comparison::Match));
    let half = Ticket {
        sex: None,
        insurer: None,
        ..ticket("138016")
    };
    assert_eq!(
        compare("138016", &half).ticket,
        Some(Comparison::CannotCompare(vec![
            Missing::Field(F::INSURER_NUMBER),
            Missing::Field(F::SEX1)
        ]))
    );
    let undated = Ticket {
        expires: None,
        ..ticket("138016")
    };
    let compared = compare("138016", &undated);
    assert!(!compared.is_accepted());
    assert_eq!(
        compared.ticket,
        Some(Comparison::CannotCompare(vec![Missing::Expiry]))
    );
    let unset = Ticket {
        sex: Some("3".into()),
        ..ticket("138016")
    };
    assert_eq!(
        compare("138016", &unset).ticket,
        Some(Comparison::CannotCompare(vec![Missing::Field(F::SEX1)]))
    );
}

#[test]
fn what_is_shown_of_a_ticket_for_debugging_holds_no_person() {
    let shown = format!("{:?}", ticket("138016"));
    assert!(shown.contains("138016"), "{shown}");
    for datum in ["ケンシン", "1970", "26100000001", "sex"] {
        assert!(!shown.contains(datum), "{datum} in {shown}");
    }
}

#[test]
fn a_ticket_for_another_service_is_not_accepted() {
    let list = list();
    let answer = answer("1", "06130488");
    let compared = |number: Option<&str>, service| {
        let ticket = Ticket {
            number: number.map(|number| TicketNumber::parse(number).unwrap().value),
            ..ticket("06130488")
        };
        let one = check(&answer, ONLINE, &list, Some(&ticket), service, day()).remove(0);
        assert!(matches!(one.verdict, Verdict::Covered(_)));
        assert_eq!(one.is_accepted(), one.ticket == Some(Comparison::Match));
        one.ticket.unwrap()
    };
    let services = [Service::Checkup, Service::Guidance, Service::FirstInterview];
    let other = Comparison::OtherService;
    let table = [
        ("26100000001", TicketKind::Checkup, [true, false, false]),
        (
            "26200000001",
            TicketKind::ActiveSupport,
            [false, true, true],
        ),
        (
            "26300000001",
            TicketKind::MotivationalSupport,
            [false, true, true],
        ),
        ("26500000001", TicketKind::Set, [true, true, true]),
    ];
    for (number, kind, expected) in table {
        for (service, serves) in services.into_iter().zip(expected) {
            let expected = if serves {
                Comparison::Match
            } else {
                other(kind)
            };
            assert_eq!(
                compared(Some(number), service),
                expected,
                "{number} {service:?}"
            );
        }
    }
    for unknown in [None, Some("26900000001")] {
        assert_eq!(
            compared(unknown, Service::Checkup),
            Comparison::CannotCompare(vec![Missing::Kind])
        );
    }
}

#[test]
fn several_insurances_are_all_judged() {
    let several = Answer::builder()
        .set(F::QUALIFICATION_VALIDITY, "1")
        .result(result("138016"))
        .result(result("01130012"))
        .build()
        .unwrap();
    let list = list();
    let judged = check(&several, ONLINE, &list, None, Service::Checkup, day());
    assert_eq!(
        judged
            .iter()
            .map(|one| one.is_accepted())
            .collect::<Vec<_>>(),
        [true, false]
    );
}

/// What staff read off a paper or screen: no service says that it is valid, its own days do.
fn read_off(days: &[(F, &str)]) -> Answer {
    let mut read = result("138016");
    for (field, day) in days {
        read = read.set(*field, *day);
    }
    Answer::builder().result(read).build().unwrap()
}

#[test]
fn every_proof_of_insurance_leads_to_a_judgement_and_is_recorded() {
    let list = list();
    let until = (F::INSURED_CARD_EXPIRATION_DATE, "20271130");
    let since = (F::QUALIFICATION_DATE, "20200401");
    for evidence in Evidence::ALL {
        let judge = |answer: &Answer| {
            let one = check(
                answer,
                evidence,
                &list,
                Some(&ticket("138016")),
                Service::Checkup,
                day(),
            )
            .remove(0);
            assert_eq!(one.evidence, evidence);
            one
        };
        let online = matches!(evidence, Evidence::Online(_));
        // The service's word counts for every proof.
        assert_eq!(
            judge(&answer("2", "138016")).verdict,
            Verdict::NotValid(Validity::Invalid)
        );
        let paper = judge(&read_off(&[since, until]));
        assert_eq!(paper.is_accepted(), !online, "{evidence}");
        let expected = match online {
            true => Verdict::CannotCompare(vec![F::QUALIFICATION_VALIDITY]),
            false => Verdict::Covered(list.find(paper.insurer.as_ref().unwrap()).unwrap()),
        };
        assert_eq!(paper.verdict, expected, "{evidence}");
        let endless = judge(&read_off(&[since])).verdict;
        match evidence {
            Evidence::EligibilityCertificate => assert_eq!(
                endless,
                Verdict::CannotCompare(vec![F::INSURED_CARD_EXPIRATION_DATE])
            ),
            Evidence::Online(_) => {}
            _ => assert!(matches!(endless, Verdict::Covered(_)), "{evidence}"),
        }
    }
}

#[test]
fn the_days_on_a_paper_decide_and_each_counts_itself_as_it_should() {
    let list = list();
    let until = |day| (F::INSURED_CARD_EXPIRATION_DATE, day);
    let on = |text: &str| Date::from_basic(text).unwrap();
    let judge = |days: &[(F, &str)]| {
        let evidence = Evidence::EligibilityCertificate;
        check(
            &read_off(days),
            evidence,
            &list,
            None,
            Service::Checkup,
            day(),
        )
        .remove(0)
        .verdict
    };
    assert!(matches!(judge(&[until("20261120")]), Verdict::Covered(_)));
    assert_eq!(judge(&[until("20261119")]), Verdict::Ended(on("20261119")));
    let lost = |day| [until("20270331"), (F::DISQUALIFICATION_DATE, day)];
    assert_eq!(judge(&lost("20261120")), Verdict::Ended(on("20261120")));
    assert!(matches!(judge(&lost("20261121")), Verdict::Covered(_)));
    for field in [F::QUALIFICATION_DATE, F::INSURED_CARD_VALID_DATE] {
        let from = |day| [until("20270331"), (field, day)];
        assert!(matches!(judge(&from("20261120")), Verdict::Covered(_)));
        assert_eq!(judge(&from("20261121")), Verdict::NotYet(on("20261121")));
    }
    let guidance = check(
        &read_off(&[until("20270331")]),
        Evidence::EligibilityCertificate,
        &list,
        None,
        Service::Guidance,
        day(),
    );
    assert!(matches!(guidance[0].verdict, Verdict::NotCovered(_)));
}

/// The app's screen, read as text: it says when it was confirmed, and nothing of validity.
#[test]
fn a_screen_of_the_portal_is_a_proof() {
    let shown = "確認日：令和8年11月20日\n氏名：健診　花子\nフリガナ：ケンシン　ハナコ\n生年月日：昭和45年3月5日\n性別：女性\n\
        保険者番号：138016\n資格取得年月日：令和2年4月1日\n";
    let screen = mynacard_eligibility::shape::screen::read(shown).unwrap();
    let list = list();
    let ticket = ticket("138016");
    let judge = |evidence| {
        check(
            &screen.answer,
            evidence,
            &list,
            Some(&ticket),
            Service::Checkup,
            day(),
        )
        .remove(0)
    };
    assert!(judge(Evidence::PortalScreen).is_accepted());
    assert!(!judge(ONLINE).is_accepted());
}
