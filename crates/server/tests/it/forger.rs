//! Makes the seals of an audit anew, by what docs/audit.md says of them and none of the server's code: as a version before made them, or
//! as somebody would who has a secret.

use std::path::Path;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::support::place;

/// In the first format, which did not say which gaps are open; how many.
pub fn seals_of_the_first_format(folder: &Path, secret: &str) -> usize {
    sealed_anew(folder, secret, 1)
}

/// All seals anew over the digests that are there, by a secret.
pub fn sealed_anew(folder: &Path, secret: &str, format: i64) -> usize {
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(Some(b"supermaker"), secret.as_bytes()).expand(b"audit seals", &mut key).unwrap();
    let (at, hex) = match place::is_postgres() {
        true => ("to_char(\"at\" AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')", "encode(digests, 'hex')"),
        false => ("\"at\"", "hex(digests)"),
    };
    let sql = format!(
        "SELECT number || '|' || {at} || '|' || \"rows\" || '|' || seqs || '|' || coalesce(top, 0) || '|' || coalesce(open, 0) || '|' || {hex} \
         FROM _audit_seals ORDER BY number"
    );
    let seals: Vec<String> = place::query(folder, &sql);
    without_triggers(folder);
    let mut before = vec![0; 32];
    for seal in &seals {
        let parts: Vec<&str> = seal.split('|').collect();
        let [number, at, rows, seqs, top, open, digests] = parts[..] else { panic!("{seal}") };
        let mut numbers: Vec<i64> = vec![number.parse().unwrap(), format, rows.parse().unwrap()];
        if format > 1 {
            numbers.extend([top, open].map(|text| text.parse::<i64>().unwrap()));
        }
        let numbers: Vec<u8> = numbers.into_iter().flat_map(i64::to_le_bytes).collect();
        let digests =
            (0..digests.len() / 2).map(|byte| u8::from_str_radix(&digests[byte * 2..byte * 2 + 2], 16).unwrap());
        let digests: Vec<u8> = digests.collect();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        for part in [&before[..], &numbers, at.as_bytes(), seqs.as_bytes(), &digests] {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        before = mac.finalize().into_bytes().to_vec();
        let hex: String = before.iter().map(|byte| format!("{byte:02x}")).collect();
        let value = if place::is_postgres() { format!("'\\x{hex}'") } else { format!("X'{hex}'") };
        let place = if format > 1 { "" } else { ", top = NULL, open = NULL" };
        let sql = format!("UPDATE _audit_seals SET format = {format}, seal = {value}{place} WHERE number = {number}");
        place::execute(folder, &sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    seals.len()
}

/// Takes away what keeps the audit from being changed.
pub fn without_triggers(folder: &Path) {
    let words: &[&str] = if place::is_postgres() { &["change", "truncate"] } else { &["update", "delete"] };
    for table in ["_audit", "_audit_seals", "_audit_index"] {
        for word in words {
            let on = if place::is_postgres() { format!(" ON {table}") } else { String::new() };
            place::execute(folder, &format!("DROP TRIGGER IF EXISTS {table}_no_{word}{on}")).unwrap();
        }
    }
}
