//! A week of a Sage business: every resource that is listed is a question of its own, and where
//! Sage tells of deletions a second one.

use ledgerhook_sandbox::sage::CallKind;

use super::{STEP, STEPS_A_DAY};
use crate::chance::Chance;
use crate::check::check;
use crate::run::Run;
use crate::setup::{Kind, Setup};
use crate::time;
use crate::world::World as _;
use crate::world::sage::SageWorld;

const DAYS: u64 = 7;

/// Two that tell of deletions, one that does not, and one that is asked for every six hours.
const RESOURCES: [&str; 4] = ["customers", "invoices", "sales-quotes", "tax-rates"];

/// Questions for the first three at every 15 minutes, and for the last one.
const LISTS_MAX: u64 = DAYS * (3 * 24 * 4 + 4) + 1;
const DELETES_MAX: u64 = DAYS * 2 * 24 * 4;

#[test]
fn an_idle_business_is_asked_for_what_it_lists_every_quarter_of_an_hour_and_no_more() {
    time::run(async |time| {
        let mut setup = Setup::of_one::<SageWorld>(Kind::Polling);
        setup.instances[0].resources = Some(RESOURCES.to_vec());
        let business = setup.companies[0].clone();
        let mut run = Run::<SageWorld>::stage(setup, Chance::from_seed(1), time).await;
        for _ in 0..DAYS * STEPS_A_DAY {
            run.step(STEP).await;
        }
        let calls = |kind| run.world.books().succeeded_calls(&business, kind);
        let (lists, deletes) = (calls(CallKind::List), calls(CallKind::Deletes));
        let (tokens, all) = (calls(CallKind::Token), run.world.calls());
        println!("{lists} lists, {deletes} of deletions, {tokens} for tokens, {all} in all");
        // Chance delays each poll by up to half a minute, which here is the next step.
        assert!((LISTS_MAX * 9 / 10..=LISTS_MAX).contains(&lists), "{lists}");
        assert!((DELETES_MAX * 9 / 10..=DELETES_MAX).contains(&deletes), "{deletes}");
        // An access token lives five minutes, so each poll may want a fresh one; and a business is
        // looked up by its name once.
        assert!(tokens <= lists, "{tokens}");
        assert_eq!(all, lists + deletes + tokens + 1);
        check(&mut run).await.unwrap_or_else(|violation| panic!("{violation}"));
    });
}
