//! XML as .NET's DataContractSerializer writes it, read with more patience than that has: members
//! in any order and case, in any namespace or none (reference: qbo-webhooks-listener §5).
//!
//! No document type is read, so there are no entities but XML's own five and character references.

use quick_xml::NsReader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, NamespaceResolver, ResolveResult};

use super::DecodeError;
use super::tree::{Node, Room};
use crate::listener::types::NAMESPACE;

/// Of `i:nil` (reference: qbo-webhooks-listener §5).
const INSTANCE_NAMESPACE: &str = "http://www.w3.org/2001/XMLSchema-instance";

const REQUEST: &str = "QboWebhooksRequest";
const BATCH: &str = "ArrayOfQboWebhooksRequest";

/// Elements whose children are the items of a list. An item has the name of its type; the original
/// skips one of another name, which would lose it, so any name will do.
const LISTS: [&str; 3] = ["eventNotifications", "entities", BATCH];

/// Reads a document with one request.
pub(super) fn read(text: &str) -> Result<Node, DecodeError> {
    Document::new(text, REQUEST).read()
}

/// Reads a document with a list of requests.
pub(super) fn read_batch(text: &str) -> Result<Node, DecodeError> {
    Document::new(text, BATCH).read()
}

/// An element that is not closed yet.
struct Element {
    name: String,
    is_nil: bool,
    text: String,
    children: Vec<(String, Node)>,
}

struct Document<'a> {
    reader: NsReader<&'a [u8]>,
    room: Room,
    /// The name that the root must have.
    root_name: &'static str,
    open: Vec<Element>,
    root: Option<Node>,
}

impl<'a> Document<'a> {
    fn new(text: &'a str, root_name: &'static str) -> Self {
        let mut reader = NsReader::from_str(text);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_comments = true;
        Self { reader, room: Room::new(), root_name, open: Vec::new(), root: None }
    }

    fn read(mut self) -> Result<Node, DecodeError> {
        loop {
            let event = self.reader.read_event().map_err(|error| self.broken(error))?;
            match event {
                Event::Eof => break,
                Event::Start(start) => self.start(&start)?,
                Event::End(_) => self.end()?,
                Event::Text(text) => self.text(&text.xml10_content())?,
                Event::CData(text) => self.text(&text.xml10_content())?,
                Event::GeneralRef(reference) => self.reference(&reference)?,
                Event::Decl(declaration) => {
                    let encoding = declaration.encoding().transpose();
                    self.check_encoding(encoding.map_err(|error| self.broken(error))?.as_deref())?;
                }
                Event::DocType(_) => return Err(self.broken("document types are not read")),
                Event::Comment(_) | Event::PI(_) => {}
                Event::Empty(_) => return Err(self.broken("an element without an end")),
            }
        }
        match self.open.last() {
            Some(element) => Err(self.broken(format!("`{}` is not closed", element.name))),
            None => self.root.take().ok_or_else(|| self.broken("there is no element")),
        }
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), DecodeError> {
        self.room.take()?;
        self.room.enter()?;
        if self.open.is_empty() {
            self.check_root(start)?;
        }
        let is_nil = is_nil(start, self.reader.resolver()).map_err(|error| self.broken(error))?;
        let name = start.local_name().as_ref().to_owned();
        self.open.push(Element { name, is_nil, text: String::new(), children: Vec::new() });
        Ok(())
    }

    /// The root has its name in its namespace, or in none.
    fn check_root(&self, start: &BytesStart<'_>) -> Result<(), DecodeError> {
        if self.root.is_some() {
            return Err(self.broken("there is a second root element"));
        }
        let (namespace, name) = self.reader.resolver().resolve_element(start.name());
        let found = match namespace {
            ResolveResult::Bound(Namespace(found)) => found,
            ResolveResult::Unbound => "",
            ResolveResult::Unknown(_) => return Err(self.broken("a prefix is not declared")),
        };
        if name.as_ref() == self.root_name && matches!(found, "" | NAMESPACE) {
            return Ok(());
        }
        let wanted = self.root_name;
        let name = name.as_ref();
        Err(self.broken(format!(
            "Expecting element '{wanted}' from namespace '{NAMESPACE}'.. Encountered 'Element' \
             with name '{name}', namespace '{found}'."
        )))
    }

    fn end(&mut self) -> Result<(), DecodeError> {
        self.room.leave();
        // The library has seen to it that every end has its start.
        let Some(element) = self.open.pop() else {
            return Err(self.broken("an end without a start"));
        };
        let name = element.name.clone();
        let node = element.into_node().ok_or_else(|| {
            self.broken(format!("`{name}` holds text and elements, or is nil and holds something"))
        })?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push((name, node)),
            None => self.root = Some(node),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), DecodeError> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(self.broken("there is text outside the root element")),
        }
        Ok(())
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), DecodeError> {
        let character = reference.resolve_char_ref().map_err(|error| self.broken(error))?;
        match (character, resolve_xml_entity(reference)) {
            (Some(character), _) => self.text(character.encode_utf8(&mut [0; 4])),
            (None, Some(text)) => self.text(text),
            (None, None) => Err(self.broken(format!("the entity `{}` is not known", &**reference))),
        }
    }

    /// The bytes are UTF-8 already, so a declaration of anything else is wrong.
    fn check_encoding(&self, encoding: Option<&str>) -> Result<(), DecodeError> {
        match encoding {
            Some(name) if !["utf-8", "us-ascii"].contains(&&*name.to_ascii_lowercase()) => {
                Err(self.broken(format!("the encoding `{name}` is declared; send UTF-8")))
            }
            _ => Ok(()),
        }
    }

    fn broken(&self, problem: impl std::fmt::Display) -> DecodeError {
        let place = self.reader.buffer_position();
        DecodeError::NotWellFormed(format!("the XML cannot be read near byte {place}: {problem}"))
    }
}

impl Element {
    /// Its value; `None` when it has text beside elements, or anything although it is nil.
    fn into_node(self) -> Option<Node> {
        let is_list = LISTS.iter().any(|list| list.eq_ignore_ascii_case(&self.name));
        let has_text = !self.text.trim().is_empty();
        match (self.children.is_empty(), has_text) {
            (true, false) if self.is_nil => Some(Node::Null),
            _ if self.is_nil => None,
            (true, false) if is_list => Some(Node::List(Vec::new())),
            (true, _) => Some(Node::Text(self.text)),
            (false, true) => None,
            (false, false) if is_list => {
                Some(Node::List(self.children.into_iter().map(|(_, node)| node).collect()))
            }
            (false, false) => Some(Node::Members(self.children)),
        }
    }
}

/// Whether an element says `i:nil="true"`; looks at all attributes, so that none is malformed.
fn is_nil(start: &BytesStart<'_>, resolver: &NamespaceResolver) -> Result<bool, quick_xml::Error> {
    let mut is_nil = false;
    for attribute in start.attributes() {
        let attribute = attribute?;
        let (namespace, name) = resolver.resolve_attribute(attribute.key);
        let is_instance = namespace == ResolveResult::Bound(Namespace(INSTANCE_NAMESPACE));
        if is_instance && name.as_ref() == "nil" {
            is_nil = matches!(&*attribute.value, "true" | "1");
        }
    }
    Ok(is_nil)
}
