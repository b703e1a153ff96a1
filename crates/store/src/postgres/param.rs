//! Parameters, sent as text whose type the server infers. So one statement means the same whether it was prepared or not.

use std::error::Error;
use std::fmt;

use bytes::BytesMut;
use tokio_postgres::types::{Format, IsNull, ToSql, Type};
use work::Value;

use crate::json::{push, push_decimal};

/// A value on its way to the server.
pub(super) struct Param<'a>(pub(super) &'a Value);

/// Without the value: the client library writes parameters to its log, and some are secret.
impl fmt::Debug for Param<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("****")
    }
}

impl ToSql for Param<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let mut text = Vec::new();
        match self.0 {
            Value::Null => return Ok(IsNull::Yes),
            Value::Boolean(truth) => text.extend_from_slice(if *truth { b"true" } else { b"false" }),
            Value::Integer(number) => push(&mut text, format_args!("{number}")),
            Value::Decimal { units, scale } => push_decimal(*units, *scale, &mut text)?,
            // The shortest that reads back the same.
            Value::Float(number) => push(&mut text, format_args!("{number:?}")),
            Value::Bytes(bytes) => {
                text.extend_from_slice(b"\\x");
                bytes.iter().for_each(|byte| push(&mut text, format_args!("{byte:02x}")));
            }
            Value::Text(held)
            | Value::Uuid(held)
            | Value::Date(held)
            | Value::Time(held)
            | Value::DateTime(held)
            | Value::Json(held) => {
                out.extend_from_slice(held.as_bytes());
                return Ok(IsNull::No);
            }
        }
        out.extend_from_slice(&text);
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    tokio_postgres::types::to_sql_checked!();
}
