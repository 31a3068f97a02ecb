//! The words, texts and signs of a query.

use std::iter::Peekable;
use std::str::Chars;
use std::vec::IntoIter;

use super::super::refusal::Refusal;
use super::Operator;

/// One sign or word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A keyword, a property, a number or a bare value.
    Word(String),
    /// A value in single quotes, without them.
    Text(String),
    Sign(Operator),
    Star,
    Open,
    Close,
    Comma,
}

/// The tokens still to be read.
#[derive(Debug)]
pub(super) struct Tokens {
    rest: Peekable<IntoIter<Token>>,
}

impl Tokens {
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        let mut chars = text.chars().peekable();
        let mut tokens = Vec::new();
        while let Some(token) = next_token(&mut chars)? {
            tokens.push(token);
        }
        Ok(Self { rest: tokens.into_iter().peekable() })
    }

    pub(super) fn at_end(&mut self) -> bool {
        self.rest.peek().is_none()
    }

    pub(super) fn take(&mut self, token: &Token) -> bool {
        self.rest.next_if_eq(token).is_some()
    }

    pub(super) fn expect(&mut self, token: &Token) -> Result<(), Refusal> {
        if self.take(token) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Takes a keyword, in any case.
    pub(super) fn take_word(&mut self, keyword: &str) -> bool {
        let same = |token: &Token| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case(keyword));
        self.rest.next_if(same).is_some()
    }

    pub(super) fn expect_word(&mut self, keyword: &str) -> Result<(), Refusal> {
        if self.take_word(keyword) { Ok(()) } else { Err(self.unexpected()) }
    }

    pub(super) fn name(&mut self) -> Result<String, Refusal> {
        match self.rest.next_if(|token| matches!(token, Token::Word(_))) {
            Some(Token::Word(word)) => Ok(word),
            _ => Err(self.unexpected()),
        }
    }

    /// A value: quoted, or a bare word such as `true` or `12.5`.
    pub(super) fn value(&mut self) -> Result<String, Refusal> {
        match self.rest.next_if(|token| matches!(token, Token::Word(_) | Token::Text(_))) {
            Some(Token::Word(value) | Token::Text(value)) => Ok(value),
            _ => Err(self.unexpected()),
        }
    }

    pub(super) fn number(&mut self) -> Result<usize, Refusal> {
        let word = self.name()?;
        word.parse().map_err(|_| Refusal::query_unreadable(format!("{word:?} is not a number")))
    }

    pub(super) fn operator(&mut self) -> Result<Operator, Refusal> {
        if self.take_word("IN") {
            return Ok(Operator::In);
        }
        if self.take_word("LIKE") {
            return Ok(Operator::Like);
        }
        match self.rest.next_if(|token| matches!(token, Token::Sign(_))) {
            Some(Token::Sign(operator)) => Ok(operator),
            _ => Err(self.unexpected()),
        }
    }

    /// The refusal of whatever comes next.
    pub(super) fn unexpected(&mut self) -> Refusal {
        let found = match self.rest.peek() {
            None => "the end".to_owned(),
            Some(Token::Word(text) | Token::Text(text)) => format!("{text:?}"),
            Some(token) => format!("{token:?}"),
        };
        Refusal::query_unreadable(format!("Encountered {found}"))
    }
}

fn next_token(chars: &mut Peekable<Chars<'_>>) -> Result<Option<Token>, Refusal> {
    while chars.next_if(|char| char.is_whitespace()).is_some() {}
    let Some(&first) = chars.peek() else { return Ok(None) };
    if is_word_char(first) {
        let mut word = String::new();
        while let Some(char) = chars.next_if(|char| is_word_char(*char)) {
            word.push(char);
        }
        return Ok(Some(Token::Word(word)));
    }
    chars.next();
    let token = match first {
        '\'' => Token::Text(quoted(chars)?),
        '*' => Token::Star,
        '(' => Token::Open,
        ')' => Token::Close,
        ',' => Token::Comma,
        '=' => Token::Sign(Operator::Equal),
        '<' if or_equal(chars) => Token::Sign(Operator::LessOrEqual),
        '<' => Token::Sign(Operator::Less),
        '>' if or_equal(chars) => Token::Sign(Operator::GreaterOrEqual),
        '>' => Token::Sign(Operator::Greater),
        other => return Err(Refusal::query_unreadable(format!("Encountered {other:?}"))),
    };
    Ok(Some(token))
}

fn or_equal(chars: &mut Peekable<Chars<'_>>) -> bool {
    chars.next_if_eq(&'=').is_some()
}

fn is_word_char(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '.' | '_' | '-' | ':')
}

/// The text up to the closing quote; `\'` is a quote inside it.
fn quoted(chars: &mut Peekable<Chars<'_>>) -> Result<String, Refusal> {
    let mut text = String::new();
    while let Some(char) = chars.next() {
        match char {
            '\'' => return Ok(text),
            '\\' => text.extend(chars.next()),
            other => text.push(other),
        }
    }
    Err(Refusal::query_unreadable("a quote is not closed"))
}
