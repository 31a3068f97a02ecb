//! The sandbox from outside: everything here goes over HTTP, as a client library would.

#[cfg(test)]
mod accounting;
#[cfg(test)]
mod batch;
#[cfg(test)]
mod bench;
#[cfg(test)]
mod bookkeeper;
#[cfg(test)]
mod conduct;
#[cfg(test)]
mod control;
#[cfg(test)]
mod entities;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod freshbooks;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod month;
#[cfg(test)]
mod oauth;
#[cfg(test)]
mod oauth1;
#[cfg(test)]
mod receiver;
#[cfg(test)]
mod sage_api;
#[cfg(test)]
mod sage_bench;
#[cfg(test)]
mod sage_bookkeeper;
#[cfg(test)]
mod sage_control;
#[cfg(test)]
mod sage_endpoints;
#[cfg(test)]
mod sage_faults;
#[cfg(test)]
mod sage_lists;
#[cfg(test)]
mod sage_oauth;
#[cfg(test)]
mod sage_older;
#[cfg(test)]
mod sage_records;
#[cfg(test)]
mod throttle;
#[cfg(test)]
mod webhooks;
