//! Codes, grants and tokens: who may act for which user, and until when.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::super::portal::Business;
use super::OAuthError;
use crate::chance::Chance;
use crate::oauth::{AccessTokens, Approval, Codes};

/// Characters of an access token: about what a JWT has.
const ACCESS_TOKEN_CHARS: usize = 1_000;

#[derive(Debug)]
struct Code {
    grant: GrantKey,
    redirect_uri: String,
    scope: String,
    challenge: Option<String>,
}

impl Approval for Code {
    const CODE_LIFE: SignedDuration = SignedDuration::from_mins(5);

    fn client_id(&self) -> &str {
        &self.grant.0
    }
}

/// The app and the user: there is one grant for both together.
type GrantKey = (String, u64);

/// What an app has from a user.
#[derive(Debug)]
struct Grant {
    /// The one refresh token that is alive.
    refresh_token: String,
    redirect_uri: String,
    scope: String,
}

/// What a person approved on the authorize page.
#[derive(Debug)]
pub(super) struct Approved<'a> {
    pub(super) client_id: &'a str,
    pub(super) identity_id: u64,
    pub(super) redirect_uri: &'a str,
    pub(super) scope: String,
    /// `code_challenge` of PKCE, method S256.
    pub(super) challenge: Option<String>,
}

/// What issuing tokens needs besides the grant.
#[derive(Debug)]
pub(super) struct Issuer<'i> {
    pub(super) access_life_s: u32,
    pub(super) now: Timestamp,
    pub(super) chance: &'i mut Chance,
}

/// A code with what comes with it at the token endpoint.
#[derive(Debug)]
pub(super) struct Redeemed<'r> {
    pub(super) code: &'r str,
    pub(super) redirect_uri: &'r str,
    pub(super) client_id: &'r str,
    pub(super) verifier: Option<&'r str>,
}

/// The content of a token answer.
#[derive(Debug)]
pub(super) struct Issued {
    pub(super) access_token: String,
    pub(super) refresh_token: String,
    pub(super) scope: String,
    pub(super) expires_in_s: u32,
    pub(super) created_at: Timestamp,
}

/// Who acts with an access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Bearer {
    pub(in super::super) client_id: String,
    pub(in super::super) identity_id: u64,
}

/// All codes, grants and tokens. Grants are bounded by the apps and users.
#[derive(Debug, Default)]
pub(in super::super) struct Grants {
    codes: Codes<Code>,
    grants: BTreeMap<GrantKey, Grant>,
    access_tokens: AccessTokens<GrantKey>,
}

impl Grants {
    pub(super) fn issue_code(
        &mut self,
        approved: Approved<'_>,
        now: Timestamp,
        chance: &mut Chance,
    ) -> String {
        let code = hex64(chance);
        let approval = Code {
            grant: (approved.client_id.to_owned(), approved.identity_id),
            redirect_uri: approved.redirect_uri.to_owned(),
            scope: approved.scope,
            challenge: approved.challenge,
        };
        self.codes.issue(&code, approval, now);
        code
    }

    /// A code for tokens. Whatever comes of it, the code is used up. A refresh token the app had
    /// from this user is dead from then on.
    pub(super) fn redeem(
        &mut self,
        asked: &Redeemed<'_>,
        issuer: &mut Issuer<'_>,
    ) -> Result<Issued, OAuthError> {
        let code = self.codes.redeem(asked.code, asked.client_id, issuer.now);
        let code = code.ok_or(OAuthError::INVALID_GRANT)?;
        let is_proven = code.challenge.as_ref().is_none_or(|challenge| {
            let verifier = asked.verifier.unwrap_or_default();
            URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())) == *challenge
        });
        if !is_proven || code.redirect_uri != asked.redirect_uri {
            return Err(OAuthError::INVALID_GRANT);
        }
        let refresh_token = hex64(issuer.chance);
        let grant = Grant { refresh_token, redirect_uri: code.redirect_uri, scope: code.scope };
        let issued = self.issue(&code.grant, &grant, issuer);
        self.grants.insert(code.grant, grant);
        Ok(issued)
    }

    /// A refresh token for new tokens; it works once.
    pub(super) fn refresh(
        &mut self,
        token: &str,
        client_id: &str,
        redirect_uri: &str,
        issuer: &mut Issuer<'_>,
    ) -> Result<Issued, OAuthError> {
        let key = self
            .grants
            .iter()
            .find(|(key, grant)| grant.refresh_token == token && key.0 == client_id)
            .filter(|(_, grant)| grant.redirect_uri == redirect_uri)
            .map(|(key, _)| key.clone())
            .ok_or(OAuthError::INVALID_GRANT)?;
        let mut grant = self.grants.remove(&key).ok_or(OAuthError::INVALID_GRANT)?;
        grant.refresh_token = hex64(issuer.chance);
        let issued = self.issue(&key, &grant, issuer);
        self.grants.insert(key, grant);
        Ok(issued)
    }

    /// Older access tokens live on until they expire.
    fn issue(&mut self, key: &GrantKey, grant: &Grant, issuer: &mut Issuer<'_>) -> Issued {
        let life = SignedDuration::from_secs(issuer.access_life_s.into());
        let access_token = format!("eyJ{}", issuer.chance.opaque(ACCESS_TOKEN_CHARS));
        self.access_tokens.issue(&access_token, key.clone(), life, issuer.now);
        Issued {
            access_token,
            refresh_token: grant.refresh_token.clone(),
            scope: grant.scope.clone(),
            expires_in_s: issuer.access_life_s,
            created_at: issuer.now,
        }
    }

    /// Ends the grant of an access or refresh token, with all its tokens.
    pub(super) fn revoke_token(&mut self, token: &str, client_id: &str) {
        let by_access = self.access_tokens.grant_of(token).cloned();
        let by_refresh = || {
            let grant = self.grants.iter().find(|(_, grant)| grant.refresh_token == token);
            grant.map(|(key, _)| key.clone())
        };
        let key = by_access.or_else(by_refresh).filter(|key| key.0 == client_id);
        if let Some(key) = key {
            self.end(&key);
        }
    }

    fn end(&mut self, key: &GrantKey) {
        self.grants.remove(key);
        self.access_tokens.end(|grant| grant == key);
    }

    /// A user takes access from one app, or from every app. Returns from how many.
    pub(in super::super) fn disconnect(
        &mut self,
        identity_id: u64,
        client_id: Option<&str>,
    ) -> usize {
        let is_meant = |key: &&GrantKey| {
            key.1 == identity_id && client_id.is_none_or(|client_id| client_id == key.0)
        };
        let ended: Vec<GrantKey> = self.grants.keys().filter(is_meant).cloned().collect();
        ended.iter().for_each(|key| self.end(key));
        ended.len()
    }

    /// Makes every access token of a user expire now. Returns how many.
    pub(in super::super) fn expire_access_tokens(
        &mut self,
        identity_id: u64,
        now: Timestamp,
    ) -> usize {
        self.access_tokens.expire(|grant| grant.1 == identity_id, now)
    }

    /// Who acts with an access token, while it lives.
    pub(in super::super) fn bearer(&self, token: &str, now: Timestamp) -> Option<Bearer> {
        let (client_id, identity_id) = self.access_tokens.live(token, now)?.clone();
        Some(Bearer { client_id, identity_id })
    }

    /// Whether an app has a grant of a member of a business.
    pub(in super::super) fn is_connected(&self, client_id: &str, business: &Business) -> bool {
        let mut grants = self.grants.keys().filter(|key| key.0 == client_id);
        grants.any(|key| business.has_member(key.1))
    }
}

/// 64 hexadecimal digits.
fn hex64(chance: &mut Chance) -> String {
    format!("{}{}", chance.uuid(), chance.uuid()).replace('-', "")
}
