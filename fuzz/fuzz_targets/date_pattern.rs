//! Java date patterns: a pattern, a line break, and a text to read by it.
#![no_main]

use ledgerhook_model::Moment;
use ledgerhook_model::java_date::{DatePattern, Zone};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (pattern, source) = text.split_once('\n').unwrap_or((text, ""));
    let zone = Zone::parse(source).unwrap_or_else(|_| Zone::gmt());
    let pattern = match DatePattern::parse(pattern) {
        Ok(pattern) => pattern,
        Err(error) => {
            assert!(pattern.is_char_boundary(error.position));
            return;
        }
    };
    match pattern.read(source, zone.time_zone()) {
        Ok(moment) => drop(pattern.format(moment, zone.time_zone())),
        Err(error) => assert!(source.is_char_boundary(error.position)),
    }
    // Leap day, change of clocks, the ends of the calendar.
    for micros in [951_782_400_000_000, 1_478_410_200_000_000, i64::MIN, i64::MAX] {
        let printed = pattern.format(Moment::from_micros(micros), zone.time_zone());
        if let Ok(read) = pattern.read(&printed, zone.time_zone()) {
            pattern.format(read, zone.time_zone());
        }
    }
});
