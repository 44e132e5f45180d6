//! A workbook that another program wrote: openpyxl. Needs Python 3 with venv and pip (or MYNACARD_PYTHON).

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing
)]

#[path = "../../mynacard-eligibility/tests/support/venv.rs"]
mod venv;

use mynacard_checkup::{InstitutionList, InsurerList, Rule, Source};
use mynacard_eligibility::Date;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A Python that has the packages; nothing only under MYNACARD_QUICK=1.
fn python(packages: &[&str]) -> Option<PathBuf> {
    if std::env::var_os("MYNACARD_QUICK").is_some_and(|value| value == "1") {
        println!(
            "skipped: MYNACARD_QUICK=1 asks for no test that needs {}",
            packages.join(", ")
        );
        return None;
    }
    if let Some(python) = std::env::var_os("MYNACARD_PYTHON") {
        return Some(python.into());
    }
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let has = |python: &Path| {
        Command::new(python)
            .args(["-c", "import openpyxl"])
            .output()
            .is_ok_and(|output| output.status.success())
    };
    Some(venv::environment(kept, "venv-checkup", packages, has))
}

fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?} cannot be started, this test needs it: {error}")
    });
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

const WRITE: &str = r#"
import sys, datetime, openpyxl
book = openpyxl.Workbook()
book.active.title = "説明"
book.active["A1"] = "この表は例です。※保険者番号は半角で入力してください"
sheet = book.create_sheet("保険者")
sheet["A1"] = "委託元保険者一覧表"
sheet.append([])
sheet.append(["保険者番号", "委託元保険者名", "郵便番号", "所在地", "電話番号", "委託範囲", None, None, "備考"])
sheet.append([None, None, None, None, None, "特定健康診査", "特定保健指導", "健診当日初回面接実施", None])
sheet.merge_cells("F3:H3")
sheet.append(["138016", "千代田区", "100-8688", "東京都", "03-3264-2111", "○", "○", "○", None])
sheet.append([6130488, "組合", "100-8688", "東京都", "03-3264-2111", "○", None, None, "○"])
book.save(sys.argv[1] + "/insurers.xlsx")
book = openpyxl.Workbook()
sheet = book.active
sheet.append(["健診・保健指導機関番号", "実施機関名", "集団", "個別", "登録年月日", "オンライン資格確認による受付の可否"])
sheet.append(["2710000007", "診療所", None, "○", datetime.date(2023, 10, 1), "○"])
book.save(sys.argv[1] + "/institutions.xlsx")
book = openpyxl.Workbook()
book.active["A1"] = "保険者番号"
book.active["XFD1048576"] = 1
book.save(sys.argv[1] + "/wide.xlsx")
"#;

#[test]
fn workbooks_of_openpyxl_are_read() {
    let Some(python) = python(&["openpyxl==3.1.5"]) else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    run(Command::new(python).args(["-c", WRITE]).arg(dir.path()));
    let file = |name: &str| std::fs::read(dir.path().join(name)).unwrap();

    let insurers = file("insurers.xlsx");
    let list = InsurerList::read(Source::Xlsx(&insurers)).unwrap();
    let rows: Vec<_> = list
        .contracts
        .iter()
        .map(|contract| {
            (
                contract.row,
                contract.insurer.as_str(),
                contract.checkup,
                contract.guidance,
            )
        })
        .collect();
    assert_eq!(
        rows,
        [(5, "138016", true, true), (6, "06130488", true, false)]
    );
    assert!(list.contracts[1].qualified_invoice);
    assert_eq!(
        list.findings
            .iter()
            .map(|found| (found.row, found.rule))
            .collect::<Vec<_>>(),
        [(6, Rule::LeadingZeroLost)]
    );

    let institutions = file("institutions.xlsx");
    let list = InstitutionList::read(Source::Xlsx(&institutions)).unwrap();
    assert_eq!(
        (list.institutions[0].registered, list.institutions[0].online),
        (Date::new(2023, 10, 1), true)
    );

    assert_eq!(
        InsurerList::read(Source::Xlsx(&file("wide.xlsx")))
            .unwrap_err()
            .code(),
        "MC-7001"
    );
}

const WRITE_MANY: &str = r#"
import sys, csv, random, datetime, openpyxl
random.seed(4711)
HEADS = {
    "insurers": ["保険者番号", "委託元保険者名", "郵便番号", "所在地", "電話番号", "特定健康診査", "特定保健指導", "健診当日初回面接実施", "備考"],
    "institutions": ["健診・保健指導機関番号", "実施機関名", "郵便番号", "所在地", "電話番号", "集団", "個別", "貧血", "心電図", "眼底", "クレアチニン",
        "健診当日初回面接", "動機付け支援", "積極的支援", "追加健診項目", "登録番号", "登録年月日", "取消年月日", "オンライン資格確認による受付の可否"],
}
def name():
    return random.choice(["健保組合", "髙﨑市", '"引用", と', "改行\nのある\n\n名前", "①㈱Ⅳ", "半角ｶﾅ"]) + str(random.randrange(1000))
def mark():
    return random.choice(["○", "〇", "△", "", "", "×", "要相談"])
def row(kind, number):
    digits = 10 if kind == "institutions" else random.choice([6, 8])
    cells = ["%0*d" % (digits, random.randrange(10 ** digits))] + [name(), "%03d-%04d" % (random.randrange(1000), random.randrange(10000)), name(), "03-1234-%04d" % number]
    while len(cells) < len(HEADS[kind]):
        cells.append(mark())
    if kind == "institutions":
        cells[15:18] = ["T7000012050002", random.choice(["2023-10-01", "", "2024-02-29"]), ""]
    return cells
for kind, head in HEADS.items():
    rows = [["一覧表"], [], head]
    for number in range(400):
        rows.append(row(kind, number) if random.random() < 0.95 else [])
    for codec in ("utf-8-sig", "cp932"):
        with open("%s/%s.%s.csv" % (sys.argv[1], kind, codec), "w", encoding=codec, newline="") as out:
            csv.writer(out).writerows(rows)
    book = openpyxl.Workbook()
    for at, cells in enumerate(rows, 1):
        for column, text in enumerate(cells, 1):
            if text:
                day = kind == "institutions" and at > 3 and column == 17
                book.active.cell(at, column, datetime.date.fromisoformat(text) if day else text)
    book.save("%s/%s.xlsx" % (sys.argv[1], kind))
"#;

/// The same lists from Python's csv in both encodings and from openpyxl: four hundred rows, some blank, some cells of many lines.
#[test]
fn lists_of_pythons_csv_and_of_openpyxl_are_the_same() {
    let Some(python) = python(&["openpyxl==3.1.5"]) else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    run(Command::new(python)
        .args(["-c", WRITE_MANY])
        .arg(dir.path()));
    let file = |name: &str| std::fs::read(dir.path().join(name)).unwrap();
    let insurers = |source: Source<'_>| InsurerList::read(source).unwrap();
    let book = insurers(Source::Xlsx(&file("insurers.xlsx")));
    assert!(book.contracts.len() > 350, "{}", book.contracts.len());
    assert!(book.contracts.iter().any(|one| one.row > 400));
    assert_eq!(book, insurers(Source::Csv(&file("insurers.utf-8-sig.csv"))));
    let institutions = |source: Source<'_>| InstitutionList::read(source).unwrap();
    let offered = institutions(Source::Xlsx(&file("institutions.xlsx")));
    assert!(offered.institutions.len() > 350);
    assert_eq!(
        offered,
        institutions(Source::Csv(&file("institutions.utf-8-sig.csv")))
    );
    // Python writes some characters of CP932 at another of their places; they are read alike.
    assert_eq!(book, insurers(Source::Csv(&file("insurers.cp932.csv"))));
    assert_eq!(
        offered,
        institutions(Source::Csv(&file("institutions.cp932.csv")))
    );
}
