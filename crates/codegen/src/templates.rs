//! The one function that lays out a view by a template.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Error, UndefinedBehavior};
use serde::Serialize;

/// Lays out a view. `name` is that of a file in `templates/`, for messages; `source` is its text.
pub(crate) fn render(name: &str, source: &str, view: &impl Serialize) -> Result<String, Error> {
    let mut environment = Environment::empty();
    environment
        .set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.render_named_str(name, source, minijinja::Value::from(Serde(view)))
}
