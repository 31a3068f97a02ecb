//! Grants.

use ledgerhook_model::InstanceId;

use super::Outcome;
use super::samples::{at, tenant};
use crate::Store;
use crate::grants::StoredGrant;

/// `Grants::store_grant`.
pub async fn generations_fence_refreshes_against_each_other(store: &impl Store) -> Outcome {
    let (_, instance) = tenant(store, "acme").await?;
    assert_eq!(store.grant(instance).await?, None);
    assert!(!store.store_grant(instance, grant_of_generation(2)).await?, "the first one is 1");
    assert!(store.store_grant(instance, grant_of_generation(1)).await?);
    assert!(!store.store_grant(instance, grant_of_generation(1)).await?, "somebody was faster");
    assert!(!store.store_grant(instance, grant_of_generation(3)).await?);

    let refreshed = StoredGrant {
        sealed_previous: Some(vec![1]),
        refresh_expires_at: Some(at(100)),
        ..grant_of_generation(2)
    };
    assert!(store.store_grant(instance, refreshed.clone()).await?);
    assert_eq!(store.grant(instance).await?, Some(refreshed));
    Ok(())
}

/// `Grants::refuse_grant`.
pub async fn only_the_current_generation_is_refused(store: &impl Store) -> Outcome {
    let (_, instance) = tenant(store, "acme").await?;
    let refused = "the provider refused the refresh token".to_owned();
    assert!(!store.refuse_grant(instance, 1, refused.clone()).await?, "there is none");
    store.store_grant(instance, grant_of_generation(1)).await?;
    store.store_grant(instance, grant_of_generation(2)).await?;
    assert!(!store.refuse_grant(instance, 1, refused.clone()).await?);
    assert_eq!(store.grant(instance).await?, Some(grant_of_generation(2)));

    assert_eq!(store.refused_grants().await?, []);
    assert!(store.refuse_grant(instance, 2, refused.clone()).await?);
    assert_eq!(store.refused_grants().await?, [instance]);
    let marked = StoredGrant { needs_reauthentication: Some(refused), ..grant_of_generation(2) };
    assert_eq!(store.grant(instance).await?, Some(marked));
    assert!(store.store_grant(instance, grant_of_generation(3)).await?);
    assert_eq!(store.grant(instance).await?, Some(grant_of_generation(3)), "and authorised again");
    assert_eq!(store.refused_grants().await?, []);
    Ok(())
}

/// No tokens are left behind for an instance that is gone.
pub async fn a_grant_needs_its_instance(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let nobody = InstanceId(instance.0 + 1);
    assert!(!store.store_grant(nobody, grant_of_generation(1)).await?);
    store.store_grant(instance, grant_of_generation(1)).await?;
    store.delete_instance(organization, instance).await?;
    assert!(!store.store_grant(instance, grant_of_generation(2)).await?);
    assert!(!store.store_grant(instance, grant_of_generation(1)).await?);
    assert_eq!(store.grant(instance).await?, None);
    Ok(())
}

pub(super) fn grant_of_generation(generation: i64) -> StoredGrant {
    StoredGrant {
        generation,
        sealed_tokens: vec![0, 1, 2],
        sealed_previous: None,
        access_expires_at: at(3_600),
        refresh_expires_at: None,
        obtained_at: at(0),
        needs_reauthentication: None,
    }
}
