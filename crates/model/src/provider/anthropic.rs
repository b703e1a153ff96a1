//! Anthropic's Messages API: `POST /v1/messages`.
//!
//! Shapes after its public reference: "Messages" (`system`, `max_tokens`, `content`, `stop_reason`, `usage`), "Structured
//! outputs" (`output_config.format`) and "Errors". No `temperature`: newer models refuse a request that has one.

use serde_json::{Value, json};

use super::{NoText, Question, Usage, count};
use crate::settings::Settings;

/// The version of the API, as its reference wants it in a header.
pub(super) const VERSION: &str = "2023-06-01";

pub(super) fn body(settings: &Settings, question: &Question<'_>) -> Value {
    let mut body = json!({
        "model": settings.model,
        "max_tokens": settings.max_tokens,
        "system": question.system,
        "messages": [{ "role": "user", "content": question.user }],
    });
    if let Some(schema) = question.schema {
        body["output_config"] = json!({ "format": { "type": "json_schema", "schema": schema } });
    }
    body
}

pub(super) fn text(answer: &Value) -> (Usage, Result<String, NoText>) {
    let usage =
        Usage { tokens_in: count(answer, "/usage/input_tokens"), tokens_out: count(answer, "/usage/output_tokens") };
    match answer.pointer("/stop_reason").and_then(Value::as_str) {
        Some("max_tokens" | "model_context_window_exceeded") => return (usage, Err(NoText::CutOff)),
        Some("refusal") => return (usage, Err(NoText::Declined(String::new()))),
        _ => {}
    }
    let Some(blocks) = answer.pointer("/content").and_then(Value::as_array) else {
        return (usage, Err(NoText::Foreign));
    };
    // Thoughts and the like stand in blocks of their own.
    let texts = blocks.iter().filter(|block| block["type"] == "text").filter_map(|block| block["text"].as_str());
    (usage, Ok(texts.collect()))
}
