//! Kotlin.

use super::{Class, Dialect, Enumeration, Kind, Member, Scope, joined};

pub(super) const DIALECT: Dialect = Dialect {
    enumeration,
    class,
    head: "import java.util.*\nimport com.google.gson.annotations.*\nimport net.servicestack.client.*\n\n",
    foot: "",
};

fn enumeration(of: &Enumeration) -> String {
    let is_numbered = of.names.iter().any(|(_, number)| number.is_some());
    let value = if is_numbered { "(val value:Int)" } else { "" };
    let names = joined(&of.names, "\n", |(name, number)| match number {
        Some(number) => format!("    {name}({number}),"),
        None => format!("    {name},"),
    });
    format!("enum class {}{value}\n{{\n{names}\n}}", of.name)
}

fn class(of: &Class, scope: Scope) -> String {
    let name = of.name;
    let is_request = of.is_contract() && scope == Scope::File;
    let route = if is_request { "@Route(Path=\"/qbowebhook\", Verbs=\"POST\")\n" } else { "" };
    let contract = if of.is_contract() { "@DataContract\n" } else { "" };
    let returns = if is_request { " : IReturn<String>" } else { "" };
    let members = joined(of.members, "\n\n", member);
    let response = if is_request { RESPONSE_TYPE } else { "" };
    format!("{route}{contract}open class {name}{returns}\n{{\n{members}\n{response}}}")
}

/// What the client asks of a request.
const RESPONSE_TYPE: &str = "    companion object { private val responseType = String::class.java }
    override fun getResponseType(): Any? = responseType
";

fn member(of: &Member) -> String {
    let kind = match of.kind {
        Kind::Text => "String".to_owned(),
        Kind::DateTime => "Date".to_owned(),
        Kind::Enum(name) | Kind::Object(name) => name.to_owned(),
        Kind::List(name) => format!("ArrayList<{name}>"),
    };
    let Member { wire_name, name, .. } = of;
    format!(
        "    @DataMember(Name=\"{wire_name}\")\n    @SerializedName(\"{wire_name}\")\n    open var \
         {name}:{kind}? = null"
    )
}
