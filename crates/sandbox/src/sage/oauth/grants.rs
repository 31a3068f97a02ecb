//! Codes, connections and tokens: who may act for which user, and until when.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::super::SageOptions;
use super::OAuthError;
use crate::chance::Chance;
use crate::oauth::{AccessTokens, Approval, Codes};

/// Life of a refresh token of API 3.1, 31 days.
const REFRESH_LIFE: SignedDuration = SignedDuration::from_secs(2_678_400);
/// Life of an access token of the older APIs. Their refresh tokens never expire.
const OLDER_ACCESS_LIFE: SignedDuration = SignedDuration::from_mins(60);
/// Connections kept at most; further ones push others out.
const KEPT_MAX: usize = 10_000;
/// Characters of the three parts of a token of API 3.1; about 1,300 together.
const TOKEN_PART_CHARS: [usize; 3] = [48, 908, 339];
/// Hexadecimal digits of a token of the older APIs.
const OLDER_TOKEN_DIGITS: usize = 40;
/// The scope of tokens that may change nothing.
const READ_ONLY: &str = "readonly";

/// Which APIs a grant is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Generation {
    /// API 3.1.
    Current,
    /// API 3 (columbus) and API 1.
    Older,
}

/// How tokens live, by the options.
#[derive(Clone, Copy, Debug)]
pub(super) struct TokenPolicy {
    access_life: SignedDuration,
    revoke_on_reuse: bool,
}

impl TokenPolicy {
    pub(super) fn of(options: &SageOptions) -> Self {
        Self {
            access_life: SignedDuration::from_secs(options.access_token_life_s.into()),
            revoke_on_reuse: options.revoke_on_token_reuse,
        }
    }
}

/// What a person approved on the authorize page.
#[derive(Clone, Debug)]
pub(super) struct Approved {
    pub(super) client_id: String,
    pub(super) user: String,
    /// Two capital letters: the code of API 3.1 begins with them.
    pub(super) country: String,
    pub(super) redirect_uri: String,
    pub(super) scope: String,
    pub(super) generation: Generation,
}

impl Approval for Approved {
    const CODE_LIFE: SignedDuration = SignedDuration::from_secs(60);

    fn client_id(&self) -> &str {
        &self.client_id
    }
}

/// What one authorization gave an app. Two authorizations of one user live side by side.
#[derive(Debug)]
struct Connection {
    number: u64,
    client_id: String,
    user: String,
    scope: String,
    generation: Generation,
    requested_by_id: String,
    refresh_token: String,
    /// The refresh token before the last rotation.
    spent_token: Option<String>,
    refresh_issued_at: Timestamp,
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
    pub(super) user: String,
    pub(super) generation: Generation,
    pub(super) scope: String,
    pub(super) requested_by_id: String,
    pub(super) access_token: String,
    pub(super) refresh_token: String,
    pub(super) access_expires_in_s: i64,
    pub(super) refresh_expires_in_s: i64,
}

/// What a live access token is good for.
#[derive(Debug)]
pub(in super::super) struct Live<'g> {
    pub(in super::super) client_id: &'g str,
    pub(in super::super) user: &'g str,
    pub(in super::super) generation: Generation,
    pub(in super::super) read_only: bool,
}

/// All codes, connections and tokens.
#[derive(Debug, Default)]
pub(in super::super) struct Grants {
    codes: Codes<Approved>,
    connections: BTreeMap<u64, Connection>,
    /// By the number of the connection.
    access_tokens: AccessTokens<u64>,
    last_connection: u64,
}

impl Grants {
    pub(super) fn issue_code(
        &mut self,
        approved: Approved,
        now: Timestamp,
        chance: &mut Chance,
    ) -> String {
        let code = match approved.generation {
            Generation::Current => format!("{}/{}", approved.country, chance.uuid()),
            Generation::Older => digits(chance),
        };
        self.codes.issue(&code, approved, now);
        code
    }

    /// A code for tokens. Whatever comes of it, the code is used up.
    pub(super) fn redeem(
        &mut self,
        asked: &Redeemed<'_>,
        is_here: impl Fn(&str, Generation) -> bool,
        issuer: &mut Issuer<'_>,
    ) -> Result<Issued, OAuthError> {
        let approved = self
            .codes
            .redeem(asked.code, asked.client_id, issuer.now)
            .filter(|approved| is_here(&approved.user, approved.generation))
            .filter(|approved| approved.redirect_uri == asked.redirect_uri)
            .ok_or(OAuthError::INVALID_GRANT)?;
        Ok(self.connect(approved, issuer))
    }

    fn connect(&mut self, approved: Approved, issuer: &mut Issuer<'_>) -> Issued {
        if self.connections.len() >= KEPT_MAX {
            self.connections.pop_first();
        }
        self.last_connection += 1;
        let connection = Connection {
            number: self.last_connection,
            client_id: approved.client_id,
            user: approved.user,
            scope: approved.scope,
            generation: approved.generation,
            requested_by_id: issuer.chance.uuid(),
            refresh_token: token(approved.generation, issuer.chance),
            spent_token: None,
            refresh_issued_at: issuer.now,
        };
        let issued = issue(&connection, &mut self.access_tokens, issuer);
        self.connections.insert(connection.number, connection);
        issued
    }

    /// A refresh token for new tokens. That of API 3.1 works once.
    pub(super) fn refresh(
        &mut self,
        (refresh_token, client_id): (&str, &str),
        is_here: impl Fn(&str, Generation) -> bool,
        issuer: &mut Issuer<'_>,
    ) -> Result<Issued, OAuthError> {
        if issuer.policy.revoke_on_reuse {
            self.end_if_reused(refresh_token, client_id);
        }
        let connection = self
            .connections
            .values_mut()
            .find(|one| one.refresh_token == refresh_token && one.client_id == client_id)
            .filter(|one| is_here(&one.user, one.generation))
            .filter(|one| one.refresh_left(issuer.now) > SignedDuration::ZERO)
            .ok_or(OAuthError::INVALID_GRANT)?;
        if connection.generation == Generation::Current {
            let next = token(connection.generation, issuer.chance);
            let spent = std::mem::replace(&mut connection.refresh_token, next);
            connection.spent_token = Some(spent);
            connection.refresh_issued_at = issuer.now;
        }
        Ok(issue(connection, &mut self.access_tokens, issuer))
    }

    /// Ends the connection whose refresh token this was before its last rotation.
    fn end_if_reused(&mut self, token: &str, client_id: &str) {
        let reused = self
            .connections
            .values()
            .find(|one| one.spent_token.as_deref() == Some(token) && one.client_id == client_id);
        if let Some(number) = reused.map(|one| one.number) {
            self.end(number);
        }
    }

    /// Ends a connection with all its tokens.
    fn end(&mut self, number: u64) {
        self.connections.remove(&number);
        self.access_tokens.end(|connection| *connection == number);
    }

    /// Ends the connection of an access or refresh token, with all its tokens.
    pub(super) fn revoke_token(&mut self, token: &str, client_id: &str) {
        let by_access = self.access_tokens.grant_of(token);
        let connection = match by_access {
            Some(number) => self.connections.get(number),
            None => self.connections.values().find(|one| one.refresh_token == token),
        };
        let number = connection.filter(|one| one.client_id == client_id).map(|one| one.number);
        if let Some(number) = number {
            self.end(number);
        }
    }

    /// A user disconnects one app, or every app. Returns how many connections ended.
    pub(in super::super) fn disconnect(&mut self, user: &str, client_id: Option<&str>) -> usize {
        let ends = |one: &&Connection| {
            one.user == user && client_id.is_none_or(|client_id| client_id == one.client_id)
        };
        let ended: Vec<u64> =
            self.connections.values().filter(ends).map(|one| one.number).collect();
        for number in &ended {
            self.end(*number);
        }
        ended.len()
    }

    /// Makes every access token of a user expire now. Returns how many.
    pub(in super::super) fn expire_access_tokens(&mut self, user: &str, now: Timestamp) -> usize {
        let of_user =
            |number: &u64| self.connections.get(number).is_some_and(|one| one.user == user);
        self.access_tokens.expire(of_user, now)
    }

    /// What an access token is good for now.
    pub(in super::super) fn live(&self, token: &str, now: Timestamp) -> Option<Live<'_>> {
        let connection = self.connections.get(self.access_tokens.live(token, now)?)?;
        Some(Live {
            client_id: &connection.client_id,
            user: &connection.user,
            generation: connection.generation,
            read_only: connection.scope == READ_ONLY,
        })
    }
}

impl Connection {
    fn refresh_left(&self, now: Timestamp) -> SignedDuration {
        match self.generation {
            Generation::Current => REFRESH_LIFE - now.duration_since(self.refresh_issued_at),
            Generation::Older => SignedDuration::MAX,
        }
    }
}

fn issue(
    connection: &Connection,
    access_tokens: &mut AccessTokens<u64>,
    issuer: &mut Issuer<'_>,
) -> Issued {
    let now = issuer.now;
    let access_life = match connection.generation {
        Generation::Current => issuer.policy.access_life,
        Generation::Older => OLDER_ACCESS_LIFE,
    };
    let access_token = token(connection.generation, issuer.chance);
    access_tokens.issue(&access_token, connection.number, access_life, now);
    Issued {
        user: connection.user.clone(),
        generation: connection.generation,
        scope: connection.scope.clone(),
        requested_by_id: connection.requested_by_id.clone(),
        access_token,
        refresh_token: connection.refresh_token.clone(),
        access_expires_in_s: access_life.as_secs(),
        refresh_expires_in_s: connection.refresh_left(now).as_secs(),
    }
}

/// A token of the length and look of Sage's.
fn token(generation: Generation, chance: &mut Chance) -> String {
    match generation {
        Generation::Current => {
            let parts = TOKEN_PART_CHARS.map(|chars| chance.opaque(chars));
            format!("eyJ{}", parts.join("."))
        }
        Generation::Older => digits(chance),
    }
}

fn digits(chance: &mut Chance) -> String {
    let digits = format!("{}{}", chance.trace_tail(), chance.trace_tail());
    digits.chars().take(OLDER_TOKEN_DIGITS).collect()
}
