//! Authorization codes, from the authorize page to the token endpoint.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use crate::bounded::push_bounded;

/// Codes kept at most; further ones push others out.
const KEPT_MAX: usize = 100_000;

/// What a person approved: the content of a code.
pub(crate) trait Approval {
    /// How long a code lives.
    const CODE_LIFE: SignedDuration;

    /// The app that asked.
    fn client_id(&self) -> &str;
}

#[derive(Debug)]
struct Code<A> {
    code: String,
    approval: A,
    issued_at: Timestamp,
}

/// The codes that nobody has redeemed yet.
#[derive(Debug)]
pub(crate) struct Codes<A> {
    codes: VecDeque<Code<A>>,
}

impl<A> Default for Codes<A> {
    fn default() -> Self {
        Self { codes: VecDeque::new() }
    }
}

impl<A: Approval> Codes<A> {
    pub(crate) fn issue(&mut self, code: &str, approval: A, now: Timestamp) {
        self.codes.retain(|code| now.duration_since(code.issued_at) < A::CODE_LIFE);
        let code = Code { code: code.to_owned(), approval, issued_at: now };
        push_bounded(&mut self.codes, code, KEPT_MAX);
    }

    /// What was approved, if the code is alive. Whatever comes of it, the code is used up.
    pub(crate) fn redeem(&mut self, code: &str, client_id: &str, now: Timestamp) -> Option<A> {
        let is_meant = |one: &Code<A>| one.code == code && one.approval.client_id() == client_id;
        let place = self.codes.iter().position(is_meant)?;
        let code = self.codes.remove(place)?;
        (now.duration_since(code.issued_at) < A::CODE_LIFE).then_some(code.approval)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Approval for &str {
        const CODE_LIFE: SignedDuration = SignedDuration::from_mins(5);

        fn client_id(&self) -> &str {
            self
        }
    }

    #[test]
    fn a_code_works_once_in_its_life_and_for_its_app() {
        let mut codes = Codes::default();
        let at = |seconds: i64| Timestamp::from_second(seconds).unwrap();
        codes.issue("1", "app", at(0));
        codes.issue("2", "app", at(0));
        assert_eq!(codes.redeem("1", "other", at(1)), None);
        assert_eq!(codes.redeem("1", "app", at(299)), Some("app"));
        assert_eq!(codes.redeem("1", "app", at(299)), None);
        assert_eq!(codes.redeem("2", "app", at(300)), None);
        assert_eq!(codes.redeem("2", "app", at(1)), None, "it was used up");
    }
}
