//! The signature of a QuickBooks notice: `intuit-signature: base64(HMAC-SHA256(token, raw body))`,
//! by Intuit's webhooks documentation.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use sha2::digest::InvalidLength;

/// The 32 bytes that, in base64, are the header's value.
pub(crate) type Digest = [u8; 32];

/// Signs bodies with one verifier token.
pub(crate) struct Signer {
    keyed: Hmac<Sha256>,
}

impl Signer {
    /// # Errors
    /// When the token cannot be a key; HMAC takes any length.
    pub(crate) fn new(verifier_token: &str) -> Result<Self, InvalidLength> {
        Ok(Self { keyed: Hmac::new_from_slice(verifier_token.as_bytes())? })
    }

    pub(crate) fn digest(&self, body: &[u8]) -> Digest {
        self.keyed.clone().chain_update(body).finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    /// The vector of Intuit's own Java SDK, `WebhooksServiceTest.java`.
    #[test]
    fn signs_like_the_public_vector() {
        let token = "b5771f19b12ddb4bcdb9f08bdc50bc63878a";
        let body = concat!(
            r#"{"eventNotifications":[{"realmId":"1185883450","dataChangeEvent":{"entities":["#,
            r#"{"name":"Customer","id":"1","operation":"Create","#,
            r#""lastUpdated":"2015-10-05T14:42:19-0700"}]}}]}"#,
        );
        let digest = Signer::new(token).unwrap().digest(body.as_bytes());
        assert_eq!(STANDARD.encode(digest), "JC2GUwciPmRBwEO7WvrRmKqu9tGOKL8FFallocTFi8Q=");
    }
}
