use super::*;

const SELECT: &[u8] = &[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x16];
const GET_CHALLENGE: &[u8] = &[0x00, 0x84, 0x00, 0x00, 0x10];
const OK: &[u8] = &[0x90, 0x00];

fn certificate() -> Vec<u8> {
    [&[0x80, 0xA2, 0x06, 0xC1, 0x00, 0x01, 0x33][..], &[7; 307]].concat()
}

fn proof() -> Vec<u8> {
    [&[0x80, 0xA2, 0x00, 0xC1, 64][..], &[9; 64]].concat()
}

fn pass(guard: &mut Guard, raw: &[u8], response: &[u8]) {
    let command = guard.admit(raw).unwrap();
    guard.answered(&command, response).unwrap();
}

#[track_caller]
fn refused(guard: &mut Guard, raw: &[u8], expected: &str) {
    let error = guard.admit(raw).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::RelayRefused { rule } if *rule == expected),
        "{error}"
    );
}

/// A guard that has come as far as `steps` commands of the whole relay lead.
fn guard_after(steps: usize) -> Guard {
    let mut guard = Guard::new();
    let challenge = [&[1; 16], OK].concat();
    let script: [(&[u8], &[u8]); 4] = [
        (SELECT, OK),
        (&certificate(), OK),
        (GET_CHALLENGE, &challenge),
        (&proof(), OK),
    ];
    for (raw, response) in &script[..steps] {
        pass(&mut guard, raw, response);
    }
    guard
}

#[test]
fn the_whole_relay_passes_once() {
    assert!(!guard_after(3).is_proven());
    let mut guard = guard_after(4);
    assert!(guard.is_proven());
    for raw in [SELECT, &certificate(), GET_CHALLENGE, &proof()] {
        refused(&mut guard, raw, "not in this place");
    }
}

#[test]
fn the_card_sees_the_parts_and_not_the_relays_bytes() {
    let mut guard = guard_after(1);
    let admitted = guard.admit(&certificate()).unwrap();
    let command = admitted.command();
    assert_eq!(
        (command.cla(), command.ins(), command.p1(), command.p2()),
        (0x80, 0xA2, 0x06, 0xC1)
    );
    assert_eq!(command.data(), [7; 307]);
    assert_eq!(command.expected(), None);
}

#[test]
fn a_refusing_card_does_not_move_the_guard() {
    let mut guard = Guard::new();
    pass(&mut guard, SELECT, &[0x6A, 0x82]);
    refused(&mut guard, &certificate(), "not in this place");
}

#[test]
fn data_where_none_belongs_does_not_reach_the_relay() {
    let mut guard = Guard::new();
    let command = guard.admit(SELECT).unwrap();
    guard.answered(&command, &[1, 2, 0x90, 0x00]).unwrap_err();
    let mut guard = guard_after(2);
    let command = guard.admit(GET_CHALLENGE).unwrap();
    guard
        .answered(&command, &[&[1; 17], OK].concat())
        .unwrap_err();
    guard.answered(&command, &[0x90]).unwrap_err();
}

/// Every class and instruction with each known pair of parameters, and every pair with each known class and instruction.
fn headers() -> impl Iterator<Item = [u8; 4]> {
    let instructions = (0..=0xFFFF_u16).flat_map(|both| {
        let [cla, ins] = both.to_be_bytes();
        TABLE
            .iter()
            .map(move |row| [cla, ins, row.header[2], row.header[3]])
    });
    let parameters = (0..=0xFFFF_u16).flat_map(|both| {
        let [p1, p2] = both.to_be_bytes();
        [[0x00, 0xA4], [0x80, 0xA2], [0x00, 0x84]].map(|[cla, ins]| [cla, ins, p1, p2])
    });
    instructions.chain(parameters)
}

#[test]
fn what_passes_is_the_committed_table() {
    let bodies: [&[u8]; 5] = [
        &[],
        &[0x10],
        &[0x02, 0x00, 0x16],
        &certificate()[4..],
        &proof()[4..],
    ];
    let mut passed = std::collections::BTreeSet::new();
    for steps in 0..=4 {
        let start = guard_after(steps);
        for body in bodies {
            let mut raw = [&[0; 4], body].concat();
            for header in headers() {
                raw[..4].copy_from_slice(&header);
                if let Ok(admitted) = start.decide(&raw) {
                    let command = admitted.command();
                    let [cla, ins, p1, p2] = header;
                    let what = match command.expected() {
                        Some(expected) => format!("expecting {expected}"),
                        None => format!("with {} bytes", command.data().len()),
                    };
                    passed.insert(format!(
                        "after {steps} commands: {cla:02X}{ins:02X}{p1:02X}{p2:02X} {what}\n"
                    ));
                }
            }
        }
    }
    assert_eq!(
        passed.into_iter().collect::<String>(),
        include_str!("table.txt")
    );
}

#[test]
fn near_misses_are_refused() {
    let jpki = [
        0x00, 0xA4, 0x04, 0x0C, 10, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01,
    ];
    let face = [
        0x00, 0xA4, 0x04, 0x0C, 10, 0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02,
    ];
    let short = certificate()[..313].to_vec();
    let cases: [(usize, &[u8], &str); 9] = [
        (0, &jpki, "not on the list"),
        (0, &face, "not on the list"),
        (
            0,
            &[0x00, 0xA4, 0x02, 0x0C, 0x01, 0x00],
            "data of another length",
        ),
        (
            0,
            &[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x01],
            "another file",
        ),
        (
            0,
            &[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x16, 0x00],
            "expects another length",
        ),
        (0, GET_CHALLENGE, "not in this place"),
        (1, &short, "not one well-formed command"),
        (2, &[0x00, 0x84, 0x00, 0x00, 0x00], "expects another length"),
        (2, &[0x00, 0x84, 0x00, 0x00], "expects another length"),
    ];
    for (steps, raw, expected) in cases {
        refused(&mut guard_after(steps), raw, expected);
    }
}

#[test]
fn malformed_commands_are_refused() {
    let cases: [&[u8]; 9] = [
        &[],
        &[0x00, 0xA4, 0x02],
        &[0x00, 0xA4, 0x02, 0x0C, 0x03, 0x00, 0x16],
        &[0x00, 0xA4, 0x02, 0x0C, 0x01, 0x00, 0x16, 0x00],
        &[0x00, 0xA4, 0x02, 0x0C, 0x00, 0x00, 0x02, 0x00],
        &[0x00, 0xA4, 0x02, 0x0C, 0x00, 0x00, 0x02, 0x00, 0x16, 0x00],
        &[0x00, 0xA4, 0x02, 0x0C, 0x00, 0x00, 0x00, 0x01],
        &[0x00, 0xA4, 0x02, 0x0C, 0x00, 0x00],
        &[0x00, 0x84, 0x00, 0x00, 0x00, 0x00],
    ];
    for raw in cases {
        refused(&mut Guard::new(), raw, "not one well-formed command");
    }
}

#[test]
fn a_relay_that_never_ends_is_ended() {
    let mut guard = Guard::new();
    for _ in 0..MOST_COMMANDS {
        pass(&mut guard, SELECT, OK);
    }
    refused(&mut guard, SELECT, "too many commands");
}
