//! Which of Sage's three generations of API an instance speaks: its `base.url` says so (reference:
//! freshbooks-sage §2.1). The URL chooses; it is never called, because a customer writes it. What
//! is called are the operator's endpoints.

use ledgerhook_model::configuration::Configuration;
use url::Url;

use super::country::Country;
use super::profile::{BASE_URL, COUNTRY};

const HOST_V31: &str = "api.accounting.sage.com";
const HOST_COLUMBUS: &str = "api.columbus.sage.com";
const HOST_V1: &str = "api.sageone.com";

/// A generation of Sage's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// The one that is alive, and the one that is spoken unless asked otherwise.
    V31,
    /// API v3, "columbus", by country; what the original spoke. Sage has retired it.
    Columbus(&'static Country),
    /// API v1. Sage has retired it.
    V1,
}

/// An entry of the configuration that chooses no dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DialectProblem {
    /// The entry's key.
    pub(super) key: &'static str,
    /// What is wrong with it and what would be right.
    pub(super) problem: String,
}

impl Dialect {
    /// The dialect of an instance.
    pub(super) fn of(configuration: &Configuration) -> Result<Self, DialectProblem> {
        Self::choose(configuration.text(BASE_URL), configuration.text(COUNTRY))
    }

    /// The dialect that a `base.url` means; `country` counts where the URL names none.
    pub(super) fn choose(
        base_url: Option<&str>,
        country: Option<&str>,
    ) -> Result<Self, DialectProblem> {
        let Some(text) = base_url else { return Ok(Self::V31) };
        let url = Url::parse(text).ok();
        match url.as_ref().and_then(Url::host_str) {
            Some(HOST_V31) => Ok(Self::V31),
            Some(HOST_V1) => Ok(Self::V1),
            Some(HOST_COLUMBUS) => {
                let segment = url.as_ref().and_then(|url| url.path_segments()?.next());
                match segment.and_then(Country::of_segment) {
                    Some(country) => Ok(Self::Columbus(country)),
                    None => named(country).map(Self::Columbus),
                }
            }
            _ => Err(DialectProblem {
                key: BASE_URL,
                problem: format!(
                    "`{text}` is none of Sage's APIs: leave it out for https://{HOST_V31}/v3.1, or \
                     write https://{HOST_COLUMBUS}/us/sageone or https://{HOST_V1}/accounts/v1"
                ),
            }),
        }
    }

    /// Whether the dialect has a way to ask for changes since a moment.
    pub(super) fn tells_changes(self) -> bool {
        self != Self::V1
    }

    /// Whether its lists can be asked for deletions, and for an order. Those of API v3 could not.
    pub(super) fn tells_deletions_and_sorts(self) -> bool {
        self == Self::V31
    }

    /// What a call that brought no answer is explained with.
    pub(super) fn retirement(self) -> &'static str {
        match self {
            Self::V31 => "",
            Self::Columbus(_) | Self::V1 => {
                "; Sage has retired this generation of its API, leave configuration.base.url out \
                 for the current one"
            }
        }
    }
}

fn named(country: Option<&str>) -> Result<&'static Country, DialectProblem> {
    let problem = |text: String| DialectProblem { key: COUNTRY, problem: text };
    let codes = Country::codes();
    let Some(code) = country else {
        return Err(problem(format!("it is required with this base.url: one of {codes}")));
    };
    Country::find(code).ok_or_else(|| problem(format!("`{code}` is not one of {codes}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columbus(code: &str) -> Dialect {
        Dialect::Columbus(Country::find(code).unwrap())
    }

    #[test]
    fn the_base_url_chooses_the_dialect_and_the_country_where_it_names_none() {
        let cases = [
            (None, None, Dialect::V31),
            (None, Some("US"), Dialect::V31),
            (Some("https://api.accounting.sage.com/v3.1"), None, Dialect::V31),
            (Some("https://API.accounting.sage.com/v3.1/"), Some("nowhere"), Dialect::V31),
            (Some("https://api.columbus.sage.com/us/sageone"), None, columbus("US")),
            (Some("https://api.columbus.sage.com/uki/sageone"), Some("IE"), columbus("GB")),
            (Some("https://api.columbus.sage.com/es/sageone/accounts/v3/"), None, columbus("ES")),
            (Some("https://api.columbus.sage.com"), Some("ie"), columbus("IE")),
            (Some("https://api.columbus.sage.com/"), Some("DE"), columbus("DE")),
            (Some("https://api.sageone.com/accounts/v1/"), None, Dialect::V1),
        ];
        for (base_url, country, expected) in cases {
            assert_eq!(Dialect::choose(base_url, country), Ok(expected), "{base_url:?}");
        }
    }

    #[test]
    fn what_chooses_nothing_is_named() {
        let cases = [
            (Some("https://example.com/v3.1"), None, BASE_URL, "is none of Sage's APIs"),
            (Some("api.sageone.com"), None, BASE_URL, "is none of Sage's APIs"),
            (Some("https://api.sageone.com.example.com"), None, BASE_URL, "none of Sage's APIs"),
            (Some("https://api.columbus.sage.com"), None, COUNTRY, "it is required"),
            (Some("https://api.columbus.sage.com/za"), Some("ZA"), COUNTRY, "`ZA` is not one of"),
        ];
        for (base_url, country, key, words) in cases {
            let error = Dialect::choose(base_url, country).unwrap_err();
            assert_eq!(error.key, key, "{base_url:?}");
            assert!(error.problem.contains(words), "{}", error.problem);
        }
    }
}
