//! English names in dates, as Java prints them.

/// Months, January first.
pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Weekdays, Monday first.
pub(super) const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The halves of a day.
pub(super) const HALVES: [&str; 2] = ["AM", "PM"];

/// The first three letters of a name.
pub(super) fn short(name: &str) -> &str {
    name.get(..3).unwrap_or(name)
}

/// Finds which of `names` stands at the start of `text`, whole or by its first three letters, in
/// any case. Returns its place among them and the bytes that it takes.
pub(super) fn find(names: &[&str], text: &str) -> Option<(usize, usize)> {
    let at_start =
        |name: &str| text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let whole = names.iter().position(|name| at_start(name));
    let found = whole.and_then(|index| Some((index, names.get(index)?.len())));
    found.or_else(|| {
        let index = names.iter().position(|name| at_start(short(name)))?;
        Some((index, short(names.get(index)?).len()))
    })
}
