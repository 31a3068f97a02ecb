//! `event.poller.urls`: which resources to poll, in every form that was ever documented.

use thiserror::Error;

/// A list of resources that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PollerUrlsError {
    /// A name the element does not have.
    #[error("`{name}` is not a resource of this element{}; it has: {known}", suggestion(.nearest))]
    Unknown {
        /// What was written.
        name: String,
        /// The known name that is most like it, when one is close.
        nearest: Option<String>,
        /// All known names.
        known: String,
    },
}

fn suggestion(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default()
}

/// Reads a list of resource names: separated by `|`, comma, newline or blanks; or run together
/// without any separator, as the published documents print it (reference: cloud-elements §6.3).
/// `known` are the element's resources. The order is kept, repeats are dropped.
pub fn parse<'k>(text: &str, known: &[&'k str]) -> Result<Vec<&'k str>, PollerUrlsError> {
    let separator = |c: char| c == '|' || c == ',' || c.is_whitespace();
    let mut names: Vec<&'k str> = Vec::new();
    for word in text.split(separator).filter(|word| !word.is_empty()) {
        for name in known_names(word, known)? {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    Ok(names)
}

/// The known names that `word` is: one, or several run together.
fn known_names<'k>(word: &str, known: &[&'k str]) -> Result<Vec<&'k str>, PollerUrlsError> {
    let mut names = Vec::new();
    let mut dead_ends = Vec::new();
    if split_run_together(word, known, &mut names, &mut dead_ends) {
        return Ok(names);
    }
    // What could not be read begins where the longest run of known names ended.
    let unread = dead_ends.into_iter().min_by_key(|rest| rest.len()).unwrap_or(word);
    let name = if unread.len() == word.len() { word } else { first_word_like(unread, known) };
    Err(PollerUrlsError::Unknown {
        name: name.to_owned(),
        nearest: nearest(name, known).map(str::to_owned),
        known: known.join(", "),
    })
}

/// Splits `rest` into known names, longest first, going back where a choice leads nowhere
/// (`payments` inside `bill-payments`). `dead_ends` remembers rests that were found unreadable, so
/// that a long hostile text costs its length and not its powers.
fn split_run_together<'t, 'k>(
    rest: &'t str,
    known: &[&'k str],
    names: &mut Vec<&'k str>,
    dead_ends: &mut Vec<&'t str>,
) -> bool {
    if rest.is_empty() {
        return true;
    }
    if dead_ends.iter().any(|dead| dead.len() == rest.len()) || names.len() > known.len() * 2 {
        return false;
    }
    let mut candidates: Vec<&'k str> =
        known.iter().copied().filter(|name| rest.starts_with(name)).collect();
    candidates.sort_by_key(|name| std::cmp::Reverse(name.len()));
    for name in candidates {
        names.push(name);
        let after = rest.strip_prefix(name).unwrap_or_default();
        if split_run_together(after, known, names, dead_ends) {
            return true;
        }
        names.pop();
    }
    dead_ends.push(rest);
    false
}

/// The beginning of `unread` up to the next known name, for the error message.
fn first_word_like<'t>(unread: &'t str, known: &[&str]) -> &'t str {
    let end = known
        .iter()
        .filter_map(|name| unread.find(name).filter(|at| *at > 0).map(|at| at + name.len()))
        .min()
        .unwrap_or(unread.len());
    unread.get(..end).unwrap_or(unread)
}

/// The known name that shares the most with `name`, if it is at all alike.
fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    known
        .iter()
        .copied()
        .map(|candidate| (edit_distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance * 2 <= candidate.len().max(4))
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance in bytes.
fn edit_distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, to) in row.iter_mut().skip(1).zip(b.bytes()) {
            let above = *cell;
            left = (above + 1).min(left + 1).min(diagonal + usize::from(from != to));
            diagonal = above;
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KNOWN: [&str; 22] = [
        "bill-payments",
        "bills",
        "classes",
        "credit-memos",
        "credit-terms",
        "currencies",
        "customers",
        "employees",
        "invoices",
        "journal-entries",
        "ledger-accounts",
        "payment-methods",
        "payments",
        "products",
        "purchase-orders",
        "refund-receipts",
        "sales-receipts",
        "tax-codes",
        "tax-rates",
        "time-activities",
        "vendor-credits",
        "vendors",
    ];

    #[test]
    fn every_separator_is_read() {
        for text in ["invoices|bills", "invoices,bills", "invoices\nbills", " invoices , bills "] {
            assert_eq!(parse(text, &KNOWN), Ok(vec!["invoices", "bills"]), "{text}");
        }
        assert_eq!(parse("", &KNOWN), Ok(vec![]));
    }

    #[test]
    fn the_published_run_together_list_is_all_resources() {
        assert_eq!(parse(&KNOWN.concat(), &KNOWN), Ok(KNOWN.to_vec()));
    }

    #[test]
    fn an_unknown_name_is_named_with_what_would_be_right() {
        let error = |text| parse(text, &KNOWN).unwrap_err().to_string();
        assert!(error("invoice").contains("`invoice` is not a resource"));
        assert!(error("invoice").contains("did you mean `invoices`?"));
        assert!(error("pigeons").contains("it has: bill-payments, bills"));
        let sap_typo = error("currenciestax-customersemployees");
        assert!(sap_typo.contains("`tax-customers`"), "{sap_typo}");
        assert!(sap_typo.contains("did you mean `customers`?"), "{sap_typo}");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_or_hang(text in ".{0,200}") {
            let _unused = parse(&text, &KNOWN);
        }

        #[test]
        fn any_choice_run_together_reads_back(
            chosen in proptest::sample::subsequence(KNOWN.to_vec(), 0..22).prop_shuffle()
        ) {
            prop_assert_eq!(parse(&chosen.concat(), &KNOWN), Ok(chosen));
        }
    }
}
