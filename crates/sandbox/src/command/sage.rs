//! The Sage Accounting part of the command: its app, its business, and a bookkeeper at work.

use std::num::NonZeroU32;

use futures_util::future::join_all;

use crate::sage::{App, Bookkeeper, Business, Sage, SageOptions};

/// Port of Sage Accounting when none is asked for.
const PORT: u16 = 8432;

/// An app for every API of Sage and one business, on a known port.
pub(super) fn options() -> SageOptions {
    let app = App::new("sandbox-sage-client-id", "sandbox-sage-client-secret")
        .with_older_apis("sandbox-signing-secret", "sandbox-subscription-key");
    let business = Business::new("49c196153fb1524b7d888cece84e8b12", "Harbour Joinery");
    SageOptions {
        port: PORT,
        apps: vec![app],
        businesses: vec![business],
        ..SageOptions::default()
    }
}

/// What a person is told of the options.
pub(super) fn introduce(options: &SageOptions) -> Vec<String> {
    let app = |app: &App| {
        let App { client_id, client_secret, .. } = app;
        format!("Sage app: client id {client_id}, client secret {client_secret}")
    };
    let business =
        |one: &Business| format!("Sage business: {}, id {}, user {}", one.name, one.id, one.user);
    options.apps.iter().map(app).chain(options.businesses.iter().map(business)).collect()
}

/// Lets a bookkeeper work in each business; ends when all have failed.
pub(super) async fn keep_books(
    sage: &Sage,
    seed: u64,
    pace: NonZeroU32,
    on_line: &impl Fn(String),
) {
    let work = sage.businesses().into_iter().map(async |business| {
        let mut bookkeeper = Bookkeeper::new(sage.clone(), &business.id, seed);
        let end = bookkeeper.run(pace, |step| on_line(step.to_string())).await;
        on_line(format!("{}: no more changes, {end}", business.id));
    });
    join_all(work).await;
}
