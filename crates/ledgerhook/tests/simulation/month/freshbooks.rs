//! A month of an idle FreshBooks business with webhooks: a sweep a day for what they lost, and a
//! look at its callbacks every six hours.

use ledgerhook_sandbox::freshbooks::{CallKind, FreshBooks};

use super::{DAYS, STEP, STEPS};
use crate::chance::Chance;
use crate::check::check;
use crate::run::Run;
use crate::setup::{Kind, Setup};
use crate::time;
use crate::world::World as _;
use crate::world::freshbooks::FreshBooksWorld;

/// Lists of one sweep: two of each kind of record, but for taxes and time entries, which have one,
/// and services, which have none.
const LISTS: u64 = 2 * 14 + 2;

#[test]
fn an_idle_business_with_webhooks_is_swept_once_a_day() {
    time::run(async |time| {
        let setup = Setup::of_one::<FreshBooksWorld>(Kind::Hybrid);
        let mut run = Run::<FreshBooksWorld>::stage(setup, Chance::from_seed(1), time).await;
        for _ in 0..STEPS {
            run.step(STEP).await;
        }
        let calls = run.world.books().calls();
        let of = |kind| calls.iter().filter(|one| one.kind == kind).map(|one| one.succeeded).sum();
        let (lists, callbacks): (u64, u64) = (of(CallKind::List), of(CallKind::Callbacks));
        let (tokens, all): (u64, u64) = (of(CallKind::Token), run.world.calls());
        println!("{lists} lists, {callbacks} of callbacks, {tokens} for tokens, {all} in all");
        assert!((1..=DAYS * LISTS).contains(&lists), "{lists}");
        // Each is made and confirmed, and all are looked at when that is done and four times a day.
        let made = u64::try_from(FreshBooks::event_nouns().count()).unwrap();
        assert!(callbacks <= 2 * made + made + 4 * DAYS, "{callbacks}");
        // A token lives twelve hours.
        assert!(tokens <= 2 * DAYS + 2, "{tokens}");
        // A business is looked up by its name once.
        assert_eq!(all, lists + callbacks + tokens + 1);
        check(&mut run).await.unwrap_or_else(|violation| panic!("{violation}"));
    });
}
