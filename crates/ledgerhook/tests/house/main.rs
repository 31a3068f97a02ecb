//! The rules of the house as tests: which crate may use which, how long a function and a file may
//! be, and what may stand where. ARCHITECTURE.md says why.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what cannot be read fails the test"
)]

mod edges;
mod files;
