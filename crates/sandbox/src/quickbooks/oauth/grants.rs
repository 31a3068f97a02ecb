//! Codes, connections and tokens: who may read which company, and until when.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::super::QuickBooksOptions;
use super::OAuthError;
use crate::chance::Chance;

/// Life of an authorization code.
const CODE_LIFE: SignedDuration = SignedDuration::from_mins(5);
/// Age at which a refresh token gets a new value.
const ROTATION_AGE: SignedDuration = SignedDuration::from_hours(24);
/// Life of a refresh token, 101 days (`x_refresh_token_expires_in` of the official test answer).
const REFRESH_LIFE: SignedDuration = SignedDuration::from_secs(8_726_400);
/// Life of a connection, 5 years (announced November 2025).
const CONNECTION_LIFE: SignedDuration = SignedDuration::from_secs(157_680_000);
/// Codes, connections and access tokens kept at most; further ones push others out.
const KEPT_MAX: usize = 100_000;

/// How tokens live, by the options.
#[derive(Clone, Copy, Debug)]
pub(super) struct TokenPolicy {
    access_life: SignedDuration,
    rotate_every_refresh: bool,
}

impl TokenPolicy {
    pub(super) fn of(options: &QuickBooksOptions) -> Self {
        Self {
            access_life: SignedDuration::from_secs(options.access_token_life_s.into()),
            rotate_every_refresh: options.rotate_every_refresh,
        }
    }
}

#[derive(Debug)]
struct Code {
    code: String,
    client_id: String,
    realm_id: String,
    redirect_uri: String,
    issued_at: Timestamp,
}

/// What one authorization gave an app. Two authorizations of one company live side by side.
#[derive(Debug)]
struct Connection {
    number: u64,
    client_id: String,
    realm_id: String,
    refresh_token: String,
    refresh_issued_at: Timestamp,
    connected_at: Timestamp,
}

#[derive(Debug)]
struct AccessToken {
    connection: u64,
    realm_id: String,
    expires_at: Timestamp,
}

/// What a person approved on the authorize page.
#[derive(Debug)]
pub(super) struct Approved<'a> {
    pub(super) client_id: &'a str,
    pub(super) realm_id: &'a str,
    pub(super) redirect_uri: &'a str,
}

/// What issuing tokens needs besides the connection.
#[derive(Debug)]
pub(super) struct Issuer<'i> {
    pub(super) policy: TokenPolicy,
    pub(super) now: Timestamp,
    pub(super) chance: &'i mut Chance,
}

/// A code with what comes with it at the token endpoint.
#[derive(Debug)]
pub(super) struct Redeemed<'r> {
    pub(super) code: &'r str,
    pub(super) redirect_uri: &'r str,
    pub(super) client_id: &'r str,
}

/// The content of a token answer.
#[derive(Debug)]
pub(super) struct Issued {
    pub(super) realm_id: String,
    pub(super) access_token: String,
    pub(super) refresh_token: String,
    pub(super) access_expires_in_s: i64,
    pub(super) refresh_expires_in_s: i64,
    pub(super) refresh_hard_expires_in_s: i64,
}

/// What a bearer token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Bearer {
    /// The company asked for.
    Good,
    /// Nothing: unknown or expired.
    Expired,
    /// Another company, or a company that is connected no more.
    NotConnected,
}

/// All codes, connections and tokens.
#[derive(Debug, Default)]
pub(in super::super) struct Grants {
    codes: Vec<Code>,
    connections: Vec<Connection>,
    access_tokens: BTreeMap<String, AccessToken>,
    last_connection: u64,
}

impl Grants {
    pub(super) fn issue_code(
        &mut self,
        approved: &Approved<'_>,
        now: Timestamp,
        chance: &mut Chance,
    ) -> String {
        self.codes.retain(|code| is_fresh(code.issued_at, CODE_LIFE, now));
        let code = format!("AB1{}", chance.opaque(47));
        if self.codes.len() >= KEPT_MAX {
            self.codes.remove(0);
        }
        self.codes.push(Code {
            code: code.clone(),
            client_id: approved.client_id.to_owned(),
            realm_id: approved.realm_id.to_owned(),
            redirect_uri: approved.redirect_uri.to_owned(),
            issued_at: now,
        });
        code
    }

    /// A code for tokens. Whatever comes of it, the code is used up.
    pub(super) fn redeem(
        &mut self,
        asked: &Redeemed<'_>,
        issuer: &mut Issuer<'_>,
    ) -> Result<Issued, OAuthError> {
        let place = self
            .codes
            .iter()
            .position(|code| code.code == asked.code && code.client_id == asked.client_id)
            .ok_or(OAuthError::BAD_CODE)?;
        let code = self.codes.remove(place);
        let fresh = is_fresh(code.issued_at, CODE_LIFE, issuer.now);
        if !fresh || code.redirect_uri != asked.redirect_uri {
            return Err(OAuthError::BAD_CODE);
        }
        if self.connections.len() >= KEPT_MAX {
            self.connections.remove(0);
        }
        self.last_connection += 1;
        let connection = Connection {
            number: self.last_connection,
            client_id: code.client_id,
            realm_id: code.realm_id,
            refresh_token: refresh_token(issuer.chance),
            refresh_issued_at: issuer.now,
            connected_at: issuer.now,
        };
        let issued = issue(&connection, &mut self.access_tokens, issuer);
        self.connections.push(connection);
        Ok(issued)
    }

    /// A refresh token for a new access token, and from time to time for its own successor.
    pub(super) fn refresh(
        &mut self,
        token: &str,
        client_id: &str,
        issuer: &mut Issuer<'_>,
    ) -> Result<Issued, OAuthError> {
        let connection = self
            .connections
            .iter_mut()
            .find(|grant| grant.refresh_token == token && grant.client_id == client_id)
            .filter(|grant| is_fresh(grant.refresh_issued_at, REFRESH_LIFE, issuer.now))
            .filter(|grant| is_fresh(grant.connected_at, CONNECTION_LIFE, issuer.now))
            .ok_or(OAuthError::BAD_REFRESH_TOKEN)?;
        let rotates = issuer.policy.rotate_every_refresh
            || !is_fresh(connection.refresh_issued_at, ROTATION_AGE, issuer.now);
        if rotates {
            connection.refresh_token = refresh_token(issuer.chance);
            connection.refresh_issued_at = issuer.now;
        }
        Ok(issue(connection, &mut self.access_tokens, issuer))
    }

    /// Ends the connection of an access or refresh token, with all its tokens.
    pub(super) fn revoke_token(&mut self, token: &str, client_id: &str) -> bool {
        let by_access = self.access_tokens.get(token).map(|access| access.connection);
        let by_refresh = self
            .connections
            .iter()
            .find(|connection| connection.refresh_token == token)
            .map(|connection| connection.number);
        let Some(number) = by_access.or(by_refresh) else { return false };
        let before = self.connections.len();
        self.connections.retain(|one| one.number != number || one.client_id != client_id);
        let revoked = self.connections.len() < before;
        if revoked {
            self.access_tokens.retain(|_, access| access.connection != number);
        }
        revoked
    }

    /// The user disconnects an app, or every app, from a company. Access tokens stay known: the
    /// API answers them with 3100, not with 3200. Returns how many connections ended.
    pub(in super::super) fn disconnect(
        &mut self,
        realm_id: &str,
        client_id: Option<&str>,
    ) -> usize {
        let before = self.connections.len();
        self.connections.retain(|connection| {
            connection.realm_id != realm_id
                || client_id.is_some_and(|client_id| client_id != connection.client_id)
        });
        before - self.connections.len()
    }

    /// Makes every access token of a company expire now. Returns how many.
    pub(in super::super) fn expire_access_tokens(
        &mut self,
        realm_id: &str,
        now: Timestamp,
    ) -> usize {
        let mut expired = 0;
        for access in self.access_tokens.values_mut() {
            if access.realm_id == realm_id && access.expires_at > now {
                access.expires_at = now;
                expired += 1;
            }
        }
        expired
    }

    /// What a bearer token is good for in a company.
    pub(in super::super) fn check(&self, token: &str, realm_id: &str, now: Timestamp) -> Bearer {
        match self.access_tokens.get(token) {
            None => Bearer::Expired,
            Some(access) if access.expires_at <= now => Bearer::Expired,
            Some(access) if access.realm_id == realm_id && self.is_open(access.connection) => {
                Bearer::Good
            }
            Some(_) => Bearer::NotConnected,
        }
    }

    fn is_open(&self, number: u64) -> bool {
        self.connections.iter().any(|connection| connection.number == number)
    }

    /// The apps connected to a company, each once.
    pub(in super::super) fn connected_apps(&self, realm_id: &str) -> BTreeSet<&str> {
        let connected = self.connections.iter().filter(|one| one.realm_id == realm_id);
        connected.map(|connection| connection.client_id.as_str()).collect()
    }
}

fn issue(
    connection: &Connection,
    access_tokens: &mut BTreeMap<String, AccessToken>,
    issuer: &mut Issuer<'_>,
) -> Issued {
    let (policy, now) = (issuer.policy, issuer.now);
    let access_token = format!("eyJ{}", issuer.chance.opaque(197));
    let expires_at = now.checked_add(policy.access_life).unwrap_or(Timestamp::MAX);
    if access_tokens.len() >= KEPT_MAX {
        access_tokens.retain(|_, access| access.expires_at > now);
    }
    if access_tokens.len() >= KEPT_MAX {
        access_tokens.pop_first();
    }
    let access = AccessToken {
        connection: connection.number,
        realm_id: connection.realm_id.clone(),
        expires_at,
    };
    access_tokens.insert(access_token.clone(), access);
    Issued {
        realm_id: connection.realm_id.clone(),
        access_token,
        refresh_token: connection.refresh_token.clone(),
        access_expires_in_s: policy.access_life.as_secs(),
        refresh_expires_in_s: left_s(connection.refresh_issued_at, REFRESH_LIFE, now),
        refresh_hard_expires_in_s: left_s(connection.connected_at, CONNECTION_LIFE, now),
    }
}

fn refresh_token(chance: &mut Chance) -> String {
    format!("RT1-{}", chance.opaque(46))
}

fn is_fresh(since: Timestamp, life: SignedDuration, now: Timestamp) -> bool {
    now.duration_since(since) < life
}

fn left_s(since: Timestamp, life: SignedDuration, now: Timestamp) -> i64 {
    (life - now.duration_since(since)).as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REDIRECT: &str = "http://127.0.0.1/back";

    struct Bench {
        grants: Grants,
        chance: Chance,
        policy: TokenPolicy,
        now: Timestamp,
    }

    impl Bench {
        fn new(rotate_every_refresh: bool) -> Self {
            Self {
                grants: Grants::default(),
                chance: Chance::from_seed(1),
                policy: TokenPolicy {
                    access_life: SignedDuration::from_hours(1),
                    rotate_every_refresh,
                },
                now: "2026-03-10T12:00:00Z".parse().unwrap(),
            }
        }

        fn code(&mut self) -> String {
            let approved = Approved { client_id: "app", realm_id: "77", redirect_uri: REDIRECT };
            self.grants.issue_code(&approved, self.now, &mut self.chance)
        }

        fn redeem(&mut self, code: &str, redirect_uri: &str) -> Result<Issued, OAuthError> {
            let asked = Redeemed { code, redirect_uri, client_id: "app" };
            let mut issuer =
                Issuer { policy: self.policy, now: self.now, chance: &mut self.chance };
            self.grants.redeem(&asked, &mut issuer)
        }

        fn connect(&mut self) -> Issued {
            let code = self.code();
            self.redeem(&code, REDIRECT).unwrap()
        }

        fn refresh(&mut self, token: &str) -> Result<Issued, OAuthError> {
            let mut issuer =
                Issuer { policy: self.policy, now: self.now, chance: &mut self.chance };
            self.grants.refresh(token, "app", &mut issuer)
        }

        fn pass(&mut self, seconds: i64) {
            self.now += SignedDuration::from_secs(seconds);
        }

        fn check(&self, token: &str, realm_id: &str) -> Bearer {
            self.grants.check(token, realm_id, self.now)
        }
    }

    #[test]
    fn a_code_is_good_once() {
        let mut bench = Bench::new(false);
        let code = bench.code();
        assert!(bench.redeem(&code, REDIRECT).is_ok());
        assert_eq!(bench.redeem(&code, REDIRECT).unwrap_err(), OAuthError::BAD_CODE);
    }

    #[test]
    fn a_code_is_good_for_five_minutes_and_its_own_redirect() {
        let mut bench = Bench::new(false);
        let code = bench.code();
        assert!(bench.redeem(&code, "http://127.0.0.1/other").is_err());
        let code = bench.code();
        bench.pass(299);
        assert!(bench.redeem(&code, REDIRECT).is_ok());
        let code = bench.code();
        bench.pass(300);
        assert!(bench.redeem(&code, REDIRECT).is_err());
    }

    #[test]
    fn a_refresh_token_keeps_its_value_for_a_day() {
        let mut bench = Bench::new(false);
        let first = bench.connect().refresh_token;
        bench.pass(86_399);
        assert_eq!(bench.refresh(&first).unwrap().refresh_token, first);
        bench.pass(1);
        let second = bench.refresh(&first).unwrap().refresh_token;
        assert_ne!(second, first);
        assert_eq!(bench.refresh(&first).unwrap_err(), OAuthError::BAD_REFRESH_TOKEN);
        assert_eq!(bench.refresh(&second).unwrap().refresh_token, second);
    }

    #[test]
    fn a_refresh_token_rotates_every_time_when_asked_to() {
        let mut bench = Bench::new(true);
        let first = bench.connect().refresh_token;
        assert_ne!(bench.refresh(&first).unwrap().refresh_token, first);
        assert!(bench.refresh(&first).is_err());
    }

    #[test]
    fn lives_are_counted_down() {
        let mut bench = Bench::new(false);
        let token = bench.connect().refresh_token;
        bench.pass(3_600);
        let issued = bench.refresh(&token).unwrap();
        assert_eq!(issued.access_expires_in_s, 3_600);
        assert_eq!(issued.refresh_expires_in_s, 8_726_400 - 3_600);
        assert_eq!(issued.refresh_hard_expires_in_s, 157_680_000 - 3_600);
    }

    #[test]
    fn an_unused_refresh_token_ends_after_101_days() {
        let mut bench = Bench::new(false);
        let token = bench.connect().refresh_token;
        bench.pass(8_726_400);
        assert!(bench.refresh(&token).is_err());
    }

    #[test]
    fn an_access_token_is_good_for_an_hour_and_one_company() {
        let mut bench = Bench::new(false);
        let token = bench.connect().access_token;
        assert_eq!(bench.check(&token, "77"), Bearer::Good);
        assert_eq!(bench.check(&token, "78"), Bearer::NotConnected);
        assert_eq!(bench.check("made up", "77"), Bearer::Expired);
        bench.pass(3_600);
        assert_eq!(bench.check(&token, "77"), Bearer::Expired);
    }

    #[test]
    fn revoking_a_token_ends_only_its_own_connection() {
        let mut bench = Bench::new(false);
        let (first, second) = (bench.connect(), bench.connect());
        assert!(!bench.grants.revoke_token(&first.refresh_token, "another app"));
        assert!(bench.grants.revoke_token(&first.refresh_token, "app"));
        assert!(bench.refresh(&first.refresh_token).is_err());
        assert_eq!(bench.check(&first.access_token, "77"), Bearer::Expired);
        assert_eq!(bench.check(&second.access_token, "77"), Bearer::Good);
        assert_eq!(bench.grants.connected_apps("77").len(), 1);
    }

    #[test]
    fn a_disconnected_company_answers_not_connected() {
        let mut bench = Bench::new(false);
        let issued = bench.connect();
        assert_eq!(bench.grants.disconnect("77", Some("another app")), 0);
        assert_eq!(bench.grants.disconnect("77", Some("app")), 1);
        assert_eq!(bench.check(&issued.access_token, "77"), Bearer::NotConnected);
        assert!(bench.refresh(&issued.refresh_token).is_err());
        assert!(bench.grants.connected_apps("77").is_empty());
    }

    #[test]
    fn expiring_the_tokens_of_a_company_leaves_it_connected() {
        let mut bench = Bench::new(false);
        let issued = bench.connect();
        assert_eq!(bench.grants.expire_access_tokens("77", bench.now), 1);
        assert_eq!(bench.check(&issued.access_token, "77"), Bearer::Expired);
        assert!(bench.refresh(&issued.refresh_token).is_ok());
    }
}
