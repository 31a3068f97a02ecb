//! References between records: `CustomerRef`, `DepositToAccountRef`, also inside lines.

use serde_json::{Value, json};

use super::Fields;

/// A merge as references see it: which ones change, and into what.
#[derive(Debug)]
pub(super) struct Repointing {
    /// The kind of the two records.
    pub(super) entity: &'static str,
    /// The id that is no longer referred to.
    pub(super) loser: String,
    /// The id referred to instead.
    pub(super) survivor: String,
    /// The name beside it.
    pub(super) survivor_name: String,
}

impl Repointing {
    /// Lets every reference to the loser point to the survivor, at any depth.
    pub(super) fn apply(&self, fields: &mut Fields) {
        for (name, value) in fields {
            if self.concerns(name, value) {
                *value = json!({"value": self.survivor, "name": self.survivor_name});
            } else {
                self.apply_inside(value);
            }
        }
    }

    fn apply_inside(&self, value: &mut Value) {
        match value {
            Value::Object(fields) => self.apply(fields),
            Value::Array(values) => values.iter_mut().for_each(|inner| self.apply_inside(inner)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// A property refers to a kind when its name ends with the kind's name and `Ref`, as
    /// `APAccountRef` refers to an Account.
    fn concerns(&self, property: &str, value: &Value) -> bool {
        let target = property.strip_suffix("Ref");
        target.is_some_and(|target| target.ends_with(self.entity))
            && value.get("value").and_then(Value::as_str) == Some(self.loser.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields_of;
    use super::*;

    #[test]
    fn references_of_the_kind_are_found_at_any_depth() {
        let mut bill = fields_of(json!({
            "APAccountRef": {"value": "7"},
            "VendorRef": {"value": "7"},
            "Line": [
                {"AccountBasedExpenseLineDetail": {"AccountRef": {"value": "7", "name": "Fuel"}}},
                {"AccountBasedExpenseLineDetail": {"AccountRef": {"value": "8"}}},
            ],
        }));
        let merge = Repointing {
            entity: "Account",
            loser: "7".to_owned(),
            survivor: "9".to_owned(),
            survivor_name: "Travel".to_owned(),
        };
        merge.apply(&mut bill);
        let expected = json!({
            "APAccountRef": {"value": "9", "name": "Travel"},
            "VendorRef": {"value": "7"},
            "Line": [
                {"AccountBasedExpenseLineDetail": {"AccountRef": {"value": "9", "name": "Travel"}}},
                {"AccountBasedExpenseLineDetail": {"AccountRef": {"value": "8"}}},
            ],
        });
        assert_eq!(Value::Object(bill), expected);
    }
}
