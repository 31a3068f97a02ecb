//! Poll states.

use ledgerhook_model::InstanceId;
use ledgerhook_model::cursor::Cursor;

use super::Outcome;
use super::samples::{at, cdc_of, new_instance, tenant};
use crate::Store;
use crate::journal::{Append, CursorAdvance};
use crate::polls::{PollId, PollState};

/// `Polls::start_poll`.
pub async fn a_poll_starts_once(store: &impl Store) -> Outcome {
    let (organization, first) = tenant(store, "acme").await?;
    let second = store.create_instance(new_instance(organization, "b")).await?.id;
    assert_eq!(store.poll_state(cdc_of(first)).await?, None);
    store.start_poll(cdc_of(second), Cursor::baseline(at(1))).await?;
    store.start_poll(cdc_of(first), Cursor::baseline(at(2))).await?;
    store.start_poll(cdc_of(second), Cursor::baseline(at(3))).await?;
    let states = [started(first, 2), started(second, 1)];
    assert_eq!(store.poll_states().await?, states);
    assert_eq!(store.poll_state(cdc_of(first)).await?.as_slice(), &states[..1]);
    Ok(())
}

/// `Polls::record_poll_failure` and `CursorAdvance`.
pub async fn failures_are_counted_until_a_cursor_is_stored(store: &impl Store) -> Outcome {
    let (_, instance) = tenant(store, "acme").await?;
    store.start_poll(cdc_of(instance), Cursor::baseline(at(1))).await?;
    store.record_poll_failure(cdc_of(instance), "status 503".to_owned()).await?;
    store.record_poll_failure(cdc_of(instance), "timeout".to_owned()).await?;
    let failed =
        PollState { failures: 2, last_error: Some("timeout".to_owned()), ..started(instance, 1) };
    assert_eq!(store.poll_state(cdc_of(instance)).await?, Some(failed));

    let cursor =
        CursorAdvance { poll: cdc_of(instance), cursor: Cursor::baseline(at(7)), polled_at: at(8) };
    store.append(vec![Append { cursor: Some(cursor), ..Append::default() }]).await?;
    let advanced = PollState { polled_at: Some(at(8)), ..started(instance, 7) };
    assert_eq!(store.poll_state(cdc_of(instance)).await?, Some(advanced));
    Ok(())
}

/// Each feed of an instance has a cursor and failures of its own.
pub async fn the_feeds_of_an_instance_are_polled_apart(store: &impl Store) -> Outcome {
    let (_, instance) = tenant(store, "acme").await?;
    let query = PollId::new(instance, "query");
    store.start_poll(cdc_of(instance), Cursor::baseline(at(1))).await?;
    store.start_poll(query.clone(), Cursor::baseline(at(2))).await?;
    store.record_poll_failure(query.clone(), "timeout".to_owned()).await?;
    let failed = PollState {
        id: query,
        failures: 1,
        last_error: Some("timeout".to_owned()),
        ..started(instance, 2)
    };
    assert_eq!(store.poll_states().await?, [started(instance, 1), failed]);
    Ok(())
}

/// No poll is left behind for an instance that is gone.
pub async fn a_poll_needs_its_instance(store: &impl Store) -> Outcome {
    let nobody = InstanceId(7);
    store.start_poll(cdc_of(nobody), Cursor::baseline(at(1))).await?;
    store.record_poll_failure(cdc_of(nobody), "timeout".to_owned()).await?;
    let cursor =
        CursorAdvance { poll: cdc_of(nobody), cursor: Cursor::baseline(at(7)), polled_at: at(8) };
    store.append(vec![Append { cursor: Some(cursor), ..Append::default() }]).await?;
    assert_eq!(store.poll_states().await?, []);
    Ok(())
}

fn started(instance: InstanceId, seconds: i64) -> PollState {
    PollState {
        id: cdc_of(instance),
        cursor: Cursor::baseline(at(seconds)),
        polled_at: None,
        failures: 0,
        last_error: None,
    }
}
