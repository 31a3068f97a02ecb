//! Python. A number that is given to two names makes the second an alias of the first, and the
//! number is what is sent.

use super::{Class, Dialect, Enumeration, Kind, Member, Scope, joined};

pub(super) const DIALECT: Dialect = Dialect { enumeration, class, head: HEAD, foot: "" };

const HEAD: &str = "import datetime
import decimal
from marshmallow.fields import *
from servicestack import *
from typing import *
from dataclasses import dataclass, field
from dataclasses_json import dataclass_json, LetterCase, Undefined, config
from enum import Enum, IntEnum

";

fn enumeration(of: &Enumeration) -> String {
    let is_numbered = of.names.iter().any(|(_, number)| number.is_some());
    let base = if is_numbered { "IntEnum" } else { "str, Enum" };
    let names = joined(&of.names, "\n", |(name, number)| {
        let constant = snake_case(name).to_uppercase();
        match number {
            Some(number) => format!("    {constant} = {number}"),
            None => format!("    {constant} = '{name}'"),
        }
    });
    format!("class {}({base}):\n{names}", of.name)
}

fn class(of: &Class, scope: Scope) -> String {
    let is_request = of.is_contract() && scope == Scope::File;
    let route = if is_request { "# @Route(\"/qbowebhook\", \"POST\")\n" } else { "" };
    let contract = if of.is_contract() { "# @DataContract\n" } else { "" };
    let returns = if is_request { "(IReturn[str], IPost)" } else { "" };
    let members = joined(of.members, "\n\n", member);
    format!(
        "{route}{contract}@dataclass_json(letter_case=LetterCase.CAMEL, \
         undefined=Undefined.EXCLUDE)\n@dataclass\nclass {}{returns}:\n{members}",
        of.name
    )
}

fn member(of: &Member) -> String {
    let name = of.wire_name;
    let (kind, default) = match of.kind {
        Kind::Text => ("Optional[str]".to_owned(), "None"),
        Kind::DateTime => ("datetime.datetime".to_owned(), "datetime.datetime(1, 1, 1)"),
        Kind::Enum(kind) | Kind::Object(kind) => (format!("Optional[{kind}]"), "None"),
        Kind::List(kind) => (format!("Optional[List[{kind}]]"), "None"),
    };
    format!("    # @DataMember(Name=\"{name}\")\n    {}: {kind} = {default}", snake_case(name))
}

/// `lastUpdated` as `last_updated`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for (place, letter) in name.chars().enumerate() {
        if place > 0 && letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
