//! The FreshBooks stand-in from outside.

mod accounting;
mod bench;
mod bookkeeper;
mod business;
mod callbacks;
mod conduct;
mod control;
mod errors;
mod faults;
mod identity;
mod lists;
mod oauth;
