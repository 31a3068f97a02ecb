//! Java, as classes within one class.

use super::{Class, Dialect, Enumeration, Kind, Member, Scope, joined};

pub(super) const DIALECT: Dialect = Dialect {
    enumeration,
    class,
    head: "import java.util.*;\nimport com.google.gson.annotations.*;\nimport net.servicestack.client.*;\n\n\
           public class dtos\n{\n",
    foot: "}\n",
};

fn enumeration(of: &Enumeration) -> String {
    let enumeration = of.name;
    let is_numbered = of.names.iter().any(|(_, number)| number.is_some());
    let names = joined(&of.names, ",\n", |(name, number)| match number {
        Some(number) => format!("    {name}({number})"),
        None => format!("    {name}"),
    });
    let value = format!(
        ";\n\n    private final int value;\n    {enumeration}(final int intValue) {{ value = intValue; \
         }}\n    public int getValue() {{ return value; }}"
    );
    let value = if is_numbered { value.as_str() } else { ";" };
    format!("public static enum {enumeration}\n{{\n{names}{value}\n}}")
}

fn class(of: &Class, scope: Scope) -> String {
    let name = of.name;
    let is_request = of.is_contract() && scope == Scope::File;
    let route = if is_request { "@Route(Path=\"/qbowebhook\", Verbs=\"POST\")\n" } else { "" };
    let contract = if of.is_contract() { "@DataContract\n" } else { "" };
    let returns = if is_request { " implements IReturn<String>" } else { "" };
    let members = joined(of.members, "\n\n", member);
    let methods = joined(of.members, "\n", |member| methods(name, member));
    let response = if is_request { RESPONSE_TYPE } else { "" };
    format!(
        "{route}{contract}public static class {name}{returns}\n{{\n{members}\n\n{methods}\n{response}}}"
    )
}

/// What the client asks of a request.
const RESPONSE_TYPE: &str = "    private static Object responseType = String.class;
    public Object getResponseType() { return responseType; }
";

fn member(of: &Member) -> String {
    let Member { wire_name, name, .. } = of;
    format!(
        "    @DataMember(Name=\"{wire_name}\")\n    @SerializedName(\"{wire_name}\")\n    public {} \
         {name} = null;",
        kind(of)
    )
}

fn methods(class: &str, of: &Member) -> String {
    let (kind, name) = (kind(of), of.name);
    format!(
        "    public {kind} get{name}() {{ return {name}; }}\n    public {class} set{name}({kind} \
         value) {{ this.{name} = value; return this; }}"
    )
}

fn kind(of: &Member) -> String {
    match of.kind {
        Kind::Text => "String".to_owned(),
        Kind::DateTime => "Date".to_owned(),
        Kind::Enum(name) | Kind::Object(name) => name.to_owned(),
        Kind::List(name) => format!("ArrayList<{name}>"),
    }
}
