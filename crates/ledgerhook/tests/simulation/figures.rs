//! What the runs came to, in numbers.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// Numbers of one run or of many.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    pub(crate) seeds: u64,
    pub(crate) changes: u64,
    pub(crate) notices: u64,
    pub(crate) polls: u64,
    pub(crate) provider_calls: u64,
    pub(crate) faults: BTreeMap<&'static str, u64>,
    pub(crate) restarts: u64,
    pub(crate) authorizations: u64,
    pub(crate) events: u64,
    pub(crate) repeats: u64,
    pub(crate) virtual_time: Duration,
}

impl Figures {
    pub(crate) fn count_fault(&mut self, name: &'static str) {
        *self.faults.entry(name).or_default() += 1;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.seeds += other.seeds;
        self.changes += other.changes;
        self.notices += other.notices;
        self.polls += other.polls;
        self.provider_calls += other.provider_calls;
        for (name, count) in &other.faults {
            *self.faults.entry(name).or_default() += count;
        }
        self.restarts += other.restarts;
        self.authorizations += other.authorizations;
        self.events += other.events;
        self.repeats += other.repeats;
        self.virtual_time += other.virtual_time;
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hours = self.virtual_time.as_secs() / 3_600;
        writeln!(f, "seeds                  {:>9}", self.seeds)?;
        writeln!(f, "virtual time           {:>9} days {} h", hours / 24, hours % 24)?;
        writeln!(f, "changes of books       {:>9}", self.changes)?;
        writeln!(f, "notices made           {:>9}", self.notices)?;
        writeln!(f, "polls that ended well  {:>9}", self.polls)?;
        writeln!(f, "calls of the provider  {:>9}", self.provider_calls)?;
        writeln!(f, "events delivered       {:>9}", self.events)?;
        writeln!(f, "events repeated        {:>9}", self.repeats)?;
        writeln!(f, "restarts               {:>9}", self.restarts)?;
        writeln!(f, "new authorisations     {:>9}", self.authorizations)?;
        writeln!(f, "faults                 {:>9}", self.faults.values().sum::<u64>())?;
        for (name, count) in &self.faults {
            writeln!(f, "  {name:<28} {count:>9}")?;
        }
        Ok(())
    }
}
