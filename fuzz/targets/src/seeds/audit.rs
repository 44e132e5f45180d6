//! Seeds of what is done to an audit trail: each kind of change, and files that only look like one.

use super::Seed;
use crate::joined;

pub(super) fn add(seeds: &mut Vec<Seed>) {
    for (name, changes) in [
        ("as-written", vec![]),
        ("byte", vec![&[0, 1, 0, 40, 1][..]]),
        ("cut", vec![&[1, 2, 0, 100]]),
        ("cut-to-nothing", vec![&[1, 2, 0, 0]]),
        ("inserted", vec![&[2, 0, 0, 0, b'{', b'}', b'\n']]),
        ("torn", vec![&[3, 2, 0, 0, b'{', b'"', b'n']]),
        ("torn-next-file", vec![&[3, 3, 0, 0, b'{', b'"']]),
        ("empty-next-file", vec![&[3, 3, 0, 0]]),
        ("zeroed", vec![&[3, 2, 0, 0, 0, 0, 0, b'\n']]),
        ("zeroed-and-torn", vec![&[3, 2, 0, 0, 0, b'\n', 1]]),
        ("surplus", vec![&[3, 2, 0, 0, b'x', b'\n']]),
        ("lines-swapped", vec![&[4, 0, 0, 1, 2]]),
        ("line-removed", vec![&[5, 1, 0, 1]]),
        ("files-swapped", vec![&[6, 0, 0, 0, 1]]),
        ("file-moved", vec![&[6, 2, 0, 0, 3]]),
    ] {
        let seed = [&[1][..], &joined(changes)].concat();
        seeds.push(("audit", name.into(), seed));
    }
    let line = br#"{"n":1,"at":1790000000,"event":"file","file":1,"chain":"0000000000000000000000000000000000000000000000000000000000000000"}"#;
    let file = [&line[..], b"\n"].concat();
    let raw = [&[0][..], &joined([&file[..], &file[..]])].concat();
    seeds.push(("audit", "files".into(), raw));
}
