//! The samples, the schema and the catalogue. That pages are served, and that what they show can be
//! posted, is tested on the router.

use super::*;
use crate::listener::decoding::{Content, decode};
use crate::listener::notice::{Entity, Notice, Notification};
use crate::listener::{EntityName, types};

#[test]
fn every_sample_is_read_as_the_same_notice() {
    let text = || Some("String".to_owned());
    let entity = Entity {
        name: Some(EntityName::read("Customer")),
        id: text(),
        operation: Some("Update".to_owned()),
        last_updated: None,
        deleted_id: text(),
    };
    let notification = Notification { realm_id: text(), entities: vec![entity] };
    let notice = Notice { notifications: vec![notification] };
    for format in PAGES {
        let sample = sample::Sample::of(format, "example.test");
        assert_eq!(decode(format, sample.body), Ok(Content::Notice(notice.clone())), "{format:?}");
    }
}

#[test]
fn the_xml_sample_is_that_of_the_original() {
    let original = include_str!("../../../tests/samples/qbo_webhooks_request.xml");
    assert_eq!(sample::Sample::of(Format::Xml, "h").body, original.trim_end());
}

#[test]
fn the_schema_has_every_element_as_dotnet_writes_it() {
    let xsd = schema::xsd();
    let mut reader = quick_xml::Reader::from_str(&xsd);
    while reader.read_event().unwrap() != quick_xml::events::Event::Eof {}
    let entity = xsd.split("<xs:complexType name=\"QBOEntity\">").nth(1).unwrap();
    let entity = entity.split("</xs:complexType>").next().unwrap();
    let order: Vec<_> = ["DeletedId", "Id", "LastUpdated", "Name", "Operation"]
        .map(|name| entity.find(&format!("name=\"{name}\"")))
        .into();
    assert!(order.is_sorted() && order.iter().all(Option::is_some), "{entity}");
    assert!(xsd.contains(
        "<xs:element minOccurs=\"0\" name=\"eventNotifications\" nillable=\"true\" \
         type=\"tns:ArrayOfQBOEventNotification\" />"
    ));
    assert!(
        xsd.contains("<xs:element minOccurs=\"0\" name=\"Name\" type=\"tns:QBOEntityName\" />")
    );
    assert!(xsd.contains(types::NAMESPACE));
}

#[test]
fn the_catalogue_has_the_operation_and_its_types() {
    assert_eq!(catalogue::operation_names(), serde_json::json!(["QboWebhooksRequest"]));
    let catalogue = catalogue::types();
    let names: Vec<_> = catalogue["types"]
        .as_array()
        .unwrap()
        .iter()
        .map(|of| of["name"].as_str().unwrap())
        .collect();
    let expected = [
        "QBOEntityName",
        "QBOOperation",
        "QBOEntity",
        "QBODataChangeEvent",
        "QBOEventNotification",
    ];
    assert_eq!(names, expected);
    assert_eq!(catalogue["types"][0]["enumValues"][1], "21");
    assert_eq!(catalogue["types"][1]["enumValues"], serde_json::Value::Null);
    let operation = &catalogue["operations"][0];
    assert_eq!(operation, &catalogue::operations()["operations"][0]);
    assert_eq!(operation["request"]["properties"][0]["dataMember"]["name"], "eventNotifications");
    assert_eq!(operation["routes"][0]["path"], "/qbowebhook");
}
