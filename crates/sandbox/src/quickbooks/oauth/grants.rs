//! Codes, connections and tokens: who may read which company, and until when.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::super::QuickBooksOptions;
use super::OAuthError;
use crate::chance::Chance;
use crate::oauth::{AccessTokens, Approval, Codes};

/// Age at which a refresh token gets a new value.
const ROTATION_AGE: SignedDuration = SignedDuration::from_hours(24);
/// Life of a refresh token, 101 days (`x_refresh_token_expires_in` of the official test answer).
const REFRESH_LIFE: SignedDuration = SignedDuration::from_secs(8_726_400);
/// Life of a connection, 5 years (announced November 2025).
const CONNECTION_LIFE: SignedDuration = SignedDuration::from_secs(157_680_000);
/// Connections kept at most; further ones push others out.
const KEPT_MAX: usize = 100_000;

/// How tokens live, by the options.
#[derive(Clone, Copy, Debug)]
pub(super) struct TokenPolicy {
    access_life: SignedDuration,
    rotate_every_refresh: bool,
    revoke_on_reuse: bool,
    /// How long a refresh token still works after its rotation.
    rotated_grace: SignedDuration,
}

impl TokenPolicy {
    pub(super) fn of(options: &QuickBooksOptions) -> Self {
        Self {
            access_life: SignedDuration::from_secs(options.access_token_life_s.into()),
            rotate_every_refresh: options.rotate_every_refresh,
            revoke_on_reuse: options.revoke_on_token_reuse,
            rotated_grace: SignedDuration::from_secs(options.rotated_token_grace_s.into()),
        }
    }
}

/// What was asked for, as far as it matters here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope {
    /// `openid`: an `id_token` is given.
    pub(super) openid: bool,
    /// `com.intuit.quickbooks.accounting`: the books are open.
    pub(super) accounting: bool,
}

#[derive(Debug)]
struct Code {
    client_id: String,
    realm_id: String,
    redirect_uri: String,
    scope: Scope,
}

impl Approval for Code {
    const CODE_LIFE: SignedDuration = SignedDuration::from_mins(5);

    fn client_id(&self) -> &str {
        &self.client_id
    }
}

/// What one authorization gave an app. Two authorizations of one company live side by side.
#[derive(Debug)]
struct Connection {
    number: u64,
    client_id: String,
    realm_id: String,
    /// Whether the books are open to it.
    accounting: bool,
    refresh_token: String,
    /// The refresh token before the last rotation.
    rotated_token: Option<String>,
    refresh_issued_at: Timestamp,
    connected_at: Timestamp,
}

/// What an access token is for. It outlives its connection.
#[derive(Debug)]
struct Access {
    connection: u64,
    realm_id: String,
}

/// What a person approved on the authorize page.
#[derive(Debug)]
pub(super) struct Approved<'a> {
    pub(super) client_id: &'a str,
    pub(super) realm_id: &'a str,
    pub(super) redirect_uri: &'a str,
    pub(super) scope: Scope,
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
    pub(super) client_id: String,
    pub(super) realm_id: String,
    pub(super) access_token: String,
    pub(super) refresh_token: String,
    pub(super) access_expires_in_s: i64,
    pub(super) refresh_expires_in_s: i64,
    pub(super) refresh_hard_expires_in_s: i64,
    /// Whether an `id_token` was asked for.
    pub(super) openid: bool,
}

/// Why a token is not good for a company.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Unusable {
    /// Unknown or expired.
    Expired,
    /// Good for another company, or for one that is connected no more.
    NotConnected,
}

/// All codes, connections and tokens.
#[derive(Debug, Default)]
pub(in super::super) struct Grants {
    codes: Codes<Code>,
    connections: BTreeMap<u64, Connection>,
    access_tokens: AccessTokens<Access>,
    last_connection: u64,
}

impl Grants {
    pub(super) fn issue_code(
        &mut self,
        approved: &Approved<'_>,
        now: Timestamp,
        chance: &mut Chance,
    ) -> String {
        let code = format!("AB1{}", chance.opaque(47));
        let approval = Code {
            client_id: approved.client_id.to_owned(),
            realm_id: approved.realm_id.to_owned(),
            redirect_uri: approved.redirect_uri.to_owned(),
            scope: approved.scope,
        };
        self.codes.issue(&code, approval, now);
        code
    }

    /// A code for tokens. Whatever comes of it, the code is used up.
    pub(super) fn redeem(
        &mut self,
        asked: &Redeemed<'_>,
        issuer: &mut Issuer<'_>,
    ) -> Result<Issued, OAuthError> {
        let code = self
            .codes
            .redeem(asked.code, asked.client_id, issuer.now)
            .filter(|code| code.redirect_uri == asked.redirect_uri)
            .ok_or(OAuthError::BAD_CODE)?;
        let Scope { openid, accounting } = code.scope;
        let issued = self.connect(code.client_id, code.realm_id, accounting, issuer);
        Ok(Issued { openid, ..issued })
    }

    /// Opens a connection, with its first tokens.
    pub(super) fn connect(
        &mut self,
        client_id: String,
        realm_id: String,
        accounting: bool,
        issuer: &mut Issuer<'_>,
    ) -> Issued {
        if self.connections.len() >= KEPT_MAX {
            self.connections.pop_first();
        }
        self.last_connection += 1;
        let connection = Connection {
            number: self.last_connection,
            client_id,
            realm_id,
            accounting,
            refresh_token: refresh_token(issuer.chance),
            rotated_token: None,
            refresh_issued_at: issuer.now,
            connected_at: issuer.now,
        };
        let issued = issue(&connection, &mut self.access_tokens, issuer);
        self.connections.insert(connection.number, connection);
        issued
    }

    /// A refresh token for a new access token, and from time to time for its own successor.
    pub(super) fn refresh(
        &mut self,
        token: &str,
        client_id: &str,
        issuer: &mut Issuer<'_>,
    ) -> Result<Issued, OAuthError> {
        let (now, grace) = (issuer.now, issuer.policy.rotated_grace);
        let in_grace = move |grant: &Connection| {
            grant.rotated_token.as_deref() == Some(token)
                && is_fresh(grant.refresh_issued_at, grace, now)
        };
        if issuer.policy.revoke_on_reuse && !self.connections.values().any(in_grace) {
            self.end_if_reused(token, client_id);
        }
        let connection = self
            .connections
            .values_mut()
            .filter(|grant| grant.client_id == client_id)
            .find(|grant| grant.refresh_token == token || in_grace(grant))
            .filter(|grant| is_fresh(grant.refresh_issued_at, REFRESH_LIFE, issuer.now))
            .filter(|grant| is_fresh(grant.connected_at, CONNECTION_LIFE, issuer.now))
            .ok_or(OAuthError::BAD_REFRESH_TOKEN)?;
        let rotates = issuer.policy.rotate_every_refresh
            || !is_fresh(connection.refresh_issued_at, ROTATION_AGE, issuer.now);
        if rotates && connection.refresh_token == token {
            let rotated = refresh_token(issuer.chance);
            connection.rotated_token =
                Some(std::mem::replace(&mut connection.refresh_token, rotated));
            connection.refresh_issued_at = issuer.now;
        }
        Ok(issue(connection, &mut self.access_tokens, issuer))
    }

    /// Ends the connection whose refresh token this was before its last rotation.
    fn end_if_reused(&mut self, token: &str, client_id: &str) {
        let reused = self.connections.values().find(|grant| {
            grant.rotated_token.as_deref() == Some(token) && grant.client_id == client_id
        });
        if let Some(number) = reused.map(|grant| grant.number) {
            self.end(number);
        }
    }

    /// Ends a connection with all its tokens.
    fn end(&mut self, number: u64) {
        self.connections.remove(&number);
        self.access_tokens.end(|access| access.connection == number);
    }

    /// Ends the connection of an access or refresh token, with all its tokens.
    pub(super) fn revoke_token(&mut self, token: &str, client_id: &str) -> bool {
        let by_access = self.access_tokens.grant_of(token).map(|access| access.connection);
        let connection = match by_access {
            Some(number) => self.connections.get(&number),
            None => self.connections.values().find(|grant| grant.refresh_token == token),
        };
        let revoked = connection.filter(|grant| grant.client_id == client_id);
        let Some(number) = revoked.map(|grant| grant.number) else { return false };
        self.end(number);
        true
    }

    /// The user disconnects an app, or every app, from a company. Access tokens stay known: the
    /// API answers them with 3100, not with 3200. Returns how many connections ended.
    pub(in super::super) fn disconnect(
        &mut self,
        realm_id: &str,
        client_id: Option<&str>,
    ) -> usize {
        let before = self.connections.len();
        self.connections.retain(|_, connection| {
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
        self.access_tokens.expire(|access| access.realm_id == realm_id, now)
    }

    /// The app that may use a bearer token for a company.
    pub(in super::super) fn check(
        &self,
        token: &str,
        realm_id: &str,
        now: Timestamp,
    ) -> Result<&str, Unusable> {
        let access = self.access_tokens.live(token, now).ok_or(Unusable::Expired)?;
        let connection = self.connections.get(&access.connection);
        connection
            .filter(|connection| connection.realm_id == realm_id && connection.accounting)
            .map(|connection| connection.client_id.as_str())
            .ok_or(Unusable::NotConnected)
    }

    /// Whether an access token is known and has not expired.
    pub(super) fn is_live(&self, token: &str, now: Timestamp) -> bool {
        self.access_tokens.live(token, now).is_some()
    }

    /// The apps connected to a company, each once.
    pub(in super::super) fn connected_apps(&self, realm_id: &str) -> BTreeSet<&str> {
        let connected = self.connections.values().filter(|one| one.realm_id == realm_id);
        connected.map(|connection| connection.client_id.as_str()).collect()
    }
}

fn issue(
    connection: &Connection,
    access_tokens: &mut AccessTokens<Access>,
    issuer: &mut Issuer<'_>,
) -> Issued {
    let (policy, now) = (issuer.policy, issuer.now);
    let access_token = format!("eyJ{}", issuer.chance.opaque(197));
    let access = Access { connection: connection.number, realm_id: connection.realm_id.clone() };
    access_tokens.issue(&access_token, access, policy.access_life, now);
    Issued {
        client_id: connection.client_id.clone(),
        realm_id: connection.realm_id.clone(),
        access_token,
        refresh_token: connection.refresh_token.clone(),
        access_expires_in_s: policy.access_life.as_secs(),
        refresh_expires_in_s: left_s(connection.refresh_issued_at, REFRESH_LIFE, now),
        refresh_hard_expires_in_s: left_s(connection.connected_at, CONNECTION_LIFE, now),
        openid: false,
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
