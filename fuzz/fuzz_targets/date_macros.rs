//! Date macros in a text.
#![no_main]

use ledgerhook_model::Moment;
use ledgerhook_model::date_macros::expand;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (last_poll, now) = (Moment::from_millis(951_782_400_125), Moment::from_millis(1));
    match expand(text, last_poll, now) {
        Ok(expanded) if !text.contains("${") => assert_eq!(expanded, text),
        Ok(_) => {}
        Err(error) => assert!(text.is_char_boundary(error.position)),
    }
});
