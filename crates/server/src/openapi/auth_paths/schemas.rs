//! The schemas of the paths that do not come from entities.

use blueprint::{Blueprint, SignUp, TokenSource};
use query::Body;
use serde_json::{Map, Value as Json, json};

use super::super::examples;
use super::super::kinds::{self, Side};
use super::super::schemas::{body_field, closed_object};
use super::{ACCESS_TOKEN, EMAIL, PASSWORD, REFRESH_TOKEN, accepts, registrable};
use crate::auth::ACCEPTED;

pub(super) const NEW_PASSWORD: &str = "A new password. How long it must be is a setting of the server: 15 characters by default. \
     One that many people use is refused, and one made of the name of the app or the address.";

/// The schemas of those paths.
pub(in crate::openapi) fn schemas(blueprint: &Blueprint) -> Vec<(String, Json)> {
    let mut schemas = Vec::new();
    if accepts(blueprint, TokenSource::Own) {
        if blueprint.auth.sign_up != SignUp::Closed {
            schemas.push(("Registration", registration(blueprint)));
        }
        if blueprint.auth.sign_up == SignUp::Invite {
            schemas.push(("UserInvitation", super::admin::invitation(blueprint)));
            schemas.push(("OpenInvitation", super::invitations::open_invitation(blueprint)));
            schemas.push(("OpenInvitationList", super::invitations::list()));
        }
        if blueprint.auth.verify_email {
            schemas.push(("Verification", super::mail::verification()));
        }
        schemas.extend([("Accepted", accepted()), ("MailRequest", super::mail::mail_request())]);
        schemas.push(("PasswordReset", super::mail::password_reset()));
        schemas.extend([
            ("Credentials", credentials()),
            ("Tokens", tokens()),
            ("Refresh", refresh_body()),
            ("LogOut", log_out_body()),
        ]);
        schemas.push(("AccountDeletion", super::sessions::account_deletion()));
        schemas.extend([("PasswordChange", super::sessions::password_change()), ("Sessions", super::sessions::list())]);
    }
    schemas.extend([("UserAccount", super::admin::user(blueprint)), ("UserAccountList", super::admin::users())]);
    schemas.extend([("AuditRow", super::audit::row()), ("AuditLog", super::audit::page())]);
    schemas.push(("UserAccountChange", super::admin::user_change(blueprint)));
    schemas.extend([("Me", caller(blueprint)), ("Health", health_status()), ("KeySet", key_set())]);
    schemas.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

fn registration(blueprint: &Blueprint) -> Json {
    let mut required = vec!["email", "password"];
    required
        .extend(registrable(blueprint).filter(|field| Body::Create.demands(field)).map(|field| field.column.as_str()));
    let mut properties = identity(NEW_PASSWORD);
    if blueprint.auth.sign_up == SignUp::Invite {
        required.push("invitation");
        let description = "The token of the invitation, which is for this address.";
        let token =
            json!({ "type": "string", "minLength": 1, "description": description, "examples": [REFRESH_TOKEN] });
        properties.insert("invitation".to_owned(), token);
    }
    properties.extend(
        registrable(blueprint)
            .map(|field| (field.column.clone(), body_field(blueprint, &blueprint.user_fields, field, Body::Create))),
    );
    closed_object("What makes an account.", &required, properties)
}

fn credentials() -> Json {
    closed_object("What logs in.", &["email", "password"], identity("The password of the account."))
}

fn identity(password: &str) -> Map<String, Json> {
    let password = self::password(password, PASSWORD);
    [("email".to_owned(), email()), ("password".to_owned(), password)].into_iter().collect()
}

pub(super) fn email() -> Json {
    json!({ "type": "string", "format": "email", "maxLength": 254, "examples": [EMAIL] })
}

pub(super) fn password(description: &str, example: &str) -> Json {
    json!({ "type": "string", "format": "password", "minLength": 1, "maxLength": 1024, "writeOnly": true,
        "description": description, "examples": [example] })
}

fn accepted() -> Json {
    let detail = json!({ "type": "string", "description": "What happened.", "examples": [ACCEPTED] });
    closed_object("That the request was accepted.", &["detail"], [("detail".to_owned(), detail)].into_iter().collect())
}

fn tokens() -> Json {
    let properties = json!({
        "access_token": {
            "type": "string", "description": "A JWT, for `Authorization: Bearer …`.",
            "examples": [ACCESS_TOKEN],
        },
        "token_type": { "type": "string", "const": "Bearer", "description": "How it is sent.", "examples": ["Bearer"] },
        "expires_in": {
            "type": "integer", "minimum": 1, "description": "Seconds until it expires.",
            "examples": [900],
        },
        "refresh_token": {
            "type": "string", "description": "Good for one new pair of tokens.",
            "examples": [REFRESH_TOKEN],
        },
    });
    whole("The tokens of a session (RFC 6749 §5.1).", properties)
}

fn refresh_body() -> Json {
    let token = json!({
        "type": "string", "minLength": 1, "description": "The newest one of the session.", "examples": [REFRESH_TOKEN],
    });
    whole("What renews the tokens of a session.", json!({ "refresh_token": token }))
}

fn log_out_body() -> Json {
    let token = json!({
        "type": ["string", "null"], "minLength": 1, "description": "That of the session that is to end; null is none.",
        "examples": [REFRESH_TOKEN],
    });
    let mut body =
        whole("Which session is to end, where the access token does not tell.", json!({ "refresh_token": token }));
    body["required"] = json!([]);
    body
}

fn caller(blueprint: &Blueprint) -> Json {
    let roles = json!({ "type": "string", "enum": blueprint.auth.roles });
    let mut properties = json!({
        "id": {
            "type": "string", "format": "uuid", "description": "The id that rows and references name.",
            "examples": [examples::UUID],
        },
        "sub": {
            "type": "string", "description": "What the issuer of the token calls the caller.",
            "examples": [examples::UUID],
        },
        "email": {
            "type": ["string", "null"], "format": "email", "description": "Null if the issuer did not say.",
            "examples": [EMAIL],
        },
        "roles": {
            "type": "array", "uniqueItems": true, "items": roles, "description": "What the operator gave.",
            "examples": [[]],
        },
    });
    // Users of other issuers never registered, so what registration asks for may be missing.
    let all_registered = blueprint.auth.others().next().is_none();
    for field in blueprint.user_fields.iter().filter(|field| !field.hidden) {
        let schema = kinds::schema(&field.kind, Side::Answer);
        let mut schema = if field.required && all_registered { schema } else { kinds::or_null(schema) };
        if !field.summary.is_empty() {
            schema["description"] = field.summary.as_str().into();
        }
        if let Some(example) = examples::of_field(field, Side::Answer) {
            schema["examples"] = json!([example]);
        }
        properties[&field.column] = schema;
    }
    whole("Who the caller is.", properties)
}

fn health_status() -> Json {
    let status =
        json!({ "type": "string", "enum": ["ok", "ready"], "description": "That all is well.", "examples": ["ok"] });
    whole("How the server is.", json!({ "status": status }))
}

fn key_set() -> Json {
    let text = |description: &str| json!({ "type": "string", "description": description });
    let key = whole(
        "A public key (RFC 8037).",
        json!({
            "kty": { "const": "OKP" }, "crv": { "const": "Ed25519" }, "alg": { "const": "EdDSA" },
            "use": { "const": "sig" }, "kid": text("What tokens name it by."), "x": text("The key, in base64url."),
        }),
    );
    whole("A set of public keys.", json!({ "keys": { "type": "array", "items": key } }))
}

/// An object that always has all of these properties.
pub(super) fn whole(description: &str, properties: Json) -> Json {
    let Json::Object(properties) = properties else { return properties };
    let required: Vec<String> = properties.keys().cloned().collect();
    let required: Vec<&str> = required.iter().map(String::as_str).collect();
    closed_object(description, &required, properties)
}
