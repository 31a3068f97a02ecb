//! Cleaning of names and tags: markup is taken out, as the original does on create and patch.

/// Removes HTML tags and control characters and trims what is left:
/// `<a href=…>churros-xss</a>` becomes `churros-xss`.
///
/// A `<` that opens no tag (`a < b`) is kept.
pub fn without_markup(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from_open)) = rest.split_once('<') {
        clean.push_str(before);
        match tag_end(from_open) {
            Some(after) => rest = after,
            None => {
                clean.push('<');
                rest = from_open;
            }
        }
    }
    clean.push_str(rest);
    clean.retain(|c| !c.is_control());
    clean.trim().to_owned()
}

/// What follows the tag that `text` (just after its `<`) is, if it is one.
fn tag_end(text: &str) -> Option<&str> {
    let first = text.chars().next()?;
    if first.is_ascii_alphabetic() || matches!(first, '/' | '!' | '?') {
        text.split_once('>').map(|(_, after)| after)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_taken_out_and_text_is_kept() {
        for (dirty, clean) in [
            ("<a href=http://x>churros-xss</a>", "churros-xss"),
            ("plain name", "plain name"),
            ("a < b and c > d", "a < b and c > d"),
            ("<script>alert(1)</script>", "alert(1)"),
            ("  tab\there\n", "tabhere"),
            ("<unclosed", "<unclosed"),
            ("<<b>b</b>", "<b"),
            ("", ""),
        ] {
            assert_eq!(without_markup(dirty), clean, "{dirty}");
        }
    }
}
