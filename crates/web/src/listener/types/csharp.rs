//! C#.

use super::{Class, Dialect, Enumeration, Kind, Member, Scope, joined};

pub(super) const DIALECT: Dialect = Dialect {
    enumeration,
    class,
    head: "using System;\nusing System.Collections.Generic;\nusing System.Runtime.Serialization;\n\
           using ServiceStack;\n\nnamespace ESI.Service.QBOWebhooksListener;\n\n",
    foot: "",
};

fn enumeration(of: &Enumeration) -> String {
    let names = joined(&of.names, "\n", |(name, number)| match number {
        Some(number) => format!("    {name} = {number},"),
        None => format!("    {name},"),
    });
    format!("public enum {}\n{{\n{names}\n}}", of.name)
}

fn class(of: &Class, scope: Scope) -> String {
    let is_request = of.is_contract() && scope == Scope::File;
    let route = if is_request { "[Route(\"/qbowebhook\", \"POST\")]\n" } else { "" };
    let contract = if of.is_contract() { "[DataContract]\n" } else { "" };
    let returns = if is_request { " : IReturn<string>" } else { "" };
    let members = joined(of.members, "\n\n", member);
    format!("{route}{contract}public partial class {}{returns}\n{{\n{members}\n}}", of.name)
}

fn member(of: &Member) -> String {
    let kind = match of.kind {
        Kind::Text => "string".to_owned(),
        Kind::DateTime => "DateTime".to_owned(),
        Kind::Enum(name) | Kind::Object(name) => name.to_owned(),
        Kind::List(name) => format!("List<{name}>"),
    };
    let Member { wire_name, name, .. } = of;
    format!(
        "    [DataMember(Name=\"{wire_name}\")]\n    public virtual {kind} {name} {{ get; set; }}"
    )
}
