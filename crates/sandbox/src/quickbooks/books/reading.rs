//! Looking into the books: single records, all of a kind, one by chance, and where each stands.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::super::entities::{ENTITIES, EntityKind};
use super::super::refusal::Refusal;
use super::record::{self, text_of};
use super::{Books, Fields, Record, Standing};

impl Books {
    /// Reads one record by the text of its id. Inactive list records are readable, deleted
    /// transactions are not.
    pub(in super::super) fn read(&self, entity: &EntityKind, id: &str) -> Result<&Fields, Refusal> {
        let record = self.readable(entity, record::parse_id(id)?)?;
        Ok(&record.fields)
    }

    /// Every record of a kind, deleted ones included.
    pub(in super::super) fn records_of(
        &self,
        entity: &EntityKind,
    ) -> impl Iterator<Item = &Record> {
        self.records.range(ids(entity, 0)).map(|(_, record)| record)
    }

    /// The record of every kind of [`ENTITIES`] and id, with its kind; deleted ones included.
    pub(in super::super) fn standings(&self) -> BTreeMap<(&'static str, String), &Record> {
        let of_kind = |kind: &'static EntityKind| {
            self.records_of(kind).map(|record| ((kind.name, record.id().to_owned()), record))
        };
        ENTITIES.iter().flat_map(of_kind).collect()
    }

    /// An active record of a kind: the first one at or after a place between 0 and 1,000 in the
    /// order of ids, or the first of all behind the last.
    pub(in super::super) fn active_near(
        &self,
        entity: &EntityKind,
        place_per_mille: u64,
    ) -> Option<&Record> {
        let start = self.last_id.saturating_mul(place_per_mille) / 1_000;
        let mut behind = self.records.range(ids(entity, start)).map(|(_, record)| record);
        behind
            .find(|record| record.is_active())
            .or_else(|| self.records_of(entity).find(|record| record.is_active()))
    }

    pub(super) fn readable(&self, entity: &EntityKind, id: u64) -> Result<&Record, Refusal> {
        let record = self.records.get(&(entity.name, id));
        record
            .filter(|record| record.standing() != Standing::Deleted)
            .ok_or_else(Refusal::object_not_found)
    }

    pub(super) fn active(&self, entity: &EntityKind, id: u64) -> Result<&Record, Refusal> {
        let record = self.readable(entity, id)?;
        if record.standing() == Standing::Active {
            Ok(record)
        } else {
            Err(Refusal::object_not_found())
        }
    }

    /// The name of an active record, as it stands beside a reference to it.
    pub(in super::super) fn name_of(entity: &EntityKind, record: &Record) -> String {
        let name = entity.name_property().and_then(|property| text_of(&record.fields, property));
        name.unwrap_or_default().to_owned()
    }
}

fn ids(entity: &EntityKind, first: u64) -> RangeInclusive<(&'static str, u64)> {
    (entity.name, first)..=(entity.name, u64::MAX)
}
