//! For tests: the creation of an instance as a caller sends it, against a scripted provider.

use ledgerhook_connector::{ConnectError, ConnectRequest, Connected, OAuth};
use ledgerhook_model::configuration::Configuration;
use serde_json::{Map, Value};

use crate::scripted_server::{Asked, Scripted, ScriptedServer};

/// The members of an object.
pub(crate) fn object(json: Value) -> Map<String, Value> {
    json.as_object().unwrap().clone()
}

/// `base` with other members; `null` takes a member away.
pub(crate) fn with(mut base: Value, members: Value) -> Value {
    base.as_object_mut().unwrap().extend(object(members));
    base
}

/// A script for what must be refused before anything is sent.
pub(crate) fn not_asked(asked: &Asked, _: usize) -> Scripted {
    panic!("nothing should be asked, but was: {}", asked.line)
}

/// Connects with `providerData`, `configuration` and whether the caller brings tokens.
pub(crate) async fn connect(
    server: &ScriptedServer,
    oauth: &dyn OAuth,
    (provider_data, configuration, external): (Value, Value, bool),
    script: impl Fn(&Asked, usize) -> Scripted,
) -> Result<Connected, ConnectError> {
    let provider_data = object(provider_data);
    let configuration = Configuration::from_json(&object(configuration)).unwrap();
    let request =
        ConnectRequest { provider_data: &provider_data, configuration: &configuration, external };
    server.during(script, oauth.connect(request)).await
}
