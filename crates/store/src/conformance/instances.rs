//! Instances.

use ledgerhook_model::cursor::Cursor;
use ledgerhook_model::delivery::DeliveryStatus;
use ledgerhook_model::{InstanceId, OrganizationId, SecretHash};

use super::Outcome;
use super::grants::grant_of_generation;
use super::samples::{append_deliveries, at, cdc_of, events, new_instance, pending, tenant};
use crate::Store;
use crate::deliveries::DeliveryFilter;
use crate::instances::{Instance, InstanceFilter};

const ACME: OrganizationId = OrganizationId(1);
const OTHER: OrganizationId = OrganizationId(2);

/// `Instances::create_instance`, `update_instance`, `instance` and `all_instances`.
pub async fn an_instance_reads_back_and_changes(store: &impl Store) -> Outcome {
    let new = new_instance(ACME, "books");
    let first = store.create_instance(new.clone()).await?;
    let second = store.create_instance(new.clone()).await?;
    assert_eq!(first, Instance { id: first.id, ..new });
    assert_ne!(first.id, second.id);

    let changed = Instance {
        element: "sageone".to_owned(),
        name: "é".to_owned(),
        tags: vec!["a".to_owned(), "\"quoted\"".to_owned()],
        company: "1".to_owned(),
        configuration: [("k".to_owned(), Some("v".to_owned()))].into(),
        sealed_configuration: Vec::new(),
        token_hash: SecretHash::of("new"),
        sealed_token: vec![9],
        external_authentication: "initial".to_owned(),
        disabled: true,
        updated_at: at(9),
        ..first
    };
    assert!(store.update_instance(changed.clone()).await?);
    assert_eq!(store.instance(ACME, changed.id).await?, Some(changed.clone()));
    assert_eq!(store.all_instances().await?, [changed, second]);
    Ok(())
}

/// `InstanceFilter`.
pub async fn lists_are_filtered_and_paged(store: &impl Store) -> Outcome {
    let mut ids = Vec::new();
    for (element, tags) in [
        ("quickbooks", &["red", "big"][..]),
        ("sageone", &["red"]),
        ("quickbooks", &["big", "red", "old"]),
        ("quickbooks", &[]),
    ] {
        let new = Instance {
            element: element.to_owned(),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            ..new_instance(ACME, "books")
        };
        ids.push(store.create_instance(new).await?.id);
    }
    let everything = InstanceFilter { limit: 10, ..InstanceFilter::default() };
    let tagged = |tags: &[&str]| InstanceFilter {
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..everything.clone()
    };
    let element =
        |element: &str| InstanceFilter { element: Some(element.to_owned()), ..everything.clone() };
    let page = |after: usize, limit| InstanceFilter {
        after: ids.get(after).copied(),
        limit,
        ..everything.clone()
    };
    for (filter, fitting) in [
        (everything.clone(), &[0, 1, 2, 3][..]),
        (tagged(&["red"]), &[0, 1, 2]),
        (tagged(&["red", "big"]), &[0, 2]),
        (tagged(&["re"]), &[]),
        (element("sageone"), &[1]),
        (element("sage"), &[]),
        (page(0, 2), &[1, 2]),
        (page(3, 2), &[]),
        (page(0, 0), &[]),
        (InstanceFilter { after: ids.first().copied(), limit: 1, ..tagged(&["big"]) }, &[2]),
    ] {
        let found = store.instances(ACME, filter.clone()).await?;
        let found: Vec<_> = found.iter().map(|instance| instance.id).collect();
        let expected: Vec<_> =
            fitting.iter().filter_map(|n: &usize| ids.get(*n)).copied().collect();
        assert_eq!(found, expected, "{filter:?}");
    }
    Ok(())
}

/// `InstanceFilter::search_text`.
pub async fn search_text_is_taken_literally_and_in_any_case(store: &impl Store) -> Outcome {
    for name in ["100% Œuvre", "a_b", "axb", r"back\slash"] {
        store.create_instance(new_instance(ACME, name)).await?;
    }
    for (text, names) in [
        ("%", &["100% Œuvre"][..]),
        ("_", &["a_b"]),
        ("A_B", &["a_b"]),
        ("œUVRE", &["100% Œuvre"]),
        ("\\", &[r"back\slash"]),
        ("ickBook", &["100% Œuvre", "a_b", "axb", r"back\slash"]),
        ("'", &[]),
    ] {
        let filter = InstanceFilter {
            search_text: Some(text.to_owned()),
            limit: 10,
            ..InstanceFilter::default()
        };
        let found = store.instances(ACME, filter).await?;
        let found: Vec<_> = found.iter().map(|instance| instance.name.as_str()).collect();
        assert_eq!(found, names, "{text}");
    }
    Ok(())
}

/// An id that was deleted is not another instance's later.
pub async fn ids_are_not_given_twice(store: &impl Store) -> Outcome {
    let first = store.create_instance(new_instance(ACME, "a")).await?;
    assert!(store.delete_instance(ACME, first.id).await?);
    let second = store.create_instance(new_instance(ACME, "b")).await?;
    assert!(second.id > first.id, "{} after {}", second.id, first.id);
    Ok(())
}

/// The wall between organisations.
pub async fn one_organization_does_not_see_or_touch_the_instances_of_another(
    store: &impl Store,
) -> Outcome {
    let instance = store.create_instance(new_instance(ACME, "books")).await?;
    let filter = InstanceFilter { limit: 10, ..InstanceFilter::default() };
    assert_eq!(store.instances(OTHER, filter).await?, []);
    assert_eq!(store.instance(OTHER, instance.id).await?, None);
    let hijacked = Instance { organization: OTHER, ..instance.clone() };
    assert!(!store.update_instance(hijacked).await?);
    assert!(!store.delete_instance(OTHER, instance.id).await?);
    assert_eq!(store.all_instances().await?, [instance]);
    Ok(())
}

/// `Instances::delete_instance`.
pub async fn deleting_takes_grant_and_poll_along_and_parks_what_is_pending(
    store: &impl Store,
) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let kept = store.create_instance(new_instance(organization, "kept")).await?.id;
    for instance in [instance, kept] {
        assert!(store.store_grant(instance, grant_of_generation(1)).await?);
        store.start_poll(cdc_of(instance), Cursor::baseline(at(0))).await?;
        append_deliveries(store, instance, 0, 1).await?;
    }
    assert!(store.delete_instance(organization, instance).await?);

    assert!(!store.delete_instance(organization, instance).await?);
    assert_eq!(store.instance(organization, instance).await?, None);
    assert_eq!(store.grant(instance).await?, None);
    assert_eq!(store.poll_state(cdc_of(instance)).await?, None);
    assert_eq!(pending(store, instance).await?, []);
    assert_parked_without_callback(store, organization, instance).await?;
    assert_eq!(events(store, organization).await?.records.len(), 2, "events stay");
    assert!(store.grant(kept).await?.is_some());
    assert!(store.poll_state(cdc_of(kept)).await?.is_some());
    assert_eq!(pending(store, kept).await?.len(), 1);
    Ok(())
}

async fn assert_parked_without_callback(
    store: &impl Store,
    organization: OrganizationId,
    instance: InstanceId,
) -> Outcome {
    let parked = DeliveryFilter {
        instance: Some(instance),
        status: Some(DeliveryStatus::Parked),
        limit: 10,
        ..DeliveryFilter::default()
    };
    let parked = store.deliveries(organization, parked).await?;
    let reasons: Vec<_> = parked.iter().map(|delivery| delivery.park_reason.as_deref()).collect();
    assert_eq!(reasons, [Some("no_callback")]);
    Ok(())
}
