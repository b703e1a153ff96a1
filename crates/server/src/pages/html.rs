//! The pages as HTML: one form, one style, one script, all in the page itself, and a policy that lets nothing else in.

use std::fmt::Write;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use blueprint::Blueprint;
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use super::{Input, Page, control};
use crate::error::ApiError;

/// Puts the token of the link into the form, and out of the address bar.
const SCRIPT: &str = r##"const token = new URLSearchParams(location.hash.slice(1)).get("token");
const field = document.querySelector("[data-token]");
if (token && field) {
  field.value = token;
  history.replaceState(null, "", location.pathname);
}
if (field && field.value && !field.hasAttribute("aria-invalid")) field.closest("p").hidden = true;
"##;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;color:#1b1b1b;background:#f4f4f2;margin:0}\
main{max-width:24rem;margin:4rem auto;padding:2rem;background:#fff;border:1px solid #ddd;border-radius:8px}\
h1{font-size:1.4rem;margin:0 0 .5rem}label{display:block;font-weight:600}\
input,select,textarea{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;border:1px solid #888;border-radius:4px}\
[type=checkbox]{width:auto}[aria-invalid]{border-color:#b00020}\
button{font:inherit;padding:.6rem 1rem;border:0;border-radius:4px;background:#1b1b1b;color:#fff;cursor:pointer}\
article{border-top:1px solid #ddd;margin-top:1.5rem}h2{font-size:1.1rem;margin:1rem 0 0}\
pre{font:inherit;white-space:pre-wrap;overflow-wrap:anywhere}.error{color:#b00020}small{color:#555;font-weight:400}";

/// What a browser may do with a page: run this script, show it in this style, send the form back here.
pub(super) static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        hash(SCRIPT),
        hash(STYLE)
    )
});

/// A page with its form: what was sent before but for passwords, and what was wrong with that.
pub(super) fn page(
    blueprint: &Blueprint,
    page: Page,
    inputs: &[Input<'_>],
    sent: Option<(&Map<String, Json>, &ApiError)>,
) -> String {
    let [title, below, button] = page.words();
    let mut main = format!("<h1>{title}</h1>\n<p>{below}</p>\n");
    if let Some((_, error)) = sent {
        let shown = |pointer: &str| inputs.iter().any(|input| pointer.strip_prefix('/') == Some(input.name()));
        let others = error.errors.iter().filter(|problem| !shown(&problem.pointer));
        let others = others.map(|problem| format!("{} {}", problem.pointer.trim_start_matches('/'), problem.detail));
        let said: Vec<String> = match error.errors[..] {
            [] => vec![sentence(&error.detail)],
            _ => others.collect(),
        };
        for said in said {
            let _ = writeln!(main, "<p class=\"error\" role=\"alert\">{}</p>", escaped(&said));
        }
    }
    main += "<form method=\"post\">\n";
    for input in inputs {
        let value = sent.map(|(values, _)| values.get(input.name()).and_then(Json::as_str).unwrap_or_default());
        let pointer = format!("/{}", input.name());
        let problem = sent.and_then(|(_, error)| error.errors.iter().find(|problem| problem.pointer == pointer));
        main += &row(input, value, problem.map(|problem| problem.detail.as_str()));
    }
    let _ = write!(main, "<p><button type=\"submit\">{button}</button></p>\n</form>");
    if page == Page::ResetPassword {
        let _ = write!(main, "\n<p><a href=\"{}\">Have another mail sent</a></p>", Page::ForgotPassword.name());
    }
    whole(blueprint, title, &main)
}

/// That it was done.
pub(super) fn done(blueprint: &Blueprint, page: Page) -> String {
    let [title, ..] = page.words();
    whole(blueprint, title, &format!("<h1>{title}</h1>\n<p role=\"status\">{}</p>", page.done()))
}

impl Input<'_> {
    pub(super) fn name(&self) -> &str {
        match self {
            Input::Token(name) => name,
            Input::Email => "email",
            Input::Password { .. } => "password",
            Input::OfUser(field) => &field.column,
        }
    }
}

fn row(input: &Input<'_>, sent: Option<&str>, problem: Option<&str>) -> String {
    let (name, value) = (escaped(input.name()), escaped(sent.unwrap_or_default()));
    let invalid = match problem {
        Some(_) => format!(" aria-invalid=\"true\" aria-describedby=\"{name}-error\""),
        None => String::new(),
    };
    let common = format!("id=\"{name}\" name=\"{name}\"{invalid}");
    let (label, control) = match input {
        Input::Token(_) => (
            "Token <small>(what stands after <code>token=</code> in the link of the mail)</small>".to_owned(),
            format!("<input {common} data-token value=\"{value}\" autocomplete=\"off\" required>"),
        ),
        Input::Email => (
            "E-mail address".to_owned(),
            format!("<input {common} type=\"email\" value=\"{value}\" autocomplete=\"username\" required>"),
        ),
        Input::Password { least } => {
            let (label, kind) = if least.is_some() { ("New password", "new") } else { ("Password", "current") };
            let rule = least.map_or_else(String::new, |least| format!(" <small>(at least {least} characters)</small>"));
            let label = format!("{label}{rule}");
            let least = least.map_or_else(String::new, |least| format!(" minlength=\"{least}\""));
            let control =
                format!("<input {common} type=\"password\" autocomplete=\"{kind}-password\"{least} required>");
            (label, control)
        }
        Input::OfUser(field) => (control::label(field), control::control(field, &common, sent)),
    };
    let problem =
        problem.map(|detail| format!("<br>\n<span class=\"error\" id=\"{name}-error\">{}</span>", escaped(detail)));
    format!("<p><label for=\"{name}\">{label}</label>\n{control}{}</p>\n", problem.unwrap_or_default())
}

pub(super) fn whole(blueprint: &Blueprint, title: &str, main: &str) -> String {
    let app = escaped(&blueprint.app.name);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{title} – {app}</title>\n<style>{STYLE}</style>\n\
         <main>\n<p><small>{app}</small></p>\n{main}\n</main>\n<script>{SCRIPT}</script>\n</html>\n"
    )
}

/// With the capital letter and the full stop that details do not have.
fn sentence(detail: &str) -> String {
    let mut letters = detail.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}
