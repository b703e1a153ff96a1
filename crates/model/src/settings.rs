//! Which model is asked, where, with which key, and within which bounds: from the environment, all of it.
//!
//! Without `SUPERMAKER_MODEL` there are no settings, and then nothing is sent to anybody, whatever else is set.

use std::time::Duration;

use serde_json::Value;
use ureq::http::Uri;

use crate::address;
use crate::failure::{Failure, shortened};
use crate::key::Key;
use crate::provider::Provider;

/// One setting, as people know it.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The environment variable.
    pub name: &'static str,
    /// What counts when it is not set, in words.
    pub default: &'static str,
    /// What it is for.
    pub summary: &'static str,
}

const fn setting(name: &'static str, default: &'static str, summary: &'static str) -> Setting {
    Setting { name, default, summary }
}

/// All settings, in the order in which they are explained.
pub const SETTINGS: &[Setting] = &[
    setting(
        "SUPERMAKER_MODEL",
        "none: nothing is sent to anybody",
        "the model that reads along: `anthropic:claude-…`, `openai:gpt-…` or `ollama:llama3.2`",
    ),
    setting("ANTHROPIC_API_KEY", "none", "the key for `anthropic:` models"),
    setting("ANTHROPIC_BASE_URL", "https://api.anthropic.com", "another server that speaks Anthropic's Messages API"),
    setting("OPENAI_API_KEY", "none", "the key for `openai:` models; a server of your own may need none"),
    setting(
        "OPENAI_BASE_URL",
        "https://api.openai.com/v1",
        "another server that speaks OpenAI's Chat Completions API, such as http://localhost:8080/v1",
    ),
    setting("OLLAMA_HOST", "127.0.0.1:11434", "where Ollama listens, as Ollama itself reads it"),
    setting("SUPERMAKER_MODEL_TIMEOUT", "60", "seconds for all of it, a second try included; 0.1 to 900"),
    setting("SUPERMAKER_MODEL_MAX_TOKENS", "8192", "tokens of an answer at most; 256 to 64000"),
    setting(
        "SUPERMAKER_MODEL_PRICE",
        "none: no cost is told",
        "US dollars for a million tokens sent and answered, such as `3/15`",
    ),
];

const TIMEOUT: Duration = Duration::from_secs(60);
const MAX_TOKENS: u32 = 8192;
const OPENAI: &str = "https://api.openai.com/v1";
const ANTHROPIC: &str = "https://api.anthropic.com";

/// A model and how it is reached.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// As the setting names it.
    pub name: String,
    pub provider: Provider,
    /// As its provider names it.
    pub model: String,
    pub url: Uri,
    pub key: Option<Key>,
    pub timeout: Duration,
    pub max_tokens: u32,
    pub price: Option<Price>,
}

/// US dollars for a million tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Price {
    sent: f64,
    answered: f64,
}

impl Price {
    /// What so many tokens cost.
    pub(crate) fn of(self, sent: Option<u64>, answered: Option<u64>) -> Option<f64> {
        const MILLION: f64 = 1_000_000.0;
        sent.zip(answered).map(|(sent, answered)| (sent as f64 * self.sent + answered as f64 * self.answered) / MILLION)
    }
}

impl Settings {
    /// The settings, if a model is named.
    ///
    /// # Errors
    /// What is wrong with them, and the model as it was named.
    pub(crate) fn of(variable: impl Fn(&str) -> Option<String>) -> Result<Option<Settings>, (String, Failure)> {
        let text = |name: &str| variable(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let Some(name) = text("SUPERMAKER_MODEL") else { return Ok(None) };
        Settings::read(&name, text).map(Some).map_err(|failure| (shortened(&name), failure))
    }

    fn read(name: &str, text: impl Fn(&str) -> Option<String>) -> Result<Settings, Failure> {
        let (provider, model) = named(name)?;
        let (key_name, url_name) = match provider {
            Provider::Anthropic => ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"),
            Provider::OpenAi => ("OPENAI_API_KEY", "OPENAI_BASE_URL"),
            Provider::Ollama => ("", "OLLAMA_HOST"),
        };
        let own_server = text(url_name);
        let key = match text(key_name) {
            Some(key) => Some(Key::of(&key).ok_or_else(|| bad(key_name, "has signs that no key has", ""))?),
            None if provider == Provider::Anthropic || provider == Provider::OpenAi && own_server.is_none() => {
                let problem = format!("is not set, and {} wants a key", provider.label());
                return Err(bad(key_name, &problem, "set it, or leave SUPERMAKER_MODEL unset to read by rules alone"));
            }
            None => None,
        };
        let base = match provider {
            Provider::Anthropic => own_server.unwrap_or_else(|| ANTHROPIC.to_owned()),
            Provider::OpenAi => own_server.unwrap_or_else(|| OPENAI.to_owned()),
            Provider::Ollama => address::ollama(&own_server.unwrap_or_default()),
        };
        let url = address::endpoint(&base, provider.path(), key.is_some())
            .map_err(|problem| bad(url_name, &problem, "for example https://models.example/v1"))?;
        let timeout = text("SUPERMAKER_MODEL_TIMEOUT").map_or(Ok(TIMEOUT), |text| read_timeout(&text))?;
        let max_tokens = number(&text, "SUPERMAKER_MODEL_MAX_TOKENS", u64::from(MAX_TOKENS), 256, 64_000)?;
        Ok(Settings {
            name: shortened(name),
            provider,
            model,
            url,
            key,
            timeout,
            max_tokens: u32::try_from(max_tokens).unwrap_or(MAX_TOKENS),
            price: text("SUPERMAKER_MODEL_PRICE").map(|price| read_price(&price)).transpose()?,
        })
    }

    /// The server, for people.
    pub(crate) fn server(&self) -> String {
        self.url.authority().map(ToString::to_string).unwrap_or_default()
    }

    /// The server, and what of the way to it is to be known before anything is sent.
    pub(crate) fn server_told(&self) -> String {
        let in_the_clear = self.url.scheme_str() != Some("https") && !address::is_this_machine(&self.url);
        let sent_on =
            self.provider == Provider::Ollama && ["-cloud", ":cloud"].iter().any(|end| self.model.ends_with(end));
        let mut told = self.server();
        if in_the_clear {
            told += " (not encrypted: HTTP to another machine)";
        }
        if sent_on {
            told += " (a cloud model: Ollama sends it on to its own servers)";
        }
        told
    }

    /// Whether the server is the provider's own.
    pub(crate) fn is_providers_own(&self) -> bool {
        let own = match self.provider {
            Provider::Anthropic => ANTHROPIC,
            Provider::OpenAi => OPENAI,
            Provider::Ollama => return false,
        };
        self.url.to_string().starts_with(own)
    }

    /// Whether the server is one that samples by grammars: whatever speaks OpenAI's or Ollama's API and is not the provider's own.
    pub(crate) fn has_own_server(&self) -> bool {
        self.provider != Provider::Anthropic && !self.is_providers_own()
    }

    /// A text without the key in it.
    pub(crate) fn redact(&self, text: &str) -> String {
        self.key.as_ref().map_or_else(|| text.to_owned(), |key| key.redact(text))
    }

    /// An answer without the key in any of its texts. What is too short for a secret stands in place of a key where a
    /// server wants none, and may be a word of the answer.
    pub(crate) fn redact_all(&self, answer: &mut Value) {
        match answer {
            Value::String(text) if self.key.as_ref().is_some_and(Key::is_secret) => *text = self.redact(text),
            Value::Array(parts) => parts.iter_mut().for_each(|part| self.redact_all(part)),
            Value::Object(parts) => parts.values_mut().for_each(|part| self.redact_all(part)),
            _ => {}
        }
    }
}

fn bad(name: &'static str, problem: &str, hint: &'static str) -> Failure {
    Failure::Setting { name, problem: problem.to_owned(), hint }
}

/// "anthropic:claude-…" and the like. Names that only one provider has need no provider.
fn named(name: &str) -> Result<(Provider, String), Failure> {
    let known = |word: &str| match word.to_lowercase().as_str() {
        "anthropic" => Some(Provider::Anthropic),
        "openai" => Some(Provider::OpenAi),
        "ollama" => Some(Provider::Ollama),
        _ => None,
    };
    let named = name.split_once(':').and_then(|(word, model)| Some((known(word.trim())?, model.trim())));
    let (provider, model) = match named {
        Some(named) => named,
        None if name.starts_with("claude-") => (Provider::Anthropic, name),
        None if name.starts_with("gpt-") => (Provider::OpenAi, name),
        None => {
            let hint = "write anthropic:MODEL, openai:MODEL or ollama:MODEL";
            return Err(bad("SUPERMAKER_MODEL", "does not say whose model it is", hint));
        }
    };
    let plain = !model.is_empty() && model.len() <= 200 && model.bytes().all(|byte| byte.is_ascii_graphic());
    if !plain {
        return Err(bad("SUPERMAKER_MODEL", "names no model", "write, for example, ollama:llama3.2"));
    }
    Ok((provider, model.to_owned()))
}

fn number(
    text: impl Fn(&str) -> Option<String>,
    name: &'static str,
    default: u64,
    least: u64,
    most: u64,
) -> Result<u64, Failure> {
    let Some(text) = text(name) else { return Ok(default) };
    let digits = text.strip_suffix('s').unwrap_or(&text);
    let number = digits.parse::<u64>().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| bad(name, &format!("has to be a number from {least} to {most}"), ""))
}

fn read_timeout(text: &str) -> Result<Duration, Failure> {
    let digits = text.strip_suffix('s').unwrap_or(text).trim();
    let seconds = digits.parse::<f64>().ok().filter(|seconds| (0.1..=900.0).contains(seconds));
    let timeout = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    timeout.ok_or_else(|| bad("SUPERMAKER_MODEL_TIMEOUT", "has to be a number from 0.1 to 900", ""))
}

fn read_price(text: &str) -> Result<Price, Failure> {
    let amount = |text: &str| text.trim().parse::<f64>().ok().filter(|amount| (0.0..=10_000.0).contains(amount));
    let both = text.split_once('/').and_then(|(sent, answered)| Some((amount(sent)?, amount(answered)?)));
    both.map(|(sent, answered)| Price { sent, answered })
        .ok_or_else(|| bad("SUPERMAKER_MODEL_PRICE", "has to be two amounts", "write, for example, 3/15"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Result<Option<Settings>, (String, Failure)> {
        Settings::of(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn without_a_model_there_are_no_settings() {
        for pairs in [
            &[][..],
            &[("OPENAI_API_KEY", "sk-1"), ("ANTHROPIC_API_KEY", "sk-2"), ("OLLAMA_HOST", "box")],
            &[("SUPERMAKER_MODEL", "  "), ("OPENAI_API_KEY", "sk-1")],
        ] {
            assert!(of(pairs).unwrap().is_none());
        }
    }

    #[test]
    fn a_model_is_named_with_its_provider() {
        let key = [("ANTHROPIC_API_KEY", "a"), ("OPENAI_API_KEY", "o")];
        for (name, url, model) in [
            ("anthropic:claude-x", "https://api.anthropic.com/v1/messages", "claude-x"),
            ("claude-x", "https://api.anthropic.com/v1/messages", "claude-x"),
            ("openai:gpt-x", "https://api.openai.com/v1/chat/completions", "gpt-x"),
            ("gpt-x", "https://api.openai.com/v1/chat/completions", "gpt-x"),
            ("Ollama:llama3.2:3b", "http://127.0.0.1:11434/api/chat", "llama3.2:3b"),
        ] {
            let settings = of(&[&key[..], &[("SUPERMAKER_MODEL", name)]].concat()).unwrap().unwrap();
            assert_eq!((settings.url.to_string().as_str(), settings.model.as_str()), (url, model));
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_the_key() {
        let openai = ("SUPERMAKER_MODEL", "openai:gpt-x");
        for (pairs, words) in [
            (vec![openai], "OPENAI_API_KEY is not set"),
            (vec![("SUPERMAKER_MODEL", "claude-x")], "ANTHROPIC_API_KEY is not set"),
            (vec![openai, ("OPENAI_API_KEY", "two secrets")], "OPENAI_API_KEY has signs"),
            (
                vec![openai, ("OPENAI_API_KEY", "secret"), ("OPENAI_BASE_URL", "http://box/v1")],
                "OPENAI_BASE_URL has to be",
            ),
            (vec![openai, ("OPENAI_BASE_URL", "https://a:secret@box")], "OPENAI_BASE_URL must not hold"),
            (vec![("SUPERMAKER_MODEL", "llama")], "SUPERMAKER_MODEL does not say"),
            (vec![("SUPERMAKER_MODEL", "ollama:")], "SUPERMAKER_MODEL names no model"),
            (vec![("SUPERMAKER_MODEL", "ollama:x"), ("SUPERMAKER_MODEL_TIMEOUT", "0")], "SUPERMAKER_MODEL_TIMEOUT"),
            (vec![("SUPERMAKER_MODEL", "ollama:x"), ("SUPERMAKER_MODEL_MAX_TOKENS", "9")], "from 256"),
            (vec![("SUPERMAKER_MODEL", "ollama:x"), ("SUPERMAKER_MODEL_PRICE", "cheap")], "two amounts"),
        ] {
            let (_, failure) = of(&pairs).unwrap_err();
            let said = format!("{failure} {failure:?} {:?}", failure.hint());
            assert!(said.contains(words) && !said.contains("secret"), "{said}");
        }
    }

    #[test]
    fn a_server_of_ones_own_may_need_no_key() {
        let pairs = [("SUPERMAKER_MODEL", "openai:x"), ("OPENAI_BASE_URL", "http://box:8080/v1")];
        let settings = of(&pairs).unwrap().unwrap();
        assert_eq!((settings.key, settings.url.to_string().as_str()), (None, "http://box:8080/v1/chat/completions"));
    }

    #[test]
    fn a_time_may_have_a_fraction() {
        let timeout =
            |text: &str| read_timeout(text).map(|timeout| timeout.as_millis()).map_err(|failure| failure.to_string());
        assert_eq!((timeout("60"), timeout("0.25"), timeout("2 s")), (Ok(60_000), Ok(250), Ok(2_000)));
        for wrong in ["0", "0.05", "901", "-1", "NaN", "inf", "soon", ""] {
            assert!(timeout(wrong).unwrap_err().contains("from 0.1 to 900"), "{wrong}");
        }
    }

    #[test]
    fn a_price_is_for_a_million_tokens() {
        let price = read_price("3/15").unwrap();
        assert_eq!(price.of(Some(1_000_000), Some(200_000)), Some(6.0));
        assert_eq!(price.of(None, Some(1)), None);
    }

    #[test]
    fn every_setting_is_in_the_documents() {
        let text = include_str!("../../../docs/models.md");
        for setting in SETTINGS {
            assert!(text.contains(&format!("`{}`", setting.name)), "{}", setting.name);
        }
    }
}
