//! OpenAI's Chat Completions API: `POST {base}/chat/completions`.
//!
//! Shapes after its public reference: "Create chat completion" and "Structured outputs" (`response_format`, `refusal`,
//! `finish_reason`). OpenAI itself wants `max_completion_tokens` and lets newer models have no `temperature`; the servers
//! that speak its API (llama.cpp, vLLM, LM Studio and others) all know the older `max_tokens`, and a gateway to OpenAI's own
//! models says which of the two it wants.

use serde_json::{Value, json};

use super::{NoText, Question, Usage, count};
use crate::settings::Settings;

pub(super) fn body(settings: &Settings, question: &Question<'_>) -> Value {
    let mut body = json!({
        "model": settings.model,
        "messages": [
            { "role": "system", "content": question.system },
            { "role": "user", "content": question.user },
        ],
        "stream": false,
    });
    if settings.is_providers_own() || question.newer {
        body["max_completion_tokens"] = json!(settings.max_tokens);
    } else {
        body["max_tokens"] = json!(settings.max_tokens);
        body["temperature"] = json!(0);
    }
    if let Some(schema) = question.schema {
        let schema = json!({ "name": "proposal", "strict": true, "schema": schema });
        body["response_format"] = json!({ "type": "json_schema", "json_schema": schema });
    }
    body
}

pub(super) fn text(answer: &Value) -> (Usage, Result<String, NoText>) {
    let usage = Usage {
        tokens_in: count(answer, "/usage/prompt_tokens"),
        tokens_out: count(answer, "/usage/completion_tokens"),
    };
    let Some(choice) = answer.pointer("/choices/0") else { return (usage, Err(NoText::Foreign)) };
    if let Some(why) = choice.pointer("/message/refusal").and_then(Value::as_str).filter(|why| !why.is_empty()) {
        return (usage, Err(NoText::Declined(why.to_owned())));
    }
    let text = match choice["finish_reason"].as_str() {
        Some("length") => Err(NoText::CutOff),
        Some("content_filter") => Err(NoText::Declined("its filter held the answer back".to_owned())),
        _ => match choice.pointer("/message/content") {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(Value::Null) => Ok(String::new()),
            _ => Err(NoText::Foreign),
        },
    };
    (usage, text)
}
