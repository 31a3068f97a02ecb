//! Orders for faults, until the calls they hit have come.

use std::collections::VecDeque;

/// Orders that may wait at once, so that a runaway script cannot fill the memory.
const ORDERS_MAX: usize = 1_000;

/// An order for the next calls to go wrong.
pub(crate) trait FaultOrder: Clone {
    /// What an order knows a call by.
    type Call;

    /// Whether a call is among those meant.
    fn hits(&self, call: &Self::Call) -> bool;

    /// How many calls it still hits.
    fn calls_left(&mut self) -> &mut u32;
}

/// The orders still to be carried out, oldest first.
#[derive(Debug)]
pub(crate) struct FaultQueue<O> {
    orders: VecDeque<O>,
}

impl<O> Default for FaultQueue<O> {
    fn default() -> Self {
        Self { orders: VecDeque::new() }
    }
}

impl<O: FaultOrder> FaultQueue<O> {
    /// Puts an order behind the others; false when there are too many.
    pub(crate) fn add(&mut self, mut order: O) -> bool {
        let room = self.orders.len() < ORDERS_MAX;
        if room && *order.calls_left() > 0 {
            self.orders.push_back(order);
        }
        room
    }

    pub(crate) fn clear(&mut self) {
        self.orders.clear();
    }

    /// The order that hits a call; from then on it hits one call less.
    pub(crate) fn take(&mut self, call: &O::Call) -> Option<O> {
        let place = self.orders.iter().position(|order| order.hits(call))?;
        let order = self.orders.get_mut(place)?;
        let taken = order.clone();
        let calls_left = order.calls_left();
        *calls_left -= 1;
        if *calls_left == 0 {
            self.orders.remove(place);
        }
        Some(taken)
    }
}

/// The number of calls an order hits that names none.
pub(crate) fn once() -> u32 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An order for calls of one letter.
    #[derive(Clone, Debug, PartialEq, Eq)]
    struct Order(char, u32);

    impl FaultOrder for Order {
        type Call = char;

        fn hits(&self, call: &char) -> bool {
            self.0 == *call
        }

        fn calls_left(&mut self) -> &mut u32 {
            &mut self.1
        }
    }

    #[test]
    fn an_order_hits_the_ordered_number_of_calls_and_the_oldest_comes_first() {
        let mut queue = FaultQueue::default();
        for order in [Order('a', 2), Order('b', 1), Order('a', 7), Order('c', 0)] {
            assert!(queue.add(order));
        }
        let taken: Vec<_> = "abcabaa".chars().map(|call| queue.take(&call)).collect();
        let expected = [
            Some(Order('a', 2)),
            Some(Order('b', 1)),
            None,
            Some(Order('a', 1)),
            None,
            Some(Order('a', 7)),
            Some(Order('a', 6)),
        ];
        assert_eq!(taken, expected);
        queue.clear();
        assert_eq!(queue.take(&'a'), None);
    }

    #[test]
    fn only_so_many_orders_wait() {
        let mut queue = FaultQueue::default();
        assert!((0..ORDERS_MAX).all(|_| queue.add(Order('a', 1))));
        assert!(!queue.add(Order('a', 1)));
    }
}
