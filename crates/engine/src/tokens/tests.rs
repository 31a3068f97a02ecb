//! Refreshes against a provider whose answers are laid ready.

use super::*;
use crate::stand_in::{HandClock, Scripted, base, granted, seat, seat_of};
use ledgerhook_connector::RefreshError;

struct Bench {
    provider: Arc<Scripted>,
    clock: Arc<HandClock>,
    base: Base,
    tokens: Arc<Tokens>,
    seat: Arc<Seat>,
}

impl Bench {
    /// An instance with the tokens `a1` and `r1`.
    async fn new() -> Self {
        let (provider, clock) = (Arc::default(), Arc::default());
        let base = base(&provider, &clock);
        let seat = seat(&base).await;
        let tokens = Arc::new(Tokens::new(&base, &Supervisor::default()));
        tokens.take(seat.id, &granted("a1", "r1")).await.unwrap();
        Self { provider, clock, base, tokens, seat }
    }

    /// As after a start of the gateway.
    fn restart(&mut self) {
        self.tokens = Arc::new(Tokens::new(&self.base, &Supervisor::default()));
    }

    fn answers(&self, answers: impl IntoIterator<Item = Result<Granted, RefreshError>>) {
        self.provider.answers.lock().unwrap().extend(answers);
    }

    /// The access token of a call, after the old one has ended.
    async fn call(&self) -> Result<String, AccessError> {
        self.clock.pass(Duration::from_secs(3_600));
        let tokens = self.tokens.current(&self.seat).await?;
        Ok(tokens.token.expose().to_owned())
    }

    /// Why there are none.
    async fn refused(&self) -> String {
        match self.call().await.unwrap_err() {
            AccessError::NeedsReauthentication(reason) => reason,
            other => panic!("{other}"),
        }
    }

    async fn lost(&self) {
        assert!(matches!(self.call().await, Err(AccessError::Unavailable(_))));
    }

    fn asked(&self) -> Vec<String> {
        self.provider.asked.lock().unwrap().clone()
    }
}

fn lost() -> Result<Granted, RefreshError> {
    Err(RefreshError::Unavailable { message: "no answer".to_owned() })
}

fn refused() -> Result<Granted, RefreshError> {
    Err(RefreshError::Refused { provider_message: "invalid_grant".to_owned() })
}

#[tokio::test]
async fn after_a_lost_answer_the_same_token_is_tried_first() {
    let bench = Bench::new().await;
    bench.answers([lost(), Ok(granted("a2", "r1"))]);
    bench.lost().await;
    assert_eq!(bench.call().await.unwrap(), "a2");
    assert_eq!(bench.asked(), ["r1", "r1"]);
}

#[tokio::test]
async fn when_that_is_refused_the_token_before_it_is_tried_once() {
    let bench = Bench::new().await;
    bench.answers([Ok(granted("a2", "r2")), lost(), refused(), Ok(granted("a3", "r3"))]);
    assert_eq!(bench.call().await.unwrap(), "a2");
    bench.lost().await;
    assert_eq!(bench.call().await.unwrap(), "a3");
    assert_eq!(bench.asked(), ["r1", "r2", "r2", "r1"]);
}

#[tokio::test]
async fn when_both_are_refused_the_customer_must_act_and_the_lost_answer_is_named() {
    let bench = Bench::new().await;
    bench.answers([Ok(granted("a2", "r2")), lost(), refused(), refused()]);
    bench.call().await.unwrap();
    bench.lost().await;
    let reason = bench.refused().await;
    assert!(reason.starts_with("invalid_grant; the answer to the refresh before was lost"));
    assert_eq!(bench.refused().await, reason, "nobody asks any more");
    assert_eq!(bench.asked(), ["r1", "r2", "r2", "r1"]);
}

#[tokio::test]
async fn a_token_that_did_not_change_is_not_tried_twice() {
    let bench = Bench::new().await;
    bench.answers([Ok(granted("a2", "r1")), lost(), refused()]);
    bench.call().await.unwrap();
    bench.lost().await;
    bench.refused().await;
    assert_eq!(bench.asked(), ["r1", "r1", "r1"]);
}

#[tokio::test]
async fn a_refusal_without_a_lost_answer_is_final_at_once() {
    let bench = Bench::new().await;
    bench.answers([Ok(granted("a2", "r2")), refused()]);
    bench.call().await.unwrap();
    assert_eq!(bench.refused().await, "invalid_grant");
    assert_eq!(bench.asked(), ["r1", "r2"]);
}

#[tokio::test]
async fn after_a_start_an_answer_may_have_been_lost_with_the_process_before() {
    let mut bench = Bench::new().await;
    bench.answers([Ok(granted("a2", "r2")), refused(), Ok(granted("a3", "r3"))]);
    bench.call().await.unwrap();
    bench.restart();
    assert_eq!(bench.call().await.unwrap(), "a3");
    assert_eq!(bench.asked(), ["r1", "r2", "r1"]);
}

#[tokio::test]
async fn of_many_at_once_one_asks() {
    let bench = Bench::new().await;
    bench.answers([Ok(granted("a2", "r2"))]);
    bench.clock.pass(Duration::from_secs(3_600));
    let calls = (0..8).map(|_| bench.tokens.current(&bench.seat));
    for tokens in futures_util::future::join_all(calls).await {
        assert_eq!(tokens.unwrap().token, Secret::new("a2"));
    }
    assert_eq!(bench.asked(), ["r1"]);
}

#[tokio::test]
async fn a_refresh_goes_on_when_who_asked_for_it_hangs_up() {
    let bench = Bench::new().await;
    bench.answers([Ok(granted("a2", "r2"))]);
    bench.clock.pass(Duration::from_secs(3_600));
    {
        let mut call = Box::pin(bench.tokens.current(&bench.seat));
        // Long enough to ask, and no longer.
        while bench.asked().is_empty() {
            assert!(futures_util::poll!(&mut call).is_pending());
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(bench.tokens.current(&bench.seat).await.unwrap().token, Secret::new("a2"));
    assert_eq!(bench.asked(), ["r1"]);
}

#[tokio::test]
async fn the_end_that_no_refresh_moves_is_kept_and_named() {
    let bench = Bench::new().await;
    let with_end = |seconds| Granted {
        refresh_hard_lifetime: Some(Duration::from_secs(seconds)),
        ..granted("a", "r")
    };
    bench.tokens.take(bench.seat.id, &with_end(7_200)).await.unwrap();
    let ends_at = Some(Moment::from_micros(7_200_000_000));
    assert_eq!(bench.tokens.standing(bench.seat.id).await.unwrap().ends_at, ends_at);
    bench.answers([Ok(granted("a2", "r2")), refused()]);
    bench.call().await.unwrap();
    assert_eq!(bench.tokens.standing(bench.seat.id).await.unwrap().ends_at, ends_at);
    let reason = bench.refused().await;
    assert!(reason.contains("could be renewed until 1970-01-01T02:00:00Z only"), "{reason}");
    let standing = bench.tokens.standing(bench.seat.id).await.unwrap();
    assert_eq!(standing.needs_reauthentication, Some(reason));
}

#[tokio::test]
async fn tokens_that_were_stored_without_an_end_are_opened() {
    let bench = Bench::new().await;
    let sealed = bench.base.vault.seal("instance.tokens", br#"["a","r"]"#);
    let opened = bench.tokens.open(&sealed).unwrap();
    assert_eq!((opened.tokens.token, opened.ends_at), (Secret::new("a"), None));
    let damaged = bench.base.vault.seal("instance.tokens", br#"["a"]"#);
    assert!(bench.tokens.open(&damaged).is_err());
}

#[tokio::test]
async fn a_refusal_of_old_tokens_says_nothing_of_those_of_a_new_authorisation() {
    let bench = Bench::new().await;
    let (tokens, instance) = (&bench.tokens, bench.seat.id);
    tokens.take(instance, &granted("a9", "r9")).await.unwrap();
    tokens.shut_out(instance, &Secret::new("a1"), "disconnected").await;
    assert_eq!(tokens.standing(instance).await.unwrap(), Standing::default());
    tokens.shut_out(instance, &Secret::new("a9"), "disconnected").await;
    let standing = tokens.standing(instance).await.unwrap();
    assert_eq!(standing.needs_reauthentication.as_deref(), Some("disconnected"));
}

#[tokio::test]
async fn tokens_that_another_company_of_the_user_has_ended_are_replaced_by_its_own() {
    let bench = Bench::new().await;
    let other = seat_of(&bench.base, "somebody").await;
    bench.clock.pass(Duration::from_secs(60));
    bench.tokens.take(other.id, &granted("a2", "r2")).await.unwrap();
    bench.answers([refused(), Ok(granted("a3", "r3")), refused()]);
    assert_eq!(bench.call().await.unwrap(), "a2");
    assert_eq!(bench.call().await.unwrap(), "a3");
    // Now the other one's has ended.
    let tokens = bench.tokens.current(&other).await.unwrap();
    assert_eq!(tokens.token, Secret::new("a3"));
    assert_eq!(bench.asked(), ["r1", "r2", "r2"]);
    let standing = bench.tokens.standing(bench.seat.id).await.unwrap();
    assert_eq!(standing, Standing::default());
}

#[tokio::test]
async fn tokens_of_another_user_are_no_help_and_older_ones_are_none() {
    let bench = Bench::new().await;
    let stranger = seat_of(&bench.base, "somebody else").await;
    bench.clock.pass(Duration::from_secs(60));
    bench.tokens.take(stranger.id, &granted("a2", "r2")).await.unwrap();
    bench.answers([refused()]);
    assert_eq!(bench.refused().await, "invalid_grant");

    let younger = seat_of(&bench.base, "somebody").await;
    bench.tokens.take(younger.id, &granted("a3", "r3")).await.unwrap();
    bench.answers([refused()]);
    bench.clock.pass(Duration::from_secs(3_600));
    let error = bench.tokens.current(&younger).await.unwrap_err();
    assert!(matches!(error, AccessError::NeedsReauthentication(_)), "{error}");
}

#[tokio::test]
async fn the_provider_is_told_of_an_end_with_the_last_company_of_a_user_only() {
    let bench = Bench::new().await;
    let other = seat_of(&bench.base, "somebody").await;
    bench.tokens.take(other.id, &granted("a2", "r2")).await.unwrap();
    assert!(bench.tokens.farewell(bench.seat.id).await.is_none());
    bench.base.roster.unseat(bench.seat.id);
    assert!(bench.tokens.farewell(other.id).await.is_some());
}
