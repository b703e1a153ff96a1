//! The audit can be added to and nothing else.

use store::StoreError;
use work::Step;

use crate::support::*;

#[test]
fn audit_rows_can_neither_be_changed_nor_deleted() {
    let database = Database::new();
    database.done(add("first"));
    for sql in [r#"UPDATE "_audit" SET "action" = 'x'"#, r#"DELETE FROM "_audit""#] {
        match database.run(write(vec![Step::Run(statement(sql, &[]))])) {
            Err(StoreError::Broken { message }) => assert_eq!(message, "the audit is append-only"),
            other => panic!("{sql}: {other:?}"),
        }
    }
    let sql = r#"SELECT count(*) FROM "_audit" WHERE "action" = 'create'"#;
    assert_eq!(count(&plain(&database.path()), sql), 1);
}
