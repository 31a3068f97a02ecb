//! The plain pages on which a person picks a company, or reads why not.

use axum::response::Response;

use super::super::shared::{CompanyBooks, State as SandboxState};
use crate::oauth::{Pages, escape, hidden_fields};

pub(in super::super) const PAGES: Pages =
    Pages { provider: "QuickBooks", refusal: "This app cannot connect" };

/// A form with a button for each company; `fields` go along hidden, and `end` follows the list.
pub(in super::super) struct CompanyForm<'f> {
    pub(in super::super) client_id: &'f str,
    pub(in super::super) action: &'f str,
    pub(in super::super) fields: &'f [(&'f str, &'f str)],
    pub(in super::super) end: &'f str,
}

impl CompanyForm<'_> {
    pub(in super::super) fn show(&self, state: &SandboxState) -> Response {
        let fields = hidden_fields(self.fields);
        let company = |(realm_id, company): (&String, &CompanyBooks)| {
            let (realm_id, name) = (escape(realm_id), escape(&company.company.name));
            format!(
                r#"<li>{name} ({realm_id}) <button name="realm_id" value="{realm_id}">Approve</button></li>"#
            )
        };
        let companies: String = state.companies.iter().map(company).collect();
        let (client_id, action, end) = (escape(self.client_id), self.action, self.end);
        PAGES.show(&format!(
            r#"<h1>Connect a company</h1><p>{client_id} asks for access.</p><form method="post" action="{action}">{fields}<ul>{companies}</ul>{end}</form>"#
        ))
    }
}
