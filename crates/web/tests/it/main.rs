//! The routers in this process, over a whole engine with the in-memory store and a provider that
//! is made up.

#[cfg(test)]
mod apps;
#[cfg(test)]
mod authorization;
#[cfg(test)]
mod bookshelf;
#[cfg(test)]
mod catalogue;
#[cfg(test)]
mod configuration;
#[cfg(test)]
mod deliveries;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod elements;
#[cfg(test)]
mod events;
#[cfg(test)]
mod gateway_under_test;
#[cfg(test)]
mod health;
#[cfg(test)]
mod http_rules;
#[cfg(test)]
mod hub;
#[cfg(test)]
mod hub_addressing;
#[cfg(test)]
mod ingress;
#[cfg(test)]
mod instances;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod mailroom;
#[cfg(test)]
mod notices;
#[cfg(test)]
mod operator;
#[cfg(test)]
mod polling;
#[cfg(test)]
mod reads;
#[cfg(test)]
mod subscriptions;
