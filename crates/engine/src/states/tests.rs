//! States that come back, right and wrong.

use serde_json::json;

use super::*;
use crate::stand_in::{HandClock, base};
use std::sync::Arc;

const BEGUN: (&str, &str) = ("bookshelf", "key");

struct Bench {
    base: Base,
    clock: Arc<HandClock>,
    states: States,
}

impl Bench {
    fn new() -> Self {
        let clock = Arc::default();
        Self { base: base(&Arc::default(), &clock), clock, states: States::default() }
    }

    fn issue(&self) -> String {
        issue(&self.base, BEGUN.0, BEGUN.1)
    }

    fn check(&self, begun: (&str, &str), state: &str) -> Result<Option<Returned>, Refusal> {
        let data = json!({"state": state});
        self.states.check(&self.base, begun, data.as_object().unwrap())
    }

    fn refused(&self, begun: (&str, &str), state: &str) -> String {
        self.check(begun, state).unwrap_err().to_string()
    }
}

#[test]
fn a_state_is_good_for_one_connection_within_the_hour() {
    let bench = Bench::new();
    let state = bench.issue();
    assert!(state.len() <= 128 && state.starts_with("lh1."), "{state}");
    bench.check(BEGUN, &state).unwrap().unwrap();
    bench.clock.pass(LIFETIME);
    // Checked and not used: an attempt that failed may be repeated.
    let returned = bench.check(BEGUN, &state).unwrap().unwrap();
    bench.states.spend(&bench.base, returned, "c1");
    let again = bench.refused(BEGUN, &state);
    assert!(
        again.starts_with("providerData.state: it was used already, for company c1"),
        "{again}"
    );
    let other = bench.issue();
    bench.check(BEGUN, &other).unwrap().unwrap();
    bench.clock.pass(LIFETIME + Duration::from_secs(1));
    assert!(bench.refused(BEGUN, &other).contains("it is older than an hour"));
}

#[test]
fn a_state_of_another_app_or_element_or_of_nobody_is_refused() {
    let bench = Bench::new();
    let state = bench.issue();
    let mut forged = state.clone();
    forged.replace_range(10..11, if forged.as_bytes()[10] == b'A' { "B" } else { "A" });
    for (begun, state) in [
        (("bookshelf", "other key"), state.as_str()),
        (("other", "key"), &state),
        (BEGUN, &forged),
        (BEGUN, "lh1."),
        (BEGUN, "lh1.!"),
    ] {
        let message = bench.refused(begun, state);
        assert!(message.contains("it was not made by this gateway for this element"), "{message}");
    }
}

#[test]
fn any_other_state_is_the_callers_business() {
    let bench = Bench::new();
    for data in
        [json!({}), json!({"state": "bookshelf"}), json!({"state": 7}), json!({"state": null})]
    {
        let checked = bench.states.check(&bench.base, BEGUN, data.as_object().unwrap());
        assert!(checked.unwrap().is_none(), "{data}");
    }
}
