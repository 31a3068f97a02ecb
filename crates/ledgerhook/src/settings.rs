//! Settings: defaults, a file, the environment and flags laid over each other, each value with
//! where it came from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde::Deserialize;
use toml::{Table, Value};

const DEFAULTS: &str = include_str!("../config.default.toml");
const ENVIRONMENT_PREFIX: &str = "LEDGERHOOK__";
const FILE_DEFAULT: &str = "ledgerhook.toml";

/// All settings; see `config.default.toml` for what each means.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) server: Server,
    pub(crate) data: Data,
    pub(crate) egress: Egress,
    pub(crate) polling: Polling,
    pub(crate) journal: Journal,
    pub(crate) delivery: Delivery,
    pub(crate) ingress: Ingress,
    pub(crate) log: Log,
    pub(crate) providers: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    pub(crate) listen: String,
    pub(crate) admin_listen: String,
    pub(crate) public_url: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Data {
    pub(crate) folder: PathBuf,
    pub(crate) key_file: PathBuf,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Egress {
    pub(crate) allow_private: bool,
    pub(crate) allow_http: bool,
    pub(crate) allowed_networks: Vec<String>,
    pub(crate) connect_timeout_ms: u64,
    pub(crate) timeout_ms: u64,
    pub(crate) provider_timeout_ms: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Polling {
    pub(crate) interval_ms_min: u64,
    pub(crate) failures_before_pause: u32,
    pub(crate) notice_grace_ms: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Journal {
    pub(crate) retention_hours: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Delivery {
    pub(crate) retry_waits_seconds: Vec<u64>,
    pub(crate) callback_in_flight_max: usize,
    pub(crate) instance_in_flight_max: usize,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ingress {
    pub(crate) allow_unsigned: bool,
    pub(crate) gathering_ms: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    pub(crate) level: String,
    pub(crate) format: String,
}

/// Settings with where each came from.
#[derive(Debug, Clone)]
pub(crate) struct Sourced {
    /// The settings.
    pub(crate) settings: Settings,
    /// Path of each value, as it is printed, and its source.
    pub(crate) values: BTreeMap<String, (String, String)>,
}

/// A value given as a flag: its path (`server.listen`), and the value.
pub(crate) type Flag = (&'static str, String);

impl Sourced {
    /// Lays `file` (or `ledgerhook.toml` where there is one), the environment and the flags over
    /// the defaults.
    pub(crate) fn read(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
        flags: &[Flag],
    ) -> anyhow::Result<Self> {
        let mut layers = Layers::defaults()?;
        if let Some(path) = file {
            layers.lay_file(path)?;
        } else if Path::new(FILE_DEFAULT).exists() {
            layers.lay_file(Path::new(FILE_DEFAULT))?;
        }
        for (name, text) in environment {
            if let Some(rest) = name.strip_prefix(ENVIRONMENT_PREFIX) {
                let path = rest.to_ascii_lowercase().replace("__", ".");
                layers.lay_text(&path, &text, &format!("environment {name}"))?;
            }
        }
        for (path, text) in flags {
            layers.lay_text(path, text, "flag")?;
        }
        layers.finish()
    }
}

struct Layers {
    table: Table,
    sources: BTreeMap<String, String>,
}

impl Layers {
    fn defaults() -> anyhow::Result<Self> {
        let table: Table = DEFAULTS.parse().context("the compiled-in defaults are damaged")?;
        let mut layers = Self { table: Table::new(), sources: BTreeMap::new() };
        layers.lay_table(table, "default")?;
        Ok(layers)
    }

    fn lay_file(&mut self, path: &Path) -> anyhow::Result<()> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the settings file {}", path.display()))?;
        let table: Table =
            text.parse().with_context(|| format!("{} is not valid TOML", path.display()))?;
        self.lay_table(table, &format!("file {}", path.display()))
    }

    fn lay_table(&mut self, table: Table, source: &str) -> anyhow::Result<()> {
        for (section, value) in table {
            let Value::Table(values) = value else {
                bail!("`{section}` must be a section: [{section}]");
            };
            if values.is_empty() {
                self.table.entry(section).or_insert_with(|| Value::Table(Table::new()));
                continue;
            }
            for (key, value) in values {
                self.lay(&format!("{section}.{key}"), value, source)?;
            }
        }
        Ok(())
    }

    /// Lays a text over the value at `path`; it is read as what the default there is.
    fn lay_text(&mut self, path: &str, text: &str, source: &str) -> anyhow::Result<()> {
        let is_text = matches!(self.at(path), Some(Value::String(_)) | None);
        let value = if is_text {
            Value::String(text.to_owned())
        } else {
            let line = format!("value = {text}");
            let table = line.parse::<Table>();
            let value = table.ok().and_then(|mut table| table.remove("value"));
            value.with_context(|| format!("{source}: `{text}` is not a value for {path}"))?
        };
        self.lay(path, value, source)
    }

    fn lay(&mut self, path: &str, value: Value, source: &str) -> anyhow::Result<()> {
        let (section, key) = path
            .split_once('.')
            .with_context(|| format!("{source}: a setting is named section.key, not `{path}`"))?;
        let entry = self.table.entry(section).or_insert_with(|| Value::Table(Table::new()));
        let Value::Table(values) = entry else { bail!("`{section}` must be a section") };
        match (key.split_once('.'), value) {
            // providers.quickbooks.api_url
            (Some((inner, name)), value) => {
                let inner_entry = values.entry(inner).or_insert_with(|| Value::Table(Table::new()));
                let Value::Table(inner_values) = inner_entry else {
                    bail!("`{path}` is no setting")
                };
                inner_values.insert(name.to_owned(), value);
            }
            (None, Value::Table(inner)) => {
                for (name, value) in inner {
                    self.lay(&format!("{path}.{name}"), value, source)?;
                }
                return Ok(());
            }
            (None, value) => {
                values.insert(key.to_owned(), value);
            }
        }
        self.sources.insert(path.to_owned(), source.to_owned());
        Ok(())
    }

    fn at(&self, path: &str) -> Option<&Value> {
        let mut parts = path.split('.');
        let first = self.table.get(parts.next()?)?;
        parts.try_fold(first, |value, part| value.get(part))
    }

    fn finish(self) -> anyhow::Result<Sourced> {
        let printed = |path: &str| self.at(path).map(ToString::to_string).unwrap_or_default();
        let values = self
            .sources
            .iter()
            .map(|(path, source)| (path.clone(), (printed(path), source.clone())))
            .collect();
        let settings = Value::Table(self.table.clone())
            .try_into()
            .context("a setting is wrong; `ledgerhook config --show` lists them all")?;
        Ok(Sourced { settings, values })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(environment: &[(&str, &str)], flags: &[Flag]) -> anyhow::Result<Sourced> {
        let pairs = environment.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        Sourced::read(None, pairs, flags)
    }

    #[test]
    fn the_defaults_are_complete() {
        let sourced = read(&[], &[]).unwrap();
        assert_eq!(sourced.settings.server.listen, "127.0.0.1:8420");
        assert_eq!(sourced.settings.delivery.retry_waits_seconds.len(), 9);
        assert!(!sourced.settings.egress.allow_private);
        assert_eq!(sourced.values["server.listen"].1, "default");
    }

    #[test]
    fn a_flag_goes_over_the_environment_and_that_over_the_default() {
        let environment = [
            ("LEDGERHOOK__SERVER__LISTEN", "0.0.0.0:1"),
            ("LEDGERHOOK__EGRESS__ALLOW_PRIVATE", "true"),
            ("LEDGERHOOK__PROVIDERS__QUICKBOOKS__API_URL", "http://127.0.0.1:9"),
            ("UNRELATED", "x"),
        ];
        let flags = [("server.listen", "127.0.0.1:2".to_owned())];
        let sourced = read(&environment, &flags).unwrap();
        assert_eq!(sourced.settings.server.listen, "127.0.0.1:2");
        assert_eq!(sourced.values["server.listen"].1, "flag");
        assert!(sourced.settings.egress.allow_private);
        assert_eq!(sourced.settings.providers["quickbooks"]["api_url"], "http://127.0.0.1:9");
    }

    #[test]
    fn a_file_is_read_and_its_mistakes_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("l.toml");
        let mut with = |text: &str| {
            std::fs::write(&path, text).unwrap();
            Sourced::read(Some(&path), std::iter::empty(), &[])
        };
        let file = "[log]\nlevel = \"warn\"\n[providers.quickbooks]\napi_url = \"http://x\"";
        let sourced = with(file).unwrap();
        assert_eq!(sourced.settings.log.level, "warn");
        assert_eq!(sourced.settings.providers["quickbooks"]["api_url"], "http://x");
        let message = |text: &str, with: &mut dyn FnMut(&str) -> anyhow::Result<Sourced>| {
            format!("{:#}", with(text).unwrap_err())
        };
        assert!(message("[log]\nlevle = \"warn\"", &mut with).contains("levle"));
        assert!(message("[log", &mut with).contains("not valid TOML"));
        assert!(message("[egress]\ntimeout_ms = \"soon\"", &mut with).contains("timeout_ms"));
    }

    #[test]
    fn a_wrong_environment_value_names_the_variable() {
        let error = read(&[("LEDGERHOOK__EGRESS__ALLOW_PRIVATE", "maybe")], &[]).unwrap_err();
        assert!(format!("{error:#}").contains("LEDGERHOOK__EGRESS__ALLOW_PRIVATE"));
    }
}
