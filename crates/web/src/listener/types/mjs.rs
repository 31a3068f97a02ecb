//! JavaScript as a module, with types in comments.

use super::{Class, Dialect, Enumeration, Kind, Member, Scope, joined};

pub(super) const DIALECT: Dialect =
    Dialect { enumeration, class, head: "\"use strict\";\n", foot: "" };

fn enumeration(of: &Enumeration) -> String {
    let enumeration = of.name;
    let is_numbered = of.names.iter().any(|(_, number)| number.is_some());
    let names_allowed = joined(&of.names, "|", |(name, _)| format!("'{name}'"));
    let kind = if is_numbered { "number" } else { names_allowed.as_str() };
    // Without the way back from numbers to names that the original has: a number has several.
    let names = joined(&of.names, "\n", |(name, number)| match number {
        Some(number) => format!("    {enumeration}[\"{name}\"] = {number}"),
        None => format!("    {enumeration}[\"{name}\"] = \"{name}\""),
    });
    format!(
        "/** @typedef {{{kind}}} */\nexport var {enumeration};\n(function ({enumeration}) \
         {{\n{names}\n}})({enumeration} || ({enumeration} = {{}}));"
    )
}

fn class(of: &Class, scope: Scope) -> String {
    let init = joined(of.members, ",", |member| format!("{}?:{}", member.wire_name, kind(member)));
    let members = joined(of.members, "\n", |member| {
        format!("    /** @type {{{}}} */\n    {};", kind(member), member.wire_name)
    });
    let is_request = of.is_contract() && scope == Scope::File;
    format!(
        "export class {} {{\n    /** @param {{{{{init}}}}} [init] */\n    constructor(init) {{ \
         Object.assign(this, init) }}\n{members}\n{}}}",
        of.name,
        if is_request { METHODS } else { "" }
    )
}

/// What the client asks of a request.
const METHODS: &str = "    getTypeName() { return 'QboWebhooksRequest' }
    getMethod() { return 'POST' }
    createResponse() { return '' }
";

fn kind(of: &Member) -> String {
    match of.kind {
        Kind::Text | Kind::DateTime => "string".to_owned(),
        Kind::Enum(name) | Kind::Object(name) => name.to_owned(),
        Kind::List(name) => format!("{name}[]"),
    }
}
