//! The query of a request: members in their order, which may be repeated (`tags[]`).

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Query as AxumQuery};
use axum::http::request::Parts;

/// The members of a query. One that cannot be decoded is empty.
#[derive(Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// The first value of `name` that is not blank, without blanks around it.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All values of `name` that are not blank.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.0.iter().filter(move |(key, _)| key == name);
        named.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let members = AxumQuery::try_from_uri(&parts.uri);
        Ok(Self(members.map(|AxumQuery(pairs)| pairs).unwrap_or_default()))
    }
}

#[cfg(test)]
impl From<&[(&str, &str)]> for Query {
    fn from(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect())
    }
}
