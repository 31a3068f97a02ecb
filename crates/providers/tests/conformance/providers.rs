//! The providers, each with what is particular to it and to its stand-in.

pub(crate) mod freshbooks;
pub(crate) mod quickbooks;
pub(crate) mod sage;
