//! Seeds from the golden files of the insurance messages and from small contract lists.

use std::path::{Path, PathBuf};

use mynacard_eligibility::{Encoding, Unmappable};

use super::Seed;
use crate::{growing, joined};

pub(super) fn add(seeds: &mut Vec<Seed>) {
    let golden = golden();
    let ending = |end: &str| -> Vec<(&str, &[u8])> {
        golden
            .iter()
            .filter_map(|(name, bytes)| Some((name.strip_suffix(end)?, bytes.as_slice())))
            .collect()
    };
    for (encoding, end) in [("utf8", ".utf8.xml"), ("sjis", ".sjis.xml")] {
        for (name, bytes) in ending(end) {
            // Every message in both encodings; the many answers in the one that is harder.
            if name.starts_with("OQS") || encoding == "sjis" {
                seeds.push(("message", format!("{name}-{encoding}"), bytes.to_vec()));
            }
        }
    }
    for (name, bytes) in ending(".screen.txt") {
        seeds.push(("screen", name.to_owned(), bytes.to_vec()));
    }
    for (name, text) in SCREENS {
        seeds.push(("screen", name.to_owned(), text.into()));
    }
    for (name, bytes) in ending(".json") {
        if ["two-results", "unknown-subtree", "tokutei"].contains(&name) {
            seeds.push(("answer_json", name.to_owned(), bytes.to_vec()));
        }
    }
    let bulk = ending(".xml");
    let bulk = bulk
        .iter()
        .filter(|(name, _)| name.starts_with("OQSmuquc02res"));
    for (name, bytes) in bulk {
        zips(seeds, name, bytes);
    }
    for segment in ["2", "9", "3"] {
        let xml = format!(
            "<XmlMsg><MessageHeader><SegmentOfResult>{segment}</SegmentOfResult></MessageHeader><MessageBody/></XmlMsg>"
        );
        let seed = [&[64][..], xml.as_bytes()].concat();
        seeds.push(("zip", format!("outcome-{segment}"), seed));
    }
    let long = growing(300, [b"@<XmlMsg>", &[b' '; 1000], b"</XmlMsg>"]);
    seeds.push(("zip", "long".to_owned(), long));
    for (name, place, comment) in [
        ("beyond-the-end", 0xFFFF, &b""[..]),
        // In the comment, where a header begins that the file does not have room for.
        ("in-the-comment", 51 + 22, b"PK\x03\x04"),
    ] {
        let seed = [&[0][..], &misplaced(place, comment)].concat();
        seeds.push(("zip", name.to_owned(), seed));
    }
    lists(seeds);
}

/// A ZIP without the file that its directory says to stand at that place.
fn misplaced(place: u16, comment: &[u8]) -> Vec<u8> {
    let name = b"a.xml";
    // PKWARE's APPNOTE, 4.3.12: all is zero but the length of the name and the place of the file.
    let mut entry = [b"PK\x01\x02".as_slice(), &[0; 42]].concat();
    let mut set = |at: usize, value: u8| {
        if let Some(octet) = entry.get_mut(at) {
            *octet = value;
        }
    };
    let [low, high] = place.to_le_bytes();
    for (at, value) in [(28, 5), (42, low), (43, high)] {
        set(at, value);
    }
    entry.extend(name);
    let length = u8::try_from(entry.len()).expect("short");
    // 4.3.16: one entry, its length, from the beginning.
    let behind = u8::try_from(comment.len()).expect("short");
    let end = [
        0, 0, 0, 0, 1, 0, 1, 0, length, 0, 0, 0, 0, 0, 0, 0, behind, 0,
    ];
    [&entry[..], b"PK\x05\x06", &end, comment].concat()
}

/// What the choices of the target mean is said there.
fn zips(seeds: &mut Vec<Seed>, name: &str, xml: &[u8]) {
    seeds.push(("zip", format!("{name}-raw"), [&[64][..], xml].concat()));
    for choices in [1_u8, 3, 5, 7, 15, 17, 33] {
        let seed = [&[choices][..], &joined([xml])].concat();
        seeds.push(("zip", format!("{name}-{choices}"), seed));
    }
    let two = [&[1_u8][..], &joined([xml, b"<XmlMsg/>"])].concat();
    seeds.push(("zip", format!("{name}-two"), two));
    let many = [&[129_u8][..], &joined([xml])].concat();
    seeds.push(("zip", format!("{name}-many"), many));
    // Neither is named like the answer; no file at all; no ZIP; the answer to another question.
    let neither = [&[17_u8][..], &joined([xml, xml])].concat();
    seeds.push(("zip", format!("{name}-neither"), neither));
    seeds.push(("zip", format!("{name}-none"), vec![1]));
    seeds.push(("zip", format!("{name}-no-zip"), [&[0][..], xml].concat()));
    let mut other = xml.to_vec();
    let number = other
        .windows(16)
        .position(|part| part == b"20261120093000-1");
    if let Some(last) = number.and_then(|at| other.get_mut(at + 15)) {
        *last = b'2';
    }
    let other = [&[1_u8][..], &joined([&other[..]])].concat();
    seeds.push(("zip", format!("{name}-of-another"), other));
}

/// A line end and damaged bytes among kana; marks apart from their kana in both widths.
const SCREENS: [(&str, &str); 2] = [
    (
        "kana-line-end",
        "氏名：甲\nフリガナ：タ\r\u{FFFD}　\u{FFFD} \rウ\n",
    ),
    (
        "kana-marks",
        "フリガナ：ウﾞウ゛ｳ゛う゛ハ\u{309A}ﾊﾟ゜ｶ ﾞ\u{FFFD}　ﾟ\n生年月日：1980-04-01\n性別：男性\n",
    ),
];

pub(super) const INSURERS: &str = "委託元保険者一覧表,,,,,,,,\r\n\r\n\
    保険者番号（半角）,委託元保険者名,郵便番号,所在地,電話番号,特定健康診査,特定保健指導,健診当日初回面接実施,備考\r\n\
    138016,千代田区,100-8688,東京都千代田区,03-3264-2111,○,○,○,\r\n\
    06130488,\"○○健康保険\n組合\",1000013,東京都,0312345678,○,,○,○\r\n\
    ６１３０４８８,同じ組合,,,,〇,,,請求は月末\r\n";
pub(super) const INSTITUTIONS: &str = "健診・保健指導機関番号,実施機関名,郵便番号,所在地,電話番号,集団,個別,貧血,心電図,眼底,クレアチニン,健診当日初回面接,動機付け支援,積極的支援,追加健診項目,登録番号,登録年月日,取消年月日,オンライン資格確認による受付の可否\n\
    2710000007,診療所,530-0001,大阪市,06-1234-5678,,○,○,△,,○,○,○,○,,T7000012050002,令和5年10月1日,,○\n";

fn lists(seeds: &mut Vec<Seed>) {
    for (name, text) in [("insurers", INSURERS), ("institutions", INSTITUTIONS)] {
        let sjis = Encoding::ShiftJis
            .encode(text, Unmappable::Refuse)
            .expect("plain Japanese")
            .bytes;
        seeds.push(("checkup_csv", format!("{name}-utf8"), text.into()));
        seeds.push(("checkup_csv", format!("{name}-sjis"), sjis));
        let seed = [&[1_u8][..], &workbook(text, "")].concat();
        seeds.push(("checkup_xlsx", name.to_owned(), seed));
    }
    for (name, text) in [("padded", PADDED), ("dates", DATES)] {
        seeds.push(("checkup_csv", name.to_owned(), text.into()));
    }
    for (name, times, part) in [
        ("too-many-rows", 100_001, "x\n".to_owned()),
        ("too-many-cells", 8000, [&",".repeat(255), "x\n"].concat()),
        ("too-large", 17_000, "x".repeat(1000)),
    ] {
        let seed = growing(times, ["保険者番号\n".as_bytes(), part.as_bytes(), b""]);
        seeds.push(("checkup_csv", name.to_owned(), seed));
    }
    let too_large = growing(17_000, [&[0], &[b'x'; 1000], b""]);
    seeds.push(("checkup_xlsx", "refused-large".to_owned(), too_large));
    // A truth, an error, a day in two forms, days that there are not, and a cell that stands twice.
    let cells = r#"<row r="9"><c r="A9" t="b"><v>1</v></c><c r="B9" t="e"><v>#N/A</v></c><c r="C9" t="d"><v>2023-10-01T00:00:00</v></c><c r="D9" s="1"><v>-1</v></c><c r="E9" s="1"><v>3000000</v></c><c r="A9"><v>138016</v></c></row>"#;
    let row = r#"<row r="100001"><c r="A100001"><v>1</v></c></row>"#;
    let column = r#"<row r="9"><c r="IW9"><v>1</v></c></row>"#;
    for (name, choice, more) in [
        ("cells", 1_u8, cells),
        ("refused-row", 1, row),
        ("refused-column", 1, column),
        ("refused-parts", 3, ""),
    ] {
        let seed = [&[choice][..], &workbook(INSURERS, more)].concat();
        seeds.push(("checkup_xlsx", name.to_owned(), seed));
    }
}

/// Numbers of six digits in eight places, blank lines of each kind.
const PADDED: &str = "\n\n\r\r保険者番号,委託元保険者名\n00138016,a\r\r\n\n00138017,b\n";

/// 集団 and 個別, and days in every form that people use.
const DATES: &str = "健診・保健指導機関番号,実施機関名,集団,個別,登録番号,登録年月日,取消年月日\n\
    2710000007,a,○,,T7000012050002,2023/10/1,2024.1.31\n\
    2710000007,b,○,○,T7000012050002,2023-10-1-1,1800/1/1\n\
    2710000007,c,,○,T7000012050002,2023/x/1,2023/13/1\n\
    2710000007,d,,,T7000012050002,2023/10,x\n\
    2710000007,e,,,T7000012050002,2023/10/x,2023年10月1日\n";

/// A workbook's parts, as the target takes them: a few of the cells as shared strings, the others in place, and more rows as they are.
fn workbook(csv: &str, more: &str) -> Vec<u8> {
    let (mut sheet, mut strings) = (String::new(), String::new());
    let mut shared = 0;
    for (row, line) in csv.replace("\"", "").lines().enumerate() {
        sheet += &format!("<row r=\"{}\">", row + 1);
        for (column, cell) in line
            .split(',')
            .enumerate()
            .filter(|(_, cell)| !cell.is_empty())
        {
            let place = format!(
                "{}{}",
                char::from(b'A' + u8::try_from(column).unwrap_or(25)),
                row + 1
            );
            sheet += &match column {
                0 if cell.bytes().all(|byte| byte.is_ascii_digit()) => {
                    format!("<c r=\"{place}\"><v>{cell}</v></c>")
                }
                1 => {
                    strings += &format!("<si><t>{cell}</t></si>");
                    shared += 1;
                    format!("<c r=\"{place}\" t=\"s\"><v>{}</v></c>", shared - 1)
                }
                16 if row > 0 => format!("<c r=\"{place}\" s=\"1\"><v>45200</v></c>"),
                _ => format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>"),
            };
        }
        sheet += "</row>";
    }
    let main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let parts = [
        format!(
            "<worksheet {main}><dimension ref=\"A1:S9\"/><sheetData>{sheet}{more}</sheetData></worksheet>"
        ),
        format!("<sst {main}>{strings}</sst>"),
        format!(
            "<styleSheet {main}><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"
        ),
        format!(
            "<workbook {main} xmlns:r=\"{office}\"><sheets><sheet name=\"A\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
        ),
        format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
             <Relationship Id=\"rId1\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
        ),
        String::new(),
        format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
             <Relationship Id=\"rId1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        ),
    ];
    joined(parts.iter().map(String::as_bytes))
}

/// The golden files, by name.
fn golden() -> Vec<(String, Vec<u8>)> {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../crates/mynacard-eligibility/tests/golden");
    let entries = std::fs::read_dir(&folder).expect("the golden files are checked in");
    let mut files: Vec<(String, Vec<u8>)> = entries
        .map(|entry| {
            let path = entry.expect("a folder that can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let bytes = std::fs::read(&path).expect("a file that can be read");
            (name.into_owned(), bytes)
        })
        .collect();
    files.sort();
    files
}
