//! The addresses of the listener (reference: qbo-webhooks-listener §2.1 and §7). They are those of
//! a ServiceStack host: any case, more slashes than one, and an extension for the format.

use super::format::Format;
use super::types::Language;

/// The one operation, in lower case.
const OPERATION: &str = "qbowebhooksrequest";
/// Its own address, in lower case.
const CUSTOM: &str = "qbowebhook";

/// An address of the listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Address {
    /// `/qbowebhook`, with the format of its extension.
    Custom { extension: Option<Format> },
    /// `/json/reply/QboWebhooksRequest` and its like; `batch` for a name that ends in `[]`.
    Predefined { format: Format, batch: bool },
    /// A pre-defined address with no operation, or one that does not exist.
    NoSuchOperation { format: Format },
    /// `/api`
    Operations,
    /// `/` and `/metadata/`, which lead to the pages.
    ToMetadata,
    /// `/metadata`
    Metadata,
    /// `/json/metadata` and its like.
    OperationMetadata { format: Format },
    /// `/html/metadata`, which there is not.
    NoMetadata,
    /// `/operations/metadata`, with `.json` or without.
    OperationsMetadata { as_json: bool },
    /// `/types`
    Languages,
    /// `/types/typescript` and its like.
    Types(Language),
    /// `/types/metadata`
    TypesMetadata,
    /// Nothing, under a path that is the listener's.
    Nothing,
}

impl Address {
    /// The address that a path names; `None` when the path is none of the listener's business.
    pub(super) fn of_path(path: &str) -> Option<Self> {
        // Python's client sends the brackets of a batch encoded, JavaScript's as they are.
        let lower = path.to_ascii_lowercase().replace("%5b", "[").replace("%5d", "]");
        let parts: Vec<&str> = lower.split('/').filter(|part| !part.is_empty()).collect();
        let ends_in_slash = path.ends_with('/');
        Some(match *parts.as_slice() {
            [] | ["metadata"] if ends_in_slash => Self::ToMetadata,
            ["metadata"] => Self::Metadata,
            ["operations", "metadata"] => Self::OperationsMetadata { as_json: false },
            ["operations", "metadata.json"] => Self::OperationsMetadata { as_json: true },
            ["types"] => Self::Languages,
            ["types", "metadata" | "metadata.json"] => Self::TypesMetadata,
            ["types", name] => Language::of_name(name).map_or(Self::Nothing, Self::Types),
            ["api"] => Self::Operations,
            ["api", name] => Self::api(name),
            ["metadata" | "operations" | "types" | "api" | "soap11" | "soap12", ..] => {
                Self::Nothing
            }
            [first, ref rest @ ..] => match Format::of_name(first) {
                Some(format) => Self::of_format(format, rest),
                None => Self::custom(first, rest, path)?,
            },
            [] => return None,
        })
    }

    fn of_format(format: Format, rest: &[&str]) -> Self {
        match *rest {
            ["reply" | "oneway"] => Self::NoSuchOperation { format },
            ["reply" | "oneway", name] => Self::predefined(format, name),
            ["metadata"] if format == Format::Html => Self::NoMetadata,
            ["metadata"] => Self::OperationMetadata { format },
            _ => Self::Nothing,
        }
    }

    /// `QboWebhooksRequest`, `QboWebhooksRequest.csv`, `QboWebhooksRequest[]`
    fn api(name: &str) -> Self {
        match name.split_once('.') {
            None => Self::predefined(Format::Json, name),
            Some((name, extension)) => match Format::of_name(extension) {
                Some(format) => Self::predefined(format, name),
                None => Self::Nothing,
            },
        }
    }

    fn predefined(format: Format, name: &str) -> Self {
        match name.strip_prefix(OPERATION) {
            Some("") => Self::Predefined { format, batch: false },
            Some("[]") => Self::Predefined { format, batch: true },
            _ => Self::NoSuchOperation { format },
        }
    }

    /// The extension is the one part whose case matters.
    fn custom(first: &str, rest: &[&str], path: &str) -> Option<Self> {
        let (name, extension) = match first.split_once('.') {
            Some((name, extension)) => (name, Some(extension)),
            None => (first, None),
        };
        if name != CUSTOM {
            return None;
        }
        let as_sent = path.trim_end_matches('/');
        let format = extension.and_then(Format::of_name);
        Some(match extension {
            _ if !rest.is_empty() => Self::Nothing,
            None => Self::Custom { extension: None },
            Some(extension) if format.is_some() && as_sent.ends_with(extension) => {
                Self::Custom { extension: format }
            }
            Some(_) => Self::Nothing,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Address = Address::Custom { extension: None };

    fn predefined(format: Format) -> Address {
        Address::Predefined { format, batch: false }
    }

    fn no_operation(format: Format) -> Address {
        Address::NoSuchOperation { format }
    }

    #[test]
    fn every_row_of_the_reference_is_its_address() {
        let batch = Address::Predefined { format: Format::Json, batch: true };
        for (path, address) in [
            ("/qbowebhook", PLAIN),
            ("/QBOWEBHOOK", PLAIN),
            ("/QboWebhook/", PLAIN),
            ("//qbowebhook", PLAIN),
            ("/qbowebhook/x", Address::Nothing),
            ("/qbowebhook.JSON", Address::Nothing),
            ("/qbowebhook.Json", Address::Nothing),
            ("/qbowebhook.foo", Address::Nothing),
            ("/qbowebhook.json/x", Address::Nothing),
            ("/qbowebhook.", Address::Nothing),
            ("/QboWebhook.json", Address::Custom { extension: Some(Format::Json) }),
            ("/json/reply/qboWEBHOOKSrequest", predefined(Format::Json)),
            ("/json/reply/QboWebhooksRequest/", predefined(Format::Json)),
            ("/json/reply/QboWebhooksRequest[]", batch),
            ("/json/reply/QboWebhooksRequest%5B%5D", batch),
            ("/json/reply/QboWebhooksRequest%5b%5d", batch),
            ("/json/oneway/QboWebhooksRequest[]", batch),
            ("/api/QboWebhooksRequest", predefined(Format::Json)),
            ("/API/QboWebhooksRequest", predefined(Format::Json)),
            ("/api/QboWebhooksRequest.csv", predefined(Format::Csv)),
            ("/api/QboWebhooksRequest.foo", Address::Nothing),
            ("/api/QboWebhooksRequest[]", batch),
            ("/api/QboWebhooksRequest%5B%5D", batch),
            ("/api/Nope", no_operation(Format::Json)),
            ("/api", Address::Operations),
            ("/json/reply/Nope", no_operation(Format::Json)),
            ("/xml/reply/QboWebhooksRequest[", no_operation(Format::Xml)),
            ("/csv/reply", no_operation(Format::Csv)),
            ("/json/syncreply/QboWebhooksRequest", Address::Nothing),
            ("/json/asynconeway/QboWebhooksRequest", Address::Nothing),
            ("/json/QboWebhooksRequest", Address::Nothing),
            ("/json", Address::Nothing),
            ("/soap11", Address::Nothing),
            ("/soap12", Address::Nothing),
            ("/", Address::ToMetadata),
            ("/metadata/", Address::ToMetadata),
            ("/metadata", Address::Metadata),
            ("/metadata/x", Address::Nothing),
            ("/html/metadata", Address::NoMetadata),
            ("/operations/metadata", Address::OperationsMetadata { as_json: false }),
            ("/operations/metadata.json", Address::OperationsMetadata { as_json: true }),
            ("/types", Address::Languages),
            ("/types/metadata", Address::TypesMetadata),
            ("/types/metadata.json", Address::TypesMetadata),
            ("/types/TypeScript", Address::Types(Language::TypeScript)),
            ("/types/cobol", Address::Nothing),
        ] {
            assert_eq!(Address::of_path(path), Some(address), "{path}");
        }
    }

    #[test]
    fn every_format_has_its_addresses() {
        for format in Format::ALL {
            let name = format.name();
            let extended = Address::Custom { extension: Some(format) };
            assert_eq!(Address::of_path(&format!("/qbowebhook.{name}")), Some(extended));
            for verb in ["reply", "oneway"] {
                let path = format!("/{name}/{verb}/QboWebhooksRequest");
                assert_eq!(Address::of_path(&path), Some(predefined(format)), "{path}");
            }
        }
    }

    #[test]
    fn other_paths_are_left_to_others() {
        for path in ["", "/elements/api-v2/instances", "/qbowebhooks", "/console", "/favicon.ico"] {
            assert_eq!(Address::of_path(path), None, "{path}");
        }
    }
}
