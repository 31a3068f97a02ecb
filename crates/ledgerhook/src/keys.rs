//! The key file: made on first start, readable by its owner alone, one key a line.
//!
//! A line is the key's id, a blank, and base64 of its 32 bytes. The first line seals, all lines
//! open: to rotate, put a new line with a higher id before the others.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledgerhook_engine::ambient::{Entropy, random_bytes};
use ledgerhook_engine::vault::{KEY_BYTES, VaultKey};
use zeroize::Zeroizing;

/// Owner may read and write, nobody else may do anything.
const MODE: u32 = 0o600;

/// Reads the keys of `path`, which is made with one new key when it does not exist.
pub(crate) fn read_or_make(path: &Path, entropy: &dyn Entropy) -> anyhow::Result<Vec<VaultKey>> {
    if !path.exists() {
        make(path, entropy)
            .with_context(|| format!("cannot make the key file {}", path.display()))?;
    }
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the key file {}", path.display()))?;
    let text = Zeroizing::new(text);
    let mut keys = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if !line.trim().is_empty() {
            let place = || format!("line {} of the key file {}", number + 1, path.display());
            keys.push(read_line(line).with_context(place)?);
        }
    }
    if keys.is_empty() {
        bail!("the key file {} holds no key", path.display());
    }
    Ok(keys)
}

fn make(path: &Path, entropy: &dyn Entropy) -> anyhow::Result<()> {
    let key = Zeroizing::new(random_bytes::<KEY_BYTES>(entropy));
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(MODE).open(path)?;
    let line = Zeroizing::new(format!("1 {}\n", STANDARD.encode(*key)));
    file.write_all(line.as_bytes())?;
    file.sync_all()?;
    Ok(())
}

fn read_line(line: &str) -> anyhow::Result<VaultKey> {
    let (id, text) = line.trim().split_once(' ').context("is not an id, a blank and a key")?;
    let bytes =
        Zeroizing::new(STANDARD.decode(text.trim()).context("has a key that is no base64")?);
    let key: [u8; KEY_BYTES] =
        bytes.as_slice().try_into().ok().context("has a key that is not 32 bytes long")?;
    Ok(VaultKey { id: id.parse().context("has an id that is no number")?, key: key.into() })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::ambient::SystemEntropy;

    #[test]
    fn the_file_is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledgerhook.key");
        let first = read_or_make(&path, &SystemEntropy).unwrap();
        let again = read_or_make(&path, &SystemEntropy).unwrap();
        assert_eq!(first[0].key, again[0].key);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, MODE);
    }

    #[test]
    fn a_damaged_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("k");
        for (text, expected) in [
            ("", "holds no key"),
            ("nonsense\n", "line 1"),
            ("1 !!\n", "no base64"),
            ("1 AAAA\n", "not 32 bytes"),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = read_or_make(&path, &SystemEntropy).unwrap_err();
            assert!(format!("{error:#}").contains(expected), "{text}: {error:#}");
        }
    }
}
