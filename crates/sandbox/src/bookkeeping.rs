//! Scripted bookkeeping: one believable change of the books after another.
//!
//! Chance picks the deeds by their weights; the same seed on the same books does the same.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::time::Duration;

use crate::bounded::push_bounded;
use crate::chance::Chance;

/// Deeds tried for one step before the last resort: enough that even in new books one can be done.
const DEEDS_TRIED_MAX: usize = 16;

/// Unpaid invoices a bookkeeper has in mind; older ones stay unpaid.
const UNPAID_MAX: usize = 1_000;

const MINUTE: Duration = Duration::from_secs(60);

/// What a bookkeeper of one provider does, and how.
pub(crate) trait Bookkeeping {
    /// One kind of work.
    type Deed: Copy + 'static;
    /// What was done in one step.
    type Step;
    type Error;

    /// The deeds, each with its weight.
    const DEEDS: &'static [(Self::Deed, u64)];

    fn chance(&mut self) -> &mut Chance;

    /// Does a deed; none when there is nothing to do it with.
    fn attempt(&mut self, deed: Self::Deed) -> Result<Option<Self::Step>, Self::Error>;

    /// Whether the books were against it: a taken name, an inactive customer.
    fn is_refusal(error: &Self::Error) -> bool;

    /// What can be done in any books.
    fn last_resort(&mut self) -> Result<Self::Step, Self::Error>;
}

/// Makes one change.
pub(crate) fn step<B: Bookkeeping>(bookkeeper: &mut B) -> Result<B::Step, B::Error> {
    for _ in 0..DEEDS_TRIED_MAX {
        let Some(deed) = bookkeeper.chance().weighted(B::DEEDS) else { break };
        match bookkeeper.attempt(deed) {
            Ok(Some(step)) => return Ok(step),
            Ok(None) => {}
            Err(error) if B::is_refusal(&error) => {}
            Err(error) => return Err(error),
        }
    }
    bookkeeper.last_resort()
}

/// Makes changes at a steady pace of tokio's time, one at a time, until one fails; why it failed.
pub(crate) async fn run<B: Bookkeeping>(
    bookkeeper: &mut B,
    changes_per_minute: NonZeroU32,
    mut on_step: impl FnMut(&B::Step),
) -> B::Error {
    let mut pace = tokio::time::interval(MINUTE / changes_per_minute.get());
    loop {
        pace.tick().await;
        match step(bookkeeper) {
            Ok(step) => on_step(&step),
            Err(error) => return error,
        }
    }
}

/// The invoices a bookkeeper still waits to be paid.
#[derive(Debug)]
pub(crate) struct Unpaid<I> {
    invoices: VecDeque<I>,
}

impl<I> Default for Unpaid<I> {
    fn default() -> Self {
        Self { invoices: VecDeque::new() }
    }
}

impl<I> Unpaid<I> {
    pub(crate) fn remember(&mut self, invoice: I) {
        push_bounded(&mut self.invoices, invoice, UNPAID_MAX);
    }

    /// One of them, by chance.
    pub(crate) fn draw(&self, chance: &mut Chance) -> Option<&I> {
        self.invoices.get(chance.place(self.invoices.len()))
    }

    /// One of them, by chance, which is paid then.
    pub(crate) fn take(&mut self, chance: &mut Chance) -> Option<I> {
        self.invoices.remove(chance.place(self.invoices.len()))
    }
}
