//! From CEQL words to a condition: recursive descent, bounded in length, depth and number.

use super::lexer::{OpenText, Placed, Token, tokens};
use super::{CeqlError, Comparison, Condition, Literal, Operator, Query, Test};
use crate::limits::{CEQL_BYTES_MAX, CEQL_COMPARISONS_MAX, CEQL_DEPTH_MAX, CEQL_LIST_VALUES_MAX};

/// Words that are no column unless they stand in back-ticks.
pub(super) const RESERVED: &[&str] = &["and", "or", "not", "in", "is", "like", "null"];

/// Reads the condition of a `where`.
pub fn parse(text: &str) -> Result<Condition, CeqlError> {
    Parser::new(text, OpenText::Refused)?.condition_alone()
}

/// As [`parse`], but a text value that runs to the very end without its closing quote is closed
/// there: the published poller configuration of Sage One lacks it (reference: freshbooks-sage §0).
pub fn parse_closing_text(text: &str) -> Result<Condition, CeqlError> {
    Parser::new(text, OpenText::Closed)?.condition_alone()
}

/// Reads `select * from OBJECT`, with or without `where CONDITION`.
pub fn parse_query(text: &str) -> Result<Query, CeqlError> {
    let mut parser = Parser::new(text, OpenText::Refused)?;
    parser.keyword("select")?;
    parser.require(&Token::Star, "`*` (all columns)")?;
    parser.keyword("from")?;
    let object = parser.name("the name of an object")?;
    let condition = if parser.take_keyword("where") { Some(parser.condition(0)?) } else { None };
    let end = if condition.is_some() { "AND, OR or the end" } else { "WHERE or the end" };
    parser.end(end)?;
    Ok(Query { object, condition })
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<Placed>,
    next: usize,
    comparisons: usize,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, open_text: OpenText) -> Result<Self, CeqlError> {
        if text.len() > CEQL_BYTES_MAX {
            let expected = format!("at most {CEQL_BYTES_MAX} bytes");
            return Err(CeqlError::new(text, 0, &expected, format!("{} bytes", text.len())));
        }
        Ok(Self { text, tokens: tokens(text, open_text)?, next: 0, comparisons: 0 })
    }

    fn condition_alone(mut self) -> Result<Condition, CeqlError> {
        let condition = self.condition(0)?;
        self.end("AND, OR or the end")?;
        Ok(condition)
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|placed| &placed.token)
    }

    /// The error that something else stands where reading is.
    fn error(&self, expected: &str) -> CeqlError {
        let Some(placed) = self.tokens.get(self.next) else {
            let found = "the end".to_owned();
            return CeqlError::new(self.text, self.text.len(), expected, found);
        };
        let source = self.text.get(placed.start..placed.end).unwrap_or_default();
        let shown: String = source.chars().take(40).collect();
        CeqlError::new(self.text, placed.start, expected, format!("`{shown}`"))
    }

    fn take(&mut self, wanted: &Token) -> bool {
        let is_next = self.peek() == Some(wanted);
        self.next += usize::from(is_next);
        is_next
    }

    fn require(&mut self, wanted: &Token, expected: &str) -> Result<(), CeqlError> {
        if self.take(wanted) { Ok(()) } else { Err(self.error(expected)) }
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let is_next =
            matches!(self.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword));
        self.next += usize::from(is_next);
        is_next
    }

    fn keyword(&mut self, keyword: &str) -> Result<(), CeqlError> {
        if self.take_keyword(keyword) { Ok(()) } else { Err(self.error(&keyword.to_uppercase())) }
    }

    fn end(&self, expected: &str) -> Result<(), CeqlError> {
        if self.peek().is_none() { Ok(()) } else { Err(self.error(expected)) }
    }

    fn name(&mut self, expected: &str) -> Result<String, CeqlError> {
        let reserved = |word: &str| RESERVED.iter().any(|one| one.eq_ignore_ascii_case(word));
        let name = match self.peek() {
            Some(Token::Quoted(name)) => name.clone(),
            Some(Token::Word(word)) if !reserved(word) => word.clone(),
            _ => return Err(self.error(expected)),
        };
        self.next += 1;
        Ok(name)
    }

    /// Conditions joined by `OR`.
    fn condition(&mut self, depth: usize) -> Result<Condition, CeqlError> {
        let mut parts = vec![self.conjunction(depth)?];
        while self.take_keyword("or") {
            parts.push(self.conjunction(depth)?);
        }
        Condition::any(parts).ok_or_else(|| self.error("a condition"))
    }

    /// Conditions joined by `AND`.
    fn conjunction(&mut self, depth: usize) -> Result<Condition, CeqlError> {
        let mut parts = vec![self.single(depth)?];
        while self.take_keyword("and") {
            parts.push(self.single(depth)?);
        }
        Condition::all(parts).ok_or_else(|| self.error("a condition"))
    }

    /// A comparison, or a condition in parentheses.
    fn single(&mut self, depth: usize) -> Result<Condition, CeqlError> {
        if self.peek() != Some(&Token::Open) {
            return self.comparison().map(Condition::Comparison);
        }
        if depth >= CEQL_DEPTH_MAX {
            return Err(self.error(&format!("at most {CEQL_DEPTH_MAX} nested parentheses")));
        }
        self.next += 1;
        let condition = self.condition(depth + 1)?;
        self.require(&Token::Close, "AND, OR or `)`")?;
        Ok(condition)
    }

    fn comparison(&mut self) -> Result<Comparison, CeqlError> {
        if self.comparisons >= CEQL_COMPARISONS_MAX {
            return Err(self.error(&format!("at most {CEQL_COMPARISONS_MAX} comparisons")));
        }
        self.comparisons += 1;
        let field = self.name("the name of a column or `(`")?;
        let test = self.test()?;
        Ok(Comparison { field, test })
    }

    fn test(&mut self) -> Result<Test, CeqlError> {
        if let Some(Token::Sign(operator)) = self.peek() {
            let operator = *operator;
            self.next += 1;
            return Ok(Test::Compare(operator, self.literal()?));
        }
        if self.take_keyword("like") {
            return Ok(Test::Compare(Operator::Like, self.literal()?));
        }
        if self.take_keyword("in") {
            return self.list().map(Test::In);
        }
        if self.take_keyword("is") {
            let not = self.take_keyword("not");
            if !self.take_keyword("null") {
                return Err(self.error(if not { "NULL" } else { "NULL or NOT NULL" }));
            }
            return Ok(if not { Test::IsNotNull } else { Test::IsNull });
        }
        Err(self.error("one of = != < > <= >= LIKE IN IS"))
    }

    fn list(&mut self) -> Result<Vec<Literal>, CeqlError> {
        self.require(&Token::Open, "`(`")?;
        let mut literals = vec![self.literal()?];
        while self.take(&Token::Comma) {
            if literals.len() >= CEQL_LIST_VALUES_MAX {
                return Err(self.error(&format!("at most {CEQL_LIST_VALUES_MAX} values")));
            }
            literals.push(self.literal()?);
        }
        self.require(&Token::Close, "`,` or `)`")?;
        Ok(literals)
    }

    fn literal(&mut self) -> Result<Literal, CeqlError> {
        let literal = match self.peek() {
            Some(Token::Value(literal)) => Some(literal.clone()),
            Some(Token::Word(word)) => super::boolean(word).map(Literal::Boolean),
            _ => None,
        };
        let expected = "a text in quotes, a number, a date, true or false";
        let literal = literal.ok_or_else(|| self.error(expected))?;
        self.next += 1;
        Ok(literal)
    }
}
