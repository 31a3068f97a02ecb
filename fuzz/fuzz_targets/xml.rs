//! XML bodies of the listener.
#![no_main]

use ledgerhook_web::listener::Format;

libfuzzer_sys::fuzz_target!(|body: &[u8]| ledgerhook_fuzz::read(Format::Xml, body));
