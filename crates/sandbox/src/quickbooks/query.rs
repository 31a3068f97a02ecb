//! The query language of the Accounting API (reference §2.2): its grammar.
//!
//! `SELECT * | COUNT(*) FROM entity [WHERE a op v AND …] [ORDERBY f [ASC|DESC]]
//! [STARTPOSITION n] [MAXRESULTS m]`; the last three in any order, as recorded requests have it.

mod select;
#[cfg(test)]
mod tests;
mod tokens;

pub(super) use select::select;

use super::entities::EntityKind;
use super::refusal::Refusal;
use tokens::{Token, Tokens};

/// Rows of one answer when the query does not say.
const MAX_RESULTS_DEFAULT: usize = 100;
/// Rows of one answer at most.
const MAX_RESULTS_LIMIT: usize = 1_000;
/// Conditions one query may have, so that a query cannot cost without end.
const CONDITIONS_MAX: usize = 50;
/// Values one `IN` list may have.
const VALUES_MAX: usize = 1_000;

/// A query that can be answered.
#[derive(Debug)]
struct Query {
    counts_only: bool,
    entity: &'static EntityKind,
    conditions: Vec<Condition>,
    order: Option<Order>,
    start_position: usize,
    max_results: usize,
}

#[derive(Debug)]
struct Condition {
    property: String,
    operator: Operator,
    /// One value, or those of the `IN` list.
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    In,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
    Like,
}

#[derive(Debug)]
struct Order {
    property: String,
    descending: bool,
}

impl Query {
    fn parse(text: &str) -> Result<Self, Refusal> {
        let mut tokens = Tokens::read(text)?;
        tokens.expect_word("SELECT")?;
        let counts_only = parse_selection(&mut tokens)?;
        tokens.expect_word("FROM")?;
        let name = tokens.name()?;
        let entity = EntityKind::find(&name).ok_or_else(|| {
            Refusal::query_invalid(format!("invalid context declaration: {name}"))
        })?;
        let mut query = Self {
            counts_only,
            entity,
            conditions: Vec::new(),
            order: None,
            start_position: 1,
            max_results: MAX_RESULTS_DEFAULT,
        };
        if tokens.take_word("WHERE") {
            query.conditions = parse_conditions(&mut tokens)?;
        }
        query.parse_tail(&mut tokens)?;
        Ok(query)
    }

    fn parse_tail(&mut self, tokens: &mut Tokens) -> Result<(), Refusal> {
        while !tokens.at_end() {
            if tokens.take_word("ORDERBY") {
                self.order = Some(parse_order(tokens)?);
            } else if tokens.take_word("ORDER") {
                tokens.expect_word("BY")?;
                self.order = Some(parse_order(tokens)?);
            } else if tokens.take_word("STARTPOSITION") {
                self.start_position = at_least_one(tokens.number()?)?;
            } else if tokens.take_word("MAXRESULTS") {
                self.max_results = within_limit(at_least_one(tokens.number()?)?)?;
            } else {
                return Err(tokens.unexpected());
            }
        }
        Ok(())
    }
}

/// Reads `*` or `COUNT(*)`; true for the count.
fn parse_selection(tokens: &mut Tokens) -> Result<bool, Refusal> {
    let counts_only = tokens.take_word("COUNT");
    if counts_only {
        tokens.expect(&Token::Open)?;
    }
    tokens.expect(&Token::Star)?;
    if counts_only {
        tokens.expect(&Token::Close)?;
    }
    Ok(counts_only)
}

fn parse_conditions(tokens: &mut Tokens) -> Result<Vec<Condition>, Refusal> {
    let mut conditions = vec![parse_condition(tokens)?];
    while tokens.take_word("AND") {
        if conditions.len() == CONDITIONS_MAX {
            return Err(Refusal::query_invalid("too many conditions"));
        }
        conditions.push(parse_condition(tokens)?);
    }
    Ok(conditions)
}

fn parse_condition(tokens: &mut Tokens) -> Result<Condition, Refusal> {
    let property = tokens.name()?;
    let operator = tokens.operator()?;
    let identity = matches!(operator, Operator::Equal | Operator::In);
    if property == "Id" && !identity {
        return Err(Refusal::query_invalid("property Id supports only = and IN"));
    }
    let values = match operator {
        Operator::In => parse_values(tokens)?,
        Operator::Equal
        | Operator::Less
        | Operator::Greater
        | Operator::LessOrEqual
        | Operator::GreaterOrEqual
        | Operator::Like => vec![tokens.value()?],
    };
    Ok(Condition { property, operator, values })
}

fn parse_values(tokens: &mut Tokens) -> Result<Vec<String>, Refusal> {
    tokens.expect(&Token::Open)?;
    let mut values = vec![tokens.value()?];
    while tokens.take(&Token::Comma) {
        if values.len() == VALUES_MAX {
            return Err(Refusal::query_invalid("too many values"));
        }
        values.push(tokens.value()?);
    }
    tokens.expect(&Token::Close)?;
    Ok(values)
}

fn parse_order(tokens: &mut Tokens) -> Result<Order, Refusal> {
    let property = tokens.name()?;
    if property == "Id" {
        return Err(Refusal::query_invalid("property Id is not sortable"));
    }
    let descending = tokens.take_word("DESC");
    if !descending {
        tokens.take_word("ASC");
    }
    Ok(Order { property, descending })
}

/// The words for zero are those of a recorded answer.
fn at_least_one(number: usize) -> Result<usize, Refusal> {
    if number < 1 {
        return Err(Refusal::query_invalid(format!(
            "value {number} is too small. Min allowed value is 1"
        )));
    }
    Ok(number)
}

fn within_limit(number: usize) -> Result<usize, Refusal> {
    if number > MAX_RESULTS_LIMIT {
        return Err(Refusal::query_invalid(format!(
            "value {number} is too large. Max allowed value is {MAX_RESULTS_LIMIT}"
        )));
    }
    Ok(number)
}
