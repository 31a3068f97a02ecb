//! A small seeded generator for ids, codes and tokens, so that a run can be replayed.
//!
//! SplitMix64 (Steele, Lea and Flood 2014). The values are not secrets: they open nothing but
//! this sandbox.

use std::ops::RangeInclusive;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The generator.
#[derive(Debug)]
pub(crate) struct Chance {
    state: u64,
}

impl Chance {
    pub(crate) fn from_seed(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A generator of its own, so that what is drawn from it leaves this one as it is.
    pub(crate) fn split(&self) -> Self {
        Self { state: self.state ^ 0x5DEE_CE66_D1CE_4E5B }
    }

    /// A number below `end`; 0 when `end` is 0.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next_u64().checked_rem(end).unwrap_or(0)
    }

    /// Whether something that happens `per_mille` times in a thousand happens now.
    pub(crate) fn happens(&mut self, per_mille: u32) -> bool {
        self.below(1_000) < u64::from(per_mille)
    }

    /// A number of the range, both ends included; the first one when the range is empty.
    pub(crate) fn within(&mut self, range: &RangeInclusive<u64>) -> u64 {
        let values = range.end().saturating_sub(*range.start()).saturating_add(1);
        range.start().saturating_add(self.below(values))
    }

    /// A place among so many; 0 when there are none.
    pub(crate) fn place(&mut self, items: usize) -> usize {
        usize::try_from(self.below(u64::try_from(items).unwrap_or(u64::MAX))).unwrap_or(0)
    }

    /// One of the items.
    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> Option<T> {
        items.get(self.place(items.len())).copied()
    }

    /// One of the items, each as likely as its weight.
    pub(crate) fn weighted<T: Copy>(&mut self, items: &[(T, u64)]) -> Option<T> {
        let mut place = self.below(items.iter().map(|(_, weight)| weight).sum());
        for (item, weight) in items {
            match place.checked_sub(*weight) {
                Some(rest) => place = rest,
                None => return Some(*item),
            }
        }
        None
    }

    /// Puts the items into a random order.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for taken in (1..items.len()).rev() {
            items.swap(taken, self.place(taken.saturating_add(1)));
        }
    }

    fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Opaque text of `chars` URL-safe characters.
    pub(crate) fn opaque(&mut self, chars: usize) -> String {
        (0..chars)
            .filter_map(|_| {
                let place = usize::try_from(self.next_u64() % 64).ok()?;
                ALPHABET.get(place).copied().map(char::from)
            })
            .collect()
    }

    /// 24 hexadecimal digits, the tail of a trace id.
    pub(crate) fn trace_tail(&mut self) -> String {
        format!("{:016x}{:08x}", self.next_u64(), self.next_u64() >> 32)
    }

    /// A random UUID, version 4 (RFC 9562).
    pub(crate) fn uuid(&mut self) -> String {
        let (high, low) = (self.next_u64(), self.next_u64());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0x0fff,
            0x8000 | ((low >> 48) & 0x3fff),
            low & 0xffff_ffff_ffff
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Chance;

    #[test]
    fn the_same_seed_gives_the_same_values() {
        let (mut one, mut two) = (Chance::from_seed(7), Chance::from_seed(7));
        assert_eq!(one.opaque(40), two.opaque(40));
        assert_eq!(one.uuid(), two.uuid());
        assert_ne!(one.opaque(40), Chance::from_seed(8).opaque(40));
    }

    #[test]
    fn a_uuid_is_of_version_4_and_variant_1() {
        let mut chance = Chance::from_seed(1);
        for _ in 0..100 {
            let uuid = chance.uuid();
            let groups: Vec<&str> = uuid.split('-').collect();
            assert_eq!(
                groups.iter().map(|group| group.len()).collect::<Vec<_>>(),
                [8, 4, 4, 4, 12]
            );
            assert!(groups[2].starts_with('4'));
            assert!(groups[3].starts_with(['8', '9', 'a', 'b']));
        }
    }

    #[test]
    fn a_trace_tail_has_24_digits() {
        assert_eq!(Chance::from_seed(3).trace_tail().len(), 24);
    }

    #[test]
    fn drawn_numbers_stay_within_their_bounds() {
        let mut chance = Chance::from_seed(1);
        for _ in 0..1_000 {
            assert!((3..=5).contains(&chance.within(&(3..=5))));
            assert!(chance.below(2) < 2);
            assert!(!chance.happens(0));
            assert!(chance.happens(1_000));
        }
        assert_eq!((chance.within(&(7..=7)), chance.below(0)), (7, 0));
    }

    #[test]
    fn weights_say_how_likely_an_item_is() {
        let mut chance = Chance::from_seed(1);
        let items = [("often", 9), ("never", 0), ("seldom", 1)];
        let drawn: Vec<_> = (0..1_000).filter_map(|_| chance.weighted(&items)).collect();
        let count = |item| drawn.iter().filter(|drawn| **drawn == item).count();
        assert!((850..950).contains(&count("often")));
        assert_eq!((count("never"), drawn.len()), (0, 1_000));
        assert_eq!(chance.weighted::<u8>(&[]), None);
        assert_eq!((chance.pick(&[7]), chance.pick::<u8>(&[])), (Some(7), None));
    }

    #[test]
    fn shuffling_keeps_every_item() {
        let mut items: Vec<u32> = (0..50).collect();
        Chance::from_seed(1).shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }
}
