//! F#.

use super::{Class, Dialect, Enumeration, Kind, Member, Scope, joined};

pub(super) const DIALECT: Dialect = Dialect {
    enumeration,
    class,
    head: "namespace ESI.Service.QBOWebhooksListener\n\nopen System\n\
           open System.Collections.Generic\nopen System.Runtime.Serialization\nopen ServiceStack\n\n",
    foot: "",
};

fn enumeration(of: &Enumeration) -> String {
    let mut position = -1;
    // An enum of F# has a number for each name; without one it would be a union.
    let names = of.names.iter().map(|(name, number)| {
        position += 1;
        format!("    | {name} = {}", number.unwrap_or(position))
    });
    format!("type {} =\n{}", of.name, names.collect::<Vec<_>>().join("\n"))
}

fn class(of: &Class, scope: Scope) -> String {
    let is_request = of.is_contract() && scope == Scope::File;
    let route = if is_request { "[<Route(\"/qbowebhook\", \"POST\")>]\n" } else { "" };
    let contract = if of.is_contract() { "[<DataContract>]\n" } else { "" };
    let returns = if is_request { "    interface IReturn<string>\n" } else { "" };
    let members = joined(of.members, "\n\n", member);
    format!("{route}{contract}[<AllowNullLiteral>]\ntype {}() =\n{returns}{members}", of.name)
}

fn member(of: &Member) -> String {
    let (kind, default) = match of.kind {
        Kind::Text => ("String".to_owned(), "null".to_owned()),
        Kind::DateTime => ("DateTime".to_owned(), "new DateTime()".to_owned()),
        Kind::Enum(name) => (name.to_owned(), format!("new {name}()")),
        Kind::Object(name) => (name.to_owned(), "null".to_owned()),
        Kind::List(name) => (format!("ResizeArray<{name}>"), "null".to_owned()),
    };
    let Member { wire_name, name, .. } = of;
    format!(
        "    [<DataMember(Name=\"{wire_name}\")>]\n    member val {name}:{kind} = {default} with \
         get,set"
    )
}
