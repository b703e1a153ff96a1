//! What is done with tokens that are mailed: another password, an address verified; with the schemas.

use serde_json::{Value as Json, json};

use super::super::operations::Operation;
use super::super::refusals::WITH_BODY;
use super::super::responses::empty_answer;
use super::schemas::{NEW_PASSWORD, email, password, whole};
use super::{EMAIL, PASSWORD, REFRESH_TOKEN, accepted_answer, body, open};
use crate::auth::{FORGOTTEN, RESENT};
use crate::error::{BAD_CREDENTIALS, Problem, STORAGE_FULL, TOO_MANY, UNAVAILABLE};

const NEXT_PASSWORD: &str = "seven green kettles sing";

pub(super) fn verify() -> Operation {
    let description = "With the token of the mail that a registration sends, which is good once, for a day, and the password of the \
        account: who reads the mail but did not choose the password asks for another one instead, which verifies the address too.";
    Operation {
        body: Some(body("Verification", Some(json!({ "token": REFRESH_TOKEN, "password": PASSWORD })))),
        successes: vec![("204", empty_answer("The address is verified; log in.", &[]))],
        ..open("verify", "Verify an address", description, &[&problems()[..], &[BAD_CREDENTIALS]].concat())
    }
}

pub(super) fn resend() -> Operation {
    let description = "Only the token of the newest mail counts. An address gets three mails an hour at most; what is beyond is accepted and not sent.";
    Operation {
        body: Some(body("MailRequest", Some(json!({ "email": EMAIL })))),
        successes: vec![accepted_answer(RESENT)],
        ..open("resend_verification", "Ask for another mail to verify an address", description, &problems())
    }
}

pub(super) fn forgot() -> Operation {
    let description = "Mails a token that is good for another password: once, for an hour, and only until a newer one is sent. An address \
        gets three mails an hour at most; what is beyond is accepted and not sent. Whether the address has an account is told by \
        mail only. 503 where the server cannot send mail.";
    Operation {
        body: Some(body("MailRequest", Some(json!({ "email": EMAIL })))),
        successes: vec![accepted_answer(FORGOTTEN)],
        ..open("forgot_password", "Ask for another password", description, &problems())
    }
}

pub(super) fn reset() -> Operation {
    let description = "With the token of the mail. Ends all sessions of the user and opens none; a mail tells of it.";
    Operation {
        body: Some(body("PasswordReset", Some(json!({ "token": REFRESH_TOKEN, "password": NEXT_PASSWORD })))),
        successes: vec![("204", empty_answer("The new password counts; log in with it.", &[]))],
        ..open("reset_password", "Choose another password", description, &problems())
    }
}

fn problems() -> Vec<&'static Problem> {
    [WITH_BODY, &[TOO_MANY, UNAVAILABLE, STORAGE_FULL]].concat()
}

pub(super) fn mail_request() -> Json {
    whole("An address.", json!({ "email": email() }))
}

pub(super) fn verification() -> Json {
    let properties = json!({ "token": token(), "password": password("The password of the account.", PASSWORD) });
    whole("What verifies an address.", properties)
}

pub(super) fn password_reset() -> Json {
    let properties = json!({ "token": token(), "password": password(NEW_PASSWORD, NEXT_PASSWORD) });
    whole("What chooses another password.", properties)
}

fn token() -> Json {
    json!({ "type": "string", "minLength": 1, "description": "That of the newest mail.", "examples": [REFRESH_TOKEN] })
}
