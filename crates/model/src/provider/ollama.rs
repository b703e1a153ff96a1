//! Ollama's own chat API: `POST /api/chat`.
//!
//! Shapes after its public reference, "Generate a chat completion" (`format` takes a JSON schema; `done_reason`,
//! `prompt_eval_count`, `eval_count`) and the parameters of a Modelfile (`num_predict`, `num_ctx`, `temperature`). Without
//! `num_ctx` Ollama cuts a long prompt off without a word.

use serde_json::{Value, json};

use super::{NoText, Question, Usage, count};
use crate::settings::Settings;

/// English has about four bytes a token; other texts have fewer, so three are counted.
const BYTES_A_TOKEN: usize = 3;
const LEAST_CONTEXT: usize = 4096;
const MOST_CONTEXT: usize = 131_072;

pub(super) fn body(settings: &Settings, question: &Question<'_>) -> Value {
    let prompt = (question.system.len() + question.user.len()) / BYTES_A_TOKEN;
    let room = (prompt + settings.max_tokens as usize).clamp(LEAST_CONTEXT, MOST_CONTEXT);
    let mut body = json!({
        "model": settings.model,
        "messages": [
            { "role": "system", "content": question.system },
            { "role": "user", "content": question.user },
        ],
        "stream": false,
        "options": { "temperature": 0, "num_predict": settings.max_tokens, "num_ctx": room },
    });
    if let Some(schema) = question.schema {
        body["format"] = schema.clone();
    }
    body
}

pub(super) fn text(answer: &Value) -> (Usage, Result<String, NoText>) {
    let usage = Usage { tokens_in: count(answer, "/prompt_eval_count"), tokens_out: count(answer, "/eval_count") };
    let text = match answer.pointer("/message/content").and_then(Value::as_str) {
        _ if answer["done_reason"] == "length" => Err(NoText::CutOff),
        Some(text) => Ok(text.to_owned()),
        None => Err(NoText::Foreign),
    };
    (usage, text)
}
