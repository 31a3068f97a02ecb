//! `X-Signature` of API 1 (reference: freshbooks-sage §2.2) and of API 3 (§2.3).

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

/// The parts of a request that its signature covers.
#[derive(Clone, Debug)]
pub(super) struct SignedRequest<'r> {
    pub(super) method: &'r str,
    /// Without query and fragment.
    pub(super) url: String,
    /// Those of the query and of the body.
    pub(super) parameters: Vec<(String, String)>,
    pub(super) nonce: &'r str,
    /// Signed in API 3 only.
    pub(super) resource_owner_id: Option<&'r str>,
}

impl SignedRequest<'_> {
    /// Whether a signature in Base64 is that of the request.
    pub(super) fn is_signed_with(
        &self,
        signature: &str,
        signing_secret: &str,
        access_token: &str,
    ) -> bool {
        let Ok(signature) = STANDARD.decode(signature) else { return false };
        let key = format!("{}&{}", encode(signing_secret), encode(access_token));
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
        hmac::verify(&key, self.base_string().as_bytes(), &signature).is_ok()
    }

    fn base_string(&self) -> String {
        let mut pairs: Vec<(String, String)> =
            self.parameters.iter().map(|(name, value)| (encode(name), encode(value))).collect();
        pairs.sort();
        let pairs: Vec<String> =
            pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        let method = self.method.to_ascii_uppercase();
        let mut parts =
            vec![method, encode(&self.url), encode(&pairs.join("&")), encode(self.nonce)];
        parts.extend(self.resource_owner_id.map(encode));
        parts.join("&")
    }
}

/// Percent-encodes all but the unreserved characters (RFC 3986 §2.3).
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _written = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::super::pairs;
    use super::*;

    const NONCE: &str = "d6657d14f6d3d9de453ff4b0dc686c6d";
    const SECRET: &str = "TestSigningSecret";
    const TOKEN: &str = "TestToken";

    fn request<'r>(method: &'r str, url: &str, body: &str) -> SignedRequest<'r> {
        let (url, query) = url.split_once('?').unwrap_or((url, ""));
        let mut parameters = pairs(query.as_bytes());
        parameters.extend(pairs(body.as_bytes()));
        let (url, resource_owner_id) = (url.to_owned(), None);
        SignedRequest { method, url, parameters, nonce: NONCE, resource_owner_id }
    }

    /// The request of the README of Sage/sageone_api_signer (3219ec9, MIT).
    fn official() -> SignedRequest<'static> {
        let url = "https://api.sageone.com/accounts/v1/contacts?config_setting=foo";
        request("POST", url, "contact%5Bcontact_type_id%5D=1&contact%5Bname%5D=My+Customer")
    }

    #[test]
    fn the_base_string_is_the_official_one() {
        let expected = "POST&https%3A%2F%2Fapi.sageone.com%2Faccounts%2Fv1%2Fcontacts&\
                        config_setting%3Dfoo%26contact%255Bcontact_type_id%255D%3D1%26\
                        contact%255Bname%255D%3DMy%2520Customer&\
                        d6657d14f6d3d9de453ff4b0dc686c6d";
        assert_eq!(official().base_string(), expected);
    }

    #[test]
    fn the_official_request_is_signed_with_the_official_secrets() {
        let masked = "297850d556xxxxxxxxxxxxxxxxxxxxe722db1d2a";
        let token = "cULSIjxxxxxIhbgbjX0R6MkKO";
        assert!(official().is_signed_with("QhaiggPsgPGskqppVmNxi3tFYKQ=", masked, token));
        // Printed in the README, with other secrets than it shows.
        assert!(!official().is_signed_with("g1Cteq+JHjJzXYn7FpaLF42BymQ=", masked, token));
    }

    /// Cases of the specs of Sage/sageone_api_signer (3219ec9) and
    /// Rudiney/sageone_api_request_signer (2c8a151), both MIT.
    #[test]
    fn the_cases_of_the_signers_specs_are_signed() {
        let base = "https://api.sageone.com";
        for (method, address, body, signature) in [
            (
                "POST",
                "/accounts/v1/contacts?config_setting=foo",
                "contact%5Bcontact_type_id%5D=1&contact%5Bname%5D=My+Customer",
                "dNtQmVJkpEem+qspHrMebHSezsg=",
            ),
            (
                "POST",
                "/test/accounts/v1/contacts?config_setting=foo",
                "contact%5Bcontact_type_id%5D=1&contact%5Bname%5D=My+Customer",
                "pI1u5goiZby4JjRTq5pe1PlqC68=",
            ),
            ("GET", "/accounts/v1/contacts", "", "yb5SQXXBPzNG/w+TGKGKaPF5fRU="),
            (
                "POST",
                "/accounts/v1/contacts?zee=4&bee=2",
                "aaa=1&dee=3",
                "dsawrXOvFEv08EzfCHC0gz7l9Jk=",
            ),
            (
                "POST",
                "/accounts/v1/contacts?in_the_url=i+cant+have+pluses",
                "in_the_body_param=cant+have+pluses+here+too",
                "3yw4deQe/dloeeehbJ9VFmUOqtY=",
            ),
            (
                "GET",
                ":123/accounts/v1/contacts?config_setting=foo",
                "",
                "b5pwK4t5h8xYSgiTfOcS9eSlhbM=",
            ),
        ] {
            let request = request(method, &format!("{base}{address}"), body);
            assert!(request.is_signed_with(signature, SECRET, TOKEN), "{address}");
            assert!(!request.is_signed_with(signature, SECRET, "other"), "{address}");
        }
    }

    /// The branch implement_v3_signing of Sage/sageone_api_signer.
    #[test]
    fn api_3_signs_the_body_and_the_resource_owner_too() {
        let columbus = "https://api.columbus.sage.com/us/sageone/accounts/v3/contacts";
        let poll = "?updated_or_created_since=2018-01-01T00%3A00%3A00Z\
                    &attributes=created_at%2Cupdated_at";
        for (method, url, body, signature) in [
            (
                "POST",
                "https://api.sage.com/gb/sageone/accounts/v3/contacts?config_setting=foo",
                "",
                "DatvLzX4xSITnWQisCbf3bnap+8=",
            ),
            (
                "POST",
                columbus,
                r#"{"contact":{"name":"My Customer"}}"#,
                "J/Uqt1NwDdEcCvE7fg3RVdQGyv0=",
            ),
            ("GET", &format!("{columbus}{poll}"), "", "OLPtMj4C2NOi5HyeMimXk7Fl18E="),
        ] {
            let mut request = request(method, url, "");
            request.parameters.push(("body".to_owned(), STANDARD.encode(body)));
            request.resource_owner_id = Some("bad0ff1ce");
            assert!(request.is_signed_with(signature, SECRET, TOKEN), "{url}");
            request.resource_owner_id = None;
            assert!(!request.is_signed_with(signature, SECRET, TOKEN), "{url}");
        }
    }

    #[test]
    fn a_line_break_at_the_end_is_no_part_of_a_signature() {
        assert!(!official().is_signed_with("dNtQmVJkpEem+qspHrMebHSezsg=\n", SECRET, TOKEN));
    }
}
