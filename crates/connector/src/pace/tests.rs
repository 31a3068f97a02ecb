//! Turns in tokio's paused time, which moves only when everybody waits.

use std::sync::Arc;

use proptest::prelude::*;
use tokio::task::JoinSet;

use super::*;

const LIMITS: PaceLimits = PaceLimits { per_second: 10, per_minute: 500, batches_per_minute: 40 };

fn throttled(seconds: u64) -> Result<(), ProviderError> {
    Err(ProviderError::Throttled { wait: Duration::from_secs(seconds) })
}

/// How many of `turns` lie in the fullest window of that length.
fn fullest(turns: &[Instant], window: Duration) -> usize {
    let within = |from: &Instant| {
        turns.iter().filter(|turn| *turn >= from && turn.duration_since(*from) < window).count()
    };
    turns.iter().map(within).max().unwrap_or(0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_window_ever_has_more_calls_than_the_limits(
        limits in (1_u32..6, 4_u32..12, 1_u32..4).prop_map(|(second, minute, batches)| PaceLimits {
            per_second: second, per_minute: minute, batches_per_minute: batches,
        }),
        calls in prop::collection::vec((0_u64..1_000, any::<bool>()), 1..60),
    ) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let (all, batches) = runtime.unwrap().block_on(called(limits, calls));
        let has = |limit: u32| usize::try_from(limit).unwrap();
        prop_assert!(fullest(&all, SECOND) <= has(limits.per_second));
        prop_assert!(fullest(&all, MINUTE) <= has(limits.per_minute));
        prop_assert!(fullest(&batches, MINUTE) <= has(limits.batches_per_minute));
    }
}

/// When the calls were let go that asked for a turn so many milliseconds after each other: all of
/// them, and the batches.
async fn called(limits: PaceLimits, calls: Vec<(u64, bool)>) -> (Vec<Instant>, Vec<Instant>) {
    let pace = Arc::new(Pace::new(limits));
    let mut tasks = JoinSet::new();
    for (pause_ms, is_batch) in calls {
        let pace = Arc::clone(&pace);
        tasks.spawn(async move {
            let turn = pace.wait_for_turn("1", is_batch).await;
            turn.ok().map(|()| (Instant::now(), is_batch))
        });
        tokio::time::sleep(Duration::from_millis(pause_ms)).await;
    }
    let let_go: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    let batches = let_go.iter().filter(|(_, is_batch)| *is_batch).map(|(at, _)| *at).collect();
    (let_go.into_iter().map(|(at, _)| at).collect(), batches)
}

#[tokio::test(start_paused = true)]
async fn ten_calls_go_at_once_and_the_eleventh_a_second_later() {
    let pace = Pace::new(LIMITS);
    let begin = Instant::now();
    for _ in 0..10 {
        pace.turn("1").await.unwrap();
    }
    assert_eq!(begin.elapsed(), Duration::ZERO);
    pace.turn("1").await.unwrap();
    assert!(begin.elapsed() >= SECOND && begin.elapsed() < 2 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_minutes_calls_at_full_speed_are_followed_by_a_wait_and_nobody_is_sent_away() {
    let pace = Pace::new(LIMITS);
    let begin = Instant::now();
    for _ in 0..501 {
        pace.turn("1").await.unwrap();
    }
    assert!(begin.elapsed() >= MINUTE, "{:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn who_would_wait_too_long_is_told_how_long_and_takes_no_turn() {
    let limits = PaceLimits { per_minute: 1, ..LIMITS };
    let pace = Pace::new(limits);
    pace.turn("1").await.unwrap();
    let wait = MINUTE + MARGIN;
    for _ in 0..3 {
        assert_eq!(pace.turn("1").await, Err(ProviderError::Throttled { wait }));
    }
    tokio::time::advance(wait).await;
    pace.turn("1").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn another_company_has_turns_of_its_own() {
    let pace = Pace::new(PaceLimits { per_minute: 1, ..LIMITS });
    pace.turn("1").await.unwrap();
    pace.turn("2").await.unwrap();
    pace.throttled("1", MINUTE);
    assert!(pace.turn("1").await.is_err());
    pace.turn("3").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_throttled_company_is_left_alone_until_the_wait_is_over() {
    let pace = Pace::new(LIMITS);
    pace.throttled("1", Duration::from_secs(60));
    assert_eq!(pace.turn("1").await, throttled(60));
    tokio::time::advance(Duration::from_secs(20)).await;
    pace.throttled("1", Duration::from_secs(1));
    assert_eq!(pace.turn_for_batch("1").await, throttled(40));
    tokio::time::advance(Duration::from_secs(40)).await;
    pace.turn("1").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_turn_when_the_company_is_throttled_does_not_call() {
    let pace = Pace::new(PaceLimits { per_second: 1, ..LIMITS });
    pace.turn("1").await.unwrap();
    let throttled = async { pace.throttled("1", MINUTE) };
    let (waiting, ()) = tokio::join!(pace.turn("1"), throttled);
    assert!(matches!(waiting, Err(ProviderError::Throttled { .. })), "{waiting:?}");
}

#[tokio::test(start_paused = true)]
async fn a_wait_without_end_is_cut() {
    let pace = Pace::new(LIMITS);
    pace.throttled("1", Duration::MAX);
    assert_eq!(pace.turn("1").await, Err(ProviderError::Throttled { wait: HOLD_MAX }));
}

#[tokio::test(start_paused = true)]
async fn idle_companies_are_forgotten_and_held_ones_are_not() {
    let pace = Pace::new(LIMITS);
    pace.throttled("held", HOLD_MAX);
    for company in 1..COMPANIES_BEFORE_SWEEP {
        pace.turn(&company.to_string()).await.unwrap();
    }
    tokio::time::advance(2 * MINUTE).await;
    pace.turn("new").await.unwrap();
    assert_eq!(pace.lock().by_id.len(), 2);
    assert!(pace.turn("held").await.is_err());
}
