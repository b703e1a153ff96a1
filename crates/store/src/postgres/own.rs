//! What an operator made of his own around the tables of an app, as far as a column or a table cannot change under it, or would take
//! it along: views and rules, triggers and policies, functions, references, indexes and constraints.

use tokio_postgres::types::Type;
use work::{Migration, Touched};

use super::engine::Ground;
use crate::OpenError;
use crate::app::InTheWay;

/// What depends on a column (or with none, on a table), each with a word for what it does when that goes: `held` stands in the way,
/// `lost` goes along. Of those that go along with a type the server takes care itself.
const AROUND: &str = r#"
SELECT DISTINCT
  CASE WHEN d.classid = 'pg_rewrite'::regclass THEN CASE v.relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view '
    ELSE 'rule ' END || v.oid::regclass ELSE pg_describe_object(d.classid, d.objid, d.objsubid) END,
  coalesce(CASE v.relkind WHEN 'v' THEN 'CREATE VIEW ' || v.oid::regclass || ' AS ' || pg_get_viewdef(v.oid) END,
    CASE WHEN t.oid IS NOT NULL THEN pg_get_triggerdef(t.oid) WHEN i.oid IS NOT NULL THEN pg_get_indexdef(i.oid) END, ''),
  d.classid IN ('pg_class'::regclass, 'pg_constraint'::regclass) AND c.contype IS DISTINCT FROM 'f'
FROM pg_depend d
JOIN pg_class o ON o.oid = d.refobjid
LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
LEFT JOIN pg_class v ON v.oid = r.ev_class
LEFT JOIN pg_trigger t ON d.classid = 'pg_trigger'::regclass AND t.oid = d.objid
LEFT JOIN pg_class i ON d.classid = 'pg_class'::regclass AND i.oid = d.objid AND i.relkind = 'i'
LEFT JOIN pg_constraint c ON d.classid = 'pg_constraint'::regclass AND c.oid = d.objid
LEFT JOIN pg_attrdef a ON d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid
LEFT JOIN pg_attribute g ON g.attrelid = a.adrelid AND g.attnum = a.adnum
WHERE d.refclassid = 'pg_class'::regclass AND o.relnamespace = $1::text::regnamespace AND o.relname = $2
  AND ($3 = '' OR d.refobjsubid = (SELECT attnum FROM pg_attribute WHERE attrelid = o.oid AND attname = $3))
  AND NOT coalesce(t.tgisinternal, false)
  AND CASE d.classid::regclass::text
    WHEN 'pg_rewrite' THEN true
    WHEN 'pg_proc' THEN true
    WHEN 'pg_trigger' THEN $3 <> '' OR t.tgrelid <> o.oid
    WHEN 'pg_policy' THEN $3 <> '' OR (SELECT polrelid FROM pg_policy WHERE oid = d.objid) <> o.oid
    WHEN 'pg_attrdef' THEN $3 <> '' AND g.attgenerated <> '' AND g.attname <> '_words'
    WHEN 'pg_class' THEN $3 <> '' AND i.oid IS NOT NULL AND position('"' || i.relname || '"' IN $4) = 0
    WHEN 'pg_constraint' THEN CASE WHEN $3 = '' THEN c.contype = 'f' AND c.conrelid <> o.oid
      AND position('"' || (SELECT relname FROM pg_class WHERE oid = c.conrelid) || '"' IN $4) = 0
      ELSE cardinality(c.conkey) > 1 AND position('"' || c.conname || '"' IN $4) = 0 AND c.contype <> 'p' END
    ELSE false END
ORDER BY 1"#;

impl Ground<'_> {
    /// What stands around all that a change touches.
    pub(super) async fn around(&self, migration: &Migration) -> Result<Vec<InTheWay>, OpenError> {
        let ours = migration.from.join("\n");
        let schema = format!("\"{}\"", self.schema);
        let mut found: Vec<InTheWay> = Vec::new();
        for Touched { table, column, goes } in &migration.touched {
            let of_column = column.as_deref().unwrap_or_default();
            let params: &[(&(dyn tokio_postgres::types::ToSql + Sync), Type)] =
                &[(&schema, Type::TEXT), (table, Type::TEXT), (&of_column, Type::TEXT), (&ours, Type::TEXT)];
            let rows = self.client.query_typed(AROUND, params).await.map_err(|error| self.failed(&error))?;
            for row in rows {
                let read = || Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
                let (thing, made, goes_along): (String, String, bool) = read().map_err(|error| self.failed(&error))?;
                // What goes along with a column stays where it only gets another type.
                if goes_along && !goes || found.iter().any(|known| known.what.contains(&thing)) {
                    continue;
                }
                found.push(of(&thing, &made, goes_along, table, column.as_deref(), *goes));
            }
        }
        Ok(found)
    }
}

fn of(thing: &str, made: &str, goes_along: bool, table: &str, column: Option<&str>, goes: bool) -> InTheWay {
    let place = match column {
        Some(column) => format!("`{column}` of `{table}`"),
        None => format!("`{table}`"),
    };
    let becomes = match (goes, goes_along) {
        (true, true) => "which goes, and it along with it",
        (true, false) => "which goes",
        (false, _) => "which gets another type",
    };
    let made = if made.is_empty() { String::new() } else { format!("; it was made by: {made}") };
    InTheWay {
        what: format!("something of your own on {place}, {becomes}: {thing}"),
        ids: Vec::new(),
        mend: format!("take it away first, and make it again as the tables are then{made}"),
        is_loss: goes_along,
    }
}
