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

/// What became of a header in one place, whatever body follows it: nothing of it passes, or each body that does.
fn passing(guard: &Guard, header: [u8; 4], bodies: &[Vec<u8>]) -> Vec<String> {
    let [cla, ins, p1, p2] = header;
    let admitted = bodies
        .iter()
        .filter_map(|body| guard.decide(&[&header, body.as_slice()].concat()).ok());
    admitted
        .map(|admitted| {
            let command = admitted.command();
            let sent = [command.cla(), command.ins(), command.p1(), command.p2()];
            assert_eq!(sent, header);
            let what = match (command.expected(), command.data()) {
                (Some(expected), []) => format!("expecting {expected}"),
                (None, data @ [_, _]) => format!("with {data:02X?}"),
                (expected, data) => format!("with {} bytes, {expected:?}", data.len()),
            };
            format!("{cla:02X}{ins:02X}{p1:02X}{p2:02X} {what}")
        })
        .collect()
}

/// Bodies of every length that a relayed command may have, every file, every expected length.
fn bodies() -> Vec<Vec<u8>> {
    let lengths = (0..=400_u16).map(|length| {
        let [high, low] = length.to_be_bytes();
        let prefix = if high == 0 {
            vec![low]
        } else {
            vec![0, high, low]
        };
        let data = vec![0x16; usize::from(length)];
        if length == 0 {
            data
        } else {
            [prefix, data].concat()
        }
    });
    let files = (0..=0xFFFF_u16).map(|file| {
        let [high, low] = file.to_be_bytes();
        vec![2, high, low]
    });
    let expected = (0..=0xFF_u8).map(|le| vec![le]);
    let extended = [1_u16, 16, 256, 257, 0xFFFF, 0].map(|le| {
        let [high, low] = le.to_be_bytes();
        vec![0, high, low]
    });
    let both = [vec![2, 0x00, 0x16, 0], vec![2, 0x00, 0x16, 16]];
    lengths
        .chain(files)
        .chain(expected)
        .chain(extended)
        .chain(both)
        .collect()
}

/// All 2^32 headers in every place. A class and instruction that is on no row is refused before its parameters are looked
/// at, so that 65,536 of them settle the question for all parameters; those on a row meet all 65,536 parameters; a header
/// that is left meets every body.
#[test]
fn what_passes_is_the_committed_table() {
    let bodies = bodies();
    let few = [
        vec![],
        vec![0x10],
        vec![0x02, 0x00, 0x16],
        certificate()[4..].to_vec(),
        proof()[4..].to_vec(),
    ];
    let mut table = String::new();
    for steps in 0..=4 {
        let guard = guard_after(steps);
        let mut instructions = Vec::new();
        for both in 0..=0xFFFF_u16 {
            let [cla, ins] = both.to_be_bytes();
            let probe = [cla, ins, !ins, cla ^ 0x5A];
            // With all five bodies, and parameters that are on no row: only the instruction can be what is refused.
            if few.iter().any(|body| {
                guard.decide(&[&probe, body.as_slice()].concat()) != Err(NO_INSTRUCTION)
            }) {
                instructions.push([cla, ins]);
            }
        }
        assert_eq!(instructions, [[0x00, 0x84], [0x00, 0xA4], [0x80, 0xA2]]);
        let mut passed = Vec::new();
        for [cla, ins] in instructions {
            for parameters in 0..=0xFFFF_u16 {
                let [p1, p2] = parameters.to_be_bytes();
                let header = [cla, ins, p1, p2];
                let refused = few.iter().all(|body| {
                    guard.decide(&[&header, body.as_slice()].concat()) == Err(NO_PARAMETERS)
                });
                if !refused {
                    passed.extend(passing(&guard, header, &bodies));
                }
            }
        }
        for what in passed {
            table.push_str(&format!("after {steps} commands: {what}\n"));
        }
    }
    assert_eq!(table, include_str!("table.txt"));
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
    let cases: [(usize, &[u8], &str); 10] = [
        (0, &jpki, "not with these parameters"),
        (0, &face, "not with these parameters"),
        (0, &[0x00, 0xB0, 0x00, 0x00, 0x00], "not on the list"),
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
