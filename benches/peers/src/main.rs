//! Prints two tables: what the same certificate work costs here, in OpenSSL and in x509-parser (with ring), and what an answer costs to read
//! here and with quick-xml and serde; beside the least that has to happen.
//!
//! Without arguments it measures times itself and instructions by running itself under callgrind; `TASK WHO N` is that run.

mod plain;
mod work;

use std::error::Error;

use mynacard_benches::callgrind::instructions;
use mynacard_benches::clock::in_turns;
use mynacard_benches::report::{PEERS_HEADER, PeerRow};
use work::{ANSWERS, CERTIFICATES, Material};

fn main() -> Result<(), Box<dyn Error>> {
    let material = Material::new()?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [task, who, n] = arguments.as_slice() {
        let mut run = material.task(task, who)?;
        for _ in 0..n.parse::<u32>()? {
            run();
        }
        return Ok(());
    }
    for tasks in [CERTIFICATES.as_slice(), ANSWERS.as_slice()] {
        println!("{PEERS_HEADER}");
        for (task, repetitions, who) in tasks {
            for row in measure(&material, task, *repetitions, who)? {
                println!("{}", row.cells());
            }
        }
        println!();
    }
    Ok(())
}

/// The rows of a task.
fn measure(
    material: &Material,
    task: &str,
    repetitions: u32,
    who: &[&'static str],
) -> Result<Vec<PeerRow>, Box<dyn Error>> {
    let mut runs = Vec::new();
    for one in who {
        runs.push(material.task(task, one)?);
    }
    let mut candidates: Vec<&mut dyn FnMut()> =
        runs.iter_mut().map(|run| &mut **run as _).collect();
    let times = in_turns(41, repetitions, &mut candidates);
    let mut counts = Vec::new();
    for one in who {
        counts.push(instructions(&std::env::current_exe()?, &[task, one], 20)?);
    }
    Ok(PeerRow::of_task(task, who, &times, &counts))
}
