//! Questions for when a record changed: FreshBooks is told the day, or the moment outside
//! accounting, and the records say the rest (reference: freshbooks-sage §1.9).

use jiff::civil::Date;
use ledgerhook_connector::ProviderError;
use ledgerhook_model::ceql::{Literal, Operator};

use crate::freshbooks::entities::{Entity, Place};
use crate::freshbooks::stamp::{Stamp, day_after, day_before};

/// Bytes of `2026-01-31`.
const DATE_BYTES: usize = 10;

/// A bound of the time of the last change. Where autumn repeats an hour, what may fit does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeBound {
    /// Not before.
    From(Stamp),
    /// After.
    After(Stamp),
    /// Not after.
    Until(Stamp),
    /// Before.
    Before(Stamp),
}

impl TimeBound {
    /// Whether a time of change is within.
    pub(super) fn takes(self, updated: Stamp) -> bool {
        match self {
            Self::From(bound) => updated.latest >= bound.earliest,
            Self::After(bound) => updated.latest > bound.earliest,
            Self::Until(bound) => updated.earliest <= bound.latest,
            Self::Before(bound) => updated.earliest < bound.latest,
        }
    }

    /// Whether it is one that `updated_since` expresses.
    pub(super) fn is_from(self) -> bool {
        matches!(self, Self::From(_))
    }
}

/// What is asked of the time of the last change.
#[derive(Debug)]
pub(super) struct Asked {
    /// How FreshBooks is asked.
    pub(super) parameters: Vec<(String, String)>,
    /// What must hold for the records.
    pub(super) bounds: Vec<TimeBound>,
}

impl Asked {
    /// What a comparison asks; `None` when it is about something else.
    pub(super) fn of(
        entity: &Entity,
        field: &str,
        operator: Operator,
        value: &Literal,
    ) -> Result<Option<Self>, ProviderError> {
        use Operator::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual};
        let is_last_day = matches!((field, operator), ("updated_max", Equal));
        let time = || time(entity, field, value, is_last_day);
        let bounds = match (field, operator) {
            ("updated_min" | "updated_since", Equal)
            | ("updated" | "updated_at", GreaterOrEqual) => vec![TimeBound::From(time()?)],
            ("updated" | "updated_at", Greater) => vec![TimeBound::After(time()?)],
            ("updated_max", Equal) if is_day(value) => vec![TimeBound::Before(time()?)],
            ("updated_max", Equal) | ("updated" | "updated_at", LessOrEqual) => {
                vec![TimeBound::Until(time()?)]
            }
            ("updated" | "updated_at", Less) => vec![TimeBound::Before(time()?)],
            ("updated" | "updated_at", Equal) => {
                vec![TimeBound::From(time()?), TimeBound::Until(time()?)]
            }
            _ => return Ok(None),
        };
        if entity.lists.is_empty() {
            let problem = format!("{field}: {} do not say when they changed", entity.resource);
            return Err(ProviderError::unanswerable(problem));
        }
        let parameters = bounds.iter().filter_map(|bound| parameter(entity, *bound)).collect();
        Ok(Some(Self { parameters, bounds }))
    }
}

/// Outside accounting there is no parameter for an end.
fn parameter(entity: &Entity, bound: TimeBound) -> Option<(String, String)> {
    let (name, value) = match (entity.place, bound) {
        (Place::Account { .. }, TimeBound::From(stamp) | TimeBound::After(stamp)) => {
            ("search[updated_min]", day_before(stamp.earliest))
        }
        (Place::Account { .. }, TimeBound::Until(stamp) | TimeBound::Before(stamp)) => {
            ("search[updated_max]", day_after(stamp.latest))
        }
        (Place::Business { .. }, TimeBound::From(stamp) | TimeBound::After(stamp)) => {
            ("updated_since", stamp.earliest.to_iso_seconds())
        }
        (Place::Business { .. }, TimeBound::Until(_) | TimeBound::Before(_)) => return None,
    };
    Some((name.to_owned(), value))
}

fn day(value: &Literal) -> Option<Date> {
    let text = value.text().trim();
    (text.len() == DATE_BYTES).then(|| text.parse().ok()).flatten()
}

fn is_day(value: &Literal) -> bool {
    day(value).is_some()
}

/// A time in the form in which records print it, by their own clock, or with an offset. A day is
/// its beginning, or its end.
fn time(
    entity: &Entity,
    field: &str,
    value: &Literal,
    is_end: bool,
) -> Result<Stamp, ProviderError> {
    let begin = match day(value) {
        Some(day) if is_end => day.tomorrow().ok(),
        day => day,
    };
    let text = begin.map_or_else(|| value.text().to_owned(), |day| format!("{day} 00:00:00"));
    Stamp::read(&text, entity.clock).ok_or_else(|| {
        ProviderError::unanswerable(format!(
            "{field}: `{}` is not a date, such as '2026-01-31' or '2026-01-31T00:00:00Z'",
            value.text()
        ))
    })
}
