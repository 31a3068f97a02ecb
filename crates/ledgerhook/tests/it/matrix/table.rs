//! The matrix as people read it: a row for a resource and a change, a column for a way.

use std::fmt;

use super::change::Change;

/// Why nothing can arrive of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Why {
    pub(super) letter: char,
    pub(super) reason: &'static str,
}

/// What became of a change by a way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// What had to arrive did, once, and nothing else.
    Right,
    /// What did not arrive, or arrived besides.
    Wrong(String),
    /// The provider has nothing to tell it by.
    NoSuchThing(Why),
}

impl Cell {
    /// What is wrong at one of two paces is wrong.
    fn with(self, pace: &str, other: Self, other_pace: &str) -> Self {
        match (self, other) {
            (cell, other) if cell == other => cell,
            (Self::Wrong(a), Self::Wrong(b)) => {
                Self::Wrong(format!("{pace}: {a}; {other_pace}: {b}"))
            }
            (Self::Wrong(wrong), _) => Self::Wrong(format!("{pace}: {wrong}")),
            (_, Self::Wrong(wrong)) => Self::Wrong(format!("{other_pace}: {wrong}")),
            (cell, _) => cell,
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Right => formatter.pad("✓"),
            Self::Wrong(_) => formatter.pad("WRONG"),
            Self::NoSuchThing(why) => formatter.pad(&format!("– {}", why.letter)),
        }
    }
}

/// A change of a resource, with a cell for each way.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) resource: &'static str,
    pub(super) change: Change,
    pub(super) cells: Vec<Cell>,
}

/// What stands around the cells of an element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Headings {
    /// Whose documents say what must arrive: `Sage's`.
    pub(super) whose: &'static str,
    /// The ways of detecting changes, each a column.
    pub(super) ways: &'static [&'static str],
    /// Why nothing can arrive of some changes.
    pub(super) reasons: &'static [Why],
}

/// The whole matrix of an element.
#[derive(Debug)]
pub(super) struct Table {
    headings: Headings,
    rows: Vec<Row>,
}

impl Table {
    /// One table of two runs, each with what its pace is called.
    pub(super) fn of_both(headings: Headings, runs: [(&str, Vec<Row>); 2]) -> Self {
        let [(pace, rows), (other_pace, others)] = runs;
        let mut rows: Vec<_> = rows
            .into_iter()
            .zip(others)
            .map(|(row, other)| {
                let pairs = row.cells.into_iter().zip(other.cells);
                let both = pairs.map(|(cell, other)| cell.with(pace, other, other_pace));
                Row { cells: both.collect(), ..row }
            })
            .collect();
        rows.sort_by_key(|row| (row.resource, row.change));
        Self { headings, rows }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }

    /// What is wrong, a line for each such cell.
    pub(super) fn wrong(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for Row { resource, change, cells } in &self.rows {
            for (way, cell) in self.headings.ways.iter().zip(cells) {
                if let Cell::Wrong(what) = cell {
                    lines.push(format!("{resource} {}, {way}: {what}", change.name()));
                }
            }
        }
        lines
    }

    /// Width of the column with the resources.
    fn resource_width(&self) -> usize {
        self.rows.iter().map(|row| row.resource.len()).max().unwrap_or_default()
    }
}

/// Width of the column with the changes.
const CHANGE_WIDTH: usize = 11;

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Headings { whose, ways, reasons } = self.headings;
        let width = self.resource_width();
        write!(formatter, "{:width$}  {:CHANGE_WIDTH$}", "", "")?;
        for way in ways {
            write!(formatter, "  {way}")?;
        }
        writeln!(formatter)?;
        for Row { resource, change, cells } in &self.rows {
            write!(formatter, "{resource:width$}  {:CHANGE_WIDTH$}", change.name())?;
            for (way, cell) in ways.iter().zip(cells) {
                write!(formatter, "  {cell:width$}", width = way.len())?;
            }
            writeln!(formatter)?;
        }
        write!(
            formatter,
            "
 ✓    What {whose} documents let expect arrived at the receiver, signed, each event once, and
      nothing else; both when all changes of a record are within one second and when they are
      seconds apart.
      A change has a row where {whose} records of that resource can undergo it.
"
        )?;
        for why in reasons {
            writeln!(formatter, " – {}  {}", why.letter, why.reason)?;
        }
        for line in self.wrong() {
            writeln!(formatter, " WRONG  {line}")?;
        }
        Ok(())
    }
}
