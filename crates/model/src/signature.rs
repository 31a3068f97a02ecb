//! Signatures of what is posted to a callback: the original's header and Standard Webhooks.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use ed25519_dalek::{Signer as _, SigningKey as Ed25519Key, Verifier as _, VerifyingKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::secret::Secret;

/// The original's signature header (reference: cloud-elements §4.5).
pub const ELEMENTS_SIGNATURE_HEADER: &str = "elements-webhook-signature";
/// The original's delivery id header; its value format is not documented.
pub const ELEMENTS_ID_HEADER: &str = "elements-webhook-id";
/// Standard Webhooks 1.0.0 headers.
pub const STANDARD_ID_HEADER: &str = "webhook-id";
/// See [`STANDARD_ID_HEADER`]: integer Unix seconds of this attempt.
pub const STANDARD_TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// See [`STANDARD_ID_HEADER`]: a blank-separated list of `v1,…` and `v1a,…`.
pub const STANDARD_SIGNATURE_HEADER: &str = "webhook-signature";

/// HMAC-SHA256 over the parts as if they were joined.
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes a key of any length, so there is no error to hand on.
    let mut mac = match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mac) => mac,
        Err(_) => return [0; 32],
    };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// True when `text` is standard base64 of `digest`; the digests are compared in constant time.
pub fn is_base64_of(text: &str, digest: &[u8; 32]) -> bool {
    STANDARD.decode(text).is_ok_and(|claimed| claimed.ct_eq(digest).into())
}

/// Value of `Elements-Webhook-Signature`: `sha256=` and base64 of HMAC-SHA256(key, raw body).
pub fn elements(key: &Secret, body: &[u8]) -> String {
    let digest = hmac_sha256(key.expose().as_bytes(), &[body]);
    format!("sha256={}", STANDARD.encode(digest))
}

/// True when `header` is the right [`elements`] signature.
pub fn elements_is_valid(key: &Secret, body: &[u8], header: &str) -> bool {
    let digest = hmac_sha256(key.expose().as_bytes(), &[body]);
    header.strip_prefix("sha256=").is_some_and(|text| is_base64_of(text, &digest))
}

/// The bytes of a symmetric Standard Webhooks key: what follows `whsec_`, decoded; any other text
/// is used as it is, so that one `event.notification.signature.key` serves both signatures.
pub fn standard_key(key: &Secret) -> Zeroizing<Vec<u8>> {
    let decoded = key.expose().strip_prefix("whsec_").and_then(|text| {
        STANDARD_NO_PAD.decode(text.trim_end_matches('=')).ok().filter(|bytes| !bytes.is_empty())
    });
    Zeroizing::new(decoded.unwrap_or_else(|| key.expose().as_bytes().to_vec()))
}

/// `v1,…`: base64 of HMAC-SHA256 over `{id}.{timestamp}.{body}`; `timestamp` in Unix seconds.
pub fn standard_v1(key: &Secret, id: &str, timestamp: &str, body: &[u8]) -> String {
    let key = standard_key(key);
    let digest = hmac_sha256(&key, &[id.as_bytes(), b".", timestamp.as_bytes(), b".", body]);
    format!("v1,{}", STANDARD.encode(digest))
}

/// An asymmetric Standard Webhooks key pair of an organisation.
#[derive(Clone)]
pub struct SigningKey(Ed25519Key);

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.public_text())
    }
}

impl SigningKey {
    /// The key pair that grows from 32 random bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(Ed25519Key::from_bytes(seed))
    }

    /// Reads `whsk_` + base64 of seed and public key (64 bytes).
    pub fn from_text(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.strip_prefix("whsk_")?).ok()?;
        let pair: [u8; 64] = bytes.try_into().ok()?;
        Ed25519Key::from_keypair_bytes(&pair).ok().map(Self)
    }

    /// `whpk_` + base64 of the public key, to hand to receivers.
    pub fn public_text(&self) -> String {
        format!("whpk_{}", STANDARD.encode(self.0.verifying_key().as_bytes()))
    }

    /// `v1a,…`: base64 of the ed25519 signature over `{id}.{timestamp}.{body}`.
    pub fn standard_v1a(&self, id: &str, timestamp: &str, body: &[u8]) -> String {
        let signature = self.0.sign(&signed_content(id, timestamp, body));
        format!("v1a,{}", STANDARD.encode(signature.to_bytes()))
    }
}

/// True when `entry` (`v1a,…`) is a right signature under the public key `whpk_…`.
pub fn standard_v1a_is_valid(
    public_text: &str,
    id: &str,
    timestamp: &str,
    body: &[u8],
    entry: &str,
) -> bool {
    let public = || {
        let bytes = STANDARD.decode(public_text.strip_prefix("whpk_")?).ok()?;
        VerifyingKey::from_bytes(&bytes.try_into().ok()?).ok()
    };
    let signature = || {
        let bytes = STANDARD.decode(entry.strip_prefix("v1a,")?).ok()?;
        Some(ed25519_dalek::Signature::from_bytes(&bytes.try_into().ok()?))
    };
    match (public(), signature()) {
        (Some(public), Some(signature)) => {
            public.verify(&signed_content(id, timestamp, body), &signature).is_ok()
        }
        _ => false,
    }
}

fn signed_content(id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    // The original's documented vector (reference: cloud-elements §4.5).
    const ELEMENTS_KEY: &str = "MySecretEventSignatureKey";
    const ELEMENTS_BODY: &[u8] = b"<INSERT_EVENT_NOTIFICATION_RESPONSE_BODY>";
    const ELEMENTS_SIGNATURE: &str = "sha256=jHdbRx5EZAsOfTwAPJOGkNUzQMVVdu5VJlxcsk+G6jQ=";

    // The vectors of Standard Webhooks (reference: peers-and-standards §5.1).
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const TIMESTAMP: &str = "1614265330";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const V1_KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const V1: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    const V1A_KEY: &str = concat!(
        "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLl",
        "X0dRqSKJp4AJ6p9lMicMFs6Kvg=="
    );
    const V1A_PUBLIC: &str = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
    const V1A: &str = concat!(
        "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZ",
        "dpXwVLPo3mNl8EM+m7TBAg=="
    );

    #[test]
    fn the_documented_elements_vector_is_made_and_accepted() {
        let key = Secret::new(ELEMENTS_KEY);
        assert_eq!(elements(&key, ELEMENTS_BODY), ELEMENTS_SIGNATURE);
        assert!(elements_is_valid(&key, ELEMENTS_BODY, ELEMENTS_SIGNATURE));
    }

    #[test]
    fn a_changed_body_key_or_form_is_refused() {
        let key = Secret::new(ELEMENTS_KEY);
        let bare = ELEMENTS_SIGNATURE.trim_start_matches("sha256=");
        assert!(!elements_is_valid(&key, b"other", ELEMENTS_SIGNATURE));
        assert!(!elements_is_valid(&Secret::new("x"), ELEMENTS_BODY, ELEMENTS_SIGNATURE));
        assert!(!elements_is_valid(&key, ELEMENTS_BODY, bare));
        assert!(!elements_is_valid(&key, ELEMENTS_BODY, "sha256="));
    }

    #[test]
    fn the_standard_webhooks_vectors_are_made() {
        assert_eq!(standard_v1(&Secret::new(V1_KEY), ID, TIMESTAMP, BODY), V1);
        let key = SigningKey::from_text(V1A_KEY).unwrap();
        assert_eq!(key.public_text(), V1A_PUBLIC);
        assert_eq!(key.standard_v1a(ID, TIMESTAMP, BODY), V1A);
    }

    #[test]
    fn a_v1a_signature_is_checked_against_the_public_key() {
        assert!(standard_v1a_is_valid(V1A_PUBLIC, ID, TIMESTAMP, BODY, V1A));
        assert!(!standard_v1a_is_valid(V1A_PUBLIC, ID, "1614265331", BODY, V1A));
        assert!(!standard_v1a_is_valid(V1A_PUBLIC, ID, TIMESTAMP, b"{}", V1A));
        assert!(!standard_v1a_is_valid("whpk_", ID, TIMESTAMP, BODY, V1A));
        assert!(!standard_v1a_is_valid(V1A_PUBLIC, ID, TIMESTAMP, BODY, "v1a,"));
    }

    #[test]
    fn a_key_without_the_prefix_is_used_as_it_is() {
        assert_eq!(standard_key(&Secret::new("plain")).as_slice(), b"plain");
        assert_eq!(standard_key(&Secret::new("whsec_")).as_slice(), b"whsec_");
        assert_eq!(standard_key(&Secret::new("whsec_AAECAw==")).as_slice(), [0, 1, 2, 3]);
    }
}
