//! Visual Basic.

use super::{Class, Dialect, Enumeration, Kind, Member, Scope, joined};

pub(super) const DIALECT: Dialect = Dialect {
    enumeration,
    class,
    head: "Imports System\nImports System.Collections.Generic\n\
           Imports System.Runtime.Serialization\nImports ServiceStack\n\n\
           Namespace Global.ESI.Service.QBOWebhooksListener\n\n",
    foot: "\nEnd Namespace\n",
};

fn enumeration(of: &Enumeration) -> String {
    let names = joined(&of.names, "\n", |(name, number)| match number {
        Some(number) => format!("    {name} = {number}"),
        None => format!("    {name}"),
    });
    format!("Public Enum {}\n{names}\nEnd Enum", of.name)
}

fn class(of: &Class, scope: Scope) -> String {
    let is_request = of.is_contract() && scope == Scope::File;
    let route = if is_request { "<Route(\"/qbowebhook\", \"POST\")>\n" } else { "" };
    let contract = if of.is_contract() { "<DataContract>\n" } else { "" };
    let returns = if is_request { "\n    Implements IReturn(Of String)" } else { "" };
    let members = joined(of.members, "\n\n", member);
    format!("{route}{contract}Public Partial Class {}{returns}\n{members}\nEnd Class", of.name)
}

fn member(of: &Member) -> String {
    let kind = match of.kind {
        Kind::Text => "String".to_owned(),
        Kind::DateTime => "Date".to_owned(),
        Kind::Enum(name) | Kind::Object(name) => name.to_owned(),
        Kind::List(name) => format!("List(Of {name})"),
    };
    let Member { wire_name, name, .. } = of;
    format!(
        "    <DataMember(Name:=\"{wire_name}\")>\n    Public Overridable Property {name} As {kind}"
    )
}
