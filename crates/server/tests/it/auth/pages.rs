//! The pages to which mails lead where no front end is named: forms that do what the API does, and a browser that tells nobody of it.

use std::net::{IpAddr, Ipv4Addr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::support::{PASSWORD, TestApp};

const SHOP: &str = "[app]\nname = \"shop\"\n[entity.order.field]\ntotal = { type = \"money\" }\n";
const VERIFYING: &str =
    "[app]\nname = \"shop\"\n[auth]\nverify_email = true\n[entity.order.field]\ntotal = { type = \"money\" }\n";
const INVITING: &str = r#"
[app]
name = "club"
[auth]
sign_up = "invite"
roles = ["member"]
[user.field]
nick = { type = "text", required = true, max_length = 8 }
shirt = { type = "enum", values = ["s", "m"], default = "m" }
age = { type = "integer" }
news = { type = "boolean" }
team = { type = "text", read_only = true }
[entity.match.field]
on = { type = "date" }
"#;
/// A field of each type that users may have.
const TYPES: &str = r#"
[app]
name = "club"
[auth]
sign_up = "invite"
[user.field]
nick = { type = "text", required = true, min_length = 2, max_length = 8, summary = "What <we> call you." }
about = { type = "long_text", max_length = 9 }
age = { type = "integer", min = 16, max = 120 }
size = { type = "float", min = 0.5 }
dues = { type = "money", currency = "EUR", min = 0 }
share = { type = "decimal", scale = 3, max = 1 }
level = { type = "integer", default = 1 }
born = { type = "date", required = true }
wakes = { type = "time" }
joined = { type = "datetime" }
shirt = { type = "enum", values = ["s", "m"], default = "m" }
side = { type = "enum", values = ["left", "right"] }
news = { type = "boolean", required = true }
photos = { type = "boolean", default = true }
other = { type = "email" }
phone = { type = "phone" }
site = { type = "url" }
card = { type = "uuid" }
pin = { type = "text", hidden = true }
[entity.match.field]
on = { type = "date" }
"#;
const NEXT: &str = "another password of mine";

/// A page as a browser gets it.
struct Shown {
    status: StatusCode,
    headers: HeaderMap,
    html: String,
}

impl Shown {
    #[track_caller]
    fn expect(self, status: u16, words: &str) -> Shown {
        assert!(self.status == status && self.html.contains(words), "{} {words}: {}", self.status, self.html);
        self
    }
}

async fn ask(app: &TestApp, method: &str, path: &str, kind: &str, body: String) -> Shown {
    let request = Request::builder().method(method).uri(path).header("host", "localhost").header("content-type", kind);
    let request = request.body(Full::new(Bytes::from(body))).unwrap();
    let (parts, body) = app.app.handle(IpAddr::V4(Ipv4Addr::LOCALHOST), request).await.into_parts();
    let html = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    Shown { status: parts.status, headers: parts.headers, html }
}

async fn get(app: &TestApp, page: &str) -> Shown {
    ask(app, "GET", &format!("/auth/pages/{page}"), "text/plain", String::new()).await
}

const FORM: &str = "application/x-www-form-urlencoded";

/// What a browser sends of a form.
async fn send(app: &TestApp, page: &str, values: &[(&str, &str)]) -> Shown {
    let encoded = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b' ' => "+".to_owned(),
                byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
                byte => format!("%{byte:02X}"),
            })
            .collect()
    };
    let pairs: Vec<String> =
        values.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    ask(app, "POST", &format!("/auth/pages/{page}"), FORM, pairs.join("&")).await
}

/// The path of the link in the newest mail, and the token behind it.
async fn link(app: &TestApp) -> (String, String) {
    let mail = app.mails().await.swap_remove(0);
    let text = mail["text"].as_str().unwrap();
    let link = text.lines().find(|line| line.contains("#token=")).unwrap_or_else(|| panic!("{text}"));
    let (page, token) = link.split_once("#token=").unwrap();
    let page = page.strip_prefix("http://127.0.0.1:0/auth/pages/").unwrap_or_else(|| panic!("{link}"));
    (page.to_owned(), token.to_owned())
}

#[tokio::test]
async fn whoever_forgot_his_password_comes_by_mail_to_a_form_for_another() {
    let app = TestApp::new(SHOP).await;
    app.user("ana").await;
    get(&app, "forgot-password").await.expect(200, "name=\"email\"");
    send(&app, "forgot-password", &[("email", "ana@example.com")])
        .await
        .expect(200, "lies at /_/outbox: this server sends none");
    let (page, token) = link(&app).await;
    assert_eq!(page, "reset-password");
    get(&app, &page).await.expect(200, "name=\"password\"");
    let short = send(&app, &page, &[("token", &token), ("password", "short &")]).await;
    let short = short.expect(422, "must have at least 15 characters");
    assert!(short.html.contains(&format!("value=\"{token}\"")), "to be sent once more: {}", short.html);
    assert!(!short.html.contains("short"), "a password is never shown: {}", short.html);
    send(&app, &page, &[("token", &token), ("password", NEXT)]).await.expect(200, "Log in with it");
    send(&app, &page, &[("token", &token), ("password", NEXT)]).await.expect(422, "ask for a new mail");
    let log_in = |password: &str| json!({"email": "ana@example.com", "password": password});
    app.stranger().send("POST", "/auth/login", Some(log_in(NEXT))).await.expect(200);
    app.stranger().send("POST", "/auth/login", Some(log_in(PASSWORD))).await.expect(401);
}

#[tokio::test]
async fn an_address_is_verified_in_a_form_with_its_password() {
    let app = TestApp::new(VERIFYING).await;
    let account = json!({"email": "ana@example.com", "password": PASSWORD});
    app.stranger().send("POST", "/auth/register", Some(account.clone())).await.expect(202);
    let (page, token) = link(&app).await;
    assert_eq!(page, "verify");
    get(&app, &page).await.expect(200, "current-password");
    let wrong = send(&app, &page, &[("token", &token), ("password", NEXT)]).await.expect(401, "role=\"alert\"");
    assert!(wrong.headers.get("www-authenticate").is_none(), "a browser would ask");
    send(&app, &page, &[("token", &token), ("password", PASSWORD)]).await.expect(200, "You can log in now");
    app.stranger().send("POST", "/auth/login", Some(account)).await.expect(200);
}

#[tokio::test]
async fn an_invitation_leads_to_a_form_for_all_that_an_account_wants() {
    let app = TestApp::new(INVITING).await;
    let invited = app.app.invite("ana@example.com", &["member".to_owned()]).unwrap();
    let token = invited.token.as_str();
    let form = get(&app, "invitation").await.expect(200, "name=\"invitation\"").html;
    for (field, is_asked) in [("nick", true), ("shirt", true), ("age", true), ("news", true), ("team", false)] {
        assert_eq!(form.contains(&format!("name=\"{field}\"")), is_asked, "{field}: {form}");
    }
    let filled = |nick, age| {
        let who = [("invitation", token), ("email", "ana@example.com"), ("password", NEXT)];
        [who.as_slice(), &[("nick", nick), ("shirt", ""), ("age", age), ("news", "true")]].concat()
    };
    send(&app, "invitation", &filled("ana", "old")).await.expect(422, "id=\"age\" name=\"age\" aria-invalid");
    send(&app, "invitation", &filled("much too long", "7")).await.expect(422, "id=\"nick\" name=\"nick\" aria-invalid");
    send(&app, "invitation", &filled("ana", "7")).await.expect(200, "Your account is made");
    let found = "SELECT nick || ' ' || shirt || ' ' || age FROM users";
    assert_eq!(app.sql::<String>(found), "ana m 7");
    let with_role = [filled("ana", "7"), vec![("roles", "admin")]].concat();
    send(&app, "invitation", &with_role).await.expect(422, "role=\"alert\"");
}

#[tokio::test]
async fn each_field_has_the_input_of_its_type_with_its_limits() {
    let app = TestApp::new(TYPES).await;
    let form = get(&app, "invitation").await.expect(200, "<form").html;
    let row = |name: &str| {
        let begins = form.find(&format!("<p><label for=\"{name}\">")).unwrap_or_else(|| panic!("{name}: {form}"));
        form[begins..].split_once("</p>").unwrap().0.to_owned()
    };
    for (name, expected) in [
        ("email", &["type=\"email\"", "required"][..]),
        ("password", &["at least 15 characters", "type=\"password\"", "minlength=\"15\"", "required"]),
        ("nick", &["type=\"text\"", "minlength=\"2\" maxlength=\"8\" required", "What &lt;we&gt; call you."]),
        ("about", &["<textarea ", "maxlength=\"9\""]),
        ("age", &["type=\"number\"", "step=\"1\" min=\"16\" max=\"120\""]),
        ("size", &["type=\"number\"", "step=\"any\" min=\"0.5\">"]),
        ("dues", &["type=\"number\"", "step=\"0.01\" min=\"0.00\">", "(EUR)"]),
        ("share", &["type=\"number\"", "step=\"0.001\" max=\"1.000\">"]),
        ("level", &["type=\"number\" value=\"1\" step=\"1\">"]),
        ("born", &["type=\"date\"", "required"]),
        ("wakes", &["type=\"time\""]),
        ("joined", &["type=\"datetime-local\"", "(UTC)"]),
        ("shirt", &["<select ", "<option>s<option selected>m</select>"]),
        ("side", &["<select ", "<option value=\"\">–<option>left<option>right</select>"]),
        ("news", &["type=\"checkbox\" value=\"true\">"]),
        ("photos", &["type=\"checkbox\" value=\"true\" checked>"]),
        ("other", &["type=\"email\"", "maxlength=\"254\""]),
        ("phone", &["type=\"tel\""]),
        ("site", &["type=\"url\""]),
        ("card", &["type=\"text\"", "maxlength=\"36\""]),
    ] {
        for expected in expected {
            assert!(row(name).contains(expected), "{name}: {expected} in {}", row(name));
        }
        let is_required = ["email", "password", "nick", "born"].contains(&name);
        assert_eq!(row(name).contains("required"), is_required, "{name}: {}", row(name));
    }
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field_and_the_rest_is_kept() {
    let app = TestApp::new(TYPES).await;
    let invited = app.app.invite("ana@example.com", &[]).unwrap();
    let token = invited.token.as_str();
    let filled = |born, age| {
        let values = [
            ("invitation", token),
            ("email", "ana@example.com"),
            ("password", NEXT),
            ("nick", "ana"),
            ("about", "a\r\nb\r\nc\r\nd\r\ne"),
            ("age", age),
            ("size", "1.5"),
            ("dues", "12.5"),
            ("share", ""),
            ("level", "007"),
            ("born", born),
            ("wakes", "06:30"),
            ("joined", "2026-01-02T03:04"),
            ("shirt", "s"),
            ("side", "left"),
            ("news", "true"),
            ("other", ""),
            ("phone", ""),
            ("site", ""),
            ("card", ""),
            ("pin", "my secret pin"),
        ];
        values.to_vec()
    };
    let refused = send(&app, "invitation", &filled("2000-02-30", "7")).await.expect(422, "<form").html;
    for expected in [
        "id=\"born\" name=\"born\" aria-invalid=\"true\" aria-describedby=\"born-error\" type=\"date\" value=\"2000-02-30\"",
        "<span class=\"error\" id=\"born-error\">must be a date, for example 2026-11-21</span>",
        "<span class=\"error\" id=\"age-error\">must be at least 16</span>",
        "id=\"nick\" name=\"nick\" type=\"text\" value=\"ana\"",
        "rows=\"4\" maxlength=\"9\">\na\r\nb\r\nc\r\nd\r\ne</textarea>",
        "type=\"datetime-local\" value=\"2026-01-02T03:04\"",
        "<option selected>s<option>m</select>",
        "<option selected>left<option>right</select>",
        "id=\"news\" name=\"news\" type=\"checkbox\" value=\"true\" checked>",
        "id=\"photos\" name=\"photos\" type=\"checkbox\" value=\"true\">",
    ] {
        assert!(refused.contains(expected), "{expected} in {refused}");
    }
    assert_eq!(refused.matches("class=\"error\"").count(), 2, "and nothing else is wrong: {refused}");
    assert!(!refused.contains("secret pin"), "what never leaves the server: {refused}");

    send(&app, "invitation", &filled("2000-02-29", "17")).await.expect(200, "Your account is made");
    let ana = app.log_in_with("ana@example.com", NEXT).await;
    let me = ana.send("GET", "/auth/me", None).await.expect(200).json();
    for (field, expected) in [
        ("nick", json!("ana")),
        ("about", json!("a\nb\nc\nd\ne")),
        ("age", json!(17)),
        ("dues", json!("12.50")),
        ("share", json!(null)),
        ("level", json!(7)),
        ("born", json!("2000-02-29")),
        ("wakes", json!("06:30:00")),
        ("joined", json!("2026-01-02T03:04:00.000000Z")),
        ("shirt", json!("s")),
        ("news", json!(true)),
        ("photos", json!(false)),
        ("phone", json!(null)),
    ] {
        assert_eq!(me[field], expected, "{field}: {me}");
    }
}

/// Nothing comes from elsewhere, nothing is kept, and nobody learns where somebody comes from.
#[tokio::test]
async fn c2_a_page_loads_nothing_and_tells_nobody_of_its_token() {
    let app = TestApp::new(SHOP).await;
    let page = get(&app, "reset-password").await.expect(200, "<h1>");
    for (name, expected) in [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(page.headers[name], expected, "{name}");
    }
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    let inside = |tag: &str| {
        let (_, rest) = page.html.split_once(&format!("<{tag}>")).unwrap();
        let hash = Sha256::digest(rest.split_once(&format!("</{tag}>")).unwrap().0);
        format!("{tag}-src 'sha256-{}'", STANDARD.encode(hash))
    };
    for part in
        [&inside("script"), &inside("style"), "default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"]
    {
        assert!(policy.split("; ").any(|said| said == part), "{part} in {policy}");
    }
    for word in ["src=", "//", "url(", "onload", "style=\""] {
        assert!(!page.html.contains(word), "{word} in {}", page.html);
    }
    let quoted = "\"><script>alert(1)</script>";
    let sent = send(&app, "reset-password", &[("token", quoted), ("password", NEXT)])
        .await
        .expect(422, "&quot;&gt;&lt;script");
    assert!(!sent.html.contains("<script>alert"), "{}", sent.html);
}

#[tokio::test]
async fn what_no_form_sends_is_refused_as_everywhere() {
    let app = TestApp::with(SHOP, &[("RATE_LIMIT_LOGIN", "2")]).await;
    let path = "/auth/pages/forgot-password";
    for (method, kind, body, status, code) in [
        ("PUT", FORM, "", 405, "method_not_allowed"),
        ("POST", "application/json", "{}", 415, "unsupported_media_type"),
        ("POST", FORM, "email=a&email=b", 400, "bad_parameter"),
        ("POST", FORM, "email=%ff", 400, "bad_request"),
        ("POST", FORM, &"a".repeat(70_000), 413, "too_large"),
    ] {
        let answer = ask(&app, method, path, kind, body.to_owned()).await;
        assert!(answer.status == status && answer.html.contains(&format!("\"code\":\"{code}\"")), "{}", answer.html);
    }
    send(&app, "forgot-password", &[]).await.expect(422, "is required");
    send(&app, "forgot-password", &[("email", "ana@example.com")]).await.expect(200, "this server sends none");
    let refused = send(&app, "forgot-password", &[("email", "ana@example.com")]).await.expect(429, "role=\"alert\"");
    assert!(refused.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn where_a_front_end_is_named_links_lead_there_and_there_are_no_pages() {
    let app = TestApp::with(SHOP, &[("APP_URL", "https://shop.example.com")]).await;
    app.user("ana").await;
    let email = json!({"email": "ana@example.com"});
    app.stranger().send("POST", "/auth/password/forgot", Some(email)).await.expect(202);
    let text = app.mails().await.swap_remove(0)["text"].to_string();
    assert!(text.contains("https://shop.example.com/reset-password#token="), "{text}");
    for page in ["reset-password", "forgot-password", "verify", "invitation"] {
        get(&app, page).await.expect(404, "\"code\":\"not_found\"");
        send(&app, page, &[("token", "x")]).await.expect(404, "\"code\":\"not_found\"");
    }
    // What the app has no use for, it has not.
    let app = TestApp::new(SHOP).await;
    for page in ["verify", "invitation", "reset-password/", "", "other"] {
        get(&app, page).await.expect(404, "\"code\":\"not_found\"");
    }
}
