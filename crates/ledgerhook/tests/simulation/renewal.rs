//! A customer authorises again, and the disk fails before that has come to its end.

use std::time::Duration;

use crate::chance::Chance;
use crate::check::check;
use crate::disk::{Mischief, Plan};
use crate::run::Run;
use crate::setup::{Kind, Setup};
use crate::time;
use crate::world::World as _;
use crate::world::freshbooks::FreshBooksWorld;
use crate::world::sage::SageWorld;

const STEP: Duration = Duration::from_secs(60);

/// Longer than the interval of any feed.
const STEPS_FOR_ALL_POLLS: u32 = 7 * 60;

/// Longer than the waits of a record that cannot be read.
const STEPS_FOR_ALL_READINGS: u32 = 15;

#[test]
fn what_is_on_disk_of_a_new_authorisation_is_polled_with() {
    time::run(async |time| {
        let setup = Setup::of_one::<SageWorld>(Kind::Polling);
        let business = setup.companies[0].clone();
        let mut run = Run::<SageWorld>::stage(setup, Chance::from_seed(1), time).await;
        run.world.books().disconnect(&business, None).expect("a business");
        for _ in 0..STEPS_FOR_ALL_POLLS {
            run.step(STEP).await;
        }
        let operation = Some("poll_state");
        run.machine.mischiefs.add(Plan { operation, after: 0, mischief: Mischief::Fail });
        run.authorize_whom_it_needs().await;
        assert_eq!(run.figures.authorizations, 0, "the answer should not have been 200");
        run.change_one(0);
        for _ in 0..STEPS_FOR_ALL_POLLS {
            run.step(STEP).await;
        }
        check(&mut run).await.unwrap_or_else(|violation| panic!("{violation}"));
    });
}

#[test]
fn what_is_on_disk_of_a_new_authorisation_reads_the_records_that_waited_for_it() {
    time::run(async |time| {
        let setup = Setup::of_one::<FreshBooksWorld>(Kind::Webhook);
        let mut run = Run::<FreshBooksWorld>::stage(setup, Chance::from_seed(1), time).await;
        run.step(STEP).await;
        run.world.lose_tokens(0);
        run.change_one(0);
        for _ in 0..STEPS_FOR_ALL_READINGS {
            run.step(STEP).await;
        }
        let operation = Some("update_instance");
        run.machine.mischiefs.add(Plan { operation, after: 0, mischief: Mischief::Fail });
        run.authorize_whom_it_needs().await;
        assert_eq!(run.figures.authorizations, 0, "the answer should not have been 200");
        run.step(STEP).await;
        assert!(run.world.notices().iter().all(|notice| notice.is_accepted));
        check(&mut run).await.unwrap_or_else(|violation| panic!("{violation}"));
    });
}
