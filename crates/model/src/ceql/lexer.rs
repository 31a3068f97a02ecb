//! From CEQL text to words: columns, values, signs, each with its place.

use super::{CeqlError, Literal, Operator, moment};
use crate::ceql::decimal::Decimal;

/// A word of CEQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A bare name or a keyword, as written.
    Word(String),
    /// A name in back-ticks.
    Quoted(String),
    /// A value other than `true` and `false`, which are words.
    Value(Literal),
    /// `=`, `<=` and the like; not `LIKE`, which is a word.
    Sign(Operator),
    /// `(`
    Open,
    /// `)`
    Close,
    /// `,`
    Comma,
    /// `*`
    Star,
}

/// A word and where it starts and ends, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) token: Token,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What to do with a text value that has no closing quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OpenText {
    /// It is an error.
    Refused,
    /// It ends where everything ends.
    Closed,
}

/// Cuts `text` into words.
pub(super) fn tokens(text: &str, open_text: OpenText) -> Result<Vec<Placed>, CeqlError> {
    let mut lexer = Lexer { text, at: 0, open_text };
    let mut tokens = Vec::new();
    while let Some(next) = lexer.peek_after_blanks() {
        let start = lexer.at;
        let token = lexer.token(next)?;
        tokens.push(Placed { token, start, end: lexer.at });
    }
    Ok(tokens)
}

/// Whether `c` may begin a bare name. Sage has `$path`.
pub(super) fn begins_name(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '$'
}

/// Whether `c` may stand in a bare name: names of objects have hyphens, columns have dots.
pub(super) fn continues_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '-')
}

struct Lexer<'t> {
    text: &'t str,
    /// Where reading is, in bytes; always on a character's start.
    at: usize,
    open_text: OpenText,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn peek_after_blanks(&mut self) -> Option<char> {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        self.peek()
    }

    fn take(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn take_if(&mut self, wanted: char) -> bool {
        let is_next = self.peek() == Some(wanted);
        if is_next {
            self.take();
        }
        is_next
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    fn error(&self, position: usize, expected: &str, found: String) -> CeqlError {
        CeqlError::new(self.text, position, expected, found)
    }

    fn token(&mut self, first: char) -> Result<Token, CeqlError> {
        match first {
            '\'' => self.quoted_text().map(|text| Token::Value(Literal::Text(text))),
            '`' => self.quoted_name().map(Token::Quoted),
            c if begins_name(c) => Ok(Token::Word(self.take_while(continues_name).to_owned())),
            c if c.is_ascii_digit() || matches!(c, '+' | '-' | '.') => self.bare_value(),
            _ => self.sign(first),
        }
    }

    fn sign(&mut self, first: char) -> Result<Token, CeqlError> {
        let start = self.at;
        self.take();
        let token = match first {
            '(' => Token::Open,
            ')' => Token::Close,
            ',' => Token::Comma,
            '*' => Token::Star,
            '=' => Token::Sign(Operator::Equal),
            '<' if self.take_if('=') => Token::Sign(Operator::LessOrEqual),
            '<' => Token::Sign(Operator::Less),
            '>' if self.take_if('=') => Token::Sign(Operator::GreaterOrEqual),
            '>' => Token::Sign(Operator::Greater),
            '!' if self.take_if('=') => Token::Sign(Operator::NotEqual),
            other => {
                let expected = "a name, a value, an operator or a parenthesis";
                return Err(self.error(start, expected, format!("`{}`", other.escape_debug())));
            }
        };
        Ok(token)
    }

    fn quoted_text(&mut self) -> Result<String, CeqlError> {
        let start = self.at;
        self.take();
        let mut text = String::new();
        loop {
            match self.take() {
                Some('\'') if self.take_if('\'') => text.push('\''),
                Some('\'') => return Ok(text),
                Some('\\') if self.take_if('\'') => text.push('\''),
                // The backslash is taken once, whether it stands alone or doubled.
                Some('\\') => {
                    self.take_if('\\');
                    text.push('\\');
                }
                Some(other) => text.push(other),
                None if self.open_text == OpenText::Closed => return Ok(text),
                None => {
                    let opened = self.error(start, "", String::new()).column;
                    let expected = format!("`'` closing the text that opens at character {opened}");
                    return Err(self.error(self.at, &expected, "the end".to_owned()));
                }
            }
        }
    }

    fn quoted_name(&mut self) -> Result<String, CeqlError> {
        let start = self.at;
        self.take();
        let mut name = String::new();
        loop {
            match self.take() {
                Some('`') if self.take_if('`') => name.push('`'),
                Some('`') if name.is_empty() => {
                    return Err(self.error(start, "a name in back-ticks", "nothing".to_owned()));
                }
                Some('`') => return Ok(name),
                Some(other) => name.push(other),
                None => {
                    let opened = self.error(start, "", String::new()).column;
                    let expected = format!("a back-tick closing the one at character {opened}");
                    return Err(self.error(self.at, &expected, "the end".to_owned()));
                }
            }
        }
    }

    /// A number or a date without quotes: everything up to a blank or a sign.
    fn bare_value(&mut self) -> Result<Token, CeqlError> {
        let start = self.at;
        let belongs = |c: char| c.is_alphanumeric() || matches!(c, '+' | '-' | '.' | ':' | '_');
        let word = self.take_while(belongs);
        if Decimal::parse(word).is_some() {
            return Ok(Token::Value(Literal::Number(word.to_owned())));
        }
        if moment(word).is_some() {
            return Ok(Token::Value(Literal::DateTime(word.to_owned())));
        }
        let expected = "a number, a date such as 2015-01-06T09:31:38-07:00, or a text in quotes";
        Err(self.error(start, expected, format!("`{word}`")))
    }
}
