//! Request and access tokens of OAuth 1.0a, and their lives.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use url::Url;

use crate::chance::Chance;

/// Time a person has on the connect page; the documents name none.
const REQUEST_LIFE: SignedDuration = SignedDuration::from_hours(1);
/// Life of an access token, 180 days (reference §4.2).
const ACCESS_LIFE: SignedDuration = SignedDuration::from_hours(180 * 24);
/// The last part of that life, in which it can be renewed: 30 days (reference §4.2).
const RENEWAL: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Request tokens, and access tokens, kept at most; further ones push others out.
const KEPT_MAX: usize = 100_000;

/// What a signature with a token is checked by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Secrets<'t> {
    pub(super) client_id: &'t str,
    pub(super) secret: &'t str,
}

#[derive(Debug)]
struct RequestToken {
    client_id: String,
    secret: String,
    callback: Url,
    issued_at: Timestamp,
    /// The verifier and the company, once a person has approved.
    approved: Option<(String, String)>,
}

/// What an app may use for 180 days.
#[derive(Debug)]
pub(in super::super) struct AccessToken {
    value: String,
    client_id: String,
    secret: String,
    realm_id: String,
    issued_at: Timestamp,
}

impl AccessToken {
    pub(super) fn value(&self) -> &str {
        &self.value
    }

    pub(super) fn secrets(&self) -> Secrets<'_> {
        Secrets { client_id: &self.client_id, secret: &self.secret }
    }

    pub(in super::super) fn client_id(&self) -> &str {
        &self.client_id
    }

    pub(in super::super) fn realm_id(&self) -> &str {
        &self.realm_id
    }
}

/// Where a person goes after approval, and with what.
#[derive(Debug)]
pub(super) struct Approval {
    pub(super) verifier: String,
    pub(super) back: Url,
}

/// A token with its secret.
type Pair = (String, String);

/// All tokens.
#[derive(Debug, Default)]
pub(in super::super) struct SignedGrants {
    requests: BTreeMap<String, RequestToken>,
    accesses: BTreeMap<String, AccessToken>,
}

impl SignedGrants {
    pub(super) fn request(
        &mut self,
        client_id: &str,
        callback: Url,
        now: Timestamp,
        chance: &mut Chance,
    ) -> Pair {
        self.requests.retain(|_, request| is_fresh(request.issued_at, REQUEST_LIFE, now));
        if self.requests.len() >= KEPT_MAX {
            self.requests.pop_first();
        }
        let (token, secret) = pair(chance);
        let request = RequestToken {
            client_id: client_id.to_owned(),
            secret: secret.clone(),
            callback,
            issued_at: now,
            approved: None,
        };
        self.requests.insert(token.clone(), request);
        (token, secret)
    }

    pub(super) fn request_token(&self, token: &str, now: Timestamp) -> Option<Secrets<'_>> {
        let request = self.requests.get(token)?;
        is_fresh(request.issued_at, REQUEST_LIFE, now)
            .then_some(Secrets { client_id: &request.client_id, secret: &request.secret })
    }

    pub(super) fn approve(
        &mut self,
        token: &str,
        realm_id: &str,
        now: Timestamp,
        chance: &mut Chance,
    ) -> Option<Approval> {
        let request = self.requests.get_mut(token)?;
        if !is_fresh(request.issued_at, REQUEST_LIFE, now) {
            return None;
        }
        let verifier = chance.opaque(20);
        request.approved = Some((verifier.clone(), realm_id.to_owned()));
        Some(Approval { verifier, back: request.callback.clone() })
    }

    /// A request token for an access token. Whatever comes of it, the request token is used up.
    pub(super) fn redeem(
        &mut self,
        token: &str,
        verifier: &str,
        now: Timestamp,
        chance: &mut Chance,
    ) -> Option<Pair> {
        let request = self.requests.remove(token)?;
        let (expected, realm_id) = request.approved?;
        (expected == verifier).then(|| self.issue(request.client_id, realm_id, now, chance))
    }

    fn issue(
        &mut self,
        client_id: String,
        realm_id: String,
        now: Timestamp,
        chance: &mut Chance,
    ) -> Pair {
        if self.accesses.len() >= KEPT_MAX {
            self.accesses.pop_first();
        }
        let (value, secret) = pair(chance);
        let access = AccessToken {
            value: value.clone(),
            client_id,
            secret: secret.clone(),
            realm_id,
            issued_at: now,
        };
        self.accesses.insert(value.clone(), access);
        (value, secret)
    }

    pub(super) fn access_token(&self, token: &str, now: Timestamp) -> Option<&AccessToken> {
        self.accesses.get(token).filter(|access| is_fresh(access.issued_at, ACCESS_LIFE, now))
    }

    /// Replaces a token by a new one, if it is in the last part of its life.
    pub(super) fn renew(
        &mut self,
        token: &str,
        now: Timestamp,
        chance: &mut Chance,
    ) -> Option<Pair> {
        let access = self.access_token(token, now)?;
        if is_fresh(access.issued_at, ACCESS_LIFE - RENEWAL, now) {
            return None;
        }
        let access = self.accesses.remove(token)?;
        Some(self.issue(access.client_id, access.realm_id, now, chance))
    }

    pub(super) fn end(&mut self, token: &str) {
        self.accesses.remove(token);
    }

    /// The user disconnects an app, or every app, from a company. Returns how many tokens ended.
    pub(in super::super) fn disconnect(
        &mut self,
        realm_id: &str,
        client_id: Option<&str>,
    ) -> usize {
        let before = self.accesses.len();
        self.accesses.retain(|_, access| {
            access.realm_id != realm_id
                || client_id.is_some_and(|client_id| client_id != access.client_id)
        });
        before - self.accesses.len()
    }

    /// The apps connected to a company, each once.
    pub(in super::super) fn connected_apps(&self, realm_id: &str) -> BTreeSet<&str> {
        let connected = self.accesses.values().filter(|access| access.realm_id == realm_id);
        connected.map(|access| access.client_id.as_str()).collect()
    }
}

fn pair(chance: &mut Chance) -> Pair {
    (format!("qyprd{}", chance.opaque(43)), chance.opaque(40))
}

fn is_fresh(since: Timestamp, life: SignedDuration, now: Timestamp) -> bool {
    now.duration_since(since) < life
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_S: i64 = 86_400;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_500_000_000 + second).unwrap()
    }

    fn requested(grants: &mut SignedGrants, chance: &mut Chance) -> String {
        let callback = Url::parse("http://127.0.0.1/back").unwrap();
        grants.request("app", callback, at(0), chance).0
    }

    fn connected(grants: &mut SignedGrants, chance: &mut Chance) -> String {
        let request = requested(grants, chance);
        let approval = grants.approve(&request, "77", at(1), chance).unwrap();
        grants.redeem(&request, &approval.verifier, at(2), chance).unwrap().0
    }

    #[test]
    fn a_request_token_needs_approval_and_its_verifier_and_is_good_once() {
        let (mut grants, mut chance) = (SignedGrants::default(), Chance::from_seed(1));
        let unapproved = requested(&mut grants, &mut chance);
        assert_eq!(grants.redeem(&unapproved, "", at(1), &mut chance), None);
        let request = requested(&mut grants, &mut chance);
        let approval = grants.approve(&request, "77", at(1), &mut chance).unwrap();
        assert_eq!(grants.redeem(&request, "wrong", at(1), &mut chance), None);
        assert_eq!(grants.redeem(&request, &approval.verifier, at(1), &mut chance), None);
    }

    #[test]
    fn a_request_token_is_good_for_an_hour() {
        let (mut grants, mut chance) = (SignedGrants::default(), Chance::from_seed(1));
        let request = requested(&mut grants, &mut chance);
        assert!(grants.request_token(&request, at(3_599)).is_some());
        assert!(grants.request_token(&request, at(3_600)).is_none());
        assert!(grants.approve(&request, "77", at(3_600), &mut chance).is_none());
    }

    #[test]
    fn an_access_token_lives_180_days_and_is_renewed_in_the_last_30() {
        let (mut grants, mut chance) = (SignedGrants::default(), Chance::from_seed(1));
        let token = connected(&mut grants, &mut chance);
        assert!(grants.access_token(&token, at(180 * DAY_S + 1)).is_some());
        assert!(grants.access_token(&token, at(180 * DAY_S + 2)).is_none());
        assert_eq!(grants.renew(&token, at(150 * DAY_S + 1), &mut chance), None);
        let (renewed, _) = grants.renew(&token, at(150 * DAY_S + 2), &mut chance).unwrap();
        assert!(grants.access_token(&token, at(150 * DAY_S + 3)).is_none());
        let access = grants.access_token(&renewed, at(329 * DAY_S)).unwrap();
        assert_eq!((access.client_id(), access.realm_id()), ("app", "77"));
    }

    #[test]
    fn a_disconnected_company_has_no_tokens() {
        let (mut grants, mut chance) = (SignedGrants::default(), Chance::from_seed(1));
        connected(&mut grants, &mut chance);
        assert_eq!(grants.connected_apps("77"), BTreeSet::from(["app"]));
        assert_eq!(grants.disconnect("77", Some("another app")), 0);
        assert_eq!(grants.disconnect("77", None), 1);
        assert!(grants.connected_apps("77").is_empty());
    }
}
