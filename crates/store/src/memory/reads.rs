//! Metered reads in memory.

use async_trait::async_trait;
use ledgerhook_model::Month;

use super::MemoryStore;
use crate::StoreError;
use crate::reads::{MarkedReads, ReadCount, Reads};

#[async_trait]
impl Reads for MemoryStore {
    async fn add_reads(&self, counts: Vec<ReadCount>) -> Result<(), StoreError> {
        let mut state = self.state();
        for ReadCount { month, instance, app, reads } in counts {
            let sum = state.reads.entry((month, instance, app)).or_default();
            *sum = sum.saturating_add(reads);
        }
        Ok(())
    }

    async fn reads_of_month(&self, month: Month) -> Result<Vec<ReadCount>, StoreError> {
        let state = self.state();
        let of_month = state.reads.iter().filter(|((other, ..), _)| *other == month);
        let count = |(key, reads): (&(_, _, _), &i64)| ReadCount {
            month: key.0,
            instance: key.1,
            app: key.2,
            reads: *reads,
        };
        Ok(of_month.map(count).collect())
    }

    async fn mark_reads(&self, mark: MarkedReads) -> Result<bool, StoreError> {
        let mut state = self.state();
        let key = (mark.app, mark.month, mark.mark);
        let is_new = !state.read_marks.contains_key(&key);
        state.read_marks.entry(key).or_insert(mark);
        Ok(is_new)
    }

    async fn read_marks(&self, month: Month) -> Result<Vec<MarkedReads>, StoreError> {
        let state = self.state();
        let marks = state.read_marks.values().filter(|mark| mark.month == month);
        Ok(marks.copied().collect())
    }
}
