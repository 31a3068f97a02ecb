//! The FreshBooks part of the command: its app, its business, and a bookkeeper at work.

use std::num::NonZeroU32;

use futures_util::future::join_all;

use crate::freshbooks::{App, Bookkeeper, Business, FreshBooks, FreshBooksOptions};

/// Port of FreshBooks when none is asked for.
const PORT: u16 = 8431;

/// An app and one business, on a known port.
pub(super) fn options() -> FreshBooksOptions {
    FreshBooksOptions {
        port: PORT,
        apps: vec![App::new("sandbox-client-id", "sandbox-client-secret")],
        businesses: vec![Business::new(439_001, "Bk7Lm2", "Harbour Studio")],
        ..FreshBooksOptions::default()
    }
}

/// What a person is told of the options.
pub(super) fn introduce(options: &FreshBooksOptions) -> Vec<String> {
    let app = |app: &App| {
        let App { client_id, client_secret, .. } = app;
        format!("FreshBooks app: client id {client_id}, client secret {client_secret}")
    };
    let business = |one: &Business| {
        let account = one.account_id.as_deref().unwrap_or("none");
        format!("FreshBooks business: {}, id {}, account id {account}", one.name, one.business_id)
    };
    options.apps.iter().map(app).chain(options.businesses.iter().map(business)).collect()
}

/// Lets a bookkeeper work in each business; ends when all have failed.
pub(super) async fn keep_books(
    freshbooks: &FreshBooks,
    seed: u64,
    pace: NonZeroU32,
    on_line: &impl Fn(String),
) {
    let work = freshbooks.businesses().into_iter().map(async |business| {
        let mut bookkeeper = Bookkeeper::new(freshbooks.clone(), business.business_id, seed);
        let end = bookkeeper.run(pace, |step| on_line(step.to_string())).await;
        on_line(format!("{}: no more changes, {end}", business.business_id));
    });
    join_all(work).await;
}
