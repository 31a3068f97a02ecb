//! JSV, ServiceStack's own format: JSON with CSV's quotes (reference: qbo-webhooks-listener §6.1).
//! Blanks around tokens and quoted keys are taken, which the original does not do, so that the
//! sample on its own page can be posted. What is valid JSON is read as JSON.

use super::tree::{Node, Room};
use super::{DecodeError, json};

/// What a writer of JSV never leaves without quotes.
const SPECIAL: [char; 6] = ['"', ',', '{', '}', '[', ']'];

/// Reads one value.
pub(super) fn read(text: &str) -> Result<Node, DecodeError> {
    json::read(text).or_else(|_| Reader { text, rest: text, room: Room::new() }.whole())
}

struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
    room: Room,
}

impl<'a> Reader<'a> {
    fn whole(mut self) -> Result<Node, DecodeError> {
        self.skip_blanks();
        if !self.rest.starts_with(['{', '[']) {
            return Err(DecodeError::not_an_object(self.text));
        }
        let node = self.value()?;
        if self.rest.is_empty() { Ok(node) } else { Err(self.expected("the end")) }
    }

    /// Reads a value with the blanks around it.
    fn value(&mut self) -> Result<Node, DecodeError> {
        self.room.take()?;
        self.skip_blanks();
        let node = match self.rest.chars().next() {
            Some('{') => self.nested('}', Self::member).map(Node::Members),
            Some('[') => self.nested(']', Self::value).map(Node::List),
            Some('"') => self.quoted().map(Node::Text),
            _ => Ok(match self.bare(&SPECIAL) {
                "" => Node::Null,
                text => Node::Text(text.to_owned()),
            }),
        }?;
        self.skip_blanks();
        Ok(node)
    }

    /// Reads items with commas between them, up to `close`.
    fn nested<T>(
        &mut self,
        close: char,
        item: impl Fn(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        self.room.enter()?;
        self.advance(1);
        self.skip_blanks();
        let mut items = Vec::new();
        if !self.accept(close) {
            loop {
                items.push(item(self)?);
                if self.accept(close) {
                    break;
                }
                if !self.accept(',') {
                    return Err(self.expected(&format!("`,` or `{close}`")));
                }
            }
        }
        self.room.leave();
        Ok(items)
    }

    fn member(&mut self) -> Result<(String, Node), DecodeError> {
        self.skip_blanks();
        let name = if self.rest.starts_with('"') {
            self.quoted()?
        } else {
            self.bare(&[':', '"', ',', '{', '}', '[', ']']).to_owned()
        };
        self.skip_blanks();
        if name.is_empty() || !self.accept(':') {
            return Err(self.expected("a name and `:`"));
        }
        Ok((name, self.value()?))
    }

    /// Text without quotes, up to one of `ends`; blanks around it are not part of it.
    fn bare(&mut self, ends: &[char]) -> &'a str {
        let bytes = self.rest.find(ends).unwrap_or(self.rest.len());
        let (text, _) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.advance(bytes);
        text.trim()
    }

    /// Text in quotes; two quotes in it are one.
    fn quoted(&mut self) -> Result<String, DecodeError> {
        self.advance(1);
        let mut text = String::new();
        loop {
            let Some((part, rest)) = self.rest.split_once('"') else {
                return Err(self.expected("a closing quote"));
            };
            text.push_str(part);
            self.rest = rest;
            if !self.accept('"') {
                return Ok(text);
            }
            text.push('"');
        }
    }

    fn accept(&mut self, wanted: char) -> bool {
        let rest = self.rest.strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn advance(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn expected(&self, what: &str) -> DecodeError {
        let place = self.text.len().saturating_sub(self.rest.len()).saturating_add(1);
        DecodeError::NotWellFormed(format!(
            "the JSV cannot be read: expected {what} at byte {place}"
        ))
    }
}
