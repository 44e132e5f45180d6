//! The steps between a card and an answer, each alone.

fn main() {
    divan::main();
}
