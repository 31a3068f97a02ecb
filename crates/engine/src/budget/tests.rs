//! Tests of the spreading of a budget.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Polled by change data capture at the default pace.
fn every_quarter_of_an_hour(idle: Duration) -> PolledFeed {
    PolledFeed { interval: 15 * MINUTE, idle, reads_per_poll: 1 }
}

fn projected(left: BudgetLeft, feeds: &[PolledFeed], stretches: &[u64]) -> u64 {
    let reads = feeds.iter().zip(stretches).map(|(feed, s)| feed.reads_within(left.time, *s));
    reads.sum()
}

#[test]
fn a_company_polled_every_quarter_of_an_hour_costs_2976_reads_in_31_days() {
    assert_eq!(every_quarter_of_an_hour(DAY).reads_within(31 * DAY, UNSTRETCHED), 2_976);
}

#[test]
fn the_free_tier_carries_168_companies_of_a_long_month_unstretched() {
    let feeds = |count| vec![every_quarter_of_an_hour(30 * DAY); count];
    let left = BudgetLeft { reads: 555_600, time: 31 * DAY };
    assert_eq!(stretches(left, &feeds(168)), [UNSTRETCHED; 168]);
    assert!(stretches(left, &feeds(169)).iter().all(|stretch| *stretch > UNSTRETCHED));
}

#[test]
fn idle_companies_are_stretched_first_and_most_and_active_ones_last() {
    let feeds = [Duration::ZERO, 2 * HOUR, 2 * DAY, 8 * DAY].map(every_quarter_of_an_hour);
    let at = |reads| stretches(BudgetLeft { reads, time: 30 * DAY }, &feeds);
    let plenty = at(14_000);
    assert_eq!(plenty, [UNSTRETCHED; 4]);
    let (little, less, least) = (at(10_600), at(8_000), at(2_000));
    assert_eq!(little[..3], [UNSTRETCHED; 3]);
    assert!(little[3] > UNSTRETCHED, "{little:?}");
    assert_eq!(less[..2], [UNSTRETCHED; 2]);
    assert!(less[3] > less[2] && less[2] > UNSTRETCHED, "{less:?}");
    assert!(least[0] > UNSTRETCHED, "{least:?}");
    assert!(least.is_sorted() && least[0] < least[3], "{least:?}");
}

#[test]
fn no_interval_is_stretched_beyond_what_change_data_capture_remembers() {
    let daily = PolledFeed { interval: DAY, ..every_quarter_of_an_hour(30 * DAY) };
    let monthly = PolledFeed { interval: 30 * DAY, ..daily };
    let nothing = BudgetLeft { reads: 0, time: 30 * DAY };
    assert_eq!(stretches(nothing, &[daily, monthly]), [7 * UNSTRETCHED, UNSTRETCHED]);
}

prop_compose! {
    fn a_feed()(minutes in 1..3_000_u32, idle_hours in 0..400_u32, reads_per_poll in 1..5_u32)
        -> PolledFeed
    {
        PolledFeed { interval: minutes * MINUTE, idle: idle_hours * HOUR, reads_per_poll }
    }
}

prop_compose! {
    fn what_is_left()(reads in 0..300_000_u64, hours in 0..744_u32) -> BudgetLeft {
        BudgetLeft { reads, time: hours * HOUR }
    }
}

proptest! {
    #[test]
    fn what_is_projected_fits_whenever_any_stretch_makes_it_fit(
        left in what_is_left(), feeds in vec(a_feed(), 0..40)
    ) {
        let furthest: Vec<u64> = feeds.iter().map(PolledFeed::stretch_max).collect();
        let found = stretches(left, &feeds);
        if projected(left, &feeds, &furthest) <= left.reads {
            prop_assert!(projected(left, &feeds, &found) <= left.reads);
        } else {
            prop_assert_eq!(found, furthest);
        }
    }

    #[test]
    fn nothing_is_stretched_when_there_is_enough(
        time_hours in 0..744_u32, feeds in vec(a_feed(), 0..40)
    ) {
        let time = time_hours * HOUR;
        let needed: u64 = feeds.iter().map(|feed| feed.reads_within(time, UNSTRETCHED)).sum();
        let enough = BudgetLeft { reads: needed * 1_000 / 900 + 1_000, time };
        prop_assert_eq!(stretches(enough, &feeds), vec![UNSTRETCHED; feeds.len()]);
    }

    #[test]
    fn nothing_is_asked_more_often_than_its_instance_says(
        left in what_is_left(), feeds in vec(a_feed(), 0..40)
    ) {
        for (feed, stretch) in feeds.iter().zip(stretches(left, &feeds)) {
            prop_assert!(stretched(feed.interval, stretch) >= feed.interval);
            prop_assert!((UNSTRETCHED..=STRETCH_MAX).contains(&stretch));
        }
    }

    #[test]
    fn less_reads_or_more_time_stretch_nothing_less(
        left in what_is_left(), feeds in vec(a_feed(), 0..40),
        fewer in 0..50_000_u64, more_hours in 0..100_u32,
    ) {
        let before = stretches(left, &feeds);
        let poorer = BudgetLeft { reads: left.reads.saturating_sub(fewer), ..left };
        let longer = BudgetLeft { time: left.time + more_hours * HOUR, ..left };
        for after in [stretches(poorer, &feeds), stretches(longer, &feeds)] {
            prop_assert!(before.iter().zip(&after).all(|(before, after)| before <= after));
        }
    }

    #[test]
    fn of_two_companies_at_the_same_pace_the_idler_is_stretched_no_less(
        left in what_is_left(), mut feeds in vec(a_feed(), 2..40)
    ) {
        for feed in &mut feeds {
            feed.interval = 15 * MINUTE;
        }
        feeds.sort_by_key(|feed| feed.idle);
        prop_assert!(stretches(left, &feeds).is_sorted());
    }
}
