//! Poller configurations, in both forms: read, asked, and answered with a record.
#![no_main]

use ledgerhook_model::Moment;
use ledgerhook_model::poller_configuration::{
    PolledResource, PollerLine, classify, lines, parse, plan,
};

libfuzzer_sys::fuzz_target!(|text: &str| {
    for resource in parse(text).unwrap_or_default() {
        poll(&resource, text);
    }
    for line in lines(text).unwrap_or_default() {
        if let PollerLine::Defined(resource) = line {
            poll(&resource, text);
        }
    }
});

/// What was accepted can be asked again, and at any time a record has a verdict or an error.
fn poll(resource: &PolledResource, text: &str) {
    let start = Moment::default();
    assert!(plan(resource, start, start).is_ok());
    for micros in [951_782_400_000_000, i64::MIN, i64::MAX] {
        let moment = Moment::from_micros(micros);
        let _question = plan(resource, moment, moment);
        let _verdict = classify(resource, &ledgerhook_fuzz::record(text), moment, moment);
    }
}
