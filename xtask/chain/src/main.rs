//! Runs the chain once; see the library.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    mynacard_chain::run()
}
