//! `event.poller.urls` with full lines, the form before the JSON one
//! (reference: cloud-elements §6.3). This stands on one line:
//!
//! ```text
//! resource|url|filter|updatedField|updatedFormat|updatedZone|
//!     createdField|createdFormat|createdZone
//! ```

use super::{
    CREATED_CHECK_TOLERANCE_DEFAULT, DateField, PollUrl, PolledResource, PollerConfigurationError,
    plan,
};
use crate::java_date::{DateForm, Zone};
use crate::json_path::JsonPath;
use crate::limits::{CONFIGURATION_VALUE_BYTES_MAX, POLLED_RESOURCES_MAX};
use crate::moment::Moment;

/// A line of `event.poller.urls`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PollerLine {
    /// Names of resources, to be read by [`crate::poller_urls::parse`].
    Names(String),
    /// A resource with its question.
    Defined(Box<PolledResource>),
}

/// Reads `event.poller.urls` line by line; blank lines are dropped. A line whose second part begins
/// with `/` defines a resource, any other is a list of names.
///
/// A defined resource has its id at `id`: the lines have no place to say so. The filter of the
/// third part is not used: it was XPath on the provider's XML, and a hub's lists are JSON.
pub fn lines(text: &str) -> Result<Vec<PollerLine>, PollerConfigurationError> {
    if text.len() > CONFIGURATION_VALUE_BYTES_MAX {
        let problem = format!("is longer than {CONFIGURATION_VALUE_BYTES_MAX} bytes");
        return Err(PollerConfigurationError::whole(problem));
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Result<Vec<_>, _> = lines.map(line).collect();
    let lines = lines?;
    if lines.len() > POLLED_RESOURCES_MAX {
        let problem = format!("has more than {POLLED_RESOURCES_MAX} lines");
        return Err(PollerConfigurationError::whole(problem));
    }
    Ok(lines)
}

fn line(line: &str) -> Result<PollerLine, PollerConfigurationError> {
    let parts: Vec<&str> = line.split('|').map(str::trim).collect();
    let [name, url, dates @ ..] = parts.as_slice() else {
        return Ok(PollerLine::Names(line.to_owned()));
    };
    if !url.starts_with('/') {
        return Ok(PollerLine::Names(line.to_owned()));
    }
    if name.is_empty() || dates.len() > 7 {
        let problem = "a line is resource|url|filter|updatedField|updatedFormat|updatedZone|\
                       createdField|createdFormat|createdZone";
        return Err(PollerConfigurationError::of(name, problem));
    }
    let dates = dates.get(1..).unwrap_or_default();
    let (updated, created) = dates.split_at_checked(3).unwrap_or((dates, &[]));
    let id_field = JsonPath::parse("id");
    let resource = PolledResource {
        name: (*name).to_owned(),
        url: PollUrl::parse(url)
            .map_err(|problem| PollerConfigurationError::new(name, "pollerUrl", problem))?,
        id_field: id_field
            .map_err(|error| PollerConfigurationError::of(name, error.to_string()))?,
        updated: date(name, "updatedDate", updated, None)?,
        created: date(name, "createdDate", created, updated.get(1).copied())?,
        filter_by_updated_date: true,
        filter_by_current_date: false,
        created_check_tolerance: CREATED_CHECK_TOLERANCE_DEFAULT,
        page_size: None,
        poll_delay: std::time::Duration::ZERO,
    };
    plan(&resource, Moment::default(), Moment::default())?;
    Ok(PollerLine::Defined(Box::new(resource)))
}

/// Reads a date from its three parts: field, format, zone.
fn date(
    resource: &str,
    member: &str,
    parts: &[&str],
    default_format: Option<&str>,
) -> Result<Option<DateField>, PollerConfigurationError> {
    let part = |index: usize| parts.get(index).copied().filter(|part| !part.is_empty());
    let error = |suffix: &str, problem: String| {
        PollerConfigurationError::new(resource, &format!("{member}{suffix}"), problem)
    };
    let Some(field) = part(0) else { return Ok(None) };
    let format = part(1).or(default_format.filter(|format| !format.is_empty()));
    let format = format.ok_or_else(|| error("Format", "is missing".to_owned()))?;
    let zone = part(2).map_or_else(|| Ok(Zone::gmt()), Zone::parse);
    Ok(Some(DateField {
        field: JsonPath::parse(field).map_err(|e| error("Field", e.to_string()))?,
        form: DateForm::parse(format).map_err(|e| error("Format", e.to_string()))?,
        zone: zone.map_err(|e| error("TimeZone", e.to_string()))?,
    }))
}
