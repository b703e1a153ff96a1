//! Whose API is spoken: for each, what a request looks like and where the answer stands in what comes back.

mod anthropic;
mod ollama;
mod openai;

use serde_json::Value;

use crate::failure::{Failure, shortened};
use crate::settings::Settings;

/// Whose API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    /// Anthropic's Messages.
    Anthropic,
    /// OpenAI's Chat Completions, and the many servers that speak it.
    OpenAi,
    /// Ollama's own chat.
    Ollama,
}

/// What is asked of a model.
pub(crate) struct Question<'q> {
    pub system: &'q str,
    pub user: &'q str,
    /// What the answer must look like, where the server may be told so.
    pub schema: Option<&'q Value>,
    /// Whether the server knows only the newer words of its API.
    pub newer: bool,
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub tokens_in: Option<u64>,
    pub tokens_out: Option<u64>,
}

impl Provider {
    /// The provider, for people.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Provider::Anthropic => "Anthropic",
            Provider::OpenAi => "OpenAI",
            Provider::Ollama => "Ollama",
        }
    }

    /// What follows the base URL.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Provider::Anthropic => "/v1/messages",
            Provider::OpenAi => "/chat/completions",
            Provider::Ollama => "/api/chat",
        }
    }

    /// Headers besides those of every request; the key is among them.
    pub(crate) fn headers(self, settings: &Settings) -> Vec<(&'static str, String)> {
        let key = settings.key.as_ref().map(crate::key::Key::reveal);
        match self {
            Provider::Anthropic => {
                let key = key.map(|key| ("x-api-key", key.to_owned()));
                key.into_iter().chain([("anthropic-version", anthropic::VERSION.to_owned())]).collect()
            }
            Provider::OpenAi | Provider::Ollama => {
                key.map(|key| ("authorization", format!("Bearer {key}"))).into_iter().collect()
            }
        }
    }

    /// The body of a request.
    pub(crate) fn body(self, settings: &Settings, question: &Question<'_>) -> Value {
        match self {
            Provider::Anthropic => anthropic::body(settings, question),
            Provider::OpenAi => openai::body(settings, question),
            Provider::Ollama => ollama::body(settings, question),
        }
    }

    /// The model's words in an answer of status 200, and what was counted.
    pub(crate) fn text(self, settings: &Settings, answer: &Value) -> (Usage, Result<String, Failure>) {
        let (usage, text) = match self {
            Provider::Anthropic => anthropic::text(answer),
            Provider::OpenAi => openai::text(answer),
            Provider::Ollama => ollama::text(answer),
        };
        let text = text.map_err(|why| match why {
            NoText::CutOff => Failure::CutOff(settings.max_tokens),
            NoText::Declined(why) => Failure::Declined(shortened(&why)),
            NoText::Foreign => Failure::Foreign("JSON".to_owned()),
        });
        let empty = |text: &String| text.trim().is_empty();
        match text {
            Ok(text) if empty(&text) => (usage, Err(Failure::Unusable(vec!["it is empty".to_owned()]))),
            text => (usage, text),
        }
    }
}

/// Why an answer has no words of the model to read.
enum NoText {
    /// It came to its most tokens, or to the end of what the model can hold.
    CutOff,
    /// The model or its provider refused.
    Declined(String),
    /// It is none of this API.
    Foreign,
}

/// What a server says went wrong: `{"error": {"message": …}}`, `{"error": "…"}` or `{"message": …}`.
pub(crate) fn complaint(answer: &Value) -> String {
    let places = ["/error/message", "/error", "/message", "/detail"];
    let text = places.iter().find_map(|place| answer.pointer(place).and_then(Value::as_str));
    shortened(text.unwrap_or_default())
}

fn count(answer: &Value, place: &str) -> Option<u64> {
    answer.pointer(place).and_then(Value::as_u64)
}
