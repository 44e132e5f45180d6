//! Seeds of what somebody signed: right ones, and one change of each kind.

use super::Seed;

/// Right ones by their choices, then each kind of change at some of their objects.
pub(super) fn add(seeds: &mut Vec<Seed>) {
    let choices: [(&'static str, &[u8]); 3] = [
        ("certificate_signed", &[0, 1, 2, 3, 4]),
        ("revocation_list", &[0, 1, 4]),
        ("revocation_ocsp", &[0, 1, 2, 4, 8, 9, 24, 34, 42]),
    ];
    for (target, choices) in choices {
        for choice in choices {
            seeds.push((target, format!("right-{choice}"), vec![*choice]));
        }
        for kind in 0..12_u8 {
            let at = kind.wrapping_mul(7);
            let change = vec![kind & 1, kind, at, kind, 2, 1, 0];
            seeds.push((target, format!("change-{kind}"), change));
        }
    }
    for (name, input) in crate::signed::of_wrong_extensions() {
        seeds.push(("certificate_signed", name, input));
    }
    // An entry with a serial number of 61 octets.
    let long = [0x48, 0, 0xF3, 7, 0x3D, 2, 0x54];
    seeds.push(("revocation_list", "long-serial".into(), long.to_vec()));
    // Becomes a policy qualifier that x509-cert does not read, and on which no verdict rests.
    let qualifier = [0x32, 0x00, 0x39, 0x00, 0x39, 0x00, 0x00];
    seeds.push((
        "certificate_signed",
        "odd-qualifier".into(),
        qualifier.to_vec(),
    ));
}
