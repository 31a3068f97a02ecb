//! Subscriptions.

use ledgerhook_model::{InstanceId, SecretHash};

use super::Outcome;
use super::samples::{at, tenant};
use crate::Store;
use crate::subscriptions::Subscription;

/// `Subscriptions::put_subscription`.
pub async fn a_subscription_reads_back_and_is_replaced(store: &impl Store) -> Outcome {
    let (_, instance) = tenant(store, "acme").await?;
    let fresh = subscription(instance, "invoice");
    assert!(store.put_subscription(fresh.clone()).await?);
    assert!(store.put_subscription(subscription(instance, "client")).await?);
    let confirmed = Subscription {
        token_hash: SecretHash::of("another token"),
        sealed_token: vec![9],
        remote_id: Some("2001".to_owned()),
        sealed_verifier: Some(vec![7, 8]),
        confirmed: true,
        ..fresh
    };
    assert!(store.put_subscription(confirmed.clone()).await?);
    let all = store.all_subscriptions().await?;
    assert_eq!(all, [subscription(instance, "client"), confirmed], "by topic");
    Ok(())
}

/// `Subscriptions::delete_subscription`.
pub async fn a_subscription_is_removed_by_instance_and_topic(store: &impl Store) -> Outcome {
    let (_, instance) = tenant(store, "acme").await?;
    let (_, other) = tenant(store, "other").await?;
    store.put_subscription(subscription(instance, "invoice")).await?;
    store.put_subscription(subscription(other, "invoice")).await?;
    assert!(!store.delete_subscription(instance, "client".to_owned()).await?);
    assert!(store.delete_subscription(instance, "invoice".to_owned()).await?);
    assert!(!store.delete_subscription(instance, "invoice".to_owned()).await?);
    assert_eq!(store.all_subscriptions().await?, [subscription(other, "invoice")]);
    Ok(())
}

/// No key is left behind for an instance that is gone.
pub async fn a_subscription_needs_its_instance(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let nobody = InstanceId(instance.0 + 1);
    assert!(!store.put_subscription(subscription(nobody, "invoice")).await?);
    store.put_subscription(subscription(instance, "invoice")).await?;
    store.delete_instance(organization, instance).await?;
    assert_eq!(store.all_subscriptions().await?, []);
    Ok(())
}

fn subscription(instance: InstanceId, topic: &str) -> Subscription {
    Subscription {
        instance,
        topic: topic.to_owned(),
        token_hash: SecretHash::of(&format!("{instance} {topic}")),
        sealed_token: vec![1, 2],
        remote_id: None,
        sealed_verifier: None,
        confirmed: false,
        created_at: at(0),
    }
}
