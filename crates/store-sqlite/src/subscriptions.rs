//! Subscriptions in SQLite.

use async_trait::async_trait;
use ledgerhook_model::{InstanceId, SecretHash};
use ledgerhook_store::StoreError;
use ledgerhook_store::subscriptions::{Subscription, Subscriptions};
use rusqlite::{Row, params};

use crate::SqliteStore;
use crate::columns::{all, change, moment};
use crate::error::Failure;
use crate::writer::Session;

const PUT: &str = "
    INSERT INTO subscriptions (instance_id, topic, token_hash, sealed_token, remote_id,
                               sealed_verifier, confirmed, created_at)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
    WHERE EXISTS (SELECT 1 FROM instances WHERE id = ?1)
    ON CONFLICT (instance_id, topic) DO UPDATE SET
        token_hash = excluded.token_hash,
        sealed_token = excluded.sealed_token,
        remote_id = excluded.remote_id,
        sealed_verifier = excluded.sealed_verifier,
        confirmed = excluded.confirmed,
        created_at = excluded.created_at";

#[async_trait]
impl Subscriptions for SqliteStore {
    async fn put_subscription(&self, subscription: Subscription) -> Result<bool, StoreError> {
        let put = move |session: &mut Session| {
            let values = params![
                subscription.instance.0,
                subscription.topic,
                subscription.token_hash.0,
                subscription.sealed_token,
                subscription.remote_id,
                subscription.sealed_verifier,
                subscription.confirmed,
                subscription.created_at.micros(),
            ];
            Ok(change(&session.connection, PUT, values)? > 0)
        };
        self.writer.write(put).await
    }

    async fn all_subscriptions(&self) -> Result<Vec<Subscription>, StoreError> {
        let sql = "SELECT * FROM subscriptions ORDER BY instance_id, topic";
        self.readers.read(move |connection| all(connection, sql, [], read_subscription)).await
    }

    async fn delete_subscription(
        &self,
        instance: InstanceId,
        topic: String,
    ) -> Result<bool, StoreError> {
        let sql = "DELETE FROM subscriptions WHERE instance_id = ?1 AND topic = ?2";
        let delete = move |session: &mut Session| {
            Ok(change(&session.connection, sql, (instance.0, &topic))? > 0)
        };
        self.writer.write(delete).await
    }
}

fn read_subscription(row: &Row<'_>) -> Result<Subscription, Failure> {
    Ok(Subscription {
        instance: InstanceId(row.get("instance_id")?),
        topic: row.get("topic")?,
        token_hash: SecretHash(row.get("token_hash")?),
        sealed_token: row.get("sealed_token")?,
        remote_id: row.get("remote_id")?,
        sealed_verifier: row.get("sealed_verifier")?,
        confirmed: row.get("confirmed")?,
        created_at: moment(row, "created_at")?,
    })
}
