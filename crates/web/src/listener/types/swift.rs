//! Swift. Its enums may not give one number to two names, so the entity enum is one of names, which
//! also says what is meant.

use super::{Class, Dialect, Enumeration, Kind, Member, Scope, joined};

pub(super) const DIALECT: Dialect =
    Dialect { enumeration, class, head: "import Foundation\nimport ServiceStack\n\n", foot: "" };

fn enumeration(of: &Enumeration) -> String {
    let names = joined(&of.names, "\n", |(name, _)| format!("    case {name}"));
    format!("public enum {} : String, Codable\n{{\n{names}\n}}", of.name)
}

fn class(of: &Class, scope: Scope) -> String {
    let is_request = of.is_contract() && scope == Scope::File;
    let route = if is_request { "// @Route(\"/qbowebhook\", \"POST\")\n" } else { "" };
    let contract = if of.is_contract() { "// @DataContract\n" } else { "" };
    let returns = if is_request { "IReturn, Codable" } else { "Codable" };
    let response = if is_request { "    public typealias Return = String\n\n" } else { "" };
    let members = joined(of.members, "\n\n", member);
    format!(
        "{route}{contract}public class {} : {returns}\n{{\n{response}{members}\n\n    required public \
         init(){{}}\n}}",
        of.name
    )
}

fn member(of: &Member) -> String {
    let kind = match of.kind {
        Kind::Text => "String?".to_owned(),
        Kind::DateTime => "Date?".to_owned(),
        Kind::Enum(name) | Kind::Object(name) => format!("{name}?"),
        Kind::List(name) => format!("[{name}]?"),
    };
    let name = of.wire_name;
    format!("    // @DataMember(Name=\"{name}\")\n    public var {name}:{kind}")
}
