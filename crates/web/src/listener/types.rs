//! The request as a type: one description of it, and its code in the languages that the original
//! generates (reference: qbo-webhooks-listener §1.2 and §7).
//!
//! Every language writes the same description, so a page, its sample and the decoders cannot drift
//! apart. Where a language would not compile what the original makes of the ambiguous numbers, its
//! file says so.

mod csharp;
mod dart;
mod fsharp;
mod java;
mod kotlin;
mod mjs;
mod php;
mod python;
mod swift;
mod typescript;
mod vbnet;

use super::entity_names::{ENTITY_NAMES, OPERATIONS};

/// The XML namespace of the types.
pub(super) const NAMESPACE: &str =
    "http://schemas.datacontract.org/2004/07/ESI.Service.QBOWebhooksListener";
/// Their .NET namespace.
pub(super) const DOTNET_NAMESPACE: &str = "ESI.Service.QBOWebhooksListener";
/// The request's name.
pub(super) const REQUEST: &str = "QboWebhooksRequest";

/// What a member holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text.
    Text,
    /// A date with a time.
    DateTime,
    /// A member of the enum of that name.
    Enum(&'static str),
    /// An object of that type.
    Object(&'static str),
    /// A list of objects of that type.
    List(&'static str),
}

/// A member of a type.
#[derive(Debug)]
pub(super) struct Member {
    /// Its name in JSON, JSV and CSV.
    pub(super) wire_name: &'static str,
    /// Its name in .NET, and in XML below the request.
    pub(super) name: &'static str,
    /// What it holds.
    pub(super) kind: Kind,
}

/// A type.
#[derive(Debug)]
pub(super) struct Class {
    /// Its name.
    pub(super) name: &'static str,
    /// Its members in their order.
    pub(super) members: &'static [Member],
}

impl Class {
    /// Only the request is marked as a data contract, which is why its member alone has its wire
    /// name in XML.
    pub(super) fn is_contract(&self) -> bool {
        self.name == REQUEST
    }
}

/// An enum.
#[derive(Debug)]
pub(super) struct Enumeration {
    /// Its name.
    pub(super) name: &'static str,
    /// Its names with their numbers; `None` where the names alone are sent.
    pub(super) names: Vec<(&'static str, Option<i64>)>,
}

const fn member(wire_name: &'static str, name: &'static str, kind: Kind) -> Member {
    Member { wire_name, name, kind }
}

/// The types, what is used before what uses it.
pub(super) const CLASSES: &[Class] = &[
    Class {
        name: "QBOEntity",
        members: &[
            member("name", "Name", Kind::Enum("QBOEntityName")),
            member("id", "Id", Kind::Text),
            member("operation", "Operation", Kind::Enum("QBOOperation")),
            member("lastUpdated", "LastUpdated", Kind::DateTime),
            member("deletedId", "DeletedId", Kind::Text),
        ],
    },
    Class {
        name: "QBODataChangeEvent",
        members: &[member("entities", "Entities", Kind::List("QBOEntity"))],
    },
    Class {
        name: "QBOEventNotification",
        members: &[
            member("realmId", "RealmId", Kind::Text),
            member("dataChangeEvent", "DataChangeEvent", Kind::Object("QBODataChangeEvent")),
        ],
    },
    Class {
        name: REQUEST,
        members: &[member(
            "eventNotifications",
            "EventNotifications",
            Kind::List("QBOEventNotification"),
        )],
    },
];

/// The enums, as the pages of the original print them.
pub(super) fn enumerations() -> [Enumeration; 2] {
    let numbered = ENTITY_NAMES.iter().map(|(name, number)| (*name, Some(*number)));
    let named = OPERATIONS.iter().map(|name| (*name, None));
    [
        Enumeration { name: "QBOEntityName", names: numbered.collect() },
        Enumeration { name: "QBOOperation", names: named.collect() },
    ]
}

/// How much of a language's code is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// The types alone, as an operation's page shows them.
    Page,
    /// A file that a program can use: with its head, and with what a client needs of a request.
    File,
}

/// A language: how it writes the parts.
struct Dialect {
    enumeration: fn(&Enumeration) -> String,
    class: fn(&Class, Scope) -> String,
    /// What stands above the types in a file.
    head: &'static str,
    /// What stands below them in a file.
    foot: &'static str,
}

/// A language that the types are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    CSharp,
    Mjs,
    TypeScript,
    Dart,
    Java,
    Kotlin,
    Python,
    Php,
    Swift,
    VbNet,
    FSharp,
}

impl Language {
    /// All of them, in the order of the original's tabs.
    pub(super) const ALL: [Self; 11] = [
        Self::CSharp,
        Self::Mjs,
        Self::TypeScript,
        Self::Dart,
        Self::Java,
        Self::Kotlin,
        Self::Python,
        Self::Php,
        Self::Swift,
        Self::VbNet,
        Self::FSharp,
    ];

    /// Its name in addresses and `?lang=`.
    pub(super) const fn name(self) -> &'static str {
        self.names().0
    }

    /// Its name on pages.
    pub(super) const fn title(self) -> &'static str {
        self.names().1
    }

    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::CSharp => ("csharp", "C#"),
            Self::Mjs => ("mjs", "JavaScript"),
            Self::TypeScript => ("typescript", "TypeScript"),
            Self::Dart => ("dart", "Dart"),
            Self::Java => ("java", "Java"),
            Self::Kotlin => ("kotlin", "Kotlin"),
            Self::Python => ("python", "Python"),
            Self::Php => ("php", "PHP"),
            Self::Swift => ("swift", "Swift"),
            Self::VbNet => ("vbnet", "VB.NET"),
            Self::FSharp => ("fsharp", "F#"),
        }
    }

    /// The language of that name, in any case.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.name().eq_ignore_ascii_case(name))
    }

    /// The types in this language.
    pub(super) fn code(self, scope: Scope) -> String {
        let dialect = self.dialect();
        let enumerations = enumerations();
        let enumerations = enumerations.iter().map(|one| (dialect.enumeration)(one));
        let classes = CLASSES.iter().map(|one| (dialect.class)(one, scope));
        let parts: Vec<String> = enumerations.chain(classes).collect();
        let types = parts.join("\n\n");
        match scope {
            Scope::Page => types + "\n",
            Scope::File => format!("{}{types}\n{}", dialect.head, dialect.foot),
        }
    }

    fn dialect(self) -> Dialect {
        match self {
            Self::CSharp => csharp::DIALECT,
            Self::Mjs => mjs::DIALECT,
            Self::TypeScript => typescript::DIALECT,
            Self::Dart => dart::DIALECT,
            Self::Java => java::DIALECT,
            Self::Kotlin => kotlin::DIALECT,
            Self::Python => python::DIALECT,
            Self::Php => php::DIALECT,
            Self::Swift => swift::DIALECT,
            Self::VbNet => vbnet::DIALECT,
            Self::FSharp => fsharp::DIALECT,
        }
    }
}

/// The parts that `part` makes of the items, with `between` between them.
fn joined<T>(items: &[T], between: &str, part: impl Fn(&T) -> String) -> String {
    items.iter().map(part).collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests;
