//! The whole gateway in one process under one virtual time: seeds of random worlds in which much
//! goes wrong, and a month in minutes. `scripts/simulate` runs further seeds by hand.
//!
//! Chance decides all that a run does, and its seed brings it back. The order in which sockets and
//! SQLite's threads answer is the machine's, so a seed gives the same world, the same changes and
//! the same faults again, and nearly always the same interleaving; that is not promised.

#[cfg(test)]
mod chance;
#[cfg(test)]
mod check;
#[cfg(test)]
mod disk;
#[cfg(test)]
mod figures;
#[cfg(test)]
mod life;
#[cfg(test)]
mod month;
#[cfg(test)]
mod network;
#[cfg(test)]
mod process;
#[cfg(test)]
mod renewal;
#[cfg(test)]
mod run;
#[cfg(test)]
mod seeds;
#[cfg(test)]
mod setup;
#[cfg(test)]
mod time;
#[cfg(test)]
mod world;
