//! Organisations and users.

use ledgerhook_model::{OrganizationId, SecretHash};

use super::Outcome;
use super::samples::{assert_exists, at, new_organization};
use crate::tenancy::{NewUser, User};
use crate::{Store, StoreError};

/// `NewOrganization::name`.
pub async fn organization_names_are_unique(store: &impl Store) -> Outcome {
    let first = store.create_organization(new_organization("acme")).await?;
    assert_exists(store.create_organization(new_organization("acme")).await);
    let second = store.create_organization(new_organization("Acme")).await?;
    assert_ne!(first.id, second.id);
    assert_eq!(first.sealed_signing_seed, [1, 2, 3]);
    assert_eq!(first.created_at, at(0));
    assert_eq!(store.organizations().await?, [first, second]);
    Ok(())
}

/// `NewUser::email` and `NewUser::secret_hash`.
pub async fn users_have_one_address_in_an_organization(store: &impl Store) -> Outcome {
    let (acme, other) = two_organizations(store).await?;
    let ada = store.create_user(new_user(acme, "ada", "s1")).await?;
    assert_exists(store.create_user(new_user(acme, "ada", "s2")).await);
    assert_exists(store.create_user(new_user(acme, "eve", "s1")).await);
    let bob = store.create_user(new_user(acme, "bob", "s2")).await?;
    store.create_user(new_user(other, "ada", "s3")).await?;
    assert_eq!(store.users(acme).await?, [ada, bob]);
    Ok(())
}

/// `Tenancy::user_with_secrets` and `Tenancy::user_with_secret`.
pub async fn secrets_find_their_user(store: &impl Store) -> Outcome {
    let (acme, _) = two_organizations(store).await?;
    let ada = store.create_user(new_user(acme, "ada", "s1")).await?;
    assert_eq!(store.user_with_secret(SecretHash::of("s1")).await?, Some(ada.clone()));
    assert_eq!(store.user_with_secret(SecretHash::of("s2")).await?, None);
    for (organization_secret, user_secret, found) in [
        ("acme", "s1", Some(ada)),
        ("acme", "s2", None),
        // The secret of an organisation is its name here; this one is another's.
        ("other", "s1", None),
        ("s1", "acme", None),
    ] {
        let secrets = (SecretHash::of(organization_secret), SecretHash::of(user_secret));
        let user = store.user_with_secrets(secrets.0, secrets.1).await?;
        assert_eq!(user, found, "{organization_secret} {user_secret}");
    }
    Ok(())
}

/// `Tenancy::revoke_user`.
pub async fn a_revoked_user_is_not_found_by_secret(store: &impl Store) -> Outcome {
    let (acme, _) = two_organizations(store).await?;
    let ada = store.create_user(new_user(acme, "ada", "s1")).await?;
    assert!(store.revoke_user(acme, ada.id, at(5)).await?);
    assert_eq!(store.user_with_secret(SecretHash::of("s1")).await?, None);
    let secrets = (SecretHash::of("acme"), SecretHash::of("s1"));
    assert_eq!(store.user_with_secrets(secrets.0, secrets.1).await?, None);
    // A second time changes nothing: the secret ended when it ended.
    assert!(store.revoke_user(acme, ada.id, at(6)).await?);
    let revoked = User { revoked_at: Some(at(5)), ..ada };
    assert_eq!(store.users(acme).await?, [revoked]);
    Ok(())
}

/// The wall between organisations.
pub async fn one_organization_does_not_see_or_revoke_the_users_of_another(
    store: &impl Store,
) -> Outcome {
    let (acme, other) = two_organizations(store).await?;
    let ada = store.create_user(new_user(acme, "ada", "s1")).await?;
    assert_eq!(store.users(other).await?, []);
    assert!(!store.revoke_user(other, ada.id, at(5)).await?);
    assert_eq!(store.users(acme).await?, [ada]);
    Ok(())
}

async fn two_organizations(
    store: &impl Store,
) -> Result<(OrganizationId, OrganizationId), StoreError> {
    let acme = store.create_organization(new_organization("acme")).await?;
    let other = store.create_organization(new_organization("other")).await?;
    Ok((acme.id, other.id))
}

fn new_user(organization: OrganizationId, email: &str, secret: &str) -> NewUser {
    NewUser {
        organization,
        email: email.to_owned(),
        secret_hash: SecretHash::of(secret),
        created_at: at(1),
    }
}
