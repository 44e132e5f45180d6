//! Both lists in both encodings, and what is wrong with them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use mynacard_checkup::{Detail, InstitutionList, InsurerList, Rule, Setting, Source};
use mynacard_eligibility::identifier::InsurerNumber;
use mynacard_eligibility::{Date, Encoding, Unmappable};

const INSURERS: &str = "委託元保険者一覧表,,,,,,,,\r\n\
    ,,,,,委託範囲,,,\r\n\
    保険者番号（半角）,委託元保険者名,郵便番号,所在地,電話番号,特定健康診査,特定保健指導,健診当日初回面接実施,備考\r\n\
    138016,千代田区,100-8688,東京都千代田区,03-3264-2111,○,○,○,\r\n\
    06130488,\"○○健康保険\n組合\",1000013,東京都,0312345678,○,,○,○\r\n\
    ６１３０４８８,同じ組合,,,,〇,,,\r\n\
    33120016,検査数字,,,,？,,,請求は月末まで\r\n\
    ,番号なし,,,,○,,,\r\n";

#[track_caller]
fn finds(findings: &[mynacard_checkup::ListFinding], row: usize, column: &str, rule: Rule) {
    assert!(
        findings
            .iter()
            .any(|found| (found.row, found.column, found.rule) == (row, column, rule)),
        "{row} {column} {rule:?} in {findings:#?}"
    );
}

#[test]
fn insurers_are_read_in_both_encodings() {
    let sjis = Encoding::ShiftJis
        .encode(INSURERS, Unmappable::Refuse)
        .unwrap()
        .bytes;
    let marked = [b"\xEF\xBB\xBF", INSURERS.as_bytes()].concat();
    let list = InsurerList::read(Source::Csv(INSURERS.as_bytes())).unwrap();
    for bytes in [sjis, marked] {
        assert_eq!(InsurerList::read(Source::Csv(&bytes)).unwrap(), list);
    }
    assert_eq!(list.contracts.len(), 4);
    let ward = list
        .find(&InsurerNumber::strict("138016").unwrap())
        .unwrap();
    assert!(ward.checkup && ward.guidance && ward.first_interview && !ward.qualified_invoice);
    let union = &list.contracts[1];
    assert_eq!(
        (
            union.insurer.as_str(),
            union.checkup,
            union.guidance,
            union.qualified_invoice
        ),
        ("06130488", true, false, true)
    );
    finds(&list.findings, 5, "郵便番号", Rule::PostalCode);
    // What a remark says is kept; a mark says it already.
    let remarks: Vec<_> = list
        .contracts
        .iter()
        .map(|contract| contract.remark.as_deref())
        .collect();
    assert_eq!(remarks, [None, None, None, Some("請求は月末まで")]);
}

#[test]
fn blank_rows_count_as_a_spreadsheet_counts_them() {
    let csv = "題名\r\n\r\n保険者番号,委託元保険者名,特定健康診査\r\n\r\n\r\n138016,\"千代田\r\n\r\n区\",○\r\n\r\n06130488,組合,○\r\n";
    let list = InsurerList::read(Source::Csv(csv.as_bytes())).unwrap();
    let rows: Vec<usize> = list.contracts.iter().map(|contract| contract.row).collect();
    assert_eq!(rows, [6, 8]);
    assert_eq!(list.contracts[0].name.as_deref(), Some("千代田\r\n\r\n区"));
}

#[test]
fn many_rows_are_read_in_time() {
    // Each compared with all before it, this would take long.
    let mut csv = String::from("保険者番号,委託元保険者名\n");
    let mut institutions = String::from("健診・保健指導機関番号,実施機関名\n");
    for number in 0..30_000 {
        csv.push_str(&format!("01{number:06},x\n"));
        institutions.push_str(&format!("132{number:07},x\n"));
    }
    let list = InsurerList::read(Source::Csv(csv.as_bytes())).unwrap();
    let offered = InstitutionList::read(Source::Csv(institutions.as_bytes())).unwrap();
    assert_eq!(
        (list.contracts.len(), offered.institutions.len()),
        (30_000, 30_000)
    );
    assert!(
        list.findings
            .iter()
            .chain(&offered.findings)
            .all(|found| found.rule != Rule::Duplicate)
    );
}

#[test]
fn cells_are_bounded_whatever_the_rows_and_columns() {
    // A file of few bytes in rows whose last column alone is filled.
    let row = format!("{}x\n", ",".repeat(255));
    let csv = format!("保険者番号\n{}", row.repeat(10_000));
    assert!(csv.len() < 4 << 20);
    assert_eq!(
        InsurerList::read(Source::Csv(csv.as_bytes()))
            .unwrap_err()
            .code(),
        "MC-7001"
    );
}

#[test]
fn breaches_are_findings_with_row_and_column() {
    // One cell has a line break: rows are those that a spreadsheet shows, not lines.
    let list = InsurerList::read(Source::Csv(INSURERS.as_bytes())).unwrap();
    let flat = INSURERS.replace("健康保険\n組合", "健康保険組合");
    let flat = InsurerList::read(Source::Csv(flat.as_bytes())).unwrap();
    assert_eq!(list.findings, flat.findings);
    finds(&list.findings, 5, "電話番号", Rule::PhoneNumber);
    finds(
        &list.findings,
        5,
        "健診当日初回面接実施",
        Rule::FirstInterview,
    );
    finds(&list.findings, 6, "保険者番号", Rule::LeadingZeroLost);
    finds(&list.findings, 6, "保険者番号", Rule::Width);
    finds(&list.findings, 6, "保険者番号", Rule::Duplicate);
    finds(&list.findings, 7, "保険者番号", Rule::CheckDigit);
    finds(&list.findings, 7, "特定健康診査", Rule::UnknownMark);
    finds(&list.findings, 8, "保険者番号", Rule::NumberUnreadable);
    assert!(
        !list.findings.iter().any(|found| found.row == 4),
        "{:#?}",
        list.findings
    );
}

#[test]
fn a_heading_that_no_column_has_is_a_finding() {
    let missing = |findings: &[mynacard_checkup::ListFinding]| {
        findings
            .iter()
            .filter(|found| found.rule == Rule::HeadingMissing)
            .map(|found| (found.row, found.column))
            .collect::<Vec<_>>()
    };
    let whole = InsurerList::read(Source::Csv(INSURERS.as_bytes())).unwrap();
    assert_eq!(missing(&whole.findings), []);
    for heading in [
        "委託元保険者名",
        "郵便番号",
        "所在地",
        "電話番号",
        "特定健康診査",
        "特定保健指導",
        "健診当日初回面接実施",
        "備考",
    ] {
        let renamed = INSURERS.replacen(heading, "別の見出し", 1);
        let list = InsurerList::read(Source::Csv(renamed.as_bytes())).unwrap();
        assert_eq!(missing(&list.findings), [(3, heading)]);
        let covers = |list: &InsurerList| {
            let one = &list.contracts[0];
            [one.checkup, one.guidance, one.first_interview]
                .into_iter()
                .filter(|covered| *covered)
                .count()
        };
        // What nobody could read is not taken from another column.
        let lost = usize::from(heading.contains("健診") || heading.contains("特定"));
        assert_eq!(covers(&list), covers(&whole) - lost, "{heading}");
    }
    let csv = "健診・保健指導機関番号,実施機関名\n2710000007,診療所\n";
    let list = InstitutionList::read(Source::Csv(csv.as_bytes())).unwrap();
    let missing = missing(&list.findings);
    assert_eq!(missing.len(), 17, "{missing:?}");
    assert!(missing.contains(&(1, "集団")) && !missing.contains(&(1, "備考")));
}

#[test]
fn a_note_that_names_the_number_is_no_heading() {
    let note = "※保険者番号は半角で入力してください";
    let title = "委託元保険者一覧表,,,,,,,,";
    let above = format!("{note}\r\n説明,,1\r\n説明,,2\r\n説明,,3\r\n{title}");
    let plain = InsurerList::read(Source::Csv(INSURERS.as_bytes())).unwrap();
    for (instead, rows) in [
        (format!("{note},,,,,,,,"), 0),
        (format!(",,{note},,,,,,"), 0),
        (format!(",,,,{note},,,,"), 0),
        (format!(",,,,,,,,,{note}"), 0),
        // The headings are six rows below it.
        (above, 4),
    ] {
        let text = INSURERS.replacen(title, &instead, 1);
        let mut list = InsurerList::read(Source::Csv(text.as_bytes())).unwrap();
        for contract in &mut list.contracts {
            contract.row -= rows;
        }
        for found in &mut list.findings {
            found.row -= rows;
        }
        assert_eq!(list, plain, "{instead}");
    }
    // Headings that a page repeats lose none of the rows above them.
    let heads = INSURERS.lines().nth(2).unwrap();
    let text = INSURERS.replacen("06130488,", &format!("{heads}\r\n06130488,"), 1);
    let list = InsurerList::read(Source::Csv(text.as_bytes())).unwrap();
    assert_eq!(list.contracts.len(), plain.contracts.len());
    finds(&list.findings, 5, "保険者番号", Rule::NumberUnreadable);
}

#[test]
fn institutions_are_read() {
    let csv = "健診・保健指導機関番号,実施機関名,郵便番号,所在地,電話番号,集団,個別,貧血,心電図,眼底,クレアチニン,健診当日初回面接,動機付け支援,積極的支援,追加健診項目,登録番号,登録年月日,取消年月日,オンライン資格確認による受付の可否,備考\n\
        2710000007,診療所,530-0001,大阪市,06-1234-5678,,○,○,△,,○,○,○,○,,T7000012050002,令和5年10月1日,,○,要予約\n\
        5521111111,例,530-0001,例,06-1234-5678,○,○,,,,,○,,,,T1,2023/10/1,いつか,\n";
    let list = InstitutionList::read(Source::Csv(csv.as_bytes())).unwrap();
    let clinic = &list.institutions[0];
    assert_eq!(
        (
            clinic.setting,
            clinic.anaemia,
            clinic.electrocardiogram,
            clinic.fundus
        ),
        (
            Some(Setting::Individual),
            Detail::Own,
            Detail::Subcontracted,
            Detail::No
        )
    );
    assert!(clinic.online && clinic.first_interview && clinic.active);
    assert_eq!(
        [
            &clinic.name,
            &clinic.postal_code,
            &clinic.address,
            &clinic.phone,
            &clinic.remark
        ]
        .map(Option::as_deref),
        [
            Some("診療所"),
            Some("530-0001"),
            Some("大阪市"),
            Some("06-1234-5678"),
            Some("要予約")
        ]
    );
    assert_eq!(clinic.registered, Date::new(2023, 10, 1));
    assert_eq!(list.institutions[1].registered, Date::new(2023, 10, 1));
    assert!(
        list.findings.iter().all(|found| found.row == 3),
        "{:#?}",
        list.findings
    );
    finds(
        &list.findings,
        3,
        "健診・保健指導機関番号",
        Rule::UnknownPrefix,
    );
    finds(&list.findings, 3, "集団", Rule::Setting);
    finds(&list.findings, 3, "健診当日初回面接", Rule::FirstInterview);
    finds(&list.findings, 3, "登録番号", Rule::InvoiceNumber);
    finds(&list.findings, 3, "取消年月日", Rule::Date);
}

#[test]
fn what_is_no_list_is_refused() {
    fn code(source: Source<'_>) -> &'static str {
        InsurerList::read(source).unwrap_err().code()
    }
    assert_eq!(code(Source::Csv(b"a,b\n1,2\n")), "MC-7004");
    assert_eq!(code(Source::Csv(b"")), "MC-7004");
    assert_eq!(code(Source::Csv(b"\x81")), "MC-7002");
    assert_eq!(code(Source::Csv(&vec![b'x'; (16 << 20) + 1])), "MC-7001");
    assert_eq!(
        code(Source::Csv("保険者番号\n1\n".repeat(60_000).as_bytes())),
        "MC-7001"
    );
    assert_eq!(code(Source::Xlsx(b"PK\x03\x04nonsense")), "MC-7005");
    assert_eq!(code(Source::Xlsx(&[0; 100])), "MC-7005");
}

#[test]
fn a_workbook_that_unpacks_without_end_is_refused() {
    use std::io::Write;
    // In one part, and in several of which each has room.
    for (parts, mebibytes) in [(1, 70), (3, 30)] {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated);
        for part in 0..parts {
            zip.start_file(format!("xl/part{part}.xml"), options)
                .unwrap();
            for _ in 0..mebibytes {
                zip.write_all(&vec![b' '; 1 << 20]).unwrap();
            }
        }
        let bytes = zip.finish().unwrap().into_inner();
        assert!(bytes.len() < 1 << 20);
        let refused = InsurerList::read(Source::Xlsx(&bytes)).unwrap_err();
        assert_eq!(refused.code(), "MC-7001", "{parts} parts");
    }
}
