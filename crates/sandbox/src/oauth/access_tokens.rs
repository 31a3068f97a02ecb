//! Access tokens, and what they were given for.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

/// Access tokens kept at most; further ones push others out.
const KEPT_MAX: usize = 100_000;

#[derive(Debug)]
struct AccessToken<G> {
    grant: G,
    expires_at: Timestamp,
}

/// The access tokens, each with the grant it came from. Expired ones stay known for a while.
#[derive(Debug)]
pub(crate) struct AccessTokens<G> {
    tokens: BTreeMap<String, AccessToken<G>>,
}

impl<G> Default for AccessTokens<G> {
    fn default() -> Self {
        Self { tokens: BTreeMap::new() }
    }
}

impl<G> AccessTokens<G> {
    pub(crate) fn issue(&mut self, token: &str, grant: G, life: SignedDuration, now: Timestamp) {
        if self.tokens.len() >= KEPT_MAX {
            self.tokens.retain(|_, access| access.expires_at > now);
        }
        if self.tokens.len() >= KEPT_MAX {
            self.tokens.pop_first();
        }
        let expires_at = now.checked_add(life).unwrap_or(Timestamp::MAX);
        self.tokens.insert(token.to_owned(), AccessToken { grant, expires_at });
    }

    /// The grant of a token that has not expired.
    pub(crate) fn live(&self, token: &str, now: Timestamp) -> Option<&G> {
        let access = self.tokens.get(token).filter(|access| access.expires_at > now);
        access.map(|access| &access.grant)
    }

    /// The grant of a token, which may have expired.
    pub(crate) fn grant_of(&self, token: &str) -> Option<&G> {
        self.tokens.get(token).map(|access| &access.grant)
    }

    /// Forgets the tokens of some grants.
    pub(crate) fn end(&mut self, is_meant: impl Fn(&G) -> bool) {
        self.tokens.retain(|_, access| !is_meant(&access.grant));
    }

    /// Makes the tokens of some grants expire now. Returns how many.
    pub(crate) fn expire(&mut self, is_meant: impl Fn(&G) -> bool, now: Timestamp) -> usize {
        let live = self.tokens.values_mut().filter(|access| access.expires_at > now);
        let mut expired = 0;
        for access in live.filter(|access| is_meant(&access.grant)) {
            access.expires_at = now;
            expired += 1;
        }
        expired
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_lives_until_it_expires_or_its_grant_ends() {
        let mut tokens = AccessTokens::default();
        let at = |seconds: i64| Timestamp::from_second(seconds).unwrap();
        for (token, grant) in [("a", 1), ("b", 1), ("c", 2)] {
            tokens.issue(token, grant, SignedDuration::from_secs(60), at(0));
        }
        assert_eq!((tokens.live("a", at(59)), tokens.live("a", at(60))), (Some(&1), None));
        assert_eq!(tokens.expire(|grant| *grant == 1, at(30)), 2);
        assert_eq!(tokens.expire(|grant| *grant == 1, at(30)), 0);
        assert_eq!((tokens.live("b", at(30)), tokens.grant_of("b")), (None, Some(&1)));
        tokens.end(|grant| *grant == 2);
        assert_eq!(tokens.grant_of("c"), None);
    }
}
