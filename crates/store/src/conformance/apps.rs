//! Provider apps.

use ledgerhook_model::{AppId, OrganizationId};

use super::Outcome;
use super::samples::{assert_exists, at};
use crate::Store;
use crate::apps::{App, NewApp};

const ACME: OrganizationId = OrganizationId(1);
const OTHER: OrganizationId = OrganizationId(2);

/// `Apps::create_app`, `update_app`, `delete_app` and `all_apps`.
pub async fn an_app_reads_back_and_changes(store: &impl Store) -> Outcome {
    let mut app = store.create_app(new_app(ACME, "quickbooks", "key")).await?;
    assert_eq!(app.read_budget, Some(500_000));
    assert_eq!(store.all_apps().await?, [app.clone()]);

    app.name = "renamed".to_owned();
    app.api_key = "new key".to_owned();
    app.environment = "development".to_owned();
    app.sealed_secrets = vec![7];
    app.read_budget = None;
    assert!(store.update_app(app.clone()).await?);
    let second = store.create_app(new_app(OTHER, "quickbooks", "key")).await?;
    assert_eq!(store.all_apps().await?, [app.clone(), second.clone()]);

    assert!(store.delete_app(ACME, app.id).await?);
    assert!(!store.delete_app(ACME, app.id).await?);
    assert!(!store.update_app(app).await?);
    assert_eq!(store.all_apps().await?, [second]);
    Ok(())
}

/// `App::api_key`.
pub async fn a_client_id_is_unique_within_organization_and_element(store: &impl Store) -> Outcome {
    store.create_app(new_app(ACME, "quickbooks", "key")).await?;
    assert_exists(store.create_app(new_app(ACME, "quickbooks", "key")).await);
    store.create_app(new_app(ACME, "sageone", "key")).await?;
    store.create_app(new_app(OTHER, "quickbooks", "key")).await?;
    let other_key = store.create_app(new_app(ACME, "quickbooks", "other key")).await?;

    let taken = App { api_key: "key".to_owned(), ..other_key.clone() };
    assert_exists(store.update_app(taken).await);
    assert!(store.update_app(other_key.clone()).await?, "its own client id is not taken");
    assert!(store.all_apps().await?.contains(&other_key));
    Ok(())
}

/// The wall between organisations.
pub async fn one_organization_does_not_touch_the_apps_of_another(store: &impl Store) -> Outcome {
    let app = store.create_app(new_app(ACME, "quickbooks", "key")).await?;
    let hijacked = App { organization: OTHER, name: "mine".to_owned(), ..app.clone() };
    assert!(!store.update_app(hijacked).await?);
    assert!(!store.delete_app(OTHER, app.id).await?);
    assert!(!store.delete_app(ACME, AppId(app.id.0 + 1)).await?);
    assert_eq!(store.all_apps().await?, [app]);
    Ok(())
}

fn new_app(organization: OrganizationId, element: &str, api_key: &str) -> NewApp {
    NewApp {
        organization,
        element: element.to_owned(),
        name: "our app".to_owned(),
        environment: "production".to_owned(),
        api_key: api_key.to_owned(),
        sealed_secrets: vec![1, 2],
        read_budget: Some(500_000),
        created_at: at(0),
    }
}
