//! Where links in mails lead: to pages of the app's front end, or, where none is named, to small ones of this server.

/// Where links in mails lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    /// `https://app.example.com`, without a trailing slash.
    url: String,
    are_ours: bool,
}

impl Links {
    /// What is before the names of our own pages.
    pub const PAGES: &str = "/auth/pages";

    pub(super) fn to_front_end(url: String) -> Links {
        Links { url, are_ours: false }
    }

    pub(super) fn to_ourselves(url: String) -> Links {
        Links { url, are_ours: true }
    }

    /// Whether they lead to pages of this server.
    pub fn are_ours(&self) -> bool {
        self.are_ours
    }

    /// The address of a page.
    pub fn to(&self, page: &str) -> String {
        let folder = if self.are_ours { Links::PAGES } else { "" };
        format!("{}{folder}/{page}", self.url)
    }

    /// The same with a token, where a browser keeps it for itself.
    pub fn with_token(&self, page: &str, token: &str) -> String {
        format!("{}#token={token}", self.to(page))
    }
}
