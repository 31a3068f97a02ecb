//! XML (reference: qbo-webhooks-listener §5).

use super::*;

const NAMESPACES: &str = "xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" \
     xmlns=\"http://schemas.datacontract.org/2004/07/ESI.Service.QBOWebhooksListener\"";

/// A request with one notification that has these children.
fn request(notification: &str) -> String {
    format!(
        "<QboWebhooksRequest {NAMESPACES}><eventNotifications><QBOEventNotification>{notification}\
         </QBOEventNotification></eventNotifications></QboWebhooksRequest>"
    )
}

/// A request with one entity that has these children.
fn with_entity(members: &str) -> String {
    request(&format!(
        "<DataChangeEvent><Entities><QBOEntity>{members}</QBOEntity></Entities></DataChangeEvent>"
    ))
}

#[test]
fn the_documents_that_dotnet_writes_are_read() {
    let entity = "<Id>56</Id><LastUpdated>2015-10-05T14:42:19-07:00</LastUpdated>\
                  <Name>Vendor</Name><Operation>Create</Operation>";
    let event = format!(
        "<DataChangeEvent><Entities><QBOEntity><DeletedId i:nil=\"true\"/>{entity}</QBOEntity>\
         </Entities></DataChangeEvent><RealmId>123</RealmId>"
    );
    let vendor = notice(
        Some("123"),
        &[[Some("Vendor"), Some("56"), Some("Create"), Some("2015-10-05T14:42:19-07:00"), None]],
    );
    let prefixed = request(&event)
        .replace("xmlns=", "xmlns:p=")
        .replace("<QboW", "<p:QboW")
        .replace("</QboW", "</p:QboW")
        .replace("eventNotifications", "p:eventNotifications");
    let declared =
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- c -->{}\n", request(&event));
    let two_items = request(&event).replace(
        "</eventNotifications>",
        "<QBOEventNotification i:nil=\"true\"/></eventNotifications>",
    );
    check(
        Format::Xml,
        &[
            (&request(&event), vendor.clone()),
            (&prefixed, vendor.clone()),
            (&declared, vendor.clone()),
            (&two_items, vendor),
        ],
    );
}

#[test]
fn the_members_may_come_in_any_order_and_case_and_namespace() {
    // The original silently loses members that come late, are written in another case, or stand in
    // no namespace, and a whole document without one.
    let expected = notice(Some("R"), &[[Some("Vendor"), Some("7"), Some("Void"), None, Some("D")]]);
    let late = "<RealmId>R</RealmId><DataChangeEvent><Entities><QBOEntity><Operation>Void</Operation>\
                <Name>Vendor</Name><Id>7</Id><DeletedId>D</DeletedId></QBOEntity></Entities>\
                </DataChangeEvent>";
    let camel = "<realmId>R</realmId><dataChangeEvent><entities><QBOEntity><name>VENDOR</name>\
                 <id>7</id><operation>5</operation><deletedID>D</deletedID></QBOEntity></entities>\
                 </dataChangeEvent>";
    let without = request(late).replace(NAMESPACES, "");
    let inner_without =
        request(late).replace("<eventNotifications>", "<eventNotifications xmlns=\"\">");
    let pascal = request(late).replace("eventNotifications", "EventNotifications");
    let other_item = request(late).replace("QBOEntity", "Entity").replace("QBOEventN", "N");
    check(
        Format::Xml,
        &[
            (&request(late), expected.clone()),
            (&request(camel), expected.clone()),
            (&without, expected.clone()),
            (&inner_without, expected.clone()),
            (&pascal, expected.clone()),
            // The original skips an item of another name.
            (&other_item, expected),
        ],
    );
}

#[test]
fn what_is_missing_unknown_or_nil_is_no_error() {
    let whole =
        |content: &str| format!("<QboWebhooksRequest {NAMESPACES}>{content}</QboWebhooksRequest>");
    let name = |text: &'static str| notice(None, &[[Some(text), None, None, None, None]]);
    check(
        Format::Xml,
        &[
            (&whole(""), nothing()),
            (&format!("<QboWebhooksRequest {NAMESPACES} i:nil=\"true\"/>"), nothing()),
            (&whole("<eventNotifications/>"), nothing()),
            (&whole("<eventNotifications> \n </eventNotifications>"), nothing()),
            (&whole("<eventNotifications i:nil=\"true\"/>"), nothing()),
            (&whole("<Other a=\"1\"><eventNotifications/>x</Other>").replace('x', ""), nothing()),
            (&request("<RealmId/>"), notice(Some(""), &[])),
            (&request("<RealmId></RealmId>"), notice(Some(""), &[])),
            (&request("<RealmId i:nil=\"1\"></RealmId>"), notice(None, &[])),
            (&with_entity(""), notice(None, &[[None; 5]])),
            // The original takes names exactly or answers 400.
            (&with_entity("<Name>vendor</Name>"), name("Vendor")),
            (&with_entity("<Name> Vendor </Name>"), name("Vendor")),
            (&with_entity("<Name>21</Name>"), name("21")),
            (&with_entity("<Name>Foo</Name>"), name("Foo")),
            (&with_entity("<Name/>"), notice(None, &[[None; 5]])),
            (&with_entity("<Name i:nil=\"true\"/>"), notice(None, &[[None; 5]])),
        ],
    );
}

#[test]
fn dates_are_those_of_xml_and_all_others() {
    for (text, expected) in [
        ("2015-10-05T21:42:19Z", Some("2015-10-05T21:42:19Z")),
        ("2015-10-05T14:42:19-07:00", Some("2015-10-05T14:42:19-07:00")),
        ("2015-10-05T21:42:19.1234567", Some("2015-10-05T21:42:19.1234567Z")),
        ("2015-10-05", Some("2015-10-05T00:00:00Z")),
        (" 2015-10-05T21:42:19Z ", Some("2015-10-05T21:42:19Z")),
        ("0001-01-01T00:00:00", None),
        // 400 in the original.
        ("2015-10-05T14:42:19-0700", Some("2015-10-05T14:42:19-0700")),
        ("/Date(1444081339000)/", Some("2015-10-05T21:42:19Z")),
        ("garbage", Some("garbage")),
    ] {
        let read = decode(Format::Xml, &with_entity(&format!("<LastUpdated>{text}</LastUpdated>")));
        let expected = notice(None, &[[None, None, None, expected, None]]);
        assert_eq!(read, Ok(Content::Notice(expected)), "{text}");
    }
}

#[test]
fn text_is_read_with_everything_that_xml_has_for_it() {
    for (text, expected) in [
        ("<![CDATA[a<b&c]]>", "a<b&c"),
        ("a&lt;b&gt;&amp;&quot;&apos;", "a<b>&\"'"),
        ("&#65;&#x42;", "AB"),
        ("a<!-- c -->b", "ab"),
        ("a<?p i?>b", "ab"),
        (" a ", " a "),
    ] {
        let read = decode(Format::Xml, &request(&format!("<RealmId>{text}</RealmId>")));
        assert_eq!(read, Ok(Content::Notice(notice(Some(expected), &[]))), "{text}");
    }
}

#[test]
fn what_is_not_well_formed_or_not_this_document_is_refused() {
    let usual = request("<RealmId>1</RealmId>");
    check_refused(
        Format::Xml,
        &[
            "hello",
            "{}",
            "<!-- only a comment -->",
            &usual.replace("</QboWebhooksRequest>", ""),
            &usual.replace("</RealmId>", "</Realm>"),
            &format!("{usual}{usual}"),
            &format!("{usual}x"),
            &format!("x{usual}"),
            &format!("<!DOCTYPE x>{usual}"),
            &format!("<!DOCTYPE x [<!ENTITY e \"1\">]>{}", usual.replace(">1<", ">&e;<")),
            &usual.replace(">1<", ">&nbsp;<"),
            &usual.replace(">1<", ">&<"),
            &usual.replace(">1<", ">&#xFFFFFFFF;<"),
            &format!("<?xml version=\"1.0\" encoding=\"utf-16\"?>{usual}"),
            &usual.replace("<RealmId>", "<RealmId a=\"1\" a=\"2\">"),
            &usual.replace("<RealmId>", "<RealmId a=1>"),
            // The root has another name, or stands in another namespace.
            &usual.replace("QboWebhooksRequest", "Request"),
            &usual.replace("QboWebhooksRequest", "qbowebhooksrequest"),
            &usual.replace(NAMESPACES, "xmlns=\"urn:other\""),
            &usual.replace("QboWebhooksRequest ", "p:QboWebhooksRequest "),
            // Text where elements are, and the other way round.
            &usual.replace("<eventNotifications>", "<eventNotifications>x"),
            &usual.replace("<RealmId>", "x<RealmId>"),
            &usual.replace(">1<", "><Id>1</Id><"),
            &format!("<QboWebhooksRequest {NAMESPACES}>x</QboWebhooksRequest>"),
            &usual.replace("<RealmId>", "<RealmId i:nil=\"true\">"),
            // The original lets the first win.
            &usual.replace("<RealmId>", "<RealmId>2</RealmId><RealmId>"),
        ],
    );
}

#[test]
fn an_error_names_the_place_and_what_was_expected() {
    let error = decode(Format::Xml, "<Foo xmlns=\"urn:x\"/>").unwrap_err().to_string();
    assert!(error.starts_with("the XML cannot be read near byte 20: "), "{error}");
    assert!(error.contains("Expecting element 'QboWebhooksRequest' from namespace"), "{error}");
    assert!(error.ends_with("with name 'Foo', namespace 'urn:x'."), "{error}");
}
