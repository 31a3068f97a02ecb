//! Intuit's name of a field that a question names as the records print it.

use ledgerhook_connector::ProviderError;

/// Names that the original's form made of several capitals, as records print them and as Intuit
/// writes them. All others begin with one capital.
const CAPITALS: &[(&str, &str)] = &[
    ("apaccountRef", "APAccountRef"),
    ("araccountRef", "ARAccountRef"),
    ("bcc", "BCC"),
    ("gstin", "GSTIN"),
    ("id", "Id"),
    ("poemail", "POEmail"),
    ("postatus", "POStatus"),
    ("ssn", "SSN"),
    ("uri", "URI"),
];

/// `metaData.lastUpdatedTime` is `MetaData.LastUpdatedTime`, and `customerRef.value` is
/// `CustomerRef`: in a query a reference is its id. Intuit's own names stay as they are. Nothing
/// but names gets into a query.
pub(super) fn intuit_name(field: &str) -> Result<String, ProviderError> {
    let field = match field.strip_suffix(".value") {
        Some(reference) if reference.ends_with("Ref") => reference,
        _ => field,
    };
    let parts: Option<Vec<String>> = field.split('.').map(part).collect();
    let parts = parts.ok_or_else(|| {
        ProviderError::unanswerable(format!(
            "{field}: not a field of QuickBooks, such as metaData.lastUpdatedTime"
        ))
    })?;
    Ok(parts.join("."))
}

fn part(name: &str) -> Option<String> {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) || !name.bytes().all(is_letter)
    {
        return None;
    }
    if let Some((_, known)) = CAPITALS.iter().find(|(printed, _)| *printed == name) {
        return Some((*known).to_owned());
    }
    let mut characters = name.chars();
    let first = characters.next()?.to_ascii_uppercase();
    Some(std::iter::once(first).chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_intuits() {
        for (printed, own) in [
            ("displayName", "DisplayName"),
            ("metaData.lastUpdatedTime", "MetaData.LastUpdatedTime"),
            ("MetaData.LastUpdatedTime", "MetaData.LastUpdatedTime"),
            ("id", "Id"),
            ("postatus", "POStatus"),
            ("apaccountRef", "APAccountRef"),
            ("apaccountRef.value", "APAccountRef"),
            ("customerRef.value", "CustomerRef"),
            ("CustomerRef", "CustomerRef"),
            ("primaryEmailAddr.address", "PrimaryEmailAddr.Address"),
            ("trackQtyOnHand", "TrackQtyOnHand"),
        ] {
            assert_eq!(intuit_name(printed).unwrap(), own);
        }
    }

    #[test]
    fn nothing_but_a_name_gets_into_a_query() {
        for field in ["", "a b", "a.", ".a", "a'", "1a", "a)", "é", "a.0", "a\n"] {
            assert!(intuit_name(field).is_err(), "{field:?}");
        }
    }
}
