//! Waiting on a state instead of sleeping.

use std::time::Duration;

use tokio::time::Instant;

/// How long a state that must come may take. It comes in milliseconds on a quiet machine; this is
/// for a crowded one.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Looks until `condition` finds something, and returns it.
///
/// # Panics
/// When nothing was found in time.
pub async fn eventually<T>(
    what: &str,
    within: Duration,
    mut condition: impl AsyncFnMut() -> Option<T>,
) -> T {
    let deadline = Instant::now() + within;
    loop {
        if let Some(found) = condition().await {
            return found;
        }
        assert!(Instant::now() < deadline, "not within {within:?}: {what}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_comes_in_time_is_returned() {
        let mut looks = 0;
        let found = eventually("the third look", PATIENCE, async || {
            looks += 1;
            (looks == 3).then_some("here")
        });
        assert_eq!(found.await, "here");
    }

    #[tokio::test(start_paused = true)]
    #[should_panic(expected = "not within 20s: a miracle")]
    async fn what_does_not_come_fails_by_its_name() {
        eventually("a miracle", PATIENCE, async || None::<()>).await;
    }
}
