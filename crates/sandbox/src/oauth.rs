//! What the OAuth 2.0 of all providers has in common. Which tokens follow from which, and for how
//! long, is each provider's own.

mod access_tokens;
mod codes;
mod pages;

pub(crate) use access_tokens::AccessTokens;
pub(crate) use codes::{Approval, Codes};
pub(crate) use pages::{Pages, escape, found, hidden_fields, return_address};
