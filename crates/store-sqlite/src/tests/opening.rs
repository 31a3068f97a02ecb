//! Opening, opening again, and not opening.

use std::os::unix::fs::PermissionsExt as _;

use ledgerhook_model::cursor::Cursor;
use ledgerhook_store::deliveries::Deliveries as _;
use ledgerhook_store::instances::Instances as _;
use ledgerhook_store::journal::{EventFilter, Finding, Journal as _};
use ledgerhook_store::polls::{PollId, Polls as _};
use ledgerhook_store::tenancy::Tenancy as _;
use rusqlite::Connection;

use super::{ORGANIZATION, at, event, fresh_store, new_instance, new_organization, open, told};
use crate::{Access, OpenError, SqliteStore};

#[tokio::test]
async fn everything_is_there_again_after_a_restart() {
    let (store, folder) = fresh_store();
    let organization = store.create_organization(new_organization("acme")).await.unwrap();
    let instance = new_instance(&store).await;
    store.append(vec![told(instance, vec![event(1, "{}"), event(2, "{}")])]).await.unwrap();
    let all = EventFilter { limit: 10, ..EventFilter::default() };
    let events = store.events(ORGANIZATION, all.clone()).await.unwrap();
    let pending = store.pending(instance, None, 10).await.unwrap();
    let instances = store.all_instances().await.unwrap();
    drop(store);
    assert!(!folder.path().join("ledgerhook.db-wal").exists(), "the log is folded");

    let store = open(&folder);
    assert_eq!(store.organizations().await.unwrap(), [organization]);
    assert_eq!(store.all_instances().await.unwrap(), instances);
    assert_eq!(store.events(ORGANIZATION, all).await.unwrap(), events);
    assert_eq!(store.pending(instance, None, 10).await.unwrap(), pending);
    assert_eq!((events.records.len(), pending.len()), (2, 1));
}

#[tokio::test]
async fn ids_are_not_given_twice_after_a_trim_and_a_restart() {
    let (store, folder) = fresh_store();
    let instance = new_instance(&store).await;
    let kept = |n| {
        let mut append = told(instance, vec![event(n, "{}")]);
        append.findings =
            append.findings.into_iter().map(|f| Finding { deliver: false, ..f }).collect();
        vec![append]
    };
    let before = store.append(kept(1)).await.unwrap();
    assert_eq!(store.trim(at(1), 10).await.unwrap(), 2);
    drop(store);

    let after = open(&folder).append(kept(2)).await.unwrap();
    assert!(after[0].notice > before[0].notice);
    assert!(after[0].notifications[0].id > before[0].notifications[0].id);
}

#[tokio::test]
async fn a_second_gateway_is_refused_and_told_what_to_do() {
    let (store, folder) = fresh_store();
    let refused = SqliteStore::open(folder.path(), Access::Exclusive).unwrap_err();
    assert!(matches!(refused, OpenError::InUse { .. }), "{refused:?}");
    let message = refused.to_string();
    assert!(message.contains(folder.path().to_str().unwrap()), "{message}");
    assert!(message.contains("stop that one, or give this one a folder of its own"), "{message}");

    drop(store);
    open(&folder);
}

#[tokio::test]
async fn organizations_are_administered_beside_a_gateway() {
    let (store, folder) = fresh_store();
    let beside = SqliteStore::open(folder.path(), Access::Shared).unwrap();
    let made = beside.create_organization(new_organization("acme")).await.unwrap();
    assert_eq!(store.organizations().await.unwrap().first(), Some(&made));
    let second = store.create_organization(new_organization("second")).await.unwrap();
    assert_eq!(beside.organizations().await.unwrap(), [made, second]);
}

#[tokio::test]
async fn the_journal_is_not_written_beside_a_gateway() {
    let folder = tempfile::tempdir().unwrap();
    let beside = SqliteStore::open(folder.path(), Access::Shared).unwrap();
    let refused = beside.append(Vec::new()).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the database is not available: it was opened for administration only"
    );
    assert!(beside.trim(at(0), 1).await.is_err());
    drop(open(&folder));
}

#[test]
fn tables_are_not_changed_beside_a_gateway() {
    let (store, folder) = fresh_store();
    run_sql(&folder, "DELETE FROM refinery_schema_history");
    let refused = SqliteStore::open(folder.path(), Access::Shared).unwrap_err();
    assert!(matches!(refused, OpenError::InUse { .. }), "{refused:?}");
    drop(store);
}

#[test]
fn tables_of_a_newer_program_are_left_alone() {
    let (store, folder) = fresh_store();
    drop(store);
    run_sql(
        &folder,
        "UPDATE refinery_schema_history SET version = 9000
         WHERE version = (SELECT max(version) FROM refinery_schema_history)",
    );
    for access in [Access::Exclusive, Access::Shared] {
        let refused = SqliteStore::open(folder.path(), access).unwrap_err();
        assert!(matches!(refused, OpenError::NewerSchema { found: 9000, .. }), "{refused:?}");
    }
}

#[tokio::test]
async fn tables_of_the_first_version_are_brought_up_to_date_with_what_they_hold() {
    let (store, folder) = fresh_store();
    let instance = new_instance(&store).await;
    let poll = PollId::new(instance, "cdc");
    store.start_poll(poll.clone(), Cursor::baseline(at(1))).await.unwrap();
    let before = store.poll_state(poll.clone()).await.unwrap();
    drop(store);
    run_sql(
        &folder,
        "DELETE FROM refinery_schema_history WHERE version > 1; DROP TABLE subscriptions;
         ALTER TABLE polls DROP COLUMN found_at;
         DROP TABLE polling_pauses; DROP TABLE reads; DROP TABLE read_marks; DROP TABLE history;
         DROP INDEX grants_refused; DROP INDEX deliveries_parked_of_instance;",
    );
    let store = open(&folder);
    assert_eq!(store.poll_state(poll).await.unwrap(), before);
    assert_eq!(store.polling_pauses().await.unwrap(), []);
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledgerhook.db");
    let text = "not a database, but longer than its header: ".repeat(100);
    std::fs::write(&file, &text).unwrap();
    let refused = SqliteStore::open(folder.path(), Access::Exclusive).unwrap_err();
    assert!(matches!(refused, OpenError::NotADatabase { .. }), "{refused:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let refused = SqliteStore::open(&file.join("data"), Access::Exclusive).unwrap_err();
    assert!(matches!(refused, OpenError::Folder { .. }), "{refused:?}");
    assert!(refused.to_string().contains("file/data"), "{refused}");
}

#[test]
fn folders_are_made_on_the_way_for_their_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("a/b");
    drop(SqliteStore::open(&deep, Access::Exclusive).unwrap());
    assert!(deep.join("ledgerhook.db").exists());
    let mode = std::fs::metadata(&deep).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

fn run_sql(folder: &tempfile::TempDir, sql: &str) {
    let connection = Connection::open(folder.path().join("ledgerhook.db")).unwrap();
    connection.execute_batch(sql).unwrap();
}
