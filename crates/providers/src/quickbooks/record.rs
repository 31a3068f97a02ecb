//! A record in the original's form: Intuit's Java objects written as JSON by the Java of 2014
//! (reference: cloud-elements §7.3).
//!
//! Names become those of a JavaBean, the id is `Id|SyncToken`, the two times of `metaData` are
//! milliseconds since the epoch, dates are midnights in UTC, and the values of enums are in
//! capitals. Everything else stays as it was written, numbers to the last digit, in its order.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use ledgerhook_model::Moment;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::entities::Entity;

/// Deepest nesting that is rewritten; deeper parts stay as they are. Intuit's records are about 8
/// deep, and each level is read once more than the one around it.
const DEPTH_MAX: usize = 32;

/// Fields whose values are members of an enum in Intuit's Java library, by their names here. Other
/// texts that look alike (`accountSubType`, `txnType`, `preferredDeliveryMethod`) are plain texts
/// there and stay as they are.
const ENUM_FIELDS: &[&str] = &[
    "accountType",
    "billableStatus",
    "budgetEntryType",
    "budgetType",
    "classification",
    "deliveryType",
    "detailType",
    "emailStatus",
    "globalTaxCalculation",
    "nameOf",
    "payType",
    "paymentType",
    "postatus",
    "postingType",
    "printStatus",
    "specialTaxType",
    "status",
    "taxApplicableOn",
    "txnStatus",
];

/// A field that is an enum in an item and in a custom field (`Service`, `StringType`), and a plain
/// text elsewhere.
const TYPE: &str = "type";

/// The date that the original writes in milliseconds, where the others are ISO 8601.
const DATE_IN_MILLIS: &str = "serviceDate";

/// Length of `2016-12-30`, in bytes.
const DATE_BYTES: usize = 10;

/// Writes a record of `entity` in the original's form. `printed_id` takes the place of its `Id`.
pub(super) fn in_original_form(entity: &Entity, record: &RawValue, printed_id: &str) -> String {
    let out = String::with_capacity(record.get().len());
    let mut writer = Writer { out, is_item: entity.name == "Item", printed_id };
    writer.object(record.get(), Place::Record, 0);
    writer.out
}

/// Which object of a record a member belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The record itself.
    Record,
    /// Its `metaData`.
    MetaData,
    /// One of its custom fields, here or in a line.
    CustomField,
    /// Any other part.
    Part,
}

impl Place {
    /// What the objects in the member `name` are.
    fn of_member(self, name: &str) -> Self {
        match (self, name) {
            (Self::Record, "metaData") => Self::MetaData,
            (_, "customField") => Self::CustomField,
            _ => Self::Part,
        }
    }
}

struct Writer<'a> {
    out: String,
    is_item: bool,
    printed_id: &'a str,
}

impl Writer<'_> {
    fn object(&mut self, json: &str, place: Place, depth: usize) {
        let Ok(Members(members)) = serde_json::from_str(json) else {
            return self.out.push_str(json);
        };
        self.out.push('{');
        for (index, (name, value)) in members.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            let name = bean_name(name);
            self.out.push_str(&json_text(&name));
            self.out.push(':');
            self.value(value.get(), place, &name, depth + 1);
        }
        self.out.push('}');
    }

    /// Writes the value of the member `name` of an object at `place`, or an element of it.
    fn value(&mut self, json: &str, place: Place, name: &str, depth: usize) {
        let is_too_deep = depth > DEPTH_MAX;
        match json.bytes().next() {
            _ if place == Place::Record && name == "id" => {
                self.out.push_str(&json_text(self.printed_id));
            }
            Some(b'{') if !is_too_deep => self.object(json, place.of_member(name), depth),
            Some(b'[') if !is_too_deep => self.array(json, place, name, depth),
            Some(b'"') => self.text(json, place, name),
            _ => self.out.push_str(json),
        }
    }

    fn array(&mut self, json: &str, place: Place, name: &str, depth: usize) {
        let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(json) else {
            return self.out.push_str(json);
        };
        self.out.push('[');
        for (index, element) in elements.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            self.value(element.get(), place, name, depth + 1);
        }
        self.out.push(']');
    }

    fn text(&mut self, json: &str, place: Place, name: &str) {
        let rewritten = match serde_json::from_str::<Cow<'_, str>>(json) {
            Ok(text) if self.is_enum(place, name) => Some(json_text(&enum_name(&text))),
            Ok(text) if place == Place::MetaData => meta_data_time(name, &text),
            Ok(text) => date(name, &text),
            Err(_) => None,
        };
        self.out.push_str(rewritten.as_deref().unwrap_or(json));
    }

    fn is_enum(&self, place: Place, name: &str) -> bool {
        let is_type = match place {
            Place::Record => self.is_item,
            Place::CustomField => true,
            Place::MetaData | Place::Part => false,
        };
        ENUM_FIELDS.contains(&name) || (is_type && name == TYPE)
    }
}

fn meta_data_time(name: &str, text: &str) -> Option<String> {
    let is_time = matches!(name, "createTime" | "lastUpdatedTime");
    Moment::parse(text).filter(|_| is_time).map(|moment| moment.millis().to_string())
}

/// Writes a date without a time, as in `txnDate`.
fn date(name: &str, text: &str) -> Option<String> {
    if !name.ends_with("Date") || text.len() != DATE_BYTES {
        return None;
    }
    let date: Date = text.parse().ok()?;
    let midnight = Moment::from(date.to_zoned(TimeZone::UTC).ok()?.timestamp());
    Some(match name == DATE_IN_MILLIS {
        true => midnight.millis().to_string(),
        false => json_text(&midnight.to_iso_seconds()),
    })
}

/// The members of an object in their order.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Lowers every capital that a name begins with, as Jackson names the property of a getter:
/// `BillAddr` is `billAddr`, `POStatus` is `postatus`, `APAccountRef` is `apaccountRef`.
fn bean_name(name: &str) -> String {
    let capitals = name.bytes().take_while(u8::is_ascii_uppercase).count();
    let lower = |(index, character): (usize, char)| match index < capitals {
        true => character.to_ascii_lowercase(),
        false => character,
    };
    name.chars().enumerate().map(lower).collect()
}

/// Writes the words of a value as a member of a Java enum: `SalesItemLineDetail` is
/// `SALES_ITEM_LINE_DETAIL`, `Cost of Goods Sold` is `COST_OF_GOODS_SOLD`.
fn enum_name(value: &str) -> String {
    let mut name = String::with_capacity(value.len() + 4);
    let mut characters = value.chars().peekable();
    let mut before = None;
    while let Some(character) = characters.next() {
        if !character.is_alphanumeric() {
            before = None;
            continue;
        }
        let begins_word = match before {
            None => true,
            Some(before) => begins_word(before, character, characters.peek().copied()),
        };
        if begins_word && !name.is_empty() {
            name.push('_');
        }
        name.extend(character.to_uppercase());
        before = Some(character);
    }
    name
}

/// A capital begins a word after a small letter or digit, and so does the last of a run of capitals
/// before a small letter: `ARAccount` is `AR_ACCOUNT`.
fn begins_word(before: char, character: char, after: Option<char>) -> bool {
    let ends_capitals = before.is_uppercase() && after.is_some_and(char::is_lowercase);
    character.is_uppercase() && (!before.is_uppercase() || ends_capitals)
}

#[cfg(test)]
mod tests;
