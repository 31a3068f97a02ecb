//! TypeScript, as the seed's page prints it.

use super::{Class, Dialect, Enumeration, Kind, Member, Scope, joined};

pub(super) const DIALECT: Dialect = Dialect {
    enumeration,
    class,
    head: "export interface IReturn<T>\n{\n    createResponse(): T;\n}\n\n",
    foot: "",
};

fn enumeration(of: &Enumeration) -> String {
    let names = joined(&of.names, "\n", |(name, number)| match number {
        Some(number) => format!("    {name} = {number},"),
        None => format!("    {name} = '{name}',"),
    });
    format!("export enum {}\n{{\n{names}\n}}", of.name)
}

fn class(of: &Class, scope: Scope) -> String {
    let name = of.name;
    let is_request = of.is_contract() && scope == Scope::File;
    let route = if is_request { "// @Route(\"/qbowebhook\", \"POST\")\n" } else { "" };
    let contract = if of.is_contract() { "// @DataContract\n" } else { "" };
    let returns = if is_request { " implements IReturn<string>" } else { "" };
    let members = joined(of.members, "\n\n", member);
    let methods = if is_request { METHODS } else { "" };
    format!(
        "{route}{contract}export class {name}{returns}\n{{\n{members}\n\n    public constructor(init?: \
         Partial<{name}>) {{ (Object as any).assign(this, init); }}\n{methods}}}"
    )
}

/// What the client asks of a request.
const METHODS: &str = "    public getTypeName() { return 'QboWebhooksRequest'; }
    public getMethod() { return 'POST'; }
    public createResponse() { return ''; }
";

fn member(of: &Member) -> String {
    let kind = match of.kind {
        Kind::Text | Kind::DateTime => "string".to_owned(),
        Kind::Enum(name) | Kind::Object(name) => name.to_owned(),
        Kind::List(name) => format!("{name}[]"),
    };
    let name = of.wire_name;
    format!("    // @DataMember(Name=\"{name}\")\n    public {name}: {kind};")
}
