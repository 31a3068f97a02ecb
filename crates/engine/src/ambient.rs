//! Time and chance, as they are handed in: the binary gives the real ones, a test gives ones it
//! can replay.

use std::fmt;

use ledgerhook_model::Moment;

/// Tells the time of day.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Now.
    fn now(&self) -> Moment;
}

/// Gives unpredictable bytes.
pub trait Entropy: Send + Sync + fmt::Debug {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// `N` bytes of chance.
pub fn random_bytes<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}
