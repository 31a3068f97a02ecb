//! The lives of codes, connections and tokens.

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
                revoke_on_reuse: false,
                rotated_grace: SignedDuration::ZERO,
            },
            now: "2026-03-10T12:00:00Z".parse().unwrap(),
        }
    }

    fn code(&mut self) -> String {
        self.code_for(Scope { openid: false, accounting: true })
    }

    fn code_for(&mut self, scope: Scope) -> String {
        let approved = Approved { client_id: "app", realm_id: "77", redirect_uri: REDIRECT, scope };
        self.grants.issue_code(&approved, self.now, &mut self.chance)
    }

    fn redeem(&mut self, code: &str, redirect_uri: &str) -> Result<Issued, OAuthError> {
        let asked = Redeemed { code, redirect_uri, client_id: "app" };
        let mut issuer = Issuer { policy: self.policy, now: self.now, chance: &mut self.chance };
        self.grants.redeem(&asked, &mut issuer)
    }

    fn connect(&mut self) -> Issued {
        let code = self.code();
        self.redeem(&code, REDIRECT).unwrap()
    }

    fn refresh(&mut self, token: &str) -> Result<Issued, OAuthError> {
        let mut issuer = Issuer { policy: self.policy, now: self.now, chance: &mut self.chance };
        self.grants.refresh(token, "app", &mut issuer)
    }

    fn pass(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    fn check(&self, token: &str, realm_id: &str) -> Result<&str, Unusable> {
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
fn the_loser_of_two_refreshes_is_refused_and_the_winner_keeps_its_tokens() {
    let mut bench = Bench::new(true);
    let first = bench.connect().refresh_token;
    let winner = bench.refresh(&first).unwrap();
    assert_eq!(bench.refresh(&first).unwrap_err(), OAuthError::BAD_REFRESH_TOKEN);
    assert_eq!(bench.check(&winner.access_token, "77"), Ok("app"));
    assert!(bench.refresh(&winner.refresh_token).is_ok());
}

#[test]
fn the_loser_of_two_refreshes_can_take_the_winners_tokens_with_it() {
    let mut bench = Bench::new(true);
    bench.policy.revoke_on_reuse = true;
    let first = bench.connect().refresh_token;
    let winner = bench.refresh(&first).unwrap();
    assert_eq!(bench.refresh(&first).unwrap_err(), OAuthError::BAD_REFRESH_TOKEN);
    assert_eq!(bench.check(&winner.access_token, "77"), Err(Unusable::Expired));
    assert_eq!(bench.refresh(&winner.refresh_token).unwrap_err(), OAuthError::BAD_REFRESH_TOKEN);
}

#[test]
fn a_token_that_did_not_rotate_may_be_used_by_both_of_two_refreshes() {
    let mut bench = Bench::new(false);
    bench.policy.revoke_on_reuse = true;
    let token = bench.connect().refresh_token;
    assert!(bench.refresh(&token).is_ok());
    assert!(bench.refresh(&token).is_ok());
}

#[test]
fn a_rotated_token_may_work_for_a_while_and_brings_its_successor() {
    let mut bench = Bench::new(true);
    bench.policy.rotated_grace = SignedDuration::from_secs(60);
    bench.policy.revoke_on_reuse = true;
    let first = bench.connect().refresh_token;
    let second = bench.refresh(&first).unwrap().refresh_token;
    bench.pass(59);
    assert_eq!(bench.refresh(&first).unwrap().refresh_token, second);
    bench.pass(1);
    assert_eq!(bench.refresh(&first).unwrap_err(), OAuthError::BAD_REFRESH_TOKEN);
}

#[test]
fn a_connection_ends_for_good_after_five_years_however_often_it_was_refreshed() {
    let mut bench = Bench::new(false);
    let mut token = bench.connect().refresh_token;
    for _ in 0..60 {
        bench.pass(2_600_000);
        token = bench.refresh(&token).unwrap().refresh_token;
    }
    bench.pass(157_680_000 - 60 * 2_600_000);
    assert_eq!(bench.refresh(&token).unwrap_err(), OAuthError::BAD_REFRESH_TOKEN);
}

#[test]
fn tokens_without_the_scope_open_no_books() {
    let mut bench = Bench::new(false);
    let code = bench.code_for(Scope { openid: true, accounting: false });
    let issued = bench.redeem(&code, REDIRECT).unwrap();
    assert_eq!(bench.check(&issued.access_token, "77"), Err(Unusable::NotConnected));
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
    assert_eq!(bench.check(&token, "77"), Ok("app"));
    assert_eq!(bench.check(&token, "78"), Err(Unusable::NotConnected));
    assert_eq!(bench.check("made up", "77"), Err(Unusable::Expired));
    bench.pass(3_600);
    assert_eq!(bench.check(&token, "77"), Err(Unusable::Expired));
}

#[test]
fn revoking_a_token_ends_only_its_own_connection() {
    let mut bench = Bench::new(false);
    let (first, second) = (bench.connect(), bench.connect());
    assert!(!bench.grants.revoke_token(&first.refresh_token, "another app"));
    assert!(bench.grants.revoke_token(&first.refresh_token, "app"));
    assert!(bench.refresh(&first.refresh_token).is_err());
    assert_eq!(bench.check(&first.access_token, "77"), Err(Unusable::Expired));
    assert_eq!(bench.check(&second.access_token, "77"), Ok("app"));
    assert_eq!(bench.grants.connected_apps("77").len(), 1);
}

#[test]
fn a_disconnected_company_answers_not_connected() {
    let mut bench = Bench::new(false);
    let issued = bench.connect();
    assert_eq!(bench.grants.disconnect("77", Some("another app")), 0);
    assert_eq!(bench.grants.disconnect("77", Some("app")), 1);
    assert_eq!(bench.check(&issued.access_token, "77"), Err(Unusable::NotConnected));
    assert!(bench.refresh(&issued.refresh_token).is_err());
    assert!(bench.grants.connected_apps("77").is_empty());
}

#[test]
fn expiring_the_tokens_of_a_company_leaves_it_connected() {
    let mut bench = Bench::new(false);
    let issued = bench.connect();
    assert_eq!(bench.grants.expire_access_tokens("77", bench.now), 1);
    assert_eq!(bench.check(&issued.access_token, "77"), Err(Unusable::Expired));
    assert!(bench.refresh(&issued.refresh_token).is_ok());
}
