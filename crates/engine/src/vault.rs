//! Encryption of secrets at rest: XChaCha20-Poly1305 with a key id, so that keys can be rotated.
//!
//! Form of a sealed secret: format byte (1), key id (4 bytes, big-endian), nonce (24 bytes),
//! ciphertext with tag. The purpose is authenticated with it, so that a sealed token cannot be
//! moved into the place of another kind of secret.

use std::fmt;
use std::sync::Arc;

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::ambient::{Entropy, random_bytes};

/// Length of a vault key in bytes.
pub const KEY_BYTES: usize = 32;
const FORMAT: u8 = 1;
const NONCE_BYTES: usize = 24;

/// A sealed secret that cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum VaultError {
    /// It was sealed with a key that is not in the key file any more.
    #[error("sealed with key {0}, which is not among the vault's keys")]
    UnknownKey(u32),
    /// It is damaged, or was sealed for another purpose.
    #[error("the sealed secret is damaged")]
    Damaged,
}

/// A key with its id.
pub struct VaultKey {
    /// Its id.
    pub id: u32,
    /// The key.
    pub key: Zeroizing<[u8; KEY_BYTES]>,
}

impl fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VaultKey({})", self.id)
    }
}

/// Seals and opens secrets.
#[derive(Clone)]
pub struct Vault {
    ciphers: Arc<Vec<(u32, XChaCha20Poly1305)>>,
    entropy: Arc<dyn Entropy>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.ciphers.iter().map(|(id, _)| id)).finish()
    }
}

impl Vault {
    /// A vault that seals with the first key and opens with all of them.
    pub fn new(current: &VaultKey, older: &[VaultKey], entropy: Arc<dyn Entropy>) -> Self {
        let cipher = |key: &VaultKey| (key.id, XChaCha20Poly1305::new(&(*key.key).into()));
        let ciphers = std::iter::once(current).chain(older).map(cipher).collect();
        Self { ciphers: Arc::new(ciphers), entropy }
    }

    /// Seals `secret` for `purpose`.
    pub fn seal(&self, purpose: &str, secret: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_BYTES] = random_bytes(&*self.entropy);
        let payload = Payload { msg: secret, aad: purpose.as_bytes() };
        let mut sealed = vec![FORMAT];
        if let Some((id, cipher)) = self.ciphers.first() {
            sealed.extend_from_slice(&id.to_be_bytes());
            sealed.extend_from_slice(&nonce);
            // Fails only for a secret of 256 GiB.
            sealed.extend(cipher.encrypt(&XNonce::from(nonce), payload).unwrap_or_default());
        }
        sealed
    }

    /// Opens what was sealed for `purpose`.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let (header, ciphertext) =
            sealed.split_first_chunk::<{ 1 + 4 + NONCE_BYTES }>().ok_or(VaultError::Damaged)?;
        let [FORMAT, a, b, c, d, nonce @ ..] = header else { return Err(VaultError::Damaged) };
        let id = u32::from_be_bytes([*a, *b, *c, *d]);
        let (_, cipher) =
            self.ciphers.iter().find(|(key, _)| *key == id).ok_or(VaultError::UnknownKey(id))?;
        let payload = Payload { msg: ciphertext, aad: purpose.as_bytes() };
        let opened = cipher.decrypt(&XNonce::from(*nonce), payload);
        opened.map(Zeroizing::new).map_err(|_| VaultError::Damaged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Sevens;
    impl Entropy for Sevens {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    fn key(id: u32) -> VaultKey {
        VaultKey { id, key: Zeroizing::new([u8::try_from(id).unwrap(); KEY_BYTES]) }
    }

    fn vault(current: u32, older: &[u32]) -> Vault {
        let older: Vec<_> = older.iter().copied().map(key).collect();
        Vault::new(&key(current), &older, Arc::new(Sevens))
    }

    #[test]
    fn what_is_sealed_opens_again_and_does_not_show() {
        let sealed = vault(1, &[]).seal("token", b"hunter2");
        assert!(!sealed.windows(7).any(|part| part == b"hunter2"));
        assert_eq!(vault(1, &[]).open("token", &sealed).unwrap().as_slice(), b"hunter2");
    }

    #[test]
    fn an_older_key_still_opens_and_a_lost_one_is_named() {
        let sealed = vault(1, &[]).seal("token", b"hunter2");
        assert_eq!(vault(2, &[1]).open("token", &sealed).unwrap().as_slice(), b"hunter2");
        assert_eq!(vault(2, &[]).open("token", &sealed), Err(VaultError::UnknownKey(1)));
    }

    #[test]
    fn damage_and_another_purpose_are_refused() {
        let mut sealed = vault(1, &[]).seal("token", b"hunter2");
        assert_eq!(vault(1, &[]).open("other", &sealed), Err(VaultError::Damaged));
        *sealed.last_mut().unwrap() ^= 1;
        assert_eq!(vault(1, &[]).open("token", &sealed), Err(VaultError::Damaged));
        assert_eq!(vault(1, &[]).open("token", b""), Err(VaultError::Damaged));
    }
}
