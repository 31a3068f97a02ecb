//! The QBO Webhooks Listener on the router, over a whole engine with the in-memory store and the
//! real reader of QuickBooks' notices.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod bodies;
#[cfg(test)]
mod intake;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod routes;
#[cfg(test)]
mod stage;
