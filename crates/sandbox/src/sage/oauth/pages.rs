//! The plain pages on which a person signs in, or reads why not.

use axum::response::Response;
use std::collections::BTreeSet;

use super::super::shared::State as SandboxState;
use crate::oauth::{Pages, escape, hidden_fields};

pub(super) const PAGES: Pages = Pages { provider: "Sage", refusal: "This app cannot connect" };

/// A form with a button for each user; `fields` go along hidden.
pub(super) struct SignInForm<'f> {
    pub(super) client_id: &'f str,
    pub(super) action: &'f str,
    pub(super) fields: &'f [(&'f str, &'f str)],
}

impl SignInForm<'_> {
    pub(super) fn show(&self, state: &SandboxState) -> Response {
        let fields = hidden_fields(self.fields);
        let businesses = state.businesses.values().map(|one| one.business.user.as_str());
        let user = |user: &str| {
            let names = state.businesses_of(user).into_iter().map(|one| one.name.as_str());
            let names = escape(&names.collect::<Vec<_>>().join(", "));
            let user = escape(user);
            format!(r#"<p>{user} ({names}) <button name="user" value="{user}">Allow</button></p>"#)
        };
        let users: String = businesses.collect::<BTreeSet<_>>().into_iter().map(user).collect();
        let (client_id, action) = (escape(self.client_id), self.action);
        PAGES.show(&format!(
            r#"<h1>Sign in</h1><p>{client_id} asks for access.</p><form method="post" action="{action}">{fields}{users}<button name="user" value="">Deny</button></form>"#
        ))
    }
}
