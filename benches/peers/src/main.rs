//! Prints one table: what the same certificate work costs here, in OpenSSL and in x509-parser (with ring).
//!
//! Without arguments it measures times itself and instructions by running itself under callgrind; `TASK WHO N` is that run.

mod work;

use std::error::Error;

use mynacard_benches::callgrind::instructions;
use mynacard_benches::clock::in_turns;
use work::{Material, TASKS, WHO};

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
    println!("| Task | By | ns, fastest | ns, median | ours ÷ this | instructions | ours ÷ this |");
    println!("|---|---|--:|--:|--:|--:|--:|");
    for (task, repetitions) in TASKS {
        let mut runs = Vec::new();
        for who in WHO {
            runs.push(material.task(task, who)?);
        }
        let mut candidates: Vec<&mut dyn FnMut()> =
            runs.iter_mut().map(|run| &mut **run as _).collect();
        let times = in_turns(41, repetitions, &mut candidates);
        let mut counts = Vec::new();
        for who in WHO {
            counts.push(instructions(&std::env::current_exe()?, &[task, who], 20)?);
        }
        for ((who, time), count) in WHO.iter().zip(&times).zip(&counts) {
            println!(
                "| {task} | {who} | {} | {} | {:.2} | {count} | {:.2} |",
                time.fastest,
                time.median,
                times[0].fastest as f64 / time.fastest as f64,
                counts[0] as f64 / *count as f64
            );
        }
    }
    Ok(())
}
