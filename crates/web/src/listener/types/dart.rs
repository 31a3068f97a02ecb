//! Dart.

use super::{Class, Dialect, Enumeration, Kind, Member, Scope, joined};

pub(super) const DIALECT: Dialect = Dialect {
    enumeration,
    class,
    head: "import 'package:servicestack/servicestack.dart';\n\n",
    foot: FOOT,
};

fn enumeration(of: &Enumeration) -> String {
    let enumeration = of.name;
    let is_numbered = of.names.iter().any(|(_, number)| number.is_some());
    if !is_numbered {
        let names = joined(&of.names, "\n", |(name, _)| format!("    {name},"));
        return format!("enum {enumeration}\n{{\n{names}\n}}");
    }
    let names = joined(&of.names, ",\n", |(name, number)| {
        format!("    {name}({})", number.unwrap_or_default())
    });
    format!(
        "enum {enumeration}\n{{\n{names};\n\n    final int value;\n    const \
         {enumeration}(this.value);\n}}"
    )
}

fn class(of: &Class, scope: Scope) -> String {
    let name = of.name;
    let is_request = of.is_contract() && scope == Scope::File;
    let route = if is_request { "// @Route(\"/qbowebhook\", \"POST\")\n" } else { "" };
    let contract = if of.is_contract() { "// @DataContract\n" } else { "" };
    let returns = if is_request { "IReturn<String>, IPost, IConvertible" } else { "IConvertible" };
    let members = joined(of.members, "\n\n", |member| {
        let wire_name = member.wire_name;
        format!("    // @DataMember(Name=\"{wire_name}\")\n    {}? {wire_name};", kind(member))
    });
    let init = joined(of.members, ",", |member| format!("this.{}", member.wire_name));
    let read = joined(of.members, "\n", |member| {
        let wire_name = member.wire_name;
        let kind = kind(member);
        format!(
            "        {wire_name} = JsonConverters.fromJson(json['{wire_name}'],'{kind}',context!);"
        )
    });
    let written = joined(of.members, ",\n", written);
    let methods = if is_request { METHODS } else { "" };
    format!(
        "{route}{contract}class {name} implements {returns}\n{{\n{members}\n\n    {name}({{{init}}});\n    \
         {name}.fromJson(Map<String, dynamic> json) {{ fromMap(json); }}\n\n    fromMap(Map<String, \
         dynamic> json) {{\n{read}\n        return this;\n    }}\n\n    Map<String, dynamic> toJson() \
         => {{\n{written}\n    }};\n\n{methods}    getTypeName() => \"{name}\";\n    TypeContext? \
         context = _ctx;\n}}"
    )
}

/// What the client asks of a request.
const METHODS: &str = "    createResponse() => \"\";\n    getResponseTypeName() => \"String\";\n";

fn kind(of: &Member) -> String {
    match of.kind {
        Kind::Text => "String".to_owned(),
        Kind::DateTime => "DateTime".to_owned(),
        Kind::Enum(name) | Kind::Object(name) => name.to_owned(),
        Kind::List(name) => format!("List<{name}>"),
    }
}

/// An enum goes out by its name, which says what is meant where its number does not.
fn written(of: &Member) -> String {
    let name = of.wire_name;
    match of.kind {
        Kind::Enum(_) => format!("        '{name}': {name}?.name"),
        _ => {
            let kind = kind(of);
            format!("        '{name}': JsonConverters.toJson({name},'{kind}',context!)")
        }
    }
}

/// What `context` of the types is.
const FOOT: &str = "
TypeContext _ctx = TypeContext(library: 'dtos', types: <String, TypeInfo> {
    'QBOEntityName': TypeInfo(TypeOf.Enum, enumValues:QBOEntityName.values),
    'QBOOperation': TypeInfo(TypeOf.Enum, enumValues:QBOOperation.values),
    'QBOEntity': TypeInfo(TypeOf.Class, create:() => QBOEntity()),
    'List<QBOEntity>': TypeInfo(TypeOf.Class, create:() => <QBOEntity>[]),
    'QBODataChangeEvent': TypeInfo(TypeOf.Class, create:() => QBODataChangeEvent()),
    'QBOEventNotification': TypeInfo(TypeOf.Class, create:() => QBOEventNotification()),
    'List<QBOEventNotification>': TypeInfo(TypeOf.Class, create:() => <QBOEventNotification>[]),
    'QboWebhooksRequest': TypeInfo(TypeOf.Class, create:() => QboWebhooksRequest()),
});
";
