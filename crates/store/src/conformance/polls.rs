//! Poll states.

use ledgerhook_model::InstanceId;
use ledgerhook_model::cursor::Cursor;

use super::Outcome;
use super::samples::{at, cdc_of, new_instance, polled, tenant};
use crate::Store;
use crate::journal::{Append, CursorAdvance};
use crate::polls::{PollId, PollState, PollingPause};

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
    for (count, error) in [(1, "status 503"), (2, "timeout")] {
        let id = cdc_of(instance);
        assert_eq!(store.record_poll_failure(id, error.to_owned()).await?, count);
    }
    let failed =
        PollState { failures: 2, last_error: Some("timeout".to_owned()), ..started(instance, 1) };
    assert_eq!(store.poll_state(cdc_of(instance)).await?, Some(failed));

    let cursor = polled(instance, 7, 8);
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
    let states = [started(instance, 1), failed];
    assert_eq!(store.poll_states().await?, states);
    assert_eq!(store.polls_of(instance).await?, states);
    assert_eq!(store.polls_of(InstanceId(instance.0 + 1)).await?, []);
    Ok(())
}

/// No poll is left behind for an instance that is gone.
pub async fn a_poll_needs_its_instance(store: &impl Store) -> Outcome {
    let nobody = InstanceId(7);
    store.start_poll(cdc_of(nobody), Cursor::baseline(at(1))).await?;
    assert_eq!(store.record_poll_failure(cdc_of(nobody), "timeout".to_owned()).await?, 0);
    let cursor = polled(nobody, 7, 8);
    store.append(vec![Append { cursor: Some(cursor), ..Append::default() }]).await?;
    assert_eq!(store.poll_states().await?, []);
    Ok(())
}

/// `CursorAdvance::found`.
pub async fn when_a_change_was_found_last_is_kept(store: &impl Store) -> Outcome {
    let (_, instance) = tenant(store, "acme").await?;
    for (second, found, found_at) in
        [(1, false, None), (2, true, Some(at(2))), (3, false, Some(at(2))), (4, true, Some(at(4)))]
    {
        let cursor = Some(CursorAdvance { found, ..polled(instance, second, second) });
        store.append(vec![Append { cursor, ..Append::default() }]).await?;
        let state = store.poll_state(cdc_of(instance)).await?;
        assert_eq!(state.map(|state| state.found_at), Some(found_at), "{second}");
    }
    Ok(())
}

/// `Polls::pause_polling` and `Polls::resume_polling`.
pub async fn a_pause_lasts_until_it_is_ended_and_forgets_failures_then(
    store: &impl Store,
) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let other = store.create_instance(new_instance(organization, "other")).await?.id;
    for instance in [instance, other] {
        store.start_poll(cdc_of(instance), Cursor::baseline(at(1))).await?;
        store.record_poll_failure(cdc_of(instance), "timeout".to_owned()).await?;
    }
    assert!(!store.resume_polling(other).await?, "nothing to resume");
    let pause = |instance, second| PollingPause {
        poll: cdc_of(instance),
        since: at(second),
        reason: "timeout".to_owned(),
    };
    assert!(store.pause_polling(pause(instance, 2)).await?);
    assert!(!store.pause_polling(pause(instance, 3)).await?, "it is paused already");
    assert!(!store.pause_polling(pause(InstanceId(other.0 + 1), 3)).await?, "nobody's");
    assert_eq!(store.polling_pauses().await?, [pause(instance, 2)]);

    assert!(store.resume_polling(instance).await?);
    assert!(!store.resume_polling(instance).await?);
    assert_eq!(store.polling_pauses().await?, []);
    let failures: Vec<_> = store.poll_states().await?.iter().map(|poll| poll.failures).collect();
    assert_eq!(failures, [0, 1], "those of the other one go on");

    store.pause_polling(pause(instance, 4)).await?;
    store.delete_instance(organization, instance).await?;
    assert_eq!(store.polling_pauses().await?, []);
    Ok(())
}

fn started(instance: InstanceId, seconds: i64) -> PollState {
    PollState {
        id: cdc_of(instance),
        cursor: Cursor::baseline(at(seconds)),
        polled_at: None,
        found_at: None,
        failures: 0,
        last_error: None,
    }
}
