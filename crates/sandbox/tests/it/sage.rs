//! The Sage Accounting stand-in from outside.

mod api;
mod bench;
mod bookkeeper;
mod control;
mod endpoints;
mod faults;
mod lists;
mod oauth;
mod older;
mod records;
