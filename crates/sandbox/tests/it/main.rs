//! The sandbox from outside: everything here goes over HTTP, as a client library would.

#[cfg(test)]
mod client;
#[cfg(test)]
mod freshbooks;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod quickbooks;
#[cfg(test)]
mod receiver;
#[cfg(test)]
mod sage;
