//! The question of one poll.

use super::json::is_page_size;
use super::{PolledResource, PollerConfigurationError};
use crate::ceql::{self, Condition, Fields, OrderBy};
use crate::date_macros::expand;
use crate::limits::PAGE_SIZE_MAX;
use crate::moment::Moment;

/// What to ask of a hub's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The resource that is listed: `customers`.
    pub resource: String,
    /// What its records must be like, without `attributes='…'`.
    pub condition: Option<Condition>,
    /// Members that the provider shall print, from `attributes='…'` in the `where`.
    pub attributes: Vec<String>,
    /// How the records shall follow each other.
    pub order_by: OrderBy,
    /// Which members shall be kept.
    pub fields: Fields,
    /// How many records at a time, when it is said.
    pub page_size: Option<u32>,
    /// All other parameters of the URL, in order.
    pub parameters: Vec<(String, String)>,
}

/// The question that `resource` asks in a poll at `now`, for what changed since `last_poll`. The
/// resource's delay is taken off here. The [module](super) says which `last_poll` to hand in.
///
/// A text value at the very end of the `where` may lack its closing quote, as in the published
/// sample.
pub fn plan(
    resource: &PolledResource,
    last_poll: Moment,
    now: Moment,
) -> Result<Question, PollerConfigurationError> {
    let error = |problem: String| PollerConfigurationError::new(&resource.name, "url", problem);
    let since = last_poll.minus(resource.poll_delay);
    let expanded = |text: &str| expand(text, since, now).map_err(|wrong| wrong.to_string());
    let url = &resource.url;
    let condition = url.condition.as_deref().map(|text| {
        ceql::parse_closing_text(&expanded(text)?).map_err(|wrong| format!("where: {wrong}"))
    });
    let (condition, attributes) = match condition {
        Some(condition) => condition.map_err(error)?.split_attributes(),
        None => (None, Vec::new()),
    };
    let order_by = OrderBy::parse(url.order_by.as_deref().unwrap_or_default())
        .map_err(|wrong| error(format!("orderBy: {wrong}")))?;
    let fields = Fields::parse(url.fields.as_deref().unwrap_or_default())
        .map_err(|wrong| error(format!("fields: {wrong}")))?;
    let asked_size = url.page_size.as_deref().map(page_size).transpose().map_err(error)?;
    let parameters = url.parameters.iter().map(|(name, value)| {
        Ok((name.clone(), expanded(value).map_err(|wrong| format!("{name}: {wrong}"))?))
    });
    let parameters: Result<Vec<_>, String> = parameters.collect();
    Ok(Question {
        resource: url.resource.clone(),
        condition,
        attributes,
        order_by,
        fields,
        page_size: resource.page_size.or(asked_size),
        parameters: parameters.map_err(error)?,
    })
}

fn page_size(text: &str) -> Result<u32, String> {
    let number = text.trim().parse::<u32>().ok().filter(|number| is_page_size((*number).into()));
    number.ok_or_else(|| format!("pageSize: `{text}` is not a number from 1 to {PAGE_SIZE_MAX}"))
}
