//! What holds for any content and any bytes: equal content is an equal notice in every format, and
//! nothing panics.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

/// A text without blanks at its ends, which only some formats keep.
fn any_text() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9é\"\\\\,:{}<>&\\[\\]'/]{1,3}|[a-zA-Z0-9\"{\\[][ \\n\"\\\\,:{}<>&\\[\\]é]{0,4}[a-zA-Z0-9}\\]\"]"
}

fn any_entity() -> impl Strategy<Value = [Option<String>; 5]> {
    let names = ["Vendor", "customer", "21", "99", "Foo", "24", "Dimension"];
    let operations = ["Create", "update", "3", "Archive"];
    let dates = ["2015-10-05T14:42:19-0700", "/Date(1444081339000)/", "2015-10-05", "soon"];
    let one_of = |texts: &[&str]| {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        prop::option::of(prop::sample::select(texts))
    };
    let id = || prop::option::of(any_text());
    (one_of(&names), id(), one_of(&operations), one_of(&dates), id())
        .prop_map(|(name, id, operation, date, deleted)| [name, id, operation, date, deleted])
}

/// A company and its entities.
type Company = (Option<String>, Vec<[Option<String>; 5]>);

fn any_companies() -> impl Strategy<Value = Vec<Company>> {
    let company = (prop::option::of(any_text()), prop::collection::vec(any_entity(), 0..3));
    prop::collection::vec(company, 0..3)
}

const MEMBERS: [&str; 5] = ["name", "id", "operation", "lastUpdated", "deletedId"];

/// Writes companies with what a format has for members, objects and lists.
struct Writer {
    text: fn(&str) -> String,
    between: &'static str,
    member: fn(&str, &str) -> String,
    object: fn(&str, &str) -> String,
    list: fn(&str) -> String,
}

impl Writer {
    fn entity(&self, texts: &[Option<String>; 5]) -> String {
        let members = MEMBERS
            .iter()
            .zip(texts)
            .filter_map(|(name, text)| Some((self.member)(name, &(self.text)(text.as_ref()?))));
        (self.object)("QBOEntity", &members.collect::<Vec<_>>().join(self.between))
    }

    fn event(&self, entities: &[[Option<String>; 5]]) -> String {
        let entities: Vec<String> = entities.iter().map(|texts| self.entity(texts)).collect();
        (self.member)("entities", &(self.list)(&entities.join(self.between)))
    }

    fn company(&self, (realm_id, entities): &Company) -> String {
        let event = (self.object)("", &self.event(entities));
        let realm_id = realm_id.iter().map(|text| (self.member)("realmId", &(self.text)(text)));
        let members: Vec<String> =
            realm_id.chain([(self.member)("dataChangeEvent", &event)]).collect();
        (self.object)("QBOEventNotification", &members.join(self.between))
    }

    fn request(&self, companies: &[Company]) -> String {
        let companies: Vec<String> = companies.iter().map(|one| self.company(one)).collect();
        let list = (self.list)(&companies.join(self.between));
        (self.object)("QboWebhooksRequest", &(self.member)("eventNotifications", &list))
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

const JSON: Writer = Writer {
    text: |text| serde_json::to_string(text).unwrap(),
    between: ",",
    member: |name, value| format!("\"{name}\":{value}"),
    object: |_, members| format!("{{{members}}}"),
    list: |items| format!("[{items}]"),
};

const JSV: Writer = Writer {
    text: |text| {
        let is_special = text.contains(['"', ',', '{', '}', '[', ']', '\n']);
        if is_special { quoted(text) } else { text.to_owned() }
    },
    between: ",",
    member: |name, value| format!("{name}:{value}"),
    object: |_, members| format!("{{{members}}}"),
    list: |items| format!("[{items}]"),
};

const XML: Writer = Writer {
    text: |text| quick_xml::escape::escape(text).into_owned(),
    between: "",
    member: |name, value| format!("<{name}>{value}</{name}>"),
    object: |name, members| match name {
        "" => members.to_owned(),
        _ => format!("<{name}>{members}</{name}>"),
    },
    list: str::to_owned,
};

fn csv(companies: &[Company]) -> String {
    companies.iter().fold(
        "dataChangeEvent,realmId\n".to_owned(),
        |mut table, (realm_id, entities)| {
            let event = quoted(&format!("{{{}}}", JSV.event(entities)));
            let realm_id = realm_id.as_deref().map(quoted).unwrap_or_default();
            writeln!(table, "{event},{realm_id}").unwrap();
            table
        },
    )
}

fn json_lines(companies: &[Company]) -> String {
    companies.iter().map(|company| JSON.company(company) + "\n").collect()
}

proptest! {
    #[test]
    fn equal_content_is_an_equal_notice_in_every_format(companies in any_companies()) {
        let Ok(Content::Notice(expected)) = decode(Format::Json, &JSON.request(&companies)) else {
            panic!("{}", JSON.request(&companies));
        };
        prop_assert_eq!(expected.notifications.len(), companies.len());
        for (format, body) in [
            (Format::Jsv, JSV.request(&companies)),
            (Format::Jsv, JSON.request(&companies)),
            (Format::Xml, XML.request(&companies)),
            (Format::Csv, csv(&companies)),
            (Format::Csv, JSON.request(&companies)),
            (Format::Jsonl, json_lines(&companies)),
        ] {
            prop_assert_eq!(decode(format, &body), Ok(Content::Notice(expected.clone())), "{}", body);
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(body in prop::collection::vec(any::<u8>(), 0..256)) {
        read_as_everything(&body);
    }

    #[test]
    fn cut_and_mixed_bodies_are_read_without_a_panic(
        companies in any_companies(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0..4_usize, "[\"{}<>,:\\[\\]&;a\\\\]{0,2}"), 0..4),
    ) {
        for body in [JSON.request(&companies), JSV.request(&companies), XML.request(&companies), csv(&companies)] {
            let mut bytes = body.into_bytes();
            for (at, removed, added) in &cuts {
                let start = at.index(bytes.len() + 1);
                let end = (start + removed).min(bytes.len());
                bytes.splice(start..end, added.bytes());
            }
            read_as_everything(&bytes);
        }
    }
}

/// Whatever is read can be written.
fn read_as_everything(body: &[u8]) {
    let Ok(text) = text(body) else { return };
    for format in Format::ALL {
        if let Ok(Content::Notice(notice)) = decode(format, text) {
            notice.canonical();
        }
        drop(decode_batch(format, text));
    }
    drop(decode_notifications(text));
}
