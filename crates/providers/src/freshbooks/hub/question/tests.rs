//! Conditions and the searches they become.
