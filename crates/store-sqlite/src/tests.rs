//! What the embedded store does beyond the contract's suite, which it passes first.

mod full_disk;
mod groups;
mod model;
mod opening;
mod plans;

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use ledgerhook_model::{
    Change, ChangeKind, Detection, EventId, InstanceId, Moment, OrganizationId, SecretHash, UserId,
    Version,
};
use ledgerhook_store::Store;
use ledgerhook_store::instances::Instance;
use ledgerhook_store::journal::{Append, Finding, NewEvent, NewNotice, NoticeSource};
use ledgerhook_store::tenancy::NewOrganization;
use tempfile::TempDir;

use crate::{Access, SqliteStore};

mod conformance {
    use super::fresh_store;

    ledgerhook_store::conformance_tests!(fresh_store());
}

const ORGANIZATION: OrganizationId = OrganizationId(1);

/// A store in a folder that lasts as long as the second value.
fn fresh_store() -> (SqliteStore, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (open(&folder), folder)
}

fn open(folder: &TempDir) -> SqliteStore {
    SqliteStore::open(folder.path(), Access::Exclusive).unwrap()
}

fn at(seconds: i64) -> Moment {
    Moment::from_millis((1_700_000_000 + seconds) * 1_000)
}

async fn new_instance(store: &impl Store) -> InstanceId {
    let instance = Instance {
        id: InstanceId(0),
        organization: ORGANIZATION,
        user: UserId(1),
        element: "quickbooks".to_owned(),
        name: "books".to_owned(),
        tags: Vec::new(),
        company: "1".to_owned(),
        configuration: BTreeMap::new(),
        sealed_configuration: Vec::new(),
        token_hash: SecretHash::of("token"),
        sealed_token: Vec::new(),
        external_authentication: "none".to_owned(),
        disabled: false,
        created_at: at(0),
        updated_at: at(0),
    };
    store.create_instance(instance).await.unwrap().id
}

fn new_organization(name: &str) -> NewOrganization {
    NewOrganization {
        name: name.to_owned(),
        secret_hash: SecretHash::of(name),
        sealed_signing_seed: Vec::new(),
        created_at: at(0),
    }
}

/// The event number `n`, a notice of an object of its own.
fn event(n: u64, record: &str) -> NewEvent {
    NewEvent {
        id: event_id(n),
        change: Change {
            resource: Arc::from("invoices"),
            object_id: n.to_string(),
            printed_id: None,
            version: Version::Noticed("a".to_owned()),
            kind: ChangeKind::Updated,
            changed_at: at(0),
            record: Arc::from(record),
        },
    }
}

fn event_id(n: u64) -> EventId {
    let mut random = [0; 9];
    random[1..].copy_from_slice(&n.to_be_bytes());
    EventId::new(at(0), random)
}

fn notice() -> NewNotice {
    NewNotice {
        element: "quickbooks".to_owned(),
        app: None,
        body: Bytes::from_static(b"{}"),
        received_at: at(0),
        unrouted_entries: 0,
        kept: None,
    }
}

/// A notice that told of `events`.
fn told(instance: InstanceId, events: Vec<NewEvent>) -> Append {
    Append {
        notice: Some(NoticeSource::New(notice())),
        findings: vec![Finding {
            instance,
            detection: Detection::Webhook,
            seen_at: at(0),
            events,
            events_per_notification_max: 20,
            deliver: true,
        }],
        cursor: None,
    }
}
