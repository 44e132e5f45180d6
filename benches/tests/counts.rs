//! Counts that a change of the code moves and a busy machine does not: exchanges, allocations, time over the virtual air.

use mynacard_benches::clients::CLIENTS;
use mynacard_benches::dialogue::{MODES, Mode, Recorded, check, over_the_air};
use mynacard_benches::report::{HEADER, rows};

const REPORT: &str = include_str!("../REPORT.md");

#[test]
fn a_check_takes_the_exchanges_of_its_mode_and_less_air_than_any_other_client() {
    let others: Vec<_> = CLIENTS
        .iter()
        .map(|client| client.replay().expect("the card answers as it did"))
        .collect();
    assert_eq!(
        others.iter().map(|cost| cost.exchanges).collect::<Vec<_>>(),
        [12, 28, 63, 121]
    );
    for mode in MODES {
        let (exchanges, elapsed) = over_the_air(mode).expect("a check");
        assert_eq!(exchanges, mode.exchanges, "{}", mode.name);
        for other in &others {
            assert!(
                elapsed < other.elapsed,
                "{}: {elapsed:?} {other:?}",
                mode.name
            );
        }
    }
}

#[test]
fn a_check_allocates_once_an_exchange_and_little_besides() {
    for mode in MODES {
        let mut card = Recorded::new(mode).expect("a check");
        let counted = allocation_counter::measure(|| {
            check(&mut card, mode).expect("as recorded");
        });
        println!("{}: {counted:?}", mode.name);
        let allowed = u64::from(mode.exchanges) + 10;
        assert!(counted.count_total <= allowed, "{}: {counted:?}", mode.name);
        assert!(counted.bytes_max <= 8 * 1024, "{}: {counted:?}", mode.name);
    }
}

/// What the committed report says of the dialogue is what the code does today: exchanges, time over the air, allocations, bytes.
#[test]
fn the_report_says_what_the_code_does() {
    let allocations = |mode: Mode| {
        let mut card = Recorded::new(mode).map_err(|error| error.to_string())?;
        let counted = allocation_counter::measure(|| {
            check(&mut card, mode).expect("as recorded");
        });
        Ok((counted.count_total, counted.bytes_max))
    };
    let expected = rows(allocations).expect("checks");
    let table: Vec<&str> = REPORT
        .lines()
        .skip_while(|line| *line != HEADER)
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert_eq!(table.len(), expected.len(), "rows of the dialogue's table");
    for (line, (row, place)) in table.iter().zip(expected.iter().zip(0..)) {
        let now = row.cells();
        let [found, now] = [*line, now.as_str()].map(cells);
        let Some((instructions, found)) = found.split_last() else {
            panic!("an empty row");
        };
        assert_eq!(
            *found, now,
            "REPORT.md is stale: `cargo xtask bench --report`"
        );
        // Ours and the floor are counted; the other clients' programs are not here.
        if place < MODES.len() || place == expected.len() - 1 {
            let count: u64 = instructions.parse().expect("a number of instructions");
            assert!(count > 100, "{line}");
        } else {
            assert_eq!(*instructions, "–", "{line}");
        }
    }
}

/// Nothing that a reader looks for is missing: each part has its table, with the peers of the same run and the floor.
#[test]
fn the_report_is_whole() {
    for (part, rows) in [
        (
            "The dialogue",
            &["mynacard, extended", "myna-card", "jpki", "OpenSC", "floor"][..],
        ),
        (
            "Certificates",
            &[
                "parse | openssl",
                "verdict | x509-parser",
                "possession | floor",
                "check | mynacard",
            ],
        ),
        (
            "One answer",
            &["UTF-8 | quick-xml + serde", "CP932 | floor"],
        ),
        (
            "Bulk answers",
            &[
                "mynacard, stream",
                "quick-xml + serde, whole",
                "lxml, iterparse",
                "floor",
            ],
        ),
        (
            "The folders",
            &["a query submitted", "its answer taken", "acknowledged"],
        ),
        (
            "Through C",
            &[
                "a field as text",
                "an answer read from XML",
                "a whole check over HTTPS",
            ],
        ),
        (
            "From the start",
            &["the first answer, Rust", "the first answer, C"],
        ),
        (
            "Sizes",
            &[
                "the C library",
                "the command `mynacard`",
                "a minimal program in Rust",
            ],
        ),
    ] {
        let heading = format!("## {part}\n");
        let (_, after) = REPORT.split_once(&heading).expect(part);
        let (table, _) = after.split_once("\n## ").unwrap_or((after, ""));
        for row in rows {
            assert!(
                table.contains(&format!("| {row}")),
                "{part}: no row {row:?}"
            );
        }
    }
    let check = REPORT
        .split_once("## The whole check\n")
        .expect("it is there")
        .1;
    assert!(check.contains("the floor: the card and one such round trip"));
}

/// The cells of a row.
fn cells(row: &str) -> Vec<&str> {
    row.trim_matches('|').split('|').map(str::trim).collect()
}
