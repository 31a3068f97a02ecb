//! `event.poller.configuration` as JSON.

use std::time::Duration;

use serde_json::{Map, Value};

use super::{
    CREATED_CHECK_TOLERANCE_DEFAULT, DateField, PollUrl, PolledResource, PollerConfigurationError,
    plan, shortened,
};
use crate::java_date::{DateForm, Zone};
use crate::json_path::JsonPath;
use crate::limits::{
    CONFIGURATION_VALUE_BYTES_MAX, NAME_CHARS_MAX, PAGE_SIZE_MAX, POLLED_RESOURCES_MAX,
    POLLER_SECONDS_MAX,
};
use crate::moment::Moment;

/// Reads the text of a configuration: a JSON object from names of resources to what is polled, in
/// the order written. An empty text is no resources.
pub fn parse(text: &str) -> Result<Vec<PolledResource>, PollerConfigurationError> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    if text.len() > CONFIGURATION_VALUE_BYTES_MAX {
        let problem = format!("is longer than {CONFIGURATION_VALUE_BYTES_MAX} bytes");
        return Err(PollerConfigurationError::whole(problem));
    }
    let object: Map<String, Value> = serde_json::from_str(text).map_err(|error| {
        PollerConfigurationError::whole(format!("is not a JSON object of resources: {error}"))
    })?;
    from_json(&object)
}

/// As [`parse`], from an object that was read already. Members that are not known are ignored: the
/// vendor's own samples have some (reference: cloud-elements §6.1).
pub fn from_json(
    object: &Map<String, Value>,
) -> Result<Vec<PolledResource>, PollerConfigurationError> {
    if object.len() > POLLED_RESOURCES_MAX {
        let problem = format!("has more than {POLLED_RESOURCES_MAX} resources");
        return Err(PollerConfigurationError::whole(problem));
    }
    object.iter().map(|(name, value)| resource(name, value)).collect()
}

fn resource(name: &str, value: &Value) -> Result<PolledResource, PollerConfigurationError> {
    if name.trim().is_empty() || name.chars().count() > NAME_CHARS_MAX {
        let problem = format!("the name of a resource has 1 to {NAME_CHARS_MAX} characters");
        return Err(PollerConfigurationError::of(name, problem));
    }
    let Value::Object(members) = value else {
        let problem = r#"is not an object, as {"url": "/customers", "idField": "id"}"#;
        return Err(PollerConfigurationError::of(name, problem));
    };
    let top = Members { resource: name, prefix: "", members };
    let (updated, created) = match members.get("datesConfiguration") {
        None | Some(Value::Null) => (None, None),
        Some(Value::Object(dates)) => {
            dates_of(&Members { resource: name, prefix: "datesConfiguration.", members: dates })?
        }
        Some(_) => return Err(top.error("datesConfiguration", "is not an object")),
    };
    let filter = match members.get("filterByUpdatedDate") {
        Some(_) => "filterByUpdatedDate",
        // The documents misspell it once.
        None => "filterByUpdateDate",
    };
    let tolerance = top.seconds("createdCheckTolerance")?;
    let resource = PolledResource {
        name: name.to_owned(),
        url: PollUrl::parse(top.required("url")?).map_err(|problem| top.error("url", problem))?,
        id_field: top.path("idField", top.required("idField")?)?,
        updated,
        created,
        filter_by_updated_date: top.boolean(filter)?.unwrap_or(true),
        filter_by_current_date: top.boolean("filterByCurrentDate")?.unwrap_or(false),
        created_check_tolerance: tolerance.unwrap_or(CREATED_CHECK_TOLERANCE_DEFAULT),
        page_size: top.page_size()?,
        poll_delay: top.seconds("pollDelay")?.unwrap_or_default(),
    };
    // What can be wrong with the question is found here, not at night by the first poll.
    plan(&resource, Moment::default(), Moment::default())?;
    Ok(resource)
}

/// The two dates. What the created date leaves out is as for the updated one.
fn dates_of(
    dates: &Members<'_>,
) -> Result<(Option<DateField>, Option<DateField>), PollerConfigurationError> {
    let updated_format = dates.text("updatedDateFormat")?;
    let updated_zone = dates.text("updatedDateTimezone")?;
    let created_format = match dates.text("createdDateFormat")? {
        Some(format) => Some((format, "createdDateFormat")),
        None => updated_format.map(|format| (format, "updatedDateFormat")),
    };
    let created_zone = match dates.text("createdDateTimezone")? {
        Some(zone) => Some((zone, "createdDateTimezone")),
        None => updated_zone.map(|zone| (zone, "updatedDateTimezone")),
    };
    let updated = Wanted {
        field: "updatedDateField",
        format: updated_format.map(|format| (format, "updatedDateFormat")),
        zone: updated_zone.map(|zone| (zone, "updatedDateTimezone")),
    };
    let created = Wanted { field: "createdDateField", format: created_format, zone: created_zone };
    Ok((updated.read(dates)?, created.read(dates)?))
}

/// The members that describe one date: values with the names of the members they stand in.
struct Wanted<'m> {
    field: &'static str,
    format: Option<(&'m str, &'static str)>,
    zone: Option<(&'m str, &'static str)>,
}

impl Wanted<'_> {
    fn read(&self, dates: &Members<'_>) -> Result<Option<DateField>, PollerConfigurationError> {
        let Some(field) = dates.text(self.field)? else { return Ok(None) };
        let Some((format, format_member)) = self.format else {
            let member = self.field.replace("Field", "Format");
            let problem = "is missing: a Java date pattern as yyyy-MM-dd'T'HH:mm:ssXXX, or \
                           milliseconds";
            return Err(dates.error(&member, problem));
        };
        let zone = match self.zone {
            Some((zone, member)) => {
                Zone::parse(zone).map_err(|error| dates.error(member, error.to_string()))?
            }
            None => Zone::gmt(),
        };
        let form = DateForm::parse(format)
            .map_err(|error| dates.error(format_member, error.to_string()))?;
        Ok(Some(DateField { field: dates.path(self.field, field)?, form, zone }))
    }
}

/// Members of an object, and how to speak of them.
struct Members<'m> {
    resource: &'m str,
    /// What stands before a member's name in an error.
    prefix: &'static str,
    members: &'m Map<String, Value>,
}

impl<'m> Members<'m> {
    fn error(&self, member: &str, problem: impl Into<String>) -> PollerConfigurationError {
        let member = format!("{}{member}", self.prefix);
        PollerConfigurationError::new(self.resource, &member, problem)
    }

    /// A text that is not blank. Missing, null and `""` are all "not said".
    fn text(&self, member: &str) -> Result<Option<&'m str>, PollerConfigurationError> {
        match self.members.get(member) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
            Some(other) => {
                let found = shortened(&other.to_string());
                Err(self.error(member, format!("`{found}` is not a text")))
            }
        }
    }

    fn required(&self, member: &str) -> Result<&'m str, PollerConfigurationError> {
        self.text(member)?.ok_or_else(|| self.error(member, "is missing"))
    }

    fn path(&self, member: &str, text: &str) -> Result<JsonPath, PollerConfigurationError> {
        JsonPath::parse(text).map_err(|error| self.error(member, error.to_string()))
    }

    /// `true`, `"true"`, in any case.
    fn boolean(&self, member: &str) -> Result<Option<bool>, PollerConfigurationError> {
        let text = match self.members.get(member) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Bool(value)) => return Ok(Some(*value)),
            Some(Value::String(text)) => text.trim().to_ascii_lowercase(),
            Some(other) => other.to_string(),
        };
        match text.as_str() {
            "" => Ok(None),
            "true" => Ok(Some(true)),
            "false" => Ok(Some(false)),
            other => {
                let found = shortened(other);
                Err(self.error(member, format!("`{found}` is not true or false")))
            }
        }
    }

    /// A whole number, with or without quotes.
    fn number(&self, member: &str) -> Result<Option<u64>, PollerConfigurationError> {
        let text = match self.members.get(member) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => return Ok(None),
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(other) => other.to_string(),
        };
        text.parse().map(Some).map_err(|_| {
            let found = shortened(&text);
            self.error(member, format!("`{found}` is not a whole number from 0 up"))
        })
    }

    fn seconds(&self, member: &str) -> Result<Option<Duration>, PollerConfigurationError> {
        match self.number(member)? {
            Some(seconds) if seconds > POLLER_SECONDS_MAX => {
                let problem = format!("{seconds} is more than {POLLER_SECONDS_MAX} seconds");
                Err(self.error(member, problem))
            }
            seconds => Ok(seconds.map(Duration::from_secs)),
        }
    }

    fn page_size(&self) -> Result<Option<u32>, PollerConfigurationError> {
        let Some(number) = self.number("pageSize")? else { return Ok(None) };
        let size = u32::try_from(number).ok().filter(|_| is_page_size(number));
        let problem = || format!("{number} is not from 1 to {PAGE_SIZE_MAX}");
        size.map(Some).ok_or_else(|| self.error("pageSize", problem()))
    }
}

/// Whether a page may have so many records.
pub(super) fn is_page_size(number: u64) -> bool {
    usize::try_from(number).is_ok_and(|size| (1..=PAGE_SIZE_MAX).contains(&size))
}
