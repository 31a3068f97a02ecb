//! The real time and real chance.

use std::cell::RefCell;

use ledgerhook_engine::ambient::{Clock, Entropy};
use ledgerhook_model::Moment;
use zeroize::Zeroize as _;

/// The system's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the real time enters")]
    fn now(&self) -> Moment {
        jiff::Timestamp::now().into()
    }
}

/// The operating system's random numbers, fetched by the page: every event id takes a few bytes,
/// and a system call for each would cost more than the id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemEntropy;

/// Random bytes of one thread, each given out once.
struct Page {
    bytes: [u8; 1_024],
    used: usize,
}

thread_local! {
    static PAGE: RefCell<Page> = const { RefCell::new(Page { bytes: [0; 1_024], used: 1_024 }) };
}

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        PAGE.with_borrow_mut(|page| {
            if page.bytes.len() - page.used < bytes.len() {
                if bytes.len() > page.bytes.len() {
                    return from_system(bytes);
                }
                from_system(&mut page.bytes);
                page.used = 0;
            }
            if let Some(given) = page.bytes.get_mut(page.used..page.used + bytes.len()) {
                bytes.copy_from_slice(given);
                given.zeroize();
                page.used += bytes.len();
            }
        });
    }
}

#[expect(clippy::panic, reason = "keys and tokens made of no chance would be worse")]
fn from_system(bytes: &mut [u8]) {
    if let Err(error) = getrandom::fill(bytes) {
        panic!("the operating system gives no random numbers: {error}");
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_byte_is_given_out_twice_and_none_is_left_out() {
        let mut seen = HashSet::new();
        for _ in 0..1_000 {
            let mut bytes = [0; 9];
            SystemEntropy.fill(&mut bytes);
            assert!(seen.insert(bytes));
        }
        let mut large = [0; 5_000];
        SystemEntropy.fill(&mut large);
        assert!(large.chunks(16).all(|part| part.iter().any(|byte| *byte != 0)));
    }
}
