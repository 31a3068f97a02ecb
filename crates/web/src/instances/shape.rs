//! An instance as the original prints it, in its member order (reference: cloud-elements §2.1).

use std::collections::BTreeMap;

use ledgerhook_engine::instances::InstanceView;
use ledgerhook_engine::tenants::Caller;
use ledgerhook_model::configuration::keys;
use serde::Serialize;

use crate::elements::ElementShape;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InstanceShape<'v> {
    id: i64,
    name: &'v str,
    created_date: String,
    token: &'v str,
    element: ElementShape,
    element_id: i64,
    tags: &'v [String],
    provision_interactions: [(); 0],
    valid: bool,
    disabled: bool,
    max_cache_size: u32,
    cache_time_to_live: u32,
    configuration: &'v BTreeMap<String, Option<String>>,
    events_enabled: bool,
    trace_logging_enabled: bool,
    caching_enabled: bool,
    external_authentication: &'v str,
    user: UserShape<'v>,
}

/// Who made the instance. Users have no names here; the members are there because the original's
/// schema requires them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct UserShape<'v> {
    id: i64,
    email_address: &'v str,
    first_name: &'static str,
    last_name: &'static str,
}

impl<'v> InstanceShape<'v> {
    /// The shape in which `caller` sees an instance: only the maker sees the maker's address.
    pub(super) fn of(view: &'v InstanceView, caller: &'v Caller) -> Self {
        let InstanceView { instance, connector, configuration, token, valid } = view;
        let is_maker = instance.user == caller.user.id;
        let enabled = configuration.text(keys::EVENTS_ENABLED);
        Self {
            id: instance.id.0,
            name: &instance.name,
            created_date: instance.created_at.to_iso_seconds(),
            token: token.expose(),
            element: ElementShape::of(connector.profile),
            element_id: connector.profile.id,
            tags: &instance.tags,
            provision_interactions: [],
            valid: *valid,
            disabled: instance.disabled,
            max_cache_size: 0,
            cache_time_to_live: 0,
            configuration: &configuration.0,
            events_enabled: enabled.is_some_and(|text| text.eq_ignore_ascii_case("true")),
            trace_logging_enabled: false,
            caching_enabled: false,
            external_authentication: &instance.external_authentication,
            user: UserShape {
                id: instance.user.0,
                email_address: if is_maker { &caller.user.email } else { "" },
                first_name: "",
                last_name: "",
            },
        }
    }
}
