//! Finds the first place where a text stops being JSON, and what stands around it. Runs only on
//! texts that the JSON library has refused, and looks at structure alone: numbers and escapes
//! inside strings are left to the library's own words.

/// Most levels of objects and lists in one another; what the JSON library reads.
pub(super) const JSON_DEPTH_MAX: usize = 127;

/// What may stand at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// A value, of the whole body, of a member, or after a comma in a list.
    Value,
    /// A value, or the end of a list that has none yet.
    FirstItem,
    /// A member's name, after a comma.
    Name,
    /// A member's name, or the end of an object that has none yet.
    FirstName,
    /// The colon after a name.
    Colon,
    /// A comma, or the end of the object or list.
    Separator,
    /// Nothing more.
    End,
}

/// An object or list that is not closed yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Container<'t> {
    /// Where its bracket is.
    pub(super) opened_at: usize,
    /// The bracket that closes it.
    pub(super) closing: char,
    /// The last name read in it, if it is an object.
    pub(super) name: Option<&'t str>,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    /// This stands where something else must; `None` at the end of the text.
    Found(Option<char>),
    /// A string that the line ends in.
    StringOverLineEnd,
    /// A string that the text ends in.
    StringOverTextEnd,
    /// More than [`JSON_DEPTH_MAX`] levels.
    TooDeep,
}

/// Where a text stops being JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault<'t> {
    /// The place, in bytes from the start.
    pub(super) at: usize,
    /// Where the last good piece before it ended.
    pub(super) good_end: usize,
    /// What is wrong there.
    pub(super) problem: Problem,
    /// What may stand there.
    pub(super) expected: Expected,
    /// The innermost container around it.
    pub(super) container: Option<Container<'t>>,
}

/// The first fault of `text`.
pub(super) fn first_fault(text: &str) -> Option<Fault<'_>> {
    let mut scanner = Scanner { text, at: 0, good_end: 0, open: Vec::new() };
    let mut expected = Expected::Value;
    loop {
        scanner.skip_blanks();
        if expected == Expected::End && scanner.rest().is_empty() {
            return None;
        }
        match scanner.step(expected) {
            Ok(next) => expected = next,
            Err(problem) => return Some(scanner.fault(expected, problem)),
        }
        scanner.good_end = scanner.at;
    }
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    good_end: usize,
    open: Vec<Container<'t>>,
}

impl<'t> Scanner<'t> {
    /// Takes one piece and returns what may follow it.
    fn step(&mut self, expected: Expected) -> Result<Expected, Problem> {
        use Expected::{Colon, FirstItem, FirstName, Name, Separator, Value};
        let found = self.rest().chars().next();
        match (expected, found) {
            (Value | FirstItem, Some('{')) => self.open('}', FirstName),
            (Value | FirstItem, Some('[')) => self.open(']', FirstItem),
            (FirstItem, Some(']')) | (FirstName, Some('}')) => Ok(self.close()),
            (Value | FirstItem, Some('"')) => self.string().map(|_| self.after_value()),
            (Value | FirstItem, Some(_)) if self.scalar() => Ok(self.after_value()),
            (Name | FirstName, Some('"')) => self.name(),
            (Colon, Some(':')) => {
                self.at += 1;
                Ok(Value)
            }
            (Separator, Some(',')) => {
                self.at += 1;
                Ok(if self.is_in_object() { Name } else { Value })
            }
            (Separator, Some(_)) if self.open.last().map(|open| open.closing) == found => {
                Ok(self.close())
            }
            _ => Err(Problem::Found(found)),
        }
    }

    fn open(&mut self, closing: char, inside: Expected) -> Result<Expected, Problem> {
        if self.open.len() == JSON_DEPTH_MAX {
            return Err(Problem::TooDeep);
        }
        self.open.push(Container { opened_at: self.at, closing, name: None });
        self.at += 1;
        Ok(inside)
    }

    fn close(&mut self) -> Expected {
        self.open.pop();
        self.at += 1;
        self.after_value()
    }

    fn name(&mut self) -> Result<Expected, Problem> {
        let name = self.string()?;
        if let Some(object) = self.open.last_mut() {
            object.name = Some(name);
        }
        Ok(Expected::Colon)
    }

    /// Takes a string and returns what is between its quotes.
    fn string(&mut self) -> Result<&'t str, Problem> {
        let from = self.at + 1;
        let mut is_escaped = false;
        for (offset, byte) in self.text.bytes().enumerate().skip(from) {
            match byte {
                b'\n' => return Err(Problem::StringOverLineEnd),
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'"' => {
                    self.at = offset + 1;
                    return Ok(self.text.get(from..offset).unwrap_or_default());
                }
                _ => {}
            }
        }
        Err(Problem::StringOverTextEnd)
    }

    /// Takes a number or a literal; false, and nothing taken, where there is neither.
    fn scalar(&mut self) -> bool {
        let rest = self.rest();
        let is_end = |c: char| !c.is_alphanumeric() && !matches!(c, '+' | '-' | '.');
        let token = rest.split(is_end).next().unwrap_or_default();
        let is_number = token.starts_with(|c: char| c.is_ascii_digit() || c == '-');
        let is_scalar = is_number || matches!(token, "true" | "false" | "null");
        if is_scalar {
            self.at += token.len();
        }
        is_scalar
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    }

    fn after_value(&self) -> Expected {
        if self.open.is_empty() { Expected::End } else { Expected::Separator }
    }

    fn is_in_object(&self) -> bool {
        self.open.last().is_some_and(|container| container.closing == '}')
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn fault(&self, expected: Expected, problem: Problem) -> Fault<'t> {
        let at = if problem == Problem::Found(None) { self.good_end } else { self.at };
        let container = self.open.last().copied();
        Fault { at, good_end: self.good_end, problem, expected, container }
    }
}
