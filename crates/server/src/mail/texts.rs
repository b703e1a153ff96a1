//! What mails say. Every address goes as it was checked, and nothing else of a request is in one.

use super::{Mail, Outbox};
use crate::pages::Page;

impl Outbox {
    /// To who asked for another password.
    pub(crate) fn reset(&self, to: &str, token: &str) -> Mail {
        let (app, link) = (&self.app, self.links.with_token(Page::ResetPassword.name(), token));
        self.mail(
            to,
            &format!("A new password for {app}"),
            &format!(
                "Somebody, we hope you, asked for a new password for {to} at {app}.\n\n\
                 Choose it within an hour:\n{link}\n\n\
                 If it was not you, do nothing: your password stays as it is."
            ),
        )
    }

    /// To a new account.
    pub(crate) fn verification(&self, to: &str, token: &str) -> Mail {
        let (app, link, forgotten) = (&self.app, self.links.with_token(Page::Verify.name(), token), self.forgotten());
        self.mail(
            to,
            &format!("Your address at {app}"),
            &format!(
                "Somebody, we hope you, made an account for {to} at {app}.\n\n\
                 Say within a day that the address is yours, with the password that you chose:\n{link}\n\n\
                 If you chose none, somebody else did, and nobody can log in to that account: do nothing, or make it yours with \
                 a password of your own:\n{forgotten}"
            ),
        )
    }

    /// To who may make an account.
    pub(crate) fn invitation(&self, to: &str, token: &str) -> Mail {
        let (app, link) = (&self.app, self.links.with_token(Page::Invitation.name(), token));
        self.mail(
            to,
            &format!("An invitation to {app}"),
            &format!("You are invited to {app}.\n\nMake your account for {to} within a week:\n{link}"),
        )
    }

    /// To who has an account and registers again, or to whom somebody else tries to be.
    pub(crate) fn known_already(&self, to: &str) -> Mail {
        let (app, forgotten) = (&self.app, self.forgotten());
        self.mail(
            to,
            &format!("Your account at {app}"),
            &format!(
                "Somebody, we hope you, wanted to make an account for {to} at {app}, and there is one already.\n\n\
                 If you cannot log in to it, ask for a new password:\n{forgotten}\n\n\
                 If it was not you, do nothing: nothing was changed."
            ),
        )
    }

    /// To whose password is another one now.
    pub(crate) fn password_changed(&self, to: &str) -> Mail {
        let (app, forgotten) = (&self.app, self.forgotten());
        self.mail(
            to,
            &format!("Your password at {app} was changed"),
            &format!(
                "The password for {to} at {app} was changed, and other sessions were ended.\n\n\
                 If it was not you, ask for a new one at once:\n{forgotten}"
            ),
        )
    }

    /// To whose account is gone.
    pub(crate) fn account_deleted(&self, to: &str) -> Mail {
        let Outbox { app, .. } = self;
        self.mail(
            to,
            &format!("Your account at {app} is deleted"),
            &format!("The account for {to} at {app} was deleted, with its password. Nothing more will be sent to you."),
        )
    }

    /// Where somebody asks for another password.
    fn forgotten(&self) -> String {
        self.links.to(Page::ForgotPassword.name())
    }

    fn mail(&self, to: &str, subject: &str, text: &str) -> Mail {
        Mail { to: to.to_owned(), subject: subject.to_owned(), text: format!("{text}\n\n{}\n", self.app) }
    }
}
