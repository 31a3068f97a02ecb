//! The gateway under test, from outside: the real program as a child process, a stand-in of the
//! provider, a receiver of callbacks, and callers of the API.
//!
//! For tests only: what goes wrong in a step panics, because a test that cannot go on has failed.
//! Nothing here sleeps for a fixed time; [`eventually`] waits on a state.
#![expect(clippy::panic, reason = "a failed step is a failed test")]

mod caller;
mod elements;
mod eventually;
mod finished;
mod http;
mod notices;
mod process;
mod receiver;
mod stage;

pub use caller::Caller;
pub use elements::Candidate;
pub use eventually::{PATIENCE, eventually};
pub use finished::Finished;
pub use http::{Answer, Http};
pub use notices::{Entity, Notices, intuit_signature, legacy_body};
pub use process::{Addresses, Binary};
pub use receiver::{Arrived, Received, Receiver, Reply};
pub use stage::{AppKeys, Instance, REDIRECT_URI, SIGNATURE_KEY, Stage, Tenant};
