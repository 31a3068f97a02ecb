//! PHP. Its enums may not give one number to two names, so the entity enum is one of names, which
//! also says what is meant.

use super::{Class, Dialect, Enumeration, Kind, Member, Scope, joined};

pub(super) const DIALECT: Dialect = Dialect {
    enumeration,
    class,
    head: "<?php namespace dtos;\n\nuse DateTime;\nuse JsonSerializable;\n\
           use ServiceStack\\{IReturn,IPost,JsonConverters};\n\n",
    foot: "",
};

fn enumeration(of: &Enumeration) -> String {
    let names = joined(&of.names, "\n", |(name, _)| format!("    case {name} = '{name}';"));
    format!("enum {} : string\n{{\n{names}\n}}", of.name)
}

fn class(of: &Class, scope: Scope) -> String {
    let name = of.name;
    let is_request = of.is_contract() && scope == Scope::File;
    let route = if is_request { "// @Route(\"/qbowebhook\", \"POST\")\n" } else { "" };
    let contract = if of.is_contract() { "// @DataContract\n" } else { "" };
    let returns = if is_request { "IReturn, IPost, JsonSerializable" } else { "JsonSerializable" };
    let members = joined(of.members, ",\n\n", member);
    let read = joined(of.members, "\n", |member| {
        let (wire_name, kind) = (member.wire_name, converted(member));
        format!(
            "        if (isset($o['{wire_name}'])) $this->{wire_name} = \
             JsonConverters::from('{kind}', $o['{wire_name}']);"
        )
    });
    let written = joined(of.members, "\n", |member| {
        let (wire_name, kind) = (member.wire_name, converted(member));
        format!(
            "        if (isset($this->{wire_name})) $o['{wire_name}'] = \
             JsonConverters::to('{kind}', $this->{wire_name});"
        )
    });
    let methods = if is_request { METHODS } else { "" };
    format!(
        "{route}{contract}class {name} implements {returns}\n{{\n    public function \
         __construct(\n{members}\n    ) {{\n    }}\n\n    /** @throws Exception */\n    public function \
         fromMap($o): void {{\n{read}\n    }}\n\n    /** @throws Exception */\n    public function \
         jsonSerialize(): mixed\n    {{\n        $o = [];\n{written}\n        return empty($o) ? new \
         class(){{}} : $o;\n    }}\n{methods}}}"
    )
}

/// What the client asks of a request.
const METHODS: &str = "    public function getTypeName(): string { return 'QboWebhooksRequest'; }
    public function getMethod(): string { return 'POST'; }
    public function createResponse(): mixed { return ''; }
";

fn member(of: &Member) -> String {
    let name = of.wire_name;
    let (documented, kind) = match of.kind {
        Kind::Text => ("string|null".to_owned(), "?string"),
        Kind::DateTime => ("DateTime|null".to_owned(), "?DateTime"),
        Kind::Enum(kind) | Kind::Object(kind) => (format!("{kind}|null"), kind),
        Kind::List(kind) => (format!("array<{kind}>|null"), "?array"),
    };
    let nullable = if kind.starts_with('?') { "" } else { "?" };
    format!(
        "        // @DataMember(Name=\"{name}\")\n        /** @var {documented} */\n        public \
         {nullable}{kind} ${name}=null"
    )
}

fn converted(of: &Member) -> String {
    match of.kind {
        Kind::Text => "string".to_owned(),
        Kind::DateTime => "DateTime".to_owned(),
        Kind::Enum(name) | Kind::Object(name) => name.to_owned(),
        Kind::List(name) => format!("Array<{name}>"),
    }
}
