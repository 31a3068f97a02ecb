//! Bodies of what is posted to a callback, one file per format.

pub mod elements;
