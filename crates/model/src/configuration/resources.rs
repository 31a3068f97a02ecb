//! Which resources an instance looks at: by name, or by a question of its own.

use super::{Configuration, ConfigurationError, keys};
use crate::poller_configuration::{self, PolledResource, PollerLine};
use crate::poller_urls;

/// The resources of an instance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Resources {
    /// All of them, by name.
    pub(super) all: Vec<String>,
    /// Those of them that are polled by questions of their own.
    pub(super) polled: Vec<PolledResource>,
}

/// Reads `event.poller.urls` and `event.poller.configuration`. `known` are the element's resources;
/// where neither says anything, all of them are meant.
pub(super) fn read(
    config: &Configuration,
    known: &[&str],
) -> Result<Resources, ConfigurationError> {
    let urls = config.text(keys::POLLER_URLS).unwrap_or_default();
    let mut resources = Resources::default();
    let problem = |key: &str, words: String| ConfigurationError::new(key, words);
    let lines = poller_configuration::lines(urls)
        .map_err(|error| problem(keys::POLLER_URLS, error.to_string()))?;
    for line in lines {
        match line {
            PollerLine::Defined(polled) => resources.polled.push(*polled),
            PollerLine::Names(names) => {
                let names = poller_urls::parse(&names, known)
                    .map_err(|error| problem(keys::POLLER_URLS, error.to_string()))?;
                names.into_iter().for_each(|name| push(&mut resources.all, name));
            }
        }
    }
    if let Some(text) = config.text(keys::POLLER_CONFIGURATION).filter(|text| *text != "false") {
        let configured = poller_configuration::parse(text)
            .map_err(|error| problem(keys::POLLER_CONFIGURATION, error.to_string()))?;
        for polled in configured {
            resources.polled.retain(|known| known.name != polled.name);
            resources.polled.push(polled);
        }
    }
    for polled in &resources.polled {
        push(&mut resources.all, &polled.name);
    }
    if resources.all.is_empty() {
        resources.all = known.iter().map(|name| (*name).to_owned()).collect();
    }
    Ok(resources)
}

fn push(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}
