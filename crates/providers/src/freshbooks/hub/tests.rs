//! The hub against a scripted server.
