//! The XML schema of the request's types (reference: qbo-webhooks-listener §5): every element may
//! be missing, and what is a reference in .NET may be nil.

use crate::listener::entity_names::{ENTITY_NAMES, OPERATIONS};
use crate::listener::types::{CLASSES, Class, Kind, Member, NAMESPACE};

/// The schema.
pub(super) fn xsd() -> String {
    let mut schema = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<xs:schema xmlns:tns=\"{NAMESPACE}\" \
         elementFormDefault=\"qualified\" targetNamespace=\"{NAMESPACE}\" \
         xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">\n"
    );
    for class in CLASSES.iter().rev() {
        schema += &complex_type(class);
    }
    schema += &simple_type("QBOEntityName", ENTITY_NAMES.iter().map(|(name, _)| *name));
    schema += &simple_type("QBOOperation", OPERATIONS.iter().copied());
    schema + "</xs:schema>\n"
}

/// A type and the list of it, each with an element of its own. .NET orders members by name.
fn complex_type(class: &Class) -> String {
    let name = class.name;
    let mut members: Vec<&Member> = class.members.iter().collect();
    members.sort_by_key(|member| member.name);
    let members: String = members
        .into_iter()
        .map(|member| {
            let shown = if class.is_contract() { member.wire_name } else { member.name };
            element(shown, &type_of(member.kind), is_nillable(member.kind))
        })
        .collect();
    let list = format!("ArrayOf{name}");
    let item = format!(
        "      <xs:element minOccurs=\"0\" maxOccurs=\"unbounded\" name=\"{name}\" nillable=\"true\" \
         type=\"tns:{name}\" />\n"
    );
    sequence(name, &members) + &sequence(&list, &item)
}

fn sequence(name: &str, members: &str) -> String {
    format!(
        "  <xs:complexType name=\"{name}\">\n    <xs:sequence>\n{members}    </xs:sequence>\n  \
         </xs:complexType>\n  <xs:element name=\"{name}\" nillable=\"true\" type=\"tns:{name}\" />\n"
    )
}

fn element(name: &str, kind: &str, is_nillable: bool) -> String {
    let nillable = if is_nillable { " nillable=\"true\"" } else { "" };
    format!("      <xs:element minOccurs=\"0\" name=\"{name}\"{nillable} type=\"{kind}\" />\n")
}

fn type_of(kind: Kind) -> String {
    match kind {
        Kind::Text => "xs:string".to_owned(),
        Kind::DateTime => "xs:dateTime".to_owned(),
        Kind::Enum(name) | Kind::Object(name) => format!("tns:{name}"),
        Kind::List(name) => format!("tns:ArrayOf{name}"),
    }
}

const fn is_nillable(kind: Kind) -> bool {
    !matches!(kind, Kind::Enum(_) | Kind::DateTime)
}

fn simple_type<'n>(name: &str, values: impl Iterator<Item = &'n str>) -> String {
    let values: String =
        values.map(|value| format!("      <xs:enumeration value=\"{value}\" />\n")).collect();
    format!(
        "  <xs:simpleType name=\"{name}\">\n    <xs:restriction base=\"xs:string\">\n{values}    \
         </xs:restriction>\n  </xs:simpleType>\n  <xs:element name=\"{name}\" nillable=\"true\" \
         type=\"tns:{name}\" />\n"
    )
}
