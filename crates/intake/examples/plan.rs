//! Reads a request on standard input and prints the reading as JSON.

use std::io::Read;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut request = String::new();
    std::io::stdin().read_to_string(&mut request)?;
    println!("{}", serde_json::to_string_pretty(&intake::read(&request))?);
    Ok(())
}
