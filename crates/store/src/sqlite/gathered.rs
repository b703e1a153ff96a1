//! `string_agg`, in the place of SQLite's own: what a statement gathers into arrays is bounded while it is gathered.
//!
//! SQLite builds an array before anybody sees its row, and where it brings rows into an order, those of many rows before
//! anybody sees the first. What goes beyond a bound is refused as SQLite refuses what is longer than its own limit.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::{Connection, Error, ffi};

/// Bytes of one array at most.
const ARRAY_BYTES: usize = 8 * 1024 * 1024;
/// Bytes at most of the arrays that may be held at once, until the next row is there.
const ROW_BYTES: usize = 32 * 1024 * 1024;
/// While SQLite sorts it holds as many rows as a page has and drops the others, so that of all arrays the largest count.
const HELD: usize = 128;

thread_local! {
    /// What was gathered for the row that is being read. A statement runs on one thread.
    static ROW: RefCell<Gathered> = RefCell::default();
}

#[derive(Default)]
struct Gathered {
    largest: BinaryHeap<Reverse<usize>>,
    bytes: usize,
}

/// Another row is going to be read.
pub(crate) fn begin_row() {
    ROW.with_borrow_mut(|row| {
        row.largest.clear();
        row.bytes = 0;
    });
}

pub(crate) fn add_function(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_aggregate_function("string_agg", 2, flags, Joined)
}

impl Gathered {
    fn add(&mut self, bytes: usize) -> rusqlite::Result<()> {
        self.largest.push(Reverse(bytes));
        self.bytes += bytes;
        if self.largest.len() > HELD {
            self.bytes -= self.largest.pop().map_or(0, |Reverse(least)| least);
        }
        if self.bytes > ROW_BYTES { Err(too_large()) } else { Ok(()) }
    }
}

struct Joined;

impl Aggregate<Option<String>, Option<String>> for Joined {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Option<String>> {
        Ok(None)
    }

    fn step(&self, context: &mut Context<'_>, joined: &mut Option<String>) -> rusqlite::Result<()> {
        let Some(text) = context.get_raw(0).as_str_or_null().map_err(as_type_error)? else { return Ok(()) };
        let separator = context.get_raw(1).as_str_or_null().map_err(as_type_error)?.unwrap_or_default();
        let held = joined.as_ref().map_or(0, String::len);
        if held + separator.len() + text.len() > ARRAY_BYTES {
            return Err(too_large());
        }
        match joined {
            None => *joined = Some(text.to_owned()),
            Some(joined) => {
                joined.push_str(separator);
                joined.push_str(text);
            }
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, joined: Option<Option<String>>) -> rusqlite::Result<Option<String>> {
        let joined = joined.flatten();
        if let Some(text) = &joined {
            ROW.with_borrow_mut(|row| row.add(text.len()))?;
        }
        Ok(joined)
    }
}

fn too_large() -> Error {
    Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_TOOBIG), None)
}

fn as_type_error(error: rusqlite::types::FromSqlError) -> Error {
    Error::UserFunctionError(error.into())
}
