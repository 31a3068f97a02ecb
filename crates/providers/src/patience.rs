//! How long one question of many calls waits for its provider when it is throttled between them.

use std::time::Duration;

/// How long it waits at first. A list without order has to be read in one go, and would otherwise
/// begin anew each time, as would a group of records that are read one by one; but a throttled
/// company must not hold up others for long.
const AT_FIRST: Duration = Duration::from_secs(60);

/// How much longer it waits for each call that was answered: a question of many calls, such as one
/// for records that are too heavy by the page, would come to no end otherwise. It suits a limit of
/// 60 calls a minute; others measured 100 at Sage (reference: freshbooks-sage §2.7).
const PER_ANSWER: Duration = Duration::from_secs(1);

/// What is left of it.
#[derive(Debug)]
pub(crate) struct Patience {
    left: Duration,
    /// Before, there is nothing that would have to begin anew.
    is_begun: bool,
}

impl Default for Patience {
    fn default() -> Self {
        Self { left: AT_FIRST, is_begun: false }
    }
}

impl Patience {
    /// Notes that a call was answered.
    pub(crate) fn answered(&mut self) {
        self.is_begun = true;
        self.left += PER_ANSWER;
    }

    /// Waits until a throttled call may be made again; false, and at once, when no call was
    /// answered yet or not so much patience is left.
    pub(crate) async fn outlasts(&mut self, wait: Duration) -> bool {
        let is_worth_it = self.is_begun && self.takes(wait);
        if is_worth_it {
            tokio::time::sleep(wait).await;
        }
        is_worth_it
    }

    /// Takes a wait from what is left; false when there is not so much.
    fn takes(&mut self, wait: Duration) -> bool {
        let left = self.left.checked_sub(wait);
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_question_comes_to_its_end_at_the_measured_limit() {
        let minute = Duration::from_secs(60);
        let mut patience = Patience::default();
        for _ in 0..40 {
            (0..100).for_each(|_| patience.answered());
            assert!(patience.takes(minute));
        }
    }

    #[test]
    fn without_answers_it_ends_after_a_minute() {
        let mut patience = Patience::default();
        assert!(patience.takes(Duration::from_secs(40)));
        assert!(!patience.takes(Duration::from_secs(40)));
        assert!(patience.takes(Duration::from_secs(20)));
        assert!(!patience.takes(Duration::from_secs(1)));
    }
}
