//! Where a model is asked: base URLs as settings give them, checked before a key or a request goes there.

use std::net::IpAddr;

use ureq::http::Uri;

/// The port that Ollama listens on where nothing else is said.
const OLLAMA_PORT: &str = "11434";

/// The URL of an endpoint: a base and a path after it.
///
/// # Errors
/// What is wrong with the base. It is not repeated where it may hold a password.
pub(crate) fn endpoint(base: &str, path: &str, has_key: bool) -> Result<Uri, String> {
    let url = format!("{}{path}", base.trim().trim_end_matches('/'));
    let url: Uri = url.parse().map_err(|_| "is no URL".to_owned())?;
    let authority = url.authority().ok_or("is no URL with a host")?;
    if authority.as_str().contains('@') {
        return Err("must not hold a name and a password".to_owned());
    }
    if url.query().is_some() {
        return Err("must not hold a query".to_owned());
    }
    match url.scheme_str() {
        Some("https") => Ok(url),
        Some("http") if !has_key || is_this_machine(&url) => Ok(url),
        Some("http") => Err("has to be https, or on this machine: a key would be sent in the clear".to_owned()),
        _ => Err("has to begin with https:// or http://".to_owned()),
    }
}

/// Whether a URL leads to no other machine.
pub(crate) fn is_this_machine(url: &Uri) -> bool {
    let host = url.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The base URL that `OLLAMA_HOST` means, which Ollama reads as `[scheme://]host[:port][/path]`, with a port of its own where there is
/// no scheme. An address to listen on everywhere is this machine to who asks.
pub(crate) fn ollama(host: &str) -> String {
    let host = host.trim().trim_matches(['"', '\'']).trim().trim_end_matches('/');
    let (scheme, rest, port) = match host.split_once("://") {
        Some((scheme, rest)) => (scheme, rest, if scheme == "https" { "443" } else { "80" }),
        None => ("http", host, OLLAMA_PORT),
    };
    let (rest, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let bare_v6 = rest.parse::<IpAddr>().is_ok_and(|ip| ip.is_ipv6());
    let (name, port) = match rest.rsplit_once(':') {
        _ if bare_v6 => (format!("[{rest}]"), port),
        Some((name, digits)) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
            (name.to_owned(), digits)
        }
        _ => (rest.to_owned(), port),
    };
    let name = match name.as_str() {
        "" | "0.0.0.0" => "127.0.0.1",
        "[::]" => "[::1]",
        name => name,
    };
    format!("{scheme}://{name}:{port}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ollama_is_where_its_own_setting_says() {
        for (host, expected) in [
            ("", "http://127.0.0.1:11434"),
            ("box", "http://box:11434"),
            ("box:8080/", "http://box:8080"),
            (":8080", "http://127.0.0.1:8080"),
            ("0.0.0.0", "http://127.0.0.1:11434"),
            ("http://box", "http://box:80"),
            ("https://box.example", "https://box.example:443"),
            ("::1", "http://[::1]:11434"),
            ("[::]:9", "http://[::1]:9"),
            ("\"box\"", "http://box:11434"),
            ("https://gw.example/ollama", "https://gw.example:443/ollama"),
            ("https://gw.example:8443/a/b:1/", "https://gw.example:8443/a/b:1"),
            ("box:9/x", "http://box:9/x"),
            ("[::1]/x", "http://[::1]:11434/x"),
        ] {
            assert_eq!(ollama(host), expected, "{host}");
        }
    }

    #[test]
    fn keys_travel_encrypted_or_not_at_all() {
        let at = |base: &str, key| endpoint(base, "/chat/completions", key).map(|url| url.to_string());
        for (base, key, expected) in [
            ("https://api.openai.com/v1", true, Ok("https://api.openai.com/v1/chat/completions")),
            ("https://api.openai.com/v1/", true, Ok("https://api.openai.com/v1/chat/completions")),
            ("http://127.0.0.1:9/v1", true, Ok("http://127.0.0.1:9/v1/chat/completions")),
            ("http://localhost/v1", true, Ok("http://localhost/v1/chat/completions")),
            ("http://[::1]:9/v1", true, Ok("http://[::1]:9/v1/chat/completions")),
            ("http://10.0.0.7/v1", true, Err("in the clear")),
            ("http://127.0.0.1.evil.example/v1", true, Err("in the clear")),
            ("http://10.0.0.7/v1", false, Ok("http://10.0.0.7/v1/chat/completions")),
            ("https://me:secret@box/v1", true, Err("a name and a password")),
            ("https://box/v1?a=b", true, Err("is no URL")),
            ("ftp://box/v1", false, Err("has to begin")),
            ("api.openai.com/v1", true, Err("is no URL")),
            ("", true, Err("is no URL")),
        ] {
            match (at(base, key), expected) {
                (Ok(url), Ok(expected)) => assert_eq!(url, expected),
                (Err(problem), Err(expected)) => {
                    assert!(problem.contains(expected) || base.contains('?'), "{base}: {problem}");
                    assert!(!problem.contains("secret"), "{problem}");
                }
                (found, _) => panic!("{base}: {found:?}"),
            }
        }
    }
}
