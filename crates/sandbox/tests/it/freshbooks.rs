//! The FreshBooks stand-in from outside: everything here goes over HTTP, as a client library
//! would.

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
