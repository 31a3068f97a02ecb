//! The running gateway, from outside: the real program, a stand-in of the provider, and receivers
//! of callbacks, over HTTP and the command line.

#[cfg(test)]
mod authorization;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod connecting;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod delivery;
#[cfg(test)]
mod events;
#[cfg(test)]
mod freshbooks;
#[cfg(test)]
mod full_disk;
#[cfg(test)]
mod health;
#[cfg(test)]
mod hub;
#[cfg(test)]
mod hydration;
#[cfg(test)]
mod instances;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod notices;
#[cfg(test)]
mod oauth1;
#[cfg(test)]
mod pace;
#[cfg(test)]
mod polling;
#[cfg(test)]
mod reads;
#[cfg(test)]
mod refreshing;
#[cfg(test)]
mod sage;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod seeds;
#[cfg(test)]
mod startup;
#[cfg(test)]
mod tenancy_cli;

/// The program under test.
#[cfg(test)]
const PROGRAM: &str = env!("CARGO_BIN_EXE_ledgerhook");
