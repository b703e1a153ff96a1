//! The paths under `/auth`: which there are, which methods they have, and what each asks for before it is answered.
//!
//! One table, [`PATHS`]. What a route does is in the file of its name; what the document says of it, in `openapi/auth_paths/`.

use uuid::Uuid;

/// What can be asked for under `/auth`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthRoute {
    /// `POST /auth/register`
    Register,
    /// `POST /auth/invitations`
    Invite,
    /// `GET /auth/invitations`
    Invitations,
    /// `DELETE /auth/invitations/{id}`
    TakeBack(Uuid),
    /// `POST /auth/verify`
    Verify,
    /// `POST /auth/verify/resend`
    ResendVerification,
    /// `POST /auth/login`
    Login,
    /// `POST /auth/refresh`
    Refresh,
    /// `POST /auth/logout`
    Logout,
    /// `GET /auth/me`
    Me,
    /// `POST /auth/me/delete`
    DeleteAccount,
    /// `POST /auth/password`
    Password,
    /// `POST /auth/password/forgot`
    ForgotPassword,
    /// `POST /auth/password/reset`
    ResetPassword,
    /// `GET /auth/sessions`
    Sessions,
    /// `DELETE /auth/sessions`: all but the one that asks.
    EndOthers,
    /// `DELETE /auth/sessions/{id}`
    EndSession(Uuid),
    /// `GET /auth/users`
    Users,
    /// `GET /auth/users/{id}`
    User(Uuid),
    /// `PATCH /auth/users/{id}`
    ChangeUser(Uuid),
    /// `DELETE /auth/users/{id}`
    DeleteUser(Uuid),
    /// `DELETE /auth/users/{id}/sessions`
    EndSessionsOf(Uuid),
}

/// A path under `/auth`, with the id in it if it has one.
#[derive(Debug, Clone, Copy)]
pub struct AuthPath {
    operations: &'static [Operation],
    id: Uuid,
}

/// A method, and what it asks of a path with this id. Paths without one hand over the nil id.
type Operation = (&'static str, fn(Uuid) -> AuthRoute);

const PATHS: &[(&str, &[Operation])] = &[
    ("register", &[("POST", |_| AuthRoute::Register)]),
    ("invitations", &[("GET", |_| AuthRoute::Invitations), ("POST", |_| AuthRoute::Invite)]),
    ("invitations/{id}", &[("DELETE", AuthRoute::TakeBack)]),
    ("verify", &[("POST", |_| AuthRoute::Verify)]),
    ("verify/resend", &[("POST", |_| AuthRoute::ResendVerification)]),
    ("login", &[("POST", |_| AuthRoute::Login)]),
    ("refresh", &[("POST", |_| AuthRoute::Refresh)]),
    ("logout", &[("POST", |_| AuthRoute::Logout)]),
    ("me", &[("GET", |_| AuthRoute::Me)]),
    ("me/delete", &[("POST", |_| AuthRoute::DeleteAccount)]),
    ("password", &[("POST", |_| AuthRoute::Password)]),
    ("password/forgot", &[("POST", |_| AuthRoute::ForgotPassword)]),
    ("password/reset", &[("POST", |_| AuthRoute::ResetPassword)]),
    ("sessions", &[("GET", |_| AuthRoute::Sessions), ("DELETE", |_| AuthRoute::EndOthers)]),
    ("sessions/{id}", &[("DELETE", AuthRoute::EndSession)]),
    ("users", &[("GET", |_| AuthRoute::Users)]),
    ("users/{id}", &[("GET", AuthRoute::User), ("PATCH", AuthRoute::ChangeUser), ("DELETE", AuthRoute::DeleteUser)]),
    ("users/{id}/sessions", &[("DELETE", AuthRoute::EndSessionsOf)]),
];

impl AuthRoute {
    /// Whether only somebody who is signed in can ask for it. All others ask as strangers, whatever they send.
    pub fn wants_token(self) -> bool {
        !matches!(
            self,
            AuthRoute::Register
                | AuthRoute::Verify
                | AuthRoute::ResendVerification
                | AuthRoute::Login
                | AuthRoute::Refresh
                | AuthRoute::ForgotPassword
                | AuthRoute::ResetPassword
        )
    }

    /// Whether it reads the query string.
    pub fn takes_query(self) -> bool {
        matches!(self, AuthRoute::Users | AuthRoute::Invitations)
    }

    /// Whether it comes with a body.
    pub fn takes_body(self) -> bool {
        let of_user = matches!(
            self,
            AuthRoute::Password | AuthRoute::DeleteAccount | AuthRoute::Invite | AuthRoute::ChangeUser(_)
        );
        of_user || !self.wants_token()
    }
}

impl AuthPath {
    /// The path of this name.
    pub fn find(path: &str) -> Option<AuthPath> {
        let rest = path.strip_prefix("/auth/")?;
        // Those that many ask for have no id.
        let plain = PATHS.iter().find(|(template, _)| *template == rest && !template.contains("{id}"));
        if let Some((_, operations)) = plain {
            return Some(AuthPath { operations, id: Uuid::nil() });
        }
        PATHS.iter().find_map(|(template, operations)| {
            let (before, after) = template.split_once("{id}")?;
            let id = id(rest.strip_prefix(before)?.strip_suffix(after)?)?;
            Some(AuthPath { operations, id })
        })
    }

    /// What a method asks of it.
    pub fn route(self, method: &str) -> Option<AuthRoute> {
        let operation = self.operations.iter().find(|(name, _)| *name == method);
        operation.map(|(_, route)| route(self.id))
    }

    /// The methods, as `Allow` lists them.
    pub fn methods(self) -> String {
        let methods = self.operations.iter().map(|(name, _)| if *name == "GET" { "GET, HEAD" } else { name });
        methods.chain(["OPTIONS"]).collect::<Vec<_>>().join(", ")
    }
}

/// In the one form that ids have in answers, so that one thing has one path.
fn id(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|id| id.hyphenated().to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_its_methods_and_no_others() {
        let me = AuthPath::find("/auth/me").unwrap();
        assert_eq!(me.methods(), "GET, HEAD, OPTIONS");
        assert_eq!((me.route("GET"), me.route("POST")), (Some(AuthRoute::Me), None));
        let login = AuthPath::find("/auth/login").unwrap();
        assert_eq!((login.methods().as_str(), login.route("POST")), ("POST, OPTIONS", Some(AuthRoute::Login)));
        assert_eq!(AuthPath::find("/auth/sessions").unwrap().methods(), "GET, HEAD, DELETE, OPTIONS");
        for path in ["/auth", "/auth/", "/auth/me/", "/auth/{id}", "/me", "/auth/login/x"] {
            assert!(AuthPath::find(path).is_none(), "{path}");
        }
    }

    #[test]
    fn an_id_has_one_form() {
        let id = "0191d2a4-7c3e-7b1a-9f00-1c2d3e4f5a6b";
        let session = AuthPath::find(&format!("/auth/sessions/{id}")).unwrap();
        assert_eq!(session.route("DELETE"), Some(AuthRoute::EndSession(id.parse().unwrap())));
        assert_eq!((session.route("GET"), session.methods().as_str()), (None, "DELETE, OPTIONS"));
        let of_user = AuthPath::find(&format!("/auth/users/{id}/sessions")).unwrap();
        assert_eq!(of_user.route("DELETE"), Some(AuthRoute::EndSessionsOf(id.parse().unwrap())));
        assert_eq!(
            AuthPath::find(&format!("/auth/users/{id}")).unwrap().methods(),
            "GET, HEAD, PATCH, DELETE, OPTIONS"
        );
        for path in [
            "/auth/users/",
            "/auth/users//sessions",
            "/auth/users/{id}/sessions",
            "/auth/users/1/sessions",
            "/auth/users/sessions",
        ] {
            assert!(AuthPath::find(path).is_none(), "{path}");
        }
        for other in ["", "1", "{id}", &id.to_uppercase(), &id.replace('-', ""), &format!("{id}/"), &format!("{id} ")] {
            assert!(AuthPath::find(&format!("/auth/sessions/{other}")).is_none(), "{other}");
        }
    }
}
